"""The page on reservation signals: every kind that is read, from the readers found, and the crawlers that are known."""

from licit.signals.registry import agents, find_signals

PATH = "reference/signals.md"

_HEAD = """\
# Reservation signals

What `licit source signals` reads. One refusal is enough; a signal that is there and cannot be read reserves. This page is generated
from the readers found; how to use them, and to add one: [read what a site says](../howto/read-signals.md).

| signal | specification | read from |
|---|---|---|
"""
_AGENTS = """
## Crawlers

Where nobody asks for one crawler, a refusal to any whose purpose is training, or collecting for others' training, reserves. The names
are facts published by their operators; their purposes were judged for licit, and in doubt say training.

| purpose | tokens |
|---|---|
"""


def render() -> str:
    """Give the page."""
    rows = [f"| `{one.name}` | {one.spec} | {one.reads} |\n" for one in find_signals()]
    named: dict[str, list[str]] = {}
    for token, purpose in sorted(agents().items()):
        named.setdefault(purpose, []).append(f"`{token}`")
    return _HEAD + "".join(rows) + _AGENTS + "".join(f"| {purpose} | {', '.join(tokens)} |\n" for purpose, tokens in sorted(named.items()))
