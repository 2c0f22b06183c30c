"""The public summary of training content (AI Act 53(1)(d)) of one release, in the fields of the Commission's template.

Rules kept here:

- Every answer comes of rows, register, log, plan or ``provider.toml``; what none of them says is TO BE PROVIDED.
- A no is said only where every source's kind is known; a yes where one of them makes it so.
- What records and provider say against each other stands as a contradiction, and the record's answer is given.

Law: AIA-01, AIA-02, AIA-03, AIA-04, AIA-05, AIA-06
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..core.ids import canonical_json
from ..core.summary import foremost, large, months_later, plain, section_of, text_size
from .paper import Block, Field, Foreign, Gap, Heading, Items, Line, Paper, html, markdown
from .summary_words import LABELS, OPEN, OPTIONAL, SECTIONS, SIZES, SIZES_FR
from .words import ENGLISH, FRENCH, Language

FORMAT = "licit-public-summary/1"

#: Months after which a summary is due again.
RENEWED = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """What a field holds in English and French; None is unanswered."""

    english: tuple[str, ...] | None
    french: tuple[str, ...] | None

    @classmethod
    def of(cls, english: str, french: str = "") -> "Answer":
        """Give an answer of one line."""
        return cls((english,), (french or english,))


MISSING = Answer(None, None)
EMPTY = Answer((), ())
_NOT_APPLICABLE = Answer.of("Not applicable", "Sans objet")
_TEXT = Answer.of("Text", "Texte")


def _yes(value: bool | None) -> Answer:
    return MISSING if value is None else Answer.of("Yes", "Oui") if value else Answer.of("No", "Non")


@dataclass(frozen=True, slots=True)
class _Release:
    """The facts, and what follows from them for all answers."""

    facts: Mapping[str, Any]
    places: Mapping[str, str]

    def told(self, section: str, name: str) -> Any:
        """Give what the provider answered, None where nothing."""
        return self.facts["provider"].get(section, {}).get(name)

    def text(self, section: str, name: str) -> Answer:
        """Give the provider's own words."""
        value = self.told(section, name)
        return MISSING if value is None else Answer(tuple(value), tuple(value)) if isinstance(value, list) else Answer.of(str(value))

    def sources(self, place: str) -> list[Mapping[str, Any]]:
        """Give the sources of a section."""
        return [source for source in self.facts["sources"] if self.places[source["id"]] == place]

    def used(self, place: str) -> bool | None:
        """Tell whether a section has a source; None while the kind of some source is unknown."""
        return True if self.sources(place) else None if "" in self.places.values() else False

    def where(self, place: str, answer: Answer) -> Answer:
        """Give an answer that makes sense only where a section has a source."""
        used = self.used(place)
        return answer if used else _NOT_APPLICABLE if used is False else MISSING


def summary(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Give the summary of a release as plain values; :func:`render` writes it."""
    numbers = facts["numbers"]
    places = {source["id"]: section_of(source["kind"], source["ground"], numbers["sources"][source["id"]]["chats"]) for source in facts["sources"]}
    release = _Release(facts, places)
    answers = {**_general(release), **_bought(release), **_crawled(release), **_made(release), **_processed(release)}
    day = date.fromisoformat(facts["as_of"][:10])
    sections: list[dict[str, Any]] = [{"number": number, "title": english, "title_fr": french, "fields": [_field(name, answers[name]) for name in names]}
                for number, english, french, names in SECTIONS]
    public = {source["id"]: numbers["sources"][source["id"]]["tokens"] for source in release.sources("2.1")}
    return {
        "format": FORMAT, "release": facts["name"], "content_root": facts["content_root"], "as_of": facts["as_of"],
        "due": months_later(day, RENEWED).isoformat(), "previous": [dict(each) for each in facts["previous"]],
        "numbers": plain(numbers), "places": [{"id": name, "section": place} for name, place in sorted(places.items())], "large": list(large(public)), "domains": _domains(release),
        "protocols": [list(each) for each in facts["protocols"]], "sections": sections,
        "open": [field["id"] for section in sections for field in section["fields"] if field["open"]],
        "unplaced": sorted(name for name, place in places.items() if not place),
        "contradictions": [{"en": english, "fr": french} for english, french in _contradictions(release)]}


def _field(name: str, answer: Answer) -> dict[str, Any]:
    is_open = answer.english is None and name not in OPTIONAL
    english, french = (([OPEN[0]], [OPEN[1]]) if is_open else (list(answer.english or ()), list(answer.french or ())))
    options = {"options": list(SIZES["text"])} if name == "text_size" else {"options": list(SIZES[name])} if name in SIZES and name != "text" else {}
    return {"id": name, "label": LABELS[name][0], "label_fr": LABELS[name][1], "answer": english, "answer_fr": french, "open": is_open, **options}


def _domains(release: _Release) -> dict[str, Any]:
    sizes = release.facts["domains"]
    small = release.told("crawlers", "small_enterprise") is True
    return {"all": len(sizes), "listed": list(foremost(sizes, small_enterprise=small)), "small_enterprise": small}


def _general(release: _Release) -> dict[str, Answer]:
    facts, numbers = release.facts, release.facts["numbers"]
    day, name, contact = facts["as_of"], release.told("provider", "name"), release.told("provider", "contact")
    size, unit = text_size(numbers["tokens"]), ("counted", "comptés") if facts["tokens"] != "estimate" else ("estimated", "estimés")
    previous = tuple(f"{each['name']} ({each['day']}, {each['manifest'][:23]}…)" for each in facts["previous"])
    none = Answer.of("No", "Non")
    return {
        "version": Answer.of(facts["name"]), "previous": Answer(previous, previous), "updated": Answer.of(f"{day[8:10]}/{day[5:7]}/{day[2:4]}"),
        "provider": Answer.of(f"{name}, {contact}") if name and contact else MISSING, "representative": release.text("provider", "representative"),
        "models": release.text("model", "names"), "dependencies": release.text("model", "dependencies"), "placed": release.text("model", "placed_on_market"),
        "text": Answer.of("Yes", "Oui"), "text_size": Answer.of(size, SIZES_FR[size]),
        "text_unit": _both(lambda t: f"{t.number(numbers['tokens'])} {t.pick('tokens', 'jetons')} ({t.pick(*unit)}), {t.number(numbers['rows'])} {t.pick('rows', 'lignes')}"),
        "text_types": _types(numbers), "image": none, "audio": none, "video": none, "other_modality": none,
        "latest": _latest(release), "continuous": _yes(release.told("model", "continuous")), "linguistic": _linguistic(numbers),
        "characteristics": release.text("model", "other_characteristics"), "model_comments": release.text("model", "comments")}


def _both(say: Callable[[Language], str]) -> Answer:
    return Answer.of(say(ENGLISH), say(FRENCH))


def _types(numbers: Mapping[str, Any]) -> Answer:
    names = {"chats": ("conversations of users with an assistant", "conversations avec un assistant"), "documents": ("documents", "documents")}
    return _both(lambda t: ", ".join(f"{t.pick(*names[kind])}: {t.number(numbers[kind])} {t.pick('rows', 'lignes')}" for kind in names if numbers[kind]))


def _linguistic(numbers: Mapping[str, Any]) -> Answer:
    told = sorted(numbers["languages"].items(), key=lambda item: (-item[1]["tokens"], item[0]))
    other = {"other": ("other languages", "autres langues"), "und": ("undetermined", "indéterminée"), "": ("undetermined", "indéterminée")}
    return _both(lambda t: "; ".join(
        f"{t.pick(*other[name]) if name in other else name}: {t.share(one['tokens'], numbers['tokens']) or '0'} "
        f"{t.pick('of tokens', 'des jetons')}, {t.number(one['rows'])} {t.pick('rows', 'lignes')}" for name, one in told))


def _month(text: str) -> str:
    return f"{text[5:7]}/{text[:4]}"


def _latest(release: _Release) -> Answer:
    """Give the month of the latest collection: of conversations the last that was said, of others when they were acquired."""
    months = [release.facts["numbers"]["sources"][source["id"]]["last"] or source["acquired"][1][:7] for source in release.facts["sources"]]
    return Answer.of(_month(max(months))) if months and all(months) else MISSING


def _named(source: Mapping[str, Any]) -> str:
    parts = [source["title"] or source["id"], source["origin"], source["licence"]]
    return ", ".join(part for part in parts if part) + (f" ({_period(source['acquired'])})" if source["acquired"][1] else "")


def _period(days: Sequence[str]) -> str:
    first, last = (_month(day) for day in days)
    return last if first == last or not days[0] else f"{first}–{last}"


def _listed(sources: Sequence[Mapping[str, Any]]) -> Answer:
    lines = tuple(_named(source) for source in sources)
    return Answer(lines, lines) if lines else Answer.of("None", "Aucun")


def _bought(release: _Release) -> dict[str, Answer]:
    """Answer sections 2.1 and 2.2."""
    numbers = release.facts["numbers"]["sources"]
    public = release.sources("2.1")
    big = large({source["id"]: numbers[source["id"]]["tokens"] for source in public})
    private = release.sources("2.2.2")
    agreed = True if any(source["contract"] for source in release.facts["sources"]) else release.used("2.2.1")
    return {
        "public": _yes(release.used("2.1")), "public_modality": release.where("2.1", _TEXT),
        "public_large": release.where("2.1", _listed([source for source in public if source["id"] in big])),
        "public_others": release.where("2.1", _listed([source for source in public if source["id"] not in big])),
        "public_comments": release.text("public_datasets", "comments"),
        "licensed": _yes(agreed), "licensed_modality": _TEXT if agreed else release.where("2.2.1", _TEXT),
        "private": _yes(release.used("2.2.2")), "private_modality": release.where("2.2.2", _TEXT),
        "private_known": release.where("2.2.2", _listed([source for source in private if source["origin"]])),
        "private_unknown": release.where("2.2.2", _listed([source for source in private if not source["origin"]])),
        "private_comments": release.text("private_datasets", "comments")}


def _crawled(release: _Release) -> dict[str, Answer]:
    """Answer section 2.3."""
    pages = release.sources("2.3")
    days = [source["acquired"] for source in pages]
    told = bool(days) and all(first and last for first, last in days)
    period = Answer.of("–".join((_month(min(first for first, _ in days)), _month(max(last for _, last in days))))) if told else MISSING
    domains = tuple(_domains(release)["listed"])
    return {
        "crawled": _yes(release.used("2.3")), "crawlers": release.where("2.3", release.text("crawlers", "names")),
        "crawl_purposes": release.where("2.3", release.text("crawlers", "purposes")),
        "crawl_behaviour": release.where("2.3", release.text("crawlers", "behaviour")), "crawl_period": release.where("2.3", period),
        "crawl_content": release.where("2.3", release.text("crawlers", "content")), "crawl_modality": release.where("2.3", _TEXT),
        "crawl_domains": release.where("2.3", Answer(domains, domains) if domains else MISSING),
        "crawl_comments": release.text("crawlers", "comments")}


def _made(release: _Release) -> dict[str, Answer]:
    """Answer sections 2.4 to 2.6."""
    others = release.told("user_data", "other_services")
    users = release.used("2.4")
    return {
        "user_data": _yes(users), "other_services": _yes(others if others is not None else False if users is False else None),
        "services": release.text("user_data", "services") if users or others else _NOT_APPLICABLE if users is False else MISSING,
        "user_modality": release.where("2.4", _TEXT), "user_comments": release.text("user_data", "comments"),
        "synthetic": _yes(release.used("2.5")), "synthetic_modality": release.where("2.5", _TEXT),
        "synthetic_models": release.where("2.5", release.text("synthetic", "models")),
        "synthetic_others": release.where("2.5", release.text("synthetic", "other_models")),
        "synthetic_comments": release.text("synthetic", "comments"),
        "other": _yes(release.used("2.6")), "other_description": release.where("2.6", release.text("other_sources", "description")),
        "other_comments": release.text("other_sources", "comments")}


def _processed(release: _Release) -> dict[str, Answer]:
    """Answer section 3; the protocols are those that were read in this build, no others."""
    facts = release.facts
    protocols = tuple(f"{name}: {spec}" for name, spec in facts["protocols"])
    read = [source["id"] for source in facts["sources"] if source["readings"]]
    lines = _both(lambda t: t.pick(
        f"Any refusal reserves, and so does a signal that cannot be read; a reserved source is not used. Readings are kept for {len(read)} of {len(facts['sources'])} sources.",
        f"Tout refus vaut réserve, un signal illisible aussi ; une source réservée n'est pas utilisée. Des relevés sont conservés pour {len(read)} des {len(facts['sources'])} sources."))
    measures = Answer((*protocols, *(lines.english or ())), (*protocols, *(lines.french or ())))
    illegal = release.told("illegal_content", "measures")
    looked = ", ".join(pin.split("@")[0] for pin in facts["detectors"])
    return {"signatory": _yes(release.told("reservations", "signatory")), "measures": measures if protocols else MISSING,
            "reservation_comments": release.text("reservations", "comments"),
            "illegal": MISSING if illegal is None else Answer(
                (illegal, f"Detectors and screeners that ran: {looked}"), (illegal, f"Détecteurs et filtres exécutés : {looked}")),
            "information": release.text("other", "information")}


def _contradictions(release: _Release) -> list[tuple[str, str]]:
    """Say what records and provider say against each other."""
    numbers, out = release.facts["numbers"]["sources"], []
    for source in release.facts["sources"]:
        if numbers[source["id"]]["chats"] and source["ground"] == "own" and release.places[source["id"]] not in ("2.4", "2.5", ""):
            out.append((f"Source {source['id']} holds conversations of own collection and is registered as {source['kind']}: user data (2.4).",
                        f"La source {source['id']} contient des conversations de collecte propre et est inscrite comme {source['kind']} : données d'utilisateurs (2.4)."))
    for section, place, name in (("crawlers", "2.3", "names"), ("synthetic", "2.5", "models"), ("other_sources", "2.6", "description")):
        if release.told(section, name) is not None and release.used(place) is False:
            out.append((f"provider.toml answers [{section}] {name}, and no released source belongs to {place}.",
                        f"provider.toml renseigne [{section}] {name}, et aucune source publiée ne relève de {place}."))
    return out


def render_summary(told: Mapping[str, Any]) -> dict[str, bytes]:
    """Write the summary as JSON, Markdown in both languages, and one page."""
    english, french = _paper(told, ENGLISH), _paper(told, FRENCH)
    return {"evidence/public-summary.json": canonical_json(told) + b"\n", "evidence/public-summary.md": markdown(english),
            "evidence/public-summary.fr.md": markdown(french), "evidence/public-summary.html": html(str(told["release"]), [french, english])}


def _paper(told: Mapping[str, Any], tongue: Language) -> Paper:
    suffix = "" if tongue.code == "en" else "_fr"
    blocks: list[Block] = [Line(tongue.pick(
        "This is the part of the summary that this set of data answers for; a model's provider merges the parts of all its sets. It is generated from records "
        "in the fields of the Commission's template for Article 53(1)(d) of the AI Act.",
        "Voici la part du résumé dont ce jeu de données répond ; le fournisseur d'un modèle réunit celles de tous ses jeux. Elle est tirée des registres, dans "
        "les champs du modèle de la Commission pour l'article 53(1)(d) du règlement sur l'IA."))]
    if told["open"] or told["contradictions"]:
        number = len(told["open"])
        blocks.append(Line(tongue.pick(f"Not to be published yet: fields without an answer: {number}; contradictions: {len(told['contradictions'])}.",
                                       f"À ne pas publier encore : champs sans réponse : {number} ; contradictions : {len(told['contradictions'])}."), alert=True))
        if told["contradictions"]:
            blocks.append(Items(tuple(Foreign(each[tongue.code]) for each in told["contradictions"])))
    for section in told["sections"]:
        if section["number"] != "0":
            blocks.append(Heading(min(2 + section["number"].count("."), 4), f"{section['number']} {section['title' + suffix]}"))
        blocks += [_shown(field, suffix, tongue) for field in section["fields"]]
    title = SECTIONS[0][1 if tongue.code == "en" else 2]
    return Paper((f"{title}{tongue.pick(':', ' :')} ", Foreign(str(told["release"]))), tuple(blocks))


def _shown(field: Mapping[str, Any], suffix: str, tongue: Language) -> Field:
    if field["open"]:
        return Field(field["label" + suffix], (Gap(tongue.pick(*OPEN)),))
    lines = tuple(Foreign(line) for line in field["answer" + suffix]) or (Foreign("–"),)
    ticks = tuple(f"{'☒' if option in field['answer'] else '☐'} {option}" for option in field.get("options", ()))
    return Field(field["label" + suffix], ticks if field["id"] == "text_size" else (*lines, *ticks))

