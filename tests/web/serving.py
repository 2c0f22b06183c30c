"""A real server on a free port of this machine, over a copy of a pretend company's workspace."""

import asyncio
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from world import World, copied

pytest.importorskip("fastapi", reason="the extra web is not installed")

import httpx
import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from licit.adapters import staff
from licit.surfaces.web.app import make_app
from licit.surfaces.web.timely import Timely

SETTINGS = """
language = "en"
[controller]
name = "Atelier Lumen"
officer = "dpo@lumen.example"
authority = "CNIL"
authority_link = "https://authority.example/complaints"
[[issuer]]
id = "chat"
iss = "https://chat.lumen.example"
audience = "licit"
keys = "chat.jwks.json"
"""


#: Many tests in a minute are one visitor to a server that they share.
MANY = "[limits]\npages = 60000\nrefusals = 60000\nsign_ins = 60000\nstrangers = 60000\n"
#: No test speaks https, and reading the certificates of this machine takes longer than most of them.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass
class Served:
    """A running server, its world, and the product's signing key."""

    world: World
    address: str
    key: OKPKey
    opened: list[httpx.Client] = field(default_factory=list)

    def browser(self, **headers: str) -> httpx.Client:
        """Give a new visitor's client: cookies kept, redirects followed."""
        client = httpx.Client(base_url=self.address, follow_redirects=True, timeout=30, headers=headers, verify=NO_CERTIFICATES)
        self.opened.append(client)
        return client

    def token(self, *, key: Any = None, algorithm: str = "Ed25519", header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Sign a token as the product does; claims given as None are left out."""
        now = self.world.clock.now()
        stated = {"iss": "https://chat.lumen.example", "aud": "licit", "iat": int(now.timestamp()),
                  "exp": int((now + timedelta(minutes=5)).timestamp()), "jti": uuid4().hex, **claims}
        return jwt.encode({"alg": algorithm, "kid": self.key.kid, **(header or {})},
                          {name: value for name, value in stated.items() if value is not None}, key or self.key,
                          algorithms=[algorithm])

    def signed_in(self, account: str) -> httpx.Client:
        """Give a client that came in by a token."""
        client = self.browser()
        assert client.get("/sign-in", params={"token": self.token(sub=account)}).status_code == 200
        return client


def aside(story: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run a story's coroutine on a thread of its own: a driven browser keeps an event loop running in the tests' own, for all that come after."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(lambda: asyncio.run(story())).result(timeout=60)


class Server(uvicorn.Server):
    """A server that looks often whether it is to end."""

    async def main_loop(self) -> None:
        """Wait for the end."""
        await self.on_tick(0)
        while not self.should_exit:
            await asyncio.sleep(.01)


SERVED = {"log_level": "critical", "access_log": False, "lifespan": "off", "http": Timely, "ws": "none", "proxy_headers": False}


@contextmanager
def running(app: Any, port: int = 0, **more: Any) -> Iterator[str]:
    """Run an app on a free port of this machine, or on the one given, as the server is set up and ``more``; give its address."""
    listening = socket.create_server(("127.0.0.1", port))
    server = Server(uvicorn.Config(app, **{**SERVED, **more}))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started and time.monotonic() < until:
        time.sleep(.01)
    assert server.started
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()


@contextmanager
def serving(world: World, settings: str = SETTINGS) -> Iterator[Served]:
    """Put a world behind a server."""
    key = OKPKey.generate_key("Ed25519", {"use": "sig"}, auto_kid=True)
    (world.root / "web.toml").write_text(settings, encoding="utf-8")
    (world.root / "chat.jwks.json").write_text(json.dumps(KeySet([key]).as_dict(private=False)), encoding="utf-8")
    with running(make_app(world.root, clock=world.clock)) as address:
        here = Served(world, address, key)
        yield here
        for client in here.opened:
            client.close()


@pytest.fixture
def served(full: World) -> Iterator[Served]:
    """The full world behind a server."""
    with serving(full) as here:
        yield here


@pytest.fixture(scope="module")
def shared(full_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same for the tests of a module that enter nothing, or only people of their own."""
    with serving(copied(full_world, tmp_path_factory.mktemp("shared") / "w"), SETTINGS + MANY) as here:
        yield here


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords at the least cost; what they cost in a deployment has a test of its own."""
    from argon2 import PasswordHasher

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staff, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield
