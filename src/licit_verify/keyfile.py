"""An Ed25519 public key as people have it: hexadecimal, a C2SP verifier key, PEM, or a file of one of these."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from .canonical import unbase64, unhex


def read_key(text: str) -> bytes:
    """Read a raw Ed25519 public key from hexadecimal, ``name+hash+key``, or a file of either, of PEM or of 32 bytes.

    Raises:
        ValueError: none of these.
        OSError: the file cannot be read.
    """
    if (key := _key_text(text)) is not None:
        return key
    data = Path(text).read_bytes()
    if len(data) == 32:
        return data
    if data.startswith(b"-----BEGIN PUBLIC KEY"):
        loaded = load_pem_public_key(data)
        if isinstance(loaded, Ed25519PublicKey):
            return loaded.public_bytes(Encoding.Raw, PublicFormat.Raw)
    elif (key := _key_text(data.decode().strip())) is not None:
        return key
    raise ValueError("no Ed25519 public key")


def _key_text(text: str) -> bytes | None:
    try:
        if text.count("+") >= 2:
            data = unbase64(text.split("+", 2)[2])
            return data[1:] if len(data) == 33 and data[0] == 1 else None
        return unhex(text.lower(), 32)
    except ValueError:
        return None
