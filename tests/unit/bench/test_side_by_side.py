"""Peers side by side: one map of labels, the same scores for everybody, and a table that names its misses."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[3]))

from bench.deid import beside, sets, table
from bench.deid.figures import COVERED, STRICT, SYSTEMS, figures, lower_cells
from bench.deid.labels import LOOKED_FOR, NAMES, NOTES, SLOTS, ours
from bench.deid.score import Case, covered, f1, false_spans, places, runs, strict
from bench.deid.targets import Target, targets
from licit.core.spans import LABELS

TEXT = "Ada Test wrote to Sam Sample on 3 May."
CASE = Case(text=TEXT, language="en", gold=((0, 8, "PERSON"), (18, 28, "?"), (32, 37, "DATE")))
FAST = {"throughput": {"MB": 1, "whole": 4, "without the start": 4, "by CPU time, of two": 4, "start, s": 1, "load": 0},
        "false numbers per MB": 0}


def test_every_name_maps_to_a_label_there_is() -> None:
    """The table of labels knows licit's labels only, for systems and sets alike."""
    assert {*NAMES.values(), *SLOTS.values(), *NOTES.values()} <= set(LABELS)
    assert set(LOOKED_FOR) >= set(SYSTEMS)


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ_", max_size=20))
def test_no_finding_is_lost_for_its_name(name: str) -> None:
    """A system's name that the table does not know counts as some identifier, so that what it masks still counts."""
    assert ours(name) == (NAMES.get(name) or (name if name in LABELS else "OTHER_ID"))
    assert len(places([(0, 1, name, .5)])) == 1


def test_strict_leaves_out_what_touches_an_open_mention() -> None:
    """Strict asks for place and label; nothing is won or lost on what a set leaves open; narrow dates count as dates."""
    told = places([(0, 8, "PERSON"), (18, 21, "PERSON"), (9, 14, "PERSON"), (32, 37, "DATE_OF_BIRTH")])
    counted = strict([CASE], [told], ("PERSON", "DATE"))
    assert counted == {"PERSON": (1, 2, 1), "DATE": (1, 1, 1), "all": (2, 3, 2)}
    assert f1(counted["all"]) == pytest.approx(.8)
    assert f1((0, 0, 0)) is None


def test_covered_asks_for_every_letter_and_masking_all_shows() -> None:
    """A mention but for one letter is not covered; whoever masks everything covers all and masks all the rest."""
    some, masked = covered([CASE], [[(0, 7, "OTHER_ID"), (32, 37, "DATE")]])
    assert (some["PERSON"].whole, some["DATE"].whole, masked) == (0, 1, 0)
    everything, masked = covered([CASE], [[(0, len(TEXT), "OTHER_ID")]])
    assert (everything["PERSON"].whole, masked) == (1, 1)
    only, _ = covered([CASE], [[(0, len(TEXT), "DATE")]], ("PERSON",))
    assert only["PERSON"].whole == 0


def test_overlapping_findings_are_one_false_span() -> None:
    """Whoever tells one place twice is charged once; places that only touch are two."""
    assert runs([(0, 5, "URL"), (2, 9, "EMAIL"), (9, 12, "PERSON"), (20, 22, "DATE")]) == 3
    number, masked, size = false_spans([Case(text="x" * 10, language="en")], [[(0, 5, "URL"), (2, 5, "EMAIL")]])
    assert (number, masked, size) == (1, .5, 10)


def _figures(ours_found: bool = True) -> dict[str, Any]:
    """Give the figures of one text for every set, in which licit finds all or nothing, and the peers half."""
    names = (*COVERED, sets.CHAT, sets.NUMBERED, sets.BARE, sets.KEYS, sets.CLEAN, sets.SPEED)
    marked = tuple((i, i + 1, label) for i, label in enumerate(("PERSON", "LOCATION", "DATE") * 30))
    key = {sets.KEYS: "SECRET", sets.NUMBERED: "NATIONAL_ID", sets.BARE: "NATIONAL_ID"}
    cases = {name: [Case(text="x" * 100, language="en", gold=((0, 4, key[name]),) if name in key
                         else () if name in (sets.CHAT, sets.CLEAN, sets.SPEED) else marked)] for name in names}
    own = {name: [list(case.gold) if ours_found else [] for case in some] for name, some in cases.items()}
    half = {name: [list(case.gold)[::2] if len(case.gold) > 1 else [] for case in some] for name, some in cases.items()}
    told = {system: {name: {"spans": spans, "cpu": 1 if system in ("rules", "tagger", "both") else 40, "bytes": 1e6}
                     for name, spans in (own if system in ("rules", "tagger", "both") else half).items()} for system in SYSTEMS}
    return figures(cases, told)


def test_table_names_every_number_that_was_asked_for() -> None:
    """Every number of the issue has a row with what was asked, what was got and a command; none is empty."""
    rows = targets(_figures(), FAST)
    assert len(rows) >= 11
    assert all(row.what and row.asked and row.said and row.command.startswith("python -m bench ") for row in rows)
    assert [row.what for row in rows if not row.reached] == []


def test_table_calls_a_miss_a_miss() -> None:
    """Where licit finds nothing, the rows of what it should find are misses, and the recall row names each cell."""
    rows = {row.what: row for row in targets(_figures(ours_found=False), FAST)}
    missed = [row for row in rows.values() if row.reached is False]
    assert len(missed) == 7
    assert all("**a miss**" in row.said for row in missed)
    assert "PERSON on ECHR-FR dev: 0.000 against 0.500" in rows["recall against the same, on every shared label"].got


def test_what_was_not_measured_is_never_reached() -> None:
    """A row without a figure says so instead of passing."""
    assert Target(what="x", asked="1", got="why", reached=None).said == "**not measured**: why"


def test_equal_recall_is_not_higher() -> None:
    """A cell in which a peer covers as much as licit is told as not higher."""
    out = _figures()
    out["covered"][sets.ECHR]["PERSON"]["presidio-spacy"] = out["covered"][sets.ECHR]["PERSON"]["both"]
    low, compared = lower_cells(out)
    assert (len(low), compared) == (1, 3 * len(COVERED) + 2)


def test_tables_are_whole() -> None:
    """Every table is Markdown with as many cells in a row as in its head; what a system does not look for is a dash."""
    out = _figures()
    for text in (table.strict(out), table.covered(out), table.rest(out), table.reached(targets(out, FAST))):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines()}) == 1
    organisations = next(line for line in table.strict(out).splitlines() if "ECHR-FR dev | ORGANISATION" in line)
    assert organisations.split("|")[4].strip() == "–"
    assert set(STRICT) <= set(COVERED)
    with pytest.raises(ValueError, match="fit"):
        table.markdown(("a", "b"), [("1",)])


SAID = """\
surrogates drawn                      20,010 in 4 s; without one 0
that stand in their own record        0   (asked 0)
that are a name of any list           2   (asked 0; 0 of 300 invented words are listed)
placeholders: a second time changes 0 of 10,000 records (asked 0), 0 held
surrogates: a second time changes 0 of 10,000 records (asked 0), 0 held
surrogates, every label: a second time changes 0 of 10,000 records (asked 0), 0 held
"""


def test_other_benches_are_read_or_not_measured() -> None:
    """A number that another bench says is read from it; one it does not say is not measured, and never nought."""
    whats = dict(beside._SURROGATES)
    listed, again = (beside.nought(what, "", patterns, SAID) for what, patterns in whats.items())
    assert (listed.got, listed.reached, again.got, again.reached) == ("0 and 2", False, "0 and 0 and 0", True)
    cut = SAID.rpartition("surrogates, every")[0]
    assert [beside.nought(what, "", patterns, cut).reached for what, patterns in whats.items()] == [False, None]
    assert [row.reached for row in beside.rows([], quick=True)] == [None, None, None]


def test_prefilter_counts_all_detectors_one_after_another() -> None:
    """Four that go at 400 MB/s each read a text at 100 together; a detector that found something is no prefilter's figure."""
    assert [beside.prefilter(dict.fromkeys("abcd", rate)).reached for rate in (400., 600.)] == [False, True]
    assert beside.prefilter({}).reached is None
