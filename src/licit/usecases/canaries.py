"""Consent canaries: synthetic people who refuse by every channel; one who would be released stops the sealing.

A canary refuses as anybody does, through the channel itself. At every build it is put in the place of the people of a row of
each source, and must be refused for its own sake by the very gates that judge everybody else. A channel that says "done" and
enters nothing, or a gate that overlooks what came by one channel, is found so, by the channel's name.

Rules kept here:

- A canary counts once its channel has said that the refusal is recorded. From then on it must be refused, by every build.
- It holds no record and stands in no tally, tag tree or public number; it is in the log, named as what it is.
- Being held, or refused for another reason, is not enough: only a refusal for the person's sake shows that they were heard.

Law: CHO-04, CHO-05
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from ..core.errors import EvidenceError, RefusedError
from ..core.ids import lookup_hashes
from ..core.rights import Entry
from ..pipeline.decide import Gates, judge_each
from ..pipeline.deidentify import canonical
from .workspace import Workspace

#: How the names of synthetic people begin.
SYNTHETIC = "licit-canary-"

_REASON = "canary-sighted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One synthetic person: the channel they refused by, their name and subject id ("" for no user), and when it was told done.

    ``told`` is the entry that says so, -1 while the channel has not answered: such a canary proves nothing.
    """

    channel: str
    name: str
    person: str
    planted_at: datetime
    sent: int
    told: int = -1

    @property
    def email(self) -> str:
        """Give the address by which somebody who is no user is found."""
        return f"{self.name}@example.org"


def canaries_at(workspace: Workspace, size: int | None = None) -> list[Canary]:
    """Give every canary up to a position of the log, in the order they were planted.

    Raises:
        EvidenceError: an entry about one cannot be read: nobody could say which channel went unwatched.
    """
    found: dict[str, Canary] = {}
    for entry in workspace.log.entries(stop=size, kinds=("canary",)):
        body = entry.decision
        if not body or not all(isinstance(body.get(part), str) for part in ("channel", "name", "person", "state")):
            raise EvidenceError("an entry about a canary cannot be read", about=f"log entry {entry.seq}", reason="entry-unreadable",
                                remedy="Restore the workspace from a backup.")
        if body["state"] == "told" and body["name"] in found:
            found[body["name"]] = replace(found[body["name"]], told=entry.seq)
        else:
            found[body["name"]] = Canary(channel=body["channel"], name=body["name"], person=body["person"],
                                         planted_at=entry.recorded_at, sent=entry.seq)
    return list(found.values())


def counted(workspace: Workspace, size: int) -> dict[str, int]:
    """Count by channel the canaries that were watched for at a position of the log."""
    out: dict[str, int] = {}
    for canary in canaries_at(workspace, size):
        if canary.told >= 0:
            out[canary.channel] = out.get(canary.channel, 0) + 1
    return dict(sorted(out.items()))


def is_synthetic(workspace: Workspace) -> Callable[[Entry], bool]:
    """Give what tells whether an entry is a canary's, so that no public number counts it."""
    planted = canaries_at(workspace)
    people = {canary.person for canary in planted if canary.person}
    keys = {key for canary in planted if not canary.person for key in keys_of(workspace, canary)}

    def mine(entry: Entry) -> bool:
        if entry.subject:
            return str(entry.subject) in people
        return entry.kind == "third-party-objection" and bool(keys.intersection(map(str, (entry.decision or {}).get("keys", ()))))
    return mine


def keys_of(workspace: Workspace, canary: Canary) -> Sequence[str]:
    """Give the keyed hashes by which a canary that is no user is found."""
    return lookup_hashes(workspace.keys.epochs("lookup"), "third-party", "EMAIL", canonical("EMAIL", canary.email))


def watch(workspace: Workspace, size: int, gates: Gates, rows: pl.DataFrame) -> None:
    """Insist that every canary told by a position of the log is refused, in the place of the people of some rows.

    Args:
        workspace: where the log is.
        size: the position.
        gates: what judges everybody else in this build.
        rows: facts of a row of each source, with ``shard`` and ``shard_no``.

    Raises:
        RefusedError: one is not; the channel is named.
        EvidenceError: an entry about a canary cannot be read.
    """
    planted = [canary for canary in canaries_at(workspace, size) if canary.told >= 0]
    if not planted or not rows.height:
        return
    standing = [_in_place(workspace, rows, canary).with_columns(_canary=pl.lit(number, dtype=pl.UInt32))
                for number, canary in enumerate(planted)]
    whole = pl.concat(standing).drop("row", strict=False).with_row_index("row").with_columns(pl.col("row").cast(pl.UInt32))
    judged = judge_each(whole, gates)
    if judged.height != rows.height * len(planted):
        raise EvidenceError("not every canary was judged", about=f"{judged.height} rows")
    unheard = judged.filter(~pl.col("for_people"))["_canary"].unique().sort().to_list()
    if unheard:
        names = sorted({planted[number].channel for number in unheard})
        raise RefusedError(f"a synthetic person who refused by this channel would not be refused: {', '.join(names)}",
                           about=", ".join(names), reason=_REASON,
                           remedy="Nothing is sealed before this is mended: refusals by this channel are not honoured. "
                                  "See: licit canary list")


def _in_place(workspace: Workspace, rows: pl.DataFrame, canary: Canary) -> pl.DataFrame:
    """Put a canary in the place of everybody a row concerns, or beside them where it is no user."""
    record = pl.lit(f"canary/{canary.name}")
    if not canary.person:
        keys = pl.lit(pl.Series([list(keys_of(workspace, canary))], dtype=pl.List(pl.String)))
        return rows.with_columns(record=record, mentions=pl.concat_list("mentions", keys))
    me = pl.lit(canary.person)
    turns = pl.max_horizontal(pl.col("turn_ids").list.len(), pl.lit(1))
    return rows.with_columns(
        record=record, holder=me, subjects=pl.concat_list(me), mentions=pl.lit([], dtype=pl.List(pl.String)),
        names=pl.lit([], dtype=pl.List(pl.String)), turn_ids=pl.when(pl.col("turn_ids").list.len() > 0).then("turn_ids").otherwise(
            pl.concat_list(pl.lit("t"))), turn_said=pl.lit("").repeat_by(turns), turn_subjects=pl.concat_list(me).repeat_by(turns))
