"""The loader's rows: once each over all shards, in one order for a seed, from where they were left, and only while the gate holds."""

import json
import shutil
from collections import Counter
from itertools import chain

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import copied, people_chats

from licit.adapters.corpus import FileCorpus
from licit.core.errors import EvidenceError, InputError, RefusedError
from licit.pipeline import seal
from licit.surfaces.loader import open_release
from licit.surfaces.loader import order as orders
from licit.surfaces.loader import rows as loaded
from licit.surfaces.loader.order import Order
from licit.surfaces.loader.rows import Rows, Shard, Wanted
from licit.usecases import deciding, staging
from licit.usecases.proofs import lease

SEEDS = st.one_of(st.none(), st.integers(0, 2**32))


#: Row groups of some files, and how many canaries.
LAYOUTS = st.tuples(st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=5), st.integers(0, 12)).filter(
    lambda drawn: sum(map(sum, drawn[0])) > 0)


def names(rows) -> list[tuple[str, int]]:
    return [(row["record"], row["chunk"]) for row in rows]


@pytest.fixture(scope="module")
def drawn(full_world, tmp_path_factory):
    """A world with a release of several files, a held-out twin and canaries; 60 chats of twelve people."""
    world = copied(full_world, tmp_path_factory.mktemp("drawn") / "w")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seal, "PEOPLE", 2)
        patch.setattr("licit_verify.auditor._PEOPLE", 0)  # a key may draw so few people into files as it likes
        for module in (deciding, staging):
            patch.setattr(module, "AUDITABLE", 4)
        world.take(people_chats(12, 6)[24:])
        world.build(name="drawn", audit={"canaries": 5, "twin_per_thousand": 200})
    return world


@pytest.fixture(scope="module")
def opened(drawn):
    return open_release(drawn.root / "releases/drawn-1", clock=drawn.clock)


def sequence(order: Order, start: int, stop: int) -> list:
    """Give what fills some places: (file, group, number in it) of a row, the number of a canary."""
    out = []
    for window in order.windows(start, stop):
        read = [(file, group, number) for file, group in window.groups for number in range(order._files[file][group])]
        assert len(read) == window.rows
        places = [order.among(window, at, min(at + 3, window.stop)) for at in range(window.start, window.stop, 3)]
        out += [read[place] if place < len(read) else int(place) - len(read) for place in chain.from_iterable(places)]
    return out


@settings(deadline=None, max_examples=60)
@given(LAYOUTS, SEEDS, st.integers(0, 3), st.integers(1, 7), st.integers(1, 20))
def test_any_cut_of_the_sequence_gives_each_row_once(layout, seed, epoch, parts, window):
    """Whatever the files, the seed and the number of parts, the parts are the sequence, with each row and canary once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(orders, "WINDOW", window)
        order = Order(*layout, seed=seed, epoch=epoch)
        whole = sequence(order, 0, order.total)
        assert list(chain.from_iterable(sequence(order, part * order.total // parts, (part + 1) * order.total // parts)
                                        for part in range(parts))) == whole
    rows = [(file, group, number) for file, groups in enumerate(layout[0]) for group, many in enumerate(groups) for number in range(many)]
    assert Counter(whole) == Counter([*rows, *range(layout[1])])
    assert seed is not None or [one for one in whole if not isinstance(one, int)] == rows


@settings(deadline=None, max_examples=15)
@given(SEEDS, st.integers(1, 5), st.integers(1, 3))
def test_all_shards_have_each_row_once(opened, seed, ranks, workers):
    """Ranks and their workers give between them every row once and every canary as often as drawn, in one order for a seed."""
    whole = names(opened.rows(seed=seed))
    shards = [Rows(opened.gate, Wanted(seed=seed), Shard(rank=rank, world_size=ranks, worker=worker, workers=workers))
              for rank in range(ranks) for worker in range(workers)]
    assert list(chain.from_iterable(map(names, shards))) == whole
    assert sum(map(len, shards)) == len(whole)
    drawn = {row["canary"]: row["repeats"] for row in opened_canaries(opened)}
    rows = [name for name in whole if name[0] not in drawn]
    assert len(rows) == len(set(rows)) == len(opened)
    assert Counter(record for record, _ in whole if record in drawn) == drawn


def opened_canaries(opened) -> list:
    return pq.read_table(opened.path / "audit/canaries.parquet").to_pylist()


def test_no_row_of_the_twin_is_given(drawn, opened):
    """What is held out is given in no order, and the release's own order is that of its files."""
    twin = {tuple(row.values()) for row in drawn.ports.corpus.read("state/drawn-1/twin.parquet", ["record", "chunk"]).to_pylist()}
    assert twin
    for seed in (None, 1):
        assert not twin & set(names(opened.rows(seed=seed)))
    assert names(opened.rows(canaries=False)) == names(opened.to_arrow().select(["record", "chunk"]).to_pylist())


def test_seed_and_epoch_decide_the_order(opened):
    """The same seed and epoch give the same order, another seed or epoch another one, and none is that of the release."""
    orders = [names(opened.rows(seed=seed, epoch=epoch)) for seed, epoch in ((1, 0), (1, 0), (1, 1), (2, 0), (None, 0))]
    assert orders[0] == orders[1]
    assert len({tuple(order) for order in orders}) == 4


@settings(deadline=None, max_examples=25)
@given(SEEDS, st.integers(1, 3), st.integers(0, 40), st.integers(0, 40), st.integers(1, 9))
def test_a_walk_goes_on_where_it_was_left(opened, seed, ranks, first, second, size):
    """From any state, put through JSON, exactly the rows not yet given come, in their order: as values or in batches, twice over."""
    mine = {"seed": seed, "rank": ranks - 1, "world_size": ranks}
    whole, walk, given_ = names(opened.rows(**mine)), opened.rows(**mine), []
    for stop in (first, second):
        given_ += [(row["record"], row["chunk"]) for row, _ in zip(walk, range(stop), strict=False)][:stop]
        state = json.loads(json.dumps({**walk.state_dict(), "given": len(given_)}))
        walk = opened.rows(**mine)
        walk.load_state_dict(state)
        assert walk.state_dict() == state
    rest = [(row["record"], row["chunk"]) for batch in walk.batches(size) for row in batch.to_pylist()]
    assert given_ + rest == whole
    assert names(walk) == whole  # the next walk begins anew


def test_a_state_counts_what_was_given(opened):
    """A state that is taken within a row's or a batch's turn counts that row and that batch."""
    rows = opened.rows(seed=3)
    for number, _ in enumerate(rows, 1):
        assert rows.state_dict()["given"] == number
    seen = 0
    for batch in rows.batches(7):
        assert isinstance(batch, pa.RecordBatch)
        seen += batch.num_rows
        assert rows.state_dict()["given"] == seen
    assert seen == len(rows)


def test_batches_hold_the_same_rows(opened):
    """Arrow batches and plain values are the same rows, and so are some columns of them."""
    for seed in (None, 5):
        rows = opened.rows(seed=seed)
        assert [row for batch in rows.batches(4) for row in batch.to_pylist()] == list(rows)
        some = opened.rows(seed=seed, columns=["text", "record"])
        assert list(some) == [{"text": row["text"], "record": row["record"]} for row in rows]


@pytest.mark.parametrize(("change", "named"), [
    ({"release": "other-1"}, "release"), ({"manifest": "sha256:00"}, "manifest"), ({"seed": 8}, "seed"), ({"epoch": 1}, "epoch"),
    ({"shard": {"rank": 1, "world_size": 2, "worker": 0, "workers": 1}}, "shard"), ({"canaries": False}, "canaries"),
    ({"format": ""}, "format"), ({"given": -1}, "given"), ({"given": 999}, "given"), ({"given": None}, "given")])
def test_a_state_of_another_walk_is_refused(opened, change, named):
    """A state of another release, seed, epoch or shard goes on nowhere, and the error names which of them."""
    rows = opened.rows(seed=7)
    with pytest.raises(InputError, match=named):
        rows.load_state_dict({**rows.state_dict(), **change})
    assert len(names(rows)) == len(rows)


def test_what_cannot_be_asked_for(opened):
    """A rank that there is not, a shard without rows, an unknown column, an empty batch: an error that says so."""
    for wrong, said in (({"rank": 2, "world_size": 2}, "world_size"), ({"rank": -1}, "rank"), ({"rank": 0, "world_size": 900}, "no row"),
                        ({"columns": ["tier"]}, "tier")):
        with pytest.raises(InputError, match=said):
            opened.rows(**wrong)
    with pytest.raises(InputError, match="0 rows"):
        next(opened.rows().batches(0))


def test_two_walks_of_the_same_rows_do_not_mix(opened):
    """Rows that are walked anew end the walk before: what they count would be true for neither."""
    rows = opened.rows()
    first = iter(rows)
    next(first)
    next(iter(rows))
    with pytest.raises(InputError, match="walked anew"):
        next(first)


@pytest.mark.parametrize("how", ["a byte", "gone", "another release's"])
def test_a_file_altered_under_the_loader_stops_it(full, how):
    """A data file that changes after the release was opened gives not one row more, whatever its footer says."""
    opened = open_release(full.root / "releases/release-1", clock=full.clock)
    (path,) = opened.path.glob("data/*.parquet")
    data = bytearray(path.read_bytes())
    if how == "a byte":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif how == "gone":
        path.unlink()
    else:
        pq.write_table(pq.read_table(path).slice(1), path)
    with pytest.raises(EvidenceError, match="release-altered"):
        next(iter(opened))
    with pytest.raises(EvidenceError, match="release-altered"):
        opened.to_arrow()


def test_a_file_altered_between_two_row_groups_stops_the_walk(full, monkeypatch):
    """A file that is written while its rows are given gives no further piece, in values or batches; one touched and the same goes on.

    Law: PRV-06
    """
    monkeypatch.setitem(FileCorpus.write.__kwdefaults__, "rows_in_group", 4)
    monkeypatch.setattr(loaded, "_PIECE", 2)
    monkeypatch.setattr(orders, "WINDOW", 4)
    full.build(name="groups")
    opened = open_release(full.root / "releases/groups-1", clock=full.clock)
    assert list(opened.gate.layout) == [(4, 4, 4)]
    (path,) = opened.path.glob("data/*.parquet")
    data = path.read_bytes()
    for seed in (None, 1):
        for rows in (iter(opened.rows(seed=seed)), opened.rows(seed=seed).batches(2)):
            next(rows)
            path.touch()
            next(rows), next(rows)
            path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
            later = []
            with pytest.raises(EvidenceError, match="release-altered"):
                later += (one for one in rows)
            assert len(later) < 2, "the rest of a piece may come, and none after it"
            path.write_bytes(data)


def test_a_refusal_in_mid_epoch_stops_the_epoch(full):
    """Within a minute of an objection no row more is given; entries that say nothing about releases stop nobody.

    Law: FOL-02
    """
    opened = open_release(full.root / "releases/release-1", clock=full.clock)
    rows = iter(opened)
    next(rows)
    full.space.register("run", id="run-1", releases=["release-1"], code="v1")
    full.clock.advance(minutes=2)
    next(rows)
    full.object("user1")
    next(rows)
    full.clock.advance(minutes=2)
    with pytest.raises(RefusedError, match="removals-pending"):
        next(rows)
    with pytest.raises(RefusedError, match="removals-pending"):
        next(opened.rows().batches())
    full.space.patch("release-1")
    with pytest.raises(RefusedError, match="release-withdrawn"):
        next(iter(opened))


def test_a_lease_that_ends_in_mid_epoch_stops_it_and_a_new_one_goes_on(full, tmp_path):
    """Away from the workspace rows come until the lease is over, to the second, and a new one at its place is found.

    Law: FOL-02
    """
    away, note = tmp_path / "away" / "release-1", tmp_path / "lease.json"
    shutil.copytree(full.root / "releases/release-1", away)
    note.write_text(json.dumps(lease(full.ports, "release-1")))
    opened = open_release(away, lease=note, clock=full.clock)
    rows = iter(opened)
    next(rows)
    full.clock.advance(hours=23, minutes=59)
    next(rows)
    note.write_text(json.dumps(lease(full.ports, "release-1")))
    full.clock.advance(minutes=2)
    next(rows)
    full.clock.at = opened.until
    with pytest.raises(RefusedError, match="lease-over"):
        next(rows)
    full.clock.advance(hours=-1)
    assert next(iter(opened))
    full.object("user1")
    note.write_text(json.dumps(lease(full.ports, "release-1")))
    with pytest.raises(RefusedError, match="release-withdrawn"):
        next(iter(opened))


def test_a_release_of_another_workspace_is_not_taken_for_ones_own(full, fresh_copy):
    """A release of the same name that another log closed is refused beside a workspace that knows another."""
    other = fresh_copy()
    other.build()
    shutil.copytree(other.root / "releases/release-2", full.root / "releases/release-2")
    with pytest.raises(RefusedError, match="release-unknown"):
        open_release(full.root / "releases/release-2", clock=full.clock)
