"""The page of a model's audit: one file, in French and English, that needs no network and no script.

Rules kept here:

- Same result, same bytes. What others wrote is escaped and isolated; no text of a record comes in.
- What was found stands in a red box above all else; what was not run stands beside it, and is never shown as passed.
- Every chart's numbers stand in a table as well.

Law: MOD-02, MOD-03, MOD-04, MOD-05, MOD-07
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from statistics import median
from typing import Any

from .markup import Markup, el, foreign, join, prose
from .model_audit_words import MODEL_WORDS
from .model_charts import areas, curves, decimal, exposures, runs
from .report import page_of
from .words import ENGLISH, FRENCH, Language

_PARTS = ("canaries", "extraction", "membership", "personal", "people", "works")
_LIMITS = ("limit-proof", "limit-anonymous", "limit-large", "limit-weights")


def render_model_audit(result: Mapping[str, Any]) -> bytes:
    """Write the page of an audit's result."""
    css = "".join(files(__package__).joinpath(each).read_text(encoding="utf-8") for each in ("report.css", "paper.css", "model_audit.css"))
    return page_of(str(result["model"]["name"]), css, [_page(result, tongue) for tongue in (FRENCH, ENGLISH)])


def _say(tongue: Language, key: str, **values: object) -> Markup:
    return prose(tongue.say(key, MODEL_WORDS), **values)


def _plain(tongue: Language, key: str) -> str:
    return tongue.say(key, MODEL_WORDS)


def _page(result: Mapping[str, Any], tongue: Language) -> Markup:
    made = {"canaries": _canaries, "extraction": _extraction, "membership": _membership, "personal": _personal, "people": _people, "works": _works}
    sections = [el("section", el("h2", _plain(tongue, part), _state(result["parts"][part]["state"], tongue), id=f"{tongue.code}-{part}"),
                   _why(result["parts"][part], tongue) if result["parts"][part]["state"] == "not-run" else made[part](result["parts"][part], result, tongue),
                   aria_labelledby=f"{tongue.code}-{part}") for part in _PARTS]
    sections += [el("section", el("h2", _plain(tongue, key), id=f"{tongue.code}-{key}"), content, aria_labelledby=f"{tongue.code}-{key}")
                 for key, content in (("how", _how(result, tongue)), ("limits", el("ul", *(el("li", _say(tongue, one)) for one in _LIMITS), class_="limits")))]
    return el("div", _header(result, tongue), el("main", *sections), el("footer", el("p", _say(tongue, "footer"))), class_=f"page {tongue.code}", lang=tongue.code)


def _state(state: str, tongue: Language) -> Markup:
    return el("span", _plain(tongue, f"state-{state}"), class_=f"part-state {state}")


def _why(part: Mapping[str, Any], tongue: Language) -> Markup:
    key = f"why-{part['why']}"
    return el("p", _say(tongue, key if key in MODEL_WORDS else "why-other"))


def _header(result: Mapping[str, Any], tongue: Language) -> Markup:
    model, release = result["model"], result["release"]
    named = [el("li", el("a", _plain(tongue, part), href=f"#{tongue.code}-{part}")) for part in result["found"]]
    found = el("div", el("h2", "! ", _plain(tongue, "found")), el("p", _plain(tongue, "found-why")), el("ul", *named), class_="alert") if named else el(
        "div", el("p", _plain(tongue, "nothing")), class_="note")
    left = [el("li", el("b", _plain(tongue, part)), el("small", _why({"why": why}, tongue))) for part, why in result["not_run"].items()]
    missing = el("div", el("p", el("b", _plain(tongue, "not-run"))), el("ul", *left), class_="note") if left else None
    told = None if release["name"] in model["trained_on"] else el("div", el("p", _say(tongue, "other-release" if model["trained_on"] else "untold")), class_="note")
    few = None if result["settings"]["full"] else el("div", el("p", _plain(tongue, "few")), class_="note")
    due = join(foreign(tongue.day(model["next_retrain_due"])), el("b", " ! ", _plain(tongue, "overdue"), class_="overdue") if model["overdue"] else None)
    facts = {"model": join(foreign(model["name"]), el("small", _plain(tongue, f"kind-{model['kind']}") if f"kind-{model['kind']}" in MODEL_WORDS else foreign(model["kind"]))),
             "release": join(foreign(release["name"]), el("small", _plain(tongue, "withdrawn")) if release["withdrawn"] else None),
             "ran": _say(tongue, "by-at", by=foreign(result["by"]), at=tongue.moment(result["at"])),
             "parameters": tongue.number(model["parameters"]) if model["parameters"] else _plain(tongue, "unknown"),
             "ratio": decimal(release["parameters_per_token"], tongue, 1) if model["parameters"] and release["parameters_per_token"] else _plain(tongue, "unknown"),
             "retrain": due if model["next_retrain_due"] else _plain(tongue, "no-date")}
    links = (el("li", el("a", _plain(tongue, key), href=f"#{tongue.code}-{key}")) for key in (*_PARTS, "how", "limits"))
    return el("header", el("p", _plain(tongue, "label"), class_="label"), el("h1", _say(tongue, "title", name=foreign(model["name"]))),
              el("p", _say(tongue, "what", release=foreign(release["name"])), class_="what"), found, missing, few, told,
              el("dl", *(el("div", el("dt", _plain(tongue, key)), el("dd", fact)) for key, fact in facts.items()), class_="state"),
              el("nav", el("ul", *links), aria_label=tongue.say("contents")))


def _table(heads: Sequence[object], rows: Sequence[Sequence[object]], *, stacks: bool = False) -> Markup:
    """Make a table; one that stacks shows each row as a list on a narrow screen, every figure after the head of its column."""
    head = el("tr", *(el("th", text, scope="col", class_="number" if at else None) for at, text in enumerate(heads)))
    body = (el("tr", el("th", row[0], scope="row"), *(el("td", el("span", head, class_="head") if stacks else None, cell, class_="number")
                                                       for head, cell in zip(heads[1:], row[1:], strict=True))) for row in rows)
    return el("table", el("thead", head), el("tbody", *body), class_="plain stacks" if stacks else "plain")


def _figure(caption: str, picture: Markup) -> Markup:
    return el("figure", el("figcaption", caption), picture)


def _percent(share: float, tongue: Language, places: int = 1) -> str:
    return decimal(100 * share, tongue, places) + tongue.pick("%", "\u00a0%")


def _bounds(share: Mapping[str, Any], tongue: Language) -> str:
    return f"{_percent(share['low'], tongue)} – {_percent(share['high'], tongue)}"


def _chance(value: float, tongue: Language) -> str:
    return decimal(value, tongue, 3) if value >= 0.001 else tongue.pick("under .001", "moins de 0,001")


def _canaries(part: Mapping[str, Any], result: Mapping[str, Any], tongue: Language) -> Markup:
    names = [tongue.say("times", MODEL_WORDS).replace("{number}", str(group["repeats"])) for group in part["groups"]]
    rows = [(name, decimal(median(group["exposure"]), tongue, 1), decimal(max(group["exposure"]), tongue, 1), _chance(group["chance"], tongue))
            for name, group in zip(names, part["groups"], strict=True)]
    return join(el("p", _say(tongue, "canaries-why", references=tongue.number(part["references"]), measurable=decimal(part["measurable"], tongue, 0))),
                el("p", _plain(tongue, "canaries-if")),
                el("p", _say(tongue, "limit-set", limit=decimal(part["limit"], tongue, 1))) if part["limit"] else None,
                _figure(_plain(tongue, "canaries-chart"), exposures(part["groups"], part["measurable"], names, tongue, _plain(tongue, "canaries-chart"))),
                _table([_plain(tongue, key) for key in ("repeats", "middle", "highest", "chance")], rows))


def _extraction(part: Mapping[str, Any], result: Mapping[str, Any], tongue: Language) -> Markup:
    told = [(_plain(tongue, "released"), part["released"]), *([(_plain(tongue, "held-out"), part["held_out"])] if part["held_out"] else []),
            *((_say(tongue, "source", name=foreign(one["name"])), one) for one in part["by_source"]),
            *((_say(tongue, "copies", name=foreign(one["name"])), one) for one in part["by_copies"])]
    rows = [(name, tongue.number(one["of"]), tongue.number(one["hits"]), _bounds(one, tongue)) for name, one in told]
    short = el("p", _say(tongue, "too-short", number=tongue.number(part["too_short"]))) if part["too_short"] else None
    unit = _plain(tongue, f"unit-{result['settings']['unit']}")
    return join(el("p", _say(tongue, "extraction-why", before=part["before"], after=part["after"], unit=unit)),
                _table([_plain(tongue, key) for key in ("rows", "asked", "said", "bounds")], rows), short, _tries(part["tries"], tongue))


def _tries(tries: Sequence[Mapping[str, Any]] | None, tongue: Language) -> Markup:
    if tries is None:
        return el("p", _plain(tongue, "tries-none"))
    certain = list(dict.fromkeys(one["certainty"] for one in tries))
    numbers = list(dict.fromkeys(one["tries"] for one in tries))
    shares = {(one["certainty"], one["tries"]): one for one in tries}
    heads = [_plain(tongue, "tries"), *(_say(tongue, "certainty", number=decimal(one, tongue, 1)) for one in certain)]
    rows = [(tongue.number(number), *(_percent(shares[p, number]["hits"] / shares[p, number]["of"], tongue) for p in certain)) for number in numbers]
    return join(el("h3", _plain(tongue, "tries")), el("p", _plain(tongue, "tries-why")), _table(heads, rows))


def _membership(part: Mapping[str, Any], result: Mapping[str, Any], tongue: Language) -> Markup:
    names = [_plain(tongue, way["way"]) for way in part["ways"]]
    heads = [_plain(tongue, "way"), _plain(tongue, "area"), *(_say(tongue, "at-alarms", share=_percent(at["alarms"], tongue)) for at in part["ways"][0]["at"])]
    rows = [(name, join(decimal(way["area"], tongue), el("small", f"{decimal(way['low'], tongue)} – {decimal(way['high'], tongue)}")),
             *(_found_at(at, tongue) for at in way["at"])) for name, way in zip(names, part["ways"], strict=True)]
    missing = el("p", _say(tongue, "ways-not-run", names=", ".join(_plain(tongue, way) for way in part["ways_not_run"]))) if part["ways_not_run"] else None
    return join(el("p", _say(tongue, "membership-why", released=tongue.number(part["released"]), held=tongue.number(part["held_out"]))),
                _figure(_plain(tongue, "area-chart"), areas(part["ways"], names, tongue, _plain(tongue, "area-chart"))),
                _figure(_plain(tongue, "curve-chart"), curves(part["ways"], tongue, _plain(tongue, "curve-chart"))),
                _table(heads, rows, stacks=True), missing, el("p", _plain(tongue, "membership-more"), class_="quiet"))


def _found_at(at: Mapping[str, Any], tongue: Language) -> Markup:
    if at["hits"] is None:
        return join(_say(tongue, "needs", number=tongue.number(at["needed"])))
    return join(_percent(at["hits"] / at["of"], tongue), el("small", _bounds(at, tongue)))


def _personal(part: Mapping[str, Any], result: Mapping[str, Any], tongue: Language) -> Markup:
    def first(one: Mapping[str, Any]) -> str:
        return f"{one['first']} / {one['ranked']}" if one["ranked"] else "–"

    rows = [(join(foreign(one["label"]), el("small", _say(tongue, "never-seen", said=f"{one['held_out']['said']} / {one['held_out']['asked']}", first=first(one["held_out"])))),
             f"{one['released']['said']} / {one['released']['asked']}", _bounds(one["released"], tongue), first(one["released"])) for one in part["labels"]]
    unseen = el("p", _say(tongue, "unseen", number=tongue.number(part["unseen"]))) if part["unseen"] else None
    return join(el("p", _say(tongue, "personal-why", decoys=part["decoys"])),
                _table([_plain(tongue, key) for key in ("kind", "said", "bounds", "first")], rows), unseen)


def _people(part: Mapping[str, Any], result: Mapping[str, Any], tongue: Language) -> Markup:
    rows = [(join(_say(tongue, "person", number=one["person"]), el("small", _plain(tongue, one["texts_from"]))), f"{one['said']} / {one['snippets']}",
             f"{one['values_said']} / {one['values']}", _chance(one["chance"], tongue) if one["chance"] is not None else "–") for one in part["people"]]
    unit = _plain(tongue, f"unit-{result['settings']['unit']}")
    extraction, left_out = result["parts"]["extraction"], sum(one["left_out"] for one in part["people"])
    return join(el("p", _say(tongue, "people-why", before=extraction.get("before", 50), after=extraction.get("after", 50), unit=unit)),
                _table([_plain(tongue, key) for key in ("people", "pieces", "own-values", "familiar")], rows),
                el("p", _say(tongue, "texts-left-out", number=tongue.number(left_out))) if left_out else None)


def _works(part: Mapping[str, Any], result: Mapping[str, Any], tongue: Language) -> Markup:
    rows = [(_plain(tongue, "given") if one["name"] == "given" else foreign(one["name"]), tongue.number(one["works"]), tongue.number(one["longest"])) for one in part["by_source"]]
    caption = _plain(tongue, "works-chart").replace("{run}", str(part["run"]))
    return join(el("p", _say(tongue, "works-why", run=part["run"])), _figure(caption, runs(part["lengths"], part["run"], caption)),
                _table([_plain(tongue, key) for key in ("works", "works-count", "longest")], rows),
                el("p", _say(tongue, "works-left-out", number=tongue.number(part["left_out"]))) if part["left_out"] else None)


def _how(result: Mapping[str, Any], tongue: Language) -> Markup:
    model, release, settings = result["model"], result["release"], result["settings"]
    other = settings["reference"]
    facts: list[tuple[str, object]] = [
        ("weights", el("code", foreign(model["digest"]), class_="long") if model["digest"] else _plain(tongue, "unseen-weights")),
        ("manifest", el("code", foreign(release["manifest"]), class_="long")), ("draw", el("code", foreign(settings["seed"]))),
        ("sizes", _say(tongue, "sizes-are", rows=tongue.number(release["asked"]), whole=tongue.number(release["rows"]), held=tongue.number(release["held_out"]),
                       references=tongue.number(settings["references"])))]
    if release["held_out"]:
        facts.append(("split", _plain(tongue, "split-is")))
    if other:
        facts.append(("compared", join(foreign(other["name"]), " ", el("code", foreign(other["digest"]), class_="long"))))
    return el("dl", *(el("div", el("dt", _plain(tongue, key)), el("dd", fact)) for key, fact in facts), class_="facts")
