"""Ed25519 signatures and their key file."""

import json
from pathlib import Path

import pytest

from licit.adapters.signing import FileSigner, key_id, verify
from licit.core.errors import EvidenceError, SetupError
from licit.core.notes import parse_envelope, parse_note, read_verifier_key

VECTORS = Path(__file__).parents[2] / "data" / "vectors" / "tree.json"


def test_a_signature_holds_for_its_message_and_key_only(tmp_path):
    """Another message, a flipped bit or another key is refused."""
    signer, other = FileSigner.create(tmp_path / "a.pem"), FileSigner.create(tmp_path / "b.pem")
    signature = signer.sign(b"message")
    verify(signer.public_key(), b"message", signature)
    flipped = bytes([signature[0] ^ 1]) + signature[1:]
    for key, message, claimed in ((signer.public_key(), b"massage", signature), (signer.public_key(), b"message", b""),
                                  (signer.public_key(), b"message", flipped),
                                  (other.public_key(), b"message", signature), (b"short", b"message", signature)):
        with pytest.raises(EvidenceError, match="does not hold"):
            verify(key, message, claimed)


def test_a_key_file_opens_again_and_is_private(tmp_path):
    """The same file gives the same key, with mode 0600."""
    signer = FileSigner.create(tmp_path / "key.pem")
    again = FileSigner(tmp_path / "key.pem")
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    assert again.key_id == signer.key_id == key_id(signer.public_key())
    verify(again.public_key(), b"m", signer.sign(b"m"))


def test_a_key_is_never_made_over_another(tmp_path):
    """Creating twice fails and leaves the first key as it was."""
    first = FileSigner.create(tmp_path / "key.pem")
    with pytest.raises(SetupError, match="cannot be made"):
        FileSigner.create(tmp_path / "key.pem")
    assert FileSigner(tmp_path / "key.pem").key_id == first.key_id


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_key_open_to_others_is_refused(tmp_path, mode):
    """A key that group or world may read or write protects nothing."""
    FileSigner.create(tmp_path / "key.pem")
    (tmp_path / "key.pem").chmod(mode)
    with pytest.raises(SetupError, match="open to others"):
        FileSigner(tmp_path / "key.pem")


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_refused(tmp_path, content):
    """A damaged key file is a setup error, not a crash, and its content is not shown."""
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(SetupError, match="no unencrypted Ed25519 key"):
        FileSigner(path)


def test_a_missing_key_and_a_link_are_refused(tmp_path):
    """A key is a plain file of one's own; a link could point anywhere."""
    with pytest.raises(SetupError, match="cannot be opened"):
        FileSigner(tmp_path / "none.pem")
    FileSigner.create(tmp_path / "key.pem")
    (tmp_path / "link.pem").symlink_to(tmp_path / "key.pem")
    with pytest.raises(SetupError, match="cannot be opened"):
        FileSigner(tmp_path / "link.pem")


def test_a_signer_shows_no_private_key(tmp_path):
    """The repr names the public key only."""
    signer = FileSigner.create(tmp_path / "key.pem")
    assert repr(signer) == f"FileSigner('{signer.key_id}')"


def test_the_signatures_in_the_vectors_hold():
    """The signed checkpoint and the signed receipt verify under the pinned key."""
    notes = json.loads(VECTORS.read_text(encoding="utf-8"))["notes"]
    _, public = read_verifier_key(notes["verifier_key"])
    text, (line,) = parse_note(notes["signed_checkpoint"].encode())
    verify(public, text, line.signature)
    verify(public, notes["pae"].encode(), parse_envelope(notes["envelope"]).signatures["vectors"])
