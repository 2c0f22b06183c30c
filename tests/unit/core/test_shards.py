"""The fold of shards: whoever counts them, licit or its verifier, has them in the same order and refuses the same entries."""

from datetime import UTC, datetime

import pytest

from licit.core.shards import Shards, successors
from licit_verify.arrivals import arrived
from licit_verify.ledger import Ledger
from licit_verify.report import Fault
from licit_verify.rights import Entry


def of(shard: str, records: int = 1, source: str = "chat", **more):
    """Give the body of an entry."""
    return {"shard": shard, "sha256": f"sha256:{shard}", "records": records, "source": source, **more}


ARRIVED = [("arrival", of("a")), ("arrival", of("b")), ("arrival", of("x", source="mail")), ("arrival", of("c", 3)), ("arrival", of("d"))]
GOOD = {
    "an old shard written anew keeps its place": ([("rewrite", {"shard": "a", "by": "a2", "sha256": "s", "records": 1})], ["a2", "b", "x", "c", "d"]),
    "one that is empty goes": ([("rewrite", {"shard": "b", "by": "", "sha256": "", "records": 0})], ["a", "x", "c", "d"]),
    "neighbours stand where the first stood": ([("compaction", of("n", 5, **{"from": ["a", "b", "c"]}))], ["n", "x", "d"]),
    "they go on as any other": ([("compaction", of("n", 4, **{"from": ["b", "c"]})), ("rewrite", {"shard": "n", "by": "m", "sha256": "s", "records": 1}),
                                 ("compaction", of("o", 2, **{"from": ["m", "d"]}))], ["a", "o", "x"])}
BAD = {
    "a record is lost": of("n", 4, **{"from": ["a", "b", "c"]}), "one between is left out": of("n", 4, **{"from": ["a", "c"]}),
    "not in order": of("n", 2, **{"from": ["b", "a"]}), "of two sources": of("n", 2, **{"from": ["b", "x"]}), "one alone": of("n", 1, **{"from": ["a"]}),
    "twice the same": of("n", 2, **{"from": ["a", "a"]}), "one that there is not": of("n", 2, **{"from": ["a", "z"]}), "none": of("n", 0, **{"from": []})}


def ours(entries) -> list[str]:
    shards = Shards()
    for seq, (kind, body) in enumerate(entries):
        shards.take(seq, kind, body)
    return [item.shard for item in shards.live()]


def theirs(entries) -> list[str]:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    ledger = Ledger(entries=[Entry(seq, kind, "", at, body, at) for seq, (kind, body) in enumerate(entries)], roots={}, recorded=[])
    return [item["shard"] for item in arrived(ledger, len(entries), [])[0]]


@pytest.mark.parametrize(("entries", "live"), GOOD.values(), ids=GOOD.keys())
def test_the_order_is_that_of_arrival(entries, live):
    """Whatever took a shard's place stands where it stood, for of two states of a record the later one counts.

    Law: CHO-08
    """
    assert ours([*ARRIVED, *entries]) == theirs([*ARRIVED, *entries]) == live


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_what_loses_or_reorders_records_is_refused(body):
    """Neither the build nor the auditor goes on from an entry that puts together what may not be."""
    with pytest.raises((KeyError, ValueError, IndexError)):
        ours([*ARRIVED, ("compaction", body)])
    with pytest.raises(Fault):
        theirs([*ARRIVED, ("compaction", body)])


def test_what_a_release_was_made_of_stays(tmp_path):
    """The auditor refuses a shard put together of one that was there when a release closed: its lock names that one."""
    entries = [*ARRIVED[:2], ("release-closed", {"release": "r"}), *ARRIVED[2:]]
    assert theirs([*entries, ("compaction", of("n", 4, **{"from": ["c", "d"]}))]) == ["a", "b", "x", "n"]
    with pytest.raises(Fault, match="put together"):
        theirs([*entries, ("compaction", of("n", 4, **{"from": ["b", "c"]}))])


def test_records_are_followed_to_where_they_are():
    """Through rewrites and compactions, to nothing where nothing is left."""
    now = successors([{"shard": "a", "by": "b"}, of("c", 2, **{"from": ["b", "x"]}), {"shard": "c", "by": ""}, {"shard": "d", "by": "e"}])
    assert [now(shard) for shard in ("a", "b", "x", "c", "d", "f")] == ["", "", "", "", "e", "f"]
