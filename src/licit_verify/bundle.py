"""A bundle of evidence checked alone: no server and no workspace, only the zip and the log's public key.

Exit code: 0 it is whole and genuine; 1 it is not; 2 wrong use.

Rules kept here:

- Nothing is believed before the signed list was checked: each file has its digest, and none is missing or beside it.
- Each entry is signed by a key of the log that counted then, and its path leads to the root that the checkpoint signs.
- A name that leads out of the bundle, a name twice, or more than it may weigh, ends the check.
"""

import argparse
import json
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from .canonical import once, parse, unhex
from .files import take
from .keychain import Chain, read_chain
from .keyfile import read_key
from .notes import read_checkpoint, read_envelope
from .person import insist_on_key, opened
from .report import Fault
from .tree import included

LIST = "bundle.dsse.json"
_TYPE = "application/vnd.licit.bundle+json"
_FORMAT = "licit-bundle/1"
_FIELDS = {"format", "about", "origin", "at", "size", "root", "key", "chain", "files"}
_MOST_FILES, _MOST_BYTES = 20_000, 1 << 30


def check_bundle(path: Path, trusted: bytes = b"") -> dict[str, Any]:
    """Check a bundle; give what it is about, how many files and entries it holds, and whether its signer was pinned.

    Args:
        path: the zip.
        trusted: the raw public key that the checker trusts; empty to believe the key it names, which shows less.

    Raises:
        Fault: it is not whole or not genuine; the first thing that is wrong.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            files = _read(archive)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, UnicodeError):
        raise Fault("{path} is no bundle of evidence", path.name, path=path.name) from None
    listed, key, chain = _listed(files.pop(LIST, b""), trusted)
    wanted = take(listed, "files", dict, LIST)
    for name in sorted({*wanted, *files}):
        if name not in files:
            raise Fault("{path} is missing", name, path=name)
        if name not in wanted or sha256(files[name]).hexdigest() != wanted[name]:
            raise Fault("{path} is not the one whose digest was fixed", name, path=name)
    size, root = take(listed, "size", int, LIST), unhex(take(listed, "root", str, LIST), 32)
    try:
        note = read_checkpoint(files["checkpoint.txt"], take(listed, "origin", str, LIST), key)
    except (ValueError, KeyError):
        raise Fault("no signature of the log's key holds", "checkpoint.txt") from None
    if (note.size, note.root) != (size, root):
        raise Fault("the checkpoint is of another state of the log", "checkpoint.txt")
    entries = [name for name in files if name.startswith("entries/")]
    _entries({name: files[name] for name in entries}, listed, chain, key)
    return {"about": listed["about"], "at": listed["at"], "origin": listed["origin"], "files": len(files), "entries": len(entries),
            "pinned": bool(trusted)}


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(set(names)) < len(names) or len(names) > _MOST_FILES or sum(info.file_size for info in infos) > _MOST_BYTES:
        raise Fault("the bundle holds a name twice, or too much", LIST)
    if any(name.startswith("/") or "\\" in name or {"", ".", ".."} & {*name.split("/")} for name in names):
        raise Fault("a name leads out of the bundle", LIST)
    return {info.filename: _bounded(archive, info) for info in infos}


def _bounded(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Read one file, no more of it than it says it is."""
    with archive.open(info) as file:
        data = file.read(info.file_size + 1)
    if len(data) != info.file_size:
        raise Fault("{path} is not the one whose digest was fixed", info.filename, path=info.filename)
    return data


def _listed(data: bytes, trusted: bytes) -> tuple[Mapping[str, Any], bytes, Chain]:
    """Read the signed list, and insist that a key which the trusted one vouches for signed it."""
    try:
        envelope = read_envelope(parse_plain(data))
        listed = parse(envelope.body)
        if envelope.payload_type != _TYPE or not isinstance(listed, dict) or set(listed) != _FIELDS or listed["format"] != _FORMAT:
            raise ValueError("another form")
        key = unhex(listed["key"], 32)
    except (ValueError, RecursionError, TypeError, AttributeError):
        raise Fault("{path} is no bundle of evidence", LIST, path=LIST) from None
    chain = read_chain(listed["chain"], take(listed, "origin", str, LIST), key, LIST)
    if not chain.leads(trusted or key, key) or not envelope.holds(key):
        raise Fault("the bundle is not signed by the log's key", LIST)
    return listed, key, chain


def parse_plain(data: bytes) -> Any:
    """Read JSON as people lay it out.

    Raises:
        ValueError: it is none, or names a key twice.
    """
    return json.loads(data.decode(), object_pairs_hook=once)


def _entries(files: Mapping[str, bytes], listed: Mapping[str, Any], chain: Chain, key: bytes) -> None:
    """Insist that each entry is signed, is the one its name says, and leads to the log's root."""
    size, root = listed["size"], unhex(listed["root"], 32)
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            place = Path(folder) / name.replace("/", "-")
            place.write_bytes(data)
            paper = opened(place)
            insist_on_key(paper, chain, key, name)
            seq = take(paper.payload, "seq", int, name)
            try:
                path = [unhex(step, 32) for step in take(paper.proofs, "path", list, name)]
            except ValueError:
                raise Fault("{path} is no receipt", name, path=name) from None
            if (paper.payload["origin"] != listed["origin"] or name != f"entries/{seq}.json" or seq >= size
                    or not included(paper.leaf, seq, size, path, root)):
                raise Fault("entry {seq} is not in the log of this bundle", name, seq=seq)


def main(arguments: Sequence[str]) -> int:
    """Run ``licit-verify bundle``; give its exit code."""
    parser = argparse.ArgumentParser(prog="licit-verify bundle", description="Check a bundle of evidence alone.",
                                     epilog="Example: licit-verify bundle evidence.zip --key signer.pub")
    parser.add_argument("bundle", help="the zip")
    parser.add_argument("--key", help="the log's public key: hexadecimal, or a file (raw, hexadecimal, PEM)")
    parser.add_argument("--lang", choices=("en", "fr"), default="en", help="the language of the answer")
    options = parser.parse_args(arguments)
    french = options.lang == "fr"
    try:
        key = read_key(options.key) if options.key else b""
    except (OSError, ValueError):
        sys.stderr.write("--key: no Ed25519 public key in hexadecimal, PEM or name+hash+key form, nor a file of one\n")
        return 2
    try:
        found = check_bundle(Path(options.bundle), key)
    except Fault as fault:
        sys.stdout.write(f"✗ {fault.text(french)}\n")
        return 1
    pinned = "" if found["pinned"] else (" Signataire non épinglé : ajoutez --key." if french else " Signer unpinned: add --key.")
    what = ", ".join(f"{name} {value}" for name, value in found["about"].items())
    sys.stdout.write((f"✓ {what} : {found['files']} fichiers et {found['entries']} entrées du journal {found['origin']}, signés le "
                      f"{found['at']}, entiers." if french else
                      f"✓ {what}: {found['files']} files and {found['entries']} entries of the log {found['origin']}, signed on "
                      f"{found['at']}, whole.") + pinned + "\n")
    return 0
