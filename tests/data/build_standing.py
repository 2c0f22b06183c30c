"""Writes the vectors that bind two independent implementations of standing: ``vectors/standing.json``.

Every expected answer is written here by hand from the rules in ``licit.core.rights`` and ``licit.core.policy``; nothing
is computed with licit. Run it to write the file; with ``--check`` it fails when the file is stale.
"""

import json
import sys
from pathlib import Path
from typing import Any

from standing_silence import silences
from standing_words import (
    ALL,
    CONSENT,
    EVERY,
    FILE,
    INTEREST,
    KINDS,
    PROJECT,
    PROOF,
    RECORD,
    TURN,
    UNDER_CONSENT,
    UNDER_INTEREST,
    case,
    day,
    entry,
    policy,
    unreadable,
)

PATH = Path(__file__).parent / "vectors" / "standing.json"


def pairs() -> list[dict[str, Any]]:
    """Give the whole instrument × instrument table, under both bases."""
    out = []
    for basis, rules, table in (("interest", INTEREST, UNDER_INTEREST), ("consent", CONSENT, UNDER_CONSENT)):
        for line in table.strip().splitlines():
            first, *cells = line.split()
            for second, cell in zip(KINDS, cells, strict=True):
                for said, when, letter in zip((5, 15, 25), ("before", "between", "after"), cell, strict=True):
                    out.append(case(f"{basis}: {first}, {second}, said {when}", "the instrument table", letter,
                                    [entry(10, first), entry(20, second)], said, policy=rules))
    return out


def targets() -> list[dict[str, Any]]:
    """Give refusals and permissions of narrower and wider targets."""
    levels = (("everything", ALL), ("project", PROJECT), ("record", RECORD), ("turn", TURN), ("attachment", FILE))
    out = []
    lifted = {  # rows: target refused on day 10; columns: target permitted on day 20; said 5 and 25; asked of the file
        "everything": "PK PK KK KK KK", "project": "OO PK KK KK KK", "record": "OO OO KK KK KK",
        "turn": "OO OO OO KK KK", "attachment": "OO OO OO OO KK"}
    for refused, narrow in levels:
        for (permitted, wide), cell in zip(levels, lifted[refused].split(), strict=True):
            for said, letter in zip((5, 25), cell, strict=True):
                out.append(case(f"objection to {refused}, permission of {permitted}, said on day {said}",
                                "a permission lifts a refusal of its own target or of a wider one; picks reach back",
                                letter, [entry(10, "objection", narrow), entry(20, "permission", wide)], said,
                                attachment="a1"))
    for kind, letter in (("objection", "O"), ("withdrawal", "W"), ("restriction", "R"), ("rectification", "C"),
                         ("erasure", "E")):
        for name, target in levels:
            out.append(case(f"{kind} of {name} covers the attachment", "a target covers all that is inside it",
                            letter, [entry(10, kind, target)], 5, attachment="a1"))
        part = "a question about the whole is one about each part"
        out += [
            case(f"{kind} of an attachment counts for its turn", part, letter, [entry(10, kind, FILE)], 5),
            case(f"{kind} of an attachment counts for its record", part, letter, [entry(10, kind, FILE)], 5, turn=""),
            case(f"{kind} of a turn counts for its record", part, letter, [entry(10, kind, TURN)], 5, turn=""),
            case(f"{kind} of a turn leaves another turn", "a target covers no more than what is inside it", "K",
                 [entry(10, kind, TURN)], 5, turn="t2"),
            case(f"{kind} of a record leaves another project's", "a target covers no more than what is inside it", "K",
                 [entry(10, kind, {"level": "record", "record": "Q"})], 5),
            case(f"{kind} of a project leaves what is in none", "a target covers no more than what is inside it", "K",
                 [entry(10, kind, PROJECT)], 5, project="")]
    part = "a permission of a part does not permit the whole"
    out += [
        case("permission of an attachment leaves its turn refused", part, "O",
             [entry(10, "objection", TURN), entry(20, "permission", FILE)], 25),
        case("permission of a turn leaves its record refused", part, "O",
             [entry(10, "objection", RECORD), entry(20, "permission", TURN)], 25, turn=""),
        case("permission of a refused attachment clears its turn", "a permission lifts a refusal of its own target",
             "K", [entry(10, "objection", FILE), entry(20, "permission", FILE)], 5),
        case("two refusals, the narrow one permitted", "each refusal must be lifted", "K",
             [entry(10, "objection"), entry(12, "objection", PROJECT), entry(20, "permission", PROJECT)], 25),
        case("two refusals, the wide one permitted", "a broad permission does not lift a narrower refusal", "O",
             [entry(10, "objection"), entry(12, "objection", PROJECT), entry(20, "permission")], 25),
        case("refused again after a project was permitted", "a permission counts only against earlier refusals", "O",
             [entry(10, "objection"), entry(12, "permission", PROJECT), entry(20, "objection")], 15),
        case("permitted, refused, permitted, said in the first window", "the permission after the refusal counts", "P",
             [entry(10, "objection"), entry(12, "permission", PROJECT), entry(20, "objection"),
              entry(22, "permission", PROJECT)], 15),
        case("permitted, refused, permitted, said in the second window", "the permission after the refusal counts",
             "K", [entry(10, "objection"), entry(12, "permission", PROJECT), entry(20, "objection"),
                   entry(22, "permission", PROJECT)], 25),
        case("a pick of another record", "a pick covers what it names", "O",
             [entry(10, "objection"), entry(20, "permission", {"level": "record", "record": "Q"})], 25),
        case("a pick, then refused again", "a later refusal ends a pick", "O",
             [entry(10, "objection"), entry(20, "permission", RECORD), entry(30, "objection")], 5),
        case("erasure of all is not lifted by a pick", "nothing lifts an erasure", "E",
             [entry(10, "erasure"), entry(20, "permission", RECORD)], 5),
        case("restriction is not lifted by a pick", "only a lifting ends a restriction", "R",
             [entry(10, "restriction"), entry(20, "permission", RECORD)], 5),
        case("lifting of everything lifts a narrow restriction", "a lifting of everything lifts all", "K",
             [entry(10, "restriction", RECORD), entry(20, "lifting")], 5),
        case("lifting of a record leaves the wide restriction", "a narrower lifting lifts its own target", "R",
             [entry(10, "restriction"), entry(20, "lifting", RECORD)], 5),
        case("lifting of a project leaves a record's restriction", "a narrower lifting lifts its own target", "R",
             [entry(10, "restriction", RECORD), entry(20, "lifting", PROJECT)], 5),
        case("rectified record", "a rectified ends the rectification of its target", "K",
             [entry(10, "rectification", RECORD), entry(20, "rectified", RECORD)], 5),
        case("rectified turn leaves the record's rectification", "a rectified ends the one of its target", "C",
             [entry(10, "rectification", RECORD), entry(20, "rectified", TURN)], 5),
        case("restricted anew after lifting", "the sequence decides", "R",
             [entry(10, "restriction"), entry(20, "lifting"), entry(30, "restriction")], 5),
    ]
    return out


def times() -> list[dict[str, Any]]:
    """Give unknown dates, days, late post, and boundaries to the second."""
    second = 1 / 86400
    objected, permitted = entry(10, "objection"), entry(20, "permission")
    post = "a permission counts when recorded after the refusal and not received before it"
    window = "a permission covers what is said at or after its receipt"
    erase = "an erasure covers what was said at or before its receipt"
    return [
        case("unknown date, silence", "an unknown time is held", "D", [], None),
        case("unknown date, consent basis", "an unknown time is held", "D", [entry(10, "consent")], None,
             policy=CONSENT),
        case("unknown date, objection", "an unknown time lifts nothing", "O", [objected], None),
        case("unknown date, permitted later", "an unknown time is not after a permission", "P",
             [objected, permitted], None),
        case("unknown date, picked", "a pick lifts the refusal; the unknown time still holds", "D",
             [objected, entry(20, "permission", RECORD)], None),
        case("unknown date, erasure", "an erasure covers an unknown time", "E", [entry(10, "erasure")], None),
        case("a time that ends before it begins", "a time that runs backwards is unknown", "D", [], [day(20), day(10)]),
        case("a backwards time under erasure", "a time that runs backwards is unknown", "E", [entry(15, "erasure")],
             [day(30), day(20)]),
        case("said the very second of the permission", window, "K", [objected, permitted], 20),
        case("said a second before the permission", window, "P", [objected, permitted], 20 - second),
        case("the day of the permission", "a day may lie before the permission within it", "P", [objected, permitted],
             ["2025-01-21T00:00:00Z", "2025-01-21T23:59:59.999999Z"]),
        case("the day after the permission", window, "K", [objected, permitted],
             ["2025-01-22T00:00:00Z", "2025-01-22T23:59:59.999999Z"]),
        case("said the very second of the erasure", erase, "E", [entry(10, "erasure")], 10),
        case("said a second after the erasure", erase, "K", [entry(10, "erasure")], 10 + second),
        case("the day of the erasure", "a day may lie before the erasure within it", "E", [entry(10, "erasure")],
             ["2025-01-11T00:00:00Z", "2025-01-11T23:59:59.999999Z"]),
        case("an erasure by post recorded after a later one", "an erasure is never undone by another", "E",
             [entry(30, "erasure"), entry(10, "erasure", recorded=40)], 20),
        case("a permission by post from before the objection", post, "O",
             [objected, entry(5, "permission", recorded=20)], 25),
        case("a pick by post from before the objection", post, "O",
             [objected, entry(5, "permission", RECORD, recorded=20)], 5),
        case("a consent by post from before the withdrawal", post, "W",
             [entry(10, "withdrawal"), entry(5, "consent", recorded=20)], 25),
        case("a permission received with the objection", post, "K",
             [objected, entry(10, "permission", recorded=20)], 25),
        case("an objection by post recorded after a permission", "the sequence decides", "O",
             [permitted, entry(10, "objection", recorded=30)], 25),
        case("a permission between two objections by their receipt",
             "several refusals of a target count as one, dated by the latest receipt", "O",
             [entry(20, "objection"), entry(5, "objection", recorded=21), entry(15, "permission", recorded=22)], 25),
        case("two permissions, the earlier one by post", "any permission after the refusal counts", "K",
             [objected, entry(20, "permission"), entry(15, "permission", recorded=22)], 17),
        case("an objection recorded a moment later still counts", "all entries up to the position count", "O",
             [entry(10, "objection", recorded=300)], 5, as_of="2025-06-01T00:00:00Z"),
        case("said long after an objection", "a refusal covers all past and future", "O", [objected], 300),
    ]


def purposes() -> list[dict[str, Any]]:
    """Give named, unnamed and unknown purposes."""
    review = {**INTEREST, "period": [*INTEREST["period"], {"purpose": "human-review", "basis": "consent",
                                                           "starts": "2024-01-01"}]}
    out = []
    for kind, letter in (("objection", "O"), ("withdrawal", "W"), ("restriction", "R")):
        out += [
            case(f"{kind} without purposes", "a refusal without named purposes covers all", letter,
                 [entry(10, kind, purposes=None)], 5),
            case(f"{kind} with an empty list of purposes", "a refusal without named purposes covers all", letter,
                 [entry(10, kind, purposes=[])], 5),
            case(f"{kind} for another purpose", "a named purpose is that purpose only", "K",
                 [entry(10, kind, purposes=("human-review",))], 5),
            case(f"{kind} for this and another purpose", "a named purpose is refused", letter,
                 [entry(10, kind, purposes=("human-review", "train"))], 5)]
    for kind in (*KINDS[:5], "permission"):
        out.append(case(f"{kind} for an unknown purpose", "an unknown purpose refuses everything", "U",
                        [entry(10, kind, purposes=("everything",))], 5))
        out.append(case(f"{kind} with a wildcard", "there is no wildcard", "U", [entry(10, kind, purposes="*")], 5))
    named = "a permission or consent must name its purposes"
    out += [
        case("permission without purposes", named, "O", [entry(10, "objection"),
                                                         entry(20, "permission", purposes=None)], 25),
        case("permission for no purpose", named, "O", [entry(10, "objection"), entry(20, "permission", purposes=[])],
             25),
        case("pick without purposes", named, "O",
             [entry(10, "objection"), entry(20, "permission", RECORD, purposes=None)], 25),
        case("permission for another purpose", "one purpose permits no other", "O",
             [entry(10, "objection"), entry(20, "permission", purposes=("human-review",))], 25),
        case("permission for all purposes by name", named, "K",
             [entry(10, "objection", purposes=None), entry(20, "permission", purposes=tuple(EVERY))], 25),
        case("consent without purposes", named, "N", [entry(10, "consent", purposes=None)], 15, policy=CONSENT),
        case("consent to human review is none to train", "one purpose permits no other", "N",
             [entry(10, "consent", purposes=("human-review",))], 15, policy=CONSENT),
        case("consent to human review serves human review", "purposes are judged alone", "K",
             [entry(10, "consent", purposes=("human-review",))], 15, policy=review, purpose="human-review"),
        case("interest in training is none in human review", "purposes are judged alone", "N", [], 15, policy=review,
             purpose="human-review"),
        case("a purpose the policy does not name", "what has no basis is held", "B", [], 15, purpose="publish"),
        case("an objection to training leaves human review", "purposes are judged alone", "K",
             [entry(5, "consent", purposes=("human-review",)), entry(10, "objection")], 15, policy=review,
             purpose="human-review"),
        case("lifting for another purpose", "a lifting names what it lifts", "R",
             [entry(10, "restriction", purposes=None), entry(20, "lifting", purposes=("publish",))], 5),
        case("lifting without purposes", "a lifting without named purposes lifts for all", "K",
             [entry(10, "restriction"), entry(20, "lifting", purposes=None)], 5),
        case("erasure names no purpose", "an erasure is for every purpose", "E",
             [entry(10, "erasure", purposes=("publish",))], 5),
        case("rectification names no purpose", "a rectification is for every purpose", "C",
             [entry(10, "rectification", purposes=("publish",))], 5)]
    return out


def consents() -> list[dict[str, Any]]:
    """Give complete and incomplete consents, and what ends them."""
    out = []
    for missing in range(8):
        gone = [name for bit, name in enumerate(PROOF) if missing >> bit & 1]
        lost = dict.fromkeys(gone, "absent")
        empty = dict.fromkeys(gone, "")
        label = " and ".join(gone) or "nothing"
        rule = "a consent records notice, wording and how, or it is none"
        for word, change in (("without", lost), ("with empty", empty)):
            out.append(case(f"consent {word} {label}", rule, "N" if gone else "K", [entry(10, "consent", **change)],
                            15, policy=CONSENT))
            out.append(case(f"consent {word} {label} after an objection", rule, "O" if gone else "K",
                            [entry(5, "objection"), entry(10, "consent", **change)], 15))
    ended = "a later refusal that applies to the item ends a consent; a permission alone does not bring it back"
    out += [
        case("silence under consent", "no entry under consent is held", "N", [], 15, policy=CONSENT),
        case("permission under consent", "a permission is no consent", "N", [entry(10, "permission")], 15,
             policy=CONSENT),
        case("consent of a project", "a consent covers its target", "K", [entry(10, "consent", PROJECT)], 15,
             policy=CONSENT),
        case("consent of another project", "a consent covers its target", "N", [entry(10, "consent", PROJECT)], 15,
             policy=CONSENT, project="Q"),
        case("consent of a record reaches back", "picks reach back", "K", [entry(10, "consent", RECORD)], 5,
             policy=CONSENT),
        case("consent of a turn, its record asked", "a consent to a part is none to the whole", "N",
             [entry(10, "consent", TURN)], 15, policy=CONSENT, turn=""),
        case("wide consent, project withdrawn and permitted", ended, "N",
             [entry(5, "consent"), entry(10, "withdrawal", PROJECT), entry(15, "permission", PROJECT)], 20,
             policy=CONSENT),
        case("project consent, all withdrawn and permitted", ended, "N",
             [entry(5, "consent", PROJECT), entry(10, "withdrawal"), entry(15, "permission")], 20, policy=CONSENT),
        case("wide consent, record objected to and picked", ended, "N",
             [entry(5, "consent"), entry(10, "objection", RECORD), entry(15, "permission", RECORD)], 20,
             policy=CONSENT),
        case("wide consent, record withdrawn, consented again by picking", "a new consent counts", "K",
             [entry(5, "consent"), entry(10, "withdrawal", RECORD), entry(15, "consent", RECORD)], 8, policy=CONSENT),
        case("project consent, all withdrawn, project consented again", "a new consent counts", "K",
             [entry(5, "consent", PROJECT), entry(10, "withdrawal"), entry(15, "consent", PROJECT)], 20,
             policy=CONSENT),
        case("the same, said in between", "a new consent covers what follows", "P",
             [entry(5, "consent", PROJECT), entry(10, "withdrawal"), entry(15, "consent", PROJECT)], 12,
             policy=CONSENT),
        case("withdrawal never falls back", "a withdrawal never falls back to legitimate interest", "W",
             [entry(5, "consent"), entry(10, "withdrawal")], 8),
        case("withdrawal never falls back, said after", "a withdrawal never falls back to legitimate interest", "W",
             [entry(5, "consent"), entry(10, "withdrawal")], 100),
        case("withdrawal, then the basis becomes interest", "a withdrawal never falls back to legitimate interest",
             "W", [entry(5, "consent"), entry(10, "withdrawal")], 100, policy=policy(period=[
                 {"purpose": "train", "basis": "consent", "starts": "2024-01-01", "ends": "2025-02-01"},
                 {"purpose": "train", "basis": "legitimate-interest", "starts": "2025-02-01"}]))]
    return out


def accounts() -> list[dict[str, Any]]:
    """Give linked accounts, other people, and nobody."""
    link = entry(1, "link", purposes=None, **{"with": "s2"})
    chain = entry(2, "link", purposes=None, subject="s2", **{"with": "s3"})
    both = "refusals of a linked account count for all its accounts"
    own = "permissions and consents count for their own account only"
    out = [case(f"{kind} by the linked account", both, letter, [link, entry(10, kind, subject="s2")], 5)
           for kind, letter in (("objection", "O"), ("withdrawal", "W"), ("restriction", "R"), ("erasure", "E"),
                                ("rectification", "C"))]
    out += [case(f"{kind} by somebody else", "what others say changes nothing", "K",
                 [entry(10, kind, subject="s2")], 5) for kind in KINDS]
    out += [
        case("linked the other way round", both, "O",
             [entry(1, "link", purposes=None, subject="s2", **{"with": "s1"}), entry(10, "objection", subject="s2")],
             5),
        case("linked after the objection", both, "O", [entry(1, "objection", subject="s2"),
                                                       {**link, "received_at": day(10)}], 5),
        case("linked through a third account", both, "O", [link, chain, entry(10, "objection", subject="s3")], 5),
        case("groups joined later", both, "O",
             [entry(1, "link", purposes=None, subject="s3", **{"with": "s4"}), entry(2, "objection", subject="s4"),
              link, chain], 5),
        case("unreadable entry of the linked account", both, "U", [link, unreadable(10, "objection", "s2")], 5),
        case("the linked account's permission", own, "O",
             [link, entry(10, "objection"), entry(20, "permission", subject="s2")], 25),
        case("the linked account's pick", own, "O",
             [link, entry(10, "objection"), entry(20, "permission", RECORD, subject="s2")], 5),
        case("the linked account's consent", own, "N", [link, entry(10, "consent", subject="s2")], 15,
             policy=CONSENT),
        case("own permission against the linked refusal", own, "O",
             [link, entry(10, "objection", subject="s2"), entry(20, "permission")], 25),
        case("the linked account permits what it refused", "a permission lifts its own account's refusal", "K",
             [link, entry(10, "objection", subject="s2"), entry(20, "permission", subject="s2")], 25),
        case("lifting by the other account", own, "R",
             [link, entry(10, "restriction"), entry(20, "lifting", subject="s2")], 5),
        case("own restriction, linked objection", "the most protective answer wins", "O",
             [link, entry(10, "restriction"), entry(20, "objection", subject="s2")], 5),
        case("own objection, linked withdrawal", "among equals the own account names the reason", "O",
             [link, entry(10, "withdrawal", subject="s2"), entry(20, "objection")], 5),
        case("two linked refusals", "among equals linked accounts name the reason by id", "W",
             [link, chain, entry(10, "objection", subject="s3"), entry(20, "withdrawal", subject="s2")], 5),
        case("link that names nobody", "a link that names nobody refuses everything", "U",
             [entry(1, "link", purposes=None)], 5),
        case("link with an empty name", "a link that names nobody refuses everything", "U",
             [entry(1, "link", purposes=None, **{"with": ""})], 5),
        case("link that cannot be read", "an entry that cannot be read refuses everything", "U",
             [unreadable(1, "link")], 5),
        case("nobody knows who", "an unknown person is held", "S", [], 5, subject=""),
    ]
    return out


def broken() -> list[dict[str, Any]]:
    """Give entries that cannot be read, in every way."""
    rule = "an entry that cannot be read refuses everything of its subject"
    out = [case(f"{kind} without its decision part", rule, "U", [unreadable(10, kind)], 5) for kind in KINDS]
    bad = {"an unknown level": {"level": "galaxy"}, "a project without id": {"level": "project"},
           "a record without id": {"level": "record", "record": ""}, "a turn without record": {"level": "turn",
                                                                                              "turn": "t1"},
           "an attachment without turn": {"level": "attachment", "record": "R", "attachment": "a1"},
           "a record id that is null": {"level": "record", "record": None},
           "a record id that is a number": {"level": "record", "record": 7}, "no level": {}, "a word": "everything",
           "a list": []}
    for name, target in bad.items():
        for kind in ("objection", "permission"):
            out.append(case(f"{kind} whose target is {name}", rule, "U", [entry(10, kind, target)], 5))
    out += [
        case("nothing readable later helps", rule, "U",
             [unreadable(10, "objection"), entry(20, "permission", RECORD)], 25),
        case("an unknown kind about a person", rule, "U", [entry(10, "moratorium")], 5),
        case("an unknown kind about somebody else", "what others say changes nothing", "K",
             [entry(10, "moratorium", subject="s2")], 5),
        case("entries that concern no person", "other kinds are passed over", "K",
             [entry(10, kind, purposes=None, subject="") for kind in ("policy", "source", "arrival", "release-closed")],
             5),
        case("a person's key and a decision of staff", "other kinds are passed over", "K",
             [entry(10, "subject", purposes=None), entry(11, "decision", purposes=None)], 5)]
    return out


def build() -> str:
    """Give the file's text: a JSON list, one vector a line."""
    cases = [*pairs(), *targets(), *times(), *purposes(), *consents(), *accounts(), *broken(), *silences()]
    names = [item["name"] for item in cases]
    if len(set(names)) != len(names):
        raise ValueError(f"names repeat: {sorted({name for name in names if names.count(name) > 1})}")
    return "[\n" + ",\n".join(json.dumps(item, sort_keys=True) for item in cases) + "\n]\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PATH.read_text(encoding="utf-8") == build() else f"{PATH.name} is stale: run {__file__}")
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(build(), encoding="utf-8")
