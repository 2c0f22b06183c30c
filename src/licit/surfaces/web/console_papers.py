"""The console's messages and policies: what somebody wrote becomes a right once staff confirm it; what silence means, version by version.

Rules kept here:

- A pasted message is shown back as a proposal and kept nowhere; the form that confirms it holds sender, right and day alone.
- A policy is adopted by officer or legal, after its changes were shown; what cannot be is said and adopts nothing.

Law: CHO-06, CHO-16
"""

from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from ...core.errors import InputError, LicitError, RefusedError, SetupError
from ...core.policy import Assessment, Notice, Surface
from ...usecases.letters import KINDS, Confirmed, enter_letter, propose
from ...usecases.policy import Rule, adopt_policy, changed, parse_text, versions
from . import desktexts, texts
from .desk import at_desk, guard, sent, sheet
from .words import Words

router = APIRouter(prefix="/console", include_in_schema=False, dependencies=[Depends(guard)])


@router.get("/mail")
def message(request: Request) -> Response:
    """Show the form for a message."""
    return _mail(request)


@router.post("/mail")
async def read_message(request: Request) -> Response:
    """Propose what a message asks, or enter what was confirmed."""
    form = await sent(request)
    given = form.texts(("do", "text", "sender", "kind", "received", "user"), 50_000)
    return await run_in_threadpool(_read, request, form.live, given, form.shift.name)


def _read(request: Request, live: Any, given: dict[str, str], by: str) -> Response:
    if given["do"] != "enter":
        found = propose(live.workspace, given["text"])
        return _mail(request, {"sender": found.sender, "kind": found.kinds[0] if found.kinds else "", "received": found.received,
                               "user": "yes" if found.known else "no"}, kinds=found.kinds)
    try:
        made = enter_letter(live.workspace, Confirmed(sender=given["sender"][:200], kind=given["kind"], by=by, received=given["received"],
                                                      user=given["user"] == "yes"))
    except InputError as error:
        return _mail(request, given, error=error)
    return _mail(request, made=made)


def _mail(request: Request, given: dict[str, str] | None = None, *, kinds: tuple[str, ...] = (), made: list[int] | None = None,
          error: LicitError | None = None) -> Response:
    return sheet(request, "mail.html", "/console/mail", 409 if error else 200, given=given, kinds=kinds, made=made or [], error=error,
                 every=KINDS)


@router.get("/policy")
def policies(request: Request) -> Response:
    """Show every policy with what it changed."""
    return _policies(request)


@router.post("/policy")
async def policy(request: Request) -> Response:
    """Show what a policy would change, or adopt it."""
    form = await sent(request)
    return await run_in_threadpool(_adopt, request, form.live, form.text("text", 50_000), form.text("do"), form.shift.name)


def _adopt(request: Request, live: Any, text: str, do: str, by: str) -> Response:
    try:
        data = parse_text(text)
        if do != "adopt":
            return _policies(request, text, shown=changed(live.workspace, data))
        adopt_policy(live.workspace, data, by)
    except (InputError, RefusedError, SetupError) as error:
        return _policies(request, text, error=error)
    return Response(status_code=303, headers={"location": "/console/policy"})


def _policies(request: Request, text: str = "", *, shown: Any = None, error: LicitError | None = None) -> Response:
    _, live, shift = at_desk(request)
    return sheet(request, "policy.html", "/console/policy", 409 if error else 200, found=versions(live.workspace), text=text, shown=shown,
                 error=error, told=partial(_told, shift.words), may_decide=shift.may("POST", "/console/policy"))


def _told(words: Words, rule: Rule) -> str:
    """Say a rule of a policy in the language of the page."""
    say, told = words.say, desktexts.RULES
    if isinstance(rule, Surface):
        return say(told["Surface"], id=rule.id, assurance=say(desktexts.ASSURANCES[rule.assurance]))
    if isinstance(rule, Assessment):
        return say(told["Assessment"], id=rule.id, purposes=_named(words, rule.purposes), ends=words.day(rule.expires_at))
    until = say(told["ends"], ends=words.day(rule.ends)) if rule.ends else ""
    if isinstance(rule, Notice):
        return say(told["Notice"], id=rule.id, purposes=_named(words, rule.purposes), starts=words.day(rule.starts)) + until
    wait = say(told["wait"], count=rule.waiting_days) if rule.waiting_days else ""
    return say(told["Period"], purposes=_named(words, (rule.purpose,)), basis=say(desktexts.BASES[rule.basis]),
               starts=words.day(rule.starts)) + until + wait


def _named(words: Words, purposes: tuple[str, ...]) -> str:
    return words.listed([words.say(texts.PURPOSES[purpose].name) for purpose in purposes])
