"""What an assessment justified, held against what a release would hold: volume, one person's part, measures that need a draw.

Rules kept here:

- Every kept row about people counts, with all of its tokens, for the assessment that carries its source, and for everybody
  it concerns.
- One row too many is too many: nothing is cut to fit, the build stops and says what exceeds what.
- A patch is not counted again: it only takes away, and the share of whoever stays grows when others leave.

Law: LIA-04, LIA-06
"""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from ..core.controls import CONTROLS
from ..core.errors import RefusedError
from ..core.law import Paper
from ..core.legal import BOUNDS
from ..core.policy import parse_moment
from ..core.rights import Standings
from ..pipeline.honour import Honour
from .deciding import AUDITABLE, basis_at
from .facts import column_of
from .workspace import Position, Workspace, policy_at

_SAID = {"rows": "rows", "tokens": "tokens", "rows_per_person": "rows of one person",
         "per_thousand_per_person": "thousandths of the rows for one person"}


def require_bounds(workspace: Workspace, lock: Mapping[str, Any], rows: pl.DataFrame) -> None:
    """Insist that what would be released stays within what the assessments justified.

    Raises:
        RefusedError: it does not; the message says by how much.
    """
    base = lock["log"]["base"]
    policy = policy_at(workspace.log, Position(base=base, size=base, root=b""))
    nobody = Honour(standings=Standings(()), policy=policy, purpose=lock["plan"]["purpose"], as_of=parse_moment(lock["as_of"]),
                    outsiders={}, namesakes={})  # which assessment carries a source does not depend on anybody's choice
    basis = basis_at(workspace, lock, nobody)
    kept = rows.filter((pl.col("rank") == 0) & (pl.col("subjects").list.len() > 0))
    papers = {source: paper for source in kept["source"].unique(maintain_order=True).to_list()
              if (paper := basis.carries(source).paper) is not None}
    for paper in {paper.id: paper for paper in papers.values()}.values():
        mine = kept.filter(pl.col("source").is_in([source for source, own in papers.items() if own.id == paper.id]))
        numbers = dict(zip(BOUNDS, _numbers(workspace, lock, mine), strict=True))
        if over := [name for name in BOUNDS if numbers[name] > paper.of("volume")[name]]:
            said = "; ".join(f"{numbers[name]:,} {_SAID[name]}, where {paper.of('volume')[name]:,} were justified" for name in over)
            raise RefusedError(f"the release would exceed what the assessment justified: {said}", about=paper.id,
                               reason="assessment-exceeded",
                               remedy="Name fewer sources in the plan, or justify more and have it approved; nothing was released.")
        for control in _undrawn(paper, lock, rows):
            raise RefusedError(f"a measure of the assessment needs {control}, which did not run", about=paper.id,
                               reason="assessment-control",
                               remedy=f"It runs from {AUDITABLE:,} rows on; name another measure, or release more at once.")


def _numbers(workspace: Workspace, lock: Mapping[str, Any], mine: pl.DataFrame) -> Iterator[int]:
    """Count rows, tokens, the rows of whoever has most, and their share in thousandths, rounded up."""
    tokens = column_of(workspace.corpus, lock, "tokens", rows=mine).join(mine.select("row"), on="row", how="semi")
    each = mine.select(pl.col("subjects").explode(empty_as_null=False)).group_by("subjects").len()
    most = each["len"].max() if each.height else 0
    yield from (mine.height, int(tokens["tokens"].sum()), int(str(most)), -(-1000 * int(str(most)) // mine.height))


def _undrawn(paper: Paper, lock: Mapping[str, Any], rows: pl.DataFrame) -> list[str]:
    """Give the controls of an assessment that need a twin, where the release is too small to draw one."""
    drawn = lock["twin_per_thousand"] > 0 and rows.filter(pl.col("rank") == 0).height >= AUDITABLE
    named = [str(measure.get("control")) for measure in paper.all("mitigation")]
    return [] if drawn else [name for name in named if name in CONTROLS and CONTROLS[name].drawn]
