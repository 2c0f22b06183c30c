"""Writes the vectors that bind two independent implementations of the admission of sources: ``vectors/sources.json``.

Every expected answer is written here by hand from the rules in ``licit.core.sources``; nothing is computed with licit.
A vector's ``entries`` are pairs of kind and decision body, in sequence; ``source`` is the id that is asked about. Approvals
are signed here, by the format's page: each ``approval`` in a list of entries stands for one of what comes before it. Run it to
write the file; with ``--check`` it fails when the file is stale.
"""

import hashlib
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PATH = Path(__file__).parent / "vectors" / "sources.json"
USES = ("train", "fine-tune", "ground", "evaluate", "display", "redistribute")
HOLDS = {"source-unknown", "licence-unknown", "source-not-approved", "reserved-in-words", "contract-medium", "statute-incomplete",
         "public-domain-unproven", "origin-disputed", "kind-unknown", "diligence-missing", "supplier-word-alone", "source-expired",
         "approval-unsigned", "approval-use", "approval-volume", "approval-expired"}
LOG = "licit.example/vectors"
AS_OF = "2026-01-01T00:00:00Z"

# The reason ("" kept) for a commercial and for a non-commercial use, under the ground of an open licence, approved.
LICENCES = {
    "CC0-1.0": ("", ""), "CC-BY-4.0": ("", ""), "CC-BY-SA-4.0": ("", ""), "CC-BY-SA-3.0": ("", ""),
    "cc-by-4.0": ("", ""), "CC-BY-3.0-FR": ("", ""), "CC-BY-2.5": ("", ""),
    "CC-BY-NC-4.0": ("licence-forbids", ""), "CC-BY-NC-SA-4.0": ("licence-forbids", ""),
    "CC-BY-ND-4.0": ("licence-forbids", "licence-forbids"), "CC-BY-NC-ND-4.0": ("licence-forbids", "licence-forbids"),
    "MIT": ("", ""), "Apache-2.0": ("", ""), "BSD-3-Clause": ("", ""), "etalab-2.0": ("", ""), "Etalab-2.0": ("", ""),
    "OGL-UK-3.0": ("", ""), "ODbL-1.0": ("", ""), "CDLA-Permissive-2.0": ("", ""), "GPL-3.0-or-later": ("", ""),
    "LGPL-2.1-only": ("", ""), "GPL-2.0+": ("", ""),
    "MIT AND CC-BY-4.0": ("", ""), "(MIT AND CC-BY-4.0)": ("", ""), "MIT AND CC-BY-4.0 AND CC0-1.0": ("", ""),
    "MIT AND CC-BY-NC-4.0": ("licence-forbids", ""), "CC-BY-ND-4.0 AND MIT": ("licence-forbids", "licence-forbids"),
    "MIT OR CC-BY-NC-4.0": ("licence-unknown", "licence-unknown"),
    "MIT OR Apache-2.0": ("licence-unknown", "licence-unknown"),
    "mit or apache-2.0": ("licence-unknown", "licence-unknown"),
    "MIT AND (Apache-2.0 OR CC0-1.0)": ("licence-unknown", "licence-unknown"),
    "Apache-2.0 WITH LLVM-exception": ("", ""), "GPL-2.0-only WITH Classpath-exception-2.0": ("", ""),
    "Apache-2.0 WITH anything": ("licence-unknown", "licence-unknown"),
    "LicenseRef-agency": ("licence-unknown", "licence-unknown"),
    "MIT AND LicenseRef-agency": ("licence-unknown", "licence-unknown"),
    "LicenseRef-research-only": ("licence-forbids", "licence-forbids"),
    "LicenseRef-library-NC": ("licence-forbids", "licence-unknown"),
    "PolyForm-Noncommercial-1.0.0": ("licence-forbids", "licence-unknown"),
    "NOASSERTION": ("licence-unknown", "licence-unknown"), "NONE": ("licence-unknown", "licence-unknown"),
    "proprietary": ("licence-unknown", "licence-unknown"),
    "all rights reserved": ("licence-unknown", "licence-unknown"),
    "": ("licence-unknown", "licence-unknown"), "  ": ("licence-unknown", "licence-unknown"),
    "MIT AND": ("licence-unknown", "licence-unknown"), "AND MIT": ("licence-unknown", "licence-unknown"),
    "MIT CC-BY-4.0": ("licence-unknown", "licence-unknown"), "CC-BY": ("licence-unknown", "licence-unknown"),
    "CC-BY-4.0-INTERNAL": ("licence-unknown", "licence-unknown"),
    "MIT-but-not-really": ("licence-unknown", "licence-unknown")}


def source(ground: str = "open-licence", licence: str = "CC-BY-4.0", **more: Any) -> list[Any]:
    """Give the entry that registers the source ``x``."""
    return ["source", {"source": "x", "ground": ground, "licence": licence, "title": "A collection", "by": "clerk", "kind": "works", **more}]


def enrolled(name: str = "counsel", role: str = "legal", by: str = "chair", key: str = "") -> list[Any]:
    """Give the enrolment of somebody's key."""
    return ["staff-key", {"answer": "enrolled", "name": name, "role": role, "by": by, "key": public(key or name)}]


def revoked(name: str = "counsel", **more: Any) -> list[Any]:
    """Give the end of somebody's key."""
    return ["staff-key", {"answer": "revoked", "key": public(name), "by": "chair", "why": "left", **more}]


def approval(version: int = 1, by: str = "counsel", **more: Any) -> list[Any]:
    """Give a signed approval of one version, for every use; ``pen`` signs, and ``said`` is changed after signing."""
    return ["approval", {"source": "x", "version": version, "by": by, "uses": sorted(USES), **more}]


def unsigned(version: int = 1, by: str = "counsel") -> list[Any]:
    """Give an approval by a name alone."""
    return ["approval", {"source": "x", "version": version, "by": by, "plain": True}]


@cache
def _pen(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def public(name: str) -> str:
    """Give somebody's public key."""
    return _pen(name).public_key().public_bytes_raw().hex()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _signed(body: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Sign an approval of what is said of its source so far."""
    if body.pop("plain", False):
        return body
    pen, after, log = body.pop("pen", body["by"]), body.pop("said", {}), body.pop("log", LOG)
    parts = [b"licit/source-version", _canonical(said["source"]), _canonical(said["contract"]) if said.get("contract") else b""]
    whole = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    body = {"digest": "sha256:" + hashlib.sha256(whole).hexdigest(), "key": public(pen), **body}
    payload, kind = _canonical({**body, "v": 1, "log": log}), b"application/vnd.licit.approval+json"
    message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    return {**body, "signature": _pen(pen).sign(message).hex(), **after}


def complete(entries: list[Any]) -> list[Any]:
    """Enrol counsel unless somebody's key is there, and sign the approvals."""
    out: list[Any] = [] if any(kind == "staff-key" for kind, _ in entries) else [enrolled()]
    said: dict[str, dict[str, Any]] = {}
    for kind, given in entries:
        body = dict(given)
        if kind in ("source", "contract"):
            said.setdefault(body["source"], {})[kind] = body
        out.append([kind, _signed(body, said[body["source"]]) if kind == "approval" else body])
    return out


def contract(*uses: str, starts: str = "2025-01-01", ends: str | None = "2027-01-01", **more: Any) -> list[Any]:
    """Give a contract for some uses."""
    return ["contract", {"source": "x", "id": "c1", "uses": list(uses), "starts": starts, "by": "clerk", **more}
            | ({"ends": ends} if ends else {})]


def signal(verdict: str) -> list[Any]:
    """Give the verdict of a reservation signal that was read."""
    return ["signal", {"source": "x", "verdict": verdict}]


def words(reading: str = "aa") -> list[Any]:
    """Give a reading that found a reservation in words, and nothing else."""
    return ["signal", {"source": "x", "verdict": "reserved", "person": True, "sha256": reading, "by": "clerk"}]


def settled(verdict: str, reading: str = "aa", by: str = "counsel") -> list[Any]:
    """Give a person's verdict on such a reading."""
    return ["signal", {"source": "x", "verdict": verdict, "settles": reading, "by": by}]


def case(name: str, rule: str, reason: str, entries: list[Any], *, ask: str = "x", **question: Any) -> dict[str, Any]:
    """Give one vector."""
    answer = "keep" if not reason else "hold" if reason in HOLDS else "refuse"
    asked = {"source": ask, "use": "train", "commercial": True, "as_of": AS_OF, "records": 10, "unsigned": False, "territory": [],
             "purpose": "train", **question}
    return {"name": name, "rule": rule, "entries": complete(entries), "question": asked,
            "answer": answer, "reason": reason}


def licences() -> list[dict[str, Any]]:
    """Give every licence, for commercial and other use, approved and not."""
    out = []
    for licence, reasons in LICENCES.items():
        for commercial, reason in zip((True, False), reasons, strict=True):
            what = "commercial" if commercial else "other"
            entries = [source(licence=licence)]
            out.append(case(f"{licence!r} for {what} use", "what a licence permits is read in its SPDX expression",
                            reason, [*entries, approval()], commercial=commercial))
            out.append(case(f"{licence!r} for {what} use, not approved", "nothing is kept that nobody approved",
                            reason or "source-not-approved", entries, commercial=commercial))
    for use in USES:
        out.append(case(f"an open licence for {use}", "an open licence permits every use it does not forbid", "",
                        [source(), approval()], use=use))
    return out


def grounds() -> list[dict[str, Any]]:
    """Give every ground, its approvals and its reservations."""
    out = [case("not registered", "an unregistered source is unknown", "source-unknown", [source(), approval()],
                ask="y"),
           case("no register", "an unregistered source is unknown", "source-unknown", [])]
    free = {"public_domain": {"rule": "author-70", "died": 1885}}
    for ground, reason, more in (("own", "", {}), ("public-domain", "", free), ("statutory", "", {"statute": "open-data"}),
                                 ("contract", "licence-unknown", {}), ("unknown", "licence-unknown", {})):
        rule = "a ground that needs evidence and has none is unknown"
        out += [
            case(f"{ground}, approved", rule, reason, [source(ground, "", **more), approval()]),
            case(f"{ground}, not approved", "nothing is kept that nobody approved", reason or "source-not-approved",
                 [source(ground, "", **more)]),
            case(f"{ground}, licence of no derivatives", "a licence that forbids refuses on any ground",
                 "licence-forbids", [source(ground, "CC-BY-ND-4.0", **more), approval()]),
            case(f"{ground}, licence not known", "only an open licence must be known", reason,
                 [source(ground, "LicenseRef-house", **more), approval()]),
            case(f"{ground}, reserved", "a reservation refuses whatever the ground", "reserved",
                 [source(ground, "", **more), approval(), signal("reserved")])]
    gone = "a source found unlawful is refused whatever else is said of it"
    out += [case(f"unlawful: {what}", gone, "source-unlawful", entries) for what, entries in (
        ("approved", [source(), approval(), ["unlawful", {"source": "x"}]]),
        ("registered anew", [source(), ["unlawful", {"source": "x"}], source(), approval(2)]),
        ("before it was registered", [["unlawful", {"source": "x"}], source(), approval()]),
        ("under a contract", [source("unknown", ""), contract("train"), approval(2), ["unlawful", {"source": "x"}]]))]
    out += [case("another is unlawful", gone, "", [source(), approval(), ["unlawful", {"source": "y"}]])]
    stale = "an approval names the version it covers"
    out += [
        case("approval of an older version", stale, "source-not-approved", [source(), approval(), source()]),
        case("approval of the new version", stale, "", [source(), approval(), source(), approval(2)]),
        case("approval of a version to come", stale, "source-not-approved", [source(), approval(2), source()]),
        case("approval before a contract", stale, "source-not-approved", [source(), approval(), contract("train")]),
        case("approval by nobody", "an approval names who gave it", "source-not-approved", [source(), approval(by="", pen="counsel")]),
        case("allowed by a signal", "a signal that allows reserves nothing", "", [source(), approval(),
                                                                                   signal("allowed")]),
        case("allowed after a reservation", "a reservation at either time stands", "reserved",
             [source(), approval(), signal("reserved"), signal("allowed")]),
        case("a verdict nobody knows", "a signal that does not allow reserves", "reserved",
             [source(), approval(), signal("perhaps")]),
        case("reserved, then registered anew", "a reservation stays with the source", "reserved",
             [source(), signal("reserved"), source(), approval(2)])]
    decided = "a reservation in words holds until a person gives a verdict that names it"
    out += [case(f"in words: {what}", decided, reason, [source(), approval(), *entries]) for what, reason, entries in (
        ("undecided", "reserved-in-words", [words()]), ("found to be none", "", [words(), settled("allowed")]),
        ("found to be one", "reserved", [words(), settled("reserved")]), ("still unclear", "reserved", [words(), settled("unknown")]),
        ("another reading decided", "reserved-in-words", [words(), settled("allowed", "bb")]),
        ("two readings, one decided", "reserved-in-words", [words(), words("bb"), settled("allowed", "bb")]),
        ("decided by nobody", "reserved-in-words", [words(), settled("allowed", by="")]),
        ("decided before it was read", "reserved-in-words", [settled("allowed"), words()]),
        ("and by a signal as well", "reserved", [words(), signal("reserved"), settled("allowed")]),
        ("without a reading", "reserved", [words("")]))]
    out += [case("in words, registered anew", decided, "reserved-in-words", [source(), words(), source(), approval(2)])]
    return out


def contracts() -> list[dict[str, Any]]:
    """Give every pair of a permitted and a declared use, and the dates to the second."""
    held = [source("unknown", "")]
    out = [case(f"contract for {named}, used to {use}", "a use that is not named is not permitted",
                "contract-use" if named != use else "contract-sublicence" if use == "redistribute" else "",
                [*held, contract(named), approval(2)], use=use)
           for named in USES for use in USES]
    dates = "a contract's start is included, its end is not"
    places, shared = "where a contract names places, the release is used within them", "texts go to others only where a contract says so"
    out += [
        case("contract for no use", "a use that is not named is not permitted", "contract-use",
             [*held, contract(), approval(2)]),
        case("contract for several uses", "each use named is permitted", "",
             [*held, contract("ground", "train"), approval(2)]),
        case("starts that second", dates, "", [*held, contract("train", starts=AS_OF), approval(2)]),
        case("starts a second later", dates, "contract-dates",
             [*held, contract("train", starts="2026-01-01T00:00:01Z"), approval(2)]),
        case("ends that second", dates, "contract-dates", [*held, contract("train", ends=AS_OF), approval(2)]),
        case("ends a second later", dates, "",
             [*held, contract("train", ends="2026-01-01T00:00:01Z"), approval(2)]),
        case("without an end", dates, "", [*held, contract("train", ends=None), approval(2)]),
        case("use comes before dates", "the first of use, dates", "contract-use",
             [*held, contract("ground", ends="2025-06-01"), approval(2)]),
        case("contract not approved", "nothing is kept that nobody approved", "source-not-approved",
             [*held, contract("train")]),
        case("contract over a reservation", "a contract overrides a reservation", "",
             [*held, signal("reserved"), contract("train"), approval(2)]),
        case("contract over a licence that forbids", "a contract says more than the licence", "",
             [source(licence="CC-BY-NC-4.0"), contract("train"), approval(2)]),
        case("contract that lacks the use, over an open licence", "the contract decides where there is one",
             "contract-use", [source(), contract("ground"), approval(2)]),
        case("redistributed with a sub-licence", shared, "", [*held, contract("redistribute", sublicence=True), approval(2)], use="redistribute"),
        case("published without a sub-licence", shared, "contract-sublicence", [*held, contract("train"), approval(2)], purpose="publish"),
        case("place comes before sub-licence", "the first of dates, place, sub-licence, medium", "contract-territory",
             [*held, contract("train", territory=["FR"], media=["image"]), approval(2)], purpose="publish"),
        *(case(f"for {' '.join(permitted) or 'anywhere'}, used in {' '.join(used) or 'a place that nobody named'}", places,
               "" if inside else "contract-territory", [*held, contract("train", territory=permitted), approval(2)], territory=used)
          for permitted, used, inside in (
              ([], [], True), ([], ["US"], True), (["FR"], [], False), (["FR"], ["FR"], True), (["FR"], [" fr "], True), (["FR"], ["FR", "BE"], False),
              (["EU"], ["FR", "BE"], True), (["EU"], ["NO"], False), (["EEA"], ["EU", "NO"], True), (["FR"], ["EU"], False),
              (["world"], ["US"], True), (["World"], [], False), (["EU"], ["world"], False), (["Wallonie"], ["wallonie"], True),
              (["France métropolitaine"], ["FR"], False), (["EU", "CH"], ["CH", "DE"], True))),
        case("an audit by a day", "days for people decide nothing", "", [*held, contract("train", audit="the books", audit_due="2025-06-01"), approval(2)]),
        case("a newer contract replaces the older", "the latest contract counts", "contract-use",
             [*held, contract("train"), contract("ground"), approval(3)])]
    return out


def stated() -> list[dict[str, Any]]:
    """Give what an entry must say: kind, diligence, statute, public domain, expiry, and one origin under one right."""
    def one(what: str, rule: str, reason: str, *entries: Any, **question: Any) -> dict[str, Any]:
        return case(what, rule, reason, [*entries, approval()], **question)

    kind, looked = "what kind of source it is decides what is asked of it", "a set of others needs more than its supplier's word"
    record = {"collected": "crawled", "findings": "none", "opt_outs": "a form", "looked_by": "clerk", "looked_on": "2025-11-01",
              "evidence": [{"what": "paper", "from": "supplier"}, {"what": "sample", "from": "own"}]}
    out = [one("kind not said", kind, "kind-unknown", source(kind="unknown")), one("own, kind not said", kind, "", source("own", "", kind="unknown"))]
    for name in ("public-dataset", "licensed", "private-dataset"):
        out += [
            one(f"{name} without diligence", looked, "diligence-missing", source(kind=name)),
            one(f"{name} with diligence", looked, "", source(kind=name, diligence=record)),
            one(f"{name} on the supplier's word", looked, "supplier-word-alone",
                source(kind=name, diligence={**record, "evidence": record["evidence"][:1]})),
            one(f"own {name} without diligence", looked, "diligence-missing", source("own", "", kind=name)),
            *(one(f"{name} without {gap}", looked, "diligence-missing", source(kind=name, diligence={**record, gap: [] if gap == "evidence" else " "}))
              for gap in record)]
    out += [one(f"{name} needs no diligence", looked, "", source(kind=name))
            for name in ("chat", "own-documents", "web-crawl", "synthetic", "statutory", "works", "other")]
    ends = "what ends, ends on its day"
    out += [one(f"entry that expires {day}", ends, reason, source(expires=day))
            for day, reason in (("2026-01-01", "source-expired"), ("2025-12-31", "source-expired"), ("2026-01-02", ""),
                                ("2026-01-01T00:00:01Z", ""), ("2026-01-01T01:00:00+01:00", "source-expired"))]
    return [*out, *laws(one), *origins(one)]


def laws(one: Any) -> list[dict[str, Any]]:
    """Give statutes and rules of public domain."""
    law, copies = "an exception has its conditions", {"kept": "vault", "destroy": "2026-02-01"}
    statutes = (("", {}, "statute-incomplete", "statute-incomplete"), ("open-data", {}, "", ""),
                ("dsm-4", {}, "statute-incomplete", "statute-incomplete"), ("dsm-4", {"copies": copies}, "", ""),
                ("dsm-4", {"copies": {**copies, "destroy": "2026-01-01"}}, "copies-due", "copies-due"),
                ("dsm-3", {"copies": copies}, "statute-forbids", "statute-incomplete"),
                ("dsm-3", {"research_body": "a university"}, "statute-forbids", "statute-incomplete"),
                ("dsm-3", {"copies": copies, "research_body": "a university"}, "statute-forbids", ""))
    out = []
    for number, (name, more, sold, other) in enumerate(statutes):
        entry = source("statutory", "", statute=name, **more)
        out += [one(f"statute {number} {name!r}, commercial", law, sold, entry), one(f"statute {number} {name!r}, other", law, other, entry, commercial=False)]
    free = "public domain has a rule and dates"
    rules = (({}, "public-domain-unproven"), ({"rule": "author-70"}, "public-domain-unproven"),
             ({"rule": "author-70", "died": 1913}, ""), ({"rule": "author-70", "died": 1914}, "public-domain-unproven"),
             ({"rule": "author-70", "died": 1914, "extension": 0}, ""), ({"rule": "author-70", "died": 1955, "extension": 0}, ""),
             ({"rule": "author-70", "died": 1956, "extension": 0}, "public-domain-unproven"),
             ({"rule": "author-70", "died": 1941, "extension": 14}, ""), ({"rule": "author-70", "died": 1941, "extension": 15}, "public-domain-unproven"),
             ({"rule": "official-text"}, ""), ({"rule": "other"}, "public-domain-unproven"), ({"rule": "other", "why": "anonymous, 1780"}, ""),
             ({"rule": "dedicated"}, "public-domain-unproven"))
    out += [one(f"public domain {number}", free, reason, source("public-domain", "", **({"public_domain": rule} if rule else {})))
            for number, (rule, reason) in enumerate(rules)]
    return out + [one(f"public domain by {licence}", free, reason, source("public-domain", licence))
                  for licence, reason in (("CC0-1.0", ""), ("CC-PDM-1.0", ""), ("CC-BY-4.0", "public-domain-unproven"), ("Unlicense", ""))]


def origins(one: Any) -> list[dict[str, Any]]:
    """Give one origin registered twice."""
    rule, out = "one origin has one right", []
    pairs = (("https://example.org/set", "CC0-1.0", "origin-disputed"), ("HTTP://www.Example.org/set/#top", "CC0-1.0", "origin-disputed"),
             ("https://example.org/set", "CC-BY-4.0", ""), ("https://example.org/set/2", "CC0-1.0", ""), ("", "CC0-1.0", ""))
    for number, (origin, licence, reason) in enumerate(pairs):
        other = ["source", {"source": "y", "ground": "open-licence", "licence": licence, "by": "clerk", "origin": origin}]
        out.append(one(f"origin twice {number}", rule, reason, source(origin="https://example.org/set"), other))
    return [*out, one("origin named by none", rule, "", source(origin=" "), ["source", {"source": "y", "ground": "own", "by": "clerk"}])]


def approvals() -> list[dict[str, Any]]:
    """Give who may sign an approval, and what it covers."""
    who, no = "an approval is signed by somebody entitled, who is neither proposer nor enrolled by them", "approval-unsigned"
    out = [case(f"signed: {what}", who, reason, entries) for what, reason, entries in (
        ("as it must be", "", [source(), approval()]),
        ("by a name alone", no, [source(), unsigned()]),
        ("by a key nobody enrolled", no, [source(), approval(pen="stranger")]),
        ("before the key was enrolled", no, [source(), approval(), enrolled()]),
        ("in another role", no, [enrolled(role="officer"), source(), approval()]),
        ("with a colleague's key", no, [enrolled(), enrolled("mate"), source(), approval(pen="mate")]),
        ("by the proposer", "source-not-approved", [enrolled("clerk"), source(), approval(by="clerk")]),
        ("by the proposer, spelt otherwise", "source-not-approved", [enrolled("CLERK "), source(), approval(by="Clerk", pen="CLERK ")]),
        ("with a key the proposer enrolled", no, [enrolled(by="clerk"), source(), approval()]),
        ("with a key the proposer enrolled, spelt otherwise", no, [enrolled(by="  cLerk"), source(), approval()]),
        ("with a key of one's own enrolling", no, [enrolled(by="counsel"), source(), approval()]),
        ("with a key nobody says who enrolled", no, [enrolled(by=""), source(), approval()]),
        ("with one key under two names", no, [enrolled("mate", key="counsel"), enrolled(), source(), approval()]),
        ("and the key enrolled for another later", no, [enrolled(), source(), approval(), enrolled("mate", key="counsel")]),
        ("with a key of two roles, the last legal", "", [enrolled(role="officer"), enrolled(), source(), approval()]),
        ("with a key taken back before", no, [enrolled(), revoked(stand=True), source(), approval()]),
        ("with a key taken back and enrolled again", no, [enrolled(), revoked(stand=True), enrolled(), source(), approval()]),
        ("with a key taken back later", no, [enrolled(), source(), approval(), revoked()]),
        ("with a key taken back later, which stands", "", [enrolled(), source(), approval(), revoked(stand=True)]),
        ("a second time after the key was lost", "", [enrolled(), enrolled("mate"), source(), approval(), revoked(), approval(by="mate")]),
        ("where nobody proposed", no, [source(by=""), approval()]),
        ("by whoever recorded the contract", "source-not-approved", [source("unknown", ""), contract("train", by="counsel"), approval(2)]),
        ("for another log", no, [source(), approval(log="licit.example/other")]),
        ("for another version of the words", no, [source(), approval(digest="sha256:" + 64 * "0")]),
        ("for fewer uses than it says", no, [source(), approval(uses=["ground"], said={"uses": sorted(USES)})]),
        ("for a shorter time than it says", no, [source(), approval(until="2025-12-01", said={"until": "2027-12-01"})]),
        ("with half a signature", no, [source(), approval(said={"signature": "ab"})]),
        ("with no signature", no, [source(), approval(said={"signature": ""})]),
        ("with words as a signature", no, [source(), approval(said={"signature": "yes"})]),
        ("then once more by a name", "", [source(), approval(), unsigned()]))]
    out += [case(f"unsigned accepted: {what}", "a plan may accept names alone", reason, entries, unsigned=True) for what, reason, entries in (
        ("by a name", "", [source(), unsigned()]), ("by the proposer", "source-not-approved", [source(), unsigned(by=" CLERK")]),
        ("by nobody", "source-not-approved", [source()]), ("of an older version", "source-not-approved", [source(), unsigned(), source()]),
        ("signed for another use", "approval-use", [source(), approval(uses=["ground"])]))]
    covers = "an approval covers uses, a number of records and a time"
    out += [case(f"approval for {named}, used to {use}", covers, "" if named == use else "approval-use", [source(), approval(uses=[named])], use=use)
            for named in USES for use in USES]
    out += [case(f"approval of {most} records, {number} arrived", covers, reason, [source(), approval(records=most)], records=number)
            for most, number, reason in ((0, 999, ""), (10, 9, ""), (10, 10, ""), (10, 11, "approval-volume"))]
    return out + [case(f"approval until {day}", covers, reason, [source(), approval(until=day)])
                  for day, reason in (("2026-01-01", "approval-expired"), ("2026-01-02", ""), ("2026-01-01T00:00:01Z", ""))]


def media() -> list[dict[str, Any]]:
    """Give the media of a contract."""
    return [case(f"contract for {names}", "a medium that is not named is not permitted", reason,
                 [source("unknown", ""), contract("train", media=names), approval(2)])
            for names, reason in ((["text"], ""), (["image", "text"], ""), (["image"], "contract-medium"), ([], ""))]


def products() -> list[dict[str, Any]]:
    """Give every combination of use, permitted uses, day, licence, approval and signal under a contract and without."""
    out = []
    days = {"2024-12-31T23:59:59Z": False, "2025-01-01": True, "2026-12-31T23:59:59Z": True, "2027-01-01": False}
    for use in USES:
        for permitted in (("train",), ("ground", "train"), tuple(USES)):
            for day, inside in days.items():
                for licence in ("", "CC-BY-NC-4.0"):
                    for given in (True, False):
                        reason = "contract-use" if use not in permitted else "contract-dates" if not inside else "" if given else "source-not-approved"
                        out.append(case(f"{use} of {permitted} on {day}, {licence!r}, {given}", "use, then dates, then approval", reason,
                                        [source("unknown", licence), contract(*permitted, sublicence=True), *([approval(2)] if given else [])], use=use, as_of=day))
    return out


def build() -> str:
    """Give the file's text: a JSON list, one vector a line."""
    cases = [*licences(), *grounds(), *contracts(), *media(), *stated(), *approvals(), *products()]
    names = [item["name"] for item in cases]
    if len(set(names)) != len(names):
        raise ValueError(f"names repeat: {sorted({name for name in names if names.count(name) > 1})}")
    return "[\n" + ",\n".join(json.dumps(item, sort_keys=True) for item in cases) + "\n]\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PATH.read_text(encoding="utf-8") == build() else f"{PATH.name} is stale: run {__file__}")
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(build(), encoding="utf-8")
