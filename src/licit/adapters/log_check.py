"""The whole log, derived again from what is stored: every byte must give the same tree.

Rules kept here:

- Every row is opened, every leaf and tile computed again, every stored root compared; the first fault is named.
- A part that was erased is counted, not forgiven: the caller compares the counts with the erasures on record.
- A log that was rewritten as a whole agrees with itself; only a checkpoint kept elsewhere shows that. Give it one.

Law: CHO-05, REL-06
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, select

from licit.core.errors import EvidenceError
from licit.core.tree import Frontier

from .database import fetch, inspect, snapshot
from .log_rows import GUARDS, WHOLE_AFTER, committed, log, log_decision, log_particulars, log_tile

_ERASABLE = (log_decision, log_particulars)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A log that was checked: its size and root, and how many parts are no longer there."""

    size: int
    root: bytes
    decisions_gone: int
    particulars_gone: int


def check(engine: Engine, known: Iterable[tuple[int, bytes]] = ()) -> Sound:
    """Derive the log again from its rows, as one moment saw it.

    Args:
        engine: The database.
        known: Sizes and roots from checkpoints kept elsewhere; each must come out.

    Raises:
        EvidenceError: a row, tile, index, guard or known root does not agree; the first one found is named.
    """
    with snapshot(engine) as connection:
        inspect(connection, GUARDS)
        return _derive(connection, sorted(known))


def _derive(connection: Connection, known: list[tuple[int, bytes]]) -> Sound:
    edge, tiles, gone = Frontier(), [], [0, 0]
    for rows in _pages(connection):
        leaves: list[bytes] = []
        for row in rows:
            leaves.append(_checked(row, edge.size + len(leaves), gone))
        while known and known[0][0] <= edge.size + len(leaves):
            _compare(edge, leaves, known.pop(0))
        edge, done = edge.extend(leaves)
        tiles += done
    if known:
        raise EvidenceError(f"the log has {edge.size} entries, and a known checkpoint {known[0][0]}", about="log",
                            remedy="Entries are lost; restore the newest backup.")
    stored = {(row.level, row.position, bytes(row.hash)) for row in connection.execute(select(log_tile))}
    if stored != set(tiles):
        raise EvidenceError("the stored tree differs from the log's entries", about="table log_tile")
    for table in _ERASABLE:
        if connection.execute(select(table.c.seq).where(table.c.seq.not_in(select(log.c.seq))).limit(1)).first():
            raise EvidenceError("a part belongs to no entry", about=f"table {table.name}")
    return Sound(size=edge.size, root=edge.root(), decisions_gone=gone[0], particulars_gone=gone[1])


def _pages(connection: Connection) -> Iterator[list[tuple[Any, ...]]]:
    """Give the rows in sequence, and an empty page at the end."""
    rows: list[tuple[Any, ...]] = []
    after = -1
    while after < 0 or rows:
        rows = fetch(connection, WHOLE_AFTER, after=after)
        yield rows
        after = rows[-1][0] if rows else 0


def _checked(row: Sequence[Any], seq: int, gone: list[int]) -> bytes:
    """Check one row, count what is gone of it, and give its leaf."""
    if row[0] != seq:
        raise EvidenceError("an entry is missing", about=f"log entry {seq}", remedy="Restore the newest backup.")
    whole = committed(row)
    *_, what, _, more, _ = row
    for place, (salt, opening, name) in enumerate(((what, whole.decision, "decision part"),
                                                   (more, whole.particulars, "particulars"))):
        if salt is None:
            gone[place] += 1
        elif opening is None:
            raise EvidenceError(f"an entry's {name} do not match their commitment", about=f"log entry {seq}",
                                reason="entry-unreadable", remedy="Somebody changed them by hand; restore a backup.")
    return whole.leaf


def _compare(edge: Frontier, leaves: list[bytes], known: tuple[int, bytes]) -> None:
    size, root = known
    if size < edge.size or edge.extend(leaves[:size - edge.size])[0].root() != root:
        raise EvidenceError("the log is not the one that a known checkpoint names", about=f"log size {size}",
                            remedy="It was rewritten; restore the backup that agrees.")
