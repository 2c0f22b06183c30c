"""Identifiers: numbers that states, banks and others give to people; each country is a file of facts, no code.

``schemes/*.toml`` holds, for each kind of number, its ``label``, ``shape`` (re2, bounded, any case), ``check`` (a
module of python-stdnum, or none), ``context`` words in any language, whether it is ``strong`` (told from chance by
check digits or shape, so that no context is needed), the ``source`` of the rule, and examples ``true`` (the number in
braces) and ``false``, which the tests read. A new country is a new file.

Rules kept here:

- Every country's numbers are looked for in every text, whatever its language.
- A number that is not strong needs one of its context words nearby, as a whole word.
- Check digits are computed on candidates only; a file that is not understood stops the run.
"""

import functools
import importlib
import inspect
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

from ._plain import CrossingError, Plain, fold, plain
from ._scan import Hit, around, plain_options, spans, touches

_GAP, _LEFT, _RIGHT, _FEWEST = 8, 16, 16, 5
_MARK = b"\x00\x03end of window\x03\x00"
_FIELDS = {"name", "label", "shape", "check", "strong", "context", "source", "true", "false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One kind of number, as its file states it."""

    country: str
    name: str
    label: str
    shape: str
    source: str
    strong: bool = False
    check: str = ""
    context: tuple[str, ...] = ()
    true: tuple[str, ...] = field(default=(), repr=False)
    false: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    scheme: Scheme
    exact: re.Pattern[str]
    near: re.Pattern[str] | None
    valid: Callable[[str], bool] | None


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
    if not (scheme.strong or scheme.context):
        raise ValueError(f"{scheme.name}: what is not strong needs context words")
    if not (scheme.true and scheme.false and scheme.source):
        raise ValueError(f"{scheme.name}: a source and true and false examples are needed")
    return scheme


def _compile(scheme: Scheme) -> _Compiled:
    valid = None
    if scheme.check:
        if not scheme.check.startswith("stdnum."):
            raise SetupError("A check is a module of python-stdnum.", about=f"{scheme.country}/{scheme.name}")
        valid = importlib.import_module(scheme.check).is_valid
        if "check_country" in inspect.signature(valid).parameters:
            # The international check digits decide; lists of a country's banks go out of date.
            valid = functools.partial(valid, check_country=False)
        valid = functools.lru_cache(maxsize=4096)(valid)
    words = "|".join(re.escape(fold(word).lower()) for word in scheme.context)
    return _Compiled(scheme=scheme, valid=valid,
                     exact=re.compile(rf"(?i)(?<![^\W_])(?=({scheme.shape})(?![^\W_]))"),
                     near=re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])") if words else None)


class Identifiers:
    """Finds national, tax, health, bank and card numbers of every country it has a file for."""

    name = "identifiers"
    version = "1"
    languages: frozenset[str] = frozenset()

    def __init__(self, schemes: Sequence[Scheme]) -> None:
        self.labels = frozenset(scheme.label for scheme in schemes)
        self.digest = settings_key([stdnum.__version__, *(repr((s.country, s.name, s.label, s.shape, s.check, s.strong, s.context))
                                                          for s in schemes)])
        self._schemes = [_compile(scheme) for scheme in schemes]
        self._set = re2.Set.SearchSet(plain_options())
        for scheme in schemes:
            self._set.Add(f"(?i){scheme.shape}".encode("latin-1"))
        self._mark = self._set.Add(_MARK)
        self._set.Compile()

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Find spans in each text."""
        page = plain(texts)
        return spans(page, self._hits(page), self.name)

    def _hits(self, page: Plain) -> Iterator[Hit]:
        for start, end in _windows(page):
            seen = self._set.Match(page.data[start:end] + _MARK) or []
            if self._mark not in seen:
                raise CrossingError("The scan for numbers stopped before its end.",
                                    remedy="Hold these texts; report the schemes if it happens again.")
            for index in seen:
                if index != self._mark:
                    yield from _exact(self._schemes[index], page.text, start, end)


def _windows(page: Plain) -> Iterator[tuple[int, int]]:
    """Give the places around enough digits close together; no number lies outside."""
    data = np.frombuffer(page.data, np.uint8)
    at = np.flatnonzero((data >= 48) & (data <= 57))
    if not at.size:
        return
    cuts = np.flatnonzero(np.diff(at) > _GAP)
    first, last = np.append(0, cuts + 1), np.append(cuts, at.size - 1)
    enough = last - first + 1 >= _FEWEST
    for start, end in zip(at[first[enough]].tolist(), at[last[enough]].tolist(), strict=True):
        yield max(0, start - _LEFT), min(len(page.data), end + 1 + _RIGHT)


def _exact(compiled: _Compiled, text: str, start: int, end: int) -> Iterator[Hit]:
    done = start
    for match in compiled.exact.finditer(text, start, end):
        first, last = match.span(1)
        if last <= done or touches(text, first, last):
            continue
        # The words around are cheaper to look at than the check digits.
        strong = compiled.scheme.strong
        if not strong and not (compiled.near and compiled.near.search(around(text, first, last, left=60, right=30))):
            continue
        place = _checked(compiled, text, first, last)
        if place is not None:
            done = place
            yield compiled.scheme.label, first, place, (100 if compiled.valid else 85) - (0 if strong else 5)


def _checked(compiled: _Compiled, text: str, start: int, end: int) -> int | None:
    """Give where the number ends: where the shape does, or at an earlier gap if only that makes the check hold."""
    if compiled.valid is None:
        return end
    for _ in range(5):
        number = text[start:end]
        # A sign can be part of a number (a century's), so that both spellings count.
        if compiled.valid(re.sub(r"[^A-Za-z0-9]", "", number).upper()) or (
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
