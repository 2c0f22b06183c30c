"""Approvals of sources and papers, judged again: keys of staff, who may sign with one, and what a signature covers.

Rules kept here:

- A key belongs to one person, in one role, by the hand of somebody else; under two names it is nobody's. Revoked, it stays so.
- An approval needs a key of the role legal, of somebody who proposed or wrote no part of it and whose key nobody enrolled who
  did, and a signature over this log's name and all that the entry says, the digest of what is approved included.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .canonical import frame, signed, unhex, write
from .policy import moment

USES = frozenset({"train", "fine-tune", "ground", "evaluate", "display", "redistribute"})
_TYPE = b"application/vnd.licit.approval+json"
_FIELDS = {"source", "version", "by", "uses", "records", "until", "digest", "key", "signature"}
_KEY_FIELDS = {"answer", "name", "role", "key", "by", "why", "stand"}
_ROLES = ("legal", "officer", "engineer", "auditor")


def same(name: str) -> str:
    """Give the one form of a name's spellings."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def words_of(body: Mapping[str, Any], name: str) -> str:
    """Give a text of an entry, "" where there is none.

    Raises:
        ValueError: it is something else.
    """
    value = body.get(name, "")
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value.strip()


@dataclass(frozen=True, slots=True)
class Approval:
    """What a signed approval covers."""

    key: str
    uses: frozenset[str]
    records: int
    until: datetime | None

    def lacks(self, use: str, as_of: datetime, records: int) -> str:
        """Give the reason why it does not cover a use of so many records at a moment, or ""."""
        if use not in self.uses:
            return "approval-use"
        if 0 < self.records < records:
            return "approval-volume"
        return "approval-expired" if self.until is not None and self.until <= as_of else ""


@dataclass(slots=True)
class Keys:
    """The keys of staff as the entries leave them: owner, role and enroller of each, and those that count no more."""

    owners: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)

    def read(self, body: Mapping[str, Any]) -> str:
        """Fold an entry; give the key whose signatures lapse by it, or "".

        Raises:
            ValueError: it cannot be read.
        """
        key, answer = unhex(body.get("key"), 32).hex(), body.get("answer")
        if not set(body) <= _KEY_FIELDS:
            raise ValueError("an entry about a key of staff cannot be read")
        if answer == "revoked":
            self._end(key)
            return key if body.get("stand") is not True else ""
        name, role, by = same(words_of(body, "name")), words_of(body, "role"), same(words_of(body, "by"))
        if answer != "enrolled" or role not in _ROLES or not name:
            raise ValueError("an entry about a key of staff cannot be read")
        if key in self.owners and self.owners[key][0] != name:
            self._end(key)
            return key
        if by and by != name and key not in self.over:
            self.owners[key] = (name, role, by)
        return ""

    def _end(self, key: str) -> None:
        self.owners.pop(key, None)
        self.over.add(key)

    def approval(self, body: Mapping[str, Any], origin: str, digest: str, proposers: Sequence[str]) -> Approval | None:
        """Give what an approval covers, None when its signature does not count.

        Raises:
            ValueError: it cannot be read.
        """
        uses, records, until = body.get("uses", []), body.get("records", 0), words_of(body, "until")
        if not set(body) <= _FIELDS or not isinstance(uses, list) or not USES.issuperset(uses):
            raise ValueError("an approval cannot be read")
        if type(records) is not int or records < 0 or type(body.get("version")) is not int:
            raise ValueError("an approval cannot be read")
        ends, key = moment(until) if until else None, self.signed(body, origin, digest, proposers)
        return Approval(key, frozenset(uses), records, ends) if key else None

    def signed(self, body: Mapping[str, Any], origin: str, digest: str, proposers: Sequence[str]) -> str:
        """Give the key by which somebody entitled signed an approval, "" when none did.

        Raises:
            ValueError: it cannot be read.
        """
        key, by = words_of(body, "key"), same(words_of(body, "by"))
        name, role, enroller = self.owners.get(key, ("", "", ""))
        mine = role == "legal" and name == by != "" and words_of(body, "digest") == digest
        if not mine or not proposers or {"", by, enroller} & {same(one) for one in proposers}:
            return ""
        payload = write({**{field: body[field] for field in body if field != "signature"}, "v": 1, "log": origin})
        message = b"DSSEv1 %d %b %d %b" % (len(_TYPE), _TYPE, len(payload), payload)
        try:
            signature = unhex(words_of(body, "signature"))
        except ValueError:
            return ""
        return key if signed(unhex(key, 32), message, signature) else ""


def version_digest(stated: Mapping[str, Any], contract: Mapping[str, Any] | None) -> str:
    """Give the digest of all that is said of a source."""
    parts = frame(b"licit/source-version", write(stated), write(contract) if contract else b"")
    return "sha256:" + hashlib.sha256(parts).hexdigest()
