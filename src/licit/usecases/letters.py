"""A letter or message that somebody of staff pastes: who sends it and what it asks, as a proposal that a person confirms.

Rules kept here:

- Nothing of the message is kept: what is entered is what the person of staff confirmed, as a right like any other.
- Words quoted from an earlier message are passed over, for they may be somebody else's, or what was asked before.
- What is not recognised is proposed as nothing: a person reads it. Of several things asked, each is named.

Law: CHO-06, CHO-13
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

from ..core.errors import InputError
from .commands import Asked, exercise, object_as_outsider
from .queries import subjects_named
from .workspace import Workspace

#: What can be entered from a message.
KINDS = ("objection", "withdrawal", "erasure", "access", "portability", "rectification", "restriction")

_SENDER = re.compile(r"^(?:from|de|expediteur|sender)\s*:\s*(.+)$", re.IGNORECASE)
_DATE = re.compile(r"^(?:date|sent|envoye)\s*:\s*(.+)$", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+\.[^\s<>\"'(),;:.]+")
_QUOTED = re.compile(r"^(?:>|on .{5,80} wrote:|le .{5,80} a ecrit\s*:|-{2,} ?(?:original message|message d'origine|forwarded))", re.IGNORECASE)
_WORDS = {
    "withdrawal": r"retir\w* (?:mon|le) consentement|withdraw\w* (?:my )?consent",
    "erasure": r"\beffac\w+|\bsupprim\w+|\bdelete\b|\bdeletion\b|\berase\w*|droit a l'oubli|right to be forgotten",
    "access": r"droit d'acces|acceder a mes|quelles donnees|access to my|what data|subject access",
    "portability": r"portabilit\w+|exporter mes donnees|export my data",
    "rectification": r"rectifi\w+|corrig\w+|correct (?:my|the)|inaccurate|inexact\w*",
    "restriction": r"limitation du traitement|\bgeler\b|restrict\w* (?:the )?(?:processing|use)",
    "objection": r"\bm'oppose|\boppos\w+|\brefus\w+|n'utilisez pas|ne pas utiliser|\bobject\w*|\bopt[- ]?out\b|do not (?:use|train)|don't (?:use|train)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What a message seems to be: its sender, what it asks (the first is proposed), its day, whether the sender is known here."""

    sender: str = field(repr=False)
    kinds: tuple[str, ...]
    received: str
    known: bool


def propose(workspace: Workspace, text: str) -> Proposed:
    """Read a pasted message; nothing is entered and nothing kept."""
    sender = received = ""
    words: list[str] = []
    for line in text.splitlines():
        plain = _plain(line.strip())
        if not sender and (found := _SENDER.match(plain)):
            sender = _address(line.partition(":")[2])
        elif not received and (found := _DATE.match(plain)):
            received = _day(found[1])
        elif _QUOTED.match(plain):
            if not plain.startswith(">"):
                break
        else:
            words.append(plain)
    said = " ".join(words)
    sender = sender or _address(said)
    kinds = tuple(kind for kind, pattern in _WORDS.items() if re.search(pattern, said, re.IGNORECASE))
    return Proposed(sender=sender, kinds=kinds, received=received, known=bool(sender) and _known(workspace, sender))


def _plain(line: str) -> str:
    """Give a line without accents and with straight quotes, so that words are found however they are typed."""
    text = unicodedata.normalize("NFKD", line.replace("’", "'").replace("\N{NO-BREAK SPACE}", " "))
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def _address(text: str) -> str:
    named = parseaddr(text.strip())[1]
    found = _ADDRESS.fullmatch(named) or _ADDRESS.search(text)
    return found[0][:200] if found else ""


def _day(text: str) -> str:
    try:
        return parsedate_to_datetime(text.strip()).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return ""


def _known(workspace: Workspace, account: str) -> bool:
    try:
        return bool(subjects_named(workspace, account))
    except InputError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What a person of staff confirmed of a message: whose it is, what it asks, since when, and who confirms it."""

    sender: str = field(repr=False)
    kind: str
    by: str
    received: str = ""
    user: bool = True


def enter_letter(workspace: Workspace, confirmed: Confirmed) -> list[int]:
    """Enter what was confirmed; give the numbers of the log entries.

    Raises:
        InputError: no sender, an unknown right or account, or a day that cannot be.
    """
    if confirmed.kind not in KINDS or not confirmed.sender.strip():
        raise InputError("say who asks, and for what", reason="letter-unclear")
    try:
        day = datetime.fromisoformat(confirmed.received).replace(tzinfo=UTC) if confirmed.received else None
    except ValueError:
        day = None
        raise InputError("the day cannot be read", reason="letter-unclear") from None
    if day and day > workspace.clock.now():
        raise InputError("nothing arrives on a day to come", reason="letter-unclear")
    if not confirmed.user:
        if confirmed.kind != "objection":
            raise InputError("somebody who is no user objects; other rights need their account", reason="letter-no-user")
        return [object_as_outsider(workspace, email=[confirmed.sender.strip()])]
    before: Any = workspace.log.head()[0]
    exercise(workspace, Asked(kind=confirmed.kind, account=confirmed.sender.strip(), how=f"message, entered by {confirmed.by}", received_at=day))
    return [entry.seq for entry in workspace.log.entries(start=before, kinds=(confirmed.kind,))]
