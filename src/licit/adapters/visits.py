"""Who is signed in: sessions, used sign-in tokens and API keys, in a small database of their own beside the log.

Rules kept here:

- A session or key is found by the hash of what its holder holds, never by itself: the file opens nothing.
- A session ends by its own time, by signing out, and with all others of a person at once.
- A sign-in token counts once, also after a restart.
- A key that came back with a backup opens nothing until somebody confirms it: it may have been removed since.
- What a key opens is kept in memory only until anybody, in any process, writes to the file: a removed key fails at once.
"""

import hashlib
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, delete, func, insert, select

from licit.core.errors import InputError
from licit.core.ids import SubjectId

from .database import connect, fetch, writing
from .staff import SqlStaff, counts, staff_session, unconfirmed
from .staff import put_back as staff_put_back

#: How long a signed-in session lasts.
SESSION = timedelta(hours=12)
#: How long a request is remembered by its key.
REMEMBERED = timedelta(days=1)

_metadata = MetaData()
_session = Table("session", _metadata, Column("visit", String, primary_key=True), Column("subject", String, nullable=False),
                 Column("role", String, nullable=False), Column("until", String, nullable=False))
_key = Table("api_key", _metadata, Column("key", String, primary_key=True), Column("name", String, nullable=False, unique=True),
             Column("scopes", String, nullable=False))
_once = Table("once", _metadata, Column("key", String, primary_key=True), Column("asked", String, nullable=False),
              Column("entry", Integer, nullable=False), Column("until", String, nullable=False))
_used = Table("used_token", _metadata, Column("token", String, primary_key=True), Column("until", String, nullable=False))


@dataclass(slots=True, kw_only=True)
class Once:
    """A request that counts once: the entry it made, -1 before it made one."""

    entry: int = -1


class SqlVisits:
    """Sessions in a SQLite file."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it for its owner alone."""
        self.engine = connect(path, create=True)
        _metadata.create_all(self.engine)
        self.staff = SqlStaff(self.engine)
        self._turns, self._busy = threading.Condition(), set[str]()
        self._watch, self._watching = self.engine.raw_connection(), threading.Lock()
        self._version, self._known = -1, dict[str, frozenset[str]]()
        self._scopes = select(_key.c.scopes).where(_key.c.key == bindparam("key"), counts("key", _key.c.name))
        self._find = select(_session.c.subject, _session.c.role, _session.c.until).where(_session.c.visit == bindparam("visit"))

    def close(self) -> None:
        """Let go of the file."""
        self._watch.close()
        self.engine.dispose()

    def who(self, visit: str, now: datetime) -> tuple[SubjectId, str] | None:
        """Give who is signed in with a visit's secret, and as what; None when nobody is or the time is over."""
        with self.engine.connect() as connection:
            rows = fetch(connection, self._find, visit=_hash(visit))
        return (SubjectId(rows[0][0]), rows[0][1]) if rows and rows[0][2] > _text(now) else None

    def begin(self, visit: str, subject: str, role: str, now: datetime) -> None:
        """Sign somebody in under a fresh secret, and forget what is over."""
        with writing(self.engine) as connection:
            connection.execute(delete(_session).where(_session.c.until <= _text(now)))
            connection.execute(insert(_session).values(visit=_hash(visit), subject=subject, role=role,
                                                       until=_text(now + SESSION)))

    def end(self, visit: str) -> None:
        """Sign out."""
        with writing(self.engine) as connection:
            connection.execute(delete(_session).where(_session.c.visit == _hash(visit)))

    def end_all(self, subject: str) -> None:
        """Sign a person out everywhere."""
        with writing(self.engine) as connection:
            connection.execute(delete(_session).where(_session.c.subject == subject))

    def add_key(self, name: str, scopes: Sequence[str]) -> str:
        """Make an API key for some scopes and give it, this once.

        Raises:
            InputError: there is one of this name.
        """
        secret = f"licit_{secrets.token_urlsafe(32)}"
        with writing(self.engine) as connection:
            if connection.execute(select(_key.c.name).where(_key.c.name == name)).first():
                raise InputError("there is an API key of this name", about=name,
                                 remedy="Remove it first, or name this one differently.")
            connection.execute(insert(_key).values(key=_hash(secret), name=name, scopes=" ".join(sorted(scopes))))
        return secret

    def remove_key(self, name: str) -> bool:
        """Make a key count no longer; false when there was none."""
        with writing(self.engine) as connection:
            connection.execute(delete(unconfirmed).where(unconfirmed.c.kind == "key", unconfirmed.c.name == name))
            return connection.execute(delete(_key).where(_key.c.name == name)).rowcount > 0

    def confirm_key(self, name: str) -> bool:
        """Let a key that came back with a backup count again; false when none of that name waits."""
        with writing(self.engine) as connection:
            return connection.execute(delete(unconfirmed).where(unconfirmed.c.kind == "key", unconfirmed.c.name == name)).rowcount > 0

    def waiting(self) -> set[str]:
        """Give the names of the keys that came back with a backup and wait to be confirmed."""
        with self.engine.connect() as connection:
            return {str(row[0]) for row in connection.execute(select(_key.c.name).where(~counts("key", _key.c.name)))}

    def keys(self) -> dict[str, tuple[str, ...]]:
        """Give the scopes of every key by its name."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(_key.c.name, _key.c.scopes).order_by(_key.c.name))
            return {name: tuple(scopes.split()) for name, scopes in rows}

    def scopes(self, secret: str) -> frozenset[str] | None:
        """Give what a key is for; None when it is no key."""
        key, version = _hash(secret), self._current()
        with self._watching:
            if version == self._version and key in self._known:
                return self._known[key]
        with self.engine.connect() as connection:
            rows = fetch(connection, self._scopes, key=key)
        if not rows:
            return None
        found = frozenset(rows[0][0].split())
        with self._watching:
            if version != self._version:
                self._version, self._known = version, {}
            self._known[key] = found
        return found

    def _current(self) -> int:
        """Give a number that is another one whenever somebody has written to the file, asked before anything is read."""
        with self._watching:
            cursor = self._watch.cursor()
            try:
                (version,), = cursor.execute("PRAGMA data_version").fetchall()
            finally:
                cursor.close()
        return int(version)

    @contextmanager
    def once(self, key: str, asked: str, now: datetime) -> Iterator[Once]:
        """Let a request make its entry, and remember which under its key for a day; "" remembers nothing.

        Raises:
            InputError: another request was made under this key.
        """
        if not key:
            yield Once()
            return
        with self._turn(key):
            yield from self._made_once(key, asked, now)

    @contextmanager
    def _turn(self, key: str) -> Iterator[None]:
        """Let one request under a key be made at a time; those under others go on beside it."""
        with self._turns:
            self._turns.wait_for(lambda: key not in self._busy)
            self._busy.add(key)
        try:
            yield
        finally:
            with self._turns:
                self._busy.discard(key)
                self._turns.notify_all()

    def _made_once(self, key: str, asked: str, now: datetime) -> Iterator[Once]:
        with self.engine.connect() as connection:
            row = connection.execute(select(_once.c.asked, _once.c.entry).where(
                _once.c.key == _hash(key), _once.c.until > _text(now))).first()
        if row and row[0] != asked:
            raise InputError("another request was made under this Idempotency-Key", reason="key-reused",
                             remedy="Use a new key for a new request.")
        made = Once(entry=row[1] if row else -1)
        yield made
        if not row:
            with writing(self.engine) as connection:
                connection.execute(delete(_once).where((_once.c.until <= _text(now)) | (_once.c.key == _hash(key))))
                connection.execute(insert(_once).values(key=_hash(key), asked=asked, entry=made.entry,
                                                        until=_text(now + REMEMBERED)))

    def over(self, now: datetime) -> int:
        """Count the sessions, used tokens and requests, staff's included, whose time is over."""
        with self.engine.connect() as connection:
            return sum(int(connection.execute(select(func.count()).select_from(table).where(table.c.until <= _text(now))).scalar_one())
                       for table in (_session, _used, _once, staff_session))

    def sweep(self, now: datetime) -> int:
        """Remove what is over; give how many rows that were."""
        with writing(self.engine) as connection:
            return sum(connection.execute(delete(table).where(table.c.until <= _text(now))).rowcount
                       for table in (_session, _used, _once, staff_session))

    def use(self, token: str, until: datetime, now: datetime) -> bool:
        """Note that a token was used; false when it was before."""
        with writing(self.engine) as connection:
            connection.execute(delete(_used).where(_used.c.until <= _text(now)))
            if connection.execute(select(_used.c.token).where(_used.c.token == _hash(token))).first():
                return False
            connection.execute(insert(_used).values(token=_hash(token), until=_text(until)))
        return True


def put_back(path: Path) -> int:
    """Let every key and account of a database that a restore put back wait to be confirmed, once; give how many wait."""
    visits = SqlVisits(path)
    try:
        with writing(visits.engine) as connection:
            names = [str(row[0]) for row in connection.execute(select(_key.c.name))]
            connection.execute(delete(unconfirmed))
            for name in names:
                connection.execute(insert(unconfirmed).values(kind="key", name=name))
            return len(names) + staff_put_back(connection)
    finally:
        visits.close()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _text(moment: datetime) -> str:
    return moment.isoformat()
