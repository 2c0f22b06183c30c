"""Checks: what the check digits of a number are, named in a scheme file.

``stdnum.xx.yy`` is a module of python-stdnum; ``stdnum.luhn[:12]`` looks at that part of the number only;
``sum:3,7,9%10=4`` multiplies each digit by its weight, the check digit's own included (negative weights written as
what they are modulo), and asks for that rest (0 when left out) of the sum.
"""

import functools
import importlib
import inspect
import re
from collections.abc import Callable

from licit.core.errors import SetupError

Check = Callable[[str], bool]

_LIBRARY = re.compile(r"(stdnum(?:\.[a-z_0-9]+)+)(?:\[(-?[0-9]*):(-?[0-9]*)\])?")
_SUM = re.compile(r"sum:([0-9]+(?:,[0-9]+)*)%([0-9]+)(?:=([0-9]+))?")


@functools.cache
def check_named(name: str) -> Check:
    """Give the check of that name; it takes the number as written or its letters and digits only.

    Raises:
        SetupError: there is no such check.
    """
    if match := _LIBRARY.fullmatch(name):
        return functools.lru_cache(maxsize=4096)(_of_library(match[1], match[2], match[3]))
    if match := _SUM.fullmatch(name):
        weights = tuple(int(weight) for weight in match[1].split(","))
        return functools.partial(_rests, weights, int(match[2]), int(match[3] or 0))
    raise SetupError("There is no such check.", about=name, remedy="Name a module of python-stdnum, or a weighted sum.")


def _of_library(module: str, start: str | None, end: str | None) -> Check:
    try:
        valid = importlib.import_module(module).is_valid
    except (ImportError, AttributeError) as error:
        raise SetupError("python-stdnum has no such check.", about=module) from error
    if "check_country" in inspect.signature(valid).parameters:
        # The international check digits decide; lists of a country's banks go out of date.
        valid = functools.partial(valid, check_country=False)
    if start is None:
        return lambda number: bool(valid(number))
    part = slice(int(start or 0), int(end) if end else None)
    return lambda number: bool(valid(number[part]))


def _rests(weights: tuple[int, ...], modulus: int, rest: int, number: str) -> bool:
    return len(number) == len(weights) and number.isascii() and number.isdigit() and (
        sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True)) % modulus == rest)
