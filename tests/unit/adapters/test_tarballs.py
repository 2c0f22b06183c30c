"""Tars: members read as files, nothing on disk, nothing trusted, nothing passed over."""

import io
import lzma
import tarfile
from pathlib import Path

import pytest

from licit.adapters import tarballs
from licit.adapters.holdings import arriving
from licit.adapters.inputs import Limits, open_inputs
from licit.core.holdings import Item, Missed
from licit.core.ports import InputFile

SMALL = Limits(member_bytes=1 << 20, ratio=20, ratio_from=1 << 16, members=10, nested_bytes=1 << 16)
ROWS = b'{"text": "The council met on the roads."}\n'


def packed(path, members, mode="w"):
    """Write a tar; a member is its name with its bytes, or a header of any kind."""
    with tarfile.open(path, mode) as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
                continue
            info = tarfile.TarInfo(member[0])
            info.size = len(member[1])
            tar.addfile(info, io.BytesIO(member[1]))
    return path


def kind(name, what, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = what, target
    return info


def met(path, limits=SMALL):
    """Give what was read, by its name below the tar, and what was set aside."""
    read, aside = {}, []
    for item in open_inputs([path], limits):
        if isinstance(item, InputFile):
            with item.open() as stream:
                read[item.name.removeprefix(f"{path.as_posix()}/")] = stream.read()
        else:
            aside.append((item.reason, Path(item.where).name))
    return read, aside


@pytest.mark.parametrize(("suffix", "mode"), [("tar", "w"), ("tar.gz", "w:gz"), ("tgz", "w:gz"), ("tar.bz2", "w:bz2"), ("tar.xz", "w:xz")])
def test_members_are_read_as_files(tmp_path, suffix, mode):
    """Whatever packs it, a member is given by its name below the tar, with its bytes and the names beside it."""
    path = packed(tmp_path / f"set.{suffix}", [kind("./a", tarfile.DIRTYPE), ("./a/one.jsonl", ROWS), ("a/two.jsonl", b"2"), ("\u00e9" * 90 + ".txt", b"3")], mode)
    assert met(path) == ({"a/one.jsonl": ROWS, "a/two.jsonl": b"2", "\u00e9" * 90 + ".txt": b"3"}, [])
    one = next(item for item in open_inputs([path]) if isinstance(item, InputFile))
    assert (one.siblings, one.size) == (("one.jsonl", "two.jsonl"), len(ROWS))
    with one.sibling("two.jsonl") as beside:
        assert beside.read() == b"2"
    assert one.sibling("../two.jsonl") is None


def test_a_member_is_the_same_at_every_reading(tmp_path, monkeypatch):
    """Beyond what is kept in memory a packed tar is unpacked again: two readers at once get the same bytes."""
    monkeypatch.setattr(tarballs, "_AHEAD", 1 << 16)
    data = bytes(range(256)) * 1200
    path = packed(tmp_path / "a.tgz", [("a.bin", data), ("b.bin", data[::-1])], "w:gz")
    files = [item for item in open_inputs([path]) if isinstance(item, InputFile)]
    with files[0].open() as first, files[1].open() as second:
        pieces = [(first.read(50_000), second.read(50_000)) for _ in range(8)]
    assert (b"".join(one for one, _ in pieces), b"".join(two for _, two in pieces)) == (data, data[::-1])


def test_what_is_no_plain_file_is_set_aside(tmp_path):
    """Links, devices, names that lead out, a name twice, a tar in a tar: each with its reason, and the rest is read."""
    inner = packed(tmp_path / "in.tar", [("x", b"x")]).read_bytes()
    path = packed(tmp_path / "a.tar", [
        ("../out.txt", b"1"), ("/etc/out.txt", b"1"), ("a/../../up.txt", b"1"), kind("link", tarfile.SYMTYPE, "/etc/passwd"), ("good.txt", b"yes"),
        kind("hard", tarfile.LNKTYPE, "good.txt"), kind("pipe", tarfile.FIFOTYPE), ("./good.txt", b"other"), ("in.tar", inner)])
    read, aside = met(path, Limits())
    assert read == {"good.txt": b"yes"}
    assert aside == [("path-traversal", "out.txt"), ("path-traversal", "out.txt"), ("path-traversal", "up.txt"), ("symlink", "link"), ("symlink", "hard"),
                     ("not-a-file", "pipe"), ("duplicate-member", "good.txt"), ("nested-archive", "in.tar")]


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_a_bomb_gives_nothing(tmp_path, mode):
    """What unpacks to far more than it weighs, over all members, is set aside as a whole."""
    path = packed(tmp_path / "a.tar.x", [("a.txt", ROWS), *((f"{n}.txt", bytes(500_000)) for n in range(4))], mode)
    assert met(path) == ({}, [("bomb", "a.tar.x")])


def test_a_tar_of_too_many_or_too_large_files_is_bounded(tmp_path):
    """The limits of zips hold: so many members, so many bytes each, and a name of so many bytes."""
    assert met(packed(tmp_path / "a.tar", [(str(n), b"") for n in range(11)])) == ({}, [("too-many-members", "a.tar")])
    assert met(packed(tmp_path / "b.tar", [("big", bytes(2 << 20)), ("ok", b"1")])) == ({"ok": b"1"}, [("too-large", "big")])
    claims = kind("long", tarfile.GNUTYPE_LONGNAME)
    claims.size = 1 << 33
    (tmp_path / "c.tar").write_bytes(claims.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    assert met(tmp_path / "c.tar") == ({}, [("bomb", "c.tar")])


def test_an_xz_that_claims_much_memory_is_not_given_it(tmp_path):
    """The memory that a header claims is bounded: the file is set aside as damaged."""
    strong = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 28}]
    (tmp_path / "a.txt.xz").write_bytes(lzma.compress(b"words " * 40, filters=strong))
    assert met(tmp_path / "a.txt.xz") == ({}, [("broken-archive", "a.txt.xz")])
    (tmp_path / "a.txt.xz").write_bytes(lzma.compress(b"one") + bytes(8) + lzma.compress(b"two"))
    assert met(tmp_path / "a.txt.xz") == ({"a.txt": b"onetwo"}, [])


def test_damage_and_what_lies_behind_the_end_are_told(tmp_path):
    """A tar cut short, without its end mark, or with more behind it: what is before is read, and the rest is no silence."""
    whole = packed(tmp_path / "a.tar", [("a.txt", b"1"), ("b.txt", b"2")]).read_bytes()
    for data, read in ((whole[:1024], {"a.txt": b"1"}), (whole[:1536], {"a.txt": b"1"}), (whole[:1024] + b"x" * 512, {"a.txt": b"1"}),
                       (whole + whole, {"a.txt": b"1", "b.txt": b"2"})):
        (tmp_path / "b.tar").write_bytes(data)
        got, aside = met(tmp_path / "b.tar")
        assert ("broken-archive", "b.tar") in aside
        assert got == read


def test_the_audit_counts_what_a_tar_holds(tmp_path):
    """Rows of members are items; what nobody knows, a packed member among it, and what is set aside are missed, by reason."""
    packed(tmp_path / "set.tar.gz", [("a/rows.jsonl", ROWS * 3), ("a/noise.bin", bytes(range(256))), kind("link", tarfile.SYMTYPE, "x")], "w:gz")
    walked = list(arriving([tmp_path]))
    assert [one.text for one in walked if isinstance(one, Item)] == ["The council met on the roads."] * 3
    assert sorted(one.reason for one in walked if isinstance(one, Missed)) == ["format-unknown", "symlink"]
