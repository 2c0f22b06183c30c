"""The log's fold kept in memory and brought up to date before every answer: what a product asks before it keeps anything.

Rules kept here:

- An answer is never older than the log's head when the question came.
- A log that is no longer the one that was folded (a database put back) is folded again from its first entry.
- Who is whose subject is kept, for it never changes; that somebody is nobody's is known as of one head of the log only.
"""

import hashlib
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime

from ..core.decisions import Decision
from ..core.errors import EvidenceError
from ..core.ids import SubjectId
from ..core.policy import Policy
from ..core.rights import PERSONAL, Item, Standings, standing
from ..core.told import Told
from ..core.tree import verify_consistency
from .gather import Gatherer
from .told import TELLING, told_at
from .workspace import Position, Workspace, policy_at

_FOLDED = PERSONAL | {"link"}
#: So many people's subjects are kept in memory, by keyed hashes.
_MOST = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: the decision, the size of the log it rests on, and the moment it was judged at."""

    decision: Decision
    size: int
    at: datetime


class Live:
    """Standings and policy at the log's head; may be asked by several threads."""

    def __init__(self, workspace: Workspace) -> None:
        """Fold nothing yet: the first question does."""
        self.workspace = workspace
        self._lock = threading.Lock()
        self._size, self._root = 0, b""
        self._standings, self._policy = Standings(), Policy()
        self._told: Told | None = None
        self._key = secrets.token_bytes(32)
        self._subjects: dict[bytes, SubjectId] = {}
        self.gathered = Gatherer(workspace)
        self._unknown: set[bytes] = set()

    def now(self) -> tuple[Standings, Policy, int]:
        """Give standings, policy and the log's size as of now.

        Raises:
            EvidenceError: an entry that decides cannot be read, so that nobody can answer.
        """
        with self._lock:
            size, root = self.workspace.log.head()
            if (size, root) != (self._size, self._root):
                self._follow(size, root)
            return self._standings, self._policy, self._size

    def told(self) -> Told:
        """Give what people are told that each purpose covers, as of now; the papers are folded anew only when one of them came.

        Raises:
            EvidenceError: an entry that decides cannot be read.
        """
        self.now()
        with self._lock:
            if self._told is None:
                self._told = told_at(self.workspace, Position(base=self._size, size=self._size, root=self._root))
            return self._told

    def standing(self, subject: str, purpose: str, item: Item | None = None) -> Answer:
        """Answer whether what a person says now, or an item, may be used for a purpose.

        Raises:
            ValueError: an unknown purpose.
            EvidenceError: see :meth:`now`.
        """
        standings, policy, size = self.now()
        at = self.workspace.clock.now()
        asked = item or Item(record="", said=(at, at))
        return Answer(decision=standing(standings, policy, SubjectId(subject), purpose, asked, at), size=size, at=at)

    def of_person(self, person: tuple[str, str, str], purpose: str) -> Answer:
        """Answer as :meth:`standing` for somebody by (issuer, kind, raw key); whoever is unknown gets the policy's answer.

        Raises:
            ValueError: an unknown purpose.
            EvidenceError: see :meth:`now`.
        """
        standings, policy, size = self.now()
        at = self.workspace.clock.now()
        subject = self.subject(person) or SubjectId("-")
        return Answer(decision=standing(standings, policy, subject, purpose, Item(record="", said=(at, at)), at), size=size, at=at)

    def subject(self, person: tuple[str, str, str]) -> SubjectId:
        """Give the subject of (issuer, kind, raw key), "" for nobody; as of the head that :meth:`now` saw last, or later."""
        name = hashlib.blake2b(repr(person).encode("utf-8", "backslashreplace"), key=self._key, digest_size=16).digest()
        if (known := self._subjects.get(name)) is not None:
            return known
        with self._lock:
            if name in self._unknown:
                return SubjectId("")
            seen = self._size, self._root
        found, = self.workspace.identities.subjects_for([person], create=False)
        with self._lock:
            if found:
                _make_room(self._subjects)
                self._subjects[name] = found
            elif seen == (self._size, self._root):  # else somebody may have been made known since that look
                _make_room(self._unknown)
                self._unknown.add(name)
        return found

    def _follow(self, size: int, root: bytes) -> None:
        """Fold what came since. A failure leaves nothing behind that could be taken for an answer."""
        self._unknown.clear()
        log, known = self.workspace.log, (self._size, self._root)
        standings, policy = self._standings, self._policy
        self._size, self._root, self._standings, self._policy = 0, b"", Standings(), Policy()
        start = known[0] if self._continues(*known, size, root) else 0
        if not start:
            standings = Standings()
            self._subjects.clear()
        for entry in log.entries(start=start, stop=size, kinds=_FOLDED):
            standings.add(entry)
        if not start or any(log.entries(start=start, stop=size, kinds=TELLING)):
            policy, self._told = policy_at(log, Position(base=size, size=size, root=root)), None
        self._size, self._root, self._standings, self._policy = size, root, standings, policy

    def _continues(self, size: int, root: bytes, new_size: int, new_root: bytes) -> bool:
        if not 0 < size < new_size:
            return False
        try:
            verify_consistency(size, new_size, root, new_root, self.workspace.log.consistency(size, new_size))
        except EvidenceError:
            return False
        return True


def _make_room(kept: dict[bytes, SubjectId] | set[bytes]) -> None:
    if len(kept) >= _MOST:
        kept.clear()
