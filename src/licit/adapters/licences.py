"""Reads SPDX licence expressions: unknown keys fail, and the one form of an expression is what is recorded.

A choice (OR) may be read, but a source with one is held until somebody states which licence is used.
"""

import re
from functools import cache
from typing import Any

from license_expression import ExpressionError, get_spdx_licensing

from ..core.errors import InputError

#: What an expression may hold; the parser breaks on anything else.
_PLAIN = re.compile(r"[\w.:+() -]+", re.ASCII)


@cache
def _licensing() -> Any:
    return get_spdx_licensing()


def read_licence(text: str) -> str:
    """Give an SPDX expression in its normal form; ``LicenseRef-…`` names a licence of one's own.

    Raises:
        InputError: not an SPDX expression, or a licence that SPDX does not know.
    """
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
