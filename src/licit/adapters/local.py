"""Runs independent tasks here: in this process, or in several, with results in order."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .jsonl import in_order


class LocalRunner:
    """The port ``Runner``: one process for a single task or a single core, several otherwise.

    A task is a function at the top of a module, for it travels to other processes by name. A worker that dies raises
    here (``UnavailableError``); no result is ever made up.
    """

    def __init__(self, jobs: int = 0) -> None:
        """Use so many processes; 0 means one for each core."""
        self.jobs = jobs or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else jobs or 1

    def map(self, task: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
        """Give each item's result, in the order of the items."""
        return in_order(task, items, jobs=max(1, min(self.jobs, len(items))))
