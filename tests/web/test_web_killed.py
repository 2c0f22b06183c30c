"""The server killed in the middle of a burst: whoever holds a receipt is in the log afterwards."""

import os
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from world import World

pytest.importorskip("fastapi", reason="the extra web is not installed")

import httpx

from licit.core.notes import parse_envelope, parse_receipt
from licit.usecases.commands import receipt
from licit.usecases.live import Live
from licit.wiring import open_visits

MANY, KILLED_AFTER = 300, 100


def posted(address: str, key: str, server: subprocess.Popen) -> dict[str, dict]:
    """Post rights from four threads, kill the server in the middle, and give the receipts that were handed out."""
    given, one = {}, threading.Lock()

    def post(number: int) -> None:
        try:
            answer = client.post("/v1/rights", json={"kind": "objection", "subject": f"person-{number}", "issuer": "chat"},
                                 headers={"idempotency-key": f"burst-{number}"})
        except httpx.TransportError:
            return  # no answer: nobody was told anything
        assert answer.status_code == 201, answer.text
        with one:
            given[f"person-{number}"] = answer.json()["receipt"]
            if len(given) == KILLED_AFTER:
                os.kill(server.pid, signal.SIGKILL)

    with httpx.Client(base_url=address, headers={"authorization": f"Bearer {key}"}, timeout=30) as client, \
            ThreadPoolExecutor(4) as threads:
        list(threads.map(post, range(MANY)))
    return given


def test_every_receipt_that_was_given_stands_in_the_log(world: World):
    """Kill -9 while three hundred rights come in: each answered one is in the log, refuses, by that very receipt."""
    key = open_visits(world.root).add_key("product", ["rights"])
    server = subprocess.Popen([sys.executable, "-c", "from licit.surfaces.cli import main; main()", "serve", "--workspace",
                               str(world.root), "--port", "0"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = re.search(r"http://\S+[0-9]", server.stdout.readline())[0]
        given = posted(address, key, server)
        assert server.wait(20) == -signal.SIGKILL
    finally:
        server.kill()
        server.wait(20)
        server.stdout.close()
    assert KILLED_AFTER <= len(given) < MANY
    after = World(world.root, world.clock).ports
    live, entries = Live(after), {entry.seq: entry for entry in after.log.entries(kinds=("objection",))}
    for person, paper in given.items():
        held = parse_receipt(parse_envelope(paper).body)
        subject, = after.identities.subjects_for([("chat", "account", person)], create=False)
        assert entries[held.seq].subject == subject
        assert parse_receipt(parse_envelope(receipt(after, held.seq, str(subject))).body).leaf() == held.leaf()
        assert live.standing(str(subject), "train").decision.answer == "refuse"
