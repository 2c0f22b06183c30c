"""``licit import``."""

import csv
import json
from pathlib import Path

import click

from ...core.errors import SetupError
from ...core.policy import parse_moment
from ...usecases.arrive import Declared, FileReport, import_paths
from ._shared import json_option, number_of, opened, out, print_json, progress, say, warn, workspace_option


@click.command("import", epilog="Example: licit import export.zip --source le-chat --subject ada --capacity consumer "
                                "--age adult")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", default="", metavar="ID", help="The source they come from; without it, each document's "
                                                         "metadata must say.")
@click.option("--as", "forced", metavar="FORMAT", help="Read as this format instead of recognising it.")
@click.option("--subject", default="", metavar="ACCOUNT", help="Whose conversations they are.")
@click.option("--subject-field", default="", metavar="FIELD", help="The field of each record that names its account; "
                                                                   "id for the record's own id.")
@click.option("--subject-map", type=click.Path(path_type=Path), metavar="FILE", help="CSV or JSON: record id, account.")
@click.option("--device-field", default="", metavar="FIELD", help="The field that names the device of somebody who talked "
                                                                  "logged out.")
@click.option("--issuer", default="", help="Who vouches for the account or device; else the source.")
@click.option("--capacity", type=click.Choice(["consumer", "organisation"]), default=None,
              help="In which capacity they wrote.")
@click.option("--age", type=click.Choice(["adult", "minor"]), default=None, help="Their age, where the file does not say.")
@click.option("--notice", default="", metavar="ID", help="The notice under which they were collected.")
@click.option("--surface", default="", metavar="ID", help="The product surface.")
@click.option("--collected", default="", metavar="FROM..TO", help="Days between which undated records were collected.")
@json_option
@workspace_option
def import_command(paths: tuple[Path, ...], source: str, forced: str | None, as_json: bool, workspace: str | None,
                   subject_map: Path | None, collected: str, **given: str | None) -> None:
    """Read exports and documents: chats of eight products, WhatsApp, JSONL, Parquet, text, Markdown, HTML, PDF, WARC.

    Of a web archive, and of a page stored with its headers, the reservation signals are kept in the same go.

    What stays unknown is held at the build, never guessed. Importing a file twice changes nothing.
    """
    declared = Declared(subject_map=_map(subject_map), collected=_period(collected),
                        **{name: value or "" for name, value in given.items()})
    space = opened(workspace)
    reports: list[FileReport] = []
    with progress(as_json) as report:
        for done in import_paths(space, paths, source, declared, forced=forced, progress=report):
            reports.append(done)
            if as_json:
                print_json(done.as_json())
            else:
                _say(done)
    if not as_json:
        _sum(reports)
    if not any(report.records for report in reports):
        warn("Nothing could be read, so nothing was imported." if reports else "There is no file in what was named.")


def _say(report: FileReport) -> None:
    out.print(f"{report.file}: {report.format or 'not read'}, {number_of(report.records, 'record')}, {number_of(report.turns, 'turn')}"
              + (f", {report.known:,} already here" if report.known else ""), markup=False)
    for reason, number in sorted(report.set_aside.items()):
        out.print(f"  [yellow]{number:,} set aside: {reason}[/]")
    for reason, number in sorted(report.held.items()):
        out.print(f"  [yellow]{number:,} will not be released: {reason}[/]")
    for detail in report.details[:3]:
        say(f"    {detail}")
    if "source-missing" in report.set_aside:
        say("    Say which source: --source ID")
    if report.strange:
        most = sorted(report.strange.items(), key=lambda item: -item[1])[:5]
        say("  not understood: " + ", ".join(f"{name} ({number:,})" for name, number in most))


def _sum(reports: list[FileReport]) -> None:
    aside = sum(sum(report.set_aside.values()) for report in reports)
    say(f"{number_of(sum(report.records for report in reports), 'record')} from {number_of(len(reports), 'file')}"
        + (f"; {aside:,} set aside, counted as refused" if aside else "") + ". Next: licit build --dry-run")


def _map(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".json":
            return {str(key): str(value) for key, value in json.loads(text).items()}
        return {row[0]: row[1] for row in csv.reader(text.splitlines()) if len(row) >= 2}
    except (OSError, ValueError, AttributeError) as error:
        raise SetupError(f"the subject map cannot be read: {type(error).__name__}", about=path.name,
                         remedy="A CSV of record id and account, or a JSON object.") from None


def _period(text: str) -> tuple[str, str]:
    if not text:
        return ("", "")
    first, _, last = text.partition("..")
    try:
        if parse_moment(first) > parse_moment(last):
            raise ValueError
    except ValueError:
        raise SetupError("--collected takes two days", about=text, remedy="For example 2025-01-01..2025-03-31.") from None
    return (first, last)
