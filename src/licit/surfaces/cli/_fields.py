"""The fields of a source and of a contract as options and as TOML: both say the same, and options win."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import click

from ...core.contracts import MEDIA, USES
from ...core.errors import InputError, misnamed
from ...core.register import SOURCE_FIELDS, Kind, Personal, Press, Role, Statute
from ._shared import F

_TEXT: tuple[tuple[str, str, str], ...] = (
    ("title", "TEXT", "Its name, for people."),
    ("origin", "TEXT", "Its address, or the name under which its supplier knows it."),
    ("how", "TEXT", "By which channel it was acquired."),
    ("acquirer", "NAME", "Who acquired it."),
    ("research-body", "TEXT", "For dsm-3: which research body, and why it is one."),
    ("controller", "NAME", "Who is the controller of the personal data in it."),
    ("notice", "TEXT", "The notice that tells the people concerned."),
    ("expires", "DAY", "From this day on it is held until somebody looks again."),
    ("why", "TEXT", "The reason for a change."))
_LISTED: tuple[tuple[str, Any, str], ...] = (
    ("kind", Kind, "What it is; unknown is held, but for what is your own."),
    ("statute", Statute, "For --ground statutory: by which law."),
    ("personal", Personal, "Whether it holds personal data; unknown counts as yes."),
    ("role", Role, "What you are for these personal data."),
    ("press", Press, "All of it is press; or it is, and the publisher's right is covered as well; or none of it is."))


def source_options(function: F) -> F:
    """Add an option for each field of a source."""
    options: list[Callable[[F], F]] = [click.option(f"--{name}", default=None, metavar=shape, help=text) for name, shape, text in _TEXT]
    options += [click.option(f"--{name}", default=None, type=click.Choice([*filter(None, get_args(values))]), help=text)
                for name, values, text in _LISTED]
    options += [
        click.option("--licence", default=None, metavar="SPDX", help="An SPDX expression."),
        click.option("--choose", multiple=True, metavar="SPDX", help="The licence taken where the expression offers several (OR)."),
        click.option("--acquired", default=None, metavar="FIRST..LAST", help="The days on which it was acquired."),
        click.option("--language", "languages", multiple=True, metavar="CODE", help="A language it holds; may be given again."),
        click.option("--died", type=int, default=None, metavar="YEAR",
                     help="For --ground public-domain: the year in which the last of its authors died, translators among them."),
        click.option("--war-years", type=int, default=None, metavar="N",
                     help="For --died: by how many years wars extended the term; 0 where somebody looked and found none."),
        click.option("--free-because", default=None, metavar="TEXT", help="For --ground public-domain: another rule that a person found."),
        click.option("--copies-kept", default=None, metavar="TEXT", help="For dsm-3 and dsm-4: where copies are kept, who can reach them."),
        click.option("--destroy", default=None, metavar="DAY", help="For dsm-3 and dsm-4: when the copies are destroyed."),
        click.option("--from", "file", type=click.Path(path_type=Path), default=None, metavar="FILE.toml",
                     help="Read fields from a file; options win.")]
    for option in reversed(options):
        function = option(function)
    return function


def source_body(file: Path | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Put the fields of a file and of options together, as an entry's body.

    Raises:
        InputError: the file cannot be read, or holds a field that no source has.
    """
    body = read_fields(file) if file else {}
    plain = {name.replace("-", "_"): value for name, value in given.items() if value is not None and value != ()}
    if days := plain.pop("acquired", ""):
        first, _, last = days.partition("..")
        plain["acquired"] = {"first": first, "last": last or first}
    died, war, because = plain.pop("died", None), plain.pop("war_years", None), plain.pop("free_because", None)
    if died is not None:
        plain["public_domain"] = {"rule": "author-70", "died": died} | ({} if war is None else {"extension": war})
    elif because is not None:
        plain["public_domain"] = {"rule": "other", "why": because}
    kept, destroy = plain.pop("copies_kept", None), plain.pop("destroy", None)
    if kept is not None or destroy is not None:
        plain["copies"] = {"kept": kept or "", "destroy": destroy or ""}
    return {**body, **{name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}}


def read_fields(file: Path) -> dict[str, Any]:
    """Read the fields of one source from a TOML file.

    Raises:
        InputError: it cannot be read, is no TOML, or holds a field that no source has.
    """
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", about=str(file), remedy="Name a file.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"the file is no TOML: {error}", about=file.name) from None
    if wrong := misnamed(data, sorted(SOURCE_FIELDS), "a source"):
        raise InputError(wrong, about=file.name, remedy="docs/howto/register-a-source.md shows every field.")
    plain = _plain(data)
    if not isinstance(plain, dict):
        raise InputError("the file holds no fields", about=file.name)
    return plain


def _plain(value: Any) -> Any:
    """Give TOML's days and times as text."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def contract_options(function: F) -> F:
    """Add an option for each field of a contract but its number, uses and days."""
    for option in reversed((
            click.option("--party", "parties", multiple=True, metavar="NAME", help="A party to the contract."),
            click.option("--work", "works", multiple=True, metavar="TEXT", help="A work or collection that it is about."),
            click.option("--language", "languages", multiple=True, metavar="CODE", help="A permitted language; none named: any."),
            click.option("--medium", "media", multiple=True, type=click.Choice(MEDIA), help="A permitted medium; none named: any."),
            click.option("--territory", multiple=True, metavar="TEXT", help="Where it holds: a country by two letters, EU, EEA or world; none named: anywhere."),
            click.option("--zone", default="", metavar="ZONE", help="The time zone its days are counted in, such as Europe/Paris; else UTC."),
            click.option("--at-end", type=click.Choice(["stop", "destroy"]), default="destroy",
                         help="What happens at its end: stop training, or destroy every copy."),
            click.option("--attribution", default="", metavar="TEXT", help="How its source is named; the terms of every release say it."),
            click.option("--audit", default="", metavar="TEXT", help="What the rightsholder may inspect."),
            click.option("--audit-due", default="", metavar="DAY", help="The day by which they may; licit source list --due shows it."),
            click.option("--confidentiality", default="", metavar="TEXT", help="What stays secret."),
            click.option("--sublicence", is_flag=True, help="Releases with its texts may be handed to recipients."))):
        function = option(function)
    return function


def use_option(text: str, *, required: bool = False) -> Callable[[F], F]:
    """Add ``--use``, which may be given again."""
    return click.option("--use", "uses", multiple=True, required=required, type=click.Choice(USES), help=text)
