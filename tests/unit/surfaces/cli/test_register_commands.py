"""The register by command line: who did it, what is there already, and what is meant by a wrong name."""

import json

import pytest
from click.testing import CliRunner
from world import chat, failing, prose

from licit.surfaces.cli import main


@pytest.fixture
def run(world):
    """Run a command in a world; give what it printed."""
    def run(*argv: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, [*argv, "--workspace", str(world.root)], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.mark.parametrize("argv", [
    ["source", "add", "x", "--ground", "own"], ["source", "licence", "x", "--spdx", "CC0-1.0"], ["source", "approve", "chat"],
    ["source", "contract", "chat", "--id", "C-1", "--use", "train", "--from", "2025-01-01"],
    ["source", "signal", "chat", "--verdict", "reserved"], ["recipient", "add", "Lab", "--release", "release-1"],
    ["run", "add", "run-1", "--release", "release-1"], ["model", "add", "m", "--run", "run-1", "--next-retrain", "2026-06-30"]])
def test_nobody_registers_anything_unnamed(run, argv):
    """Every entry of the register says who made it."""
    assert "--by" in run(*argv, code=2)


def test_who_did_it_stands_in_the_log(run, world):
    """The name that was given is part of the entry."""
    run("source", "contract", "chat", "--id", "C-1", "--use", "train", "--from", "2025-01-01", "--by", "zoe")
    run("source", "signal", "chat", "--verdict", "allowed", "--note", "robots.txt", "--by", "zoe")
    found = [dict(entry.decision) for entry in world.ports.log.entries(kinds=("contract", "signal"))]
    assert [body["by"] for body in found] == ["zoe", "zoe"]


def test_who_records_a_contract_does_not_approve_it(run):
    """Neither who proposed a source nor who recorded its contract approves it."""
    run("source", "contract", "chat", "--id", "C-1", "--use", "train", "--from", "2025-01-01", "--by", "Zoe  Martin")
    assert "self-approval" in run("source", "approve", "chat", "--by", "zoe martin", code=1)
    assert "self-approval" in run("source", "approve", "chat", "--by", "ines", code=1)
    assert "approved" in run("source", "approve", "chat", "--by", "leo")


def test_the_same_twice_asks_for_no_new_approval(run, world):
    """Registering a source just as it stands enters nothing; a change does."""
    size = world.ports.log.head()[0]
    assert "nothing was changed" in run("source", "add", "chat", "--ground", "own", "--by", "ines")
    assert world.ports.log.head()[0] == size
    assert " approved " in run("source", "list")
    assert "is registered" in run("source", "add", "chat", "--ground", "own", "--title", "Le Chat", "--by", "ines")
    assert "not approved" in run("source", "list")


def test_a_wrong_name_is_told_the_near_one(run):
    """An unknown source is an error that names the one that may be meant."""
    assert "did you mean 'chat'" in run("source", "approve", "chta", "--by", "zoe", code=2)


def test_machines_get_the_entry(run):
    """With --json each command prints one object with the entry's number."""
    said = json.loads(run("source", "signal", "chat", "--verdict", "reserved", "--by", "zoe", "--json"))
    assert said["source"] == "chat"
    assert isinstance(said["entry"], int)


def test_a_model_of_an_unknown_run(run):
    """A model whose run nobody recorded would be found by no recall."""
    assert "run-unknown" in run("model", "add", "m", "--run", "run-9", "--next-retrain", "2026-06-30", "--by", "z", code=2)


def test_a_run_recorded_again_forgets_nothing(full):
    """A run recorded twice trained on all that was named, so that a recall finds it under each."""
    full.space.build({"name": "second"})
    for release in ("release-1", "second-1"):
        full.space.register("run", id="run-1", releases=[release], code="v1")
        full.space.register("recipient", name="Lab", release="release-1")
    full.object("user0")
    touched = {item.release: item for item in full.space.recall().touched}
    assert {name: [run["run"] for run in item.runs] for name, item in touched.items()} == {
        "release-1": ["run-1"], "second-1": ["run-1"]}
    assert touched["release-1"].recipients == ("Lab",)


def test_a_policy_is_adopted_in_somebodys_name(run, world, tmp_path):
    """Without a name no policy comes into force; with one it stands in the log beside the policy, and decides nothing."""
    page = tmp_path / "policy.toml"
    page.write_text('[[surface]]\nid = "web"\nassurance = "minors"\n', encoding="utf-8")
    before = world.ports.log.head()
    assert "--by" in run("policy", "adopt", str(page), code=2)
    assert world.ports.log.head() == before
    run("policy", "adopt", str(page), "--by", "Me Amari")
    *_, last = world.ports.log.entries(kinds=("policy",))
    assert last.decision == {"surface": [{"id": "web", "assurance": "minors"}], "by": "Me Amari"}
    world.take([chat("c", "ada", prose("c"))])
    assert failing(world.build().path, world.root) == {}
