"""Where a text came from and by what right, and the pure rule that admits a source.

Rules kept here:

- Unknown is a value and it holds: an unregistered source, an unknown licence, a kind nobody named, a source nobody approved.
- A contract permits the uses it names and no other; a licence for answering queries is none for training. Only a contract
  overrides a reservation or says more than the licence.
- A licence that forbids the declared use refuses, on whatever ground and whoever approved it.
- The research exception serves no commercial set; copies for mining have a day of destruction; public domain has a rule.
- A set that others put together comes with a record of diligence that rests on more than its supplier's word.
- One origin under two rights is held under either, until both say the same.
- A reservation in words holds until a person has given a verdict that names its reading; any other reservation stays.
- A source found unlawful is refused before anything else, for good: no contract, licence or later entry admits it.
- An approval is signed (:mod:`.approvals`), and covers one version, some uses, a number of records and a time.

Law: PRV-01, PRV-02, PRV-03, PRV-05, PRV-06, PRV-10, PRV-11, REL-14, LIA-12, SIG-11, LIA-13.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from .approvals import (
    Approval,
    Holds,
    Keyring,
    counts,
    folded,
    nothing_holds,
    read_approval,
    version_digest,
)
from .contracts import USES as USES
from .contracts import Contract as Contract
from .contracts import Wanted as Wanted
from .contracts import parse_contract as parse_contract
from .decisions import KEEP, Decision, because
from .licences import KNOWN_LICENCES as KNOWN_LICENCES
from .licences import duties_of, judge_licence
from .register import ACQUIRED, Ground, Stated, parse_stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source of the register.

    ``stated`` is what its last entry says, ``contract`` the last contract; ``version`` counts the changes to either and
    ``digest`` covers both. ``signed`` is the approval that counts for this version; ``approved`` holds the version that
    somebody other than its proposers approved by name (0: none). ``words`` holds the hashes of readings that found a
    reservation in words on which nobody has decided. ``disputed``: another source of its origin has other rights.
    """

    id: str
    stated: Stated = field(default_factory=Stated)
    ground: Ground = "unknown"
    title: str = ""
    licence: str = ""
    contract: Contract | None = None
    version: int = 1
    approved: int = 0
    approved_by: str = ""
    signed: Approval | None = None
    proposed_by: str = ""
    proposers: tuple[str, ...] = ()
    digest: str = ""
    reserved: bool = False
    words: frozenset[str] = frozenset()
    unlawful: bool = False
    disputed: bool = False


def admit_source(source: Source | None, wanted: Wanted, *, records: int = 0) -> Decision:
    """Judge a source for what it is wanted for.

    Returns keep, or the first that is against it: that it was found unlawful, its right (contract, reservation, licence, ground), its origin, kind and
    diligence, its expiry, its approval.

    Args:
        source: the source, None where it is not registered.
        wanted: one of :data:`USES`, at a moment, and for whom.
        records: how many records arrived from it.

    Raises:
        ValueError: an unknown use.
    """
    if wanted.use not in USES:
        raise ValueError(f"{wanted.use!r} is no use")
    if source is None:
        return because("source-unknown")
    if source.unlawful:
        return because("source-unlawful")
    answer = source.contract.judge(wanted) if source.contract else _right(source, wanted.commercial, wanted.as_of)
    if answer.answer != "keep":
        return answer
    if reason := _held(source, wanted.as_of) or _unapproved(source, wanted, records):
        return because(reason)
    return KEEP


def _right(source: Source, commercial: bool, as_of: datetime) -> Decision:
    """Judge the right of a source without a contract."""
    licence = judge_licence(source.licence, commercial=commercial)
    if source.reserved:
        return because("reserved")
    if source.words:
        return because("reserved-in-words")
    if licence.answer == "refuse":
        return licence
    if source.ground == "open-licence":
        return licence
    if source.ground == "statutory":
        return _statute(source.stated, commercial, as_of)
    if source.ground == "public-domain":
        return KEEP if _is_free(source, licence.answer == "keep", as_of) else because("public-domain-unproven")
    return KEEP if source.ground == "own" else because("licence-unknown")


def _statute(stated: Stated, commercial: bool, as_of: datetime) -> Decision:
    if stated.statute == "open-data":
        return KEEP
    if stated.statute == "dsm-3" and commercial:
        return because("statute-forbids")
    if not stated.statute or stated.copies is None or (stated.statute == "dsm-3" and not stated.research_body):
        return because("statute-incomplete")
    return because("copies-due") if as_of >= stated.copies.destroy else KEEP


def _is_free(source: Source, known: bool, as_of: datetime) -> bool:
    """Tell whether a rule with its dates shows that nobody has rights any more; a licence without duties gives them up."""
    rule = source.stated.public_domain
    if rule is None or rule.rule == "dedicated":
        return known and not duties_of(source.licence)
    if rule.rule == "author-70":
        looked = rule.extension is not None or rule.died < _WARS
        return rule.died > 0 and looked and as_of.year > rule.died + 70 + (rule.extension or 0)
    return rule.rule == "official-text" or bool(rule.why)


#: Terms of authors who died from this year on may have been extended by a war.
_WARS = 1914


def _held(source: Source, as_of: datetime) -> str:
    stated = source.stated
    if source.disputed:
        return "origin-disputed"
    if stated.kind == "unknown" and "own" not in (stated.ground, source.ground):
        return "kind-unknown"
    if stated.kind in ACQUIRED and (stated.diligence is None or not stated.diligence.whole):
        return "diligence-missing"
    if stated.kind in ACQUIRED and stated.diligence and stated.diligence.declared_only:
        return "supplier-word-alone"
    return "source-expired" if stated.expires is not None and as_of >= stated.expires else ""


def _unapproved(source: Source, wanted: Wanted, records: int) -> str:
    given = source.signed
    if given is None:
        return "source-not-approved" if source.approved != source.version else "" if wanted.unsigned else "approval-unsigned"
    if wanted.use not in given.uses:
        return "approval-use"
    if given.records and records > given.records:
        return "approval-volume"
    return "approval-expired" if given.until is not None and wanted.as_of >= given.until else ""


def register_from(entries: Iterable[tuple[str, Mapping[str, Any]]], *, origin: str = "", holds: Holds = nothing_holds
                  ) -> dict[str, Source]:
    """Fold source, contract, approval, signal, unlawful and staff-key entries, in sequence, into the register.

    Args:
        entries: pairs of kind and decision body.
        origin: the name of the log, which approvals are signed for.
        holds: checks a signature; without it, none counts.

    Raises:
        ValueError: a body that does not say which source it is about, or a value out of its list.
    """
    register: dict[str, Source] = {}
    keyring, said = Keyring(), dict[str, list[Mapping[str, Any] | None]]()
    unlawful: set[str] = set()
    for kind, body in entries:
        if kind == "unlawful":  # it may stand before what registers the source: put back after a loss, it still counts
            unlawful.add(str(body.get("source", "")))
            continue
        if kind == "staff-key":
            lapsed = keyring.read(body)
            register |= {name: replace(source, signed=None) for name, source in register.items()
                         if lapsed and source.signed and source.signed.key == lapsed}
            continue
        known = register.get(str(body.get("source", "")))
        if kind == "source":
            source = parse_source(body)
            said[source.id] = [body, said[source.id][1] if known else None]
            register[source.id] = _versioned(replace(
                source, contract=known.contract, reserved=known.reserved, words=known.words, version=known.version + 1,
                ground="contract" if known.contract else source.ground) if known else source, *said[source.id])
        elif known is None:
            raise ValueError(f"a {kind} entry names no registered source")
        elif kind == "contract":
            said[known.id][1] = body
            register[known.id] = _versioned(replace(
                known, contract=parse_contract(body), ground="contract", version=known.version + 1,
                proposed_by=str(body.get("by") or known.proposed_by)), *said[known.id])
        elif kind == "approval":
            register[known.id] = _approved(known, body, keyring, origin, holds)
        elif kind == "signal":
            register[known.id] = _signalled(known, body)
    return _disputed({name: replace(source, unlawful=True) if name in unlawful else source for name, source in register.items()})


def _versioned(source: Source, stated: Mapping[str, Any] | None, contract: Mapping[str, Any] | None) -> Source:
    """Give a source at a new version, which nobody has approved."""
    parts = [body for body in (stated, contract) if body]
    return replace(source, signed=None, approved=0, approved_by="", digest=version_digest(parts[0], contract),
                   proposers=tuple(str(body.get("by", "")) for body in parts))


def _approved(known: Source, body: Mapping[str, Any], keyring: Keyring, origin: str, holds: Holds) -> Source:
    """Add an approval: signed, where everything about it is right; else by name; else nothing."""
    given = read_approval(body)
    if given.version != known.version or not given.by:
        return known
    by_name = folded(given.by) not in map(folded, known.proposers)
    known = replace(known, approved=known.version, approved_by=given.by) if by_name else known
    signed = counts(body, keyring=keyring, digest=known.digest, proposers=known.proposers, origin=origin, holds=holds)
    return replace(known, signed=given) if signed else known


def _disputed(register: dict[str, Source]) -> dict[str, Source]:
    """Mark sources of one origin that are registered under different rights."""
    rights: dict[str, set[tuple[str, ...]]] = {}
    for source in register.values():
        rights.setdefault(origin_key(source.stated.origin), set()).add(_rights(source))
    return {name: replace(source, disputed=True) if len(rights[origin_key(source.stated.origin)]) > 1
            and origin_key(source.stated.origin) else source for name, source in register.items()}


def _rights(source: Source) -> tuple[str, ...]:
    contract = source.contract
    return (source.ground, source.licence, source.stated.statute, contract.id if contract else "")


def origin_key(origin: str) -> str:
    """Give an origin so that two spellings of one address are one; "" where none is named.

    >>> origin_key("HTTPS://www.Example.org/set/ ") == origin_key("http://example.org/set#top")
    True
    """
    plain = unicodedata.normalize("NFKC", origin).strip().casefold().partition("#")[0]
    for start in ("https://", "http://", "www."):
        plain = plain.removeprefix(start)
    return plain.rstrip("/")


def _signalled(known: Source, body: Mapping[str, Any]) -> Source:
    """Add a signal's verdict; one that rests on words alone waits for the verdict of a person who names it."""
    if body.get("scope") == "pages" and (body.get("pages") or body.get("settles")):
        return known  # judged page by page: readings.py
    if body.get("person") is True and body.get("verdict") == "reserved" and body.get("sha256"):
        return replace(known, words=known.words | {str(body["sha256"])})
    return replace(known, reserved=known.reserved or body.get("verdict") != "allowed",
                   words=known.words - {str(body.get("settles", ""))} if body.get("by") else known.words)


def parse_source(body: Mapping[str, Any]) -> Source:
    """Read a source from an entry's body.

    Raises:
        ValueError: no id, a field that no source has, or a value out of its list.
    """
    stated = parse_stated(body)
    return Source(id=str(body["source"]), stated=stated, ground=stated.ground, title=stated.title, licence=stated.licence,
                  proposed_by=stated.by)
