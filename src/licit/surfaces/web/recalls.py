"""Answers of recipients to a recall: version 1 of the API, beside what products ask.

Rules kept here:

- An answer is signed with the recipient's registered key, or shows the token of its recall; whatever fails, the answer to it
  is the same, and nobody learns which recalls there are.

Law: RGT-08
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from ...adapters.signing import verify
from ...usecases.recalls import Told, answer, shows
from . import api

router = APIRouter(prefix="/v1", responses=api.router.responses)
_bearer = HTTPBearer(auto_error=False, description="The token of the recall, where the recipient registered no key.")


class Answer(BaseModel):
    """What a recipient says about a recall."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["acknowledged", "verified"] = Field(
        description="acknowledged: it was read. verified: every store was read again and no copy is left; signed answers only.")
    manifest: str = Field(max_length=100, description="The digest of the withdrawn release's manifest, as the recall names it.")


class State(BaseModel):
    """How a recall stands."""

    id: str
    state: Literal["asked", "received", "acknowledged", "verified", "failed"]


async def _theirs(request: Request, id: Annotated[str, Path(max_length=100)],
                  held: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
                  timestamp: Annotated[str, Header(alias="webhook-timestamp", max_length=20)] = "",
                  signature: Annotated[str, Header(alias="webhook-signature", max_length=200)] = "") -> Told:
    """Insist that whoever answers shows whose answer it is, over the very bytes that came."""
    told = Told(id=id, body=await request.body(), token=held.credentials if held else "", timestamp=timestamp, signature=signature)
    if not await run_in_threadpool(shows, request.app.state.live.workspace, told, verify):
        raise HTTPException(403 if held else 401, "the answer does not show whose it is")
    return told


@router.post("/recalls/{id}/ack", dependencies=[Depends(api.insist_on_once)])
async def acknowledge(request: Request, said: Answer, told: Annotated[Told, Depends(_theirs)]) -> State:
    """Answer a recall: signed over ``id.timestamp.body``, or with its token; the same answer again changes nothing."""
    found = await run_in_threadpool(answer, request.app.state.live.workspace, told, said.state, said.manifest)
    return State(id=found.id, state=found.state)
