"""``licit audit`` as somebody types it: its page is written whole, its files are named from the folder."""

import json
from pathlib import Path

from click.testing import CliRunner

from licit.surfaces.cli import main


def test_the_page_and_the_json_say_the_same(tmp_path: Path) -> None:
    """The page is written whole, and no absolute path stands in either."""
    data = tmp_path / "set"
    data.mkdir()
    (data / "README.md").write_text("# A set\n\n| file | licence |\n|---|---|\n| `{a,b}.jsonl` | CC0-1.0 |\n", encoding="utf-8")
    for name in ("a", "b", "c"):
        (data / f"{name}.jsonl").write_text(json.dumps({"text": f"words of {name}"}) + "\n", encoding="utf-8")
    ran = CliRunner().invoke(main, ["audit", str(data), "--one-in", "0", "--html", str(tmp_path / "page.html"), "--json"], catch_exceptions=False)
    told = json.loads(ran.stdout)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert [(one["licence"], one["stated_by"], one["records"]) for one in told["licences"]] == [("CC0-1.0", "README table", 2), ("", "", 1)]
    assert told["where"]["licence-unknown"] == [["c.jsonl", "line 1"]]
    assert "c.jsonl" in page
    assert str(tmp_path) not in page


def test_what_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    """A path that does not exist is an error, never an empty audit."""
    ran = CliRunner().invoke(main, ["audit", str(tmp_path / "nothing")])
    assert ran.exit_code == 2
