"""Files of the corpus: several read as one, plain columns, and a file that cannot be read is named."""

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from licit.adapters.corpus import FileCorpus
from licit.core.errors import EvidenceError


def _random(rows):
    return pa.table({"id": pa.array([os.urandom(16) for _ in range(rows)], pa.binary(16)), "of": ["same"] * rows})


def test_several_files_are_read_in_order(tmp_path):
    """Rows stand in the order of the files asked for, whatever they are called."""
    corpus = FileCorpus(tmp_path)
    tables = {name: _random(50) for name in ("b[1].parquet", "a.parquet")}
    for name, table in tables.items():
        corpus.write(name, table, plain=["id"])
    assert corpus.frame(list(tables), ["id"])["id"].to_list() == [
        value for table in tables.values() for value in table["id"].to_pylist()]


def test_random_columns_are_written_as_they_are(tmp_path):
    """A column of random values has neither dictionary nor compression; the others do."""
    corpus = FileCorpus(tmp_path)
    corpus.write("x.parquet", _random(50), plain=["id"])
    columns = [pq.read_metadata(tmp_path / "x.parquet").row_group(0).column(i) for i in range(2)]
    assert [(column.compression, column.has_dictionary_page) for column in columns] == [
        ("UNCOMPRESSED", False), ("ZSTD", True)]


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_bytes(b"PAR1")])
def test_the_file_that_cannot_be_read_is_named(tmp_path, spoil):
    """One bad file among several ends the reading, and the message says which."""
    corpus = FileCorpus(tmp_path)
    for name in ("a.parquet", "b.parquet"):
        corpus.write(name, _random(5))
    spoil(tmp_path / "b.parquet")
    with pytest.raises(EvidenceError, match=r"b\.parquet") as caught:
        corpus.frame(["a.parquet", "b.parquet"], ["of"])
    assert caught.value.reason == "file-unreadable"
