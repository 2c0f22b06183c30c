"""What was read of each page, against the documents that came from it: the gate of reservation signals, page by page.

Rules kept here:

- A page that any reading found reserved refuses its document, whatever source that is of, and leaves the site's other pages.
- Without lawful access no contract helps; any other reservation a contract overrides, as it does for a whole source.
- A document that does not say its page may be any page of its source: whatever was found on one of them stands against it.
- Where a source was read page by page as a whole, a page that no reading covers is held; so is one whose last reading is older
  than the plan allows, and all of a source from the web that was never read.

Law: SIG-04, SIG-11, PRV-07
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

_EMPTY = pl.DataFrame(schema={"page": pl.Binary, "source": pl.String, "reason": pl.String, "at": pl.Int64})
_NO_ACCESS, _WORDS = "no-lawful-access", "reserved-in-words"
_ORDER = (_NO_ACCESS, "reserved", _WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSignals:
    """Everything that was read.

    ``found`` has a line for each page of each reading: ``page``, ``source``, ``reason`` ("" nothing against it), and ``at``, in
    seconds since 1970, null for a reading that may only restrict. ``read`` says when each source was last read at all, ``sites``
    as a whole site; ``whole`` names the sources that were read page by page as a whole. ``oldest`` is the moment before which a
    reading is too old; ``agreed`` names the sources under contract, ``web`` those that came from the web by their own entry.
    """

    found: pl.DataFrame = field(default_factory=lambda: _EMPTY)
    read: Mapping[str, int] = field(default_factory=dict)
    sites: Mapping[str, int] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    agreed: frozenset[str] = frozenset()
    web: frozenset[str] = frozenset()
    oldest: int = 0

    def against(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give every reason against rows (``row``, ``page``, ``source``), as ``row`` and ``reason``."""
        if not self.read and not self.found.height and not self.web:
            return pl.DataFrame(schema={"row": pl.UInt32, "reason": pl.String})
        rows = rows.select("row", "page", "source")
        spoken = self.found.filter(pl.col("reason") != "")
        mine = rows.join(spoken.select("page", "reason").unique(), on="page").select("row", "source", "reason")
        unsaid = rows.filter(pl.col("page").is_null()).join(spoken.select("source", "reason").unique(), on="source")
        found = pl.concat([mine, unsaid.select("row", "source", "reason")])
        found = found.filter((pl.col("reason") == _NO_ACCESS) | ~pl.col("source").is_in(list(self.agreed)))
        ordered = [found.filter(pl.col("reason") == reason).select("row", "reason") for reason in _ORDER]
        return pl.concat([*ordered, *self._late(rows.filter(~pl.col("source").is_in(list(self.agreed))))])

    def _late(self, rows: pl.DataFrame) -> list[pl.DataFrame]:
        """Give the rows whose page nobody read, and those of which the last reading is too old."""
        when = self.found.filter(pl.col("at").is_not_null()).group_by("page").agg(pl.col("at").max())
        said = {"site": self.sites, "any": self.read}
        rows = rows.join(when, on="page", how="left", maintain_order="left").with_columns(
            **{name: pl.col("source").replace_strict(dict(times), default=None, return_dtype=pl.Int64) for name, times in said.items()})
        whole = pl.col("source").is_in(list(self.whole))
        unread = rows.filter(whole & pl.col("at").is_null() & pl.col("site").is_null())
        last = pl.max_horizontal("at", "site").fill_null(pl.when(whole).then(None).otherwise(pl.col("any")))
        never = pl.col("source").is_in(list(self.web)) & last.is_null() & ~whole
        stale = rows.filter((last < self.oldest) | never)
        return [unread.select("row", reason=pl.lit("signals-unread")), stale.select("row", reason=pl.lit("signals-stale"))]


def reason_of() -> pl.Expr:
    """Say what a page's signals (a list of structs with ``says``) come to: the reason against it, "" for none."""
    says = pl.col("signals").list.eval(pl.element().struct.field("says"))
    known = ["allow", "silent", "overridden", "words", "no-access"]
    refused = says.list.eval(~pl.element().is_in(known)).list.any()
    return (pl.when(says.list.contains("no-access")).then(pl.lit(_NO_ACCESS)).when(refused).then(pl.lit("reserved"))
            .when(says.list.contains("words")).then(pl.lit(_WORDS)).otherwise(pl.lit("")).alias("reason"))
