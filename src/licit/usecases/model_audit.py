"""``licit model audit``: hold a model against a release, say what was found and what could not be run, and put it into the log.

Rules kept here:

- The result names who ran it, when, how, and the weights by their digest; the log names the result by its digest.
- A part that was not run stands beside the findings with its reason. No word of the result says that a model is safe or anonymous.
- No text of anybody is in it: counts, ids of rows, labels, and people as numbers.

Law: MOD-02, MOD-03, MOD-04, MOD-05, MOD-07, MOD-08, FOL-04
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..core.models import LanguageModel
from ..core.records import Record
from .model_asked import Asking
from .model_people import RECORDS, people, personal, stored_records, values_of
from .model_probes import REFERENCES, canaries, extraction, membership, works
from .model_sets import HELD_OUT, ROWS, Sets, releases_of, runs_of, sets_of
from .queries import downstream_of
from .workspace import Progress, Workspace, silent

FORMAT = "licit-model-audit/1"
KIND = "model-audit"

#: The parts in the order in which they are told.
PARTS = ("canaries", "extraction", "membership", "personal", "people", "works")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked of an audit.

    ``name`` is the model's in the log. ``people`` are (``brought`` or ``held``, their records), ``works`` the words of protected
    works. ``most`` is the exposure in bits that the company's assessment allows (0: none set).
    """

    release: str
    by: str
    name: str = ""
    rows: int = ROWS
    held_out: int = HELD_OUT
    references: int = REFERENCES
    most: float = 0
    people: Sequence[tuple[str, Sequence[tuple[str, Record]]]] = field(default=(), repr=False)
    works: Sequence[str] = field(default=(), repr=False)

    @property
    def full(self) -> bool:
        """Tell whether as much is asked as where nobody says otherwise; on less no claim rests."""
        return self.rows >= ROWS and self.held_out >= HELD_OUT and self.references >= REFERENCES


def audit(workspace: Workspace, model: LanguageModel, order: Order, *, reference: LanguageModel | None = None,
          progress: Progress = silent) -> dict[str, Any]:
    """Run every part that can be run, and give the result; nothing is recorded yet.

    Raises:
        InputError: no such release, or nobody is named who runs it.
        RefusedError: the twin is no random split, or the release has no rows.
        EvidenceError: a file is not what was closed, or the model gives no answer that can be used.
    """
    if not order.by.strip():
        raise InputError("an audit says who ran it", remedy="Add --by NAME.")
    name = order.name or model.name
    sets = sets_of(workspace, order.release, model=name, rows=order.rows, held_out=order.held_out)
    asking = Asking(model=model, report=progress)
    other = Asking(model=reference, report=progress) if reference else None
    draw = np.random.default_rng([sets.seed, 3])
    parts = {"canaries": canaries(asking, sets, references=order.references, most=order.most), "extraction": extraction(asking, sets),
             "membership": membership(asking, sets, other)}
    held_out = parts["membership"].pop("held_out_scores", ())
    sides = [values_of(workspace, stored_records(workspace, rows["record"].to_list()[:RECORDS])) for rows in (sets.members, sets.twin)]
    parts |= {"personal": personal(asking, sides[0], sides[1], draw), "people": people(asking, workspace, order.people, held_out),
              "works": works(asking, sets, order.works)}
    return {"format": FORMAT, "model": _model(workspace, model, name), "release": _release(sets, model), "by": order.by.strip(),
            "at": workspace.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "settings": {"rows": order.rows, "held_out": order.held_out, "full": order.full, "references": order.references, "seed": f"{sets.seed:016x}", "unit": model.unit,
                         "reference": {"name": reference.name, "digest": reference.digest} if reference else None},
            "parts": {part: parts[part] for part in PARTS}, "found": [part for part in PARTS if parts[part]["state"] == "found"],
            "not_run": {part: parts[part]["why"] for part in PARTS if parts[part]["state"] == "not-run"}}


def _model(workspace: Workspace, model: LanguageModel, name: str) -> dict[str, Any]:
    downstream = downstream_of(workspace)
    due = downstream.newest[name].due if name in downstream.newest else ""
    return {"name": name, "kind": model.kind, "digest": model.digest, "parameters": model.parameters, "runs": runs_of(downstream, name),
            "trained_on": releases_of(downstream, name), "next_retrain_due": due, "overdue": bool(due) and due < workspace.clock.now().date().isoformat()}


def _release(sets: Sets, model: LanguageModel) -> dict[str, Any]:
    return {"name": sets.release, "manifest": sets.digest, "withdrawn": sets.withdrawn, "rows": int(sets.manifest["rows"]), "tokens": sets.tokens,
            "asked": sets.members.height, "held_out": sets.twin.height, "parameters_per_token": model.parameters / sets.tokens if sets.tokens else None}


def keep(workspace: Workspace, result: Mapping[str, Any], render: Callable[[Mapping[str, Any]], bytes]) -> tuple[int, str]:
    """Write the result and its page into the workspace, then an entry of the log that names them; give the entry and the folder."""
    data = json.dumps(result, indent=1, ensure_ascii=False, sort_keys=True, allow_nan=False).encode() + b"\n"
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    place = f"audits/{digest[7:23]}"
    workspace.corpus.write_bytes(f"{place}.json", data)
    workspace.corpus.write_bytes(f"{place}.html", render(result))
    model = result["model"]
    return workspace.enter(KIND, {
        "model": model["name"], "digest": model["digest"], "release": result["release"]["name"], "manifest": result["release"]["manifest"],
        "by": result["by"], "audit": digest, "full": result["settings"]["full"], "found": result["found"],
        "not_run": result["not_run"]}), place
