"""Rights by command line: devices of people who are logged out, links, and targets that are there."""

import json

import pytest
from click.testing import CliRunner
from world import chat, failing, jsonl, places_of, prose, reasons

from licit.surfaces.cli import main

LOGGED_OUT = {"device_field": "device", "subject_field": ""}


@pytest.fixture
def run(world):
    """Run a command in a world; give what it printed."""
    def run(*argv: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, [*argv, "--workspace", str(world.root)], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output

    return run


def logged_out(name, device):
    """Give a chat of somebody who is known by a device alone."""
    row = chat(name, "", prose(name), device=device)
    del row["account"]
    return row


def test_somebody_logged_out_objects(run, world):
    """A device pseudonym is a person: its chats are released, and its objection takes them away.

    Law: CHO-01
    """
    world.take([logged_out("c1", "dev-7c1e"), logged_out("c2", "dev-0001")], **LOGGED_OUT)
    assert world.build().tally.released == 2
    run("rights", "object", "--device", "dev-7c1e")
    built = world.build()
    assert reasons(built) == {"objection": 1}
    assert failing(built.path, world.root) == {}
    said = json.loads(run("recall", "--device", "dev-7c1e", "--json"))
    assert [len(item["rows"]) for item in said["touched"]] == [1]
    assert json.loads(run("recall", "--device", "dev-0001", "--json"))["touched"] == []
    assert "--subject" in run("recall", "--device", "dev-0001", "--subject", "ada", code=2)
    said = json.loads(run("explain", "--device", "dev-7c1e", "--json"))
    assert [row["reason"] for row in said["rows"]] == ["objection"]


def test_a_device_is_no_account(run, world):
    """The same characters as account and as device are two people until somebody links them."""
    world.take([logged_out("c1", "same")], **LOGGED_OUT)
    world.take([chat("c2", "same", prose("c2"))])
    run("rights", "object", "--subject", "same", "--issuer", "chat")
    assert reasons(world.build()) == {"objection": 1}


def test_the_pseudonym_is_not_stored(world):
    """The raw pseudonym of a device is on no page of the workspace."""
    world.take([logged_out("c1", "dev-never-stored")], **LOGGED_OUT)
    assert places_of("dev-never-stored", world.root) == []


def test_a_link_carries_a_refusal_over(run, world):
    """Once a device is linked to an account, the account's objection counts for what was said logged out."""
    world.take([logged_out("c1", "dev-1")], **LOGGED_OUT)
    world.take([chat("c2", "ada", prose("c2")), chat("c3", "bo", prose("c3"))])
    run("rights", "link", "chat:ada", "--device", "chat:dev-1")
    run("rights", "object", "--subject", "ada")
    assert reasons(world.build()) == {"objection": 2}


def test_a_link_to_somebody_unknown_is_said(run):
    """A mistyped account links nobody, and that is not passed over in silence."""
    assert run("rights", "link", "chat:adda", "chat:bo").count("nobody of that name") == 2


@pytest.mark.parametrize(("argv", "said"), [
    (["link", "chat:ada"], "Name TWO"), (["link", "chat:ada", "chat:bo", "--device", "chat:d"], "Name TWO"),
    (["link", "chat:ada", "chat:ada"], "not with itself"), (["link", "ada", "bo"], "issuer:account"),
    (["link", "chat:", "chat:bo"], "issuer:account"), (["object"], "--subject"),
    (["object", "--subject", "ada", "--device", "d"], "--subject"),
    (["object", "--subject", "ada", "--received", "2999-01-01"], "moment to come"),
    (["object", "--subject", "ada", "--record", "r0"], "no such record"),
    (["object", "--subject", "ada", "--record", "RECORD", "--turn", "t99"], "no such turn")])
def test_what_would_do_nothing_is_refused(run, world, argv, said):
    """A right on a name, day, record or turn that cannot be meant is an error, and nothing is entered."""
    world.take([chat("c", "ada", prose("c"))])
    size = world.ports.log.head()
    assert said in run("rights", *[world.record("c", "ada") if word == "RECORD" else word for word in argv], code=2)
    assert world.ports.log.head() == size


def test_a_record_of_somebody_else_is_said(run, world):
    """An objection to a record that the person does not stand in is recorded, and said to change nothing."""
    world.take([chat("c", "ada", prose("c")), chat("d", "bo", prose("d"))])
    said = run("rights", "object", "--subject", "bo", "--record", world.record("c", "ada"))
    assert "changes nothing" in said
    assert reasons(world.build()) == {}


def test_an_outsider_gets_a_receipt(run, tmp_path):
    """Somebody who is no user gets the signed receipt of their objection as well."""
    paper = tmp_path / "receipt.json"
    run("rights", "object-outsider", "--email", "lea@example.org", "--receipt", str(paper))
    assert json.loads(paper.read_text())["payloadType"].startswith("application/vnd.licit.receipt")
    assert "lea@example.org" not in paper.read_text()


def test_the_device_field_by_command_line(run, world, tmp_path):
    """``licit import --device-field`` names the field."""
    path = jsonl(tmp_path / "out.jsonl", [logged_out("c1", "dev-9")])
    run("import", str(path), "--source", "chat", "--device-field", "device", "--capacity", "consumer", "--age", "adult")
    assert world.build().tally.released == 1
