"""Plain text: the last resort, for files that look like prose and like no other format.

Rules kept here: what looks like JSON or a table of values is not prose, whatever its name; see ``_blocks`` for what is
cut and what is never cut.
"""

import re
from collections.abc import Iterator

from licit.core.ports import InputFile, Reader
from licit.core.records import Record, SetAside

from ._blocks import Found, document, paragraphs
from ._content import read_text
from ._metadata import is_companion

_JSON = re.compile(r"\s*(?:[\[{]\s*(?:[\[{\"\]}]|-?\d[\d.eE+-]*\s*,|true\b|false\b|null\b))")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_CELL = re.compile(r"[\w .\-/()#°%]{1,40}\s*")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def looks_like_data(head: str) -> bool:
    """Say whether the start of a file looks like JSON, or like a table with a header and even columns."""
    if _JSON.match(head):
        return True
    lines = [line for line in _QUOTED.sub("q", head[:8192]).split("\n")[:20] if line.strip()]
    if len(lines) > 2 and len(head) > 8192:
        lines.pop()
    for mark in "\t;,|":
        counts = {line.count(mark) for line in lines}
        if len(lines) >= 2 and len(counts) == 1 and counts != {0} and not lines[0].lstrip().startswith("|"):
            cells = lines[0].split(mark)
            if all(_CELL.fullmatch(cell) and not cell.rstrip().endswith(".") for cell in cells):
                return True
    return False


def looks_like_text(head: str) -> bool:
    """Say whether the start of a file is mostly readable characters."""
    size = max(len(head), 1)
    return len(_CONTROL.findall(head)) <= size * 0.02 and head.count("\ufffd") <= size * 0.3


class _Text:
    name = "text"

    def recognise(self, file: InputFile) -> int:
        """Say 10 for what looks like text and is neither JSON nor a table."""
        if not looks_like_text(file.head) or looks_like_data(file.head) or file.head.lstrip().startswith("%PDF-"):
            return 0
        return 10

    def companion(self, name: str, siblings: tuple[str, ...] = ()) -> bool:
        """Say whether a file name is that of metadata beside documents (``report.json``: only beside one)."""
        return is_companion(name, siblings)

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read the one document.

        Raises:
            InputError: it is too large, not in its encoding, holds NULs or no text.
        """
        yield document(file, paragraphs(read_text(file).split("\n")), Found(format=self.name, guess_headings=True))


READERS: tuple[Reader, ...] = (_Text(),)
