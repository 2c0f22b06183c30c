"""Source, licence, contract: where a text came from and by what right, and the pure rule that admits a source.

Rules kept here:

- Unknown is a value and it holds: an unregistered source, an unknown licence, a source nobody approved.
- A contract permits the uses it names and no other; a licence for answering queries is none for training. Only a contract
  overrides a reservation or says more than the licence.
- A licence that forbids the declared use refuses, on whatever ground and whoever approved it.
- A reservation in words holds until a person has given a verdict that names its reading; any other reservation stays.
- A change to a source needs a new approval: an approval names the version it covers and who gave it.
- A source found unlawful is refused before anything else, for good: no contract, licence or later entry admits it.

Law: PRV-01, PRV-02, PRV-03, PRV-05, PRV-06, REL-14, SIG-11, LIA-13.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from .contracts import USES as USES
from .contracts import Contract as Contract
from .contracts import parse_contract as parse_contract
from .decisions import KEEP, Decision, because
from .licences import KNOWN_LICENCES as KNOWN_LICENCES
from .licences import judge_licence
from .register import Ground, Stated, parse_stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source of the register.

    ``stated`` is what its last entry says, ``contract`` the last contract. ``version`` counts the changes to either, and
    ``approved`` holds the version that somebody with the right to approved (0: none). ``words`` holds the hashes of
    readings that found a reservation in words on which nobody has decided.
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
    proposed_by: str = ""
    reserved: bool = False
    words: frozenset[str] = frozenset()
    unlawful: bool = False


def admit_source(source: Source | None, *, use: str, commercial: bool, as_of: datetime) -> Decision:
    """Judge a source for a use at a moment.

    Returns keep, or the first of: source-unknown; source-unlawful; under a contract contract-use, contract-dates; without one reserved,
    reserved-in-words, licence-forbids, licence-unknown; then source-not-approved.

    Raises:
        ValueError: an unknown use.
    """
    if use not in USES:
        raise ValueError(f"{use!r} is no use")
    if source is None:
        return because("source-unknown")
    if source.unlawful:
        return because("source-unlawful")
    licence = judge_licence(source.licence, commercial=commercial)
    if source.contract is not None:
        answer = source.contract.judge(use, as_of)
    elif source.reserved:
        return because("reserved")
    elif source.words:
        return because("reserved-in-words")
    elif licence.answer == "refuse":
        return licence
    elif source.ground in ("contract", "unknown"):
        return because("licence-unknown")
    else:
        answer = licence if source.ground == "open-licence" else KEEP
    if answer.answer == "keep" and source.approved != source.version:
        return because("source-not-approved")
    return answer


def register_from(entries: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Source]:
    """Fold source, contract, approval, signal and unlawful entries, in sequence, into the register.

    Args:
        entries: pairs of kind and decision body.

    Raises:
        ValueError: a body that does not say which source it is about, or a value out of its list.
    """
    register: dict[str, Source] = {}
    unlawful: set[str] = set()
    for kind, body in entries:
        if kind == "unlawful":  # it may stand before what registers the source: put back after a loss, it still counts
            unlawful.add(str(body.get("source", "")))
            continue
        known = register.get(str(body.get("source", "")))
        if kind == "source":
            source = parse_source(body)
            version = known.version + 1 if known else 1
            register[source.id] = replace(source, version=version, contract=known.contract if known else None,
                                          reserved=known.reserved if known else False,
                                          words=known.words if known else frozenset())
        elif known is None:
            raise ValueError(f"a {kind} entry names no registered source")
        elif kind == "contract":
            register[known.id] = replace(known, contract=parse_contract(body), ground="contract",
                                         version=known.version + 1,
                                         proposed_by=str(body.get("by") or known.proposed_by))
        elif kind == "approval" and body.get("version") == known.version and body.get("by"):
            register[known.id] = replace(known, approved=known.version, approved_by=str(body["by"]))
        elif kind == "signal":
            register[known.id] = _signalled(known, body)
    return {name: replace(source, unlawful=True) if name in unlawful else source for name, source in register.items()}


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
