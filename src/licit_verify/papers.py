"""The papers of a release held to its rows: every number in them is counted again, and every answer that follows from one.

Rules kept here:

- The papers say nothing of rows that are not there: each figure is recomputed from ``data/`` and the manifest.
- An answer that must be open is open; a yes or no rests on the sources that are listed under it.
- A release that declares this claim and has no papers fails it; one from before there were papers declares nothing.
"""

import math
from collections.abc import Mapping
from typing import Any

from .auditor import merged
from .counted import together
from .files import Release, take
from .public import SMALL, paper_of
from .report import Fault, several
from .rows import Scan

SUMMARY, CROISSANT = "evidence/public-summary.json", "evidence/croissant.json"
_DECLARED = "evidence/claims.json"
_USED = {"public": "2.1", "private": "2.2.2", "crawled": "2.3", "user_data": "2.4", "synthetic": "2.5", "other": "2.6"}
_SIZES = ((10**9, "Less than 1 billion tokens"), (10**13 + 1, "1billion to 10 trillions tokens"), (1 << 200, "More than 10 trillions tokens"))


def claimed(release: Release) -> bool:
    """Tell whether a release has papers or says that it has; one from before there were any does neither."""
    return SUMMARY in release.listed or (_DECLARED in release.whole and b'"papers-consistent"' in release.need(_DECLARED).read_bytes())


def papers_consistent(release: Release, found: Scan) -> None:
    """Insist that what the papers count is what is there.

    Raises:
        Fault: otherwise.
    """
    if SUMMARY not in release.listed:
        raise Fault("{path} is missing", SUMMARY, path=SUMMARY)
    if faults := found.faults.get("papers-consistent"):
        raise several(faults)
    summary, numbers = paper_of(release, SUMMARY), numbers_of(found)
    faults = [Fault("{path}: {name} is not what the rows say", SUMMARY, path=SUMMARY, name=name) for name in _summary_faults(release, summary, numbers)]
    faults += [Fault("{path}: {name} is not what the rows say", CROISSANT, path=CROISSANT, name=name) for name in _croissant_faults(release, numbers)]
    if faults:
        raise several(faults)


def numbers_of(found: Scan) -> dict[str, Any]:
    """Count what the papers count."""
    cells = together(found.cells)
    chats = [cell for cell in cells if cell["chat"]]
    languages: dict[str, list[int]] = {}
    for cell in cells:
        told = languages.setdefault(cell["language"], [0, 0])
        told[0], told[1] = told[0] + cell["rows"], told[1] + cell["tokens"]
    shown = merged({name: rows for name, (rows, _) in languages.items()}, SMALL)
    rest = sum(tokens for name, (_, tokens) in languages.items() if name not in shown)
    return {
        "rows": _sum(cells, "rows"), "chats": _sum(chats, "rows"), "documents": _sum(cells, "rows") - _sum(chats, "rows"), "tokens": _sum(cells, "tokens"),
        "languages": {name: {"rows": rows, "tokens": languages[name][1] if name in languages else rest} for name, rows in shown.items()},
        "sources": {name: _source([cell for cell in cells if cell["source"] == name]) for name in {cell["source"] for cell in cells}}}


def _plain(numbers: dict[str, Any]) -> dict[str, Any]:
    """Give the counts as they stand in a paper: lists in order of their names."""
    return {**numbers, "languages": [{"language": name, **one} for name, one in sorted(numbers["languages"].items())],
            "sources": [{"id": name, **one} for name, one in sorted(numbers["sources"].items())]}


def _sum(cells: list[dict[str, Any]], name: str) -> int:
    return sum(cell[name] for cell in cells)


def _source(cells: list[dict[str, Any]]) -> dict[str, Any]:
    chats = [cell for cell in cells if cell["chat"]]
    first = min((cell["first"] for cell in chats if cell["first"] is not None), default=None)
    last = max((cell["last"] for cell in chats if cell["last"] is not None), default=None)
    return {"rows": _sum(cells, "rows"), "chats": _sum(chats, "rows"), "tokens": _sum(cells, "tokens"), "first": _month(first), "last": _month(last)}


def _month(number: int | None) -> str:
    return "" if number is None else f"{number // 100:04}-{number % 100:02}"


def _summary_faults(release: Release, summary: dict[str, Any], numbers: dict[str, Any]) -> list[str]:
    """Name what in the summary is not what manifest and rows say."""
    manifest = release.manifest
    faults = [name for name, key in (("release", "name"), ("content_root", "content_root"), ("as_of", "as_of")) if summary.get(name) != manifest.get(key)]
    if take(summary, "numbers", dict, SUMMARY) != _plain(numbers):
        faults.append("numbers")
    told, fields = take(summary, "places", list, SUMMARY), _fields(summary)
    places = {take(item, "id", str, SUMMARY): take(item, "section", str, SUMMARY) for item in told}
    grounds = {source["id"]: source for source in release.get("sources", list)}
    if len(places) != len(told) or places.keys() != grounds.keys() or places.keys() != numbers["sources"].keys():
        return [*faults, "places"]
    faults += _place_faults(places, fields, grounds, {} if take(summary, "contradictions", list, SUMMARY) else numbers["sources"])
    if fields.get("text_size", {}).get("answer") != [next(name for below, name in _SIZES if numbers["tokens"] < below)]:
        faults.append("text_size")
    public = {name: numbers["sources"][name]["tokens"] for name, place in places.items() if place == "2.1"}
    if summary.get("large") != sorted(name for name, size in public.items() if 100 * size > 3 * sum(public.values())):
        faults.append("large")
    if summary.get("open") != [name for name, field in fields.items() if field.get("open")] or any(
            (field.get("answer") == ["TO BE PROVIDED"]) != (field.get("open") is True) for field in fields.values()):
        faults.append("open")
    return faults + ([] if _domains_fit(take(summary, "domains", dict, SUMMARY)) else ["domains"])


def _fields(summary: dict[str, Any]) -> dict[str, dict[str, Any]]:
    sections = take(summary, "sections", list, SUMMARY)
    return {field["id"]: field for section in sections for field in take(section, "fields", list, SUMMARY)}


def _place_faults(places: Mapping[str, str], fields: dict[str, dict[str, Any]], grounds: dict[str, Any], counted: dict[str, Any]) -> list[str]:
    """Hold each yes and no to the sources under it; own conversations are user data, or synthetic, or a contradiction that is told."""
    out = []
    for name, place in _USED.items():
        wanted = "Yes" if place in places.values() else "TO BE PROVIDED" if "" in places.values() else "No"
        if fields.get(name, {}).get("answer") != [wanted]:
            out.append(name)
    chats = [name for name, one in counted.items() if one["chats"] and grounds[name].get("ground") == "own" and places[name] not in ("2.4", "2.5", "")]
    return [*out, *(["user_data"] if chats else [])]


def _domains_fit(domains: dict[str, Any]) -> bool:
    """Tell whether as many domains are listed as the template's share of all of them."""
    whole, listed, small = take(domains, "all", int, SUMMARY), take(domains, "listed", list, SUMMARY), domains.get("small_enterprise") is True
    number = math.ceil(whole / (20 if small else 10))
    return bool(len(set(listed)) == len(listed) == (min(number, 1000) if small else number))


def _croissant_faults(release: Release, numbers: dict[str, Any]) -> list[str]:
    """Name what in the Croissant description is not what manifest and rows say."""
    if CROISSANT not in release.listed:
        return ["distribution"]
    try:
        told = paper_of(release, CROISSANT)
        files = {item["@id"]: (item["sha256"], item["contentSize"]) for item in told["distribution"] if item["@type"] == "cr:FileObject"}
    except (KeyError, TypeError):
        return ["distribution"]
    listed = {entry["path"]: (str(entry["sha256"]).removeprefix("sha256:"), f"{entry['bytes']} B") for entry in release.get("files", list)
              if str(entry["path"]).startswith("data/")}
    wanted: dict[str, Any] = {"name": release.manifest.get("name"), "identifier": release.manifest.get("content_root"), "version": _version(str(release.manifest.get("name"))),
                              "datePublished": str(release.manifest.get("as_of"))[:10], "licit:numbers": _plain(numbers)}
    return [*([] if files == listed else ["distribution"]), *(name for name, value in wanted.items() if told.get(name) != value)]


def _version(name: str) -> str:
    number = name.rpartition("-")[2]
    return f"{number if number.isascii() and number.isdigit() else 1}.0.0"
