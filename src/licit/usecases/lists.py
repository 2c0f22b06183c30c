"""Lists of refusals: a table of many people's objections, as officers get them by post, from a form or from a product.

Columns: ``account`` or ``device``; and, where they vary, ``issuer``, ``kind``, ``purposes``, ``received``.

Rules kept here:

- A list only restricts: permissions and consents are given one by one.
- rows = entered + already + set aside. A row that cannot be read is set aside with its number and why; the rest goes on.
- What stands already is not entered again, so that a list interrupted anywhere is simply read again.
- No column but these is read, and no value is ever told back.

Law: CHO-06, CHO-13
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from ..core.errors import InputError
from ..core.ids import SubjectId
from ..core.policy import PURPOSES, parse_moment
from ..core.ports import NewEntry
from ..core.rights import Item, Standings
from .live import Live
from .workspace import Progress, silent

#: Kinds a list may hold.
KINDS = ("objection", "withdrawal", "restriction", "access", "portability", "rectification", "erasure")
#: Columns that are read.
COLUMNS = ("account", "device", "issuer", "kind", "purposes", "received")
_BATCH = 10_000
_REFUSED = frozenset({"objection", "consent-withdrawn", "said-before-permission", "erased", "entry-unreadable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What came of a list: rows by what happened, and the rows set aside as (row number, why)."""

    rows: int
    entered: Mapping[str, int]
    already: int
    aside: tuple[tuple[int, str], ...]
    unread: tuple[str, ...]
    dry: bool

    def as_json(self) -> dict[str, object]:
        """Give it as plain values."""
        return {"rows": self.rows, "entered": dict(self.entered), "already": self.already, "dry_run": self.dry,
                "set_aside": [{"row": row, "reason": why} for row, why in self.aside], "columns_not_read": list(self.unread)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    number: int
    person: tuple[str, str, str] = field(repr=False)
    kind: str
    purposes: tuple[str, ...]
    received: datetime


@dataclass(slots=True, kw_only=True)
class _Count:
    rows: int = 0
    entered: Counter[str] = field(default_factory=Counter)
    already: int = 0
    aside: list[tuple[int, str]] = field(default_factory=list)


def enter_list(live: Live, data: bytes, *, issuer: str = "", dry: bool = False, progress: Progress = silent) -> Listed:
    """Enter a list of refusals, or with ``dry`` say what would be entered.

    ``issuer`` vouches for the accounts of rows that name none.

    Raises:
        InputError: it is no table in UTF-8, or no column says whose row it is.
    """
    rows, names = _table(data)
    unread = tuple(sorted(name for name in names if name not in COLUMNS))
    if not {"account", "device"} & set(names):
        raise InputError("no column says whom a row is about", remedy="Head one column: account (or device).")
    count, now, seen = _Count(), live.workspace.clock.now(), set[tuple[object, ...]]()
    while batch := list(islice(rows, _BATCH)):
        wishes = []
        for number, row in batch:
            count.rows += 1
            wish, why = _wish(number, row, issuer, now)
            if wish is None:
                count.aside.append((number, why))
            elif (key := (wish.person, wish.kind, wish.purposes)) in seen:
                count.already += 1
            else:
                seen.add(key)
                wishes.append(wish)
        _enter(live, wishes, count, dry=dry)
        progress("enter", count.rows, 0)
    return Listed(rows=count.rows, entered=dict(count.entered), already=count.already, aside=tuple(count.aside),
                  unread=unread, dry=dry)


def _table(data: bytes) -> tuple[Iterator[tuple[int, Mapping[str, str]]], Sequence[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("the list is not in UTF-8", remedy="Save it as CSV UTF-8.") from None
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
    except csv.Error:
        raise InputError("the first line of the list cannot be read") from None
    if len(set(names)) != len(names):
        raise InputError("two columns of the list have one name")

    def rows() -> Iterator[tuple[int, Mapping[str, str]]]:
        while True:
            try:
                values = next(reader, None)
            except csv.Error:
                yield reader.line_num, {}
                return
            if values is None:
                return
            if any(values):
                short = len(values) != len(names)
                yield reader.line_num, {} if short else {n: v.strip() for n, v in zip(names, values, strict=True)}
    return rows(), names


def _wish(number: int, row: Mapping[str, str], issuer: str, now: datetime) -> tuple[_Wish | None, str]:
    """Read one row, or say why it cannot be read."""
    who = [(key, row[key]) for key in ("account", "device") if row.get(key)]
    kind, vouching = row.get("kind", "").lower() or "objection", row.get("issuer", "") or issuer
    purposes = tuple(row.get("purposes", "").replace(",", " ").replace(";", " ").split())
    why = ("row-broken" if not row else "nobody-named" if not who else "two-people-named" if len(who) > 1 else
           "issuer-missing" if not vouching else "kind-unknown" if kind not in KINDS else
           "purpose-unknown" if set(purposes) - set(PURPOSES) else "")
    if why:
        return None, why
    try:
        received = parse_moment(row["received"]) if row.get("received") else now
    except ValueError:
        return None, "day-unreadable"
    if received > now:
        return None, "day-to-come"
    return _Wish(number=number, person=(vouching, *who[0]), kind=kind, purposes=purposes, received=received), ""


def _enter(live: Live, wishes: Sequence[_Wish], count: _Count, *, dry: bool) -> None:
    """Enter what does not stand yet, in one write."""
    space = live.workspace
    subjects = space.identities.subjects_for([wish.person for wish in wishes], create=not dry)
    entries, (standings, _, _), now = [], live.now(), space.clock.now()
    for wish, subject in zip(wishes, subjects, strict=True):
        if subject and _stands(standings, subject, wish, now):
            count.already += 1
            continue
        count.entered[wish.kind] += 1
        decision = {"how": "list"} | ({"purposes": list(wish.purposes)} if wish.purposes else {})
        entries.append(NewEntry(kind=wish.kind, subject=subject, received_at=wish.received, decision=decision))
    if entries and not dry:
        space.log.append(entries)


def _stands(standings: Standings, subject: SubjectId, wish: _Wish, now: datetime) -> bool:
    """Tell whether a refusal stands already, for all that the row names; other rights are entered each time."""
    if wish.kind not in ("objection", "withdrawal"):
        return False
    state = standings.states.get(subject)
    if state is None:
        return False
    item = Item(record="", said=(now, now))
    return all(any(found.reason in _REFUSED for found in state.refusals(purpose, item))
               for purpose in wish.purposes or PURPOSES)
