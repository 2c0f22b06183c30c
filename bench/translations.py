"""Possible translations: how many of forty made-up pairs are found, and how often texts on the same event are taken for one."""

import math

import polars as pl

from bench._translations import ARTICLES
from bench._world import line
from licit.pipeline.anchors import anchors_of
from licit.pipeline.kin import pairs


def found_in() -> dict[str, tuple[int, int]]:
    """Count, of so many, the pairs found: translations, texts on the same event, texts on other events."""
    texts = [(f"{number:02}-{kind}", "fr" if kind == "original" else "en", text) for number, three in enumerate(ARTICLES)
             for kind, text in zip(("original", "rewrite", "apart"), three, strict=True) if text]
    rows = pl.DataFrame([(name, language, anchors_of(text)) for name, language, text in texts], orient="row",
                        schema={"record": pl.String, "language": pl.String, "anchors": pl.List(pl.UInt64)})
    met = {(one, two) for one, two in pairs(rows).iter_rows() if one.endswith("original")}
    apart = sum(bool(three[2]) for three in ARTICLES)
    true = sum((f"{number:02}-original", f"{number:02}-rewrite") in met for number in range(len(ARTICLES)))
    same = sum((f"{number:02}-original", f"{number:02}-apart") in met for number in range(len(ARTICLES)))
    others = (len(ARTICLES) - 1) * (len(ARTICLES) + apart)
    return {"translations": (true, len(ARTICLES)), "same event": (same, apart), "other events": (len(met) - true - same, others)}


def at_least(hits: int, of: int) -> float:
    """Give the lower Wilson bound of a share at 95 %."""
    z, share = 1.96, hits / of
    return (share + z * z / 2 / of - z * math.sqrt((share * (1 - share) + z * z / 4 / of) / of)) / (1 + z * z / of)


def main() -> None:
    """Print recall and precision."""
    found = found_in()
    true, false = found["translations"][0], found["same event"][0] + found["other events"][0]
    line("translations found", f"{true} of {found['translations'][1]} (lower bound {at_least(*found['translations']):.2f})")
    line("texts on the same event taken for one", "{} of {}".format(*found["same event"]))
    line("texts on other events taken for one", "{} of {}".format(*found["other events"]))
    line("precision among these", f"{true} of {true + false}" + (f" (lower bound {at_least(true, true + false):.2f})" if true + false else ""))
