"""``licit rights``: objection, consent and the others, each with its receipt."""

import json
from pathlib import Path
from typing import Any

import click

from ...core.errors import InputError
from ...core.policy import PURPOSES, parse_moment
from ...usecases.commands import Asked, exercise, link_accounts, object_as_outsider
from ...usecases.erase import carry_out
from ...usecases.workspace import Workspace
from ._shared import opened, print_json, progress, say, workspace_option

_VERBS = {
    "object": ("objection", "Object: this person's words are used for nothing (or not for --purpose)."),
    "consent": ("consent", "Consent to purposes, with notice, wording and how it was given."),
    "withdraw": ("withdrawal", "Withdraw consent."),
    "restrict": ("restriction", "Keep, but do not use, while a request is weighed."),
    "lift": ("lifting", "Lift a restriction."),
    "erase": ("erasure", "Ask for erasure of what was said so far."),
    "permit": ("permission", "Permit again what was refused: what is said from now on, or a picked record."),
    "access": ("access", "Ask for a copy."),
    "port": ("portability", "Ask for the data in a portable form."),
    "rectify": ("rectification", "Ask for a correction; what it concerns is held until made."),
    "rectified": ("rectified", "Record that the correction was made; what it concerned is held no longer."),
}


@click.group("rights")
def rights_command() -> None:
    """Record an objection, a consent or another right; give the receipt.

    Refusing needs no reason and takes effect at once.
    """


def _command(verb: str, kind: str, text: str) -> click.Command:
    @click.command(verb, help=text, epilog=f"Example: licit rights {verb} --subject ada")
    @click.option("--subject", required=True, metavar="ACCOUNT")
    @click.option("--issuer", default="", help="Who vouches for the account: a product (chatgpt) or a source id; else "
                                               "every account of that name.")
    @click.option("--purpose", "purposes", multiple=True, type=click.Choice(PURPOSES))
    @click.option("--project", default="", help="Only this project.")
    @click.option("--record", default="", help="Only this record.")
    @click.option("--turn", default="", help="Only this turn of the record.")
    @click.option("--notice", default="", help="The notice a consent was given under.")
    @click.option("--wording", default="", help="The words a consent was asked in.")
    @click.option("--how", default="", help="How a consent was given: a switch, a form, a letter.")
    @click.option("--received", default="", metavar="DAY", help="When it reached you, if before now.")
    @click.option("--receipt", type=click.Path(path_type=Path), help="Write the signed receipt here.")
    @click.option("--later", is_flag=True, hidden=kind != "erasure", help="Record it now, carry it out with: licit "
                                                                          "rights sweep.")
    @click.option("--json", "as_json", is_flag=True)
    @workspace_option
    def run(workspace: str | None, as_json: bool, receipt: Path | None, received: str, project: str, record: str,
            turn: str, later: bool, **given: Any) -> None:
        space = opened(workspace)
        asked = Asked(kind=kind, account=given.pop("subject"), target=_target(project, record, turn),
                      received_at=_moment(received), **given)
        papers = exercise(space, asked)
        if receipt:
            receipt.write_text("".join(json.dumps(paper) + "\n" for paper in papers), encoding="utf-8")
        if as_json:
            for paper in papers:
                print_json(paper)
        else:
            say(f"{kind.capitalize()} recorded; it counts from now on, in every release still to come."
                + (f" It counts for {len(papers)} accounts of that name." if len(papers) > 1 else ""))
            say(f"Receipt: {receipt}" if receipt else "Write the receipt with --receipt FILE.")
            say("Releases already made: licit recall")
        if kind == "erasure" and not later:
            _sweep(space, quiet=as_json)

    return run


def _sweep(space: Workspace, *, quiet: bool) -> None:
    with progress(quiet) as report:
        done = carry_out(space, progress=report)
    if not quiet:
        say(f"Carried out: {done.records} records erased, {done.shards} shards written anew"
            + (f", patch {', '.join(done.patches)}" if done.patches else "")
            + (f"; removed {', '.join(done.files)}" if done.files else "") + ".")


@rights_command.command("sweep")
@workspace_option
def sweep(workspace: str | None) -> None:
    """Carry out every erasure that is still to be carried out; run it again after an interruption."""
    _sweep(opened(workspace), quiet=False)


for _verb, (_kind, _text) in _VERBS.items():
    rights_command.add_command(_command(_verb, _kind, _text))


def _target(project: str, record: str, turn: str) -> dict[str, str]:
    if turn and not record:
        raise InputError("a turn is named with its record", remedy="Add --record.")
    if turn:
        return {"level": "turn", "record": record, "turn": turn}
    if record:
        return {"level": "record", "record": record}
    return {"level": "project", "project": project} if project else {}


def _moment(text: str) -> Any:
    try:
        return parse_moment(text) if text else None
    except ValueError:
        raise InputError("the day cannot be read", about=text, remedy="Write it as 2025-02-17.") from None


@rights_command.command("link", epilog="Example: licit rights link le-chat:ada chatgpt:user-1")
@click.argument("one")
@click.argument("two")
@workspace_option
def link(one: str, two: str, workspace: str | None) -> None:
    """Record that accounts ONE and TWO (issuer:account) are one person's."""
    pairs = [tuple(text.split(":", 1)) for text in (one, two)]
    if any(len(pair) != 2 for pair in pairs):
        raise InputError("an account is written issuer:account", remedy="For example le-chat:ada.")
    seq = link_accounts(opened(workspace), (pairs[0][0], pairs[0][1]), (pairs[1][0], pairs[1][1]))
    say(f"Linked (entry {seq}): a refusal of either counts for both.")


@rights_command.command("object-outsider", epilog="Example: licit rights object-outsider --email lea@example.org")
@click.option("--email", multiple=True)
@click.option("--phone", multiple=True)
@click.option("--handle", multiple=True)
@click.option("--name", multiple=True)
@workspace_option
def outsider(workspace: str | None, **given: tuple[str, ...]) -> None:
    """Object for somebody who is no user but may be named in others' chats; only keyed hashes are kept."""
    seq = object_as_outsider(opened(workspace), **given)
    say(f"Objection recorded (entry {seq}). Rows with that identifier are refused; a name alone holds them, for it may "
        "be somebody else's.")
