"""The shape of a file from its first bytes: which keys lie where, and what kind of file it is.

A format is recognised by its keys, never by its name. Only key paths are kept; ``[]`` stands for the items of an array:
``[].mapping`` (an array of objects with a mapping), ``messages[].role`` (an object, or one object a line).
"""

import re
from functools import lru_cache

_TOKEN = re.compile(r'"((?:[^"\\]++|\\.)*+)("|\\?\Z)\s*(:?)|([\[\]{}])', re.S)
_DEPTH = 6
_TOKENS = 20_000


@lru_cache(maxsize=4)
def shape(head: str) -> frozenset[str]:
    """Give the key paths seen in the head of a JSON or JSONL file, however it is cut off."""
    paths: set[str] = set()
    if head.lstrip()[:1] not in ("[", "{"):
        return frozenset()
    stack: list[tuple[str, bool]] = []  # the path of each open container, and whether it is an array
    key = ""
    for count, token in enumerate(_TOKEN.finditer(head)):
        name, closed, colon, sign = token.groups()
        if count > _TOKENS or (name is not None and closed != '"'):
            break
        if name is not None:
            if colon and stack and len(stack) <= _DEPTH and len(name) < 64:
                key = name
                paths.add(_below(stack[-1], key))
        elif sign in "[{":
            deep = len(stack) > _DEPTH
            stack.append(("", sign == "[") if deep or not stack else (_below(stack[-1], key), sign == "["))
        elif stack:
            stack.pop()
    return frozenset(paths)


def _below(container: tuple[str, bool], key: str) -> str:
    path, is_array = container
    if is_array:
        return f"{path}[]"
    return f"{path}.{key}" if path else key
