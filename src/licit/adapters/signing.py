"""Ed25519 signatures, with a key kept in a file that only its owner may read.

Rules kept here:

- :func:`verify` returns nothing and raises when a signature does not hold, so that an ignored answer cannot pass.
- A key file is never replaced, and one that others may read is refused.
- No message or ``repr`` holds a key.
"""

from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
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


class FileSigner:
    """The port ``Signer`` on one PEM file (PKCS #8, unencrypted, mode 0600)."""

    def __init__(self, path: Path) -> None:
        """Open an existing key file.

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
        self.key_id = key_id(self._public)

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
