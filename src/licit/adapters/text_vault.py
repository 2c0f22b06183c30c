"""The mapping from stand-ins to what they stand for, sealed in a file of its own, its key in another beside it.

Rules kept here:

- Both files are their owner's alone. A vault is never written over another, for that would lose what it holds.
- Each piece is encrypted (AES-256-GCM) and bound to its file and its place in it; the last says that it is the last, so
  that a shortened, mended or shuffled file is an error, never a smaller mapping.
- Whoever needs the mapping no longer deletes the key.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from licit.core.errors import EvidenceError, SetupError

from .jsonl import written_whole
from .vault import FileKeys

#: The uses of keys in a key file beside a vault.
KEY_USES = ("stand-in", "text-vault")

_MAGIC = b"licit-text-vault-1\n"
_SALT, _NONCE, _LENGTH = 16, 12, 4


def key_file(path: Path) -> FileKeys:
    """Open a key file, or make one for its owner alone.

    Raises:
        SetupError: it is damaged or open to others, or cannot be made.
    """
    return FileKeys(path) if path.exists() else FileKeys.create(path, KEY_USES)


class TextVault:
    """Writes the mapping piece by piece."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._file, self._cipher, self._pieces = file, AESGCM(key), 0
        self._salt = secrets.token_bytes(_SALT)
        file.write(_MAGIC + self._salt)

    def add(self, values: list[Any]) -> None:
        """Seal some values of JSON."""
        self._write(json.dumps(values).encode(), last=False)

    def close(self) -> None:
        """Write the last piece."""
        self._write(b"[]", last=True)

    def _write(self, plain: bytes, *, last: bool) -> None:
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._cipher.encrypt(nonce, plain, _bound(self._salt, self._pieces, last))
        self._file.write(bytes([last]) + len(sealed).to_bytes(_LENGTH, "big") + nonce + sealed)
        self._pieces += 1


@contextmanager
def sealed(path: Path, key: bytes) -> Iterator[TextVault]:
    """Open a new vault; it appears when the block ends well.

    Raises:
        SetupError: there is one of that name, or the file cannot be made.
    """
    if path.exists():
        raise SetupError("there is a vault of this name, and it is not written over", about=path.name,
                         remedy="Name another file, or move this one away with its key.")
    with written_whole(path, private=True) as file:
        vault = TextVault(file, key)
        yield vault
        vault.close()


def unsealed(path: Path, key: bytes) -> Iterator[Any]:
    """Give the values of a vault, in order.

    Raises:
        SetupError: there is no such file.
        EvidenceError: it is damaged, shortened, or of another key.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise SetupError(f"the vault cannot be opened: {error.strerror}", about=path.name) from None
    with file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise _damaged(path)
        salt, cipher, pieces, last = file.read(_SALT), AESGCM(key), 0, False
        while not last:
            head = file.read(1 + _LENGTH + _NONCE)
            if len(head) < 1 + _LENGTH + _NONCE or head[0] > 1:
                raise _damaged(path)
            last, length = bool(head[0]), int.from_bytes(head[1:1 + _LENGTH], "big")
            if len(body := file.read(length)) < length:
                raise _damaged(path)
            try:
                plain = cipher.decrypt(head[1 + _LENGTH:], body, _bound(salt, pieces, last))
            except (InvalidTag, ValueError):
                raise _damaged(path) from None
            yield from json.loads(plain)
            pieces += 1
        if file.read(1):
            raise _damaged(path)


def _bound(salt: bytes, piece: int, last: bool) -> bytes:
    return _MAGIC + salt + piece.to_bytes(8, "big") + bytes([last])


def _damaged(path: Path) -> EvidenceError:
    return EvidenceError("the vault is damaged, or this is not its key", about=path.name,
                         remedy="Restore both files from the same backup.")
