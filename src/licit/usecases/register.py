"""The register of sources as people keep it: what is said of a source, changed, contracted for and approved.

Rules kept here:

- Every change is an entry that names who made it; the same again enters nothing.
- A change keeps what it does not name, and says why.
- A licence is an SPDX expression with every choice made; what was offered stays on record beside what was chosen.
- Days of a contract are days in UTC, or in the time zone that it names: the log holds the moments at which they begin.

Law: PRV-01, PRV-03, PRV-05, REL-14
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..core.errors import InputError, nearest
from ..core.policy import parse_moment
from ..core.sources import Source, parse_contract, parse_source
from .workspace import Position, Workspace, register_at


def add_source(workspace: Workspace, body: Mapping[str, Any], *, choose: Sequence[str] = ()) -> int:
    """Register a source, or state its entry anew; a change needs a new approval, and the same again enters nothing.

    ``choose`` names the licence taken wherever the licence offers a choice.

    Raises:
        InputError: no id, a field that no source has or a value out of its list, or a licence that is no SPDX expression.
    """
    given = {name: value for name, value in body.items() if value not in ("", None, (), [])}
    try:
        parse_source(given)
    except (ValueError, TypeError) as error:
        raise InputError(str(error), about=str(body.get("source", "")), remedy="licit source add --help lists the fields."
                         ) from None
    if licence := str(given.get("licence", "")):
        given["licence"] = workspace.licence(licence, choose)
        if choose:
            given["offered"] = workspace.licence(licence)
    said = _bodies(workspace, str(given["source"]))
    if said and said[-1][1:] == ("source", given):
        return said[-1][0]
    return workspace.enter("source", given)


def change_source(workspace: Workspace, source: str, changes: Mapping[str, Any], *, choose: Sequence[str] = ()) -> int:
    """Change some fields of a source's entry and keep the others; "" takes a field away.

    Raises:
        InputError: it is not registered, or as :func:`add_source`.
    """
    registered(workspace, source)
    said = [body for _, kind, body in _bodies(workspace, source) if kind == "source"][-1]
    kept = {name: value for name, value in said.items() if name != "why" and not (name == "offered" and "licence" in changes)}
    return add_source(workspace, {**kept, **changes, "source": source}, choose=choose)


def _bodies(workspace: Workspace, source: str) -> list[tuple[int, str, Mapping[str, Any]]]:
    return [(entry.seq, entry.kind, entry.decision) for entry in workspace.log.entries(kinds=("source", "contract"))
            if entry.decision and entry.decision.get("source") == source]


def add_contract(workspace: Workspace, body: Mapping[str, Any]) -> int:
    """Record a contract for a source; where it names a ``zone``, its days begin there.

    Raises:
        InputError: an unknown source, use, zone or date.
    """
    source = str(body["source"])
    registered(workspace, source)
    if not str(body.get("by", "")).strip():
        raise InputError("a contract names who records it", about=source, remedy="Add --by NAME.")
    given = {name: value for name, value in body.items() if value not in ("", None, (), [])}
    try:
        for name in ("starts", "ends"):
            if name in given and (zone := str(given.get("zone", ""))):
                given[name] = _begins(str(given[name]), ZoneInfo(zone))
        parse_contract(given)
    except (ValueError, KeyError, ZoneInfoNotFoundError) as error:
        raise InputError(f"the contract cannot be read: {error}", about=source,
                         remedy="Dates are YYYY-MM-DD; uses are train, fine-tune, ground, evaluate, display, "
                                "redistribute; a zone is one such as Europe/Paris.") from None
    return workspace.enter("contract", given)


def _begins(day: str, zone: ZoneInfo) -> str:
    """Give the moment at which a day begins in a zone; what is a moment already stays one."""
    if len(day) != 10:
        return day
    parse_moment(day)
    return datetime.fromisoformat(day).replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).isoformat().replace("+00:00", "Z")


def registered(workspace: Workspace, source: str) -> Source:
    """Give a source of the register.

    Raises:
        InputError: it is not registered.
    """
    register = register_at(workspace.log, Position.head(workspace.log))
    if source not in register:
        raise InputError("no such source is registered" + nearest(source, register), about=source,
                         reason="source-unknown",
                         remedy=f"Register it: licit source add {source} --ground …")
    return register[source]
