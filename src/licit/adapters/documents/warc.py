"""Web archives (WARC): every page that was answered becomes a document, with its address and the day it was fetched.

A page is read by the reader of its own format (HTML, PDF, plain text). What its site reserves is not judged here: an import reads
the archive's signals as well, and keeps them beside the documents.

Rules kept here:

- What was not answered with success is no document: a page behind 401, 402, 403 or 451 is set aside as ``no-lawful-access``,
  any other status as ``http-status``. Everything that gives no document is counted, but for a site's own files.
- The address is the archive's, whatever the page calls itself.
- A record that is broken or cut short is set aside, and so is what cannot be read on from.
"""

import io
import json
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from licit.core.errors import InputError
from licit.core.ports import InputFile, Reader
from licit.core.records import Record, SetAside
from licit.core.signals import AI_TXT, ROBOTS, TDMREP, Answer, Page, page_name

from ..warc import records
from .html import READERS as HTML
from .pdf import READERS as PDF
from .text import READERS as TEXT

_NO_ACCESS = (401, 402, 403, 451)
_SITE = (ROBOTS, TDMREP, AI_TXT)
_FORMATS = {"html": HTML[0], "pdf": PDF[0], "plain": TEXT[0]}


class _Warc:
    name = "warc"

    def recognise(self, file: InputFile) -> int:
        """Say 99 for a file that begins as an archive does, packed or not."""
        if file.head.startswith("WARC/"):
            return 99
        return 99 if file.head.startswith("\x1f\ufffd\x08") and _begins(file) else 0

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read every response.

        Raises:
            InputError: the file cannot be opened.
        """
        for number, (url, kind, answer, date) in enumerate(records(file.open, files=False), 1):
            where = f"{file.name}, record {number}"
            if "/" + page_name(url).partition("/")[2] not in _SITE or kind == "broken":
                yield from document_of(file, where, Page(url=url, answer=answer, at=date), kind)


def document_of(file: InputFile, where: str, page: Page, kind: str = "response") -> Iterator[Record | SetAside]:
    """Give the document of one answer of an archive, or why there is none."""
    if aside := _against(kind, page.answer):
        yield SetAside(reason=aside, where=where, detail=page.answer.fault or f"status {page.answer.status}")
        return
    inner = _page(file, page.url, page.answer, page.at)
    try:
        yield from _format_of(page.answer, inner).read(inner)
    except InputError as error:
        yield SetAside(reason=error.reason or "unreadable", where=where, detail=error.what)


def _begins(file: InputFile) -> bool:
    with file.open() as stream:
        try:
            return zlib.decompressobj(31).decompress(stream.read(4096), 5) == b"WARC/"
        except zlib.error:
            return False


def _against(kind: str, answer: Answer) -> str:
    if kind == "broken" or answer.fault:
        return "broken-record"
    if answer.status in _NO_ACCESS:
        return "no-lawful-access"
    if kind == "revisit":
        return "revisit"
    return "" if answer.status == 0 or 200 <= answer.status < 300 else "http-status"


def _page(file: InputFile, url: str, answer: Answer, date: str) -> InputFile:
    told = {name: value for name, value in (("url", url), ("acquired", date)) if value}
    body, beside = answer.body, json.dumps(told).encode()

    def sibling(other: str) -> BinaryIO | None:
        return io.BytesIO(beside) if other == "page.json" else None

    return InputFile(name=f"{file.name}/page", size=len(body), head=body[:65536].decode("utf-8-sig", errors="replace"),
                     open=lambda: io.BytesIO(body), siblings=("page", "page.json"), sibling=sibling)


def _format_of(answer: Answer, page: InputFile) -> Reader:
    said = "".join(answer.headers.get("content-type", ())[:1]).partition(";")[0].rpartition("/")[2].strip().lower()
    stated = _FORMATS.get("html" if said == "xhtml+xml" else said)
    if stated is not None:
        return stated
    sure = {name: reader.recognise(page) for name, reader in _FORMATS.items()} if not said else {}
    if not any(sure.values()):
        raise InputError("It is of a kind that is no text.", about=page.name, reason="media-type")
    return _FORMATS[max(sure, key=lambda name: sure[name])]


READERS: tuple[Reader, ...] = (_Warc(),)
