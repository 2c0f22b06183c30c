"""Tests of licit.adapters.processes: workers end with their command, however it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from licit.adapters.local import LocalRunner
from licit.core.errors import UnavailableError

_COMMAND = """
import os, pathlib, sys, time
from licit.adapters.local import LocalRunner

def work(folder):
    pathlib.Path(folder, str(os.getpid())).touch()
    time.sleep(600)

if __name__ == "__main__":
    list(LocalRunner(2).map(work, [sys.argv[1]] * 9))
"""


def _session(number: int) -> list[int]:
    """Give the live processes of a session: field 6 of stat, whose second field may hold anything."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == number and fields[0] not in "ZX":
            found.append(int(stat.parent.name))
    return found


def _until(true, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not (done := true()) and time.monotonic() < end:
        time.sleep(0.05)
    return bool(done)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to see processes")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_a_command_that_was_ended(tmp_path, end):
    """Ended, interrupted or killed in the middle of long work, a command leaves no process behind, workers least of all."""
    script, folder = tmp_path / "command.py", tmp_path / "working"
    script.write_text(_COMMAND, encoding="utf-8")
    folder.mkdir()
    command = subprocess.Popen([sys.executable, str(script), str(folder)], start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert _until(lambda: len(list(folder.iterdir())) == 2, 90)
        assert {int(path.name) for path in folder.iterdir()} < set(_session(command.pid))
        command.send_signal(end)
        assert command.wait(20) != 0
        assert _until(lambda: not _session(command.pid), 20)
    finally:
        for left in _session(command.pid):
            os.kill(left, signal.SIGKILL)
        command.wait()


def _half(number: int) -> int:
    return number // 2


def _dies(_: int) -> None:
    os._exit(7)


def test_results_come_in_order_and_a_dead_worker_is_an_error():
    """Workers that are tied to their command still give every result in order, and none is made up for one that died."""
    assert list(LocalRunner(2).map(_half, range(0, 40, 2))) == list(range(20))
    with pytest.raises(UnavailableError, match="worker"):
        list(LocalRunner(2).map(_dies, range(3)))
