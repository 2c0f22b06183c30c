"""Asking a model, and taking no silence for innocence: every answer is counted and looked at before anything rests on it.

Rules kept here:

- As many answers as questions; every logarithm finite and of a probability; every text told token by token, not in part.
- A model that goes on with next to nothing, whatever it is asked, has not been tested.

Law: MOD-03
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from ..core.errors import EvidenceError
from ..core.models import LanguageModel, Scored
from .workspace import Progress, silent

#: Tokens before and behind, as the literature on extraction has it.
BEFORE, AFTER = 50, 50

_BATCH = 64
_MOST_CHARACTERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A model, and who hears how far the questions are."""

    model: LanguageModel
    report: Progress = silent

    def can(self, what: str) -> bool:
        """Tell whether the model can be asked that."""
        return what in self.model.can

    def score(self, step: str, items: Sequence[tuple[str, str]]) -> list[Scored]:
        """Say how likely each second text is, given the first.

        Raises:
            EvidenceError: an answer is missing, short, or no probability.
        """
        out: list[Scored] = []
        for at in range(0, len(items), _BATCH):
            some = items[at:at + _BATCH]
            found = list(self.model.score(some))
            if len(found) != len(some):
                raise self._no_answer(f"it answered {len(found)} of {len(some)} questions")
            for one, (_, text) in zip(found, some, strict=True):
                self._insist(one, text)
            out += found
            self.report(step, len(out), len(items))
        return out

    def _insist(self, one: Scored, text: str) -> None:
        logs = np.asarray(one.logs, dtype=np.float64)
        if logs.ndim != 1 or len(logs) * _MOST_CHARACTERS < len(text) or (text and not len(logs)):
            raise self._no_answer("it told less than all of a text")
        if not np.isfinite(logs).all() or (logs > 1e-3).any():
            raise self._no_answer("what it says is no probability")
        for more in (one.means, one.variances):
            if more is not None and (len(more) != len(logs) or not np.isfinite(np.asarray(more, dtype=np.float64)).all()):
                raise self._no_answer("what it says of the other tokens is no probability")

    def go_on(self, step: str, prefixes: Sequence[str], *, tokens: int, wanted: Sequence[str]) -> list[str]:
        """Go on with each text with the likeliest tokens, as far as the texts that are ``wanted`` go.

        Raises:
            EvidenceError: answers are missing, or so short that none could be what is wanted.
        """
        out: list[str] = []
        for at in range(0, len(prefixes), _BATCH):
            some = prefixes[at:at + _BATCH]
            found = list(self.model.continue_(some, tokens=tokens))
            if len(found) != len(some) or not all(isinstance(one, str) for one in found):
                raise self._no_answer(f"it answered {len(found)} of {len(some)} questions")
            out += found
            self.report(step, len(out), len(prefixes))
        if out and median(map(len, out)) * 4 < median(map(len, wanted)):
            raise self._no_answer("it goes on with next to nothing, whatever it is asked")
        return out

    def _no_answer(self, what: str) -> EvidenceError:
        return EvidenceError(f"the model cannot be tested: {what}", about=self.model.name, reason="answer-broken",
                             remedy="Nothing is said of it. Look at the model itself, or at the address that answers for it.")


def snippets(model: LanguageModel, texts: Sequence[str]) -> list[tuple[str, str] | None]:
    """Cut each text into what is given and what is wanted; None of one too short.

    Raises:
        EvidenceError: what was cut does not stand in the text.
    """
    out = list(model.cut(texts, BEFORE, AFTER))
    if len(out) != len(texts) or not all(one is None or (one[0] and one[1] and text.startswith(one[0] + one[1])) for one, text in zip(out, texts, strict=True)):
        raise EvidenceError("the model cuts texts into what they are not", about=model.name, reason="answer-broken")
    return out


def same(answer: str, wanted: str) -> bool:
    """Tell whether an answer begins with what is wanted; space before both is left out, for a chat drops it."""
    return answer.lstrip().startswith(wanted.lstrip())


def not_run(why: str, **more: Any) -> dict[str, Any]:
    """Say that a part was not run, and why: that is never the same as nothing found."""
    return {"state": "not-run", "why": why, **more}
