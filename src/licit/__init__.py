"""licit: lawful training sets from chats and documents, and the proof that they are.

``open_workspace`` opens a workspace; ``open_release`` opens a release for training; ``detect`` finds personal data.
They are loaded when first used, so that importing licit costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .surfaces.loader import open_release
    from .surfaces.notebook import detect, open_workspace

__version__ = "0.1.0"

__all__ = ["__version__", "detect", "open_release", "open_workspace"]

_PLACES = {"detect": "notebook", "open_release": "loader", "open_workspace": "notebook"}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"licit has no {name!r}")
    from importlib import import_module

    return getattr(import_module(f".surfaces.{_PLACES[name]}", __name__), name)
