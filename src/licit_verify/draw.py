"""What a release draws from its lock's seed, drawn again: the held-out twin and the canaries.

Rules kept here:

- A row is drawn by its keyed place and the seed alone, so that nobody chose it; every drawn row is held, and no other.
- From a thousand rows on, what the plan asks for is drawn.
- The seed itself is taken from the lock: it comes of a secret key, and nobody without that key can derive it.
"""

import hashlib
from array import array
from sys import byteorder
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .canonical import unhex
from .casefile import Casefile
from .files import MANIFEST, take
from .report import Fault
from .rerun import key_of
from .rows import table

AUDITABLE = 1000
_CANARIES = "audit/canaries.parquet"
_REPEATS = (1, 2, 4, 8)
_WORDS = ("anchor apple arrow basil beacon birch bottle bridge bronze button candle canyon cedar chalk cloud copper "
          "coral cotton crane delta ember fabric falcon feather fern fiddle garnet ginger glacier granite hammer harbor "
          "hazel indigo island ivory jasper juniper kettle lantern lemon linen maple marble meadow nickel oak ocean "
          "olive onyx orchid pebble pepper pine quartz raven river saddle silver spruce teal timber violet willow"
          ).split()


def drawn(orders: Any, seed: int, per_thousand: int) -> Any:
    """Tell for each row's place (16 bytes) whether the seed draws it; arithmetic is modulo 2^64."""
    data = array("Q", b"".join(orders.to_pylist()))
    if byteorder == "little":
        data.byteswap()
    number = pa.array(data[::2], pa.uint64())
    factors = [pa.scalar(factor, pa.uint64()) for factor in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)]
    number = pc.multiply(pc.bit_wise_xor(number, pa.scalar(seed, pa.uint64())), factors[0])
    number = pc.multiply(pc.bit_wise_xor(number, pc.shift_right(number, pa.scalar(27, pa.uint64()))), factors[1])
    number = pc.bit_wise_xor(number, pc.shift_right(number, pa.scalar(31, pa.uint64())))
    thousand = pa.scalar(1000, pa.uint64())
    rest = pc.subtract(number, pc.multiply(pc.divide(number, thousand), thousand))
    return pc.less(rest, pa.scalar(per_thousand, pa.uint64()))


def twin_as_drawn(case: Casefile) -> None:
    """Insist that of all rows that were elected, those that the seed draws are held as the twin, and no other.

    Raises:
        Fault: otherwise, or nothing was drawn where the plan asks for it.
    """
    decisions, seed = case.decisions(), int.from_bytes(unhex(case.lock.get("seed"), 8), "big")
    held = pc.equal(decisions.column("reason"), "held-out-twin")
    elected = decisions.filter(pc.or_(pc.equal(decisions.column("answer"), "keep"), held))
    found, whole = [], True
    for shard, path, same in case.attribute_files():
        mine, whole = elected.filter(pc.equal(elected.column("shard"), shard)), whole and same
        if path is not None and mine.num_rows:
            rows = table(path, ["record", "chunk", "order"])
            place = pc.index_in(key_of(rows), value_set=mine.column("key").combine_chunks())
            twin = pc.equal(mine.column("reason"), "held-out-twin").combine_chunks().take(place.combine_chunks().drop_null())
            found.append(pa.table({"record": rows.column("record").filter(pc.is_valid(place)), "twin": twin,
                                   "order": rows.column("order").filter(pc.is_valid(place))}))
    if not found:
        return
    rows = pa.concat_tables(found).combine_chunks()
    _due(case, rows, seed, whole=whole)
    wrong = pc.not_equal(drawn(rows.column("order"), seed, take(case.lock, "twin_per_thousand", int)),
                         rows.column("twin").combine_chunks())
    if pc.any(wrong, min_count=0).as_py():
        raise Fault("record {record} is in the twin, or out of it, against the draw", MANIFEST,
                    record=rows.column("record")[pc.index(wrong, True).as_py()].as_py())


def _due(case: Casefile, rows: Any, seed: int, *, whole: bool) -> None:
    """Insist that a release large enough drew what its plan asks for; where rows were erased since, nobody can count them."""
    asked, said = take(take(case.lock, "plan", dict), "twin_per_thousand", int), take(case.lock, "twin_per_thousand", int)
    would = pc.sum(drawn(rows.column("order"), seed, asked), min_count=0).as_py()
    due = whole and case.release.manifest.get("parent") is None and rows.num_rows - would >= AUDITABLE
    if said not in (0, asked) or (due and would and said != asked):
        raise Fault("the plan asks for a twin of {asked} rows in a thousand, the lock draws {said}", MANIFEST, asked=asked,
                    said=said)


def canaries_as_drawn(case: Casefile) -> None:
    """Insist that the canaries are the sentences that the seed gives, as many as the plan asks for.

    Raises:
        Fault: otherwise.
    """
    seed, number = unhex(case.lock.get("seed"), 8), take(case.release.get("audit", dict), "canaries", int)
    asked = take(take(case.lock, "plan", dict), "canaries", int)
    if number != asked and (number or case.release.get("rows", int) >= AUDITABLE):
        raise Fault("the plan asks for {asked} canaries, the release has {number}", MANIFEST, asked=asked, number=number)
    if number:
        path = case.release.need(_CANARIES)
        try:
            found = table(path, ["canary", "repeats", "text"]).to_pylist()
        except (pa.ArrowException, ValueError, OSError):
            raise Fault("{path} cannot be read", _CANARIES, path=_CANARIES) from None
        if found != [_canary(seed, i) for i in range(number)]:
            raise Fault("{path} does not hold the canaries that the seed gives", _CANARIES, path=_CANARIES)


def _canary(seed: bytes, number: int) -> dict[str, Any]:
    digest = hashlib.sha256(b"licit/canary" + seed + number.to_bytes(4, "big")).digest()
    words = " ".join(_WORDS[byte % 64] for byte in digest[:10])
    return {"canary": f"c{number:04}", "repeats": _REPEATS[number % 4],
            "text": f"The keeper's phrase number {number} is: {words}."}
