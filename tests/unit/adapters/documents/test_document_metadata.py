"""Metadata of documents: sidecars win over tables, both over the document; what cannot be read stops the document."""

import json

import pytest

from licit.adapters.documents._metadata import is_companion, metadata_of
from licit.core.errors import InputError
from licit.core.ports import InputFile


@pytest.mark.parametrize("name", ["doc.html.json", "doc.json", "doc.meta.json", "doc.html.toml", "doc.toml", "doc.meta.toml"])
def test_every_name_of_a_sidecar_is_read(read, name):
    """A sidecar is found by each of its names, and declares its fields as text."""
    content = 'source = "courrier"\nlicense = "CC0"\ndate = 2025-03-02\n' if name.endswith("toml") else json.dumps(
        {"source": "courrier", "license": "CC0", "date": "2025-03-02"})
    record = read("html", "<html><body><p>Texte.</p></body></html>", "dir/doc.html", beside={name: content})
    assert record.declared == {"source": "courrier", "licence": "CC0", "date": "2025-03-02"}
    assert record.turns[0].said_at == "2025-03-02"


def test_the_order_of_who_is_believed(as_file):
    """A row, over it a sidecar of the stem, over it a sidecar of the whole name."""
    file = as_file("x", "doc.txt", beside={"metadata.csv": "file,source,title,url\ndoc.txt,row,row,row\n", "doc.json": '{"source": "stem", "title": "stem"}',
                                           "doc.txt.json": '{"source": "whole"}'})
    assert metadata_of(file)[0] == {"source": "whole", "title": "stem", "url": "row"}


def test_a_sidecar_wins_over_the_page(read):
    """What the page says of itself fills only what metadata leave open."""
    record = read("html", "<html><head><title>Page</title><meta name=author content=Page></head><body><p>x</p></body></html>", "d.html",
                  beside={"d.html.json": '{"title": "Sidecar"}'})
    assert record.declared == {"title": "Sidecar", "author": "Page"}


@pytest.mark.parametrize(("table", "content"), [
    ("metadata.csv", "file,source\nother.txt,no\ndoc.txt,courrier\n"), ("metadata.csv", "\ufefffile;source\ndoc.txt;courrier\n"),
    ("metadata.csv", "file,source\n./doc.txt,courrier\n"), ("metadata.csv", "file,source\nsub/doc.txt,courrier\nelse/doc.txt,no\n"),
    ("metadata.jsonl", '{"file": "other.txt", "source": "no"}\n\n{"file": "doc.txt", "source": "courrier"}\n')])
def test_tables_are_read(as_file, table, content):
    """A row speaks of the file it names, and of no file of the same name elsewhere."""
    assert metadata_of(as_file("x", "root/sub/doc.txt", beside={table: content}))[0] == {"source": "courrier"}


@pytest.mark.parametrize("beside", [
    {"doc.txt.json": "{"}, {"doc.txt.json": "[]"}, {"doc.toml": "a = "}, {"doc.json": b"\xff"}, {"doc.json": "[" * 100_000},
    {"metadata.csv": "file,source\ndoc.txt,a\ndoc.txt,b\n"}, {"metadata.csv": 'file,source\n"doc.txt'}, {"metadata.csv": "file,source\ndoc.txt,a,b\n"},
    {"metadata.csv": "name,source\ndoc.txt,a\n"}, {"metadata.jsonl": "{\n"}, {"metadata.jsonl": "3\n"}])
@pytest.mark.parametrize("reader", ["text", "html"])
def test_metadata_that_cannot_be_read_stop_the_document(readers, as_file, reader, beside):
    """Read without its metadata, a document could pass under terms that they deny."""
    with pytest.raises(InputError) as caught:
        list(readers[reader].read(as_file("<p>Texte.</p>", "doc.txt", beside=beside)))
    assert caught.value.reason == "metadata-unreadable"


def test_unknown_fields_are_counted_by_name_only(read):
    """Fields that are not known are counted; names that look like data are not repeated, values never."""
    record = read("text", "Texte.\n", beside={"doc.txt.json": json.dumps({"tier": "free", "Nadia Fictive 0639980001": 1, "author": ["A", 3], "title": ""})})
    assert record.declared == {}
    assert record.strange == {"metadata.tier": 1, "metadata.(other)": 1, "metadata.author": 1}


def test_the_origin_is_the_address_else_the_name(read):
    """A document is known by its declared address, else by its file's name."""
    assert read("text", "x\n", "a/b.txt").origin_id == "a/b.txt"
    assert read("text", "x\n", "b.txt", beside={"b.txt.json": '{"url": "https://a.example/b"}'}).origin_id == "https://a.example/b"


@pytest.mark.parametrize("date", ["02/03/2025", "mars 2025", "2025-13-01", "n.d."])
def test_a_date_that_is_no_iso_day_leaves_the_day_unknown(read, date):
    """A day is taken only from a date that can be read one way."""
    record = read("text", "x\n", beside={"doc.txt.json": json.dumps({"date": date})})
    assert record.turns[0].said_at == ""
    assert record.declared["date"] == date


def test_a_table_is_read_from_disk_again_when_it_changes(tmp_path):
    """One reading serves a whole folder, and a changed table is read anew."""
    document, table = tmp_path / "doc.txt", tmp_path / "metadata.csv"
    document.write_text("x")
    file = InputFile(name=str(document), size=1, head="x", open=lambda: document.open("rb"), path=document)
    assert metadata_of(file)[0] == {}
    table.write_text("file,source\ndoc.txt,first\n")
    assert metadata_of(file)[0] == {"source": "first"}
    table.write_text("file,source\ndoc.txt,second one\n")
    assert metadata_of(file)[0] == {"source": "second one"}


@pytest.mark.parametrize(("name", "siblings", "companion"), [
    ("metadata.csv", (), True), ("metadata.jsonl", (), True), ("doc.meta.json", (), True), ("doc.html.json", (), True), ("doc.pdf.toml", (), True),
    ("doc.json", ("doc.pdf",), True), ("doc.json", (), False), ("conversations.json", ("user.json",), False), ("doc.txt", ("doc.json",), False), ("data.csv", (), False)])
def test_companions_are_told_from_inputs(readers, name, siblings, companion):
    """A chat export is never mistaken for somebody's metadata: that would skip it in silence."""
    assert is_companion(name, siblings) is companion
    assert readers["pdf"].companion(name, siblings) is companion
