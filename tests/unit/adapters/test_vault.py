"""The key file: private, durable, and never replaced by a fresh key."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from licit.adapters import vault
from licit.adapters.vault import FileKeys
from licit.core.errors import SetupError


@pytest.fixture
def path(tmp_path):
    """Give the place of a key file with two uses."""
    FileKeys.create(tmp_path / "keys.json", ["records", "lookup"])
    return tmp_path / "keys.json"


def test_keys_differ_by_use_and_stay(path):
    """Each use has its own 32-byte key, the same at every opening, in a file of mode 0600."""
    keys, again = FileKeys(path), FileKeys(path)
    assert len(keys.secret("records")) == 32
    assert keys.secret("records") == again.secret("records") != keys.secret("lookup")
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_unknown_use_is_an_error_and_no_fresh_key(path):
    """A missing look-up key must not become a new one under which nobody is known."""
    for ask in (FileKeys(path).secret, FileKeys(path).epoch, FileKeys(path).epochs, FileKeys(path).rotate):
        with pytest.raises(SetupError, match="no key for this use"):
            ask("order")
    assert "order" not in path.read_text()


def test_rotation_keeps_the_old_epochs(path):
    """After a rotation the new key is current, and what the old one made can still be found."""
    keys = FileKeys(path)
    old = keys.secret("lookup")
    assert keys.rotate("lookup") == keys.epoch("lookup") == "k2"
    assert keys.secret("lookup") != old
    assert keys.epochs("lookup") == {"k1": old, "k2": keys.secret("lookup")}
    assert keys.epoch("records") == "k1"


def test_a_rotation_elsewhere_is_seen_at_once(path):
    """A process that holds the file open must not go on writing under the old epoch."""
    here, there = FileKeys(path), FileKeys(path)
    assert here.epoch("lookup") == "k1"
    there.rotate("lookup")
    assert here.epoch("lookup") == "k2"
    assert here.secret("lookup") == there.secret("lookup")


def test_two_rotations_at_once_are_both_kept(path):
    """Rotations take turns; none overwrites the other."""
    with ThreadPoolExecutor(4) as pool:
        names = list(pool.map(lambda _: FileKeys(path).rotate("lookup"), range(8)))
    assert sorted(names) == [f"k{number}" for number in range(2, 10)]
    assert len(set(FileKeys(path).epochs("lookup").values())) == 9


def test_a_use_is_added_once(path):
    """Adding a use that exists would look like a rotation and is refused."""
    keys = FileKeys(path)
    keys.add("order")
    key = keys.secret("order")
    with pytest.raises(SetupError, match="already"):
        keys.add("order")
    assert FileKeys(path).secret("order") == key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622, 0o777])
def test_a_key_file_open_to_others_is_refused(path, mode):
    """What group or world may read or write is no secret; a rotation refuses it as well."""
    keys = FileKeys(path)
    path.chmod(mode)
    for ask in (lambda: FileKeys(path), lambda: keys.secret("records"), lambda: keys.rotate("records")):
        with pytest.raises(SetupError, match="open to others"):
            ask()


def test_a_key_file_is_never_made_over_another(path):
    """Creating again fails and keeps the keys."""
    key = FileKeys(path).secret("records")
    with pytest.raises(SetupError, match="cannot be made"):
        FileKeys.create(path, ["records"])
    assert FileKeys(path).secret("records") == key


def test_a_vanished_key_file_stops_everything(path):
    """Keys are not served from memory once their file is gone: somebody moved them for a reason."""
    keys = FileKeys(path)
    path.unlink()
    with pytest.raises(SetupError, match="gone"):
        keys.secret("records")
    with pytest.raises(SetupError, match="cannot be opened"):
        keys.rotate("records")
    assert not path.exists()


@pytest.mark.parametrize("damage", [
    lambda value: None, lambda value: [], lambda value: {}, lambda value: {**value, "v": 2},
    lambda value: {**value, "uses": {"records": {}}}, lambda value: {**value, "uses": {"records": {"k1": "00"}}},
    lambda value: {**value, "uses": {"records": {"k2": "00" * 32}}},
    lambda value: {**value, "uses": {"Records": {"k1": "00" * 32}}},
    lambda value: {**value, "uses": {"records": {"k1": 5}}}])
def test_a_damaged_key_file_is_refused(path, damage):
    """A missing epoch, a short key or another shape stops the program, without showing the content."""
    path.write_text(json.dumps(damage(json.loads(path.read_text())), indent=1) + "\n")
    with pytest.raises(SetupError, match="damaged") as caught:
        FileKeys(path)
    assert "00000" not in str(caught.value)


def test_a_failed_rotation_leaves_the_old_file_and_nothing_beside_it(path, monkeypatch):
    """A full disk in the middle of a rotation loses no key."""
    keys, before = FileKeys(path), path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vault.os, "fsync", full)
    with pytest.raises(SetupError, match="cannot be replaced"):
        keys.rotate("lookup")
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["keys.json"]
    assert keys.epoch("lookup") == "k1"


def test_a_failed_creation_leaves_no_half_file(tmp_path, monkeypatch):
    """After a full disk, making the keys can simply be tried again."""
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(vault.os, "fsync", full)
        with pytest.raises(SetupError, match="No space left"):
            FileKeys.create(tmp_path / "keys.json", ["records"])
    assert FileKeys.create(tmp_path / "keys.json", ["records"]).epoch("records") == "k1"


def test_keys_show_in_no_repr(path):
    """A repr names the file only."""
    assert repr(FileKeys(path)) == "FileKeys('keys.json')"


def test_random_bytes_are_fresh(path):
    """Two draws differ, and have the size asked for."""
    keys = FileKeys(path)
    assert len(keys.random(16)) == 16
    assert keys.random(16) != keys.random(16)


def test_a_badly_named_use_is_refused(tmp_path):
    """Names of uses are plain, so that two never look alike."""
    with pytest.raises(ValueError, match="lower-case"):
        FileKeys.create(tmp_path / "keys.json", ["Look up"])
    assert not (tmp_path / "keys.json").exists()
