"""The API's way in for conversations: a product hands one over, and is told of each message whether it is kept, and why.

Rules kept here:

- What a product must vouch for (capacity, state) has no default; what it does not know it says to be unknown.
- Tier and plan are dropped unseen, as in every file (``adapters/chatlogs``).
- Nobody's conversation is refused, or is its device's where the deployment says so and the product names it.

Law: CHO-06, CHO-11, CHO-13
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from ...adapters.chatlogs.openai_messages import conversation
from ...adapters.visits import SqlVisits
from ...core.errors import InputError
from ...core.ids import canonical_json, keyed
from ...core.policy import said_between
from ...core.records import Capacity, PartKind, Record, State, altered, from_json
from ...usecases.arrive import Declared
from ...usecases.intake import Handed, TakenIn, take_in
from ...usecases.live import Live
from .api import PROBLEMS, Purpose, again_of, insist_on_once, needs
from .settings import Settings

router = APIRouter(prefix="/v1", responses=PROBLEMS)

#: Under which name the pseudonym of a device travels to where it is taken out again.
_DEVICE = "licit_device"
_MOST = 10_000
#: The more of these a conversation is, the better it is protected.
_PROTECTION: tuple[State, ...] = ("live", "unknown", "temporary", "expired", "deleted")

Moment = Annotated[str, Field(pattern=r"^(\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?)?$", description="A day or a time in UTC; empty for unknown.")]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]


class Message(BaseModel):
    """A message as OpenAI's API has it; fields that are not named here are read as in an export, or counted."""

    model_config = ConfigDict(extra="allow")

    role: Literal["user", "assistant", "system", "developer", "tool"]
    content: str | list[dict[str, Any]] | None = None
    timestamp: Moment = ""


class Said(BaseModel):
    """A turn as licit's records have it (docs/reference/formats.md); it stands after its parent."""

    model_config = ConfigDict(extra="forbid")

    id: Id
    parent: Id | None = None
    role: Literal["user", "assistant", "system", "tool"]
    parts: Annotated[list[tuple[PartKind, str, str]], Field(max_length=_MOST, description="Kind, text, JSON Pointer.")]
    said_at: Moment = ""
    origin: Literal["said", "feedback", "derived", "pasted"] = "said"
    derived_from: Annotated[list[Id], Field(max_length=_MOST)] = []
    kind: Annotated[str, Field(max_length=40)] = ""
    shown: bool = True


class Handing(BaseModel):
    """A conversation, and what the product vouches for; its words stand in one of ``messages`` and ``turns``."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=500, description="The conversation's id in the product; handed over again, it is a newer state.")
    messages: list[Message] = Field(default=[], max_length=_MOST)
    turns: list[Said] = Field(default=[], max_length=_MOST)
    source: str = Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_.-]+$", description="The source it belongs to: licit source list.")
    subject: str = Field(default="", max_length=500, description="The account that holds it; empty for nobody signed in.")
    device: str = Field(default="", max_length=500, description="The pseudonym of the device, where nobody is signed in.")
    issuer: str = Field(default="", max_length=200, description="Who vouches for it; empty for this service's own.")
    purpose: Purpose = "train"
    capacity: Literal["consumer", "organisation", "unknown"] = Field(description="By contract; only a consumer's words are kept.")
    state: Literal["live", "temporary", "deleted", "expired", "unknown"] = Field(description="Only what is live is kept.")
    age: Literal["adult", "minor", "unknown"] = "unknown"
    notice: str = Field(default="", max_length=200)
    surface: str = Field(default="", max_length=200)
    project: str = Field(default="", max_length=500)


class Told(BaseModel):
    """What became of one message."""

    message: str = Field(description="Its id.")
    kept: bool
    answer: Literal["keep", "hold", "refuse"] = Field(description="What it may be used for: hold waits until the reason is gone, kept or not.")
    reason: str = Field(description="A reason name, empty for keep.")


class Taken(BaseModel):
    """What became of the conversation."""

    record: str = Field(description="The record it is kept under; empty where nothing is kept.")
    messages: list[Told]
    log_size: int = Field(description="The number of log entries that it was decided by.")
    at: str = Field(description="When it was decided, UTC.")


@router.post("/conversations", dependencies=[needs("conversations"), Depends(insist_on_once)])
async def hand_over(request: Request, response: Response, handing: Handing,
                    again: Annotated[str, Header(alias="idempotency-key", max_length=200)] = "") -> Taken:
    """Hand a conversation over: what the standing of everybody it concerns allows is kept, all else leaves no byte."""
    state = request.app.state
    state.counted.person(request, handing.issuer, handing.subject or handing.device)
    return await run_in_threadpool(_taken, state.live, state.door.visits, state.door.settings, handing, again)


def _taken(live: Live, kept: SqlVisits, settings: Settings, handing: Handing, again: str) -> Taken:
    space = live.workspace
    key = space.keys.secret("lookup")
    asked = keyed(key, "licit/web-handed", canonical_json(handing.model_dump_json())).hex()
    with kept.once(again_of(key, again), asked, space.clock.now()) as once:
        # Sent again it is decided again: what was refused meanwhile is not said to be kept.
        done = take_in(live, _handed(handing, live.workspace.name, settings))
        once.entry = done.size
    return _told(done)


def _handed(handing: Handing, own: str, settings: Settings) -> Handed:
    """Read a conversation.

    Raises:
        InputError: it has no words, or two kinds of them; or one cannot be read.
    """
    if bool(handing.messages) == bool(handing.turns):
        raise InputError("a conversation has messages or turns, one of both", reason="not-a-conversation")
    if any("\0" in text for text in (handing.id, handing.subject, handing.device, handing.issuer, handing.project, handing.notice, handing.surface)):
        raise InputError("a name holds a NUL character", reason="nul-bytes")
    record = _of_messages(handing) if handing.messages else _of_turns(handing)
    state = max(record.state, handing.state, key=_PROTECTION.index)
    device = handing.device if not handing.subject and settings.logged_out == "device" else ""
    record = altered(record, project=handing.project, state=state, declared={_DEVICE: device} if device else {})
    capacity: Capacity = handing.capacity
    return Handed(record=record, source=handing.source, purpose=handing.purpose, declared=Declared(
        subject=handing.subject, device_field=_DEVICE, issuer=handing.issuer or own, capacity=capacity, age=handing.age,
        notice=handing.notice, surface=handing.surface))


def _of_messages(handing: Handing) -> Record:
    rows = [message.model_dump(exclude_defaults=True) for message in handing.messages]
    return conversation({"id": handing.id, "messages": rows})


def _of_turns(handing: Handing) -> Record:
    seen: set[str] = set()
    for turn in handing.turns:
        if turn.id in seen or not seen.issuperset([*([turn.parent] if turn.parent else []), *turn.derived_from]):
            raise InputError("a turn stands twice, or before one that it names", about=turn.id, reason="cycle")
        if turn.said_at and said_between(turn.said_at) is None:
            raise InputError("a turn was said on no day that there is", about=turn.id, reason="request-unclear")
        if any("\0" in value for part in turn.parts for value in part) or "\0" in turn.kind:
            raise InputError("a text holds a NUL character", about=turn.id, reason="nul-bytes")
        seen.add(turn.id)
    try:
        return from_json({"kind": "conversation", "origin_id": handing.id, "format": "licit",
                          "turns": [turn.model_dump() for turn in handing.turns]})
    except ValueError:
        raise InputError("the turns are no conversation", reason="not-a-conversation") from None


def _told(done: TakenIn) -> Taken:
    return Taken.model_validate({
        "record": done.record, "log_size": done.size, "at": done.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "messages": [{"message": one.message, "kept": one.kept, "answer": one.answer, "reason": one.reason} for one in done.messages]})
