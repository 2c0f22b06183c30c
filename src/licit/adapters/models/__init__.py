"""Language models that can be audited: our own tiny one, folders in the Hugging Face layout, and addresses that answer.

What a folder is follows from its content, never from a name given to it.
"""

from pathlib import Path

from licit.core.errors import InputError
from licit.core.models import LanguageModel

from .endpoint import open_endpoint
from .hugging import load_hugging
from .tiny import ABOUT, load_tiny


def load_model(place: str) -> LanguageModel:
    """Open a model: a folder, or an address as ``https://host/v1#model``.

    Raises:
        InputError: it is none that can be asked.
        EvidenceError: its files are not what was saved.
        SetupError: what reads it is not installed.
        UnavailableError: the address does not answer.
    """
    if place.startswith(("https://", "http://")):
        return open_endpoint(place)
    folder = Path(place)
    if (folder / ABOUT).is_file():
        return load_tiny(folder)
    if (folder / "config.json").is_file():
        return load_hugging(folder)
    raise InputError("this is no model that can be asked", about=folder.name,
                     remedy="Name a folder that licit saved a model in, one in the Hugging Face layout, or https://host/v1#model.")
