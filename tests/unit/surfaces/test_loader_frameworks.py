"""The loader's rows in PyTorch and in Hugging Face datasets: the rows of the plain iterator, sharded and resumed as there."""

import json
import sys
from datetime import timedelta
from itertools import chain

import pytest

from licit.core.errors import InputError, RefusedError, SetupError
from licit.surfaces.loader import gate, open_release


@pytest.fixture(scope="module")
def opened(full_world):
    return open_release(full_world.root / "releases/release-1", clock=full_world.clock)


def names(rows) -> list[str]:
    return [f"{row['record']}#{row['chunk']}" for row in rows]


@pytest.mark.parametrize(("ask", "module"), [("torch", "torch"), ("hf", "datasets")])
def test_a_framework_that_is_missing_is_named(opened, monkeypatch, ask, module):
    """Without the extra, asking for it says what to install; the plain rows need none of them."""
    for name in [name for name in sys.modules if name == module or name.endswith(f"loader.{ask}_rows")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SetupError, match=rf"licit\[{module}\]"):
        getattr(opened, ask)()
    assert names(opened.rows())


@pytest.mark.slow
def test_torch_has_each_row_once_over_ranks_and_workers(opened):
    """A DataLoader's workers and the ranks have between them every row once, in one order for a seed, and follow the epoch."""
    data = pytest.importorskip("torch.utils.data")
    whole = names(opened.rows(seed=5))
    for world_size, workers in ((2, 0), (2, 2), (5, 2)):
        ranks = [data.DataLoader(opened.torch(seed=5, rank=rank, world_size=world_size), batch_size=None, num_workers=workers, timeout=60 * bool(workers))
                 for rank in range(world_size)]
        given = list(chain.from_iterable(map(names, ranks)))
        assert sorted(given) == sorted(whole)
        assert workers or given == whole
    rows = opened.torch(seed=5)
    rows.set_epoch(1)
    for loader in (data.DataLoader(rows, batch_size=None), data.DataLoader(rows, batch_size=None, num_workers=1, timeout=60)):
        assert names(loader) == names(opened.rows(seed=5, epoch=1))


@pytest.mark.slow
def test_torch_goes_on_where_it_was(opened):
    """A state goes on with the rows not yet given; one that this process cannot know, or of another seed, is an error."""
    data = pytest.importorskip("torch.utils.data")
    whole, rows = names(opened.rows(seed=5)), opened.torch(seed=5)
    walk = iter(rows)
    first = names(next(walk) for _ in range(5))
    state = json.loads(json.dumps(rows.state_dict()))
    later = opened.torch(seed=5)
    later.load_state_dict(state)
    assert first + names(later) == whole
    with pytest.raises(InputError, match="seed"):
        opened.torch(seed=6).load_state_dict(state)
    elsewhere = opened.torch(seed=5)
    assert len(names(data.DataLoader(elsewhere, batch_size=None, num_workers=1, timeout=60))) == len(whole)
    with pytest.raises(InputError, match="state-elsewhere"):
        elsewhere.state_dict()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:'set_vital'")
@pytest.mark.parametrize("workers", [0, 2])
def test_a_stateful_loader_goes_on_where_it_was(opened, workers):
    """The loader of torchdata keeps the states of all workers, and goes on with exactly the rows not yet given."""
    stateful = pytest.importorskip("torchdata.stateful_dataloader")

    def loader():
        return stateful.StatefulDataLoader(opened.torch(seed=5), batch_size=None, num_workers=workers, timeout=60 * bool(workers))

    whole, before = names(loader()), loader()
    walk = iter(before)
    first = names(next(walk) for _ in range(5))
    after = loader()
    after.load_state_dict(before.state_dict())
    assert first + names(after) == whole
    assert sorted(whole) == sorted(names(opened.rows(seed=5)))


@pytest.mark.slow
def test_torch_refuses_what_the_loader_refuses(full):
    """A rank that there is not, half a place, a shard without rows; and an objection in mid-epoch.

    Law: FOL-02
    """
    pytest.importorskip("torch")
    opened = open_release(full.root / "releases/release-1", clock=full.clock)
    for wrong in ({"rank": 2, "world_size": 2}, {"rank": 1}, {"rank": 0, "world_size": 99}):
        with pytest.raises(InputError):
            opened.torch(**wrong)
    walk = iter(opened.torch())
    next(walk)
    full.object("user1")
    full.clock.advance(minutes=2)
    with pytest.raises(RefusedError, match="removals-pending"):
        next(walk)


@pytest.mark.slow
@pytest.mark.parametrize("ask", ["torch", "hf"])
def test_an_objection_in_mid_epoch_reaches_the_workers(full, monkeypatch, ask):
    """A worker of a DataLoader has the workspace asked by itself, gives no row after a refusal but those on their way, and says why.

    Law: FOL-02
    """
    data, _ = pytest.importorskip("torch.utils.data"), pytest.importorskip("datasets")
    monkeypatch.setattr(gate, "EVERY", timedelta(0))
    monkeypatch.setattr(gate, "SHARE", 0)
    opened = open_release(full.root / "releases/release-1")
    walk, given = iter(data.DataLoader(getattr(opened, ask)(), batch_size=None, num_workers=1, prefetch_factor=1, timeout=60)), []
    given.append(next(walk))
    full.object("user1")
    with pytest.raises(RefusedError, match=r"^release-1: .* rests on a right that is over \(release-withdrawn\)\. ") as refused:
        given += walk
    assert refused.value.reason == "release-withdrawn"
    assert 0 < len(given) < 6 < len(opened)


@pytest.mark.slow
def test_hugging_face_gives_the_same_rows(opened):
    """``datasets`` has the plain iterator's rows and order, for a rank and in parts, and the columns' types."""
    pytest.importorskip("datasets")
    whole = opened.hf(seed=5)
    assert list(whole) == list(opened.rows(seed=5))
    assert list(whole.features) == list(opened.manifest["columns"])
    ranks = [opened.hf(seed=5, rank=rank, world_size=3, parts=2) for rank in range(3)]
    assert names(chain.from_iterable(ranks)) == names(whole)
    shards = [whole.shard(num_shards=4, index=index) for index in range(4)]
    assert sorted(names(chain.from_iterable(shards))) == sorted(names(whole))
    assert sorted(names(whole.shuffle(seed=1, buffer_size=4))) == sorted(names(whole))
    assert names(opened.hf(parts=99)) == names(opened.rows())


@pytest.mark.slow
def test_hugging_face_goes_on_where_it_was(opened, full):
    """A state goes on with the rows not yet given, and on no other release, seed or shard.

    Law: FOL-02
    """
    pytest.importorskip("datasets")
    whole, rows = names(opened.rows(seed=5)), opened.hf(seed=5, parts=3)
    walk = iter(rows)
    first = names(next(walk) for _ in range(5))
    state = json.loads(json.dumps(rows.state_dict()))
    later = opened.hf(seed=5, parts=3)
    later.load_state_dict(state)
    assert first + names(later) == whole
    for other in (opened.hf(seed=6, parts=3), opened.hf(seed=5, parts=2), opened.hf(seed=5, parts=3, rank=1, world_size=2)):
        other.load_state_dict(state)
        with pytest.raises(InputError, match="state-of-another"):
            next(iter(other))
    live = open_release(full.root / "releases/release-1", clock=full.clock)
    walk = iter(live.hf())
    next(walk)
    full.object("user1")
    full.clock.advance(minutes=2)
    with pytest.raises(RefusedError, match="removals-pending"):
        next(walk)


@pytest.mark.slow
def test_workers_of_a_loader_share_the_parts(opened):
    """With ``datasets`` in a DataLoader each row comes once, also with more workers than parts."""
    data, _ = pytest.importorskip("torch.utils.data"), pytest.importorskip("datasets")
    for parts, workers in ((4, 2), (1, 2)):
        given = names(data.DataLoader(opened.hf(seed=5, parts=parts), batch_size=None, num_workers=workers, timeout=60 * bool(workers)))
        assert sorted(given) == sorted(names(opened.rows(seed=5)))
