"""The data card of a release, for those who load it, and the terms under which it is handed on.

Rules kept here:

- Only the public tally is shown, with the label this version can stand for.
- The terms oblige whoever receives it to the latest version, to withdrawals within a stated time, and to pass both on.

Law: FOL-03, PRV-15
"""

from collections.abc import Mapping
from typing import Any

from ..core.manifest import COLUMNS
from .croissant import SAID, licences
from .flow import check_label, meaning, read_counts
from .paper import Block, Foreign, Gap, Heading, Items, Line, Paper, Rows, Said
from .records import covered
from .summary_words import OPEN
from .words import GATES, PURPOSES, WORDS, Language

_COLUMNS_FR = {
    "record": "Identifiant à clé de la conversation ou du document ; il ne nomme personne.", "chunk": "Numéro de la partie de l'enregistrement.",
    "messages": "La conversation, en rôle et contenu ; nul pour un document.", "text": "Le document ; nul pour une conversation.",
    "language": "Langue de la ligne.", "source": "Identifiant de la source.", "licence": "Expression SPDX, s'il y en a une.",
    "day": "Jour dont elle est, s'il est connu.", "first_day": "Jour du premier tour.", "last_day": "Jour du dernier tour.",
    "participants": "Substituts de qui parle.", "topics": "Thèmes, si la source en donne.", "tokens": "Longueur en jetons, comptés ou estimés.",
    "turns": "Nombre de tours."}


def card(facts: Mapping[str, Any], tongue: Language) -> Paper:
    """Write the data card in one language.

    Raises:
        EvidenceError: a tally that cannot be read or does not balance, or a label this version cannot stand for.
    """
    check_label(facts)
    pick, numbers = tongue.pick, facts["numbers"]
    blocks: list[Block] = [
        Line(f"**{tongue.say('label')}**"), Line(pick(*WORDS["limit-label"])),
        Items((_fact(pick("Rows", "Lignes"), tongue.number(numbers["rows"])),
               _fact(pick("Tokens", "Jetons"), f"{tongue.number(numbers['tokens'])} ({pick('estimated', 'estimés') if facts['tokens'] == 'estimate' else pick('counted', 'comptés')})"),
               _fact(pick("Conversations, documents", "Conversations, documents"), f"{tongue.number(numbers['chats'])}, {tongue.number(numbers['documents'])}"),
               _fact(pick("Made for", "Destination"), _purpose(facts, tongue)), _fact(pick("Judged as of", "Jugé au"), Foreign(str(facts["as_of"]))),
               _fact(pick("Content root", "Racine de contenu"), Foreign(str(facts["content_root"]))))),
        *covered(facts, tongue), *_risks(facts, tongue), *_patch(facts, tongue),
        Heading(2, pick("Load", "Charger")),
        Line(pick("`licit.open_release(PATH)` refuses a release that is withdrawn, altered or has removals pending. Parquet readers read `data/` as it stands, and check nothing.",
                  "`licit.open_release(CHEMIN)` refuse une publication retirée, altérée ou dont des retraits attendent. Les lecteurs Parquet lisent `data/` tel quel et ne vérifient rien.")),
        *_sources(facts, tongue), *_languages(facts, tongue), *_tally(facts, tongue), *_own_words(facts, tongue),
        Heading(2, pick("Columns", "Colonnes")),
        Rows((pick("Column", "Colonne"), pick("What it holds", "Ce qu'elle contient")),
             tuple((f"`{name}`", tongue.pick(SAID[name], _COLUMNS_FR[name])) for name in COLUMNS)),
        Heading(2, pick("Limits", "Limites")),
        Items((pick(*WORDS["limit-absence"]), pick(*WORDS["limit-models"]),
               pick("How well personal data is found: `evidence/measure.json`, which also says when it was not measured.",
                    "Qualité du repérage des données personnelles : `evidence/measure.json`, qui dit aussi quand elle n'a pas été mesurée."),
               pick("Check it: `licit verify RELEASE --key KEY`. licit is no legal advice.",
                    "Vérifier : `licit verify PUBLICATION --key CLÉ`. licit n'est pas un conseil juridique.")))]
    return Paper((pick("Data card: ", "Fiche du jeu de données : "), Foreign(str(facts["name"]))), tuple(blocks))


def _fact(name: str, said: str | Foreign) -> Said:
    return (f"{name}: ", said)


def _purpose(facts: Mapping[str, Any], tongue: Language) -> str:
    purpose = tongue.say(facts["purpose"], PURPOSES) if facts["purpose"] in PURPOSES else "–"
    return tongue.say("commercial" if facts["commercial"] is True else "not-commercial").replace("{purpose}", purpose)


def _risks(facts: Mapping[str, Any], tongue: Language) -> list[Block]:
    if not facts["accepted"]:
        return []
    names = tuple(Foreign(str(name)) for name in facts["accepted"])
    return [Heading(2, tongue.say("accepted")), Line(tongue.say("accepted-why"), alert=True), Items(names)]


def _patch(facts: Mapping[str, Any], tongue: Language) -> list[Block]:
    parent = facts["parent"]
    if not parent:
        return []
    before, after = tongue.say("patch").split("{parent}")
    return [Line((before, Foreign(str(parent["name"])), after))]


def _sources(facts: Mapping[str, Any], tongue: Language) -> list[Block]:
    head = (tongue.pick("Source", "Source"), tongue.pick("Kind", "Nature"), tongue.pick("Ground", "Fondement"), tongue.pick("Licence or contract", "Licence ou contrat"),
            tongue.pick("Rows", "Lignes"), tongue.pick("Tokens", "Jetons"))
    rows = tuple((Foreign(source["title"] or source["id"]), Foreign(source["kind"]), Foreign(source["ground"]), Foreign(source["licence"] or source["contract"] or "–"),
                  tongue.number(source["rows"]), tongue.number(facts["numbers"]["sources"][source["id"]]["tokens"])) for source in facts["sources"])
    return [Heading(2, tongue.say("sources")), Rows(head, rows, (4, 5))] if rows else [Heading(2, tongue.say("sources")), Line(tongue.say("no-source"))]


def _languages(facts: Mapping[str, Any], tongue: Language) -> list[Block]:
    told = sorted(facts["numbers"]["languages"].items(), key=lambda item: (-item[1]["rows"], item[0]))
    rows = tuple((Foreign(name or "und"), tongue.number(one["rows"]), tongue.number(one["tokens"])) for name, one in told)
    return [Heading(2, tongue.pick("Languages", "Langues")), Rows((tongue.pick("Language", "Langue"), tongue.pick("Rows", "Lignes"), tongue.pick("Tokens", "Jetons")), rows, (1, 2))]


def _tally(facts: Mapping[str, Any], tongue: Language) -> list[Block]:
    counts = read_counts(facts)
    rows: list[tuple[Said, ...]] = [("", tongue.pick("arrived", "arrivé"), "", tongue.number(counts.arrived))]
    for gate, (english, _, french, _) in GATES.items():
        rows += [(tongue.pick(english, french), tongue.pick(branch.answer, {"held": "retenu", "refused": "refusé"}.get(branch.answer, branch.answer)),
                  (Foreign(branch.reason), " ", Foreign(str(meaning(branch.reason, tongue)))), tongue.number(branch.rows)) for branch in counts.at(gate)]
    rows.append(("", tongue.pick("released", "publié"), "", tongue.number(counts.released)))
    head = (tongue.pick("Gate", "Contrôle"), tongue.pick("Answer", "Réponse"), tongue.pick("Reason", "Motif"), tongue.pick("Rows", "Lignes"))
    return [Heading(2, tongue.say("flow")), Rows(head, tuple(rows), (3,))]


def _own_words(facts: Mapping[str, Any], tongue: Language) -> list[Block]:
    """Say what the provider says of uses, biases, effects, and of copyright."""
    told, policy = facts["provider"].get("card", {}), facts["provider"].get("copyright_policy", {})
    rows = (("uses", "Good for", "Bon pour"), ("biases", "Known biases", "Biais connus"), ("social_impact", "Effects on society", "Effets sur la société"))
    items: list[Said] = [_fact_or_gap(tongue.pick(english, french), told.get(name), tongue) for name, english, french in rows]
    told_of = ", ".join(str(policy[name]) for name in ("version", "owner", "summary", "url") if policy.get(name))
    items.append(_fact_or_gap(tongue.pick("Copyright policy", "Politique de droit d'auteur"), told_of if policy.get("version") and policy.get("owner") else None, tongue))
    return [Heading(2, tongue.pick("In the provider's words", "Selon le fournisseur")), Items(tuple(items))]


def _fact_or_gap(name: str, value: object, tongue: Language) -> Said:
    return (f"{name}{tongue.pick(':', ' :')} ", Foreign(str(value)) if value else Gap(tongue.pick(*OPEN)))


def terms(facts: Mapping[str, Any], tongue: Language) -> Paper:
    """Write the terms for whoever receives the release, in one language."""
    pick, told = tongue.pick, facts["provider"].get("release", {})
    days = told.get("removal_days")
    within = (tongue.number(days), pick(" days", " jours")) if days else (Gap(pick(*OPEN)), "")
    closed = tuple(Foreign(source["title"] or source["id"]) for source in facts["sources"] if not source["sublicence"])
    credits_ = tuple((Foreign(source["title"] or source["id"]), pick(": ", " : "), Foreign(source["attribution"])) for source in facts["sources"] if source["attribution"])
    blocks: list[Block] = [
        Line(pick("Whoever receives this release agrees to what follows. Each row keeps the licence of its source.",
                  "Qui reçoit cette publication accepte ce qui suit. Chaque ligne garde la licence de sa source.")),
        Items((
            pick("**Latest version.** Only the release that replaces all others is used; `licit.open_release` refuses a withdrawn one, and a state of the log that is too old.",
                 "**Dernière version.** Seule la publication qui remplace toutes les autres est utilisée ; `licit.open_release` refuse une publication retirée, ou un état du journal trop ancien."),
            (pick("**Withdrawals.** What a recall withdraws is removed from every copy, and the answer given, within ", "**Retraits.** Ce qu'un rappel retire est ôté de toute copie, et la réponse donnée, sous "), *within, "."),
            pick("**Passing on.** Whoever passes it on passes these terms, the notices and every recall on, and tells to whom.",
                 "**Transmission.** Qui la transmet transmet ces conditions, les informations et chaque rappel, et dit à qui."),
            pick("**No re-identification.** Nobody tries to find out who a person is.", "**Pas de réidentification.** Personne ne cherche à savoir qui est une personne."),
            (pick("**Use.** ", "**Usage.** "), Foreign(_purpose(facts, tongue)), "."))),
        Heading(2, pick("Licences", "Licences")), Items(tuple(Foreign(each) for each in licences(facts)))]
    if closed:
        blocks += [Line(pick("The contracts of these sources do not let their texts go to others:", "Les contrats de ces sources ne permettent pas de transmettre leurs textes :"), alert=True), Items(closed)]
    if credits_:
        blocks += [Heading(2, pick("Attribution", "Mentions")), Items(credits_)]
    complaints = told.get("complaints")
    blocks += [Heading(2, pick("Complaints", "Plaintes")), Line(Foreign(complaints) if complaints else Gap(pick(*OPEN)))]
    return Paper((pick("Terms of release ", "Conditions de la publication "), Foreign(str(facts["name"]))), tuple(blocks))

