"""A company whose workspace commands are run on, each command with the workspace before it, and where they are run."""

from collections.abc import Iterator

import pytest
from scenes import Runner, Scene, prepared
from world import CONSUMER, PLANTED, World, jsonl, make, people_chats


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Run licit commands, killed at a moment or not."""
    runner = Runner(tmp_path_factory.mktemp("runs"))
    yield runner
    runner.close()


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A workspace with policy and source, a plan judged at a fixed day, and chats that wait beside it."""
    root = tmp_path_factory.mktemp("company")
    world = make(root / "w")
    (root / "w/plan.toml").write_text('as_of = "2025-09-01"\n', encoding="utf-8")
    rows = people_chats()
    for row in rows:
        if row["account"] == "user1":
            row["messages"][0]["content"] += f" Et {PLANTED}."
    jsonl(root / "first.jsonl", rows[:7])
    jsonl(root / "second.jsonl", [*rows[7:], {"id": "broken", "messages": 3}])
    return world


@pytest.fixture(scope="session")
def importing(company: World) -> list[str]:
    """The import command of that company, without its workspace."""
    return ["import", str(company.root.parent / "first.jsonl"), str(company.root.parent / "second.jsonl"), "--source", "chat",
            "--subject-field", "account", "--capacity", CONSUMER["capacity"], "--age", CONSUMER["age"]]


@pytest.fixture(scope="session")
def scenes(company, importing, run, tmp_path_factory) -> dict[str, Scene]:
    """Import, build, patch and erase, each with the workspace that the one before left."""
    folder = tmp_path_factory.mktemp("scenes")
    out: dict[str, Scene] = {}
    before = company.root
    after = {"import": [], "build": [["recipient", "add", "Partner lab", "--release", "release-1", "--by", "ines"],
                                     ["rights", "object", "--subject", "user0", "--issuer", "chat"]], "patch": [], "erase": []}
    commands = {"import": importing, "build": ["build", "--jobs", "1", "--json"], "patch": ["recall", "--patch"],
                "erase": ["rights", "erase", "--subject", "user1", "--issuer", "chat"]}
    for name, argv in commands.items():
        (folder / name).mkdir()
        out[name] = prepared(name, before, argv, run, folder / name)
        before = folder / name / "whole"
        for more in after[name]:
            assert run(*more, "--workspace", before).code == 0
    return out


@pytest.fixture(params=[pytest.param(False, id="sampled"), pytest.param(True, id="every", marks=pytest.mark.slow)])
def every(request) -> bool:
    """Whether every moment is tried."""
    return request.param
