"""A stream of events that is looked through for personal data as it goes: the last few words wait until it is known what they are.

Rules kept here:

- Events go on in their order and byte for byte, but for those that hold a piece of what was found.
- A text is looked through across the events it comes in, so that nothing passes because it was cut in two. It waits for so many
  characters more than the longest thing that is looked for, or for its end: the choice is over, or speaks elsewhere.
- JSON that is written as a text (the arguments of a call) waits for its end.
"""

import json
import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ...core.errors import UnavailableError
from .filter import WRITTEN, Asked, Filter, leaves, mute

#: So many characters of a text wait at most, and after so many new ones it is looked through again.
HOLD, STEP = 96, 32
#: So many characters of what has passed are looked at with what comes.
_CONTEXT = 64
_BLANK = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_WHERE = ("type", "item_id", "output_index", "content_index", "summary_index")


@dataclass(slots=True)
class _Run:
    """One text that comes in pieces: what of it is still known, from where on, how much of it may pass, and what is replaced."""

    group: Any
    written: bool
    text: str = field(default="", repr=False)
    start: int = 0
    passed: int = 0
    looked: int = 0
    over: bool = False
    edits: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def end(self) -> int:
        """Give how long the text is so far."""
        return self.start + len(self.text)


@dataclass(slots=True)
class _Event:
    """One event: its bytes, what it says, and which places of it are pieces of which text."""

    raw: bytes = field(repr=False)
    value: Any = field(default=None, repr=False)
    pieces: list[tuple[Any, Any, _Run, int]] = field(default_factory=list, repr=False)


class Stream:
    """Takes the bytes of a stream and gives those that may pass."""

    def __init__(self, rules: Filter, asked: Asked, most: int) -> None:
        """Take the filter, the request, and how many bytes may wait."""
        self._rules, self._asked, self._most = rules, asked, most
        self._buffer, self._from = b"", 0
        self._events: deque[_Event] = deque()
        self._runs: dict[Any, _Run] = {}

    def take(self, piece: bytes) -> bytes:
        """Take what came; give what may pass.

        Raises:
            RefusedError: the answer ends here.
            UnavailableError: an event cannot be read, or too much waits.
        """
        self._buffer += piece
        while (found := _BLANK.search(self._buffer, self._from)) and not (found.end() == len(self._buffer) and self._buffer.endswith(b"\r")):
            block, self._buffer, self._from = self._buffer[:found.end()], self._buffer[found.end():], 0
            self._events.append(_Event(raw=block))
            self._read(self._events[-1])
        self._from = max(0, len(self._buffer) - 3)
        if len(self._buffer) + sum(len(event.raw) for event in self._events) > self._most:
            raise UnavailableError("too much of an answer waits", reason="filter-failed")
        return self._passing()

    def end(self) -> bytes:
        """Give what is left once nothing more comes.

        Raises:
            RefusedError, UnavailableError: as :meth:`take`.
        """
        if self._buffer:
            block, self._buffer = self._buffer, b""
            self._events.append(_Event(raw=block))
            self._read(self._events[-1])
        self._over(None)
        return self._passing()

    def rest(self) -> bytes:
        """Give all that waits as it came."""
        out = b"".join(event.raw for event in self._events) + self._buffer
        self._events.clear()
        self._buffer = b""
        return out

    def _read(self, event: _Event) -> None:
        """Find the texts of an event."""
        try:
            said = _said(event.raw)
            if said == "[DONE]":
                return self._over(None)
            if said is None:
                return
            event.value = json.loads(said)
            places = list(leaves([event.value]))
        except (ValueError, RecursionError):
            raise UnavailableError("an event cannot be read", reason="filter-failed") from None
        if not isinstance(event.value, dict):
            raise UnavailableError("an event cannot be read", reason="filter-failed")
        where = tuple(str(event.value.get(name)) for name in _WHERE)
        here = []
        for holder, key, path in places:
            group = path[2] if path[1] == "choices" and len(path) > 2 else None
            run = self._runs.setdefault((where, path), _Run(group=group, written=key in WRITTEN))
            event.pieces.append((holder, key, run, run.end))
            run.text += holder[key]
            here.append(run)
        for group in {run.group for run in here}:
            self._over(group, here)
        for run in here:
            run.over = False
        choices = event.value.get("choices")
        for number, choice in enumerate(choices if isinstance(choices, list) else ()):
            if isinstance(choice, dict) and choice.get("finish_reason"):
                self._over(choice.get("index", number))

    def _over(self, group: Any, but: list[_Run] | None = None) -> None:
        """End the texts of a choice, or all of them; ``but`` are those that go on."""
        for run in self._runs.values():
            if (group is None and but is None) or run.group == group:
                run.over = run.over or but is None or run not in but

    def _passing(self) -> bytes:
        """Look through what is due, and give the events that may pass."""
        for run in self._runs.values():
            if run.passed < run.end and (run.over or run.end - run.looked >= STEP):
                self._settle(run)
        out = []
        while self._events and all(at + len(holder[key]) <= run.passed for holder, key, run, at in self._events[0].pieces):
            out.append(self._written(self._events.popleft()))
        return b"".join(out)

    def _settle(self, run: _Run) -> None:
        """Say how much of a text may pass, and what of it is replaced."""
        if run.written:
            if run.over:
                new = self._rules.text(run.text, self._asked, written=True)
                if new != run.text:
                    run.edits.append((run.start, run.end, new))
                run.text, run.start, run.passed = "", run.end, run.end
            return
        safe = run.end if run.over else max(run.passed, run.end - HOLD)
        found = [(span.start + run.start, span.end + run.start, span) for span in self._rules.spans(run.text, self._asked)]
        for start, end, _ in reversed(found):
            if start < safe < end:
                safe = max(run.passed, start)
        for start, end, span in found:
            if run.passed < end <= safe:  # of one whose beginning passed, the rest is taken away
                mask = self._rules.mask(span)
                run.edits.append((max(start, run.passed), end, mask if start >= run.passed else ""))
        run.passed, run.looked = safe, run.end
        kept = max(run.start, run.passed - _CONTEXT)
        run.text, run.start = run.text[kept - run.start:], kept

    def _written(self, event: _Event) -> bytes:
        """Give an event as it may pass."""
        changed = False
        for holder, key, run, at in event.pieces:
            text, out, last = holder[key], [], 0
            for start, end, new in run.edits:
                if start < at + len(text) and at < end:
                    out += [text[last:max(0, start - at)], new if start >= at else ""]
                    last = end - at
            run.edits = [edit for edit in run.edits if edit[1] > at + len(text)]
            if out:
                holder[key] = "".join((*out, text[last:]))
                changed = True
        if not changed:
            return event.raw
        others = [line for line in event.raw.decode().splitlines() if line and not line.startswith("data")]
        return "\n".join((*others, f"data: {json.dumps(mute(event.value))}", "", "")).encode()


def _said(block: bytes) -> str | None:
    """Give what an event says, None for one that says nothing.

    Raises:
        ValueError: it is no text.
    """
    text = block.decode().removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = [line[5:].removeprefix(" ") for line in text.split("\n") if line.startswith("data:")]
    return "\n".join(lines) if lines else None
