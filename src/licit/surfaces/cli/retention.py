"""``licit retention``: what each store keeps, for what and how long, and its removal."""

import click
from rich.table import Table

from ...usecases.retention import PURPOSES, carry_out, kept
from ...wiring import open_visits
from ..web.settings import read_settings
from ._shared import json_option, number_of, opened, print_json, progress, say, show, workspace_option


@click.command("retention", epilog="Example: licit retention --carry-out --by ines")
@click.option("--carry-out", "do", is_flag=True, help="Remove what is due, read the stores again, and enter what was found.")
@click.option("--by", default="", metavar="NAME", help="Who carries it out; it stands in the log.")
@json_option
@workspace_option
def retention_command(do: bool, by: str, as_json: bool, workspace: str | None) -> None:
    """List the stores with purpose, time to live and what is due; with --carry-out, remove that.

    The days stand under [retention] in web.toml. A conversation's run from the arrival of its newest state; when they are over it
    leaves shards and releases, and a release that held it is replaced by a patch. What a legal hold keeps, what its person froze,
    and what somebody asked for and waits for, stays. Backups are removed by hand: licit backup --prune FOLDER.
    """
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
