"""Training runs and the models that came of them, folded from the log.

Rules kept here:

- A run that was begun and has no end is under way; of several ends the last one counts, and a run recorded again has trained on what
  was named before as well.
- A model recorded again under another run was trained again: the run before made what is no longer the model.
- An entry that cannot be read, or whose state nobody knows, is an error: a run that is passed over is a run that nobody stops.

Law: FOL-01, FOL-04
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from .errors import EvidenceError
from .rights import Entry

#: ``recorded``: somebody said that it was, no more.
State = Literal["recorded", "started", "finished", "aborted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A training run: the releases that it reads, its code, who began it, the model that is to come of it, and how it stands."""

    id: str
    state: State
    releases: tuple[str, ...] = ()
    code: str = ""
    by: str = ""
    model: str = ""
    began: datetime | None = None
    ended: datetime | None = None
    why: str = ""

    @property
    def under_way(self) -> bool:
        """Tell whether it was begun and nobody ended it."""
        return self.state == "started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model as it was recorded last: the run that made it, and the day ("": none) by which it is trained again."""

    name: str
    run: str
    due: str


def runs_from(entries: Iterable[Entry]) -> dict[str, Run]:
    """Fold entries of the kind ``run``, by the run's id.

    Raises:
        EvidenceError: one cannot be read.
    """
    out: dict[str, Run] = {}
    for entry in entries:
        if entry.kind != "run":
            continue
        body = entry.decision
        state = _state(body.get("state", "recorded")) if body is not None else None
        if body is None or state is None or not isinstance(body.get("id"), str):
            raise EvidenceError(f"entry {entry.seq} (run) of the log cannot be read", reason="entry-unreadable",
                                remedy="Restore the workspace from a backup, or read it with the version of licit that wrote it.")
        known = out.get(body["id"], Run(id=body["id"], state=state))
        more = tuple(name for name in map(str, body.get("releases", ())) if name not in known.releases)
        known = replace(known, releases=known.releases + more)
        if state in ("finished", "aborted"):
            known = replace(known, state=state, ended=entry.recorded_at, why=str(body.get("why", "")))
        else:
            known = replace(known, code=str(body.get("code", "")), by=str(body.get("by", "")), model=str(body.get("model", "")) or known.model)
            if state == "started":  # what is recorded beside it ends no run
                known = replace(known, state=state, began=entry.recorded_at, ended=None, why="")
        out[known.id] = known
    return out


def models_from(entries: Iterable[Entry]) -> dict[str, Model]:
    """Fold entries of the kind ``model``, by name: the last one counts."""
    return {str(body.get("name")): Model(name=str(body.get("name")), run=str(body.get("run")), due=str(body.get("next_retrain_due", "")))
            for entry in entries if entry.kind == "model" and (body := entry.decision or {})}


def _state(said: object) -> State | None:
    for known in get_args(State):
        if said == known:
            return known  # type: ignore[no-any-return]
    return None
