"""Training runs: each begins at the gate, ends with a word on how, and is found by every question about a release.

Rules kept here:

- A run begins on releases that may be trained on at that moment, and is in the log before its first row is given.
- A run that nobody ended counts as under way; what an end says can be said anew, and the last word counts.
- An aborted run has read its releases all the same: nothing forgets it.

Law: FOL-01, FOL-02, FOL-04
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..core.errors import InputError, RefusedError, UnavailableError
from ..core.ids import NOBODY
from ..core.policy import parse_moment
from ..core.ports import NewEntry
from ..core.runs import Run, models_from, runs_from
from .commands import register_downstream
from .queries import recall
from .register_view import ended, first_end
from .workspace import Workspace, releases_at

#: Kinds of entries that say nothing about whether a release may be trained on.
IDLE = frozenset({"run", "model", "recipient", "delivery", "reading", "backup"})

_TRIES = 5


def insist_live(space: Workspace, name: str, manifest: str = "") -> datetime | None:
    """Insist that a release may be trained on now; give the moment from which a right that it rests on is over, None for never.

    ``manifest`` is the digest of the one in hand, which must be the one that the log knows.

    Raises:
        RefusedError: it is unknown, withdrawn, has removals pending, or rests on a right that is over.
    """
    known = releases_at(space.log).get(name)
    if known is None or (manifest and manifest != known.manifest):
        raise RefusedError("the workspace's log does not know this release", about=name, reason="release-unknown")
    if known.withdrawn >= 0:
        raise RefusedError("this release is withdrawn", about=name, reason="release-withdrawn",
                           remedy="Use the patch release that took its place.")
    pending = recall(space, release=name).touched
    if pending:
        rows = len(pending[0].rows)
        raise RefusedError(f"{rows} row{'' if rows == 1 else 's'} must leave this release first", about=name,
                           reason="removals-pending", remedy="Build the patch: licit recall --patch.")
    over = [one for one in ended(space) if one.release == name]
    if over:
        raise RefusedError(over[0].line(), about=name, reason="right-ended",
                           remedy="Build anew: licit build leaves it out. What else rests on it: licit source list --ended.")
    return first_end(space, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What is said of a run as it begins: its releases, who begins it, its code's version or digest, the model that is to come of it.

    Without an ``id`` it gets the next free one.
    """

    releases: Sequence[str]
    by: str
    code: str
    model: str = ""
    id: str = ""


def runs_at(space: Workspace) -> dict[str, Run]:
    """Fold every run.

    Raises:
        EvidenceError: an entry about one cannot be read.
    """
    return runs_from(space.log.entries(kinds=("run",)))


def start_run(space: Workspace, begun: Begun) -> str:
    """Enter that a run begins, if its releases may be trained on now; give its id.

    Whether their files are whole is for the loader's gate to say, which a surface asks first.

    Raises:
        InputError: nobody, no code or no release is named, or a run of that id is known.
        RefusedError: a release is unknown, withdrawn, has removals pending, or rests on a right that is over.
        UnavailableError: the log moves faster than it can be asked.
    """
    if missing := [name for name in ("releases", "by", "code") if not getattr(begun, name)]:
        raise InputError(f"a run says {', '.join(missing)}", remedy="Name its releases, who begins it, and its code's version or digest.")
    for _ in range(_TRIES):
        size, known = space.log.head()[0], releases_at(space.log)
        for name in begun.releases:
            insist_live(space, name)
        with space.log.writing() as writing:
            # Nothing that counts may come between the question and the entry.
            if any(entry.kind not in IDLE for entry in space.log.entries(start=size, stop=writing.head()[0])):
                continue
            name = _named(space, begun.id)
            writing.append([NewEntry(kind="run", subject=NOBODY, received_at=space.clock.now(), particulars={}, decision={
                "id": name, "state": "started", "releases": list(begun.releases), "by": begun.by, "code": begun.code, "model": begun.model,
                "manifests": [known[release].manifest for release in begun.releases]})])
            return name
    raise UnavailableError("the log moved while it was asked whether a run may begin", about=space.name, remedy="Run the same command again.")


def _named(space: Workspace, asked: str) -> str:
    known = runs_at(space)
    if asked in known:
        raise InputError("a run of this name is known", about=asked, reason="run-known", remedy="Name another, or leave --id out.")
    return asked or next(name for number in range(1, len(known) + 2) if (name := f"run-{number}") not in known)


def end_run(space: Workspace, run: str, *, by: str, aborted: bool = False, why: str = "") -> None:
    """Enter how a run ended; said again, the last word counts.

    Raises:
        InputError: no such run, nobody says so, or a run is broken off without a reason.
    """
    known = runs_at(space)
    if run not in known:
        raise InputError("no such run is recorded", about=run, reason="run-unknown", remedy=f"There are: {', '.join(known) or 'none'}.")
    if not by or (aborted and not why):
        raise InputError("the end of a run says by whom, and why if it was broken off", about=run, remedy="Add --by, and --why with --aborted.")
    space.enter("run", {"id": run, "state": "aborted" if aborted else "finished", "by": by, "why": why})


def record_model(space: Workspace, name: str, *, run: str, by: str, next_retrain_due: str, files: Mapping[str, str] | None = None) -> int:
    """Enter that a model came of a run; ``files`` are its files' digests by name.

    Raises:
        InputError: no such run, or a day that cannot be read.
    """
    try:
        parse_moment(next_retrain_due)
    except ValueError:
        raise InputError("the day cannot be read", about=next_retrain_due, remedy="Write it as 2026-06-30.") from None
    return register_downstream(space, "model", {"name": name, "run": run, "next_retrain_due": next_retrain_due, "by": by,
                                                **({"files": dict(files)} if files else {})})


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """A model that learnt from what has left since: by when it is trained again ("": nobody said), and whether that day is over."""

    model: str
    run: str
    releases: tuple[str, ...]
    due: str
    late: bool

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"model": self.model, "run": self.run, "releases": list(self.releases), "due": self.due, "late": self.late}

    def line(self) -> str:
        """Say it in a line."""
        when = f"was to be trained again by {self.due}" if self.late and self.due else f"is to be trained again by {self.due}" if self.due \
            else "is to be trained again, and nobody said by when"
        return f"model {self.model} (run {self.run}) {when}: rows left {', '.join(self.releases)} since"


def retrainings(space: Workspace, pending: Sequence[str] = ()) -> list[Retraining]:
    """Give every model that learnt from a release that is withdrawn, or from one of those with removals pending, the earliest day first.

    Raises:
        EvidenceError: an entry about a run cannot be read.
    """
    runs, today = runs_at(space), space.clock.now().date().isoformat()
    left = {name for name, one in releases_at(space.log).items() if one.withdrawn >= 0} | set(pending)
    found = []
    for model in models_from(space.log.entries(kinds=("model",))).values():
        of = runs.get(model.run)
        if of and (gone := tuple(name for name in of.releases if name in left)):
            found.append(Retraining(model=model.name, run=model.run, releases=gone, due=model.due, late=not model.due or model.due[:10] < today))
    return sorted(found, key=lambda one: (one.due, one.model))
