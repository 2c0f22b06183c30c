"""Records of provenance for machines: the Data & Trust Alliance's standard, an OpenLineage event, and a model card's insert.

Rules kept here:

- Same lock, same record: times are those of the lock, and the run's id follows from the content root.
- A field that no record answers is left out, never filled with a guess.

Law: REL-09, MOD-08
"""

import uuid
from collections.abc import Mapping
from typing import Any

from ..core.ids import canonical_json
from ..core.manifest import LABEL
from .croissant import licences
from .paper import Foreign, Gap, Items, Line, Paper
from .summary_words import OPEN
from .words import PURPOSES, WORDS, Language

_SPACE = uuid.UUID("5b0e6c9e-8f3c-5a55-9d3b-2f7f6a1c4e10")
_PRODUCER = "https://licit.example/"


def _written(value: Mapping[str, Any]) -> bytes:
    return canonical_json(value) + b"\n"


def _full(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in value.items() if each not in ("", [], {}, None)}


def render_provenance(facts: Mapping[str, Any]) -> bytes:
    """Write the record of the Data Provenance Standard 1.0.0: source, provenance, use."""
    provider, policy = facts["provider"].get("provider", {}), facts["provider"].get("copyright_policy", {})
    days = sorted(day for source in facts["sources"] for day in source["acquired"] if day)
    return _written({
        "source": _full({"version": "1.0.0", "title": facts["name"], "id": facts["content_root"], "location": facts["provider"].get("release", {}).get("url", ""),
                         "issuer": provider.get("name", ""), "description": f"{LABEL}. {facts['numbers']['rows']} rows."}),
        "provenance": _full({"source": [source["title"] or source["id"] for source in facts["sources"]], "origin": provider.get("name", ""),
                             "date": facts["as_of"], "previous-date": facts["previous"][-1]["day"] if facts["previous"] else "",
                             "generation-period": "/".join(days[:1] + days[-1:]), "generation-method": sorted({source["how"] for source in facts["sources"]} - {""}),
                             "format": "application/x-parquet",
                             "sub-provenance": [_full({"id": source["id"], "location": source["origin"], "rows": source["rows"], "kind": source["kind"]}) for source in facts["sources"]]}),
        "use": _full({"classification": "personal data", "consents": sorted({period["basis"] for period in facts["policy"]["periods"]}),
                      "privacy-enhancing": [f"de-identification of {', '.join(facts['plan']['deidentify']['labels'])}"], "license": licences(facts),
                      "intended-purpose": facts["purpose"], "copyright": policy.get("summary", "")})})


def render_lineage(facts: Mapping[str, Any]) -> bytes:
    """Write the OpenLineage event of the run that made the release."""
    run = uuid.uuid5(_SPACE, f"{facts['name']} {facts['content_root']}")
    return _written({
        "eventType": "COMPLETE", "eventTime": facts["as_of"], "producer": _PRODUCER, "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": str(run)}, "job": {"namespace": facts["origin"], "name": f"build {facts['plan']['name']}"},
        "inputs": [{"namespace": facts["origin"], "name": f"source/{source['id']}"} for source in facts["sources"]],
        "outputs": [{"namespace": facts["origin"], "name": f"release/{facts['name']}", "facets": {}, "outputFacets": {"outputStatistics": {
            "_producer": _PRODUCER, "_schemaURL": "https://openlineage.io/spec/facets/1-0-2/OutputStatisticsOutputDatasetFacet.json",
            "rowCount": facts["numbers"]["rows"], "size": sum(file["bytes"] for file in facts["files"])}}}]})


def model_insert(facts: Mapping[str, Any], tongue: Language) -> Paper:
    """Write what a model trained on the release puts into its card, in one language."""
    pick, audit = tongue.pick, facts["audit"]
    names = facts["provider"].get("model", {}).get("names")
    purpose = pick(*PURPOSES[facts["purpose"]]) if facts["purpose"] in PURPOSES else str(facts["purpose"])
    return Paper((pick("For the model's card: ", "Pour la fiche du modèle : "), Foreign(str(facts["name"]))), (
        Items((
            (pick("Models: ", "Modèles : "), Foreign(", ".join(names)) if names else Gap(pick(*OPEN))),
            (pick("Release: ", "Publication : "), Foreign(str(facts["name"])), ", ", Foreign(str(facts["content_root"]))),
            *(((pick("It replaces ", "Elle remplace "), Foreign(str(facts["parent"]["name"])), "."),) if facts["parent"] else ()),
            (pick("Refusals are honoured up to: ", "Refus respectés jusqu'à : "), Foreign(f"{facts['as_of']}, {facts['origin']} {facts['log']['size']}, {facts['log']['root']}")),
            (pick("Purpose: ", "Finalité : "), Foreign(purpose)),
            (pick("Rows and tokens: ", "Lignes et jetons : "), f"{tongue.number(facts['numbers']['rows'])}, {tongue.number(facts['numbers']['tokens'])}"),
            (pick("Licences: ", "Licences : "), Foreign("; ".join(licences(facts)))),
            pick(f"Audits it is ready for: a held-out twin of {tongue.number(audit['twin'])} rows drawn at random, and {tongue.number(audit['canaries'])} random canaries.",
                 f"Audits qu'elle permet : un jumeau de {tongue.number(audit['twin'])} lignes tirées au sort, et {tongue.number(audit['canaries'])} canaris aléatoires."))),
        Line(pick("Limits", "Limites") + pick(":", " :")),
        Items((pick(*WORDS["limit-label"]), pick(*WORDS["limit-models"]), pick(*WORDS["limit-advice"])))))
