"""The daily round: what is due by the day alone is done once a day, and anybody can see when, and what went wrong.

It puts small shards together, removes what was kept long enough, asks of every canary whether it is heard, and looks at the
legal clocks and at the days by which models are trained again.

Rules kept here:

- One process at a time; who comes second is told so and does nothing.
- A round is written down as begun before its first step, and each step as it ends: one that was cut short is seen to be.
- A step that fails does not keep the next from its turn, and makes the whole round a failed one, tried again after an hour.
- What is noted are counts and reason names, never words. It is no evidence: what was removed stands in the log.

Law: REL-11, CHO-05, RGT-01, FOL-04
"""

import fcntl
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from ..core.errors import EvidenceError, LicitError, UnavailableError
from ..core.notes import moment, read_moment
from .alone import alone
from .cases import purge, queue
from .compact import compact
from .live import Live
from .planting import listed
from .queries import downstream_of
from .release import recover
from .retention import Periods, Visits, carry_out
from .workspace import Workspace

#: A round is due so long after the last one began; after one that failed or was cut short, sooner.
EVERY, AGAIN = timedelta(days=1), timedelta(hours=1)
#: Who carries out what a round removes, in the log.
BY = "licit, once a day"

_NOTE, _LOCK = "state/daily.json", "state/.daily"

#: How a step ended: done, done and somebody must look, not done.
Ended = Literal["done", "look", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a round: what was counted, and the reason name of what went wrong."""

    name: str
    ended: Ended
    counts: Mapping[str, int]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round: when it began, when it ended (None: it is at work, or was cut short), and its steps so far."""

    begun: datetime
    ended: datetime | None = None
    steps: tuple[Step, ...] = ()
    at_work: bool = False

    @property
    def failed(self) -> bool:
        """Tell whether something of it was not done."""
        return (self.ended is None and not self.at_work) or any(step.ended == "failed" for step in self.steps)

    @property
    def next(self) -> datetime:
        """Give the time from which the next one is due."""
        return self.begun + (AGAIN if self.failed else EVERY)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"begun": moment(self.begun), "ended": moment(self.ended) if self.ended else None, "steps": [
            {"name": step.name, "ended": step.ended, "counts": dict(step.counts), "reason": step.reason} for step in self.steps]}


def last_round(workspace: Workspace) -> Round | None:
    """Give the last round, None where there never was one.

    Raises:
        EvidenceError: what was noted of it cannot be read.
    """
    try:
        told = json.loads(workspace.corpus.path(_NOTE).read_bytes())
        found = Round(begun=read_moment(told["begun"]), ended=read_moment(told["ended"]) if told["ended"] else None, steps=tuple(
            Step(name=str(step["name"]), ended=_ended(step["ended"]), counts=step["counts"], reason=str(step["reason"])) for step in told["steps"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise EvidenceError("what was noted of the last daily round cannot be read", about=_NOTE, reason="file-unreadable",
                            remedy="Remove that file and run: licit daily") from None
    return replace(found, at_work=found.ended is None and _held(workspace))


def is_due(workspace: Workspace) -> bool:
    """Tell whether a round should begin now."""
    last = last_round(workspace)
    return last is None or (not last.at_work and workspace.clock.now() >= last.next)


def go_round(workspace: Workspace, periods: Periods, visits: Visits, *, country: str = "") -> Round:
    """Do every step, and write down how each ended.

    Raises:
        UnavailableError: another process is at it.
    """
    steps: tuple[tuple[str, Callable[[], tuple[Ended, Mapping[str, int]]]], ...] = (
        ("shards", lambda: _put_together(workspace)), ("retention", lambda: _remove(workspace, periods, visits)),
        ("canaries", lambda: _ask_canaries(workspace)), ("clocks", lambda: _look_at_clocks(workspace, country)),
        ("models", lambda: _look_at_models(workspace)))
    with _at_it(workspace):
        done = Round(begun=workspace.clock.now())
        _note(workspace, done)
        for name, do in steps:
            done = replace(done, steps=(*done.steps, _step(name, do)))
            _note(workspace, done)
        done = replace(done, ended=workspace.clock.now())
        _note(workspace, done)
    return done


def _step(name: str, do: Callable[[], tuple[Ended, Mapping[str, int]]]) -> Step:
    try:
        ended, counts = do()
    except LicitError as error:
        return Step(name=name, ended="failed", counts={}, reason=error.reason or type(error).__name__)
    except Exception as error:
        return Step(name=name, ended="failed", counts={}, reason=type(error).__name__)
    return Step(name=name, ended=ended, counts=counts)


def _put_together(workspace: Workspace) -> tuple[Ended, Mapping[str, int]]:
    with alone(workspace):
        workspace.log.require_sound()
        recover(workspace)
        done = compact(workspace)
    return "done", {"shards": done.shards, "into": done.into}


def _remove(workspace: Workspace, periods: Periods, visits: Visits) -> tuple[Ended, Mapping[str, int]]:
    done = carry_out(workspace, periods, visits, BY)
    return "done", {"records": done.records, "patches": len(done.patches), "releases": len(done.releases), "visits": done.visits}


def _ask_canaries(workspace: Workspace) -> tuple[Ended, Mapping[str, int]]:
    found = listed(Live(workspace))
    unheard = sum(one.heard is False for one in found)
    return "look" if unheard else "done", {"canaries": len(found), "unheard": unheard}


def _look_at_clocks(workspace: Workspace, country: str) -> tuple[Ended, Mapping[str, int]]:
    purge(workspace)  # where an answer was entered and the process died before its words went
    lights = [one.light for one in queue(Live(workspace), country)]
    overdue = lights.count("overdue")
    return "look" if overdue else "done", {"overdue": overdue, "soon": lights.count("soon")}


def _look_at_models(workspace: Workspace) -> tuple[Ended, Mapping[str, int]]:
    days = [model.due for model in downstream_of(workspace).newest.values()]
    late = sum(day < workspace.clock.now().date().isoformat() for day in days)  # a model without a day is late
    return "look" if late else "done", {"models": len(days), "late": late}


def _note(workspace: Workspace, told: Round) -> None:
    workspace.corpus.write_bytes(_NOTE, json.dumps(told.as_json()).encode())


@contextmanager
def _at_it(workspace: Workspace) -> Iterator[None]:
    with workspace.corpus.path(_LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UnavailableError("another process is at the daily round", about=workspace.name, remedy="Wait for it to end.") from None
        yield


def _held(workspace: Workspace) -> bool:
    """Tell whether some process is at it; the hold ends with that process, however it ends."""
    try:
        with _at_it(workspace):
            return False
    except UnavailableError:
        return True


def _ended(told: object) -> Ended:
    for known in ("done", "look", "failed"):
        if told == known:
            return known
    raise ValueError("an unknown end of a step")
