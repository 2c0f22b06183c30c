"""An attack on a release by style: does one conversation of somebody's lead to another of theirs?

The attacker holds the whole release and one conversation of a person, knows nothing else of them, and compares how people
write: runs of four bytes, weighed by how few conversations have them. Whoever comes nearest is taken for the same person.
What was replaced is gone, so that what links is a way of writing and what somebody writes about.

Rules kept here:

- Only a person's own words are compared, conversation by conversation; ties count for the attacker.
- Too few conversations tell nothing, and no count is given.
- An attacker who knows more, or has a language model at hand, is not tried; the evidence says so by naming this one.

Law: DEI-06
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

#: At most so many conversations are compared, each with each other; fewer than the least tell nothing.
MOST, LEAST = 2_000, 20
_RUN, _KINDS = 4, 1 << 12
_SPREAD = np.uint32(2_654_435_761)

ATTACKER = "has the release and one conversation of a person, and compares how people write"


def attacked_by_style(conversations: pl.DataFrame) -> Mapping[str, Any]:
    """Try to link conversations by style.

    Args:
        conversations: ``record``, ``person`` and ``text``, a line for each conversation; those from :data:`MOST` on are not read.

    Returns:
        ``attacker``; ``tried``, how many conversations have another by the same person among them; ``first``, of how many of
        these the nearest is such a one; ``ten``, of how many one is among the nearest ten; ``among``, how many were compared;
        ``chance``, how many of ``first`` a blind guess gives, as decimal text. The counts are left out when fewer than
        :data:`LEAST` were tried.
    """
    some = conversations.head(MOST)
    people = some["person"].to_numpy()
    own = people[:, None] == people[None, :]
    np.fill_diagonal(own, False)
    mates = own.sum(axis=1)
    tried = np.flatnonzero(mates)
    if len(tried) < LEAST:
        return {"attacker": ATTACKER}
    seen = _styles(some["text"].to_list())
    alike = np.round(seen[tried] @ seen.T, 4)
    alike[np.arange(len(tried)), tried] = -1
    best = np.where(own[tried], alike, -1).max(axis=1, keepdims=True)
    nearer = (alike > best).sum(axis=1)
    return {"attacker": ATTACKER, "among": len(some), "tried": len(tried), "first": int((nearer < 1).sum()),
            "ten": int((nearer < 10).sum()), "chance": f"{(mates[tried] / (len(some) - 1)).sum():.1f}"}


def _styles(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Give a line of unit length for each text: roots of the counts of its runs of bytes, weighed by their rarity."""
    counts = np.zeros((len(texts), _KINDS), np.float32)
    for line, text in zip(counts, texts, strict=True):
        read = np.frombuffer(text.lower().encode("utf-8", "replace"), np.uint8).astype(np.uint32)
        if len(read) >= _RUN:
            runs = sum((read[at:len(read) - _RUN + 1 + at] << np.uint32(8 * at) for at in range(_RUN)), np.uint32(0))
            line += np.bincount((runs * _SPREAD) >> np.uint32(20), minlength=_KINDS)
    weight = np.log((1 + len(texts)) / (1 + (counts > 0).sum(axis=0)))
    lines = np.sqrt(counts) * weight.astype(np.float32)
    return np.asarray(lines / np.maximum(np.linalg.norm(lines, axis=1, keepdims=True), 1e-9), np.float32)
