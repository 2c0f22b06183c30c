"""The screen at the end, and the steps before it: what was seen, in words that need no handbook, in two languages.

Rules kept here: one screen of at most forty lines (two more where a model was trained) and a hundred columns; a beat that was not seen to hold is shown as
such; the meaning of a reason comes from the one table of reasons.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import shorten

from ...core.reasons import REASONS
from .story import Beat, Outcome

WIDTH = 100

#: Key: (English, French).
_WORDS: Mapping[str, tuple[str, str]] = {
    "step-company": ("Inventing Atelier Lumen: people, exports, documents", "Atelier Lumen s'invente : gens, exports, textes"),
    "step-register": ("Making a workspace, registering sources, adopting a policy",
                      "Espace de travail, registre des sources, politique"),
    "step-import": ("Importing what four chat products and a folder hold", "Import de quatre exports et d'un dossier"),
    "step-object": ("Four people object, one of whom uses none of the products",
                    "Quatre personnes s'opposent, dont une qui n'utilise aucun produit"),
    "step-build": ("Building the first release", "Construction de la première publication"),
    "step-verify": ("Checking it with the independent verifier, then as an auditor",
                    "Vérification indépendante, puis comme un auditeur"),
    "step-train": ("Training a small language model on it, behind the gate: about a minute",
                   "Entraînement d'un petit modèle de langue, derrière la porte : une minute environ"),
    "step-downstream": ("Handing it on, training on it; then somebody else objects",
                        "Remise, entraînement ; puis quelqu'un d'autre s'oppose"),
    "step-recall": ("Asking what that objection touches", "Ce que cette opposition touche"),
    "step-patch": ("Building the patch release", "Construction du correctif"),
    "step-proof": ("Proving absence to the person; altering one byte of a copy",
                   "Preuve d'absence pour la personne ; un octet changé dans une copie"),
    "title": ("ATELIER LUMEN (invented): {records} conversations and documents, cut into {arrived} pieces; {released} released",
              "ATELIER LUMEN (inventé) : {records} conversations et documents, soit {arrived} morceaux ; {released} publiés"),
    "held": ("held", "retenu"), "refused": ("refused", "refusé"),
    "tiers": ("Free, pro, team or logged out: same words, same answer; all tiers swapped, {differ} of {records} differ",
              "Gratuit, pro, équipe ou sans compte : même réponse ; offres échangées, {differ} sur {records} changent"),
    "honoured": ("An objection before the release: {rows} of {rows} of that person's conversations stay out",
                 "Une opposition avant la publication : {rows} conversations sur {rows} restent dehors"),
    "explained": ("Asked why {record} is out: {reason}",
                  "Demandé pourquoi {record} est dehors : {reason}"),
    "verified": ("{release} verified: {public} claims hold for anybody, {auditor} for an auditor; {untold} cannot be told",
                 "{release} vérifiée : {public} affirmations tiennent pour chacun, {auditor} pour un auditeur ; {untold} sans réponse"),
    "trained": ("{model}, {weights} weights, trained on {rows} rows of {release} in run {run}; in bits a byte,",
                "{model}, {weights} poids, entraîné sur {rows} lignes de {release} ({run}) ; en bits par octet,"),
    "trained-2": ("sentences it read surprise it by {read}, those refused beforehand by {refused} (a blind guess: 8)",
                  "les phrases lues le surprennent de {read}, celles refusées avant de {refused} (au hasard : 8)"),
    "recalled": ("A later objection: {rows} rows of {release}, {recipient}, run {run}, model {model};",
                 "Une opposition plus tard : {rows} lignes de {release}, {recipient}, {run}, {model} ;"),
    "recalled-2": ("answer the person by {answer}, retrain by {retrain}",
                   "répondre avant le {answer}, réentraîner avant le {retrain}"),
    "patched": ("{release} has {gone} rows fewer and no sentence of theirs; training on {parent} is refused",
                "{release} : {gone} lignes de moins, aucune de leurs phrases ; s'entraîner sur {parent} est refusé"),
    "replaced": ("{names} names, {mails} e-mails, {phones} phone numbers replaced; {left} planted ones left",
                 "{names} noms, {mails} e-mails, {phones} téléphones remplacés ; {left} des nôtres subsistent"),
    "whole": ("The article kept its right of reply and its last doubt; the advertising went",
              "L'article garde son droit de réponse et sa réserve ; la publicité est partie"),
    "provable": ("With a receipt the person checks alone that it counts and that no row is declared theirs",
                 "Avec son reçu, la personne vérifie seule que son choix compte et qu'aucune ligne n'est à elle"),
    "altered": ("One byte changed in a copy: the verifier fails it and names {file}",
                "Un octet changé dans une copie : le vérificateur la rejette et nomme {file}"),
    "look": ("Look at", "À voir"), "try": ("Try", "À essayer"),
    "report": ("the release on one page", "la publication en une page"),
    "data": ("what a model would see", "ce qu'un modèle verrait"),
    "papers": ("receipt, proof, recall", "reçu, preuve, rappel"),
    "summary": ("public summary", "résumé public"),
    "inputs": ("the pretend exports", "les exports inventés"),
    "model": ("what was trained", "ce qui a été entraîné"),
}


def say(key: str, language: str, **values: object) -> str:
    """Give a sentence in ``en`` or ``fr``."""
    french = language == "fr"
    return _WORDS[key][french].format(**{name: _number(value, french) for name, value in values.items()})


def _number(value: object, french: bool) -> object:
    """Write a number as the language does, and leave all else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    written = f"{value:,}"
    return written.replace(",", "\u202f").replace(".", ",") if french else written


def screen(outcome: Outcome, folder: Path, language: str) -> Iterator[str]:
    """Give the last screen, line by line.

    Args:
        outcome: what came of the story.
        folder: the demonstration's folder, as the reader would type it.
        language: ``en`` or ``fr``.
    """
    tally = outcome.tally
    yield say("title", language, records=outcome.records, arrived=tally["arrived"], released=tally["released"])
    for answer in ("held", "refused"):
        for reason, number in sorted(tally[answer].items(), key=lambda item: (-item[1], item[0])):
            yield _reason(number, answer, reason, language)
    yield ""
    for beat in outcome.beats:
        yield from _beat(beat, language)
    yield ""
    yield from _places(outcome, folder, language)


def _reason(number: int, answer: str, reason: str, language: str) -> str:
    known = REASONS[reason]
    begin = f"{number:>5}  {say(answer, language):<7}  {reason:<21}  "
    meaning = known.meaning_fr if language == "fr" else known.meaning
    return begin + shorten(meaning, WIDTH - len(begin), placeholder=" …")


def _beat(beat: Beat, language: str) -> Iterator[str]:
    mark = "✓" if beat.holds else "✗"
    yield f"{mark} {say(beat.name, language, **beat.values)}"
    if f"{beat.name}-2" in _WORDS:
        yield f"  {say(f'{beat.name}-2', language, **beat.values)}"


def _places(outcome: Outcome, folder: Path, language: str) -> Iterator[str]:
    space = folder / "workspace"
    last = space / "releases" / outcome.last
    places = {"report": last / "evidence" / "report.html", "data": last / "data",
              "summary": last / "evidence" / "public-summary.html", "papers": folder / "papers"}
    tries = [f"licit verify {last} --auditor {space}", f"licit verify {folder / 'altered-copy'}",
             f"licit explain {outcome.explained} --workspace {space}"]
    if any(beat.name == "trained" for beat in outcome.beats):
        # In place of others, not beside them: all is to stay on one screen.
        del places["summary"]
        places["model"], tries[1] = folder / "model", f"licit run list --workspace {space}"
    head = say("look", language)
    for name, path in places.items():
        yield f"{head:<10}{path}  ({say(name, language)})"
        head = ""
    head = say("try", language)
    for line in tries:
        yield f"{head:<10}{line}"
        head = ""
