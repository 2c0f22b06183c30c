"""Meeting: which documents in different languages share enough rare anchors, found in memory that does not grow with them.

Documents are numbers here, in order of arrival. Their anchors lie in a temporary folder, the strong ones in parts by value;
each part gives the pairs that meet in it, which lie in parts by document. A pair is compared anchor by anchor only where what
is known by then allows that enough is shared.

Rules kept here:

- Every pair that meets and is alike is given, each once; what is passed over cannot be alike, whatever else its two share.
- Memory is bounded by the parts, but for a few numbers of each document. Files hold numbers only, and go with their folder.
"""

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

MOST_SHARING, STRONG, PER_CENT = 64, 3, 40
#: About so many strong anchors are in a part, pairs of so many documents are, and so many pairs are compared at a time.
_ANCHORS, _DOCUMENTS, _PAIRS = 250_000, 4096, 2048


def alike(one: set[int], two: set[int]) -> bool:
    """Say whether the anchors of two documents agree enough."""
    weight = [len(some) + sum(anchor % 2 for anchor in some) for some in (one & two, one, two)]
    return sum(anchor % 2 for anchor in one & two) >= STRONG and weight[0] * 100 >= min(weight[1:]) * PER_CENT


class Meeting:
    """Documents, noted in order; then their pairs."""

    def __init__(self, folder: Path, strong: int) -> None:
        """Note, in an empty folder, documents that have so many strong anchors in all."""
        self._folder, self._parts = folder, strong // _ANCHORS + 2  # with one alone, its width would be no number of 64 bits
        #: Where each document's anchors end, how many are strong, and how many of these too many share.
        self._ends, self._strong, self._common = array("q", [0]), array("q"), array("q")

    def note(self, lists: Any) -> None:
        """Note the anchors of the next documents, a list each."""
        first = len(self._strong)
        for length in pc.fill_null(pc.list_value_length(lists), 0).to_pylist():
            self._ends.append(self._ends[-1] + length)
        for counts in (self._strong, self._common):
            counts.extend([0] * len(lists))
        flat, owners = pc.list_flatten(lists), pc.add(pc.list_parent_indices(lists).cast(pa.int64()), first)
        _append(self._folder / "anchors", flat)
        strong = pc.equal(pc.bit_wise_and(flat, pa.scalar(1, pa.uint64())), pa.scalar(1, pa.uint64()))
        flat, owners = flat.filter(strong), owners.filter(strong)
        _count(self._strong, owners)
        order = pc.sort_indices(flat)
        flat, owners = flat.take(order), owners.take(order)
        for part, begin, size in _runs(pc.divide(flat, pa.scalar((1 << 64) // self._parts + 1, pa.uint64()))):
            _append(self._folder / f"strong-{part}", flat.slice(begin, size))
            _append(self._folder / f"owners-{part}", owners.slice(begin, size))

    def pairs(self, languages: Any) -> Iterator[tuple[int, int]]:
        """Give the pairs that are alike, the earlier document first; ``languages`` has a number for each document."""
        for part in range(self._parts):
            self._meet(part, languages)
        for block in range(len(self._strong) // _DOCUMENTS + 1):
            one, two = self._likely(_read(self._folder / f"pairs-{block}", pa.int64()))
            for begin in range(0, len(one), _PAIRS):
                yield from self._alike(one.slice(begin, _PAIRS), two.slice(begin, _PAIRS))

    def _meet(self, part: int, languages: Any) -> None:
        """Write down the pairs that share an anchor of one part, unless too many share it."""
        anchors, owners = _read(self._folder / f"strong-{part}", pa.uint64()), _read(self._folder / f"owners-{part}", pa.int64())
        order = pc.sort_indices(anchors)  # a stable sort: of one anchor, owners stay in order
        anchors, owners = anchors.take(order), owners.take(order)
        many = anchors.slice(MOST_SHARING)
        common = pc.is_in(anchors, value_set=pc.unique(many.filter(pc.equal(many, anchors.slice(0, len(many))))))
        _count(self._common, owners.filter(common))
        anchors, owners = (values.filter(pc.invert(common)) for values in (anchors, owners))
        for apart in range(1, MOST_SHARING):
            later = anchors.slice(apart)
            same = pc.equal(later, anchors.slice(0, len(later)))
            one, two = owners.slice(0, len(later)).filter(same), owners.slice(apart).filter(same)
            if not len(one):
                return
            foreign = pc.not_equal(languages.take(one), languages.take(two))
            keys = pc.add(pc.multiply(one.filter(foreign), len(self._strong)), two.filter(foreign))
            keys = keys.take(pc.sort_indices(keys))
            for block, begin, size in _runs(pc.divide(keys, len(self._strong) * _DOCUMENTS)):
                _append(self._folder / f"pairs-{block}", keys.slice(begin, size))

    def _likely(self, keys: Any) -> tuple[Any, Any]:
        """Give the pairs that may be alike: that share what they met by, and at most all that too many share and all weak anchors."""
        met = pc.value_counts(keys)
        one = pc.divide(met.field("values"), max(1, len(self._strong)))
        two = pc.subtract(met.field("values"), pc.multiply(one, len(self._strong)))
        ends, strong = _of(self._ends), _of(self._strong)
        weak = pc.subtract(pc.subtract(ends.slice(1), ends.slice(0, len(strong))), strong)

        def least(values: Any) -> Any:
            return pc.min_element_wise(values.take(one), values.take(two))

        most = pc.add(met.field("counts"), least(_of(self._common)))
        weight = pc.multiply(pc.add(pc.multiply(most, 2), least(weak)), 100)
        may = pc.and_(pc.greater_equal(most, STRONG), pc.greater_equal(weight, pc.multiply(least(pc.add(pc.multiply(strong, 2), weak)), PER_CENT)))
        return one.filter(may), two.filter(may)

    def _alike(self, one: Any, two: Any) -> Iterator[tuple[int, int]]:
        lists = pa.LargeListArray.from_arrays(_of(self._ends), _read(self._folder / "anchors", pa.uint64()))
        for first, second, mine, theirs in zip(*(values.to_pylist() for values in (one, two, lists.take(one), lists.take(two))), strict=True):
            if alike({*mine}, {*theirs}):
                yield first, second


def _count(counts: "array[int]", owners: Any) -> None:
    found = pc.value_counts(owners)
    for owner, number in zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True):
        counts[owner] += number


def _runs(sorted_values: Any) -> Iterator[tuple[int, int, int]]:
    """Give each value of an ordered array, where it begins, and how often it comes."""
    found, begin = pc.value_counts(sorted_values), 0
    for value, size in zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True):
        yield value, begin, size
        begin += size


def _of(numbers: "array[int]") -> Any:
    """Give numbers as they lie in memory; they must not be added to while this is used."""
    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers)])


def _append(path: Path, values: Any) -> None:
    """Write fixed-width values without nulls behind those of a file."""
    if len(values):
        width = values.type.bit_width // 8
        with path.open("ab") as file:
            file.write(memoryview(values.buffers()[1])[values.offset * width:(values.offset + len(values)) * width])


def _read(path: Path, kind: Any) -> Any:
    """Map the values of a file; none where nothing was written."""
    if not path.exists():
        return pa.array([], kind)
    with pa.memory_map(str(path)) as file:
        buffer = file.read_buffer()
    return pa.Array.from_buffers(kind, buffer.size * 8 // kind.bit_width, [None, buffer])
