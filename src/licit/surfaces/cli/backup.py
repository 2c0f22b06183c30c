"""``licit backup`` and ``licit restore``."""

from pathlib import Path

import click
from rich.table import Table

from ...usecases.backup import BackedUp, back_up, prune, record_gone
from ...usecases.restore import Order, Restored, accept_lost
from ...usecases.schedule import backups_at
from ...usecases.workspace import Workspace
from ...wiring import find_workspace, open_workspace, restore_workspace
from ._shared import json_option, number_of, opened, print_json, progress, say, show, workspace_option


@click.command("backup", epilog="Example: licit backup backups/monday --like backups/sunday")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--like", type=click.Path(path_type=Path), metavar="BACKUP",
              help="Share with this earlier backup, on the same disk, every file that is still the same.")
@click.option("--list", "listing", is_flag=True, help="List the backups made, and the day by which each must go.")
@click.option("--prune", "pruned", type=click.Path(path_type=Path), metavar="BACKUP",
              help="Remove a backup that a later one replaces, and record that.")
@click.option("--gone", default="", metavar="ID", help="Record that a backup was destroyed by other means; needs --by.")
@click.option("--by", default="", help="Who says so.")
@json_option
@workspace_option
def backup_command(folder: Path | None, like: Path | None, listing: bool, pruned: Path | None, gone: str, by: str,
                   as_json: bool, workspace: str | None) -> None:
    """Copy the workspace to FOLDER, which must be new; it is there whole or not at all.

    The keys are not copied: without them a backup cannot be restored, and with them anybody could. Copy keys/ elsewhere,
    after every day's work, for how far the log has come and who refused stands there too.
    """
    if sum(map(bool, (folder, listing, pruned, gone))) != 1:
        raise click.UsageError("Name a FOLDER, or --list, or --prune BACKUP, or --gone ID.")
    space = opened(workspace)
    if folder:
        with progress(as_json) as report:
            made = back_up(space, folder, like=like, progress=report)
        if as_json:
            print_json(made.as_json())
        else:
            _say_made(made)
    elif listing:
        _say_list(space, as_json)
    else:
        done = ({"id": prune(space, pruned).id} if pruned else {"id": gone, "entry": record_gone(space, gone, by)})
        if as_json:
            print_json(done)
        else:
            say(f"Backup {done['id']} is gone, and that is recorded.")


def _say_made(made: BackedUp) -> None:
    say(f"Backup {made.path}: {number_of(made.files, 'file')}, {made.bytes:,} bytes"
        + (f", {made.linked:,} shared with the earlier one" if made.linked else "") + f"; {made.entries:,} log entries.")
    say("Not in it: keys/. Keep a copy of that folder elsewhere, always the newest.")
    say(f"Put it back: licit restore {made.path} --keys KEYS --workspace DIR")


def _say_list(space: Workspace, as_json: bool) -> None:
    found = backups_at(space.log)
    if as_json:
        print_json({"backups": [kept.as_json() for kept in found]})
        return
    table = Table(box=None, pad_edge=False)
    for name in ("backup", "id", "begun", "must go by"):
        table.add_column(name)
    for kept in found:
        table.add_row(kept.name, kept.id, f"{kept.begun:%Y-%m-%d %H:%M}", f"[red]{kept.due}[/]" if kept.due else "")
    show(table)
    if any(kept.due for kept in found):
        say("Those were begun before an erasure and hold the words still. Make a new one, then: licit backup --prune BACKUP")


@click.command("restore", epilog="Example: licit restore backups/monday --keys safe/keys --workspace training-data")
@click.argument("backup", type=click.Path(path_type=Path), required=False)
@click.option("--keys", type=click.Path(path_type=Path), metavar="DIR", help="The newest copy of the workspace's keys/.")
@click.option("--log", "newer", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="DB",
              help="A newer licit.db that was saved: what it knows is entered again.")
@click.option("--accept-lost-entries", "accepted", is_flag=True,
              help="Accept that entries of the log are lost; recorded, and shown in every release from then on.")
@click.option("--by", default="", help="Who accepts it.")
@click.option("--why", default="", help="Why: in writing, for the record.")
@json_option
@workspace_option
def restore_command(backup: Path | None, keys: Path | None, newer: Path | None, accepted: bool, by: str, why: str,
                    as_json: bool, workspace: str | None) -> None:
    """Put BACKUP back as a new workspace. Refusals recorded since are entered again, erasures are carried out again.

    What else the log has lost is said. Until the newer database is named or the loss is accepted, by name and with a
    reason, the workspace answers nothing. Without BACKUP: accept the loss in a workspace that was restored.
    """
    if accepted and not (by.strip() and why.strip()):
        raise click.UsageError("An acceptance names who accepts, and why: --by NAME --why TEXT.")
    if not accepted and (by or why):
        raise click.UsageError("--by and --why go with --accept-lost-entries.")
    root = find_workspace(workspace)
    if backup is None:
        if not accepted or keys or newer:
            raise click.UsageError("Name a BACKUP and its --keys.")
        had = accept_lost(open_workspace(root, restoring=True), by, why)
        say(f"Accepted and recorded: of {had:,} entries some are lost. Every release from now on shows it.")
        return
    if keys is None:
        raise click.UsageError("A backup holds no keys: name the newest copy of the workspace's keys/ with --keys DIR.")
    with progress(as_json) as report:
        done = restore_workspace(Order(backup=backup, keys=keys, target=root, newer=newer, by=by, why=why), progress=report)
    if as_json:
        print_json(done.as_json())
    else:
        _say_restored(done)


def _say_restored(done: Restored) -> None:
    say(f"Restored {done.path}: {done.entries:,} log entries; {done.again:,} entered again, {number_of(done.erased, 'record')} erased "
        "again" + (f"; patch {', '.join(done.patches)}" if done.patches else "") + ".")
    if done.waiting:
        say(f"API keys and accounts of staff came back ({done.waiting:,}) and count for nothing yet, for some may have been removed "
            f"since.\n  licit web key list, licit web staff list; then confirm or remove each: licit web key confirm NAME --workspace {done.path}")
    if done.had > done.entries:
        say(f"The log once had {done.had:,} entries. Refusals and erasures are back; see to policies, sources, contracts,\n"
            "signals, decisions of staff, consents and imports since.")
    if done.pending:
        say("The workspace answers nothing yet. If a newer licit.db was saved, restore again with --log DB; if it is lost:\n"
            f"  licit restore --accept-lost-entries --by NAME --why TEXT --workspace {done.path}")
