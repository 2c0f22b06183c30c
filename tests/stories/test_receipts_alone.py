"""A receipt alone: genuine or not by its file and a public key, in plain words, with nothing else at hand."""

import base64
import json

import pytest
from click.testing import CliRunner
from world import CONSUMER, chat, prose

from licit.core.ids import canonical_json
from licit.surfaces.cli import main
from licit.usecases.commands import Asked, exercise, object_as_outsider, receipt
from licit.usecases.keys import chain_of, rotate_signing


@pytest.fixture
def paper(world, tmp_path):
    """Give the file of ada's receipt and the log's key in hexadecimal."""
    world.take([chat("c", "ada", prose("c")), chat("d", "ben", prose("d"))], **CONSUMER)
    made, = exercise(world.ports, Asked(kind="objection", account="ada", issuer="chat", purposes=("train",)))
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(made))
    return file, world.ports.signer.public_key().hex()


def check(*arguments):
    return CliRunner().invoke(main, ["receipt", "verify", *map(str, arguments)])


def test_a_genuine_receipt_says_what_was_asked(paper):
    """In English and in French: what, when, which entry of which log, by which key."""
    file, key = paper
    told = [check(file, "--key", key, "--lang", language) for language in ("en", "fr")]
    assert [one.exit_code for one in told] == [0, 0]
    assert "you refused training" in told[0].output
    assert "vous avez refusé l'entraînement" in told[1].output
    assert json.loads(check(file, "--key", key, "--json").output)["kind"] == "objection"


def test_another_key_makes_it_nothing(paper):
    """Whoever trusts another key is told that it is not signed by that one, and nothing of what it says."""
    file, _ = paper
    told = check(file, "--key", "ab" * 32)
    assert told.exit_code == 1
    assert "refused" not in told.output


def test_without_a_key_nothing_is_said(paper):
    """A receipt vouches for itself to nobody."""
    assert check(paper[0]).exit_code == 2


@pytest.mark.parametrize("field", ["seq", "kind", "decision", "about", "issued_at", "origin", "tag_key", "leaf"])
def test_any_change_is_seen(paper, field):
    """A changed field, the rest and the signature kept, is no receipt."""
    file, key = paper
    envelope = json.loads(file.read_text())
    payload = json.loads(base64.b64decode(envelope["payload"]))
    payload[field] = {"seq": payload["seq"] + 1, "decision": {"purposes": ["publish"]},
                      "about": {**payload["about"], "received_at": "2020-01-01T00:00:00.000000Z"}}.get(field, "00" * 32)
    envelope["payload"] = base64.b64encode(canonical_json(payload)).decode()
    file.write_text(json.dumps(envelope))
    assert check(file, "--key", key).exit_code == 1


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "{" * 50_000, '{"payload": "x"}', "\udcff"])
def test_nonsense_is_no_receipt(paper, text):
    """Whatever a file holds, the answer is no, in words."""
    file, key = paper
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    told = check(file, "--key", key)
    assert told.exit_code == 1
    assert "Traceback" not in told.output


def test_a_receipt_outlives_its_key(world, paper, tmp_path):
    """After a rotation, whoever trusts the newest key checks an older receipt by the list of keys."""
    file, key = paper
    rotate_signing(world.ports, "ines")
    keys = tmp_path / "keys.json"
    keys.write_bytes(canonical_json(chain_of(world.ports)))
    assert check(file, "--keys", keys).exit_code == 0
    assert check(file, "--key", key).exit_code == 0
    assert check(file, "--key", world.ports.signer.public_key().hex()).exit_code == 1


def test_an_outsiders_receipt_can_be_checked(world, tmp_path):
    """Somebody who is no user has a receipt that says so, without what they gave."""
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(receipt(world.ports, object_as_outsider(world.ports, email=["lea@example.org"]))))
    told = check(file, "--key", world.ports.signer.public_key().hex())
    assert told.exit_code == 0
    assert "as somebody named by others" in told.output
    assert "lea" not in told.output


def test_absence_is_checked_without_a_workspace(world, paper, tmp_path):
    """The proof and the release's own papers are enough; a person who is in the release is told so."""
    file, _ = paper
    release = world.build().path
    proof = tmp_path / "proof.json"
    made = CliRunner().invoke(main, ["log", "prove", "--receipt", str(file), "--release", release.rsplit("/", 1)[-1], "-o", str(proof),
                                     "--workspace", str(world.root)])
    assert made.exit_code == 0, made.output
    told = CliRunner().invoke(main, ["prove", "absence", str(proof), release])
    assert told.exit_code == 0, told.output
    assert "it declares no row of this person" in told.output
