"""Killed at any moment, a command leaves a workspace from which the same command completes with the same result."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from scenes import Scene, prepared, result
from world import PLANTED, places_of, released_records


def at_moments(scene: Scene, run, folder: Path, every: bool) -> Iterator[tuple[int, Path]]:
    """Kill the scene's command at each moment (in the quick suite: midway and at the end), run it again, give the workspace."""
    points = range(1, scene.moments + 1)
    chosen = points if every else sorted({(scene.moments + 1) // 2, scene.moments})
    for at in chosen:
        root = folder / f"{at}"
        shutil.copytree(scene.before, root)
        killed = run(*scene.argv, "--workspace", root, at=at)
        assert (killed.code, killed.moments) == (137, -1)
        again = run(*scene.argv, "--workspace", root)
        assert again.code == 0, again.err
        yield at, root
        shutil.rmtree(root)


def test_import(scenes, run, tmp_path, every):
    """An import that is killed and run again stores every record once, and sets aside once what cannot be read."""
    for at, root in at_moments(scenes["import"], run, tmp_path, every):
        built = run("build", "--dry-run", "--json", "--jobs", "1", "--workspace", root)
        tally = json.loads(built.out)["tally"]
        assert tally == {"arrived": 13, "released": 12, "held": {}, "refused": {"unreadable": 1}}, at


def test_build(scenes, run, tmp_path, every):
    """A build that is killed and run again releases the same rows; what was half written is never taken for a release."""
    wanted = set(scenes["build"].roots.values())
    for at, root in at_moments(scenes["build"], run, tmp_path, every):
        roots = result(root)
        assert set(roots.values()) == wanted, at
        assert 1 <= len(roots) <= 2, at


def test_patch(scenes, run, tmp_path, every):
    """A patch that is killed and run again leaves one live release, the one that it would have left."""
    for at, root in at_moments(scenes["patch"], run, tmp_path, every):
        assert result(root) == scenes["patch"].roots, at


def test_erasure(scenes, run, tmp_path, every):
    """An erasure that is killed and run again leaves no byte of the words, and a live release without the person.

    Law: RGT-07
    """
    scene = scenes["erase"]
    assert places_of(PLANTED, scene.before)
    for at, root in at_moments(scene, run, tmp_path, every):
        assert places_of(PLANTED, root) == [], at
        assert result(root) == scene.roots, at


def test_a_swept_erasure(scenes, run, tmp_path, every):
    """An erasure that is killed is completed by ``rights sweep`` as well, once its entry was recorded."""
    scene = scenes["erase"]
    later = tmp_path / "later"
    shutil.copytree(scene.before, later)
    assert run(*scene.argv, "--later", "--workspace", later).code == 0
    (tmp_path / "sweep").mkdir()
    swept = prepared("sweep", later, ["rights", "sweep"], run, tmp_path / "sweep")
    for at, root in at_moments(swept, run, tmp_path, every):
        assert places_of(PLANTED, root) == [], at
        assert set(result(root).values()) == set(scene.roots.values()), at


def test_disk_full(scenes, run, tmp_path, every):
    """On a full disk a command fails, says so, and loses nothing: with room again it completes."""
    for name in ("import", "build", "patch", "erase") if every else ("import", "patch"):
        scene = scenes[name]
        root = tmp_path / name
        shutil.copytree(scene.before, root)
        full = run(*scene.argv, "--workspace", root, at=scene.moments // 3, kind="full")
        assert full.code != 0, name
        assert PLANTED not in full.out + full.err
        again = run(*scene.argv, "--workspace", root)
        assert again.code == 0, (name, again.err)
        assert set(result(root).values()) == set(scene.roots.values()), name


def test_two_builds_at_once(company, run, tmp_path):
    """A build that finds another at work is told to wait, and touches nothing of it."""
    import fcntl
    root = tmp_path / "w"
    shutil.copytree(company.root, root)
    with (root / "state/.building").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        refused = run("build", "--workspace", root)
    assert refused.code == 4
    assert "another command builds" in refused.err
    assert not list((root / "releases").iterdir())
    assert released_records(root) == set()
