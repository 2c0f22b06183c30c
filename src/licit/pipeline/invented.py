"""Invented words: the closed list that surrogates are made of, and telling them again.

Rules kept here:

- A word is ours or not whatever text it stands in; no key, table or id is asked.
- Adding a syllable is safe; without one, older surrogates would look like somebody's names.

Law: DEI-02
"""

import functools
import re
from collections.abc import Iterable
from itertools import product

from .sweep import fold

FIRST = tuple(a + b for a, b in product(
    "bréva calvo délu évra fulgo gavri hélio iscra javo kelvo lomba malvo névo orvi padri quélo ravi sylvo tavro ulvi vendo "
    "wéni yvra zélo".split(), "bine drel fane gorin line mir nor phée quin riel sane tise vance xane".split()))
LAST = tuple(a + b for a, b in product(
    "abro balva cador drevo estra falgo grivo hauba jorva kerma lavri morva novra ostra prévo quiva roumba salvo trévo urba "
    "valdro vesca yorva zalmo".split(),
    "beuil court dange fosse gnac lieu mont nard peyre quain rel sault trand vergne wick xart zelle".split()))
#: Each invented word as it is compared.
PLAIN = {word: fold(word) for word in (*FIRST, *LAST)}
OWN = frozenset(PLAIN.values())
_SHORTEST, _LONGEST_MADE = min(map(len, OWN)), 2 * max(map(len, OWN))
WORD = re.compile(r"[^\W\d_]+")


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """Give the folded words of texts that could be drawn."""
    words = {word for text in texts for word in WORD.findall(text) if _SHORTEST <= len(word) <= _LONGEST_MADE}
    return frozenset(word for word in map(fold, words) if is_made(word))


def is_made(word: str) -> bool:
    """Tell an invented folded word, one behind an initial, or two in one."""
    return bool(parts(word))


def parts(word: str) -> tuple[str, ...]:
    """Give what a folded word is made of: one invented word or two, or an initial and one; nothing for any other word."""
    return _parts(word) if _SHORTEST <= len(word) <= _LONGEST_MADE else ()


@functools.lru_cache(maxsize=65_536)
def _parts(word: str) -> tuple[str, ...]:
    if word in OWN:
        return (word,)
    if word[1:] in OWN:
        return word[0], word[1:]
    return next(((word[:at], word[at:]) for at in range(_SHORTEST, len(word) - _SHORTEST + 1)
                 if word[:at] in OWN and word[at:] in OWN), ())
