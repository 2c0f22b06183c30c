"""``licit retention``: what each store keeps, for what and how long, and its removal."""

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Table

from ...adapters.text_vault import TextVault, Who
from ...adapters.vault_term import DAYS, aged, forget_due
from ...core.errors import InputError
from ...usecases.retention import PURPOSES, carry_out, kept
from ...wiring import open_visits
from ..web.settings import read_settings
from ._shared import json_option, number_of, opened, print_json, progress, say, show, workspace_option


@click.command("retention", epilog="Example: licit retention --carry-out --by ines")
@click.option("--carry-out", "do", is_flag=True, help="Remove what is due, read the stores again, and enter what was found.")
@click.option("--by", default="", metavar="NAME", help="Who carries it out; it stands in the log.")
@click.option("--vault", type=click.Path(path_type=Path), help="A vault of licit deidentify instead: its scopes, and which are over.")
@click.option("--vault-days", default=DAYS, show_default=True, help="A scope's days from its last writing.")
@json_option
@workspace_option
def retention_command(do: bool, by: str, vault: Path | None, vault_days: int, as_json: bool, workspace: str | None) -> None:
    """List the stores with purpose, time to live and what is due; with --carry-out, remove that.

    The days stand under [retention] in web.toml. A conversation's run from the arrival of its newest state; when they are over it
    leaves shards and releases, and a release that held it is replaced by a patch. What a legal hold keeps, what its person froze,
    and what somebody asked for and waits for, stays. Backups are removed by hand: licit backup --prune FOLDER. A vault lies where
    its maker put it, so it is named: with --carry-out the keys of scopes whose days are over are destroyed. Exit code 3 if a scope
    was in use and is still there.
    """
    if vault:
        return _of_vault(TextVault(vault), vault_days, by if do else None, as_json)
    space = opened(workspace)
    periods, visits = read_settings(space.root).retention, open_visits(space.root)
    if do:
        with progress(as_json) as report:
            done = carry_out(space, periods, visits, by, progress=report)
        if as_json:
            print_json(done.as_json())
            return
        say(f"Removed: {number_of(done.records, 'record')}, the rows of {number_of(len(done.releases), 'withdrawn release')}, "
            f"{number_of(done.visits, 'row')} of visits; read again, nothing of it is left."
            + (f" Patched: {', '.join(done.patches)}." if done.patches else ""))
    found = kept(space, periods, visits)
    if as_json:
        print_json([one.as_json() for one in found])
        return
    table = Table("store", "kept for", "days", "holds", "due", "must stay", box=None, pad_edge=False)
    for one in found:
        table.add_row(one.store, PURPOSES[one.store], str(one.days or "-"), f"{one.holds:,}", f"[red]{one.due:,}[/]" if one.due else "0",
                      f"{one.stays:,}")
    show(table)
    if sum(one.due for one in found if one.store != "backups"):
        say("Remove what is due: licit retention --carry-out --by NAME")
    if old := next(one for one in found if one.store == "backups").names:
        say(f"Backups to remove by hand (licit backup --prune FOLDER): {', '.join(old)}")


def _of_vault(vault: TextVault, days: int, by: str | None, as_json: bool) -> None:
    """Show a vault's scopes, or (``by`` names who) forget those whose days are over."""
    now = datetime.now(UTC)
    if by is not None and not by.strip():
        raise InputError("a removal says who carries it out", remedy="Add --by NAME.")
    gone = dict(forget_due(vault, days, Who(by=by, reason=f"kept for {days} days", at=now))) if by else {}
    left = aged(vault, days, now)
    if as_json:
        print_json({"forgotten": [scope for scope, done in gone.items() if done], "in_use": [scope for scope, done in gone.items() if not done],
                    "scopes": [{"scope": one.scope, "written": one.written.isoformat(), "due": one.due} for one in left]})
    else:
        for scope, done in gone.items():
            say(f"{scope}: " + ("forgotten, its key is destroyed" if done else "in use just now, and still there"))
        for one in left:
            say(f"{one.scope}  last written {one.written:%Y-%m-%d}{'  over' if one.due else ''}")
        if not gone and any(one.due for one in left):
            say("Forget what is over: add --carry-out --by NAME")
    click.get_current_context().exit(3 if not all(gone.values()) else 0)
