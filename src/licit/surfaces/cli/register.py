"""``licit source`` and ``licit policy``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import click

from ...adapters.signing import FileSigner
from ...core.register import Ground
from ...usecases.commands import record_signal
from ...usecases.plan import ACCEPT_UNSIGNED
from ...usecases.policy import adopt_policy, policy_lines, read_policy
from ...usecases.register import add_contract, add_source, change_source
from ...usecases.signals import settle
from ...usecases.staff_keys import Covers, approve_source
from ...usecases.workspace import Position, policy_at, register_at
from ._fields import contract_options, source_body, source_options, use_option
from ._shared import F, json_option, opened, print_json, say, warn, workspace_option
from .signals import signals_command
from .sources import diligence_command, list_command, show_command
from .unlawful import unlawful_command


@click.group("source")
def source_command() -> None:
    """Say where texts come from and by what right."""


def _by(text: str) -> Callable[[F], F]:
    return click.option("--by", required=True, metavar="NAME", help=text)


def _entered(as_json: bool, source: str, seq: int, text: str) -> None:
    if as_json:
        print_json({"source": source, "entry": seq})
    else:
        say(text)


_GROUND = click.Choice(list(get_args(Ground)))


@source_command.command("add", epilog="Example: licit source add le-chat --ground own --title 'Le Chat' --by ines")
@click.argument("source", required=False)
@click.option("--ground", type=_GROUND, help="By what right it may be used.")
@source_options
@_by("Who proposes it.")
@json_option
@workspace_option
def add(source: str | None, file: Path | None, choose: tuple[str, ...], as_json: bool, workspace: str | None, **given: Any) -> None:
    """Register SOURCE, or state its entry anew; a change needs a new approval. Unknown fields stay unknown."""
    body = source_body(file, {**given, "source": source})
    if not body.get("source") or not body.get("ground"):
        raise click.UsageError("Name the source and its --ground, here or in the file.")
    space = opened(workspace)
    before, _ = space.log.head()
    seq = add_source(space, body, choose=choose)
    _entered(as_json, body["source"], seq, f"Source {body['source']} is registered (entry {seq}). Somebody else approves it: licit source "
             f"approve {body['source']} --by …" if seq >= before else f"Source {body['source']} stands so in the register already "
             f"(entry {seq}); nothing was changed.")


@source_command.command("change", epilog="Example: licit source change wiki --kind public-dataset --why 'asked the supplier' --by ines")
@click.argument("source")
@click.option("--ground", type=_GROUND, default=None, help="By what right it may be used.")
@source_options
@_by("Who proposes the change.")
@json_option
@workspace_option
def change(source: str, file: Path | None, choose: tuple[str, ...], as_json: bool, workspace: str | None, **given: Any) -> None:
    """Change fields of SOURCE and keep the others; '' takes one away. It needs a new approval."""
    if not given.get("why"):
        raise click.UsageError("Missing option '--why': say why it changes.")
    seq = change_source(opened(workspace), source, source_body(file, given), choose=choose)
    _entered(as_json, source, seq, f"Source {source} is changed (entry {seq}). It needs approval: licit source approve {source} --by …")


@source_command.command("licence", epilog="Example: licit source licence wiki --spdx 'MIT OR CC-BY-4.0' --choose MIT --by ines")
@click.argument("source")
@click.option("--spdx", required=True, metavar="SPDX", help="The licence, as an SPDX expression.")
@click.option("--choose", multiple=True, metavar="SPDX", help="The licence taken where the expression offers several (OR).")
@_by("Who proposes it.")
@json_option
@workspace_option
def licence(source: str, spdx: str, choose: tuple[str, ...], by: str, as_json: bool, workspace: str | None) -> None:
    """Record SOURCE's open licence."""
    space = opened(workspace)
    known = source in register_at(space.log, Position.head(space.log))
    body = {"source": source, "ground": "open-licence", "licence": spdx, "by": by}
    seq = change_source(space, source, body, choose=choose) if known else add_source(space, body, choose=choose)
    _entered(as_json, source, seq, f"Licence {spdx} of {source} is recorded (entry {seq}). It needs approval: "
             f"licit source approve {source} --by …")


@source_command.command("contract", epilog="Example: licit source contract agency --id C-7 --use train --from 2025-01-01 "
                                           "--by ines")
@click.argument("source")
@click.option("--id", "contract_id", required=True, metavar="NUMBER", help="The contract's number.")
@use_option("A permitted use; what is not named is not permitted.", required=True)
@click.option("--from", "starts", required=True, metavar="DAY", help="The day it starts.")
@click.option("--until", "ends", default="", metavar="DAY", help="The first day on which it is no longer in force.")
@contract_options
@_by("Who records it; somebody else approves.")
@json_option
@workspace_option
def contract(source: str, contract_id: str, as_json: bool, workspace: str | None, **given: Any) -> None:
    """Record a contract for SOURCE: permitted uses, languages and media, dates, what happens at its end."""
    body = {"source": source, "id": contract_id, **{key: list(value) if isinstance(value, tuple) else value
                                                    for key, value in given.items() if value}}
    seq = add_contract(opened(workspace), body)
    _entered(as_json, source, seq, f"Contract {contract_id} of {source} is recorded (entry {seq}). It needs approval: "
             f"licit source approve {source} --by …")


@source_command.command("signal", epilog="Example: licit source signal press --verdict reserved --note robots.txt --by ines")
@click.argument("source")
@click.option("--verdict", required=True, type=click.Choice(["reserved", "allowed", "unknown"]),
              help="What the signal says; a reservation stays, whatever is read later.")
@click.option("--note", default="", help="Where the signal was read.")
@click.option("--settles", default="", metavar="SHA256", help="The reading of a reservation in words that this verdict decides.")
@_by("Who read it.")
@json_option
@workspace_option
def signal(source: str, verdict: str, note: str, settles: str, by: str, as_json: bool, workspace: str | None) -> None:
    """Record what somebody read in a reservation signal of SOURCE; unknown counts as reserved."""
    space = opened(workspace)
    seq = settle(space, source, verdict, note, by, settles) if settles else record_signal(space, source, verdict, note, by)
    _entered(as_json, source, seq, f"Signal of {source} is recorded: {verdict} (entry {seq}).")


source_command.add_command(signals_command)
source_command.add_command(unlawful_command)


@source_command.command("approve", epilog="Example: licit source approve le-chat --key me-amari.key --by 'Me Amari'")
@click.argument("source")
@click.option("--key", "file", type=click.Path(path_type=Path), envvar="LICIT_STAFF_KEY", default=None, metavar="FILE",
              help="Your private key, enrolled for the role legal; else LICIT_STAFF_KEY.")
@use_option("A use that it covers; without it, train.")
@click.option("--records", type=click.IntRange(min=0), default=0, metavar="N", help="So many records at most; 0: any number.")
@click.option("--until", default="", metavar="DAY", help="The first day on which it counts no more.")
@_by("Who approves; not who proposed.")
@json_option
@workspace_option
def approve(source: str, file: Path | None, by: str, as_json: bool, workspace: str | None, **given: Any) -> None:
    """Approve the present version of SOURCE's entry, signed with your key; without one it counts for no plan by itself."""
    space = opened(workspace)
    known = register_at(space.log, Position.head(space.log)).get(source)
    again = f", as {known.approved_by} did before" if known and known.approved == known.version else ""
    seq = approve_source(space, source, by, signer=FileSigner(file) if file else None, covers=Covers(
        uses=given["uses"] or ("train",), records=given["records"], until=given["until"]))
    _entered(as_json, source, seq, f"Source {source} is approved (entry {seq}){again}.")
    if file is None:
        warn(f"nobody signed this. It counts only for a plan that says {ACCEPT_UNSIGNED} = true; sign with --key FILE.")


source_command.add_command(list_command)
source_command.add_command(show_command)
source_command.add_command(diligence_command)


@click.group("policy")
def policy_command() -> None:
    """Say what silence means: notices, bases, assessments."""


@policy_command.command("adopt", epilog="Example: licit policy adopt policy.toml --by 'Me Amari'")
@click.argument("file", type=click.Path(path_type=Path))
@_by("Who puts it in force.")
@workspace_option
def adopt(file: Path, by: str, workspace: str | None) -> None:
    """Put the policy in FILE in force."""
    space = opened(workspace)
    seq = adopt_policy(space, read_policy(file), by)
    say(f"The policy is in force (entry {seq}):")
    for line in policy_lines(policy_at(space.log, Position.head(space.log))):
        say(f"  {line}")


@policy_command.command("show", epilog="Example: licit policy show")
@workspace_option
def show(workspace: str | None) -> None:
    """Show the policy in force."""
    space = opened(workspace)
    lines = list(policy_lines(policy_at(space.log, Position.head(space.log))))
    for line in lines or ["No policy is in force: every purpose is held (basis-missing)."]:
        say(line)
