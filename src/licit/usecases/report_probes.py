"""``licit model probe``: ask a model for what somebody reports, and enter what was asked and found as a step of the report.

Rules kept here:

- A probe that asked nothing, or another model than the report names, is none: it is refused, and the report waits for one or for a
  reason of the closed list.
- A value that stands in the question is not asked for. No answer of the model and no word of the report is kept: counts are.
- What was not said again shows nothing of what the model holds; nothing here says that it does not know somebody.

Law: RGT-11, PRV-14
"""

from typing import Any

from ..core.cases import Step, breaks
from ..core.errors import InputError, RefusedError
from ..core.models import LanguageModel
from .cases import case_of, record
from .model_asked import Asking
from .model_people import said_of
from .model_probes import RUN, works_begun
from .reports import reported
from .workspace import Progress, Workspace, silent

#: In what capacity such a step stands in the log: the command, whose user the machine knows.
ROLE = "command"
#: So many characters apart a work is begun.
_APART = 1000
#: A row of words is long enough to tell only where so many follow.
_LEAST = 2 * RUN


def probe(workspace: Workspace, model: LanguageModel, request: int, by: str, *, name: str = "", progress: Progress = silent) -> Step:
    """Ask a model for what a report says that it repeats, and enter the result; ``name`` is the model's in the log.

    Raises:
        InputError: no such report, or nobody is named who runs it.
        RefusedError: it names another model, its words were removed, it is answered, or there is nothing that the model can be asked.
        EvidenceError: the model gives no answer that can be used.
    """
    if not by.strip():
        raise InputError("a probe says who ran it", remedy="Add --by NAME.")
    case = case_of(workspace, request)
    told = reported(workspace, case)
    if told.model not in ("", called := name or model.name):
        raise RefusedError("the report names another model", about=f"request {request}", reason="model-other",
                           remedy=f"Probe {told.model}; if this is the one, add --name {told.model}.")
    asking = Asking(model=model, report=progress)
    if not asking.can("continue"):
        raise _nothing(request, "cannot-be-asked")
    found = _work(asking, told.words().get("words", "")) if case.kind == "work-complaint" else said_of(
        asking, told.words().get("asked", ""), told.words().get("said", ""), told.values())
    if not found["asked"]:
        raise _nothing(request, "nothing-to-ask")
    wanted = Step(seq=-1, what="probed", by=by.strip(), at=workspace.clock.now(),
                  values={"probe": {"model": called, "digest": model.digest, **found}})
    if against := breaks(case, wanted):
        raise RefusedError("this step would not count", about=f"request {request}", reason=against)
    return record(workspace, case, wanted, ROLE)


def _nothing(request: int, reason: str) -> RefusedError:
    return RefusedError("the model cannot be probed for this report", about=f"request {request}", reason=reason,
                        remedy="Record in the console why it was not probed, or ask the sender for the words.")


def _work(asking: Asking, words: str) -> dict[str, Any]:
    """Begin a work at places all along it, and count those after which a long row of its own words follows."""
    rest = (words[at:] for at in range(0, len(words), _APART))
    found = works_begun(asking, [("given", text) for text in rest if len(text.split()) >= _LEAST])
    if found["state"] == "not-run":
        return {"asked": 0}
    return {"asked": found["works"], "again": found["with_run"]["hits"], "longest": found["longest"], "run": found["run"]}
