"""``licit source signals``: what a page, a file or a site says of training on it."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urljoin

import click

from ...adapters.fetch import TOKEN, Fetcher, target
from ...adapters.stored import LARGEST_FILE, file_answer, stored_page
from ...adapters.warc import is_warc, warc_pages
from ...core.errors import InputError
from ...core.signals import AI_TXT, ROBOTS, TDMREP, Answer, Page
from ...pipeline.provenance import marked_names
from ...signals.registry import agents, find_signals, product_token, read_all
from ...usecases.commands import record_signal
from ...usecases.signals import Summary, addresses_of, begun, dropping, keep_reading
from ._console import json_option, print_json, progress
from ._shared import opened, say, workspace_option

#: Licences that one page may name and that are fetched for it.
_LICENCES = 4


@click.command("signals", epilog="Example: licit source signals https://news.example/a --robots robots.txt --agent GPTBot --json")
@click.argument("what", metavar="URL|FILE|FOLDER|WARC", required=False)
@click.option("--robots", type=click.Path(path_type=Path), metavar="FILE", help="The site's robots.txt, as stored. Nothing is fetched then.")
@click.option("--agent", default="", metavar="TOKEN", help="Judge for this crawler; without it, for any training crawler.")
@click.option("--each", is_flag=True, help="Print a line of JSON for each page of an archive.")
@click.option("--list", "listed", is_flag=True, help="List the signals that are read.")
@click.option("--agents", "names", is_flag=True, help="List the crawlers that are known, and what each collects for.")
@click.option("--source", default="", metavar="ID", help="Record the reading for this source of the workspace.")
@click.option("--by", default="", metavar="NAME", help="Who reads; needed with --source.")
@click.option("--again", is_flag=True, help="Fetch every page of --source again, as a release asks for; without one, nothing is fetched twice a day.")
@click.option("--accept-loopback", is_flag=True, help="Also fetch from this machine itself, for trials.")
@click.option("--verdict", type=click.Choice(["reserved", "allowed", "unknown"]), hidden=True)
@click.option("--note", default="", hidden=True)
@json_option
@workspace_option
def signals_command(what: str | None, robots: Path | None, agent: str, each: bool, listed: bool, names: bool, source: str, by: str,
                    again: bool, accept_loopback: bool, verdict: str | None, note: str, as_json: bool, workspace: str | None) -> None:
    """Read what an address, a page's file, a folder of one page or an archive says of training; give the verdict.

    Only an address without --robots is fetched. A signal that is there and cannot be read reserves.
    """
    if listed or names:
        _table(as_json, names)
        return
    if again and (what or robots or not source):
        raise click.UsageError("--again fetches what a source has: name --source and nothing else to read.")
    if not what and not again:
        raise click.UsageError("Name what to read: an address, a file, a folder or an archive.")
    if (source or verdict) and not by:
        raise click.UsageError("Missing option '--by': say who reads.")
    if verdict:  # The older form, in which somebody says what they read; now: licit source signal.
        seq = record_signal(opened(workspace), what or "", verdict, note, by)
        print_json({"source": what, "entry": seq}) if as_json else say(f"Signal of {what} is recorded: {verdict} (entry {seq}).")
        return
    space = opened(workspace) if source else None
    summary, token = Summary(), product_token(agent) if agent else ""
    sheet = begun(space, source, whole=again or _is_archive(what or "")) if space is not None else None
    read = again_pages(addresses_of(space, source), token, accept_loopback) if again and space else _pages(what or "", robots, token, accept_loopback)
    silent = 0
    with progress(quiet=as_json) as report, dropping(sheet):
        for pages in read:
            readings = [reading for page in pages for reading in read_all(page)]
            outcome = summary.add(pages[0], readings)
            if (again or "://" in (what or "")) and unanswered(pages[0]):
                silent += 1  # it may answer later, and a reservation would stay: what was not read is held
            elif sheet is not None:
                sheet.add(pages[0], readings)
            report("read", summary.pages, 0)
            if each:
                print_json({"url": pages[0].url or None, "verdict": outcome.verdict, "rule": outcome.rule, "signals": sorted({one.name for one in readings})})
        kept = space is not None and silent < summary.pages
        seq = keep_reading(space, source, summary, what=what or "again", by=by, sheet=sheet) if kept and space else 0
    if each:
        return
    if as_json:
        print_json({"read": what, "agent": token or None, **summary.as_json(), **({"unanswered": silent} if silent else {}),
                    **({"source": source, "entry": seq} if kept else {})})
    else:
        _show(summary, f" Recorded for {source} (entry {seq})." if kept else "")
        if silent:
            say(f"{silent:,} pages did not answer; they are not recorded as read. Try again later.")


def _pages(what: str, robots: Path | None, agent: str, loopback: bool) -> Iterator[list[Page]]:
    path = Path(what)
    if "://" in what:
        target(what)
        if robots is not None:
            yield [Page(url=what, site={ROBOTS: file_answer(robots)}, agent=agent)]
        else:
            yield [_fetched(what, agent, _fetcher(loopback))]
    elif _is_archive(what):
        yield from warc_pages(path, agent=agent, robots=file_answer(robots) if robots else None)
    elif path.is_file() and path.name.lower() == "robots.txt" and robots is None:
        yield [Page(site={ROBOTS: file_answer(path)}, agent=agent)]
    else:
        yield [stored_page(path, agent=agent, robots=robots)]


def again_pages(addresses: Iterable[str], agent: str, loopback: bool) -> Iterator[list[Page]]:
    """Fetch pages one after another; an address that may not be asked for is a page with a fault."""
    fetcher = _fetcher(loopback)
    for url in addresses:
        try:
            target(url)
        except InputError as error:
            yield [Page(url=url, agent=agent, answer=Answer(fault=error.reason))]
        else:
            yield [_fetched(url, agent, fetcher)]


def unanswered(page: Page) -> bool:
    """Tell whether a page or a file of its site could not be had, for now: no connection, too slow, a server's error."""
    return any(answer.fault in ("no-connection", "too-slow", "name-not-found") or answer.status == 429 or answer.status >= 500
               for answer in (page.answer, *page.site.values()))


def _fetcher(loopback: bool) -> Fetcher:
    """Give what fetches; sites on lists of infringement are asked for nothing (Code of practice, 1.2(b))."""
    fetcher = Fetcher(_cache(), loopback=loopback)
    fetcher.shunned = lambda url: bool(marked_names([url]))
    return fetcher


def _is_archive(what: str) -> bool:
    return "://" not in what and is_warc(Path(what))


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "licit" / "signals"


def _fetched(url: str, agent: str, fetcher: Fetcher) -> Page:
    """Fetch robots.txt first; the rest only where it forbids neither licit nor who is asked for."""
    site: dict[str, Answer] = {ROBOTS: fetcher.get(urljoin(url, ROBOTS), LARGEST_FILE)}
    for token in {TOKEN, agent} - {""}:
        asked = Page(url=url, site=site, agent=token)
        if any(each.name == "robots" and each.says in ("disallow", "unreadable") for each in read_all(asked)):
            return asked
    for path in (TDMREP, AI_TXT):
        site[path] = fetcher.get(urljoin(url, path), LARGEST_FILE)
    page = Page(url=url, site=site, agent=agent, answer=fetcher.get(url, stay=True))
    missing = dict.fromkeys(each.raw.decode("utf-8", "replace") for each in read_all(page)
                            if each.name == "rsl" and each.says == "unreadable" and each.where != "script rsl+xml")
    for link in list(missing)[:_LICENCES]:
        with suppress(InputError, ValueError):  # Not an address: the licence stays unread, which reserves.
            site[link] = fetcher.get(urljoin(url, link), LARGEST_FILE)
    return page


def _show(summary: Summary, recorded: str) -> None:
    found = summary.as_json()
    for one in found["signals"]:
        pages = f", {one['pages']:,} pages" if "pages" in one else ""
        say(f"  {one['name']} ({one['spec']}), {one['where']}: {one['says']}{pages}" + (f": {one['detail']}" if one["detail"] else ""))
    if summary.pages > 1:
        say(f"{summary.pages:,} pages: " + ", ".join(f"{number:,} {verdict}" for verdict, number in summary.verdicts.most_common()))
    say(f"{found['verdict']}: {found['rule']}." + (" A person decides: licit source signal --settles." if found["person"] else "") + recorded)


def _table(as_json: bool, names: bool) -> None:
    rows = ([{"token": token, "purpose": purpose} for token, purpose in sorted(agents().items())] if names else
            [{"name": each.name, "spec": each.spec, "reads": each.reads} for each in find_signals()])
    for row in rows:
        if as_json:
            print_json(row)
        else:
            say(f"{row['token']}: {row['purpose']}" if names else f"{row['name']} ({row['spec']}): {row['reads']}")
