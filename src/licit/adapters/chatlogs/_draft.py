"""A conversation being read: turns are gathered as they come, and checked once when the record is made.

Rules kept here:

- Every turn concerns the account holder (``p0``) where the export names one: as author of what the user says, as holder
  of all else.
- Titles, summaries and feedback are turns of their own, so that rights reach them.
- Half a character (a lone surrogate) is replaced by U+FFFD and counted; a NUL character sets the record aside.
- The days of collection are known when both are, and in order.
- Parents that form a cycle set the record aside; a parent that is not there is counted.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from licit.core.errors import InputError
from licit.core.ids import TurnId
from licit.core.records import MADE_FROM, Concern, Part, Person, Record, Role, SetAside, State, Turn, altered

from ._fields import PROTECTION, Fields, Strange, plain_key, stamp

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_HALF = re.compile("[\ud800-\udfff]")
_ROLES: dict[str, Role] = {
    "user": "user", "human": "user", "assistant": "assistant", "ai": "assistant", "bot": "assistant",
    "gpt": "assistant", "chatgpt": "assistant", "model": "assistant", "system": "system", "developer": "system",
    "tool": "tool",
    "function": "tool", "observation": "tool", "function_call": "assistant", "function_response": "tool"}


@dataclass(slots=True, kw_only=True)
class Draft:
    """What is known so far of one conversation; ``account`` is the holder's id in the export, "" when not named."""

    format: str
    account: str = field(default="", repr=False)
    origin_id: str = field(default="", repr=False)
    project: str = ""
    state: State = "live"
    collected: tuple[str, str] = ("", "")
    declared: dict[str, str] = field(default_factory=dict, repr=False)
    strange: Strange = field(default_factory=Strange)
    cut: Strange = field(default_factory=Strange)
    turns: list[Turn] = field(default_factory=list, repr=False)
    others: dict[str, Person] = field(default_factory=dict, repr=False)
    _taken: set[str] = field(default_factory=set, repr=False)

    def turn_id(self, value: Any) -> TurnId:
        """Give a turn id: the export's own when it looks like an id and is free, else one made from the order."""
        own = value if isinstance(value, str) and _ID.fullmatch(value) else ""
        if own in self._taken:
            self.strange.note("(repeated id)")
            own = ""
        number = len(self._taken)
        while not own:
            own = f"t{number}" if f"t{number}" not in self._taken else ""
            number += 1
        self._taken.add(own)
        return TurnId(own)

    def role(self, word: str) -> Role:
        """Map a word for a role; one we do not know is counted and read as ``system``."""
        if (role := _ROLES.get(word) or _ROLES.get(word.strip().lower())) is None:
            self.strange.note("(role)")
            return "system"
        return role

    def plain(self, message: Mapping[str, Any], above: TurnId | None) -> TurnId | None:
        """Take a message of nothing but role, words and time at once, as most are; None when there is more to it.

        It becomes what reading it field by field makes of it.
        """
        role, words, time = message.get("role"), message.get("content"), message.get("timestamp")
        if len(message) != 2 + (time is not None) or type(words) is not str or type(role) is not str:
            return None
        known, said_at = _ROLES.get(role), stamp(time) if time else ""
        if known is None or known == "tool" or not (said_at or time is None):
            return None
        own = self.turn_id(None)
        self.add(Turn(id=own, parent=above, role=known, parts=(Part(text=words),), said_at=said_at))
        return own

    def heed(self, fields: Fields) -> None:
        """Note that an object says the conversation is temporary, deleted or expired; the most protective stays."""
        if (state := fields.state()) != "live":
            self.state = max(self.state, state, key=PROTECTION.index)

    def declare(self, fields: Fields, prefix: str = "") -> None:
        """Keep every scalar nobody read as what the source declares of itself; count the rest."""
        for key, value in fields.unread():
            if key == MADE_FROM:
                if value in (None, "", []):  # one of many rows, made from nothing
                    continue
                value = value if isinstance(value, str) else " ".join(map(str, value)) if isinstance(value, list) else "?"
            if plain_key(key) == key and isinstance(value, str | int | float):
                self.declared[prefix + key] = str(value).lower() if isinstance(value, bool) else str(value)
            else:
                fields.strange(key)

    def add(self, turn: Turn, author: str = "") -> None:
        """Take a turn; the holder's part in it is filled in here, and ``author`` names another speaker by handle.

        Raises:
            InputError: a NUL character in its text.
        """
        concerns: tuple[Concern, ...] = ()
        if self.account:
            mine = turn.role == "user" and not author
            concerns = (Concern(person="p0", role="author" if mine else "holder"),)
        if author:
            concerns += (Concern(person=self._other(author), role="author"),)
        if concerns:
            turn = altered(turn, concerns=concerns)
        if (texts := [self._clean(part.text) for part in turn.parts]) != [part.text for part in turn.parts]:
            turn = altered(turn, parts=tuple(map(_worded, turn.parts, texts)))
        self.turns.append(turn)

    def aside(self, kind: str, text: str, *, derived_from: tuple[TurnId, ...] = (), near: TurnId | None = None,
              said_at: str = "") -> None:
        """Add a turn beside the talk: ``title``, ``summary``, ``hidden`` or ``feedback``; nothing when it is empty.

        ``near`` is the turn that carried it, the first of ``derived_from`` unless said otherwise.
        """
        if not text.strip():
            return
        near = near or next(iter(derived_from), None)
        name = own = f"{near}.{kind}" if near is not None else kind
        number = 1
        while own in self._taken:
            number += 1
            own = f"{name}.{number}"
        self._taken.add(own)
        feedback = kind == "feedback"
        self.add(Turn(id=TurnId(own), parent=near, role="user" if feedback else "system", parts=(Part(text=text),),
                      origin="feedback" if feedback else "derived", kind=kind, shown=False, derived_from=derived_from,
                      said_at=said_at))

    def record(self) -> Record:
        """Make the record.

        Raises:
            InputError: nothing in it, or turns whose parents form a cycle.
        """
        if not self.turns:
            raise InputError("the conversation holds no message", reason="no-messages")
        turns = tuple(self._rooted())
        first, last = self.collected
        holder = () if not self.account else (
            Person(ref="p0", kind="account", issuer=self.format, key=self._clean(self.account)),)
        return Record(
            kind="conversation", origin_id=self._clean(self.origin_id), format=self.format, turns=turns,
            people=holder + tuple(self.others.values()), holder="p0" if holder else "",
            project=self._clean(self.project), state=self.state,
            collected=(first, last) if "" < first <= last else ("", ""),
            declared={key: self._clean(value) for key, value in self.declared.items()},
            cut=dict(self.cut), strange=dict(self.strange))

    def _rooted(self) -> list[Turn]:
        """Give the turns, each after its parent; in the order of the file when that already holds."""
        known, ordered = {turn.id for turn in self.turns}, True
        placed: set[TurnId | None] = {None}
        turns: list[Turn] = []
        for turn in self.turns:
            if turn.parent is not None and turn.parent not in known:
                self.strange.note("(parent missing)")
                turn = altered(turn, parent=None)
            ordered = ordered and turn.parent in placed
            placed.add(turn.id)
            turns.append(turn)
        return turns if ordered else _parents_first(turns)

    def _other(self, handle: str) -> str:
        if handle not in self.others:
            ref = f"p{len(self.others) + bool(self.account)}"
            self.others[handle] = Person(ref=ref, kind="handle", issuer=self.format,
                                         key=self._clean(handle))
        return self.others[handle].ref

    def _clean(self, text: str) -> str:
        if "\0" in text:
            raise InputError("a text holds a NUL character", reason="nul-bytes")
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                self.strange.note("(half a character)")
                return _HALF.sub("\N{REPLACEMENT CHARACTER}", text)
        return text


def _worded(part: Part, text: str) -> Part:
    return altered(part, text=text)


def _parents_first(turns: list[Turn]) -> list[Turn]:
    below: dict[TurnId | None, list[Turn]] = {}
    for turn in reversed(turns):
        below.setdefault(turn.parent, []).append(turn)
    out: list[Turn] = []
    waiting = below.pop(None, [])
    while waiting:
        out.append(waiting.pop())
        waiting += below.get(out[-1].id, ())
    if len(out) != len(turns):
        raise InputError("the messages' parents form a cycle", reason="cycle")
    return out


def ancestors(parents: Mapping[str, str | None], leaf: str) -> set[str]:
    """Give a node and everything above it: the branch that is displayed.

    Raises:
        InputError: the parents form a cycle.
    """
    branch: set[str] = set()
    node: str | None = leaf
    while node is not None and node in parents:
        if node in branch:
            raise InputError("the messages' parents form a cycle", reason="cycle")
        branch.add(node)
        node = parents[node]
    return branch


def last_leaf(parents: Mapping[str, str | None], times: Mapping[str, str]) -> str:
    """Give the newest node without children; of equals, or without times, the last in the file. "" when none."""
    inner = set(parents.values())
    leaf = ""
    for node in parents:
        if node not in inner and times.get(node, "") >= times.get(leaf, ""):
            leaf = node
    return leaf


def read_each(found: Iterable[tuple[str, str, Any]],
              build: Callable[[Any], Record]) -> Iterator[Record | SetAside]:
    """Make a record of each value found; what cannot be one is set aside with its place and reason."""
    for _, where, value in found:
        if isinstance(value, SetAside):
            yield value
            continue
        try:
            yield build(value)
        except InputError as error:
            yield SetAside(reason=error.reason or "unreadable", where=where, detail=error.what)
