"""What the gateway keeps: an exchange that is over is judged, joined to its conversation, and handed to the store.

Rules kept here:

- Whoever refuses is not listened to: the first look, before the answer comes, lets go of the words. The standing decides again
  once the answer is whole; nothing is written before.
- What is in doubt is not kept, whatever the doubt is: a token that does not count, a store that does not answer, a workspace that
  is no longer the one that was opened, a queue that is full. Each is counted by its reason.
- Exchanges that come together are stored together, but for those of one conversation, which are joined one after the other.
- Where a process of its own keeps (``apart.py``), this one only asks who refuses, and counts.
- Words are never logged.

Law: CHO-04, CHO-05, CHO-06, CHO-08, CHO-11
"""

import logging
import queue
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ...adapters.chatlogs.openai_messages import OpenAiMessages, conversation
from ...core.errors import HeldError, InputError, LicitError, RefusedError, UnavailableError
from ...core.ids import TurnId, keyed
from ...core.records import Record, altered
from ...usecases.arrive import Declared
from ...usecases.continued import continued, stem
from ...usecases.intake import Handed, TakenIn, take_in_all
from ...usecases.live import Live
from ...wiring import open_visits, open_workspace
from ..web.settings import read_settings as read_web_settings
from ..web.tokens import Tokens
from . import exchange, responses
from .apart import Apart
from .exchange import Row, decoded, request_of
from .links import Links
from .marks import against, conversation_of, declared
from .people import Who, who
from .remark import about, remark_of
from .settings import Settings, read_settings
from .thread import Thread, thread_of
from .unkept import Unkept

_log = logging.getLogger("licit.gateway")

#: So many bytes of exchanges may wait to be kept; what comes beyond is not.
WAITING = 128 << 20
#: After a failure of the store nothing is decided for so many seconds, where chats wait for a decision.
AFTER = 5.0
#: Reasons that say that something is wrong here, not that somebody said no.
TROUBLE = frozenset({"workspace-gone", "workspace-busy", "not-stored", "queue-full", "keeper-gone", "fault"})
#: Reasons for which a chat is not served where it must not be in doubt.
DOUBT = TROUBLE | {"sign-in-refused", "identity-unclear"}
#: So many exchanges are stored together at most; between two rounds chats have the processor for so many seconds, and after a
#: round of several so many more come together that a shard and an entry of the log are shared by them.
_TOGETHER, _BREATH, _SEVERAL, _GATHERING = 256, .02, 8, .3
_DEVICE, _REMEMBERED = "licit_device", 100_000
#: A kind of fault is told in its own words once in so many seconds.
_QUIET = 60.0
_logged: dict[str, float] = {}


@dataclass(slots=True, kw_only=True)
class Heard:
    """An exchange: headers and bytes as they came; ``at`` when the request had come, ``ended`` when the answer had.

    ``items`` says that it is of the kind of ``/v1/responses``; ``remark`` names the kind of what is no exchange but told beside
    one, and ``told`` is given why it is not kept, or "kept".
    """

    headers: Mapping[str, str] = field(repr=False)
    request: bytes = field(repr=False)
    at: datetime
    answer: bytes = field(default=b"", repr=False)
    encoding: str = ""
    streamed: bool = False
    items: bool = False
    ended: datetime | None = None
    remark: str = ""
    told: "Future[str] | None" = None

    @property
    def size(self) -> int:
        """Give the bytes that it holds."""
        return len(self.request) + len(self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Talk:
    """An exchange that was read: the conversation as it now is, and whose; ``after`` names the message that it goes on from."""

    record: Record
    declared: Declared
    thread: Thread
    who: Who
    answers: int
    after: str = ""


class Keeper:
    """Judges and keeps exchanges in threads of its own; opened by :func:`keeper_of`."""

    def __init__(self, live: Live, settings: Settings, tokens: Tokens, *, devices: bool) -> None:
        """Take the fold, the settings and what checks tokens; ``devices`` says that nobody signed in is their device."""
        self.live, self.settings, self._tokens, self.devices = live, settings, tokens, devices
        self._key = keyed(live.workspace.keys.secret("records"), "licit/gateway")
        self._root, self._links = mark_of(live.workspace.root), Links(live.workspace, self._key)
        self._apart: Apart | None = None
        self._unkept = Unkept(self._key)
        self._lock, self._waiting, self._failed, self._closed = threading.Lock(), 0, -AFTER, False
        self._why = ""
        self._times: OrderedDict[str, str] = OrderedDict()
        self._heard: queue.SimpleQueue[Heard | None] = queue.SimpleQueue()
        self.looking = ThreadPoolExecutor(2, "looking")
        self.tally, self.strange = Counter[str](), Counter[str]()
        self._thread = threading.Thread(target=self._work, name="keeping", daemon=True)

    def start(self, *, apart: bool = False) -> None:
        """Begin to keep what comes, in a process of its own where it is asked for."""
        if apart:
            self._apart = Apart(self.live.workspace.root, self._root)
            self._apart.start()
        self._thread.start()

    @property
    def apart(self) -> int:
        """Give the id of the process that keeps, 0 where it is this one."""
        return self._apart.pid if self._apart else 0

    def trouble(self) -> str:
        """Give why nothing can be kept now, "" where nothing is known against it."""
        if self._waiting > WAITING:
            return "queue-full"
        return self._why if time.monotonic() - self._failed < AFTER else ""

    def look(self, heard: Heard) -> str:
        """Give why an exchange will not be kept, "" while nothing is known against it: before its answer, in any thread."""
        try:
            self._insist_on_workspace()
            request = request_of(heard.request)
            if reason := against(heard.headers, request, self.settings):
                with suppress(LicitError):  # nobody is known then, or nothing was said: there is nothing to know again
                    self._unkept.note(self._who(heard, request), request, items=heard.items)
                return reason
            person = self._who(heard, request)
            if self._unkept.goes_on(person, request, items=heard.items):
                return "chat-state"
            for one in person.named:
                found = self.live.of_person(one, self.settings.purpose).decision
                if found.answer == "refuse":
                    return found.reason
            return "" if person.named else "subject-unknown"
        except Exception as error:
            return _reason(error)

    def count(self, reason: str) -> None:
        """Count an exchange that is not kept, by its reason."""
        with self._lock:
            self.tally[reason] += 1

    def keep(self, heard: Heard) -> None:
        """Have an exchange kept whose answer has come, as far as it may be; from any thread, at once."""
        with self._lock:
            reason = "queue-full" if self._waiting + heard.size > WAITING else "stopped" if self._closed else ""
            self._waiting += 0 if reason else heard.size
        if reason:
            if heard.told:
                heard.told.set_result(reason)
            return self.count(reason)
        self._heard.put(heard)

    def settled(self, patience: float = 10.0) -> bool:
        """Wait until nothing waits to be kept; tell whether that came about."""
        until = time.monotonic() + patience
        while self._waiting and time.monotonic() < until:
            time.sleep(.005)
        return not self._waiting

    def close(self, patience: float = 10.0) -> None:
        """Keep what still waits, for so many seconds; count what then is left."""
        self.settled(patience)
        self._closed = True
        self._heard.put(None)
        self._thread.join(patience)
        self.looking.shutdown(wait=False, cancel_futures=True)
        while not self._heard.empty():
            if (left := self._heard.get()) is not None:
                self.count("stopped")
                if left.told:
                    left.told.set_result("stopped")
        if self._apart:
            self._apart.close()

    def _work(self) -> None:
        """Keep what comes, all together that came while the last was kept."""
        together: list[Heard] = []
        while (heard := self._heard.get()) is not None and not self._closed:
            together.append(heard)
            if not self._heard.empty() and len(together) < _TOGETHER:
                continue
            try:
                reasons = self._all_kept(together) if self._apart else self.all_kept(together)
            except Exception as error:  # this thread is the only one that keeps anything
                reasons = [_reason(error)] * len(together)
            with self._lock:
                self._waiting -= sum(one.size for one in together)
                self.tally.update(reasons)
                for one, reason in zip(together, reasons, strict=True):
                    if one.told:
                        one.told.set_result(reason)
                if failed := next((reason for reason in reasons if reason in TROUBLE), ""):
                    self._failed, self._why = time.monotonic(), failed
            time.sleep(_BREATH if len(together) < _SEVERAL else _GATHERING)
            together = []

    def _all_kept(self, together: Sequence[Heard]) -> list[str]:
        """Have some exchanges kept by the other process."""
        assert self._apart
        self._insist_on_workspace()
        reasons, strange = self._apart.kept([replace(one, told=None) for one in together])
        self.strange.update(strange)
        return reasons

    def all_kept(self, together: Sequence[Heard]) -> list[str]:
        """Keep some exchanges as far as they may be; give for each why it was not kept, or "kept"."""
        reasons, waiting = ["fault"] * len(together), []
        for number, heard in enumerate(together):
            try:
                waiting.append((number, self._read(heard)))
            except Exception as error:
                reasons[number] = _reason(error)
        while waiting:
            first = {(talk.thread.conversation, talk.who.named): (number, talk) for number, talk in reversed(waiting)}
            some = list(first.values())
            waiting = [one for one in waiting if one not in some]
            try:
                found = self._stored([talk for _, talk in some])
            except Exception as error:
                found = [_reason(error)] * len(some)
            for (number, _), reason in zip(some, found, strict=True):
                reasons[number] = reason
        return reasons

    def _stored(self, talks: Sequence["_Talk"]) -> list[str]:
        """Keep conversations that are all others; give for each why nothing of the newest was kept, or "kept"."""
        self._insist_on_workspace()
        space, settings = self.live.workspace, self.settings
        records = continued(space, settings.source, [(talk.record, talk.declared, talk.after) for talk in talks])
        done = iter(take_in_all(self.live, [
            Handed(record=record, source=settings.source, purpose=settings.purpose, declared=talk.declared, masked=settings.mask)
            for record, talk in zip(records, talks, strict=True) if isinstance(record, Record)]))
        self._insist_on_workspace()
        return [_told(next(done) if isinstance(record, Record) else record, talk) for record, talk in zip(records, talks, strict=True)]

    def _read(self, heard: Heard) -> "_Talk":
        """Read an exchange.

        Raises:
            LicitError: why it is not kept.
        """
        request = request_of(heard.request)
        if reason := against(heard.headers, request, self.settings):
            raise RefusedError("the request says that it is not to be kept", reason=reason)
        person = self._who(heard, request)
        named = [part for one in person.named for part in one]
        if heard.remark:
            return self._remarked(heard, request, person)
        asked, answers, link = self._said(heard, request, named)
        rows, conversation, after = [*asked, *answers], conversation_of(heard.headers, request, self.settings), ""
        if heard.items and (before := responses.previous_of(request)):
            conversation, after = self._links.find(self._links.of(named, before), conversation)
        thread = thread_of(self._key, named, conversation, rows, len(answers), after)
        record = self._record(heard, thread, rows, len(answers))
        if link:
            answer = altered(record.turns[-1], id=TurnId(self._links.add(link, thread)))
            record = altered(record, turns=(*record.turns[:-1], answer))
        return _Talk(record=altered(record, declared={_DEVICE: person.device} if person.device else {}),
                     declared=declared(heard.headers, self.settings, person, _DEVICE), thread=thread, who=person, answers=len(answers), after=after)

    def _remarked(self, heard: Heard, request: Row, person: Who) -> "_Talk":
        """Read what is told beside an exchange."""
        remark, conversation = remark_of(request, heard.remark), conversation_of(heard.headers, request, self.settings)
        named = [part for one in person.named for part in one]
        if remark.answer:
            conversation, told = self._links.find(self._links.of(named, remark.answer), conversation)
        else:
            rows = exchange.rows_of(request)
            thread = thread_of(self._key, named, conversation, rows, 0)
            conversation, told = thread.conversation, about(remark.kind, rows, thread.names)
        turn = remark.turn(told, heard.at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        record = Record(kind="conversation", origin_id=conversation, format=OpenAiMessages.name, turns=(turn,),
                        declared={_DEVICE: person.device} if person.device else {})
        return _Talk(record=record, declared=declared(heard.headers, self.settings, person, _DEVICE), who=person, after=told, answers=1,
                     thread=Thread(conversation=conversation, names=(turn.id,), before=0))

    def _said(self, heard: Heard, request: Row, named: Sequence[str]) -> tuple[list[Row], list[Row], str]:
        """Give what was asked, what was answered, and the hash of the answer's id, "" for none."""
        data = decoded(heard.answer, heard.encoding, self.settings.largest_mib << 20)
        if not heard.items:
            return exchange.rows_of(request), exchange.answer_of(data, streamed=heard.streamed), ""
        strange: Counter[str] = Counter()
        rows, answer = responses.rows_of(request, strange), responses.answer_of(data, strange, streamed=heard.streamed)
        self.strange.update(strange)
        return rows, [answer.row], self._links.of(named, answer.id)

    def _record(self, heard: Heard, thread: Thread, rows: list[Row], answers: int) -> Record:
        """Read the messages; each has its name, and the time at which it first came where that is known."""
        at, ended = (one.strftime("%Y-%m-%dT%H:%M:%SZ") for one in (heard.at, heard.ended or heard.at))
        read, last = [], len(rows) - answers
        for number, (row, name) in enumerate(zip(rows, thread.names, strict=True)):
            new = number >= thread.before or row.get("role") in ("system", "developer")
            time_of = self._first(name, ended if number >= last else at if new else "")
            plain = {key: value for key, value in row.items() if key not in ("id", "created_at", "create_time", "timestamp", "audio", "prefix")}
            read.append({**plain, "id": name, **({"timestamp": time_of} if time_of else {})})
        record = conversation({"id": thread.conversation, "messages": read})
        turns = list(record.turns)
        for number in range(last, len(turns)):  # alternatives all answer the same words, and the first of them is shown
            turns[number] = altered(turns[number], parent=turns[last - 1].id, shown=number == last)
        return altered(record, turns=tuple(turns))

    def _first(self, name: str, now: str) -> str:
        """Give when a message first came, by memory, else now; "" for one that was never seen to come."""
        with self._lock:
            known = self._times.get(name, "")
            if not known and now:
                known = self._times[name] = now
                while len(self._times) > _REMEMBERED:
                    self._times.popitem(last=False)
        return known

    def _who(self, heard: Heard, request: Row) -> Who:
        person = who(heard.headers, request, self.settings, self._tokens, heard.at)
        if not person.account and not self.devices:
            person = Who(issuer=person.issuer)
        return person if person.issuer else Who(issuer=self.live.workspace.name, account=person.account, device=person.device)

    def _insist_on_workspace(self) -> None:
        """Insist that the workspace is the one that was opened: into a folder that is gone, writing may seem to work.

        Raises:
            UnavailableError: it is not.
        """
        if mark_of(self.live.workspace.root) != self._root:
            raise UnavailableError("the workspace is gone, or another one", reason="workspace-gone")


def _told(done: TakenIn | BaseException, talk: _Talk) -> str:
    if isinstance(done, BaseException):
        return _reason(done)
    said = [one for one in done.messages if stem(one.message) in talk.thread.names]
    if not talk.record.turns[-1].parts and talk.record.turns[-1].origin != "said":
        return "kept" if done.record else "fault"  # taken away
    return "kept" if done.record and any(one.kept for one in said[-talk.answers:]) else next((one.reason for one in said if one.reason), "fault")


def keeper_of(root: Path, *, clock: Any = None, mark: tuple[int, int] | None = None) -> Keeper:
    """Open a workspace and read its settings; ``mark`` says which one it must be, where it was opened before.

    Raises:
        SetupError: there is no workspace, or a setting cannot be used.
        UnavailableError: it is another one (``workspace-gone``).
    """
    if mark not in (None, mark_of(root)):
        raise UnavailableError("the workspace is gone, or another one", reason="workspace-gone")
    web = read_web_settings(root)
    return Keeper(Live(open_workspace(root, jobs=1, clock=clock)), read_settings(root), Tokens(root, web, open_visits(root)),
                  devices=web.logged_out == "device")


def mark_of(root: Path) -> tuple[int, int]:
    """Tell a workspace from another one that may lie in its place later; (0, 0) for none."""
    try:
        found = (root / "licit.toml").stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def _reason(error: BaseException) -> str:
    """Name what went wrong. What is a fault is logged by its kind, and in its own words only where these are ours."""
    if isinstance(error, InputError | RefusedError | HeldError):
        return error.reason or "not-understood"
    if isinstance(error, UnavailableError):
        reason = error.reason if error.reason in TROUBLE else "workspace-busy"
    else:
        reason = "not-stored" if isinstance(error, OSError) else "fault"
    if time.monotonic() - _logged.get(reason, -_QUIET) >= _QUIET:  # the counts say how often
        _logged[reason] = time.monotonic()
        _log.error("%s: %s: %s", reason, type(error).__name__, error.message() if isinstance(error, LicitError) else "")
    return reason
