"""The log as it stands in the workspace's database: every entry opened, every leaf made again, the tree from nothing.

Rules kept here:

- Nothing stored is believed: kind, person, times and both parts must give the leaf, and the leaves the signed roots.
- A part that is missing was erased, is counted, and reads as unreadable; one that does not match was tampered with.
- The database is opened for reading only, and whatever is in it ends in a :class:`~licit_verify.report.Fault`.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .canonical import commitment, parse
from .report import Fault
from .rights import RESTRICTING, Entry
from .tree import leaf_hash, roots

DATABASE = "licit.db"

_ENTRIES = """select l.seq, l.kind, l.subject, l.received_at, l.recorded_at, l.about_salt, l.decision_commitment,
  l.particulars_commitment, l.leaf, d.salt, d.body, p.salt, p.body from log l
  left join log_decision d on d.seq = l.seq left join log_particulars p on p.seq = l.seq order by l.seq"""
_ORPHANS = """select (select count(*) from log_decision where seq not in (select seq from log))
  + (select count(*) from log_particulars where seq not in (select seq from log))"""
_MOST_FAULTS = 20


@dataclass(slots=True)
class Ledger:
    """The log read whole: entries that decide something, roots at the sizes asked for, and what is wrong."""

    size: int = 0
    entries: list[Entry] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)
    erased: int = 0
    faults: list[Fault] = field(default_factory=list)
    tag_keys: dict[str, bytes] = field(default_factory=dict)
    recorded: list[str] = field(default_factory=list)

    def at(self, base: int, size: int, *kinds: str) -> list[Entry]:
        """Give the entries of some kinds (none: all) that count: all below base, up to size those that restrict."""
        return [entry for entry in self.entries if (not kinds or entry.kind in kinds)
                and (entry.seq < base or (entry.seq < size and entry.kind in RESTRICTING))]


def read_ledger(path: Path, sizes: set[int]) -> Ledger:
    """Read the log of a workspace.

    Args:
        path: the SQLite file it lies in, or that it was written to.
        sizes: the sizes at which the root is wanted.

    Raises:
        Fault: there is no database, or it cannot be read.
    """
    if not path.is_file():
        raise Fault("there is no {path}; a log in a database server is written to a file first: licit log export",
                    DATABASE, path=DATABASE)
    out = Ledger()
    try:
        base = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
        try:
            base.execute("begin")
            out.roots = roots(_leaves(base, out), sizes)
            if base.execute(_ORPHANS).fetchone() != (0,):
                out.faults.append(Fault("a part belongs to no entry of the log", DATABASE))
            out.tag_keys = {subject: bytes(key) for subject, key in base.execute("select subject, tag_key from subject")}
        finally:
            base.close()
    except (sqlite3.Error, TypeError, ValueError, OverflowError):
        raise Fault("{path} cannot be read as a log", DATABASE, path=DATABASE) from None
    return out


def _leaves(base: sqlite3.Connection, out: Ledger) -> Iterator[bytes]:
    for row in base.execute(_ENTRIES):
        seq, kind, subject = row[0], row[1], row[2]
        if seq != out.size:
            out.faults.append(Fault("entry {seq} of the log is missing", DATABASE, seq=out.size))
            return
        out.size += 1
        leaf = _leaf(row)
        if leaf != row[8]:
            _fault(out, Fault("entry {seq} of the log: kind, person or times do not give its leaf", DATABASE, seq=seq))
        out.recorded.append(row[4])
        body = _body(row, out)
        if kind != "subject":
            out.entries.append(Entry(seq, kind, subject, datetime.fromisoformat(row[3]), _decision(seq, body, out),
                                     datetime.fromisoformat(row[4])))
        yield leaf


def _leaf(row: tuple[Any, ...]) -> bytes:
    _, kind, subject, received, recorded, salt, decision, particulars = row[:8]
    about = (f'{{"received_at":{_text(received)},"recorded_at":{_text(recorded)},"subject":{_text(subject)}}}').encode()
    return leaf_hash((f'{{"about":"{commitment(salt, about)}","decision":"sha256:{decision.hex()}",'
                      f'"kind":{_text(kind)},"particulars":"sha256:{particulars.hex()}","v":1}}').encode())


def _text(value: str) -> str:
    if not isinstance(value, str):
        raise ValueError("not text")
    return f'"{value}"' if value.isascii() and value.isprintable() and not {'"', "\\"} & {*value} else json.dumps(
        value, ensure_ascii=False)


def _body(row: tuple[Any, ...], out: Ledger) -> bytes | None:
    """Give an entry's decision part, None when it is missing or does not match its commitment."""
    seq, committed, more_committed, salt, body, more_salt, more = row[0], row[6], row[7], *row[9:13]
    if more is not None and commitment(more_salt, more) != "sha256:" + more_committed.hex():
        _fault(out, Fault("entry {seq} of the log: its particulars do not match their commitment", DATABASE, seq=seq))
    if body is None:
        out.erased += 1
        return None
    if commitment(salt, body) != "sha256:" + committed.hex():
        _fault(out, Fault("entry {seq} of the log: its decision does not match its commitment", DATABASE, seq=seq))
        return None
    return bytes(body)


def _decision(seq: int, body: bytes | None, out: Ledger) -> Any:
    try:
        return None if body is None else parse(body)
    except ValueError:
        _fault(out, Fault("entry {seq} of the log: its decision is not canonical JSON", DATABASE, seq=seq))
        return None


def _fault(out: Ledger, fault: Fault) -> None:
    if len(out.faults) < _MOST_FAULTS:
        out.faults.append(fault)
