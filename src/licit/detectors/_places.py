"""Places: which words are names of places, known by their hash only."""

import functools
import io
from dataclasses import dataclass, field
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from licit.core.errors import SetupError
from licit.core.ids import hex_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Words by hash: 1 a part of some place's name, 2 a place's whole name."""

    keys: npt.NDArray[np.uint64] = field(repr=False)
    levels: npt.NDArray[np.uint8] = field(repr=False)
    digest: str

    def look_up(self, hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
        """Give the level of each hash, 0 for what is no place."""
        at = np.minimum(np.searchsorted(self.keys, hashes), self.keys.size - 1)
        return np.where(self.keys[at] == hashes, self.levels[at], 0).astype(np.uint8)


@functools.cache
def places() -> Places:
    """Load the shipped list.

    Raises:
        SetupError: it is missing or broken.
    """
    try:
        raw = (files(__package__) / "model" / "places.npz").read_bytes()
        with np.load(io.BytesIO(raw), allow_pickle=False) as held:
            keys, levels = held["keys"].astype(np.uint64), held["levels"]
        if not (keys.size and keys.shape == levels.shape and (keys[1:] > keys[:-1]).all()):
            raise ValueError("unsorted or of the wrong shape")
    except (OSError, ValueError, KeyError) as error:
        raise SetupError(f"The list of places cannot be read ({type(error).__name__}).", about="model/places.npz",
                         remedy="Install licit again; without it places would pass unseen.") from error
    return Places(keys=keys, levels=levels, digest=hex_digest("licit/places", raw))
