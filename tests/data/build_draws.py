"""Writes the vectors that bind two independent readings of what a release draws, merges and digests: ``vectors/draws.json``.

Everything is computed here in plain Python from the page on formats, with nothing of licit. Run it to write the file; with
``--check`` it fails when the file is stale.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent / "vectors" / "draws.json"
WORDS = ("anchor apple arrow basil beacon birch bottle bridge bronze button candle canyon cedar chalk cloud copper coral "
         "cotton crane delta ember fabric falcon feather fern fiddle garnet ginger glacier granite hammer harbor hazel "
         "indigo island ivory jasper juniper kettle lantern lemon linen maple marble meadow nickel oak ocean olive onyx "
         "orchid pebble pepper pine quartz raven river saddle silver spruce teal timber violet willow").split()
TALLIES: list[tuple[dict[str, int], dict[str, int]]] = [
    ({}, {}), ({"a": 5}, {"a": 5}), ({"a": 4}, {"other": 4}), ({"a": 4, "b": 1}, {"other": 5}),
    ({"a": 4, "b": 90}, {"other": 94}), ({"a": 4, "b": 6, "c": 90}, {"other": 10, "c": 90}),
    ({"a": 1, "b": 1, "c": 5, "d": 5}, {"other": 7, "d": 5}), ({"a": 2, "b": 3, "c": 5}, {"other": 5, "c": 5}),
    ({"a": 1, "b": 1, "c": 1}, {"other": 3}), ({"z": 1, "y": 7, "x": 7, "w": 8}, {"other": 8, "w": 8, "y": 7})]
ROWS: list[list[Any]] = [
    [], [None, "é", 3, True, False, b"\x00\xff", []], ["a", ["b", ""], [["s1"], []], [b"ab", b""]],
    [[{"role": "user", "content": "Où ?"}], None, -1]]


def drawn(order: bytes, seed: int, per_thousand: int) -> bool:
    """Draw a row by its place."""
    number = (int.from_bytes(order[:8], "big") ^ seed) * 0xBF58476D1CE4E5B9 % 2**64
    number = (number ^ number >> 27) * 0x94D049BB133111EB % 2**64
    return (number ^ number >> 31) % 1000 < per_thousand


def canary(seed: bytes, number: int) -> dict[str, Any]:
    """Make a canary."""
    digest = hashlib.sha256(b"licit/canary" + seed + number.to_bytes(4, "big")).digest()
    return {"canary": f"c{number:04}", "repeats": 2 ** (number % 4), "text":
            f"The keeper's phrase number {number} is: " + " ".join(WORDS[byte % 64] for byte in digest[:10]) + "."}


def typed(value: Any) -> bytes:
    """Write a value with its type and length."""
    if value is None:
        return b"n"
    if isinstance(value, bytes | str):
        data, letter = (value, b"b") if isinstance(value, bytes) else (value.encode(), b"s")
        return letter + str(len(data)).encode() + b":" + data
    if isinstance(value, int):
        return b"i" + str(int(value)).encode() + b";"
    if value and isinstance(value[0], dict):
        return f"m{len(value)}:".encode() + b"".join(typed(m["role"]) + typed(m["content"]) for m in value)
    return f"l{len(value)}:".encode() + b"".join(map(typed, value))


def shown(value: Any) -> Any:
    """Write bytes so that JSON can hold them."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    return [shown(item) for item in value] if isinstance(value, list) else value


def build() -> str:
    """Give the file's text."""
    orders = [hashlib.sha256(b"order %d" % number).digest()[:16] for number in range(400)]
    draws = [{"seed": seed, "per_thousand": share, "orders": [order.hex() for order in orders],
              "drawn": [number for number, order in enumerate(orders) if drawn(order, int(seed, 16), share)]}
             for seed, share in (("0000000000000000", 10), ("ffffffffffffffff", 150), ("0123456789abcdef", 1000),
                                 ("8000000000000001", 0))]
    marks = [["r1", "s1"], ["r1", "s2"], ["r", "1s1"]]
    vectors = {
        "draws": draws, "canaries": {"seed": "0123456789abcdef", "rows": [
            canary(bytes.fromhex("0123456789abcdef"), number) for number in range(9)]},
        "tallies": [{"exact": exact, "public": public} for exact, public in TALLIES],
        "facts": [{"row": shown(row), "digest": hashlib.sha256(b"licit/facts/1" + b"".join(map(typed, row))).hexdigest()}
                  for row in ROWS],
        "marks": [{"record": record, "subject": subject, "mark": hashlib.sha256(b"".join(
            len(part).to_bytes(8, "big") + part for part in (b"licit/person", record.encode(), subject.encode())
        )).hexdigest()[:32]} for record, subject in marks]}
    return json.dumps(vectors, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(PATH.read_text(encoding="utf-8") != build())
    PATH.write_text(build(), encoding="utf-8")
