"""A training run in a ``with`` block: in the log before its first row, ended with it, its model recorded with the files' digests.

Law: FOL-01, FOL-02
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ...core.errors import InputError, LicitError
from ...usecases.runs import Begun, end_run, record_model, start_run
from .gate import Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRun:
    """A run that is under way: its name in the log."""

    id: str
    by: str
    model: str
    gate: Gate = field(repr=False)

    def record_model(self, *, next_retrain_due: str, files: str | Path | Sequence[str | Path] = (), name: str = "") -> int:
        """Record the model that came of it; give the log entry.

        Args:
            next_retrain_due: the day by which it is trained again without what left until then.
            files: the model's files, or folders of them: their digests are recorded.
            name: the model's name, where it is not the one that the run began with.

        Raises:
            InputError: the model has no name, the day cannot be read, or a file is not there.
        """
        if not (name or self.model):
            raise InputError("the model has no name", about=self.id, remedy="Give it here, or when the run begins.")
        paths = [files] if isinstance(files, str | Path) else files
        return record_model(self.gate.workspace(), name or self.model, run=self.id, by=self.by, next_retrain_due=next_retrain_due,
                            files=digests([Path(path) for path in paths]))


@contextmanager
def running(gate: Gate, begun: Begun) -> Iterator[TrainingRun]:
    """Enter that a run begins; at the end of the block that it finished, or was broken off and by what kind of error.

    Raises:
        InputError: nobody or no code is named, or a run of that id is known.
        RefusedError: the release may not be trained on any more.
        SetupError: the release does not lie in its workspace.
    """
    gate.ask()
    run = TrainingRun(id=start_run(gate.workspace(), begun), by=begun.by, model=begun.model, gate=gate)
    try:
        yield run
    except BaseException as error:
        # The kind of the error and no word of it: a message may hold a row.
        why = error.reason or type(error).__name__ if isinstance(error, LicitError) else type(error).__name__
        try:
            end_run(gate.workspace(), run.id, by=begun.by, aborted=True, why=why)
        except LicitError as unsaid:
            error.add_note(f"licit: {run.id} is still recorded as under way ({unsaid.message()})")
        raise
    end_run(gate.workspace(), run.id, by=begun.by)


def digests(paths: Sequence[Path]) -> dict[str, str]:
    """Give the SHA-256 of files, and of all files in folders, by their names.

    Raises:
        InputError: one is not there, or two have the same name.
    """
    out: dict[str, str] = {}
    for path in paths:
        if not path.exists():
            raise InputError("there is no such file", about=path.name)
        for file in sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]:
            name = file.relative_to(path.parent).as_posix()
            if name in out:
                raise InputError("two of these files have the same name", about=name)
            with file.open("rb") as opened:
                out[name] = f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"
    return out
