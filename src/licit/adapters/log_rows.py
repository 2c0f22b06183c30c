"""What an entry of the log is in the database: its tables, how it is written, and how it is checked when read.

Rules kept here:

- A leaf binds kind, person, times, decision and particulars through salted commitments.
- What is read is checked against its leaf. A decision part that is missing or does not match its commitment reads as
  None, which refuses (``rights.py``); kind, person or times that do not match stop the reader.
- Sequence, kind, pseudonym, times and leaf stay for ever; decision part and particulars can be erased.

Read next: ``log_store.py``.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from struct import iter_unpack
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Table,
    bindparam,
    func,
    or_,
    select,
)

from licit.core.errors import EvidenceError, InputError
from licit.core.ids import SubjectId, canonical_json
from licit.core.notes import Opening, about, commit, entry_leaf, moment, read_moment
from licit.core.ports import NewEntry
from licit.core.rights import KINDS, Entry
from licit.core.tree import TILE_LEVEL, Subtree, root

from .database import Big, Bytes, Guard, fetch, metadata

SALT = 32
PAGE = 2000

log = Table(
    "log", metadata,
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("received_at", String, nullable=False),
    Column("recorded_at", String, nullable=False),
    Column("about_salt", Bytes, nullable=False),
    Column("decision_commitment", Bytes, nullable=False),
    Column("particulars_commitment", Bytes, nullable=False),
    Column("leaf", Bytes, nullable=False),
    Index(None, "subject", "seq"), Index(None, "kind", "seq"))
log_decision, log_particulars = (
    Table(name, metadata,
          Column("seq", Big, ForeignKey("log.seq"), primary_key=True, autoincrement=False),
          Column("salt", Bytes, nullable=False),
          Column("body", Bytes, nullable=False))
    for name in ("log_decision", "log_particulars"))
log_tile = Table(
    "log_tile", metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("position", Big, primary_key=True, autoincrement=False),
    Column("hash", Bytes, nullable=False))

GUARDS = (Guard(table="log", key=("seq",), sequenced=True),
          Guard(table="log_decision", key=("seq",), erasable=True),
          Guard(table="log_particulars", key=("seq",), erasable=True),
          Guard(table="log_tile", key=("level", "position")))

_SIZE = select(func.coalesce(func.max(log.c.seq), -1) + 1)
_COUNT = select(func.count()).select_from(log).where(log.c.seq < bindparam("size"))
_LEAVES = select(log.c.leaf).where(log.c.seq.between(bindparam("first"), bindparam("last"))).order_by(log.c.seq)
_TILES = (select(log_tile.c.hash)
          .where(log_tile.c.level == bindparam("level"),
                 log_tile.c.position.between(bindparam("first"), bindparam("last")))
          .order_by(log_tile.c.position))
_PAGE = (select(log, log_decision.c.salt, log_decision.c.body)
         .outerjoin(log_decision, log_decision.c.seq == log.c.seq)
         .where(log.c.seq >= bindparam("start"), log.c.seq < bindparam("stop"))
         .order_by(log.c.seq).limit(PAGE))
_PARTS = (select(log, log_decision.c.salt, log_decision.c.body, log_particulars.c.salt, log_particulars.c.body)
          .outerjoin(log_decision, log_decision.c.seq == log.c.seq)
          .outerjoin(log_particulars, log_particulars.c.seq == log.c.seq))
#: One entry with all its parts, and a page of such after a number.
WHOLE = _PARTS.where(log.c.seq == bindparam("seq"))
WHOLE_AFTER = _PARTS.where(log.c.seq > bindparam("after")).order_by(log.c.seq).limit(PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What is stored of one entry: its leaf, and what opens its commitments as far as it was not erased."""

    seq: int
    kind: str
    leaf: bytes
    about: Opening
    decision: Opening | None
    decision_commitment: str
    particulars: Opening | None
    particulars_commitment: str


class Written(NamedTuple):
    """An entry whose two bodies are written out, before it has a number, a time and salts."""

    kind: str
    subject: SubjectId
    received_at: str
    decision: bytes
    particulars: bytes


def write(entries: Iterable[NewEntry]) -> list[Written]:
    """Write the bodies of entries, refusing what the log could not give back.

    Raises:
        InputError: an unknown kind, a time without a zone, or a body that canonical JSON cannot hold.
    """
    out: list[Written] = []
    at: datetime | None = None
    received_at = ""
    for entry in entries:
        if entry.kind not in KINDS:
            raise InputError("this is no kind of log entry", about=entry.kind)
        try:
            if at is None or entry.received_at is not at:  # what came together shares one time, whose writing costs much
                at, received_at = entry.received_at, moment(entry.received_at)
            entry.subject.encode()
            out.append(Written(entry.kind, entry.subject, received_at, canonical_json(dict(entry.decision)),
                               canonical_json(dict(entry.particulars)) if entry.particulars else b"{}"))
        except (ValueError, RecursionError):
            raise InputError("the entry cannot be written down", about=entry.kind,
                             remedy="Use times with a zone, ASCII keys and no floats.") from None
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows that some entries become, table by table, in the order of the tables' columns."""

    log: list[tuple[Any, ...]]
    decisions: list[tuple[Any, ...]]
    particulars: list[tuple[Any, ...]]
    leaves: list[bytes]


def rows_for(entries: Sequence[Written], start: int, recorded_at: str, salts: bytes) -> Rows:
    """Number, salt and commit entries; ``salts`` holds three for each (:data:`SALT` bytes)."""
    out = Rows(log=[], decisions=[], particulars=[], leaves=[])
    salted = zip(entries, iter_unpack(f"{SALT}s{SALT}s{SALT}s", salts), strict=True)
    for seq, ((kind, subject, received_at, what, more), (salt, what_salt, more_salt)) in enumerate(salted, start):
        whom = commit(salt, about(subject, received_at, recorded_at))
        decision, particulars = commit(what_salt, what), commit(more_salt, more)
        leaf = entry_leaf(kind, _text(whom), _text(decision), _text(particulars))
        out.leaves.append(leaf)
        out.log.append((seq, kind, subject, received_at, recorded_at, salt, decision, particulars, leaf))
        out.decisions.append((seq, what_salt, what))
        out.particulars.append((seq, more_salt, more))
    return out


def _text(commitment: bytes) -> str:
    return "sha256:" + commitment.hex()


def size_of(connection: Connection) -> int:
    """Give the number of entries."""
    return int(fetch(connection, _SIZE)[0][0])


def require_no_gap(connection: Connection, size: int) -> None:
    """Insist that a log of a size holds as many entries; below whole tiles nothing else that reads it would notice.

    Others may append meanwhile: what lies at or above the size is not counted.

    Raises:
        EvidenceError: entries are missing.
    """
    if (have := int(fetch(connection, _COUNT, size=size)[0][0])) != size:
        raise EvidenceError(f"the log holds {have:,} entries and its last one is number {size - 1:,}", about="log",
                            remedy="Entries were removed by hand; restore the newest backup.")


def leaves(connection: Connection, first: int, last: int) -> list[bytes]:
    """Give the leaf hashes of a range of entries, both ends included."""
    return [leaf for leaf, in fetch(connection, _LEAVES, first=first, last=last)]


def subtrees(connection: Connection) -> Subtree:
    """Read perfect subtrees from the stored storey below them: leaves, or tiles of 256, 65,536 … leaves."""
    def subtree(level: int, index: int) -> bytes:
        storey = level - level % TILE_LEVEL
        count = 1 << (level - storey)
        first, last = index * count, (index + 1) * count - 1
        nodes = leaves(connection, first, last) if storey == 0 else [
            node for node, in fetch(connection, _TILES, level=storey, first=first, last=last)]
        if len(nodes) != count:
            raise EvidenceError("a stored part of the log's tree is missing", about=f"level {storey}",
                                remedy="Run the check of the log; restore a backup.")
        return root(nodes)
    return subtree


def _who(row: Sequence[Any]) -> bytes:
    """Give the body of an entry's ``about``, insisting that the row's columns match its leaf."""
    seq, kind, subject, received_at, recorded_at, salt, decision, particulars, leaf, *_ = row
    try:
        who = about(subject, received_at, recorded_at)
        if entry_leaf(kind, _text(commit(salt, who)), _text(decision), _text(particulars)) == leaf:
            return who
    except (AttributeError, TypeError, ValueError):
        pass  # a damaged file gives values of any type
    raise EvidenceError("an entry's kind, person or times do not match its leaf", about=f"log entry {seq}",
                        remedy="Somebody changed the log by hand; restore a backup and compare its checkpoint.")


def _opened(salt: Any, body: Any, commitment: bytes) -> Opening | None:
    if type(salt) is not bytes or type(body) is not bytes or commit(salt, body) != commitment:
        return None
    return Opening(salt=salt, body=body)


def committed(row: Sequence[Any]) -> Committed:
    """Check a row of :data:`WHOLE` against its leaf and give its parts.

    Raises:
        EvidenceError: its kind, person or times do not match its leaf.
    """
    who = _who(row)
    seq, kind, _, _, _, salt, decision, particulars, leaf, what, what_body, more, more_body = row
    return Committed(
        seq=seq, kind=kind, leaf=leaf, about=Opening(salt=salt, body=who),
        decision=_opened(what, what_body, decision), decision_commitment=_text(decision),
        particulars=_opened(more, more_body, particulars), particulars_commitment=_text(particulars))


@lru_cache(maxsize=64)
def page(of_one: bool, kinds: tuple[str, ...]) -> Select[Any]:
    """Give the query of a page of entries: of everybody or one ``subject``, of all kinds (none named) or some."""
    query = _PAGE.where(log.c.subject == bindparam("subject")) if of_one else _PAGE
    return query.where(or_(*(log.c.kind == kind for kind in kinds))) if kinds else query


def entry(row: Sequence[Any]) -> Entry:
    """Check a row of :func:`page` against its leaf and give it as an entry.

    Raises:
        EvidenceError: its kind, person or times do not match its leaf.
    """
    _who(row)
    seq, kind, subject, received_at, recorded_at, _, commitment, _, _, salt, body = row
    readable = type(salt) is type(body) is bytes and commit(salt, body) == commitment
    return Entry(seq=seq, kind=kind, subject=SubjectId(subject), received_at=read_moment(received_at),
                 recorded_at=read_moment(recorded_at), decision=json.loads(body.decode()) if readable else None)
