"""Writes the vectors that bind two independent readings of staff's decisions: ``vectors/staff.json``.

Every expected answer is written here by hand from the rules in ``licit.core.staff``; nothing is computed with licit. A
vector's ``decisions`` are bodies in sequence and ``rewrites`` those of the whole log; ``question`` names a record and the
shard its state lies in; ``decided`` is null where nothing counts. Run it to write the file; with ``--check`` it fails when
the file is stale.
"""

import json
import sys
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent / "vectors" / "staff.json"
LIFTABLE = ("third-parties", "third-party-homonym", "copy-of-refused", "minor-in-text", "shadow-library")
NEVER = ("minor", "age-unknown", "objection", "erased", "restricted", "source-unknown", "special-category",
         "detector-failed", "second-look", "pasted-chat", "waiting-period", "no-such-reason")


def release(*reasons: str, **change: Any) -> dict[str, Any]:
    """Give a whole release of record ``r`` in shard ``h1``, changed in some fields; ``...`` leaves one out."""
    body = {"record": "r", "answer": "release", "reasons": list(reasons), "by": "lea", "why": "looked at it",
            "shard": "h1", "log": 7, "copied": []} | change
    return {name: value for name, value in body.items() if value is not ...}


def decision(answer: Any, **change: Any) -> dict[str, Any]:
    """Give a hold or refusal of record ``r``."""
    return {"record": "r", "answer": answer, "by": "lea", "why": "looked at it"} | change


def rewrite(shard: str, by: str) -> dict[str, Any]:
    """Give what an erasure of another record made of a shard."""
    return {"shard": shard, "by": by, "sha256": "sha256:" + "0" * 64 if by else "", "records": 1 if by else 0}


def lifting(*reasons: str, log: int = 7, copied: tuple[str, ...] = ()) -> dict[str, Any]:
    """Give the answer that a release is."""
    return {"against": "", "lifts": sorted(reasons), "log": log, "copied": sorted(copied)}


HELD = {"against": "decided-hold", "lifts": [], "log": 0, "copied": []}
REFUSED = {"against": "decided-refuse", "lifts": [], "log": 0, "copied": []}


def case(name: str, rule: str, decided: Any, *decisions: Any, rewrites: tuple[Any, ...] = (), shard: str = "h1"
         ) -> dict[str, Any]:
    """Give one vector."""
    return {"name": name, "rule": rule, "decisions": list(decisions), "rewrites": list(rewrites),
            "question": {"record": "r", "shard": shard}, "decided": decided}


def lifts() -> list[dict[str, Any]]:
    """Give every reason, liftable or not."""
    out = [case(f"lifts {reason}", "a release lifts what it names", lifting(reason), release(reason))
           for reason in LIFTABLE]
    out += [case(f"cannot lift {reason}", "a release lifts nothing outside the list", lifting(), release(reason))
            for reason in NEVER]
    return [*out, case("lifts two of three", "a release lifts what it names, of the list", lifting(*LIFTABLE[:2]),
                       release(*LIFTABLE[:2], "minor")),
            case("knows what is copied", "a release of a copy names what it repeats",
                 lifting("copy-of-refused", copied=("r1", "r2")), release("copy-of-refused", copied=["r2", "r1"])),
            case("names nothing", "a release that lifts nothing ends an earlier refusal", lifting(), decision("refuse"),
                 release())]


def wholes() -> list[dict[str, Any]]:
    """Give releases that lack something."""
    rule = "a release that lacks who, why or what was seen counts for nothing"
    wrong: dict[str, Any] = {
        "by nobody": {"by": ""}, "by a blank": {"by": " \t"}, "by a number": {"by": 1}, "by left out": {"by": ...},
        "no why": {"why": ""}, "a blank why": {"why": "\n"}, "why left out": {"why": ...}, "no shard": {"shard": ""},
        "shard left out": {"shard": ...}, "shard is null": {"shard": None}, "log left out": {"log": ...},
        "log as text": {"log": "7"}, "log below zero": {"log": -1}, "log is true": {"log": True},
        "reasons as text": {"reasons": "third-parties"}, "a reason that is no text": {"reasons": [1]},
        "reasons are null": {"reasons": None}, "copied as text": {"copied": "r1"}, "copied is null": {"copied": None}}
    out = [case(f"release, {name}", rule, None, release("third-parties", **change)) for name, change in wrong.items()]
    out += [case(f"refused, then release, {name}", rule, REFUSED, decision("refuse"), release("third-parties", **change))
            for name, change in wrong.items()]
    return [*out, case("copied left out", "a release of nothing copied need not say so", lifting("third-parties"),
                       release("third-parties", copied=...)),
            case("reasons left out", "a release may name no reason", lifting(), release(reasons=...))]


def states() -> list[dict[str, Any]]:
    """Give releases of other states and records, and shards rewritten since."""
    rule, whole = "a release is of the state that was seen", release("third-parties")
    followed = "a rewrite for others' sake leaves a state what it was"
    chain = (rewrite("h1", "h2"), rewrite("h2", "h3"))
    return [
        case("another record", "a decision is of one record", None, release("third-parties", record="q")),
        case("another state", rule, None, whole, shard="h5"),
        case("a newer state after a refusal", rule, REFUSED, decision("refuse"), whole, shard="h5"),
        case("an older state", rule, lifting("third-parties"), whole, release("minor-in-text", shard="h5")),
        case("rewritten once", followed, lifting("third-parties"), whole, rewrites=chain[:1], shard="h2"),
        case("rewritten twice", followed, lifting("third-parties"), whole, rewrites=chain, shard="h3"),
        case("decided between rewrites", followed, lifting("third-parties"), release("third-parties", shard="h2"),
             rewrites=chain, shard="h3"),
        case("decided after, asked of before", followed, lifting("third-parties"), release("third-parties", shard="h3"),
             rewrites=chain),
        case("rewritten to nothing", followed, None, whole, rewrites=(rewrite("h1", ""),), shard="h2"),
        case("another shard rewritten", rule, None, whole, rewrites=(rewrite("h4", "h5"),), shard="h5")]


def orders() -> list[dict[str, Any]]:
    """Give several decisions on one record."""
    last, whole = "the last decision that counts decides", release("third-parties")
    return [
        case("nothing", last, None), case("hold", "to hold is an answer", HELD, decision("hold")),
        case("refuse", "to refuse is an answer", REFUSED, decision("refuse")),
        case("hold of every state", "to hold counts for every state", HELD, decision("hold"), shard="h9"),
        case("refuse of every state", "to refuse counts for every state", REFUSED, decision("refuse"), shard="h9"),
        case("refuse by nobody", "to refuse needs nothing", REFUSED, {"record": "r", "answer": "refuse"}),
        case("an unknown answer", "what cannot be understood refuses", REFUSED, decision("perhaps")),
        case("no answer", "what cannot be understood refuses", REFUSED, {"record": "r", "by": "lea", "why": "x"}),
        case("an answer that is no text", "what cannot be understood refuses", REFUSED, decision(["release"])),
        case("release, then refuse", last, REFUSED, whole, decision("refuse")),
        case("refuse, then release", last, lifting("third-parties"), decision("refuse"), whole),
        case("refuse, then hold", last, HELD, decision("refuse"), decision("hold")),
        case("release, then release of less", last, lifting("minor-in-text"), whole, release("minor-in-text")),
        case("release, then one that lacks why", last, lifting("third-parties"), whole, release("minor-in-text", why="")),
        case("release, then refuse of another", last, lifting("third-parties"), whole, decision("refuse", record="q"))]


def build() -> str:
    """Give the file's text: a JSON list, one vector a line."""
    cases = [*lifts(), *wholes(), *states(), *orders()]
    names = [item["name"] for item in cases]
    if len(set(names)) != len(names):
        raise ValueError(f"names repeat: {sorted({name for name in names if names.count(name) > 1})}")
    return "[\n" + ",\n".join(json.dumps(item, sort_keys=True) for item in cases) + "\n]\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PATH.read_text(encoding="utf-8") == build() else f"{PATH.name} is stale: run {__file__}")
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(build(), encoding="utf-8")
