"""``licit demo``: a pretend company, the whole flow, one screen; or a chat to try what becomes of one's words."""

import os
import shutil
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ...core.errors import RefusedError
from ..demo.screen import say, screen
from ..demo.story import Outcome, tell
from ..demo.training import Training
from . import serve as web
from ._shared import err, json_option, out, print_json, progress

try:
    from ..demo.chat.ask import KEY, Other
    from ..demo.chat.house import chat_house
except ModuleNotFoundError:
    KEY = "LICIT_UPSTREAM_KEY"  # web.installed() says which is missing

#: The file that tells a folder made by this command, and what this command puts beside it.
MARKER, CHAT_MARKER = ".licit-demo", ".licit-chat"
_OWN = ("altered-copy", "company", "model", "papers", "workspace")


@click.command("demo", epilog="Example: licit demo --folder licit-demo --lang fr")
@click.option("--folder", type=click.Path(path_type=Path), default=None,
              help="Where to put everything: licit-demo, and with --chat a folder that goes with it, unless one is named.")
@click.option("--lang", "language", type=click.Choice(["en", "fr"]), default=None, help="The language; else that of LANG.")
@click.option("--keep", is_flag=True, help="Stop if an earlier demonstration is there, instead of replacing it.")
@click.option("--serve", is_flag=True, help="Then serve the company's privacy centre, with people to come in as.")
@click.option("--train", is_flag=True, help="Also train a small model on the release, for about a minute; it is found by the recall.")
@click.option("--chat", is_flag=True, help="Instead, a chat to try: talk, refuse, and look at what is kept.")
@click.option("--upstream", metavar="URL", help=f"With --chat: an OpenAI-compatible API that answers; its key in {KEY}.")
@click.option("--model", default="", help="With --upstream: the model; else the first that it lists.")
@click.option("--no-open", is_flag=True, help="With --chat: open no browser.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="With --serve or --chat: the port.")
@json_option
def demo_command(folder: Path | None, language: str | None, keep: bool, serve: bool, train: bool, chat: bool, upstream: str | None, model: str, no_open: bool,
                 port: int, as_json: bool) -> None:
    """Build, verify, explain, recall and patch a pretend company's release; takes a quarter of a minute.

    Run again, it replaces its own folder, and no other. With --chat nothing is built: the company's assistant stands behind its
    gateway, on this machine alone, and answers from a few pages of its own unless --upstream names another. A folder that is
    named is kept, and used again.
    """
    if ((serve or as_json or keep or train) if chat else (upstream or model or no_open)):
        raise click.UsageError("--upstream, --model and --no-open go with --chat; --serve, --train, --json and --keep do not.")
    language = language or _language()
    if chat:
        web.installed()
        return _chat(folder, language, Other(address=upstream, model=model) if upstream else None, (port, no_open))
    folder = folder or Path("licit-demo")
    if serve:
        web.installed()
    _cleared(folder, keep=keep)
    with progress(quiet=as_json) as report:
        outcome = tell(folder, lambda name: None if as_json else err.print(
            _printable(f"… {say(f'step-{name}', language)}", sys.stderr.encoding), markup=False, soft_wrap=True, style="dim"),
            Training(progress=report) if train else None)
    if as_json:
        print_json(outcome.as_json())
    else:
        _show(outcome, folder, language)
    if not all(beat.holds for beat in outcome.beats):
        raise click.exceptions.Exit(1)
    if serve:
        web.run(web.guests_app(folder), "127.0.0.1", port, "/demo")


def _chat(folder: Path | None, language: str, other: "Other | None", way: tuple[int, bool]) -> None:
    """Run the chat until it is stopped; ``way`` is the port, and whether no browser is to be opened."""
    port, silent = way
    with _workspace(folder) as root, chat_house(root, other) as app:
        french = language == "fr"
        err.print(f"{'Espace de travail :' if french else 'Workspace:'} {root}{'' if folder else ' (' + ('disparaît à la fin' if french else 'goes at the end') + ')'}",
                  markup=False, soft_wrap=True, style="dim")
        web.run(app, "127.0.0.1", port, f"/chat?lang={language}", told="L'assistant à essayer " if french else "The chat",
                ready=None if silent else _opened)


@contextmanager
def _workspace(folder: Path | None) -> Iterator[Path]:
    """Give where the chat's workspace lies: in a folder that is named and kept, or in one that goes with it.

    Raises:
        RefusedError: the folder holds something else.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="licit-chat-") as made:
            yield Path(made) / "workspace"
        return
    marker = folder / CHAT_MARKER
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not marker.is_file())):
        raise RefusedError("the folder holds something that this command did not make", about=str(folder), reason="folder-not-ours",
                           remedy="Name another: licit demo --chat --folder DIR")
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text("Made by licit demo --chat, and used again by it.\n", encoding="utf-8")
    yield folder / "workspace"


def _opened(address: str) -> None:
    """Open a browser where there is a screen."""
    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


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
