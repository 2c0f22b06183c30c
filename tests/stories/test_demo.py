"""The demonstration, looked at from its folder: what it says on the screen must be so in the workspace."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from licit.surfaces.cli import main
from licit.surfaces.demo.cases import AFTER, BEFORE, OUTSIDER, PLANTED, TWINS
from licit.surfaces.demo.documents import ADVERTISING, QUALIFICATION, REPLY
from licit.surfaces.demo.people import somebody
from licit.surfaces.demo.screen import screen
from licit.surfaces.demo.story import MODEL, RECIPIENT, RUN, Beat, Outcome
from licit.surfaces.notebook import open_workspace
from licit.usecases.proofs import prove
from licit_verify import verify

HELD = {"age-unknown": 2, "licence-unknown": 1, "pasted-chat": 1, "shadow-library": 2, "third-parties": 1,
        "waiting-period": 1}
REFUSED = {"chat-state": 1, "contract-dates": 1, "contract-use": 1, "duplicate": 1, "licence-forbids": 1, "minor": 1, "near-duplicate": 1,
           "objection": 5, "organisation-data": 3, "purpose": 9, "reserved": 1, "special-category": 1, "third-party-objection": 1}
MINE = "notes of mine"


@dataclass(frozen=True, slots=True)
class Shown:
    """A demonstration that ran: its folder, what it printed, and its exit code."""

    folder: Path
    screen: str
    steps: str
    code: int

    def release(self, name: str) -> Path:
        """Give the folder of a release."""
        return self.folder / "workspace/releases" / name

    def state(self, name: str) -> Any:
        """Read a JSON file of the first release's state."""
        return json.loads((self.folder / "workspace/state/release-1" / name).read_bytes())


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """Run the demonstration once, where the half of an earlier one and a file of the user's lie."""
    base = tmp_path_factory.mktemp("demo")
    folder = base / "licit-demo"
    (folder / "workspace/releases").mkdir(parents=True)
    (folder / "workspace/licit.toml").write_text("broken", encoding="utf-8")
    (folder / ".licit-demo").touch()
    (folder / "mine.txt").write_text(MINE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(base)
        result = CliRunner().invoke(main, ["demo", "--lang", "en"])
        yield Shown(folder, result.stdout, result.stderr, result.exit_code)


def words(folder: Path) -> str:
    """Read every Parquet file below a folder with plain pyarrow and give all its values as one text."""
    files = sorted(folder.rglob("*.parquet"))
    assert files
    return "\n".join(json.dumps(pq.ParquetFile(file).read().to_pylist(), ensure_ascii=False, default=str)
                     for file in files)


def test_every_beat_holds(shown: Shown) -> None:
    """The demonstration ends well, and says so for each thing it shows."""
    assert shown.code == 0, shown.screen + shown.steps
    assert shown.screen.count("✓ ") == 10
    assert "✗" not in shown.screen


def test_the_tally_is_exact_and_balances(shown: Shown) -> None:
    """Each story ends in the one reason it was written for, and nothing is unaccounted for."""
    tally = shown.state("tally.json")
    assert (tally["held"], tally["refused"]) == (HELD, REFUSED)
    assert tally["arrived"] == tally["released"] + sum(HELD.values()) + sum(REFUSED.values())
    for reason in (*HELD, *REFUSED):
        assert f" {reason} " in shown.screen


def test_one_screen(shown: Shown) -> None:
    """The last screen has at most forty lines of a hundred columns, and every path that it names is there."""
    lines = shown.screen.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 100
    paths = [word for line in lines for word in line.split() if word.startswith("licit-demo/")]
    assert len(paths) >= 8
    assert [path for path in paths if not (shown.folder.parent / path).exists()] == []


def test_no_personal_data_is_printed(shown: Shown) -> None:
    """The screen and the steps hold counts, ids and reasons: no name, address, number, account or sentence."""
    printed = shown.screen + shown.steps
    people = [somebody(number) for number in range(450)]
    personal = {value for who in people for value in (who.name, who.mail, who.phone)}
    personal |= {OUTSIDER, BEFORE, f" {AFTER} ", *TWINS, *PLANTED["before"], *PLANTED["after"]}
    assert [value for value in personal if value in printed] == []


def test_the_live_release_holds_no_word_of_who_objected(shown: Shown) -> None:
    """What was in the first release and objected to later is gone; what was objected to before was never there."""
    first, last = words(shown.release("release-1")), words(shown.release("release-2"))
    assert [sentence in first for sentence in PLANTED["after"]] == [True] * 3
    assert [sentence for sentence in (*PLANTED["before"], *PLANTED["after"]) if sentence in last] == []
    assert [sentence for sentence in PLANTED["before"] if sentence in first] == []


def test_names_and_addresses_are_replaced(shown: Shown) -> None:
    """None of the invented people's names, addresses and numbers stands in what is handed out."""
    last = words(shown.release("release-2"))
    assert last.count("[PERSON_") > 200
    assert [value for who in map(somebody, range(450)) for value in (who.name, who.mail, who.phone) if value in last] == []


def test_the_article_keeps_its_reply(shown: Shown) -> None:
    """The right of reply and the qualifying sentence stay in one row with the accusation; advertising does not stay."""
    rows = [row for file in (shown.release("release-2") / "data").glob("*.parquet")
            for row in pq.ParquetFile(file).read(columns=["text"]).to_pylist() if row["text"]]
    article, = (row["text"] for row in rows if "accuse" in row["text"])
    assert REPLY in article
    assert QUALIFICATION in article
    assert ADVERTISING not in words(shown.release("release-2"))


def test_tiers_are_in_the_input_and_nowhere_after(shown: Shown) -> None:
    """The log says free, pro, team and logged out; not a shard nor a release holds a tier, a price or a retention."""
    log = (shown.folder / "company/lumen/public.jsonl").read_text(encoding="utf-8")
    stored = words(shown.folder / "workspace")
    assert r'\"origin_id\"' in stored
    for name in ('"tier"', '"price"', '"retention_days"', "logged-out"):
        assert name in log
        assert name.replace('"', r'\"') not in stored


@pytest.mark.parametrize("release", ["release-1", "release-2"])
def test_both_releases_verify(shown: Shown, release: str) -> None:
    """Every claim of both releases holds, for anybody and for an auditor."""
    report = verify(shown.release(release), auditor=shown.folder / "workspace", now=datetime.now(UTC))
    assert [(result.claim, result.result) for result in report.results if result.result != "holds"] == []


def test_the_patch_withdraws_its_parent(shown: Shown) -> None:
    """The patch has three rows fewer and names the release it takes the place of."""
    first, last = (json.loads((shown.release(name) / "manifest.json").read_bytes()) for name in ("release-1", "release-2"))
    assert last["rows"] == first["rows"] - 3
    assert (last["parent"]["name"], last["parent"]["withdrawn"]) == ("release-1", True)


def test_the_altered_copy_differs_by_one_byte_and_is_named(shown: Shown) -> None:
    """One byte is changed in one file of the copy; the verifier fails it and points at that file."""
    whole, copy = shown.release("release-2"), shown.folder / "altered-copy"
    differ = {str(path.relative_to(copy)): sum(a != b for a, b in zip(path.read_bytes(), (
        whole / path.relative_to(copy)).read_bytes(), strict=True)) for path in copy.rglob("*") if path.is_file()}
    altered, = (name for name, number in differ.items() if number)
    assert differ[altered] == 1
    report = verify(copy)
    assert report.exit_code == 1
    assert altered in report.result("files-intact").files


def test_the_person_can_prove_absence_alone(shown: Shown) -> None:
    """The proof holds for the patch, without the workspace; for the first release it shows that they were in it."""
    claims = ("receipt-genuine", "receipt-in-log", "person-absent")
    report = verify(shown.release("release-2"), receipt=shown.folder / "papers/proof.json")
    assert [report.result(claim).result for claim in claims] == ["holds"] * 3
    space = open_workspace(shown.folder / "workspace")
    receipt = json.loads((shown.folder / "papers/receipt.json").read_bytes())
    earlier = shown.folder.parent / "earlier.json"
    earlier.write_text(json.dumps(prove(space.ports, receipt, "release-1")), encoding="utf-8")
    assert verify(shown.release("release-1"), receipt=earlier).result("person-absent").result == "fails"


def test_the_recall_names_who_has_it_and_by_when(shown: Shown) -> None:
    """The recall names rows, recipient, run, model, and the days by which to answer and to retrain."""
    recall = (shown.folder / "papers/recall.txt").read_text(encoding="utf-8")
    for name in ("release-1: 3 rows must leave", RECIPIENT, RUN, MODEL, "answer the person", "retrain without it"):
        assert name in recall


def test_the_explained_record_is_refused_for_what_it_reveals(shown: Shown) -> None:
    """The record that the screen tries out is the one that reveals somebody's health."""
    record = shown.screen.split("why ")[1].split(" ")[0]
    decisions = pq.ParquetFile(shown.folder / "workspace/state/release-1/decisions.parquet").read().to_pylist()
    assert [(row["answer"], row["reason"]) for row in decisions if row["record"] == record] == [
        ("refuse", "special-category")]
    assert "special-category" in (shown.folder / "papers/explained.txt").read_text(encoding="utf-8")


def test_an_earlier_demonstration_is_replaced_and_nothing_else(shown: Shown) -> None:
    """What the command made before is made anew; a file of the user's in the same folder stays."""
    assert "broken" not in (shown.folder / "workspace/licit.toml").read_text(encoding="utf-8")
    assert (shown.folder / "mine.txt").read_text(encoding="utf-8") == MINE


@pytest.mark.parametrize("option", ["--lang=en", "--keep"])
def test_somebody_elses_folder_is_refused(tmp_path: Path, option: str) -> None:
    """A folder that the command did not make is left as it is, and no marker appears in it."""
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace/thesis.txt").write_text(MINE, encoding="utf-8")
    result = CliRunner().invoke(main, ["demo", "--folder", str(tmp_path), option])
    assert result.exit_code == 1
    assert "folder-not-ours" in result.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["workspace", "thesis.txt"]


def test_a_link_in_its_folder_is_not_followed(tmp_path: Path) -> None:
    """A link where one of its own folders should be is refused: what it leads to is somebody's."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/thesis.txt").touch()
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo/.licit-demo").touch()
    (tmp_path / "demo/workspace").symlink_to(tmp_path / "elsewhere")
    result = CliRunner().invoke(main, ["demo", "--folder", str(tmp_path / "demo")])
    assert (result.exit_code, (tmp_path / "elsewhere/thesis.txt").exists()) == (1, True)


def test_an_earlier_one_is_kept_when_asked(tmp_path: Path) -> None:
    """With --keep an earlier demonstration stays as it is."""
    (tmp_path / ".licit-demo").touch()
    (tmp_path / "papers").mkdir()
    result = CliRunner().invoke(main, ["demo", "--folder", str(tmp_path), "--keep"])
    assert (result.exit_code, (tmp_path / "papers").exists()) == (1, True)


def test_what_does_not_hold_is_shown_as_such() -> None:
    """A beat that was not seen to hold gets a cross on the screen, in either language."""
    values = {"release": "release-2", "parent": "release-1", "rows": 1, "gone": 0}
    outcome = Outcome(records=1, documents=0, tally={"arrived": 1, "released": 1, "held": {}, "refused": {}},
                      first="release-1", last="release-2", explained="r",
                      beats=(Beat(name="patched", holds=False, values=values),))
    for language in ("en", "fr"):
        marked = [line for line in screen(outcome, Path("d"), language) if line.startswith(("✓", "✗"))]
        assert [line[0] for line in marked] == ["✗"]


@pytest.mark.slow
def test_it_runs_again_in_french(shown: Shown, tmp_path: Path) -> None:
    """Twice in one folder, by LANG in French: both end well, and the second is a whole one, on one screen too."""
    command = [sys.executable, "-c", "from licit.surfaces.cli import main; main()", "demo"]
    environment = {**os.environ, "LC_ALL": "fr_FR.UTF-8", "PYTHONUTF8": "1"}
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        lines = done.stdout.splitlines()
        assert done.returncode == 0, done.stderr
        assert (lines[0].startswith("ATELIER LUMEN (inventé)"), len(lines) <= 40) == (True, True)
        assert [line for line in lines if len(line) > 100 and "licit-demo/" not in line] == []
    assert sorted(path.name for path in (tmp_path / "licit-demo/workspace/releases").iterdir()) == ["release-1", "release-2"]


@pytest.mark.slow
def test_it_trains_for_real(tmp_path: Path) -> None:
    """With --train a model learns what was released and nothing of who refused, and the recall names its run.

    Law: FOL-01, FOL-02
    """
    result = CliRunner().invoke(main, ["demo", "--folder", str(tmp_path / "d"), "--train", "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    beats = json.loads(result.output)["beats"]
    assert beats["trained"]["holds"]
    assert beats["trained"]["read"] < 2 < 3 < beats["trained"]["refused"]
    assert beats["recalled"]["holds"]
    assert sorted(path.name for path in (tmp_path / "d/model").iterdir())
