"""The audit's page: self-contained, both languages, every reason worded, nothing escaped by a hostile name."""

import re
from typing import Any

import pytest

from licit.papers.audit import render_audit
from licit.papers.audit_words import AUDIT_WORDS


def result(**other: Any) -> dict[str, Any]:
    """Give an audit's result with something of everything."""
    return {"arrived": 5, "looked_at": 4, "unreadable": {"broken-json": 1}, "files": 2, "formats": {"json": 2}, "papers": 0, "bytes": 2_500,
            "characters": 900, "empty": 1,
            "licences": [{"licence": "CC BY 4", "nearest": "CC-BY-4.0", "stated_by": "record", "verdict": "misspelt", "records": 2},
                         {"licence": "", "nearest": "", "stated_by": "", "verdict": "none", "records": 1},
                         {"licence": "MIT", "nearest": "", "stated_by": "README table", "verdict": "open", "records": 1}],
            "shadow_library": {"records": 1, "marks": {"dataset": 1}, "families": [
                {"family": "Z-Library", "records": 1, "listed_by": [{"court": "A court", "day": "2022-01-02", "reported": True}]}]},
            "signals": None, "personal_data": {"one_in": 1, "looked_at": 4, "records": 2, "failed": 0, "in_keys": 1, "false_per_10kb": {"en": 2.5},
                                               "labels": {"EMAIL": {"places": 3, "records": 2, "precision": {"en": {"hits": 4, "of": 5}}}}},
            "special": {"one_in": 1, "looked_at": 4, "failed": 0, "families": {"health": {"records": 1, "reason": "special-category"}}},
            "works_named": {"isbn": 1}, "duplicates": {"looked_at": 3, "exact": 1, "near": 0, "left": 0}, "languages": {"en": 3, "": 1},
            "sizes": {"0": 1, "3": 3}, "to_do": [{"reason": "licence-unknown", "records": 3, "cost": 1}, {"reason": "personal-data", "records": 2, "cost": 1},
                                                 {"reason": "unreadable", "records": 1, "cost": 2}, {"reason": "shadow-library", "records": 1, "cost": 3}],
            "where": {"licence-unknown": [["a.jsonl", "line 1"]], "unreadable": [["<script>.jsonl", "line 2"]]},
            "files_with_most": [{"file": "a.jsonl", "concerns": {"licence-unknown": 3}}], **other}


def test_the_page_needs_nothing_else() -> None:
    """No script, no address of another host, nothing fetched; a hostile file name stays a name."""
    page = render_audit(result(), "<b>set</b>").decode()
    assert "<script" not in page
    assert "<b>set</b>" not in page
    assert not re.search(r"https?://", page)
    assert "default-src &#x27;none&#x27;" in page


def test_both_languages_say_everything() -> None:
    """Every sentence stands in both languages, and the English page has no French one."""
    page = render_audit(result(formats={"tagged tokens": 2}), "set").decode()
    french, english = page.split('class="page en"')
    assert ("mots étiquetés" in french, "tagged tokens" in french, "tagged tokens" in english) == (True, False, True)
    assert "Que faire, du moins coûteux" in french
    assert "What to do, the cheapest first" in english
    assert all(len(pair) == 2 and all(pair) for pair in AUDIT_WORDS.values())


@pytest.mark.parametrize("nothing", [{"personal_data": None, "special": None}, {"signals": None}])
def test_what_was_not_looked_for_is_no_zero(nothing: dict[str, Any]) -> None:
    """What was not looked for is said so, in words."""
    assert "Not looked for" in render_audit(result(**nothing), "set").decode()


def test_the_same_result_gives_the_same_bytes() -> None:
    """The page holds no clock and no chance."""
    assert render_audit(result(), "set") == render_audit(result(), "set")
