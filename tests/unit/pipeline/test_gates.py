"""The gates over columns answer as the pure rules do, person by person and turn by turn."""

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from world import POLICY

from licit.core.decisions import KEEP, because, strictest
from licit.core.ids import SubjectId
from licit.core.policy import parse_moment, parse_policy, silence
from licit.core.rights import Entry, Item, Standings, standing
from licit.core.staff import Staff
from licit.pipeline.decide import Draw, Gates, decide
from licit.pipeline.honour import Honour
from licit.pipeline.stage import RANK, undecided

POLICIES = {
    "interest": parse_policy(POLICY),
    "none": parse_policy({}),
    "consent": parse_policy({**POLICY, "period": [{"purpose": "train", "basis": "consent", "starts": "2025-01-01"}]}),
    "both": parse_policy({**POLICY, "period": [
        {"purpose": "train", "basis": "legitimate-interest", "starts": "2025-01-01", "ends": "2025-03-01"},
        {"purpose": "train", "basis": "consent", "starts": "2025-03-01", "ends": "2025-04-01"},
        {"purpose": "train", "basis": "legitimate-interest", "starts": "2025-04-01"}]})}
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = [SubjectId(name) for name in "abcd"]
DAYS = st.integers(0, 200).map(lambda n: (datetime(2025, 1, 2, tzinfo=UTC) + timedelta(days=n)).strftime("%Y-%m-%dT00:00:00Z"))
TURNS = st.lists(st.tuples(DAYS | st.just(""), st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True)), min_size=1,
                 max_size=3)
CONSENT = {"purposes": ["train"], "notice": "n", "wording": "w", "how": "h"}


@st.composite
def entries(draw):
    """Give a log of people's entries."""
    out = []
    for seq in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["objection", "withdrawal", "restriction", "lifting", "erasure", "permission", "consent",
                                     "access", "rectification", "link"]))
        target = draw(st.sampled_from([None, {"level": "record", "record": "r0"},
                                       {"level": "turn", "record": "r1", "turn": "t0"}]))
        body = dict(CONSENT) if kind == "consent" else {"purposes": ["train"]} if kind == "permission" else {}
        body |= {"with": draw(st.sampled_from(PEOPLE))} if kind == "link" else {"target": target} if target else {}
        at = parse_moment(draw(DAYS))
        out.append(Entry(seq=seq, kind=kind, subject=draw(st.sampled_from(PEOPLE)), received_at=at, recorded_at=at,
                         decision=body))
    return out


def row(number, turns, notice="") -> dict:
    """Give the facts of one row, as they are prepared."""
    said = [at for at, _ in turns if at]
    whole = len(said) == len(turns)
    subjects = sorted({person for _, people in turns for person in people})
    return {"row": number, "record": f"r{number}", "chunk": 0, "project": "", "subjects": subjects,
            "turn_ids": [f"t{at}" for at in range(len(turns))], "turn_said": [at for at, _ in turns],
            "turn_subjects": [sorted(people) for _, people in turns], "said_first": min(said, default=""),
            "said_last": max(said) if whole else "", "notice": notice, "arrived": "2025-12-30T00:00:00Z",
            "mentions": [f"mail{number}"], "names": [f"name{number % 2}"], "made_from": [], "holder": subjects[0] if subjects else "",
            "source": "chat", "thread": "main", "capacity": "consumer", "age": "adult", "surface": "", "state": "live",
            "third_parties": False, "press": False, "static": "", "shard": "s", "shard_no": 0, "order": b"%016d" % number, "same": number,
            "alike": number, "runs": [number]}


def frame(rows) -> pl.DataFrame:
    texts = pl.List(pl.String)
    return pl.DataFrame([row(number, turns, notice) for number, (turns, notice) in enumerate(rows)], schema_overrides={
        "row": pl.UInt32, "subjects": texts, "turn_subjects": pl.List(texts), "mentions": texts, "names": texts, "made_from": texts,
        "shard_no": pl.UInt32, "same": pl.UInt32, "alike": pl.UInt32, "runs": pl.List(pl.UInt64)})


def honour(policy, folded, outsiders=(), namesakes=()) -> Honour:
    return Honour(standings=folded, policy=policy, purpose="train", as_of=AS_OF, outsiders=dict.fromkeys(outsiders, 0),
                  namesakes=dict.fromkeys(namesakes, 0))


def by_hand(gate: Honour, facts) -> str:
    """Judge one row in the plainest way: everybody, turn by turn, then the whole for who gave no consent."""
    whole = gate.said(facts["said_first"], facts["said_last"], facts["notice"], facts["arrived"])
    found = [KEEP]
    for name, at, people in zip(facts["turn_ids"], facts["turn_said"], facts["turn_subjects"], strict=True):
        item = Item(record=facts["record"], turn=name, said=(parse_moment(at), parse_moment(at)) if at else whole)
        for person in people:
            found.append(standing(gate.standings, gate.policy, person, "train", item, AS_OF))
            state = gate.standings.states.get(person)
            if not state or not state.consented("train", item):
                found.append(silence(gate.policy, "train", whole, AS_OF))
    found += [because("third-party-objection")] if set(facts["mentions"]) & set(gate.outsiders) else []
    found += [because("third-party-homonym")] if set(facts["names"]) & set(gate.namesakes) else []
    return strictest(found).answer


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(TURNS, st.sampled_from(["", "notice-2025"])), min_size=1, max_size=5), entries(),
       st.sampled_from(sorted(POLICIES)), st.sets(st.sampled_from(["mail0", "mail2"])), st.sets(st.sampled_from(["name1"])))
def test_honouring_columns_is_honouring_rows(rows, log, policy, outsiders, namesakes):
    """Whoever said whatever, the answer over columns is that of each row judged alone.

    Law: CHO-04, CHO-07, CHO-12
    """
    gate = honour(POLICIES[policy], Standings(log), outsiders, namesakes)
    judged = gate.apply(undecided(frame(rows)))
    wanted = [RANK[by_hand(gate, facts)] for facts in frame(rows).iter_rows(named=True)]
    assert judged["rank"].to_list() == wanted


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TURNS, st.just("")), min_size=1, max_size=4), entries(), st.sampled_from(sorted(POLICIES)),
       st.sampled_from(PEOPLE))
def test_asking_for_access_changes_no_answer(rows, log, policy, person):
    """A request that refuses nothing makes no answer stricter, and none more lenient."""
    at = parse_moment("2025-07-01")
    asked = Entry(seq=len(log), kind="access", subject=person, received_at=at, recorded_at=at, decision={})
    before = honour(POLICIES[policy], Standings(log)).apply(undecided(frame(rows)))
    after = honour(POLICIES[policy], Standings([*log, asked])).apply(undecided(frame(rows)))
    assert after["rank"].to_list() == before["rank"].to_list()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TURNS, st.just("")), min_size=1, max_size=4), entries(), st.sampled_from(sorted(POLICIES)),
       st.sampled_from(["objection", "withdrawal", "restriction", "erasure", "rectification"]), st.sampled_from(PEOPLE))
def test_a_refusal_never_frees_anything(rows, log, policy, kind, person):
    """One restricting entry more, and every answer is as strict as before or stricter: what patches rest on."""
    at = parse_moment("2025-12-01")
    more = Entry(seq=len(log), kind=kind, subject=person, received_at=at, recorded_at=at, decision={})
    before = honour(POLICIES[policy], Standings(log)).apply(undecided(frame(rows)))
    after = honour(POLICIES[policy], Standings([*log, more])).apply(undecided(frame(rows)))
    assert all(b <= a for b, a in zip(before["rank"], after["rank"], strict=True))
    mine = after.filter(pl.col("subjects").list.contains(person))
    assert mine["rank"].min() != 0


class Unasked:
    """A gate of the legal basis that has nothing against anything."""

    def against(self, rows):
        """Give no row."""
        return rows.head(0).select("row", reason=pl.lit(""))


def test_a_row_refused_by_another_gate_counts_for_the_person_as_well():
    """Whatever gate refused a row first, copies of words that a person refused are held."""
    from licit.core.sources import Source, Wanted
    from licit.pipeline.admit import Admission
    rows = frame([([("2025-02-01T00:00:00Z", ["a"])], ""), ([("2025-02-01T00:00:00Z", ["b"])], "")]).with_columns(
        thread=pl.Series(["branch", "main"]), language=pl.lit("fr"), runs=pl.Series([[7], [7]], dtype=pl.List(pl.UInt64)))
    at = parse_moment("2025-03-01")
    said = Standings([Entry(seq=0, kind="objection", subject=PEOPLE[0], received_at=at, recorded_at=at, decision={})])
    gates = Gates(admission=Admission(register={"chat": Source(id="chat", ground="own", approved=1)},
                                      policy=POLICIES["interest"], wanted=Wanted(use="train", as_of=AS_OF, unsigned=True), threads=("main",)),
                  honour=honour(POLICIES["interest"], said), basis=Unasked(), staff=Staff(), near=True, draw=Draw(seed=0, per_thousand=0))
    assert decide(rows, gates)["reason"].to_list() == ["purpose", "copy-of-refused"]
