"""``licit keys``: what keys the workspace has, and a new epoch for those that can have one."""

import click

from ...usecases.keys import keys_of, rotate
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
@click.argument("use", metavar="lookup|audit")
@click.option("--by", required=True, metavar="NAME", help="Who rotates it.")
@json_option
@workspace_option
def rotated(use: str, by: str, as_json: bool, workspace: str | None) -> None:
    """Start a new epoch of a key, after a leak or by routine; what was found under older ones is still found.

    It limits what a leak of the new key would open. It does not heal a leak of the old one. Copy the key file to where its
    backup lies afterwards.
    """
    epoch, seq = rotate(opened(workspace), use, by)
    if as_json:
        print_json({"use": use, "epoch": epoch, "entry": seq})
        return
    say(f"Key {use} has a new epoch, {epoch} (entry {seq}). Copy the keys folder to its backup now: without {epoch}, nothing "
        "that was made under it can be found.")
    if use == "lookup":
        say("The next build looks at every record anew, for those named in texts are hashed under each epoch.")
