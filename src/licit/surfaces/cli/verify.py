"""``licit verify``: hands over to the independent verifier, which shares no code with licit."""

import click

from licit_verify.__main__ import main as verify_main


@click.command("verify", context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def verify_command(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Check a release without trusting licit."""
    try:
        context.exit(verify_main(arguments))
    except SystemExit as stop:
        context.exit(stop.code if isinstance(stop.code, int) else 2)
