"""Ed25519 signatures, with a key kept in a file that only its owner may read.

Rules kept here:

- :func:`verify` returns nothing and raises when a signature does not hold, so that an ignored answer cannot pass.
- A key file is never replaced, and one that others may read is refused.
- No message or ``repr`` holds a key.
- Which key signs is said by the log alone: a key file that no link of the log names signs nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from licit.core.errors import EvidenceError, SetupError
from licit.core.ids import digest, short_text

from .vault import create_private, read_private


def key_id(public_key: bytes) -> str:
    """Name a raw public key by a short digest (26 characters, 130 bits)."""
    return short_text(digest("licit/signing-key", public_key))


def verify(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Check a signature under a raw 32-byte public key.

    Raises:
        EvidenceError: the key is none, or the signature does not hold.
    """
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise EvidenceError("a signature does not hold", about=key_id(public_key),
                            remedy="Do not rely on what it signs.") from None


def holds(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature holds under a raw public key; a key that is none holds nothing."""
    try:
        verify(public_key, message, signature)
    except EvidenceError:
        return False
    return True


def read_public(path: Path) -> bytes:
    """Read a raw Ed25519 public key from a file: 64 hexadecimal digits, or PEM of either half.

    Raises:
        SetupError: it cannot be read, or holds no such key.
    """
    try:
        data = path.read_bytes()[:10_000].strip()
        if data.startswith(b"-----BEGIN PUBLIC"):
            key: object = load_pem_public_key(data)
        elif data.startswith(b"-----BEGIN"):
            private = load_pem_private_key(data, password=None)
            key = private.public_key() if isinstance(private, Ed25519PrivateKey) else None
        else:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(data.decode("ascii")))
    except OSError as error:
        raise SetupError(f"the key cannot be read: {error.strerror}", about=path.name, remedy="Name a file.") from None
    except (TypeError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise SetupError("the file holds no Ed25519 public key", about=path.name, remedy="Make one: licit staff key new NAME.")
    return key.public_bytes_raw()


class FileSigner:
    """The port ``Signer`` on one PEM file (PKCS #8, unencrypted, mode 0600)."""

    def __init__(self, path: Path, chain: Sequence[Mapping[str, Any]] = ()) -> None:
        """Open an existing key file; ``chain`` holds the links that led to this key.

        Raises:
            SetupError: missing, open to others, or no Ed25519 key.
        """
        try:
            key = load_pem_private_key(read_private(path), password=None)
        except (TypeError, ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise SetupError("the file holds no unencrypted Ed25519 key", about=path.name,
                             remedy="Restore it from its backup.")
        self._key = key
        self._public = key.public_key().public_bytes_raw()
        self.key_id, self.chain = key_id(self._public), tuple(chain)

    @classmethod
    def create(cls, path: Path) -> "FileSigner":
        """Make a new key in a new file.

        Raises:
            SetupError: the file exists already.
        """
        key = Ed25519PrivateKey.generate()
        create_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return cls(path)

    def public_key(self) -> bytes:
        """Give the raw 32-byte public key."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Sign a message: 64 bytes."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        """Name the public key, and nothing of the private one."""
        return f"FileSigner({self.key_id!r})"


class SigningKeys:
    """The port ``SigningKeys`` on a folder: ``signing.pem``, and ``signing-ID.pem`` for each key that followed."""

    def __init__(self, folder: Path, links: Callable[[], Sequence[Mapping[str, Any]]]) -> None:
        """Use a folder; ``links`` asks the log for its links.

        Raises:
            SetupError: there is no key in it, or the first is open to others.
        """
        self._folder, self._links = folder, links
        self._open: dict[Path, FileSigner] = {}
        if not any(folder.glob("signing-*.pem")):
            self._at(folder / "signing.pem")

    def current(self) -> FileSigner:
        """Give the key that the log says signs now.

        Raises:
            SetupError: its file is missing, or holds another key.
        """
        links = self._links()
        return self._named(str(links[-1]["body"]["to"]), links) if links else self._at(self._folder / "signing.pem")

    def of(self, public_key: str) -> FileSigner:
        """Give a key by its public half in hexadecimal, to finish what it began.

        Raises:
            SetupError: this log never had such a key, or its file is missing.
        """
        links = list(self._links())
        for number, link in enumerate(links):
            if link["body"]["from"] == public_key:
                return self._named(public_key, links[:number])
        return self._named(public_key, links)

    def make(self) -> FileSigner:
        """Make a key in a file of its own; it signs nothing until a link of the log names it."""
        key = Ed25519PrivateKey.generate()
        path = self._file(key.public_key().public_bytes_raw())
        create_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return FileSigner(path)

    def _named(self, public_key: str, chain: Sequence[Mapping[str, Any]]) -> FileSigner:
        raw = bytes.fromhex(public_key)
        path = self._file(raw)
        first = self._folder / "signing.pem"
        found = self._at(path if path.exists() or not first.exists() else first)
        if found.public_key() != raw:
            raise SetupError("the file of the signing key that the log names is missing, or holds another", about=path.name,
                             remedy="Restore keys/ from its newest copy; where it is lost: licit keys rotate signing --lost.")
        found.chain = tuple(chain)
        return found

    def _at(self, path: Path) -> FileSigner:
        if path not in self._open:
            self._open[path] = FileSigner(path)
        return self._open[path]

    def _file(self, public_key: bytes) -> Path:
        return self._folder / f"signing-{key_id(public_key)}.pem"

    @property
    def key_id(self) -> str:
        """Name the key that signs now."""
        return self.current().key_id

    @property
    def chain(self) -> tuple[Mapping[str, Any], ...]:
        """Give the links that led to the key that signs now."""
        return self.current().chain

    def public_key(self) -> bytes:
        """Give the raw public key that signs now."""
        return self.current().public_key()

    def sign(self, message: bytes) -> bytes:
        """Sign a message with the key that signs now; for a key id and its signature together take :meth:`current`."""
        return self.current().sign(message)
