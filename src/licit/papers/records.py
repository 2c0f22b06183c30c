"""Records that the law asks for of a release: the record of processing (GDPR 30) and the summary of what was assessed.

Rules kept here:

- Basis, notices, assessments and measures are those that the log held where the release was decided; none is described otherwise.
- Where nothing was assessed, the paper says so.
- Nobody who entered, wrote or approved something is named.

Law: REL-09, LIA-09
"""

from collections.abc import Mapping
from typing import Any

from .paper import Block, Field, Foreign, Gap, Heading, Items, Line, Paper, Said
from .summary_words import OPEN
from .words import PURPOSES, Language

_ROLES = {"controller": ("controller", "responsable"), "joint": ("joint controller", "responsable conjoint"), "processor": ("processor", "sous-traitant")}
_BASES = {"legitimate-interest": ("legitimate interest (Art. 6(1)(f))", "intérêt légitime (art. 6(1)(f))"), "consent": ("consent (Art. 6(1)(a))", "consentement (art. 6(1)(a))")}


def processing(facts: Mapping[str, Any], tongue: Language) -> Paper:
    """Write the record of processing of a release in one language."""
    pick, numbers = tongue.pick, facts["numbers"]
    people = [source for source in facts["sources"] if source["personal"] != "no"]
    looked = ", ".join(str(pin).split("@")[0] for pin in facts["detectors"])
    purpose = pick(*PURPOSES[facts["purpose"]]) if facts["purpose"] in PURPOSES else str(facts["purpose"])
    blocks: list[Block] = [
        Line(pick("Record of processing activities (GDPR Art. 30(1)) for this release, generated from its records.",
                  "Registre des activités de traitement (RGPD art. 30(1)) pour cette publication, tiré de ses registres.")),
        _told(facts, "controller", "(a) Controller", "(a) Responsable du traitement", tongue),
        _told(facts, "officer", "(a) Data-protection officer", "(a) Délégué à la protection des données", tongue),
        Field(pick("(b) Purposes and legal basis", "(b) Finalités et base légale"), (Foreign(purpose), *_bases(facts, tongue))),
        *covered(facts, tongue),
        Field(pick("(c) Categories of people", "(c) Catégories de personnes"), (pick(
            f"Users of the sources below and people they speak of: {tongue.number(facts['absence']['count'])} people in {tongue.number(numbers['rows'])} rows.",
            f"Utilisateurs des sources ci-dessous et personnes dont ils parlent : {tongue.number(facts['absence']['count'])} personnes dans {tongue.number(numbers['rows'])} lignes."),)),
        Field(pick("(c) Categories of data", "(c) Catégories de données"), (pick(
            f"Words of conversations ({tongue.number(numbers['chats'])} rows) and documents ({tongue.number(numbers['documents'])}), de-identified (personal data).",
            f"Textes de conversations ({tongue.number(numbers['chats'])} lignes) et de documents ({tongue.number(numbers['documents'])}), désidentifiés (données personnelles)."),)),
        Field(pick("Sources and role", "Sources et rôle"), tuple(_source(source, tongue) for source in people) or (pick("none with personal data", "aucune avec données personnelles"),)),
        _told(facts, "recipients", "(d) Categories of recipients", "(d) Catégories de destinataires", tongue),
        _told(facts, "transfers", "(e) Transfers outside the Union", "(e) Transferts hors de l'Union", tongue),
        _told(facts, "retention", "(f) Time limits for erasure", "(f) Délais d'effacement", tongue),
        _told(facts, "security", "(g) Security measures", "(g) Mesures de sécurité", tongue),
        Field(pick("(g) Measures of licit", "(g) Mesures de licit"), (
            (pick("Looked for and replaced before release: ", "Recherché et remplacé avant publication : "), Foreign(", ".join(facts["plan"]["deidentify"]["labels"]))),
            Foreign(looked), pick("Objections, withdrawals and erasures are read from a signed log at each build.", "Oppositions, retraits et effacements sont lus d'un journal signé à chaque construction.")))]
    return Paper((pick("Record of processing: ", "Registre de traitement : "), Foreign(str(facts["name"]))), tuple(blocks))


def _told(facts: Mapping[str, Any], name: str, english: str, french: str, tongue: Language) -> Field:
    value = facts["provider"].get("processing", {}).get(name)
    return Field(tongue.pick(english, french), (Foreign(str(value)) if value else Gap(tongue.pick(*OPEN)),))


def covered(facts: Mapping[str, Any], tongue: Language) -> list[Block]:
    """Give what people are told that the purpose covers, in the words of the notice in force; nothing where no notice says it."""
    words = facts["policy"].get("words")
    if not words:
        return []
    covers, covers_not = words[tongue.code]
    whose = f"notice {words['notice']}, version {words['version']}, {words['digest']}"
    return [Field(tongue.pick("What it covers, as people are told", "Ce qu'elle couvre, tel que dit aux personnes"), (
        Foreign(covers), *(((tongue.pick("Does not cover: ", "Ne couvre pas : "), Foreign(covers_not)),) if covers_not else ()),
        Foreign(whose)))]


def _bases(facts: Mapping[str, Any], tongue: Language) -> list[Said]:
    out: list[Said] = []
    for period in facts["policy"]["periods"]:
        until = tongue.pick(f" to {period['ends']}", f" au {period['ends']}") if period["ends"] else ""
        basis = tongue.pick(*_BASES.get(period["basis"], (period["basis"], period["basis"])))
        out.append(tongue.pick(f"{basis}, from {period['starts']}{until}, waiting {period['waiting_days']} days",
                               f"{basis}, du {period['starts']}{until}, délai de {period['waiting_days']} jours"))
    return [*out, *((tongue.pick("notice ", "information "), Foreign(notice["id"]), tongue.pick(f", in force from {notice['starts']}", f", en vigueur du {notice['starts']}"))
                    for notice in facts["policy"]["notices"])] or [Gap(tongue.pick("no basis on record", "aucune base au registre"))]


def _source(source: Mapping[str, Any], tongue: Language) -> Said:
    role = tongue.pick(*_ROLES[source["role"]]) if source["role"] in _ROLES else tongue.pick("role not recorded", "rôle non inscrit")
    return (Foreign(source["title"] or source["id"]), f" ({role})", *((": ", Foreign(source["controller"])) if source["controller"] else ()),
            *((tongue.pick(", notice ", ", information "), Foreign(source["notice"])) if source["notice"] else ()))


def assessments(facts: Mapping[str, Any], tongue: Language) -> Paper:
    """Write the summary of what was assessed for a release, in one language."""
    pick = tongue.pick
    blocks: list[Block] = []
    for paper in facts["law"]:
        heading = {"lia": ("Legitimate-interest assessment", "Évaluation de l'intérêt légitime"), "dpia": ("Impact assessment", "Analyse d'impact"),
                   "dpia-screening": ("Screening for an impact assessment", "Tri préalable à l'analyse d'impact"),
                   "reuse": ("Compatible-reuse test", "Examen de compatibilité"), "governance": ("Data governance (AI Act 10)", "Gouvernance des données (règlement IA 10)"),
                   "notice": ("Notice", "Information")}.get(paper["kind"], (paper["kind"], paper["kind"]))
        blocks += [Heading(2, f"{pick(*heading)}"), Items((
            (pick("Paper: ", "Document : "), Foreign(f"{paper['id']}, {paper['version']}"), ", ", Foreign(paper["digest"])),
            pick(f"Approved on {paper['approved']} by somebody other than its author", f"Approuvé le {paper['approved']} par une autre personne que son auteur")
            + (pick(f", in force until {paper['until']}.", f", en vigueur jusqu'au {paper['until']}.") if paper["until"] else "."),
            *(((pick("Officer's opinion: ", "Avis du délégué : "), Foreign(paper["opinion"])),) if paper["opinion"] else ()))),
            *(Field(pick(*label), tuple(Foreign(line) for line in lines)) for label, lines in _points(paper))]
    policy = facts["policy"]["assessments"]
    if policy:
        blocks += [Heading(2, pick("Assessments that the policy names", "Évaluations que nomme la politique")), Items(tuple(
            (Foreign(each["id"]), pick(f", approved on {each['approved']}, in force until {each['expires']}", f", approuvée le {each['approved']}, en vigueur jusqu'au {each['expires']}"),
             *((", ", Foreign(each["digest"])) if each["digest"] else ())) for each in policy))]
    if not blocks:
        blocks = [Line(pick("No assessment is on record for this purpose.", "Aucune évaluation n'est au registre pour cette finalité."), alert=True)]
    elif not facts["law"]:
        blocks.insert(0, Line(pick("The texts of the assessments are not on record: only the policy's entries are.",
                                   "Les textes des évaluations ne sont pas au registre : seules y sont les inscriptions de la politique."), alert=True))
    return Paper((pick("Assessments behind release ", "Évaluations de la publication "), Foreign(str(facts["name"]))), tuple(blocks))


_POINTS: tuple[tuple[str, str, str, str], ...] = (
    ("identification", "processing", "Processing", "Traitement"), ("interest", "text", "Interest", "Intérêt"), ("interest", "benefits", "Benefits", "Bénéfices"),
    ("necessity", "achieves", "Necessity", "Nécessité"), ("necessity", "minimisation", "Minimisation", "Minimisation"),
    ("volume", "justified", "Volume", "Volume"), ("balance", "final", "Balance", "Balance"), ("balance", "residual", "Residual risk", "Risque résiduel"),
    ("rights", "objection", "Objection", "Opposition"), ("description", "operations", "Operations", "Opérations"),
    ("necessity", "proportionality", "Proportionality", "Proportionnalité"), ("decision", "due", "Impact assessment due", "Analyse d'impact requise"),
    ("decision", "why", "Why", "Pourquoi"), ("decision", "residual", "Residual risk", "Risque résiduel"), ("decision", "outcome", "Outcome", "Issue"))


def _points(paper: Mapping[str, Any]) -> list[tuple[tuple[str, str], list[str]]]:
    """Give what a summary tells of a paper: its main points, the alternatives rejected, and the measures with their controls."""
    fields = paper["fields"]
    out: list[tuple[tuple[str, str], list[str]]] = []
    for section, name, english, french in _POINTS:
        value = (fields.get(section) or {}).get(name) if isinstance(fields.get(section), Mapping) else None
        if value not in (None, "", []):
            out.append(((english, french), [str(value)]))
    for section, label, parts in (("alternative", ("Alternatives rejected", "Solutions écartées"), ("means", "rejected")),
                                  ("mitigation", ("Measures", "Mesures"), ("what", "control")), ("risk", ("Risks", "Risques"), ("risk", "measure"))):
        blocks = [item for item in fields.get(section) or () if isinstance(item, Mapping)]
        if blocks:
            out.append((label, [": ".join(str(item[part]) for part in parts if item.get(part)) for item in blocks]))
    return out
