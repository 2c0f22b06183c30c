"""The loader for training: a release's rows as an iterator, a PyTorch data set or a Hugging Face one, behind one gate.

Rules kept here:

- Nothing gives a row that the gate did not let through, in any of these forms, and none gives a row of the held-out twin.
- Canaries are mixed in as often as drawn, at places fixed by the release, the seed and the epoch.
- PyTorch and ``datasets`` are loaded when they are asked for, and are no part of a plain install.

Law: FOL-02
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...core.errors import SetupError
from ...usecases.runs import Begun
from .gate import Gate, passed
from .rows import Rows, Shard, Wanted, bytes_of
from .running import TrainingRun, running


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRelease:
    """A release that may be trained on now: its manifest, and its rows."""

    path: Path
    gate: Gate = field(repr=False)

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What the release says of itself."""
        return self.gate.manifest

    @property
    def until(self) -> datetime:
        """Until when the last answer of the gate holds, if nothing happens meanwhile."""
        return self.gate.until

    def __len__(self) -> int:
        """Give the number of rows, canaries not counted."""
        return int(self.manifest["rows"])

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Give rows as plain values in the release's own order, canaries mixed in."""
        return iter(self.rows())

    def rows(self, *, seed: int | None = None, epoch: int = 0, rank: int = 0, world_size: int = 1, canaries: bool = True,
             columns: Sequence[str] | None = None) -> Rows:
        """Give rows, to be walked as plain values, or as Arrow batches (``.batches(size)``).

        Args:
            seed: shuffles; without one, rows come in the release's own order.
            epoch: gives another order of the same seed.
            rank: which part is given, of ``world_size`` that have each row exactly once between them.
            world_size: how many parts there are.
            canaries: mixes them in, as often as drawn; without them no audit can say what the model memorised.
            columns: the columns that are read; all, unless named.

        Raises:
            InputError: a rank or column that there is none of, or a part without rows.
            EvidenceError, RefusedError: while it is walked: the release was altered, or may not be trained on any more.
        """
        wanted = Wanted(seed=seed, epoch=epoch, canaries=canaries, columns=None if columns is None else tuple(columns))
        return Rows(self.gate, wanted, Shard(rank=rank, world_size=world_size))

    def torch(self, *, seed: int | None = None, epoch: int = 0, rank: int | None = None, world_size: int | None = None,
              columns: Sequence[str] | None = None) -> Any:
        """Give the same rows as a PyTorch ``IterableDataset``, with ``set_epoch``, ``state_dict`` and ``load_state_dict``.

        Args:
            seed, epoch, columns: as for :meth:`rows`.
            rank, world_size: as for :meth:`rows`; named neither, they are those of ``torch.distributed`` or ``torchrun``.

        Raises:
            SetupError: PyTorch is not installed.
            InputError: as for :meth:`rows`.
        """
        wanted = Wanted(seed=seed, epoch=epoch, columns=None if columns is None else tuple(columns))
        return _loaded("torch").torch_rows(self.gate, wanted, rank, world_size)

    def hf(self, *, seed: int | None = None, epoch: int = 0, rank: int = 0, world_size: int = 1, parts: int = 16,
           columns: Sequence[str] | None = None) -> Any:
        """Give the same rows as a Hugging Face ``datasets.IterableDataset``.

        Args:
            seed, epoch, rank, world_size, columns: as for :meth:`rows`; for another epoch, ask anew.
            parts: into how many parts a rank's rows are cut, for as many workers at most.

        Raises:
            SetupError: ``datasets`` is not installed.
            InputError: as for :meth:`rows`.
        """
        wanted = Wanted(seed=seed, epoch=epoch, columns=None if columns is None else tuple(columns))
        return _loaded("hf").hf_rows(self.gate, wanted, Shard(rank=rank, world_size=world_size), parts)

    def run(self, *, by: str, code: str, model: str = "", id: str = "") -> AbstractContextManager[TrainingRun]:
        """Record a training run for the length of a ``with`` block: begun, and finished or broken off.

        Args:
            by: who begins it.
            code: the version or digest of the code that trains, such as a git commit.
            model: the name of the model that is to come of it.
            id: the run's name; else the next number.

        Raises:
            InputError: nobody or no code is named, or a run of that id is known.
            RefusedError: the release may not be trained on any more.
            SetupError: the release does not lie in its workspace; there: licit run start.
        """
        return running(self.gate, Begun(releases=[self.manifest["name"]], by=by, code=code, model=model, id=id))

    def to_arrow(self) -> pa.Table:
        """Give all rows as one table, canaries not counted."""
        self.gate.ask()
        return pa.concat_tables([pq.read_table(pa.BufferReader(bytes_of(self.gate, file)), partitioning=None)
                                 for file in self.manifest["files"] if file["path"].startswith("data/")])


def open_release(path: str | Path, *, key: bytes | None = None, lease: str | Path | None = None, clock: Any = None) -> OpenRelease:
    """Open a release for training.

    Args:
        path: the release's folder.
        key: the signer's raw public key; pin it wherever the release came from elsewhere.
        lease: a lease file, for a release that does not lie in its workspace.
        clock: gives the time; else the computer's.

    Raises:
        EvidenceError: it is altered; the message names the claim that fails.
        RefusedError: it is withdrawn, has removals pending, rests on a right that is over, or its lease is over.
        SetupError: it is no release.
    """
    path = Path(path)
    return OpenRelease(path=path, gate=passed(path, key=key, lease=Path(lease) if lease else None, clock=clock))


def _loaded(name: str) -> Any:
    """Load the part of the loader that stands on a framework.

    Raises:
        SetupError: the framework is not installed.
    """
    extra = {"torch": "torch", "hf": "datasets"}[name]
    try:
        return import_module(f".{name}_rows", __name__)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != extra:
            raise
        raise SetupError(f"{extra} is not installed", about=f"release.{name}()", reason="extra-missing",
                         remedy=f"Install it: pip install 'licit[{extra}]'. release.rows() needs nothing.") from None


__all__ = ["OpenRelease", "Rows", "TrainingRun", "open_release"]
