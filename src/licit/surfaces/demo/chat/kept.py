"""What is kept of a conversation: read from the workspace's own files each time, never from what the page remembers.

Rules kept here:

- What a file holds is told, and how it stands today; what the page shows and no file holds is told with the reason.
- Where the reason is not known, it is said that nothing was kept in doubt.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow.parquet as pq

from ....adapters.chatlogs.openai_messages import OpenAiMessages
from ....core.policy import PURPOSES
from ....core.records import Record
from ....core.rights import Item
from ....usecases.arrive import Declared, declare, naming
from ....usecases.centre import messages_of, read_records
from ....usecases.live import Live
from ...web.texts import N_
from .company import PRODUCT, SOURCE
from .talks import Talk

_DEVICE = "device"
#: Why the page shows what no file holds; other reasons that standing gives are told as everywhere.
WHY = {"objection": N_("you refused"), "said-before-permission": N_("it was said under a refusal"), "chat-state": N_("this conversation is temporary"), "unfinished": N_("the answer broke off"),
       "follows": N_("it follows words said under a refusal; a new conversation starts afresh"),
       "global-privacy-control": N_("your browser sends the signal “Global Privacy Control”"),
       "pending": N_("it is being decided; open this again in a moment"), "doubt": N_("there was a doubt, and in doubt nothing is written")}

_REFUSALS = ("objection", "said-before-permission", "follows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that a file holds: what it is (said, rating, title, replaced), whose, its words, and how it stands."""

    what: str
    role: str
    words: str = field(repr=False)
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the workspace holds of a conversation; ``missing`` counts by reason what the page shows and no file holds."""

    record: str = ""
    lines: tuple[Line, ...] = ()
    missing: tuple[tuple[str, int], ...] = ()

    def of(self, *what: str) -> list[Line]:
        """Give the lines of some kinds."""
        return [line for line in self.lines if line.what in what]

    def holds(self, role: str, words: str) -> bool:
        """Tell whether a message is held."""
        return any(line.role == role and line.words.strip() == words.strip() for line in self.of("said", "replaced"))

    @property
    def refused(self) -> bool:
        """Tell whether what is held is refused by now, all of it."""
        return bool(self.lines) and all(line.state in ("refused", "erased") for line in self.of("said", "replaced"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whoever speaks: their account or device as the product knows it, and their subject, "" for nobody yet."""

    name: str
    device: bool
    subject: str


def record_of(live: Live, person: Person, talk: Talk) -> str:
    """Give the id under which the workspace would hold a conversation."""
    known = {_DEVICE: person.name} if person.device else {}
    record = declare(Record(kind="conversation", origin_id=talk.conversation, format=OpenAiMessages.name, turns=(), declared=known),
                     Declared(subject="" if person.device else person.name, device_field=_DEVICE, issuer=PRODUCT), SOURCE, "")
    return naming(live.workspace)(SOURCE, record)[-1]


def counted(live: Live, person: Person, talks: Sequence[Talk]) -> dict[str, int]:
    """Give for each conversation how many messages of it the workspace holds."""
    named = {record_of(live, person, talk): talk.id for talk in talks if not talk.temporary}
    held = dict(read_records(live.workspace, list(named))) if named else {}
    return {talk: sum(turn.origin == "said" and turn.shown for turn in held[name].turns) if name in held else 0 for name, talk in named.items()}


def kept_of(live: Live, person: Person, talk: Talk, *, by_signal: bool, pending: Callable[[], bool]) -> Kept:
    """Say what is kept of a conversation, and why the rest is not."""
    name = record_of(live, person, talk)
    held = next((record for _, record in read_records(live.workspace, [name])), None)
    lines: list[Line] = []
    if held is not None and person.subject:
        states = {one.turn: one.state for one in messages_of(live, person.subject, name)}
        rated = {one.turn: one.state for one in messages_of(live, person.subject, name, PURPOSES[1])}
        for turn in held.turns:
            what = turn.kind if turn.origin != "said" else "said" if turn.shown else "replaced"
            state = rated[turn.id] if turn.origin == "feedback" and states[turn.id] == "used" else states[turn.id]
            lines.append(Line(what=what, role=turn.role, words=turn.text, state=state))
    missing: dict[str, int] = {}
    kept = Kept(record=name if lines else "", lines=tuple(lines))
    for reason in _reasons(live, person, talk, kept, (by_signal, pending)):
        missing[reason] = missing.get(reason, 0) + 1
    return replace(kept, missing=tuple(missing.items()))


def _reasons(live: Live, person: Person, talk: Talk, kept: Kept, known: tuple[bool, Callable[[], bool]]) -> list[str]:
    """Give for each message that is not held why."""
    by_signal, pending = known
    out, above, record = [], "", record_of(live, person, talk)
    for number, one in enumerate(talk.messages):
        at = one.at.replace(microsecond=0)  # the gateway knows seconds
        answer = live.standing(person.subject or "-", PURPOSES[0], Item(record=record, said=(at, at))).decision
        broken = not one.whole or (one.role == "user" and (number + 1 == len(talk.messages) or not talk.messages[number + 1].whole))
        why = ("chat-state" if talk.temporary else "global-privacy-control" if by_signal else answer.reason if answer.answer == "refuse"
               else "follows" if above in _REFUSALS else "unfinished" if broken else "pending" if pending() else "doubt")
        if not kept.holds(one.role, one.text):
            above = why
            out.append(why)
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look at the disk gave: how many files were opened, and for each of somebody's messages those that hold it."""

    files: int
    found: tuple[tuple[str, tuple[str, ...]], ...] = field(repr=False)


def look(root: Path, sentences: Sequence[str]) -> Looked:
    """Open every file of a workspace and look for sentences: as bytes, in tables unpacked, in databases written out."""
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    wanted = list(dict.fromkeys(one.strip() for one in sentences if one.strip()))
    found: dict[str, list[str]] = {one: [] for one in wanted}
    for path in files:
        whole = _whole(path)
        for one in wanted:
            if one in whole:
                found[one].append(path.relative_to(root).as_posix())
    return Looked(files=len(files), found=tuple((one, tuple(places)) for one, places in found.items()))


def _whole(path: Path) -> str:
    """Give all that a file says."""
    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
        if path.suffix == ".parquet":
            rows = pq.ParquetFile(path).read().to_pylist()
            text += "\n".join(str(value).replace("\\n", "\n").replace('\\"', '"') for row in rows for value in row.values())
        elif path.suffix == ".db":
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as opened:
                text += "\n".join(opened.iterdump())
    except FileNotFoundError:  # a file of the database's that came and went
        return ""
    return text
