"""How one signing key follows another: the links of a release, of a receipt or of a list, checked without the log.

Rules kept here:

- A chain is whole from the first key on: numbers, keys and entries follow one another, and no key comes twice.
- Each link is signed by the key that comes. It leads on from the key that goes only if that one signed it as well.
- A key counts for what was entered in the log before its successor, and for nothing from the moment it was given away.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .canonical import key_id, signed, unhex, write
from .report import Fault

FORMAT = "licit-keys/1"
_TYPE = b"application/vnd.licit.key-link+json"
_FIELDS = {"v", "origin", "number", "seq", "from", "to", "at", "since"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_MANIFEST = "manifest.json"
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Chain:
    """The signing keys of a log in order, and for all but the last the entry, the time and the trust that end it."""

    keys: tuple[bytes, ...]
    ends: tuple[int, ...] = ()
    since: tuple[str, ...] = ()
    handed: tuple[bool, ...] = ()
    links: tuple[Any, ...] = ()

    def leads(self, trusted: bytes, key: bytes) -> bool:
        """Tell whether a key that somebody trusts vouches for another, onwards by its hand, backwards by acceptance."""
        if trusted == key:
            return True
        if trusted not in self.keys or key not in self.keys:
            return False
        begin, end = self.keys.index(trusted), self.keys.index(key)
        return end < begin or all(self.handed[begin:end])

    def counts(self, key: bytes, seq: int, time: str) -> bool:
        """Tell whether a key's signature counts for an entry of the log, signed at a time ("" unknown)."""
        place = self.keys.index(key)
        if place == len(self.ends):
            return True
        since = self.since[place]
        return seq < self.ends[place] and (not since or (bool(time) and time < since))

    def continues(self, other: "Chain") -> bool:
        """Tell whether this chain is another, or goes on from it."""
        return self.links[:len(other.links)] == other.links and self.keys[:len(other.keys)] == other.keys


def read_chain(links: Any, origin: str, last: bytes | None, path: str) -> Chain:
    """Read the links of a log, and insist that each is signed and follows the one before.

    Args:
        links: the links, oldest first; none where the first key is still in use.
        origin: the log's name.
        last: the key that the chain must end at; None takes the one it ends at.
        path: the file that they stand in, for the fault.

    Raises:
        Fault: otherwise.
    """
    fault = Fault("the chain of signing keys in {path} is broken, incomplete or forged", path, path=path)
    if not isinstance(links, list) or len(links) > _MOST or (last is None and not links):
        raise fault
    keys, ends, since, handed = list[bytes](), list[int](), list[str](), list[bool]()
    try:
        for number, link in enumerate(links, 2):
            body = link["body"]
            old, new = unhex(body["from"], 32), unhex(body["to"], 32)
            if not _well_formed(link, body, origin, number):
                raise fault
            keys = keys or [old]
            if keys[-1] != old or new in keys or (ends and body["seq"] <= ends[-1]):
                raise fault
            message = _message(body)
            if not signed(new, message, unhex(link["new"], 64)) or (
                    link["old"] and not signed(old, message, unhex(link["old"], 64))):
                raise fault
            keys.append(new)
            ends.append(body["seq"])
            since.append(body["since"])
            handed.append(bool(link["old"]))
    except (KeyError, TypeError, ValueError):
        raise fault from None
    if last is not None and (keys or [last])[-1] != last:
        raise fault
    return Chain(tuple(keys or [last or b""]), tuple(ends), tuple(since), tuple(handed), tuple(links))


def _well_formed(link: Mapping[str, Any], body: Mapping[str, Any], origin: str, number: int) -> bool:
    return (set(link) == {"body", "old", "new"} and set(body) == _FIELDS and body["v"] == 1 and body["origin"] == origin
            and type(body["number"]) is int and body["number"] == number
            and type(body["seq"]) is int and 0 <= body["seq"] < 1 << 63
            and _TIME.fullmatch(body["at"]) is not None and (body["since"] == "" or _TIME.fullmatch(body["since"]) is not None))


def _message(body: Mapping[str, Any]) -> bytes:
    text = write(body)
    return b"DSSEv1 %d %b %d %b" % (len(_TYPE), _TYPE, len(text), text)


def chain_of(manifest: Mapping[str, Any]) -> Chain:
    """Read the chain of a release, which ends at its signer.

    Raises:
        Fault: it is broken, or there is no signer.
    """
    signer, log = manifest.get("signer"), manifest.get("log")
    try:
        key = unhex(signer["key"], 32)  # type: ignore[index]
        if signer["key_id"] != key_id(key):  # type: ignore[index]
            raise Fault("the signer's key id is not that of its key", _MANIFEST)
        return read_chain(signer.get("chain", []), log["origin"], key, _MANIFEST)  # type: ignore[union-attr,index]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Fault("{name} is missing from {path}, or of the wrong kind", _MANIFEST, name="key", path=_MANIFEST) from None


def key_to_check(manifest: Mapping[str, Any], pinned: bytes | None, later: Chain | None = None) -> bytes:
    """Give the key that must have signed a release: its signer where the pinned key vouches for it, else the pinned one."""
    try:
        chain = chain_of(manifest)
    except Fault:  # for another claim to say; whether the named key signed is asked all the same
        return pinned or _named(manifest)
    known = later if later is not None and later.continues(chain) else chain
    return chain.keys[-1] if pinned is None or known.leads(pinned, chain.keys[-1]) else pinned


def _named(manifest: Mapping[str, Any]) -> bytes:
    signer = manifest.get("signer")
    try:
        return unhex(signer.get("key") if isinstance(signer, dict) else None, 32)
    except ValueError:
        return b""


def read_list(file: Path) -> Chain:
    """Read a list of a log's signing keys as ``licit keys chain`` writes it.

    Raises:
        Fault: it is none, or broken.
        OSError: it cannot be read.
    """
    try:
        value = json.loads(file.read_bytes())
        if value["format"] != FORMAT or not isinstance(value["origin"], str):
            raise ValueError
    except (KeyError, TypeError, ValueError, RecursionError):
        raise Fault("the chain of signing keys in {path} is broken, incomplete or forged", file.name,
                    path=file.name) from None
    return read_chain(value["chain"], value["origin"], unhex(value["key"], 32) if not value["chain"] else None, file.name)
