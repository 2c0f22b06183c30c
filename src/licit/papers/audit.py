"""The page of an audit: one file, in English and French, that needs no network and no script.

Rules kept here:

- Same result, same bytes. Names of files, licences and labels are escaped and isolated; no text of a record comes in.
- What was not looked for is said, never drawn as none. Bars are to scale, but for a least width.
- The order of what to do is the result's: the cheapest remedy first.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from ..core.reasons import REASONS
from .audit_words import AUDIT_WORDS
from .markup import Markup, el, foreign, join, prose
from .report import page_of
from .words import ENGLISH, FRENCH, Language

_SECTIONS = ("to-do", "licences", "shadow", "signals", "personal", "special", "copies", "languages", "unread", "most", "limits")
_GAPS = {"open": "well", "share-alike": "well", "misspelt": "gap", "unknown": "gap", "none": "gap", "unlisted": "gap", "not-commercial": "no", "forbids": "no"}
_OWN = {"personal-data": "personal-data-do", "duplicate": "copies-do", "near-duplicate": "copies-do", "unreadable": "unreadable-do"}

Bar = tuple[object, int, str, tuple[object, ...]]
"""What a bar is of, its number, its colour, and what stands in further columns."""


def render_audit(result: Mapping[str, Any], name: str) -> bytes:
    """Write the page of an audit's result; ``name`` is what was audited."""
    css = "".join(files(__package__).joinpath(each).read_text(encoding="utf-8") for each in ("report.css", "audit.css"))
    return page_of(name, css, [_page(result, name, tongue) for tongue in (FRENCH, ENGLISH)])


def _say(tongue: Language, key: str) -> str:
    return tongue.say(key, AUDIT_WORDS)


def _page(result: Mapping[str, Any], name: str, tongue: Language) -> Markup:
    made = {"to-do": _to_do, "licences": _licences, "shadow": _shadow, "signals": _signals, "personal": _personal, "special": _special,
            "copies": _copies, "languages": _languages, "unread": _unread, "most": _most, "limits": _limits}
    sections = (el("section", el("h2", _say(tongue, key), id=f"{tongue.code}-{key}"), made[key](result, tongue),
                   aria_labelledby=f"{tongue.code}-{key}") for key in _SECTIONS)
    return el("div", _header(result, name, tongue), el("main", *sections),
              el("footer", el("p", prose(_say(tongue, "next"))), el("p", _say(tongue, "footer"))), class_=f"page {tongue.code}", lang=tongue.code)


def _header(result: Mapping[str, Any], name: str, tongue: Language) -> Markup:
    unreadable = sum(result["unreadable"].values())
    facts = {"arrived": tongue.number(result["arrived"]), "looked-at": tongue.number(result["looked_at"]),
             "unreadable": tongue.number(unreadable), "files": tongue.number(result["files"]),
             "bytes": _bytes(result["bytes"], tongue), "characters": tongue.number(result["characters"]),
             "formats": join(*(join(", " if at else None, _say(tongue, kind) if kind == "tagged tokens" else foreign(kind), " ", tongue.number(number))
                               for at, (kind, number) in enumerate(result["formats"].items())))}
    links = (el("li", el("a", _say(tongue, key), href=f"#{tongue.code}-{key}")) for key in _SECTIONS)
    return el("header", el("p", _say(tongue, "label"), class_="label"), el("h1", prose(_say(tongue, "title"), name=foreign(name))),
              el("p", _say(tongue, "what"), class_="what"),
              el("dl", *(el("div", el("dt", _say(tongue, key)), el("dd", fact), class_="checks" if key == "formats" else None)
                         for key, fact in facts.items()), class_="state"),
              el("nav", el("ul", *links), aria_label=tongue.say("contents")))


def _bytes(number: int, tongue: Language) -> str:
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if number >= size:
            text = f"{number / size:.1f}"
            return f"{text} {unit}B" if tongue.code == "en" else f"{text.replace('.', ',')} {unit}o"
    return f"{number} " + tongue.pick("bytes", "octets")


def _to_do(result: Mapping[str, Any], tongue: Language) -> Markup:
    if not result["to_do"]:
        return el("p", _say(tongue, "to-do-none"))
    groups: dict[int, list[Mapping[str, Any]]] = {}
    for one in result["to_do"]:
        groups.setdefault(one["cost"], []).append(one)
    listed = (join(el("h3", _say(tongue, f"cost-{cost}")), el("ul", *(_task(one, result, tongue) for one in ones), class_="todo"))
              for cost, ones in groups.items())
    return join(el("p", _say(tongue, "to-do-why")), *listed)


def _task(one: Mapping[str, Any], result: Mapping[str, Any], tongue: Language) -> Markup:
    reason, number = one["reason"], one["records"]
    meaning, remedy = _words(reason, tongue)
    held = "no" if reason in REASONS and REASONS[reason].answer == "refuse" and reason not in _OWN else "gap"
    colour = "plain-part" if reason in _OWN and reason != "unreadable" else held
    places: dict[str, list[str]] = {}
    for file, where in result["where"].get(reason, ())[:5]:
        places.setdefault(file, []).append(where)
    told = join(*(join("; " if at else None, el("code", foreign(file)), " " if any(wheres) else None, foreign(", ".join(wheres)))
                  for at, (file, wheres) in enumerate(places.items())))
    where = el("small", prose(_say(tongue, "see"), places=told)) if places else None
    return el("li", el("div", el("b", tongue.number(number)), el("small", tongue.share(number, result["arrived"])), class_="number"),
              el("div", el("p", meaning, " ", el("code", foreign(reason))), _bar(number, result["arrived"], colour),
                 el("p", remedy), where))


def _words(reason: str, tongue: Language) -> tuple[Markup, Markup]:
    known = REASONS.get(reason)
    own = reason in AUDIT_WORDS and reason not in ("unreadable", "reserved")
    meaning = prose(_say(tongue, reason)) if own else join(tongue.pick(known.meaning, known.meaning_fr)) if known else join(reason)
    if reason in _OWN:
        return meaning, prose(_say(tongue, _OWN[reason]))
    return meaning, join(tongue.pick(known.remedy, known.remedy_fr)) if known else join("")


def _bar(number: int, whole: int, colour: str = "") -> Markup:
    return el("span", el("i", style=f"width:{100 * number / max(whole, 1):.2f}%", class_=colour or None), class_="bar", aria_hidden="true")


def _bars(bars: Sequence[Bar], heads: Sequence[str], tongue: Language) -> Markup:
    """Draw a table of bars: what, its bar, its number, and further columns that narrow screens leave out."""
    whole = max((number for _, number, _, _ in bars), default=0)
    head = el("thead", el("tr", el("td", aria_hidden="true"), el("td", aria_hidden="true"),
                          *(el("th", _say(tongue, key), scope="col", class_="number" if not at else "number extra") for at, key in enumerate(heads))))
    rows = (el("tr", el("th", what, scope="row"), el("td", _bar(number, whole, colour), aria_hidden="true"),
               el("td", tongue.number(number), class_="number"), *(el("td", cell, class_="number extra") for cell in more))
            for what, number, colour, more in bars)
    columns = el("colgroup", el("col", class_="wide"), el("col"), el("col", class_="number"), *(el("col", class_="small") for _ in heads[1:]))
    return el("table", columns, head, el("tbody", *rows), class_="bars")


def _stack(parts: Sequence[tuple[str, int]]) -> Markup:
    whole = sum(number for _, number in parts)
    return el("div", *(el("i", style=f"width:{100 * number / max(whole, 1):.2f}%", class_=colour) for colour, number in parts if number),
              class_="stack", aria_hidden="true")


def _licences(result: Mapping[str, Any], tongue: Language) -> Markup:
    told = result["licences"]
    parts: dict[str, int] = {"well": 0, "gap": 0, "no": 0}
    for one in told:
        parts[_GAPS[one["verdict"]]] += one["records"]
    bars: list[Bar] = []
    for one in told[:40]:
        by = "" if not one["stated_by"] else _say(tongue, "by-record") if one["stated_by"] == "record" else prose(
            _say(tongue, "by-paper"), paper=foreign(one["stated_by"]))
        named = foreign(one["licence"]) if one["licence"] else _say(tongue, "none-named" if one["verdict"] == "none" else "other-named")
        what = join(el("b", named), el("small", prose(_say(tongue, one["verdict"]), nearest=el("code", foreign(one["nearest"] or "?")))),
                    el("small", by) if by else None)
        bars.append((what, one["records"], _GAPS[one["verdict"]], (tongue.share(one["records"], result["looked_at"]),)))
    return join(el("p", _say(tongue, "licences-why")), _stack([*parts.items()]), _bars(bars, ("records", "share"), tongue))


def _shadow(result: Mapping[str, Any], tongue: Language) -> Markup:
    told = result["shadow_library"]
    numbers = _numbers(result, tongue)
    if not told["records"]:
        return join(el("p", _say(tongue, "shadow-none")), numbers)
    marks: list[Bar] = [(_say(tongue, kind), number, "gap", ()) for kind, number in told["marks"].items()]
    families: list[Bar] = [(join(el("b", foreign(one["family"])) if one["family"] else _say(tongue, "family-unknown"),
                                 *(el("small", foreign(f"{each['court']}, {each['day']}"), f" ({_say(tongue, 'reported')})" if each["reported"] else None)
                                   for each in one["listed_by"]),
                                 None if one["listed_by"] or not one["family"] else el("small", _say(tongue, "own-list"))),
                            one["records"], "gap", ()) for one in told["families"]]
    return join(el("p", _say(tongue, "shadow-why")), _bars(marks, ("records",), tongue), _bars(families, ("records",), tongue), numbers)


def _numbers(result: Mapping[str, Any], tongue: Language) -> Markup | None:
    named: list[Bar] = [(kind.upper(), number, "", ()) for kind, number in result["works_named"].items()]
    return join(el("h3", _say(tongue, "works")), el("p", _say(tongue, "works-why")), _bars(named, ("records",), tongue)) if named else None


def _signals(result: Mapping[str, Any], tongue: Language) -> Markup:
    told = result["signals"]
    if told is None:
        return el("p", prose(_say(tongue, "signals-none")))
    bars: list[Bar] = [(_say(tongue, "silent" if verdict == "unknown" else verdict), number, "no" if verdict == "reserved" else "", ())
                       for verdict, number in told["verdicts"].items()]
    by: list[Bar] = [(foreign(name), number, "", ()) for name, number in told["signals"].items()]
    return join(el("p", _say(tongue, "signals-found")), _bars(bars, ("records",), tongue), _bars(by, ("records",), tongue) if by else None)


def _asked(told: Mapping[str, Any] | None, tongue: Language) -> Markup | None:
    if told is None:
        return el("p", prose(_say(tongue, "not-looked")))
    sampled = el("p", prose(_say(tongue, "one-in"), number=tongue.number(told["one_in"])), class_="note") if told["one_in"] > 1 else None
    failed = el("p", prose(_say(tongue, "failed"), number=tongue.number(told["failed"])), class_="alert") if told["failed"] else None
    return join(sampled, failed)


def _personal(result: Mapping[str, Any], tongue: Language) -> Markup:
    told = result["personal_data"]
    if told is None:
        return join(_asked(told, tongue))
    bars: list[Bar] = [(foreign(label), one["places"], "", (tongue.number(one["records"]), _right(one.get("precision", {}), tongue)))
                       for label, one in told["labels"].items()]
    false = told.get("false_per_10kb")
    counts = join(*(join(", " if at else None, code, " ", _decimal(number, tongue)) for at, (code, number) in enumerate(sorted(false.items())))) if false else None
    keys = el("p", prose(_say(tongue, "in-keys"), number=tongue.number(told["in_keys"]))) if told["in_keys"] else None
    return join(_asked(told, tongue), el("p", prose(_say(tongue, "personal-of"), records=tongue.number(told["records"]), looked=tongue.number(told["looked_at"]))),
                _bars(bars, ("places", "records", "right"), tongue) if bars else None, keys,
                el("p", prose(_say(tongue, "false"), counts=counts) if counts else _say(tongue, "false-unknown"), class_="quiet"))


def _decimal(number: float, tongue: Language) -> str:
    text = f"{number:.1f}"
    return text if tongue.code == "en" else text.replace(".", ",")


def _right(precision: Mapping[str, Any], tongue: Language) -> Markup:
    if not precision:
        return join(_say(tongue, "unmeasured"))
    return join(*(el("small", f"{code} {one['hits']}/{one['of']}") for code, one in sorted(precision.items())))


def _special(result: Mapping[str, Any], tongue: Language) -> Markup:
    told = result["special"]
    if told is None or not told["families"]:
        return join(_asked(told, tongue), el("p", _say(tongue, "special-none")) if told else None)
    bars: list[Bar] = [(join(foreign(family), el("small", tongue.pick(REASONS[one["reason"]].meaning, REASONS[one["reason"]].meaning_fr))),
                        one["records"], "no" if REASONS[one["reason"]].answer == "refuse" else "gap", (tongue.share(one["records"], told["looked_at"]),))
                       for family, one in told["families"].items()]
    return join(_asked(told, tongue), _bars(bars, ("records", "share"), tongue))


def _copies(result: Mapping[str, Any], tongue: Language) -> Markup:
    told = result["duplicates"]
    first = told["looked_at"] - told["exact"] - told["near"]
    parts = (("first", "well", first), ("near", "gap", told["near"]), ("exact", "no", told["exact"]))
    bars: list[Bar] = [(_say(tongue, key), number, colour, (tongue.share(number, told["looked_at"]),)) for key, colour, number in parts]
    more = [el("p", prose(_say(tongue, key), number=tongue.number(number)), class_="quiet")
            for key, number in (("empty", result["empty"]), ("left-over", told.get("left", 0))) if number]
    return join(_stack([(colour, number) for _, colour, number in parts]), _bars(bars, ("records", "share"), tongue), *more)


def _languages(result: Mapping[str, Any], tongue: Language) -> Markup:
    spoken: list[Bar] = [(_say(tongue, "und") if code == "und" else _say(tongue, "short") if not code else foreign(code), number, "", (
        tongue.share(number, result["looked_at"]),)) for code, number in result["languages"].items()]
    sizes: list[Bar] = [(_range(int(digits), tongue), number, "", (tongue.share(number, result["looked_at"]),))
                        for digits, number in sorted(result["sizes"].items(), key=lambda pair: int(pair[0]))]
    return join(_bars(spoken, ("records", "share"), tongue), el("h3", _say(tongue, "sizes")), _bars(sizes, ("records", "share"), tongue))


def _range(digits: int, tongue: Language) -> str:
    return f"{tongue.number(10 ** (digits - 1))} – {tongue.number(10 ** digits - 1)}" if digits else "0"


def _unread(result: Mapping[str, Any], tongue: Language) -> Markup:
    if not result["unreadable"]:
        return el("p", _say(tongue, "unread-none"))
    bars: list[Bar] = [(el("code", foreign(reason)), number, "gap", ()) for reason, number in result["unreadable"].items()]
    places = (el("li", el("code", foreign(f"{file} {where}".strip()))) for file, where in result["where"].get("unreadable", ()))
    return join(_bars(bars, ("records",), tongue), el("ul", *places, class_="limits"))


def _most(result: Mapping[str, Any], tongue: Language) -> Markup:
    bars: list[Bar] = [(join(foreign(one["file"]), el("small", join(*(join(", " if at else None, el("code", foreign(reason)), " ", tongue.number(number))
                                                                  for at, (reason, number) in enumerate(one["concerns"].items()))))),
                        sum(one["concerns"].values()), "gap", ()) for one in result["files_with_most"]]
    return _bars(bars, ("records",), tongue) if bars else el("p", "–")


def _limits(result: Mapping[str, Any], tongue: Language) -> Markup:
    return el("ul", *(el("li", _say(tongue, key)) for key in ("limit-licence", "limit-found", "limit-marks", "limit-advice")), class_="limits")
