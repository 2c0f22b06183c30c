"""Makes input files of bytes and reads the fixtures, for the suites of the chat readers."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from licit.adapters.chatlogs import chatgpt, claude, copilot, gemini, grok, langfuse, lechat, openai_messages, sharegpt
from licit.core.ports import InputFile, Reader
from licit.core.records import Record, SetAside

CHATS = Path(__file__).parents[3] / "data" / "chats"


def as_file(data: bytes, siblings: Mapping[str, bytes] | None = None, name: str = "input") -> InputFile:
    """Make an input file of bytes, with files beside it."""
    beside = siblings or {}
    return InputFile(name=name, size=len(data), head=data[:65536].decode("utf-8-sig", errors="replace"),
                     open=lambda: io.BytesIO(data), siblings=tuple(sorted(beside)),
                     sibling=lambda other: io.BytesIO(beside[other]) if other in beside else None)


class Chats:
    """What a suite needs: the readers by name, the fixtures as JSON, and reading of values and files."""

    readers: dict[str, Reader] = {module.READERS[0].name: module.READERS[0] for module in (
        chatgpt, claude, copilot, gemini, grok, langfuse, lechat, openai_messages, sharegpt)}
    file: Callable[..., InputFile] = staticmethod(as_file)

    def member(self, archive: str, name: str) -> bytes:
        """Give a member of a fixture archive."""
        with zipfile.ZipFile(CHATS / archive) as opened:
            return opened.read(name)

    def value(self, reader: str) -> Any:
        """Give the fixture of a reader as a JSON value."""
        if reader in ("chatgpt", "claude"):
            return json.loads(self.member(f"{reader}.zip", "conversations.json"))
        if reader == "lechat":
            with zipfile.ZipFile(CHATS / "lechat.zip") as opened:
                return json.loads(opened.read(next(name for name in opened.namelist() if name.endswith(".json"))))
        names = {"openai-messages": "openai.json"}
        return json.loads((CHATS / names.get(reader, f"{reader}.json")).read_bytes())

    def out(self, reader: str, value: Any, siblings: Mapping[str, Any] | None = None) -> list[Record | SetAside]:
        """Read a JSON value (or bytes) with a reader, with JSON files beside it."""
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        beside = {name: item if isinstance(item, bytes) else json.dumps(item).encode()
                  for name, item in (siblings or {}).items()}
        return list(self.readers[reader].read(as_file(data, beside)))

    def one(self, reader: str, value: Any, siblings: Mapping[str, Any] | None = None) -> Record:
        """Read a value that gives one record and nothing else."""
        (record,) = self.out(reader, value, siblings)
        assert isinstance(record, Record), record
        return record


@pytest.fixture(scope="session")
def chats() -> Chats:
    """The readers and fixtures."""
    return Chats()

