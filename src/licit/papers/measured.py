"""The report's part on de-identification: what it was measured at, what was planted, what was found and replaced.

Rules kept here:

- What was not measured is said in red, label by label, never left out.
- Counts and shares only; what cannot be read as a number is shown as not stated.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from .markup import Markup, el, foreign, join, prose
from .words import Language


def measured(manifest: Mapping[str, Any], tongue: Language) -> Markup:
    """Give the section."""
    told = _map(manifest, "measure")
    file = el("a", "evidence/measure.json", href="measure.json")
    if type(told.get("measured")) is not bool:
        return el("p", prose(tongue.say("measure-silent"), file=file))
    gaps = [*_gaps(manifest, told, tongue)]
    figures = _figures(manifest, told, tongue) if told["measured"] else None
    return join(_red(gaps, tongue) if gaps else None, figures, _planted(_map(told, "planted"), tongue), _found(manifest, told, tongue),
                _linked(_map(told, "linkage"), tongue))


def _red(gaps: list[str], tongue: Language) -> Markup:
    return el("div", el("h2", "! ", tongue.say("unmeasured")), el("p", tongue.say("unmeasured-why")),
              el("ul", *(el("li", foreign(gap)) for gap in gaps)), class_="alert")


def _gaps(manifest: Mapping[str, Any], told: Mapping[str, Any], tongue: Language) -> Iterator[str]:
    """Name what the plan asks for and no figure tells."""
    if not told["measured"]:
        yield tongue.say("unmeasured-all")
        return
    for language, name, rate, _ in _asked(manifest, told, tongue):
        if not _whole(rate, "of"):
            yield f"{language}: {name}"


def _asked(manifest: Mapping[str, Any], told: Mapping[str, Any], tongue: Language) -> Iterator[tuple[str, str, Mapping[str, Any], int]]:
    """Give language, what is measured, its rate, and what the plan asks (in thousandths; 0: nothing)."""
    plan = _map(manifest, "lock", "plan")
    floors, languages = _map(plan, "standard", "recall"), plan.get("languages")
    for language in languages if isinstance(languages, list) else ():
        own = _map(told, "report", "languages", str(language))
        for label in sorted({*_map(own, "labels"), *floors}):
            floor = _whole(floors, label)
            rate = _map(own, "labels", label, "entities")
            if floor or _whole(rate, "of"):
                yield str(language), str(label), rate, floor
        yield str(language), tongue.say("whole-texts"), _map(own, "fully_redacted"), _whole(_map(plan, "standard"), "fully_redacted")


def _figures(manifest: Mapping[str, Any], told: Mapping[str, Any], tongue: Language) -> Markup:
    told_of = _map(told, "set")
    head = el("tr", *(el("th", tongue.say(name), scope="col", class_=None if name == "measured-label" else "number")
                      for name in ("measured-label", "measured-found", "measured-least", "measured-asked")))
    rows = [el("tr", el("th", foreign(f"{language}, {name}"), scope="row"),
               *(el("td", cell, class_="number") for cell in _cells(rate, floor, tongue)))
            for language, name, rate, floor in _asked(manifest, told, tongue)]
    most = _whole(_map(manifest, "lock", "plan", "standard"), "false_per_10kb")
    false = [el("p", prose(tongue.say("false-finds"), language=foreign(language), most=tongue.number(most),
                           number=tongue.number(10_000 * _whole(beside, "false_spans") // max(1, _whole(beside, "bytes")))))
             for language in sorted(map(str, _map(told, "report", "languages")))
             for beside in [_map(told, "report", "languages", language, "beside")]]
    invented = el("p", tongue.say("measured-invented")) if told_of.get("invented") is True else None
    return join(el("p", prose(tongue.say("measured-on"), number=tongue.number(_whole(told_of, "records")), name=foreign(told_of.get("name", "")))),
                invented, el("table", el("thead", head), el("tbody", *rows), class_="plain"), *false)


def _cells(rate: Mapping[str, Any], floor: int, tongue: Language) -> Iterator[Markup]:
    of = _whole(rate, "of")
    low = rate.get("low")
    yield el("b", tongue.say("unmeasured"), class_="fails") if not of else join(f"{tongue.number(_whole(rate, 'hits'))} / {tongue.number(of)}")
    yield join(_share(low, tongue) if of and isinstance(low, str) else "–")
    yield join(_share(f"{floor / 1000:.3f}", tongue) if floor else "–")


def _share(text: str, tongue: Language) -> str:
    return text[:5] if tongue.code == "en" else text[:5].replace(".", ",")


def _planted(planted: Mapping[str, Any], tongue: Language) -> Markup | None:
    drawn, missed = (_counts(planted, name) for name in ("drawn", "missed"))
    if not drawn:
        return None
    number = tongue.number(sum(drawn.values()))
    if missed:
        return el("p", prose(tongue.say("planted-missed"), number=number, missed=tongue.number(sum(missed.values()))), class_="alert")
    return el("p", prose(tongue.say("planted-all"), number=number, labels=join(*_listed(drawn, tongue))))


def _listed(counts: Mapping[str, int], tongue: Language) -> Iterator[object]:
    for place, (label, number) in enumerate(counts.items()):
        yield join(", " if place else None, foreign(label), " ", tongue.number(number))


def _found(manifest: Mapping[str, Any], told: Mapping[str, Any], tongue: Language) -> Markup | None:
    found = _map(told, "found")
    if not found:
        return el("p", tongue.say("found-unsaid")) if _map(manifest, "parent") else None
    things, places = _counts(found, "things"), _counts(found, "places")
    if not things:
        return el("p", tongue.say("found-none"))
    head = el("tr", *(el("th", tongue.say(name), scope="col", class_=None if name == "found-label" else "number")
                      for name in ("found-label", "found-things", "found-places")))
    rows = (el("tr", el("th", foreign(label), scope="row"), *(el("td", tongue.number(counts[label]) if label in counts else "–", class_="number")
                                                              for counts in (things, places))) for label in sorted({*things, *places}))
    return join(el("p", prose(tongue.say("found-in"), number=tongue.number(_whole(found, "records")))),
                el("table", el("thead", head), el("tbody", *rows), class_="plain"))


def _linked(told: Mapping[str, Any], tongue: Language) -> Markup | None:
    if not told:
        return None
    if not _whole(told, "tried"):
        return el("p", tongue.say("linkage-untold"))
    return el("p", prose(tongue.say("linkage"), chance=foreign(str(told.get("chance", ""))),
                         **{name: tongue.number(_whole(told, name)) for name in ("among", "tried", "first", "ten")}))


def _map(value: Any, *path: str) -> Mapping[str, Any]:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _whole(value: Mapping[str, Any], name: str) -> int:
    number = value.get(name)
    return number if type(number) is int else 0


def _counts(value: Mapping[str, Any], name: str) -> dict[str, int]:
    return {str(label): number for label, number in sorted(_map(value, name).items()) if type(number) is int}
