"""What went wrong, named by what the caller must do next.

    LicitError
    ├── InputError        this record or file cannot be read     → set it aside, go on
    ├── RefusedError      the rules say no (only at an edge)     → show the reason; not a fault
    ├── HeldError         a person must decide                   → open the decision
    ├── EvidenceError     what we hold is not what we claimed    → stop the release
    ├── UnavailableError  the outside did not answer             → retry, then hold
    └── SetupError        a setting, extra or detector is absent → stop before starting

A message says what happened, to which id, why (a reason name), and what to do now; never the text itself.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class LicitError(Exception):
    """Base of every error licit raises on purpose.

    Args:
        what: One sentence on what happened.
        about: The id of the thing it happened to, or "".
        reason: A reason name such as ``licence-unknown``, or "".
        remedy: What to do now, or "".
    """

    def __init__(self, what: str, *, about: str = "", reason: str = "", remedy: str = "") -> None:
        self.what, self.about, self.reason, self.remedy = what, about, reason, remedy
        super().__init__(self.message())

    def message(self) -> str:
        """Give the whole message on one line."""
        text = (f"{self.about}: {self.what}" if self.about else self.what).rstrip(".")
        if self.reason:
            text += f" ({self.reason})"
        return f"{text}. {self.remedy}" if self.remedy else f"{text}."


class InputError(LicitError):
    """A record or file cannot be read; the caller sets it aside and goes on."""


class RefusedError(LicitError):
    """The rules say no; raised only at a command's edge."""


class HeldError(LicitError):
    """A person must decide before this goes on."""


class EvidenceError(LicitError):
    """What we hold does not match what was claimed; the release stops."""


class UnavailableError(LicitError):
    """Something outside did not answer; retry, then hold."""


class SetupError(LicitError):
    """A setting, an extra or a required detector is missing; stop before the first record."""


def misnamed(given: Iterable[str], allowed: Iterable[str], where: str) -> str:
    """Say which names are none of those allowed in a place, and what each may have meant; "" when all are.

    >>> misnamed(["purpose", "sorces"], ["purpose", "sources"], "a plan")
    "a plan has no 'sorces' (did you mean 'sources'?)"
    """
    names = list(allowed)
    wrong = {name: nearest(name, names) for name in sorted(set(map(str, given)) - set(names))}
    if not wrong:
        return ""
    said = ", ".join(f"'{name}'{near}" for name, near in wrong.items())
    return f"{where} has no {said}" + ("" if all(wrong.values()) else f"; there are {', '.join(names) or 'none'}")


def nearest(name: str, allowed: Iterable[str]) -> str:
    """Say which of some names a wrong one may have meant; "" when none is near.

    >>> nearest("chta", ["chat", "press"])
    " (did you mean 'chat'?)"
    """
    near = get_close_matches(name, list(allowed), n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""
