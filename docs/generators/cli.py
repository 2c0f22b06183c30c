"""The page on the command line: every command and option, read from the commands themselves."""

import argparse
from collections.abc import Iterator

import click

from licit.surfaces.cli import CODES, COMMANDS, main
from licit_verify.__main__ import _parser

PATH = "reference/cli.md"

_HEAD = """\
# The command line

Every command answers `--help`. Text is for people; where there is `--json`, it prints one JSON value a line for machines.
A workspace is found by `--workspace`, then `LICIT_WORKSPACE`, then the current folder if it holds `licit.toml`, else
`./licit-workspace`. This page is generated from the commands.

| exit code | means |
|---|---|
| 0 | done; also when a build releases nothing, which is no fault |
"""
_MEANS = {1: "a claim fails, or the rules say no", 2: "wrong use, something cannot be read, or a setting is missing",
          3: "something was held", 4: "the outside did not answer; try again"}
_JSON = "Print JSON for machines."


def commands() -> Iterator[tuple[str, click.Command]]:
    """Give every command a person can call, by the words they type; groups come before what is in them."""
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        if command is None:
            raise ValueError(f"licit {name} is listed and cannot be loaded")
        yield from _below(f"licit {name}", command)


def _below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for word, one in sorted(command.commands.items()):
            yield from _below(f"{name} {word}", one)


def options(name: str, command: click.Command) -> Iterator[tuple[str, str]]:
    """Give what a command takes: how it is written, and what it means."""
    if name == "licit verify":
        yield from map(_argument, _parser()._actions)
        return
    for param in command.params:
        if isinstance(param, click.Argument):
            yield _written(param), "required" if param.required else _default(param, "may be left out")
        elif isinstance(param, click.Option) and not param.hidden:
            said = (param.help or "").strip() or (_JSON if "--json" in param.opts else "")
            notes = ["required"] * param.required + ["may be given several times"] * param.multiple
            yield _written(param), " ".join([*filter(None, [said]), *(f"({note})" for note in notes)])


def _written(param: click.Parameter) -> str:
    if isinstance(param, click.Argument):
        return (param.metavar or str(param.name).upper()) + ("…" if param.nargs == -1 and not param.metavar else "")
    names = ", ".join(param.opts)
    if isinstance(param, click.Option) and param.is_flag:
        return names
    if isinstance(param.type, click.Choice):
        return f"{names} {'|'.join(map(str, param.type.choices))}"
    return f"{names} {param.metavar or (param.type.name.upper() if param.type.name != 'text' else 'TEXT')}"


def _default(param: click.Parameter, otherwise: str) -> str:
    return f"{param.default} unless given" if isinstance(param.default, str) else otherwise


def _argument(action: argparse.Action) -> tuple[str, str]:
    names = ", ".join(action.option_strings) or str(action.metavar or action.dest).upper()
    values = "|".join(map(str, action.choices)) if action.choices else action.metavar if action.option_strings else ""
    takes = action.nargs != 0 and action.option_strings
    return f"{names} {values or action.dest.upper()}" if takes else names, (action.help or "").strip()


def render() -> str:
    """Give the page."""
    codes = dict(sorted({code: _MEANS[code] for _, code in CODES}.items()))
    out = [_HEAD + "\n".join(f"| {code} | {means} |" for code, means in codes.items()) + "\n"]
    for name, command in commands():
        out.append(f"{'###' if name.count(' ') > 1 else '##'} {name}\n")
        out.append(_text(command) + "\n")
        rows = list(options(name, command))
        if rows:
            out.append("| | |\n|---|---|\n" + "\n".join(f"| `{_cell(one)}` | {_cell(two)} |" for one, two in rows) + "\n")
        if command.epilog:
            out.append(f"`{command.epilog.removeprefix('Example: ')}`\n")
    return "\n".join(out).rstrip() + "\n"


def _text(command: click.Command) -> str:
    paragraphs = (command.help or "").strip().split("\n\n")
    return "\n\n".join(" ".join(line.strip() for line in one.splitlines()) for one in paragraphs)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
