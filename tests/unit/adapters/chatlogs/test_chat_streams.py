"""Lines and items are cut out of any stream, whatever its size and whatever is broken in it."""

import io
import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.adapters.chatlogs._streams import MIB, nesting, parse, read_lines, split, values
from licit.core.errors import InputError
from licit.core.records import SetAside

INSIDE = frozenset({"conversations"})
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(alphabet='a"\\[]{},:é\n 😀', max_size=8),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.text(alphabet='a"\\]},', max_size=3), inner, max_size=3), max_leaves=10)


class Dribble(io.BytesIO):
    """Gives a few bytes at a time, as a slow source does."""

    size = 1

    def read(self, size: int | None = -1) -> bytes:
        """Give at most ``self.size`` bytes."""
        return super().read(self.size)


class Endless(io.RawIOBase):
    """Makes a long stream as it is read: a head, a body repeated, a tail."""

    def __init__(self, head: bytes, body: bytes, times: int, tail: bytes) -> None:
        self.pieces = iter([head, *([body] * times), tail])

    def read(self, size: int = -1) -> bytes:
        """Give the next piece."""
        return next(self.pieces, b"")


def dribble(data, size):
    stream = Dribble(data)
    stream.size = size
    return stream


@settings(max_examples=150, deadline=None)
@given(items=st.lists(JSON, max_size=5), size=st.integers(1, 7), indent=st.sampled_from([None, 1]))
def test_items_are_cut_wherever_the_blocks_fall(items, size, indent):
    """Whatever strings, escapes and brackets it holds, an array gives its items, however the stream is cut up."""
    data = json.dumps(items, indent=indent, ensure_ascii=False).encode()
    assert [value for _, _, value in values(dribble(data, size))] == items


@settings(max_examples=100, deadline=None)
@given(items=st.lists(JSON, max_size=4), other=JSON, size=st.integers(1, 7))
def test_members_are_told_from_items(items, other, size):
    """An object gives the items of the member asked for, and its other members whole."""
    data = json.dumps({"a": other, "conversations": items, "b": other}).encode()
    out = [(key, value) for key, _, value in values(dribble(data, size), INSIDE)]
    assert out == [("a", other), *(("conversations", item) for item in items), ("b", other)]


@pytest.mark.parametrize("data", [b"", b"  ", b"x", b'"a"', b"[1", b'["a', b"[1,", b"[1}", b"[1]]", b"[1][2]", b"{",
                                  b'{"conversations":[1}', b'{"conversations":[1]', b'{"conversations":[1] 2}', b"[,1]",
                                  b"[1,]", b'{"a" 1}', b"{1:2}", b'[1 2]'])
def test_what_is_no_json_is_said_to_be(data):
    """A stream that is not whole JSON always has something set aside."""
    assert any(isinstance(value, SetAside) and value.reason == "broken-json"
               for _, _, value in values(io.BytesIO(data), INSIDE))


def test_a_hundred_megabytes_on_one_line_stream():
    """An ordinary export, one line of a hundred megabytes, is read item by item with flat memory."""
    item = json.dumps({"mapping": {str(i): "bonjour \"toi\" é" * 40 for i in range(1500)}}).encode()
    times = 100 * MIB // len(item)
    tracemalloc.start()
    try:
        stream = Endless(b"[" + item, b"," + item, times, b"]")
        count = sum(1 for _ in split(stream))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == times + 1
    assert peak < 64 * MIB


def test_an_item_over_the_limit_is_skipped_to_its_end():
    """What is too large for one item is set aside without being held, and the next item is read."""
    big = b'{"a":"' + b"x" * 5000 + b'"}'
    out = [value for _, _, value in values(dribble(b"[1," + big + b",2]", 100), limit=1000)]
    assert (out[0], out[1].reason, out[2]) == (1, "item-too-large", 2)


def test_a_line_over_the_limit_is_skipped_without_being_held():
    """A line of a hundred megabytes is set aside; the line after it is read, and memory stays flat."""
    tracemalloc.start()
    try:
        out = list(read_lines(Endless(b'{"a":1}\n', b"x" * MIB, 100, b'\n{"b":2}'), limit=MIB))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [number for number, _ in out] == [1, 2, 3]
    assert (out[0][1], out[1][1].reason, out[2][1]) == (b'{"a":1}', "line-too-long", b'{"b":2}')
    assert peak < 16 * MIB


def test_lines_are_numbered_and_checked():
    """Blank lines are passed over but counted; NUL bytes and broken UTF-8 are set aside in their place."""
    out = dict(read_lines(io.BytesIO(b"\xef\xbb\xbfun\r\n\n\0\n\xff\nfin")))
    assert out[1] == b"un"
    assert [(number, out[number].reason) for number in (3, 4)] == [(3, "nul-bytes"), (4, "broken-utf8")]
    assert out[5] == b"fin"
    assert 2 not in out


@pytest.mark.parametrize("cut", [0, 3])
def test_a_stream_that_fails_is_set_aside(cut):
    """A stream that breaks half-way gives what came before and the reason it broke."""
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= cut:
                raise InputError("the archive is damaged here", reason="broken-archive")
            return super().read(1)

    assert list(read_lines(Failing(b"a\nb\nc\n")))[-1][1].reason == "broken-archive"
    assert list(values(Failing(b"[1,2]")))[-1][2].reason == "broken-archive"


@pytest.mark.parametrize(("data", "reason"), [
    (b"[" * 201 + b"]" * 201, "too-deep"), (b'{"a":' * 100_000, "too-deep"), (b'"\0"', "nul-bytes"),
    (b'"\xc3"', "broken-utf8"), (b'"\xed\xa0\x80"', "broken-utf8"), (b"{", "broken-json"), (b"9" * 5000, "broken-json"),
    (b'[{"a":1,"a":1}]', "duplicate-keys")])
def test_values_that_cannot_be_read(data, reason):
    """Each fault of a value has its reason, and no message holds the value."""
    aside = parse(data, "item 3")
    assert (aside.reason, aside.where) == (reason, "item 3")


def test_brackets_in_strings_are_no_nesting():
    """Brackets inside strings do not count as depth."""
    assert parse(json.dumps({"a": "[" * 1000 + '"' + "\\"}).encode(), "") == {"a": "[" * 1000 + '"' + "\\"}
    assert nesting(b'{"a":"' + b"[" * 500 + b'\\"[","b":[[1]]}') == 3


def test_utf16_that_is_none_is_set_aside():
    """A file marked as UTF-16 that is not is set aside."""
    (out,) = values(io.BytesIO(b"\xff\xfe\x00\xd8\x00\xd8"))
    assert out[2].reason == "broken-utf16"
