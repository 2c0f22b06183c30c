"""The fold of people's entries answers as its documented rules say."""

import importlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from licit.core.errors import EvidenceError
from licit.core.policy import parse_policy
from licit.core.rights import INSTRUMENTS, KINDS, RESTRICTING, Entry, Item, Standings, SubjectState, standing

DATA = Path(__file__).parents[2] / "data"
VECTORS = json.loads((DATA / "vectors" / "standing.json").read_text(encoding="utf-8"))
NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def entry(seq: int, kind: str, *, subject: str = "s1", at: datetime = NOON, **decision: Any) -> Entry:
    return Entry(seq=seq, kind=kind, subject=subject, received_at=at, recorded_at=at, decision=decision)


def answer(vector: dict[str, Any]) -> tuple[str, str]:
    log = Standings(Entry(seq=e["seq"], kind=e["kind"], subject=e["subject"], decision=e["decision"],
                          received_at=moment(e["received_at"]), recorded_at=moment(e["recorded_at"]))
                    for e in vector["entries"])
    asked = vector["question"]
    said = asked["item"]["said"]
    item = Item(**{**asked["item"], "said": (moment(said[0]), moment(said[1])) if said else None})
    decision = standing(log, parse_policy(vector["policy"]), asked["subject"], asked["purpose"], item,
                        moment(asked["as_of"]))
    return decision.answer, decision.reason


def test_every_vector_is_answered_as_written() -> None:
    """The fold gives the answer and the reason that the vectors state.

    Law: CHO-04, CHO-06, CHO-07, CHO-14, CHO-16, CHO-17, LIA-01, TRN-01, TRN-02
    """
    wrong = [(v["name"], v["rule"], (v["answer"], v["reason"]), answer(v)) for v in VECTORS
             if answer(v) != (v["answer"], v["reason"])]
    assert wrong == []


def test_vectors_are_current(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vectors' file is what its hand-written tables say."""
    monkeypatch.syspath_prepend(str(DATA))
    builder = importlib.import_module("build_standing")
    assert builder.build() == (DATA / "vectors" / "standing.json").read_text(encoding="utf-8")


def test_vectors_hold_every_pair_of_instruments() -> None:
    """No ordered pair of instruments is left out, under either basis."""
    names = {v["name"] for v in VECTORS}
    for first in INSTRUMENTS:
        for second in INSTRUMENTS:
            for basis in ("interest", "consent"):
                assert f"{basis}: {first}, {second}, said between" in names


def test_restricting_kinds_are_kinds() -> None:
    """A patch release applies only kinds that the log knows."""
    assert RESTRICTING < KINDS


def test_unknown_purpose_is_an_error() -> None:
    """A question for a purpose outside the closed list is a fault of the caller, not a hold.

    Law: CHO-17
    """
    with pytest.raises(ValueError, match="no purpose"):
        standing(Standings(), parse_policy({}), "s1", "everything", Item(record="R"), NOON)


def test_sequence_must_ascend() -> None:
    """Entries folded out of sequence are refused: the sequence decides."""
    state = SubjectState()
    state.add(entry(5, "objection"))
    with pytest.raises(ValueError, match="in sequence"):
        state.add(entry(5, "permission", purposes=["train"]))


@pytest.mark.parametrize("kind", [*INSTRUMENTS, "rectified", "link", "moratorium"])
def test_instrument_of_nobody_stops_the_fold(kind: str) -> None:
    """An instrument without a subject would lose somebody's choice, so it stops everything.

    Law: CHO-05
    """
    with pytest.raises(EvidenceError, match="of nobody"):
        Standings([entry(0, kind, subject="", purposes=["train"])])


def test_time_without_a_zone_is_unreadable() -> None:
    """A receipt that could mean several moments reads as an unreadable entry."""
    log = Standings([entry(0, "permission", at=datetime(2025, 6, 1), purposes=["train"])])
    assert standing(log, parse_policy({}), "s1", "train", Item(record="R"), NOON).reason == "entry-unreadable"


def test_decision_names_the_entries_that_decided() -> None:
    """An answer cites its entries, so that it can be explained."""
    log = Standings([entry(3, "objection"),
                     entry(7, "permission", at=NOON + timedelta(days=1), purposes=["train"])])
    item = Item(record="R", said=(NOON, NOON))
    assert standing(log, parse_policy({}), "s1", "train", item, NOON).entries == (3, 7)


def test_repeated_permissions_do_not_grow_the_state() -> None:
    """Toggling yes a thousand times costs what one yes costs."""
    state = SubjectState()
    for seq in range(1000):
        state.add(entry(seq, "consent", at=NOON + timedelta(seconds=seq), purposes=["train"], notice="n", wording="w",
                        how="switch"))
    slot = state.slots["train"][0, ""]
    assert (len(slot.permits), len(slot.consents)) == (1, 1)


def test_toggling_does_not_grow_the_state() -> None:
    """No and yes in turn, a thousand times, cost what one no and one yes cost."""
    state = SubjectState()
    for seq in range(1000):
        state.add(entry(seq, "permission" if seq % 2 else "objection", at=NOON + timedelta(seconds=seq),
                        purposes=["train"]))
    assert len(state.slots["train"][0, ""].permits) == 1


def test_concerned_names_all_of_whom_the_log_speaks() -> None:
    """Everybody outside this set is silent, linked accounts included."""
    log = Standings([entry(0, "objection", subject="a"), entry(1, "link", subject="b", **{"with": "c"}),
                     entry(2, "subject", subject="d")])
    assert log.concerned() == {"a", "b", "c"}


def test_entry_shows_no_decision() -> None:
    """What a person said of themselves shows in no representation."""
    assert "planted" not in repr(entry(0, "objection", target="planted"))
