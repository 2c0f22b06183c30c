"""The gate before training: a release opens only while it may be trained on, and is asked about again while it is.

Rules kept here:

- It refuses a release that is altered, withdrawn, or has removals pending, one that rests on a contract or exception that is over,
  and one whose log checkpoint is older than its lease; there is no switch to skip a check. The end is not included.
- Beside its workspace the log itself is asked. Elsewhere a lease is needed: a signed word of the workspace that the release
  was live at a moment, and until when its rights last (``licit log lease``), or the closing itself while it is young.
- While rows are given it is asked again: at the start of every walk, at the moment when the last answer runs out, and every minute, or so
  much more rarely that asking takes a twentieth of the time. A lease's file is read again then, so that a new one is found.
- What cannot be asked is refused.
- A process that was forked, such as a worker of a PyTorch ``DataLoader``, touches no threads or databases that it inherited: it goes by
  its parent's answer as long as that holds, and then has another process ask the workspace for its signed word.

Law: FOL-02, PRV-06
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from licit_verify import verify
from licit_verify.keychain import chain_of, read_chain
from licit_verify.report import Fault

from ...adapters.signing import key_id
from ...adapters.signing import verify as check_signature
from ...core.errors import EvidenceError, RefusedError, SetupError, UnavailableError
from ...core.manifest import manifest_digest
from ...core.notes import pae, parse_checkpoint, parse_envelope, parse_note
from ...core.policy import parse_moment
from ...usecases.proofs import LEASE_TYPE
from ...usecases.runs import IDLE, insist_live
from ...usecases.workspace import Workspace
from ...wiring import SystemClock, open_workspace

#: How often the gate is asked again while rows are given, and the share of the time that asking may take.
EVERY, SHARE = timedelta(minutes=1), 20

#: How far two clocks may be apart.
_APART = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Seconds:
    """A clock that was given, in seconds."""

    clock: Any

    def __call__(self) -> float:
        """Give the time."""
        return float(self.clock.now().timestamp())


class Gate:
    """A release that was found whole, and whether it may be trained on now."""

    def __init__(self, path: Path, lease: Path | None, clock: Any) -> None:
        """Take a verified release; nothing is asked yet."""
        self.path, self._lease, self._clock = path, lease, clock or SystemClock()
        #: The present in seconds, when the gate was asked, and when it is to be asked again: read before every row.
        self.tick: Callable[[], float] = time.time if clock is None else _Seconds(clock)
        self.asked = self.again = 0.0
        data = (path / "manifest.json").read_bytes()
        self.manifest: Mapping[str, Any] = json.loads(data)
        self.digest = manifest_digest(data)
        self.until = datetime.min.replace(tzinfo=UTC)
        self.layout, self.schema = _laid_out(path, self.manifest)
        self._space: Workspace | None = None
        self._seen, self._process = -1, os.getpid()
        self._ends: datetime | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave the workspace behind: a database belongs to one process."""
        return {**self.__dict__, "_space": None, "_seen": -1, "again": 0.0}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Begin anew in the process that this was sent to."""
        self.__dict__.update(state, _process=os.getpid())

    @property
    def forked(self) -> bool:
        """Tell whether this process is a copy of the one that opened the release: its threads are not there."""
        return os.getpid() != self._process

    @property
    def beside(self) -> Path | None:
        """Where the release's own workspace lies, None for a release elsewhere."""
        folder = self.path.resolve().parent.parent
        return folder if (folder / "licit.toml").is_file() else None

    def workspace(self) -> Workspace:
        """Open the release's own workspace, once in each process.

        Raises:
            SetupError: it lies elsewhere.
        """
        if (folder := self.beside) is None:
            raise SetupError("this release does not lie in its workspace", about=self.manifest["name"],
                             remedy="Do this where the workspace is.")
        if self._space is None:
            self._space = open_workspace(folder, clock=self._clock)
        return self._space

    def holds(self) -> bool:
        """Tell whether the last answer still counts; a clock set back does not prolong it."""
        return self.asked <= self.tick() < self.again

    def ask(self) -> None:
        """Insist that the release may be trained on now.

        Raises:
            EvidenceError: its lease is forged or another's.
            RefusedError: it is withdrawn, has removals pending, rests on a right that is over, or its lease is over.
            UnavailableError: its workspace cannot be asked.
        """
        began, now = time.perf_counter(), self._clock.now()
        self.until = self._leased(now, self._lease) if self.beside is None else self._asked_for(now) if self.forked else self._live(now)
        took = timedelta(seconds=time.perf_counter() - began)
        self.asked, self.again = now.timestamp(), min(now + max(EVERY, SHARE * took), self.until).timestamp()

    def _live(self, now: datetime) -> datetime:
        space = self.workspace()
        size, _ = space.log.head()
        # What came since may say nothing about releases; then the long question need not be asked again.
        if self._seen < 0 or self._seen > size or now >= self.until or any(
                entry.kind not in IDLE for entry in space.log.entries(start=self._seen, stop=size)):
            self._ends = insist_live(space, self.manifest["name"], self.digest)
        self._seen = size
        until = now + timedelta(hours=self.manifest["lease_hours"])
        return min(until, self._ends or until)

    def _asked_for(self, now: datetime) -> datetime:
        """Have another process ask the workspace, and go by its signed word."""
        with tempfile.TemporaryDirectory(prefix="licit-lease-") as folder:
            lease = Path(folder) / "lease.json"
            done = subprocess.run([sys.executable, "-m", "licit", "log", "lease", self.manifest["name"], "-o", str(lease),  # noqa: S603
                                   "--workspace", str(self.beside)], capture_output=True, check=False)
            if done.returncode or not lease.is_file():
                raise UnavailableError("its workspace cannot be asked whether it may be trained on", about=self.manifest["name"],
                                       remedy=f"See: licit log lease {self.manifest['name']}")
            return self._leased(now, lease)

    def _leased(self, now: datetime, lease: Path | None) -> datetime:
        name, hours = self.manifest["name"], self.manifest["lease_hours"]
        since, ends = _word(self.path, self.manifest, self.digest, lease)
        until = min(since + timedelta(hours=hours), ends or datetime.max.replace(tzinfo=UTC))
        if ends and now >= ends:
            raise RefusedError(f"a right that it rests on ended on {ends:%Y-%m-%d %H:%M} UTC", about=name, reason="right-ended",
                               remedy="Ask who released it what is to be done with it.")
        if not since - _APART <= now < until:
            raise RefusedError(f"the last word on this release is of {since:%Y-%m-%d %H:%M} UTC, older than its lease of {hours} hours",
                               about=name, reason="lease-over", remedy="Ask who released it for a new lease: licit log lease.")
        return until


def passed(path: Path, *, key: bytes | None, lease: Path | None, clock: Any) -> Gate:
    """Verify a release and ask whether it may be trained on.

    Raises:
        EvidenceError: it is altered; the message names the claim that fails.
        RefusedError: it is withdrawn, has removals pending, rests on a right that is over, or its lease is over.
        SetupError: it is no release.
    """
    report = verify(path, key=key, now=clock.now() if clock else datetime.now(UTC))
    if report.exit_code == 2:
        raise SetupError("this is no release", about=str(path), remedy="Name the folder of one: WORKSPACE/releases/NAME.")
    for result in report.results:
        if result.result == "fails":
            raise EvidenceError(f"{result.claim} fails: {result.detail}", about=path.name, reason="release-altered",
                                remedy="Do not train on it; see licit verify.")
    gate = Gate(path, lease, clock)
    gate.ask()
    return gate


def _laid_out(path: Path, manifest: Mapping[str, Any]) -> tuple[tuple[tuple[int, ...], ...], pa.Schema]:
    """Give the rows of each data file's row groups, and the columns of all; the bytes are compared when they are read."""
    layout, schema = [], pa.schema([])
    for file in manifest["files"]:
        if file["path"].startswith("data/"):
            footer = pq.read_metadata(path / file["path"])
            layout.append(tuple(footer.row_group(number).num_rows for number in range(footer.num_row_groups)))
            schema = schema if schema.names else footer.schema.to_arrow_schema()
    if sum(map(sum, layout)) != manifest["rows"]:
        raise EvidenceError("its files have not as many rows as its manifest says", about=manifest["name"], reason="release-altered")
    return tuple(layout), schema


def _word(path: Path, manifest: Mapping[str, Any], digest: str, lease: Path | None) -> tuple[datetime, datetime | None]:
    """Give the moment of the last signed word that the release is live, and that from which its rights are over, if it says one."""
    if lease is None:
        note = json.loads((path / "evidence/closing.json").read_bytes())["checkpoint"].encode()
        moment = parse_checkpoint(parse_note(note)[0]).at
        if moment is None:
            raise EvidenceError("the closing checkpoint names no time", about=manifest["name"])
        return moment, None
    envelope = parse_envelope(json.loads(lease.read_bytes()))
    if envelope.payload_type != LEASE_TYPE:
        raise EvidenceError("this file is no lease", about=lease.name)
    word = json.loads(envelope.body)
    public_key = _lessor(word.get("chain", []), manifest, lease.name)
    check_signature(public_key, pae(envelope.payload_type, envelope.body), envelope.signatures.get(key_id(public_key), b""))
    if word["manifest"] != digest:
        raise EvidenceError("the lease is for another release", about=lease.name)
    if not word["live"]:
        raise RefusedError("this release is withdrawn, has removals pending, or rests on a right that is over", about=manifest["name"],
                           reason="release-withdrawn", remedy="Use the patch release that took its place.")
    return parse_moment(word["at"]), parse_moment(word["ends"]) if word.get("ends") else None


def _lessor(links: Any, manifest: Mapping[str, Any], file: str) -> bytes:
    """Give the key that a lease says signed it, if the release's own signer vouches for it; nothing else is checked."""
    try:
        own = chain_of(manifest)
        if not links:
            return own.keys[-1]
        chain = read_chain(links, manifest["log"]["origin"], None, file)
    except Fault as fault:
        raise EvidenceError(fault.text(), about=file) from None
    if not chain.continues(own) or not chain.leads(own.keys[-1], chain.keys[-1]):
        raise EvidenceError("the lease is signed by a key that the release's signer does not vouch for", about=file,
                            remedy="Ask who released it, and pin their new key.")
    return chain.keys[-1]
