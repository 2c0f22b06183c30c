"""The draft of a notice of a breach to the authority (GDPR Art. 33(3)), in English and French: what is known, and what is not.

Rules kept here: every figure comes from the entry; what the law asks and nobody has written stands there as a gap in brackets.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

_TEXTS = {
    "en": """\
{drill}NOTIFICATION OF A PERSONAL DATA BREACH (GDPR Art. 33) - DRAFT
Controller: {name}
Contact point, data-protection officer: {officer}
Aware since: {noticed} UTC. To be notified by: {until} UTC (72 hours).

1. Nature of the breach: {why}
   Records concerned: {records} ({unknown} of them not known here, {erased} erased since).
   People concerned, approximately: {persons}{people}.
   Data sets that hold them: {releases}.
   Recipients of these: {recipients}. Models trained on them: {models}.
2. Likely consequences: [to be completed]
3. Measures taken or proposed: [to be completed]
4. If later than 72 hours, the reasons for the delay: [to be completed]
""",
    "fr": """\
{drill}NOTIFICATION D'UNE VIOLATION DE DONNÉES À CARACTÈRE PERSONNEL (RGPD art. 33) - PROJET
Responsable du traitement : {name}
Point de contact, délégué à la protection des données : {officer}
Connaissance depuis : {noticed} UTC. À notifier avant : {until} UTC (72 heures).

1. Nature de la violation : {why}
   Enregistrements concernés : {records} (dont {unknown} inconnus ici, {erased} effacés depuis).
   Personnes concernées, environ : {persons}{people}.
   Jeux de données qui les contiennent : {releases}.
   Destinataires de ces jeux : {recipients}. Modèles entraînés dessus : {models}.
2. Conséquences probables : [à compléter]
3. Mesures prises ou proposées : [à compléter]
4. Au-delà de 72 heures, motifs du retard : [à compléter]
"""}
_WORDS = {"en": {"none": "none", "gap": "[to be completed]", "drill": "*** DRILL, NOT A BREACH ***\n", "consumer": "consumers",
                 "organisation": "for an organisation", "unknown": "capacity unknown"},
          "fr": {"none": "aucun", "gap": "[à compléter]", "drill": "*** EXERCICE, PAS UNE VIOLATION ***\n", "consumer": "consommateurs",
                 "organisation": "pour une organisation", "unknown": "qualité inconnue"}}


def notice(facts: Mapping[str, Any], language: str, *, why: str, noticed: datetime, until: datetime, real: bool) -> str:
    """Write the draft; ``facts`` are those of the entry with ``name`` and ``officer`` of the controller.

    Raises:
        KeyError: a language it is not written in.
    """
    words = _WORDS[language]
    people = "; ".join(f"{number} {words.get(name, name)}" for name, number in facts["people"].items())
    return _TEXTS[language].format(
        drill="" if real else words["drill"], name=facts.get("name") or words["gap"], officer=facts.get("officer") or words["gap"],
        noticed=f"{noticed:%Y-%m-%d %H:%M}", until=f"{until:%Y-%m-%d %H:%M}", why=why, records=facts["records"], unknown=facts["unknown"],
        erased=facts["erased"], persons=facts["persons"], people=f" ({people})" if people else "",
        releases=", ".join(f"{name} ({number})" for name, number in facts["releases"].items()) or words["none"],
        recipients=", ".join(facts["recipients"]) or words["none"], models=", ".join(facts["models"]) or words["none"])
