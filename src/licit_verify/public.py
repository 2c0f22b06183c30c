"""The public claims about rows and counts: what a stranger recounts from the release alone.

Rules kept here:

- Every count is counted again; the manifest's own numbers prove nothing.
- A count below five is refused under a reason's own name, and under none where it could have been merged with another: it
  may point at a person. A patch names no reason at all.
- A row without a source, or a source without a ground, is a failure, never a gap.
"""

from collections import Counter
from typing import Any

import pyarrow.parquet as pq

from .canonical import parse_line
from .files import MANIFEST, Release, take
from .report import Fault, several
from .rows import COLUMNS, Scan

LABEL, SMALL = "de-identified (personal data)", 5
_TALLY, _CANARIES = "evidence/tally.json", "audit/canaries.parquet"
GROUNDS = ("own", "open-licence", "contract", "public-domain", "statutory")


def _own_faults(found: Scan, claim: str) -> list[Fault]:
    return list(found.faults.get(claim, ()))


def _settle(faults: list[Fault]) -> None:
    if faults:
        raise several(faults)


def rows_match_root(release: Release, found: Scan) -> None:
    """Insist that the rows, hashed again, give ids/ and the content root.

    Raises:
        Fault: otherwise.
    """
    faults = _own_faults(found, "rows-match-root")
    if not faults and found.content_root() != release.get("content_root", str):
        faults.append(Fault("the rows do not give the content root", MANIFEST, *release.names("data")))
    _settle(faults)


def ids_match_rows(release: Release, found: Scan) -> None:
    """Insist that ids/ names the very rows of data/, in the keyed order.

    Raises:
        Fault: otherwise.
    """
    _settle(_own_faults(found, "ids-match-rows"))


def columns_allowed(release: Release, found: Scan) -> None:
    """Insist on the allow-list of columns, on days no finer than days, and on the label.

    Raises:
        Fault: otherwise.
    """
    faults = _own_faults(found, "columns-allowed")
    if release.manifest.get("columns") != list(COLUMNS):
        faults.append(Fault("the manifest lists other columns than a release may have", MANIFEST))
    if release.manifest.get("label") != LABEL:
        faults.append(Fault("the release is called something else than {label}", MANIFEST, label=LABEL))
    _settle(faults)


def counts_of(tally: Any, side: str) -> dict[str, int]:
    """Take the counts by reason of one side of a tally.

    Raises:
        Fault: malformed, or a count below one.
    """
    counts: dict[str, int] = take(tally, side, dict)
    if any(type(n) is not int or not 1 <= n < 1 << 62 for n in counts.values()):
        raise Fault("the tally has a count that is none under {side}", MANIFEST, side=side)
    return counts


def tally_balances(release: Release) -> None:
    """Insist that arrived = released + held + refused, and that no small count stands alone.

    Raises:
        Fault: otherwise.
    """
    tally = release.get("tally", dict)
    held, refused = counts_of(tally, "held"), counts_of(tally, "refused")
    arrived, released = take(tally, "arrived", int), take(tally, "released", int)
    if arrived != released + sum(held.values()) + sum(refused.values()):
        raise Fault("{arrived} arrived, but {out} are accounted for", MANIFEST, arrived=arrived,
                    out=released + sum(held.values()) + sum(refused.values()))
    small = [name for counts in (held, refused) for name, n in counts.items() if n < SMALL and (
        name != "other" or len(counts) > 1)]
    if small:
        raise Fault("the count under {reason} is small enough to point at a person", MANIFEST, reason=small[0])
    if release.manifest.get("parent") is not None and {*held, *refused} - {"other"}:
        raise Fault("a patch's counts name reasons, and beside its parent's they say why rows left", MANIFEST)
    if _by_gate(release) != (arrived, released, held, refused):
        raise Fault("{path} is not what the manifest says", _TALLY, path=_TALLY)


def paper_of(release: Release, path: str) -> dict[str, Any]:
    """Give what a file of canonical JSON holds.

    Raises:
        Fault: it is missing, damaged, or something else.
    """
    try:
        value = parse_line(release.need(path).read_bytes())
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Fault("{path} is not canonical JSON", path, path=path)
    return value


def _by_gate(release: Release) -> tuple[int, int, dict[str, int], dict[str, int]]:
    """Add up the tally by gate; a reason has one gate, so the sums are the tally."""
    paper = paper_of(release, _TALLY)
    sides: dict[str, Counter[str]] = {"held": Counter(), "refused": Counter()}
    for gate in take(paper, "gates", dict, _TALLY).values():
        for side, counts in sides.items():
            if isinstance(gate, dict) and isinstance(gate.get(side, {}), dict):
                counts.update({name: n for name, n in gate.get(side, {}).items() if type(n) is int})
    return (take(paper, "arrived", int, _TALLY), take(paper, "released", int, _TALLY), dict(sides["held"]),
            dict(sides["refused"]))


def tally_matches_rows(release: Release, found: Scan) -> None:
    """Insist that the tally, the manifest and the sources count the rows that are there.

    Raises:
        Fault: otherwise.
    """
    _settle(_own_faults(found, "tally-matches-rows"))
    faults: list[Fault] = []
    said = {"released": take(release.get("tally", dict), "released", int), "rows": release.get("rows", int)}
    for name, number in said.items():
        if number != found.rows:
            faults.append(Fault("{name} is {number}, but the release has {rows} rows", MANIFEST, name=name,
                                number=number, rows=found.rows))
    canaries = take(release.get("audit", dict), "canaries", int)
    if pq.read_metadata(release.need(_CANARIES)).num_rows != canaries:
        faults.append(Fault("{path} has not the number of rows that the manifest says", _CANARIES, path=_CANARIES))
    _settle(faults)


def licences_stated(release: Release, found: Scan) -> None:
    """Insist that every row comes from a stated source with a ground, and carries that source's licence.

    Raises:
        Fault: otherwise.
    """
    _settle(_own_faults(found, "licences-stated"))
    faults: list[Fault] = []
    sources: dict[str, dict[str, Any]] = {}
    for source in release.get("sources", list):
        name = take(source, "id", str)
        if name in sources:
            raise Fault("source {source} is listed twice", MANIFEST, source=name)
        sources[name] = source
        faults += _ground_faults(name, source)
    rows: Counter[str] = Counter()
    for (name, licence), number in found.licences.items():
        rows[name] += number
        if name not in sources:
            faults.append(Fault("{rows} rows are of source {source}, which the manifest does not state", MANIFEST,
                                rows=number, source=name))
        elif licence not in (sources[name].get("licence"), *(take(sources[name], "derived", list) if "derived" in sources[name] else ())):
            faults.append(Fault("rows of source {source} carry another licence than it has", MANIFEST, source=name))
    for name, source in sources.items():
        if take(source, "rows", int) != rows[name]:
            faults.append(Fault("source {source} has {rows} rows, not what the manifest says", MANIFEST, source=name,
                                rows=rows[name]))
    _settle(faults)


def _ground_faults(name: str, source: dict[str, Any]) -> list[Fault]:
    ground = source.get("ground")
    if ground not in GROUNDS:
        return [Fault("source {source} has no ground", MANIFEST, source=name)]
    wanted = {"open-licence": "licence", "contract": "contract"}.get(str(ground))
    if wanted and not source.get(wanted):
        return [Fault("source {source} rests on a {ground} that is not named", MANIFEST, source=name, ground=ground)]
    return []


def no_direct_identifiers(found: Scan) -> None:
    """Insist that no row holds a direct identifier of the few kinds that leave no doubt.

    Raises:
        Fault: naming the kind, the file and the record, never the words.
    """
    _settle(_own_faults(found, "no-direct-identifiers"))
