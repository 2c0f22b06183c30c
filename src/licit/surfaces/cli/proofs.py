"""What a person checks alone: a receipt, and that a release declares no row of theirs. Both hand over to the verifier."""

import json

import click

from licit_verify.__main__ import main as verify_main
from licit_verify.receipt import main as receipt_main

from ...core.errors import InputError
from ...core.rights import INSTRUMENTS
from ...usecases.commands import receipt as receipt_of
from ..receipts import in_terms, in_words
from ._shared import opened, workspace_option

_AS_IT_IS = {"ignore_unknown_options": True, "help_option_names": []}


@click.group("receipt")
def receipt_command() -> None:
    """Show a receipt, or check one alone, with no server."""


@receipt_command.command("verify", context_settings=_AS_IT_IS, add_help_option=False,
                         epilog="Example: licit receipt verify receipt.json --key signer.pub --lang fr")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def receipt(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Check a receipt by the log's public key: RECEIPT --key KEY."""
    _left(context, receipt_main, arguments)


@receipt_command.command("show", epilog="Example: licit receipt show 12 --format jsonld --language fr")
@click.argument("entry", type=int, metavar="ID")
@click.option("--format", "form", type=click.Choice(["json", "jsonld", "text"]), default="text", show_default=True,
              help="Plain words, the terms of DPV and TS 27560, or the signed receipt alone.")
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", help="The language of the words.")
@workspace_option
def show(entry: int, form: str, language: str, workspace: str | None) -> None:
    """Show the receipt of entry ID of the log, for people or for machines."""
    space = opened(workspace)
    size, _ = space.log.head()
    found = next(iter(space.log.entries(start=entry, stop=entry + 1)), None) if 0 <= entry < size else None
    if found is None or found.kind not in (*INSTRUMENTS, "rectified", "third-party-objection"):
        raise InputError("no such entry is somebody's act", about=str(entry), reason="entry-unknown",
                         remedy="Numbers stand in: licit log list --kind objection")
    if form == "json":
        click.echo(json.dumps(receipt_of(space, entry, str(found.subject)), indent=1))
    elif form == "jsonld":
        click.echo(json.dumps(in_terms(space, entry, str(found.subject), language), indent=1, ensure_ascii=False))
    else:
        click.echo(in_words(space, entry, str(found.subject), language))


@click.group("prove")
def prove_command() -> None:
    """Check a proof that was handed out, with no server."""


@prove_command.command("absence", epilog="Example: licit prove absence proof.json releases/spring-2")
@click.argument("proof", type=click.Path(exists=True, dir_okay=False))
@click.argument("release", type=click.Path(exists=True, file_okay=False))
@click.option("--key", default="", help="The signer's public key: hexadecimal, or a file.")
@click.option("--keys", default="", metavar="FILE", help="The log's list of signing keys.")
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", help="The language of the list.")
@click.pass_context
def absence(context: click.Context, proof: str, release: str, key: str, keys: str, lang: str) -> None:
    """Check that RELEASE declares no row of the person whose PROOF this is (made by: licit log prove).

    The release's manifest.json, attestation.dsse.json and evidence/ are enough.
    """
    more = [*(["--key", key] if key else []), *(["--keys", keys] if keys else [])]
    _left(context, verify_main, (release, "--receipt", proof, "--only", "person", "--lang", lang, *more))


def _left(context: click.Context, run: object, arguments: tuple[str, ...]) -> None:
    try:
        context.exit(run(arguments))  # type: ignore[operator]
    except SystemExit as stop:
        context.exit(stop.code if isinstance(stop.code, int) else 2)
