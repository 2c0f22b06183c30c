"""Counts tokens with a real tokenizer where the extra ``tokens`` is installed; otherwise counts are estimates and say so.

The tokenizer comes with the package; nothing is fetched.
"""

import json
from base64 import b64decode
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
    return len(_tokenizer().encode_ordinary(text))


@cache
def _tokenizer() -> Any:
    """Make the tokenizer from the package's own file: what else the package builds of it takes seconds in each process."""
    from tiktoken import Encoding  # an extra: loaded only where it is asked for

    data = json.loads((files(_PACKAGE) / _FILE).read_bytes())
    config = data["config"]
    number = config["default_vocab_size"] - config["default_num_special_tokens"]
    ranks = {b64decode(item["token_bytes"]): item["rank"] for item in data["vocab"][:number]}
    return Encoding(_FILE, pat_str=config["pattern"], mergeable_ranks=ranks, special_tokens={})
