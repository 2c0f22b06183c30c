"""The report of a release: one page, in English and French, that needs no network and no script.

It lies in the release, so it is public: it shows the public tally and never the exact one.

Rules kept here:

- Same manifest and results, same bytes: no clock, no randomness, no order of chance.
- Everything that comes from a manifest or a verifier is escaped and isolated by :mod:`.markup`.
- The label is the one this version can stand for; a manifest that says another makes no page.
- What weakens a check, and every claim that fails, stands in a red box above all else.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from ..core.evidence import CLAIMS
from ..core.reasons import REASONS
from .claims import Outcome, claims, failing, outcomes, summary
from .flow import Branch, Counts, balance, check_label, flow, meaning, read_counts
from .markup import Markup, el, foreign, join, prose
from .measured import measured
from .words import ENGLISH, FRENCH, PURPOSES, WORDS, Language

#: The papers beside the report; {} stands for the language.
_PAPERS = ("public-summary.html", "data-card{}.md", "terms{}.md", "assessments{}.md", "processing-record{}.md", "model-card{}.md", "croissant.json",
           "provenance.json", "lineage.json")
_SECTIONS = ("flow", "measure", "claims", "sources", "remedies", "limits", "details")

#: Nothing may be fetched, run or sent, whatever a value holds.
_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

_HATCH = Markup(
    '<svg width="0" height="0" class="defs" aria-hidden="true" focusable="false"><defs><pattern id="hatch" width="3" '
    'height="3" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch-ground" d="M0 0H3V3H0Z"/>'
    '<path class="hatch-line" d="M0 0H1V3H0Z"/></pattern></defs></svg>')


def render(manifest: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> bytes:
    """Write the report page.

    Args:
        manifest: the release's manifest; ``exact`` beside it is ignored, ``measure`` (the content of
            ``evidence/measure.json``) is shown when it is there.
        results: what the independent verifier found, may be empty: ``claim``, ``who``, ``result``, ``detail`` and, in
            French, ``detail_fr``.

    Raises:
        EvidenceError: a tally that cannot be read or does not balance, or a label that this version cannot stand for.
    """
    check_label(manifest)
    counts, found = read_counts(manifest), outcomes(results)
    css = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    pages = [_page(manifest, counts, found, tongue) for tongue in (FRENCH, ENGLISH)]
    return page_of(_text(manifest, "name"), css, pages)


def page_of(name: str, css: str, pages: Sequence[Markup]) -> bytes:
    """Write one file of a page in French and in English, in that order: no network, no script, no form."""
    head = el("head", el("meta", charset="utf-8"),
              el("meta", name="viewport", content="width=device-width, initial-scale=1"),
              el("meta", http_equiv="Content-Security-Policy", content=_CSP),
              el("meta", name="referrer", content="no-referrer"), el("meta", name="robots", content="noindex"),
              el("meta", name="color-scheme", content="light dark"), el("link", rel="icon", href="data:,"),
              el("title", f"{name} · licit"), el("style", Markup(css)))
    body = el("body", _HATCH, _switch(), *pages)
    return f"<!doctype html>\n{el('html', head, body, lang='fr')}\n".encode()


def _switch() -> Markup:
    """Let the reader choose a language with two radio buttons; where CSS cannot follow them, both pages show."""
    choices = (el("label", el("input", type="radio", name="language", id=f"show-{tongue.code}",
                              checked=tongue is FRENCH), el("span", tongue.say("language")), lang=tongue.code)
               for tongue in (FRENCH, ENGLISH))
    legend = el("legend", "Langue · Language", class_="unseen")
    return el("nav", el("fieldset", legend, *choices, class_="switch"), aria_label="Langue · Language")


def _text(manifest: Mapping[str, Any], *path: str) -> str:
    value: Any = manifest
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return "" if value is None or isinstance(value, Mapping | list) else str(value)


def _list(manifest: Mapping[str, Any], name: str) -> list[Any]:
    value = manifest.get(name)
    return list(value) if isinstance(value, list | tuple) else []


def _stated(manifest: Mapping[str, Any], tongue: Language, *path: str) -> Markup:
    text = _text(manifest, *path)
    return el("code", foreign(text), class_="long") if text else el("i", tongue.say("not-stated"))


def _page(manifest: Mapping[str, Any], counts: Counts, found: Mapping[str, Outcome], tongue: Language) -> Markup:
    contents = {"flow": join(balance(counts, tongue), flow(counts, tongue)),
                "measure": measured(manifest, tongue), "claims": claims(found, tongue),
                "sources": _sources(manifest, counts, tongue), "remedies": _remedies(counts, tongue),
                "limits": _limits(manifest, tongue), "details": _details(manifest, tongue)}
    sections = (el("section", el("h2", tongue.say(name), id=f"{tongue.code}-{name}"), contents[name],
                   aria_labelledby=f"{tongue.code}-{name}") for name in _SECTIONS)
    return el("div", _header(manifest, counts, found, tongue), el("main", *sections),
              el("footer", el("p", prose(tongue.say("footer")))), class_=f"page {tongue.code}", lang=tongue.code)


def _header(manifest: Mapping[str, Any], counts: Counts, found: Mapping[str, Outcome], tongue: Language) -> Markup:
    name = foreign(_text(manifest, "name"))
    links = (el("li", el("a", tongue.say(section), href=f"#{tongue.code}-{section}")) for section in _SECTIONS)
    return el("header", el("p", tongue.say("label"), class_="label"), el("h1", name),
              el("p", prose(tongue.say("what"), name=name), class_="what"),
              _alerts(manifest, found, tongue), _state(manifest, counts, found, tongue),
              el("nav", el("ul", *links), aria_label=tongue.say("contents")))


def _alerts(manifest: Mapping[str, Any], found: Mapping[str, Outcome], tongue: Language) -> Markup:
    boxes = []
    if broken := failing(found):
        names = (el("li", el("a" if name in CLAIMS else "b", foreign(name),
                             href=f"#{tongue.code}-claim-{name}" if name in CLAIMS else None)) for name in broken)
        boxes.append(el("div", el("h2", "✗ ", tongue.say("failing")), el("ul", *names), class_="alert"))
    if accepted := [str(name) for name in _list(manifest, "accepted")]:
        switches = (el("li", el("code", foreign(name)), el("small", tongue.say(
            name if name.startswith("accept_") and name in WORDS else "accept-unknown")))
                    for name in accepted)
        boxes.append(el("div", el("h2", "! ", tongue.say("accepted")), el("p", tongue.say("accepted-why")),
                        el("ul", *switches), class_="alert"))
    if parent := _text(manifest, "parent", "name"):
        digest = prose(tongue.say("patch-digest"), digest=_stated(manifest, tongue, "parent", "manifest"))
        boxes.append(el("div", el("p", prose(tongue.say("patch"), parent=el("b", foreign(parent)))),
                        el("p", digest, class_="quiet"), class_="note"))
    return join(*boxes)


def _state(manifest: Mapping[str, Any], counts: Counts, found: Mapping[str, Outcome], tongue: Language) -> Markup:
    as_of, root = _text(manifest, "as_of"), _text(manifest, "content_root")
    purpose = _text(manifest, "purpose")
    made_for = prose(tongue.say("commercial" if manifest.get("commercial") is True else "not-commercial"),
                     purpose=tongue.say(purpose, PURPOSES) if purpose in PURPOSES else foreign(purpose))
    short = join(el("code", foreign(root[:15] + ("…" if len(root) > 15 else ""))), " ",
                 el("a", tongue.say("in-full"), href=f"#{tongue.code}-root"))
    moment = el("time", tongue.moment(as_of), datetime=as_of) if as_of else tongue.say("not-stated")
    facts = {"as-of": moment, "rows": tongue.number(counts.released), "made-for": made_for,
             "content-root": short if root else tongue.say("not-stated"), "checks": summary(found, tongue)}
    return el("dl", *(el("div", el("dt", tongue.say(name)), el("dd", fact), class_=name)
                      for name, fact in facts.items()), class_="state")


def _sources(manifest: Mapping[str, Any], counts: Counts, tongue: Language) -> Markup:
    sources = [source for source in _list(manifest, "sources") if isinstance(source, Mapping)]
    if not sources:
        return el("p", tongue.say("no-source" if not counts.released else "not-stated"))
    head = el("tr", *(el("th", tongue.say(name), scope="col", class_="number" if name == "rows" else None)
                      for name in ("source", "right", "rows")))
    return el("table", el("thead", head), el("tbody", *(_source(source, tongue) for source in sources)), class_="plain")


def _source(source: Mapping[str, Any], tongue: Language) -> Markup:
    ground = _text(source, "ground")
    key = "by-contract" if ground == "contract" else ground
    known = key in ("own", "open-licence", "by-contract", "public-domain", "statutory", "unknown")
    papers = [prose(tongue.say(name), id=foreign(_text(source, name))) for name in ("contract", "licence")
              if _text(source, name)]
    rows = source.get("rows")
    return el("tr", el("th", foreign(_text(source, "id")), scope="row"),
              el("td", el("b", tongue.say(key) if known else foreign(ground or tongue.say("not-stated"))),
                 *(el("small", paper) for paper in papers or [join(tongue.say("no-paper"))])),
              el("td", tongue.number(rows) if type(rows) is int else foreign(_text(source, "rows")), class_="number"))


def _remedies(counts: Counts, tongue: Language) -> Markup:
    held = [branch for branch in counts.branches if branch.answer == "held"]
    if not held:
        return el("p", tongue.say("remedies-none"))
    costs: dict[int, list[Branch]] = {}
    for branch in sorted(held, key=lambda branch: (_cost(branch.reason), -branch.rows, branch.reason)):
        costs.setdefault(_cost(branch.reason), []).append(branch)
    groups = (join(el("h3", tongue.say(f"cost-{cost}")), el("ul", *(_remedy(b, tongue) for b in branches), class_="held"))
              for cost, branches in costs.items())
    return join(el("p", tongue.say("remedies-why")), *groups)


def _cost(reason: str) -> int:
    return REASONS[reason].cost if reason in REASONS else 10


def _remedy(branch: Branch, tongue: Language) -> Markup:
    known = REASONS.get(branch.reason)
    remedy = join(tongue.pick(known.remedy, known.remedy_fr)) if known else prose(tongue.say("other-remedy"))
    return el("li", el("b", tongue.number(branch.rows), class_="number"),
              el("div", el("p", remedy), el("small", meaning(branch.reason, tongue), " ",
                                            el("code", foreign(branch.reason)))))


def _limits(manifest: Mapping[str, Any], tongue: Language) -> Markup:
    told = manifest.get("measure")
    said = told.get("measured") if isinstance(told, Mapping) else None
    if "accept_unmeasured_deidentification" in _list(manifest, "accepted"):
        said = False
    key = {True: "limit-measured", False: "limit-unmeasured"}.get(said, "limit-measure-file")  # type: ignore[arg-type]
    hours = manifest.get("lease_hours", 24)
    items = ("limit-label", key, "limit-absence", "limit-models", "limit-time", "limit-advice")
    file = el("a", "evidence/measure.json", href="measure.json")
    return el("ul", *(el("li", prose(tongue.say(item), file=file, hours=hours)) for item in items), class_="limits")


def _details(manifest: Mapping[str, Any], tongue: Language) -> Markup:
    def code(*path: str) -> Markup:
        return _stated(manifest, tongue, *path)

    audit = {name: _text(manifest, "audit", name) for name in ("twin", "canaries")}
    drawn = any(value not in ("", "0") for value in audit.values())
    pins = [el("li", el("code", foreign(pin), class_="long")) for pin in _list(manifest, "detectors")]
    listed = [file for file in _list(manifest, "files") if isinstance(file, Mapping)]
    size = sum(file["bytes"] for file in listed if type(file.get("bytes")) is int)
    facts: list[tuple[str, object]] = [
        ("content-root", el("span", code("content_root"), id=f"{tongue.code}-root")),
        ("lock-digest", code("lock_digest")),
        ("log", prose(tongue.say("log-at"), origin=code("log", "origin"), size=_text(manifest, "log", "size"),
                      root=code("log", "root"))),
        ("log-key", code("log", "key")),
        ("signer", prose(tongue.say("signer-key"), id=code("signer", "key_id"), key=code("signer", "key"))),
        ("absence", prose(tongue.say("absence-at"), count=_text(manifest, "absence", "count"),
                          root=code("absence", "root"))),
        ("private", prose(tongue.say("private-at"), decisions=code("private", "decisions"),
                          tally=code("private", "tally"))),
        ("audit", prose(tongue.say("audit-some"), **audit) if drawn else tongue.say("audit-none")),
        ("detectors", el("ul", *pins) if pins else tongue.say("detectors-none")),
        ("columns", join(*(join(el("code", foreign(column)), " ") for column in _list(manifest, "columns")))),
        ("files", prose(tongue.say("files-at"), files=tongue.number(len(listed)), bytes=tongue.number(size),
                        manifest=el("a", "manifest.json", href="../manifest.json"))),
        ("papers", _papers(listed, tongue)),
        ("evidence", join(*(join(el("a", name, href=name), " ") for name in (
            "claims.json", "tally.json", "measure.json", "absence.json", "closing.json", "checkpoint.txt"))))]
    return el("dl", *(el("div", el("dt", prose(tongue.say(name))), el("dd", fact)) for name, fact in facts),
              class_="facts")


def _papers(listed: Sequence[Mapping[str, Any]], tongue: Language) -> Markup:
    """Link the papers that the manifest lists, in this language where there are two."""
    here = {str(file.get("path")) for file in listed}
    names = [name.format(tongue.pick("", ".fr")) for name in _PAPERS]
    links = [join(el("a", name, href=name), " ") for name in names if f"evidence/{name}" in here]
    return join(*links) if links else join(tongue.say("not-stated"))
