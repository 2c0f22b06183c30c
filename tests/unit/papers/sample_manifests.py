"""Manifests made by hand, as a build would write them: an ordinary one, and those that attack the page."""

from collections.abc import Mapping
from typing import Any

from licit.core.evidence import CLAIMS
from licit.core.manifest import COLUMNS, LABEL
from licit.core.reasons import REASONS

SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
ARABIC = "أرشيف-الصحف"


def digest(letter: str) -> str:
    """Give a digest as text."""
    return "sha256:" + letter * 64


def tally(held: Mapping[str, int], refused: Mapping[str, int], released: int) -> dict[str, Any]:
    """Give a tally that balances."""
    return {"arrived": released + sum(held.values()) + sum(refused.values()), "released": released,
            "held": dict(held), "refused": dict(refused)}


def manifest(**changes: Any) -> dict[str, Any]:
    """Give an ordinary manifest, with changes."""
    counted = tally({"consent-missing": 1204, "waiting-period": 388, "third-parties": 96, "held-out-twin": 71,
                     "source-not-approved": 640, "pasted-chat": 12, "other": 7},
                    {"objection": 2210, "reserved": 830, "duplicate": 1460, "near-duplicate": 312,
                     "special-category": 145, "unreadable": 9, "other": 6}, 7043)
    out = {
        "format": "licit-release/1", "name": "spring-2", "label": LABEL, "purpose": "train", "use": "train",
        "commercial": True, "as_of": "2026-11-01T10:00:00Z", "content_root": digest("a"), "rows": 7043,
        "columns": list(COLUMNS), "tally": counted,
        "files": [{"path": "data/part-00000.parquet", "sha256": digest("b"), "bytes": 4_812_332},
                  {"path": "ids/part-00000.parquet", "sha256": digest("c"), "bytes": 402_118}],
        "sources": [
            {"id": "assistant", "ground": "own", "licence": "", "contract": "", "rows": 5110},
            {"id": "news-agency", "ground": "contract", "licence": "", "contract": "NA-2026-03", "rows": 1600},
            {"id": "encyclopaedia", "ground": "open-licence", "licence": "CC-BY-SA-4.0", "contract": "", "rows": 333}],
        "log": {"origin": "licit.example/spring", "size": 4120, "root": "d" * 64, "key": "e" * 64},
        "signer": {"key_id": "f" * 26, "key": "e" * 64}, "lock": {}, "lock_digest": digest("1"),
        "absence": {"root": "2" * 64, "count": 1822, "release": "spring-2"},
        "audit": {"canaries": 16, "twin": 71, "twin_digest": digest("3")},
        "private": {"decisions": digest("4"), "tally": digest("5")},
        "detectors": ["patterns@1+0123456789abcdef", "names@3+fedcba9876543210", "sensitive@2+0011223344556677"],
        "parent": None, "lease_hours": 24, "accepted": []}
    return out | changes


def results(**states: str) -> list[dict[str, Any]]:
    """Give a verifier's results: public, auditor and attested claims hold but those named (``_`` for ``-``)."""
    named = {name.replace("_", "-"): state for name, state in states.items()}
    return [{"claim": name, "who": claim.who, "result": named.get(name, "holds"),
             "detail": "data/part-00000.parquet: the digest differs" if named.get(name) == "fails"
             else "signer unpinned: give --key" if named.get(name) == "cannot-tell" else ""}
            for name, claim in CLAIMS.items() if claim.who != "person" or name in named]


def hostile() -> dict[str, Any]:
    """Give a manifest whose every text attacks the page, with every reason there is and some there are not."""
    held = {name: 5 + i for i, (name, reason) in enumerate(REASONS.items()) if reason.answer == "hold"}
    refused = {name: 7 + i for i, (name, reason) in enumerate(REASONS.items()) if reason.answer == "refuse"}
    held |= {SCRIPT: 11, "x" * 300: 13}
    return manifest(
        name=SCRIPT + "n" * 200, tally=tally(held, refused, 40), rows=40, as_of=SCRIPT, content_root=SCRIPT,
        purpose=SCRIPT, use=SCRIPT, columns=[SCRIPT],
        sources=[{"id": SCRIPT, "ground": SCRIPT, "licence": SCRIPT, "contract": SCRIPT, "rows": 10},
                 {"id": ARABIC, "ground": "contract", "licence": "", "contract": "عقد ٧", "rows": 10},
                 {"id": "a\u202egpj.exe\x00", "ground": "own", "licence": "", "contract": "", "rows": 10},
                 {"id": "s" * 400, "ground": "own", "licence": "l" * 200, "contract": "", "rows": 10}],
        log={"origin": SCRIPT, "size": SCRIPT, "root": SCRIPT, "key": SCRIPT},
        signer={"key_id": SCRIPT, "key": SCRIPT}, lock_digest=SCRIPT,
        absence={"root": SCRIPT, "count": SCRIPT, "release": SCRIPT}, audit={"canaries": SCRIPT, "twin": SCRIPT},
        private={"decisions": SCRIPT, "tally": SCRIPT}, detectors=[SCRIPT, "d" * 300],
        parent={"name": SCRIPT, "manifest": SCRIPT, "withdrawn": True}, lease_hours=SCRIPT,
        accepted=["accept_unmeasured_deidentification", SCRIPT])


def hostile_results() -> list[dict[str, Any]]:
    """Give results that attack the page."""
    return [{"claim": SCRIPT, "who": SCRIPT, "result": SCRIPT, "detail": SCRIPT},
            {"claim": "signed", "who": "public", "result": "fails", "detail": SCRIPT}]


def facts(**changes: Any) -> dict[str, Any]:
    """Give the facts that papers are written from, as a release's use case gathers them, with changes."""
    made = manifest(**{name: value for name, value in changes.items() if name in manifest()})
    kinds = {"assistant": "chat", "news-agency": "licensed", "encyclopaedia": "public-dataset"}
    more = {"title": "", "origin": "", "how": "", "acquired": ["2025-01-02", "2025-03-04"], "languages": [], "personal": "yes", "controller": "", "role": "",
            "notice": "", "statute": "", "attribution": "", "sublicence": True, "readings": 0}
    sources = [{**more, "kind": kinds.get(source["id"], "unknown"), **source} for source in made["sources"]]
    counted = {source["id"]: {"rows": source["rows"], "chats": source["rows"] if source["kind"] == "chat" else 0, "tokens": 100 * source["rows"],
                              "first": "2025-01" if source["kind"] == "chat" else "", "last": "2025-06" if source["kind"] == "chat" else ""} for source in sources}
    rows = sum(source["rows"] for source in sources)
    chats = sum(one["chats"] for one in counted.values())
    out = {
        **{name: made[name] for name in ("name", "label", "purpose", "use", "commercial", "as_of", "content_root", "rows", "tally", "detectors", "audit",
                                         "absence", "parent", "accepted", "lease_hours")},
        "files": [file for file in made["files"] if file["path"].startswith("data/")], "sources": sources,
        "numbers": {"rows": rows, "chats": chats, "documents": rows - chats, "tokens": 100 * rows, "languages": {"fr": {"rows": rows, "tokens": 100 * rows}},
                    "sources": counted},
        "tokens": "estimate", "plan": {"name": "spring", "near": True, "chunk": {"tokens": 0}, "deidentify": {"labels": ["PERSON"], "replace": "placeholders"}},
        "log": {"size": 4120, "root": "d" * 64}, "domains": {}, "provider": {}, "protocols": [("robots", "RFC 9309"), ("tdmrep", "CG-FINAL")],
        "policy": {"periods": [{"basis": "legitimate-interest", "starts": "2025-01-01", "ends": "", "waiting_days": 30}], "notices": [], "assessments": []},
        "previous": [], "origin": "licit.example/spring", "law": []}
    return out | {name: value for name, value in changes.items() if name in out and name not in ("sources",)}
