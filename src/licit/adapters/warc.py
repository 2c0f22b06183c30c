"""Web archives (WARC), record by record: each response as a page, with the files of its site wherever in the archive they stand.

The archive is read twice (and once more to see that it ends whole): first for robots.txt, tdmrep.json, ai.txt and licences, which may come after the pages, then for pages.

Rules kept here:

- A record that is broken or cut short is a page with a fault. What cannot be read on from is one more, and says so; a site of
  which no robots.txt was met by then has one that cannot be read.
- A site's file that was stored more than once counts in each version: a page is judged beside each.
- Memory is bounded: by one page, and by a limit on all site files together, beyond which a site's file is a fault.

Law: SIG-12
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed

from licit.core.errors import InputError
from licit.core.signals import AI_TXT, ROBOTS, TDMREP, Answer, Page

from .stored import LARGEST, LARGEST_FILE, answer_from, headers_of

#: All site files of an archive together, in bytes, and versions of one site's.
_ALL_FILES, _VERSIONS = 256 << 20, 8

_SITE = {ROBOTS, TDMREP, AI_TXT}

#: Kinds of record that hold an answer, and those that hold none (WARC 1.1, section 6).
_PAGES, _OTHERS = ("response", "resource", "revisit"), ("warcinfo", "request", "metadata", "conversion", "continuation")


@dataclass(slots=True)
class _Sites:
    """The files of each site, in every version that was met."""

    versions: dict[str, list[dict[str, Answer]]] = field(default_factory=dict)
    size: int = 0

    def add(self, host: str, names: tuple[str, ...], answer: Answer) -> None:
        self.size += len(answer.body)
        if self.size > _ALL_FILES:
            answer = Answer(status=answer.status, fault="too-many-files")
        known = self.versions.setdefault(host, [{}])
        if names[0] not in known[-1]:
            for version in known:
                version.update(dict.fromkeys(names, answer))
        elif all(version[names[0]] != answer for version in known):
            if len(known) >= _VERSIONS:
                answer = Answer(fault="too-many-versions")
            known.append({**known[-1], **dict.fromkeys(names, answer)})


def is_warc(path: Path) -> bool:
    """Say whether a file is a web archive, by its name or its first bytes."""
    if path.name.lower().endswith((".warc", ".warc.gz")):
        return True
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(5) == b"WARC/"


def warc_pages(path: Path, *, agent: str = "", robots: Answer | None = None) -> Iterator[list[Page]]:
    """Give each page of an archive, once beside each version of its site's files.

    ``robots`` stands for the robots.txt of every site.

    Raises:
        InputError: the file cannot be opened.
    """
    def opened() -> BinaryIO:
        try:
            return path.open("rb")
        except OSError as error:
            raise InputError(f"this archive cannot be read: {error.strerror}", about=path.name, reason="file-unreadable") from None

    yield from archive_pages(opened, agent=agent, robots=robots)


def archive_pages(opened: Callable[[], BinaryIO], *, agent: str = "", robots: Answer | None = None) -> Iterator[list[Page]]:
    """Give each page of what opens as an archive: see :func:`warc_pages`; it is opened three times."""
    sites, lost = _Sites(), ""
    for url, kind, answer, _ in records(opened, files=True):
        if kind == "broken":
            lost = answer.fault
            continue
        host, name = _split(url)
        if name in _SITE or _is_licence(name, answer):
            sites.add(host, (name, url), answer)
    broken = {ROBOTS: Answer(fault="archive-unreadable")} if lost else {}
    for url, kind, answer, at in records(opened, files=False):
        host, name = _split(url)
        if name in _SITE and kind != "broken":
            continue
        for_all = {ROBOTS: robots} if robots else {}
        yield [Page(url=url, agent=agent, answer=answer, site={**broken, **site, **for_all}, at=at) for site in sites.versions.get(host, [{}])]
    if lost:
        yield [Page(agent=agent, answer=Answer(fault=lost))]


def _split(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}".lower(), parts.path or "/"
    except ValueError:
        return "", "/"


def _is_licence(name: str, answer: Answer) -> bool:
    return name.lower().endswith((".rsl", "/rsl.xml", "/license.xml")) or "rsl+xml" in "".join(answer.headers.get("content-type", ()))


def records(opened: Callable[[], BinaryIO], *, files: bool) -> Iterator[tuple[str, str, Answer, str]]:
    """Give address, kind, answer and date of each response; with ``files`` only of what may be a site's file.

    The kind of what cannot be read is ``broken``, and its answer has the fault.
    """
    stream = opened()
    seen = 0
    with stream:
        try:
            for record in ArchiveIterator(stream):
                seen += 1
                if record.rec_type not in _PAGES:
                    if record.rec_type not in _OTHERS and not files:  # it may have been an answer that reserves
                        yield "", "broken", Answer(fault="record-unreadable"), ""
                    continue
                url = str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
                name = _split(url)[1].lower()
                kind = str(record.http_headers.get_header("Content-Type", "") if record.http_headers else "")
                if not files or name in _SITE or name.endswith((".rsl", ".xml")) or "rsl+xml" in kind:
                    yield url, record.rec_type, _answer(record, LARGEST_FILE if files else LARGEST), str(record.rec_headers.get_header("WARC-Date") or "")
        except (ArchiveLoadFailed, OSError, zlib.error, EOFError, ValueError, AttributeError, TypeError, IndexError):
            if files:
                yield "", "broken", Answer(fault="archive-unreadable-from-here"), ""
            return
    if files and (not seen or not _whole(opened)):
        yield "", "broken", Answer(fault="archive-cut-short" if seen else "archive-empty"), ""


def _whole(opened: Callable[[], BinaryIO]) -> bool:
    """Say whether an archive ends where a record does; the library takes a member that is cut short for the end."""
    with opened() as file:
        first = file.read(1 << 20)
        if first[:2] != b"\x1f\x8b":
            last = first[-4:]
            while block := file.read(1 << 20):
                last = (last + block)[-4:]
            return last == b"\r\n\r\n"
        unpack, rest, fresh = zlib.decompressobj(31), first, True
        while block := rest or file.read(1 << 20):
            try:
                unpack.decompress(block, 1 << 20)
            except zlib.error:
                return False
            fresh, rest = False, unpack.unconsumed_tail
            if unpack.eof:
                unpack, rest, fresh = zlib.decompressobj(31), unpack.unused_data, True
        return fresh


def _answer(record: Any, largest: int) -> Answer:
    status, headers = 0, {}  # type: tuple[int, dict[str, tuple[str, ...]]]
    if record.http_headers is not None:
        code = str(record.http_headers.get_statuscode())
        status = int(code) if code.isdigit() else 0
        headers = headers_of((str(name), str(value)) for name, value in record.http_headers.headers)
    stream = record.raw_stream
    reader = ChunkedDataReader(stream, decomp_type=None) if "chunked" in "".join(headers.get("transfer-encoding", ())).lower() else stream
    pieces, size = [], 0
    while size <= largest and (piece := reader.read(1 << 16)):
        pieces.append(piece)
        size += len(piece)
    body = b"".join(pieces)
    if size > largest:
        return Answer(status=status, headers=headers, fault="too-large")
    if getattr(stream, "limit", 0) > 0 or record.rec_headers.get_header("WARC-Truncated"):
        return Answer(status=status, headers=headers, fault="cut-short")
    return answer_from(status, headers, body, largest)
