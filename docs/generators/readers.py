"""The page on readers: every format of export and document that can be imported, from the readers found."""

import importlib
from inspect import getdoc

from licit.adapters.inputs import find_readers

PATH = "reference/readers.md"

_HEAD = """\
# Readers

A file is recognised by its content; when two readers are equally sure, `--as` decides. Archives (zip) are opened in place
and never unpacked to disk. What cannot be read is set aside with a reason and counted. This page is generated from the
readers found; to add one, see [add an export format](../howto/add-an-export-format.md).

| `--as` | kind | reads |
|---|---|---|
"""
_KINDS = {"chatlogs": "chats", "documents": "documents"}


def render() -> str:
    """Give the page."""
    rows = []
    for name, reader in find_readers().items():
        module = type(reader).__module__
        said = (getdoc(importlib.import_module(module)) or "").split("\n\n")[0].replace("\n", " ").replace("``", "`")
        rows.append(f"| `{name}` | {_KINDS.get(module.split('.')[-2], 'plug-in')} | {said.replace('|', chr(92) + '|')} |")
    return _HEAD + "\n".join(rows) + "\n"
