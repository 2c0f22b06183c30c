"""``licit hold``: legal holds on single records."""

import click

from ...usecases.holds import end_hold, holds, set_hold
from ._shared import json_option, number_of, opened, print_json, say, workspace_option

_by = click.option("--by", required=True, metavar="NAME", help="Who does it; it stands in the log.")
_why = click.option("--why", required=True, metavar="TEXT", help="The reason, in a sentence; the people concerned read it.")


@click.group("hold")
def hold_command() -> None:
    """Keep single records for a legal reason: neither erased nor trained on, and told to the people they concern."""


@hold_command.command("set", epilog="Example: licit hold set r7f… --by ines --why 'Evidence in the proceedings of March.'")
@click.argument("record")
@_by
@_why
@json_option
@workspace_option
def set_one(record: str, by: str, why: str, as_json: bool, workspace: str | None) -> None:
    """Put RECORD under a legal hold."""
    seq = set_hold(opened(workspace), record, by, why)
    if as_json:
        print_json({"entry": seq, "record": record, "answer": "set"})
    else:
        say(f"Held (log entry {seq}): no release to come has it, no erasure takes it, and the people it concerns are told.")


@hold_command.command("release", epilog="Example: licit hold release r7f… --by ines --why 'The proceedings are over.'")
@click.argument("record")
@_by
@_why
@json_option
@workspace_option
def release_one(record: str, by: str, why: str, as_json: bool, workspace: str | None) -> None:
    """End the hold on RECORD; an erasure that waited for it goes on."""
    seq, erased = end_hold(opened(workspace), record, by, why)
    if as_json:
        print_json({"entry": seq, "record": record, "answer": "release", "erased": erased.as_json() if erased else None})
    elif erased is None:
        say(f"Ended (log entry {seq}). Another command is at work: run licit rights sweep for erasures that waited.")
    else:
        say(f"Ended (log entry {seq}); {number_of(erased.records, 'record')} whose erasure waited erased.")


@hold_command.command("list", epilog="Example: licit hold list")
@json_option
@workspace_option
def listed(as_json: bool, workspace: str | None) -> None:
    """List the holds that stand, and whether an erasure waits for each."""
    found = holds(opened(workspace))
    if as_json:
        print_json([{"record": hold.record, "entry": hold.entry, "by": hold.by, "why": hold.why, "erasure_waits": waits,
                     "since": hold.since.isoformat()} for hold, waits in found])
        return
    for hold, waits in found:
        say(f"{hold.record}  since {hold.since:%Y-%m-%d}  by {hold.by}{'  (an erasure waits)' if waits else ''}: {hold.why}")
    if not found:
        say("No record is under a legal hold.")
