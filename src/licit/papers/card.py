"""The data card (Markdown, English) and the Croissant description (JSON-LD) of a release, for those who load it.

Rules kept here:

- Only what the manifest states is said; what it does not know (address, publisher, day of publication) is left out.
- Only the public tally is shown, with the label this version can stand for.
- What others wrote is code in the card, so that a name is never a heading, a link or HTML.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from ..core.manifest import COLUMNS, LABEL
from .flow import Counts, check_label, meaning, read_counts
from .markup import visible
from .words import ENGLISH, GATES

_TYPES = {"chunk": "sc:Integer", "tokens": "sc:Integer", "turns": "sc:Integer"}
_LISTS = ("participants", "topics")

_SAID = {
    "record": "Keyed id of the conversation or document; it names nobody.",
    "chunk": "Which part of the record this row is.",
    "messages": "The conversation, as role and content; null for a document.",
    "text": "The document; null for a conversation.",
    "language": "Language of the row.", "source": "Id of the source.", "licence": "SPDX expression, when there is one.",
    "day": "Day it is of, when known.", "first_day": "Day of the first turn.", "last_day": "Day of the last turn.",
    "participants": "Stand-ins for those who speak.", "topics": "Topics, when the source names them.",
    "tokens": "Length in tokens, counted or estimated.", "turns": "Number of turns."}

_CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/", "conformsTo": "dct:conformsTo",
    "column": "cr:column", "containedIn": "cr:containedIn", "extract": "cr:extract", "field": "cr:field",
    "fileObject": "cr:fileObject", "fileSet": "cr:fileSet", "includes": "cr:includes", "recordSet": "cr:recordSet",
    "repeated": "cr:repeated", "source": "cr:source", "subField": "cr:subField", "path": "cr:path",
    "transform": "cr:transform", "jsonPath": "cr:jsonPath",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}}


def render_card(manifest: Mapping[str, Any]) -> bytes:
    """Write the data card.

    Raises:
        EvidenceError: a tally that cannot be read or does not balance, or a label this version cannot stand for.
    """
    check_label(manifest)
    counts = read_counts(manifest)
    purpose = "commercial use included" if manifest.get("commercial") is True else "no commercial use"
    lines = [
        f"# Data card: {_code(manifest.get('name'))}", "",
        f"**{LABEL}**: not anonymous; somebody who knows a person may still recognise them by what is told.", "",
        f"- Rows: {ENGLISH.number(counts.released)}",
        f"- Made for: {_code(manifest.get('purpose'))}, {purpose}",
        f"- Judged as of: {_code(manifest.get('as_of'))}",
        f"- Content root: {_code(manifest.get('content_root'))}", "",
        *_risks(manifest), "## Load", "",
        "`licit.open_release(PATH)` refuses a release that is withdrawn, altered or has removals pending. Parquet readers",
        "read `data/` as it stands, and check nothing.", "",
        *_table("Sources", ("Source", "Ground", "Licence", "Contract", "Rows"), [
            [_code(source.get(name)) for name in ("id", "ground", "licence", "contract", "rows")]
            for source in manifest.get("sources") or () if isinstance(source, Mapping)]),
        *_table("From arrived to released", ("Gate", "Answer", "Reason", "Rows"), _tally(counts)),
        *_table("Columns", ("Column", "What it holds"), [[_code(name), _SAID[name]] for name in COLUMNS]),
        "## Limits", "",
        "- A proof of absence says that the release declares no row of a person, not that none was mislabelled.",
        "- What a model has learned stays in it: a later refusal changes no model that is already trained.",
        "- How well personal data is found: `evidence/measure.json`, which also says when it was not measured.",
        "- Check it: `licit verify RELEASE --key KEY`. licit is no legal advice.", ""]
    return "\n".join(lines).encode()


def _risks(manifest: Mapping[str, Any]) -> list[str]:
    accepted = [f"- {_code(name)}" for name in manifest.get("accepted") or ()]
    return ["## Accepted at the maker's own risk", "", "These switches weaken a check:", "", *accepted, ""] if accepted else []


def _tally(counts: Counts) -> list[list[str]]:
    number = ENGLISH.number
    rows = [["", "arrived", "", number(counts.arrived)]]
    rows += [[GATES[gate][0], branch.answer, f"{_code(branch.reason)} {meaning(branch.reason, ENGLISH)}",
              number(branch.rows)] for gate in GATES for branch in counts.at(gate)]
    return [*rows, ["", "**released**", "", number(counts.released)]]


def _table(title: str, head: tuple[str, ...], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"## {title}", "", *("| " + " | ".join(line) + " |" for line in lines), ""]


def _code(value: object) -> str:
    """Show a foreign value as one piece of code, whatever signs it holds."""
    text = visible("" if value is None else value).replace("|", "¦")
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{space}{text}{space}{ticks}" if text.strip() else "–"


def render_croissant(manifest: Mapping[str, Any]) -> bytes:
    """Write the Croissant 1.1 description of the rows.

    Raises:
        EvidenceError: a tally that cannot be read or does not balance, or a label this version cannot stand for.
    """
    check_label(manifest)
    counts = read_counts(manifest)
    data = [file for file in manifest["files"] if file["path"].startswith("data/")]
    files: list[dict[str, Any]] = [
        {"@type": "cr:FileObject", "@id": file["path"], "name": file["path"], "contentUrl": file["path"],
         "contentSize": f"{file['bytes']} B", "encodingFormat": "application/x-parquet",
         "sha256": str(file["sha256"]).removeprefix("sha256:")} for file in data]
    files.append({"@type": "cr:FileSet", "@id": "rows-files", "name": "rows-files",
                  "encodingFormat": "application/x-parquet", "includes": "data/*.parquet"})
    sources = [source for source in manifest.get("sources") or () if isinstance(source, Mapping)]
    rights = {str(source.get("licence") or "") or f"{source.get('ground', 'unknown')} {source.get('contract') or ''}".strip()
              for source in sources}
    described = {
        "@context": _CONTEXT, "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": manifest.get("name"), "identifier": manifest.get("content_root"), "license": sorted(rights),
        "description": f"{LABEL}. {counts.released} rows; not anonymous. See evidence/report.html.",
        "distribution": files,
        "recordSet": [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "description": "One row a record or part.",
                       "field": [_field(name) for name in COLUMNS]}]}
    return (json.dumps(described, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _field(name: str) -> dict[str, Any]:
    out: dict[str, Any] = {"@type": "cr:Field", "@id": f"rows/{name}", "name": f"rows/{name}", "description": _SAID[name]}
    if name == "messages":
        return out | {"repeated": True, "source": _from(name), "subField": [
            {"@type": "cr:Field", "@id": f"rows/messages/{part}", "name": f"rows/messages/{part}",
             "description": f"The message's {part}.", "dataType": "sc:Text",
             "source": {**_from(name), "transform": {"jsonPath": part}}} for part in ("role", "content")]}
    return out | {"dataType": _TYPES.get(name, "sc:Text"), "source": _from(name)} | (
        {"repeated": True} if name in _LISTS else {})


def _from(column: str) -> dict[str, Any]:
    return {"fileSet": {"@id": "rows-files"}, "extract": {"column": column}}
