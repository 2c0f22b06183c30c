"""The server: standing over HTTP, a click's way to the gate, a burst of refusals, the weight of the first page.

The load comes from this machine's same two cores: what a product sees with a machine for itself is more.
"""

import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from statistics import quantiles

from bench._world import line, timed, workspace
from licit.usecases.lists import enter_list
from licit.usecases.live import Live
from licit.wiring import open_visits

PEOPLE = 100_000


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="licit-bench-") as folder:
        root = Path(folder) / "w"
        space = workspace(root)
        data = ("account\n" + "".join(f"u{i}\n" for i in range(PEOPLE))).encode()
        seconds, made = timed(lambda: enter_list(Live(space.ports), data, issuer="chats"))
        assert dict(made.entered) == {"objection": PEOPLE}
        line(f"burst: {PEOPLE:,} objections from a list", f"{seconds:.1f} s", "under 60 s")
        key = open_visits(root).add_key("bench", ["standing", "rights"])
        with subprocess.Popen([str(Path(sys.executable).with_name("licit")), "serve", "--workspace", str(root), "--port", "0"],
                              stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout
                found = re.search(r"http://127\.0\.0\.1:(\d+)/", server.stdout.readline())
                assert found
                _measured(int(found[1]), key)
            finally:
                server.terminate()


def _measured(port: int, key: str) -> None:
    page = urllib.request.urlopen(f"http://127.0.0.1:{port}/").read()
    weights = [len(page)] + [len(urllib.request.urlopen(f"http://127.0.0.1:{port}{path.decode()}").read())
                             for path in set(re.findall(rb'(?:src|href)="(/static/[^"]+)"', page))]
    line("the first page with all it loads", f"{sum(weights) / 1e3:.0f} kB", "under 100 kB")
    asyncio.run(_load(port, key, seconds=3, connections=8, rate=0))  # the first question folds the log
    rate, _ = asyncio.run(_load(port, key, seconds=10, connections=16, rate=0))
    line("standing over HTTP", f"{rate:,.0f} requests/s", "600")
    rate, taken = asyncio.run(_load(port, key, seconds=15, connections=16, rate=200))
    line(f"  at {rate:,.0f} requests/s: p50, p99", f"{quantiles(taken, n=100)[49] * 1e3:.1f} ms, {quantiles(taken, n=100)[98] * 1e3:.1f} ms",
         "p99 under 20 ms")
    line("from click to effect", f"{_click(port, key) * 1e3:.0f} ms", "under 1 s")
    seconds, done = asyncio.run(_rights(port, key, 3_000))
    line(f"{done:,} rights through the API, each with its receipt", f"{seconds:.1f} s", "under 60 s")


async def _load(port: int, key: str, *, seconds: float, connections: int, rate: float) -> tuple[float, list[float]]:
    """Ask from several connections, as fast as it goes or at a rate; give requests a second and each one's time."""
    taken: list[float] = []
    begin = time.perf_counter()

    async def ask(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        turn = 0
        while (now := time.perf_counter()) - begin < seconds:
            due = begin + (turn * connections + number) / rate if rate else now
            if due > now:
                await asyncio.sleep(due - now)
            asked = max(due, now) if rate else now
            turn += 1
            status, _ = await _request(reader, writer, "GET", f"/v1/standing/u{(turn * 7919 + number) % PEOPLE}?issuer=chats", key)
            assert status == 200
            taken.append(time.perf_counter() - min(asked, due))
        writer.close()

    await asyncio.gather(*(ask(number) for number in range(connections)))
    return len(taken) / (time.perf_counter() - begin), taken


async def _request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, path: str, key: str,
                   body: bytes = b"") -> tuple[int, bytes]:
    writer.write(f"{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n"
                 f"content-length: {len(body)}\r\n\r\n".encode() + body)
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    return int(head[9:12]), await reader.readexactly(int(length[1]) if length else 0)


def _click(port: int, key: str) -> float:
    """Refuse on the page of a browser, and ask until the answer is no; give the seconds between."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    address = f"http://127.0.0.1:{port}"
    form = re.search(rb'name="form" value="(\w+)"', opener.open(address + "/").read())
    assert form
    begun = time.perf_counter()
    told = opener.open(address + "/choices", urllib.parse.urlencode({"form": form[1].decode(), "do": "refuse"}).encode()).read()
    assert b'aria-pressed="true"' in told
    return time.perf_counter() - begun


async def _rights(port: int, key: str, number: int) -> tuple[float, int]:
    """Hand over rights from several connections; give the seconds and how many receipts came back."""
    begin, done = time.perf_counter(), 0

    async def hand(start: int) -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for i in range(start, number, 8):
            body = json.dumps({"kind": "objection", "subject": f"new{i}", "issuer": "chats"}).encode()
            status, _ = await _request(reader, writer, "POST", "/v1/rights", key, body)
            done += status == 201
        writer.close()

    await asyncio.gather(*(hand(start) for start in range(8)))
    return time.perf_counter() - begin, done


if __name__ == "__main__":
    main()
