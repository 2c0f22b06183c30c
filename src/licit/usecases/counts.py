"""What was counted of a release's data files, kept beside its private state for the patches made of it.

Rules kept here:

- What is kept serves files of the very digest, under the very code that counted (:func:`~licit.pipeline.papers.rules`), and hosts
  of pages for the very sources and records. What is missing, damaged or of other rules is counted again.
- The digests that go in were made of the bytes that lie there, by whoever wrote or linked them just now: papers that are written
  again from a release closed long ago count its rows anew.
- What names hosts goes when erased rows go: their pages' addresses can be somebody's.
"""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from ..core.errors import EvidenceError
from ..core.ids import canonical_json
from ..pipeline.papers import CELLS, HOSTS, Before, Counts, Pages, rules
from .workspace import Workspace

_FORMAT = "licit-counts/1"
_PARTS = {"cells": CELLS, "hosts": HOSTS}


def counted_before(workspace: Workspace, parent: Mapping[str, Any] | None, pages: Pages) -> Before | None:
    """Give what was counted of the release that a patch is made from, as far as it serves; None where nothing does."""
    if not parent:
        return None
    name, corpus = str(parent["name"]), workspace.corpus
    try:
        note = json.loads(corpus.path(_place(name, "json")).read_bytes())
        if (note["format"], note["rules"]) != (_FORMAT, rules()):
            return None
        found = {part: pl.DataFrame(pl.from_arrow(corpus.read(_place(name, part)))) for part in _PARTS
                 if corpus.digest(_place(name, part)) == note[part]}
        manifest = json.loads(corpus.path(f"releases/{name}/manifest.json").read_bytes())
        files = {str(file["path"]): str(file["sha256"]) for file in manifest["files"] if file["path"].startswith("data/")}
    except (OSError, ValueError, KeyError, TypeError, EvidenceError):
        return None
    if any(frame.schema != _PARTS[part] for part, frame in found.items()) or "cells" not in found:
        return None
    return Before(folder=f"releases/{name}", files=files, cells=found["cells"], hosts=found.get("hosts") if note["pages"] == pages.key() else None)


def keep(workspace: Workspace, name: str, counts: Counts, pages: Pages) -> None:
    """Keep what was counted of a release; the note that makes it count comes last."""
    written = {part: workspace.corpus.write(_place(name, part), frame.to_arrow(compat_level=pl.CompatLevel.oldest()))
               for part, frame in (("cells", counts.cells), ("hosts", counts.hosts))}
    workspace.corpus.write_bytes(_place(name, "json"), canonical_json(
        {"format": _FORMAT, "rules": rules(), "pages": pages.key(), **written}) + b"\n")


def forget_counts(workspace: Workspace, name: str) -> None:
    """Remove what was kept of a release."""
    for part in ("json", *_PARTS):
        workspace.corpus.remove(_place(name, part))


def _place(name: str, part: str) -> str:
    return f"state/{name}/counts.json" if part == "json" else f"state/{name}/counted-{part}.parquet"
