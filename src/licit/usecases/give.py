"""Review and give: a person sees a conversation as a model would, takes more out of it, and gives that very text once.

What is given arrives as a new state of the conversation, made of the reviewed words, beside a consent that names this state, the
purpose and the text's digest. So all that anybody else said of the conversation, its capacity and age stand as they did.

Rules kept here:

- Whoever holds a conversation may give it, nobody else; they take out, and never put back what was replaced for others' sake.
- What is given is what was shown: the digest of the words that were seen must be that of the words that are stored.
- The consent covers that state alone. A newer export, or the words as typed, are not given by it: they wait.
- Giving it lifts nobody else's refusal and no organisation's, whichever came first; taking it back refuses the conversation.

Law: CHO-14, CHO-17, CHO-07
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from ..core.errors import HeldError, InputError, RefusedError
from ..core.ids import SubjectId, canonical_json, keyed, short_text
from ..core.manifest import manifest_digest
from ..core.ports import NewEntry
from ..core.records import MADE_FROM, Part, Record, Turn, altered
from ..pipeline.deidentify import Masked
from ..pipeline.pack import Packer
from .alone import storing
from .arrive import INDEX, SHARD
from .centre import read_records
from .commands import insist_alive
from .live import Live
from .workspace import Position, Workspace, given_at

#: What stands in the place of words that a person took out.
TAKEN = "[…]"

_PIECE = re.compile(r"(?<=[.!?…])\s+|\n+")
_MOST_PIECES, _MOST_WORDS, _SHORTEST = 3000, 100, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message of a review: its turn, who speaks, and its pieces (sentences) as a model would see them."""

    turn: str
    role: str
    pieces: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A conversation as it would be given: its messages, how much was replaced, and the digest of its text.

    ``given`` is the entry of the consent that stands for this conversation, -1 none; ``notice`` the notice in force.
    """

    record: str
    lines: tuple[Line, ...]
    replaced: int
    digest: str
    given: int
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What a person takes out: pieces by message and number ("2.0"), and words wherever they stand."""

    pieces: frozenset[str] = frozenset()
    words: tuple[str, ...] = field(default=(), repr=False)


_WHOLE = Cut()


def cut_of(pieces: Sequence[str], words: str) -> Cut:
    """Read what a form takes out; words are parted by lines and commas.

    Raises:
        InputError: too many, or a word too short to mean something.
    """
    told = tuple(dict.fromkeys(word for part in re.split(r"[\n,;]", words) if (word := part.strip())))
    if len(told) > _MOST_WORDS or len(pieces) > _MOST_PIECES or any(len(word) < _SHORTEST for word in told):
        raise InputError("too much at once, or a word of one letter", reason="cut-unclear")
    return Cut(pieces=frozenset(pieces), words=told)


def review(live: Live, subject: str, record: str, cut: Cut = _WHOLE) -> Review:
    """Show a conversation of somebody's as it would be given, less what they take out.

    Raises:
        InputError: they hold no such conversation; nobody is told whether there is one.
        RefusedError: it is an organisation's, or no notice announces training.
        HeldError: a detector could not look, or it is too long to be reviewed on one page.
    """
    _, lines, masked = _masked(live, subject, record, cut)
    notices = [notice.id for notice in live.now()[1].notices if "train" in notice.purposes
               and notice.starts <= live.workspace.clock.now() and (notice.ends is None or live.workspace.clock.now() < notice.ends)]
    if not notices:
        raise RefusedError("no notice in force announces training", reason="notice-missing")
    return Review(record=record, lines=lines, replaced=sum(masked.counts.values()), digest=_digest(lines),
                  given=_standing_gift(live, subject, record), notice=notices[-1])


def _masked(live: Live, subject: str, record: str, cut: Cut) -> tuple[Record, tuple[Line, ...], Masked]:
    space = live.workspace
    people = [subject, *map(str, live.now()[0].linked(SubjectId(subject)))] if subject else []
    found = next(iter(read_records(space, [record])), None) if people else None
    if found is None or found[1].kind != "conversation" or not _holds(found[1], people):
        raise InputError("you have no such conversation here", reason="record-unknown")
    body = _shown(found[1])
    if body.capacity == "organisation" or body.state != "live" or not body.turns:
        raise RefusedError("this conversation cannot be given", reason="organisation-data" if body.capacity == "organisation" else "chat-state")
    masked = space.mask(record, body)
    if masked.reason:
        raise HeldError("it cannot be shown as a model would see it now", reason=masked.reason)
    texts = iter(masked.texts)
    lines = []
    for number, turn in enumerate(body.turns):
        text = "\n".join(next(texts) for _ in turn.parts)
        lines.append(Line(turn=str(turn.id), role=turn.role, pieces=tuple(_cut_pieces(number, text, cut))))
    if sum(len(line.pieces) for line in lines) > _MOST_PIECES:
        raise HeldError("this conversation is too long to be reviewed on one page", reason="too-long")
    return body, tuple(lines), masked


def _holds(record: Record, people: Sequence[str]) -> bool:
    return bool(record.holder) and str(record.person(record.holder).subject) in people


def _shown(record: Record) -> Record:
    """Give a record of the messages that are shown, and nothing that rests on them; each hangs from the one before."""
    turns: list[Turn] = []
    for turn in record.turns:
        if turn.shown and turn.origin in ("said", "pasted") and turn.kind != "attachment":
            parts = tuple(part for part in turn.parts if part.kind == "text" and part.text)
            if parts:
                turns.append(altered(turn, parts=parts, parent=turns[-1].id if turns else None, derived_from=()))
    kept = {name: value for name, value in record.declared.items() if name == MADE_FROM}
    return altered(record, turns=tuple(turns), declared=kept, cut={}, strange={})


def _cut_pieces(number: int, text: str, cut: Cut) -> list[str]:
    """Part a text into sentences, each with the space behind it, and take out what was asked."""
    ends = [*(found.end() for found in _PIECE.finditer(text)), len(text)]
    pieces = [piece for start, end in zip([0, *ends], ends, strict=False) if (piece := text[start:end])]
    for count, piece in enumerate(pieces):
        if f"{number}.{count}" in cut.pieces:
            pieces[count] = TAKEN + piece[len(piece.rstrip()):]
    return _without(pieces, cut.words) if cut.words else pieces


def _without(pieces: list[str], words: Sequence[str]) -> list[str]:
    """Take words out of pieces, those as well that go from one piece into the next."""
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)), re.I)
    found = [match.span() for match in pattern.finditer("".join(pieces))]
    out, at = [], 0
    for piece in pieces:
        end, kept, left = at + len(piece), list[str](), at
        for first, last in found:
            if first < end and last > at:
                kept += [piece[left - at:max(first, at) - at], TAKEN if first >= at else ""]
                left = min(last, end)
        out.append("".join(kept) + piece[left - at:])
        at = end
    return out


def _digest(lines: Sequence[Line]) -> str:
    return manifest_digest(canonical_json([[line.turn, line.role, "".join(line.pieces)] for line in lines]))


def _standing_gift(live: Live, subject: str, record: str) -> int:
    """Give the entry of a gift of theirs that stands, -1 for none or one that was taken back."""
    space = live.workspace
    gift = given_at(space.log, Position.head(space.log)).get(record)
    people = {subject, *map(str, live.now()[0].linked(SubjectId(subject)))}
    if gift is None or gift.subject not in people:
        return -1
    later = [entry for one in people for entry in space.log.entries(start=gift.seq + 1, subject=SubjectId(one), kinds=("withdrawal", "objection"))]
    ended = any("train" in ((entry.decision or {}).get("purposes") or ("train",)) for entry in later)
    return -1 if ended else gift.seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """What is given: the record, what is taken out, the digest of the text that was seen, and the words of the question."""

    record: str
    cut: Cut
    digest: str
    wording: str


def give(live: Live, subject: str, gift: Gift) -> int:
    """Give a reviewed conversation for training, once; give the consent's entry.

    The same text given again while it stands enters nothing.

    Raises:
        InputError, RefusedError, HeldError: see :func:`review`; or the text is no longer the one that was seen, or nothing is left.
    """
    insist_alive(live.workspace, [subject])
    seen = review(live, subject, gift.record, gift.cut)
    if seen.digest != gift.digest:
        raise HeldError("the conversation is no longer the one you saw", reason="review-stale", remedy="Look at it again.")
    if not any(piece.strip() not in ("", TAKEN) for line in seen.lines for piece in line.pieces):
        raise InputError("nothing is left to give", reason="nothing-left")
    space = live.workspace
    if seen.given >= 0 and _text_of(space, seen.given) == seen.digest:
        return seen.given
    body, lines, _ = _masked(live, subject, gift.record, gift.cut)
    shard = _stored(space, gift.record, _reviewed(body, lines), seen.digest)
    return space.enter("consent", {
        "purposes": ["train"], "target": {"level": "record", "record": gift.record}, "notice": seen.notice, "wording": gift.wording,
        "how": "reviewed and given", "text": seen.digest, "shard": shard}, subject=subject)


def _text_of(space: Workspace, seq: int) -> str:
    return str(next(iter([(entry.decision or {}).get("text", "") for entry in space.log.entries(start=seq, stop=seq + 1)]), ""))


def _reviewed(body: Record, lines: Sequence[Line]) -> Record:
    """Give the record with the reviewed words in the place of those that were typed."""
    return altered(body, turns=tuple(altered(turn, parts=(Part(text="".join(line.pieces).strip()),))
                                     for turn, line in zip(body.turns, lines, strict=True)))


def _stored(space: Workspace, name: str, record: Record, digest: str) -> str:
    """Store a state as a shard of its own; the catalogue keeps naming the words as typed, for those are what the person has."""
    key = space.keys.secret("records")
    packed, subjects = Packer(key).pack(record), {person.ref: str(person.subject) for person in record.people}
    source = _source_of(space, name)
    shard = "d" + short_text(keyed(key, "licit/given", name.encode(), digest.encode(), str(space.log.head()[0]).encode()))
    arrived = space.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    with storing(space):
        sha256 = space.corpus.write(f"shards/{shard}.parquet", _rows(SHARD, [(name, packed.state, source, arrived, packed.body(name, subjects))]))
        space.corpus.write(f"index/{shard}.parquet", _rows(INDEX, sorted(packed.index(name, subjects))))
        space.log.append([NewEntry(kind="arrival", subject=SubjectId(""), received_at=space.clock.now(), decision={
            "shard": shard, "sha256": sha256, "records": 1, "source": source})])
    return shard


def _source_of(space: Workspace, name: str) -> str:
    shard = space.catalogue.stored([name])[name][1]
    return str(space.corpus.read(f"shards/{shard}.parquet", ["source"])["source"][0].as_py())


def _rows(schema: Any, rows: Sequence[Sequence[Any]]) -> Any:
    columns: Mapping[str, list[Any]] = {field.name: [row[place] for row in rows] for place, field in enumerate(schema)}
    return pa.table(columns, schema=schema)
