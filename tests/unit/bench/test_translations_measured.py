"""What was measured of possible translations stays so."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from bench.translations import found_in


def test_rewrites_are_found_and_texts_on_the_same_event_are_not():
    """Of forty made-up pairs most are found, and no text on the same event written apart is taken for a translation.

    Law: DEI-07
    """
    found = found_in()
    assert found["translations"][0] >= 36
    assert (found["same event"][0], found["other events"][0]) == (0, 0)
