"""Signed approvals, of a source or of a paper: who may sign one, what it covers, and what can be checked of two persons being two.

Rules kept here:

- A key counts for the one person and role that somebody of another name enrolled it for. Enrolled under two names it counts
  for neither; taken back, it never returns, and what it signed lapses unless the entry says that it stands.
- An approval counts when such a key of the role ``legal`` signed it in this log, over everything that its entry says: the digest
  of what is approved above all; of a source also the uses, the number of records and the end that it covers.
- Whoever proposed or wrote a part of what is approved neither approves it nor enrolled the key that does. That three names are three
  people cannot be seen from here: whoever enrols looks at the person.
- An approval by a name alone is told apart; of a source it counts only where a plan accepts that, of a paper never.

Law: PRV-01, LIA-01
"""

import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .contracts import USES, text, texts
from .ids import canonical_json, hex_digest
from .notes import pae
from .policy import parse_moment

APPROVAL_TYPE = "application/vnd.licit.approval+json"
ROLES = ("legal", "officer", "engineer", "auditor")

#: What the entries may say; anything else cannot be read.
APPROVAL_FIELDS = frozenset({"source", "version", "by", "uses", "records", "until", "digest", "key", "signature"})
KEY_FIELDS = frozenset({"answer", "name", "role", "key", "by", "why", "stand"})

#: Tells whether a signature (third) of a message (second) holds under a raw public key (first).
Holds = Callable[[bytes, bytes, bytes], bool]


def nothing_holds(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Say of every signature that it does not hold: who checks none, trusts none."""
    return False


def folded(name: str) -> str:
    """Give a name so that two spellings of it are one."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A person's key: in hexadecimal, whose it is, in which role, and who enrolled it."""

    key: str
    name: str
    role: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A signed approval: of which version, by whom, with which key, for which uses, up to how many records (0: any), until when."""

    version: int
    by: str
    key: str
    uses: tuple[str, ...]
    records: int = 0
    until: datetime | None = None


class Keyring:
    """Everybody's keys, folded from ``staff-key`` entries in sequence."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.enrolled: dict[str, Enrolled] = {}
        self.gone: set[str] = set()

    def read(self, body: Mapping[str, Any]) -> str:
        """Fold one entry; give the key whose earlier approvals lapse by it, or "".

        Raises:
            ValueError: it cannot be read.
        """
        if set(body) - KEY_FIELDS or body.get("answer") not in ("enrolled", "revoked"):
            raise ValueError("an entry about a key of staff cannot be read")
        key = text(body, "key")
        if len(bytes.fromhex(key)) != 32 or key != key.lower():
            raise ValueError("a key is 64 hexadecimal digits")
        known = self.enrolled.get(key)
        if body["answer"] == "revoked":
            self.enrolled.pop(key, None)
            self.gone.add(key)
            return "" if body.get("stand") is True else key
        found = Enrolled(key=key, name=text(body, "name"), role=text(body, "role"), by=text(body, "by"))
        if found.role not in ROLES or not found.name:
            raise ValueError(f"a key is enrolled for a name and a role among {', '.join(ROLES)}")
        if known and folded(known.name) != folded(found.name):
            del self.enrolled[key]
            self.gone.add(key)
            return key
        if key not in self.gone and found.by and folded(found.by) != folded(found.name):
            self.enrolled[key] = found
        return ""


def version_digest(source: Mapping[str, Any], contract: Mapping[str, Any] | None) -> str:
    """Give the digest of all that is said of a source: its last entry, and its last contract's."""
    return hex_digest("licit/source-version", canonical_json(source), canonical_json(contract) if contract else b"")


def statement(origin: str, body: Mapping[str, Any]) -> bytes:
    """Give the bytes that an approval's signature covers; ``origin`` names the log."""
    return pae(APPROVAL_TYPE, canonical_json({"v": 1, "log": origin} | {
        name: value for name, value in body.items() if name != "signature"}))


def against(body: Mapping[str, Any], *, keyring: Keyring, digest: str, proposers: Collection[str]) -> str:
    """Say what speaks against a signed approval but for its signature, "" for nothing.

    Args:
        body: the approval's entry.
        keyring: the keys that are enrolled by then.
        digest: of what is approved: all that is said of a source, or the text of a paper.
        proposers: who proposed or wrote it.
    """
    named, owner = folded(text(body, "by")), keyring.enrolled.get(text(body, "key"))
    parties = {folded(name) for name in proposers}
    if owner is None:
        return "the key is not enrolled, or counts no longer"
    if owner.role != "legal":
        return f"the key is enrolled for the role {owner.role}, and the role legal approves"
    if folded(owner.name) != named:
        return "the key is enrolled for somebody else"
    if not parties or "" in parties:
        return "nobody is named who proposed or wrote it"
    if named in parties:
        return "who proposed or wrote it cannot approve it"
    if folded(owner.by) in parties:
        return "the key was enrolled by who proposed or wrote it; a third person enrols"
    return "" if text(body, "digest") == digest else "it was made of another version"


def counts(body: Mapping[str, Any], *, keyring: Keyring, digest: str, proposers: Collection[str], origin: str, holds: Holds) -> bool:
    """Tell whether an approval counts: nothing speaks against it, and its signature holds in the log that ``origin`` names."""
    if against(body, keyring=keyring, digest=digest, proposers=proposers):
        return False
    try:
        signature = bytes.fromhex(text(body, "signature"))
    except ValueError:
        return False
    return holds(bytes.fromhex(text(body, "key")), statement(origin, body), signature)


def read_approval(body: Mapping[str, Any]) -> Approval:
    """Read an approval's entry.

    Raises:
        ValueError: a field that none has, or a value out of its list.
    """
    uses, records, version = texts(body, "uses"), body.get("records", 0), body.get("version")
    if set(body) - APPROVAL_FIELDS or set(uses) - set(USES):
        raise ValueError("an approval cannot be read")
    if type(records) is not int or records < 0 or type(version) is not int:
        raise ValueError("an approval names a version, and a number of records")
    until = text(body, "until")
    return Approval(version=version, by=text(body, "by"), key=text(body, "key"), uses=uses, records=records,
                    until=parse_moment(until) if until else None)
