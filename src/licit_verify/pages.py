"""What was read of pages, judged again: the tables that the log's signal entries name, against the documents of a release.

Rules kept here:

- A table counts only under the digest that the log has; one that is missing or cannot be read is a fault, not an absence.
- Whatever any reading found on a page stands against its document, whichever source that is of; what it does not know is a no.
- A document without a page of its own is judged by every page of its source.
- Entries past the base restrict and do nothing else: they settle nothing and make no reading younger.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from .policy import moment
from .rights import Entry
from .sources import Source

#: The age in days at which a reading is too old, where a release's plan does not say.
MAX_AGE = 30

_FINE = {"allow", "silent", "overridden", "words"}


@dataclass(slots=True)
class Pages:
    """What stands against each page and each source, when each was read, and which sources were read page by page as a whole."""

    oldest: datetime
    against: dict[bytes, set[str]] = field(default_factory=dict)
    read: dict[bytes, datetime] = field(default_factory=dict)
    anywhere: dict[str, set[str]] = field(default_factory=dict)
    sites: dict[str, datetime] = field(default_factory=dict)
    sources: dict[str, datetime] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    web: set[str] = field(default_factory=set)

    def reasons(self, page: bytes | None, name: str, source: Source | None) -> set[str]:
        """Give every reason against a document of a source, from a page (None: it does not say which)."""
        agreed = source is not None and source.contract is not None
        found = self.anywhere.get(name, set()) if page is None else self.against.get(page, set())
        if agreed:
            return found & {"no-lawful-access"}
        known = [at for at in (self.read.get(page) if page is not None else None, self.sites.get(name)) if at]
        if not known and name in self.whole:
            return found | {"signals-unread"}
        if not known and name in self.sources:
            known = [self.sources[name]]
        stale = max(known) < self.oldest if known else name in self.web
        return found | ({"signals-stale"} if stale else set())


def read_pages(entries: Iterable[Entry], base: int, oldest: datetime, place: Callable[[str], Path]) -> Pages:
    """Fold signal and source entries, in sequence; ``place`` gives a table by its digest and insists on that.

    Raises:
        ValueError: an entry or a table that cannot be read.
    """
    every, out = list(entries), Pages(oldest)
    for entry in every:
        if entry.kind == "source":
            body = _body(entry)
            web = body.get("kind") == "web-crawl" or body.get("statute") == "dsm-4"
            out.web = out.web | {str(body["source"])} if web else out.web - {str(body["source"])}
    entries = [entry for entry in every if entry.kind == "signal"]
    settled = {str(body["settles"]): body.get("verdict") for entry in entries if entry.seq < base
               and (body := _body(entry)).get("scope") == "pages" and body.get("settles") and body.get("by") and not body.get("pages")}
    for entry in entries:
        body, early = _body(entry), entry.seq < base
        name, paged = str(body["source"]), body.get("scope") == "pages"
        if paged and body.get("settles") and not body.get("pages"):
            continue
        if paged and body.get("pages"):
            _take(out, place(str(body["pages"])), name, settled.get(str(body.get("sha256"))), _recorded(entry) if early else None)
            out.whole |= {name} if early and body.get("whole") is True else set()
        recorded = _recorded(entry)
        at = min(recorded, moment(body["read_at"])) if body.get("read_at") else recorded
        if early:
            out.sources[name] = max(out.sources.get(name, at), at)
            if not (paged and body.get("pages")):
                out.sites[name] = max(out.sites.get(name, at), at)
    return out


def _body(entry: Entry) -> Mapping[str, Any]:
    if not isinstance(entry.decision, Mapping) or not entry.decision.get("source"):
        raise ValueError("a signal entry cannot be read")
    return entry.decision


def _recorded(entry: Entry) -> datetime:
    if entry.recorded_at is None:
        raise ValueError("a signal entry without its time")
    return entry.recorded_at


def _take(out: Pages, path: Path, name: str, verdict: Any, entered: datetime | None) -> None:
    for page, at, says in _lines(path):
        reasons = {"no-lawful-access"} if "no-access" in says else set()
        reasons |= {"reserved"} if says - _FINE - {"no-access"} else set()
        if "words" in says and verdict != "allowed":
            reasons.add("reserved-in-words" if verdict is None else "reserved")
        if reasons:
            out.against.setdefault(page, set()).update(reasons)
            out.anywhere.setdefault(name, set()).update(reasons)
        if entered is not None:
            when = min(moment(at), entered)
            out.read[page] = max(out.read.get(page, when), when)


def _lines(path: Path) -> Iterator[tuple[bytes, str, set[str]]]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=["page", "at", "signals"]):
            batch.validate(full=True)
            for row in batch.to_pylist():
                yield row["page"], row["at"], {str(signal["says"]) for signal in row["signals"]}


def oldest_of(as_of: datetime, days: object) -> datetime:
    """Give the moment before which a reading is too old.

    Raises:
        ValueError: not a number of days between 1 and 366.
    """
    if type(days) is not int or not 1 <= days <= 366:
        raise ValueError("signals_max_age lies between 1 and 366")
    return as_of - timedelta(days=days)
