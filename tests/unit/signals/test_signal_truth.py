"""The truth tables of the schemes, as shared vectors with their sources; what a page comes to, in the product and in the verifier alike."""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pyarrow.parquet as pq
import pytest

from licit.core.signals import AI_TXT, ROBOTS, TDMREP, Answer, Page, page_name, resolve
from licit.pipeline.pages import PageSignals, reason_of
from licit.signals.registry import find_signals, read_all
from licit.usecases.pages import PAGES
from licit_verify.pages import read_pages
from licit_verify.rights import Entry
from licit_verify.sources import Source

VECTORS = json.loads((Path(__file__).parents[2] / "data/vectors/signals.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _page(given: dict) -> Page:
    site = {path: Answer(body=b"# long\n" * given.get(f"{name}_comments", 0) + given[name].encode(), status=given.get(f"{name}_status", 0), fault=given.get(f"{name}_fault", ""))
            for name, path in (("robots", ROBOTS), ("tdmrep", TDMREP), ("ai_txt", AI_TXT)) if name in given}
    site |= {path: Answer(body=text.encode()) for path, text in given.get("site", {}).items()}
    headers = {name: (value,) for name, value in given.get("headers", {}).items()}
    if given.get("body", "").startswith("<html"):
        headers["content-type"] = ("text/html",)
    return Page(url=given.get("url", "https://site.example/x/y"), agent=given.get("agent", ""), site=site,
                answer=Answer(status=given.get("status", 200), headers=headers, body=given.get("body", "").encode()))


def test_every_vector_holds():
    """What each scheme's specification says of an example is the verdict, and each table has a vector that refuses.

    Law: SIG-01, SIG-02, SIG-03, SIG-05, SIG-06, SIG-07, SIG-08, SIG-09, SIG-10, SIG-12, SIG-15, PRV-07
    """
    wrong = [(one, found) for one in VECTORS["signals"] if (found := resolve(read_all(_page(one))).verdict) != one["says"]]
    assert wrong == []
    assert {one["law"] for one in VECTORS["signals"] if one["says"] == "reserved"} == {
        *(f"SIG-{n:02}" for n in (1, 2, 3, 5, 6, 7, 8, 9, 10, 12)), "PRV-07"}
    assert all(one["source"] for one in VECTORS["signals"])


@pytest.mark.parametrize("given", VECTORS["gate"], ids=str)
def test_product_and_verifier_say_the_same_of_a_page(given, tmp_path):
    """Signals, a contract and a person's verdict come to one reason, by two codes that share nothing but the table.

    Law: SIG-11, SIG-12, PRV-07
    """
    signals = [{"says": says} for says in given["says"]]
    table = pl.DataFrame({"page": [b"p" * 16], "at": [NOW.isoformat()], "signals": [signals]},
                         schema_overrides={"page": pl.Binary, "signals": pl.List(pl.Struct({"says": pl.String}))})
    settled = given.get("settled")
    words = {None: "reserved-in-words", "allowed": ""}.get(settled, "reserved")
    found = table.select("page", pl.lit("s").alias("source"), reason_of().replace("reserved-in-words", words), at=pl.lit(int(NOW.timestamp())))
    agreed = frozenset({"s"} if given["contract"] else ())
    rows = pl.DataFrame({"row": [0], "page": [b"p" * 16], "source": ["s"]}, schema_overrides={"row": pl.UInt32, "page": pl.Binary})
    ours = PageSignals(found=found, read={"s": int(NOW.timestamp())}, agreed=agreed).against(rows)["reason"].to_list()
    pq.write_table(table.select("page", "at", "signals").to_arrow(), tmp_path / "t.parquet")
    said = [{"source": "s", "scope": "pages", "pages": "t", "sha256": "r"}]
    said += [{"source": "s", "scope": "pages", "settles": "r", "verdict": settled, "by": "ines"}] if settled else []
    entries = [Entry(seq, "signal", "", NOW, body, NOW) for seq, body in enumerate(said)]
    source = Source("open-licence", "CC0-1.0", SimpleNamespace(), contract=object() if given["contract"] else None)
    theirs = read_pages(entries, 9, NOW, lambda digest: tmp_path / "t.parquet").reasons(b"p" * 16, "s", source)
    assert ours[:1] == ([given["reason"]] if given["reason"] else [])
    assert theirs - {given["reason"]} <= set(ours) | {"reserved", "reserved-in-words"}
    assert bool(theirs) == bool(given["reason"])
    assert given["reason"] in theirs or not given["reason"]


@pytest.mark.parametrize(("one", "other"), [
    ("https://a.example", "http://A.example:80/"), ("https://a.example/x#y", "https://a.example/x"), ("https://a.example/%7ea", "https://a.example/~a"),
    ("https://u@a.example./é", "https://a.example/%C3%A9"), ("https://a.example?q=1", "https://a.example/?q=1")])
def test_one_page_has_one_name(one, other):
    """However an address is written, it names one page."""
    assert page_name(one) == page_name(other) != ""


@pytest.mark.parametrize("url", ["", "a.html", "ftp://a.example/", "https://", "file:///x", "mailto:x@example.org", "https://a b.example:x/"])
def test_what_is_no_page_has_no_name(url):
    """A file's name or another scheme is no page of the web."""
    assert page_name(url) == ""


def test_a_new_signal_is_a_new_file(tmp_path, monkeypatch):
    """A file that is dropped beside the others is read, and decides, with no other file changed.

    Law: SIG-13
    """
    (tmp_path / "european_list.py").write_text('''
from licit.core.signals import Reading
class EuropeanList:
    name, spec, reads = "european-list", "draft 1", "header X-TDM-EU"
    def read(self, page):
        return [Reading(name=self.name, spec=self.spec, where="header", says="disallow", raw=b"no")] if "x-tdm-eu" in page.answer.headers else []
def signals():
    return (EuropeanList(),)
''')
    import licit.signals
    monkeypatch.setattr(licit.signals, "__path__", [*licit.signals.__path__, str(tmp_path)])
    find_signals.cache_clear()
    try:
        page = Page(url="https://site.example/", answer=Answer(status=200, headers={"x-tdm-eu": ("no",)}))
        assert resolve(read_all(page)).rule.startswith("european-list: ")
    finally:
        monkeypatch.undo()
        find_signals.cache_clear()
    assert PAGES.names == ["page", "at", "signals"]
