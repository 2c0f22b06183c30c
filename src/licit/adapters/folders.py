"""Folders: their entries made durable, for whatever was written into them.

It stands apart so that who only writes lines loads nothing that reads tables.
"""

import os
from pathlib import Path

from licit.core.errors import InputError


def sync_folder(path: Path) -> None:
    """Make a folder's entries durable.

    Raises:
        InputError: the folder cannot be made durable.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise InputError("the folder cannot be made durable", about=path.name) from error
    finally:
        os.close(descriptor)
