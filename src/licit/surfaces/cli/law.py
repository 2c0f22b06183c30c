"""``licit law``: the papers behind a legal basis."""

from collections.abc import Sequence
from pathlib import Path

import click

from ...adapters.signing import FileSigner
from ...core.controls import CONTROLS
from ...core.errors import InputError
from ...core.law import KINDS, TRIGGERS
from ...usecases.law import (
    Approval,
    approve_papers,
    approved_text,
    listed,
    make_paper,
    note_trigger,
    path_of,
    read_paper,
    withdraw_paper,
)
from ...usecases.law_check import check_clauses, check_text
from ...usecases.law_notice import notice_text
from ...usecases.workspace import Position, law_at
from ..demo.papers import Papers
from ._shared import json_option, number_of, opened, print_json, say, workspace_option

_by = click.option("--by", required=True, metavar="NAME", help="Who does it; it stands in the log.")
_why = click.option("--why", required=True, metavar="TEXT", help="The reason, in a sentence.")
_kind = click.argument("kind", type=click.Choice(KINDS))


def _texts(files: Sequence[Path]) -> list[tuple[Path, str]]:
    """Read files, and every paper of the folders among them."""
    paths = [path for file in files for path in (sorted(file.glob("*.toml")) if file.is_dir() else [file])]
    if not paths:
        raise InputError("there is no paper here", remedy="licit law new KIND NAME makes one.")
    return [(path, read_paper(path)) for path in paths]


@click.group("law", epilog="Example: licit law new lia chat --lang fr")
def law_command() -> None:
    """Write, check and approve the papers behind a legal basis: assessments, screenings, tests, notices."""


@law_command.command("new", epilog="Example: licit law new lia chat --lang fr")
@_kind
@click.argument("name", required=False)
@click.option("--lang", "language", type=click.Choice(["en", "fr"]), default="en", show_default=True,
              help="The language of the questions.")
@workspace_option
def new(kind: str, name: str | None, language: str, workspace: str | None) -> None:
    """Make the empty file of a paper of KIND, to be filled in."""
    if not name and kind != "dpia-screening":
        raise click.UsageError("Give the paper a NAME.")
    path = make_paper(opened(workspace), kind, name or kind, language)
    say(f"Fill in {path}, then: licit law check {path}")


@law_command.command("example", epilog="Example: licit law example --assessment lia-1 --notice notice-1 --source chat")
@click.option("--assessment", required=True, metavar="ID", help="The assessment's id, as the policy names it.")
@click.option("--notice", "notices", multiple=True, required=True, metavar="ID", help="A notice of the policy; may be repeated.")
@click.option("--source", "sources", multiple=True, required=True, metavar="ID", help="A source it covers; may be repeated.")
@click.option("--approver", default="the data-protection officer", show_default=True, metavar="NAME", help="Who is to approve.")
@workspace_option
def example(assessment: str, notices: tuple[str, ...], sources: tuple[str, ...], approver: str, workspace: str | None) -> None:
    """Write an invented company's papers, filled in, to see what is asked; before anything real, replace every answer."""
    papers = Papers(assessment=assessment, notices=notices, sources=sources, approver=approver)
    for path in papers.write(opened(workspace).root / "law"):
        say(str(path))
    say("These are an invented company's answers: replace every one before you use them for anything real.")


@law_command.command("check", epilog="Example: licit law check law/lia-chat.toml")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@json_option
@workspace_option
def check(files: tuple[Path, ...], as_json: bool, workspace: str | None) -> None:
    """Check FILES, folders, or every paper of the workspace; terms of use (.txt, .md) for clauses that shift responsibility.

    Exit code 1 when there is something to mend.
    """
    bad = 0
    for path, text in _texts(files or [opened(workspace).root / "law"]):
        findings = check_text(text) if path.suffix == ".toml" else check_clauses(text)
        bad += len(findings)
        if as_json:
            print_json({"file": str(path), "findings": [finding.as_json() for finding in findings]})
            continue
        say(f"{path}: {number_of(len(findings), 'finding')}" if findings else f"{path}: nothing to mend")
        for finding in findings:
            say(f"  {finding.place}: {finding.wrong}. {finding.mend}")
    if bad:
        click.get_current_context().exit(1)


@law_command.command("approve", epilog="Example: licit law approve law/lia-chat.toml --key me-amari.key --by 'Me Amari' --opinion 'Favourable.'")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--key", "file", required=True, type=click.Path(path_type=Path), envvar="LICIT_STAFF_KEY", metavar="FILE",
              help="Your private key, enrolled for the role legal by somebody who wrote none of these; else LICIT_STAFF_KEY.")
@_by
@click.option("--opinion", default="", metavar="TEXT", help="What the data-protection officer said of it.")
@click.option("--until", default="", metavar="DAY", help="The day from which it is over, if before its own review.")
@json_option
@workspace_option
def approve(files: tuple[Path, ...], file: Path, by: str, opinion: str, until: str, as_json: bool, workspace: str | None) -> None:
    """Approve the papers in FILES, or in folders, as they stand, all or none, signed with a key; their author cannot."""
    read, signer = _texts(files), FileSigner(file)
    entered = approve_papers(opened(workspace), [text for _, text in read], Approval(
        by=by, signer=signer, opinion=opinion, until=until))
    for (path, _), seq in zip(read, entered, strict=True):
        if as_json:
            print_json({"file": str(path), "entry": seq})
        else:
            say(f"{path} is approved (log entry {seq}).")
    if not as_json:
        say("An edit from here on is a draft until it is approved.")


@law_command.command("withdraw", epilog="Example: licit law withdraw lia chat --by 'Me Amari' --why 'The purpose was given up.'")
@_kind
@click.argument("name")
@_by
@_why
@workspace_option
def withdraw(kind: str, name: str, by: str, why: str, workspace: str | None) -> None:
    """Withdraw the paper NAME: nothing is released under it any more."""
    say(f"Withdrawn (log entry {withdraw_paper(opened(workspace), kind, name, by, why)}).")


@law_command.command("note", epilog="Example: licit law note law-change --by ines --why 'A guideline of the authority.'")
@click.argument("what", type=click.Choice(TRIGGERS))
@click.option("--paper", "name", default="", metavar="NAME", help="The only paper it ends; without it, all of them.")
@_by
@_why
@workspace_option
def note(what: str, name: str, by: str, why: str, workspace: str | None) -> None:
    """Note that something happened: assessments are ended until they are approved anew."""
    say(f"Noted (log entry {note_trigger(opened(workspace), what, by, why, name)}). Review the papers, then approve them anew.")


@law_command.command("list", epilog="Example: licit law list")
@json_option
@workspace_option
def list_papers(as_json: bool, workspace: str | None) -> None:
    """List the papers: approved, edited since, over, ended, approved by a name alone (unsigned: they count for nothing), or drafts."""
    found = list(listed(opened(workspace)))
    for one in found:
        paper = one.paper
        if as_json:
            print_json({"kind": one.kind, "id": one.id, "file": one.path, "state": one.state, **({
                "version": paper.version, "digest": paper.digest, "entry": paper.entry, "by": paper.by,
                "until": paper.until.date().isoformat()} if paper else {})})
        else:
            until = f" by {paper.by} until {paper.until:%Y-%m-%d}" if paper and paper.until.year < 9999 else (
                f" by {paper.by}" if paper else "")
            say(f"{one.kind} {one.id}: {one.state}{until}{f' ({one.why})' if one.why else ''}, {one.path}")
    if not found and not as_json:
        say("There is no paper: licit law new lia NAME")


@law_command.command("show", epilog="Example: licit law show lia chat")
@_kind
@click.argument("name")
@workspace_option
def show(kind: str, name: str, workspace: str | None) -> None:
    """Print the text of paper NAME as it was approved; if nobody approved it, as its file stands."""
    space = opened(workspace)
    paper = law_at(space, Position.head(space.log)).paper(kind, name)
    click.echo(approved_text(space, paper) if paper else read_paper(path_of(space, kind, name)), nl=False)


@law_command.command("notice", epilog="Example: licit law notice notice-1 --lang fr")
@click.argument("name")
@click.option("--lang", "language", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="The language to print.")
@workspace_option
def notice(name: str, language: str, workspace: str | None) -> None:
    """Print notice NAME as people read it, with every item of Art. 13 and 14; with one missing, nothing is printed."""
    space = opened(workspace)
    paper = law_at(space, Position.head(space.log)).paper("notice", name)
    text = approved_text(space, paper) if paper else read_paper(path_of(space, "notice", name))
    click.echo(notice_text(text, language), nl=False)


@law_command.command("controls", epilog="Example: licit law controls")
@json_option
def controls(as_json: bool) -> None:
    """List the controls that a measure may name."""
    for one in CONTROLS.values():
        if as_json:
            print_json({"id": one.id, "meaning": one.meaning, "meaning_fr": one.meaning_fr, "duty": one.duty,
                        "claims": list(one.claims)})
        else:
            say(f"{one.id}: {one.meaning}" + (f" Art. {one.duty} demands it: it does not count in the balance."
                                              if one.duty else ""))
