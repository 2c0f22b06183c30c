"""What a later audit of a model needs, drawn with the release: a held-out twin and canaries.

The twin stays in the workspace, for it must not be trained on. Canaries lie beside the rows, in ``audit/``, and are mixed
in by the loader for training: rows of ``data/`` are what people and documents gave, no more.

Law: MOD-01
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import polars as pl
import pyarrow as pa

from ..core.ports import Corpus
from .seal import Placed, content_of

CANARIES = pa.schema([("canary", pa.string()), ("repeats", pa.int32()), ("text", pa.string())])

#: How often canaries are to be repeated in training, in turn.
REPEATS = (1, 2, 4, 8)

#: The words canaries are made of: 64, so that each word drawn adds six bits of surprise.
_WORDS = ("anchor apple arrow basil beacon birch bottle bridge bronze button candle canyon cedar chalk cloud copper "
          "coral cotton crane delta ember fabric falcon feather fern fiddle garnet ginger glacier granite hammer harbor "
          "hazel indigo island ivory jasper juniper kettle lantern lemon linen maple marble meadow nickel oak ocean "
          "olive onyx orchid pebble pepper pine quartz raven river saddle silver spruce teal timber violet willow"
          ).split()


def phrase(number: int, drawn: bytes) -> tuple[str, str]:
    """Give the beginning of a canary of a number, which says nothing, and its ten words, drawn by ten bytes."""
    return f"The keeper's phrase number {number} is:", f" {' '.join(_WORDS[byte & 63] for byte in drawn[:10])}."


def write_canaries(corpus: Corpus, folder: str, seed: bytes, number: int) -> Placed:
    """Write so many random sentences, each of ten words from 64 (60 bits), with its number of repeats."""
    rows = []
    for i in range(number):
        drawn = hashlib.sha256(b"licit/canary" + seed + i.to_bytes(4, "big")).digest()
        rows.append({"canary": f"c{i:04}", "repeats": REPEATS[i % len(REPEATS)], "text": "".join(phrase(i, drawn))})
    path = "audit/canaries.parquet"
    sha256 = corpus.write(f"{folder}/{path}", pa.Table.from_pylist(rows, schema=CANARIES))
    return Placed(path=path, sha256=sha256, bytes=corpus.path(f"{folder}/{path}").stat().st_size)


def write_twin(corpus: Corpus, path: str, rows: pl.DataFrame, attributes: Mapping[str, str], *, carried: Any = None
               ) -> str:
    """Write the held-out twin's rows, those marked ``kept``, into the workspace, after those carried over; give the digest."""
    fresh = [table.drop_columns(["bucket", "licence"]) for table in content_of(corpus, rows, attributes, None)]
    if carried is not None:
        fresh = [carried, *(table.cast(carried.schema) for table in fresh)]
    return corpus.write(path, pa.concat_tables(fresh) if fresh else pa.table({"record": pa.array([], pa.string())}))
