"""Commands with the workspace that each is run on, what they come to, and a way to run them in bad surroundings."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from world import World, failing

from licit.usecases.release import mend
from licit.usecases.workspace import releases_at

ZYGOTE = Path(__file__).with_name("zygote.py")


@dataclass
class Ran:
    """What a command came to; ``moments`` is how many durable moments it passed, -1 when it was killed."""

    code: int
    out: str
    err: str
    moments: int


class Runner:
    """Runs commands in forked children of one loaded process, itself started ``within`` another command if one is given."""

    def __init__(self, folder: Path, within: Sequence[str] = ()) -> None:
        self.folder, self.number = folder, 0
        self.process = subprocess.Popen([*within, sys.executable, str(ZYGOTE)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def __call__(self, *argv: str | Path, at: int = 0, kind: str = "kill", room: int = 0, **env: str) -> Ran:
        """Run one command; ``at`` is the moment it dies (or the disk is full), 0 never; ``room`` bounds each file's bytes."""
        return self._order(argv=[str(word) for word in argv], at=at, kind=kind, room=room, env=env)

    def shell(self, script: str) -> str:
        """Run a script where the commands run; give what it printed, and insist that it ends well."""
        ran = self._order(shell=script)
        assert ran.code == 0, ran.err
        return ran.out

    def _order(self, **order: Any) -> Ran:
        self.number += 1
        names = {name: str(self.folder / f"{self.number}.{name}") for name in ("out", "err", "moments")}
        order |= names
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


@dataclass
class Scene:
    """A command, the workspace before it, and what it comes to when nothing happens."""

    before: Path
    argv: list[str]
    moments: int = 0
    name: str = ""
    roots: dict[str, str] = field(default_factory=dict)


def result(root: Path) -> dict[str, str]:
    """Mend a workspace as the next build would; give its live releases' content roots; every one passes its audit."""
    world = World(root)
    mend(world.ports)
    known = releases_at(world.ports.log)
    assert {path.name for path in (root / "releases").iterdir()} == set(known)
    out = {}
    for name, release in known.items():
        if release.withdrawn < 0:
            assert failing(root / "releases" / name, root) == {}
            out[name] = json.loads((root / "releases" / name / "manifest.json").read_text())["content_root"]
    assert not list(root.rglob(".*.part"))
    assert not list(root.glob(".spill-*"))
    return out


def prepared(name: str, before: Path, argv: list[str], run, folder: Path) -> Scene:
    """Run a command once without a fault, to count its moments and see its result."""
    root = folder / "whole"
    shutil.copytree(before, root)
    ran = run(*argv, "--workspace", root)
    assert ran.code == 0, ran.err
    return Scene(name=name, before=before, argv=argv, moments=ran.moments, roots=result(root))
