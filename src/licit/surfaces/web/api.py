"""The API that a product asks: what may be kept, before anything is. Version 1, JSON, errors as problem+json.

Rules kept here:

- Nothing is answered without a key; a key opens only what it was made for.
- Somebody nobody has heard of gets the policy's own answer, and nothing is stored by asking.
- A name that is not known, or stands twice, is an error: what was misspelt is not answered as if it had not been said.
- A right is in the log, durably, before it is answered. The same request under the same ``Idempotency-Key`` gives the same
  entry; another request under a used one is an error.

Law: CHO-06, CHO-13
"""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from fastapi import Path as InPath
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from ...adapters.visits import SqlVisits
from ...core.errors import InputError
from ...core.ids import canonical_json, keyed
from ...core.notes import parse_envelope, parse_receipt
from ...core.policy import PURPOSES
from ...core.rights import RESTRICTING
from ...usecases.centre import history
from ...usecases.commands import Asked, exercise, receipt
from ...usecases.live import Live
from ...usecases.queries import insist_on
from .thin import judged, said


class Problem(BaseModel):
    """What went wrong (RFC 9457); ``reason`` is a name that does not change with the wording."""

    type: str
    title: str
    status: int
    reason: str
    remedy: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"description": told, "content": {"application/problem+json": {"schema": Problem.model_json_schema()}}}
    for code, told in {
        400: "It cannot be meant, or cannot be read.", 401: "There is no such API key.", 403: "The key is not for this.",
        404: "It names what there is not.", 408: "It did not come in time; nothing was recorded.",
        413: "It is too large, or does not say how large it is.", 422: "A field is missing, unknown or of a wrong kind.",
        429: "Too many requests; Retry-After says when to come again. Nothing was recorded.",
        503: "The store cannot be written now; nothing was recorded."}.items()}
router = APIRouter(prefix="/v1", responses=PROBLEMS)
_bearer = HTTPBearer(auto_error=False, description="An API key: licit web key add NAME")

Purpose = Literal["train", "learn-from-feedback", "evaluate", "human-review", "publish", "personalise"]
Name = Annotated[str, InPath(max_length=500, description="The account or device, as the product knows it.")]
assert Purpose.__args__ == PURPOSES  # type: ignore[attr-defined]


class Standing(BaseModel):
    """May what this person says now be used for a purpose?"""

    subject: str = Field(description="The account or device as it was asked for.")
    purpose: Purpose
    answer: Literal["keep", "hold", "refuse"] = Field(
        description="keep: may be used. hold: may be kept, is not used until the reason is gone. refuse: do not keep it for this.")
    reason: str = Field(description="A reason name, empty for keep.")
    log_size: int = Field(description="The number of log entries the answer rests on.")
    at: str = Field(description="When it was judged, UTC.")


class Right(BaseModel):
    """A right that a product hands over for one of its people."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["objection", "withdrawal", "permission", "consent", "restriction", "lifting", "access", "portability",
                  "rectification", "erasure"] = Field(description="An erasure is recorded at once and carried out by: licit rights sweep.")
    subject: str = Field(min_length=1, max_length=500, description="The account or device, as the product knows it.")
    issuer: str = Field(default="", max_length=200, description="Who vouches for it; empty for this service's own.")
    key: Literal["account", "device"] = "account"
    purposes: list[Purpose] = Field(default=[], description="Empty for all; a permission or consent names them.")
    record: str = Field(default="", max_length=200, description="One conversation, by its record id; empty for everything.")
    project: str = Field(default="", max_length=500)
    notice: str = Field(default="", max_length=200)
    wording: str = Field(default="", max_length=2_000)
    how: str = Field(default="API", max_length=200)


class Recorded(BaseModel):
    """What came of it."""

    entry: int = Field(description="Its number in the log.")
    receipt: dict[str, Any] = Field(description="The signed receipt (DSSE), to be handed to the person.")


class Entered(BaseModel):
    """One entry of a person, without anything that identifies them."""

    entry: int
    kind: str
    purposes: list[str]
    received_at: str
    due: str


class Page(BaseModel):
    """Some of a list; ``next`` is the cursor of what follows, empty at the end."""

    items: list[Entered]
    next: str


def needs(scope: str):  # type: ignore[no-untyped-def]
    """Insist on a key that is for something."""
    async def check(request: Request, held: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
        scopes = request.app.state.counted.scopes(request, held.credentials if held else "")
        if scopes is None:
            raise HTTPException(401, "an API key is needed", headers={"www-authenticate": "Bearer"})
        if scope not in scopes:
            raise HTTPException(403, f"this key is not for {scope}")
        _insist_on_names(request)
    return Depends(check)


def _insist_on_names(request: Request) -> None:
    """Insist that each query parameter is known and stands once; a misspelt purpose would be answered as the default's.

    Raises:
        InputError: one is not.
    """
    known = {str(field.alias) for field in request.scope["route"].dependant.query_params}
    given = [name for name, _ in request.query_params.multi_items()]
    if len(set(given)) < len(given) or not known.issuperset(given):
        raise InputError("a query parameter is unknown or stands twice", reason="parameter-wrong",
                         remedy=f"There are: {', '.join(sorted(known)) or 'none'}.")


async def insist_on_once(request: Request) -> None:
    """Insist that no object of the body names a key twice: of two kinds, another reader would see the other one.

    Raises:
        InputError: one does.
    """
    def pairs(found: Sequence[tuple[str, Any]]) -> None:
        if len({name for name, _ in found}) < len(found):
            raise InputError("an object names one key twice", reason="duplicate-keys")
    try:
        json.loads(await request.body(), object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return  # not JSON: what reads the body says so


@router.get("/standing/{subject}", dependencies=[needs("standing")])
async def standing(request: Request, subject: Name, purpose: Purpose = "train", issuer: str = "",
                   key: Literal["account", "device"] = "account") -> Standing:
    """Answer for one person and purpose, for what they say now."""
    live: Live = request.app.state.live
    return Standing.model_validate(said(judged(live, subject, purpose, issuer, key), subject, purpose))


@router.post("/rights", status_code=201, dependencies=[needs("rights"), Depends(insist_on_once)])
async def exercise_right(request: Request, right: Right, again: Annotated[str, Header(alias="idempotency-key", max_length=200)] = ""
                         ) -> Recorded:
    """Record a right and give its receipt."""
    live: Live = request.app.state.live
    if right.kind not in RESTRICTING:
        request.app.state.counted.person(request, right.issuer, right.subject)
    return await run_in_threadpool(_recorded, live, request.app.state.door.visits, right, again)


def _recorded(live: Live, kept: SqlVisits, right: Right, again: str) -> Recorded:
    space = live.workspace
    # keyed, for both may hold the name of an account, which a plain hash would let anybody guess
    key = space.keys.secret("lookup")
    asked = keyed(key, "licit/web-request", canonical_json(right.model_dump())).hex()
    with kept.once(again_of(key, again), asked, space.clock.now()) as once:
        if once.entry < 0:
            once.entry = _entered(live, right)
    subject = next(iter(space.log.entries(start=once.entry, stop=once.entry + 1))).subject
    return Recorded(entry=once.entry, receipt=receipt(space, once.entry, str(subject)))


def again_of(key: bytes, again: str) -> str:
    """Give what an Idempotency-Key is kept as, "" for none."""
    return again and keyed(key, "licit/web-again", again.encode()).hex()


def _entered(live: Live, right: Right) -> int:
    if right.record and right.project:
        raise InputError("name a record or a project, not both", reason="target-unclear")
    if right.record:
        insist_on(live.workspace, right.record)
    target = ({"level": "record", "record": right.record} if right.record else
              {"level": "project", "project": right.project} if right.project else {})
    paper, = exercise(live.workspace, Asked(
        kind=right.kind, account=right.subject, key=right.key, issuer=right.issuer or live.workspace.name,
        purposes=tuple(right.purposes), target=target, notice=right.notice, wording=right.wording, how=right.how))
    return parse_receipt(parse_envelope(paper).body).seq


@router.get("/rights/{subject}", dependencies=[needs("rights")])
async def rights_of(request: Request, subject: Name, issuer: str = "", key: Literal["account", "device"] = "account",
                    cursor: Annotated[int, Query(ge=0)] = 2**53, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Page:
    """List what one person asked for, the newest first; go on with ``cursor``."""
    live: Live = request.app.state.live
    space = live.workspace
    found, = space.identities.subjects_for([(issuer or space.name, key, subject)], create=False)
    events = [event for event in (history(live, str(found)) if found else []) if event.entry < cursor]
    items = [Entered(entry=event.entry, kind=event.kind, purposes=list(event.purposes), due=event.due,
                     received_at=event.received_at.strftime("%Y-%m-%dT%H:%M:%SZ")) for event in events[:limit]]
    return Page(items=items, next=str(items[-1].entry) if len(events) > limit else "")
