"""A record packed for its shard: its words and state hashed, its body written, whom it concerns listed; the rest let go.

Rules kept here:

- A record is stored with keyed and random ids only; raw account keys, e-mails and names of senders are let go.
- What is hashed is the canonical JSON of ``core/ids``, what is stored the plain JSON of ``core/records``; most turns are
  written here in both forms at once, since their text is most of the work, and any other turn by those two.
- It takes little more room than its text, so that thousands can wait.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.ids import canonical_json, keyed_by
from ..core.records import Record, Turn, about_json, turn_json

#: The issuer of people who are known already: their key is their subject, as for whom a rewrite's sources concern.
KNOWN = "licit:subject"

_quote = json.encoder.encode_basestring
_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


@dataclass(slots=True, kw_only=True)  # not frozen, for that takes three times as long to make
class Packed:
    """What is kept of a record until it is stored.

    ``words`` is the keyed hash of what was said, ``state`` eight bytes of it and eight for all that is known of the
    record. ``people`` are (reference, issuer, kind, raw key); ``concerns`` are (reference, turn, role).
    """

    kind: str
    format: str
    origin_id: str = field(repr=False)
    account: str = field(repr=False)
    words: bytes
    state: bytes
    turns: bytes = field(repr=False)
    about: bytes = field(repr=False)
    people: tuple[tuple[str, str, str, str], ...] = field(repr=False)
    concerns: tuple[tuple[str, str, str], ...]

    def body(self, record: str, subjects: Mapping[str, str]) -> str:
        """Give the JSON that is stored: the record's name for its origin id, subjects for raw keys."""
        people = ",".join([
            f'{{"ref":{_quote(ref)},"kind":{_quote(kind)},"issuer":{_quote(issuer)},"key":"",'
            f'"subject":{_quote(subjects[ref])}}}' for ref, issuer, kind, _ in self.people])
        people = f',"people":[{people}]' if people else ""
        return (f'{{"kind":{_quote(self.kind)},"origin_id":{_quote(record)},"format":{_quote(self.format)},'
                f'"turns":{self.turns.decode()}{people}{self.about.decode()}}}')

    def index(self, record: str, subjects: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
        """Give whom every turn concerns: (subject, record, turn, role)."""
        return [(subjects[ref], record, turn, role) for ref, turn, role in self.concerns]


class Packer:
    """Packs records under one key."""

    def __init__(self, key: bytes) -> None:
        """Take the key for records."""
        self._words, self._state = keyed_by(key, "licit/content"), keyed_by(key, "licit/version")

    def pack(self, record: Record) -> Packed:
        """Pack a record.

        Raises:
            ValueError: it holds what canonical JSON cannot.
        """
        turns, about = [_turn(turn) for turn in record.turns], about_json(record)
        said = ",".join(["{" + words for words, _, _ in turns])
        words = self._words(f"[{_quote(record.kind)},{_quote(record.format)},[{said}]]".encode())
        known = canonical_json({"kind": record.kind, "origin_id": record.origin_id, "format": record.format,
                                **_stateful(record.kind, about)}).decode()
        said = ",".join(["{" + concerns + words for words, concerns, _ in turns])
        about.pop("people", None)
        return Packed(
            kind=record.kind, format=record.format, origin_id=record.origin_id,
            account=record.person(record.holder).key if record.holder else "", words=words,
            state=words[:8] + self._state(f'{known[:-1]},"turns":[{said}]}}'.encode())[:8],
            turns=f"[{','.join([stored for _, _, stored in turns])}]".encode(),
            about=f",{_write(about)[1:-1]}".encode() if about else b"",
            people=tuple([(person.ref, person.issuer, person.kind, person.key) for person in record.people]),
            concerns=tuple(_concerns(record)))


def _turn(turn: Turn) -> tuple[str, str, str]:
    """Write a turn: canonically but for its opening brace and whom it concerns, these apart, and as it is stored."""
    if turn.origin != "said" or turn.derived_from or turn.language or turn.kind or not turn.shown:
        plain = turn_json(turn)
        stored = _write(plain)
        concerns = plain.pop("concerns", None)
        return (canonical_json(plain).decode()[1:],
                canonical_json({"concerns": concerns}).decode()[1:-1] + "," if concerns else "", stored)
    own, role = _quote(turn.id), _quote(turn.role)
    parent = "" if turn.parent is None else f'"parent":{_quote(turn.parent)},'
    parts = ",".join([f"[{_quote(part.kind)},{_quote(part.text)},{_quote(part.path)}]" for part in turn.parts])
    concerns = ",".join([f"[{_quote(each.person)},{_quote(each.role)}]" for each in turn.concerns])
    concerns = f'"concerns":[{concerns}],' if concerns else ""
    said_at = f',"said_at":{_quote(turn.said_at)}' if turn.said_at else ""
    return (f'"id":{own},{parent}"parts":[{parts}],"role":{role}{said_at}}}', concerns,
            f'{{"id":{own},"role":{role},{parent}"parts":[{parts}]{"," + concerns[:-1] if concerns else ""}{said_at}}}')


def _stateful(kind: str, about: dict[str, Any]) -> dict[str, Any]:
    """Give what of a record makes its state: all but, for a conversation, where its file lay."""
    if kind != "conversation" or "path" not in about.get("declared", ()):
        return about
    return {**about, "declared": {name: value for name, value in about["declared"].items() if name != "path"}}


def _concerns(record: Record) -> Iterator[tuple[str, str, str]]:
    """Give (reference, turn, role) for everybody whom a turn concerns; the holder is concerned by all."""
    for turn in record.turns:
        holder = record.holder
        for concern in turn.concerns:
            yield concern.person, turn.id, concern.role
            if concern.person == holder:
                holder = ""
        if holder:
            yield holder, turn.id, "holder"
