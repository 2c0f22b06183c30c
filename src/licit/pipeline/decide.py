"""From facts and rights to one answer a row: every gate in order, the strictest standing, nothing unaccounted.

Order of gates: arrive (superseded states), admit, honour, the static answers of screening and de-identification, staff
decisions, descendants of what is tainted, copies of what was refused, possible translations, duplicates, the held-out twin. The first gate's reason stands among equals.

A record made from others shares their exclusion: whatever keeps one of those out, but for what was found in its words and
for what the plan does not train on, keeps it out too. One of whose sources no row is there is held.

What staff lifted for a record is left out of a gate's answer and nothing else is, so that whatever stood behind it stands.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from ..core.staff import LIFTABLE, Staff, StaffDecision
from ..core.stays import Stays
from .admit import FACTS as ADMIT_FACTS
from .admit import THREADS, Admission
from .basis import Basis
from .dedupe import copies_of, losers
from .honour import FOR_PEOPLE, Honour
from .inherit import family, inherited
from .kin import DESCENDANT, PAIRS, TRANSLATION, Kin
from .pages import PageSignals
from .stage import impose, judge, undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """How the held-out twin is drawn: rows per thousand, from a 64-bit seed fixed in the lock."""

    seed: int
    per_thousand: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """All that decides: the three gates, staff's decisions, whether near-duplicates count, and the draw.

    ``ended`` names the records that a state arrived after the inputs ended, with the reason; ``erased`` those that were
    erased once, which no later import brings back; ``stays`` what an overdue request or a legal hold keeps back;
    ``given`` has the only shard that may be used of records of which a reviewed text was given; ``pages`` what was read of pages;
    ``pairs`` the documents that may be translations of one another.
    """

    admission: Admission
    honour: Honour
    basis: Basis
    staff: Staff
    near: bool
    draw: Draw
    ended: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()
    stays: Stays = field(default_factory=lambda: Stays(late={}, held={}))
    pages: PageSignals = field(default_factory=PageSignals)
    pairs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PAIRS))

    def kin(self, rows: pl.DataFrame) -> Kin:
        """Give what judges the kin of some rows (``row``, ``record``, ``shard``)."""
        return Kin(register=self.admission.register, made=dict(_of_staff(rows, self.staff)), pairs=self.pairs)


def decide(rows: pl.DataFrame, gates: Gates) -> pl.DataFrame:
    """Give every row its ``rank`` and ``reason``.

    Args:
        rows: the facts of all chunks of the inputs, with ``row`` (number), ``shard_no`` (arrival order), ``order``,
            ``runs``, and the cluster names ``same`` and ``alike``.
        gates: what decides.
    """
    return settle_copies(judge_each(rows, gates), gates)


def judge_each(rows: pl.DataFrame, gates: Gates) -> pl.DataFrame:
    """Give every row the answer that does not depend on other records.

    ``for_people`` marks what is refused for a person's sake, whatever other gate refused it before.
    """
    made = dict(_of_staff(rows, gates.staff))
    lifted = _answers((row, reason) for row, decision in made.items() for reason in decision.lifts)
    rows = undecided(rows).with_columns(holder_known=pl.col("holder") != "")
    newest = pl.col("shard_no").max().over("record")
    rows = impose(rows, rows.filter(pl.col("shard_no") < newest).select("row", reason=pl.lit("superseded")), ["row"])
    parties = lifted.filter(pl.col("reason") == "third-parties")["row"]
    settled = rows.with_columns(third_parties=pl.col("third_parties") & ~pl.col("row").is_in(parties.implode()))
    admitted = judge(settled, ADMIT_FACTS, gates.admission.judge)
    rows = impose(admitted.with_columns(rows["third_parties"]), gates.pages.against(rows), ["row"])
    if gates.ended:
        late = rows.filter(pl.col("record").is_in(list(gates.ended)))
        rows = impose(rows, late.select("row", reason=pl.col("record").replace_strict(
            dict(gates.ended), return_dtype=pl.String)), ["row"])
    known = {row: decision.log for row, decision in made.items() if "third-party-homonym" in decision.lifts}
    honoured = gates.honour.apply(undecided(rows), known).select("row", "reason")
    gone = pl.col("record").is_in(list(gates.erased))
    rows = rows.with_columns(for_people=honoured["reason"].is_in(FOR_PEOPLE) | gone)
    rows = impose(rows, rows.filter(gone).select("row", reason=pl.lit("erased")), ["row"])
    rows = impose(rows, honoured.filter(pl.col("reason") != ""), ["row"])
    rows = impose(rows, stayed(rows, gates.stays), ["row"])
    rows = impose(rows, gates.basis.against(rows), ["row"])
    rows = _inherit(rows, settled, honoured, made, gates)
    rows = _as_given(rows, honoured, gates.given) if gates.given else rows
    rows = impose(rows, _static(rows).join(lifted, on=["row", "reason"], how="anti", maintain_order="left"), ["row"])
    return impose(rows, _answers((row, f"decided-{decision.answer}") for row, decision in made.items()
                                 if decision.answer != "release"), ["row"])


def stayed(rows: pl.DataFrame, stays: Stays) -> pl.DataFrame:
    """Give the rows that an overdue request of somebody they concern, or a legal hold on their record, keeps back."""
    late, held = list(stays.late), list(stays.held)
    mine = pl.col("subjects").list.eval(pl.element().is_in(late)).list.any() | pl.col("holder").is_in(late)
    found = [rows.filter(where).select("row", reason=pl.lit(reason)) for reason, where, known in (
        ("request-overdue", mine, late), ("legal-hold", pl.col("record").is_in(held), held)) if known]
    return pl.concat(found) if found else _answers(())


def _inherit(rows: pl.DataFrame, settled: pl.DataFrame, honoured: pl.DataFrame, made: Mapping[int, StaffDecision],
             gates: Gates) -> pl.DataFrame:
    """Impose on records that were made from others what keeps those out, of whichever thread the words are."""
    kin = pl.col("record").is_in(family(rows).implode())
    own = settled.filter(kin & (pl.col("shard_no") == pl.col("shard_no").max().over("record")))
    if not own.height:
        return rows
    admission = replace(gates.admission, threads=THREADS)
    own = judge(undecided(own), ADMIT_FACTS, admission.judge).join(rows.select("row", "for_people"), on="row")
    own = impose(own, gates.pages.against(own), ["row"])
    own = impose(own, honoured.filter(pl.col("reason") != ""), ["row"])
    own = impose(own, stayed(own, gates.stays), ["row"])
    own = impose(own, gates.basis.against(own), ["row"])
    own = impose(own, _answers((row, f"decided-{decision.answer}") for row, decision in made.items()
                               if decision.answer != "release"), ["row"])
    own = impose(own, own.filter(pl.col("record").is_in(list(gates.ended))).select("row", reason=pl.lit("chat-state")), ["row"])
    given = inherited(rows, own, gates.erased)
    people = given.filter("for_people")["row"]
    rows = rows.with_columns(for_people=pl.col("for_people") | pl.col("row").is_in(people.implode()))
    return impose(rows, given.select("row", "reason"), ["row"])


def _as_given(rows: pl.DataFrame, honoured: pl.DataFrame, given: Mapping[str, str]) -> pl.DataFrame:
    """Hold every other state of a record of which a reviewed text was given, and judge that text by outsiders named in any state.

    In the reviewed text names and numbers are replaced, so that nobody is found in it: they are found in what it was made of.
    """
    mine = rows.filter(pl.col("record").is_in(list(given))).select("row", "record", "shard")
    others = mine.filter(pl.col("shard") != pl.col("record").replace_strict(dict(given), return_dtype=pl.String))
    named = (honoured.filter(pl.col("reason").str.starts_with("third-party")).join(mine, on="row").select("record", "reason").unique())
    found = mine.join(named, on="record").select("row", "reason")
    rows = impose(rows, others.select("row", reason=pl.lit("not-as-given")), ["row"])
    refused = found.filter(pl.col("reason").is_in(FOR_PEOPLE))["row"]
    return impose(rows, found, ["row"]).with_columns(for_people=pl.col("for_people") | pl.col("row").is_in(refused.implode()))


def _of_staff(rows: pl.DataFrame, staff: Staff) -> Iterator[tuple[int, StaffDecision]]:
    """Give the rows on whose record staff decided, with the decision that counts for its state."""
    if staff.records:
        decided = rows.filter(pl.col("record").is_in(staff.records)).select("row", "record", "shard")
        for row, record, shard in decided.iter_rows():
            if (made := staff.of(record, shard)) is not None:
                yield row, made


def _answers(pairs: Iterable[tuple[int, str]]) -> pl.DataFrame:
    return pl.DataFrame(list(pairs), schema={"row": pl.UInt32, "reason": pl.String}, orient="row")


def _static(rows: pl.DataFrame) -> pl.DataFrame:
    """Give what speaks against rows blind to rights: one reason each, or several that staff may lift."""
    return (rows.filter(pl.col("static") != "").select("row", reason=pl.col("static").str.split(" "))
            .explode("reason", empty_as_null=False))


def settle_copies(rows: pl.DataFrame, gates: Gates, *, known: pl.DataFrame | None = None) -> pl.DataFrame:
    """Hold descendants of what is tainted, copies of what was refused for a person's sake and possible translations, then elect.

    ``known`` names rows (``row``, ``reason``) that are known to be held so, though what they resemble is erased by now.
    """
    kin = gates.kin(rows)
    for reason in SETTLED:
        kept = rows.filter(pl.col("rank") == 0)
        if reason == DESCENDANT:
            found = kin.descendants(kin.tainted(rows), kept)
        elif reason == TRANSLATION:
            found = kin.translations(rows)
        else:
            found = held_copies(rows.filter("for_people"), kept, gates)
        rows = impose(rows, found, ["row"])
        if known is not None:
            rows = impose(rows, known.filter(pl.col("reason") == reason), ["row"])
    return elect(rows, gates)


def held_copies(refused: pl.DataFrame, kept: pl.DataFrame, gates: Gates) -> pl.DataFrame:
    """Give the kept rows that repeat words of refused ones, but for those that staff released knowing of each of these.

    Args:
        refused: ``record`` and ``runs`` of rows refused for a person's sake.
        kept: ``row``, ``record``, ``shard`` and ``runs`` of rows kept so far.
        gates: what decides.
    """
    runs = refused.select("record", "runs").explode("runs", empty_as_null=False).drop_nulls()
    copies = copies_of(runs["runs"], kept.select("row", "runs")) if runs.height else _answers(())
    made = _of_staff(kept.join(copies, on="row", how="semi"), gates.staff)
    knowing = [row for row, decision in made if "copy-of-refused" in decision.lifts
               and decision.copied.issuperset(copied_by(kept.filter(pl.col("row") == row), runs))]
    return copies.filter(~pl.col("row").is_in(knowing))


def copied_by(rows: pl.DataFrame, runs: pl.DataFrame) -> list[str]:
    """Give the records (``record``, ``runs``: one run a line) whose words some rows repeat, sorted."""
    own = rows["runs"].explode(empty_as_null=False).drop_nulls()
    return sorted(runs.filter(pl.col("runs").is_in(own.implode()))["record"].unique().to_list())


def liftable(rows: pl.DataFrame, gates: Gates) -> pl.DataFrame:
    """Give every hold that staff may lift of decided rows, whatever stands before it: ``row`` and ``reason``."""
    found = [_static(rows).filter(pl.col("reason").is_in(LIFTABLE)),
             rows.filter("third_parties").select("row", reason=pl.lit("third-parties"))]
    if gates.honour.namesakes:
        named = rows.select("row", "names").explode("names", empty_as_null=False)
        found.append(named.filter(pl.col("names").is_in(list(gates.honour.namesakes))).select("row").unique()
                     .with_columns(reason=pl.lit("third-party-homonym")))
    return pl.concat(found).unique().sort("row", "reason")


#: Holds that follow from other records, in the order in which they are judged: the first one stands.
SETTLED = (DESCENDANT, "copy-of-refused", TRANSLATION)

#: Reasons that only an election or the draw gives: they are taken back when a cluster votes again.
ELECTED_AWAY = ("duplicate", "near-duplicate", "held-out-twin")


def by_other_gates(rows: pl.DataFrame) -> pl.DataFrame:
    """Give decided rows as they stand but for elections and possible translations."""
    stood = pl.col("reason").is_in([*ELECTED_AWAY, TRANSLATION])
    return rows.with_columns(rank=pl.when(stood).then(pl.lit(0, dtype=pl.UInt8)).otherwise(pl.col("rank")))


def elect(rows: pl.DataFrame, gates: Gates) -> pl.DataFrame:
    """Elect one row per cluster, then draw the twin."""
    rows = impose(rows, losers(rows, near=gates.near), ["row"])
    if gates.draw.per_thousand:
        rows = impose(rows, _twin(rows.filter(pl.col("rank") == 0), gates.draw), ["row"])
    return rows


def _twin(rows: pl.DataFrame, draw: Draw) -> pl.DataFrame:
    """Draw rows by mixing each row's keyed order with the seed: independent of every other row, so a patch keeps it."""
    if not rows.height:
        return rows.select("row", reason=pl.lit("held-out-twin"))
    order = np.frombuffer(b"".join(rows["order"].to_list()), dtype=">u8").astype(np.uint64)[::2]
    with np.errstate(over="ignore"):
        mixed = (order ^ np.uint64(draw.seed)) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(27)
        mixed *= np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    chosen = mixed % np.uint64(1000) < np.uint64(draw.per_thousand)
    return rows.filter(pl.Series(chosen)).select("row", reason=pl.lit("held-out-twin"))
