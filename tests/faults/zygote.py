"""Runs licit commands in forked children that die, or run out of disk, at a chosen moment.

It is a script: it loads licit once, then forks a child for every line of JSON it reads, so that a kill costs a fraction of
a second. It starts no thread itself, so forking it is safe. Moments are counted over everything durable: fsync, rename,
link, removal, and commits of the database, before and after each.
"""

import errno
import json
import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

KILLED = 137


class Moments:
    """Counts moments, and strikes at one of them."""

    def __init__(self, at: int, kind: str) -> None:
        self.count, self.at, self.kind = 0, at, kind

    def pass_(self) -> None:
        """Count one moment; die or fail if it is the one.

        Raises:
            OSError: no space is left, from that moment on.
        """
        self.count += 1
        if self.at and self.kind == "kill" and self.count == self.at:
            os._exit(KILLED)
        if self.at and self.kind == "full" and self.count >= self.at:
            raise OSError(errno.ENOSPC, "No space left on device")


def install(moments: Moments) -> None:
    """Count at every durable call of this process."""
    for name in ("fsync", "replace", "link", "unlink", "rmdir"):
        if moments.kind == "full" and name in ("unlink", "rmdir"):
            continue
        setattr(os, name, counted(getattr(os, name), moments))

    class Connection(sqlite3.Connection):
        def commit(self) -> None:
            if moments.kind == "full" and self.in_transaction and moments.at and moments.count + 1 >= moments.at:
                moments.count += 1
                self.rollback()
                raise sqlite3.OperationalError("database or disk is full")
            moments.pass_()
            super().commit()
            if moments.kind == "kill":
                moments.pass_()

    genuine = sqlite3.dbapi2.connect
    sqlite3.dbapi2.connect = lambda *given, **more: genuine(*given, **{**more, "factory": Connection})


def counted(call: Any, moments: Moments) -> Any:
    """Give a call that counts before it is made."""
    def counting(*given: Any, **more: Any) -> Any:
        moments.pass_()
        return call(*given, **more)
    return counting


def child(order: dict[str, Any]) -> int:
    """Run one command here; give its exit code."""
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(order[name], os.O_CREAT | os.O_TRUNC | os.O_WRONLY), number)
    if "shell" in order:
        return subprocess.run(["sh", "-ec", order["shell"]], check=False).returncode
    os.environ.update(order.get("env", {}))
    if order.get("room"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["room"], order["room"]))
    moments = Moments(order.get("at", 0), order.get("kind", "kill"))
    install(moments)
    try:
        from licit.surfaces.cli import main
        main(order["argv"])
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        import traceback
        traceback.print_exc()
        code = 70
    sys.stdout.flush()
    sys.stderr.flush()
    Path(order["moments"]).write_text(str(moments.count))
    return code


def serve() -> None:
    """Fork a child for each order; answer with its exit code."""
    import licit.surfaces.cli.arrive
    import licit.surfaces.cli.register
    import licit.surfaces.cli.release
    import licit.surfaces.cli.rights
    import licit.surfaces.cli.verify  # noqa: F401
    from licit import wiring
    detectors, screeners = wiring.find_detectors(), wiring.find_screeners()
    for detector in detectors:
        detector.find(["Bonjour, un texte."], ["fr"])
    for screener in screeners:
        screener.look(["Bonjour, un texte."], ["fr"])
    wiring.find_detectors, wiring.find_screeners = lambda: detectors, lambda: screeners
    for line in sys.stdin:
        order = json.loads(line)
        process = os.fork()
        if not process:
            code = 71
            try:
                code = child(order)
            finally:
                os._exit(code)
        _, status = os.waitpid(process, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
