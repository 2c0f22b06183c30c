"""The output filter: personal data of the kinds that the settings name are masked in answers, or end them.

Rules kept here:

- It goes by kinds alone. It knows no list of people, not even a hashed one: whoever may ask could find out who is on it.
- What the request says may be said back: it comes from who asks, not from what the model was trained on.
- A look that fails or takes too long is never taken for a clean answer (``filter-failed``).
- What is found is counted by its kind, and told nowhere.

Law: FOL-05

Read next: ``sieve.py`` (streams), ``filtered.py``.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from ...core.errors import InputError, LicitError, RefusedError, SetupError, UnavailableError
from ...core.spans import Span, settle
from ...detectors.registry import chosen

T = TypeVar("T")

#: Seconds after which a look has failed.
_PATIENCE = 5.0
#: Names under which nothing stands that a model says.
_QUIET = frozenset(("id", "type", "role", "object", "model", "status", "finish_reason", "system_fingerprint", "service_tier", "obfuscation",
                    "logprobs", "usage", "index"))
#: Names under which JSON stands as a text.
WRITTEN = ("arguments", "partial_json")
_SIGNS = re.compile(r"[\W_]+")


class Asked:
    """What a request says, read only once somebody wants to know."""

    def __init__(self, request: bytes) -> None:
        """Take a request."""
        self._request, self._said = request, ""

    def says(self, value: str) -> bool:
        """Tell whether a value stands in the request, however it is spaced or written large."""
        if self._request:
            try:
                told = [str(holder[key]) for holder, key, _ in leaves([json.loads(self._request)], quiet=False)]
            except (ValueError, RecursionError):
                told = [self._request.decode("utf-8", "replace")]
            self._request, self._said = b"", "\n".join(map(_plain, told))
        plain = _plain(value)
        return bool(plain) and plain in self._said


def _plain(text: str) -> str:
    return _SIGNS.sub("", text.casefold())


class Filter:
    """Looks through answers for some labels."""

    def __init__(self, labels: Sequence[str], *, stop: bool, serve: bool) -> None:
        """Take the labels; ``stop`` ends an answer that has one, ``serve`` passes on what cannot be looked through.

        Raises:
            SetupError: nobody looks for one of them.
        """
        self._labels, self.stop, self.serve = frozenset(labels), stop, serve
        self._detectors = tuple(one for one in chosen() if one.labels & self._labels)
        if missing := self._labels.difference(*(one.labels for one in self._detectors)):
            raise SetupError(f"nobody looks for {', '.join(sorted(missing))}", about="filter of gateway.toml")
        self._threads = ThreadPoolExecutor(2, "filtering")
        self.tally: Counter[str] = Counter()

    async def run(self, work: Callable[..., T], *given: Any) -> T:
        """Have something looked through beside the event loop.

        Raises:
            RefusedError: the answer is not to go on (``filtered``).
            UnavailableError: nobody can say what is in it (``filter-failed``).
        """
        try:
            return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(self._threads, work, *given), _PATIENCE)
        except LicitError:
            raise
        except Exception as error:
            raise UnavailableError(f"an answer cannot be looked through ({type(error).__name__})", reason="filter-failed") from None

    def spans(self, text: str, asked: Asked) -> list[Span]:
        """Find what is to be masked, in order."""
        found = [span for one in self._detectors for span in one.find([text], [""])[0] if span.label in self._labels]
        return [span for span in settle(found, self._labels) if not asked.says(text[span.start:span.end])]

    def mask(self, span: Span) -> str:
        """Give what stands for something that was found, and count it.

        Raises:
            RefusedError: the answer ends there (``filtered``).
        """
        self.tally[span.label] += 1
        if self.stop:
            raise RefusedError("the answer says personal data", reason="filtered")
        return f"[{span.label}]"

    def text(self, text: str, asked: Asked, *, written: bool = False) -> str:
        """Mask a whole text; ``written`` says that it is JSON, whose texts are looked through."""
        if written:
            try:
                return self.value(text, asked)
            except InputError:
                pass  # broken off, or JSON only by name
        out, last = [], 0
        for span in self.spans(text, asked):
            out += [text[last:span.start], self.mask(span)]
            last = span.end
        return "".join((*out, text[last:]))

    def value(self, text: str, asked: Asked) -> str:
        """Mask the texts of JSON; as it was written, where none of them has anything.

        Raises:
            InputError: it is no JSON.
        """
        try:
            whole = [json.loads(text)]
            places = list(leaves(whole))
        except (ValueError, RecursionError):
            raise InputError("it is no JSON", reason="not-understood") from None
        changed = False
        for holder, key, _ in places:
            masked = self.text(holder[key], asked, written=key in WRITTEN)
            changed |= masked != holder[key]
            holder[key] = masked
        return json.dumps(mute(whole)[0]) if changed else text

    def body(self, data: bytes, asked: Asked) -> bytes:
        """Mask the answer that a client gets in one."""
        text = data.decode()
        masked = self.value(text, asked)
        return data if masked is text else masked.encode()

    def close(self) -> None:
        """Look no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def leaves(value: Any, path: tuple[Any, ...] = (), *, quiet: bool = True) -> Iterator[tuple[Any, Any, tuple[Any, ...]]]:
    """Give each text of a value: what holds it, under which key, and its path; in lists of numbered things, by their numbers."""
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        if quiet and isinstance(key, str) and (key in _QUIET or key.endswith("_id")):
            continue
        own = one.get("index") if isinstance(value, list) and isinstance(one, dict) else None
        where = (*path, own if isinstance(own, int) else key)
        if isinstance(one, str) and one:
            yield value, key, where
        elif isinstance(one, dict | list):
            yield from leaves(one, where, quiet=quiet)


def mute(value: Any) -> Any:
    """Take away what says an answer a second time, token by token."""
    if isinstance(value, dict):
        return {key: ([] if isinstance(one, list) else None) if key == "logprobs" else mute(one) for key, one in value.items()}
    return [mute(one) for one in value] if isinstance(value, list) else value
