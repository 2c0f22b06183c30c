"""``licit breach``: what a breach touches, its clock, and the draft of the notice."""

from datetime import UTC, datetime
from pathlib import Path

import click

from ...core.errors import InputError
from ...core.policy import parse_moment
from ...papers.breach import notice
from ...usecases.breach import Noticed, enter_breach
from ._shared import json_option, opened, print_json, say, workspace_option


@click.command("breach", epilog="Example: licit breach --release release-1 --by ines --why 'Drill: the partner lost a disk.'")
@click.option("--release", default="", metavar="NAME", help="All of a release got out.")
@click.option("--records", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The ids of records that got out, a line each.")
@click.option("--noticed", default="", metavar="MOMENT", help="Since when it is known, as 2026-05-04T17:30:00Z; now if left out.")
@click.option("--real", is_flag=True, help="It is a breach; without this it is a drill.")
@click.option("--by", required=True, metavar="NAME", help="Who enters it.")
@click.option("--why", required=True, metavar="TEXT", help="What happened, in a sentence that names nobody.")
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="The language of the draft.")
@json_option
@workspace_option
def breach_command(release: str, records: Path | None, noticed: str, as_json: bool, workspace: str | None, **told: str) -> None:
    """Say what a breach touches and by when the authority is to be told; enter it in the log, and draft the notice."""
    try:
        at = parse_moment(noticed) if noticed else None
    except ValueError:
        raise InputError("the moment cannot be read", about=noticed, remedy="Write it as 2026-05-04T17:30:00Z.") from None
    space = opened(workspace)
    named = tuple(line.strip() for line in records.read_text(encoding="utf-8").splitlines() if line.strip()) if records else ()
    found = enter_breach(space, Noticed(by=told["by"], why=told["why"], at=at or space.clock.now(), release=release, records=named,
                                        real=bool(told["real"])))
    text = notice(found.facts, told["lang"], why=found.why, noticed=found.noticed.astimezone(UTC), until=found.until.astimezone(UTC),
                  real=found.real)
    left = found.until - datetime.now(UTC)
    if as_json:
        print_json({"entry": found.entry, "real": found.real, "until": found.until.isoformat(), **found.facts, "notice": text})
        return
    say(f"Log entry {found.entry}. To be notified by {found.until:%Y-%m-%d %H:%M} UTC: "
        + (f"{left.total_seconds() / 3600:.0f} hours left." if left.total_seconds() > 0 else "the 72 hours are over."))
    say(text)
