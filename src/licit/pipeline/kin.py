"""Kin: documents that may be translations of one another, and documents that repeat what came through a shadow library.

Rules kept here:

- Two documents in different languages whose anchors agree enough may be one the translation of the other. Both wait for a
  person, unless both are of one source and nothing else speaks against either: one right then covers both.
- A document that repeats much of one held for marks of a shadow library, or of one whose source was found unlawful, is held as
  its descendant, unless it comes under a contract or out of the public domain: whoever acquired it again is let through.
- What staff released knowing of each of these is let through as far as they knew: a partner that went out since holds again.
- Pairs follow from anchors and languages alone, whatever the order of records.

Law: SHD-03, DEI-07
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from ..core.sources import Source
from ..core.staff import StaffDecision
from .dedupe import copied_runs

#: An anchor that more documents share than this leads from none to another; it still counts once two meet by others.
MOST_SHARING = 64
#: So many strong anchors must be shared, and so many per cent of the weight of the document that has less.
STRONG, PER_CENT = 3, 40
#: A document descends from what it shares so many runs of fifty words with, or so great a part of its own (one in …).
RUNS, PART = 250, 10
#: Grounds on which a text was acquired for itself, so that words it shares with a tainted set do not come from there.
ACQUIRED = ("contract", "public-domain")

DESCENDANT, TRANSLATION, MARKED = "shadow-descendant", "possible-translation", "shadow-library"

PAIRS = {"record": pl.String, "other": pl.String}


def pairs(documents: pl.DataFrame) -> pl.DataFrame:
    """Give each document with every other that may translate it or be translated by it (both ways), sorted.

    Args:
        documents: ``record``, ``language``, ``anchors`` of each document, one row each.
    """
    numbered = documents.sort("record").with_row_index("n").with_columns(
        strong=pl.col("anchors").list.eval(pl.element().filter(pl.element() % 2 == 1)))
    leading = (numbered.select("n", "language", anchor="strong").explode("anchor", empty_as_null=False).drop_nulls("anchor")
               .filter(pl.len().over("anchor").is_between(2, MOST_SHARING)))
    met = (leading.join(leading, on="anchor", suffix="_other")
           .filter((pl.col("n") < pl.col("n_other")) & (pl.col("language") != pl.col("language_other")))
           .group_by("n", "n_other").len().select("n", "n_other"))
    both = (met.join(numbered.select("n", "record", "anchors", "strong"), on="n")
            .join(numbered.select(n_other="n", other="record", others="anchors", strong_other="strong"), on="n_other"))
    shared, sure = pl.col("anchors").list.set_intersection("others").list.len(), pl.col("strong").list.set_intersection("strong_other").list.len()
    least = pl.min_horizontal(pl.col("anchors").list.len() + pl.col("strong").list.len(),
                              pl.col("others").list.len() + pl.col("strong_other").list.len())
    found = both.filter((sure >= STRONG) & ((shared + sure).cast(pl.Int64) * 100 >= least.cast(pl.Int64) * PER_CENT))
    one = found.select("record", "other")
    return pl.concat([pl.DataFrame(schema=PAIRS), one, one.select(record="other", other="record")]).sort("record", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """What is needed to judge kin: the register, staff's decisions by row, and the pairs of documents."""

    register: Mapping[str, Source]
    made: Mapping[int, StaffDecision]
    pairs: pl.DataFrame

    def tainted(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give the documents' rows that are marked as of a shadow library (unless staff lifted that), or of an unlawful source."""
        spared = [row for row, made in self.made.items() if MARKED in made.lifts]
        marked = pl.col("static").str.split(" ").list.contains(MARKED) & ~pl.col("row").is_in(spared)
        return rows.filter((pl.col("thread") == "document") & (marked | pl.col("source").is_in(self.unlawful())))

    def unlawful(self) -> list[str]:
        """Give the sources found unlawful."""
        return [name for name, source in self.register.items() if source.unlawful]

    def descendants(self, tainted: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
        """Give the kept rows (``row``, ``thread``, ``source``, ``runs``) that descend from tainted ones (``record``, ``runs``)."""
        acquired = [name for name, source in self.register.items() if source.ground in ACQUIRED]
        own = kept.filter((pl.col("thread") == "document") & ~pl.col("source").is_in(acquired))
        runs = tainted.select("record", "runs").explode("runs", empty_as_null=False).drop_nulls()
        if not own.height or not runs.height:
            return _answers((), DESCENDANT)
        hits = copied_runs(runs["runs"], own)
        near = hits.filter((pl.col("hits") >= RUNS) | (pl.col("hits") * PART >= pl.col("of")))["row"]
        return _answers((row for row in near.to_list() if not self._knew_copies(row, own, runs)), DESCENDANT)

    def _knew_copies(self, row: int, own: pl.DataFrame, runs: pl.DataFrame) -> bool:
        made = self.made.get(row)
        if made is None or DESCENDANT not in made.lifts:
            return False
        words = own.filter(pl.col("row") == row)["runs"].explode(empty_as_null=False).drop_nulls()
        return made.copied.issuperset(runs.filter(pl.col("runs").is_in(words.implode()))["record"].unique().to_list())

    def translations(self, rows: pl.DataFrame, only: Iterable[str] | None = None) -> pl.DataFrame:
        """Give the kept rows whose document may translate one that is out or of another source.

        Args:
            rows: ``row``, ``record``, ``source``, ``thread``, ``rank`` and ``reason`` of every row, as they stand by all other gates.
            only: the records whose partners are to be judged; all.
        """
        judged = self.partners(rows, only)
        against = judged.filter(pl.col("out") | (pl.col("source") != pl.col("of")))
        kept = rows.filter((pl.col("rank") == 0) & (pl.col("thread") == "document")).select("row", "record")
        held = kept.join(against.group_by("record").agg("other", "out"), on="record")
        return _answers((row for row, others, out in held.select("row", "other", "out").iter_rows()
                         if not self._knew_kin(row, dict(zip(others, out, strict=True)))), TRANSLATION)

    def partners(self, rows: pl.DataFrame, only: Iterable[str] | None = None) -> pl.DataFrame:
        """Give each document's partners: ``record``, ``source``, ``other``, its source ``of``, and whether it is ``out``."""
        wanted = self.pairs if only is None else self.pairs.filter(pl.col("other").is_in(list(only)))
        named = pl.col("record").is_in(wanted["record"].unique().implode()) | pl.col("record").is_in(wanted["other"].unique().implode())
        live = rows.filter(named & (pl.col("thread") == "document") & (pl.col("reason") != "superseded"))
        state = live.group_by("record").agg(pl.col("source").first(), out=pl.col("rank").max() > 0)
        return wanted.join(state.select("record", "source"), on="record").join(
            state.select(other="record", of="source", out="out"), on="other").sort("record", "other")

    def _knew_kin(self, row: int, partners: Mapping[str, bool]) -> bool:
        made = self.made.get(row)
        return made is not None and TRANSLATION in made.lifts and all(
            other in made.kin_out or (other in made.kin and not out) for other, out in partners.items())


def _answers(rows: Iterable[int], reason: str) -> pl.DataFrame:
    return pl.DataFrame({"row": sorted(rows)}, schema={"row": pl.UInt32}).with_columns(reason=pl.lit(reason))
