"""``licit model``: a model and its next retraining, its audit against a release, its probe for a report, and what may be said of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from ...adapters.models import load_model
from ...core.errors import InputError
from ...core.model_claims import CLAIMS, form
from ...core.ports import InputFile
from ...core.records import Record, SetAside
from ...papers.model_audit import render_model_audit
from ...papers.model_audit_words import MODEL_WORDS
from ...papers.words import ENGLISH
from ...usecases.model_audit import PARTS, Order, audit, keep
from ...usecases.model_claims import claim
from ...usecases.model_people import stored_records
from ...usecases.model_probes import REFERENCES
from ...usecases.model_sets import HELD_OUT, ROWS
from ...usecases.queries import records_of, subjects_named
from ...usecases.report_probes import probe
from ...usecases.works import work_of_file
from ...usecases.workspace import Workspace
from ._shared import json_option, opened, out, print_json, progress, say, show, workspace_option
from .downstream import model_command as model_command

_STATES = {"found": "[red]found[/]", "nothing-found": "nothing found", "not-run": "[yellow]not run[/]"}
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@model_command.command("audit", epilog="Example: licit model audit ./petit-1 --release release-1 --by ines")
@click.argument("model", metavar="MODEL")
@click.option("--release", required=True, metavar="NAME", help="The release that it was trained on.")
@click.option("--name", default="", metavar="NAME", help="The model's name in the log; else that of its folder.")
@click.option("--reference", default="", metavar="MODEL", help="Another model, trained on other texts, to compare probabilities with.")
@click.option("--subject", "subjects", multiple=True, metavar="ACCOUNT", help="Somebody who complained, whose records are still lawfully held.")
@click.option("--texts", multiple=True, type=_FILE, metavar="FILE", help="What somebody who complained brings: an export or a document; nothing of it is kept.")
@click.option("--work", "works", multiple=True, type=_FILE, metavar="FILE", help="A protected work to look for in what the model says.")
@click.option("--most-exposure", "most", type=click.FloatRange(min=0), default=0, metavar="BITS", help="The exposure that your assessment allows; more is a finding.")
@click.option("--rows", type=click.IntRange(1, 10_000), default=ROWS, show_default=True, help="How many released rows are asked for.")
@click.option("--held-out", type=click.IntRange(1, 100_000), default=HELD_OUT, show_default=True, help="How many rows of the twin at most.")
@click.option("--references", type=click.IntRange(15, 100_000), default=REFERENCES, show_default=True, help="How many random phrases each canary is ranked among.")
@click.option("--by", required=True, metavar="NAME", help="Who runs it.")
@json_option
@workspace_option
def audit_model(model: str, release: str, as_json: bool, workspace: str | None, **asked: Any) -> None:
    """Say what MODEL gives away of a release: canaries, rows, personal data, works, and whom it was trained on.

    MODEL is a folder that licit saved a model in, a folder in the Hugging Face layout (extra: transformers), or the address of an
    OpenAI-compatible endpoint, as https://host/v1#model. The result and a page are kept in the workspace, and the log names them.
    Exit code 1: something was found. What could not be run is named, and is not passed.
    """
    space = opened(workspace)
    tried, other = load_model(model), load_model(asked["reference"]) if asked["reference"] else None
    people = [*(("held", _held(space, account)) for account in asked["subjects"]), *(("brought", _brought(space, file)) for file in asked["texts"])]
    order = Order(release=release, by=asked["by"], name=asked["name"], rows=asked["rows"], held_out=asked["held_out"], references=asked["references"], most=asked["most"], people=people,
                  works=[work_of_file(space, file).words for file in asked["works"]])
    with progress(as_json) as report:
        result = audit(space, tried, order, reference=other, progress=report)
    entry, place = keep(space, result, render_model_audit)
    if as_json:
        print_json({**result, "entry": entry, "kept": f"{place}.json", "page": f"{place}.html"})
    else:
        _show(result)
        say(f"\nThe audit is recorded (entry {entry}). A page with pictures: {space.root / place}.html")
    if result["found"]:
        click.get_current_context().exit(1)


def _held(space: Workspace, account: str) -> list[tuple[str, Record]]:
    return list(stored_records(space, records_of(space, subjects_named(space, account))))


def _brought(space: Workspace, file: Path) -> list[tuple[str, Record]]:
    """Read what somebody brings; nothing is imported."""
    out: list[tuple[str, Record]] = []
    for item in space.open_inputs([file]):
        if isinstance(item, InputFile) and not space.companion(item):
            for number, record in enumerate(space.recognise(item, None).read(item)):
                if isinstance(record, SetAside):
                    raise InputError("some of the file cannot be read, so that nothing can be said of it", about=file.name, reason=record.reason)
                out.append((f"brought-{number}", record))
    if not out:
        raise InputError("no words are in it", about=file.name, reason="no-text")
    return out


def _show(result: Mapping[str, Any]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    for column in (20, 14, 60):
        table.add_column(overflow="fold", max_width=column)
    for part in PARTS:
        told = result["parts"][part]
        table.add_row(ENGLISH.say(part, MODEL_WORDS), _STATES[told["state"]], _line(part, told))
    show(table)
    due = result["model"]["next_retrain_due"]
    say(f"Trained again by: {due or 'no date is recorded'}{' (overdue)' if result['model']['overdue'] else ''}")
    if not result["found"]:
        out.print("Nothing beyond chance was found by what was run. That does not show that nothing is there.", style="dim", markup=False)


def _line(part: str, told: Mapping[str, Any]) -> str:
    """Say the main figure of a part."""
    if told["state"] == "not-run":
        key = f"why-{told['why']}"
        return ENGLISH.say(key if key in MODEL_WORDS else "why-other", MODEL_WORDS)
    if part == "canaries":
        return f"highest exposure {told['highest']:.1f} of {told['measurable']:.0f} measurable bits; by chance {told['chance']:.3f}"
    if part == "extraction":
        return f"{told['released']['hits']} of {told['released']['of']} released rows said again (at most {told['released']['high']:.1%} at 95 %)"
    if part == "membership":
        best = max(told["ways"], key=lambda way: float(way["area"]))
        return f"area {best['area']:.2f} ({best['low']:.2f} to {best['high']:.2f}) by {best['way']}; {told['held_out']} rows held out"
    if part == "personal":
        return ", ".join(f"{one['label']} {one['released']['said']} of {one['released']['asked']}" for one in told["labels"]) + " said again"
    if part == "people":
        return "; ".join(f"person {one['person']}: {one['said']} of {one['snippets']} pieces, {one['values_said']} of {one['values']} values said again" for one in told["people"])
    return f"longest row of words {told['longest']}, in {told['works']} works; {told['run']} count"


@model_command.command("probe", epilog="Example: licit model probe ./petit-1 --request 41 --by ines")
@click.argument("model", metavar="MODEL")
@click.option("--request", type=click.IntRange(0), required=True, metavar="N", help="The number of the report.")
@click.option("--name", default="", metavar="NAME", help="The model's name in the log; else that of its folder.")
@click.option("--by", required=True, metavar="NAME", help="Who runs it.")
@json_option
@workspace_option
def probe_model(model: str, request: int, name: str, by: str, as_json: bool, workspace: str | None) -> None:
    """Ask MODEL for what somebody reports that it repeats, and record what was asked and found as a step of the report.

    MODEL is what it is for the audit. Counts are recorded, no words. Exit code 1: something was said again.
    """
    space = opened(workspace)
    with progress(as_json) as report:
        step = probe(space, load_model(model), request, by, name=name, progress=report)
    told = step.values["probe"]
    if as_json:
        print_json({"entry": step.seq, "request": request, **told})
    else:
        say(f"{told['model']}: questions asked: {told['asked']}; said again what was reported: {told['again']} (entry {step.seq}).")
        if not told["again"]:
            out.print("What it did not say again may still be in it.", style="dim", markup=False)
    if told["again"]:
        click.get_current_context().exit(1)


@model_command.command("claim", epilog="Example: licit model claim unlearned petit-1 --evidence unlearned.toml --by ines")
@click.argument("what", metavar="|".join(CLAIMS), type=click.Choice(list(CLAIMS)))
@click.argument("name", metavar="[MODEL]", default="")
@click.option("--evidence", type=_FILE, metavar="FILE", help="The filled-in form; its papers lie beside it.")
@click.option("--form", "blank", is_flag=True, help="Print the form, and record nothing.")
@click.option("--by", default="", metavar="NAME", help="Who claims it.")
@json_option
@workspace_option
def claim_model(what: str, name: str, evidence: Path | None, blank: bool, by: str, as_json: bool, workspace: str | None) -> None:
    """Record that somebody says of MODEL that it is anonymous, has unlearnt, or is not trained again; refused without all of the evidence."""
    if blank:
        click.echo(form(what), nl=False)
        return
    if not name or evidence is None:
        raise click.UsageError("Name the model and --evidence FILE, or ask for the --form.")
    entry = claim(opened(workspace), what, name, evidence, by)
    if as_json:
        print_json({"claim": what, "model": name, "entry": entry})
    else:
        say(f"It is recorded who says this of {name}, and on what evidence (entry {entry}). That makes it a claim, and no fact.")
