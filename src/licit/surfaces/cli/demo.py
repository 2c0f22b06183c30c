"""``licit demo``: a pretend company, the whole flow, one screen."""

import os
import shutil
import sys
from pathlib import Path

import click

from ...core.errors import RefusedError
from ..demo.screen import say, screen
from ..demo.story import Outcome, tell
from . import serve as web
from ._shared import err, json_option, out, print_json

#: The file that tells a folder made by this command, and what this command puts beside it.
MARKER = ".licit-demo"
_OWN = ("altered-copy", "company", "papers", "workspace")


@click.command("demo", epilog="Example: licit demo --folder licit-demo --lang fr")
@click.option("--folder", type=click.Path(path_type=Path), default="licit-demo", show_default=True,
              help="Where to put everything.")
@click.option("--lang", "language", type=click.Choice(["en", "fr"]), default=None, help="The language; else that of LANG.")
@click.option("--keep", is_flag=True, help="Stop if an earlier demonstration is there, instead of replacing it.")
@click.option("--serve", is_flag=True, help="Then serve the company's privacy centre, with people to come in as.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="With --serve: the port.")
@json_option
def demo_command(folder: Path, language: str | None, keep: bool, serve: bool, port: int, as_json: bool) -> None:
    """Build, verify, explain, recall and patch a pretend company's release; takes a quarter of a minute.

    Run again, it replaces its own folder, and no other.
    """
    language = language or _language()
    if serve:
        web.installed()
    _cleared(folder, keep=keep)
    outcome = tell(folder, lambda name: None if as_json else err.print(
        _printable(f"… {say(f'step-{name}', language)}", sys.stderr.encoding), markup=False, soft_wrap=True, style="dim"))
    if as_json:
        print_json(outcome.as_json())
    else:
        _show(outcome, folder, language)
    if not all(beat.holds for beat in outcome.beats):
        raise click.exceptions.Exit(1)
    if serve:
        web.run(web.guests_app(folder), "127.0.0.1", port, "/demo")


def _cleared(folder: Path, *, keep: bool) -> None:
    """Make the folder ready: a new or empty one, or an earlier demonstration whose own parts are removed.

    Raises:
        RefusedError: it holds something else, or an earlier demonstration that is to be kept.
    """
    marker = folder / MARKER
    ours = (folder, *(folder / name for name in _OWN))
    if any(path.is_symlink() or (path.exists() and not path.is_dir()) for path in ours):
        raise RefusedError("a link or a file stands where a folder should", about=str(folder), reason="folder-not-ours",
                           remedy="Name another: licit demo --folder DIR")
    if folder.exists() and any(folder.iterdir()):
        if not marker.is_file():
            raise RefusedError("the folder holds something that this command did not make", about=str(folder),
                               reason="folder-not-ours", remedy="Name another: licit demo --folder DIR")
        if keep:
            raise RefusedError("an earlier demonstration is here", about=str(folder), reason="folder-kept",
                               remedy="Leave out --keep to replace it, or name another folder: --folder DIR")
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text("Made by licit demo. Running it again replaces what it made in this folder.\n", encoding="utf-8")
    for name in _OWN:
        if (folder / name).exists():
            shutil.rmtree(folder / name)


def _language() -> str:
    given = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "fr" if given.lower().startswith("fr") else "en"


def _show(outcome: Outcome, folder: Path, language: str) -> None:
    for line in screen(outcome, folder, language):
        style = {"✓": "green", "✗": "bold red"}.get(line[:1], "")
        out.print(_printable(line, sys.stdout.encoding), markup=False, style=style)


def _printable(line: str, encoding: str | None) -> str:
    """Fall back to plain letters where the terminal cannot show the marks."""
    try:
        line.encode(encoding or "ascii")
    except UnicodeEncodeError:
        line = line.replace("✓", "ok").replace("✗", "FAILS").replace("…", "...")
        return line.encode(encoding or "ascii", "replace").decode(encoding or "ascii")
    return line
