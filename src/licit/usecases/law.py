"""The papers behind a legal basis: made from a form, checked, approved by somebody else, withdrawn, ended by what happens.

Rules kept here:

- What counts is the text that was approved; it stands in the log. The file is a draft from its next edit on.
- A paper with a finding is not approved. Its author does not approve it, whoever it names as approver does, and signs.
- An assessment and an impact assessment carry the officer's opinion.

Law: LIA-01, LIA-02, LIA-09, LIA-10, REL-10
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.approvals import folded
from ..core.errors import InputError, RefusedError, SetupError
from ..core.ids import NOBODY
from ..core.law import KINDS, TRIGGERS, Law, Paper, author_of, paper_fields, text_digest
from ..core.policy import parse_moment
from ..core.ports import NewEntry, Signer
from .law_check import check_text, told_alike
from .law_forms import blank
from .staff_keys import signed
from .told import require_told
from .workspace import Position, Workspace, law_at

FOLDER = "law"

#: Papers for which the officer's opinion is part of the approval.
WITH_OPINION = ("lia", "dpia")

_ENDLESS = "9999-12-31"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who approves a paper, with which key, the officer's opinion of it, and the day from which it is over ("": its own review)."""

    by: str
    signer: Signer
    opinion: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A paper as it is listed: its file, and how it stands (draft, approved, unsigned, edited, over, ended)."""

    kind: str
    id: str
    path: str
    state: str
    paper: Paper | None = None
    why: str = ""


def path_of(workspace: Workspace, kind: str, name: str) -> Path:
    """Give the file of a paper: ``law/KIND-NAME.toml``, or ``law/dpia-screening.toml``.

    Raises:
        InputError: there is no such kind, or the name is none for a file.
    """
    if kind not in KINDS:
        raise InputError(f"there is no such kind of paper: {kind}", remedy=f"There are: {', '.join(KINDS)}.")
    if not name.replace("-", "").replace(".", "").replace("_", "").isalnum():
        raise InputError("this is no name for a paper", about=name, remedy="Letters, digits, dots and hyphens.")
    return workspace.root / FOLDER / (f"{kind}.toml" if kind == name else f"{kind}-{name}.toml")


def make_paper(workspace: Workspace, kind: str, name: str, language: str = "en") -> Path:
    """Write the empty file of a paper; give its path.

    Raises:
        RefusedError: the file is there already.
    """
    path = path_of(workspace, kind, name)
    path.parent.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(blank(kind, name, language))
    except FileExistsError:
        raise RefusedError("this paper is there already", about=str(path), reason="file-exists",
                           remedy="Edit it, or choose another name.") from None
    return path


def read_paper(path: Path) -> str:
    """Read the text of a paper.

    Raises:
        SetupError: it cannot be read.
    """
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        raise SetupError("there is no such file", about=str(path), remedy="licit law new KIND NAME makes one.") from None
    except OSError as error:
        raise SetupError(f"it cannot be read: {error.strerror}", about=str(path), remedy="Name a file.") from None
    except UnicodeDecodeError:
        raise SetupError("it is no UTF-8", about=str(path), remedy="Write it in UTF-8.") from None


def approve_paper(workspace: Workspace, text: str, approval: Approval) -> int:
    """Enter the approval of a paper's text; give the log entry.

    Raises:
        RefusedError: something in it is to be mended, or whoever approves it may not.
        InputError: nobody approves, or the officer's opinion is missing.
    """
    return approve_papers(workspace, [text], approval)[0]


def approve_papers(workspace: Workspace, texts: Sequence[str], approval: Approval) -> range:
    """Enter the approval of several papers at once, all or none; give the log entries."""
    known = law_at(workspace, Position.head(workspace.log))
    told = [paper.data for paper in known.papers.values()]
    bodies = [_judged(workspace, text, approval) for text in texts]
    for body in bodies:
        data = paper_fields(str(body["text"]))
        _announced(data, told)
        told.append(data)
    require_told(workspace, "law", bodies)
    now = workspace.clock.now()
    return workspace.log.append([NewEntry(kind="law", subject=NOBODY, received_at=now, decision=body) for body in bodies])


def _judged(workspace: Workspace, text: str, approval: Approval) -> dict[str, Any]:
    """Give the signed entry of an approval, once nothing speaks against it."""
    if findings := check_text(text):
        more = f" ({len(findings)} findings)" if len(findings) > 1 else ""
        raise RefusedError(f"it is not ready: {findings[0].place}: {findings[0].wrong}{more}", reason="paper-unready",
                           remedy="licit law check lists them all.")
    data, by = paper_fields(text), approval.by.strip()
    kind, author = str(data["kind"]), author_of(data)
    named = str(data["identification"].get("approver") or "")
    if not by or (kind in WITH_OPINION and not approval.opinion.strip()):
        raise InputError("an approval names who gives it, and what the officer said" if kind in WITH_OPINION
                         else "an approval names who gives it", remedy="Add --by NAME, and --opinion TEXT.")
    if folded(by) == folded(author):
        raise RefusedError("who wrote it cannot approve it", about=str(data["id"]), reason="self-approval",
                           remedy="Somebody else approves: --by NAME.")
    if named and folded(by) != folded(named):
        raise RefusedError(f"it names another approver: {named}", about=str(data["id"]), reason="approver-differs",
                           remedy="Let them approve, or name whoever does in the paper.")
    body = {"answer": "approved", "paper": kind, "id": str(data["id"]), "version": data["version"], "text": text,
            "digest": text_digest(text), "by": by, "author": author, "opinion": approval.opinion.strip(),
            "until": _until(data, approval.until)}
    return signed(workspace, body, approval.signer, [author], about=str(data["id"]))


def _announced(data: Mapping[str, Any], known: Sequence[Mapping[str, Any]]) -> None:
    """Insist that an assessment and the notices that it names tell people of one interest.

    Raises:
        RefusedError: they do not.
    """
    pairs = [(data, other) for other in known] if data["kind"] == "lia" else [(other, data) for other in known]
    for assessment, notice in pairs:
        named = assessment["kind"] == "lia" and notice["kind"] == "notice" and notice["id"] in assessment["transparency"]["notices"]
        if languages := told_alike(assessment, notice) if named else []:
            raise RefusedError(f"the interest that people are told differs from the assessment's in {', '.join(languages)}",
                               about=str(notice["id"]), reason="notice-differs",
                               remedy="Use the same words in both, language by language.")


def _until(data: Mapping[str, Any], asked: str) -> str:
    """Give the day from which an approval is over: the paper's own review, or an earlier day that was asked for.

    Raises:
        InputError: that day cannot be read.
    """
    review = str(data.get("decision", {}).get("review") or data["identification"].get("review") or _ENDLESS)
    if not asked:
        return review
    try:
        return min(review, asked, key=parse_moment)
    except ValueError:
        raise InputError("the day cannot be read", about=asked, remedy="Write it like 2027-01-31.") from None


def withdraw_paper(workspace: Workspace, kind: str, name: str, by: str, why: str) -> int:
    """Enter that a paper is withdrawn; give the log entry.

    Raises:
        InputError: there is no such paper in force, or nobody or no reason is named.
    """
    if law_at(workspace, Position.head(workspace.log)).paper(kind, name) is None:
        raise InputError("no such paper is approved", about=f"{kind} {name}", remedy="licit law list shows them.")
    if not by.strip() or not why.strip():
        raise InputError("a withdrawal names who and why", remedy="Add --by NAME and --why TEXT.")
    return workspace.enter("law", {"answer": "withdrawn", "paper": kind, "id": name, "by": by.strip(), "why": why.strip()})


def note_trigger(workspace: Workspace, what: str, by: str, why: str, name: str = "") -> int:
    """Enter that something happened which ends assessments until they are approved anew; give the log entry.

    Raises:
        InputError: it is nothing of the list, or nobody or no reason is named.
    """
    if what not in TRIGGERS or not by.strip() or not why.strip():
        raise InputError("a trigger says what happened, who notes it and why", remedy=f"What: {', '.join(TRIGGERS)}.")
    known = law_at(workspace, Position.head(workspace.log))
    if name and not any(paper.id == name for paper in known.papers.values()):
        raise InputError("no such paper is approved", about=name, remedy="licit law list shows them.")
    return workspace.enter("law", {"answer": "trigger", "what": what, "by": by.strip(), "why": why.strip(),
                                   **({"id": name} if name else {})})


def listed(workspace: Workspace) -> Iterator[Listed]:
    """Give every paper: those in force, then drafts that nobody approved, or by a name alone."""
    known, now = law_at(workspace, Position.head(workspace.log)), workspace.clock.now()
    for (kind, name), paper in sorted(known.papers.items()):
        path, fired = path_of(workspace, kind, name), known.fired(paper)
        over = paper.until <= now
        state = "over" if over else "ended" if fired else "edited" if edited(workspace, paper) else "approved"
        yield Listed(kind=kind, id=name, path=path.relative_to(workspace.root).as_posix(), state=state, paper=paper,
                     why=f"{fired.what}, entry {fired.entry}" if fired else "")
    for path in sorted((workspace.root / FOLDER).glob("*.toml")):
        try:
            data = paper_fields(read_paper(path))
        except (SetupError, ValueError):
            data = {}
        if (str(data.get("kind")), str(data.get("id"))) not in known.papers:
            kind, name = str(data.get("kind", "")), str(data.get("id", ""))
            yield Listed(kind=kind, id=name, state="unsigned" if (kind, name) in known.unsigned else "draft",
                         path=path.relative_to(workspace.root).as_posix())


def edited(workspace: Workspace, paper: Paper) -> bool:
    """Tell whether a paper's file says something else than what was approved; a file that is gone says nothing."""
    path = path_of(workspace, paper.kind, paper.id)
    return path.exists() and text_digest(read_paper(path)) != paper.digest


def require_unedited(workspace: Workspace, law: Law) -> None:
    """Insist that no paper's file says something else than what was approved, so that nobody builds by what they only read.

    Raises:
        RefusedError: one does.
    """
    for paper in law.papers.values():
        if edited(workspace, paper):
            raise RefusedError("the paper was edited since it was approved", about=f"{paper.kind} {paper.id}",
                               reason="paper-edited", remedy="Have it approved anew, or put the approved text back: licit law "
                                                             f"show {paper.kind} {paper.id}.")


def approved_text(workspace: Workspace, paper: Paper) -> str:
    """Give the text that was approved, word for word, from the log."""
    entry = next(iter(workspace.log.entries(start=paper.entry, stop=paper.entry + 1)))
    return str((entry.decision or {})["text"])


def papers_as_json(law: Law) -> list[dict[str, Any]]:
    """Give what a manifest says of the papers in force: which, in which version, by what digest and entry."""
    return [{"kind": paper.kind, "id": paper.id, "version": paper.version, "digest": paper.digest, "entry": paper.entry}
            for _, paper in sorted(law.papers.items())]
