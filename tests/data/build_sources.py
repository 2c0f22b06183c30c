"""Writes the vectors that bind two independent implementations of the admission of sources: ``vectors/sources.json``.

Every expected answer is written here by hand from the rules in ``licit.core.sources``; nothing is computed with licit.
A vector's ``entries`` are pairs of kind and decision body, in sequence; ``source`` is the id that is asked about. Run it
to write the file; with ``--check`` it fails when the file is stale.
"""

import json
import sys
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent / "vectors" / "sources.json"
USES = ("train", "fine-tune", "ground", "evaluate", "display", "redistribute")
HOLDS = {"source-unknown", "licence-unknown", "source-not-approved", "reserved-in-words"}
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


def source(ground: str = "open-licence", licence: str = "CC-BY-4.0") -> list[Any]:
    """Give the entry that registers the source ``x``."""
    return ["source", {"source": "x", "ground": ground, "licence": licence, "title": "A collection", "by": "clerk"}]


def approval(version: int = 1, by: str = "counsel") -> list[Any]:
    """Give an approval of one version."""
    return ["approval", {"source": "x", "version": version, "by": by}]


def contract(*uses: str, starts: str = "2025-01-01", ends: str | None = "2027-01-01") -> list[Any]:
    """Give a contract for some uses."""
    return ["contract", {"source": "x", "id": "c1", "uses": list(uses), "starts": starts, "ends": ends}]


def signal(verdict: str) -> list[Any]:
    """Give the verdict of a reservation signal that was read."""
    return ["signal", {"source": "x", "verdict": verdict}]


def words(reading: str = "aa") -> list[Any]:
    """Give a reading that found a reservation in words, and nothing else."""
    return ["signal", {"source": "x", "verdict": "reserved", "person": True, "sha256": reading, "by": "clerk"}]


def settled(verdict: str, reading: str = "aa", by: str = "counsel") -> list[Any]:
    """Give a person's verdict on such a reading."""
    return ["signal", {"source": "x", "verdict": verdict, "settles": reading, "by": by}]


def case(name: str, rule: str, reason: str, entries: list[Any], *, use: str = "train", commercial: bool = True,
         as_of: str = AS_OF, ask: str = "x") -> dict[str, Any]:
    """Give one vector."""
    answer = "keep" if not reason else "hold" if reason in HOLDS else "refuse"
    return {"name": name, "rule": rule, "entries": entries,
            "question": {"source": ask, "use": use, "commercial": commercial, "as_of": as_of},
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
    for ground, reason in (("own", ""), ("public-domain", ""), ("statutory", ""), ("contract", "licence-unknown"),
                           ("unknown", "licence-unknown")):
        rule = "a ground that needs evidence and has none is unknown"
        out += [
            case(f"{ground}, approved", rule, reason, [source(ground, ""), approval()]),
            case(f"{ground}, not approved", "nothing is kept that nobody approved", reason or "source-not-approved",
                 [source(ground, "")]),
            case(f"{ground}, licence of no derivatives", "a licence that forbids refuses on any ground",
                 "licence-forbids", [source(ground, "CC-BY-ND-4.0"), approval()]),
            case(f"{ground}, licence not known", "only an open licence must be known", reason,
                 [source(ground, "LicenseRef-house"), approval()]),
            case(f"{ground}, reserved", "a reservation refuses whatever the ground", "reserved",
                 [source(ground, ""), approval(), signal("reserved")])]
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
        case("approval by nobody", "an approval names who gave it", "source-not-approved", [source(), approval(by="")]),
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
                "" if named == use else "contract-use", [*held, contract(named), approval(2)], use=use)
           for named in USES for use in USES]
    dates = "a contract's start is included, its end is not"
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
        case("a newer contract replaces the older", "the latest contract counts", "contract-use",
             [*held, contract("train"), contract("ground"), approval(3)])]
    return out


def build() -> str:
    """Give the file's text: a JSON list, one vector a line."""
    cases = [*licences(), *grounds(), *contracts()]
    names = [item["name"] for item in cases]
    if len(set(names)) != len(names):
        raise ValueError(f"names repeat: {sorted({name for name in names if names.count(name) > 1})}")
    return "[\n" + ",\n".join(json.dumps(item, sort_keys=True) for item in cases) + "\n]\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PATH.read_text(encoding="utf-8") == build() else f"{PATH.name} is stale: run {__file__}")
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(build(), encoding="utf-8")
