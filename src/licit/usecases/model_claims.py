"""Recording what somebody claims of a model, only with all of its evidence: the gates before "anonymous", "unlearned", "not trained again".

Rules kept here:

- Papers are named by their digests, so that what stood behind a claim can be shown later.
- "Anonymous" needs audits of the very weights against every release that the log says they were trained on, with nothing found and
  no part of them left out that asks for rows or personal data. One audit that found something ends it for these weights, whatever
  the model was called in it; one that asked for fewer rows or phrases than is usual bears nothing.
- "Unlearned" needs such an audit of the weights after it. Edited weights alone are no evidence.

Law: MOD-06, FOL-06, FOL-07
"""

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.errors import EvidenceError, InputError, RefusedError
from ..core.model_claims import CLAIMS, missing
from ..core.policy import parse_moment
from .model_audit import KIND as AUDITED
from .model_sets import releases_of
from .queries import downstream_of
from .workspace import Workspace

KIND = "model-claim"

#: Parts of an audit that no claim does without.
NEEDED = frozenset({"canaries", "extraction", "membership", "personal"})


def claim(workspace: Workspace, what: str, model: str, evidence: Path, by: str) -> int:
    """Record a claim of a model known in the log, with its evidence; give the entry.

    Raises:
        InputError: no such claim or model, the file cannot be read, or nobody is named.
        RefusedError: some of the evidence is missing, or the audits do not bear it.
    """
    if what not in CLAIMS or not by.strip():
        raise InputError("a claim is one of these, and says who makes it", about=what, remedy=f"{', '.join(CLAIMS)}; and --by NAME.")
    downstream = downstream_of(workspace)
    if model not in downstream.newest:
        raise InputError("the log knows no such model", about=model, remedy="Record it first: licit model add NAME --run RUN.")
    given = _read(what, evidence)
    if lacking := missing(what, given):
        raise RefusedError(f"it may not be said of this model: the evidence lacks {', '.join(lacking)}", about=model, reason="evidence-missing",
                           remedy=f"licit model claim {what} --form prints what is needed.")
    every = [_body(entry.decision, entry.seq) for entry in workspace.log.entries(kinds=(AUDITED,))]
    digest = next((str(body.get("digest", "")) for body in reversed(every) if body.get("model") == model), "")
    audits = [body for body in every if digest and body.get("digest") == digest]
    if what != "not-retrained":
        _insist_on_audits(what, model, audits, releases_of(downstream, model))
    return workspace.enter(KIND, {"claim": what, "model": model, "digest": digest, "by": by.strip(), "evidence": {
        part.key: _digest(evidence.parent / given[part.key]) if part.paper else given[part.key].strip() for part in CLAIMS[what]},
        "audits": [body["audit"] for body in audits]})


def _body(decision: Mapping[str, Any] | None, seq: int) -> Mapping[str, Any]:
    if decision is None:
        raise EvidenceError("an entry about a model's audit cannot be read", about=f"log entry {seq}", reason="entry-unreadable",
                            remedy="Restore the workspace from a backup.")
    return decision


def _insist_on_audits(what: str, model: str, audits: list[Mapping[str, Any]], releases: list[str]) -> None:
    found = sorted({part for body in audits for part in body["found"]})
    if found:
        raise RefusedError(f"it may not be said of this model: an audit of these weights found something ({', '.join(found)})", about=model,
                           reason="audit-found", remedy="Train again without it, and audit what comes of it.")
    whole = {str(body["release"]) for body in audits if body.get("model") == model and body.get("full") is True and not NEEDED & set(body["not_run"])}
    lacking = [release for release in releases if release not in whole] if what == "anonymous" else ([] if whole else ["any"])
    if lacking or not releases:
        raise RefusedError("it may not be said of this model: no audit of these weights in which canaries, extraction, membership and personal data were all run, with as many rows and phrases as is usual, "
                           f"against {', '.join(lacking) or 'a release that it was trained on'}", about=model, reason="audit-missing",
                           remedy="licit model audit MODEL --release NAME; a part that was not run is not passed.")


def _read(what: str, evidence: Path) -> dict[str, Any]:
    try:
        told = tomllib.loads(evidence.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"the evidence cannot be read: {type(error).__name__}", about=evidence.name,
                         remedy=f"licit model claim {what} --form prints the form.") from None
    given = told.get("evidence")
    if told.get("claim") != what or not isinstance(given, dict):
        raise InputError("the evidence is for another claim, or has no part [evidence]", about=evidence.name)
    if what == "not-retrained" and isinstance(day := given.get("review"), str) and day:
        try:
            parse_moment(day)
        except ValueError:
            raise InputError("the day of review cannot be read", about=evidence.name, reason="day-unreadable", remedy="Write it as 2027-01-31.") from None
    for part in CLAIMS[what]:
        place = given.get(part.key)
        if part.paper and isinstance(place, str) and place and not (evidence.parent / place).is_file():
            given[part.key] = ""
    return given


def _digest(paper: Path) -> str:
    data = paper.read_bytes()
    if not data.strip():
        raise RefusedError("a paper of the evidence is empty", about=paper.name, reason="evidence-missing")
    return "sha256:" + hashlib.sha256(data).hexdigest()
