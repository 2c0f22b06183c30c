"""Real disks that are full, read-only or closed to the user: commands fail, say why, leave nothing half, and complete later."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from scenes import Runner, Scene, result
from world import PLANTED, World

from licit.usecases.workspace import releases_at
from licit_verify import verify

#: A mount namespace of one's own: what is mounted there is seen by nobody else, and goes with the last process in it.
OWN_MOUNTS = ("unshare", "--mount", "--map-root-user")
#: The superuser without the power to pass over the permissions of files.
NO_OVERRIDE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
#: Kibibytes free on the disk, one try after another on what the try before left.
GROWING = (0, 4, 12, 28, 60, 92, 124, 188, 252, 508, 1020, 16384)
#: Bytes that no file may exceed, one after another.
LIMITS = (2_000, 5_000, 8_000, 12_000, 40_000, 80_000)
#: What a message says, in plain words, when the file system says no.
SAID = ("No space left", "File too large", "Read-only file system", "Permission denied", "the disk is full",
        "may not be written", "could not be read or written")
COMMANDS = ("import", "build", "patch", "object", "erase")


def running(folder: Path, within: tuple[str, ...], trial: str) -> Iterator[Runner]:
    """Give a runner in surroundings that this machine may not have; skip, by their name, where it has not."""
    if shutil.which(within[0]) is None or subprocess.run([*within, "sh", "-c", trial], capture_output=True).returncode:
        pytest.skip(f"{' '.join(within)} is not possible here")
    runner = Runner(folder, within)
    yield runner
    runner.close()


@pytest.fixture(scope="module")
def mounted(tmp_path_factory) -> Iterator[Runner]:
    """Run commands where file systems may be mounted."""
    folder = tmp_path_factory.mktemp("mounted")
    yield from running(folder, OWN_MOUNTS, f"mount -t tmpfs -o size=64k none {folder}")


@pytest.fixture(scope="module")
def bound(tmp_path_factory) -> Iterator[Runner]:
    """Run commands that the permissions of files bind, whoever runs the tests."""
    folder = tmp_path_factory.mktemp("bound")
    yield from running(folder, NO_OVERRIDE, "true")


@pytest.fixture(scope="session")
def acts(scenes) -> dict[str, Scene]:
    """The scenes and one more: an objection, with its receipt, on the workspace that a build left."""
    before = scenes["patch"].before
    return scenes | {"object": Scene(name="object", before=before, roots=result_of(before), argv=[
        "rights", "object", "--subject", "user3", "--issuer", "chat", "--receipt", "ROOT/receipts.jsonl"])}


def told(act: Scene, root: Path) -> list[str]:
    """Give an act's command on a workspace."""
    return [*(word.replace("ROOT", str(root)) for word in act.argv), "--workspace", str(root)]


def chosen(steps: Sequence[int], every: bool) -> Sequence[int]:
    """Give all steps, or two and the last."""
    return steps if every else (steps[1], steps[4], steps[-1])


@cache
def result_of(before: Path) -> dict[str, str]:
    """Give the content roots of a workspace's live releases without touching it."""
    copy = before.with_name(f"{before.name}-read")
    shutil.copytree(before, copy)
    try:
        return result(copy)
    finally:
        shutil.rmtree(copy)


def honest(ran, name: str) -> None:
    """Insist that a command that failed says so in words that name what happened, without a word of the texts."""
    assert ran.code in (1, 2, 4), (name, ran.code, ran.err)
    assert any(words in ran.err for words in SAID), (name, ran.err)
    assert "Traceback" not in ran.err, (name, ran.err)
    assert PLANTED not in ran.out + ran.err
    assert not ran.out.lstrip().startswith("{"), (name, ran.out)


def nothing_half(root: Path, act: Scene) -> None:
    """Insist that what lies there now is what was before the command or what comes after it, and nothing between."""
    known = releases_at(World(root).ports.log)
    for path in sorted((root / "releases").iterdir()):
        assert path.name in known or verify(path).exit_code != 0, path.name
    before = result_of(act.before)
    receipts = root / "receipts.jsonl"
    assert not receipts.exists() or all(json.loads(line)["payloadType"] for line in receipts.read_text().splitlines())
    assert set(result(root).values()) <= set(before.values()) | set(act.roots.values())


def completed(root: Path, act: Scene, run, failed: int = 1) -> None:
    """Insist that a workspace on which a command completed holds what the command comes to when nothing happens."""
    roots = result(root)
    assert set(roots.values()) == set(act.roots.values())
    # What failed after its closing entry, the point of publication, is finished; the same build again is one more.
    assert len(roots) <= len(act.roots) + (failed if act.name == "build" else 0)
    if act.name == "import":
        built = run("build", "--jobs", "1", "--json", "--workspace", root)
        assert built.code == 0, built.err
        assert '"arrived": 13, "released": 12' in built.out
    if act.name == "object":
        assert "objection" in run("recall", "--workspace", root).out


def quickly(*names: str) -> list:
    """Give every command; those that are not named are tried in the slow suite."""
    return [name if name in names else pytest.param(name, marks=pytest.mark.slow) for name in COMMANDS]


@pytest.mark.parametrize("name", quickly("build"))
def test_a_disk_that_fills_up(acts, mounted, run, tmp_path, name, every):
    """On a disk of a few pages a command fails as often as there is too little room, and completes when there is enough."""
    act, disk, failed = acts[name], tmp_path / "disk", 0
    disk.mkdir()
    mounted.shell(f"mount -t tmpfs -o size=64m none {disk}; cp -a {act.before} {disk}/w")
    used = int(mounted.shell(f"df --output=used -k {disk} | tail -1"))
    for number, free in enumerate(chosen(GROWING, every)):
        mounted.shell(f"mount -o remount,size={used + free}k {disk}")
        ran = mounted(*told(act, disk / "w"))
        copy = tmp_path / f"copy{number}"
        mounted.shell(f"cp -a {disk}/w {copy}")
        if ran.code == 0:
            completed(copy, act, run, failed)
            break
        honest(ran, name)
        nothing_half(copy, act)
        shutil.rmtree(copy)
        failed += 1
    assert ran.code == 0
    assert failed
    mounted.shell(f"umount {disk}")


@pytest.mark.parametrize("name", quickly("object", "erase"))
def test_a_read_only_disk(acts, mounted, run, tmp_path, name):
    """On a disk that takes no writing a command says so and changes nothing; once it does, the same command completes."""
    act, root = acts[name], tmp_path / "w"
    shutil.copytree(act.before, root)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    mounted.shell(f"mount --bind {root} {root}; mount -o remount,bind,ro {root}")
    honest(mounted(*told(act, root)), name)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    mounted.shell(f"umount {root}")
    ran = mounted(*told(act, root))
    assert ran.code == 0, ran.err
    completed(root, act, run)


@pytest.mark.parametrize("name", quickly("import"))
def test_a_limit_on_the_size_of_files(acts, run, tmp_path, name, every):
    """Where no file may grow beyond some bytes a command fails; without the limit it completes on what was left."""
    act, root, failed = acts[name], tmp_path / "w", 0
    shutil.copytree(act.before, root)
    for room in chosen(LIMITS, every):
        ran = run(*told(act, root), room=room)
        if ran.code == 0:
            break
        failed += 1
        honest(ran, name)
        copy = tmp_path / "copy"
        shutil.copytree(root, copy)
        nothing_half(copy, act)
        shutil.rmtree(copy)
    assert failed
    ran = run(*told(act, root))
    assert ran.code == 0, ran.err
    completed(root, act, run, failed)


@pytest.mark.parametrize(("name", "closed"), [
    ("import", "shards"), pytest.param("import", "index", marks=pytest.mark.slow),
    pytest.param("build", "releases", marks=pytest.mark.slow),
    pytest.param("build", "attributes", marks=pytest.mark.slow),
    pytest.param("build", "state", marks=pytest.mark.slow), pytest.param("patch", "state", marks=pytest.mark.slow),
    pytest.param("erase", "shards", marks=pytest.mark.slow), ("object", ".")])
def test_a_folder_without_permission(acts, bound, run, tmp_path, name, closed):
    """A folder that may not be written stops the command by name; with the permission back it completes."""
    act, root = acts[name], tmp_path / "w"
    shutil.copytree(act.before, root)
    folder = root / closed
    mode = folder.stat().st_mode
    folder.chmod(0o555)
    if closed == ".":
        (root / "licit.db").chmod(0o400)
    try:
        honest(bound(*told(act, root)), name)
    finally:
        folder.chmod(mode)
        (root / "licit.db").chmod(0o600)
    ran = bound(*told(act, root))
    assert ran.code == 0, ran.err
    completed(root, act, run)
