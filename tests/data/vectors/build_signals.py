"""Write signals.json: what each scheme says of training, one vector a line, with where its rule is written.

Run it after a change here: ``python tests/data/vectors/build_signals.py``. Every example is our own wording of the rule.
"""

import json
from pathlib import Path
from typing import Any

RFC, AIPREF, CS = "RFC 9309", "draft-ietf-aipref-attach-05, vocab-07", "contentsignals.org, 2025"
TDM, RSL1 = "TDMRep CG-FINAL 2024-02", "RSL 1.0"
NO, YES, NONE = "reserved", "allowed", "unknown"
RSL = '<rsl xmlns="https://rslstandard.org/rsl"><content url="/">{}</content></rsl>'


def robots(rule: str, text: str, says: str, path: str = "/x/y", agent: str = "FooBot") -> dict[str, Any]:
    """Give a vector of robots.txt for one crawler."""
    return {"law": "SIG-01", "source": f"{RFC}, {rule}", "robots": text, "url": f"https://site.example{path}", "agent": agent, "says": says}


def state(status: int, says: str, fault: str = "") -> dict[str, Any]:
    """Give a vector of a fetch's state; the file itself lets everybody in."""
    return {"law": "SIG-02", "source": f"{RFC}, 2.3.1", "robots": "User-agent: *\nAllow: /\n", "robots_status": status, "robots_fault": fault,
            "agent": "FooBot", "says": says}


def usage(value: str, says: str) -> dict[str, Any]:
    """Give a vector of Content-Usage in the header."""
    return {"law": "SIG-06", "source": AIPREF, "headers": {"content-usage": value}, "says": says}


def chain(file: Any, header: str | None, meta: str | None, says: str) -> dict[str, Any]:
    """Give a vector of the chain of TDMRep; None is absent."""
    out: dict[str, Any] = {"law": "SIG-05", "source": TDM, "says": says}
    if file is not None:
        out["tdmrep"] = json.dumps([{"location": "/", "tdm-reservation": file}])
    if header is not None:
        out["headers"] = {"tdm-reservation": header}
    if meta is not None:
        out["body"] = f'<html><meta name="tdm-reservation" content="{meta}"></html>'
    return out


def licence(inside: str, says: str, law: str = "SIG-08") -> dict[str, Any]:
    """Give a vector of a licence named by robots.txt."""
    return {"law": law, "source": RSL1, "robots": "License: https://site.example/l.xml\n", "site": {"/l.xml": RSL.format(inside)}, "says": says}


def words(language: str, text: str, says: str) -> dict[str, Any]:
    """Give a vector of a footer."""
    return {"law": "SIG-10", "source": f"DSM 4(3), CPI R. 122-28 ({language})", "body": f"<html><p>Beans.</p><footer>{text}</footer></html>", "says": says}


SIGNALS = [
    robots("2.2.1", "user-agent: foobot\ndisallow: /x/\n", NO), robots("2.2.1", "User-agent: FooBot/1.0\nDisallow: /x/\n", NO),
    robots("2.2.1", "User-agent: a\nUser-agent: FooBot\nDisallow: /x\n", NO), robots("2.2.1", "User-agent: FooBotNews\nDisallow: /\n", YES),
    robots("2.2.1", "User-agent: FooBot\nDisallow: /z\n\nUser-agent: FooBot\nDisallow: /x\n", NO),
    robots("2.2.1", "User-agent: *\nDisallow: /x\nUser-agent: FooBot\nDisallow: /z\n", YES), robots("2.2.1", "User-agent: *\nDisallow: /x\n", NO),
    robots("2.2.1", "User-agent:FooBot\nDisallow:/x\n", NO), robots("2.2.1", "  User-agent :  FooBot \n\tDisallow :\t/x\n", NO),
    robots("2.2.2", "User-agent: *\nDisallow: /\nAllow: /x/\n", YES), robots("2.2.2", "User-agent: *\nAllow: /x\nDisallow: /x/y\n", NO),
    robots("2.2.2", "User-agent: *\nAllow: /x/y\nDisallow: /x/y\n", YES), robots("2.2.2", "User-agent: *\nDisallow:\n", YES),
    robots("2.2.2", "User-agent: *\nDisallow: /x/%7Ea\n", NO, "/x/~a"), robots("2.2.2", "User-agent: *\nDisallow: /x/a%2Fb\n", YES, "/x/a/b"),
    robots("2.2.2", "User-agent: *\nDisallow: /x?y=1\n", NO, "/x?y=1&z=2"), robots("2.2.3", "User-agent: *\nDisallow: /*/y\n", NO),
    robots("2.2.3", "User-agent: *\nDisallow: /x$\n", YES), robots("2.2.3", "User-agent: *\nDisallow: *.php\n", NO, "/a.php?b"),
    robots("2.2.3", "User-agent: *\nDisallow: /**x\n", NO), robots("2.2.3", "User-agent: *\nDisallow: /x # not this\n", NO),
    robots("2.2.4", "User-agent: FooBot\nSitemap: https://site.example/s\nNonsense\nUser-agent: b\nDisallow: /x\n", NO),
    robots("2.2.4", "User-agent: FooBot\nDisallow: /x\nSitemap: https://site.example/s\nDisallow: /z\n", NO, "/z"),
    robots("2.3", "\ufeffUser-agent: *\nDisallow: /x\n", NO), robots("2.3", "User-agent: *\r\nDisallow: /x\r\n", NO),
    robots("2.3", "<!doctype html><title>Not found</title>", NO), {**robots("2.5", "User-agent: *\nDisallow: /x\n", NO), "robots_comments": 60_000},
    state(200, YES), state(204, YES), state(301, NO), state(308, NO), state(401, NONE), state(403, NONE), state(404, NONE), state(410, NONE), state(429, NO),
    state(500, NO), state(503, NO), state(0, NO, "too-slow"), state(0, NO, "no-connection"), state(0, NO, "too-many-redirects"),
    state(200, NO, "unpacks-too-large"),
    *({"law": "SIG-03", "source": "DSM 4(3); ai-robots-txt/ai.robots.txt", "robots": f"User-agent: {token}\nDisallow: /\n\nUser-agent: *\nAllow: /\n",
       "says": says} for token, says in (("GPTBot", NO), ("CCBot", NO), ("Google-Extended", NO), ("ClaudeBot", NO), ("Applebot-Extended", NO),
                                         ("meta-externalagent", NO), ("MistralAI-User", NONE), ("Googlebot", NONE), ("OAI-SearchBot", NONE))),
    *(chain(file, header, meta, says) for file, header, meta, says in (
        (1, None, None, NO), (0, None, None, YES), (1, "0", None, YES), (0, "1", None, NO), (1, "0", "1", NO), (0, "1", "0", YES), (1, None, "0", YES),
        (None, "1", None, NO), (None, None, "1", NO), (1, "5", "x", NO), ("1", None, None, NO), (2, None, None, NONE), (None, "2", None, NONE))),
    *(usage(value, says) for value, says in (
        ("train-ai=n", NO), ("train-ai=y", YES), ("search=n", NONE), ("train-ai=n;x=\"a b\"", NO), ("train-ai=y, train-ai=n", NO),
        ("train-ai=n, train-ai=y", YES), ("train-ai=?0", NONE), ("train-ai=\"n\"", NONE), ("train-ai=N", NONE), ("TRAIN-AI=n", NONE), ("train-ai", NONE),
        ("train-ai=n, =", NONE), ("tdm=n", NO), ("ai=n", NO), ("genai=n", NO), ("train-genai=n", NO), ("all=n", NO), ("bots=n", NO), ("ai-use=n", NONE),
        ("ai-output=n", NONE), ("inference=n", NONE), ("bots=y, train-ai=n", NO), ("tdm=y", NONE))),
    {"law": "SIG-06", "source": AIPREF, "robots": "User-agent: *\nContent-Usage: /x/ train-ai=n\nContent-Usage: /x/free/ train-ai=y\nAllow: /\n",
     "url": "https://site.example/x/free/a", "says": YES},
    {"law": "SIG-06", "source": AIPREF, "robots": "User-agent: *\nContent-Usage: /x/ train-ai=n\nAllow: /\n", "says": NO},
    {"law": "SIG-06", "source": AIPREF, "robots": "User-agent: *\nContent-Usage: train-ai=y\n", "headers": {"content-usage": "train-ai=n"}, "says": NO},
    *({"law": "SIG-07", "source": CS, "robots": f"User-Agent: *\nContent-Signal: {value}\nAllow: /\n", "says": says} for value, says in (
        ("search=yes, ai-train=no", NO), ("search=yes,ai-input=no,ai-train=yes", YES), ("ai-input=no", NONE), ("search=no", NONE), ("AI-TRAIN=No", NO),
        ("ai-train=perhaps", NO), ("search=yes, ai-train=no, use=reference", NO), ("use=reference", NONE))),
    *(licence(inside, says) for inside, says in (
        ('<license><permits type="usage">search</permits></license>', NO), ('<license><permits type="usage">all</permits></license>', YES),
        ('<license><permits type="usage">ai-train</permits><prohibits type="usage">ai-all</prohibits></license>', NO),
        ('<license><prohibits type="usage">search</prohibits></license>', YES), ('<license><payment type="subscription"/></license>', NO),
        ('<license><payment type="crawl"/></license>', NO), ('<license><payment type="contribution"/></license>', NO),
        ('<license><payment type="free"/></license>', YES), ("<license/>", YES))),
    {"law": "SIG-08", "source": RSL1, "robots": "License: https://site.example/missing.xml\n", "says": NO},
    {"law": "SIG-09", "source": "DeviantArt, 2022", "headers": {"x-robots-tag": "NOAI"}, "says": NO},
    {"law": "SIG-09", "source": "DeviantArt, 2022", "headers": {"x-robots-tag": "gptbot: noai"}, "says": NO},
    {"law": "SIG-09", "source": "DeviantArt, 2022", "body": '<html><meta name="ROBOTS" content="index, NoImageAI"></html>', "says": NO},
    {"law": "SIG-09", "source": "Spawning ai.txt", "ai_txt": "User-Agent: *\nDisallow: *.txt\n", "says": NO},
    {"law": "SIG-09", "source": "Spawning ai.txt", "ai_txt": "User-Agent: *\nDisallow: *.png\nAllow: *.txt\n", "says": YES},
    {"law": "SIG-09", "source": "PLUS LDF 2.0.1", "body": "\x01<d plus:DataMining='http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-GENAIMLTRAINING'/>", "says": NO},
    {"law": "SIG-09", "source": "C2PA, CAWG 1.1", "body": '\x01{"label":"cawg.training-mining","e":{"cawg.ai_training":{"use":"constrained"}}}', "says": NO},
    *(words(*line) for line in (
        ("en", "Text and data mining of this site is reserved.", NO), ("en", "No part of these pages may be used to train an AI.", NO),
        ("en", "We opt out of text and data mining.", NO), ("en", "All rights reserved.", NONE),
        ("fr", "Toute fouille de textes et de données est interdite sans autorisation.", NO), ("fr", "Tous droits réservés.", NONE),
        ("fr", "Nous nous opposons au moissonnage et à la fouille de textes et de données.", NO),
        ("fr", "Aucun contenu ne peut servir à l'apprentissage d'une intelligence artificielle.", NO),
        ("de", "Text und Data Mining ist nicht gestattet.", NO), ("de", "Nutzung nach § 44b UrhG vorbehalten.", NO), ("de", "Alle Rechte vorbehalten.", NONE))),
    {"law": "SIG-12", "source": "engineering", "tdmrep": "{", "headers": {"tdm-reservation": "0"}, "says": NO},
    {"law": "SIG-12", "source": "engineering", "robots": "License: /l.xml\n", "site": {"/l.xml": '<rsl xmlns="https://rslstandard.org/rsl/9.9"/>'}, "says": NO},
    {"law": "SIG-12", "source": "engineering", "robots": "License: /l.xml\n", "site": {"/l.xml": '<!DOCTYPE x [<!ENTITY a "aaaa">]><rsl>&a;</rsl>'}, "says": NO},
    {"law": "SIG-12", "source": "engineering", "headers": {"tdm-reservation": "0", "content-signal": "ai-train=no"}, "says": NO},
    {"law": "SIG-15", "source": "Code of practice 1.3(5)", "headers": {"x-robots-tag": "noindex, nosnippet"}, "robots": "User-agent: Googlebot\nDisallow: /\n", "says": NONE},
    *({"law": "PRV-07", "source": "RFC 9110, 15.5; DSM 4(1)", "status": status, "headers": {"tdm-reservation": "0"}, "says": says}
      for status, says in ((200, YES), (401, NO), (402, NO), (403, NO), (451, NO), (404, YES)))]

#: What a page's signals, whether its source is under contract, and what a person settled come to at the gate.
GATE = [
    {"says": [], "contract": False, "reason": ""}, {"says": ["silent", "allow", "overridden"], "contract": False, "reason": ""},
    {"says": ["allow", "disallow"], "contract": False, "reason": "reserved"}, {"says": ["unreadable"], "contract": False, "reason": "reserved"},
    {"says": ["of-tomorrow"], "contract": False, "reason": "reserved"}, {"says": ["words", "allow"], "contract": False, "reason": "reserved-in-words"},
    {"says": ["words"], "settled": "allowed", "contract": False, "reason": ""}, {"says": ["words"], "settled": "unknown", "contract": False, "reason": "reserved"},
    {"says": ["words", "disallow"], "settled": "allowed", "contract": False, "reason": "reserved"},
    {"says": ["no-access", "allow"], "contract": False, "reason": "no-lawful-access"}, {"says": ["disallow", "words"], "contract": True, "reason": ""},
    {"says": ["no-access", "disallow"], "contract": True, "reason": "no-lawful-access"}]


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, sort_keys=True) for one in SIGNALS)
    gate = ",\n".join(json.dumps(one, sort_keys=True) for one in GATE)
    Path(__file__).with_name("signals.json").write_text(f'{{"signals": [\n{lines}\n],\n"gate": [\n{gate}\n]}}\n', encoding="utf-8")
