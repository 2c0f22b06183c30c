"""``licit run``: training runs, each begun at the gate and ended with a word."""

import shutil
import subprocess
from pathlib import Path

import click

from ...core.errors import InputError
from ...usecases.commands import register_downstream
from ...usecases.runs import Begun, end_run, record_model, retrainings, runs_at, start_run
from ...usecases.workspace import Workspace, releases_at
from ..loader import open_release
from ._shared import json_option, opened, print_json, say, workspace_option

_by = click.option("--by", required=True, metavar="NAME", help="Who records it.")


@click.group("run", epilog="Example: licit run start --release release-1 --model petit-1 --by ines")
def run_command() -> None:
    """Record a training run: its start, which the release must allow, and its end."""


@run_command.command("start", short_help="Begin a run; every release must allow it.", epilog="Example: licit run start --release release-1 --model petit-1 --by ines")
@click.option("--release", "releases", multiple=True, required=True, metavar="NAME", help="What it trains on.")
@click.option("--model", default="", metavar="NAME", help="The model that is to come of it.")
@click.option("--code", default="", metavar="VERSION", help="The code's version or digest; else the git commit of this folder.")
@click.option("--id", "run_id", default="", metavar="RUN", help="The run's name; else the next number.")
@_by
@json_option
@workspace_option
def start(releases: tuple[str, ...], model: str, code: str, run_id: str, by: str, as_json: bool, workspace: str | None) -> None:
    """Begin a run: refused unless every release is whole, live, and within its rights; prints the run's id."""
    space = opened(workspace)
    insist_whole(space, releases)
    name = start_run(space, Begun(releases=releases, by=by, code=code or _commit(), model=model, id=run_id))
    if as_json:
        print_json({"run": name, "releases": list(releases)})
        return
    say(f"{name} is under way on {', '.join(releases)}.")
    say(f"When it is over: licit run end {name} --by {by}")


@run_command.command("end", short_help="End a run: finished, or aborted.", epilog="Example: licit run end run-1 --next-retrain 2027-06-30 --by ines")
@click.argument("run_id", metavar="RUN")
@click.option("--aborted", is_flag=True, help="It was broken off.")
@click.option("--why", default="", metavar="WORDS", help="Why, if it was broken off.")
@click.option("--model", default="", metavar="NAME", help="The model that came of it; else the one named at its start.")
@click.option("--next-retrain", default="", metavar="DAY", help="Record the model too, to be retrained by that day without what was recalled.")
@_by
@json_option
@workspace_option
def end(run_id: str, aborted: bool, why: str, model: str, next_retrain: str, by: str, as_json: bool, workspace: str | None) -> None:
    """End a run as finished, or as aborted; said again, the last word counts."""
    space = opened(workspace)
    run = runs_at(space).get(run_id)
    made = model or (run.model if run else "")
    if next_retrain and not made:
        raise InputError("no model is named to be retrained", about=run_id, remedy="Name it: --model NAME")
    if run and next_retrain:
        record_model(space, made, run=run_id, by=by, next_retrain_due=next_retrain)
    end_run(space, run_id, by=by, aborted=aborted, why=why)
    if as_json:
        print_json({"run": run_id, "state": "aborted" if aborted else "finished", "model": made if next_retrain else None})
        return
    say(f"{run_id} is {'aborted' if aborted else 'finished'}{f', model {made} is recorded' if next_retrain else ''}.")
    if made and not next_retrain and not aborted:
        say(f"Record what came of it: licit model add {made} --run {run_id} --next-retrain DAY --by {by}")


@run_command.command("add", short_help="Record a run of the past.", epilog="Example: licit run add run-7 --release release-1 --code v1.2 --by ines")
@click.argument("run_id", metavar="RUN")
@click.option("--release", "releases", multiple=True, required=True, metavar="NAME", help="What it trained on.")
@click.option("--code", default="", metavar="VERSION", help="The code's version.")
@_by
@json_option
@workspace_option
def add(run_id: str, releases: tuple[str, ...], code: str, by: str, as_json: bool, workspace: str | None) -> None:
    """Record a RUN of the past that trained on releases; recorded again, it trained on these as well."""
    seq = register_downstream(opened(workspace), "run", {"id": run_id, "releases": list(releases), "code": code, "by": by})
    if as_json:
        print_json({"kind": "run", "entry": seq})
    else:
        say(f"Run {run_id} is recorded (entry {seq}).")


@run_command.command("list", short_help="Show runs, and models to be retrained.", epilog="Example: licit run list")
@json_option
@workspace_option
def list_runs(as_json: bool, workspace: str | None) -> None:
    """Show every run and how it stands, and the models that are to be trained again."""
    space = opened(workspace)
    found, again, known = list(runs_at(space).values()), retrainings(space), releases_at(space.log)
    if as_json:
        print_json({"runs": [{"run": one.id, "state": one.state, "releases": list(one.releases), "code": one.code, "by": one.by, "model": one.model,
                              "began": one.began.isoformat() if one.began else None, "ended": one.ended.isoformat() if one.ended else None,
                              "why": one.why} for one in found], "retrain": [one.as_json() for one in again]})
        return
    for one in found:
        since = f" since {one.began:%Y-%m-%d %H:%M} UTC" if one.began and one.under_way else ""
        gone = [name for name in one.releases if name in known and known[name].withdrawn >= 0]
        say(f"{one.id}  {'under way' if one.under_way else one.state}{since}  on {', '.join(one.releases)}  code {one.code or 'not said'}{f'  model {one.model}' if one.model else ''}"
            f"{f'  ({one.why})' if one.why else ''}{'  STOP IT: ' + ', '.join(gone) + ' is withdrawn' if gone and one.under_way else ''}")
    for late in again:
        say(late.line())
    if not found:
        say("No run is recorded yet: licit run start")


def insist_whole(space: Workspace, releases: tuple[str, ...]) -> None:
    """Insist that releases are known, whole, and may be trained on.

    Raises:
        InputError: the log knows no release of that name.
        EvidenceError, RefusedError: one is altered, or may not be trained on.
    """
    known = releases_at(space.log)
    for name in releases:
        if name not in known:
            raise InputError("no such release", about=name, reason="release-unknown", remedy=f"There are: {', '.join(known) or 'none'}.")
        open_release(space.corpus.path(f"releases/{name}"), clock=space.clock)


def _commit() -> str:
    """Give the git commit of the current folder, with a mark where files differ from it."""
    git = shutil.which("git")
    said = [subprocess.run([git, *what], capture_output=True, text=True, check=False)  # noqa: S603
            for what in (("rev-parse", "HEAD"), ("status", "--porcelain"))] if git else []
    if not said or any(one.returncode for one in said):
        raise InputError("it is not known which code trains", about=Path.cwd().name, remedy="Say it: --code VERSION, or train from a git repository.")
    return said[0].stdout.strip() + ("+changes" if said[1].stdout.strip() else "")
