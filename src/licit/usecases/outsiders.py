"""People who are no users: their objection, and what was searched for them.

Rules kept here:

- What they give becomes keyed hashes at once; nothing of it is kept, and it serves nothing else.
- What cannot be an address or a number is an error: an objection by which nothing is found would look like one that counts.
- The answer says what was searched, never what was found: else anybody could ask whether somebody else is in here.

Law: CHO-21
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..core.errors import InputError
from .commands import object_as_outsider, receipt
from .workspace import Position, Workspace, inputs_at, releases_at

_LONGEST = 200
_LIKE = {"email": re.compile(r"[^\s@]+@[^\s@]+"), "phone": re.compile(r"(?:[^0-9]*[0-9]){5,25}[^0-9]*")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """The answer to somebody who is no user: their receipt, and what was and will be searched.

    ``exact`` tells that an address, number or handle was given, which refuses; a name alone holds, for it may be
    somebody else's.
    """

    entry: int
    receipt: dict[str, Any]
    records: int
    releases: tuple[str, ...]
    exact: bool


def answer_outsider(workspace: Workspace, *, email: Sequence[str] = (), phone: Sequence[str] = (), handle: Sequence[str] = (),
                    name: Sequence[str] = ()) -> Searched:
    """Enter an outsider's objection and say what it reaches.

    Raises:
        InputError: nothing was given, or something too long to be what it is given as.
    """
    given = [value.strip() for values in (email, phone, handle, name) for value in values]
    if any(len(value) > _LONGEST for value in given):
        raise InputError("one of these is too long", reason="too-long", remedy=f"At most {_LONGEST} characters each.")
    if any(not value.isprintable() or "\N{REPLACEMENT CHARACTER}" in value for value in given) or not all(
            _LIKE[kind].fullmatch(value) for kind, values in (("email", email), ("phone", phone)) for value in _some(values)):
        raise InputError("one of these cannot be what it is given as, so that nothing would be found by it", reason="not-like-it",
                         remedy="An e-mail address has an @, a telephone number five digits or more.")
    entry = object_as_outsider(workspace, email=_some(email), phone=_some(phone), handle=_some(handle), name=_some(name))
    inputs, _ = inputs_at(workspace.log, Position.head(workspace.log), ())
    return Searched(entry=entry, receipt=receipt(workspace, entry), records=sum(one.records for one in inputs),
                    releases=tuple(one.name for one in releases_at(workspace.log).values() if one.withdrawn < 0),
                    exact=any(map(_some, (email, phone, handle))))


def _some(values: Sequence[str]) -> list[str]:
    return [value.strip() for value in values if value.strip()]
