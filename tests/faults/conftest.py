"""A way to run licit commands that are killed at a moment, and a company whose workspace they are run on."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from world import CONSUMER, PLANTED, World, jsonl, make, people_chats

ZYGOTE = Path(__file__).with_name("zygote.py")


@dataclass
class Ran:
    """What a command came to; ``moments`` is how many durable moments it passed, -1 when it was killed."""

    code: int
    out: str
    err: str
    moments: int


class Runner:
    """Runs commands in forked children of one loaded process."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number = folder, 0
        self.process = subprocess.Popen([sys.executable, str(ZYGOTE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def __call__(self, *argv: str | Path, at: int = 0, kind: str = "kill", **env: str) -> Ran:
        """Run one command; ``at`` is the moment it dies (or the disk is full), 0 never."""
        self.number += 1
        names = {name: str(self.folder / f"{self.number}.{name}") for name in ("out", "err", "moments")}
        order: dict[str, Any] = {"argv": [str(word) for word in argv], "at": at, "kind": kind, "env": env, **names}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        passed = Path(names["moments"])
        return Ran(code=code, out=Path(names["out"]).read_text(), err=Path(names["err"]).read_text(),
                   moments=int(passed.read_text()) if passed.exists() else -1)

    def close(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


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
