"""Counts tokens with a real tokenizer where the extra ``tokens`` is installed; otherwise counts are estimates and say so.

The tokenizer comes with the package; nothing is fetched.
"""

from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

_PACKAGE, _FILE = "mistral_common", "data/tekken_240911.json"


def token_counter() -> tuple[str, Callable[[str], int] | None]:
    """Give the name of the counter in use and its function; (``estimate``, None) without the extra."""
    if find_spec(_PACKAGE) is None:
        return "estimate", None
    return f"mistral-common@{version('mistral-common')}:{_FILE.rsplit('/', 1)[1]}", count_tokens


def count_tokens(text: str) -> int:
    """Count a text's tokens, without those that begin and end a sequence."""
    return len(_tokenizer().encode(text, bos=False, eos=False))


@cache
def _tokenizer() -> Any:
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer  # an extra: loaded only where it is asked for

    return Tekkenizer.from_file(str(files(_PACKAGE) / _FILE))
