"""Errors on their way out of a worker: PyTorch hands on the text of an error alone, and makes the error anew from it.

Rule kept here: who trains sees the same error, with its reason, whether the rows came from a worker or not.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...core import errors
from ...core.errors import LicitError


class Carried(Exception):
    """An error as one line of text, which stands last in the traceback of a worker; nobody sees it but as the error that it carries."""

    def __new__(cls, text: str) -> Any:
        """Give what carries the error in the worker, and in the process that trains the error itself."""
        *before, last = text.rstrip().split("\n")
        if not before:
            return super().__new__(cls, text)
        kind, told = json.loads(last[last.index("["):])
        return getattr(errors, kind)(**told)


def in_worker() -> bool:
    """Tell whether this process is a worker of a PyTorch ``DataLoader``."""
    data = sys.modules.get("torch.utils.data")
    return data is not None and data.get_worker_info() is not None


@contextmanager
def handed_on() -> Iterator[None]:
    """Let errors of a block leave a worker whole; elsewhere they leave as they are."""
    try:
        yield
    except LicitError as error:
        if not in_worker():
            raise
        told = {"what": error.what, "about": error.about, "reason": error.reason, "remedy": error.remedy}
        raise Carried(json.dumps([type(error).__name__, told])) from None
