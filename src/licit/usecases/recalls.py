"""Telling recipients that a release they received is withdrawn: asked for, sent, tried again, answered.

Rules kept here:

- Everybody who received a release that was withdrawn is told, once for each release; nothing is said of who refused.
- A recall is signed (Ed25519 over ``id.timestamp.body``) and is the same however often it is sent.
- Each step is an entry of the log, so that tries survive a restart and two workers cannot lose one.
- An answer counts when it is signed with the key that the recipient registered; without a registered key, the token sent
  with the recall can acknowledge it, and nothing else.

Law: RGT-08, FOL-02
"""

import hmac
import json
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ..core.errors import EvidenceError, InputError, RefusedError
from ..core.ids import keyed, short_text
from ..core.recalls import Recall, recalls_from
from .queries import downstream_of
from .workspace import Workspace, releases_at

FORMAT = "licit-recall/1"
#: An answer's timestamp is no further from now.
_NEAR_SECONDS = 300


class Post(Protocol):
    """Posts a body to an address once; gives "" or the name of what went wrong."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> str:
        """Post it."""
        ...


class Verify(Protocol):
    """Checks a signature under a raw public key; raises EvidenceError."""

    def __call__(self, public_key: bytes, message: bytes, signature: bytes) -> None:
        """Check it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """Where a recipient is told, and the raw key their answers are signed with; both may be missing."""

    url: str = ""
    key: bytes = b""


def recalls(workspace: Workspace) -> dict[str, Recall]:
    """Fold every recall, by id."""
    return recalls_from(workspace.log.entries(kinds=("delivery",)))


def addresses(workspace: Workspace) -> dict[str, Addressed]:
    """Fold each recipient's address and key, as they were last registered."""
    out: dict[str, Addressed] = {}
    for entry in workspace.log.entries(kinds=("recipient",)):
        body = entry.decision or {}
        known = out.get(str(body.get("name")), Addressed())
        out[str(body.get("name"))] = Addressed(url=str(body.get("webhook") or known.url),
                                               key=b64decode(str(body["key"])) if body.get("key") else known.key)
    return out


def read_key(text: str) -> bytes:
    """Read a raw Ed25519 public key in base64.

    Raises:
        InputError: it is none.
    """
    try:
        key = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        key = b""
    if len(key) != 32:
        raise InputError("this is no Ed25519 public key in base64 (32 bytes)", reason="key-unreadable")
    return key


def ask(workspace: Workspace, *, again: bool = False) -> list[str]:
    """Ask for every recall that is owed and not asked for yet, ``again`` for those that failed too; give their ids."""
    by = {str((entry.decision or {}).get("release")): str((entry.decision or {}).get("by", ""))
          for entry in workspace.log.entries(kinds=("release-withdrawn",))}
    known, out = recalls(workspace), []
    for release, names in downstream_of(workspace).recipients.items():
        for name in names if release in by else ():
            number = recall_id(workspace, name, release)
            if number not in known or (again and known[number].state == "failed"):
                workspace.enter("delivery", {"id": number, "answer": "asked", "recipient": name, "release": release,
                                             "replaced_by": by[release]})
                out.append(number)
    return out


def recall_id(workspace: Workspace, recipient: str, release: str) -> str:
    """Name the recall of a release to a recipient; nobody can guess it."""
    return "recall-" + short_text(keyed(workspace.keys.secret("records"), "licit/recall", recipient.encode(), release.encode()))


def deliver(workspace: Workspace, post: Post) -> dict[str, str]:
    """Send every recall that is due now; give what came of each by id, "" for received."""
    out, known = {}, addresses(workspace)
    for recall in recalls(workspace).values():
        if recall.next_try is None or recall.next_try > workspace.clock.now():
            continue
        url = known.get(recall.recipient, Addressed()).url
        body = message(workspace, recall)
        why = post.post(url, signed(workspace, recall.id, body), body) if url else "no-address"
        workspace.enter("delivery", {"id": recall.id, "answer": "tried" if why else "received"} | ({"why": why} if why else {}))
        out[recall.id] = why
    return out


def message(workspace: Workspace, recall: Recall) -> bytes:
    """Give the body of a recall, the same bytes each time."""
    known = releases_at(workspace.log)
    gone, new = known[recall.release], known.get(recall.replaced_by)
    return json.dumps({
        "format": FORMAT, "id": recall.id, "log": workspace.origin, "release": gone.name, "manifest": gone.manifest,
        "replaced_by": {"release": new.name, "manifest": new.manifest} if new else None,
        "do": "Delete every copy of the release, train on it no more, use what replaces it, then answer.",
        "answer": {"path": f"/v1/recalls/{recall.id}/ack", "token": token(workspace, recall.id)}}, sort_keys=True).encode()


def token(workspace: Workspace, number: str) -> str:
    """Give the token that acknowledges one recall."""
    return short_text(keyed(workspace.keys.secret("records"), "licit/recall-answer", number.encode()))


def signed(workspace: Workspace, number: str, body: bytes) -> dict[str, str]:
    """Give the headers that sign a body: id, timestamp, signature, and the name of the key."""
    at = str(int(workspace.clock.now().timestamp()))
    signer = workspace.signer.current()
    signature = b64encode(signer.sign(content(number, at, body))).decode()
    return {"content-type": "application/json", "webhook-id": number, "webhook-timestamp": at,
            "webhook-signature": f"v1a,{signature}", "licit-key": signer.key_id}


def content(number: str, at: str, body: bytes) -> bytes:
    """Give the bytes that are signed."""
    return f"{number}.{at}.".encode() + body


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A recipient's answer as it came: its bytes, and by what they show who they are."""

    id: str
    body: bytes
    token: str = ""
    timestamp: str = ""
    signature: str = ""


def shows(workspace: Workspace, told: Told, verify: Verify) -> bool:
    """Tell whether an answer shows whose it is: by the registered key, and where there is none by the recall's token."""
    known = recalls(workspace).get(told.id)
    if known is None:
        return False
    key = addresses(workspace).get(known.recipient, Addressed()).key
    if key:
        return _signs(key, told, verify, workspace.clock.now())
    return hmac.compare_digest(told.token.encode(), token(workspace, told.id).encode())


def answer(workspace: Workspace, told: Told, state: str, manifest: str) -> Recall:
    """Enter an answer that :func:`shows` whose it is; the same again enters nothing.

    Raises:
        RefusedError: a recipient without a registered key says more than a token allows.
        InputError: they answer about another manifest.
    """
    known = recalls(workspace)[told.id]
    if state == "verified" and not addresses(workspace).get(known.recipient, Addressed()).key:
        raise RefusedError("only a signed answer can say that a recall was carried out", reason="key-unregistered",
                           remedy="Register a key: licit recipient add NAME --release R --key BASE64")
    if manifest != releases_at(workspace.log)[known.release].manifest:
        raise InputError("this answers about another release", reason="manifest-wrong")
    if known.reached not in ("verified", state):
        workspace.enter("delivery", {"id": told.id, "answer": state})
    return recalls(workspace)[told.id]


def _signs(key: bytes, told: Told, verify: Verify, now: datetime) -> bool:
    """Tell whether an answer is signed with the registered key, lately."""
    near = told.timestamp.isascii() and told.timestamp.isdigit() and len(told.timestamp) < 12 and abs(
        int(told.timestamp) - now.timestamp()) <= _NEAR_SECONDS
    if not near or not told.signature.startswith("v1a,"):
        return False
    try:
        verify(key, content(told.id, told.timestamp, told.body), b64decode(told.signature[4:], validate=True))
    except (EvidenceError, Base64Error, ValueError):
        return False
    return True


def as_json(recall: Recall) -> dict[str, Any]:
    """Give a recall as plain values."""
    return {"id": recall.id, "recipient": recall.recipient, "release": recall.release, "replaced_by": recall.replaced_by,
            "state": recall.state, "asked_at": recall.asked_at.isoformat(), "tries": recall.tries, "why": recall.why,
            "next_try": recall.next_try.isoformat() if recall.next_try else None}
