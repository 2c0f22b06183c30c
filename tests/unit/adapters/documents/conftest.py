"""What the document tests share: files made on the spot, and readers by name."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from licit.adapters.documents import html, markdown, pdf, text
from licit.core.ports import InputFile
from licit.core.records import Record

READERS = {reader.name: reader for module in (text, markdown, html, pdf) for reader in module.READERS}


def make_file(content: str | bytes, name: str = "doc.txt", beside: Mapping[str, str | bytes] | None = None) -> InputFile:
    data = content.encode() if isinstance(content, str) else content
    others = {key: value.encode() if isinstance(value, str) else value for key, value in (beside or {}).items()}
    head = data[:65536].decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
    return InputFile(name=name, size=len(data), head=head, open=lambda: io.BytesIO(data), siblings=tuple(others),
                     sibling=lambda other: io.BytesIO(others[other]) if other in others else None)


@pytest.fixture(scope="session")
def readers() -> dict:
    return READERS


@pytest.fixture(scope="session")
def as_file() -> Callable[..., InputFile]:
    return make_file


@pytest.fixture(scope="session")
def read() -> Callable[..., Record]:
    def reading(reader: str, content: str | bytes, name: str = "doc.txt", **more) -> Record:
        (record,) = READERS[reader].read(make_file(content, name, **more))
        assert isinstance(record, Record)
        return record
    return reading


@pytest.fixture(scope="session")
def data() -> Path:
    return Path(__file__).parents[3] / "data" / "documents"
