"""A release's rows as a Hugging Face data set (``pip install 'licit[datasets]'``): the same rows in the same order, in parts for workers.

Rules kept here:

- The parts, one after the other, are the rows of the rank; ``datasets`` gives them to the workers of a ``DataLoader``.
- A state says which release, order and parts it is of, and goes on there and nowhere else, without reading what was given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

import datasets
from datasets.iterable_dataset import ExamplesIterable

from ...core.errors import InputError
from .gate import Gate
from .rows import Rows, Shard, Wanted
from .workers import handed_on


class _Parts(ExamplesIterable):  # type: ignore[misc]
    """Rows of some parts, one part after the other."""

    def __init__(self, gate: Gate, wanted: Wanted, parts: Sequence[Shard]) -> None:
        super().__init__(Rows, {"parts": list(parts)})
        self._gate, self._wanted = gate, wanted

    def __iter__(self) -> Iterator[tuple[str, dict[str, Any]]]:
        with handed_on():
            yield from self._walked()

    def _walked(self) -> Iterator[tuple[str, dict[str, Any]]]:
        state, parts = self._state_dict, self.kwargs["parts"]
        if state and state["of"] != self._of():
            raise InputError("this state is of another release, seed, epoch or shard", about=self._gate.manifest["name"],
                             reason="state-of-another", remedy="Open the release, the seed, the epoch and the shard that it was made with.")
        for number in range(state["shard_idx"] if state else 0, len(parts)):
            rows = Rows(self._gate, self._wanted, parts[number])
            rows.load_state_dict({**rows.state_dict(), "given": state["shard_example_idx"] if state else 0})
            for row in rows:
                if state:
                    state["shard_example_idx"] += 1
                yield f"{parts[number].worker}_{rows.state_dict()['given']}", row
            if state:
                state["shard_idx"], state["shard_example_idx"] = number + 1, 0

    def _init_state_dict(self) -> dict[str, Any]:
        self._state_dict = {**super()._init_state_dict(), "of": self._of()}
        return self._state_dict

    def _of(self) -> str:
        """Name what a state is of, in one word: ``datasets`` puts states in key by key."""
        return f"{self._gate.digest} {self._wanted} {[asdict(part) for part in self.kwargs['parts']]}"

    def shuffle_data_sources(self, generator: Any) -> "_Parts":
        return _Parts(self._gate, self._wanted, super().shuffle_data_sources(generator).kwargs["parts"])

    def shard_data_sources(self, num_shards: int, index: int, contiguous: bool = True) -> "_Parts":
        return _Parts(self._gate, self._wanted, super().shard_data_sources(num_shards, index, contiguous=contiguous).kwargs["parts"])

    def reshard_data_sources(self) -> "_Parts":
        return _Parts(self._gate, self._wanted, self.kwargs["parts"])


def hf_rows(gate: Gate, wanted: Wanted, shard: Shard, parts: int) -> Any:
    """Give the data set of a rank's rows, cut into parts of which each worker has some; fewer where there are fewer rows.

    Raises:
        InputError: it would have no part, or the rank no row.
    """
    if parts < 1:
        raise InputError(f"{parts} parts cannot be", remedy="Ask for one or more.")
    rows = Rows(gate, wanted, shard)
    parts = min(parts, len(rows))
    info = datasets.DatasetInfo(features=datasets.Features.from_arrow_schema(rows.schema))
    return datasets.IterableDataset(_Parts(gate, wanted, [replace(shard, worker=part, workers=parts) for part in range(parts)]), info=info)
