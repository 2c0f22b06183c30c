"""The privacy centre: one page with the state, the switch and the receipts; the same for everybody on every tier.

Rules kept here:

- Refusing everything is one click on the first page, logged in or out, and asks for nothing; allowing takes as many.
- Every choice is an entry of the log before the page answers, and the answer names its receipt.
- The signal Global Privacy Control is a refusal, told to the person; a later choice of theirs stands above it.
- Sending a choice again changes nothing and makes no second entry.

Law: CHO-01, CHO-02, CHO-03, CHO-06, CHO-13, CHO-15, CHO-18, RGT-10, UIX-01, UIX-02
"""

import json
import logging
import tempfile
import threading
from dataclasses import asdict
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, StreamingResponse
from starlette.background import BackgroundTask
from starlette.datastructures import FormData

from ...core.errors import EvidenceError, HeldError, InputError, RefusedError, UnavailableError
from ...core.ids import SubjectId
from ...core.notes import parse_envelope, parse_receipt
from ...core.policy import PURPOSES
from ...core.told import Told
from ...usecases.centre import Choice, choices, history, messages_of, own_entry, readings, whereabouts
from ...usecases.commands import Asked, exercise, receipt
from ...usecases.erase import carry_out
from ...usecases.holds import holds_on
from ...usecases.live import Live
from ...usecases.portable import write_copy
from ...usecases.voices import differing
from ..receipts import in_terms
from . import texts
from .interface import note_interface
from .visit import Visit, page, parts

router = APIRouter(include_in_schema=False)

_log = logging.getLogger("licit.web")

#: Stands for somebody about whom the log says nothing.
_NOBODY_YET = "-"
#: How a refusal came that the browser sent (Global Privacy Control).
_SIGNAL = "Sec-GPC: 1"
#: A browser asks for several pages at once; its signal is looked for and entered by one of them.
_ONE_SIGNAL = threading.Lock()


@router.get("/")
def overview(request: Request, done: int = -1) -> Response:
    """Show the state, the switch, and all else in short."""
    door, live, visit = parts(request)
    note_interface(request.app, live.workspace.clock.now().date())
    if visit.refuses_by_signal and visit.fresh and "seen" not in request.query_params:
        # A first visit: come back with the cookie, so that the signal is recorded for a browser and not for nobody.
        response = RedirectResponse("/?seen=1", 303)
        door.remember(response, visit)
        return response
    if visit.refuses_by_signal and not visit.fresh and (noted := _signalled(live, door.acting(visit))) >= 0:
        return RedirectResponse(f"/?done={noted}#state", 303)
    stands, at = choices(live, visit.subject or _NOBODY_YET), live.workspace.clock.now()
    said = history(live, visit.subject) if visit.subject else []
    try:
        told: Told | None = live.told()
    except EvidenceError as error:  # What it covers is then not said at all; refusing must stay possible.
        _log.warning("the words of the notices cannot be read: %s", error.reason)
        told = None
    return page(request, "centre.html", "/", choices=stands, differing=differing(live, visit.subject), history=said, train=stands[0],
                 holds=holds_on(live, visit.subject) if visit.subject else {},
                 seen=readings(live, visit.subject) if visit.subject else [],
                 done=next((event for event in said if event.entry == done), None), unread=told is None,
                 notices={one.purpose: told.of(one.purpose, at) for one in stands} if told else {})


@router.post("/choices")
async def choose(request: Request) -> Response:
    """Refuse or allow purposes: all, or those that the form names."""
    door, live, visit = parts(request)
    form = await request.form(max_files=0)
    door.check_form(request, visit, form.get("form"))
    purposes, what = [str(one) for one in form.getlist("purpose")], _told_once(form, "do")
    if what not in ("refuse", "allow") or set(purposes) - set(PURPOSES):
        raise InputError("there is no such choice", reason="choice-unknown")
    subject = door.acting(visit)
    wanted = [one for one in choices(live, subject) if not purposes or one.purpose in purposes]
    entry = _refuse(live, subject, wanted, purposes) if what == "refuse" else _allow(live, visit, subject, wanted)
    response = RedirectResponse(f"/?done={entry}#state" if entry >= 0 else "/#state", 303)
    door.remember(response, visit)
    return response


def _told_once(form: FormData, name: str) -> str:
    """Give a field, "" where it is not there.

    Raises:
        InputError: it stands twice: of "refuse" and "allow" in one form neither may win by its place.
    """
    told = form.getlist(name)
    if len(told) > 1 or not all(isinstance(one, str) for one in told):
        raise InputError("a field stands twice, or is a file", reason="form-unclear")
    return str(told[0]) if told else ""


def _refuse(live: Live, subject: str, wanted: list[Choice], purposes: list[str]) -> int:
    """Enter a refusal, unless the same one stands already."""
    if all(one.state in ("refused", "erased") for one in wanted):
        return max(one.entry for one in wanted)
    return _entered(live, Asked(kind="objection", subject=subject, purposes=tuple(purposes), how="privacy centre"))


def _allow(live: Live, visit: Visit, subject: str, wanted: list[Choice]) -> int:
    """Enter a permission or, where the policy rests on consent, a consent to the notice in force."""
    entry = -1
    plain = [one.purpose for one in wanted if one.basis == "legitimate-interest" and one.state != "allowed"]
    if plain:
        entry = _entered(live, Asked(kind="permission", subject=subject, purposes=tuple(plain), how="privacy centre"))
    _, policy, _ = live.now()
    at = live.workspace.clock.now()
    for one in wanted:
        notices = [notice.id for notice in policy.notices if one.purpose in notice.purposes and notice.starts <= at
                   and (notice.ends is None or at < notice.ends)]
        if one.basis == "consent" and one.state != "allowed" and notices:
            told, said = texts.PURPOSES[one.purpose], live.told().of(one.purpose, at)
            covers = said.in_language(visit.words.code)[1] if said else visit.words.say(told.covers)
            entry = _entered(live, Asked(
                kind="consent", subject=subject, purposes=(one.purpose,), notice=said.notice if said else notices[-1],
                how="privacy centre", wording=f"{visit.words.say(told.name)}: {covers}"))
    return entry


def _signalled(live: Live, subject: str) -> int:
    """Enter a browser's signal as a refusal, once a person; what they choose afterwards counts as they choose it."""
    with _ONE_SIGNAL:
        said = live.workspace.log.entries(subject=SubjectId(subject), kinds=("objection",))
        if any((entry.decision or {}).get("how") == _SIGNAL for entry in said):
            return -1
        return _entered(live, Asked(kind="objection", subject=subject, how=_SIGNAL))


def _entered(live: Live, asked: Asked) -> int:
    """Enter a right and give its number in the log."""
    paper, = exercise(live.workspace, asked)
    return int(parse_receipt(parse_envelope(paper).body).seq)


@router.get("/where")
def where(request: Request) -> Response:
    """Show every conversation, where it went, and the choice for each."""
    _, live, visit = parts(request)
    found = whereabouts(live, visit.subject) if visit.subject else []
    return page(request, "where.html", "/where", found=found)


@router.get("/where/{record}")
def messages(request: Request, record: str) -> Response:
    """Show one conversation, message by message, and the choice for each."""
    _, live, visit = parts(request)
    return page(request, "messages.html", f"/where/{record}", record=record, found=messages_of(live, visit.subject, record))


@router.post("/where")
async def choose_one(request: Request) -> Response:
    """Refuse or allow one conversation, or one message of it."""
    door, live, visit = parts(request)
    form = await request.form(max_files=0)
    door.check_form(request, visit, form.get("form"))
    record, turn, what = (_told_once(form, name) for name in ("record", "turn", "do"))
    found = [one for one in messages_of(live, visit.subject, record) if one.turn == turn or not turn]
    if not found or what not in ("refuse", "allow"):
        raise InputError("you have no such message here", reason="record-unknown")
    refused = all(one.state == "refused" for one in found)
    target = {"level": "turn", "record": record, "turn": turn} if turn else {"level": "record", "record": record}
    if what == "refuse" and not refused:
        _entered(live, Asked(kind="objection", subject=visit.subject, target=target, how="privacy centre"))
    elif what == "allow" and any(one.state == "refused" for one in found):
        _entered(live, Asked(kind="permission", subject=visit.subject, purposes=PURPOSES, target=target, how="privacy centre"))
    return RedirectResponse(f"/where/{record}#{turn}" if turn else f"/where#{record}", 303)


@router.post("/undo")
async def undo(request: Request) -> Response:
    """Undo one of the visitor's entries by a new one."""
    door, live, visit = parts(request)
    form = await request.form(max_files=0)
    door.check_form(request, visit, form.get("form"))
    number = _told_once(form, "entry")
    entry = own_entry(live, visit.subject, int(number) if number.isdecimal() and len(number) < 16 else -1)
    event = next(event for event in history(live, visit.subject) if event.entry == entry.seq)
    if not event.undone_by:
        raise RefusedError("this cannot be undone", reason="cannot-undo")
    purposes = event.purposes or (PURPOSES if event.undone_by == "permission" else ())
    made = _entered(live, Asked(kind=event.undone_by, subject=visit.subject, purposes=purposes, target=event.target,
                                how="privacy centre"))
    return RedirectResponse(f"/?done={made}#history", 303)


@router.get("/rights/{kind}")
def ask_first(request: Request, kind: str) -> Response:
    """Say what a right does before it is exercised."""
    if kind not in texts.REQUESTS:
        raise InputError("there is no such right", reason="right-unknown")
    return page(request, "right.html", f"/rights/{kind}", kind=kind, right=texts.REQUESTS[kind])


@router.post("/rights/{kind}")
async def ask(request: Request, kind: str) -> Response:
    """Exercise a right; an erasure is carried out at once."""
    door, live, visit = parts(request)
    form = await request.form(max_files=0)
    door.check_form(request, visit, form.get("form"))
    if kind not in texts.REQUESTS:
        raise InputError("there is no such right", reason="right-unknown")
    made = _entered(live, Asked(kind=kind, subject=door.acting(visit), how="privacy centre"))
    if kind == "erasure":
        await run_in_threadpool(_carried_out, live)
    response = RedirectResponse(f"/?done={made}#history", 303)
    door.remember(response, visit)
    return response


def _carried_out(live: Live) -> None:
    """Carry an erasure out; where a build holds the workspace it waits for ``licit rights sweep``, and counts all the same."""
    try:
        carry_out(live.workspace)
    except (UnavailableError, HeldError) as error:
        _log.warning("an erasure is recorded and still to be carried out: %s", type(error).__name__)


@router.get("/receipts/{entry}.json")
def paper(request: Request, entry: int) -> Response:
    """Give the signed receipt of one of the visitor's entries."""
    _, live, visit = parts(request)
    found = own_entry(live, visit.subject, entry)
    body = json.dumps(receipt(live.workspace, found.seq, str(found.subject)), indent=1) + "\n"
    return Response(body, media_type="application/json",
                    headers={"content-disposition": f'attachment; filename="licit-receipt-{entry}.json"'})


@router.get("/receipts/{entry}.jsonld")
def terms(request: Request, entry: int) -> Response:
    """Give the receipt of one of the visitor's entries in the terms of DPV, in their language."""
    _, live, visit = parts(request)
    found = own_entry(live, visit.subject, entry)
    body = json.dumps(in_terms(live.workspace, found.seq, str(found.subject), visit.words.code), indent=1, ensure_ascii=False) + "\n"
    return Response(body, media_type="application/ld+json",
                    headers={"content-disposition": f'attachment; filename="licit-receipt-{entry}.jsonld"'})


@router.get("/copy.zip")
def copy(request: Request) -> Response:
    """Give the visitor a copy of everything; it can be asked for again at any time."""
    door, live, visit = parts(request)
    told = {"controller": asdict(door.settings.controller), "retention_days": {
        name: days for name, days in asdict(door.settings.retention).items() if days}}
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed when it was sent)
    write_copy(live, visit.subject or _NOBODY_YET, file, told)
    file.seek(0)
    return StreamingResponse(iter(partial(file.read, 1 << 16), b""), media_type="application/zip", background=BackgroundTask(file.close),
                             headers={"content-disposition": 'attachment; filename="licit-copy.zip"'})


@router.get("/sign-in")
def sign_in(request: Request, token: str = "") -> Response:
    """Begin a session by a product's token, then leave its address, which holds the token, behind."""
    door, _, visit = parts(request)
    bearer = request.app.state.tokens.bearer(token, door.space.clock.now())
    subject, = door.space.identities.subjects_for([(bearer.issuer, bearer.key, bearer.name)], create=True)
    response = RedirectResponse("/", 303)
    door.sign_in(response, visit, str(subject), "subject")
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session, or every session of whoever is signed in: a telephone that was lost is one of them."""
    door, _, visit = parts(request)
    form = await request.form(max_files=0)
    door.check_form(request, visit, form.get("form"))
    if form.get("where") == "everywhere" and visit.role:
        door.visits.end_all(visit.subject)
    door.visits.end(visit.secret)
    response = RedirectResponse("/", 303)
    response.delete_cookie("licit-visit")
    return response
