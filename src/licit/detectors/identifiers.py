"""Identifiers: numbers that states, banks and others give to people; each country is a file of facts, no code.

``schemes/*.toml`` holds, for each kind of number, its ``label``, ``shape`` (re2, bounded, any case), ``check`` (see
``_checks.py``, or none), ``context`` words in any language, whether it is ``strong`` (told from chance by check digits
or shape, so that no context is needed) or at least counts ``bare`` (its one check digit holds, and nothing beside it
says that it is something else), the ``source`` of the rule, and examples ``true`` (the number in braces) and ``false``,
which the tests read. A new country is a new file.

Rules kept here:

- Every country's numbers are looked for in every text, whatever its language.
- A number that is neither strong nor bare needs one of its context words nearby, as a whole word.
- A word or sign beside it, or the look of a telephone number or a day, speaks against a number only where one weak check digit
  stands alone without context.
- Check digits are computed on candidates only; a file that is not understood stops the run.
"""

import functools
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

import numpy as np
import re2
import stdnum

from licit.core.errors import SetupError
from licit.core.ids import settings_key
from licit.core.spans import LABELS, Span

from ._checks import check_named
from ._plain import CrossingError, Plain, fold, plain
from ._scan import Hit, around, plain_options, spans, touches

_GAP, _LEFT, _RIGHT, _FEWEST = 8, 16, 16, 5
# How far before and behind a number its context words may stand.
_BEFORE, _BEHIND = 60, 30
_LETTERS = r"0-9A-Za-z\xC0\xE0\xE1"
_NEVER = r"\x03\x03"
_MARK = b"\x00\x03end of window\x03\x00"
_NO_SIGN = re.compile(r"[^A-Za-z0-9]")
_FIELDS = {"name", "label", "shape", "check", "strong", "bare", "context", "source", "true", "false"}
# What a number without context is more likely to be, by its look, by what touches it and by the words before.
_OTHER_LOOK = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]|[0-3][0-9](?:0[1-9]|1[0-2])(?:19|20)[0-9]{2}|[0-9]{3}[-.][0-9]{3}[-.][0-9]{4}|0[0-9]([ .-])[0-9]{2}(?:\1[0-9]{2}){3}")
_PRICED = re.compile(r"^ ?(?:[%$]|eur|usd|gbp|euros?\b|dollars?\b|lires?\b|lire\b|francs?\b|livres?\b|pounds?\b|pesetas?\b|km\b|kg\b|bytes?\b|octets?\b|views?\b|vues?\b)|^[.,:/][0-9]|^-[0-9a-z]")
_NAMED_ELSE = re.compile(
    r"[+$#=/@_]\0|[0-9][.,:/-]\0|\b(?:commande|order|ordre|encomenda|zamowienie|bestellung|bestelling|pedido|ordine|ref|reference|referenz|ticket|facture|invoice|"
    r"rechnung|factura|fattura|tracking|colis|parcel|shipment|suivi|sku|isbn|issn|ean|upc|gtin|version|build|serial|serie|"
    r"modele|model|part|article|tel|phone|telephone|fax|mobile|call|appel\w*|timestamp|epoch|requete|application|case|total|"
    r"montant|amount|population|error|erreur|bug|issue|commit|port|pid|compteur|counter|bestellnummer|auftrag)"
    r"(?:[ ]?(?:n\x02|no|nr|num|numero|number|id|code))?[ .:#-]{0,3}(?:est |is |ist )?\0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One kind of number, as its file states it."""

    country: str
    name: str
    label: str
    shape: str
    source: str
    strong: bool = False
    bare: bool = False
    check: str = ""
    context: tuple[str, ...] = ()
    true: tuple[str, ...] = field(default=(), repr=False)
    false: tuple[str, ...] = field(default=(), repr=False)


# Without slots, for what is made when it is first needed.
@dataclass(frozen=True, kw_only=True)
class _Compiled:
    scheme: Scheme
    words: str
    valid: Callable[[str], bool] | None

    @functools.cached_property
    def exact(self) -> re.Pattern[str]:
        """Give the scheme's shape as a whole number; made when one is first seen, for most never are."""
        return re.compile(rf"(?i)(?<![^\W_])(?=({self.scheme.shape})(?![^\W_]))")

    @functools.cached_property
    def near(self) -> re.Pattern[str] | None:
        """Give the scheme's context words."""
        return re.compile(rf"(?<![^\W_])(?:{self.words})(?![^\W_])") if self.words else None


def read_schemes() -> tuple[Scheme, ...]:
    """Read every scheme file, by country and place in the file.

    Raises:
        SetupError: a file is broken or states something that is not understood.
    """
    found: list[Scheme] = []
    folder = files(__package__) / "schemes"
    for file in sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name):
        try:
            stated = tomllib.loads(file.read_text(encoding="utf-8"))
            found += [_scheme(file.name.removesuffix(".toml"), one) for one in stated["scheme"]]
        except (ValueError, KeyError, TypeError) as error:
            raise SetupError(f"The scheme file cannot be used: {error}.", about=file.name,
                             remedy="Correct it; see the fields in identifiers.py.") from error
    return tuple(found)


def _scheme(country: str, stated: dict[str, object]) -> Scheme:
    if unknown := set(stated) - _FIELDS:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    scheme = Scheme(country=country, **{name: tuple(value) if isinstance(value, list) else value
                                        for name, value in stated.items()})  # type: ignore[arg-type]
    if scheme.label not in LABELS:
        raise ValueError(f"{scheme.name}: {scheme.label!r} is no label")
    if "\\" in scheme.shape or re.search(r"[*+]|,\}", re.sub(r"\[[^]]*\]", "", scheme.shape)):
        raise ValueError(f"{scheme.name}: a shape has no open-ended repeats and spells its classes out")
    if scheme.bare and not scheme.check:
        raise ValueError(f"{scheme.name}: only check digits let a number count bare")
    if not (scheme.strong or scheme.context):
        raise ValueError(f"{scheme.name}: what is not strong needs context words")
    if not (scheme.true and scheme.false and scheme.source):
        raise ValueError(f"{scheme.name}: a source and true and false examples are needed")
    return scheme


def _compile(scheme: Scheme) -> _Compiled:
    words = "|".join(re.escape(fold(word).lower()) for word in scheme.context)
    return _Compiled(scheme=scheme, words=words, valid=check_named(scheme.check) if scheme.check else None)


class Identifiers:
    """Finds national, tax, health, bank and card numbers of every country it has a file for."""

    name = "identifiers"
    version = "1"
    languages: frozenset[str] = frozenset()

    def __init__(self, schemes: Sequence[Scheme]) -> None:
        self.labels = frozenset(scheme.label for scheme in schemes)
        self.digest = settings_key([stdnum.__version__, *(repr((s.country, s.name, s.label, s.shape, s.check, s.strong, s.bare, s.context))
                                                          for s in schemes), _OTHER_LOOK.pattern, _PRICED.pattern, _NAMED_ELSE.pattern])
        self._schemes = [_compile(scheme) for scheme in schemes]
        self._strong = frozenset(number for number, scheme in enumerate(schemes) if scheme.strong)
        self._shapes = _Set([rf"(?i)[^{_LETTERS}](?:{scheme.shape})[^{_LETTERS}]" for scheme in schemes])
        self._words = _Set([compiled.words or _NEVER for compiled in self._schemes])

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Find spans in each text."""
        page = plain(texts)
        return spans(page, self._hits(page), self.name)

    def _hits(self, page: Plain) -> Iterator[Hit]:
        for start, end in _windows(page):
            if seen := self._shapes.seen(page.data[start:end]):
                # A strong number needs no word.
                told = () if self._strong.issuperset(seen) else self._words.seen(
                    page.text[max(0, start - _BEFORE):end + _BEHIND].lower().encode("latin-1"))
                for index in seen:
                    compiled = self._schemes[index]
                    if index in told or compiled.scheme.strong or compiled.scheme.bare:
                        yield from _exact(compiled, page.text, (start, end), index in told)


class _Set:
    """Shapes or words compiled together, asked which of them stand somewhere: never fewer than do."""

    def __init__(self, shapes: Sequence[str]) -> None:
        self._set = re2.Set.SearchSet(plain_options())
        for shape in shapes:
            self._set.Add(shape.encode("latin-1"))
        self._mark = self._set.Add(_MARK)
        self._set.Compile()
        #: The binding without its wrapper, where it has one.
        self._match = getattr(getattr(self._set, "_set", None), "Match", self._set.Match)

    def seen(self, data: bytes) -> list[int]:
        """Give the numbers of those that stand in some bytes, as if nothing touched them.

        Raises:
            CrossingError: the scan stopped before its end.
        """
        seen = self._match(b"\0" + data + _MARK) or []
        if self._mark not in seen:
            raise CrossingError("The scan for numbers stopped before its end.",
                                remedy="Hold these texts; report the schemes if it happens again.")
        seen.remove(self._mark)
        return list(seen)


def _windows(page: Plain) -> Iterator[tuple[int, int]]:
    """Give the places around enough digits close together; no number lies outside."""
    data = np.frombuffer(page.data, np.uint8)
    at = np.flatnonzero(data - np.uint8(48) < 10)
    if not at.size:
        return
    cuts = np.flatnonzero(np.diff(at) > _GAP)
    first, last = np.append(0, cuts + 1), np.append(cuts, at.size - 1)
    enough = last - first + 1 >= _FEWEST
    for start, end in zip(at[first[enough]].tolist(), at[last[enough]].tolist(), strict=True):
        yield max(0, start - _LEFT), min(len(page.data), end + 1 + _RIGHT)


def _exact(compiled: _Compiled, text: str, window: tuple[int, int], told: bool) -> Iterator[Hit]:
    """Look at each place of a shape in a window; without ``told`` none of its context words stands anywhere near."""
    done = window[0]
    for match in compiled.exact.finditer(text, *window):
        first, last = match.span(1)
        if last <= done or touches(text, first, last):
            continue
        # The words around are cheaper to look at than the check digits.
        strong = compiled.scheme.strong
        announced = told and not strong and bool(compiled.near and compiled.near.search(around(text, first, last, left=_BEFORE, right=_BEHIND)))
        if not (strong or announced or compiled.scheme.bare):
            continue
        place = _checked(compiled, text, first, last)
        if place is None:
            continue
        done = place
        if strong or announced or not _something_else(text, first, place):
            yield compiled.scheme.label, first, place, (100 if compiled.valid else 85) - (0 if strong else 5 if announced else 15)


def _something_else(text: str, start: int, end: int) -> bool:
    """Say whether a number with one weak check digit and no context looks like, or is called, something else."""
    number, beside = text[start:end], around(text, start, end, left=30, right=10)
    return bool(_OTHER_LOOK.fullmatch(number) or _NAMED_ELSE.search(beside) or _PRICED.search(beside.partition("\0")[2]))


def _checked(compiled: _Compiled, text: str, start: int, end: int) -> int | None:
    """Give where the number ends: where the shape does, or at an earlier gap if only that makes the check hold."""
    if compiled.valid is None:
        return end
    for _ in range(5):
        number = text[start:end]
        # A sign can be part of a number (a century's), so that both spellings count.
        if compiled.valid(_NO_SIGN.sub("", number).upper()) or (
                not number.isalnum() and set(number) & set("+-./") and compiled.valid(number)):
            return end
        gap = max(number.rfind(" "), number.rfind("-"))
        if gap <= 4 or not compiled.exact.match(text, start, start + gap):
            return None
        end = start + gap
    return None


@functools.cache
def detectors() -> tuple[Identifiers, ...]:
    """Offer the detector to the registry."""
    return (Identifiers(read_schemes()),)
