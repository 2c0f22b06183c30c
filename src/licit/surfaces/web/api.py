"""The API that a product asks: what may be kept, before anything is. Version 1, JSON, errors as problem+json.

Rules kept here:

- Nothing is answered without a key; a key opens only what it was made for.
- Somebody nobody has heard of gets the policy's own answer, and nothing is stored by asking.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

from ...core.policy import PURPOSES
from ...usecases.live import Live

router = APIRouter(prefix="/v1")
_bearer = HTTPBearer(auto_error=False, description="An API key: licit web key add NAME")

Purpose = Literal["train", "learn-from-feedback", "evaluate", "human-review", "publish", "personalise"]
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


def _needs(scope: str):  # type: ignore[no-untyped-def]
    async def check(request: Request, held: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
        keys = request.app.state.door.visits
        scopes = keys.scopes(held.credentials) if held else None
        if scopes is None:
            raise HTTPException(401, "an API key is needed", headers={"www-authenticate": "Bearer"})
        if scope not in scopes:
            raise HTTPException(403, f"this key is not for {scope}")
    return Depends(check)


@router.get("/standing/{subject}", dependencies=[_needs("standing")])
async def standing(request: Request, subject: str, purpose: Purpose = "train", issuer: str = "",
                   key: Literal["account", "device"] = "account") -> Standing:
    """Answer for one person and purpose, for what they say now."""
    live: Live = request.app.state.live
    space = live.workspace
    found, = space.identities.subjects_for([(issuer or space.name, key, subject)], create=False)
    answer = live.standing(str(found) or "-", purpose)
    return Standing(subject=subject, purpose=purpose, answer=answer.decision.answer, reason=answer.decision.reason,
                    log_size=answer.size, at=answer.at.strftime("%Y-%m-%dT%H:%M:%SZ"))
