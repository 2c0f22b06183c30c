"""Release, tally, row digest and content root: what a release is, independent of how its files are laid out.

Rules kept here:

- ``content_root`` covers the ordered live logical rows and nothing else: each row's typed, length-prefixed digest, in
  the order of its keyed position. File names, compression and signatures are bound by ``manifest_digest`` only.
- A tally balances or it cannot be made: arrived = released + held + refused.
- A row's typed bytes can be read back in one way only, so that no two rows share a digest.
- Public counts below :data:`SMALL` are merged, so that a reason does not point at a person; a patch's public counts name no
  reason at all, for beside its parent's they would say why the rows between them left.

Law: DEI-05, DEI-08, REL-02, REL-04, SEN-03
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import EvidenceError
from .ids import canonical_json, digest, frame

FORMAT = "licit-release/1"

#: What de-identified output is called; "anonymous" is a claim this version cannot make.
LABEL = "de-identified (personal data)"

#: The columns a release may have, in order; nothing else leaves (GDPR Art. 5(1)(c)).
COLUMNS = ("record", "chunk", "messages", "text", "language", "source", "licence", "day", "first_day", "last_day",
           "participants", "topics", "tokens", "turns")

#: Public counts under this size are merged into ``other``.
SMALL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many rows arrived and what became of them, by reason."""

    arrived: int
    released: int
    held: Mapping[str, int]
    refused: Mapping[str, int]

    def __post_init__(self) -> None:
        """Insist on the balance.

        Raises:
            EvidenceError: arrived differs from released + held + refused, or a count is below one.
        """
        out = self.released + sum(self.held.values()) + sum(self.refused.values())
        if self.arrived != out or self.released < 0 or any(n < 1 for n in (*self.held.values(),
                                                                            *self.refused.values())):
            raise EvidenceError(f"the tally does not balance: {self.arrived} arrived, {out} accounted for",
                                remedy="Nothing was released; report this.")

    def as_json(self) -> dict[str, Any]:
        """Give the exact tally, reasons by name."""
        return {"arrived": self.arrived, "released": self.released, "held": dict(sorted(self.held.items())),
                "refused": dict(sorted(self.refused.items()))}

    def public(self, *, patch: bool = False) -> dict[str, Any]:
        """Give the tally with small cells merged into ``other``; of a patch, everything that is not released."""
        most = sum(self.held.values()) + sum(self.refused.values()) + 1 if patch else SMALL
        return {"arrived": self.arrived, "released": self.released, "held": merge_small(self.held, most),
                "refused": merge_small(self.refused, most)}


def merge_small(counts: Mapping[str, int], small: int = SMALL) -> dict[str, int]:
    """Merge the smallest counts into ``other`` until it and every count left is at least ``small``, or nothing is left.

    The sum stays what it was. Where all of them together are fewer, ``other`` is their sum: it names no reason.

    >>> merge_small({"minor": 1, "erased": 3, "objection": 8, "date-unknown": 90})
    {'date-unknown': 90, 'other': 12}
    """
    left, rest = sorted(counts.items(), key=lambda item: (item[1], item[0])), 0
    while left and (left[0][1] < small or 0 < rest < small):
        rest += left.pop(0)[1]
    return dict(sorted(left)) | ({"other": rest} if rest else {})


def row_digest(row: Sequence[Any]) -> bytes:
    """Give the 32-byte digest of one row: its values in the order of :data:`COLUMNS`.

    Every value is written with a type letter and a length: ``n`` null, ``i`` integer in decimal, ``s`` UTF-8 text,
    ``l`` a list of values, ``m`` a list of messages (role, content alternating).

    Raises:
        ValueError: a message that holds more than its role and content, or text that UTF-8 cannot write.
    """
    return hashlib.sha256(b"licit/row/1" + b"".join(map(_typed, row))).digest()


def _typed(value: Any) -> bytes:
    if isinstance(value, str):
        data = value.encode()
        return b"s%d:" % len(data) + data
    if value is None:
        return b"n"
    if isinstance(value, int):
        return b"i%d;" % value
    if isinstance(value, bytes):
        return b"b%d:" % len(value) + value
    if value and isinstance(value[0], dict):
        if any(len(item) != 2 for item in value):
            raise ValueError("a message is a role and a content, no more")
        inner = b"".join(_typed(item["role"]) + _typed(item["content"]) for item in value)
        return b"m%d:" % len(value) + inner
    return b"l%d:" % len(value) + b"".join(map(_typed, value))


def facts_digest(values: Sequence[Any]) -> bytes:
    """Give the 32-byte digest of all that was computed of a row, by which it is known again in another file.

    Values are written as in :func:`row_digest`, bytes with the letter ``b``. Among them is the row's keyed place, so that
    the digest says nothing of words that were erased.
    """
    return hashlib.sha256(b"licit/facts/1" + b"".join(map(_typed, values))).digest()


def person_mark(record: str, subject: str) -> bytes:
    """Give the 16 bytes by which it can be checked, once a record is erased, that it concerned a person."""
    return digest("licit/person", record.encode(), subject.encode())[:16]


def content_root(digests: Iterable[bytes]) -> str:
    """Give the root over row digests, already in the order of their keyed positions."""
    rows = b"".join(digests)
    return "sha256:" + hashlib.sha256(b"licit/content-root/1" + frame(rows)).hexdigest()


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Write a manifest as the bytes that its digest covers."""
    return canonical_json(manifest) + b"\n"


def manifest_digest(data: bytes) -> str:
    """Give the digest of a manifest file's bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()
