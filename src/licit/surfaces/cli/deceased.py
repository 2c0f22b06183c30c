"""``licit deceased``: a death recorded on evidence, and what the person directed carried out."""

from typing import Any

import click

from ...usecases.deceased import Passing, correct_death, record_death
from ._shared import json_option, opened, print_json, say, who, workspace_option

_OF = {"directive": "as the person directed", "heirs": "as the heirs asked", "nobody": "for nothing was directed"}


@click.group("deceased")
def deceased_command() -> None:
    """Record a death on evidence: every use ends at once, and what the person directed is carried out.

    The person directs in the privacy centre, while they live. What the law demands here is for your counsel to check
    (French data protection act, articles 84 to 86).
    """


def _options(run: Any) -> Any:
    for option in reversed((
            click.option("--subject", default="", metavar="ACCOUNT", help="Whose account it is."),
            click.option("--device", default="", metavar="PSEUDONYM", help="The device of somebody who talked logged out."),
            click.option("--issuer", default="", help="Who vouches for the account; else every account of that name."),
            click.option("--by", required=True, metavar="NAME", help="Who records it; it stands in the log."),
            json_option, workspace_option)):
        run = option(run)
    return run


@deceased_command.command("record", epilog="Example: licit deceased record --subject ada --issuer chat --by ines "
                                           "--evidence 'Death certificate seen on 3 March, file 12.'")
@click.option("--evidence", required=True, metavar="TEXT", help="What was seen and where it is kept; name no heirs, it stays in the log.")
@click.option("--heirs-ask-erasure", is_flag=True, help="Heirs who showed that they are ask for erasure; what the person directed stands above it.")
@_options
def record(subject: str, device: str, heirs_ask_erasure: bool, as_json: bool, workspace: str | None, **given: str) -> None:
    """Record a death: nothing of theirs is used from now on; it is erased where they, or failing that their heirs, ask so."""
    account, key = who(subject, device)
    done = record_death(opened(workspace), Passing(account=account, key=key, heirs="erase" if heirs_ask_erasure else "", **given))
    if as_json:
        print_json(done.as_json())
        return
    say(f"Recorded (log entry {', '.join(map(str, done.entries))}): used for nothing from now on"
        + (", and to be erased" if done.wish == "erase" else "") + f", {_OF[done.of]}.")
    say("Carry the erasure out: licit rights sweep" if done.wish == "erase" else "Releases already made: licit recall")


@deceased_command.command("correct", epilog="Example: licit deceased correct --subject ada --issuer chat --by ines "
                                            "--why 'The certificate was of a namesake.'")
@click.option("--why", required=True, metavar="TEXT", help="Why it was an error; it stays in the log.")
@_options
def correct(subject: str, device: str, why: str, as_json: bool, workspace: str | None, **given: str) -> None:
    """Correct a death recorded in error. The refusal that was entered stays until the person permits again themselves."""
    account, key = who(subject, device)
    entries = correct_death(opened(workspace), Passing(account=account, key=key, evidence=why, **given))
    print_json({"entries": list(entries)}) if as_json else say(f"Corrected (log entry {', '.join(map(str, entries))}).")
