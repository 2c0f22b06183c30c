"""The loader for training: opens a release only while it may be trained on.

Rules kept here:

- It refuses a release that is altered, withdrawn, or has removals pending, one that rests on a contract or exception that is over,
  and one whose log checkpoint is older than its lease; there is no switch to skip a check. The end is not included.
- Beside its workspace the log itself is asked. Elsewhere a lease is needed: a signed word of the workspace that the release
  was live at a moment, and until when its rights last (``licit log lease``), or the closing itself while it is young.
- Rows come in the release's own order; canaries are mixed in at places fixed by the release, as often as drawn.

Law: FOL-02, PRV-06
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from licit_verify import verify
from licit_verify.keychain import chain_of, read_chain
from licit_verify.report import Fault

from ..adapters.signing import key_id
from ..adapters.signing import verify as check_signature
from ..core.errors import EvidenceError, RefusedError, SetupError
from ..core.manifest import manifest_digest
from ..core.notes import pae, parse_checkpoint, parse_envelope, parse_note
from ..core.policy import parse_moment
from ..usecases.proofs import LEASE_TYPE
from ..usecases.queries import recall
from ..usecases.register_view import ended, first_end
from ..usecases.workspace import Workspace, releases_at
from ..wiring import open_workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRelease:
    """A release that may be trained on now: its manifest, and its rows."""

    path: Path
    manifest: Mapping[str, Any] = field(repr=False)
    until: datetime

    def __len__(self) -> int:
        """Give the number of rows, canaries not counted."""
        return int(self.manifest["rows"])

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Give rows as plain values, file by file, canaries mixed in."""
        return self.rows()

    def rows(self, *, canaries: bool = True, batch: int = 2048) -> Iterator[dict[str, Any]]:
        """Give rows as plain values; a canary has its name as ``record`` and ``licit-canary`` as ``source``."""
        waiting = self._canaries() if canaries else []
        step = max(1, len(self) // (len(waiting) + 1))
        seen = 0
        for file in self._files("data/"):
            with pq.ParquetFile(file) as opened:
                for table in opened.iter_batches(batch_size=batch):
                    for row in table.to_pylist():
                        if waiting and seen % step == step - 1:
                            yield waiting.pop()
                        yield row
                        seen += 1
        yield from waiting

    def to_arrow(self) -> pa.Table:
        """Give all rows as one table, canaries not counted."""
        return pa.concat_tables([pq.read_table(file, partitioning=None) for file in self._files("data/")])

    def _files(self, prefix: str) -> list[Path]:
        return [self.path / file["path"] for file in self.manifest["files"] if file["path"].startswith(prefix)]

    def _canaries(self) -> list[dict[str, Any]]:
        out = []
        for file in self._files("audit/"):
            for row in pq.read_table(file, partitioning=None).to_pylist():
                empty = dict.fromkeys(self.manifest["columns"])
                out += [{**empty, "record": row["canary"], "chunk": 0, "text": row["text"], "language": "en",
                         "source": "licit-canary"}] * row["repeats"]
        return out


def open_release(path: str | Path, *, key: bytes | None = None, lease: str | Path | None = None,
                 clock: Any = None) -> OpenRelease:
    """Open a release for training.

    Args:
        path: the release's folder.
        key: the signer's raw public key; pin it wherever the release came from elsewhere.
        lease: a lease file, for a release that does not lie in its workspace.
        clock: gives the time; else the computer's.

    Raises:
        EvidenceError: it is altered; the message names the claim that fails.
        RefusedError: it is withdrawn, has removals pending, rests on a right that is over, or its lease is over.
        SetupError: it is no release.
    """
    path = Path(path)
    now = clock.now() if clock else datetime.now(UTC)
    report = verify(path, key=key, now=now)
    if report.exit_code == 2:
        raise SetupError("this is no release", about=str(path))
    for result in report.results:
        if result.result == "fails":
            raise EvidenceError(f"{result.claim} fails: {result.detail}", about=path.name, reason="release-altered",
                                remedy="Do not train on it; see licit verify.")
    manifest = json.loads((path / "manifest.json").read_bytes())
    workspace = path.resolve().parent.parent
    if (workspace / "licit.toml").is_file():
        ends = _live(open_workspace(workspace, clock=clock), manifest["name"])
        until = now + timedelta(hours=manifest["lease_hours"])
        return OpenRelease(path=path, manifest=manifest, until=min(until, ends or until))
    since, ends = _leased(path, manifest, Path(lease) if lease else None)
    until = min(since + timedelta(hours=manifest["lease_hours"]), ends or datetime.max.replace(tzinfo=UTC))
    if ends and now >= ends:
        raise RefusedError(f"a right that it rests on ended on {ends:%Y-%m-%d %H:%M} UTC", about=manifest["name"], reason="right-ended",
                           remedy="Ask who released it what is to be done with it.")
    if not since - timedelta(minutes=5) <= now < until:
        raise RefusedError(f"the last word on this release is of {since:%Y-%m-%d %H:%M} UTC, older than its lease of "
                           f"{manifest['lease_hours']} hours", about=manifest["name"], reason="lease-over",
                           remedy="Ask who released it for a new lease: licit log lease.")
    return OpenRelease(path=path, manifest=manifest, until=until)


def _live(space: Workspace, name: str) -> datetime | None:
    """Insist that a release may be trained on now; give the moment from which a right that it rests on is over."""
    known = releases_at(space.log).get(name)
    if known is None:
        raise RefusedError("the workspace's log does not know this release", about=name, reason="release-unknown")
    if known.withdrawn >= 0:
        raise RefusedError("this release is withdrawn", about=name, reason="release-withdrawn",
                           remedy="Use the patch release that took its place.")
    pending = recall(space, release=name).touched
    if pending:
        raise RefusedError(f"{len(pending[0].rows)} rows must leave this release first", about=name,
                           reason="removals-pending", remedy="Build the patch: licit recall --patch.")
    over = [one for one in ended(space) if one.release == name]
    if over:
        raise RefusedError(over[0].line(), about=name, reason="right-ended",
                           remedy="Build anew: licit build leaves it out. What else rests on it: licit source list --ended.")
    return first_end(space, name)


def _leased(path: Path, manifest: Mapping[str, Any], lease: Path | None) -> tuple[datetime, datetime | None]:
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
    if word["manifest"] != manifest_digest((path / "manifest.json").read_bytes()):
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
