"""``licit log``: the head, the entries, and the proofs that accompany a person's receipt."""

import json
from pathlib import Path
from typing import Any

import click

from ...core.errors import InputError
from ...usecases.proofs import export_log, lease, prove
from ._shared import json_option, opened, print_json, room_for, say, workspace_option


@click.group("log")
def log_command() -> None:
    """Show the log and give proofs."""


@log_command.command("head", epilog="Example: licit log head")
@json_option
@workspace_option
def head(as_json: bool, workspace: str | None) -> None:
    """Show how long the log is, its root, and the key that signs it."""
    space = opened(workspace)
    size, root = space.log.head()
    key = space.signer.public_key().hex()
    if as_json:
        print_json({"origin": space.origin, "size": size, "root": root.hex(), "key": key})
    else:
        say(f"{space.origin}: {size:,} entries\nroot {root.hex()}\nkey  {key}")


@log_command.command("list", epilog="Example: licit log list --kind objection")
@click.option("--kind", "kinds", multiple=True, help="Only entries of this kind.")
@click.option("--start", default=0, help="From this entry on.")
@json_option
@workspace_option
def listed(kinds: tuple[str, ...], start: int, as_json: bool, workspace: str | None) -> None:
    """List entries: number, kind, time, person (by pseudonym)."""
    for entry in opened(workspace).log.entries(start=start, kinds=kinds):
        if as_json:
            print_json({"seq": entry.seq, "kind": entry.kind, "subject": entry.subject,
                        "received_at": entry.received_at.isoformat(), "recorded_at": entry.recorded_at.isoformat(),
                        "readable": entry.decision is not None})
        else:
            say(f"{entry.seq:>8} {entry.recorded_at:%Y-%m-%d %H:%M} {entry.kind:<20} {entry.subject}")


@log_command.command("prove", epilog="Example: licit log prove --receipt receipt.json --release release-1 -o proof.json")
@click.option("--receipt", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="The receipt that was given to the person.")
@click.option("--release", required=True, metavar="NAME", help="The release they ask about.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The proof.")
@workspace_option
def prove_command(receipt: Path, release: str, output: Path, workspace: str | None) -> None:
    """Give a person what they need to check alone that a release declares no row of theirs."""
    room_for(output)
    proof = prove(opened(workspace), _one_receipt(receipt), release)
    output.write_text(json.dumps(proof) + "\n", encoding="utf-8")
    say(f"Proof written. The person checks alone: licit verify RELEASE --receipt {output}")


def _one_receipt(path: Path) -> Any:
    """Read the one receipt of a file; where somebody's name meant several accounts, each has a line and a key of its own."""
    try:
        found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (ValueError, UnicodeDecodeError):
        found = []
    if len(found) == 1 and isinstance(found[0], dict):
        return found[0]
    raise InputError(f"this file holds {len(found)} receipts" if len(found) > 1 else "this file holds no receipt",
                     about=path.name, remedy="Put each line into a file of its own; each is of one account."
                     if len(found) > 1 else "It is what licit rights … --receipt FILE wrote.")


@log_command.command("export", epilog="Example: licit log export audit.db")
@click.argument("file", type=click.Path(path_type=Path))
@workspace_option
def export_command(file: Path, workspace: str | None) -> None:
    """Write the whole log to FILE, which must be new, as the verifier reads it: one SQLite file.

    It holds everybody's keys to their tags: only an auditor may have it.
    """
    room_for(file)
    space = opened(workspace)
    say(f"Written: {export_log(space, file):,} entries or more. Check with it: licit verify RELEASE --auditor {space.root} --log {file}")


@log_command.command("lease", epilog="Example: licit log lease release-1 -o release-1.lease.json")
@click.argument("release")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The lease.")
@workspace_option
def lease_command(release: str, output: Path, workspace: str | None) -> None:
    """Sign whether RELEASE is live now, for those who train on a copy of it elsewhere."""
    room_for(output)
    output.write_text(json.dumps(lease(opened(workspace), release)) + "\n", encoding="utf-8")
    say(f"Lease written to {output}; licit.open_release(path, lease=…) needs it.")
