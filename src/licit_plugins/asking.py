"""What a plug-in asks ``licit serve``: may this person's words be kept, and here they are. The standard library only.

Rules kept here:

- Only what licit answers counts. Nobody named, a wrong key, a licit that is down or slow or answers something else: refused.
- An answer counts for some seconds, in memory. After a failure nobody waits for licit again for some seconds.
- What is to be kept waits in a queue with an end; what does not fit, fails or comes too late is not kept, and not tried again.
- Nothing here raises into the program around it. What was not kept is counted by its reason and told to the operator, without words.
"""

import atexit
import json
import logging
import os
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from http.client import HTTPConnection, HTTPSConnection
from queue import Empty, Queue
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

log = logging.getLogger("licit.plugins")

#: Reasons that say that something is wrong here, not that somebody said no.
TROUBLE = frozenset({"licit-unreachable", "licit-refused", "queue-full", "fault", "too-large", "leak"})
#: After a failure licit is not asked for so many seconds; the operator is told at most once in so many.
AFTER, TELL = 5.0, 60.0
#: So many answers are remembered; so many bytes may wait, and one conversation may have, to be handed over.
_REMEMBERED, _WAITING, _LARGEST, _LONGEST_NAME = 50_000, 32 << 20, 4 << 20, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where licit is, and what the product vouches for; without a ``source`` nothing is handed over.

    ``life`` is for how many seconds an answer counts, ``patience`` how many the program waits for one. ``accept_held`` names, with commas,
    the reasons of a "hold" with which other programs may see the words all the same: ``waiting-period``, say.
    """

    address: str
    key: str = field(repr=False)
    source: str = ""
    issuer: str = ""
    purpose: str = "train"
    capacity: str = "unknown"
    age: str = "unknown"
    notice: str = ""
    surface: str = ""
    accept_held: str = ""
    life: float = 5.0
    patience: float = 0.25

    @classmethod
    def of_environment(cls) -> "Settings":
        """Read ``LICIT_ADDRESS``, ``LICIT_KEY``, ``LICIT_SOURCE`` and so on.

        Raises:
            ValueError: address or key is missing, or a number is none: a plug-in that cannot ask must not seem to guard.
        """
        given: dict[str, Any] = {one.name: os.environ[name] for one in fields(cls) if (name := f"LICIT_{one.name.upper()}") in os.environ}
        for name in ("life", "patience"):
            if name in given:
                given[name] = float(given[name])
        if missing := [f"LICIT_{name.upper()}" for name in ("address", "key") if not given.get(name)]:
            raise ValueError(f"set {' and '.join(missing)}: the address of licit serve, and a key (licit web key add NAME)")
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Answer:
    """What licit says: ``keep``, ``hold`` (licit alone may keep it, unused) or ``refuse``, and the reason's name."""

    answer: str
    reason: str = ""


class Licit:
    """A connection to ``licit serve``; may be used by several threads."""

    def __init__(self, settings: Settings) -> None:
        """Ask nothing yet."""
        if urlsplit(settings.address).scheme not in ("http", "https") or not urlsplit(settings.address).hostname:
            raise ValueError("the address of licit begins with http:// or https://")
        self.settings = settings
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, tuple[float, Answer]] = OrderedDict()
        self._silent, self._told, self._untold = 0.0, -TELL, Counter[str]()
        self._jobs: Queue[tuple[Callable[[], None], int]] = Queue()
        self._waiting = 0
        self._worker: threading.Thread | None = None
        atexit.register(self.flush, 2.0)

    def remembered(self, person: str) -> Answer | None:
        """Give an answer that still counts, None for none; asks nobody."""
        with self._lock:
            until, answer = self._answers.get(person, (0.0, None))
            return answer if time.monotonic() < until else None

    def standing(self, person: str) -> Answer:
        """Give what licit says of somebody's words of now; whatever else happens is a refusal."""
        if not person:
            return Answer("refuse", "subject-unknown")
        if known := self.remembered(person):
            return known
        if len(person) > _LONGEST_NAME or "\0" in person:
            return Answer("refuse", "identity-unclear")
        settings = self.settings
        query = urlencode({"purpose": settings.purpose, **({"issuer": settings.issuer} if settings.issuer else {})})
        status, said = self._ask("GET", f"/v1/standing/{quote(person, safe='')}?{query}", None, settings.patience)
        if status != 200:
            return Answer("refuse", "licit-refused" if status else "licit-unreachable")
        if (said.get("subject"), said.get("purpose")) != (person, settings.purpose) or said.get("answer") not in ("keep", "hold", "refuse"):
            return Answer("refuse", "licit-refused")
        answer = Answer(str(said["answer"]), str(said.get("reason", "")))
        with self._lock:
            self._answers[person] = time.monotonic() + settings.life, answer
            self._answers.move_to_end(person)
            while len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)
        return answer

    def shows(self, answer: Answer) -> bool:
        """Tell whether other programs may see the words."""
        return answer.answer == "keep" or (answer.answer == "hold" and bool(answer.reason) and answer.reason in
                                           [one.strip() for one in self.settings.accept_held.split(",")])

    def hand_over(self, person: str, conversation: str, messages: Sequence[Mapping[str, Any]]) -> str:
        """Hand a conversation over, where standing allows; give the record it is kept under, "" for none. Counts what came of it."""
        try:
            record, reason = self._handed(person, conversation, messages)
        except Exception as error:  # what cannot be written as JSON, say: the words stay out of the log
            log.error("handing over failed: %s", type(error).__name__)
            record, reason = "", "fault"
        self.count(reason)
        return record

    def later(self, job: Callable[[], None], size: int) -> bool:
        """Do something in the thread that hands over; False, counted, where too much waits already."""
        with self._lock:
            full = self._waiting + size > _WAITING
            if not full:
                self._waiting += size
                if self._worker is None or not self._worker.is_alive():
                    self._worker = threading.Thread(target=self._work, name="licit", daemon=True)
                    self._worker.start()
        if full:
            self.count("queue-full")
            return False
        self._jobs.put((job, size))
        return True

    def flush(self, patience: float = 5.0) -> bool:
        """Wait until nothing waits any more; tell whether that came about."""
        until = time.monotonic() + patience
        while self._waiting and time.monotonic() < until:
            time.sleep(.005)
        return not self._waiting

    def count(self, reason: str) -> None:
        """Count what became of an exchange; tell the operator of trouble, once in a while."""
        now = time.monotonic()
        with self._lock:
            self.counts[reason] += 1
            if reason not in TROUBLE:
                return
            self._untold[reason] += 1
            if now - self._told < TELL:
                return
            told, self._told, self._untold = dict(self._untold), now, Counter()
        log.warning("licit: the chats go on, and nothing of these was kept: %s", ", ".join(f"{number} {name}" for name, number in sorted(told.items())))

    def _handed(self, person: str, conversation: str, messages: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
        settings = self.settings
        answer = self.standing(person)
        if answer.answer == "refuse":
            return "", answer.reason
        body = json.dumps({
            "id": conversation, "messages": list(messages), "source": settings.source, "subject": person, "issuer": settings.issuer,
            "purpose": settings.purpose, "capacity": settings.capacity, "age": settings.age, "notice": settings.notice,
            "surface": settings.surface, "state": "live"}).encode()
        if len(body) > _LARGEST:
            return "", "too-large"
        status, said = self._ask("POST", "/v1/conversations", body, 10.0)
        if status != 200:
            own = said.get("reason")
            return "", (own if isinstance(own, str) and own and status in (400, 422) else "licit-refused") if status else "licit-unreachable"
        record = str(said.get("record") or "")
        reasons = [str(one["reason"]) for one in said["messages"] if not one["kept"] and one["reason"]]
        return record, "kept" if record else (reasons or ["fault"])[0]

    def _ask(self, method: str, path: str, body: bytes | None, patience: float) -> tuple[int, dict[str, Any]]:
        """Ask; status 0 for no answer. No proxy and no redirect is followed: words and key go to licit alone."""
        now = time.monotonic()
        if now < self._silent:
            return 0, {}
        parts = urlsplit(self.settings.address)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(str(parts.hostname), parts.port, timeout=patience)
        headers = {"authorization": f"Bearer {self.settings.key}", "content-type": "application/json"}
        try:
            connection.request(method, parts.path.rstrip("/") + path, body, headers)
            answer = connection.getresponse()
            said = json.loads(answer.read(_LARGEST))
            status = answer.status if isinstance(said, dict) else 0
        except Exception as error:
            log.debug("licit gave no answer: %s", type(error).__name__)
            status, said = 0, {}
        finally:
            connection.close()
        if status in (0, 401, 403, 503):
            self._silent = time.monotonic() + AFTER
        return status, said if isinstance(said, dict) else {}

    def _work(self) -> None:
        """Do what waits, one after the other."""
        while True:
            try:
                job, size = self._jobs.get(timeout=60)
            except Empty:
                continue
            try:
                job()
            except Exception as error:  # this thread is the only one that hands over
                log.error("%s", type(error).__name__)
                self.count("fault")
            with self._lock:
                self._waiting -= size
