"""Runs what a page shows: files it says to write, commands it says to type, Python it says to call, and what comes back.

A fence is run by its first words: ``console`` holds lines after ``$`` (and ``>`` for what continues them) with the output
below them; ``toml NAME``, ``json NAME`` or ``python NAME`` is a file to write; a bare ``python`` is run. In shown output
``…`` stands for any text, a line of its own for any lines. Output that is not shown is not compared.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from licit.surfaces.cli import main

ROOT = Path(__file__).parents[2]
#: Python that says so with its first import needs more than a plain install, and is run where a test asks for it.
EXTRA = re.compile(r"import (torch|datasets)\b")
_FENCE = re.compile(r"^```(\w+)?(?: ([\w./-]+))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something a page says to do: a command, a file to write or Python to run, and the output it shows."""

    kind: str
    text: str
    name: str = ""
    shown: tuple[str, ...] = ()
    line: int = 0


def fences(page: Path) -> Iterator[tuple[int, str, str, list[str]]]:
    """Give each fenced block of a page: its line, language, name and lines.

    Raises:
        ValueError: a fence that is not closed.
    """
    opened: tuple[int, str, str, list[str]] | None = None
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        found = _FENCE.match(line)
        if opened is None and found:
            opened = (number, found[1] or "", found[2] or "", [])
        elif opened is not None and line == "```":
            yield opened
            opened = None
        elif opened is not None:
            opened[3].append(line)
    if opened is not None:
        raise ValueError(f"{page.name}:{opened[0]}: this fence is not closed")


def steps(page: Path) -> Iterator[Step]:
    """Give what a page says to do, in order."""
    for number, language, name, lines in fences(page):
        if language == "console":
            yield from _typed(lines, number)
        elif name:
            yield Step(kind="file", text="\n".join(lines) + "\n", name=name, line=number)
        elif language == "python":
            yield Step(kind="python", text="\n".join(lines) + "\n", line=number)


def _typed(lines: list[str], number: int) -> Iterator[Step]:
    command: list[str] = []
    shown: list[str] = []
    for line in lines:
        if line.startswith("$ "):
            if command:
                yield Step(kind="run", text="\n".join(command), shown=tuple(shown), line=number)
            command, shown = [line[2:]], []
        elif line.startswith("> ") and command and not shown:
            command.append(line[2:])
        else:
            shown.append(line)
    if command:
        yield Step(kind="run", text="\n".join(command), shown=tuple(shown), line=number)


@dataclass(slots=True)
class Terminal:
    """Runs steps in one folder; ``licit`` runs in this process unless ``real``, and then as a newcomer's shell would.

    Python that needs an extra is run with ``extras`` only.
    """

    folder: Path
    real: bool = False
    extras: bool = False
    code: int = 0
    names: dict[str, object] = field(default_factory=dict)

    def do(self, step: Step) -> str:
        """Do one step; give what it printed."""
        if step.kind == "file":
            (self.folder / step.name).write_text(step.text, encoding="utf-8")
            return ""
        if step.kind == "python":
            self.code = 0  # what fails in Python raises
            if EXTRA.match(step.text) and not self.extras:
                return ""
            sys.path.insert(0, str(self.folder))
            try:
                exec(compile(step.text, f"line {step.line}", "exec"), self.names)
            finally:
                sys.path.remove(str(self.folder))
            return ""
        if step.text == "echo $?":
            return f"{self.code}\n"
        words = [] if self.real or "\n" in step.text else shlex.split(step.text, comments=True)
        if words and words[0] == "licit" and not {"|", ">", "&&", ";"} & set(words):
            # A pool of processes takes longer to start than these few records take to build.
            alone = ["--jobs", "1"] if words[1:2] == ["build"] else []
            result = CliRunner().invoke(main, [*words[1:], *alone], prog_name="licit")
            if result.exception is not None and not isinstance(result.exception, SystemExit):
                raise result.exception
            self.code = result.exit_code
            return result.output
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        ran = subprocess.run(["bash", "-c", step.text], cwd=self.folder, capture_output=True, text=True, timeout=120,
                             env={**os.environ, "PATH": path, "COLUMNS": "110", "PYTHONPATH": str(ROOT / "src")})
        self.code = ran.returncode
        return ran.stdout + ran.stderr


def play(page: Path, terminal: Terminal) -> list[Step]:
    """Do all that a page says and compare what it shows; give what was done.

    A command may only leave with a code other than 0 when the page asks for the code next.

    Raises:
        AssertionError: a command fails, or prints something else than the page shows.
    """
    todo = list(steps(page))
    for step, then in zip(todo, [*todo[1:], None], strict=True):
        printed = terminal.do(step)
        place = f"{page.name}:{step.line}: $ {step.text}"
        asked = then is not None and then.text == "echo $?"
        assert terminal.code == 0 or asked or step.text == "echo $?", f"{place}\nleft with {terminal.code}\n{printed}"
        if step.shown:
            assert like(step.shown).fullmatch(tidy(printed)), f"{place}\nprinted\n{printed}\nnot\n" + "\n".join(step.shown)
    return todo


def like(shown: tuple[str, ...]) -> re.Pattern[str]:
    """Give the pattern of shown output."""
    lines = [r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line.rstrip()).replace("…", ".*") + r"\n" for line in shown]
    return re.compile("".join(lines))


def tidy(printed: str) -> str:
    """Drop spaces at the ends of lines, and the empty lines around."""
    return "\n".join(line.rstrip() for line in printed.strip("\n").splitlines()) + "\n"
