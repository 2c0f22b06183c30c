"""The names under which crawlers go, and what each collects for: data in ``agents.toml``.

Law: SIG-03
"""

import functools
import re
import tomllib
from pathlib import Path

from licit.core.errors import InputError

PURPOSES = ("training", "training-data", "user", "search", "other")
_TOKEN = re.compile(r"([A-Za-z0-9_-]+)(?:/\S*)?")


@functools.cache
def agents() -> dict[str, str]:
    """Give each crawler's token, in small letters, and its purpose.

    Raises:
        ValueError: the table holds a purpose that is none.
    """
    table = tomllib.loads((Path(__file__).parent / "agents.toml").read_text(encoding="utf-8"))["agents"]
    if wrong := {row["purpose"] for row in table} - set(PURPOSES):
        raise ValueError(f"agents.toml has no purpose {wrong}")
    return {row["token"].lower(): row["purpose"] for row in table}


@functools.cache
def training_tokens() -> tuple[str, ...]:
    """Give the tokens of crawlers that collect for training, for themselves or for others."""
    return tuple(sorted(token for token, purpose in agents().items() if purpose.startswith("training")))


def tokens_for(agent: str) -> tuple[str, ...]:
    """Give the tokens whose refusal counts: the one that is asked for, else every training crawler's and ``*``."""
    return (agent,) if agent else ("*", *training_tokens())


def product_token(agent: str) -> str:
    """Give the product token of a crawler's name, without its version.

    Raises:
        InputError: it is none.
    """
    found = _TOKEN.fullmatch(agent.strip())
    if found is None:
        raise InputError("this is no crawler's token", reason="agent-unreadable",
                         remedy="Give the name alone, of letters, digits, - and _: --agent GPTBot.")
    return found[1]
