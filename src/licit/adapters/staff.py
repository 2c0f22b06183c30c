"""Staff of the controller: accounts with a password and a one-time code or with the controller's own sign-in, and sessions.

Rules kept here:

- Passwords are kept as argon2id hashes. The secret of the codes is made from the workspace's keys and a salt when it is
  needed, so that the file alone signs nobody in.
- A code counts once, and with the one before and after it, for clocks differ. Who does not exist costs as much as who does.
- A session holds name and role; it ends after two hours, by signing out, and when the account is removed or made anew.
- An account for the controller's sign-in has no password. It is known by the provider's id of somebody; an e-mail that names it
  counts once, when the provider verified it, and is replaced by that id.
- What came back with a backup counts only once somebody confirms it: it may have been removed since the backup.
- A person's session lies in another table under another cookie: neither ever opens what is the other's.
"""

import hmac
import re
import secrets
import threading
import unicodedata
from base64 import b32encode
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from licit.core.errors import InputError
from licit.core.ids import keyed
from licit.core.ports import Keys

from .database import writing

ROLES = ("officer", "legal", "engineer", "auditor")
#: How long staff stay signed in.
SHIFT = timedelta(hours=2)
#: A password is at least so long.
SHORTEST = 12
#: What one password costs: passes, memory in KiB, lanes. RFC 9106's second choice, above OWASP's least (2, 19 MiB, 1).
COST: dict[str, Any] = {"time_cost": 3, "memory_cost": 65_536, "parallelism": 4}
_STEP = 30
_NAME = re.compile(r"[\w](?:[\w .'’-]{0,58}[\w.])?")

metadata = MetaData()
_staff = Table("staff", metadata, Column("key", String, primary_key=True), Column("name", String, nullable=False),
               Column("role", String, nullable=False), Column("password", String, nullable=False),
               Column("salt", String, nullable=False), Column("counter", Integer, nullable=False))
staff_session = Table("staff_session", metadata, Column("visit", String, primary_key=True), Column("name", String, nullable=False),
                 Column("role", String, nullable=False), Column("until", String, nullable=False))
_sign_on = Table("staff_sign_on", metadata, Column("key", String, primary_key=True), Column("subject", String, nullable=False),
                 Column("email", String, nullable=False))
#: Keys of the API ("key", its name) and accounts ("staff", their folded name) that a restore put back and nobody confirmed yet.
unconfirmed = Table("unconfirmed", metadata, Column("kind", String, primary_key=True), Column("name", String, primary_key=True))


def counts(kind: str, name: Any) -> Any:
    """Give the condition that something does not wait to be confirmed."""
    return ~exists(select(unconfirmed.c.name).where(unconfirmed.c.kind == kind, unconfirmed.c.name == name))


class SqlStaff:
    """Accounts and sessions of staff in the server's database."""

    def __init__(self, engine: Engine) -> None:
        """Take the database, and make the tables that are missing."""
        self.engine = engine
        metadata.create_all(engine)
        self._one = threading.Lock()
        self._nobody = ""

    def add(self, name: str, role: str, password: str, key: bytes) -> str:
        """Make an account; give the secret of its codes in base32, this once.

        Raises:
            InputError: a name that cannot be, that somebody has, or a password too short.
        """
        name = _name(name, role)
        if len(password) < SHORTEST:
            raise InputError(f"the password is shorter than {SHORTEST} characters", about=name)
        salt = secrets.token_hex(16)
        with writing(self.engine) as connection:
            self._insert(connection, name, role, _hasher().hash(password), salt)
        return _secret(key, salt)

    def add_signed_on(self, name: str, role: str, who: str) -> None:
        """Make an account for somebody who comes by the controller's sign-in: by e-mail, or by the provider's id of them.

        Raises:
            InputError: a name that cannot be or that somebody has, or an e-mail or id that somebody else has.
        """
        name, who = _name(name, role), who.strip()
        row = {"subject": "" if "@" in who else who, "email": who.casefold() if "@" in who else ""}
        with writing(self.engine) as connection:
            taken = connection.execute(select(_sign_on.c.key).where(
                _sign_on.c.subject == row["subject"], _sign_on.c.email == row["email"])).first()
            if not who or taken:
                raise InputError("one account of staff is one person at the provider", about=name)
            self._insert(connection, name, role, "", secrets.token_hex(16))
            connection.execute(insert(_sign_on).values(key=_folded(name), **row))

    def _insert(self, connection: Connection, name: str, role: str, password: str, salt: str) -> None:
        if connection.execute(select(_staff.c.name).where(_staff.c.key == _folded(name))).first():
            raise InputError("somebody of staff has this name", about=name, remedy="Remove the account first: licit web staff remove")
        connection.execute(insert(_staff).values(key=_folded(name), name=name, role=role, password=password, salt=salt, counter=0))

    def signed_on(self, subject: str, email: str) -> tuple[str, str] | None:
        """Give name and role of whom the provider names; None for nobody. A verified e-mail names somebody the first time only."""
        with writing(self.engine) as connection:
            found = connection.execute(select(_sign_on.c.key).where(_sign_on.c.subject == subject)).first()
            if found is None and email:
                first = update(_sign_on).where(_sign_on.c.email == email.casefold(), _sign_on.c.subject == "")
                if connection.execute(first.values(subject=subject)).rowcount == 1:
                    found = connection.execute(select(_sign_on.c.key).where(_sign_on.c.subject == subject)).first()
            row = found and connection.execute(select(_staff.c.name, _staff.c.role).where(
                _staff.c.key == found[0], counts("staff", _staff.c.key))).first()
        return (row[0], row[1]) if row else None

    def remove(self, name: str) -> bool:
        """Make an account and its sessions end; false when there was none."""
        with writing(self.engine) as connection:
            connection.execute(delete(staff_session).where(staff_session.c.name.in_(
                select(_staff.c.name).where(_staff.c.key == _folded(name)))))
            connection.execute(delete(_sign_on).where(_sign_on.c.key == _folded(name)))
            connection.execute(delete(unconfirmed).where(unconfirmed.c.kind == "staff", unconfirmed.c.name == _folded(name)))
            return connection.execute(delete(_staff).where(_staff.c.key == _folded(name))).rowcount > 0

    def waiting(self) -> set[str]:
        """Give the names of those who came back with a backup and wait to be confirmed."""
        with self.engine.connect() as connection:
            return {str(row[0]) for row in connection.execute(select(_staff.c.name).where(~counts("staff", _staff.c.key)))}

    def confirm(self, name: str) -> bool:
        """Let an account that came back with a backup count again; false when none of that name waits."""
        with writing(self.engine) as connection:
            return connection.execute(delete(unconfirmed).where(
                unconfirmed.c.kind == "staff", unconfirmed.c.name == _folded(name))).rowcount > 0

    def accounts(self) -> dict[str, str]:
        """Give everybody's role by name."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(_staff.c.name, _staff.c.role).order_by(_staff.c.name))
            return {str(row[0]): str(row[1]) for row in rows}

    def without_codes(self) -> int:
        """Count the accounts that have no secret for codes."""
        with self.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(_staff).where(_staff.c.salt == "")).scalar_one())

    def never_came_in(self) -> int:
        """Count the accounts of which no code was ever used."""
        with self.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(_staff).where(_staff.c.counter == 0)).scalar_one())

    def check(self, name: str, password: str, code: str, key: bytes, now: datetime) -> tuple[str, str] | None:
        """Give name and role of whoever this is; None for nobody, at the same cost. The code is used up by it."""
        with self.engine.connect() as connection:
            row = connection.execute(select(_staff).where(_staff.c.key == _folded(name), counts("staff", _staff.c.key))).mappings().first()
        right = self._verified(str(row["password"]) if row else "", password)
        counter = _counter(_secret(key, row["salt"] if row else "00"), code, now)
        if row is None or not right or counter <= row["counter"]:
            return None
        with writing(self.engine) as connection:
            used = connection.execute(update(_staff).where(
                _staff.c.key == row["key"], _staff.c.salt == row["salt"], _staff.c.counter < counter).values(counter=counter))
            return (row["name"], row["role"]) if used.rowcount == 1 else None

    def _verified(self, held: str, password: str) -> bool:
        """Check a password, one at a time: each takes 64 MiB, and many at once would take the server's memory."""
        from argon2.exceptions import VerificationError, VerifyMismatchError

        with self._one:
            self._nobody = self._nobody or _hasher().hash(secrets.token_hex(16))
            try:
                return bool(_hasher().verify(held or self._nobody, password)) and bool(held)
            except (VerifyMismatchError, VerificationError):
                return False

    def begin(self, visit: str, name: str, role: str, now: datetime) -> None:
        """Begin a session under the hash of a fresh secret, and forget what is over."""
        with writing(self.engine) as connection:
            connection.execute(delete(staff_session).where(staff_session.c.until <= now.isoformat()))
            connection.execute(insert(staff_session).values(visit=visit, name=name, role=role, until=(now + SHIFT).isoformat()))

    def who(self, visit: str, now: datetime) -> tuple[str, str] | None:
        """Give who is signed in, and as what: only while an account of that name and role is there."""
        query = select(staff_session.c.name, staff_session.c.role, staff_session.c.until).join(
            _staff, (_staff.c.name == staff_session.c.name) & (_staff.c.role == staff_session.c.role)).where(
            staff_session.c.visit == visit, counts("staff", _staff.c.key))
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return (row[0], row[1]) if row and row[2] > now.isoformat() and row[1] in ROLES else None

    def end(self, visit: str) -> None:
        """Sign out."""
        with writing(self.engine) as connection:
            connection.execute(delete(staff_session).where(staff_session.c.visit == visit))


def put_back(connection: Connection) -> int:
    """Let every account wait to be confirmed; give how many there are."""
    keys = [str(row[0]) for row in connection.execute(select(_staff.c.key))]
    for key in keys:
        connection.execute(insert(unconfirmed).values(kind="staff", name=key))
    return len(keys)


def staff_key(keys: Keys) -> bytes:
    """Give the key that the secrets of codes are made with; of a use that is never rotated, or nobody could come in after."""
    return keyed(keys.secret("records"), "licit/web-staff")


def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher(**COST)


def _secret(key: bytes, salt: str) -> str:
    return b32encode(keyed(key, "licit/staff-code", salt.encode())[:20]).decode()


def _counter(secret: str, code: str, now: datetime) -> int:
    """Give the number of the interval that a code is of (RFC 6238), -1 for none that is near."""
    from pyotp import TOTP

    totp, present, found = TOTP(secret), int(now.timestamp()) // _STEP, -1
    for counter in (present - 1, present, present + 1):
        if hmac.compare_digest(totp.generate_otp(counter).encode(), code.strip().encode()):
            found = counter
    return found


def address(name: str, secret: str, service: str) -> str:
    """Give the address that an authenticator application reads (``otpauth:``)."""
    from pyotp import TOTP

    return str(TOTP(secret).provisioning_uri(name=name, issuer_name=service))


def _name(name: str, role: str) -> str:
    name = unicodedata.normalize("NFKC", " ".join(name.split()))
    if not _NAME.fullmatch(name) or role not in ROLES:
        raise InputError("a member of staff has a name of letters and a role", remedy=f"Roles: {', '.join(ROLES)}.")
    return name


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()
