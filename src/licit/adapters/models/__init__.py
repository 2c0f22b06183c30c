"""Language models that can be audited: our own tiny one, folders in the Hugging Face layout, and addresses that answer.

What a folder or address is follows from its content, never from a name given to it.
"""

from pathlib import Path

from licit.core.errors import InputError
from licit.core.models import LanguageModel

from .tiny import ABOUT, load_tiny


def load_model(place: str) -> LanguageModel:
    """Open a model.

    Raises:
        InputError: it is none that can be asked.
        EvidenceError: its files are not what was saved.
    """
    folder = Path(place)
    if (folder / ABOUT).is_file():
        return load_tiny(folder)
    raise InputError("this is no model that can be asked", about=folder.name,
                     remedy="Name a folder that licit saved a model in.")
