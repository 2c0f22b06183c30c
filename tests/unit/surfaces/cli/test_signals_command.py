"""``licit source signals``: one object, a verdict, and the rule that decided; nothing is fetched that is not asked for."""

import json

import pytest
from click.testing import CliRunner

from licit.surfaces.cli import main

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
