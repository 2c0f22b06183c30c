"""The chat's page: talk, refuse, look at what is kept; the same for everybody, with scripts or none.

Rules kept here:

- The switch is one click beside the box one types into; it is an entry of the log before the page answers, and gives its receipt.
- What is kept is read from the workspace (``kept.py``); what the page remembers is the product's own, in memory.
- Who one is, is a visible choice of the demonstration; the tier stands on the page and goes no further.

Law: CHO-01, CHO-02, CHO-04, CHO-13

Read next: ``ask.py``, ``talks.py``.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, StreamingResponse
from starlette.datastructures import FormData

from ....core.errors import InputError
from ....core.notes import parse_envelope, parse_receipt
from ....usecases.centre import choices, history, own_entry
from ....usecases.commands import Asked, exercise
from ....usecases.live import Live
from ...gateway.app import Gateway
from ...web.app import make_app
from ...web.texts import N_, TIERS
from ...web.visit import COOKIE, Door, Visit, page, parts
from .ask import Asking
from .company import PRODUCT, TRAINING
from .kept import WHY, Kept, Person, counted, kept_of, look
from .talks import LONGEST, Message, Talk, Talks

#: Who can be played: the account, "" for nobody signed in, and the tier, which is told on the page only.
PEOPLE = (("camille", "free"), ("sacha", "pro"), ("noor", "team"), ("", "logged-out"))
#: What might be asked first.
FIRST = (N_("What do you keep of me?"), N_("How do I refuse training?"), N_("Is it the same on free, pro and team?"), N_("Which bulb for a dark room?"))
#: The browser's pseudonym while it is signed in as somebody, so that whoever goes out again is the one they were.
_OUT = "licit-logged-out"
_SETTLES, _LOOKS = 8.0, .02
_NOBODY_YET = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """What the page's routes share; ``accounts`` gives by subject who is played."""

    talks: Talks
    asking: Asking
    gateway: Gateway
    accounts: dict[str, str]
    elsewhere: str


def chat_app(root: Path, gateway: Gateway, asking: Asking, *, elsewhere: str = "", clock: Any = None) -> FastAPI:
    """Make the page's server, with the privacy centre of the same workspace beside it.

    Raises:
        SetupError: see :func:`make_app`.
    """
    app = make_app(root, clock=clock)
    space = app.state.door.space
    names = [account for account, _ in PEOPLE if account]
    subjects = space.identities.subjects_for([(PRODUCT, "account", name) for name in names], create=True)
    app.state.chat = Chat(talks=Talks(), asking=asking, gateway=gateway, elsewhere=elsewhere,
                          accounts={str(subject): name for subject, name in zip(subjects, names, strict=True)})
    app.include_router(router)
    return app


router = APIRouter(prefix="/chat", include_in_schema=False)


def _here(request: Request) -> tuple[Chat, Live, Visit, Person]:
    _, live, visit = parts(request)
    chat: Chat = request.app.state.chat
    account = chat.accounts.get(visit.subject, "") if visit.signed_in else ""
    return chat, live, visit, Person(name=account or visit.device, device=not account, subject=visit.subject)


async def _sent(request: Request) -> FormData:
    """Read a form that was sent from a page of this visit."""
    door, _, visit = parts(request)
    form = await request.form(max_files=0)
    door.check_form(request, visit, form.get("form"))
    return form


@router.get("")
async def begin(request: Request, temporary: bool = False, done: int = -1) -> Response:
    """Show a conversation that is to begin; whoever comes for the first time comes in as the first of the people."""
    door, _, visit = parts(request)
    if visit.fresh and "in" not in request.query_params:
        response = RedirectResponse(f"/chat?in=1&lang={visit.words.code}", 303)
        _come_in(door, response, visit, next(iter(request.app.state.chat.accounts)))
        return response
    return await _show(request, Talk(id="", temporary=temporary), done)


@router.get("/talk/{name}")
async def talk(request: Request, name: str, done: int = -1, looked: bool = False) -> Response:
    """Show a conversation."""
    chat, _, _, person = _here(request)
    return await _show(request, chat.talks.find(person.name, name), done, looked=looked)


async def _show(request: Request, shown: Talk, done: int, *, looked: bool = False) -> Response:
    chat, live, visit, person = _here(request)
    await _settled(chat)
    if not person.subject:  # what was kept meanwhile made them known
        live.now()
        person = replace(person, subject=str(live.subject((PRODUCT, "device", person.name))))
    stands = choices(live, person.subject or _NOBODY_YET)
    signal = visit.refuses_by_signal
    talks = chat.talks.of(person.name)

    def read() -> tuple[Kept, dict[str, int], Any]:
        held = kept_of(live, person, shown, by_signal=signal, pending=lambda: _busy(chat)) if shown.id else Kept()
        own = [one.text for one in shown.messages if one.role == "user"]
        return held, counted(live, person, talks), look(live.workspace.root, own) if looked else None

    kept, numbers, found = await run_in_threadpool(read)
    event = next((one for one in history(live, visit.subject) if one.entry == done), None) if done >= 0 and visit.subject else None
    here = f"/chat/talk/{shown.id}" if shown.id else "/chat"
    return page(request, "chat.html", here, talk=shown, talks=talks, numbers=numbers, kept=kept, why=WHY, found=found, done=event, signal=signal,
                train=stands[0], ratings=stands[1], people=PEOPLE, tiers=TIERS, first=FIRST, person=person, longest=LONGEST, elsewhere=chat.elsewhere)


def _busy(chat: Chat) -> bool:
    return bool(chat.gateway.open) or not chat.gateway.keeper.settled(0)


async def _settled(chat: Chat) -> None:
    """Give the gateway a moment to decide on what was said last."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _SETTLES
    while _busy(chat) and loop.time() < until:
        await asyncio.sleep(_LOOKS)


@router.post("/say")
async def say(request: Request) -> Response:
    """Take a question, a changed one, or the wish for another answer; answer piece by piece to a script, else with the page."""
    form = await _sent(request)
    chat, live, visit, person = _here(request)
    at = live.workspace.clock.now()
    again, name = form.get("do") == "again", str(form.get("talk") or "")
    one = chat.talks.find(person.name, name) if name else chat.talks.begin(person.name, temporary=form.get("temporary") == "1")
    if again:
        while one.messages and one.messages[-1].role == "assistant":
            one.messages.pop()
        if not one.messages:
            raise InputError("there is nothing to answer", reason="request-unclear")
    else:
        place = str(form.get("at") or len(one.messages))
        one.ask(str(form.get("text") or ""), int(place) if place.isdecimal() and len(place) < 6 else -1, at)
    more = {"accept-language": visit.words.code, **({"sec-gpc": "1"} if visit.refuses_by_signal else {})}
    pieces = _answering(chat, one, chat.asking.headers(person, one, at, more), live)
    where = f"/chat/talk/{one.id}"
    if request.headers.get("x-piece-by-piece") == "1":
        return StreamingResponse(_lines(pieces, where, one), media_type="application/x-ndjson")
    async for _ in pieces:
        pass
    return RedirectResponse(f"{where}#last", 303)


async def _answering(chat: Chat, one: Talk, headers: dict[str, str], live: Live) -> AsyncIterator[str]:
    """Ask for an answer and remember it; one that broke off is remembered as that."""
    answer = Message(role="assistant", text="", at=live.workspace.clock.now(), whole=False)
    one.messages.append(answer)
    one.failed = ""
    try:
        async for words in chat.asking.answer(one, headers, answer):
            yield words
    except (httpx.HTTPError, ValueError, LookupError, AttributeError, TypeError):
        one.failed = "failed"
    finally:
        answer.at = live.workspace.clock.now()
        if not answer.text:
            one.messages = [message for message in one.messages if message is not answer]


async def _lines(pieces: AsyncIterator[str], where: str, one: Talk) -> AsyncIterator[bytes]:
    yield json.dumps({"at": where}).encode() + b"\n"
    async for words in pieces:
        yield json.dumps({"words": words}).encode() + b"\n"
    yield json.dumps({"end": one.failed or "whole"}).encode() + b"\n"


@router.post("/rate")
async def rate(request: Request) -> Response:
    """Take a thumb, another one, or one back."""
    form = await _sent(request)
    chat, live, visit, person = _here(request)
    one, place, rating = chat.talks.find(person.name, str(form.get("talk"))), str(form.get("at") or ""), str(form.get("rating") or "")
    number = int(place) if place.isdecimal() and len(place) < 6 else -1
    if rating not in ("up", "down") or number not in range(len(one.messages)) or one.messages[number].role != "assistant":
        raise InputError("there is no such rating", reason="request-unclear")
    message = one.messages[number]
    message.rating = "" if message.rating == rating else rating
    body = {"messages": one.rows(number + 1), "rating": message.rating or "none"}
    return await _remarked(chat, (person, one), "feedback", body, (live, visit, f"answer-{number}"))


@router.post("/title")
async def title(request: Request) -> Response:
    """Take the title that somebody gives a conversation."""
    form = await _sent(request)
    chat, live, visit, person = _here(request)
    one, named = chat.talks.find(person.name, str(form.get("talk"))), " ".join(str(form.get("title") or "").split())[:80]
    if not named:
        raise InputError("a title has words", reason="request-unclear")
    one.title, one.named = named, True
    return await _remarked(chat, (person, one), "title", {"messages": one.rows(), "title": named}, (live, visit, "head"))


async def _remarked(chat: Chat, whose: tuple[Person, Talk], kind: str, body: dict[str, Any], then: tuple[Live, Visit, str]) -> Response:
    """Tell the gateway a rating or a title; whether it was kept, the page reads from the workspace."""
    live, visit, place = then
    headers = chat.asking.headers(*whose, live.workspace.clock.now(), {"sec-gpc": "1"} if visit.refuses_by_signal else {})
    try:
        await chat.asking.remark(kind, headers, body)
    except (httpx.HTTPError, ValueError, LookupError):
        whose[1].failed = "failed"
    return RedirectResponse(f"/chat/talk/{whose[1].id}#{place}", 303)


@router.post("/switch")
async def switch(request: Request) -> Response:
    """Refuse or allow training, learning from ratings included; the entry counts before the page answers."""
    form = await _sent(request)
    door, _, visit = parts(request)
    kind = {"refuse": "objection", "allow": "permission"}.get(str(form.get("do")))
    if kind is None or len(form.getlist("do")) > 1:
        raise InputError("there is no such choice", reason="choice-unknown")
    return _entered(request, form, Asked(kind=kind, subject=door.acting(visit), purposes=TRAINING, how="API"))


@router.post("/undo")
async def undo(request: Request) -> Response:
    """Undo the entry that was just made by another one."""
    form = await _sent(request)
    _, live, visit = parts(request)
    number = str(form.get("entry") or "")
    entry = own_entry(live, visit.subject, int(number) if number.isdecimal() and len(number) < 16 else -1)
    event = next(event for event in history(live, visit.subject) if event.entry == entry.seq)
    if event.undone_by not in ("permission", "objection"):
        raise InputError("this cannot be undone here", reason="cannot-undo")
    return _entered(request, form, Asked(kind=event.undone_by, subject=visit.subject, purposes=event.purposes or TRAINING, how="API"))


def _entered(request: Request, form: FormData, asked: Asked) -> Response:
    door, live, visit = parts(request)
    paper, = exercise(live.workspace, asked)
    made = parse_receipt(parse_envelope(paper).body).seq
    name = str(form.get("talk") or "")
    here = f"/chat/talk/{name}?" if name and name.replace("-", "").replace("_", "").isalnum() else "/chat?temporary=1&" if form.get("temporary") == "1" else "/chat?"
    response = RedirectResponse(f"{here}done={made}#switch", 303)
    door.remember(response, visit)
    return response


@router.post("/who")
async def who(request: Request) -> Response:
    """Be somebody else."""
    form = await _sent(request)
    chat, _, visit, _ = _here(request)
    door = request.app.state.door
    wanted = str(form.get("who") or "")
    subject = next((subject for subject, account in chat.accounts.items() if account == wanted), "")
    if wanted and not subject:
        raise InputError("there is nobody of this name", reason="guest-unknown")
    response = RedirectResponse("/chat?in=1", 303)
    if subject:
        _come_in(door, response, visit, subject)
    elif visit.signed_in:
        door.visits.end(visit.secret)
        response.set_cookie(COOKIE, request.cookies.get(_OUT, ""), httponly=True, samesite="lax")
    return response


def _come_in(door: Door, response: Response, visit: Visit, subject: str) -> None:
    """Begin somebody's session, and remember the browser's own pseudonym beside it."""
    if not visit.signed_in:
        response.set_cookie(_OUT, visit.secret, httponly=True, samesite="lax")
    elif visit.secret:
        door.visits.end(visit.secret)
    door.sign_in(response, visit, subject, "subject")
