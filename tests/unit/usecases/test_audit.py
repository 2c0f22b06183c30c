"""The audit counts everything it meets, keeps no text, and says what it did not look for."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from warcs import warc

from licit.core.ports import Sensitive
from licit.core.spans import Span
from licit.surfaces.cli import audit as audit_command
from licit.surfaces.cli import main

CANARY = "zorvane quillmist"


class Addresses:
    """A quick detector: the word with the sign."""

    name, version, labels, languages = "addresses-of-a-test", "1", frozenset({"EMAIL"}), frozenset[str]()

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[Span]]:
        """Find the one address of the tests."""
        return [[Span(start=at, end=at + 15, label="EMAIL", detector=self.name)] if (at := text.find("ada@example.org")) >= 0 else []
                for text in texts]


class Illness:
    """A quick screener: one word."""

    name, version, languages = "illness-of-a-test", "1", frozenset({"en"})

    def look(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[Sensitive]]:
        """Find the one illness of the tests."""
        return [[Sensitive(reason="special-category", family="health")] if "measles" in text else [] for text in texts]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look with the detector and the screener of this file."""
    monkeypatch.setattr(audit_command, "find_with", lambda plugins: lambda: (Addresses(),))
    monkeypatch.setattr(audit_command, "_screeners", lambda: (Illness(),))


def audit(*arguments: object) -> dict[str, Any]:
    """Run the command for machines."""
    ran = CliRunner().invoke(main, ["audit", *map(str, arguments), "--json"], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def lines(path: Path, *rows: object) -> Path:
    """Write rows, a line each; a text as it stands."""
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8")
    return path


def test_everything_is_looked_at_or_unreadable(tmp_path: Path) -> None:
    """Arrived = looked at + unreadable, whatever lies in the folder."""
    lines(tmp_path / "a.jsonl", {"id": 1, "text": "Write to ada@example.org about it."}, '{"broken', {"id": 2, "text": "It has measles."},
          {"id": 3, "number": 4})
    (tmp_path / "b.md").write_text("# A page\n\nSome words of a page.\n", encoding="utf-8")
    (tmp_path / "c.bin").write_bytes(bytes(range(256)) * 20)
    told = audit(tmp_path)
    assert told["arrived"] == told["looked_at"] + sum(told["unreadable"].values()) == 6
    assert told["unreadable"] == {"broken-json": 1, "no-text-column": 1, "format-unknown": 1}
    assert told["personal_data"]["labels"] == {"EMAIL": {"places": 1, "records": 1, "precision": {}}}
    assert told["special"]["families"] == {"health": {"records": 1, "reason": "special-category"}}


def test_nothing_of_a_text_comes_out(tmp_path: Path) -> None:
    """No word of a record stands in the output, be it in its text, its columns or its licence's field."""
    lines(tmp_path / "a.jsonl", {"id": CANARY, "text": f"{CANARY} ada@example.org", "license": f"© {CANARY}", "title": CANARY},
          {"text": f'{CANARY}', "messages": CANARY}, f'{{"{CANARY}')
    for more in ([], ["--json"]):
        ran = CliRunner().invoke(main, ["audit", str(tmp_path), *more], catch_exceptions=False)
        assert ran.exit_code == 0
        assert "zorvane" not in ran.output
        assert "quillmist" not in ran.output


def test_licences_are_judged_as_the_register_would(tmp_path: Path) -> None:
    """A known open licence passes; a spelling names the nearest one; NC, ND, research-only and none are gaps."""
    spelt = ["CC-BY-4.0", "CC BY 4", "MIT-ish", "CC-BY-NC-4.0", "CC BY-ND 4.0", "research only", "", "unknown"]
    lines(tmp_path / "a.jsonl", *({"text": f"words {n}", "license": name} for n, name in enumerate(spelt)))
    told = {one["licence"]: (one["verdict"], one["nearest"]) for one in audit(tmp_path, "--one-in", 0)["licences"]}
    assert told == {"CC-BY-4.0": ("open", ""), "CC BY 4": ("misspelt", "CC-BY-4.0"), "MIT-ish": ("misspelt", "MIT"),
                    "CC-BY-NC-4.0": ("not-commercial", ""), "CC BY-ND 4.0": ("forbids", "CC-BY-ND-4.0"),
                    "research only": ("forbids", ""), "": ("none", ""), "unknown": ("unknown", "")}


def test_what_was_not_looked_for_is_said(tmp_path: Path) -> None:
    """Nothing that was not looked for is shown as none."""
    lines(tmp_path / "a.jsonl", {"text": "Write to ada@example.org."})
    told = audit(tmp_path, "--one-in", 0)
    assert told["personal_data"] is None
    assert told["special"] is None


def test_copies_are_counted(tmp_path: Path) -> None:
    """An exact copy and a near one are told apart, across files; an empty text is no copy of another."""
    words = " ".join(f"word{n}" for n in range(80))
    lines(tmp_path / "a.jsonl", {"text": words}, {"text": ""}, {"text": ""})
    lines(tmp_path / "b.jsonl", {"text": words.upper()}, {"text": words + " again"}, {"text": "quite another text than these"})
    told = audit(tmp_path, "--one-in", 0)
    assert told["duplicates"] == {"looked_at": 4, "exact": 1, "near": 1, "left": 0}
    assert told["empty"] == 2


def test_what_stored_pages_reserve_is_read(tmp_path: Path) -> None:
    """A page's own tags, the headers stored beside it or in a row, and a row's robots.txt are read; files beside are no records.

    Law: SIG-10
    """
    words = "<p>The council wrote a page of words about nothing much, and the town read it with care and patience.</p>"
    for name, head in (("a", '<meta name="robots" content="noai">'), ("b", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.html").write_text(f"<html><head>{head}</head><body>{words}</body></html>", encoding="utf-8")
    (tmp_path / "b" / "headers.txt").write_text("HTTP/1.1 200 OK\nTDM-Reservation: 1\n", encoding="utf-8")
    lines(tmp_path / "rows.jsonl", {"text": "some words", "headers": {"X-Robots-Tag": "noai"}}, {"text": "more words", "headers": "nonsense"},
          {"text": "other words"})
    told = audit(tmp_path, "--one-in", 0)
    assert told["signals"]["verdicts"] == {"reserved": 4}
    assert told["looked_at"] == 5
    assert {one["reason"]: one["records"] for one in told["to_do"]}["reserved"] == 4


def test_packed_rows_and_archives_of_the_web_are_read(tmp_path: Path) -> None:
    """Packed rows are rows; each page of a web archive is a document judged with its site's files; papers beside speak for both.

    Law: SIG-10, PRV-03, PRV-07
    """
    (tmp_path / "LICENSE").write_text("Creative Commons Attribution 4.0 International", encoding="utf-8")
    (tmp_path / "rows.jsonl.gz").write_bytes(gzip.compress(b'{"text": "some words of a row"}\n'))
    page, html = b"<html><p>The council wrote a page of words about nothing much, and the town read it.</p></html>", (("Content-Type", "text/html"),)
    shut = warc(("https://a.example/shut", page, html), packed=False).replace(b" 200 OK", b" 403 No")
    (tmp_path / "crawl.warc").write_bytes(warc(("https://a.example/p", page, html), ("https://b.example/p", page, html),
                                               ("https://a.example/robots.txt", b"User-agent: CCBot\nDisallow: /p\n", ()), packed=False) + shut)
    told = audit(tmp_path, "--one-in", 0)
    assert told["formats"] == {"json": 1, "warc": 1}
    assert (told["looked_at"], told["unreadable"]) == (3, {"no-lawful-access": 1})
    assert told["signals"]["verdicts"] == {"reserved": 1, "unknown": 1}
    assert [(one["licence"], one["records"]) for one in told["licences"]] == [("CC-BY-4.0", 3)]


def test_pages_without_stored_answers_are_not_looked_for(tmp_path: Path) -> None:
    """Where nothing was stored of any page, reservations are said to be not looked for."""
    lines(tmp_path / "rows.jsonl", {"text": "some words"})
    assert audit(tmp_path, "--one-in", 0)["signals"] is None
