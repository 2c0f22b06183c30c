"""``licit recipient``, ``licit run``, ``licit model``: where releases went."""

import click

from ...core.errors import InputError
from ...core.policy import parse_moment
from ...usecases.commands import register_downstream
from ._shared import opened, say, workspace_option


@click.group("recipient")
def recipient_command() -> None:
    """Record who received a release."""


@recipient_command.command("add", epilog="Example: licit recipient add 'Partner lab' --release release-1")
@click.argument("name")
@click.option("--release", required=True)
@workspace_option
def add_recipient(name: str, release: str, workspace: str | None) -> None:
    """Record that NAME received a release."""
    seq = register_downstream(opened(workspace), "recipient", {"name": name, "release": release})
    say(f"Recipient {name} of {release} is recorded (entry {seq}).")


@click.group("run")
def run_command() -> None:
    """Record a training run."""


@run_command.command("add", epilog="Example: licit run add run-7 --release release-1 --code v1.2 --by ines")
@click.argument("run_id", metavar="RUN")
@click.option("--release", "releases", multiple=True, required=True)
@click.option("--code", default="", help="The code's version.")
@click.option("--by", default="")
@workspace_option
def add_run(run_id: str, releases: tuple[str, ...], code: str, by: str, workspace: str | None) -> None:
    """Record that RUN trained on releases."""
    seq = register_downstream(opened(workspace), "run", {"id": run_id, "releases": list(releases), "code": code,
                                                         "by": by})
    say(f"Run {run_id} is recorded (entry {seq}).")


@click.group("model")
def model_command() -> None:
    """Record a model and when it is retrained next."""


@model_command.command("add", epilog="Example: licit model add petit-1 --run run-7 --next-retrain 2026-06-30")
@click.argument("name")
@click.option("--run", "run_id", required=True)
@click.option("--next-retrain", required=True, metavar="DAY", help="When it is to be retrained without what was recalled.")
@workspace_option
def add_model(name: str, run_id: str, next_retrain: str, workspace: str | None) -> None:
    """Record model NAME made by a run."""
    try:
        parse_moment(next_retrain)
    except ValueError:
        raise InputError("the day cannot be read", about=next_retrain, remedy="Write it as 2026-06-30.") from None
    seq = register_downstream(opened(workspace), "model", {"name": name, "run": run_id,
                                                           "next_retrain_due": next_retrain})
    say(f"Model {name} is recorded (entry {seq}).")
