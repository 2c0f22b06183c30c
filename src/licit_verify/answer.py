"""An answer on a work checked alone: signed by the log's key, about the release at hand, and the same when computed again.

Exit code: 0 it is genuine, and what was computed again agrees; 1 it is not or does not; 2 wrong use.

Rules kept here:

- Without a pinned key nothing is genuine. An answer covers the releases whose manifests it names and no later one.
- With the release and the work at hand, the share is computed again from the rows themselves, with no index.
"""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .canonical import once, parse
from .copies import hashes
from .files import MANIFEST, file_digest, read_small
from .keyfile import read_key
from .notes import read_envelope
from .report import Fault
from .rows import batches

TYPE, FORMAT = "application/vnd.licit.work-answer+json", "licit-work-answer/1"
_FIELDS = {"format", "origin", "answered_at", "log", "asked", "settings", "releases"}
_WORD = re.compile(r"\w+")
_ROWS = 2048


def opened(path: Path, key: bytes) -> Mapping[str, Any]:
    """Read a signed answer and insist on the key.

    Raises:
        Fault: it is none, or another signed it.
    """
    try:
        envelope = read_envelope(json.loads(read_small(path.parent, path.name).decode(), object_pairs_hook=once))
        said = parse(envelope.body)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise Fault("{path} is no answer on a work", path.name, path=path.name) from None
    if envelope.payload_type != TYPE or not isinstance(said, dict) or set(said) != _FIELDS or said["format"] != FORMAT:
        raise Fault("{path} is no answer on a work", path.name, path=path.name)
    if not envelope.holds(key):
        raise Fault("the answer is not signed by the log's key", path.name)
    return said


def about(said: Mapping[str, Any], release: Path) -> Mapping[str, Any]:
    """Give what an answer says of a release at hand.

    Raises:
        Fault: it is not about this one.
    """
    digest = file_digest(release / MANIFEST)
    for one in said["releases"]:
        if one["manifest"] == digest:
            return dict(one)
    raise Fault("the answer is about other releases than this one", MANIFEST)


def share_of(release: Path, words: str, settings: Mapping[str, Any]) -> tuple[int, int]:
    """Compute again which share of a work's fingerprints the rows of a release hold (in thousandths), and in how many rows.

    Raises:
        Fault: a data file is not the one that the manifest names.
        ValueError, OSError: the release cannot be read.
    """
    width, window = int(settings["words"]), int(settings["window"])
    wanted = prints(words, width, window)
    seen: set[int] = set()
    rows = 0
    files = json.loads((release / MANIFEST).read_bytes())["files"]
    for path in (str(file["path"]) for file in files if str(file["path"]).startswith("data/")):
        if file_digest(release / path) != next(file["sha256"] for file in files if file["path"] == path):
            raise Fault("{path} is not the one whose digest was fixed", path, path=path)
        for texts in _texts(release / path):
            for text in _likely(texts, wanted, width):
                own = prints(text, width, window)
                hits = len(own & wanted)
                seen |= own & wanted
                part = int(settings["part"])
                rows += hits >= min(int(settings["least"]), len(wanted)) and (hits * part >= len(wanted) or hits * part >= len(own))
    return len(seen) * 1000 // max(1, len(wanted)), rows


def prints(text: str, width: int, window: int) -> set[int]:
    """Give the fingerprints of a text: the smallest hash of every window of hashes of so many words."""
    found = hashes([words], width).to_pylist() if len(words := _WORD.findall(text.casefold())) >= width else []
    return {min(found[at:at + window]) for at in range(max(1, len(found) - window + 1))} if found else set()


def _likely(texts: Sequence[str], wanted: set[int], width: int) -> Iterator[str]:
    """Give the texts that have any run of words of the work, found in columns."""
    words = [_WORD.findall(text.casefold()) for text in texts]
    long = [number for number, row in enumerate(words) if len(row) >= width]
    found = hashes([words[number] for number in long], width)
    ends = list(accumulate(len(words[number]) - width + 1 for number in long))
    hit = pc.indices_nonzero(pc.is_in(found, value_set=pa.array(sorted(wanted), pa.uint64()))).to_pylist() if len(found) else []
    at = 0
    for number, end in zip(long, ends, strict=True):
        if at < len(hit) and hit[at] < end:
            yield texts[number]
        while at < len(hit) and hit[at] < end:
            at += 1


def _texts(path: Path) -> Iterator[list[str]]:
    for batch in batches(path):
        rows = pa.table(batch).select(["text", "messages"]).to_pylist()
        for start in range(0, len(rows), _ROWS):
            yield [row["text"] if row["text"] is not None else "\n".join(said["content"] or "" for said in row["messages"] or ())
                   for row in rows[start:start + _ROWS]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``licit-verify answer``; give its exit code."""
    parser = argparse.ArgumentParser(
        prog="licit-verify answer", description="Check a signed answer on a work, alone.",
        epilog="Example: licit-verify answer answer.json --key signer.pub --release releases/spring-1 --text work.txt")
    parser.add_argument("answer", help="the answer's file")
    parser.add_argument("--key", required=True, help="the log's public key: hexadecimal, or a file (raw, hexadecimal, PEM)")
    parser.add_argument("--release", metavar="FOLDER", help="a release: is the answer about this one?")
    parser.add_argument("--text", metavar="FILE", help="the work as plain text: with --release, the share is computed again")
    parser.add_argument("--json", action="store_true", help="the answer for machines")
    options = parser.parse_args(arguments)
    if options.text and not options.release:
        parser.error("--text goes with --release FOLDER, whose rows are read again.")
    try:
        key = read_key(options.key)
    except (OSError, ValueError):
        sys.stderr.write("--key: no Ed25519 public key in hexadecimal, PEM or name+hash+key form, nor a file of one\n")
        return 2
    try:
        said = opened(Path(options.answer), key)
        lines = _checked(said, options)
    except (Fault, OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        why = error.text(french=False) if isinstance(error, Fault) else f"it cannot be read ({type(error).__name__})"
        sys.stdout.write(json.dumps({"genuine": False, "why": why}) + "\n" if options.json else f"✗ {why}\n")
        return 1
    sys.stdout.write(json.dumps({"genuine": True, **said}) + "\n" if options.json else "\n".join(lines) + "\n")
    return 0


def _checked(said: Mapping[str, Any], options: argparse.Namespace) -> list[str]:
    lines = [f"✓ Signed by the log {said['origin']} on {said['answered_at']}; it says nothing of releases closed later."]
    lines += [f"  {one['release']} ({one['manifest']}): {one['verdict']}, {one['share'] / 10:.1f} % of the work's fingerprints in {one['rows']} rows"
              for one in said["releases"]]
    if not options.release:
        return lines
    told = about(said, Path(options.release))
    lines.append("✓ The release at hand is among them.")
    if options.text:
        words = Path(options.text).read_text(encoding="utf-8-sig")
        if hashlib.sha256(words.encode()).hexdigest() != said["asked"].get("sha256"):
            raise Fault("the answer is about another work than this text")
        found = share_of(Path(options.release), words, said["settings"])
        if found != (told["share"], told["rows"]):
            raise Fault("the rows give another answer than the one that was signed", MANIFEST)
        lines.append("✓ Computed again from the rows, with the same outcome.")
    return lines
