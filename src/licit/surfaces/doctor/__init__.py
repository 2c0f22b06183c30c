"""What is unsafe in a deployment: every check one entry of one table, each with what it found, why it matters, how to mend it.

Rules kept here:

- A check that cannot look is unsafe itself: nothing here is fine because nobody could see it.
- Nothing is changed, and no word, key or name of a person is told.

To add a check, write a function from a :class:`Scene` to findings, and a :class:`Check` in a table of this folder.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from ...adapters.visits import SqlVisits
from ...core.errors import LicitError
from ...usecases.live import Live
from ...usecases.workspace import Workspace
from ...wiring import open_visits, open_workspace
from ..web.settings import Settings, read_settings

Level = Literal["unsafe", "unsure"]
#: A sentence in English and in French.
Both = tuple[str, str]


@dataclass(slots=True, kw_only=True)
class Scene:
    """What checks look at. What cannot be opened raises when it is asked for, and the check says so."""

    root: Path
    clock: object = None
    _space: Workspace | None = field(default=None, repr=False)

    @property
    def space(self) -> Workspace:
        """Open the workspace, once."""
        if self._space is None:
            self._space = open_workspace(self.root, clock=self.clock)
        return self._space

    @property
    def live(self) -> Live:
        """Fold the log."""
        return Live(self.space)

    @property
    def settings(self) -> Settings:
        """Read the server's settings."""
        return read_settings(self.root)

    @property
    def visits(self) -> SqlVisits | None:
        """Open the server's database, where there is one."""
        return open_visits(self.root) if (self.root / "web.db").is_file() else None

    @property
    def now(self) -> datetime:
        """Give the time."""
        return self.space.clock.now()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: its name, how bad what it finds is, why that matters, how to mend it, and what looks."""

    name: str
    level: Level
    why: Both
    mend: Both
    look: Callable[[Scene], Iterable[Both]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found, each sentence in English and French."""

    name: str
    level: Level
    what: Both
    why: Both
    mend: Both

    def as_json(self, french: bool) -> dict[str, str]:
        """Give it in one language."""
        return {"name": self.name, "level": self.level, "what": self.what[french], "why": self.why[french], "mend": self.mend[french]}


_UNSEEN: tuple[Both, Both] = (
    ("What cannot be looked at cannot be called safe.", "Ce qui ne peut être examiné ne peut être dit sûr."),
    ("Mend what it says, then run this again.", "Corriger ce qui est dit, puis relancer."))


def look(scene: Scene, checks: Iterable[Check]) -> list[Finding]:
    """Run checks; give what they found, the unsafe first."""
    found = []
    for check in checks:
        try:
            found += [Finding(name=check.name, level=check.level, what=what, why=check.why, mend=check.mend)
                      for what in check.look(scene)]
        except (LicitError, OSError, ValueError, KeyError) as error:
            told = error.message() if isinstance(error, LicitError) else type(error).__name__
            found.append(Finding(name=check.name, level="unsafe", what=(f"This could not be checked: {told}", f"Impossible à vérifier : {told}"),
                                 why=_UNSEEN[0], mend=_UNSEEN[1]))
    return sorted(found, key=lambda finding: finding.level != "unsafe")


__all__ = ["Both", "Check", "Finding", "Scene", "look"]
