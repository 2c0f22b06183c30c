"""A breach of personal data, or a drill of one: who and what is affected, and the seventy-two hours (GDPR Art. 33).

Rules kept here:

- The clock runs from the moment somebody became aware, not from the moment it was entered.
- Affected are the records that are named or that a release holds, everybody they concern, every release with them, and all
  who received one; what cannot be found is said, never passed over.
- No tier is stored, so none can be counted; people are counted by the capacity in which they spoke.
- The entry in the log holds counts and names of releases and recipients, no word and no person.

Law: RGT-08, REL-13
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from ..core.cases import SHORTEST
from ..core.errors import InputError
from .queries import downstream_of, released_rows
from .workspace import Workspace, releases_at

#: How long the authority may be kept waiting.
HOURS = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One breach or drill as the log holds it."""

    entry: int
    real: bool
    by: str
    why: str
    noticed: datetime
    entered: datetime
    facts: Mapping[str, Any]

    @property
    def until(self) -> datetime:
        """When the authority must have been told."""
        return self.noticed + timedelta(hours=HOURS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """What somebody noticed: a release or records, since when, who enters it and why, and whether it is a drill."""

    by: str
    why: str
    at: datetime
    release: str = ""
    records: tuple[str, ...] = ()
    real: bool = False


def enter_breach(workspace: Workspace, noticed: Noticed) -> Breach:
    """Find out what is affected and enter it in the log.

    Raises:
        InputError: neither a release nor records, an unknown release, records of which none is known, a moment to come,
            nobody named, or no reason.
    """
    if not noticed.by.strip() or len(noticed.why.strip()) < SHORTEST:
        raise InputError("a breach names who enters it, and in a sentence what happened", reason="reason-missing",
                         remedy="Add --by NAME and --why TEXT.")
    if noticed.at > workspace.clock.now():
        raise InputError("nobody notices what is still to come", reason="noticed-in-future")
    facts = affected(workspace, noticed.release, noticed.records)
    seq = workspace.enter("breach", {"answer": "real" if noticed.real else "drill", "by": noticed.by.strip(), "why": noticed.why.strip(),
                                     "noticed": noticed.at.isoformat(), **facts})
    return next(one for one in breaches(workspace) if one.entry == seq)


def affected(workspace: Workspace, release: str, records: Sequence[str]) -> dict[str, Any]:
    """Count what a breach of a release, or of some records, touches.

    Raises:
        InputError: see :func:`enter_breach`.
    """
    known = releases_at(workspace.log)
    if bool(release) == bool(records):
        raise InputError("name a release or records", reason="breach-unclear", remedy="--release R, or --records FILE")
    if release and release not in known:
        raise InputError("no such release", about=release, reason="release-unknown", remedy=f"There are: {', '.join(known) or 'none'}.")
    wanted = set(released_rows(workspace, release)["record"].to_list()) if release else {one.split("#")[0] for one in records}
    rows = {name: released_rows(workspace, name) for name in known}
    held = {name: found.filter(pl.col("record").is_in(list(wanted))).height for name, found in rows.items()}
    released = {record for found in rows.values() for record in found["record"].to_list()} & wanted
    stored = set(workspace.catalogue.stored(sorted(wanted)))
    if not stored | released:
        raise InputError("none of these records is known", reason="record-unknown", remedy="Ids of records stand in a release's ids/.")
    downstream, sets = downstream_of(workspace), [name for name, number in held.items() if number]
    people = _people(workspace, stored)
    return {"records": len(wanted), "unknown": len(wanted - stored - released), "erased": len(released - stored),
            "releases": {name: held[name] for name in sets}, "people": people, "persons": sum(people.values()),
            "recipients": sorted({one for name in sets for one in downstream.recipients.get(name, ())}),
            "models": sorted({model for name in sets for run in downstream.runs_of(name) for model in run["models"]})}


def _people(workspace: Workspace, records: Collection[str]) -> dict[str, int]:
    """Count the people whom some records concern, each once, by the capacity in which they spoke."""
    index = sorted(workspace.corpus.path("index").glob("*.parquet"))
    files = sorted(workspace.corpus.path("attributes").glob("*/*.parquet"))
    if not index or not records:
        return {}
    mine = pl.scan_parquet(index).filter(pl.col("record").is_in(list(records))).select("subject", "record").unique().collect()
    spoke = (pl.scan_parquet(files).filter(pl.col("record").is_in(list(records))).select("record", "capacity").unique("record").collect()
             if files else pl.DataFrame(schema={"record": pl.String, "capacity": pl.String}))
    each = mine.join(spoke, on="record", how="left").with_columns(pl.col("capacity").replace("", None).fill_null("unknown")).sort(
        "subject", "capacity").unique("subject", keep="first", maintain_order=True)
    return dict(each.group_by("capacity").len().sort("capacity").iter_rows())


def breaches(workspace: Workspace) -> list[Breach]:
    """Give every breach and drill, the newest first; one that cannot be read is none, and the journal shows it."""
    out = []
    for entry in workspace.log.entries(kinds=("breach",)):
        body = dict(entry.decision or {})
        try:
            out.append(Breach(entry=entry.seq, real=body.pop("answer") != "drill", by=str(body.pop("by")), why=str(body.pop("why")),
                              noticed=datetime.fromisoformat(body.pop("noticed")), entered=entry.recorded_at, facts=body))
        except (KeyError, ValueError, TypeError):
            continue
    return out[::-1]
