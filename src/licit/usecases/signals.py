"""Readings of reservation signals: what many pages come to together, and a reading kept in the workspace and its log.

Rules kept here:

- Of many pages one that is reserved reserves all in the answer that is shown; leave for all needs leave for each. Kept, each
  page that has an address is judged by itself, and what has none for the whole source.
- A reading is kept with the bytes it rests on, their hash and the time, before the log says that it was read. A later reading adds
  to an earlier one: a reservation in either counts.
- Of pages only the declarations are kept, and a hash of the rest: no page's words stay.

Law: SIG-04, SIG-11
"""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from ..core.errors import InputError
from ..core.ids import canonical_json
from ..core.signals import Outcome, Page, Reading, Verdict, page_name, resolve
from ..pipeline.prepare import page_address
from .commands import record_signal, registered
from .pages import Sheet
from .workspace import Position, Workspace, inputs_at

FOLDER, FORMAT = "signals", "licit-signals/1"

#: Different signals that a summary tells apart; the rest is counted.
_MOST = 1000


@dataclass(slots=True)
class Summary:
    """What pages come to together: how many of each verdict, and each different signal once, with how many pages carry it."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    seen: dict[tuple[str, str, str, str], list[Any]] = field(default_factory=dict)
    deciding: Outcome | None = None
    more: int = 0
    url: str = ""
    bodies: Any = field(default_factory=hashlib.sha256)

    def add(self, page: Page, readings: Sequence[Reading]) -> Outcome:
        """Add a page; give its own outcome."""
        outcome = resolve(readings)
        self.verdicts[outcome.verdict] += 1
        self.url = page.url
        self.bodies.update(hashlib.sha256(page.answer.body).digest())
        if self.deciding is None or _rank(outcome) < _rank(self.deciding):
            self.deciding = outcome
        for reading in {(each.name, each.where, each.says, each.detail): each for each in readings}.values():
            key = (reading.name, reading.where, reading.says, reading.detail)
            if key in self.seen:
                self.seen[key][1] += 1
            elif len(self.seen) < _MOST:
                self.seen[key] = [reading, 1, page.url]
            else:
                self.more += 1
        return outcome

    @property
    def outcome(self) -> Outcome:
        """Give the outcome for all pages together."""
        return self.deciding or resolve(())

    @property
    def pages(self) -> int:
        """Count the pages."""
        return sum(self.verdicts.values())

    def kept(self, *, raw: bool) -> dict[str, Any]:
        """Give the signals as they are kept, each with the hash of the bytes it rests on, and with ``raw`` these bytes."""
        signals = [{"name": each.name, "spec": each.spec, "where": each.where, "says": each.says, "detail": each.detail, "pages": number,
                    "raw": hashlib.sha256(each.raw).hexdigest()} for each, number, _ in self.seen.values()]
        raws = {hashlib.sha256(each.raw).hexdigest(): base64.b64encode(each.raw).decode() for each, _, _ in self.seen.values()}
        return {"signals": signals, **({"raw": raws} if raw else {})}

    def as_json(self) -> dict[str, Any]:
        """Give one plain object."""
        many = self.pages != 1
        signals = [{"name": each.name, "spec": each.spec, "where": each.where, "says": each.says, "detail": each.detail,
                    **({"pages": number, "first": first or None} if many else {})} for each, number, first in self.seen.values()]
        return {"verdict": self.outcome.verdict, "rule": self.outcome.rule, "person": self.outcome.person, "signals": signals,
                **({"pages": self.pages, "verdicts": dict(self.verdicts), "not_listed": self.more} if many else {"url": self.url or None})}


def _rank(outcome: Outcome) -> tuple[int, bool]:
    """Order outcomes, the strictest first: what only words reserve, a person may settle."""
    return ("reserved", "unknown", "allowed").index(outcome.verdict), outcome.person


def begun(workspace: Workspace, source: str, *, whole: bool) -> Sheet:
    """Begin the table of pages of a source; ``whole`` says that it is of all pages of the source that there are.

    Raises:
        InputError: the source is not registered.
    """
    registered(workspace, source)
    return Sheet(workspace, workspace.clock.now(), whole)


@contextmanager
def dropping(sheet: Sheet | None) -> Iterator[None]:
    """Leave nothing of a table that is not finished."""
    try:
        yield
    finally:
        if sheet is not None:
            sheet.drop()


def keep_reading(workspace: Workspace, source: str, summary: Summary, *, what: str, by: str, sheet: Sheet | None = None) -> int:
    """Keep a reading for a source; give the log's entry. ``what`` says what was read: an address or a file's name.

    With a sheet that holds pages, each page is judged by itself. The very same tables of a source again enter nothing and give the entry that there is.

    Raises:
        InputError: the source is not registered, or nothing was read.
    """
    registered(workspace, source)
    if not summary.pages:
        raise InputError("nothing was read, so there is nothing to keep", about=source, reason="nothing-read")
    at = workspace.clock.now().astimezone(UTC).isoformat(timespec="seconds")
    tables = sheet.close() if sheet is not None and sheet.number else {}
    said: dict[str, Any] = {"read_at": at, **({"person": True} if summary.outcome.person else {})}
    if sheet is not None and tables:
        said |= {"scope": "pages", "pages": tables["pages"], "read_at": sheet.latest, **({"whole": True} if sheet.whole else {})}
        for entry in workspace.log.entries(kinds=("signal",)):
            known = entry.decision or {}
            if all(known.get(name) == value for name, value in {**said, "source": source}.items()):
                return int(entry.seq)
    digest = _written(workspace, {**summary.as_json(), "format": FORMAT, "read": what, "at": at, "bodies": summary.bodies.hexdigest(),
                                  **summary.kept(raw=not tables), **tables})
    return record_signal(workspace, source, summary.outcome.verdict, summary.outcome.rule, by, {"sha256": digest, **said})


def _written(workspace: Workspace, body: Mapping[str, Any]) -> str:
    """Write a reading under its own digest; give that."""
    written = canonical_json(body)
    digest = hashlib.sha256(written).hexdigest()
    folder = workspace.root / FOLDER
    folder.mkdir(exist_ok=True)
    part = folder / f"{digest}.part"
    part.write_bytes(written)
    part.replace(folder / f"{digest}.json")
    return digest


def settle(workspace: Workspace, source: str, verdict: str, note: str, by: str, reading: str) -> int:
    """Record what a person decided on a reservation in words; of pages, it is for those of that reading alone."""
    paged = any((entry.decision or {}).get("sha256") == reading and (entry.decision or {}).get("scope") == "pages"
                for entry in workspace.log.entries(kinds=("signal",)))
    return record_signal(workspace, source, verdict, note, by, {"settles": reading, **({"scope": "pages"} if paged else {})})


def addresses_of(workspace: Workspace, source: str) -> Iterator[str]:
    """Give the address of every page that a document of a source is from, each once.

    Raises:
        InputError: the source is not registered.
    """
    registered(workspace, source)
    seen: set[bytes] = set()
    for item in inputs_at(workspace.log, Position.head(workspace.log), [source])[0]:
        for body in workspace.corpus.read(f"shards/{item.shard}.parquet", ["body"])["body"].to_pylist():
            record = json.loads(body)
            url = page_address(record.get("declared", {})) if record["kind"] == "document" else ""
            name = hashlib.sha256(page_name(url).encode()).digest()
            if url and name not in seen:
                seen.add(name)
                yield url
