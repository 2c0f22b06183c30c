"""C2PA and CAWG training-mining: assertions of content credentials, in a file or in a manifest by itself.

The entries are found by their names in the stored bytes, whether JSON or CBOR; signatures are not checked, for a reservation needs
none and leave without one is worth no more than the page that carries it.

Rules kept here: ``notAllowed`` and ``constrained`` refuse mining and training; inference says nothing of training; an assertion
without entries that can be read reserves.

Law: SIG-09, SIG-12, SIG-15
"""

import re
from collections.abc import Sequence

from licit.core.signals import Page, Reading, Says

from ._marks import Mark

_MARK = Mark(rb"\.training-mining")
_LABEL = re.compile(rb"(?:c2pa|cawg)\.training-mining")
_ENTRY = re.compile(rb"(?:c2pa|cawg)\.(data_mining|ai_inference|ai_generative_training|ai_training)(?:(?!c2pa\.|cawg\.).){0,400}?"
                    rb"use(?:[^a-zA-Z]{1,8}|[\x60-\x77])([a-zA-Z]{1,24})", re.DOTALL)
_SAYS: dict[str, Says] = {"allowed": "allow", "notallowed": "disallow", "constrained": "disallow"}


class C2pa:
    """Assertions on training and mining."""

    name, spec, reads = "c2pa", "CAWG training-mining 1.1; C2PA 2.0", "assertions c2pa.training-mining and cawg.training-mining"

    def read(self, page: Page) -> Sequence[Reading]:
        """Give what the assertions say."""
        body = page.answer.body
        if not _MARK.may(page) or not _LABEL.search(body):
            return ()
        out = []
        for found in _ENTRY.finditer(body):
            use, entry = found[2].decode(), found[1].decode()
            says: Says = _SAYS.get(_trimmed(use), "unreadable")
            out.append(self._reading("silent" if entry == "ai_inference" else says, f"{entry}: {_trimmed(use)}", found[0]))
        return out or (self._reading("unreadable", "no entries", b""),)

    def _reading(self, says: Says, detail: str, raw: bytes) -> Reading:
        return Reading(name=self.name, spec=self.spec, where="training-mining", says=says, detail=detail, raw=raw)


def _trimmed(use: str) -> str:
    """Cut what follows in CBOR, where a length that happens to be a letter stands between one value and the next."""
    return next((known for known in _SAYS if use.lower().startswith(known)), use.lower())


def signals() -> tuple[C2pa, ...]:
    """Offer the reader."""
    return (C2pa(),)
