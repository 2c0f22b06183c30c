"""How one signing key follows another: links, each signed by the key that goes and by the key that comes.

Rules kept here:

- A link names both keys, its own number, its entry in the log and the log itself, so that none can be left out, moved or
  taken from elsewhere. Writing is exact; ``licit_verify`` reads it with code of its own.
- A key that was lost signs nothing: its link has the new key's signature alone, and whoever trusts only the old key is not
  led on by it.
- From a link's entry on, nothing that the old key signs counts; with ``since``, nothing from that moment on.

Law: REL-03
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .errors import EvidenceError
from .ids import canonical_json
from .notes import moment, pae
from .rights import Entry

LINK_TYPE = "application/vnd.licit.key-link+json"
USE = "signing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link before it is signed: the log, the new key's number (the first key is 1), and the entry that holds it."""

    origin: str
    number: int
    seq: int
    old: bytes
    new: bytes
    at: datetime
    since: datetime | None = None

    def body(self) -> dict[str, Any]:
        """Give what both keys sign, as plain values."""
        return {"v": 1, "origin": self.origin, "number": self.number, "seq": self.seq, "from": self.old.hex(),
                "to": self.new.hex(), "at": moment(self.at), "since": moment(self.since) if self.since else ""}

    def message(self) -> bytes:
        """Give the bytes that both keys sign."""
        return pae(LINK_TYPE, canonical_json(self.body()))

    def as_json(self, old: bytes, new: bytes) -> dict[str, Any]:
        """Give the link with its signatures; ``old`` is empty where that key was lost."""
        return {"body": self.body(), "old": old.hex(), "new": new.hex()}


def links_from(entries: Iterable[Entry]) -> list[Mapping[str, Any]]:
    """Fold the ``key`` entries of a log into its links, in order.

    Raises:
        EvidenceError: an entry cannot be read, so that nobody can say which key signs.
    """
    out: list[Mapping[str, Any]] = []
    for entry in entries:
        if entry.decision is None:
            raise EvidenceError(f"entry {entry.seq} (key) of the log cannot be read", reason="entry-unreadable",
                                remedy="Restore the workspace from a backup.")
        if entry.decision.get("use") == USE:
            out.append(entry.decision["link"])
    return out
