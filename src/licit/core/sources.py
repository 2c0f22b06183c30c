"""Source, licence, contract: where a text came from and by what right, and the pure rule that admits a source.

Rules kept here:

- Unknown is a value and it holds: an unregistered source, an unknown licence, a source nobody approved.
- A contract permits the uses it names and no other; a licence for answering queries is none for training.
- A licence that forbids the declared use refuses, whatever else is true.
- A change to a source needs a new approval: an approval names the version it covers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from .decisions import KEEP, Decision, because
from .policy import parse_moment

Ground = Literal["own", "open-licence", "contract", "public-domain", "statutory", "unknown"]
USES = ("train", "fine-tune", "ground", "evaluate", "display", "redistribute")


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
    ``approved`` holds the version that somebody with the right to approved (0: none).
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


def admit_source(source: Source | None, *, use: str, commercial: bool, as_of: datetime) -> Decision:
    """Judge a source for a use at a moment.

    Returns keep, or the first of: source-unknown, reserved, licence-unknown, licence-forbids, contract-use,
    contract-dates, source-not-approved.

    Raises:
        ValueError: an unknown use.
    """
    if use not in USES:
        raise ValueError(f"{use!r} is no use")
    if source is None:
        return because("source-unknown")
    if source.contract is not None:
        answer = _contract(source.contract, use, as_of)
    elif source.reserved:
        return because("reserved")
    elif source.ground == "contract" or source.ground == "unknown":
        return because("licence-unknown")
    elif source.ground == "open-licence":
        answer = because("licence-unknown") if not source.licence else _licence(source.licence, commercial)
    else:
        answer = KEEP
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
    """Refuse what is read in the licence's own id: NC against commercial use, ND against any edited copy."""
    words = expression.upper().replace("(", " ").replace(")", " ").split()
    if "OR" in words:
        return because("licence-unknown")
    parts = {part for word in words for part in word.split("-")}
    if "ND" in parts or (commercial and "NC" in parts) or "RESEARCH" in parts:
        return because("licence-forbids")
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
                                          reserved=known.reserved if known else False)
        elif known is None:
            raise ValueError(f"a {kind} entry names no registered source")
        elif kind == "contract":
            register[known.id] = replace(known, contract=parse_contract(body), ground="contract",
                                         version=known.version + 1)
        elif kind == "approval" and body.get("version") == known.version:
            register[known.id] = replace(known, approved=known.version, approved_by=str(body.get("by", "")))
        elif kind == "signal":
            register[known.id] = replace(known, reserved=known.reserved or body.get("verdict") != "allowed")
    return register


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
    return Contract(id=str(body.get("id", "")), uses=uses, starts=parse_moment(str(body["starts"])),
                    ends=parse_moment(str(ends)) if ends else None, parties=tuple(body.get("parties", ())))
