"""What stand-ins stand for: back whole under its key for who says why, an error otherwise, and gone when forgotten."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from licit.adapters.text_vault import TextVault, Who, key_file
from licit.core.errors import EvidenceError, InputError, SetupError, UnavailableError
from licit.pipeline.deidentify import stand_in

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WHO = Who(by="counsel", reason="the person asked for a copy", at=AT)
CANARY = "kestrel-canary-7719"
LINES = [b'{"id": 1, "text": "[PERSON_aaaaa] writes"}', b'{"id": 2, "text": "nothing"}', b'{"id": 3, "text": "[EMAIL_bbbbb]"}']
PAIRS = [[("[PERSON_aaaaa]", CANARY)], [], [("[EMAIL_bbbbb]", "x@example.org")]]
HEAD = len(b"licit-text-vault-2\n") + 16


def fill(folder, scope="spring", lines=LINES, pairs=PAIRS):
    with TextVault.made(folder).writing(scope, AT) as writing:
        writing.add(lines[:2], pairs[:2])
        writing.add(lines[2:], pairs[2:])
        return writing.stand_ins


def read(folder, scope="spring", lines=LINES):
    with TextVault(folder).reading(scope, WHO) as reading:
        out = [reading.of(line) for line in lines]
        reading.end()
    return out


@pytest.fixture
def vault(tmp_path):
    fill(tmp_path / "v")
    return tmp_path / "v"


@pytest.fixture
def keys(tmp_path):
    return tmp_path / "v.keys"


def sealed_in(vault, scope="spring"):
    return sorted((vault / scope).glob("*.sealed"))


def test_what_was_kept_comes_back_line_by_line(vault):
    """Each line gives what its own stand-ins stand for."""
    assert read(vault) == [dict(pairs) for pairs in PAIRS]


def test_everything_is_private_and_no_file_shows_text(vault, keys):
    """Files are 0600 and folders 0700, and nothing of the words stands in any of them, log included.

    Law: DEI-04
    """
    read(vault)
    for path in [vault, keys, *vault.rglob("*"), *keys.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0
        assert not path.is_file() or not any(word in path.read_bytes() for word in (CANARY.encode(), b"x@example.org"))


def test_who_reads_and_why_is_written_before_a_word_is_given(vault):
    """The line is on disk while nothing was read yet; where it cannot be written, nothing is read."""
    with TextVault(vault).reading("spring", WHO):
        told = [json.loads(line) for line in (vault / "log.jsonl").read_text().splitlines()]
        assert [line["what"] for line in told] == ["made", "written", "read"]
        assert (told[2]["by"], told[2]["reason"], told[2]["at"]) == ("counsel", WHO.reason, "2026-01-02T03:04:05Z")
    (vault / "log.jsonl").unlink()
    with pytest.raises(SetupError):
        read(vault)


@pytest.mark.parametrize("spoil", [
    lambda data: data.replace(b"counsel", b"nobody7"), lambda data: b"".join(data.splitlines(keepends=True)[:-1]),
    lambda data: b"", lambda data: b"".join(data.splitlines(keepends=True)[1:]), lambda data: data + b"{}\n",
    lambda data: b"".join(data.splitlines(keepends=True)[i] for i in (0, 2, 1))])
def test_a_log_that_was_changed_shortened_or_mended_opens_nothing(vault, spoil):
    """What tells who read cannot be made to tell otherwise and still serve."""
    read(vault)
    (vault / "log.jsonl").write_bytes(spoil((vault / "log.jsonl").read_bytes()))
    with pytest.raises(EvidenceError):
        read(vault)


def test_a_line_that_a_crash_cut_short_is_no_fault(vault):
    """Nothing was done in the name of half a line; the next takes its place."""
    with (vault / "log.jsonl").open("ab") as file:
        file.write(b'{"at":"20')
    assert read(vault)
    assert [line.what for line in TextVault(vault).told()] == ["made", "written", "read"]


def test_a_line_of_another_scope_or_another_place_is_an_error(vault):
    """Words are never put into a line that they were not taken from."""
    fill(vault, "autumn", [b'{"id": 9, "text": "[PERSON_aaaaa]"}'] * 3, PAIRS)
    for lines in ([LINES[1]], [LINES[0], LINES[2]], [b'{"id": 9, "text": "[PERSON_aaaaa]"}'], LINES[:2], [*LINES, LINES[0]]):
        with pytest.raises(InputError):
            read(vault, "spring", lines)


def test_a_scope_may_hold_many_files(vault):
    """A project's files are told apart by their lines, also where they begin alike."""
    other = [LINES[0], b'{"id": 2, "text": "[PERSON_ccccc]"}', b'{"id": 3, "text": ""}']
    fill(vault, "spring", other, [PAIRS[0], [("[PERSON_ccccc]", "Orla")], []])
    assert read(vault, "spring", other)[1] == {"[PERSON_ccccc]": "Orla"}
    assert read(vault) == [dict(pairs) for pairs in PAIRS]


def test_scopes_share_no_key(vault, keys):
    """Another scope's key, put in the place of this one, opens nothing; nor do its sealed files under this name."""
    stand_ins = {fill(vault, "autumn"), fill(vault, "spring")}
    assert len(stand_ins) == 2
    shutil.copy(sealed_in(vault, "autumn")[0], vault / "spring")
    with pytest.raises(EvidenceError):
        read(vault)
    shutil.copy(keys / "autumn.key", keys / "spring.key")
    with pytest.raises(EvidenceError):
        read(vault)
    shutil.copy(keys / "spring.key", keys / "autumn.key")
    value = json.loads((keys / "spring.key").read_text())
    (keys / "spring.key").write_text(json.dumps({**value, "scope": "spring"}))
    with pytest.raises(EvidenceError):
        read(vault)


def test_a_shortened_file_is_an_error_at_every_length(vault):
    """A smaller mapping is never taken for the whole one."""
    path, = sealed_in(vault)
    whole = path.read_bytes()
    for length in range(0, len(whole), 3):
        path.write_bytes(whole[:length])
        with pytest.raises(EvidenceError):
            read(vault)


def test_every_changed_byte_is_seen(vault):
    """No bit of the file is free."""
    path, = sealed_in(vault)
    whole = path.read_bytes()
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
        with pytest.raises(EvidenceError):
            read(vault)


def test_pieces_cannot_change_places(vault):
    """Each piece is bound to its place, and to its file."""
    path, = sealed_in(vault)
    whole = path.read_bytes()
    pieces, at = [], HEAD
    while at < len(whole):
        size = 17 + int.from_bytes(whole[at + 1:at + 5], "big")
        pieces.append(whole[at:at + size])
        at += size
    for order in ((1, 0, 2), (0, 0, 2), (2,), (0, 2)):
        path.write_bytes(whole[:HEAD] + b"".join(pieces[i] for i in order))
        with pytest.raises(EvidenceError):
            read(vault)


@pytest.mark.parametrize("name", ["spring.key", ""])
def test_a_key_open_to_others_opens_nothing(vault, keys, name):
    """Somebody else may have read it; the vault says so instead of going on."""
    (keys / name).chmod(0o644 if name else 0o755)
    with pytest.raises(SetupError, match="open to others"):
        read(vault)


def test_a_lost_key_is_never_replaced_by_a_new_one(vault, keys):
    """What a key sealed would be lost in silence under another."""
    (keys / "spring.key").unlink()
    for work in (read, fill):
        with pytest.raises(SetupError, match="missing"):
            work(vault)


def test_a_vault_is_made_in_no_folder_that_holds_something_else(tmp_path):
    """An empty folder becomes a vault; one with other things in it, or a file, is left as it is."""
    (tmp_path / "empty").mkdir()
    fill(tmp_path / "empty")
    assert read(tmp_path / "empty")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").touch()
    (tmp_path / "file").touch()
    for name in ("other", "file"):
        with pytest.raises(SetupError):
            fill(tmp_path / name)


def test_a_failed_run_leaves_nothing_sealed(vault):
    """Half a mapping is none."""
    def broken():
        with TextVault(vault).writing("autumn", AT) as writing:
            writing.add(LINES, PAIRS)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert sealed_in(vault, "autumn") == []


def test_after_forgetting_nothing_reads_the_words(vault, keys):
    """Not the command, not the vault's or the key's last bytes on their own, not an old copy of the key put back.

    Law: DEI-04
    """
    old_key, old_sealed = (keys / "spring.key").read_bytes(), sealed_in(vault)[0].read_bytes()
    handles = [os.open(path, os.O_RDONLY) for path in (keys / "spring.key", sealed_in(vault)[0])]
    fill(vault, "autumn")
    TextVault(vault).forget("spring", WHO)
    for handle, before in zip(handles, (old_key, old_sealed), strict=True):
        assert os.pread(handle, 1 << 20, 0) == bytes(len(before))  # the very blocks were overwritten
        os.close(handle)
    secret = json.loads(old_key)["key"].encode()
    left = [path.read_bytes() for folder in (vault, keys) for path in folder.rglob("*") if path.is_file()]
    assert not any(secret in data or bytes.fromhex(secret.decode()) in data or old_sealed[HEAD:HEAD + 40] in data for data in left)
    (keys / "spring.key").write_bytes(old_key)
    (keys / "spring.key").chmod(0o600)
    for work in (read, fill):
        with pytest.raises(SetupError, match="forgotten"):
            work(vault)
    assert read(vault, "autumn") == [dict(pairs) for pairs in PAIRS]


def test_an_old_copy_of_the_vault_without_its_key_is_closed(vault, keys, tmp_path):
    """A backup of the sealed files alone gives nothing once the key is destroyed."""
    shutil.copytree(vault, tmp_path / "old")
    TextVault(vault).forget("spring", WHO)
    shutil.rmtree(vault)
    shutil.copytree(tmp_path / "old", vault)
    with pytest.raises((SetupError, EvidenceError)):
        read(vault)


def test_likely_names_cannot_be_tried_after_forgetting(vault, keys):
    """The key of the stand-ins follows from the scope's key, so that it is gone as well; another scope's gives others."""
    before = stand_in(fill(vault), "1\0001", "PERSON", "orla")
    TextVault(vault).forget("spring", WHO)
    assert stand_in(fill(vault, "autumn"), "1\0001", "PERSON", "orla") != before


def test_forgetting_cut_short_is_finished_by_the_same_command(vault, keys, monkeypatch):
    """From the line in the log on the scope is closed, whatever is left of it."""
    from licit.adapters import text_vault

    with monkeypatch.context() as patched:
        patched.setattr(text_vault, "_destroy", lambda path: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            TextVault(vault).forget("spring", WHO)
    assert (keys / "spring.key").exists()
    with pytest.raises(SetupError, match="forgotten"):
        read(vault)
    TextVault(vault).forget("spring", WHO)
    assert not (keys / "spring.key").exists()
    assert not (vault / "spring").exists()
    assert [line.what for line in TextVault(vault).told()].count("forgotten") == 1


def test_nothing_is_forgotten_under_a_reader_or_that_never_was(vault):
    """A scope in use is not torn away, and a name that was never used is a mistake that is said."""
    with TextVault(vault).reading("spring", WHO), pytest.raises(UnavailableError):
        TextVault(vault).forget("spring", WHO)
    with pytest.raises(SetupError, match="no such scope"):
        TextVault(vault).forget("sprang", WHO)


@pytest.mark.parametrize("name", ["", "..", "../out", "Marie Dubois", "a/b", ".hidden", "x" * 65])
def test_a_scope_s_name_is_no_path_and_no_sentence(vault, name):
    """It names a file, and stands in the log."""
    with pytest.raises(SetupError):
        fill(vault, name)


_WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from licit.adapters.text_vault import TextVault
number = sys.argv[2]
for turn in range(8):
    with TextVault.made(Path(sys.argv[1])).writing("spring", datetime.now(UTC)) as writing:
        writing.add([f"{number} {turn}".encode()], [[(f"[PERSON_{number}{turn}]", "w")]])
"""


def test_writers_at_once_lose_nothing(tmp_path):
    """Processes that make the same vault, scope and log at one moment all find their lines again under one key."""
    running = [subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path / "v"), str(number)]) for number in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    for number in range(4):
        for turn in range(8):
            assert read(tmp_path / "v", "spring", [f"{number} {turn}".encode()]) == [{f"[PERSON_{number}{turn}]": "w"}]
    told = [line.what for line in TextVault(tmp_path / "v").told()]
    assert (told.count("written"), told.count("read")) == (32, 32)


def test_a_key_file_is_made_once_and_refused_when_open_to_others(tmp_path):
    """The same file gives the same key; one that others can read gives none."""
    made = key_file(tmp_path / "k").secret("stand-in")
    assert key_file(tmp_path / "k").secret("stand-in") == made
    (tmp_path / "k").chmod(0o644)
    with pytest.raises(SetupError):
        key_file(tmp_path / "k")
