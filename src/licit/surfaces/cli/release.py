"""``licit build``, ``licit explain``, ``licit recall``."""

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from ...core.reasons import REASONS
from ...usecases.deciding import without_input
from ...usecases.plan import read_plan
from ...usecases.queries import Remedy, explain_record, explain_subject, recall, remedies
from ...usecases.recalls import as_json as recall_json
from ...usecases.recalls import ask, deliver, recalls
from ...usecases.register_view import ended
from ...usecases.release import build, mend, patch
from ...usecases.staging import Built
from ...usecases.workspace import Workspace
from ...wiring import poster
from ._shared import (
    json_option,
    number_of,
    opened,
    print_json,
    progress,
    say,
    show,
    tally_table,
    warn,
    who,
    workspace_option,
)

_MEANING = {name: reason.meaning for name, reason in REASONS.items()}


@click.command("build", epilog="Example: licit build plan.toml --dry-run")
@click.argument("plan", type=click.Path(path_type=Path), required=False)
@click.option("--dry-run", is_flag=True, help="Decide and count, release nothing; rank what is held by its remedy.")
@click.option("--jobs", default=0, help="Processes; 0: one for each core.")
@json_option
@workspace_option
def build_command(plan: Path | None, dry_run: bool, jobs: int, as_json: bool, workspace: str | None) -> None:
    """Build a release of what may be released, by PLAN (else the workspace's plan.toml).

    Where people are served (web.toml is there), a new synthetic person first refuses by every channel: see licit canary.
    """
    space = opened(workspace, jobs=jobs)
    wanted = read_plan(plan or space.root / "plan.toml")
    if not dry_run and (space.root / "web.toml").is_file():
        import_module(".canary", __package__).for_release(space)  # as every command, loaded when it is needed: it brings the server
    with progress(as_json) as report:
        built = build(space, wanted, dry=dry_run, progress=report)
    for line in without_input(space, wanted):
        warn(line)
    if as_json:
        print_json(built.as_json())
    else:
        show(tally_table(built.tally.as_json(), _MEANING))
        if dry_run or not built.name:
            _say_remedies(remedies(built.tally))
        if not built.refused:
            _say_next(built, dry_run)
    if built.refused:
        raise built.refused


def _say_remedies(found: list[Remedy]) -> None:
    if found:
        say("\nWhat would help, the cheapest first:")
    for item in found:
        say(f"  {item.rows:,} held by {item.reason}: {item.remedy}")


def _say_next(built: Built, dry_run: bool) -> None:
    if built.name:
        say(f"\nReleased {built.name}: {built.path}\n{built.content_root}")
        say(f"Look at it: {built.path}/evidence/report.html\nCheck it:   licit verify {built.path}")
    elif dry_run:
        say(f"\nNothing was released: this was a dry run. {number_of(built.tally.released, 'row')} would be.")
    else:
        say("\nNothing may be released yet.")


@click.command("explain", epilog="Example: licit explain --subject ada --issuer le-chat")
@click.argument("record", required=False)
@click.option("--subject", default="", metavar="ACCOUNT", help="Where this person's words stand and went.")
@click.option("--device", default="", metavar="PSEUDONYM", help="The same of somebody who talks logged out.")
@click.option("--issuer", default="", help="Who vouches for the account (a source or a product).")
@json_option
@workspace_option
def explain_command(record: str | None, subject: str, device: str, issuer: str, as_json: bool, workspace: str | None
                    ) -> None:
    """Say why RECORD is in, held or refused, or where the words of a person went."""
    if bool(record) == bool(subject or device):
        raise click.UsageError("Name a RECORD or a --subject.")
    account, key = ("", "") if record else who(subject, device)
    space = opened(workspace)
    found = explain_record(space, record) if record else explain_subject(space, account, issuer, key)
    if as_json:
        print_json(found.as_json())
        return
    for line in found.lines():
        say(line)


@click.command("recall", epilog="Example: licit recall --patch")
@click.option("--release", default="", metavar="NAME", help="Only this release.")
@click.option("--subject", default="", metavar="ACCOUNT", help="Only what touches this person.")
@click.option("--device", default="", metavar="PSEUDONYM", help="The same of somebody who talks logged out.")
@click.option("--issuer", default="", help="Who vouches for the account (a source or a product).")
@click.option("--patch", "patching", is_flag=True, help="Build the patch release of each release that is touched.")
@click.option("--send", "sending", is_flag=True, help="Tell every recipient of a withdrawn release, and try again what is due.")
@json_option
@workspace_option
def recall_command(workspace: str | None, as_json: bool, patching: bool, sending: bool, release: str, **whom: str) -> None:
    """Say what changes of the log touch: rows, releases, recipients, runs, models, duties with dates."""
    account, key = who(whom["subject"], whom["device"]) if whom["subject"] or whom["device"] else ("", "account")
    space = opened(workspace)
    mend(space)
    with progress(as_json) as report:
        found = recall(space, release=release, subject=account, issuer=whom["issuer"], key=key)
        patches = [patch(space, touched.release, progress=report) for touched in found.touched] if patching else []
    over = [] if account or patching else [one for one in ended(space) if not release or one.release == release]
    if as_json:
        print_json({**found.as_json(), "ended": [one.as_json() for one in over], "patches": [built.as_json() for built in patches]} | ({"sent": _send(space)} if sending else {}))
        return
    for line in found.lines():
        say(line)
    for item in over:
        say(item.line())
    for built in patches:
        say(f"Patch {built.name}: {built.path} ({number_of(built.tally.released, 'row')})")
    for one in _send(space) if sending else ():
        say(f"{one['state']}: {one['recipient']}, {one['release']}" + (f" ({one['why']})" if one["why"] else ""))


def _send(space: Workspace) -> list[dict[str, Any]]:
    """Ask for the recalls that are owed and send what is due; give how all of them stand."""
    ask(space, again=True)
    deliver(space, poster(space.root))
    return [recall_json(one) for one in recalls(space).values()]
