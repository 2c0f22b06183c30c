"""The console's papers of a release: what the provider must still answer before they may be published, and each to take away.

Rules kept here:

- A paper is one that the manifest lists, given as it was closed: one that is not is an error, and no other file is reached.
- A paper comes as a file to keep, never as a page of the console.

Law: AIA-01, REL-09
"""

import re
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from ...core.errors import EvidenceError, InputError, LicitError
from ...core.manifest import manifest_digest
from ...usecases.papers import papers_of, read_manifest, read_summary, standing_of_papers
from ...usecases.workspace import releases_at
from .desk import at_desk, guard, sheet
from .words import typeset

router = APIRouter(prefix="/console", include_in_schema=False, dependencies=[Depends(guard)])

_NAME = re.compile(r"(?P<paper>[a-z-]+)(?P<french>\.fr)?\.(?P<form>[a-z]+)")


@router.get("/papers")
def every(request: Request) -> Response:
    """List the releases, the newest first, and whether the papers of each may be published."""
    _, live, _ = at_desk(request)
    found = []
    for name, one in reversed(releases_at(live.workspace.log).items()):
        try:
            stands: Any = standing_of_papers(_folder(live, name), live.workspace.clock.now().date())
        except LicitError as error:
            stands = error
        found.append((one, None if isinstance(stands, LicitError) else stands, stands.reason if isinstance(stands, LicitError) else ""))
    return sheet(request, "papers.html", "/console/papers", found=found)


@router.get("/papers/{name}")
def of_release(request: Request, name: str) -> Response:
    """Show what is still open in the papers of one release, as a form would ask it, and the papers."""
    _, live, shift = at_desk(request)
    folder = _folder(live, name)
    french = shift.words.code == "fr"
    sections = [(section["number"], typeset(section["title_fr"]) if french else section["title"],
                 [typeset(field["label_fr"]) if french else field["label"] for field in section["fields"] if field["open"]])
                for section in read_summary(folder)["sections"] if any(field["open"] for field in section["fields"])]
    contradictions = [each["fr" if french else "en"] for each in read_summary(folder)["contradictions"]]
    return sheet(request, "release-papers.html", f"/console/papers/{name}", release=name, sections=sections, contradictions=contradictions,
                 stands=standing_of_papers(folder, live.workspace.clock.now().date()), papers=_grouped(papers_of(read_manifest(folder))))


@router.get("/papers/{name}/{paper}")
def take(request: Request, name: str, paper: str) -> Response:
    """Give one paper as it was closed."""
    _, live, _ = at_desk(request)
    folder, path = _folder(live, name), f"evidence/{paper}"
    manifest = read_manifest(folder)
    if path not in papers_of(manifest):
        raise InputError("there is no such paper", reason="paper-unknown")
    try:
        data = (folder / path).read_bytes()
    except OSError:
        data = b""
    if manifest_digest(data) != {file["path"]: file["sha256"] for file in manifest["files"]}[path]:
        raise EvidenceError("this paper is not the one that was closed", about=f"{name}/{path}", reason="file-altered",
                            remedy="See licit verify.")
    return Response(data, media_type="application/octet-stream",
                    headers={"content-disposition": f'attachment; filename="{name}-{paper}"'})


def _folder(live: Any, name: str) -> Path:
    """Find a release that the log knows; no other name reaches the disk."""
    if name not in releases_at(live.workspace.log):
        raise InputError("there is no such release", reason="release-unknown")
    folder: Path = live.workspace.corpus.path(f"releases/{name}")
    return folder


def _grouped(papers: list[str]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Give papers by what they are: each with its files, their form and language ("" none of its own)."""
    out: dict[str, list[tuple[str, str, str]]] = {}
    for path in papers:
        name = path.removeprefix("evidence/")
        found = _NAME.fullmatch(name)
        kind, form = (found["paper"], found["form"]) if found else (name, "")
        language = "fr" if found and found["french"] else "en" if form == "md" else ""
        out.setdefault(kind, []).append((name, form, language))
    return sorted(out.items())
