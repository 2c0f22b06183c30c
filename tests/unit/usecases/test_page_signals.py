"""Reservation signals page by page: what one reading says reaches the documents of that page, at fetch and at release."""

import json

import pytest
from click.testing import CliRunner
from warcs import warc
from world import World, answers, copied, failing, make, prose, reasons, released_records, scratch

from licit.core.signals import Answer
from licit.pipeline.pages import PageSignals
from licit.surfaces.cli import main
from licit.usecases import deciding
from licit.usecases.queries import recall

SITE = "https://garden.example"
HTML = (("Content-Type", "text/html"),)
NO = (*HTML, ("TDM-Reservation", "1"))


@pytest.fixture(scope="module")
def read_world(tmp_path_factory):
    """A source of four pages of one site and one text that does not say its page; nothing was read of it yet."""
    world = make(tmp_path_factory.mktemp("pages") / "w", sources=())
    world.license("garden", ground="open-licence", licence="CC-BY-4.0")
    folder = tmp_path_factory.mktemp("documents")
    for name in "abcd":
        (folder / f"{name}.txt").write_text(prose(f"page {name}", 60))
        (folder / f"{name}.json").write_text(json.dumps({"url": f"http://Garden.example:80/{name}#top", "licence": "CC-BY-4.0"}))
    world.space.import_(folder, source="garden")
    world.clock.advance(minutes=1)
    return world


@pytest.fixture
def world(read_world, tmp_path):
    """A copy of it."""
    return copied(read_world, tmp_path / "w")


def read(world: World, tmp_path, *records, source: str = "garden", date: str = "2026-02-20T00:00:00Z") -> dict:
    """Read an archive of pages for a source."""
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.warc"
    path.write_bytes(warc(*records, packed=False).replace(b"2025-01-01T00:00:00Z", date.encode()))
    done = CliRunner().invoke(main, ["source", "signals", str(path), "--source", source, "--by", "zoe", "--json", "--workspace", str(world.root)],
                              catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.output.splitlines()[-1])


def pages(**headers) -> list:
    """Give responses for pages by name."""
    return [(f"{SITE}/{name}", b"<p>Beans.</p>", said or HTML) for name, said in headers.items()]


def test_a_reserved_page_refuses_its_own_document(world, tmp_path):
    """One page is reserved, two were never read: each document has its own reason, the others are released.

    Law: SIG-04, SIG-11, PRV-07
    """
    read(world, tmp_path, *pages(a=NO, b=()))
    built = world.build()
    assert reasons(built) == {"reserved": 1, "signals-unread": 2}
    assert built.tally.released == 1
    assert not failing(built.path, world.root)


def test_an_unread_page_is_left_by_a_reading_of_one_page(world, tmp_path):
    """A reading of one page says nothing of the others, nor holds them."""
    (tmp_path / "headers.txt").write_text("HTTP/1.1 200 OK\nContent-Type: text/html\nTDM-Reservation: 1\n")
    (tmp_path / "url.txt").write_text(f"{SITE}/a")
    CliRunner().invoke(main, ["source", "signals", str(tmp_path), "--source", "garden", "--by", "zoe", "--workspace", str(world.root)],
                       catch_exceptions=False)
    assert reasons(world.build()) == {"reserved": 1}


def test_a_reading_grows_old(world, tmp_path):
    """What was fetched longer ago than the plan allows is held, and read again it is released: by the archive's date, not ours.

    Law: SIG-04
    """
    read(world, tmp_path, *pages(a=(), b=(), c=(), d=()), date="2026-01-20T00:00:00Z")
    assert reasons(world.build()) == {"signals-stale": 4}
    assert world.build(signals_max_age=60).tally.released == 4
    read(world, tmp_path, *pages(a=(), b=()))
    assert reasons(world.build(name="again")) == {"signals-stale": 2}


def test_a_crawl_that_was_never_read(world):
    """A source from the web of which no signal was ever read is held; what is from nowhere on the web needs none.

    Law: SIG-04
    """
    world.space.add_source("garden", ground="open-licence", licence="CC-BY-4.0", kind="web-crawl", by="ines")
    world.space.approve_source("garden", by="paul")
    assert reasons(world.build()) == {"signals-stale": 4}


def test_either_reading_reserves(world, tmp_path):
    """Leave read later lifts no reservation, and a reservation read later reaches the release that was made before.

    Law: SIG-04, SIG-11
    """
    read(world, tmp_path, *pages(a=NO, b=(), c=(), d=()))
    first = world.build()
    read(world, tmp_path, *pages(a=(*HTML, ("TDM-Reservation", "0")), b=NO))
    assert [touched.reasons for touched in recall(world.ports).touched] == [{"reserved": 1}]
    patch = world.space.patch(first.name)
    assert reasons(patch) == {"reserved": 2}
    assert len(released_records(patch.path)) == 2
    assert not failing(patch.path, world.root)
    assert answers(patch.rows) == scratch(world, patch.lock)
    again = world.build(name="new")
    assert reasons(again) == {"reserved": 2}


def test_a_document_without_a_page(world, tmp_path):
    """It may be of any page of its source: what reserves one of these reserves it; words on one hold it."""
    (tmp_path / "t.txt").write_text(prose("no page", 60))
    world.space.import_(tmp_path / "t.txt", source="garden")
    read(world, tmp_path, *pages(a=NO, b=(), c=(), d=()))
    assert reasons(world.build()) == {"reserved": 2}


def test_words_on_a_page_wait_for_a_person(world, tmp_path):
    """Words hold their page; somebody's leave for that reading lifts them, somebody's refusal keeps the page out for good."""
    words = [(f"{SITE}/a", b"<p>Text and data mining is not permitted.</p>", HTML)]
    for verdict, outcome in (("allowed", {}), ("reserved", {"reserved": 1})):
        place = copied(world, tmp_path / verdict)
        read(place, tmp_path, *words, *pages(b=(), c=(), d=()))
        assert reasons(place.build()) == {"reserved-in-words": 1}
        (entry,) = place.ports.log.entries(kinds=("signal",))
        done = CliRunner().invoke(main, ["source", "signal", "garden", "--verdict", verdict, "--settles", entry.decision["sha256"], "--by", "ines",
                                         "--workspace", str(place.root)], catch_exceptions=False)
        assert done.exit_code == 0
        built = place.build(name="then")
        assert reasons(built) == outcome
        assert not failing(built.path, place.root)


def test_a_contract_goes_before_a_signal_but_not_before_a_shut_door(world, tmp_path):
    """A contract that covers the use overrides what is reserved, never that the page could not be had lawfully.

    Law: SIG-11, PRV-07
    """
    world.space.add_contract("garden", id="C-1", uses=["train"], starts="2025-01-01")
    world.space.approve_source("garden", by="paul")
    shut = ("HTTP/1.1 200 OK", "HTTP/1.1 451 No")
    path = tmp_path / "a.warc"
    path.write_bytes(warc(*pages(a=NO), packed=False) + warc(*pages(b=()), packed=False).replace(*(each.encode() for each in shut)))
    CliRunner().invoke(main, ["source", "signals", str(path), "--source", "garden", "--by", "zoe", "--workspace", str(world.root)],
                       catch_exceptions=False)
    built = world.build()
    assert reasons(built) == {"no-lawful-access": 1}
    assert not failing(built.path, world.root)


@pytest.mark.parametrize("what", ["reserved", "stale", "unread", "shut", "never"])
def test_built_with_this_switched_off(world, tmp_path, monkeypatch, what):
    """A release built without this gate, properly closed and signed, fails the auditor, and the claim is named.

    Law: SIG-04, SIG-11, PRV-07
    """
    if what == "never":
        world.space.add_source("garden", ground="open-licence", licence="CC-BY-4.0", kind="web-crawl", by="ines")
        world.space.approve_source("garden", by="paul")
    elif what == "shut":
        path = tmp_path / "a.warc"
        path.write_bytes(warc(*pages(a=(), b=(), c=(), d=()), packed=False).replace(b"HTTP/1.1 200 OK", b"HTTP/1.1 402 No", 1))
        CliRunner().invoke(main, ["source", "signals", str(path), "--source", "garden", "--by", "zoe", "--workspace", str(world.root)])
    else:
        read(world, tmp_path, *pages(a=NO if what == "reserved" else (), b=(), **({} if what == "unread" else {"c": (), "d": ()})),
             date="2026-01-20T00:00:00Z" if what == "stale" else "2026-02-20T00:00:00Z")
    monkeypatch.setattr(deciding, "page_signals", lambda *_: PageSignals())
    from licit.core.errors import EvidenceError
    with pytest.raises(EvidenceError, match="sources-admitted"):
        world.build()
    assert {"sources-admitted"} == set(failing(world.root / "releases/release-1", world.root))


def test_a_lost_table_stops_the_build(world, tmp_path):
    """A reading whose table is gone or altered is no reading without reservations: nothing is built."""
    from licit.core.errors import EvidenceError
    read(world, tmp_path, *pages(a=NO))
    (entry,) = world.ports.log.entries(kinds=("signal",))
    table = world.root / "signals" / f"{entry.decision['pages']}.parquet"
    table.write_bytes(table.read_bytes()[:-1])
    with pytest.raises(EvidenceError, match="table of signals"):
        world.build()


def test_a_crawl_is_imported_with_its_signals(tmp_path):
    """An archive gives its pages as documents and their signals in one go; what was shut is no document; twice is once.

    Law: SIG-04, PRV-07
    """
    world = make(tmp_path / "w", sources=())
    world.license("crawl", ground="open-licence", licence="CC-BY-4.0", kind="web-crawl")
    page = "<html><head><link rel=canonical href=https://elsewhere.example/x></head><body><p>{}</p></body></html>"
    body = {name: page.format(prose(f"crawled {name}", 60)).encode() for name in "abc"}
    records = [(f"{SITE}/a", body["a"], HTML), (f"{SITE}/b", body["b"], NO), (f"{SITE}/robots.txt", b"User-agent: *\nDisallow: /private\n", ()),
               (f"{SITE}/d.png", b"\x89PNG", (("Content-Type", "image/png"),))]
    data = warc(*records, packed=False).replace(b"2025-01-01", b"2026-02-20") + warc((f"{SITE}/c", body["c"], HTML), packed=False).replace(b" 200 OK", b" 401 No")
    (tmp_path / "crawl.warc").write_bytes(data + b"WARC/1.0\r\nbroken")
    (report,) = world.space.import_(tmp_path / "crawl.warc", source="crawl")
    assert (report.format, report.records, report.set_aside) == ("warc", 2, {"media-type": 1, "no-lawful-access": 1, "broken-record": 1})
    built = world.build()
    assert reasons(built) == {"reserved": 1, "unreadable": 3}
    assert built.tally.released == 1
    size = world.ports.log.head()[0]
    world.space.import_(tmp_path / "crawl.warc", source="crawl")
    assert world.ports.log.head()[0] == size
    (refused,) = world.space.import_(tmp_path / "crawl.warc", source="nobody")
    assert refused.set_aside == {"source-unknown": 1}


def test_a_stored_page_is_imported_with_its_signals(tmp_path):
    """A folder of a page, its headers and its address gives one document and its reading; nothing beside it becomes a document."""
    world = make(tmp_path / "w", sources=())
    world.license("crawl", ground="open-licence", licence="CC-BY-4.0")
    for name, headers in (("a", ""), ("b", "Content-Signal: ai-train=no\n")):
        folder = tmp_path / "in" / name
        folder.mkdir(parents=True)
        (folder / "page.html").write_text(f"<html><body><p>{prose(f'stored {name}', 60)}</p></body></html>")
        (folder / "url.txt").write_text(f"{SITE}/{name}\n")
        (folder / "headers.txt").write_text(f"HTTP/1.1 200 OK\nContent-Type: text/html\n{headers}")
        (folder / "robots.txt").write_text("User-agent: *\nAllow: /\n")
    reports = world.space.import_(tmp_path / "in", source="crawl")
    assert [report.format for report in reports] == ["html", "html"]
    assert reasons(world.build()) == {"reserved": 1}


def test_read_again_before_a_release(world, tmp_path, monkeypatch):
    """Every page of a source is fetched again by its documents' addresses; what does not answer is not taken for read.

    Law: SIG-02, SIG-04, PRV-08
    """
    from licit.adapters.fetch import Fetcher

    def answer(self, url, largest=0, *, stay=False):
        if "/d#" in url and self.shunned("https://libgen.example/d"):
            return Answer(fault="no-connection")
        said = {"tdm-reservation": ("1",)} if "/b#" in url else {}
        return Answer(status=404 if "robots" in url or "well-known" in url or "ai.txt" in url else 200, headers=said)

    read(world, tmp_path, *pages(a=(), b=(), c=(), d=()), date="2025-06-01T00:00:00Z")
    assert reasons(world.build()) == {"signals-stale": 4}
    monkeypatch.setattr(Fetcher, "get", answer)
    done = CliRunner().invoke(main, ["source", "signals", "--again", "--source", "garden", "--by", "zoe", "--json", "--workspace", str(world.root)],
                              catch_exceptions=False)
    assert (done.exit_code, json.loads(done.output)["unanswered"]) == (0, 1)
    assert reasons(world.build(name="again")) == {"reserved": 1, "signals-stale": 1}
