"""All papers of a release, by path.

Law: REL-09
"""

from collections.abc import Callable, Mapping
from typing import Any

from .card import card, terms
from .croissant import render_croissant
from .paper import Paper, markdown
from .provenance import model_insert, render_lineage, render_provenance
from .records import assessments, processing
from .summary import render_summary, summary
from .words import ENGLISH, FRENCH, Language

_TOLD: Mapping[str, Callable[[Mapping[str, Any], Language], Paper]] = {
    "data-card": card, "terms": terms, "processing-record": processing, "assessments": assessments, "model-card": model_insert}


def render_papers(facts: Mapping[str, Any]) -> dict[str, bytes]:
    """Write every paper of a release from its facts.

    Raises:
        EvidenceError: a tally that cannot be read or does not balance, or a label this version cannot stand for.
    """
    out = render_summary(summary(facts))
    for name, write in _TOLD.items():
        out |= {f"evidence/{name}.md": markdown(write(facts, ENGLISH)), f"evidence/{name}.fr.md": markdown(write(facts, FRENCH))}
    return {**out, "evidence/croissant.json": render_croissant(facts), "evidence/provenance.json": render_provenance(facts),
            "evidence/lineage.json": render_lineage(facts)}
