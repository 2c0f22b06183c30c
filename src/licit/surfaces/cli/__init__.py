"""The command line: one verb for each thing a person can ask.

Commands are loaded when they are called, so that ``licit --help`` answers at once.

Exit codes: 0 done, 1 a claim fails or the rules say no, 2 wrong use or a setting is missing, 3 something was held,
4 the outside did not answer or the file system said no: run it again, 130 stopped by Ctrl-C.
"""

import sys
from importlib import import_module

import click

from ...core.errors import EvidenceError, HeldError, InputError, LicitError, RefusedError, SetupError, UnavailableError

#: Where each command lives and what it does, in the order of a first day's work.
COMMANDS = {
    "demo": ("demo", "Build, verify, explain, recall and patch a pretend company's release."),
    "init": ("workspace", "Make a workspace."),
    "import": ("arrive", "Read exports and documents into the workspace."),
    "source": ("register", "Say where texts come from and by what right."),
    "staff": ("staff", "Enrol the keys by which people sign what they approve, and take them back."),
    "policy": ("register", "Say what silence means: notices, bases, assessments."),
    "law": ("law", "Write, check and approve the papers behind a legal basis: assessments, tests, notices."),
    "rights": ("rights", "Record an objection, a consent or another right; give the receipt."),
    "breach": ("breach", "Say what a breach touches, start its clock, draft the notice."),
    "evidence": ("evidence", "Gather evidence for an authority as one signed zip."),
    "daily": ("daily", "Do what is due by the day alone."),
    "retention": ("retention", "Say what each store keeps and how long; remove what is due."),
    "hold": ("hold", "Keep single records for a legal reason, neither erased nor trained on."),
    "deceased": ("deceased", "Record a death on evidence, and carry out what the person directed."),
    "parity": ("parity", "Say how each tier could refuse on a day, from the log."),
    "review": ("review", "Decide on records that only a person can decide on, one by one."),
    "build": ("release", "Build a release of what may be released."),
    "verify": ("verify", "Check a release without trusting licit."),
    "papers": ("papers", "Show, check and write again what a release says of itself on paper."),
    "explain": ("release", "Say why a record is in, held or refused, and where a person's words went."),
    "recall": ("release", "Say what the log's changes touch; build the patch release."),
    "work": ("work", "Say which releases hold a work, by its words or its number."),
    "recipient": ("downstream", "Record who received a release."),
    "run": ("runs", "Record a training run: its start, which the release must allow, and its end."),
    "model": ("model", "Record a model and when it is retrained next; audit it against a release."),
    "canary": ("canary", "Plant synthetic people who refuse by every channel; see whether each is heard."),
    "keys": ("keys", "Show the workspace's keys by name, and rotate those that can be."),
    "log": ("log", "Show the log and give proofs."),
    "receipt": ("proofs", "Check a receipt alone, with no server."),
    "prove": ("proofs", "Check a proof of absence alone, with no server."),
    "serve": ("serve", "Serve the privacy centre and the API."),
    "gateway": ("gateway", "Stand before a model's API; keep what its people allow."),
    "web": ("web", "Make the server's API keys and settings."),
    "doctor": ("doctor", "Say what is unsafe in a deployment, why, and how to mend it."),
    "backup": ("backup", "Copy the workspace, keys left out; list and remove backups."),
    "restore": ("backup", "Put a backup back; what was refused and erased since stays so."),
    "detect": ("text", "Find personal data: places only, never the text."),
    "deidentify": ("text", "Replace personal data."),
    "audit": ("audit", "Say what a data set holds and what stands against training on it; import nothing."),
    "measure": ("measure", "Measure detection on a labelled set."),
    "detectors": ("detectors", "List what looks at texts, where it is from, and how well it does."),
}

CODES: tuple[tuple[type[LicitError], int], ...] = (
    (InputError, 2), (SetupError, 2), (RefusedError, 1), (EvidenceError, 1), (HeldError, 3), (UnavailableError, 4))


class Commands(click.Group):
    """The group of all commands, each loaded when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names in order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Load one command."""
        if name not in COMMANDS:
            return None
        module = import_module(f".{COMMANDS[name][0]}", __package__)
        command: click.Command = getattr(module, f"{name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run, and turn licit's own errors into a message and an exit code."""
        try:
            return super().invoke(ctx)
        except LicitError as error:
            code = next((code for kind, code in CODES if isinstance(error, kind)), 1)
            click.secho(f"licit: {error.message()}", err=True, fg="red" if sys.stderr.isatty() else None)
            ctx.exit(code)
        except KeyboardInterrupt:
            click.secho("\nlicit: stopped. Nothing half-written counts; run the same command again.", err=True)
            ctx.exit(130)
        except BrokenPipeError:
            raise
        except OSError as error:
            # The file system said no (a full disk, no permission): what was being written is removed, nothing is done.
            click.secho(f"licit: {error.strerror or type(error).__name__}: {error.filename or 'the workspace'}. "
                        "Nothing half-written counts; free the way and run the same command again.", err=True)
            ctx.exit(4)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
             epilog="Start with: licit demo. licit is no legal advice.")
@click.version_option(package_name="licit")
def main() -> None:
    """Lawful training sets from chats and documents, and the proof that they are."""
