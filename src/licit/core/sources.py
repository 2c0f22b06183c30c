"""Source, licence, contract: where a text came from and by what right, and the pure rule that admits a source.

Rules kept here:

- Unknown is a value and it holds: an unregistered source, an unknown licence, a source nobody approved.
- A contract permits the uses it names and no other; a licence for answering queries is none for training. Its start is
  included, its end is not. Only a contract overrides a reservation or says more than the licence.
- A licence that forbids the declared use refuses, on whatever ground and whoever approved it. ``NC`` forbids commercial
  use, ``ND`` and ``research`` forbid any: every release is an edited copy.
- An open licence counts only when every licence in its SPDX expression is one whose terms are known here
  (:data:`KNOWN_LICENCES`); a choice left open (``OR``), a ``LicenseRef-`` or ``NOASSERTION`` is unknown.
- A reservation in words holds until a person has given a verdict that names its reading; any other reservation stays.
- A change to a source needs a new approval: an approval names the version it covers and who gave it.

Law: PRV-02, PRV-03, PRV-05, PRV-06, SIG-11.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from .decisions import KEEP, Decision, because
from .policy import parse_moment

Ground = Literal["own", "open-licence", "contract", "public-domain", "statutory", "unknown"]
USES = ("train", "fine-tune", "ground", "evaluate", "display", "redistribute")

#: Licences whose terms are known here, as a pattern over upper-case SPDX ids; any other is held as unknown.
KNOWN_LICENCES = re.compile(
    r"CC0-1\.0|CC-PDDC|CC-PDM-1\.0|PDDL-1\.0|CC-BY(-NC)?(-SA|-ND)?-[1-4]\.[05](-[A-Z]{2,3})?"
    r"|ETALAB-2\.0|OGL-UK-[1-3]\.0|NLOD-[12]\.0|DL-DE-(BY|ZERO)-2\.0|ODBL-1\.0|ODC-BY-1\.0"
    r"|CDLA-PERMISSIVE-[12]\.0|CDLA-SHARING-1\.0"
    r"|MIT|MIT-0|0BSD|BSD-[1-3]-CLAUSE|APACHE-2\.0|ISC|ZLIB|UNLICENSE|BSL-1\.0|PSF-2\.0|PYTHON-2\.0|MPL-2\.0|EPL-2\.0"
    r"|EUPL-1\.2|(A|L)?GPL-[23](\.[01])?(\+|-ONLY|-OR-LATER)?|GFDL-1\.[1-3](-NO-INVARIANTS)?(-ONLY|-OR-LATER)?")
_EXCEPTION = re.compile(r"[A-Z0-9.-]+-EXCEPTION(-[0-9.]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a rightsholder agreed to: permitted uses and dates. A use that is not named is not permitted."""

    id: str
    uses: tuple[str, ...]
    starts: datetime
    ends: datetime | None = None
    parties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source of the register.

    ``licence`` is an SPDX expression with every choice made; ``version`` counts the changes to its entry, and
    ``approved`` holds the version that somebody with the right to approved (0: none). ``words`` holds the hashes of readings that
    found a reservation in words on which nobody has decided.
    """

    id: str
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


def admit_source(source: Source | None, *, use: str, commercial: bool, as_of: datetime) -> Decision:
    """Judge a source for a use at a moment.

    Returns keep, or the first of: source-unknown; under a contract contract-use, contract-dates; without one reserved,
    reserved-in-words, licence-forbids, licence-unknown; then source-not-approved.

    Raises:
        ValueError: an unknown use.
    """
    if use not in USES:
        raise ValueError(f"{use!r} is no use")
    if source is None:
        return because("source-unknown")
    licence = _licence(source.licence, commercial)
    if source.contract is not None:
        answer = _contract(source.contract, use, as_of)
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


def _contract(contract: Contract, use: str, as_of: datetime) -> Decision:
    if use not in contract.uses:
        return because("contract-use")
    if as_of < contract.starts or (contract.ends is not None and as_of >= contract.ends):
        return because("contract-dates")
    return KEEP


def _licence(expression: str, commercial: bool) -> Decision:
    """Judge an SPDX expression by the licences named in it; what cannot be read is unknown."""
    words = expression.upper().replace("(", " ").replace(")", " ").split()
    named, joined = words[::2], words[1::2]
    if len(named) != len(joined) + 1 or set(joined) - {"AND", "WITH"}:
        return because("licence-unknown")
    marks = {mark for name in named for mark in name.split("-")}
    if marks & {"ND", "RESEARCH"} or (commercial and marks & {"NC", "NONCOMMERCIAL"}):
        return because("licence-forbids")
    for join, name in zip(["AND", *joined], named, strict=True):
        if not (_EXCEPTION if join == "WITH" else KNOWN_LICENCES).fullmatch(name):
            return because("licence-unknown")
    return KEEP


def register_from(entries: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Source]:
    """Fold source, contract, approval and signal entries, in sequence, into the register.

    Args:
        entries: pairs of kind and decision body.

    Raises:
        ValueError: a body that does not say which source it is about, or a value out of its list.
    """
    register: dict[str, Source] = {}
    for kind, body in entries:
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
    return register


def _signalled(known: Source, body: Mapping[str, Any]) -> Source:
    """Add a signal's verdict; one that rests on words alone waits for the verdict of a person who names it."""
    if body.get("person") is True and body.get("verdict") == "reserved" and body.get("sha256"):
        return replace(known, words=known.words | {str(body["sha256"])})
    return replace(known, reserved=known.reserved or body.get("verdict") != "allowed",
                   words=known.words - {str(body.get("settles", ""))} if body.get("by") else known.words)


def parse_source(body: Mapping[str, Any]) -> Source:
    """Read a source from an entry's body.

    Raises:
        ValueError: no id, or a ground that is not one.
    """
    if not body.get("source") or body.get("ground", "unknown") not in get_args(Ground):
        raise ValueError(f"a source needs an id and a ground among {', '.join(get_args(Ground))}")
    return Source(id=str(body["source"]), ground=body.get("ground", "unknown"), title=str(body.get("title", "")),
                  licence=str(body.get("licence", "")), proposed_by=str(body.get("by", "")))


def parse_contract(body: Mapping[str, Any]) -> Contract:
    """Read a contract from an entry's body.

    Raises:
        ValueError: a use that is not one, or a date that cannot be read.
    """
    uses = tuple(str(use) for use in body.get("uses", ()))
    if unknown := set(uses) - set(USES):
        raise ValueError(f"no such use: {', '.join(sorted(unknown))}")
    ends = body.get("ends")
    if not body.get("starts"):
        raise ValueError("a contract needs the day it starts")
    return Contract(id=str(body.get("id", "")), uses=uses, starts=parse_moment(str(body["starts"])),
                    ends=parse_moment(str(ends)) if ends else None, parties=tuple(body.get("parties", ())))
