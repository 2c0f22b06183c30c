"""The sealed mapping: back whole under its key, an error otherwise."""

import pytest

from licit.adapters.text_vault import key_file, sealed, unsealed
from licit.core.errors import EvidenceError, SetupError

KEY, CANARY = b"v" * 32, "kestrel-canary-7719"
HEAD = len(b"licit-text-vault-1\n") + 16


@pytest.fixture
def vault(tmp_path):
    with sealed(tmp_path / "v", KEY) as writer:
        writer.add([[["[PERSON_aaaaa]", CANARY]], []])
        writer.add([[["[EMAIL_bbbbb]", "x@example.org"]]])
    return tmp_path / "v"


def test_what_was_kept_comes_back_in_order(vault):
    """One value for each line."""
    assert list(unsealed(vault, KEY)) == [[["[PERSON_aaaaa]", CANARY]], [], [["[EMAIL_bbbbb]", "x@example.org"]]]


def test_the_file_is_private_and_shows_no_text(vault):
    """Nothing can be read without the key."""
    assert CANARY.encode() not in vault.read_bytes()
    assert vault.stat().st_mode & 0o077 == 0


def test_another_key_opens_nothing(vault):
    """The key is needed."""
    with pytest.raises(EvidenceError):
        list(unsealed(vault, b"w" * 32))


def test_a_shortened_file_is_an_error_at_every_length(vault):
    """A smaller mapping is never taken for the whole one."""
    whole = vault.read_bytes()
    for length in range(len(whole)):
        vault.write_bytes(whole[:length])
        with pytest.raises(EvidenceError):
            list(unsealed(vault, KEY))


def test_every_changed_byte_is_seen(vault):
    """No bit of the file is free."""
    whole = vault.read_bytes()
    for place in range(len(whole)):
        vault.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
        with pytest.raises(EvidenceError):
            list(unsealed(vault, KEY))


def test_pieces_cannot_change_places(vault):
    """Each piece is bound to its place."""
    whole = vault.read_bytes()
    sizes, at = [], HEAD
    while at < len(whole):
        size = 17 + int.from_bytes(whole[at + 1:at + 5], "big")
        sizes.append(whole[at:at + size])
        at += size
    vault.write_bytes(whole[:HEAD] + sizes[1] + sizes[0] + sizes[2])
    with pytest.raises(EvidenceError):
        list(unsealed(vault, KEY))


def test_a_vault_is_never_written_over(vault):
    """What it holds is not lost to a second run."""
    before = vault.read_bytes()
    with pytest.raises(SetupError), sealed(vault, KEY):
        raise AssertionError
    assert vault.read_bytes() == before


def test_a_failed_run_leaves_no_vault(tmp_path):
    """Half a mapping is none."""
    def fail():
        with sealed(tmp_path / "v", KEY) as writer:
            writer.add([1])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_is_made_once_and_refused_when_open_to_others(tmp_path):
    """The same file gives the same key; one that others can read gives none."""
    made = key_file(tmp_path / "k").secret("stand-in")
    assert key_file(tmp_path / "k").secret("stand-in") == made
    (tmp_path / "k").chmod(0o644)
    with pytest.raises(SetupError):
        key_file(tmp_path / "k")
