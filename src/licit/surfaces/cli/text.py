"""``licit detect``, ``licit deidentify``, ``licit measure``: the detectors on plain files, without a workspace."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from secrets import token_bytes
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from ...adapters.jsonl import STANDARD, Line, batches, in_order, opened_lines, write_lines, written_whole
from ...adapters.text_vault import key_file
from ...core.errors import InputError
from ...core.ports import Detector
from ...core.records import SetAside
from ...pipeline.deidentify import DIRECT, REPLACEMENTS, DeidentifySettings
from ...usecases.measure import Counts, Measure, Rate, measure
from ...usecases.text import Answers, Replacing, deidentify_lines, detect_lines
from ...usecases.workspace import Progress
from ...wiring import detectors
from ._shared import err, json_option, out, print_json, progress
from ._vault import asked, forget, kept, restored

_HELD = 3
_NAMED_LINES = 20
#: A narrower window breaks the lines; no number is cut.
_TABLE_WIDTH = 176

_input = click.argument("source", metavar="IN.jsonl", type=click.Path(path_type=Path, allow_dash=True))
_output = click.option("-o", "--output", "target", metavar="OUT.jsonl", default="-", show_default=True,
                       type=click.Path(path_type=Path, allow_dash=True), help="Where to write; - for standard output.")
_jobs = click.option("--jobs", type=click.IntRange(min=0), default=1, show_default=True,
                     help="Processes; 0: one for each core. The order is kept.")
_plugins = click.option("--plugins", type=click.Path(path_type=Path), metavar="FILE",
                        help="Look with the models of this settings file (detectors.toml) as well.")


def _find(plugins: Path | None) -> Callable[[], Sequence[Detector]]:
    """Give what finds the detectors, here or in another process."""
    return partial(detectors, str(plugins.resolve())) if plugins else detectors


@dataclass(slots=True, kw_only=True)
class _Sum:
    """What a run came to."""

    records: int = 0
    held: dict[str, int] = field(default_factory=dict)
    unreadable: list[tuple[int, str]] = field(default_factory=list)

    def add(self, answers: Answers) -> None:
        self.records += len(answers.lines)
        for reason, number in answers.held.items():
            self.held[reason] = self.held.get(reason, 0) + number
        self.unreadable += answers.unreadable[:max(0, _NAMED_LINES - len(self.unreadable))]

    def finish(self, context: click.Context, as_json: bool, target: Path) -> None:
        """Say what was done, and leave with the code 3 if anything was held."""
        held = sum(self.held.values())
        if as_json:
            print_json({"records": self.records, "held": dict(sorted(self.held.items())), "output": str(target)})
        _name(self.unreadable)
        if held:
            reasons = ", ".join(f"{number:,} {reason}" for reason, number in sorted(self.held.items()))
            err.print(f"{held:,} of {self.records:,} records are held ({reasons}): nothing vouches for them, and the "
                      "result has only their ids.", markup=False)
            context.exit(_HELD)
        if not as_json:
            err.print(f"{self.records:,} records, none held.", markup=False)


def _name(unreadable: list[tuple[int, str]]) -> None:
    for number, reason in unreadable[:_NAMED_LINES]:
        err.print(f"line {number:,} cannot be read ({reason})", markup=False)


def _answers(source: Path, task: Callable[[list[Line]], Answers], jobs: int, step: str, report: Progress
             ) -> Iterator[Answers]:
    """Work on a file batch by batch; progress is in bytes, and never full before the result is written."""
    sizes: deque[int] = deque()

    def measured(lines: Iterator[Line]) -> Iterator[list[Line]]:
        for batch in batches(lines):
            sizes.append(sum(0 if isinstance(line, SetAside) else len(line) + 1 for _, line in batch))
            yield batch

    with opened_lines(source) as (lines, known):
        done = 0
        for answers in in_order(task, measured(lines), jobs=jobs):
            done += sizes.popleft()
            report(step, min(done, max(known - 1, 0)) if known else done, known)
            yield answers


def _check_output(target: Path, as_json: bool) -> None:
    if as_json and target == STANDARD:
        raise click.UsageError("With --json the result needs a file: -o OUT.jsonl")


@click.command("detect", epilog="Example: licit detect chats.jsonl -o spans.jsonl --jobs 2")
@_input
@_output
@_plugins
@_jobs
@json_option
@click.pass_context
def detect_command(context: click.Context, /, source: Path, target: Path, plugins: Path | None, jobs: int, as_json: bool) -> None:
    """Find personal data in IN.jsonl: places only, never the text.

    A line is {"id", "text"} or {"id", "messages": [{"role", "content"}]}, with a "language" if it is known. The result
    has a line for each, in order: {"id", "spans": [{"start", "end", "label", "detector", "score"}]}, with "message" and
    a JSON Pointer "path" where the text lies inside messages; offsets count code points. A record that could not be
    looked at is {"id", "held": reason}, and the exit code is 3.
    """
    _check_output(target, as_json)
    total = _Sum()
    with progress(as_json) as report, written_whole(target) as file:
        for answers in _answers(source, partial(detect_lines, _find(plugins)), jobs, "bytes looked at", report):
            write_lines(file, answers.lines)
            total.add(answers)
    total.finish(context, as_json, target)


@click.command("deidentify", epilog="Example: licit deidentify chats.jsonl -o clean.jsonl --vault vault --scope spring")
@click.argument("source", metavar="[IN.jsonl]", type=click.Path(path_type=Path, allow_dash=True), required=False)
@_output
@click.option("--vault", type=click.Path(path_type=Path), metavar="DIR",
              help="Keep what each stand-in stands for, encrypted, in DIR; the keys go to DIR.keys.")
@click.option("--scope", default="main", show_default=True, metavar="NAME",
              help="What has a key of its own in the vault, and is forgotten as one: a conversation, a file, a project.")
@click.option("--key", "key_path", type=click.Path(path_type=Path), metavar="FILE",
              help="The key of the stand-ins, made if there is none; else a fresh one for this run. A vault has its own.")
@click.option("--labels", default="", metavar="LABEL,…", help="Replace only these; else all that identify by themselves.")
@click.option("--replace", type=click.Choice(REPLACEMENTS), default=REPLACEMENTS[0], show_default=True,
              help="Put [PERSON_k3f2a] in the place of a finding, or an invented name, a number for fiction, a moved date.")
@click.option("--restore", is_flag=True, help="Put back what stand-ins stand for, by --vault and --scope, in a file this made.")
@click.option("--forget", metavar="SCOPE", help="Destroy a scope's key and what it sealed, for good.")
@click.option("--by", default="", metavar="WHO", help="Who restores or forgets; it stands in the vault's log.")
@click.option("--reason", default="", metavar="WHY", help="Why; it stands in the vault's log. Name nobody.")
@_plugins
@_jobs
@json_option
@click.pass_context
def deidentify_command(context: click.Context, /, source: Path | None, target: Path, jobs: int, as_json: bool,
                       plugins: Path | None, **given: Any) -> None:
    """Replace personal data in IN.jsonl, everywhere but in the records' ids.

    The same lines come back, with a stand-in such as [PERSON_k3f2a] for each person, number or address: the same inside
    a record, another in every other record. What is not replaced keeps every byte. A record that could not be looked
    at, in which something was still found after five looks, or whose keys hold personal data is {"id", "held": reason},
    and the exit code is 3. The result is de-identified personal data; it is not anonymous.

    With --vault the words can be put back: --restore needs --by and --reason, and writes them into the vault's log before
    it gives a word. --forget ends that for a scope, and nobody can undo it.
    """
    if given["forget"] is not None:
        forget(asked(given, ("forget",), source is None), given["forget"], as_json)
        return
    if source is None:
        raise click.UsageError("Name IN.jsonl.")
    _check_output(target, as_json)
    total = _Sum()
    if given["restore"]:
        with written_whole(target, private=True) as file:
            for line in restored(source, asked(given, ("restore", "scope"), True), given["scope"]):
                write_lines(file, [line])
                total.add(Answers(lines=(line,), held={}))
        total.finish(context, as_json, target)
        return
    if given["by"] or given["reason"]:
        raise click.UsageError("--by and --reason go with --restore or --forget.")
    if given["vault"] and (given["replace"] != REPLACEMENTS[0] or given["key_path"]):
        raise click.UsageError("--vault goes with placeholders, for a surrogate may stand for several spellings, and has a key of its own.")
    settings = replace(_settings(given["labels"]), replace=given["replace"])
    with progress(as_json) as report, written_whole(target) as file, kept(given["vault"], given["scope"]) as vault:
        key = vault.stand_ins if vault else key_file(given["key_path"]).secret("stand-in") if given["key_path"] else token_bytes(32)
        replacing = Replacing(settings=settings, key=key, keep=vault is not None)
        task = partial(deidentify_lines, _find(plugins), replacing)
        for answers in _answers(source, task, jobs, "bytes replaced", report):
            write_lines(file, answers.lines)
            if vault:
                vault.add(answers.lines, answers.replaced)
            total.add(answers)
    if given["vault"] and not as_json:
        err.print(f"What was replaced is in {given['vault']}, scope {given['scope']}, its key in {given['vault']}.keys. Once nobody "
                  f"needs it: licit deidentify --vault {given['vault']} --forget {given['scope']} --by WHO --reason WHY", markup=False)
    total.finish(context, as_json, target)


def _settings(labels: str) -> DeidentifySettings:
    wanted = tuple(label.strip() for label in labels.split(",") if label.strip())
    if labels and not wanted:
        raise click.UsageError("--labels names no label.")
    try:
        return DeidentifySettings(labels=wanted or DIRECT)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


@click.command("measure", epilog="Example: licit measure labelled.jsonl --by language")
@click.argument("source", metavar="LABELLED.jsonl", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--labels", default="", metavar="LABEL,…", help="Only these, labelled and found; else all.")
@click.option("--sweep/--no-sweep", default=True, show_default=True,
              help="Look for a name found once in all of its record, as a build does.")
@click.option("--by", type=click.Choice(["label", "language"]), default="label", show_default=True,
              help="Rows for each label, or for each label of each language.")
@_plugins
@json_option
@click.pass_context
def measure_command(context: click.Context, /, source: Path, plugins: Path | None, as_json: bool, **given: Any) -> None:
    """Measure the detectors on a labelled set.

    A line is {"id", "text", "language", "spans": [{"start", "end", "label"}]}, or has "messages", and each span its
    "message" and "path"; mentions with the same "entity" are one, else those that are the same words. What is measured
    is what a build does before it replaces: find, settle overlaps, look for names found once in all of the record.
    Shares come with their Wilson 95 % bounds. A line that cannot be read or looked at is in no share; it is named, and
    the exit code is 3.
    """
    wanted = () if not given["labels"] else _settings(given["labels"]).labels
    with progress(as_json) as report, opened_lines(source) as (lines, _):
        found = measure(lines, _find(plugins)(), labels=wanted, sweep=given["sweep"],
                        progress=lambda done, known: report("records measured", done, known))
    if not found.records and found.complete:
        raise InputError("the set holds no labelled text", about=source.name)
    if as_json:
        print_json(found.as_json())
    else:
        Console(width=max(out.width, _TABLE_WIDTH), highlight=False).print(_table(found, given["by"]))
        _say_rest(found)
    _name(found.unreadable)
    if not found.complete:
        held = sum(found.held.values())
        err.print(f"Not measured: {len(found.unreadable):,} unreadable, {held:,} held.", markup=False)
        context.exit(_HELD)


def _table(found: Measure, by: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for name in ("labelled", "found", "precision", "recall", "F1", "recall, touched", "entities", "characters", "whole documents"):
        table.add_column(name, justify="right", no_wrap=True)
    _row(table, "all", found.overall)
    blocks = [("by language", found.languages), ("by label", found.labels)]
    if by == "language":
        blocks = [(f"label, in {language}", {label: counts for (label, told), counts in found.cells.items() if told == language})
                  for language in sorted(found.languages)]
        blocks.insert(0, ("by language", found.languages))
    for title, rows in blocks:
        table.add_row(f"[dim]{title}[/]")
        for name, counts in sorted(rows.items()):
            _row(table, f"  {name}", counts, looked=rows is found.languages or name not in found.not_looked_for)
    return table


def _row(table: Table, name: str, counts: Counts, *, looked: bool = True) -> None:
    shares = [_share(counts.exact, counts.found), _share(counts.exact, counts.gold)]
    f1 = counts.as_json()["exact"]["f1"]
    own = [*shares, "–" if f1 is None else f"{f1:.3f}", _share(counts.gold_met, counts.gold)]
    table.add_row(name, f"{counts.gold:,}", f"{counts.found:,}", *(own if looked else ["", "[yellow]not looked for[/]", "", ""]),
                  _share(counts.entities_covered, counts.entities), _share(counts.covered, counts.gold_characters),
                  _share(counts.redacted, counts.documents))


def _share(hits: int, of: int) -> str:
    low, high = Rate(hits=hits, of=of).bounds()
    return f"{100 * hits / of:.1f} % [dim]({100 * low:.1f}–{100 * high:.1f})[/]" if of else "–"


def _say_rest(found: Measure) -> None:
    over = found.overall
    out.print(f"\nOf {over.masked:,} characters found, {over.over:,} lie outside what is labelled: "
              f"{_share(over.over, over.masked)}.\nOf {over.other_characters:,} characters that are not labelled, "
              f"{_share(over.over, over.other_characters)} would be masked; {over.false_per_10kb:.2f} findings for each "
              "10 kB of them touch nothing labelled.")
    if found.not_looked_for:
        names = ", ".join(f"{label} ({number:,})" for label, number in sorted(found.not_looked_for.items()))
        out.print(f"Not looked for, and in no precision or recall above: {names}", markup=False)
    if found.not_labelled:
        names = ", ".join(f"{label} ({number:,})" for label, number in sorted(found.not_labelled.items()))
        out.print(f"Found, but not labelled in this set, and in no precision above: {names}", markup=False)
    out.print(f"{found.records:,} records. Bounds are Wilson 95 %. Detectors: {', '.join(found.detectors)}", markup=False)
