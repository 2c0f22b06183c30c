"""What the gateway tells its operator, in English and French: why exchanges were not kept, and how many."""

from collections.abc import Mapping

from ...core.reasons import REASONS

_OWN: Mapping[str, tuple[str, str]] = {
    "answer-broken": ("the upstream's answer could not be read", "la réponse du service amont n'a pas pu être lue"),
    "answer-error": ("the upstream answered with an error", "le service amont a répondu par une erreur"),
    "cancelled": ("the client left before the answer was whole", "le client est parti avant la fin de la réponse"),
    "encoding-unknown": ("the answer was packed in a way that is not read here", "la réponse était compressée d'une façon qui n'est pas lue ici"),
    "fault": ("a fault of the gateway; nothing was kept in doubt", "une faute de la passerelle ; dans le doute, rien n'a été gardé"),
    "filter-failed": ("the output filter could not look through it", "le filtre de sortie n'a pas pu l'examiner"),
    "filtered": ("the output filter ended the answer", "le filtre de sortie a arrêté la réponse"),
    "global-privacy-control": ("the browser says Global Privacy Control", "le navigateur envoie Global Privacy Control"),
    "identity-unclear": ("several names for one person, or a token and another name", "plusieurs noms pour une personne, ou un jeton et un autre nom"),
    "keeper-gone": ("the process that keeps is gone; another is started", "le processus qui garde a disparu ; un autre est lancé"),
    "not-stored": ("the store could not be written: is the disk full?", "le stockage n'a pas pu être écrit : le disque est-il plein ?"),
    "not-understood": ("the request is no conversation that can be read", "la requête n'est pas une conversation lisible"),
    "queue-full": ("more came than could be kept in time", "il en est venu plus qu'on ne pouvait garder à temps"),
    "sign-in-refused": ("a signed token does not count, or no longer", "un jeton signé ne compte pas, ou plus"),
    "stopped": ("the gateway was being stopped", "la passerelle était en cours d'arrêt"),
    "stream-malformed": ("an event of the stream could not be read", "un événement du flux n'a pas pu être lu"),
    "thread-unknown": ("it goes on from an answer that is not kept, or that only the upstream knows",
                       "elle poursuit une réponse qui n'a pas été gardée, ou que seul le service amont connaît"),
    "too-large": ("larger than largest_mib of gateway.toml", "plus grand que largest_mib dans gateway.toml"),
    "unfinished": ("the answer broke off", "la réponse s'est interrompue"),
    "upstream-failed": ("the upstream gave no answer", "le service amont n'a pas répondu"),
    "workspace-busy": ("the database did not answer: another command holds it, or its disk is full",
                       "la base de données n'a pas répondu : une autre commande l'occupe, ou son disque est plein"),
    "workspace-gone": ("the workspace is gone, or another one lies there", "l'espace de travail a disparu, ou un autre a pris sa place")}


def meaning(reason: str, *, french: bool) -> str:
    """Say what a reason means."""
    if own := _OWN.get(reason):
        return own[french]
    known = REASONS.get(reason)
    return "" if known is None else (known.meaning_fr if french else known.meaning)


def told(tally: Mapping[str, int], strange: Mapping[str, int], masked: Mapping[str, int], *, french: bool) -> list[str]:
    """Say how many exchanges were kept, how many were not, by reason, how many items were not understood, and what was filtered, by kind."""
    kept = tally.get("kept", 0)
    lines = [f"Gardés : {kept}." if french else f"Kept: {kept}."]
    for reason, number in sorted(tally.items(), key=lambda one: -one[1]):
        if reason != "kept" and number:
            lines.append(f"{'Non gardés' if french else 'Not kept'}: {number} {reason} ({meaning(reason, french=french)})".replace(
                ":", " :" if french else ":", 1))
    lines += [f"{'Éléments laissés de côté :' if french else 'Items left aside:'} {number} {kind}" for kind, number in sorted(strange.items())]
    lines += [f"{'Filtré dans les réponses :' if french else 'Filtered in answers:'} {number} {kind}" for kind, number in sorted(masked.items())]
    return lines
