"""``licit recipient``, ``licit model``: where releases went."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import click

from ...usecases.commands import register_downstream
from ...usecases.recalls import as_json as recall_json
from ...usecases.recalls import read_key, recalls
from ...usecases.runs import record_model
from ...wiring import find_workspace, poster
from ..loader.running import digests
from ._shared import json_option, opened, print_json, say, workspace_option

_by = click.option("--by", required=True, metavar="NAME", help="Who records it.")


def _record(workspace: str | None, as_json: bool, kind: str, body: dict[str, Any], text: str) -> None:
    seq = register_downstream(opened(workspace), kind, body)
    if as_json:
        print_json({"kind": kind, "entry": seq})
    else:
        say(f"{text} is recorded (entry {seq}).")


@click.group("recipient")
def recipient_command() -> None:
    """Record who received a release."""


@recipient_command.command("add", epilog="Example: licit recipient add 'Partner lab' --release release-1 --by ines")
@click.argument("name")
@click.option("--release", required=True, metavar="NAME", help="What they received.")
@click.option("--webhook", default="", metavar="URL", help="Where they are told of a recall: https, and no address inside a network.")
@click.option("--key", default="", metavar="BASE64", help="The Ed25519 public key (32 bytes) that their answers are signed with.")
@_by
@json_option
@workspace_option
def add_recipient(name: str, release: str, webhook: str, key: str, by: str, as_json: bool, workspace: str | None) -> None:
    """Record that NAME received a release; an address or key given anew takes the place of the one before."""
    if webhook:
        poster(find_workspace(workspace)).check(webhook)
    more = ({"webhook": webhook} if webhook else {}) | ({"key": b64encode(read_key(key)).decode()} if key else {})
    _record(workspace, as_json, "recipient", {"name": name, "release": release, "by": by, **more}, f"Recipient {name} of {release}")


@recipient_command.command("list", epilog="Example: licit recipient list")
@json_option
@workspace_option
def list_recipients(as_json: bool, workspace: str | None) -> None:
    """Show every recall and how it stands: asked, received, acknowledged, verified or failed."""
    found = list(recalls(opened(workspace)).values())
    if as_json:
        print_json([recall_json(one) for one in found])
        return
    for one in found:
        more = f", next try {one.next_try:%Y-%m-%d %H:%M} UTC" if one.next_try else ""
        say(f"{one.state}  {one.recipient}  {one.release}  ({one.tries} tries{f', {one.why}' if one.why else ''}{more})")
    if not found:
        say("No recall was asked for yet: licit recall --send")


@click.group("model")
def model_command() -> None:
    """Record a model and when it is retrained next; audit it against a release."""


@model_command.command("add", epilog="Example: licit model add petit-1 --run run-7 --next-retrain 2026-06-30 --by ines")
@click.argument("name")
@click.option("--run", "run_id", required=True, metavar="RUN", help="The run that made it.")
@click.option("--next-retrain", required=True, metavar="DAY", help="When it is to be retrained without what was recalled.")
@click.option("--file", "files", multiple=True, type=click.Path(path_type=Path), help="A file of it, or a folder: the digests are recorded.")
@_by
@json_option
@workspace_option
def add_model(name: str, run_id: str, next_retrain: str, files: tuple[Path, ...], by: str, as_json: bool, workspace: str | None) -> None:
    """Record model NAME made by a run; recorded again under a later run, it was trained again."""
    seq = record_model(opened(workspace), name, run=run_id, by=by, next_retrain_due=next_retrain, files=digests(files))
    if as_json:
        print_json({"kind": "model", "entry": seq})
    else:
        say(f"Model {name} is recorded (entry {seq}).")
