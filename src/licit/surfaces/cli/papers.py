"""``licit papers``: what a release says of itself on paper, whether that may be published, and that nobody wrote it by hand."""

from pathlib import Path

import click

from ...core.errors import InputError
from ...usecases.papers import papers_of, read_manifest, regenerate, standing_of_papers
from ...wiring import SystemClock
from ._shared import json_option, number_of, opened, print_json, say, workspace_option


@click.group("papers")
def papers_command() -> None:
    """Show, check and write again the papers of a release: public summary, cards, records."""


def _release(given: str, workspace: str | None) -> Path:
    """Give a release's folder, by its path, or by its name in the workspace."""
    path = Path(given)
    return path if (path / "manifest.json").is_file() else opened(workspace).corpus.path(f"releases/{given}")


@papers_command.command("show", epilog="Example: licit papers show release-1")
@click.argument("release")
@json_option
@workspace_option
def show_command(release: str, as_json: bool, workspace: str | None) -> None:
    """List the papers of RELEASE, a folder or a name of the workspace."""
    folder = _release(release, workspace)
    manifest = read_manifest(folder)
    listed = papers_of(manifest)
    if not listed:
        raise InputError("this release has no papers", about=folder.name, remedy="Build it again: its rows stay the same.")
    if as_json:
        print_json({"release": manifest["name"], "papers": listed})
        return
    for path in listed:
        say(str(folder / path))


@papers_command.command("check", epilog="Example: licit papers check release-1")
@click.argument("release")
@json_option
@workspace_option
@click.pass_context
def check_command(context: click.Context, release: str, as_json: bool, workspace: str | None) -> None:
    """Say whether the papers of RELEASE may be published: exit code 1 while a field is open, contradicted or overdue.

    Building is never blocked by this; publishing is.
    """
    found = standing_of_papers(_release(release, workspace), SystemClock().now().date())
    if as_json:
        print_json(found.as_json())
    else:
        for label in found.open:
            say(f"TO BE PROVIDED  {label}")
        for line in found.contradictions:
            say(f"CONTRADICTION   {line}")
        if found.unplaced:
            say(f"Sources whose kind nobody recorded: {', '.join(found.unplaced)}. Say it: licit source add ID --kind …")
        if found.overdue:
            say(f"The summary was due again on {found.due.isoformat()}: build the release again.")
        if found.publishable:
            say(f"The papers of {found.release} may be published; the summary is due again on {found.due.isoformat()}.")
        else:
            say(f"Not to be published: {number_of(len(found.open), 'open field')}, {number_of(len(found.contradictions), 'contradiction')}. "
                "Answer in provider.toml and the register, then build again: the rows stay the same.")
    if not found.publishable:
        context.exit(1)


@papers_command.command("regenerate", epilog="Example: licit papers regenerate release-1 --out papers")
@click.argument("release")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Also write them into this folder.")
@json_option
@workspace_option
@click.pass_context
def regenerate_command(context: click.Context, release: str, out: Path | None, as_json: bool, workspace: str | None) -> None:
    """Write the papers of RELEASE again from lock, log and rows; exit code 1 if one is not the same to the byte."""
    space = opened(workspace)
    name = Path(release).name
    made, differ = regenerate(space, name)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for path, data in made.items():
            (out / Path(path).name).write_bytes(data)
    if as_json:
        print_json({"release": name, "papers": sorted(made), "differ": differ})
    elif differ:
        for path in differ:
            say(f"DIFFERS  {path}")
    else:
        say(f"{number_of(len(made), 'paper')} of {name} written again, the same to the byte.")
    if differ:
        context.exit(1)
