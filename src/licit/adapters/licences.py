"""Reads SPDX licence expressions: unknown keys fail, and the one form of an expression is what is recorded.

A choice (OR) may be read, but a source with one is held until somebody states which licence is used.

Law: PRV-03
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from license_expression import ExpressionError, get_spdx_licensing

from ..core.errors import InputError

#: What an expression may hold; the parser breaks on anything else.
_PLAIN = re.compile(r"[\w.:+() -]+", re.ASCII)


@cache
def _licensing() -> Any:
    return get_spdx_licensing()


def read_licence(text: str, choose: Sequence[str] = ()) -> str:
    """Give an SPDX expression in its normal form; ``LicenseRef-…`` names a licence of one's own.

    Args:
        text: the expression.
        choose: the licence taken wherever the expression offers several; none leaves the choices open.

    Raises:
        InputError: not an SPDX expression, a licence that SPDX does not know, or a choice that is not offered.
    """
    return _chosen(text, choose) if choose else _read(text)


def _chosen(text: str, choose: Sequence[str]) -> str:
    _read(text)
    wanted, used = {_read(name).casefold() for name in choose}, set[str]()

    def settled(node: Any) -> str:
        if type(node).__name__ == "OR":
            told = [settled(branch) for branch in node.args]
            mine = [name for name in told if name.casefold() in wanted]
            if len(mine) != 1:
                raise InputError(f"{len(mine) or 'none'} of the licences chosen is among those offered", about=text[:60],
                                 reason="licence-unknown", remedy=f"Choose one with --choose: {', '.join(told)}.")
            used.add(mine[0].casefold())
            return mine[0]
        if type(node).__name__ == "AND":
            return " AND ".join(settled(branch) for branch in node.args)
        return str(node.render())

    out = settled(_licensing().parse(text))
    if missed := wanted - used:
        raise InputError("this licence is not among those offered", about=", ".join(sorted(missed)), reason="licence-unknown",
                         remedy="Leave --choose out where there is no choice.")
    return out


def _read(text: str) -> str:
    parts = text.replace("(", " ").replace(")", " ").split()
    known = " ".join("CC0-1.0" if part.startswith("LicenseRef-") else part for part in parts)
    try:
        unknown = _licensing().validate(known).errors if _PLAIN.fullmatch(known) else ["a sign that no expression has"]
        if unknown or not text.strip():
            raise ExpressionError("; ".join(unknown) or "empty")
        return text.strip() if known != " ".join(parts) else str(_licensing().parse(text).render())
    except ExpressionError as error:
        raise InputError(f"the licence is no SPDX expression: {error}", about=text[:60], reason="licence-unknown",
                         remedy="Write one such as CC-BY-4.0, etalab-2.0, or LicenseRef-NAME for one of your own.") from None
