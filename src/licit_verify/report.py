"""What the verifier says: results that hold, fail or cannot be told, and how a failure is carried to them.

Rules kept here:

- A failed check is a :class:`Fault` and always names its claim's files; nothing else can make a claim fail or hold.
- What a release says of itself is shown cleaned and shortened, and the text of a record is never shown.
- ``cannot-tell`` is no failure, and no success either: it is always shown.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar, cast

from .words import FRENCH

Who = Literal["public", "person", "auditor", "attested"]
Verdict = Literal["holds", "fails", "cannot-tell"]

_SHOWN = 100
T = TypeVar("T")


def shown(value: object) -> str:
    """Give a value as safe, short, printable text: a hostile name can neither drive a terminal nor fill it."""
    text = str(value)
    clean = "".join(char if char.isprintable() and not "\ud800" <= char <= "\udfff" else "?" for char in text[:_SHOWN])
    return clean + "…" if len(text) > _SHOWN else clean


class Message(Exception):
    """A sentence with places for values, kept apart so that it can be said in another language; names files."""

    def __init__(self, template: str, *files: str, **values: object) -> None:
        self.template = template
        self.files = tuple(dict.fromkeys(shown(name) for name in files))
        self.values = {name: shown(value) for name, value in values.items()}
        super().__init__(self.text())

    def text(self, french: bool = False) -> str:
        """Give the sentence in English or French."""
        template = self.template
        if french:
            template = FRENCH.get(template, template)
        return template.format(**self.values)


class Fault(Message):
    """A check failed."""


class Untold(Message):
    """Nobody can tell from what is at hand."""


class Note(Message):
    """A remark on a claim that holds."""


@dataclass(frozen=True, slots=True)
class Result:
    """One claim's result: who can check it, what came out, why, and the files it points at."""

    claim: str
    who: Who
    result: Verdict
    message: Message | None = field(default=None, repr=False)

    @property
    def detail(self) -> str:
        """Give the reason in English, "" when there is nothing to add."""
        return self.message.text() if self.message else ""

    @property
    def files(self) -> tuple[str, ...]:
        """Give the files that are damaged, missing, extra or at odds."""
        return self.message.files if self.message else ()


@dataclass(frozen=True, slots=True)
class Report:
    """All results in the order of the checks; ``results`` is empty when the path is not a release at all."""

    release: str
    results: tuple[Result, ...]

    @property
    def exit_code(self) -> int:
        """Give 0 when no claim fails, 1 when one does, 2 when this is not a release."""
        if not self.results:
            return 2
        return int(any(result.result == "fails" for result in self.results))

    def result(self, claim: str) -> Result:
        """Find a result by its claim's name.

        Raises:
            KeyError: the claim was not checked.
        """
        for result in self.results:
            if result.claim == claim:
                return result
        raise KeyError(claim)

    def to_json(self) -> str:
        """Write the report for machines."""
        return json.dumps({"release": self.release, "exit_code": self.exit_code, "results": [
            {"claim": r.claim, "who": r.who, "result": r.result, "detail": r.detail, "files": list(r.files)}
            for r in self.results]}, ensure_ascii=True, indent=1)


def several(faults: Iterable[Fault]) -> Fault:
    """Join faults into one that names all their files and says the first few."""
    every = list(faults)
    if len(every) == 1:
        return every[0]
    joined = Joined(*(name for fault in every for name in fault.files))
    joined.parts = tuple(every)
    return joined


class Joined(Fault):
    """Several faults of one claim."""

    parts: tuple[Fault, ...] = ()

    def __init__(self, *files: str) -> None:
        super().__init__("", *files)

    def text(self, french: bool = False) -> str:
        """Say the first three, and how many more there are."""
        said = "; ".join(part.text(french) for part in self.parts[:3])
        rest = len(self.parts) - 3
        return said + (f" (+{rest})" if rest > 0 else "")


class Once(Generic[T]):
    """Computes something when it is first asked for, and gives it again afterwards; a failure is given again too."""

    def __init__(self, compute: Callable[[], T]) -> None:
        self._compute = compute
        self._done: tuple[T | None, Exception | None] | None = None

    def __call__(self) -> T:
        """Give what was computed, or raise what the computing raised."""
        if self._done is None:
            try:
                self._done = (self._compute(), None)
            except Exception as error:
                self._done = (None, error)
        value, failure = self._done
        if failure is not None:
            raise failure
        return cast("T", value)
