"""The function for notebooks: texts, conversations and records in, the command's answers out."""

import pytest

from licit.core.errors import InputError
from licit.testing import FailingDetector, FixedDetector
from licit.usecases.text import detect

MAIL, CANARY = "camille@example.org", "kestrel-canary-7719"


def fixed():
    return (FixedDetector(strings=((MAIL, "EMAIL"),)),)


def test_detect_takes_texts_conversations_and_records():
    """One answer for each item; the number stands for an id that is not there."""
    answers = detect([MAIL, [{"role": "user", "content": MAIL}], {"id": "r", "text": "x"}], fixed)
    assert [(one["id"], [span.get("message") for span in one["spans"]]) for one in answers] == [(0, [None]), (1, [0]), ("r", [])]


def test_detect_holds_as_the_command_does():
    """A failing detector shows in the answer, not as an empty one."""
    assert detect([CANARY, "x"], lambda: (FailingDetector(only_on=CANARY),)) == [
        {"id": 0, "held": "detector-failed"}, {"id": 1, "spans": []}]


@pytest.mark.parametrize("wrong", [MAIL, {"text": MAIL}, [3], [None], [[CANARY]]])
def test_detect_says_what_it_takes(wrong):
    """One text alone is a mistake, for its characters would be taken for texts; the error shows no text."""
    with pytest.raises(InputError) as caught:
        detect(wrong, fixed)
    assert CANARY not in str(caught.value)
