"""Variation: what chats do to text, done to annotated text: other names, lower case, capitals, no accents, slips.

Rules kept here:

- Everything is drawn from the generator that is handed in.
- Pieces stay pieces: no place is lost, whatever is done to the text.
"""

import random
import re
import unicodedata

from .corpora import Pieces, merge
from .invent import Invention

_TITLE = re.compile(r"^(?:(?:MM?|Mmes?|Mlle|Me|Dr|Pr|Mr|Mrs|Ms|Sr|Sra|D|Sres|Sras)\.? |Lord |Sir |Lady |juge |[Ll]e )+")
_KEYS = {"a": "qzs", "e": "zrd", "i": "uok", "o": "ipl", "u": "yij", "s": "dqz", "n": "bh", "r": "et", "t": "ry", "l": "km"}


def vary(pieces: Pieces, rng: random.Random, invention: Invention, language: str, *, chat: bool) -> Pieces:
    """Give a passage as somebody else might have typed it about somebody else."""
    if rng.random() < .4:
        pieces = [_swapped(text, tag, rng, invention, language) for text, tag in pieces]
    if rng.random() < .06:
        # What de-identification has already replaced is nobody, and what stands beside it is what it was.
        pieces = merge((stand_in(tag, rng), "") if tag and rng.random() < .8 else (text, tag) for text, tag in pieces)
    drawn = rng.random()
    lower, upper, names_lower = (.3, .33, .40) if chat else (.17, .2, .24)
    if drawn < lower:
        pieces = [(_lower(text), tag) for text, tag in pieces]
    elif drawn < upper:
        pieces = [(_upper(text), tag) for text, tag in pieces]
    elif drawn < names_lower:
        pieces = [(_lower(text) if tag else text, tag) for text, tag in pieces]
    elif drawn < names_lower + .03:
        pieces = [(_upper(text) if tag in ("PER", "LOC") else text, tag) for text, tag in pieces]
    elif drawn > .97:
        # As headings are written.
        pieces = [(re.sub(r"\b[^\W\d_]", lambda letter: _upper(letter[0]), text), tag) for text, tag in pieces]
    elif chat and drawn > .8 and pieces:
        pieces = [(_upper(pieces[0][0][0]) + pieces[0][0][1:], pieces[0][1]), *pieces[1:]]
    if rng.random() < .12:
        pieces = [(bare(text), tag) for text, tag in pieces]
    if rng.random() < (.16 if chat else .05):
        often = rng.choice((1, 1, 3))
        pieces = [(_slips(text, rng, often), tag) for text, tag in pieces]
    if rng.random() < .08:
        pieces = [(text.replace(", ", " ").replace(". ", " ").rstrip(".!?") if not tag else text, tag) for text, tag in pieces]
    if rng.random() < .06:
        # As corpora are spaced: signs apart.
        pieces = [(re.sub(r"(?<=\w)([,.;:!?'’)])", r" \1", text) if not tag else text, tag) for text, tag in pieces]
    return [(text, tag) for text, tag in pieces if text]


def _swapped(text: str, tag: str, rng: random.Random, invention: Invention, language: str) -> tuple[str, str]:
    if tag == "PER" and rng.random() < .85:
        title = _TITLE.match(text)
        head = title[0] if title else ""
        words = text[len(head):].split()
        if title:
            new = invention.last(rng) if len(words) < 2 else invention.full(rng)
        elif len(words) == 1:
            new = invention.first(rng) if rng.random() < .6 else invention.last(rng)
        else:
            new = invention.full(rng)
        if text.islower():
            new = _lower(new)
        elif text.isupper() and len(text) > 3:
            new = _upper(new)
        return head + new, tag
    if tag == "LOC" and rng.random() < .5 and len(text.split()) < 3:
        return (_lower(one) if text.islower() else one, tag) if (one := invention.town(rng, language)) else (text, tag)
    if tag == "ORG" and rng.random() < .25 and len(text.split()) < 3:
        return (_lower(one) if text.islower() else one, tag) if (one := invention.firm(rng, language)) else (text, tag)
    if tag in ("CODE", "DATE"):
        return re.sub(r"\d", lambda sign: str(rng.randint(0, 9)) if tag == "CODE" or rng.random() < .3 else sign[0], text), tag
    return text, tag


def stand_in(tag: str, rng: random.Random) -> str:
    """Make a stand-in such as de-identification leaves."""
    label = {"PER": "PERSON", "LOC": "LOCATION", "ORG": "ORGANISATION", "CODE": "CASE_NUMBER", "?": "PHONE"}.get(tag, tag)
    return f"[{label}_{''.join(rng.choice('abcdefghijklmnopqrstuvwxyz234567') for _ in range(5))}]"


def _lower(text: str) -> str:
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _upper(text: str) -> str:
    return "".join(up if len(up := char.upper()) == 1 else char for char in text)


def bare(text: str) -> str:
    """Drop the accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def _slips(text: str, rng: random.Random, often: int) -> str:
    """Make slips of the finger: letters doubled, dropped, swapped, or a neighbour's; two in a hundred letters, or more."""
    out: list[str] = []
    for char in text:
        drawn = rng.random() / often
        if drawn > .02 or not char.isalpha():
            out.append(char)
        elif drawn < .005:
            out += [char, char]
        elif drawn < .01:
            out.append(rng.choice(_KEYS.get(char, char)))
        elif drawn < .015 and out:
            out.insert(-1, char)
    return "".join(out)


def titled(text: str) -> int:
    """Give how long the title before a name is."""
    found = _TITLE.match(text)
    return found.end() if found else 0
