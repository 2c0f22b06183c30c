"""The claims of a release, in the order they are checked, and the run over them.

Rules kept here:

- Every claim gets a result; a check that breaks, whatever broke it, has failed.
- A claim of the auditor or of a person is checked only when there is a workspace or a receipt, and left out otherwise.
- A claim that the release makes and this verifier does not know is shown as one that nobody here can tell.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from . import auditor, closing, measured, papers, person, public
from .canonical import parse
from .casefile import Casefile
from .files import MANIFEST, Release, open_release
from .keychain import Chain, read_list
from .purged import files_in_order
from .report import Fault, Message, Once, Report, Result, Untold, Who, shown
from .rows import Scan, scan
from .words import CLAIMS

_DECLARED = "evidence/claims.json"

Check = Callable[[], Message | None]

#: What a person's own claims rest on, all of it in manifest, attestation and evidence: no row is read for them.
RESTS_ON = frozenset({"signed", "log-signed", "log-consistent", "closed-in-log", "absence-root-logged"})


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim, who can check it, and its check."""

    name: str
    who: Who
    check: Check


def verify(release: Path, *, key: bytes | tuple[bytes | None, Path] | None = None,
           auditor: Path | tuple[Path, Path] | None = None, receipt: Path | None = None, now: datetime | None = None,
           only: Who | None = None) -> Report:
    """Check a release: what a stranger can, with a receipt what a person can, with a workspace what an auditor can.

    Args:
        release: the folder of the release.
        key: the raw Ed25519 public key (32 bytes) that must have signed it; without it the signer is unpinned. With the file
            of the log's signing keys, for a release whose signer came before or after the pinned key.
        auditor: the workspace it was built in; with the file that its log was written to, where a database server keeps it.
        receipt: the file of a person's receipt.
        now: the time, aware; with it a release that is judged at a moment to come fails.
        only: ``person`` checks the person's claims and what they rest on, for which manifest, attestation and evidence
            are enough.

    Nothing that lies in these folders makes it raise: damage becomes a failed claim that names the file.
    """
    name = shown(release.name)
    try:
        found = open_release(release)
    except Fault as fault:
        return Report(name, (Result("files-intact", "public", "fails", fault),))
    if found is None:
        return Report(name, ())
    rows = Once(partial(scan, found))
    workspace, log = auditor if isinstance(auditor, tuple) else (auditor, None)
    case = Casefile(found, workspace, rows, log) if workspace else None
    pinned, keys = key if isinstance(key, tuple) else (key, None)
    later = Once(lambda: read_list(keys) if keys else None)
    claims = [*_signature(found, pinned, later, case), *_public(found, now, rows), *_person(found, receipt), *_auditor(case)]
    if only == "person":
        claims = [claim for claim in claims if claim.who == "person" or claim.name in RESTS_ON]
    results = []
    for claim in claims:
        results.append(_checked(found, claim))
        if case:
            case.results[claim.name] = results[-1].result
    return Report(name, (*results, *_undeclared(found, {claim.name for claim in claims})))


def _checked(release: Release, claim: Claim) -> Result:
    if not release.manifest and claim.name != "files-intact":
        return Result(claim.name, claim.who, "fails", Fault("{path} cannot be read", MANIFEST, path=MANIFEST))
    try:
        return Result(claim.name, claim.who, "holds", claim.check())
    except Fault as fault:
        return Result(claim.name, claim.who, "fails", fault)
    except Untold as untold:
        return Result(claim.name, claim.who, "cannot-tell", untold)
    except Exception as error:  # whatever broke, the claim was not shown to hold
        return Result(claim.name, claim.who, "fails", Fault("the check broke: {error}", error=type(error).__name__))


def _signature(release: Release, key: bytes | None, later: Callable[[], Chain | None], case: Casefile | None) -> list[Claim]:
    return [Claim("files-intact", "public", lambda: files_in_order(release, key, case, later())),
            Claim("signed", "public", lambda: closing.signed_by(release, key, later()))]


def _public(release: Release, now: datetime | None, rows: Callable[[], Scan]) -> list[Claim]:
    checks: list[tuple[str, Check]] = [
        ("rows-match-root", lambda: public.rows_match_root(release, rows())),
        ("ids-match-rows", lambda: public.ids_match_rows(release, rows())),
        ("columns-allowed", lambda: public.columns_allowed(release, rows())),
        ("tally-balances", lambda: public.tally_balances(release)),
        ("tally-matches-rows", lambda: public.tally_matches_rows(release, rows())),
        ("log-signed", lambda: closing.log_signed(release, now)),
        ("log-consistent", lambda: closing.log_consistent(release)),
        ("closed-in-log", lambda: closing.closed_in_log(release)),
        ("absence-root-logged", lambda: closing.absence_root_logged(release)),
        ("no-direct-identifiers", lambda: public.no_direct_identifiers(rows())),
        ("licences-stated", lambda: public.licences_stated(release, rows())),
        ("measure-meets-plan", lambda: measured.measure_meets_plan(release))]
    if papers.claimed(release):
        checks.append(("papers-consistent", lambda: papers.papers_consistent(release, rows())))
    return [*(Claim(name, "public", check) for name, check in checks),
            Claim("deidentification-measured", "attested", lambda: measured.measure_stated(release))]


def _person(release: Release, path: Path | None) -> list[Claim]:
    if path is None:
        return []
    receipt = Once(partial(person.read_receipt, release, path))
    return [Claim("receipt-genuine", "person", lambda: person.receipt_genuine(receipt())),
            Claim("receipt-in-log", "person", lambda: person.receipt_in_log(release, receipt())),
            Claim("person-absent", "person", lambda: person.person_absent(release, receipt()))]


def _auditor(case: Casefile | None) -> list[Claim]:
    return [Claim(name, "auditor", check) for name, check in auditor.checks(case)] if case else []


def _undeclared(release: Release, checked: Iterable[str]) -> list[Result]:
    """Show the claims that the release makes and nobody here knows."""
    if _DECLARED not in release.whole:
        return []
    try:
        said = parse((release.root / _DECLARED).read_bytes().removesuffix(b"\n"))
        names = [item["name"] for item in (said["claims"] if isinstance(said, dict) else said)]
    except (ValueError, KeyError, TypeError, OSError):
        return [Result("claims-readable", "public", "fails", Fault("{path} is not a list of claims", _DECLARED,
                                                                    path=_DECLARED))]
    unknown = sorted({shown(name) for name in names} - CLAIMS.keys() - set(checked))
    return [Result(name, "public", "cannot-tell", Untold("this verifier does not know the claim {name}", _DECLARED,
                                                         name=name)) for name in unknown]
