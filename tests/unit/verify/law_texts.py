"""The papers behind a legal basis, as short as the verifier lets them be, written from docs/reference/formats.md alone."""

import copy
import json

FACTORS = ("public", "relationship", "service", "context", "settings", "further_uses", "awareness", "information")

_LIA = {
    "kind": "lia", "id": "a1", "version": 1,
    "identification": {"author": "lea", "phase": "development", "purposes": ["train"], "uses": ["train"], "attachments": "excluded",
                       "high_risk": False, "screening": "dpia-screening", "dpia": "d1"},
    "interest": {"text": "x", "lawful": True, "precise": True, "present": True},
    "necessity": {"achieves": "x"}, "rights": {"objection": "x"}, "upstream": {"acquired": "x"},
    "volume": {"rows": 1000, "tokens": 100_000, "rows_per_person": 100, "per_thousand_per_person": 1000},
    "balance": {"residual": "low"}, "special": {"article9": "excluded"},
    "transparency": {"notices": ["n1"], "interest_en": "Right answers."}, "decision": {"outcome": "may-proceed"},
    "alternative": [{"means": name, "rejected": "x"} for name in ("anonymous", "synthetic", "opt-in", "licensed")],
    "source": [{"id": "chat", "collected_for": ["train"], **dict.fromkeys(FACTORS, "x")}],
    "mitigation": [{"control": "no-direct-identifiers", "counts": True}]}
_SCREENING = {
    "kind": "dpia-screening", "id": "dpia-screening", "version": 1, "identification": {"author": "lea", "purposes": ["train"]},
    "cases": {"profiling": False}, "criteria": {"sensitive": True, "innovative": True}, "decision": {"due": True}}
_IMPACT = {
    "kind": "dpia", "id": "d1", "version": 1, "identification": {"author": "lea", "purposes": ["train"], "sources": ["chat"]},
    "risk": [{"residual": "low"}], "decision": {"residual": "medium", "outcome": "may-proceed"}}
_NOTICE = {
    "kind": "notice", "id": "n1", "version": 1, "identification": {"author": "lea", "languages": ["en"]},
    "text": {"en": {"interest": "Right  answers."}}}

PAPERS = {"lia": _LIA, "dpia-screening": _SCREENING, "dpia": _IMPACT, "notice": _NOTICE}


def papers():
    """Give fresh papers, to be changed."""
    return copy.deepcopy(PAPERS)


def toml(value):
    """Write a paper as TOML."""
    lines = [f"{name} = {_plain(item)}" for name, item in value.items() if not _table(item)]
    for name, item in value.items():
        if _table(item):
            blocks = item if isinstance(item, list) else [item]
            lines += [line for block in blocks for line in _block(name, block, isinstance(item, list))]
    return "\n".join(lines) + "\n"


def _block(name, block, many):
    yield f"[[{name}]]" if many else f"[{name}]"
    yield from (f"{key} = {_plain(item)}" for key, item in block.items() if not isinstance(item, dict))
    for key, item in block.items():
        if isinstance(item, dict):
            yield from _block(f"{name}.{key}", item, False)


def _table(item):
    return isinstance(item, dict) or (isinstance(item, list) and item and isinstance(item[0], dict))


def _plain(value):
    return json.dumps(value, ensure_ascii=False)
