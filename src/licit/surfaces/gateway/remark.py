"""What a product tells of a conversation beside its messages: a rating of an answer, or the title that its person gave it.

Rules kept here:

- A remark is about what is stored: where the message is not, the remark is not kept either (``thread-unknown``).
- It names its message as any request does, by all that was said up to it, or by the id of the answer.
- A rating that is taken back, and a title that is empty, take what was kept of them away.

Law: CHO-05, CHO-09
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...core.errors import InputError
from ...core.ids import TurnId
from ...core.records import Origin, Part, Role, Turn

#: The addresses of what a product tells, by its kind.
DOORS = {"/v1/licit/feedback": "feedback", "/v1/licit/title": "title"}
_RATINGS = {"up": "thumbs_up", "down": "thumbs_down", "none": ""}
_LONGEST = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A rating or a title: its kind, its words ("" takes it away), and the id of the answer that it names, "" for none."""

    kind: str
    words: str = field(repr=False)
    answer: str = field(default="", repr=False)

    def turn(self, about: str, at: str) -> Turn:
        """Give it as a turn about a message."""
        rating = self.kind == "feedback"
        role: Role = "user" if rating else "system"
        origin: Origin = "feedback" if rating else "derived"
        return Turn(id=TurnId(f"{about}.feedback" if rating else "title"), parent=TurnId(about) if rating else None, role=role, origin=origin,
                    kind=self.kind, shown=False, said_at=at, derived_from=(TurnId(about),) if rating else (),
                    parts=(Part(text=self.words),) if self.words else ())


def remark_of(request: Mapping[str, Any], kind: str) -> Remark:
    """Read a remark.

    Raises:
        InputError: it has no rating or title, or names no answer.
    """
    answer = request.get("response_id") or ""
    told = request.get("title") if kind == "title" else _rating(request)
    if not isinstance(told, str) or len(told) > _LONGEST or "\0" in told or not isinstance(answer, str) or bool(answer) == bool(request.get("messages")):
        raise InputError("it is no rating and no title of a message", reason="not-understood")
    return Remark(kind=kind, words=told.strip(), answer=answer)


def _rating(request: Mapping[str, Any]) -> str | None:
    rating, comment = request.get("rating"), request.get("comment") or ""
    if not isinstance(rating, str) or rating not in _RATINGS or not isinstance(comment, str):
        return None
    return "\n".join(one for one in (_RATINGS[rating], comment.strip()) if one) if rating != "none" else ""


def about(kind: str, rows: list[dict[str, Any]], names: tuple[str, ...]) -> str:
    """Give the name of the message that a remark is about: the answer that is rated, or what a conversation opens with.

    Raises:
        InputError: what is rated is no answer, or nobody said anything.
    """
    wanted = rows[-1:] if kind == "feedback" else rows
    role = "assistant" if kind == "feedback" else "user"
    found = next((number for number, row in enumerate(wanted) if row.get("role") == role), -1)
    if found < 0:
        raise InputError("it is about no message that there is", reason="not-understood")
    return names[-1] if kind == "feedback" else names[found]
