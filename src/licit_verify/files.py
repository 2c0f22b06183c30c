"""The files of a release: what lies on the disk against what the manifest lists; nothing else is ever opened.

Rules kept here:

- Links, devices and pipes are refused; a path of the manifest cannot leave the release.
- Reads are bounded, and a file that differs from its digest is named and not looked into.
- The manifest is vouched for twice (attestation, closing), so that one changed byte is blamed on the right file.
- The report is written last: attested when it is there, absent when it is not.
"""

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .canonical import digest_text, is_digest, parse, parse_line
from .keychain import Chain, key_to_check
from .notes import Envelope, read_envelope
from .report import Fault, several

MANIFEST, CLOSING, ATTESTATION = "manifest.json", "evidence/closing.json", "attestation.dsse.json"
REPORT = "evidence/report.html"
FORMAT = "licit-release/1"
APART = (MANIFEST, CLOSING, ATTESTATION)

_SMALL = 64 << 20
_MOST_FILES = 1_000_000
_PATH = re.compile(r"(?:(?:data|ids)/part-[0-9]{5,9}\.parquet|audit/canaries\.parquet"
                   r"|evidence/(?:[A-Za-z0-9][A-Za-z0-9._-]{0,99}/){0,4}[A-Za-z0-9][A-Za-z0-9._-]{0,99})")
_FOLDERS = frozenset({"data", "ids", "audit", "evidence"})


@dataclass(frozen=True, slots=True)
class Listing:
    """Regular files under a folder with their sizes, folders, and what is neither."""

    files: Mapping[str, int]
    folders: frozenset[str]
    odd: tuple[str, ...]


def walk(root: Path) -> Listing:
    """List everything under a folder without following a link.

    Raises:
        Fault: more files than a release can have.
    """
    files: dict[str, int] = {}
    folders: set[str] = set()
    odd: list[str] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(os.scandir(root / folder))
        except OSError:
            odd.append(folder)
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            mode = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(mode.st_mode):
                folders.add(path)
                waiting.append(path)
            elif stat.S_ISREG(mode.st_mode):
                files[path] = mode.st_size
            else:
                odd.append(path)
        if len(files) + len(folders) + len(odd) > _MOST_FILES:
            raise Fault("more files than a release can have")
    return Listing(files, frozenset(folders), tuple(odd))


def read_small(root: Path, path: str) -> bytes:
    """Read a small regular file whole.

    Raises:
        Fault: missing, not a regular file, or too large.
    """
    try:
        descriptor = os.open(root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Fault("{path} is not a regular file", path, path=path)
            data = file.read(_SMALL + 1)
    except OSError:
        raise Fault("{path} is missing or cannot be opened", path, path=path) from None
    if len(data) > _SMALL:
        raise Fault("{path} is too large to be what it should be", path, path=path)
    return data


def file_digest(path: Path) -> str:
    """Give the SHA-256 of a file as text, reading a block at a time.

    Raises:
        OSError: it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def take(value: Any, name: str, kind: type, *files: str) -> Any:
    """Take a member of a JSON object and insist on its kind; integers are counts of at least zero.

    Raises:
        Fault: missing, or of another kind.
    """
    found = value.get(name) if isinstance(value, dict) else None
    if type(found) is not kind or (isinstance(found, int) and not 0 <= found < 1 << 63):
        raise Fault("{name} is missing from {path}, or of the wrong kind", *(files or (MANIFEST,)),
                    name=name, path=(files or (MANIFEST,))[0])
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release as found: its manifest (empty if unreadable), what holds its digest, and what vouches for it."""

    root: Path
    listing: Listing
    manifest: Mapping[str, Any]
    manifest_digest: str
    listed: Mapping[str, str]
    whole: frozenset[str]
    envelope: Envelope | None
    statement: Mapping[str, Any]
    closing: Mapping[str, Any]
    closing_digest: str

    def get(self, name: str, kind: type) -> Any:
        """Take a member of the manifest.

        Raises:
            Fault: missing, or of another kind.
        """
        return take(self.manifest, name, kind)

    def names(self, folder: str) -> list[str]:
        """Give the listed files of a folder, in order."""
        return sorted(path for path in self.listed if path.startswith(folder + "/"))

    def need(self, path: str) -> Path:
        """Give the place of a listed file that holds its digest.

        Raises:
            Fault: it is not listed, missing or damaged.
        """
        if path not in self.whole:
            raise Fault("{path} is missing or damaged, so it was not looked into", path, path=path)
        return self.root / path


def open_release(root: Path) -> Release | None:
    """Look at a folder; None when it is no release at all."""
    if not root.is_dir() or not any(os.path.lexists(root / path) for path in APART):
        return None
    texts = {path: _read_or_nothing(root, path) for path in APART}
    manifest, statement, closing = (_line_or_nothing(texts[MANIFEST]), {}, _line_or_nothing(texts[CLOSING]))
    envelope = _envelope(texts[ATTESTATION])
    if envelope is not None:
        statement = _object(envelope.body)
    if not (os.path.lexists(root / ATTESTATION) or os.path.lexists(root / CLOSING)
            or str(manifest.get("format", "")).startswith("licit-release/")):
        return None
    listing = walk(root)
    listed = _listed(manifest)
    whole = frozenset(path for path, digest in listed.items() if path in listing.files
                      and listing.files[path] == _sizes(manifest).get(path) and _digest_is(root / path, digest))
    return Release(root=root, listing=listing, manifest=manifest, manifest_digest=digest_text(texts[MANIFEST]),
                   listed=listed, whole=whole, envelope=envelope, statement=statement, closing=closing,
                   closing_digest=digest_text(texts[CLOSING]))


def _read_or_nothing(root: Path, path: str) -> bytes:
    try:
        return read_small(root, path)
    except Fault:
        return b""


def _line_or_nothing(data: bytes) -> dict[str, Any]:
    try:
        value = parse_line(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = parse(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _envelope(data: bytes) -> Envelope | None:
    try:
        return read_envelope(parse_line(data))
    except ValueError:
        return None


def _entries(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    entries = manifest.get("files")
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _listed(manifest: Mapping[str, Any]) -> dict[str, str]:
    return {entry["path"]: entry["sha256"] for entry in _entries(manifest)
            if isinstance(entry.get("path"), str) and _PATH.fullmatch(entry["path"]) and is_digest(entry.get("sha256"))
            and entry["path"] not in (*APART, REPORT)}


def _sizes(manifest: Mapping[str, Any]) -> dict[str, int]:
    return {entry["path"]: entry["bytes"] for entry in _entries(manifest)
            if isinstance(entry.get("path"), str) and type(entry.get("bytes")) is int}


def _digest_is(path: Path, digest: str) -> bool:
    try:
        return file_digest(path) == digest
    except OSError:
        return False


def files_intact(release: Release, pinned: bytes | None, later: Chain | None = None) -> None:
    """Insist that the release holds the files of its manifest, whole, and nothing else.

    Raises:
        Fault: naming every file that is damaged, missing or extra.
    """
    sound = release.envelope is not None and release.envelope.holds(
        key_to_check(release.manifest, pinned, later))
    faults = _apart_faults(release, sound=sound)
    if not any(MANIFEST in fault.files for fault in faults):  # a list that is not the attested one blames nobody
        faults += [*_list_faults(release), *_disk_faults(release, sound=sound)]
    if faults:
        raise several(faults)


def _apart_faults(release: Release, *, sound: bool) -> list[Fault]:
    """Blame the right one of the three files that no manifest lists."""
    here = release.listing.files
    faults = [Fault("{path} is missing", path, path=path) for path in APART if path not in here]
    if faults:
        return faults
    if not release.manifest:
        faults.append(Fault("{path} is not canonical JSON", MANIFEST, path=MANIFEST))
    if not release.closing:
        faults.append(Fault("{path} is not canonical JSON", CLOSING, path=CLOSING))
    if release.envelope is None or not release.statement:
        return [*faults, Fault("{path} is no canonical envelope", ATTESTATION, path=ATTESTATION)]
    attested, closed = subjects(release.statement), _closed_manifest(release.closing)
    if attested.get(MANIFEST) != release.manifest_digest and (sound or closed != release.manifest_digest):
        faults.append(Fault("{path} is not the one that was attested", MANIFEST, path=MANIFEST))
    if sound and attested.get(CLOSING) != release.closing_digest:
        faults.append(Fault("{path} is not the one that was attested", CLOSING, path=CLOSING))
    if not sound and not faults:
        faults.append(Fault("the signature of {path} does not hold", ATTESTATION, path=ATTESTATION))
    return [*faults, *_report_faults(release, attested.get(REPORT), sound=sound)]


def _report_faults(release: Release, digest: str | None, *, sound: bool) -> list[Fault]:
    if digest is None or not sound:
        return []
    if REPORT not in release.listing.files:
        return [Fault("{path} is missing", REPORT, path=REPORT)]
    if not _digest_is(release.root / REPORT, digest):
        return [Fault("{path} is not the one that was attested", REPORT, path=REPORT)]
    return []


def subjects(statement: Mapping[str, Any]) -> dict[str, str]:
    """Give the digests that a statement is about, by name."""
    subjects = statement.get("subject")
    try:
        return {item["name"]: "sha256:" + item["digest"]["sha256"] for item in subjects or ()}
    except (KeyError, TypeError):
        return {}


def _closed_manifest(closing: Mapping[str, Any]) -> str:
    try:
        body = parse(closing["decision"]["body"].encode())
        return str(body.get("decision", body)["manifest"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""


def _list_faults(release: Release) -> list[Fault]:
    if release.manifest and release.manifest.get("format") != FORMAT:
        return [Fault("the manifest has a format that this verifier does not know", MANIFEST)]
    paths = [entry.get("path") for entry in _entries(release.manifest)]
    texts = [path for path in paths if isinstance(path, str)]
    faults = [Fault("{path} is no path that a release may have", str(path), MANIFEST, path=path)
              for path in paths if not isinstance(path, str) or path not in release.listed]
    said = release.manifest.get("files", [])
    if texts != sorted(set(texts)) or not isinstance(said, list) or len(said) != len(paths):
        faults.append(Fault("the manifest's list of files is not in order, or names one twice", MANIFEST))
    return faults


def _disk_faults(release: Release, *, sound: bool) -> list[Fault]:
    here = release.listing.files
    faults = [Fault("{path} is a link, a device or cannot be read", path, path=path) for path in release.listing.odd]
    for path in release.listed:
        if path not in here:
            faults.append(Fault("{path} is missing", path, path=path))
        elif path not in release.whole:
            faults.append(Fault("{path} is damaged", path, path=path))
    known = {*release.listed, *APART} | ({REPORT} if not sound or REPORT in subjects(release.statement) else set())
    faults += [Fault("{path} is extra", path, path=path) for path in sorted(here) if path not in known]
    parents = _FOLDERS | {str(parent) for path in known for parent in Path(path).parents}
    faults += [Fault("the folder {path} is extra", path, path=path)
               for path in sorted(release.listing.folders) if path not in parents]
    return faults
