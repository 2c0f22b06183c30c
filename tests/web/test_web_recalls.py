"""Recalls from the command line to a recipient's server and back: signed, tried again, acknowledged, verified."""

import json
from base64 import b64decode, b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest
from click.testing import CliRunner
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from licit.surfaces.cli import main
from licit.usecases.recalls import ask, deliver, recalls
from licit.wiring import open_workspace, poster


class Partner:
    """A recipient's server on this machine: keeps what it is sent, and answers with a status."""

    def __init__(self):
        self.status, self.got, self.key = 200, [], Ed25519PrivateKey.generate()
        partner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                partner.got.append((dict(self.headers.items()), self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(partner.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/recalls"
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def public(self):
        """Its public key as it is registered."""
        return b64encode(self.key.public_key().public_bytes_raw()).decode()

    def signs(self, number, at, body):
        """Give the headers of a signed answer."""
        signature = b64encode(self.key.sign(f"{number}.{at}.".encode() + body)).decode()
        return {"webhook-id": number, "webhook-timestamp": str(at), "webhook-signature": f"v1a,{signature}",
                "content-type": "application/json"}


@pytest.fixture
def partner():
    """A recipient's server."""
    made = Partner()
    yield made
    made.server.shutdown()
    made.server.server_close()


def told(served, *words, code=0):
    """Run a command."""
    done = CliRunner().invoke(main, [*words, "--json", "--workspace", str(served.world.root)], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return json.loads(done.output) if code == 0 else done.output


@pytest.fixture
def withdrawn(served, partner):
    """A release that a partner received was patched, for somebody refused; the server is allowed to send to this machine."""
    with (served.world.root / "web.toml").open("r+", encoding="utf-8") as file:
        text = file.read()
        file.seek(0)
        file.write("webhook_loopback = true\n" + text)
    told(served, "recipient", "add", "Partner lab", "--release", "release-1", "--webhook", partner.url, "--key", partner.public,
         "--by", "ines")
    told(served, "recipient", "add", "No address", "--release", "release-1", "--by", "ines")
    served.world.object("user1")
    told(served, "recall", "--patch")
    return served


def state(served, recipient="Partner lab"):
    """Give how the recall to somebody stands."""
    return next(one.state for one in recalls(served.world.ports).values() if one.recipient == recipient)


def answered(served, number, body, **headers):
    """Answer a recall."""
    return httpx.post(f"{served.address}/v1/recalls/{number}/ack", content=body, headers={"content-type": "application/json", **headers})


def test_a_recall_goes_out_signed_and_comes_back_verified(withdrawn, partner):
    """The recall names release and replacement and nobody; its signature holds; only a signed answer brings it to "verified".

    Law: RGT-08, FOL-02
    """
    sent = told(withdrawn, "recall", "--send")["sent"]
    assert {one["recipient"]: (one["state"], one["why"]) for one in sent} == {
        "Partner lab": ("received", ""), "No address": ("asked", "no-address")}
    (headers, body), = partner.got
    headers = {name.lower(): value for name, value in headers.items()}
    message = json.loads(body)
    assert (message["release"], message["replaced_by"]["release"]) == ("release-1", "release-2")
    assert "user1" not in body.decode()
    number, at = headers["webhook-id"], headers["webhook-timestamp"]
    signer = Ed25519PublicKey.from_public_bytes(withdrawn.world.ports.signer.current().public_key())
    signer.verify(b64decode(headers["webhook-signature"].removeprefix("v1a,")), f"{number}.{at}.".encode() + body)
    with pytest.raises(InvalidSignature):
        signer.verify(b64decode(headers["webhook-signature"][4:]), f"{number}.{at}.".encode() + body + b" ")
    told(withdrawn, "recall", "--send")
    assert len(partner.got) == 1, "what was received is not sent again"
    now = int(withdrawn.world.clock.now().timestamp())
    said = json.dumps({"state": "verified", "manifest": message["manifest"]}).encode()
    bearer = {"authorization": f"Bearer {message['answer']['token']}"}
    attacks = [answered(withdrawn, number, said), answered(withdrawn, number, said, **bearer),
               answered(withdrawn, number, said + b" ", **partner.signs(number, now, said)),
               answered(withdrawn, number, said, **partner.signs("recall-other", now, said)),
               answered(withdrawn, number, said, **partner.signs(number, now - 301, said)),
               answered(withdrawn, number, said, **Partner().signs(number, now, said)),
               answered(withdrawn, "recall-none", said, **partner.signs("recall-none", now, said))]
    assert [one.status_code for one in attacks] == [401, 403, 401, 401, 401, 401, 401]
    other = json.dumps({"state": "verified", "manifest": "sha256:" + "0" * 64}).encode()
    assert answered(withdrawn, number, other, **partner.signs(number, now, other)).status_code == 400
    assert state(withdrawn) == "received"
    for what in ("acknowledged", "verified", "acknowledged"):
        said = json.dumps({"state": what, "manifest": message["manifest"]}).encode()
        answer = answered(withdrawn, number, said, **partner.signs(number, now, said))
        assert (answer.status_code, answer.json()["id"]) == (200, number)
    assert state(withdrawn) == "verified"


def test_a_try_that_failed_is_repeated_after_a_restart(withdrawn, partner):
    """Tries stand in the log: a workspace opened anew goes on where it was, later each time, and gives up in the end, in words."""
    world, partner.status = withdrawn.world, 503
    ask(world.ports)
    for wait, tries in ((0, 1), (30, 1), (31, 2), (240, 2), (61, 3)):
        world.clock.advance(seconds=wait)
        space = open_workspace(world.root, clock=world.clock)
        deliver(space, poster(world.root))
        assert len(partner.got) == tries
    assert state(withdrawn) == "asked"
    for _ in range(6):
        world.clock.advance(days=2)
        deliver(world.ports, poster(world.root))
    assert (len(partner.got), state(withdrawn), state(withdrawn, "No address")) == (8, "failed", "failed")
    ask(world.ports)
    assert state(withdrawn) == "failed", "only a person asks anew"
    partner.status = 200
    told(withdrawn, "recall", "--send")
    assert state(withdrawn) == "received"


def test_a_token_acknowledges_and_no_more(withdrawn, partner):
    """A recipient without a key answers with the recall's token; it cannot say that the recall was carried out."""
    told(withdrawn, "recipient", "add", "Second", "--release", "release-1", "--webhook", partner.url, "--by", "ines")
    told(withdrawn, "recall", "--send")
    mine = next(one for one in recalls(withdrawn.world.ports).values() if one.recipient == "Second")
    message = next(body for headers, body in ((h, json.loads(b)) for h, b in partner.got) if body["id"] == mine.id)
    bearer = {"authorization": f"Bearer {message['answer']['token']}"}
    for what, status in (("verified", 403), ("acknowledged", 200)):
        said = json.dumps({"state": what, "manifest": message["manifest"]}).encode()
        assert answered(withdrawn, mine.id, said, **bearer).status_code == status
    assert state(withdrawn, "Second") == "acknowledged"


def test_an_address_inside_is_refused_when_it_is_registered(served):
    """http, credentials and other schemes are refused at once, with the exit code of wrong use."""
    for url in ("http://169.254.169.254/latest", "https://a:b@partner.example/", "gopher://partner.example/"):
        told(served, "recipient", "add", "X", "--release", "release-1", "--webhook", url, "--by", "ines", code=2)
