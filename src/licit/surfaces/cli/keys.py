"""``licit keys``: what keys the workspace has, and a new epoch for those that can have one."""

from datetime import datetime
from pathlib import Path

import click

from ...core.errors import InputError
from ...core.ids import canonical_json
from ...core.policy import parse_moment
from ...usecases.keys import chain_of, keys_of, rotate, rotate_signing
from ._shared import json_option, opened, print_json, say, workspace_option


@click.group("keys")
def keys_command() -> None:
    """Show the workspace's keys by name, and rotate those that can be."""


@keys_command.command("list", epilog="Example: licit keys list")
@json_option
@workspace_option
def listed(as_json: bool, workspace: str | None) -> None:
    """List keys: use, number of epochs, the current one, and why a key cannot rotate. No key is ever shown."""
    for key in keys_of(opened(workspace)):
        if as_json:
            print_json(key.as_json())
        else:
            epochs = f"{key.epochs} {'epoch' if key.epochs == 1 else 'epochs'}"
            say(f"{key.use:<9} {epochs:<10} {key.current}" + (f"  fixed: {key.fixed}" if key.fixed else "  rotates"))


@keys_command.command("rotate", epilog="Example: licit keys rotate lookup --by ines")
@click.argument("use", metavar="lookup|audit|signing")
@click.option("--by", required=True, metavar="NAME", help="Who rotates it.")
@click.option("--why", default="", metavar="TEXT", help="For signing: the reason, kept in the log alone.")
@click.option("--since", metavar="TIME", help="For signing: from when on nothing counts that the old key signed, because "
                                              "somebody else may have had it.")
@click.option("--lost", is_flag=True, help="For signing: the old key cannot sign any more, so that it vouches for nothing.")
@json_option
@workspace_option
def rotated(use: str, by: str, why: str, since: str | None, lost: bool, as_json: bool, workspace: str | None) -> None:
    """Start a new epoch of a key, after a leak or by routine; what was found under older ones is still found.

    It limits what a leak of the new key would open. It does not heal a leak of the old one. Copy the key file to where its
    backup lies afterwards. A new signing key is vouched for by the old one; give the list (licit keys chain) to everybody
    who pinned it.
    """
    if use == "signing":
        epoch, seq = rotate_signing(opened(workspace), by, why=why, since=_moment(since), lost=lost)
    elif why or since or lost:
        raise InputError("--why, --since and --lost are for the signing key", about=use, remedy="Leave them out.")
    else:
        epoch, seq = rotate(opened(workspace), use, by)
    if as_json:
        print_json({"use": use, "epoch": epoch, "entry": seq})
        return
    say(f"Key {use} has a new epoch, {epoch} (entry {seq}). Copy the keys folder to its backup now: without {epoch}, nothing "
        "that was made under it can be found.")
    if use == "lookup":
        say("The next build looks at every record anew, for those named in texts are hashed under each epoch.")
    if use == "signing":
        say("From now on the new key signs. Give the new list of keys to whoever pinned the old one: licit keys chain FILE.")


def _moment(text: str | None) -> datetime | None:
    try:
        return parse_moment(text) if text else None
    except ValueError:
        raise InputError("this is no time", about="--since", remedy="Write it as 2026-03-01T09:00:00Z.") from None


@keys_command.command("chain", epilog="Example: licit keys chain keys.json")
@click.argument("file", type=click.Path(path_type=Path))
@workspace_option
def chained(file: Path, workspace: str | None) -> None:
    """Write the list of signing keys, each vouched for by the one before, for: licit verify --keys FILE."""
    file.write_bytes(canonical_json(chain_of(opened(workspace))) + b"\n")
    say(f"{file} holds the public keys and who vouched for whom. It is no secret.")
