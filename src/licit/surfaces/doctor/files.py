"""Checks of files, backups and time."""

import ctypes
import time
from collections.abc import Iterator
from datetime import timedelta

from ...usecases.daily import last_round
from ...usecases.retention import kept as kept_in
from ...usecases.schedule import backups_at
from . import Both, Check, Scene

#: A backup that lacks more entries than this is old.
ENTRIES = 1_000
_HOLDS = ("licit.db", "web.db", "shards", "index", "attributes", "state", "releases")
_LATE = 2  # days without a daily round
_ERROR = 5  # of adjtimex: the clock is not synchronised


def _keys(scene: Scene) -> Iterator[Both]:
    for path in [scene.root / "keys", *sorted((scene.root / "keys").glob("*"))]:
        if path.stat().st_mode & 0o077:
            name = path.relative_to(scene.root).as_posix()
            yield f"{name} is open to others on this machine.", f"{name} est ouvert à d'autres sur cette machine."


def _words(scene: Scene) -> Iterator[Both]:
    if scene.root.resolve().stat().st_mode & 0o007 == 0:
        return
    for name in _HOLDS:
        path = scene.root / name
        inside = path.rglob("*") if path.is_dir() else [path]
        if path.exists() and any(one.is_file() and one.stat().st_mode & 0o004 for one in inside):
            yield f"{name} can be read by everybody on this machine.", f"{name} est lisible par tous sur cette machine."


def _backups(scene: Scene) -> Iterator[Both]:
    log = scene.space.log
    kept = backups_at(log)
    if not kept:
        yield "There is no backup.", "Il n'y a aucune sauvegarde."
        return
    made = {str(entry.decision.get("id")): entry for entry in log.entries(kinds=("backup",)) if entry.decision}[kept[-1].id]
    since = log.head()[0] - made.seq - 1
    if since > ENTRIES:
        yield (f"The log has {since:,} entries since the last backup.", f"Le journal compte {since:,} entrées depuis la dernière sauvegarde.")
    if (scene.root / "web.db").is_file() and "web.db" not in (made.decision or {}).get("databases", ()):
        yield ("The last backup does not hold web.db: keys of the API and accounts of staff.",
               "La dernière sauvegarde ne contient pas web.db : clés de l'API et comptes du personnel.")


def _kept(scene: Scene) -> Iterator[Both]:
    told = scene.settings.retention
    if not (told.conversations and told.backups):
        yield ("No time is set after which conversations or backups go.",
               "Aucune durée n'est fixée pour les conversations ou les sauvegardes.")
    found = {one.store: one for one in kept_in(scene.space, told, scene.visits)}
    for name in found["backups"].names:
        yield f"Backup {name} is older than {told.backups} days.", f"La sauvegarde {name} a plus de {told.backups} jours."
    for store, days, name, nom in (("conversations", told.conversations, "records arrived", "enregistrements sont arrivés il y a"),
                                   ("withdrawn-releases", told.withdrawn_releases, "releases were withdrawn", "versions sont retirées depuis")):
        if due := found[store].due:
            yield f"{due:,} {name} more than {days} days ago.", f"{due:,} {nom} plus de {days} jours."


def _daily(scene: Scene) -> Iterator[Both]:
    last = last_round(scene.space)
    if last is None:
        if not scene.settings.daily:
            yield "The daily round is switched off, and was never run by hand.", "Le passage quotidien est désactivé et n'a jamais été lancé."
        return
    late = (scene.now - last.begun).days
    if late >= _LATE:
        yield f"The last daily round began {late} days ago.", f"Le dernier passage quotidien a commencé il y a {late} jours."
    if last.failed:
        told = ", ".join(f"{step.name} ({step.reason})" for step in last.steps if step.ended == "failed") or "cut short"
        yield f"The last daily round was not done whole: {told}.", f"Le dernier passage quotidien est incomplet : {told}."
    for step in last.steps:
        if step.ended == "look" and step.name == "canaries":
            yield f"{step.counts['unheard']} canaries are not heard.", f"{step.counts['unheard']} canaris ne sont pas entendus."


def _skew(scene: Scene) -> Iterator[Both]:
    log, now = scene.space.log, scene.now
    size, _ = log.head()
    last = next(iter(log.entries(start=size - 1, stop=size)), None) if size else None
    if last and last.recorded_at - now > timedelta(minutes=1):
        yield ("The clock stands before the last entry of the log.", "L'horloge est en retard sur la dernière entrée du journal.")


def _synchronised(_: Scene) -> Iterator[Both]:
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(512))
    except (OSError, AttributeError):
        state = -1
    if state in (-1, _ERROR):
        yield ("Nobody tells this machine the time, as far as its kernel knows.",
               "Selon le noyau, l'heure de cette machine n'est pas synchronisée.")
    if time.get_clock_info("time").resolution > 1:
        yield "The clock is coarse.", "L'horloge est grossière."



CHECKS = (
    Check(name="keys-open", level="unsafe", look=_keys,
          why=("Whoever reads the keys finds out who refused, and signs in the workspace's name.",
               "Qui lit les clés sait qui a refusé, et signe au nom de l'espace de travail."),
          mend=("Find out who read them; chmod 700 keys, chmod 600 keys/*; licit keys rotate.",
                "Chercher qui les a lues ; chmod 700 keys, chmod 600 keys/* ; licit keys rotate.")),
    Check(name="workspace-open", level="unsafe", look=_words,
          why=("It holds what people said, as they said it.", "On y trouve ce que les gens ont dit, tel quel."),
          mend=("chmod 700 on the workspace's folder, as the user that serves it.",
                "chmod 700 sur le dossier, sous l'utilisateur du serveur.")),
    Check(name="backup-old", level="unsafe", look=_backups,
          why=("What is lost with the disk is lost: refusals come back from the keys' copy, all else from a backup only.",
               "Ce qui est perdu avec le disque l'est : les refus reviennent avec les clés, le reste seulement d'une sauvegarde."),
          mend=("licit backup FOLDER --like LAST, every day; copy keys/ elsewhere.",
                "licit backup DOSSIER --like DERNIÈRE, chaque jour ; copier keys/ ailleurs.")),
    Check(name="retention-unset", level="unsafe", look=_kept,
          why=("Data are kept no longer than they are needed (GDPR Art. 5(1)(e)).",
               "Les données ne sont pas gardées plus longtemps que nécessaire (RGPD art. 5(1)(e))."),
          mend=("Set [retention] in web.toml; remove what is older: licit retention --carry-out, licit backup --prune.",
                "Fixer [retention] dans web.toml ; retirer le plus ancien : licit retention --carry-out, licit backup --prune.")),
    Check(name="daily-missed", level="unsafe", look=_daily,
          why=("What is kept too long, a channel that is not heard and a legal date go unseen.",
               "Durées dépassées, canal sourd et échéance légale passent inaperçus."),
          mend=("Keep licit serve running, or run licit daily every day; see licit daily --last.",
                "Laisser tourner licit serve, ou lancer licit daily chaque jour ; voir licit daily --last.")),
    Check(name="clock-behind", level="unsafe", look=_skew,
          why=("Legal periods, sign-ins and waiting periods go by this clock.", "Délais légaux, connexions et attentes suivent cette horloge."),
          mend=("Set the clock, and have it set by itself.", "Régler l'horloge, et la faire régler automatiquement.")),
    Check(name="clock-alone", level="unsure", look=_synchronised,
          why=("A clock that nobody sets goes wrong, and with it every legal period.",
               "Une horloge que rien ne règle dérive, et avec elle tous les délais légaux."),
          mend=("Run an NTP client (systemd-timesyncd, chrony).", "Installer un client NTP (systemd-timesyncd, chrony).")),
)
