"""The line to the upstream: which answers are over, which broke off, and after which of them it is used again."""

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest
from serving import aside

from licit.surfaces.gateway.line import Line, LineError, head_of

OK = b"HTTP/1.1 200 OK\r\n"
#: What an upstream sends before it closes or waits; what is read of it, None for what breaks off; whether the line is used again.
ANSWERS = {
    "measured": (OK + b"content-length: 3\r\n\r\nabc", False, b"abc", True),
    "in chunks": (OK + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-more: 1\r\n\r\n", False, b"abc", True),
    "after a hint": (b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + OK + b"content-length: 3\r\n\r\nabc", False, b"abc", True),
    "without a body": (b"HTTP/1.1 204 No Content\r\n\r\n", False, b"", True),
    "until its end": (OK + b"\r\nabc", True, b"abc", False),
    "the last one": (OK + b"content-length: 3\r\nconnection: close\r\n\r\nabc", False, b"abc", False),
    "and more": (OK + b"content-length: 3\r\n\r\nabc" + OK + b"content-length: 1\r\n\r\nx", False, b"abc", False),
    "too short": (OK + b"content-length: 4\r\n\r\nabc", True, None, False),
    "half a chunk": (OK + b"transfer-encoding: chunked\r\n\r\n3\r\nab", True, None, False),
    "chunks without end": (OK + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", True, None, False),
    "no chunk": (OK + b"transfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n", False, None, False),
    "nothing": (b"", True, None, False),
    "no HTTP": (b"hello\r\n\r\n", False, None, False),
    "another protocol": (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", False, None, False),
}


@asynccontextmanager
async def served(says):
    """Serve one line; each end waits for the other's."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            with suppress(ConnectionError):
                await says(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            over.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server
        await over.wait()


async def nothing():
    return
    yield b""


async def asked(answer: bytes, ends: bool, again: bool) -> tuple[bytes | None, bool, list]:
    async def says(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for at in range(0, len(answer), 7):
            writer.write(answer[at:at + 7])
            await writer.drain()
        if not ends:
            await reader.read()

    async with served(says) as server:
        _, line = await asyncio.get_running_loop().create_connection(Line, *server.sockets[0].getsockname())
        try:
            await line.ask(head_of("GET", b"/", [(b"host", b"x")]), b"", nothing(), 5)
            whole = b"".join([piece async for piece in line.pieces(5)])
            until = asyncio.get_running_loop().time() + 20
            while line.free != again and asyncio.get_running_loop().time() < until:  # what comes behind may come late
                await asyncio.sleep(.005)
            return whole, line.free, line.headers
        except LineError:
            return None, line.free, []
        finally:
            line.close()


@pytest.mark.parametrize("how", ANSWERS)
def test_an_answer_is_over_or_broke_off(how):
    """Whatever is not as long as it said it would be broke off, and its line is not used again, nor one with more behind."""
    answer, ends, whole, again = ANSWERS[how]
    told, free, headers = aside(lambda: asked(answer, ends, again))
    assert (told, free) == (whole, again)
    assert not {b"x-more", b"link"} & {name for name, _ in headers}


def test_what_nobody_takes_is_not_read():
    """A client that stops taking stops the upstream, and gets all once it goes on."""
    async def story() -> tuple[int, int]:
        sent, size = 0, 16 << 20

        async def says(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            writer.write(OK + b"content-length: %d\r\n\r\n" % size)
            while sent < size:
                writer.write(bytes(1 << 16))
                sent += 1 << 16
                await writer.drain()

        async with served(says) as server:
            _, line = await asyncio.get_running_loop().create_connection(Line, *server.sockets[0].getsockname())
            await line.ask(head_of("GET", b"/", []), b"", nothing(), 5)
            await asyncio.sleep(.1)
            early = sent
            whole = sum([len(piece) async for piece in line.pieces(5)])
            line.close()
            return early, whole

    early, whole = aside(story)
    assert early < 14 << 20
    assert whole == 16 << 20
