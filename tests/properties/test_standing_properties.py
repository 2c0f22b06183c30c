"""What must hold of standing whatever people say and in whatever order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from licit.core.policy import PURPOSES, parse_policy
from licit.core.rights import INSTRUMENTS, RESTRICTING, Entry, Item, Standings, standing

QUICK = settings(max_examples=50, deadline=None)
START = datetime(2025, 1, 1, tzinfo=UTC)
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
RANK = {"keep": 0, "hold": 1, "refuse": 2}
PEOPLE = ("s1", "s2", "s3")
TARGETS = (None, {"level": "project", "project": "P"}, {"level": "record", "record": "R"},
           {"level": "turn", "record": "R", "turn": "t1"},
           {"level": "attachment", "record": "R", "turn": "t1", "attachment": "a1"},
           {"level": "turn", "record": "R", "turn": "t2"}, {"level": "record", "record": "Q"}, {"level": "turn"})
POLICIES = [parse_policy({
    "period": [{"purpose": purpose, "basis": basis, "starts": "2024-01-01"} for purpose in PURPOSES],
    "notice": [{"id": "n1", "purposes": list(PURPOSES), "starts": "2024-01-01"}],
    "assessment": [{"id": "a1", "purposes": list(PURPOSES), "approved_at": "2024-01-01", "expires_at": "2027-01-01",
                    "approved_by": "dpo"}]}) for basis in ("legitimate-interest", "consent")]

moments = st.integers(0, 40).map(lambda n: START + timedelta(days=n))
purposes = st.sampled_from([None, ["train"], ["publish"], ["train", "publish"], ["everything"]])


@st.composite
def entries(draw: st.DrawFn, kinds: tuple[str, ...] = (*INSTRUMENTS, "rectified", "link", "policy"),
            subjects: tuple[str, ...] = PEOPLE) -> Entry:
    """Draw one entry; its sequence number is given by its place."""
    kind = draw(st.sampled_from(kinds))
    decision: dict[str, Any] | None = {"notice": "n1", "wording": "w", "how": draw(st.sampled_from(["switch", ""]))}
    for name, value in (("purposes", draw(purposes)), ("target", draw(st.sampled_from(TARGETS)))):
        if value is not None:
            decision[name] = value
    if kind == "link":
        decision = {"with": draw(st.sampled_from(PEOPLE))}
    if draw(st.integers(0, 19)) == 0:
        decision = None
    at = draw(moments)
    return Entry(seq=0, kind=kind, subject=draw(st.sampled_from(subjects)), received_at=at, recorded_at=at,
                 decision=decision)


def numbered(log: list[Entry]) -> list[Entry]:
    return [replace(entry, seq=seq) for seq, entry in enumerate(log)]


logs = st.lists(entries(), max_size=14).map(numbered)
items = st.builds(Item, record=st.sampled_from("RQ"), project=st.sampled_from(["P", ""]),
                  turn=st.sampled_from(["t1", "t2", ""]), attachment=st.sampled_from(["a1", ""]),
                  said=st.none() | moments.map(lambda at: (at, at)) | moments.map(lambda at: (at, at + timedelta(days=1))))
questions = st.tuples(st.sampled_from(POLICIES), st.sampled_from(PEOPLE), st.sampled_from(["train", "publish"]), items)


def ask(log: Standings, question: tuple[Any, str, str, Item]) -> Any:
    policy, subject, purpose, item = question
    return standing(log, policy, subject, purpose, item, AS_OF)


@QUICK
@given(logs, questions, st.integers(0, 14))
def test_fold_in_one_go_is_the_fold_one_by_one(log: list[Entry], question: Any, cut: int) -> None:
    """Folding a log at once, in two pieces, or with questions in between gives one answer."""
    pieces = Standings(log[:cut])
    ask(pieces, question)
    for entry in log[cut:]:
        pieces.add(entry)
    assert ask(pieces, question) == ask(Standings(log), question)


@QUICK
@given(logs, questions, st.randoms(use_true_random=False))
def test_order_of_other_peoples_entries_never_matters(log: list[Entry], question: Any, chance: Any) -> None:
    """Moving what unlinked people said, before, between or after, changes no answer."""
    log = [entry for entry in log if entry.kind != "link"]
    mine = [entry for entry in log if entry.subject == question[1]]
    others = [entry for entry in log if entry.subject != question[1]]
    chance.shuffle(others)
    mixed = list(mine)
    for other in others:
        mixed.insert(chance.randint(0, len(mixed)), other)
    answers = {(ask(Standings(numbered(some)), question).answer, ask(Standings(numbered(some)), question).reason)
               for some in (mine, log, mixed)}
    assert len(answers) == 1


@settings(max_examples=150, deadline=None)
@given(logs, questions, entries(kinds=tuple(sorted(RESTRICTING - {"third-party-objection"}))))
def test_restricting_entry_never_makes_an_answer_less_strict(log: list[Entry], question: Any, more: Entry) -> None:
    """A patch release can only take away: one more no never turns into a yes.

    Law: CHO-04, CHO-16
    """
    before = ask(Standings(log), question)
    after = ask(Standings([*log, replace(more, seq=len(log))]), question)
    assert RANK[after.answer] >= RANK[before.answer]


@QUICK
@given(logs, questions)
def test_answer_for_the_whole_is_no_weaker_than_for_its_parts(log: list[Entry], question: Any) -> None:
    """What may be used as a whole may be used in each of its parts that somebody refused or did not."""
    policy, subject, purpose, item = question
    assume(not item.turn)
    whole = ask(Standings(log), question)
    for turn in ("t1", "t2"):
        part = ask(Standings(log), (policy, subject, purpose, replace(item, turn=turn)))
        assert RANK[part.answer] <= RANK[whole.answer]


@QUICK
@given(logs, questions)
def test_objection_of_everything_refuses_at_once(log: list[Entry], question: Any) -> None:
    """Whatever came before, an objection to everything leaves nothing that may be used.

    Law: CHO-04, CHO-06
    """
    last = Entry(seq=len(log), kind="objection", subject=question[1], received_at=START, recorded_at=START, decision={})
    assert ask(Standings([*log, last]), question).answer == "refuse"


@QUICK
@given(logs, questions)
def test_permission_brings_back_nothing_said_before(log: list[Entry], question: Any) -> None:
    """After an objection, a permission of everything leaves all that was said before it refused.

    Law: CHO-07
    """
    said = question[3].said
    assume(said is not None)
    late = START + timedelta(days=100)
    no = Entry(seq=len(log), kind="objection", subject=question[1], received_at=late, recorded_at=late, decision={})
    yes = replace(no, seq=len(log) + 1, kind="permission", received_at=late + timedelta(days=1),
                  decision={"purposes": list(PURPOSES)})
    assert ask(Standings([*log, no, yes]), question).answer == "refuse"


@QUICK
@given(logs, questions)
def test_every_refusal_cites_an_entry_that_exists(log: list[Entry], question: Any) -> None:
    """An answer that rests on entries names them, so that it can be explained to the person."""
    decision = ask(Standings(log), question)
    assert all(0 <= seq < len(log) for seq in decision.entries)
    assert decision.answer != "refuse" or decision.entries
