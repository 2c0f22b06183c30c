"""Asking a language model: what it is, what it can be asked, and what it answers; the port is named in :mod:`.ports` too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What a model says of one text, token by token, as arrays of floats.

    ``logs`` are natural logarithms of each token's probability, given what stands before; ``means`` and ``variances`` those
    of the logarithms of all tokens it might have put there, by their probability, or None where they are not told.
    """

    logs: Any
    means: Any = None
    variances: Any = None


class LanguageModel(Protocol):
    """A model that can be asked.

    What it cannot do raises :class:`~licit.core.errors.SetupError`, and an answer that is none
    :class:`~licit.core.errors.UnavailableError`.
    """

    @property
    def name(self) -> str:
        """Name the model as people know it."""
        ...

    @property
    def kind(self) -> str:
        """Say what it is: ``licit-tiny``, ``hugging-face``, ``endpoint``, ``chat`` (which may decline)."""
        ...

    @property
    def digest(self) -> str:
        """Name its weights by their bytes; "" where nobody can see them."""
        ...

    @property
    def parameters(self) -> int:
        """Count its weights; 0 where unknown."""
        ...

    @property
    def can(self) -> frozenset[str]:
        """Say what it can be asked: ``score``, ``moments`` (means and variances), ``continue``."""
        ...

    @property
    def unit(self) -> str:
        """Say what it counts in: ``bytes``, ``tokens``, ``four-characters``."""
        ...

    def cut(self, texts: Sequence[str], before: int, after: int) -> Sequence[tuple[str, str] | None]:
        """Give so many tokens of each text and so many behind them, as texts; None of one that has fewer."""
        ...

    def score(self, items: Sequence[tuple[str, str]]) -> Sequence[Scored]:
        """Say how likely the second text of each pair is, given the first."""
        ...

    def continue_(self, prefixes: Sequence[str], *, tokens: int, temperature: float = 0, seed: int = 0) -> Sequence[str]:
        """Go on with each text for so many tokens: with the likeliest at temperature 0, else drawn by the seed."""
        ...
