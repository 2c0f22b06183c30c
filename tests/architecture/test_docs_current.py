"""The generated pages are current, and the law table says no more than code and tests do."""

from pathlib import Path
from typing import Any

import pytest

from docs import build
from docs.generators import requirements as law

DUTY: dict[str, Any] = {"p": 1, "text": "", "source": "", "title": "", "waived": "", "to_come": "", "claims": []}


def test_generated_pages_are_current() -> None:
    """What a page says is what its generator says today: run python -m docs.build."""
    assert build.build(check=True) == []


def test_every_duty_is_listed_once() -> None:
    """The table holds all 146 requirements, each with its priority, text and source."""
    known = law.requirements()
    assert len(known) == 146
    assert all(fields["p"] in (1, 2) and fields["text"].endswith(".") and fields["source"] for fields in known.values())
    assert sum(fields["p"] == 1 for fields in known.values()) == 106


@pytest.mark.parametrize(("fields", "code", "tests", "fault"), [
    ({}, {}, {}, "A-01 has no code and no test that names it"), ({}, {"A-01": ["x"]}, {}, "A-01 has no test that names it"),
    ({}, {}, {"A-01": ["x"]}, "A-01 has no code that names it"),
    ({}, {"A-01": ["x"], "B-02": ["y"]}, {"A-01": ["x"]}, "y names B-02, which is no requirement")])
def test_duty_nobody_answers_for_fails(fields: dict[str, Any], code: Any, tests: Any, fault: str) -> None:
    """A duty of priority 1 without code or test, and an id that does not exist, stop the build."""
    assert law.faults({"A-01": {**DUTY, **fields}}, code, tests) == [fault]


@pytest.mark.parametrize("fields", [{"waived": "not ours"}, {"to_come": "a part"}, {"p": 2}])
def test_duty_may_be_waived_or_to_come(fields: dict[str, Any]) -> None:
    """A duty that is waived, to come, or of priority 2 may lack code and test."""
    assert law.faults({"A-01": {**DUTY, **fields}}, {}, {}) == []


def test_law_lines_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Law line counts wherever it stands in a docstring; one without ids is a fault."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text('"""A.\n\nLaw: CHO-01, CHO-02,\n    CHO-03.\n"""\n\n\ndef f():\n    """F.\n\n    '
                                           'Law: see above\n    """\n', encoding="utf-8")
    monkeypatch.setattr(law, "ROOT", tmp_path)
    assert law.links("src") == ({"CHO-01": ["src/a.py"], "CHO-02": ["src/a.py"], "CHO-03": ["src/a.py"]},
                                ["src/a.py::f has a Law line without ids"])
