"""The live shards, in the order in which their records arrived, folded from what the log says of them.

Rules kept here:

- A shard written anew stands where the old one stood, and one that several were put together in, where the first of them
  stood: of two states of a record the later one counts, whoever else asked for an erasure.
- Only neighbours are put together: shards of one source, with no other shard of it between them, and all their records.

Law: CHO-08
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: The kinds of entries that say which shards there are.
OF_SHARDS = frozenset({"arrival", "rewrite", "compaction"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A shard as the log knows it; ``place`` is the entry by which the first of its records arrived."""

    shard: str
    sha256: str
    records: int
    source: str
    place: int


class Shards:
    """Folds entries about shards in sequence."""

    def __init__(self) -> None:
        """Begin with none."""
        self._live: dict[int, Input] = {}
        self._places: dict[str, int] = {}

    def take(self, seq: int, kind: str, body: Mapping[str, Any]) -> None:
        """Take an entry's decision.

        Raises:
            KeyError: it names a shard that there is not, or lacks a part.
            ValueError: it puts together what are no neighbours, or loses records.
        """
        if kind == "arrival":
            self._put(self._places.get(str(body["shard"]), seq), str(body["shard"]), str(body["source"]), body)
        elif kind == "rewrite":
            old = self._out(str(body["shard"]))
            if body.get("by"):
                self._put(old.place, str(body["by"]), old.source, body)
        else:
            self._put(self._together(seq, body), str(body["shard"]), str(body["source"]), body)

    def live(self) -> list[Input]:
        """Give the live shards in order."""
        return [self._live[place] for place in sorted(self._live)]

    def _together(self, seq: int, body: Mapping[str, Any]) -> int:
        """Take out what an entry puts together; give its place."""
        parts = [self._out(str(name)) for name in body["from"]]
        places, source = [item.place for item in parts], str(body["source"])
        between = [item for place, item in self._live.items() if places[0] < place < places[-1] and item.source == source]
        if (len(parts) < 2 or places != sorted(places) or between or {item.source for item in parts} != {source}
                or sum(item.records for item in parts) != int(body["records"])):
            raise ValueError(f"entry {seq} puts together what are no neighbours, or loses records")
        return places[0]

    def _out(self, shard: str) -> Input:
        return self._live.pop(self._places.pop(shard))

    def _put(self, place: int, shard: str, source: str, body: Mapping[str, Any]) -> None:
        self._places[shard] = place
        self._live[place] = Input(shard=shard, sha256=str(body["sha256"]), records=int(body["records"]), source=source, place=place)


def successors(bodies: Iterable[Mapping[str, Any]]) -> Callable[[str], str]:
    """Give what tells of a shard which one holds its records after some rewrites and compactions, "" for none."""
    by: dict[str, str] = {}
    for body in bodies:
        parts, now = (body["from"], body["shard"]) if "from" in body else ([body["shard"]], body.get("by"))
        by.update((str(part), str(now or "")) for part in parts)

    def now_of(shard: str) -> str:
        for _ in range(len(by)):
            shard = by.get(shard, shard)
        return shard
    return now_of
