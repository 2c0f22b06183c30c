"""``licit detect`` and ``licit deidentify``: the detectors on plain files, without a workspace.

What opens workspaces is not loaded here: that takes longer than to look at most files.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

import click

from ...adapters.jsonl import STANDARD, Line, batches, in_order, opened_lines, write_lines, written_whole
from ...adapters.text_vault import key_file
from ...core.ports import Detector
from ...core.records import SetAside
from ...detectors.registry import chosen
from ...pipeline.deidentify import DIRECT, REPLACEMENTS, DeidentifySettings
from ...usecases.text import Answers, Replacing, deidentify_lines, detect_lines
from ._console import err, json_option, number_of, print_json, progress
from ._vault import asked, forget, kept, restored

if TYPE_CHECKING:
    from ...usecases.workspace import Progress

HELD = 3
#: What every worker needs.
READY = ("licit.detectors._ready", "licit.usecases.text")
_NAMED_LINES = 20

_input = click.argument("source", metavar="IN.jsonl", type=click.Path(path_type=Path, allow_dash=True))
_output = click.option("-o", "--output", "target", metavar="OUT.jsonl", default="-", show_default=True,
                       type=click.Path(path_type=Path, allow_dash=True), help="Where to write; - for standard output.")
_jobs = click.option("--jobs", type=click.IntRange(min=0), default=1, show_default=True,
                     help="Processes; 0: one for each core. The order is kept.")
plugins_option = click.option("--plugins", type=click.Path(path_type=Path), metavar="FILE",
                        help="Look with the models of this settings file (detectors.toml) as well.")


def find_with(plugins: Path | None) -> Callable[[], Sequence[Detector]]:
    """Give what finds the detectors, here or in another process."""
    return partial(chosen, str(plugins.resolve())) if plugins else chosen


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
        name_lines(self.unreadable)
        if held:
            reasons = ", ".join(f"{number:,} {reason}" for reason, number in sorted(self.held.items()))
            err.print(f"{held:,} of {number_of(self.records, 'record')} held ({reasons}): nothing vouches for them, and the "
                      "result has only their ids.", markup=False)
            context.exit(HELD)
        if not as_json:
            err.print(f"{number_of(self.records, 'record')}, none held.", markup=False)


def name_lines(unreadable: Sequence[tuple[int, str]]) -> None:
    """Name the first lines that cannot be read."""
    for number, reason in unreadable[:_NAMED_LINES]:
        err.print(f"line {number:,} cannot be read ({reason})", markup=False)


def _answers(source: Path, task: Callable[[list[Line]], Answers], jobs: int, step: str, report: "Progress"
             ) -> Iterator[Answers]:
    """Work on a file batch by batch; progress is in bytes, and never full before the result is written."""
    sizes: deque[int] = deque()

    def measured(lines: Iterator[Line]) -> Iterator[list[Line]]:
        for batch in batches(lines):
            sizes.append(sum(0 if isinstance(line, SetAside) else len(line) + 1 for _, line in batch))
            yield batch

    with opened_lines(source) as (lines, known):
        done = 0
        for answers in in_order(task, measured(lines), jobs=jobs, ready=READY):
            done += sizes.popleft()
            report(step, min(done, max(known - 1, 0)) if known else done, known)
            yield answers


def _check_output(target: Path, as_json: bool) -> None:
    if as_json and target == STANDARD:
        raise click.UsageError("With --json the result needs a file: -o OUT.jsonl")


@click.command("detect", epilog="Example: licit detect chats.jsonl -o spans.jsonl --jobs 2")
@_input
@_output
@plugins_option
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
        for answers in _answers(source, partial(detect_lines, find_with(plugins)), jobs, "bytes looked at", report):
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
@plugins_option
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
    settings = replace(settings_of(given["labels"]), replace=given["replace"])
    with progress(as_json) as report, written_whole(target) as file, kept(given["vault"], given["scope"]) as vault:
        key = vault.stand_ins if vault else key_file(given["key_path"]).secret("stand-in") if given["key_path"] else token_bytes(32)
        replacing = Replacing(settings=settings, key=key, keep=vault is not None)
        task = partial(deidentify_lines, find_with(plugins), replacing)
        for answers in _answers(source, task, jobs, "bytes replaced", report):
            write_lines(file, answers.lines)
            if vault:
                vault.add(answers.lines, answers.replaced)
            total.add(answers)
    if given["vault"] and not as_json:
        err.print(f"What was replaced is in {given['vault']}, scope {given['scope']}, its key in {given['vault']}.keys. Once nobody "
                  f"needs it: licit deidentify --vault {given['vault']} --forget {given['scope']} --by WHO --reason WHY", markup=False)
    total.finish(context, as_json, target)


def settings_of(labels: str) -> DeidentifySettings:
    """Give the settings that ``--labels`` asks for.

    Raises:
        UsageError: it names no label, or an unknown one.
    """
    wanted = tuple(label.strip() for label in labels.split(",") if label.strip())
    if labels and not wanted:
        raise click.UsageError("--labels names no label.")
    try:
        return DeidentifySettings(labels=wanted or DIRECT)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
