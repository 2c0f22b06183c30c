"""Planting canaries: one new synthetic person refuses by each channel, and how each stands now.

A channel is a name and a function: a live chat, when it comes, adds a line to the table of whoever serves it.

Law: CHO-04
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..core.errors import EvidenceError
from .canaries import SYNTHETIC, Canary, canaries_at, keys_of
from .commands import Asked, exercise, object_as_outsider
from .lists import enter_list
from .live import Live
from .workspace import Workspace, releases_at

#: Makes a synthetic person of a name; gives their subject id ("" for somebody who is no user) and what sends their refusal.
Refusing = Callable[[Workspace, str], tuple[str, Callable[[], None]]]

_ISSUER = "licit-canaries"


def by_staff(workspace: Workspace, name: str) -> tuple[str, Callable[[], None]]:
    """Refuse as staff enter it on the command line."""
    person = _subject(workspace, name)
    return person, lambda: void(exercise(workspace, Asked(kind="objection", account=name, issuer=_ISSUER)))


def by_list(workspace: Workspace, name: str) -> tuple[str, Callable[[], None]]:
    """Refuse by a table of refusals (CSV)."""
    person = _subject(workspace, name)

    def send() -> None:
        listed = enter_list(Live(workspace), f"account,issuer\n{name},{_ISSUER}\n".encode())
        if listed.aside or listed.rows != 1:
            raise EvidenceError("the list set a canary's row aside", about=name)
    return person, send


def by_form_for_others(workspace: Workspace, name: str) -> tuple[str, Callable[[], None]]:
    """Refuse as somebody who is no user, by an e-mail address."""
    return "", lambda: void(object_as_outsider(workspace, email=[f"{name}@example.org"]))


def void(_: object) -> None:
    """Drop what a channel answered."""


def _subject(workspace: Workspace, name: str) -> str:
    return str(workspace.identities.subjects_for([(_ISSUER, "account", name)], create=True)[0])


#: The channels that need no server. A surface adds its own; a channel is a name and a function, and nothing else knows of it.
CHANNELS: dict[str, Refusing] = {"staff": by_staff, "list": by_list, "form for others": by_form_for_others}


def plant(workspace: Workspace, channels: Mapping[str, Refusing]) -> list[Canary]:
    """Have one new synthetic person refuse by each channel; give them.

    Raises:
        LicitError: whatever a channel raises; the canary then stays untold, and proves nothing.
    """
    out = []
    for channel, refusing in channels.items():
        name = SYNTHETIC + secrets.token_hex(8)
        person, send = refusing(workspace, name)
        body = {"channel": channel, "name": name, "person": person}
        sent = workspace.enter("canary", {**body, "state": "sent"})
        send()
        told = workspace.enter("canary", {**body, "state": "told"})
        out.append(Canary(channel=channel, name=name, person=person, planted_at=workspace.clock.now(), sent=sent, told=told))
    return out


def plant_for_release(workspace: Workspace, channels: Mapping[str, Refusing]) -> list[Canary]:
    """Have one refuse by each channel by which none has since the last release; give those.

    Raises:
        LicitError: see :func:`plant`; what is to be released would go out with a channel that nobody knows to work.
    """
    last = max((item.seq for item in releases_at(workspace.log).values()), default=-1)
    fresh = {canary.channel for canary in canaries_at(workspace) if canary.told > last}
    return plant(workspace, {name: refusing for name, refusing in channels.items() if name not in fresh})


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How a canary stands now: whether its refusal is in the log and counts (None: its channel never answered)."""

    canary: Canary
    heard: bool | None


def listed(live: Live) -> list[Watched]:
    """Give every canary, the newest first, and whether it is heard now, by purpose ``train``."""
    space = live.workspace
    refused = {str(key) for entry in space.log.entries(kinds=("third-party-objection",))
               for key in (entry.decision or {}).get("keys", ())}

    def heard(canary: Canary) -> bool | None:
        if canary.told < 0:
            return None
        if canary.person:
            return live.standing(canary.person, "train").decision.reason == "objection"
        return bool(refused.intersection(keys_of(space, canary)))
    return [Watched(canary=canary, heard=heard(canary)) for canary in reversed(canaries_at(space))]
