"""The gateway: what it adds to each answer under a hundred streams at once, how many requests it passes in a second, its memory.

Generator, upstream, gateway and what keeps for it are four processes on this machine's same two cores. Memory is that of the last two,
after a tenth of the requests and after all of them: 100,000, or as many as LICIT_BENCH_REQUESTS says.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.request import urlopen

from bench._world import line, workspace

STREAMS, PIECES = 100, 20
#: So many requests may wait to be kept while memory is measured.
_AHEAD = 1_000
#: Seconds between two pieces of a stream: a model that answers fast.
PACE = .05


def main() -> None:
    """Measure and print."""
    if os.environ.get("LICIT_BENCH_UPSTREAM"):
        return asyncio.run(_upstream())
    with tempfile.TemporaryDirectory(prefix="licit-bench-") as folder:
        root = Path(folder) / "w"
        workspace(root)
        (root / "gateway.toml").write_text('source = "chats"\ncapacity = "consumer"\nage = "adult"\n', encoding="utf-8")
        with _process([sys.executable, "-m", "bench", "gateway"], LICIT_BENCH_UPSTREAM="1") as upstream:
            direct = _port(upstream)
            command = [str(Path(sys.executable).with_name("licit")), "gateway", "--upstream", f"http://127.0.0.1:{direct}",
                       "--workspace", str(root), "--port", "0"]
            try:
                for whose in ("kept", "refused") if not os.environ.get("LICIT_BENCH_ONLY_MEMORY") else ():
                    with _process(command) as gateway:
                        try:
                            _measured(direct, _port(gateway), gateway.pid, whose)
                        finally:
                            gateway.terminate()
                with _process(command) as gateway:
                    try:
                        _remembered(_port(gateway), gateway.pid, int(os.environ.get("LICIT_BENCH_REQUESTS", "100000")))
                    finally:
                        gateway.terminate()
            finally:
                upstream.terminate()


def _process(command: list[str], **more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **more})


def _port(process: "subprocess.Popen[str]") -> int:
    assert process.stdout
    for told in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", told):
            return int(found[1])
    raise RuntimeError("a process did not start")


def _measured(direct: int, through: int, pid: int, whose: str) -> None:
    user = "ada" if whose == "kept" else ""
    asyncio.run(_streams(through, user, rounds=1))
    alone, passed = asyncio.run(_streams(direct, user, rounds=3)), asyncio.run(_streams(through, user, rounds=3))
    for name, number, asked in (("p50", 49, "under 3 ms"), ("p99", 98, "under 15 ms")):
        added = (quantiles(passed, n=100)[number] - quantiles(alone, n=100)[number]) * 1e3
        line(f"added latency of a piece, {STREAMS} streams, {whose}: {name}", f"{added:.1f} ms", asked)
    before = _cpu(pid)
    begun, done = time.perf_counter(), asyncio.run(_plain(through, user, seconds=6))
    line(f"requests a second, {whose}", f"{done / (time.perf_counter() - begun):,.0f}", "300")
    line(f"  processor time of the gateway for each, {whose}", f"{(_cpu(pid) - before) / done * 1e3:.2f} ms")


def _remembered(through: int, pid: int, requests: int) -> None:
    """Ask so many times, all of them kept, and say what memory it takes."""
    asked, counts, begun = 0, {"kept": 0}, time.perf_counter()
    for part in (requests // 10, requests):
        while asked < part:
            asked += asyncio.run(_plain(through, "ada", count=min(_AHEAD, part - asked)))
            while sum(counts.values()) < asked:
                time.sleep(.2)
                with urlopen(f"http://127.0.0.1:{through}/healthz", timeout=60) as answer:
                    told = json.load(answer)
                counts = {"kept": told["kept"], **told["not_kept"]}
        sizes = [_mebibytes(pid), sum(map(_mebibytes, _children(pid)))]
        line(f"memory after {asked:,} requests, {counts['kept']:,} of them kept: gateway, and what keeps", f"{sizes[0]:.0f} + {sizes[1]:.0f} MiB",
             f"flat over 100,000; after {time.perf_counter() - begun:,.0f} s")


def _children(pid: int) -> list[int]:
    return [int(one) for file in Path(f"/proc/{pid}/task").glob("*/children") for one in file.read_text(encoding="ascii").split()]


def _mebibytes(pid: int) -> float:
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))[1]) / 1024  # type: ignore[index]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _streams(port: int, user: str, rounds: int) -> list[float]:
    """Read many streams at once; give for each piece how long after its making it was there, in seconds."""
    taken: list[float] = []

    async def one(number: int) -> None:
        await asyncio.sleep(number * PACE / STREAMS)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for turn in range(rounds):
            writer.write(_asked(f"{number} {turn} {time.time_ns()}", user, stream=True))
            while True:
                data = await reader.readuntil(b"\n\n")
                now = time.perf_counter()
                taken.extend(now - float(stamp) for stamp in re.findall(rb'"content": "([\d.]+)"', data))
                if b"[DONE]" in data:
                    await reader.readuntil(b"0\r\n\r\n")
                    break
        writer.close()

    await asyncio.gather(*(one(number) for number in range(STREAMS)))
    return taken


async def _plain(port: int, user: str, seconds: float = 0, count: int = 0) -> int:
    """Ask without streaming, from sixteen lines, for so long or so many times; give how many answers came."""
    done, until = 0, time.perf_counter() + seconds

    async def one(number: int) -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until or done < count:
            done += 1
            writer.write(_asked(f"{number} {time.time_ns()}", user, stream=False))
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            assert length
            await reader.readexactly(int(length[1]))
        writer.close()

    await asyncio.gather(*(one(number) for number in range(16)))
    return done


def _asked(said: str, user: str, *, stream: bool) -> bytes:
    body = json.dumps({"model": "m", "stream": stream, "messages": [{"role": "user", "content": f"question {said}"}],
                       **({"user": f"{user}{said.split()[0]}"} if user else {})}).encode()
    return (b"POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
            % len(body)) + body


async def _upstream() -> None:
    """Answer as a model would, on as short a way as there is: each piece says when it was made."""
    plain = json.dumps({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "word " * 50}}]}).encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = re.search(rb"content-length: (\d+)", head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                if b'"stream": true' in body:
                    await _streamed(writer)
                else:
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(plain) + plain)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


async def _streamed(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    for number in range(PIECES + 1):
        await asyncio.sleep(PACE)
        choice: dict[str, Any] = {"index": 0, "delta": {"content": str(time.perf_counter())}}
        if number == PIECES:
            choice |= {"delta": {}, "finish_reason": "stop"}
        data = b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"
        writer.write(b"%x\r\n" % len(data) + data + b"\r\n")
    writer.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")


if __name__ == "__main__":
    main()
