"""``licit evidence``: what an authority is handed."""

from pathlib import Path

import click

from ...usecases.bundle import write_bundle
from ...usecases.live import Live
from ._shared import json_option, number_of, opened, print_json, room_for, say, workspace_option


@click.group("evidence")
def evidence_command() -> None:
    """Gather evidence that an authority can check alone."""


@evidence_command.command("bundle", epilog="Example: licit evidence bundle --request 41 --out request-41.zip")
@click.option("--request", type=int, default=-1, metavar="ID", help="The number of the request's log entry.")
@click.option("--release", default="", metavar="NAME", help="A release.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The zip to write.")
@json_option
@workspace_option
def bundle(request: int, release: str, out: Path, as_json: bool, workspace: str | None) -> None:
    """Write entries, steps, proofs and papers about a request or a release as one signed zip; no conversation is in it."""
    room_for(out)
    part = out.with_name(out.name + ".part")
    try:
        with part.open("wb") as file:
            listed = write_bundle(Live(opened(workspace)), file, request=request, release=release)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    if as_json:
        print_json({"out": str(out), "files": len(listed["files"]), "size": listed["size"], "key": listed["key"]})
    else:
        say(f"Written: {out} ({number_of(len(listed['files']), 'file')}). Check it alone: licit-verify bundle {out} --key {listed['key']}")
