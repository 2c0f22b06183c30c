"""A conversation that comes again and again, a little longer each time, joined with what is stored of it.

Rules kept here:

- What is stored stays: a branch that is no longer shown is kept as a branch, for its person may still pick or refuse it.
- A message was said when it first came. One that nobody has seen come was said at an unknown time.
- Everybody whom a stored message concerns is still asked about it, also when the product names them no longer.
- Another message of the same role in a place that is taken is an edit, another answer to the same words a regeneration.
- What goes on from a stored message stands after it, and all above it is shown; where that message is not stored, nothing is given.
- A remark on a stored message (a rating, a title) stands beside it and takes the place of an earlier one; without words it takes
  that one away.

Law: CHO-06, CHO-09
"""

from collections.abc import Mapping, Sequence

import polars as pl

from ..core.errors import InputError
from ..core.ids import SubjectId, TurnId
from ..core.records import Concern, Person, Record, Turn, altered
from ..pipeline.pack import KNOWN
from .arrive import Declared, declare, naming
from .centre import read_records
from .workspace import Workspace

#: Stands in a turn's id before the hash of the id under which its product answered.
LINK = ":"
#: What a message is called that comes into a place which another one has.
_ANEW = {"user": "edit", "assistant": "regeneration"}


def continued(space: Workspace, source: str, several: Sequence[tuple[Record, Declared, str]]) -> list[Record | InputError]:
    """Give conversations, whose turns have ids that stay the same, with what is stored of them; turns follow their parents.

    Each comes with the stem of the stored turn that it goes on from, "" where it tells all itself; where that one is not
    stored, an error is given in its place. A record of one turn that nobody said is a remark on the stored turn that it names.
    """
    whole = [declare(record, declared, source, "") for record, declared, _ in several]
    names = naming(space)
    own = [names(source, record)[-1] for record in whole]
    stored = dict(read_records(space, own))
    out: list[Record | InputError] = []
    for (record, _, after), name, full in zip(several, own, whole, strict=True):
        earlier = stored.get(name)
        last = next((turn for turn in earlier.turns if stem(turn.id) == after), None) if earlier and after else None
        if after and last is None:
            out.append(InputError("the message that this goes on from is not stored", reason="thread-unknown"))
        elif earlier is None:
            out.append(_of_kind(record))
        elif record.turns[0].origin != "said":
            asked = space.identities.subjects_for([(one.issuer, one.kind, one.key) for one in full.people], create=False)
            out.append(_remarked(record, earlier, frozenset(asked)))
        else:
            asked = space.identities.subjects_for([(one.issuer, one.kind, one.key) for one in full.people], create=False)
            out.append(joined(_after(record, earlier, last), earlier, frozenset(asked)))
    return out


def stem(turn: str) -> TurnId:
    """Give a turn's id without the hash of the answer's id that may stand behind it."""
    return TurnId(turn.partition(LINK)[0])


def answered(space: Workspace, link: str) -> tuple[str, str] | None:
    """Give the stems of a conversation's first message of the user and of the stored turn with such a link, None for none."""
    files = sorted(space.corpus.path("index").glob("*.parquet"))
    if not files:
        return None
    found = pl.scan_parquet(files).filter(pl.col("turn").str.ends_with(LINK + link)).select("record", "turn").unique().collect()
    for record, turn in found.sort("record").iter_rows():
        for _, whole in read_records(space, [record]):
            first = next((stem(one.id) for one in whole.turns if one.role == "user"), None)
            if first and any(one.id == turn for one in whole.turns):
                return first, stem(turn)
    return None


def _after(record: Record, earlier: Record, last: Turn | None) -> Record:
    """Give a conversation with the stored turns that it goes on from, and its turns by the ids that they are stored under."""
    stored = {stem(turn.id): turn.id for turn in earlier.turns}
    own = {turn.id: stored.get(stem(turn.id), turn.id) for turn in record.turns}
    turns = [altered(turn, id=own[turn.id], parent=own[turn.parent] if turn.parent else None) for turn in record.turns]
    if last is None:
        return altered(record, turns=tuple(turns))
    before, above = {turn.id: turn for turn in earlier.turns}, [last]
    while (parent := above[-1].parent) is not None and parent in before:
        above.append(before[parent])
    path = [altered(turn, concerns=(), shown=True) for turn in reversed(above)]
    return altered(record, turns=(*path, altered(turns[0], parent=last.id), *turns[1:]))


def joined(record: Record, earlier: Record, asked: frozenset[SubjectId]) -> Record:
    """Join a conversation as it comes now with its stored state; ``asked`` are those whom all of it concerns anyway."""
    before = {turn.id: turn for turn in earlier.turns}
    people, refs = _others(record, earlier, asked)
    path = [_first_said(turn, before[turn.id], refs) if turn.id in before else turn for turn in record.turns]
    here = {turn.id for turn in path}
    rest = [altered(turn, shown=False, concerns=_named(turn, refs)) for turn in earlier.turns if turn.id not in here]
    return _of_kind(altered(record, turns=(*path, *rest), people=people), frozenset(before))


def _remarked(record: Record, earlier: Record, asked: frozenset[SubjectId]) -> Record:
    """Give a stored conversation with a remark of its own; ``asked`` are those whom all of it concerns anyway."""
    remark, people, refs = record.turns[0], *_others(record, earlier, asked)
    turns = [altered(turn, concerns=_named(turn, refs)) for turn in earlier.turns if turn.id != remark.id]
    stored = {stem(turn.id): turn.id for turn in earlier.turns}
    remark = altered(remark, parent=stored[remark.parent] if remark.parent else None, derived_from=tuple(stored[one] for one in remark.derived_from))
    return altered(record, turns=(*turns, *([remark] if remark.parts else [])), people=people)


def _others(record: Record, earlier: Record, asked: frozenset[SubjectId]) -> tuple[tuple[Person, ...], dict[str, str]]:
    """Give a record's people with those of its stored state whom it does not concern anyway, and how these are named now."""
    others = [person for person in earlier.people if person.subject not in asked]
    refs = {person.ref: f"p{len(record.people) + number}" for number, person in enumerate(others)}
    return (*record.people, *(Person(ref=refs[one.ref], kind=one.kind, issuer=KNOWN, key=one.subject) for one in others)), refs


def _first_said(turn: Turn, before: Turn, refs: Mapping[str, str]) -> Turn:
    return altered(turn, said_at=before.said_at, kind=before.kind, concerns=(*turn.concerns, *_named(before, refs)))


def _named(turn: Turn, refs: Mapping[str, str]) -> tuple[Concern, ...]:
    return tuple(Concern(person=refs[concern.person], role=concern.role) for concern in turn.concerns if concern.person in refs)


def _of_kind(record: Record, known: frozenset[TurnId] = frozenset()) -> Record:
    """Say of each new turn whether it takes a place that another one had first."""
    roles = {turn.id: turn.role for turn in record.turns}
    parents = {turn.id: turn.parent for turn in record.turns}

    def place(turn: Turn) -> tuple[TurnId | None, str]:
        above = turn.parent
        while above is not None and roles[above] == "system":  # what the product says before may change at every message
            above = parents[above]
        return above, turn.role

    taken = {place(turn) for turn in record.turns if turn.id in known}
    turns = []
    for turn in record.turns:
        if turn.id not in known and turn.origin == "said" and turn.role in _ANEW:
            if place(turn) in taken:
                turn = altered(turn, kind=_ANEW[turn.role])
            taken.add(place(turn))
        turns.append(turn)
    return altered(record, turns=tuple(turns))
