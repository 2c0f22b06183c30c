"""A release's rows as a PyTorch data set (``pip install 'licit[torch]'``): ranks and workers have each row once between them.

Rules kept here:

- Each worker of a ``DataLoader`` has its own part of its rank's rows, its own state, and asks the gate itself.
- A state is the state of one process: where workers gave the rows, the data set of the main process knows nothing of them and says so.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from ...core.errors import InputError
from .gate import Gate
from .rows import Rows, Shard, Wanted
from .workers import handed_on

# Loaded by name, so that types are the same with PyTorch and without.
torch: Any = import_module("torch")
data: Any = import_module("torch.utils.data")


class TorchRows(data.IterableDataset):  # type: ignore[misc]
    """Rows as plain values; canaries mixed in."""

    def __init__(self, gate: Gate, wanted: Wanted, shard: Shard) -> None:
        super().__init__()
        self._gate, self._wanted, self._shard = gate, wanted, shard
        self._rows: Rows | None = None
        # Shared with the workers, so that they follow the epoch, and the main process sees that they gave rows.
        self._epoch = torch.tensor([wanted.epoch]).share_memory_()
        self._elsewhere = torch.zeros(1).share_memory_()
        self._mine()  # what is wrong with the shard is said here, and not by a worker

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Give the rows of this process: from the start, or from the state that was put in."""
        if data.get_worker_info() is not None:
            self._elsewhere.fill_(1)
        with handed_on():
            yield from self._mine()

    def set_epoch(self, epoch: int) -> None:
        """Give another order of the same seed from the next walk on, in the workers too."""
        self._epoch.fill_(epoch)

    def state_dict(self) -> dict[str, Any]:
        """Give where this process is, for a checkpoint.

        Raises:
            InputError: workers gave the rows, so that this process does not know.
        """
        if data.get_worker_info() is None and bool(self._elsewhere):
            raise InputError("the rows were given by workers of a DataLoader, and where they are this process does not know",
                             about=self._gate.manifest["name"], reason="state-elsewhere",
                             remedy="Use torchdata's StatefulDataLoader and its state_dict(), or no workers.")
        return self._mine().state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Let the next walk begin after the rows that a state says were given.

        Raises:
            InputError: it is no state, or one of another release, order or shard.
        """
        self._mine().load_state_dict(state)

    def _mine(self) -> Rows:
        """Give the rows of this process, made anew when the epoch is another."""
        info = data.get_worker_info()
        shard = self._shard if info is None else replace(self._shard, worker=info.id, workers=info.num_workers)
        wanted = replace(self._wanted, epoch=int(self._epoch))
        if self._rows is None or (self._rows.wanted, self._rows.shard) != (wanted, shard):
            self._rows = Rows(self._gate, wanted, shard)
        return self._rows


def torch_rows(gate: Gate, wanted: Wanted, rank: int | None, world_size: int | None) -> TorchRows:
    """Give the data set; a rank that is not named is asked of ``torch.distributed``, then of what ``torchrun`` sets."""
    if rank is None and world_size is None:
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            rank, world_size = torch.distributed.get_rank(), torch.distributed.get_world_size()
        else:
            rank, world_size = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    if rank is None or world_size is None:
        raise InputError("a rank is one of a number of ranks", remedy="Name both, rank and world_size, or neither.")
    return TorchRows(gate, wanted, Shard(rank=rank, world_size=world_size))
