"""Killed at any moment, a backup is whole or none, and what is restored holds no erased word."""

import shutil
from pathlib import Path

import pytest
from scenes import Runner, Scene
from world import PLANTED, World, failing, places_of


def points(moments: int, every: bool) -> list[int]:
    """Choose the moments to die at: all, or midway and the last two, for that is where a folder gets its name."""
    whole = range(1, moments + 1)
    return list(whole) if every else sorted({(moments + 1) // 2, *whole[-2:]})


@pytest.fixture
def place(scenes: dict[str, Scene], tmp_path: Path) -> Path:
    """Give a folder with a workspace ``w`` that holds the planted words in a live release."""
    shutil.copytree(scenes["erase"].before, tmp_path / "w")
    assert places_of(PLANTED, tmp_path / "w")
    return tmp_path


def test_a_killed_backup(place: Path, run: Runner, every: bool):
    """A backup that is killed is none until it is whole; made again it is whole, and the same command completes wherever it died."""
    argv = ["backup", place / "b", "--workspace", place / "w"]
    whole = run(*argv)
    assert whole.code == 0, whole.err
    shutil.rmtree(place / "b")
    for at in points(whole.moments, every):
        assert run(*argv, at=at).code == 137
        again = run(*argv)
        assert again.code == 0, (at, again.err)
        assert not list(place.glob(".b*")), at
        back = run("restore", place / "b", "--keys", place / "w/keys", "--workspace", place / "r")
        assert back.code == 0, (at, back.err)
        assert "once had" not in back.out
        shutil.rmtree(place / "b")
        shutil.rmtree(place / "r")


def test_a_killed_restore(place: Path, run: Runner, every: bool):
    """A restore that is killed leaves no workspace; run again it gives one without a byte of the erased words.

    Law: RGT-07
    """
    assert run("backup", place / "b", "--workspace", place / "w").code == 0
    erased = run("rights", "erase", "--subject", "user1", "--issuer", "chat", "--workspace", place / "w")
    assert erased.code == 0, erased.err
    argv = ["restore", place / "b", "--keys", place / "w/keys", "--accept-lost-entries", "--by", "the officer", "--why", "gone",
            "--workspace", place / "r"]
    whole = run(*argv)
    assert whole.code == 0, whole.err
    shutil.rmtree(place / "r")
    for at in points(whole.moments, every):
        assert run(*argv, at=at).code == 137
        if not (place / "r").exists():
            again = run(*argv)
            assert again.code == 0, (at, again.err)
        assert places_of(PLANTED, place / "r") == [], at
        live = World(place / "r")
        assert live.space.recall().touched == ()
        assert failing(sorted((place / "r/releases").iterdir())[-1], place / "r") == {}
        assert not list(place.glob(".r*")), at
        shutil.rmtree(place / "r")


@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_entry_that_was_killed_before_its_mark(place: Path, run: Runner, at: int):
    """Whenever recording is killed, the log continues its mark and the next command brings the mark up."""
    assert run("rights", "erase", "--later", "--subject", "user1", "--issuer", "chat", "--workspace", place / "w", at=at
               ).code == 137
    world = World(place / "w")
    world.object("user2")
    assert (world.ports.water.last().size, world.ports.water.lost()) == (world.ports.log.head()[0], None)


def test_a_full_disk(place: Path, run: Runner):
    """On a full disk neither a backup nor a workspace appears, and the same command completes once there is room."""
    argv = ["backup", place / "b", "--workspace", place / "w"]
    full = run(*argv, at=20, kind="full")
    assert (full.code, (place / "b").exists()) == (4, False)
    assert run(*argv).code == 0
    argv = ["restore", place / "b", "--keys", place / "w/keys", "--workspace", place / "r"]
    full = run(*argv, at=20, kind="full")
    assert (full.code, (place / "r").exists()) == (4, False)
    assert run(*argv).code == 0
