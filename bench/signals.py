"""Reservation signals: pages with stored headers and robots.txt verdicts, in one process, in processor time.

Pages are written here: four kinds of headers, a robots.txt a host, one page in ten with a declaration in its markup. The targets are for
two cores; figures are for one and twice that, since pages share nothing but the cache of site files.
"""

import time
from collections.abc import Callable

from licit.core.signals import ROBOTS, Answer, Page, resolve
from licit.signals._agents import training_tokens
from licit.signals._robots import parse
from licit.signals.registry import read_all

HOSTS, PAGES, BODY = 200, 20_000, 20_000
_HEADERS: tuple[dict[str, tuple[str, ...]], ...] = (
    {}, {"x-robots-tag": ("noindex",)}, {"tdm-reservation": ("1",)}, {"content-usage": ("train-ai=n, search=y",)})
_COMMON = {"content-type": ("text/html; charset=utf-8",), "server": ("x",), "cache-control": ("max-age=60",), "date": ("Mon, 06 Jan 2025 10:00:00 GMT",)}


def robots(host: int) -> bytes:
    """Write a robots.txt as sites have them: some rules for all, some crawlers refused, a signal."""
    refused = "".join(f"User-agent: {token}\nDisallow: /\n\n" for token in training_tokens()[:host % 7])
    rules = "".join(f"Disallow: /private/{n}/\n" for n in range(20)) + "Disallow: /*?session=\nAllow: /\n"
    return f"{refused}User-agent: *\nContent-Signal: search=yes\n{rules}# {host}\n".encode()


def pages(body: int) -> list[Page]:
    """Make pages whose bodies have about as many bytes."""
    sites = [{ROBOTS: Answer(status=200, body=robots(host))} for host in range(HOSTS)]
    words = b"<p>" + b"A garden needs water, and beans need poles. " * (body // 44) + b"</p></body></html>" if body else b""
    out = []
    for n in range(PAGES):
        meta = b'<meta name="robots" content="noai">' if body and n % 10 == 0 else b""
        text = b"<html><head>" + meta + b"</head><body>" + str(n).encode() + words if body else b""
        out.append(Page(url=f"https://h{n % HOSTS}.example/a/{n}.html", site=sites[n % HOSTS],
                        answer=Answer(status=200, headers={**_COMMON, **_HEADERS[n % 4]}, body=text)))
    return out


def rate(do: Callable[[], int]) -> float:
    """Give how many a processor second."""
    began = time.process_time()
    return do() / (time.process_time() - began)


def main() -> None:
    """Print pages and verdicts a processor second."""
    for what, size in (("headers and robots.txt alone", 0), ("with bodies of 20 kB", BODY)):
        todo = pages(size)
        read_all(todo[0])
        found = rate(lambda todo=todo: sum(1 for page in todo if resolve(read_all(page))))  # type: ignore[misc]
        print(f"pages, {what}: {found:,.0f} a processor second, thus {2 * found:,.0f} on two cores (asked: 10,000 on two)")
    files = [parse(robots(host)) for host in range(HOSTS)]
    paths = [f"/a/{n}.html?x={n}" for n in range(1000)]
    for file in files:
        file.forbids(file.groups_for("GPTBot"), "/")

    def verdicts() -> int:
        for file in files:
            groups = file.groups_for("GPTBot")
            for path in paths:
                file.forbids(groups, path)
        return len(files) * len(paths)

    print(f"robots.txt verdicts, files parsed, paths new: {rate(verdicts):,.0f} a processor second (asked: 100,000)")
