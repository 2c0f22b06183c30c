"""Every change a person can ask for: rights, sources, contracts, approvals, recipients, runs and models.

Rules kept here:

- Refusing asks for nothing: no reason, no document, no fee (GDPR Art. 12(2), 12(5)).
- Every right exercised is an entry of the log and gives a signed receipt at once.
- A permission names its purposes; a consent names its notice, its wording and how it was given.

Law: CHO-03, CHO-04, CHO-14, CHO-17, RGT-07
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ..core.afterwards import afterwards_from
from ..core.errors import InputError, RefusedError
from ..core.ids import SubjectId, lookup_hashes
from ..core.linked import linked, proved
from ..core.notes import RECEIPT_TYPE, Envelope, pae, parse_envelope
from ..core.policy import PURPOSES
from ..core.rights import INSTRUMENTS, target_of
from ..pipeline.deidentify import canonical, spellings
from .queries import issuers_of
from .register import add_contract as add_contract
from .register import add_source as add_source
from .register import change_source as change_source
from .register import registered as registered
from .register_view import unshared
from .staff_keys import approve_source as approve_source
from .workspace import Workspace, releases_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A right somebody exercises.

    ``issuer`` and ``account`` name the person as an export or the product does; with ``key`` "device", ``account`` is the
    pseudonym of the device on which they talk logged out. ``subject`` is their subject id instead, where somebody who is
    signed in acts for themselves. ``target`` is empty for everything.
    ``received_at`` is when it reached the controller, if that was before now (post, a list).
    """

    kind: str
    account: str = field(default="", repr=False)
    key: str = "account"
    issuer: str = ""
    subject: str = ""
    purposes: tuple[str, ...] = ()
    target: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    wording: str = ""
    how: str = ""
    received_at: datetime | None = None


def exercise(workspace: Workspace, asked: Asked) -> list[dict[str, Any]]:
    """Enter a right in the log and give its signed receipts as DSSE envelopes.

    Without an issuer, every account of that name is meant: a refusal then counts for each and gives a receipt for each.

    Raises:
        InputError: an unknown kind, purpose or target, a permission or consent that lacks what it needs, or an account
            that could be several people's where only one may be meant.
    """
    if asked.kind not in (*INSTRUMENTS, "rectified"):
        raise InputError(f"{asked.kind!r} is no right", remedy=f"There are: {', '.join(INSTRUMENTS)}.")
    if unknown := set(asked.purposes) - set(PURPOSES):
        raise InputError(f"no such purpose: {', '.join(sorted(unknown))}", remedy=f"There are: {', '.join(PURPOSES)}.")
    if asked.kind in ("consent", "permission") and not asked.purposes:
        raise InputError("a permission names what it is for", remedy="Add --purpose train, for example.")
    if asked.kind == "consent" and not (asked.notice and asked.wording and asked.how):
        raise InputError("a consent records its notice, its wording and how it was given (GDPR Art. 7(1))",
                         remedy="Add --notice, --wording and --how.")
    decision: dict[str, Any] = {name: value for name, value in (
        ("purposes", list(asked.purposes)), ("target", dict(asked.target)), ("notice", asked.notice),
        ("wording", asked.wording), ("how", asked.how)) if value}
    try:
        target_of(decision)
    except (ValueError, KeyError) as error:
        raise InputError(f"this target cannot be: {error}") from None
    subjects = meant(workspace, asked)
    if asked.kind in ("consent", "permission", "lifting"):
        insist_alive(workspace, subjects)
    return [receipt(workspace, workspace.enter(asked.kind, decision, subject=subject, received_at=asked.received_at),
                    subject) for subject in subjects]


def insist_alive(workspace: Workspace, subjects: Sequence[str]) -> None:
    """Insist that no death is recorded for some people: nobody permits anything in their name.

    Raises:
        RefusedError: one is.
    """
    if any(afterwards_from(workspace.log.entries(subject=SubjectId(one), kinds=("death",))).death >= 0 for one in subjects):
        raise RefusedError("a death is recorded for this account, and nobody permits in its holder's name", reason="death-recorded",
                           remedy="If it was recorded in error: licit deceased correct.")


def meant(workspace: Workspace, asked: Asked, *, create: bool = True) -> list[str]:
    """Find or make the subjects that are meant; with ``create`` off, only find.

    Raises:
        InputError: nobody is named or known, or the account could be several people's where only one may be meant.
    """
    if asked.subject:
        return [asked.subject]
    if not asked.account:
        raise InputError("nobody is named", remedy="Name the account, or the device of somebody who talks logged out.")
    issuers = [asked.issuer] if asked.issuer else issuers_of(workspace)
    people = [(issuer, asked.key, asked.account) for issuer in issuers]
    known = [str(subject) for subject in workspace.identities.subjects_for(people, create=False) if subject]
    if len(known) > 1 and asked.kind in ("consent", "permission", "lifting"):
        raise InputError("several accounts have this name, and a permission is for one", about=asked.account,
                         remedy="Name the issuer: --issuer ID.")
    if known or (create and len(issuers) == 1):
        return known or [str(subject) for subject in workspace.identities.subjects_for(people, create=True)]
    raise InputError("nobody of that name is known here", about=asked.account, reason="subject-unknown",
                     remedy="To record it for what is still to be imported, name the issuer: --issuer ID (a source, or "
                            "a product such as chatgpt).")


def receipt(workspace: Workspace, seq: int, subject: str = "") -> dict[str, Any]:
    """Give the signed receipt of an entry; with the person's own key when it is theirs."""
    tag_key = workspace.tag_keys([subject]).get(subject, b"") if subject else b""
    payload = workspace.log.receipt(seq, origin=workspace.origin, tag_key=tag_key).payload()
    signer = workspace.signer.current()
    envelope = Envelope(payload_type=RECEIPT_TYPE, body=payload,
                        signatures={signer.key_id: signer.sign(pae(RECEIPT_TYPE, payload))})
    return envelope.to_json()


def linked_receipt(workspace: Workspace, seq: int, subject: str, *, language: str, description: str) -> dict[str, Any]:
    """Give an entry's receipt in JSON-LD, signed, around the plain one; ``description`` says it in plain words."""
    envelope = receipt(workspace, seq, subject)
    payload = json.loads(parse_envelope(envelope).body)
    signer = workspace.signer.current()
    document = linked(payload, envelope, language=language, description=description)
    return proved(document, signer.public_key(), signer.sign, workspace.clock.now().astimezone(UTC))


def link_accounts(workspace: Workspace, one: tuple[str, str], two: tuple[str, str], *, device: bool = False) -> int:
    """Record that two accounts (issuer, account) are one person's: a refusal of either then counts for both.

    With ``device``, the second is the pseudonym of a device on which the person talked before logging in.
    """
    people = [(one[0], "account", one[1]), (two[0], "device" if device else "account", two[1])]
    first, second = workspace.identities.subjects_for(people, create=True)
    return workspace.enter("link", {"with": second}, subject=first)


def object_as_outsider(workspace: Workspace, *, email: Sequence[str] = (), phone: Sequence[str] = (),
                       handle: Sequence[str] = (), name: Sequence[str] = ()) -> int:
    """Enter the objection of somebody who is no user, as keyed hashes; nothing that was given is kept.

    Raises:
        InputError: nothing was given to look for.
    """
    epochs = workspace.keys.epochs("lookup")
    exact = [(kind, form) for kind, values in (("EMAIL", email), ("PHONE", phone), ("HANDLE", handle))
             for value in values for form in spellings(kind, canonical(kind, value))]
    names = [("NAME", canonical("PERSON", value)) for value in name]
    if not exact and not names:
        raise InputError("there is nothing to look for", remedy="Give --email, --phone, --handle or --name.")
    hashed = [[key for kind, value in group for key in lookup_hashes(epochs, "third-party", kind, value)]
              for group in (exact, names)]
    return workspace.enter("third-party-objection", {"keys": hashed[0], "names": hashed[1]})


def record_signal(workspace: Workspace, source: str, verdict: str, note: str, by: str, kept: Mapping[str, Any] | None = None) -> int:
    """Record what a reservation signal of a source says: reserved, allowed or unknown; unknown counts as reserved.

    ``kept`` says where the reading lies and when it was made, if licit read it itself; or which reading a person settles.

    Raises:
        InputError: an unknown source.
    """
    registered(workspace, source)
    return workspace.enter("signal", {"source": source, "verdict": verdict, "note": note, "by": by, **(kept or {})})


def register_downstream(workspace: Workspace, kind: str, body: Mapping[str, Any]) -> int:
    """Record a recipient, a training run or a model.

    ``recipient``: name, release. ``run``: id, releases. ``model``: name, run, next_retrain_due.

    Raises:
        InputError: it names a release that never closed, or a run that nobody recorded.
        RefusedError: a recipient, of a release with texts whose contract does not let them go on to others.
    """
    known = releases_at(workspace.log)
    for name in [*([body["release"]] if body.get("release") else []), *body.get("releases", ())]:
        if name not in known:
            raise InputError("no such release", about=str(name), reason="release-unknown",
                             remedy=f"There are: {', '.join(known) or 'none'}.")
    runs = {str((entry.decision or {}).get("id")) for entry in workspace.log.entries(kinds=("run",))}
    if kind == "model" and body.get("run") not in runs:
        raise InputError("no such run is recorded", about=str(body.get("run")), reason="run-unknown",
                         remedy="Record it first, so that a recall finds the model: licit run add RUN --release NAME.")
    if kind == "recipient" and (kept := unshared(workspace, str(body.get("release", "")))):
        raise RefusedError(f"it holds texts that may not go on to recipients: {', '.join(kept)}", about=str(body["release"]),
                           reason="no-sublicence", remedy="Agree a sub-licence and record the contract with --sublicence, or build without them.")
    return workspace.enter(kind, body)
