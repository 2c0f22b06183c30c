"""Measure each bundled detector alone on the sentences that come with licit; with ``--write`` keep what ``licit detectors`` tells.

python -m bench.measured --write
"""

import json
import sys
from pathlib import Path

from licit.detectors.registry import find_detectors, pin
from licit.usecases.listing import measured_alone
from licit.wiring import built_in_set

FILE = Path(__file__).parents[1] / "src/licit/data/measured.json"


def main() -> None:
    """Print what each finds, or keep it."""
    own = [one for one in find_detectors() if type(one).__module__.startswith("licit.")]
    figures = measured_alone(built_in_set(), own, pin(own))
    for name, told in figures["detectors"].items():
        for language, counts in told["languages"].items():
            for label, rates in counts["labels"].items():
                print(f"{name:14} {language} {label:16} found {rates['recall']['hits']:3} of {rates['recall']['of']:3}, "
                      f"right {rates['precision']['hits']:3} of {rates['precision']['of']:3}")
    if "--write" in sys.argv:
        FILE.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
