"""What stand-ins stand for, sealed scope by scope: a folder of sealed files, and a folder of keys beside it.

A scope is a conversation, a file or a project, as the user names it. It has one key, in a file of its own; from it follow
the key of its stand-ins, the keys of its sealed files and the marks by which a line is known again. So the end of that key
is the end of all three: the words cannot be read, nor guessed by making the stand-ins of likely names again.

Rules kept here:

- Files are their owner's alone; a key that others may read opens nothing.
- Each piece is encrypted (AES-256-GCM) and bound to its scope, its file and its place; the last says that it is the last,
  so that a shortened, mended or shuffled file is an error, never a smaller mapping.
- Nothing is read before the log has the line that says who reads and why.
- Forgetting a scope writes that down first, overwrites and removes its key, then the sealed files. A name that was
  forgotten is never used again, and an old copy of the key put back opens nothing here. Whoever has copies of both
  folders of before can still read them: keep no copies of keys beside copies of vaults.
- What reads or writes a scope holds it; it cannot be forgotten meanwhile.

Law: DEI-04, REL-12
"""

import fcntl
import hmac
import json
import os
import re
import secrets
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from licit.core.errors import EvidenceError, InputError, SetupError, UnavailableError
from licit.core.ids import keyed

from .folders import sync_folder
from .jsonl import written_whole
from .vault import FileKeys, create_private, read_private
from .vault_log import Told, VaultLog, start_log

_MAGIC = b"licit-text-vault-2\n"
_SALT, _NONCE, _LENGTH, _KEY, _MARK = 16, 12, 4, 32, 16
_SCOPE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
Pairs = Sequence[tuple[str, str]]


def key_file(path: Path) -> FileKeys:
    """Open a key file for stand-ins that no vault keeps, or make one for its owner alone.

    Raises:
        SetupError: it is damaged or open to others, or cannot be made.
    """
    return FileKeys(path) if path.exists() else FileKeys.create(path, ("stand-in",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who asks for words, or for their end, why, and when."""

    by: str
    reason: str
    at: datetime


class Writing:
    """Writes what the stand-ins of some lines stand for."""

    def __init__(self, file: BinaryIO, scope: str, key: bytes) -> None:
        salt = secrets.token_bytes(_SALT)
        self._file, self._scope, self._salt, self._pieces = file, scope, salt, 0
        self._cipher, self._marks = AESGCM(_run_key(key, salt)), keyed(key, "licit/vault/marks")
        self.stand_ins = keyed(key, "licit/vault/stand-ins")
        file.write(_MAGIC + salt)

    def add(self, lines: Sequence[bytes], replaced: Sequence[Pairs]) -> None:
        """Seal what the stand-ins of each line stand for."""
        values = [[_line_mark(self._marks, line), list(pairs)] for line, pairs in zip(lines, replaced, strict=True)]
        self._write(json.dumps(values).encode(), last=False)

    def close(self) -> None:
        """Write the last piece."""
        self._write(b"[]", last=True)

    def _write(self, plain: bytes, *, last: bool) -> None:
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._cipher.encrypt(nonce, plain, _bound(self._scope, self._salt, self._pieces, last))
        self._file.write(bytes([last]) + len(sealed).to_bytes(_LENGTH, "big") + nonce + sealed)
        self._pieces += 1


class Reading:
    """Gives what the stand-ins of a file's lines stand for: the lines of one run of the scope, in their order."""

    def __init__(self, runs: Sequence[Generator[Any, None, None]], key: bytes) -> None:
        self._runs, self._marks, self._number = list(runs), keyed(key, "licit/vault/marks"), 0

    def of(self, line: bytes) -> dict[str, str]:
        """Give what each stand-in of the next line stands for; of several spellings, the longest.

        Raises:
            InputError: the scope made no such line in this place.
            EvidenceError: a sealed file is damaged.
        """
        self._number += 1
        mark, out, left = _line_mark(self._marks, line), dict[str, str](), []
        for run in self._runs:
            told = next(run, None)
            if told is None or not hmac.compare_digest(str(told[0]), mark):
                run.close()
                continue
            left.append(run)
            for name, words in told[1]:
                out[name] = max(out.get(name, ""), words, key=len)
        if not left:
            raise InputError("the line is not one that this scope of the vault was made with, in its order",
                             about=f"line {self._number}", remedy="Give the whole file as it was written.")
        self._runs = left
        return out

    def end(self) -> None:
        """Insist that no line is missing.

        Raises:
            InputError: the run that made the file goes on.
        """
        if not any(next(run, None) is None for run in self._runs):
            raise InputError("the file has fewer lines than the vault", about=f"line {self._number}",
                             remedy="Give the whole file as it was written.")


class TextVault:
    """A vault at a path, its keys in the folder of the same name with ``.keys``."""

    def __init__(self, folder: Path) -> None:
        """Open a vault that is there.

        Raises:
            SetupError: there is none, or its keys' folder is open to others.
        """
        self._folder, self._keys = folder, folder.with_name(folder.name + ".keys")
        self._log = VaultLog(folder / "log.jsonl", self._keys / "mark.json")
        if not (folder / "log.jsonl").is_file():
            raise SetupError("there is no vault here", about=folder.name, remedy="licit deidentify … --vault makes one.")
        if not self._keys.is_dir() or self._keys.stat().st_mode & 0o077:
            raise SetupError("the folder of the vault's keys is missing, or open to others", about=self._keys.name,
                             remedy="Restore it, or find out who read it and: chmod 700")

    @classmethod
    def made(cls, folder: Path) -> "TextVault":
        """Open a vault, or make one.

        Raises:
            SetupError: something else is there, or it cannot be made.
        """
        if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            keys = folder.with_name(folder.name + ".keys")
            try:
                keys.mkdir(mode=0o700, exist_ok=True)
                with _one_at_a_time(keys):
                    if VaultLog(folder / "log.jsonl", keys / "mark.json").is_new():
                        _lay_out(folder, keys)
            except OSError as error:
                raise SetupError(f"the vault cannot be made: {error.strerror}", about=folder.name) from None
        return cls(folder)

    def scopes(self) -> dict[str, bool]:
        """Give every scope there was, and whether it can still be read.

        Raises:
            EvidenceError: the log is not whole.
        """
        told = self._log.lines()
        gone = {line.scope for line in told if line.what == "forgotten"}
        return {line.scope: line.scope not in gone for line in told}

    def told(self) -> list[Told]:
        """Give the log: who read or forgot what, when and why."""
        return self._log.lines()

    @contextmanager
    def writing(self, scope: str, at: datetime) -> Iterator[Writing]:
        """Open a scope to write, made if there is none; what is written appears when the block ends well.

        Raises:
            SetupError: the scope was forgotten, its name cannot be one, or its key is open to others.
        """
        if not _SCOPE.fullmatch(scope):
            raise SetupError("a scope is named by small letters, digits, points and hyphens, 64 at most", about="scope",
                             remedy="Choose a name that names nobody: it stands in the log.")
        if not self._live(scope):
            start = json.dumps({"v": 1, "scope": scope, "key": secrets.token_hex(_KEY)}).encode()
            self._log.append("made", scope, by="", reason="", at=at)
            with suppress(SetupError):  # another process was first; its key is read below
                create_private(self._key_path(scope), start)
        with self._held(scope) as key:
            (self._folder / scope).mkdir(mode=0o700, exist_ok=True)
            with written_whole(self._folder / scope / f"{secrets.token_hex(8)}.sealed", private=True) as file:
                out = Writing(file, scope, key)
                yield out
                out.close()
            self._log.append("written", scope, by="", reason="", at=at)

    @contextmanager
    def reading(self, scope: str, who: Who) -> Iterator[Reading]:
        """Open a scope to read, once the log says who reads it and why.

        Raises:
            SetupError: there is no such scope, it was forgotten, or its key is open to others.
            EvidenceError: log, key or a sealed file is damaged.
        """
        if not self._live(scope):
            raise self._unknown(scope)
        with self._held(scope) as key:
            self._log.append("read", scope, by=who.by, reason=who.reason, at=who.at)
            runs = [_unsealed(path, scope, key) for path in sorted((self._folder / scope).glob("*.sealed"))]
            yield Reading(runs, key)

    def forget(self, scope: str, who: Who) -> None:
        """Destroy a scope's key, and what it sealed, for good; done again, it finishes what a crash left.

        Raises:
            SetupError: there never was such a scope.
            UnavailableError: somebody reads or writes it.
        """
        known = self.scopes()
        if scope not in known:
            raise self._unknown(scope)
        path = self._key_path(scope)
        with self._locked(scope, fcntl.LOCK_EX | fcntl.LOCK_NB) if path.exists() else nullcontext():
            if known[scope]:
                self._log.append("forgotten", scope, by=who.by, reason=who.reason, at=who.at)
            _destroy(path)
        for path in sorted((self._folder / scope).glob("*")):
            _destroy(path)
        with suppress(FileNotFoundError):
            (self._folder / scope).rmdir()

    def _live(self, scope: str) -> bool:
        """Tell whether a scope is there, with its key.

        Raises:
            SetupError: it was forgotten, or its key is gone and not what it sealed.
        """
        sealed = any((self._folder / scope).glob("*.sealed"))  # looked at first: others may be making the scope just now
        known = self.scopes()
        if not known.get(scope, True):
            raise SetupError("this scope was forgotten: its key is destroyed", about=scope,
                             remedy="Nobody can bring it back; for new texts name another scope.")
        there = scope in known and self._key_path(scope).exists()
        if not there and sealed:
            raise SetupError("the key of this scope is missing", about=scope, remedy="Restore it from its backup; a new one cannot stand for it.")
        return there

    def _unknown(self, scope: str) -> SetupError:
        live = ", ".join(name for name, there in self.scopes().items() if there) or "none"
        return SetupError("there is no such scope in this vault, or its key is missing", about=scope,
                          remedy=f"There is: {live}. Name one with --scope.")

    def _key_path(self, scope: str) -> Path:
        return self._keys / f"{scope}.key"

    @contextmanager
    def _locked(self, scope: str, how: int) -> Iterator[None]:
        """Hold the scope's key file, so that nobody destroys it meanwhile (shared) or uses it (exclusive)."""
        try:
            descriptor = os.open(self._key_path(scope), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            raise self._unknown(scope) from None
        try:
            fcntl.flock(descriptor, how)
            yield
        except BlockingIOError:
            raise UnavailableError("somebody reads or writes this scope", about=scope, remedy="Try again later.") from None
        finally:
            os.close(descriptor)

    @contextmanager
    def _held(self, scope: str) -> Iterator[bytes]:
        """Give the scope's key, and keep it from being destroyed meanwhile."""
        with self._locked(scope, fcntl.LOCK_SH):
            self._live(scope)  # it may have been forgotten while this waited
            path = self._key_path(scope)
            try:
                value = json.loads(read_private(path))
                key = bytes.fromhex(value["key"])
                if value["v"] != 1 or value["scope"] != scope or len(key) != _KEY:
                    raise ValueError
            except (ValueError, KeyError, TypeError):
                raise EvidenceError("the key of this scope is damaged, or another's", about=path.name,
                                    remedy="Restore it from its backup.") from None
            yield key


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Keep other processes out while a vault is made: a second mark would forget the lines of the first."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lay_out(folder: Path, keys: Path) -> None:
    """Make the folder of a vault appear with its empty log, unless another process made it meanwhile."""
    if (folder / "log.jsonl").exists():
        return
    beside = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}.part")
    try:
        beside.mkdir(mode=0o700)
        start_log(beside / "log.jsonl", keys / "mark.json")
        beside.rename(folder)
        sync_folder(folder.parent)
    finally:
        for left in beside.glob("*"):
            left.unlink()
        with suppress(OSError):
            beside.rmdir()


def _destroy(path: Path) -> None:
    """Overwrite a file's bytes where they lie, then remove it; disks that never write in place may keep them longer."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        for start in range(0, os.fstat(descriptor).st_size, 1 << 20):
            file.write(bytes(min(1 << 20, os.fstat(descriptor).st_size - start)))
        os.fsync(descriptor)
    path.unlink()
    sync_folder(path.parent)


def _unsealed(path: Path, scope: str, key: bytes) -> Generator[Any, None, None]:
    """Give the values of a sealed file, in order."""
    with path.open("rb") as file:
        head = file.read(len(_MAGIC) + _SALT)
        if len(head) < len(_MAGIC) + _SALT or not head.startswith(_MAGIC):
            raise _damaged(path)
        salt, pieces, last = head[len(_MAGIC):], 0, False
        cipher = AESGCM(_run_key(key, salt))
        while not last:
            head = file.read(1 + _LENGTH + _NONCE)
            if len(head) < 1 + _LENGTH + _NONCE or head[0] > 1:
                raise _damaged(path)
            last, length = bool(head[0]), int.from_bytes(head[1:1 + _LENGTH], "big")
            if len(body := file.read(length)) < length:
                raise _damaged(path)
            try:
                plain = cipher.decrypt(head[1 + _LENGTH:], body, _bound(scope, salt, pieces, last))
            except (InvalidTag, ValueError):
                raise _damaged(path) from None
            yield from json.loads(plain)
            pieces += 1
        if file.read(1):
            raise _damaged(path)


def _run_key(key: bytes, salt: bytes) -> bytes:
    return keyed(key, "licit/vault/run", salt)


def _line_mark(key: bytes, line: bytes) -> str:
    return keyed(key, "licit/vault/line", line)[:_MARK].hex()


def _bound(scope: str, salt: bytes, piece: int, last: bool) -> bytes:
    return _MAGIC + scope.encode() + b"\0" + salt + piece.to_bytes(8, "big") + bytes([last])


def _damaged(path: Path) -> EvidenceError:
    return EvidenceError("a sealed file of the vault is damaged, or this is not its key", about=path.name,
                         remedy="Restore vault and keys from the same backup.")
