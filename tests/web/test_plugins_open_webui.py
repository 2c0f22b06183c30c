"""Open WebUI's own loader and runner of filters, with the filter's file as an administrator pastes it."""

import json
import subprocess
from pathlib import Path

import pytest
from peers import OPEN_WEBUI, ROOT, WORD, environment, python_of
from serving import aside
from world import places_of

from licit.usecases.centre import read_records
from licit.wiring import open_visits

FILE = ROOT / "src/licit_plugins/open_webui.py"
CHAT = "6f0c1a52-0000-4000-8000-0000000000"


@pytest.fixture(scope="module")
def told(shared, tmp_path_factory):
    key = open_visits(shared.world.root).add_key("open-webui", ["standing", "conversations", "rights"])
    with shared.browser(authorization=f"Bearer {key}") as product:
        assert product.post("/v1/rights", json={"kind": "objection", "subject": "ow-no", "issuer": "chat"}).status_code == 201
    given = json.dumps({"licit": shared.address, "key": key, "file": str(FILE)})
    ran = subprocess.run([str(python_of("open-webui", OPEN_WEBUI, "--no-deps")), str(Path(__file__).with_name("open_webui_talks.py"))], input=given,
                         capture_output=True, text=True, timeout=240,
                         env=environment(DATA_DIR=str(tmp_path_factory.mktemp("open-webui")), WEBUI_SECRET_KEY="test", PYTHONPATH=""))
    assert "ANSWER" in ran.stdout, ran.stderr[-2000:]
    assert WORD not in ran.stderr
    return json.loads(ran.stdout.rpartition("ANSWER")[2])


def test_the_file_alone_stops_no_chat():
    """Pasted and not set up, or given what is no chat: bodies come back as they came, nothing is asked, and it is counted."""
    module: dict = {}
    exec(compile(FILE.read_text(encoding="utf-8"), "pasted", "exec"), module)
    own, chat = module["Filter"](), {"chat_id": f"{CHAT}01", "messages": [{"role": "user", "content": WORD}, {"role": "assistant", "content": "ok"}]}
    for body in (dict(chat), {"messages": 7}, {"chat_id": f"{CHAT}01", "messages": [7]}, [], None):
        before = json.dumps(body)
        assert json.dumps(aside(lambda body=body: own.outlet(body, {"id": "u"}))) == before
        assert aside(lambda body=body: own.inlet(body)) is body
    assert own.counts == {"not-set-up": 2, "chat-state": 1, "fault-AttributeError": 2}


@pytest.mark.slow
def test_open_webui_reads_the_file_as_a_filter(told):
    """Its loader finds the frontmatter and the class, and has nothing to install."""
    assert (told["kind"], told["front"]["title"], told["pip"]) == ("filter", "licit", 0)
    assert "requirements" not in told["front"]


@pytest.mark.slow
def test_a_request_says_whose_it_is(told):
    """The account's id and nothing else of the person, unless the administrator leaves it out."""
    assert (told["named"], told["unnamed"]) == ("ow-yes", None)


@pytest.mark.slow
def test_a_chat_is_handed_over_as_standing_allows(told, shared):
    """Words with their ids and times, without the picture; of who refused nothing was sent.

    Law: CHO-06
    """
    assert told["counts"]["yes"] == [True, {"kept": 1}]
    assert told["counts"]["no"] == [True, {"objection": 1}]
    record, = read_records(shared.world.ports, [shared.world.record(f"{CHAT}01", "ow-yes")])
    assert [(turn.id, turn.role, turn.said_at) for turn in record[1].turns] == [
        ("m1", "user", "2025-06-01T10:00:00Z"), ("m2", "assistant", "2025-06-01T10:00:05Z")]
    assert record[1].turns[0].text == WORD
    assert places_of("base64", shared.world.root / "shards") == []


NOT = {"nobody": "subject-unknown", "temporary": "chat-state", "older temporary": "chat-state", "channel": "chat-state", "task": "purpose",
       "half": "unfinished", "error": "unfinished", "cut": "unfinished", "empty": "unfinished", "not set up": "not-set-up", "wrong key": "licit-401",
       "down": "licit-unreachable", "no address": "licit-unreachable", "unknown capacity": "capacity-unknown", "strange": "not-a-chat"}


@pytest.mark.slow
@pytest.mark.parametrize("case", NOT)
def test_whatever_is_in_doubt_is_not_handed_over_and_the_chat_goes_on(told, case):
    """The chat comes back as it came, and the reason is counted.

    Law: CHO-08
    """
    assert told["counts"][case] == [True, {NOT[case]: 1}]
