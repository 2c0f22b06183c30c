"""Readings of reservation signals as the log has them: which were made of single pages, which of a whole source, and when.

A reading of pages names a table (``signals/SHA256.parquet``) that says of each page what was read and when; a page goes by
a keyed hash of its address. Everything else is read for the whole source, by :func:`licit.core.sources.register_from`.

Rules kept here:

- Every reading adds to those before: what any of them found stays, whatever is read later.
- Words on pages wait for the verdict of a person who names the reading; another verdict than leave makes a refusal of them.
- Past a patch's base a reading only restricts: it settles nothing, and makes nothing younger.

Law: SIG-04, SIG-10
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .policy import parse_moment
from .rights import Entry

#: For so many days a reading counts where a plan says nothing else.
MAX_AGE_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """A reading of pages: for which source, the digests of the reading and of its table, when it was entered.

    ``whole`` says that it is of all pages of the source that there are; ``late`` that it stands past a patch's base.
    """

    source: str
    sha256: str
    pages: str
    entered: datetime
    whole: bool
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """All readings at a position: of pages, in order; when each source was last read at all, and as a whole site; what is settled."""

    pages: tuple[PageReading, ...] = ()
    read: Mapping[str, datetime] = field(default_factory=dict)
    sites: Mapping[str, datetime] = field(default_factory=dict)
    settled: Mapping[str, str] = field(default_factory=dict)


def readings_from(entries: Iterable[Entry], base: int) -> Readings:
    """Fold signal entries, in sequence; those from ``base`` on only restrict.

    Raises:
        ValueError: an entry that cannot be read.
    """
    pages: list[PageReading] = []
    read: dict[str, datetime] = {}
    sites: dict[str, datetime] = {}
    settled: dict[str, str] = {}
    for entry in entries:
        body, late = entry.decision, entry.seq >= base
        if body is None or not body.get("source"):
            raise ValueError(f"entry {entry.seq} (signal) cannot be read")
        source, paged = str(body["source"]), body.get("scope") == "pages"
        at = min(entry.recorded_at, parse_moment(str(body["read_at"])) if body.get("read_at") else entry.recorded_at)
        if paged and body.get("pages"):
            pages.append(PageReading(source=source, sha256=str(body.get("sha256", "")), pages=str(body["pages"]),
                                     entered=entry.recorded_at, whole=body.get("whole") is True and not late, late=late))
        elif paged and body.get("settles"):
            if body.get("by") and not late:
                settled[str(body["settles"])] = str(body.get("verdict", ""))
            continue
        elif not late:
            sites[source] = max(sites.get(source, at), at)
        if not late:
            read[source] = max(read.get(source, at), at)
    return Readings(pages=tuple(pages), read=read, sites=sites, settled=settled)
