"""``licit web``: what the server is given from the command line: API keys, accounts of staff, a template of its settings."""

import secrets

import click

from ...adapters.staff import ROLES, address, staff_key
from ...core.errors import InputError
from ...wiring import find_workspace, open_visits, open_workspace
from ..web.settings import TEMPLATE
from ._shared import json_option, print_json, say, workspace_option

#: What an API key can be for.
SCOPES = ("standing", "conversations", "rights")
_WAITS = " (waits to be confirmed: it came back with a backup)"


@click.group("web")
def web_command() -> None:
    """Make and remove API keys and accounts of staff; write a template of the server's settings."""


@web_command.command("key", epilog="Example: licit web key add le-chat --scope standing")
@click.argument("do", type=click.Choice(["add", "remove", "confirm", "list"]))
@click.argument("name", required=False)
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="What it is for; may be given again.")
@json_option
@workspace_option
def key(do: str, name: str | None, scopes: tuple[str, ...], as_json: bool, workspace: str | None) -> None:
    """Add, remove or list API keys. A key is shown once, when it is made; only its hash is kept.

    A key that a restore put back waits: it opens nothing until it is confirmed.
    """
    visits = open_visits(open_workspace(find_workspace(workspace)).root)
    if do == "list":
        found, waits = visits.keys(), visits.waiting()
        if as_json:
            print_json({one: [*of, *(["waits"] if one in waits else [])] for one, of in found.items()} if waits else found)
        else:
            say("\n".join(f"{one}: {', '.join(of)}{_WAITS if one in waits else ''}" for one, of in found.items()) or "There is none.")
        return
    if not name:
        raise click.UsageError("Name the key.")
    if do == "confirm":
        if not visits.confirm_key(name):
            raise InputError("no API key of this name waits", about=name, remedy="licit web key list")
        say(f"{name} counts again.")
        return
    if do == "remove":
        if not visits.remove_key(name):
            raise InputError("there is no API key of this name", about=name, remedy="licit web key list")
        say(f"{name} counts no longer.")
        return
    if not scopes:
        raise click.UsageError(f"Say what it is for: --scope {'|'.join(SCOPES)}")
    secret = visits.add_key(name, scopes)
    print_json({"name": name, "key": secret, "scopes": list(scopes)}) if as_json else say(f"{secret}\nKeep it: it is not shown again.")


@web_command.command("staff", epilog="Example: licit web staff add 'Ines Morel' --role officer")
@click.argument("do", type=click.Choice(["add", "remove", "confirm", "list"]))
@click.argument("name", required=False)
@click.option("--role", type=click.Choice(ROLES), help="What they are; engineers never see anybody's words.")
@click.option("--sign-on", "sign_on", metavar="EMAIL_OR_ID", help="They come by the provider of [sign_on] in web.toml, without a password here.")
@click.option("--generate", is_flag=True, help="Make the password and show it once, in the place of asking for one.")
@json_option
@workspace_option
def staff(do: str, name: str | None, role: str | None, sign_on: str | None, generate: bool, as_json: bool, workspace: str | None) -> None:
    """Add, remove or list people who may open the officer's console at /console.

    The secret of their one-time codes is shown once, for an authenticator application. Removing an account ends its sessions.
    An account that a restore put back waits: nobody comes in by it until it is confirmed.
    """
    space = open_workspace(find_workspace(workspace))
    accounts = open_visits(space.root).staff
    if do == "list":
        found, waits = accounts.accounts(), accounts.waiting()
        if as_json:
            print_json({one: f"{of}, waits" if one in waits else of for one, of in found.items()})
        else:
            say("\n".join(f"{one}: {of}{_WAITS if one in waits else ''}" for one, of in found.items()) or "There is nobody.")
        return
    if not name:
        raise click.UsageError("Name the person.")
    if do == "confirm":
        if not accounts.confirm(name):
            raise InputError("no account of this name waits", about=name, remedy="licit web staff list")
        say(f"{name} may come in again.")
        return
    if do == "remove":
        if not accounts.remove(name):
            raise InputError("there is nobody of this name", about=name, remedy="licit web staff list")
        say(f"{name} may come in no longer.")
        return
    if not role:
        raise click.UsageError(f"Say what they are: --role {'|'.join(ROLES)}")
    if sign_on is not None:
        accounts.add_signed_on(name, role, sign_on)
        print_json({"name": name, "role": role}) if as_json else say(f"{name} may come in as {role}, by the controller's sign-in.")
        return
    password = secrets.token_urlsafe(18) if generate else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    link = address(name, accounts.add(name, role, password, staff_key(space.keys)), f"licit {space.name}")
    if as_json:
        print_json({"name": name, "role": role, "codes": link} | ({"password": password} if generate else {}))
        return
    say(f"Codes, for an authenticator application: {link}" + (f"\nPassword: {password}" if generate else "")
        + "\nHand it over by a safe way: it is not shown again.")


@web_command.command("init", epilog="Example: licit web init")
@workspace_option
def init(workspace: str | None) -> None:
    """Write a template of web.toml into the workspace, unless there is one."""
    path = open_workspace(find_workspace(workspace)).root / "web.toml"
    if path.exists():
        raise InputError("there is a web.toml already; nothing was changed", about=str(path))
    path.write_text(TEMPLATE, encoding="utf-8")
    say(f"Written: {path}")
