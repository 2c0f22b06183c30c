"""Marks of shadow libraries on a file's path, its metadata and in its words.

A mark says by which channel a text came, not what its status is: a public-domain book got there is held as well, to be
acquired again from a lawful source. Writing *about* such a library is no mark, nor is an ISBN in a bibliography.
Nothing is ever looked up.

Law: SHD-01, SHD-02, SHD-04
"""

import re
from collections.abc import Mapping

_HOSTS = (r"(?:libgen\d*|library-genesis|gen\.lib\.rus|sci-hub|z-lib(?:rary)?|zlibrary|singlelogin|1lib|b-ok|booksc|"
          r"annas-archive|bibliotik)")

#: Marks on a path or a file's name.
_PATH = re.compile(
    r"- libgen\.[a-z]{2,}\.(?:epub|pdf|mobi|azw3|djvu|fb2|txt)\b"
    r"|-- [0-9a-f]{32} -- Anna[’'_]?s Archive"
    r"|\((?:z-lib\.org|Z-Library)\)"
    r"|\b(?:the_pile_)?books3(?:\b|_)|\bBibliotik\b|annas_archive_data__|\bpilimi-zlib", re.IGNORECASE)

#: Marks on an address: a host of such a library, whatever its top-level domain, or its download paths.
_ADDRESS = re.compile(rf"https?://(?:[\w-]+\.)*{_HOSTS}\.[a-z]{{2,}}(?:[/:?#]|$)"
                      r"|https?://library\.lol/|/(?:get|ads)\.php\?md5=[0-9a-f]{32}|/md5/[0-9a-f]{32}\b", re.IGNORECASE)

#: Marks inside a text: the watermark lines that such files carry, alone on a line.
_WATERMARK = re.compile(
    r"^\s*(?:downloaded from|téléchargé (?:sur|depuis)|uploaded by|this (?:e-?book|file) was (?:downloaded|obtained) from)"
    rf"\s*:?\s*(?:https?://)?(?:www\.)?{_HOSTS}\.[a-z]{{2,}}\S*\s*$", re.IGNORECASE | re.MULTILINE)

#: What a source declares that is an address or a place, not prose.
_FIELDS = ("url", "path", "origin", "file", "torrent")


def shadow_marks(declared: Mapping[str, str], text: str) -> list[str]:
    """Give the kinds of mark found: ``path``, ``address``, ``watermark``; none for most texts."""
    places = [declared[name] for name in _FIELDS if declared.get(name)]
    names = [*places, declared.get("dataset", ""), declared.get("pile_set_name", "")]
    found = []
    if any(_PATH.search(name) for name in names):
        found.append("path")
    if any(_ADDRESS.search(place) for place in places):
        found.append("address")
    if _WATERMARK.search(text):
        found.append("watermark")
    return found
