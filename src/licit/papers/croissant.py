"""The Croissant 1.1 description of a release's rows, with its responsible-AI part, usage and provenance.

Rules kept here:

- Only what lock, rows, register and provider state is said; a property that none of them answers is left out.
- Numbers are those of the rows: ``licit:numbers`` is compared with them by the verifier.

Law: REL-08
"""

from collections.abc import Mapping
from typing import Any

from ..core.ids import canonical_json
from ..core.manifest import COLUMNS, LABEL
from ..core.summary import plain
from .flow import check_label, read_counts

_TYPES = {"chunk": "sc:Integer", "tokens": "sc:Integer", "turns": "sc:Integer"}
_LISTS = ("participants", "topics")

#: What each column holds.
SAID = {
    "record": "Keyed id of the conversation or document; it names nobody.",
    "chunk": "Which part of the record this row is.",
    "messages": "The conversation, as role and content; null for a document.",
    "text": "The document; null for a conversation.",
    "language": "Language of the row.", "source": "Id of the source.", "licence": "SPDX expression, when there is one.",
    "day": "Day it is of, when known.", "first_day": "Day of the first turn.", "last_day": "Day of the last turn.",
    "participants": "Stand-ins for those who speak.", "topics": "Topics, when the source names them.",
    "tokens": "Length in tokens, counted or estimated.", "turns": "Number of turns."}

_CR = ("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileProperty", "fileObject", "fileSet", "format",
       "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex", "repeated", "replace",
       "samplingRate", "separator", "source", "subField", "transform")
_CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/", "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/", "dct": "http://purl.org/dc/terms/", "prov": "http://www.w3.org/ns/prov#",
    "odrl": "http://www.w3.org/ns/odrl/2/", "licit": "https://licit.example/terms#", "conformsTo": "dct:conformsTo",
    "name": {"@container": "@language"}, "description": {"@container": "@language"},
    "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"}, "licit:numbers": {"@type": "@json"}, **{name: f"cr:{name}" for name in _CR}}

_COLLECTED = {"chat": "Conversations of users", "own-documents": "Own documents", "web-crawl": "Web crawling", "public-dataset": "Existing public dataset",
              "licensed": "Licensed from rightsholders", "private-dataset": "Obtained from third parties", "synthetic": "Machine-generated",
              "statutory": "Obtained under a statute", "works": "Acquired one by one", "other": "Other"}


def render_croissant(facts: Mapping[str, Any]) -> bytes:
    """Write the description.

    Raises:
        EvidenceError: a tally that cannot be read or does not balance, or a label this version cannot stand for.
    """
    check_label(facts)
    counts = read_counts(facts)
    provider = facts["provider"].get("provider", {}).get("name")
    by = {"@type": "sc:Organization", "name": provider} if provider else None
    one = len(facts["files"]) == 1  # a set of files outside an archive can be described, and is read by no library yet
    where: dict[str, Any] = {"fileObject": {"@id": facts["files"][0]["path"]}} if one else {"fileSet": {"@id": "rows-files"}}
    described = {
        "@context": _CONTEXT, "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": facts["name"], "identifier": facts["content_root"], "version": version_of(str(facts["name"])), "sdVersion": "1.0.0",
        "description": f"{LABEL}. {counts.released} rows; not anonymous. See evidence/report.html.",
        "license": licences(facts), "datePublished": str(facts["as_of"])[:10], "inLanguage": sorted(set(facts["numbers"]["languages"]) - {"other", ""}),
        "isLiveDataset": False, "citeAs": f"{facts['name']}, {facts['content_root']}",
        **({"url": url} if (url := facts["provider"].get("release", {}).get("url")) else {}), **({"creator": by, "publisher": by} if by else {}),
        **_provenance(facts, by), **_responsible(facts, counts.arrived), "licit:numbers": plain(facts["numbers"]),
        "distribution": [*_files(facts), {"@type": "cr:FileSet", "@id": "rows-files", "name": "rows-files",
                                          "encodingFormat": "application/x-parquet", "includes": "*.parquet",
                                          "containedIn": [{"@id": file["path"]} for file in facts["files"]]}][:1 if one else None],
        "recordSet": [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "description": "One row a record or part.",
                       "field": [_field(name, where) for name in COLUMNS]}]}
    return canonical_json(described) + b"\n"


def version_of(name: str) -> str:
    """Give the version that a release's name carries.

    >>> version_of("spring-12"), version_of("spring")
    ('12.0.0', '1.0.0')
    """
    number = name.rpartition("-")[2]
    return f"{number if number.isascii() and number.isdigit() else 1}.0.0"


def licences(facts: Mapping[str, Any]) -> list[str]:
    """Give the licences of the rows, or the ground where a source has none."""
    return sorted({str(source.get("licence") or "") or f"{source.get('ground', 'unknown')} {source.get('contract') or ''}".strip()
                   for source in facts["sources"]})


def _files(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"@type": "cr:FileObject", "@id": file["path"], "name": file["path"], "contentUrl": f"../{file['path']}", "contentSize": f"{file['bytes']} B",
             "encodingFormat": "application/x-parquet", "sha256": str(file["sha256"]).removeprefix("sha256:")} for file in facts["files"]]


def _provenance(facts: Mapping[str, Any], by: Mapping[str, Any] | None) -> dict[str, Any]:
    """Say what it is made from, by what, for whom, and what may be done with it."""
    duty = ["Use the latest version; apply withdrawals.", "Pass these terms and the notices on."]
    purpose = {"odrl:leftOperand": {"@id": "odrl:purpose"}, "odrl:operator": {"@id": "odrl:eq"}, "odrl:rightOperand": facts["purpose"]}
    offer: dict[str, Any] = {"@type": "odrl:Offer", "@id": "usage", "odrl:permission": {
        "odrl:action": {"@id": "odrl:use"}, "odrl:constraint": purpose, "odrl:duty": [{"odrl:action": text} for text in duty]}}
    if facts["commercial"] is not True:
        offer["odrl:prohibition"] = {"odrl:action": {"@id": "odrl:commercialize"}}
    return {"sc:usageInfo": offer,
            "prov:wasDerivedFrom": [{"@type": "prov:Entity", "@id": f"source/{source['id']}", "sc:name": source["title"] or source["id"],
                                     **({"prov:atLocation": source["origin"]} if source["origin"] else {})} for source in facts["sources"]],
            "prov:wasGeneratedBy": {"@type": "prov:Activity", "@id": "build", "sc:name": "licit build", "prov:endedAtTime": facts["as_of"]},
            **({"prov:wasAttributedTo": dict(by)} if by else {})}


def _responsible(facts: Mapping[str, Any], arrived: int) -> dict[str, Any]:
    """Answer the responsible-AI properties that records answer."""
    numbers, plan, told = facts["numbers"], facts["plan"], facts["provider"].get("card", {})
    months = sorted({month for one in numbers["sources"].values() for month in (one["first"], one["last"]) if month}
                    | {day[:7] for source in facts["sources"] for day in source["acquired"] if day})
    cut = plan["chunk"]["tokens"]
    kinds = sorted({_COLLECTED.get(source["kind"], "") for source in facts["sources"]} - {""})
    out: dict[str, Any] = {
        "rai:dataCollection": "; ".join(f"{source['title'] or source['id']}: {source['how'] or 'how is not on record'}" for source in facts["sources"]),
        "rai:dataCollectionType": kinds,
        "rai:dataCollectionMissingData": f"Of {arrived} rows that arrived {arrived - numbers['rows']} were held or refused; by reason in evidence/tally.json.",
        "rai:dataCollectionTimeframe": [f"{month}-01" for month in (months[:1] + months[-1:])],
        "rai:dataPreprocessingProtocol": ["Exact duplicates removed, one kept" + (", near-duplicates too." if plan["near"] else "."),
                                          f"Cut between turns at {cut} tokens." if cut else "Not cut."],
        "rai:dataManipulationProtocol": f"Personal data found were replaced ({plan['deidentify'].get('replace', 'placeholders')}): "
                                        + ", ".join(plan["deidentify"]["labels"]) + ".",
        "rai:machineAnnotationTools": list(facts["detectors"]),
        "rai:dataUseCases": [told.get("uses") or f"Made for: {facts['purpose']}."],
        "rai:dataLimitations": ["A proof of absence says that no row of a person is declared, not that none was mislabelled.",
                                "What a model has learned stays in it."],
        "rai:dataBiases": [told["biases"]] if told.get("biases") else [], "rai:dataSocialImpact": told.get("social_impact", ""),
        "rai:personalSensitiveInformation": [f"{LABEL}: not anonymous; how well it was found is in evidence/measure.json."],
        "rai:dataReleaseMaintenancePlan": f"Who objects leaves by a patch release, which withdraws this one. A state of the log older than "
                                          f"{facts['lease_hours']} hours is refused by licit.open_release."}
    return {name: value for name, value in out.items() if value}


def _field(name: str, where: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {"@type": "cr:Field", "@id": f"rows/{name}", "name": f"rows/{name}", "description": SAID[name]}
    source = {**where, "extract": {"column": name}}
    if name == "messages":
        return out | {"repeated": True, "source": source, "subField": [
            {"@type": "cr:Field", "@id": f"rows/messages/{part}", "name": f"rows/messages/{part}", "description": f"The message's {part}.",
             "dataType": "sc:Text", "source": {**source, "transform": {"jsonPath": part}}} for part in ("role", "content")]}
    return out | {"dataType": _TYPES.get(name, "sc:Text"), "source": source} | ({"repeated": True} if name in _LISTS else {})
