"""``licit staff``: the keys by which people sign what they approve."""

import re
from pathlib import Path

import click

from ...adapters.signing import FileSigner, read_public
from ...core.approvals import ROLES
from ...usecases.staff_keys import enroll, enrolled, revoke
from ._shared import json_option, number_of, opened, print_json, room_for, say, workspace_option


@click.group("staff")
def staff_command() -> None:
    """Enrol the keys by which people sign what they approve, and take them back."""


@staff_command.group("key", epilog="Example: licit staff key new 'Me Amari'")
def key_command() -> None:
    """Make a key for a person; enrol it; take it back."""


@key_command.command("new", epilog="Example: licit staff key new 'Me Amari'")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), default=None, metavar="FILE", help="Where the private key lies; else NAME.key here.")
@json_option
def new(name: str, out: Path | None, as_json: bool) -> None:
    """Make a private key for NAME, in a file that only its owner may read, and FILE.pub beside it to be enrolled."""
    path = out or Path(re.sub(r"\W+", "-", name.casefold()).strip("-") + ".key")
    public = path.with_name(path.name + ".pub")
    room_for(path)
    signer = FileSigner.create(path)
    public.write_text(signer.public_key().hex() + "\n", encoding="ascii")
    if as_json:
        print_json({"name": name, "private": str(path), "public": str(public), "key": signer.public_key().hex()})
        return
    say(f"{path} is {name}'s private key: only they keep it. Somebody else enrols the public one: "
        f"licit staff key enroll '{name}' --role legal --key {public} --by …")


@key_command.command("enroll", epilog="Example: licit staff key enroll 'Me Amari' --role legal --key me-amari.key.pub --by paul")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What they sign as; the role legal approves sources.")
@click.option("--key", "file", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Their public key.")
@click.option("--by", required=True, metavar="NAME", help="Who enrols it: not NAME, nor who proposes what they approve.")
@json_option
@workspace_option
def enrolling(name: str, role: str, file: Path, by: str, as_json: bool, workspace: str | None) -> None:
    """Enrol the public key of NAME, whom you have seen hand it over."""
    key = read_public(file)
    seq = enroll(opened(workspace), name, role, key, by)
    print_json({"name": name, "role": role, "key": key.hex(), "entry": seq}) if as_json else say(
        f"{name} signs as {role} from now on (entry {seq}).")


@key_command.command("revoke", epilog="Example: licit staff key revoke 'Me Amari' --why 'left' --stand --by paul")
@click.argument("who", metavar="NAME|KEY")
@click.option("--why", required=True, metavar="TEXT", help="The reason.")
@click.option("--stand", is_flag=True, help="What the key approved so far stands; without it that lapses, as after a theft.")
@click.option("--by", required=True, metavar="NAME", help="Who takes it back.")
@json_option
@workspace_option
def revoking(who: str, why: str, stand: bool, by: str, as_json: bool, workspace: str | None) -> None:
    """Take back the keys of NAME, or one KEY; it never counts again."""
    entries = revoke(opened(workspace), who, by=by, why=why, stand=stand)
    print_json({"revoked": len(entries), "entries": entries}) if as_json else say(
        f"{number_of(len(entries), 'key')} of {who} signs nothing any more." + ("" if stand else " What was approved with it is held again."))


@staff_command.command("list", epilog="Example: licit staff list")
@json_option
@workspace_option
def listed(as_json: bool, workspace: str | None) -> None:
    """List whose keys count, in which role, and who enrolled them."""
    found = enrolled(opened(workspace))
    for one in found:
        print_json({"name": one.name, "role": one.role, "key": one.key, "by": one.by}) if as_json else say(
            f"{one.name}: {one.role}, enrolled by {one.by}, key {one.key}")
    if not found and not as_json:
        say("Nobody's key is enrolled: licit staff key new NAME, then licit staff key enroll NAME …")
