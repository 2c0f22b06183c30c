"""``licit source`` and ``licit policy``."""

from pathlib import Path
from typing import Any

import click

from ...usecases.commands import add_contract, add_source, approve_source, record_signal
from ...usecases.policy import adopt_policy, policy_lines, read_policy
from ...usecases.workspace import Position, policy_at, register_at
from ._shared import json_option, opened, print_json, say, workspace_option


@click.group("source")
def source_command() -> None:
    """Say where texts come from and by what right."""


@source_command.command("add", epilog="Example: licit source add le-chat --ground own --title 'Le Chat' --by ines")
@click.argument("source")
@click.option("--ground", required=True,
              type=click.Choice(["own", "open-licence", "contract", "public-domain", "statutory", "unknown"]),
              help="By what right it may be used.")
@click.option("--title", default="", help="Its name, for people.")
@click.option("--licence", default="", help="An SPDX expression with every choice made.")
@click.option("--by", required=True, help="Who proposes it.")
@workspace_option
def add(source: str, ground: str, title: str, licence: str, by: str, workspace: str | None) -> None:
    """Register SOURCE, or change its entry; a change needs a new approval."""
    body = {"source": source, "ground": ground, "title": title, "licence": licence, "by": by}
    seq = add_source(opened(workspace), {key: value for key, value in body.items() if value})
    say(f"Source {source} is registered (entry {seq}). Somebody else approves it: licit source approve {source} --by …")


@source_command.command("licence", epilog="Example: licit source licence wiki --spdx CC-BY-4.0 --by ines")
@click.argument("source")
@click.option("--spdx", required=True)
@click.option("--by", required=True)
@workspace_option
def licence(source: str, spdx: str, by: str, workspace: str | None) -> None:
    """Record SOURCE's open licence."""
    space = opened(workspace)
    known = register_at(space.log, Position.head(space.log)).get(source)
    seq = add_source(space, {"source": source, "ground": "open-licence", "licence": spdx, "by": by,
                             "title": known.title if known else ""})
    say(f"Licence {spdx} of {source} is recorded (entry {seq}). It needs approval: licit source approve {source} --by …")


@source_command.command("contract", epilog="Example: licit source contract agency --id C-7 --use train --from 2025-01-01")
@click.argument("source")
@click.option("--id", "contract_id", required=True, help="The contract's number.")
@click.option("--use", "uses", multiple=True, required=True, help="A permitted use; what is not named is not permitted.")
@click.option("--from", "starts", required=True, metavar="DAY")
@click.option("--until", "ends", default="", metavar="DAY")
@click.option("--party", "parties", multiple=True, help="A party to the contract.")
@workspace_option
def contract(source: str, contract_id: str, uses: tuple[str, ...], starts: str, ends: str, parties: tuple[str, ...],
             workspace: str | None) -> None:
    """Record a contract for SOURCE: permitted uses and dates."""
    body: dict[str, Any] = {"source": source, "id": contract_id, "uses": list(uses), "starts": starts,
                            "parties": list(parties)}
    if ends:
        body["ends"] = ends
    seq = add_contract(opened(workspace), body)
    say(f"Contract {contract_id} of {source} is recorded (entry {seq}). "
        f"It needs approval: licit source approve {source} --by …")


@source_command.command("signals")
@click.argument("source")
@click.option("--verdict", required=True, type=click.Choice(["reserved", "allowed", "unknown"]))
@click.option("--note", default="", help="Where the signal was read.")
@workspace_option
def signals(source: str, verdict: str, note: str, workspace: str | None) -> None:
    """Record what a reservation signal of SOURCE says; unknown counts as reserved."""
    seq = record_signal(opened(workspace), source, verdict, note)
    say(f"Signal of {source} is recorded: {verdict} (entry {seq}).")


@source_command.command("approve", epilog="Example: licit source approve le-chat --by 'Me Amari'")
@click.argument("source")
@click.option("--by", required=True, help="Who approves; not who proposed.")
@workspace_option
def approve(source: str, by: str, workspace: str | None) -> None:
    """Approve the present version of SOURCE's entry."""
    seq = approve_source(opened(workspace), source, by)
    say(f"Source {source} is approved (entry {seq}).")


@source_command.command("list")
@json_option
@workspace_option
def listed(as_json: bool, workspace: str | None) -> None:
    """List the register."""
    space = opened(workspace)
    for source in register_at(space.log, Position.head(space.log)).values():
        state = "approved" if source.approved == source.version else "not approved"
        if as_json:
            print_json({"source": source.id, "ground": source.ground, "licence": source.licence,
                        "contract": source.contract.id if source.contract else None, "state": state})
        else:
            right = source.contract.id if source.contract else source.licence
            say(f"{source.id}: {source.ground} {right} ({state})".replace("  ", " "))


@click.group("policy")
def policy_command() -> None:
    """Say what silence means: notices, bases, assessments."""


@policy_command.command("adopt", epilog="Example: licit policy adopt policy.toml")
@click.argument("file", type=click.Path(path_type=Path))
@workspace_option
def adopt(file: Path, workspace: str | None) -> None:
    """Put the policy in FILE in force."""
    space = opened(workspace)
    seq = adopt_policy(space, read_policy(file))
    say(f"The policy is in force (entry {seq}):")
    for line in policy_lines(policy_at(space.log, Position.head(space.log))):
        say(f"  {line}")


@policy_command.command("show")
@workspace_option
def show(workspace: str | None) -> None:
    """Show the policy in force."""
    space = opened(workspace)
    lines = list(policy_lines(policy_at(space.log, Position.head(space.log))))
    for line in lines or ["No policy is in force: every purpose is held (basis-missing)."]:
        say(line)
