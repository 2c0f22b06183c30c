"""``licit parity``: how each tier could refuse on a day, from the log; and evidence of older interfaces entered into it."""

import click

from ...usecases.interface import TIERS, Day, Stated, Way, day_of, state_interface
from ._shared import json_option, opened, print_json, say, workspace_option

_WORDS = {
    "en": {"head": "How each tier could refuse on {day} (UTC), from {size:,} entries of {origin}", "none": "no evidence",
           "no-way": "no way to refuse", "unknown": "steps unknown", "no-step": "no step", "steps": "{n} step(s): {what}",
           "since": "since {day}", "server": "recorded by the server at the time, entry {entry}",
           "staff": "entered later by {by} on {day}, entry {entry}; source: {source}", "policy": "Legal bases announced by then",
           "unreadable": "Entries about the interface that cannot be read: {which}"},
    "fr": {"head": "Comment chaque offre permettait de refuser le {day} (UTC), d'après {size} entrées de {origin}", "none": "aucune preuve",
           "no-way": "aucun moyen de refuser", "unknown": "étapes inconnues", "no-step": "aucune étape", "steps": "{n} étape(s) : {what}",
           "since": "depuis le {day}", "server": "relevé par le serveur à l'époque, entrée {entry}",
           "staff": "saisi après coup par {by} le {day}, entrée {entry} ; source : {source}", "policy": "Bases légales annoncées alors",
           "unreadable": "Entrées sur l'interface qui ne sont plus lisibles : {which}"}}
_NAMES = {
    "en": {"free": "Free", "student": "Student", "pro": "Pro", "team": "Team", "logged-out": "Not signed in",
           "press-refuse": "press “Refuse everything” on the first page", "write-a-message": "write a message"},
    "fr": {"free": "Gratuit", "student": "Étudiant", "pro": "Pro", "team": "Équipe", "logged-out": "Sans connexion",
           "privacy centre": "centre de confidentialité", "staff": "lettre ou message au personnel", "API": "réglages du produit (API)",
           "Sec-GPC: 1": "signal du navigateur (Sec-GPC)", "press-refuse": "appuyer sur « Tout refuser » sur la première page",
           "write-a-message": "écrire un message", "legitimate-interest": "intérêt légitime", "consent": "consentement"}}


@click.group("parity", invoke_without_command=True, epilog="Example: licit parity --at 2026-03-01 --language fr")
@click.option("--at", default="", metavar="DAY", help="The day (YYYY-MM-DD, UTC); else today.")
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", help="The language of the answer.")
@json_option
@workspace_option
@click.pass_context
def parity_command(context: click.Context, at: str, language: str, as_json: bool, workspace: str | None) -> None:
    """Say how each tier could refuse on a day, from the log; what nothing documents is told as no evidence."""
    if context.invoked_subcommand is not None:
        return
    day = day_of(opened(workspace), at)
    print_json(day.as_json()) if as_json else say("\n".join(_lines(day, language)))


def _lines(day: Day, language: str) -> list[str]:
    told, names = _WORDS[language], _NAMES[language]
    out = [told["head"].format(day=f"{day.day:%Y-%m-%d}", size=day.size, origin=day.origin)]
    for tier, ways in day.tiers.items():
        out += ["", names[tier], *([f"  {told['none']}"] if ways is None else [line for way in ways for line in _way(way, language)])]
    policy = day.as_json()["policy"]
    out += ["", told["policy"]]
    out += [f"  {purpose}: {names.get(basis, basis)}" for purpose, basis in policy["purposes"].items()] or [f"  {told['none']}"]
    if day.unreadable:
        out += ["", told["unreadable"].format(which=", ".join(map(str, day.unreadable)))]
    return out


def _way(way: Way, language: str) -> list[str]:
    told, names, one = _WORDS[language], _NAMES[language], way.evidence
    steps = "" if not way.channel else told["unknown"] if way.steps is None else told["no-step"] if not way.steps else told["steps"].format(
        n=len(way.steps), what=" → ".join(names.get(step, step) for step in way.steps))
    head = names.get(way.channel, way.channel) or told["no-way"]
    known = told["staff" if one.by else "server"].format(by=one.by, day=f"{one.recorded_at:%Y-%m-%d}", entry=one.entry, source=one.source)
    return [f"  {head}" + (f", {steps}" if steps else ""), f"    {told['since'].format(day=f'{way.since:%Y-%m-%d}')}; {known}"]


@parity_command.command("record", epilog="Example: licit parity record --tier free --channel 'e-mail to the officer' --step 'find the "
                                         "address in section 3.4.2' --step 'write' --from 2025-02-01 --until 2025-02-12 --by 'Ines Morel' "
                                         "--source 'bailiff report 12, annex 3'")
@click.option("--tier", "tiers", multiple=True, required=True, type=click.Choice(TIERS), help="Which tier could do so.")
@click.option("--channel", default="", help="The way to refuse; leave it out with --none.")
@click.option("--none", "no_way", is_flag=True, help="The source shows that there was no way to refuse.")
@click.option("--step", "steps", multiple=True, help="A step, in order, in your words; without any the steps are unknown.")
@click.option("--from", "starts", required=True, metavar="DAY", help="The first day that the source documents.")
@click.option("--until", "ends", default="", metavar="DAY", help="The last day that it documents; else the same day.")
@click.option("--by", required=True, help="Who enters it.")
@click.option("--source", required=True, help="What shows it, and where that is kept; the public page shows these words, and not who entered them.")
@json_option
@workspace_option
def record(workspace: str | None, as_json: bool, no_way: bool, channel: str, steps: tuple[str, ...], **given: str) -> None:
    """Enter evidence of an older interface, by whom and from which source; it never takes the place of what the server wrote."""
    if bool(channel.strip()) == no_way or (no_way and steps):
        raise click.UsageError("Name a --channel, or say with --none that there was no way to refuse.")
    entry = state_interface(opened(workspace), Stated(channel=channel, steps=tuple(steps) or None, **given))  # type: ignore[arg-type]
    print_json({"entry": entry}) if as_json else say(f"Entered as entry {entry} of the log. See: licit parity --at {given['starts']}")
