"""The pages on which a person reviews a conversation as a model would see it, takes more out, and gives that text once.

Without script: one form to take out and look again, one to give what is looked at; taking back is the history's undo.

Law: CHO-14, CHO-17
"""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from ...core.errors import HeldError, InputError, RefusedError
from ...usecases.give import TAKEN, Cut, Gift, cut_of, give, review
from ...usecases.live import Live
from .texts import N_
from .visit import Visit, page, parts

router = APIRouter(include_in_schema=False)

_MOST_FIELDS = 4000


#: What is asked, word for word: it stands in the log beside the consent.
ASKED = N_("I give this text, as I see it here, to train models. I can take it back at any time.")
WHY_NOT = {
    "organisation-data": N_("It belongs to an organisation, which alone may decide on it."),
    "chat-state": N_("It was deleted, is temporary, or holds nothing to give."),
    "notice-missing": N_("No notice in force announces training."),
    "too-long": N_("It is too long to be reviewed on one page."),
    "review-stale": N_("It has changed since you looked at it. Look again."),
    "nothing-left": N_("Nothing is left of it to give."),
    "cut-unclear": N_("Words of at least two letters, a hundred at most.")}


@router.get("/give/{record}")
async def look(request: Request, record: str) -> Response:
    """Show the conversation as a model would see it."""
    return await run_in_threadpool(_shown, request, record, [], "")


@router.post("/give/{record}")
async def act(request: Request, record: str) -> Response:
    """Take out and show again, or give what was shown."""
    door, live, visit = parts(request)
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    door.check_form(request, visit, form.get("form"))
    cuts, words, what = [str(one) for one in form.getlist("cut")], str(form.get("words") or "")[:10_000], form.get("do")
    if what != "give":
        return await run_in_threadpool(_shown, request, record, cuts, words)
    return await run_in_threadpool(_given, request, live, visit, record, form)


def _given(request: Request, live: Live, visit: Visit, record: str, form: FormData) -> Response:
    cuts, words = [str(one) for one in form.getlist("cut")], str(form.get("words") or "")[:10_000]
    try:
        entry = give(live, visit.subject, Gift(record=record, cut=cut_of(cuts, words), digest=str(form.get("digest") or ""),
                                               wording=visit.words.say(ASKED)))
    except (HeldError, RefusedError) as error:
        return _shown(request, record, cuts, words, error.reason)
    except InputError as error:
        if error.reason == "record-unknown":
            raise
        return _shown(request, record, cuts, words, error.reason)
    return RedirectResponse(f"/?done={entry}#history", 303)


def _shown(request: Request, record: str, cuts: list[str], words: str, wrong: str = "") -> Response:
    _, live, visit = parts(request)
    why, found = wrong, None
    try:
        found = review(live, visit.subject, record, _cut(cuts, words))
    except (HeldError, RefusedError) as error:
        why = error.reason
    return page(request, "give.html", f"/give/{record}", record=record, found=found, why=why, why_not=WHY_NOT, cuts=set(cuts),
                taken_words=words, taken=TAKEN, asked=ASKED, looked=bool(cuts or words.strip()))


def _cut(cuts: list[str], words: str) -> Cut:
    """Read what is taken out; a word that cannot be meant is said on the page, and everything else shown."""
    try:
        return cut_of(cuts, words)
    except InputError:
        return Cut(pieces=frozenset(cuts))
