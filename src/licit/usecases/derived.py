"""The licence of a row that was made from others' words: every licence and contract of whatever it was made from.

Law: PRV-04
"""

from collections.abc import Mapping

import polars as pl

from ..core.licences import licence_together, rights_named
from ..core.sources import Source
from ..pipeline.inherit import family


def derived_licences(rows: pl.DataFrame, register: Mapping[str, Source]) -> dict[str, str]:
    """Give the licence of each kept record that was made from others, however far back.

    Args:
        rows: all decided rows, with ``record``, ``source``, ``made_from`` and ``rank``.
        register: the register of sources.

    Raises:
        KeyError: a record came from one that has no row; such a row is never kept.
    """
    made = rows.filter(pl.col("made_from").list.len() > 0)
    if not made.height:
        return {}
    edges = dict(made.select("record", "made_from").iter_rows())
    of = dict(rows.filter(pl.col("record").is_in(family(rows).implode())).select("record", "source").unique().iter_rows())
    out = {}
    for record in made.filter(pl.col("rank") == 0)["record"].unique().to_list():
        kin, open_ = {record}, [record]
        while open_:
            fresh = {*edges.get(open_.pop(), ())} - kin
            kin |= fresh
            open_ += fresh
        sources = {register[of[one]] for one in kin if of[one] in register}
        out[record] = licence_together(part for source in sources for part in rights_named(
            source.licence, source.contract.id if source.contract else ""))
    return out
