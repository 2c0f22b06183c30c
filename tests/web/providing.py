"""A real OpenID Connect provider in a process of its own, and a console that sends its staff there."""

import importlib.util
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from click.testing import CliRunner
from serving import SETTINGS, running

from licit.surfaces.cli import main
from licit.surfaces.web.app import make_app

if importlib.util.find_spec("oidc_provider_mock") is None:
    pytest.skip("no provider is installed", allow_module_level=True)

USERS = ({"sub": "u-ines", "email": "ines@lumen.example", "email_verified": True},
         {"sub": "u-paul", "email": "paul@lumen.example", "email_verified": False})


class Now:
    """The computer's clock."""

    def now(self) -> datetime:
        """Give the time."""
        return datetime.now(UTC)


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A provider in a process of its own, from its package."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    users = [word for user in USERS for word in ("--user-claims", json.dumps(user))]
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *users],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address, until = f"http://127.0.0.1:{port}", time.monotonic() + 60
    try:
        while time.monotonic() < until:
            try:
                if httpx.get(f"{address}/.well-known/openid-configuration").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(.1)
        yield address
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def console(full, provider) -> Iterator[str]:
    """The console of a controller with that provider."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (full.root / "sign-on.secret").write_text("c" * 40 + "\n", encoding="utf-8")
    (full.root / "web.toml").write_text(
        SETTINGS.split("[[issuer]]")[0].replace("\n[controller]", f'\naddress = "http://127.0.0.1:{port}"\n[controller]', 1)
        + f'[sign_on]\nissuer = "{provider}"\nclient_id = "licit"\nsecret = "sign-on.secret"\nname = "Lumen"\n', encoding="utf-8")
    with running(make_app(full.root, clock=Now()), port) as address:
        yield address


def hired(world, name: str, role: str, who: str) -> None:
    """Make an account for somebody who comes by the provider."""
    made = CliRunner().invoke(main, ["web", "staff", "add", name, "--role", role, "--sign-on", who, "--workspace", str(world.root)])
    assert made.exit_code == 0, made.output
