"""What the page remembers of conversations while it runs, as any chat product does: in memory, never on disk.

It is the product's own memory, apart from what is kept for training; it ends with the demonstration.
"""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from ....core.errors import InputError

#: So many people are remembered, each with so many conversations of so many messages.
_PEOPLE, _TALKS, _MESSAGES = 200, 60, 200
LONGEST = 8_000
_TITLE = 42


@dataclass(slots=True, kw_only=True)
class Message:
    """One message; ``rating`` is "up", "down" or "", and ``whole`` false for an answer that broke off."""

    role: str
    text: str = field(repr=False)
    at: datetime
    rating: str = ""
    whole: bool = True


@dataclass(slots=True, kw_only=True)
class Talk:
    """A conversation; ``named`` says that its person gave it its title."""

    id: str
    temporary: bool = False
    title: str = field(default="", repr=False)
    named: bool = False
    messages: list[Message] = field(default_factory=list, repr=False)
    failed: str = ""

    @property
    def conversation(self) -> str:
        """Give the id under which the gateway knows it."""
        return f"chat-{self.id}"

    def rows(self, number: int | None = None) -> list[dict[str, str]]:
        """Give the first messages, or all, as the API has them."""
        return [{"role": one.role, "content": one.text} for one in self.messages[:number]]

    def ask(self, text: str, place: int, at: datetime) -> None:
        """Take a question at a place, and let go of what stood there and after it.

        Raises:
            InputError: it is empty or too long, there is no such place, or the conversation is full.
        """
        text = text.replace("\r\n", "\n").strip()
        if not text or len(text) > LONGEST or "\0" in text or place not in range(len(self.messages) + 1) or place >= _MESSAGES:
            raise InputError("there is nothing to send, or too much", reason="request-unclear")
        if place < len(self.messages) and self.messages[place].role != "user":
            raise InputError("only what somebody asked can be changed", reason="request-unclear")
        self.messages[place:] = [Message(role="user", text=text, at=at)]
        if not self.named:
            self.title = short(self.messages[0].text)


class Talks:
    """Everybody's conversations, the newest first."""

    def __init__(self) -> None:
        """Remember nobody yet."""
        self._of: OrderedDict[str, OrderedDict[str, Talk]] = OrderedDict()

    def of(self, person: str) -> list[Talk]:
        """Give somebody's conversations in which something was said."""
        return [talk for talk in reversed(self._of[person].values()) if talk.messages] if person in self._of else []

    def find(self, person: str, name: str) -> Talk:
        """Give one of somebody's conversations.

        Raises:
            InputError: they have none of that name.
        """
        if person not in self._of or (talk := self._of[person].get(name)) is None:
            raise InputError("there is no such conversation here", reason="record-unknown")
        return talk

    def begin(self, person: str, *, temporary: bool) -> Talk:
        """Begin a conversation."""
        talks = self._of.setdefault(person, OrderedDict())
        self._of.move_to_end(person)
        talk = Talk(id=secrets.token_urlsafe(9), temporary=temporary)
        talks[talk.id] = talk
        while len(talks) > _TALKS:
            talks.popitem(last=False)
        while len(self._of) > _PEOPLE:
            self._of.popitem(last=False)
        return talk


def short(text: str) -> str:
    """Give the first words of a text."""
    text = " ".join(text.split())
    if len(text) <= _TITLE:
        return text
    whole, _, _ = text[:_TITLE].rpartition(" ")
    return (whole if len(whole) > _TITLE // 2 else text[:_TITLE - 1]).rstrip(" ,;:.") + "…"
