"""Inputs are opened safely: whatever lies in a folder or an archive is given, or set aside with a reason."""

import gzip
import io
import os
import struct
import sys
import types
import zipfile
from pathlib import Path

import pytest

from licit.adapters import inputs
from licit.adapters.inputs import Limits, find_readers, is_companion, open_inputs, recognise
from licit.core.errors import InputError, SetupError
from licit.core.ports import InputFile
from licit.core.records import SetAside

CHATS = Path(__file__).parents[2] / "data" / "chats"
SMALL = Limits(member_bytes=1 << 20, ratio=20, ratio_from=1 << 16, members=10, nested_bytes=1 << 16)


def packed(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def asides(path, limits=SMALL):
    return [(item.reason, Path(item.where).name) for item in open_inputs([path], limits) if isinstance(item, SetAside)]


def names(path, limits=SMALL):
    return [item.name.removeprefix(path.as_posix() + "/") for item in open_inputs([path], limits)
            if isinstance(item, InputFile)]


def test_folders_are_walked_by_name_and_litter_is_left(tmp_path):
    """Files come sorted by path, wherever they lie; what systems leave in folders is no input."""
    for name in ("b/2.json", "a.json", "b/1.json", ".DS_Store", "__MACOSX/x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    assert names(tmp_path) == ["a.json", "b/1.json", "b/2.json"]


def test_links_inside_a_folder_are_not_followed(tmp_path):
    """A link in a folder is set aside, be it to a file outside, a folder or nowhere; one named by the user is read."""
    (tmp_path / "secret.json").write_text("{}")
    (tmp_path / "given").mkdir()
    for name, target in (("file", "secret.json"), ("loop", "given"), ("gone", "nowhere")):
        (tmp_path / "given" / name).symlink_to(tmp_path / target)
    assert asides(tmp_path / "given") == [("symlink", "file"), ("symlink", "gone"), ("symlink", "loop")]
    assert names(tmp_path / "given") == []
    assert len([item for item in open_inputs([tmp_path / "given" / "file"]) if isinstance(item, InputFile)]) == 1


def test_siblings_that_are_links_are_not_opened(tmp_path):
    """A companion file that is a link is not among the files beside it."""
    (tmp_path / "conversations.json").write_text("[]")
    (tmp_path / "user.json").symlink_to("/etc/hostname")
    file = next(item for item in open_inputs([tmp_path]) if isinstance(item, InputFile))
    assert file.siblings == ("conversations.json",)
    assert file.sibling("user.json") is None
    assert file.sibling("../conversations.json") is None


def test_what_cannot_be_opened_is_set_aside(tmp_path):
    """A path that is missing, and a pipe, are set aside and do not block."""
    os.mkfifo(tmp_path / "pipe")
    assert asides(tmp_path / "pipe") == [("not-a-file", "pipe")]
    assert asides(tmp_path / "missing") == [("not-found", "missing")]


def test_a_file_named_twice_is_read_once(tmp_path):
    """A file given by itself and in its folder is one input."""
    (tmp_path / "a.json").write_text("[]")
    assert len(list(open_inputs([tmp_path, tmp_path / "a.json"]))) == 1


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", "C:\\x", "..\\x", "c:x", "\\\\server\\x"])
def test_paths_that_climb_out_of_an_archive_are_refused(tmp_path, name):
    """A member whose path is absolute, climbs or names a drive is set aside; the others are read."""
    path = packed(tmp_path / "a.zip", [(name, b"{}"), ("ok.json", b"{}")])
    assert names(path) == ["ok.json"]
    assert [reason for reason, _ in asides(path)] == ["path-traversal"]


def test_links_and_locked_members_are_refused(tmp_path):
    """A member that is a link, or encrypted, is set aside."""
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    path = packed(tmp_path / "a.zip", [(link, b"/etc/passwd"), ("ok.json", b"{}"), ("locked.json", b"{}")])
    data = bytearray(path.read_bytes())
    for magic, at, name in ((b"PK\x01\x02", 8, data.rfind(b"locked.json")),
                            (b"PK\x03\x04", 6, data.find(b"locked.json"))):
        data[data.rfind(magic, 0, name) + at] |= 1
    path.write_bytes(bytes(data))
    assert asides(path) == [("symlink", "link"), ("encrypted", "locked.json")]


def test_a_bomb_is_set_aside_whole(tmp_path):
    """An archive that declares far more than it holds is not opened at all."""
    assert asides(packed(tmp_path / "a.zip", [("zero", bytes(1 << 19)), ("ok.json", b"{}")])) == [("bomb", "a.zip")]


def test_a_bomb_among_large_files_stops_while_it_is_read(tmp_path):
    """One member that grows beyond measure stops when it is read, though the archive as a whole looks sane."""
    path = packed(tmp_path / "a.zip", [("big", os.urandom(60_000)), ("zero", bytes(1 << 18))])
    assert asides(path) == []
    zero = next(item for item in open_inputs([path], SMALL)
                if isinstance(item, InputFile) and item.name.endswith("zero"))
    with zero.open() as stream, pytest.raises(InputError, match="bomb"):
        stream.read()


def test_a_header_that_lies_gives_no_more_than_it_says(tmp_path):
    """A member that declares less than it holds ends in an input error, not in more bytes."""
    path = packed(tmp_path / "a.zip", [("a.json", os.urandom(50_000) + bytes(50_000))])
    data = bytearray(path.read_bytes())
    struct.pack_into("<L", data, data.rfind(b"PK\x01\x02") + 24, 70_000)
    path.write_bytes(bytes(data))
    (item,) = open_inputs([path], SMALL)
    assert isinstance(item, InputFile)
    with item.open() as stream, pytest.raises(InputError, match="broken-archive"):
        assert len(stream.read()) <= 70_000


def test_members_over_the_limits_are_set_aside(tmp_path):
    """A member too large, or too many members, are set aside with their reasons."""
    noise = os.urandom((1 << 20) + 1)
    assert asides(packed(tmp_path / "a.zip", [("big", noise)])) == [("too-large", "big")]
    assert asides(packed(tmp_path / "b.zip", [(f"{i}", b"") for i in range(11)])) == [("too-many-members", "b.zip")]


def test_one_nested_archive_is_read_and_no_deeper(tmp_path):
    """An archive in an archive is read, one more inside is set aside."""
    inner = packed(tmp_path / "in.zip", [("x.json", b"{}")]).read_bytes()
    middle = packed(tmp_path / "mid.zip", [("in.zip", inner), ("y.json", b"{}")]).read_bytes()
    path = packed(tmp_path / "out.zip", [("mid.zip", middle), ("z.json", b"{}")])
    assert names(path) == ["mid.zip/y.json", "z.json"]
    assert asides(path) == [("nested-archive", "in.zip")]


def test_repeated_members_are_not_guessed_between(tmp_path):
    """Of two members with one name the second is set aside."""
    with pytest.warns(UserWarning, match="Duplicate"):
        path = packed(tmp_path / "a.zip", [("a.json", b"{}"), ("a.json", b"[]")])
    assert (names(path), asides(path)) == (["a.json"], [("duplicate-member", "a.json")])


@pytest.mark.parametrize("cut", [10, 60, 200])
def test_damaged_archives_are_set_aside(tmp_path, cut):
    """An archive cut short is set aside or fails with an input error when read; nothing else is raised."""
    path = packed(tmp_path / "a.zip", [("a.json", b"[1]" * 50)], zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes()[:-cut])
    assert asides(path) == [("broken-archive", "a.zip")]


def test_a_damaged_member_is_an_input_error(tmp_path):
    """A member whose bytes were changed fails its check while it is read."""
    path = packed(tmp_path / "a.zip", [("a.json", b'["un","deux"]' * 9000)], zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes()[:100_000].replace(b"deux", b"trop") + path.read_bytes()[100_000:])
    (item,) = open_inputs([path], Limits())
    assert isinstance(item, InputFile)
    with item.open() as stream, pytest.raises(InputError, match="broken-archive"):
        stream.read()


def test_heads_are_decoded_leniently(tmp_path):
    """A byte order mark is no text, UTF-16 is read as text, broken bytes do not raise."""
    for name, data in (("a", b"\xef\xbb\xbf[1]"), ("b", "[é]".encode("utf-16")), ("c", b"[\xff")):
        (tmp_path / name).write_bytes(data)
    assert [item.head for item in open_inputs([tmp_path]) if isinstance(item, InputFile)] == ["[1]", "[é]", "[\ufffd"]


def test_siblings_lie_in_the_same_folder(tmp_path):
    """A member reaches the files of its own folder in the archive, and no other."""
    path = packed(tmp_path / "a.zip", [("x/conversations.json", b"[]"), ("x/user.json", b"{}"), ("user.json", b"1")])
    files = {item.name.rpartition("a.zip/")[2]: item for item in open_inputs([path]) if isinstance(item, InputFile)}
    assert files["x/conversations.json"].siblings == ("conversations.json", "user.json")
    assert files["x/conversations.json"].sibling("user.json").read() == b"{}"
    assert files["x/conversations.json"].sibling("../user.json") is None
    assert files["user.json"].siblings == ("user.json",)


def test_every_reader_is_found_by_being_there():
    """The readers of the packages are found without a list."""
    found = find_readers()
    assert {"chatgpt", "claude", "copilot", "gemini", "grok", "lechat", "openai-messages", "sharegpt"} <= set(found)
    assert list(found) == sorted(found)


class Sure:
    """A reader that is as sure as it is told."""

    def __init__(self, name, score):
        self.name, self.score = name, score

    def recognise(self, file):
        """Give the score it was told."""
        return self.score

    def read(self, file):
        """Give nothing."""
        return iter(())


FILE = InputFile(name="f", size=0, head="", open=lambda: io.BytesIO())


def test_the_surest_reader_is_picked():
    """The highest score wins; a name that is forced wins over it."""
    readers = {name: Sure(name, score) for name, score in (("a", 10), ("b", 90), ("c", 0))}
    assert recognise(FILE, readers).name == "b"
    assert recognise(FILE, readers, "c").name == "c"


@pytest.mark.parametrize(("scores", "named"), [({"a": 50, "b": 50, "c": 1}, "a, b."), ({"a": 0, "b": 0}, "a, b.")])
def test_ties_and_strangers_are_errors(scores, named):
    """A tie, or nobody at all, is an error that names the candidates."""
    with pytest.raises(InputError, match=named) as caught:
        recognise(FILE, {name: Sure(name, score) for name, score in scores.items()})
    assert caught.value.reason == "format-unknown"


def test_forcing_an_unknown_name_is_a_setup_error():
    """A reader that is not there cannot be forced."""
    with pytest.raises(SetupError, match="nobody"):
        recognise(FILE, {"a": Sure("a", 1)}, "nobody")


def plug_in(monkeypatch, tmp_path, source):
    package = types.ModuleType("plugged_readers")
    package.__path__ = [str(tmp_path)]
    (tmp_path / "odd.py").write_text(source)
    monkeypatch.setitem(sys.modules, "plugged_readers", package)
    monkeypatch.delitem(sys.modules, "plugged_readers.odd", raising=False)
    monkeypatch.setattr(inputs, "READER_PACKAGES", ("plugged_readers",))


@pytest.mark.parametrize("source", ["import nowhere_at_all", "raise RuntimeError", "READERS = (7,)", "syntax error"])
def test_a_broken_plug_in_is_named(monkeypatch, tmp_path, source):
    """A reader that cannot be loaded stops everything, by name."""
    plug_in(monkeypatch, tmp_path, source)
    with pytest.raises(SetupError, match=r"plugged_readers\.odd"):
        find_readers()


def test_two_readers_of_one_name_are_an_error(monkeypatch, tmp_path):
    """Two readers with one name cannot be told apart."""
    plug_in(monkeypatch, tmp_path, "class R:\n    name = 'r'\n    read = recognise = print\nREADERS = (R(), R())\n")
    with pytest.raises(SetupError, match="two readers are named r"):
        find_readers()


def test_companions_are_no_inputs_of_their_own():
    """Files that only serve the one beside them are told apart; alone they are not."""
    readers = {name: reader for name, reader in find_readers().items() if name in ("chatgpt", "claude")}
    files = {item.name.rpartition("/")[2]: item for item in open_inputs([CHATS / "chatgpt.zip"])
             if isinstance(item, InputFile)}
    assert sorted(name for name, item in files.items() if is_companion(item, readers)) == [
        "chat.html", "message_feedback.json", "user.json"]
    for name in ("user.json", "chat.html", "users.json"):
        alone = InputFile(name=f"x/{name}", size=0, head="", open=io.BytesIO, siblings=(name, "report.txt"))
        assert not is_companion(alone, readers)


def test_a_file_packed_alone_is_read_as_what_it_is(tmp_path):
    """What lies in a gzip is given by its own name and bytes; one cut short or a bomb is set aside with its reason."""
    whole = gzip.compress(b'{"text": "one"}\n' * 100, mtime=0)
    (tmp_path / "a.jsonl.gz").write_bytes(whole)
    (item,) = open_inputs([tmp_path / "a.jsonl.gz"], SMALL)
    with item.open() as stream:
        assert (item.name.rpartition("/")[2], len(stream.read())) == ("a.jsonl", 1600)
    (tmp_path / "a.jsonl.gz").write_bytes(whole[:-12])
    assert asides(tmp_path / "a.jsonl.gz") == [("broken-archive", "a.jsonl.gz")]
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(bytes(2 << 20)))
    (bomb,) = open_inputs([tmp_path / "b.txt.gz"], SMALL)
    with bomb.open() as stream, pytest.raises(InputError, match="unpacks"):
        stream.read()
