"""Works: the ISBN, ISSN and DOI that a text names, their check digits right; candidates for a look-up, never a proof.

Rules kept here: a number counts with its sign before it (``ISBN``, ``ISSN``, ``doi``) or, for an ISBN of thirteen digits,
with its prefix; check digits are python-stdnum's; one pass over the bytes says whether anything can be there.

Law: PRV-12
"""

import re
from collections.abc import Sequence

import re2
from stdnum import isbn, issn

_SEEN = re2.compile(rb"(?i)isbn|issn|97[89][-  ]?[0-9]|10\.[0-9]{4,9}/")
_ISBN = re.compile(r"(?<![\d-])97[89](?:[-  ]?\d){10}(?!\d)|isbn(?:[-  ]?1[03])?[:\s]*((?:\d[-  ]?){9}[\dXx])(?![\dXx])", re.I)
_ISSN = re.compile(r"\b[ep]?-?issn(?:-l)?[:\s]*(\d{4}-?\d{3}[\dXx])(?!\d)", re.I)
_DOI = re.compile(r"(?<![\w.])10\.\d{4,9}/[^\s\"'<>{}|\\^`]{1,200}")


def work_numbers(texts: Sequence[str]) -> list[tuple[tuple[str, str], ...]]:
    """Give for each text its (kind, number in its short form): ``isbn``, ``issn``, ``doi``, each once, in order."""
    if not _SEEN.search("\n".join(texts).encode("utf-8", "replace")):
        return [() for _ in texts]
    return [_numbers(text) if _SEEN.search(text.encode("utf-8", "replace")) else () for text in texts]


def _numbers(text: str) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for match in _ISBN.finditer(text):
        number = isbn.compact(re.sub(r"[\s]", "", match[1] or match[0]))
        if isbn.is_valid(number):
            found["isbn", isbn.to_isbn13(number).replace("-", "")] = None
    for match in _ISSN.finditer(text):
        if issn.is_valid(match[1]):
            found["issn", issn.compact(match[1])] = None
    for match in _DOI.finditer(text):
        found["doi", match[0].rstrip(".,;:)]").lower()] = None
    return tuple(found)
