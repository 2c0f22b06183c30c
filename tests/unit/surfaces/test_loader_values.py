"""Arrow columns as plain values: whatever the values, nulls and cuts, those of ``to_pylist``."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.pipeline.prepare import CONTENT
from licit.surfaces.loader.values import plain, together

TEXTS = st.one_of(st.text(max_size=4), st.sampled_from(["", "é\u0301", "🙂", "\u0000"]))
TURNS = st.lists(st.fixed_dictionaries({"role": st.none() | TEXTS, "content": st.none() | TEXTS}) | st.none(), max_size=3)


def drawn(kind: pa.DataType):
    """Draw values of a type, nulls among them."""
    one = TURNS if kind == CONTENT.field("messages").type else st.lists(st.none() | TEXTS, max_size=3) if pa.types.is_list(kind) \
        else TEXTS if pa.types.is_string(kind) else st.integers(-2**31, 2**31 - 1)
    return st.lists(st.none() | one, max_size=9) | st.lists(one, max_size=9)


@settings(deadline=None, max_examples=15)
@given(st.data())
def test_every_column_of_a_release_is_as_to_pylist_has_it(data):
    """The columns of a release's rows, cut anywhere, in chunks and whole, with nulls and with none: value for value and type for type."""
    for kind in {field.type for field in CONTENT}:
        values = data.draw(drawn(kind))
        column = pa.chunked_array([pa.array(part, kind) for part in (values, [], values[1:])], kind)
        start = data.draw(st.integers(0, len(column)))
        for one in (column, column.slice(start), column.slice(start, 3), column.chunk(0).slice(start), column.combine_chunks()):
            found, wanted = plain(one), one.to_pylist()
            assert found == wanted
            assert repr(found) == repr(wanted), "a number of numpy equals one of Python, and is none"


@pytest.mark.parametrize("column", [
    pa.array([{}, {}, {}], pa.struct([])), pa.array([None, {"a": 1}]), pa.array([1.5, None]), pa.array([True, None]), pa.array([[[1], None]]),
    pa.array(["a", "b", "a"]).dictionary_encode(), pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int8())), pa.array([2**64 - 1], pa.uint64()),
    pa.array([[1], None], pa.large_list(pa.int8())), pa.nulls(2), pa.array([b"x", None]), pa.chunked_array([], CONTENT.field("messages").type)])
def test_what_no_release_holds_today_is_as_to_pylist_has_it_too(column):
    """A type that is not known here is given as Arrow gives it, not guessed at."""
    assert repr(plain(column)) == repr(column.to_pylist())


def test_columns_of_different_lengths_make_no_rows():
    """A value too few in a column is an error, not a row that is cut off."""
    with pytest.raises(ValueError, match="shorter"):
        list(together(["a", "b"], [[1, 2], [3]]))
