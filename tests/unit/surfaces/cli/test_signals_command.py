"""``licit source signals``: one object, a verdict, and the rule that decided; nothing is fetched that is not asked for."""

import hashlib
import json

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from warcs import warc

from licit.surfaces.cli import main
from licit.usecases.workspace import Position, register_at

URL = "https://news.example/a/b"


def run(*argv: object, code: int = 0) -> str:
    """Run the command; give what it printed."""
    result = CliRunner().invoke(main, ["source", "signals", *map(str, argv)], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize(("body", "verdict"), [
    (b"User-agent: GPTBot\nDisallow: /a/\n", "reserved"), (b"User-agent: GPTBot\nAllow: /\n", "allowed"),
    (b"\xff\xfeU\0s\0e\0r\0", "reserved"), (b"<html>no such page</html>", "reserved")])
def test_a_stored_robots_decides_for_the_path(tmp_path, body, verdict):
    """With --robots nothing is fetched, and the verdict is the path's; every verdict is an answer, not a fault."""
    (tmp_path / "robots.txt").write_bytes(body)
    said = json.loads(run(URL, "--robots", tmp_path / "robots.txt", "--agent", "GPTBot", "--json"))
    assert said["verdict"] == verdict
    assert said["rule"]
    assert said["signals"][0]["name"] == "robots"


def test_a_folder_of_one_page(tmp_path):
    """A page is judged with the headers and the site's files that were stored beside it."""
    (tmp_path / "page.html").write_text("<p>Words.</p>")
    (tmp_path / "headers.txt").write_text("HTTP/1.1 403 Forbidden\nContent-Type: text/html\n")
    (tmp_path / "url.txt").write_text(URL)
    said = json.loads(run(tmp_path, "--json"))
    assert (said["verdict"], said["url"], said["signals"][0]["says"]) == ("reserved", URL, "no-access")


@pytest.mark.parametrize("argv", [["nowhere.html"], ["a.html", "--agent", "two words"], ["a.html", "--robots", "nowhere.txt"], []])
def test_bad_input_is_said(tmp_path, monkeypatch, argv):
    """A file that is not there, a token that is none, or nothing at all: exit code 2 and a message."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.html").write_text("<p>Words.</p>")
    assert run(*argv, code=2)


def test_the_table_of_signals():
    """--list names each signal, the version of its specification, and where it is looked for."""
    listed = [json.loads(line) for line in run("--list", "--json").splitlines()]
    assert {"robots", "access"} <= {each["name"] for each in listed}
    assert all(each["spec"] and each["reads"] for each in listed)


def test_an_archive_is_one_answer(tmp_path):
    """One reserved page reserves the whole; a broken archive does too, and --each names each page."""
    html = (("Content-Type", "text/html"),)
    whole = warc(("https://a.example/p", b"<html></html>", html), ("https://a.example/robots.txt", b"User-agent: CCBot\nDisallow: /\n", ()),
                 ("https://b.example/p", b"", html))
    (tmp_path / "a.warc.gz").write_bytes(whole)
    said = json.loads(run(tmp_path / "a.warc.gz", "--json"))
    assert (said["verdict"], said["pages"], said["verdicts"]) == ("reserved", 2, {"reserved": 1, "unknown": 1})
    each = [json.loads(line)["verdict"] for line in run(tmp_path / "a.warc.gz", "--each").splitlines()]
    assert each == ["reserved", "unknown"]
    (tmp_path / "b.warc.gz").write_bytes(whole[-40:])
    assert json.loads(run(tmp_path / "b.warc.gz", "--json"))["verdict"] == "reserved"


def test_a_reading_is_kept_and_a_reservation_stays(tmp_path, world):
    """The reading lies in the workspace under its hash, the log names it, and leave read later lifts no reservation.

    Law: SIG-04
    """
    for robots, verdict in (("Disallow", "reserved"), ("Allow", "allowed")):
        (tmp_path / "robots.txt").write_text(f"User-agent: *\n{robots}: /\n")
        said = json.loads(run(URL, "--robots", tmp_path / "robots.txt", "--agent", "FooBot", "--source", "chat", "--by", "zoe", "--json",
                              "--workspace", world.root))
        assert said["verdict"] == verdict
    entries = [dict(entry.decision) for entry in world.ports.log.entries(kinds=("signal",))]
    assert [entry["verdict"] for entry in entries] == ["reserved", "allowed"]
    folder = world.root / "signals"
    for entry in entries:
        kept = (folder / f"{entry['sha256']}.json").read_bytes()
        assert hashlib.sha256(kept).hexdigest() == entry["sha256"]
        (raw,) = pq.read_table(folder / f"{json.loads(kept)['raws']}.raws.parquet").to_pylist()
        (page,) = pq.read_table(folder / f"{entry['pages']}.parquet").to_pylist()
        assert raw["raw"].startswith(b"User-agent: *")
        assert raw["sha256"] == hashlib.sha256(raw["raw"]).digest() == page["signals"][0]["raw"]
        assert page["signals"][0]["spec"] == "RFC 9309"
        assert page["at"] == entry["read_at"]
    assert not register_at(world.ports.log, Position.head(world.ports.log))["chat"].reserved
    run(tmp_path / "robots.txt", "--source", "chat", "--by", "zoe", "--workspace", world.root)  # of the whole site, and it says nothing
    assert register_at(world.ports.log, Position.head(world.ports.log))["chat"].reserved


def test_words_wait_for_a_person(tmp_path, world):
    """What only words reserve holds, until somebody names the reading and decides.

    Law: SIG-10
    """
    (tmp_path / "a.html").write_text("<p>Text and data mining is not permitted.</p>")
    run(tmp_path / "a.html", "--source", "chat", "--by", "zoe", "--workspace", world.root)

    def stands() -> tuple[bool, frozenset[str]]:
        source = register_at(world.ports.log, Position.head(world.ports.log))["chat"]
        return source.reserved, source.words

    reserved, (reading,) = stands()
    assert not reserved
    result = CliRunner().invoke(main, ["source", "signal", "chat", "--verdict", "allowed", "--settles", reading, "--by", "ines", "--workspace", str(world.root)])
    assert (result.exit_code, stands()) == (0, (False, frozenset()))


def test_one_refusal_beside_words_is_a_refusal(tmp_path, world):
    """A page that a signal reserves is not a person's to settle because another page has words."""
    html = (("Content-Type", "text/html"),)
    (tmp_path / "a.warc").write_bytes(warc(("https://a.example/p", b"<p>Text and data mining is not permitted.</p>", html),
                                           ("https://a.example/q", b"", (("TDM-Reservation", "1"),))))
    assert json.loads(run(tmp_path / "a.warc", "--json"))["person"] is False


def test_the_older_form_still_records(world):
    """A verdict said by hand is recorded as before."""
    said = json.loads(run("chat", "--verdict", "allowed", "--by", "zoe", "--json", "--workspace", world.root))
    assert said["source"] == "chat"
    assert "--by" in run("chat", "--verdict", "allowed", "--workspace", world.root, code=2)


def test_nothing_is_recorded_for_a_source_that_is_not(tmp_path, world):
    """An unknown source is an error, and leaves no file."""
    (tmp_path / "a.html").write_text("<p>Words.</p>")
    assert "source-unknown" in run(tmp_path / "a.html", "--source", "nobody", "--by", "zoe", "--workspace", world.root, code=2)
    assert list((world.root / "signals").glob("*")) == []
