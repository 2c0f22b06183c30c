"""The gateway as it is run, on a disk of its own: what keeps is another process, and whatever becomes of it or the disk, the chat goes on."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from serving import NO_CERTIFICATES
from upstream import CONSUMERS, Upstream
from world import PLANTED, copied, places_of

from licit.core.errors import UnavailableError
from licit.surfaces.gateway.apart import Apart
from licit.usecases.commands import object_as_outsider

#: A mount namespace of one's own: what is mounted there is seen by nobody else, and goes with the last process in it.
OWN_MOUNTS = ("unshare", "--mount", "--map-root-user")


@dataclass
class Process:
    """A gateway that runs, and the workspace as it sees it."""

    address: str
    pid: int
    root: Path
    told: list[str]
    client: httpx.Client

    def ask(self, said: str, **more: object) -> httpx.Response:
        """Say something."""
        return self.client.post(f"{self.address}/v1/chat/completions", json={
            "model": "plain", "user": "user1", "messages": [{"role": "user", "content": said}], **more})

    def counts(self) -> dict[str, int]:
        """Give what the gateway itself tells."""
        told = self.client.get(f"{self.address}/healthz").json()
        return {"kept": told["kept"], **told["not_kept"]}

    def until(self, true: Callable[[], object]) -> None:
        """Wait until something is so."""
        end = time.monotonic() + 60
        while not true():
            assert time.monotonic() < end, (self.told, self.counts())
            time.sleep(.02)

    def remembers(self, words: str) -> bool:
        """Tell whether some words stand anywhere in the memory of the gateway or of what keeps for it."""
        for pid in (self.pid, *self.keeping()):
            with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
                for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines():
                    start, end = (int(one, 16) for one in line.split()[0].split("-"))
                    if line.split()[1].startswith("rw"):
                        memory.seek(start)
                        with suppress(OSError):
                            if words.encode() in memory.read(end - start):
                                return True
        return False

    def keeping(self) -> list[int]:
        """Give the processes that keep."""
        found = [file.read_text(encoding="ascii") for file in Path(f"/proc/{self.pid}/task").glob("*/children")]
        return [int(one) for some in found for one in some.split()]


def command(upstream: Upstream, root: Path) -> list[str]:
    """Give the command that runs a gateway."""
    return [sys.executable, "-m", "licit", "gateway", "--upstream", upstream.address, "--workspace", str(root), "--port", "0"]


@contextmanager
def running(command: list[str], root: Path) -> Iterator[Process]:
    """Run a gateway."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "LANG": "en"}) as process:
        told: list[str] = []
        assert process.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found, process.stderr.read() if process.stderr else ""
        listening = threading.Thread(target=lambda: told.extend(process.stderr or ()), daemon=True)
        listening.start()
        try:
            with httpx.Client(verify=NO_CERTIFICATES, timeout=20) as client:
                yield Process(found[0], process.pid, Path(f"/proc/{process.pid}/root{root}"), told, client)
        finally:
            process.kill()
            process.wait()
            listening.join(10)


#: Answers as what keeps does, and dies at a word.
ECHO = """
import os
from collections import Counter
from multiprocessing.connection import Connection
come, told = Connection(os.dup(0), writable=False), Connection(os.dup(1), readable=False)
while True:
    some = come.recv()
    if "die" in some:
        os._exit(1)
    told.send((some, Counter(more=len(some))))
"""


def test_a_process_that_dies_is_told_and_started_again(tmp_path):
    """What it had in hand is an error and no answer; the next is asked of another; closed, it ends."""
    apart = Apart(tmp_path, (1, 2))
    apart._command = [sys.executable, "-I", "-c", ECHO]
    try:
        assert apart.kept(["a", "b"]) == (["a", "b"], {"more": 2})
        first = apart.pid
        with pytest.raises(UnavailableError) as told:
            apart.kept(["die"])
        assert (told.value.reason, apart.pid) == ("keeper-gone", 0)
        assert apart.kept(["c"])[0] == ["c"]
        assert apart.pid not in (0, first)
    finally:
        last = apart.pid
        apart.close()
    assert not Path(f"/proc/{last}").exists()


@pytest.mark.slow
def test_a_disk_that_fills_up(empty_world, upstream, tmp_path):
    """The answer is as ever, nothing is kept, the operator is told why; with room again it is kept, and all ends with the gateway."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if shutil.which(OWN_MOUNTS[0]) is None or subprocess.run([*OWN_MOUNTS, "mount", "-t", "tmpfs", "none", disk], capture_output=True).returncode:
        pytest.skip(f"{' '.join(OWN_MOUNTS)} is not possible here")
    (tmp_path / "gateway.toml").write_text(CONSUMERS, encoding="utf-8")
    with running([*OWN_MOUNTS, "sh", "-c", f"mount -t tmpfs -o size=64m none {disk} && cp -a {empty_world.root} {disk}/w && "
                  f"cp {tmp_path}/gateway.toml {disk}/w && exec {' '.join(command(upstream, disk / 'w'))}"], disk / "w") as here:
        plain = here.ask("before").content
        here.until(lambda: here.counts().get("kept") == 1)
        filler = here.root.with_name("filler")
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(bytes(1 << 12)):
                pass
        assert here.ask(PLANTED).content == plain
        here.until(lambda: sum(here.counts().values()) == 2)
        reason, = here.counts().keys() - {"kept"}
        assert reason in ("not-stored", "workspace-busy")
        assert here.client.get(f"{here.address}/healthz").json()["trouble"] in (reason, "")
        here.until(lambda: any(f"1 {reason}" in line for line in here.told))
        filler.unlink()
        assert places_of(PLANTED, shutil.copytree(here.root, tmp_path / "copy")) == []
        here.ask("with room again")
        here.until(lambda: here.counts()["kept"] == 2)
        keeper, = here.keeping()
        os.kill(here.pid, signal.SIGKILL)
        here.until(lambda: not Path(f"/proc/{keeper}").exists())
    assert PLANTED not in "".join(here.told)


@pytest.mark.slow
def test_a_keeper_that_dies_and_a_filter_that_knows_nobody(empty_world, upstream, tmp_path):
    """What a keeper had in hand is counted, not kept; the chat goes on, and the next exchange is kept by another one.

    A filter of answers, meanwhile, knows kinds and nobody who complained: neither memory nor what is told holds their names.

    Law: FOL-05
    """
    world = copied(empty_world, tmp_path / "w")
    world.object("ysoline-account")
    object_as_outsider(world.ports, email=["ysoline.vaucrin@lumen.example"])
    upstream.answer = "Adressez-vous à max.another@lumen.example, vite"
    (world.root / "gateway.toml").write_text(CONSUMERS + 'filter = ["EMAIL"]\n', encoding="utf-8")
    with running(command(upstream, world.root), world.root) as here:
        plain = here.ask("before").content
        assert b"[EMAIL]" in plain
        here.until(lambda: here.counts().get("kept") == 1)
        keeper, = here.keeping()
        os.kill(keeper, signal.SIGKILL)
        assert here.ask(PLANTED).content == plain
        here.until(lambda: here.counts().get("keeper-gone") == 1)
        here.until(lambda: any("1 keeper-gone" in line for line in here.told))
        here.ask("with another")
        here.until(lambda: here.counts()["kept"] == 2)
        assert here.remembers("max.another")  # it is really looked through
        assert not here.remembers("ysoline")
    assert not any(words in "".join(here.told) for words in (PLANTED, "ysoline", "max.another"))
    assert places_of(PLANTED, world.root) == []
