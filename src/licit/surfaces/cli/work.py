"""``licit work check``: is this work in a release?"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from ...core.errors import InputError
from ...usecases.queries import run_line
from ...usecases.register_view import ended
from ...usecases.works import Work, check, signed, work_of_file, work_of_number
from ._shared import json_option, opened, print_json, room_for, say, workspace_option

_SAYS = {"found": "holds it", "not-found": "nothing of it was found", "cannot-tell": "cannot tell", "named": "is named by rows of it (a lead, not proof)"}
_WHY = {"too-short": "it is too short to be seen", "rows-gone": "rows of the release are no longer on disk", "": ""}


@click.group("work")
def work_command() -> None:
    """Say of a work whether releases hold it."""


@work_command.command("check", epilog="Example: licit work check novel.epub.txt --release release-1 --signed answer.json")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--text", type=click.Path(path_type=Path), default=None, metavar="FILE", help="Plain text, taken as it is; - for what is piped in.")
@click.option("--isbn", default="", metavar="NUMBER", help="A book by its number.")
@click.option("--issn", default="", metavar="NUMBER", help="A periodical by its number.")
@click.option("--doi", default="", metavar="NUMBER", help="An article by its number.")
@click.option("--release", default="", metavar="NAME", help="Only this release.")
@click.option("--signed", "target", type=click.Path(path_type=Path), default=None, metavar="FILE",
              help="Write the signed answer there, for whoever asked; licit-verify answer checks it alone.")
@json_option
@workspace_option
def check_command(file: Path | None, text: Path | None, target: Path | None, release: str, as_json: bool, workspace: str | None,
                  **numbers: str) -> None:
    """Say which releases hold a work, in which rows, and what share of it; exit code 3 when one does not know."""
    given = [(kind, number) for kind, number in numbers.items() if number]
    if len(given) + (file is not None) + (text is not None) != 1:
        raise click.UsageError("Name one of FILE, --text, --isbn, --issn and --doi.")
    space = opened(workspace)
    room_for(target)
    work = work_of_number(*given[0]) if given else work_of_file(space, file) if file else Work(words=_plain(text))
    answer = check(space, work, release, whole=target is not None)
    if target:
        target.write_text(json.dumps(signed(space, answer), indent=1) + "\n", encoding="utf-8")
    if as_json:
        print_json({**answer, "signed": str(target) if target else None})
    else:
        for line in _lines(answer):
            say(line)
        held = {one["release"] for one in answer["releases"] if one["rows"]}
        for over in ended(space) if held else ():
            if over.release in held:
                say(over.line())
        if target:
            say(f"The signed answer is in {target}. Whoever has it checks it alone: licit-verify answer {target} --key KEY")
    if any(one["verdict"] == "cannot-tell" for one in answer["releases"]):
        click.get_current_context().exit(3)


def _plain(path: Path | None) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig") if path else ""
    except (OSError, UnicodeDecodeError):
        raise InputError("the text cannot be read as UTF-8", about=str(path), remedy="Name a file of plain text.") from None


def _lines(answer: Mapping[str, Any]) -> Iterator[str]:
    if not answer["releases"]:
        yield "There is no release yet."
    for one in answer["releases"]:
        why = f": {_WHY[one['why']]}" if one["why"] else ""
        share = f", {one['share'] / 10:.1f} % of its fingerprints in all" if "fingerprints" in answer["asked"] and one["verdict"] != "cannot-tell" else ""
        yield f"{one['release']}{' (withdrawn)' if one['withdrawn'] else ''}: {_SAYS[one['verdict']]}{why}{share}"
        for row in one["found"][:20]:
            of = f" {row['share'] / 10:.1f} % of the work, {row['of_row'] / 10:.1f} % of the row" if "share" in row else ""
            yield f"  {row['record']}{'#' + str(row['chunk']) if 'chunk' in row else ''} of {row['source']}{of}"
        if one["rows"] > 20:
            yield f"  … and {one['rows'] - 20} more"
        yield from (f"  recipient: {name}" for name in (one["recipients"] if one["rows"] else ()))
        yield from (f"  {run_line(run)}" for run in (one["runs"] if one["rows"] else ()))
    told = answer["settings"]
    yield (f"Not found means: no {told['sure']} words in a row of it stand in the release. Nothing shorter than {told['words']} words can be seen, "
           "nor words that were replaced before release, a rewrite or a translation.")
