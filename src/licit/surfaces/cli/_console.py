"""The console: where commands print, JSON for machines, progress for people; it loads nothing that opens a workspace."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

if TYPE_CHECKING:
    from ...usecases.workspace import Progress

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False)

#: Work shorter than this shows no progress.
_PATIENCE_SECONDS = 2.0

F = Callable[..., Any]


def json_option(function: F) -> F:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(function)


def print_json(value: Any) -> None:
    """Print one JSON value on one line."""
    click.echo(json.dumps(value, ensure_ascii=False))


@contextmanager
def progress(quiet: bool = False) -> "Iterator[Progress]":
    """Show on one line of standard error what is done of what is known, once it takes long; nothing when piped."""
    began = shown = time.monotonic()
    live = sys.stderr.isatty() and not quiet

    def report(step: str, done: int, known: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if not live or now - began < _PATIENCE_SECONDS or now - shown < 0.2:
            return
        shown = now
        rate = done / max(now - began, 0.001)
        of = f" of {known:,}" if known else ""
        err.print(f"\r{step}: {done:,}{of}, {rate:,.0f} a second, {now - began:,.0f} s   ", end="", markup=False)

    try:
        yield report
    finally:
        if live and shown > began:
            err.print("\r" + " " * 78 + "\r", end="")


def number_of(number: int, thing: str) -> str:
    """Say how many of a thing there are."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
