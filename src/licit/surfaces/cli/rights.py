"""``licit rights``: objection, consent and the others, each with its receipt.

Law: CHO-02, CHO-03, CHO-15
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ...core.errors import InputError
from ...core.policy import PURPOSES, parse_moment
from ...usecases.commands import Asked, exercise, link_accounts, object_as_outsider
from ...usecases.commands import receipt as receipt_of
from ...usecases.erase import carry_out
from ...usecases.lists import enter_list
from ...usecases.live import Live
from ...usecases.queries import concerns, insist_on
from ...usecases.workspace import Workspace
from ._shared import json_option, number_of, opened, print_json, progress, room_for, say, warn, who, workspace_option

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


_EXAMPLES = {
    "consent": " --purpose train --notice notice-2025 --wording 'May we train on your chats?' --how 'switch in settings'",
    "permit": " --purpose train", "withdraw": " --purpose train", "object": " --receipt receipt.json"}


@click.group("rights")
def rights_command() -> None:
    """Record an objection, a consent or another right; give the receipt.

    Refusing needs no reason and takes effect at once.
    """


def _command(verb: str, kind: str, text: str) -> click.Command:
    @click.command(verb, help=text, epilog=f"Example: licit rights {verb} --subject ada{_EXAMPLES.get(verb, '')}")
    @click.option("--subject", default="", metavar="ACCOUNT", help="Whose right it is.")
    @click.option("--device", default="", metavar="PSEUDONYM", help="The device of somebody who talks logged out.")
    @click.option("--issuer", default="", help="Who vouches for the account: a product (chatgpt) or a source id; else "
                                               "every account of that name.")
    @click.option("--purpose", "purposes", multiple=True, type=click.Choice(PURPOSES), help="Only for this; a permission "
                  "and a consent name theirs.")
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
    @json_option
    @workspace_option
    def run(workspace: str | None, as_json: bool, receipt: Path | None, received: str, project: str, record: str,
            turn: str, later: bool, subject: str, device: str, **given: Any) -> None:
        account, key, record = *who(subject, device), record.split("#")[0]
        room_for(receipt)
        space = opened(workspace)
        asked = Asked(kind=kind, account=account, key=key, target=_target(project, record, turn),
                      received_at=_received(space, received), **given)
        if record:
            insist_on(space, record, turn)
        papers = exercise(space, asked)
        if record and not concerns(space, record, account, asked.issuer, key):
            warn(f"{record}: this person does not stand in that record, so the entry changes nothing for it.")
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
        say(f"Carried out: {number_of(done.records, 'record')} erased, {number_of(done.shards, 'shard')} written anew"
            + (f", patch {', '.join(done.patches)}" if done.patches else "")
            + (f"; removed {', '.join(done.files)}" if done.files else "") + ".")
        if done.deferred:
            say(f"{number_of(done.deferred, 'record')} under a legal hold left every release and will be erased once the hold "
                "ends: licit hold list")


@rights_command.command("sweep", epilog="Example: licit rights sweep")
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


def _received(space: Workspace, text: str) -> datetime | None:
    """Read when something was received; a day to come would start a clock before anybody asked for anything."""
    try:
        at = parse_moment(text) if text else None
    except ValueError:
        raise InputError("the day cannot be read", about=text, remedy="Write it as 2025-02-17.") from None
    if at and at > space.clock.now():
        raise InputError("nothing can have been received at a moment to come", about=text)
    return at


@rights_command.command("list", epilog="Example: licit rights list objections.csv --issuer le-chat --dry-run")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--issuer", default="", help="Who vouches for the accounts of rows that name nobody: a product or a source.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be entered, and enter nothing.")
@json_option
@workspace_option
def enter(file: Path, issuer: str, dry: bool, as_json: bool, workspace: str | None) -> None:
    """Enter a list of refusals: CSV with a column account (or device), and issuer, kind, purposes, received where they vary.

    Rows that cannot be read are set aside by number; what stands already is not entered again. Exit code 3: some were set aside.
    """
    space = opened(workspace)
    with progress(as_json) as report:
        made = enter_list(Live(space), file.read_bytes(), issuer=issuer, dry=dry, progress=report)
    if as_json:
        print_json(made.as_json())
    else:
        entered = ", ".join(f"{number:,} {kind}" for kind, number in made.entered.items()) or "nothing"
        say(f"{number_of(made.rows, 'row')}: {entered} {'would be ' if dry else ''}entered, {made.already:,} stood already, "
            f"{len(made.aside):,} set aside.")
        for number, why in made.aside[:20]:
            warn(f"row {number}: {why}")
        if made.unread:
            warn(f"columns that were not read: {', '.join(made.unread)}")
    if made.aside:
        raise click.exceptions.Exit(3)


@rights_command.command("link", epilog="Example: licit rights link le-chat:ada chatgpt:user-1")
@click.argument("one")
@click.argument("two", required=False)
@click.option("--device", default="", metavar="ISSUER:PSEUDONYM", help="In the place of TWO: a device on which ONE talked "
                                                                       "before logging in.")
@json_option
@workspace_option
def link(one: str, two: str | None, device: str, as_json: bool, workspace: str | None) -> None:
    """Record that accounts ONE and TWO (issuer:account) are one person's.

    A refusal, restriction or erasure of either then counts for both; a permission or consent only for its own.
    """
    if bool(two) == bool(device):
        raise click.UsageError("Name TWO accounts, or one and a --device.")
    if one == two:
        raise InputError("an account is linked with another one, not with itself", about=one)
    space, pairs = opened(workspace), [_account(text) for text in (one, two or device)]
    for (issuer, account), key in zip(pairs, ("account", "device" if device else "account"), strict=True):
        if not space.identities.subjects_for([(issuer, key, account)], create=False)[0]:
            warn(f"{issuer}:{account}: nobody of that name is known here yet; it counts for what is still to be imported.")
    seq = link_accounts(space, *pairs, device=bool(device))
    if as_json:
        print_json({"entry": seq})
    else:
        say(f"Linked (entry {seq}): a refusal of either counts for both.")


def _account(text: str) -> tuple[str, str]:
    issuer, _, account = text.partition(":")
    if not issuer or not account:
        raise InputError("an account is written issuer:account", about=text, remedy="For example le-chat:ada.")
    return issuer, account


@rights_command.command("object-outsider", epilog="Example: licit rights object-outsider --email lea@example.org")
@click.option("--email", multiple=True, metavar="ADDRESS", help="An address of theirs.")
@click.option("--phone", multiple=True, metavar="NUMBER", help="A number of theirs, with its country's prefix.")
@click.option("--handle", multiple=True, metavar="NAME", help="A name under which they write, such as @lea.")
@click.option("--name", multiple=True, metavar="NAME", help="A name alone: it holds, for it may be somebody else's.")
@click.option("--receipt", "paper", type=click.Path(path_type=Path), help="Write the signed receipt here.")
@json_option
@workspace_option
def outsider(workspace: str | None, as_json: bool, paper: Path | None, **given: tuple[str, ...]) -> None:
    """Object for somebody who is no user but may be named in others' chats; only keyed hashes are kept."""
    room_for(paper)
    space = opened(workspace)
    seq = object_as_outsider(space, **given)
    signed = receipt_of(space, seq)
    if paper:
        paper.write_text(json.dumps(signed) + "\n", encoding="utf-8")
    if as_json:
        print_json(signed)
        return
    say(f"Objection recorded (entry {seq}). Rows with that identifier are refused; a name alone holds them, for it may "
        "be somebody else's.")
