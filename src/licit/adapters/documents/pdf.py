"""PDF: the text of its pages, unwrapped into paragraphs; a file that cannot be read whole is not read at all.

Rules kept here:

- Encrypted files are set aside even when an empty password would open them: the lock is the publisher's say.
- A file without its end, a page that cannot be read, or an error that pypdf met and passed over sets the file aside:
  the missing page may hold the reply to the one that is there. Pages without text (scans) are counted.
- Pages, page contents and text have limits, so that no file runs for ever.
- Words parted at a line's end are joined again, unless the document or the language writes them with the hyphen.
"""

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from licit.core.errors import InputError
from licit.core.ports import InputFile, Reader
from licit.core.records import Record, SetAside

from ._blocks import Block, Found, document
from ._content import LARGEST, read_bytes
from ._metadata import is_companion
from ._phrases import corrects

#: Most pages, and most bytes of one page's unpacked content.
MOST_PAGES = 5_000
LARGEST_PAGE = 8 * 1024 * 1024

_PARTED = re.compile(r"([^\W\d_]+)[-\u2010\u00ad]\n([^\W\d_]+)")
_COMPOUND = re.compile(r"[^\W\d_]+-[^\W\d_]+")
_KEEP_HYPHEN = frozenset(("il", "ils", "elle", "elles", "on", "ce", "là", "ci", "même", "mêmes", "être", "moi", "toi",
                          "lui", "leur", "nous", "vous", "y", "en", "t", "dessus", "dessous"))
_ENDS = re.compile(r"[.!?…:;»\"”)]\s*$")
_PAGE_NUMBER = re.compile(r"\W*(?:p(?:age|\.)? ?)?\d{1,4}(?: ?(?:/|sur|of|de|von) ?\d{1,4})?\W*", re.IGNORECASE)


class _Pdf:
    name = "pdf"

    def recognise(self, file: InputFile) -> int:
        """Say 98 for a file with PDF's mark at its start."""
        return 98 if file.head.lstrip().startswith("%PDF-") else 0

    def companion(self, name: str, siblings: tuple[str, ...] = ()) -> bool:
        """Say whether a file name is that of metadata beside documents (``report.json``: only beside one)."""
        return is_companion(name, siblings)

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read the one document.

        Raises:
            InputError: it is encrypted, damaged (``broken-pdf``), too large, or holds no text (a scan).
        """
        data = read_bytes(file)
        if b"%%EOF" not in data[-2048:]:
            raise _broken(file.name)
        with _overheard() as heard:
            pages, own = _pages(data, file.name)
        if heard["ERROR"]:
            raise _broken(file.name)
        empty = sum(not page.strip() for page in pages)
        strange = Counter({"page-without-text": empty, "pdf-warning": heard["WARNING"]})
        lines, cut = _running_text(pages)
        yield document(file, _paragraphs(lines), Found(
            format=self.name, own=own, cut=+cut, strange=+strange, guess_headings=True))


def _broken(about: str) -> InputError:
    return InputError("The PDF is damaged or cut short.", about=about, reason="broken-pdf",
                      remedy="Obtain the file again.")


def _pages(data: bytes, about: str) -> tuple[list[str], dict[str, str]]:
    from pypdf import PdfReader  # a tenth of a command's start, and most commands meet no PDF

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise InputError("The PDF is encrypted.", about=about, reason="encrypted",
                             remedy="Ask the publisher for a file without a lock.")
        count, size, pages = len(reader.pages), 0, []
        if count > MOST_PAGES:
            raise _too_large(about)
        for page in reader.pages:
            contents = page.get_contents()
            if contents is not None and len(contents.get_data()) > LARGEST_PAGE:
                raise _too_large(about)
            pages.append(page.extract_text() or "")
            size += len(pages[-1])
            if size > LARGEST:
                raise _too_large(about)
        information: Mapping[str, object] = reader.metadata or {}
        own = {name: str(information[key]) for name, key in (("title", "/Title"), ("author", "/Author"))
               if information.get(key)}
    except InputError:
        raise
    except Exception:
        # pypdf meets damage with errors of many kinds; their messages may quote the document.
        raise _broken(about) from None
    if any("\0" in page for page in pages):
        raise InputError("It holds NUL characters.", about=about, reason="nul-bytes", remedy="Export it again as text.")
    return pages, own


def _too_large(about: str) -> InputError:
    return InputError("The PDF unpacks to more than is read.", about=about, reason="too-large",
                      remedy="Split it into documents.")


@contextmanager
def _overheard() -> Iterator[Counter[str]]:
    """Count what pypdf logs, by level, and let none of it through: its messages may quote the document."""
    heard: Counter[str] = Counter()

    class _Counting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard[record.levelname] += 1

    logger, handler = logging.getLogger("pypdf"), _Counting(logging.WARNING)
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield heard
    finally:
        logger.removeHandler(handler)
        logger.propagate = before


def _running_text(pages: list[str]) -> tuple[list[str], Counter[str]]:
    """Give the lines of all pages without page numbers and without what heads or foots most pages (kept once)."""
    split = [[line.rstrip() for line in page.strip().split("\n")] for page in pages if page.strip()]
    edges = Counter(re.sub(r"\d+", "#", line.strip()) for page in split for line in {*page[:1], *page[-1:]})
    cut: Counter[str] = Counter()
    lines: list[str] = []
    met: set[str] = set()
    for page in split:
        for place, line in enumerate(page):
            edge = place in (0, len(page) - 1)
            key = re.sub(r"\d+", "#", line.strip())
            # What heads every page may be the title: it stays once.
            repeated = edge and len(split) >= 3 and edges[key] * 2 > len(split) and key in met
            met.add(key)
            if line.strip() and edge and (repeated or _PAGE_NUMBER.fullmatch(line.strip())) and not corrects(line):
                cut["navigation"] += 1
            else:
                lines.append(line)
        if lines and _ENDS.search(lines[-1]):
            lines.append("")
    return lines, cut


def _paragraphs(lines: list[str]) -> Iterator[Block]:
    text = "\n".join(lines)
    compounds = {word.lower() for word in _COMPOUND.findall(text)}
    widest = sorted(len(line) for line in lines if line.strip())[-max(1, len(lines) // 10):][0] if text.strip() else 0
    group: list[str] = []
    for line in [*lines, ""]:
        new = not line.strip() or corrects(line) or (
            bool(group) and len(group[-1]) < 0.8 * widest and not line.lstrip()[:1].islower()
            and (bool(_ENDS.search(group[-1])) or len(group) == 1))
        if new and group:
            yield Block(kind="paragraph", text=_unwrapped("\n".join(group), compounds))
            group = []
        if line.strip():
            group.append(line.strip())


def _unwrapped(text: str, compounds: set[str]) -> str:
    def joined(parted: re.Match[str]) -> str:
        first, second = parted[1], parted[2]
        whole = f"{first}-{second}".lower() in compounds or second.lower() in _KEEP_HYPHEN or second[0].isupper()
        return f"{first}-{second}" if whole else first + second

    return " ".join(_PARTED.sub(joined, text).split("\n"))


READERS: tuple[Reader, ...] = (_Pdf(),)
