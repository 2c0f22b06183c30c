"""What anybody may report without an account: that a model repeats them, or a complaint about a work of theirs.

Rules kept here:

- Words and contact are erasable particulars of the log's entry; they go once it is answered. What stays names no person: a model.
- They serve the probe and the answer, and nothing else: they decide about no record and are matched with nobody.
- The answer to the sender is a receipt and a day. What is found is for staff to tell, who look at the work or the model first.
- Nothing to ask with is an error: a report that nobody could look into would look like one that counts.

Law: RGT-11, PRV-14
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..core.cases import REPORTS, Case
from ..core.duties import add_months
from ..core.errors import InputError, RefusedError
from .commands import receipt
from .queries import downstream_of
from .works import Work, check, work_of_number
from .workspace import Workspace

#: The fields of each report, with the most characters of each.
FIELDS: dict[str, dict[str, int]] = {
    "model-report": {"asked": 2000, "said": 4000, "values": 1000, "contact": 200},
    "work-complaint": {"title": 300, "number": 100, "words": 20_000, "complaint": 2000, "contact": 200}}
#: Of these at least one is given.
_NEEDED = {"model-report": ("said", "values"), "work-complaint": ("title", "number", "words")}
#: So many values are asked for.
VALUES = 20

_LETTERS = frozenset("\n\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sender gets: the number of the entry, its receipt, and the day by which it is answered."""

    entry: int
    receipt: dict[str, Any]
    due: date


def models_known(workspace: Workspace) -> list[str]:
    """Give the names of models that were trained, as the log has them."""
    return sorted(downstream_of(workspace).newest)


def report(workspace: Workspace, kind: str, given: Mapping[str, str], model: str = "") -> Answer:
    """Enter a report; ``model`` is "" for somebody who does not know which.

    Raises:
        InputError: a field is too long or unreadable, nothing to look into is given, or no such model was trained.
    """
    told = {name: given.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS[kind]}
    if any(len(told[name]) > most for name, most in FIELDS[kind].items()):
        raise InputError("one of the fields is too long", reason="too-long",
                         remedy="At most " + ", ".join(f"{most} characters of {name}" for name, most in FIELDS[kind].items()) + ".")
    if any(not (sign.isprintable() or sign in _LETTERS) or sign == "\N{REPLACEMENT CHARACTER}" for value in told.values() for sign in value):
        raise InputError("one of the fields holds signs that cannot be read", reason="not-like-it", remedy="Write it as plain text.")
    if not any(told[name] for name in _NEEDED[kind]) or len(_lines(told.get("values", ""))) > VALUES:
        raise InputError("nothing is given that could be looked into, or more than can be", reason="report-unclear",
                         remedy=f"Give one of: {', '.join(_NEEDED[kind])}; at most {VALUES} lines of values.")
    if model and model not in models_known(workspace):
        raise InputError("no model of this name was trained", reason="model-unknown", remedy="Choose one of the list, or that you do not know.")
    if told.get("number"):
        told["number"] = number_of(told["number"])
    entry = workspace.enter(kind, {"model": model}, particulars={name: value for name, value in told.items() if value})
    received = next(iter(workspace.log.entries(start=entry, stop=entry + 1))).received_at
    return Answer(entry=entry, receipt=receipt(workspace, entry), due=add_months(received, 1).date())


def number_of(given: str) -> str:
    """Give a work's number in short form, by whichever kind it is.

    Raises:
        InputError: it is no ISBN, ISSN or DOI.
    """
    for kind in ("isbn", "issn", "doi"):
        try:
            return work_of_number(kind, given).number
        except InputError:
            continue
    raise InputError("this is no ISBN, ISSN or DOI: its check digits or form are wrong", reason="number-wrong",
                     remedy="Look at the number again, or leave it empty and give the title or words.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A report as staff read it: the model that is named ("": unknown), and its fields, None once they were removed."""

    model: str
    told: Mapping[str, str] | None

    def words(self) -> Mapping[str, str]:
        """Give the fields.

        Raises:
            RefusedError: they were removed.
        """
        if self.told is None:
            raise RefusedError("what was reported was removed when it was answered", reason="words-gone")
        return self.told

    def values(self) -> list[str]:
        """Give the values of somebody that a model is said to hold."""
        return _lines(self.words().get("values", ""))


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))


def reported(workspace: Workspace, case: Case) -> Reported:
    """Read a report.

    Raises:
        InputError: this request is no report, or its entry cannot be read.
    """
    body = next(iter(workspace.log.entries(start=case.entry, stop=case.entry + 1))).decision
    if case.kind not in REPORTS or body is None:
        raise InputError("this request is no report of a model or a work that can be read", about=str(case.entry), reason="request-unknown")
    opening = workspace.log.commitments(case.entry).particulars
    told = None if opening is None else {str(name): str(value) for name, value in opening.value().items()}
    return Reported(model=str(body.get("model", "")), told=told)


def search_works(workspace: Workspace, case: Case) -> dict[str, dict[str, Any]]:
    """Look for the work of a complaint in every release, by its words or else its number; name the models trained on each.

    Raises:
        RefusedError: neither was given, or too few words to be seen.
    """
    told = reported(workspace, case).words()
    work = Work(words=told["words"]) if told.get("words") else Work(number=told.get("number", ""))
    found = check(workspace, work)["releases"] if work.words or work.number else None
    if found is None or any(one.get("why") == "too-short" for one in found):
        raise RefusedError("nothing was given that can be searched for", about=f"request {case.entry}", reason="nothing-to-ask",
                           remedy="Ask for the number of the work, or more of its words; or record that nothing can be asked.")
    out: dict[str, dict[str, Any]] = {"unread": {"found": sum(one["verdict"] == "cannot-tell" for one in found), "left": 0}}
    for one in found:
        models = sorted({name for run in one["runs"] for name in run["models"]})
        out[one["release"]] = {"found": one["rows"], "left": 0, "models": models if one["rows"] else []}
    return out
