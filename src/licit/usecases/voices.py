"""Where a person's choices differ by channel or account: which said what, and which of them counts.

Rules kept here:

- Nothing is weighed here: what counts is the answer of the gate, which takes the most protective of what applies.
- Choices of everything are compared, each purpose by itself; a pick of one conversation contradicts nothing.
- Only a person's own entries, those of their linked accounts included, are read.

Law: CHO-13
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..core.ids import SubjectId
from ..core.policy import PURPOSES
from ..core.rights import Entry
from .live import Live

#: Answers by which a refusal counts; what only waits, or lacks a ground, is no refusal of the person's.
_REFUSED = frozenset({"objection", "consent-withdrawn", "said-before-permission"})
_REFUSING, _ALLOWING = ("objection", "withdrawal"), ("permission", "consent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One choice: its entry, kind, the channel it came by ("" not said), when, whether by another account, and whether it counts."""

    entry: int
    kind: str
    how: str
    at: datetime
    elsewhere: bool
    counts: bool


def differing(live: Live, subject: str) -> dict[str, tuple[Voice, ...]]:
    """Give, for each purpose of which the last refusal and the last permission came by different ways, both; the one that counts first."""
    if not subject:
        return {}
    standings, _, _ = live.now()
    people = [SubjectId(subject), *standings.linked(SubjectId(subject))]
    said = sorted((entry for one in people for entry in live.workspace.log.entries(subject=one, kinds=(*_REFUSING, *_ALLOWING))
                   if "target" not in (entry.decision or {"target": ""})), key=lambda entry: entry.seq)
    out: dict[str, tuple[Voice, ...]] = {}
    for purpose in PURPOSES:
        refusal = next((entry for entry in reversed(said) if entry.kind in _REFUSING and purpose in _of(entry, PURPOSES)), None)
        allowing = next((entry for entry in reversed(said) if entry.kind in _ALLOWING and purpose in _of(entry, ())), None)
        if refusal is None or allowing is None or _way(refusal) == _way(allowing):
            continue
        refused = live.standing(subject, purpose).decision.reason in _REFUSED
        voices = [_voice(refusal, subject, refused), _voice(allowing, subject, not refused)]
        out[purpose] = tuple(sorted(voices, key=lambda voice: not voice.counts))
    return out


def _of(entry: Entry, silent: tuple[str, ...]) -> tuple[str, ...]:
    body: Mapping[str, object] = entry.decision or {}
    named = body.get("purposes")
    return tuple(map(str, named)) if isinstance(named, list | tuple) and named else silent


def _way(entry: Entry) -> tuple[str, str]:
    return str(entry.subject), _how(entry)


def _how(entry: Entry) -> str:
    how = (entry.decision or {}).get("how")
    return how if isinstance(how, str) else "staff"


def _voice(entry: Entry, subject: str, counts: bool) -> Voice:
    return Voice(entry=entry.seq, kind=entry.kind, how=_how(entry), at=entry.recorded_at, elsewhere=str(entry.subject) != subject, counts=counts)
