"""The demonstration's training run: the gate, a run in the log, a small model that really learns, its files recorded.

Rules kept here:

- What the model is asked is measured on the model itself: bits for each byte of sentences it read, and of sentences it was never given.
- The run is in the log before the first row; the model's files are there by their digests.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...adapters.models.tiny import TinyModel, train
from ...usecases.runs import runs_at
from ...usecases.workspace import Progress, silent
from ..loader import open_release
from ..loader.running import digests
from ..notebook import Workspace
from .cases import PLANTED

#: What a model must reach on words it read, and stay above on words that it was never given, in bits for each byte.
_READ, _REFUSED = 2.0, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How long it trains: the model's size by name, passes over all rows, and whom to tell how far it is."""

    size: str = "medium"
    epochs: int = 12
    progress: Progress = silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the run and its model are called, who trains, and the day by which the model is trained again."""

    run: str
    model: str
    by: str
    retrain: date


def names(run: str, model: str, by: str, today: date) -> Names:
    """Give names, with a retraining in ninety days."""
    return Names(run=run, model=model, by=by, retrain=today + timedelta(days=90))


def trained(space: Workspace, release: Path, folder: Path, how: Training, called: Names) -> tuple[bool, Mapping[str, Any]]:
    """Train on a release and record it; tell whether all is as it should be, and what to say of it.

    Raises:
        LicitError: the gate is shut, or opens no more before the last row.
    """
    opened = open_release(release)
    with opened.run(by=called.by, code=f"licit {version('licit')}", model=called.model, id=called.run) as run:
        texts = [text_of(row) for row in opened.rows(seed=1)]
        model = train(texts, size=how.size, epochs=how.epochs, seed=1, progress=how.progress)
        files = model.save(folder)
        run.record_model(next_retrain_due=called.retrain.isoformat(), files=files)
    read, refused = bits(model, PLANTED["after"]), bits(model, PLANTED["before"])
    *_, recorded = space.ports.log.entries(kinds=("model",))
    ended = runs_at(space.ports)[called.run]
    holds = (ended.state == "finished" and (recorded.decision or {}).get("files") == digests([files]) and len(texts) >= len(opened)
             and read < _READ < _REFUSED < refused)
    return holds, {"release": opened.manifest["name"], "run": called.run, "model": called.model, "rows": len(texts), "weights": model.parameters,
                   "read": round(read, 1), "refused": round(refused, 1)}


def text_of(row: Mapping[str, Any]) -> str:
    """Give the words of a row."""
    return "\n".join([*([row["text"]] if row["text"] else ()), *(message["content"] for message in row["messages"] or ())])


def bits(model: TinyModel, texts: Sequence[str]) -> float:
    """Say how surprised a model is by texts, in bits for each byte: 8 knows nothing, 0 knows them by heart."""
    logs = [log for scored in model.score([("", text) for text in texts]) for log in scored.logs]
    return -float(sum(logs)) / len(logs) / math.log(2)
