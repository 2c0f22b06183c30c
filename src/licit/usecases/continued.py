"""A conversation that comes again and again, a little longer each time, joined with what is stored of it.

Rules kept here:

- What is stored stays: a branch that is no longer shown is kept as a branch, for its person may still pick or refuse it.
- A message was said when it first came. One that nobody has seen come was said at an unknown time.
- Everybody whom a stored message concerns is still asked about it, also when the product names them no longer.
- Another message of the same role in a place that is taken is an edit, another answer to the same words a regeneration.

Law: CHO-06, CHO-09
"""

from collections.abc import Mapping, Sequence

from ..core.ids import SubjectId, TurnId
from ..core.records import Concern, Person, Record, Turn, altered
from ..pipeline.pack import KNOWN
from .arrive import Declared, declare, names
from .centre import read_records
from .workspace import Workspace

#: What a message is called that comes into a place which another one has.
_ANEW = {"user": "edit", "assistant": "regeneration"}


def continued(space: Workspace, source: str, several: Sequence[tuple[Record, Declared]]) -> list[Record]:
    """Give conversations, whose turns have ids that stay the same, with what is stored of them; turns follow their parents."""
    whole = [declare(record, declared, source, "") for record, declared in several]
    own = [names(space, source, record)[-1] for record in whole]
    stored = dict(read_records(space, own))
    out = []
    for (record, _), name, full in zip(several, own, whole, strict=True):
        if (earlier := stored.get(name)) is None:
            out.append(_of_kind(record))
        else:
            asked = space.identities.subjects_for([(one.issuer, one.kind, one.key) for one in full.people], create=False)
            out.append(joined(record, earlier, frozenset(asked)))
    return out


def joined(record: Record, earlier: Record, asked: frozenset[SubjectId]) -> Record:
    """Join a conversation as it comes now with its stored state; ``asked`` are those whom all of it concerns anyway."""
    before = {turn.id: turn for turn in earlier.turns}
    others = [person for person in earlier.people if person.subject not in asked]
    refs = {person.ref: f"p{len(record.people) + number}" for number, person in enumerate(others)}
    people = tuple(Person(ref=refs[person.ref], kind=person.kind, issuer=KNOWN, key=person.subject) for person in others)
    path = [_first_said(turn, before[turn.id], refs) if turn.id in before else turn for turn in record.turns]
    here = {turn.id for turn in path}
    rest = [altered(turn, shown=False, concerns=_named(turn, refs)) for turn in earlier.turns if turn.id not in here]
    return _of_kind(altered(record, turns=(*path, *rest), people=(*record.people, *people)), frozenset(before))


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
