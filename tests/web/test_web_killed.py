"""The server killed in the middle of a burst: whoever holds a receipt is in the log afterwards."""

import os
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from world import World, prose

pytest.importorskip("fastapi", reason="the extra web is not installed")

import httpx

from licit.core.notes import parse_envelope, parse_receipt
from licit.usecases.commands import receipt
from licit.usecases.live import Live
from licit.wiring import open_visits

MANY, KILLED_AFTER = 300, 100


def right(number: int) -> dict:
    """Give a right of somebody of their own."""
    return {"kind": "objection", "subject": f"person-{number}", "issuer": "chat"}


def talk(number: int) -> dict:
    """Give a conversation of somebody of their own."""
    return {"id": f"c{number}", "messages": [{"role": "user", "content": prose(str(number))}], "source": "chat", "subject": f"person-{number}",
            "issuer": "chat", "capacity": "consumer", "age": "adult", "state": "live"}


def posted(address: str, key: str, server: subprocess.Popen, path: str = "/v1/rights", said=right) -> dict[str, dict]:
    """Post from four threads, kill the server in the middle, and give the answers that were handed out."""
    given, one = {}, threading.Lock()

    def post(number: int) -> None:
        try:
            answer = client.post(path, json=said(number), headers={"idempotency-key": f"burst-{number}"})
        except httpx.TransportError:
            return  # no answer: nobody was told anything
        assert answer.status_code in (200, 201), answer.text
        with one:
            given[f"person-{number}"] = answer.json()
            if len(given) == KILLED_AFTER:
                os.kill(server.pid, signal.SIGKILL)

    with httpx.Client(base_url=address, headers={"authorization": f"Bearer {key}"}, timeout=30) as client, \
            ThreadPoolExecutor(4) as threads:
        list(threads.map(post, range(MANY)))
    return given


def killed(world: World, scope: str, *what) -> dict[str, dict]:
    """Serve a world, post to it until it is killed, and give the answers."""
    key = open_visits(world.root).add_key("product", [scope])
    server = subprocess.Popen([sys.executable, "-c", "from licit.surfaces.cli import main; main()", "serve", "--workspace",
                               str(world.root), "--port", "0"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = re.search(r"http://\S+[0-9]", server.stdout.readline())[0]
        given = posted(address, key, server, *what)
        assert server.wait(20) == -signal.SIGKILL
    finally:
        server.kill()
        server.wait(20)
        server.stdout.close()
    assert KILLED_AFTER <= len(given) < MANY
    return given


def test_every_receipt_that_was_given_stands_in_the_log(world: World):
    """Kill -9 while three hundred rights come in: each answered one is in the log, refuses, by that very receipt."""
    given = killed(world, "rights")
    after = World(world.root, world.clock).ports
    live, entries = Live(after), {entry.seq: entry for entry in after.log.entries(kinds=("objection",))}
    for person, answer in given.items():
        held = parse_receipt(parse_envelope(answer["receipt"]).body)
        subject, = after.identities.subjects_for([("chat", "account", person)], create=False)
        assert entries[held.seq].subject == subject
        assert parse_receipt(parse_envelope(receipt(after, held.seq, str(subject))).body).leaf() == held.leaf()
        assert live.standing(str(subject), "train").decision.answer == "refuse"


@pytest.mark.slow
def test_every_conversation_that_was_acknowledged_is_stored(world: World):
    """The same with conversations that share shards: whatever was said to be kept is in a shard that the log names."""
    given = killed(world, "conversations", "/v1/conversations", talk)
    after = World(world.root, world.clock).ports
    logged = {entry.decision["shard"] for entry in after.log.entries(kinds=("arrival",))}
    stored = after.catalogue.stored([answer["record"] for answer in given.values()])
    assert set(stored) == {answer["record"] for answer in given.values()}
    assert {shard for _, shard in stored.values()} <= logged
    assert len(logged) < len(given)
