"""PLUS Data Mining, the property of IPTC photo metadata, in the XMP of images and documents.

Rules kept here: every value that begins with ``PROHIBITED`` refuses; a value that is not of the vocabulary cannot be read, and
reserves; ``UNSPECIFIED`` says nothing.

Law: SIG-09, SIG-12
"""

import re
from collections.abc import Sequence

from licit.core.signals import Page, Reading, Says

from ._documents import packets_of
from ._html import kind
from ._marks import Mark

_MARK = Mark(rb"plus:DataMining")
_VALUE = re.compile(rb"DataMining[^A-Za-z]{0,80}(?:[a-zA-Z:]{0,20}=\s*[\"'])?[^\"'<>]{0,80}?(DMI-[A-Z-]{1,60})", re.DOTALL)


class Plus:
    """PLUS Data Mining."""

    name, spec, reads = "plus", "PLUS LDF 2.0.1; IPTC 2023.1", "XMP plus:DataMining of a file"

    def read(self, page: Page) -> Sequence[Reading]:
        """Give what the file's metadata say."""
        packets: tuple[bytes, ...] = ()
        if not _MARK.may(page) and b"%PDF-" not in page.answer.body[:4096]:
            return ()
        if kind(page) == "pdf":
            try:
                packets = packets_of(page.answer.body)
            except ValueError as error:
                return (self._reading("unreadable", str(error), b""),)
        out = []
        for raw in packets or (page.answer.body,):
            if b"plus:DataMining" not in raw:
                continue
            values = [found[1].decode().removeprefix("DMI-") for found in _VALUE.finditer(raw)]
            out += [self._reading(_says(value), value, raw if packets else value.encode()) for value in values]
            if not values:
                out.append(self._reading("unreadable", "no value of the vocabulary", b"plus:DataMining"))
        return out

    def _reading(self, says: Says, detail: str, raw: bytes) -> Reading:
        return Reading(name=self.name, spec=self.spec, where="XMP", says=says, detail=detail, raw=raw)


def _says(value: str) -> Says:
    if value.startswith("PROHIBITED"):
        return "disallow"
    known: dict[str, Says] = {"ALLOWED": "allow", "UNSPECIFIED": "silent"}
    return known.get(value, "unreadable")


def signals() -> tuple[Plus, ...]:
    """Offer the reader."""
    return (Plus(),)
