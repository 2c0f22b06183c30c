"""Conversations handed over by a product: decided before anything is written, kept as an import keeps them."""

import json

import pytest
from pages import form_of
from serving import running
from world import PLANTED, SAID, chat, places_of, prose

from licit.surfaces.web.app import make_app
from licit.wiring import open_visits

ANSWER = prose("the answer", 25)


@pytest.fixture
def product(served):
    """Give a client that may hand conversations over, and rights as well."""
    return served.browser(authorization=f"Bearer {open_visits(served.world.root).add_key('p', ['conversations', 'rights'])}")


def handing(name: str = "new", subject: str = "user1", said: str = PLANTED, **more: object) -> dict:
    """Give a conversation of somebody as a product hands it over."""
    return {"id": name, "source": "chat", "subject": subject, "issuer": "chat", "capacity": "consumer", "state": "live",
            "age": "adult", "messages": chat(name, subject, f"{prose(name)} {said}", answer=ANSWER)["messages"], **more}


def hand(product, **more) -> dict:
    answer = product.post("/v1/conversations", json=handing(**more))
    assert answer.status_code == 200, answer.text
    return answer.json()


def whole(root) -> dict:
    return {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file() and path.name not in ("web.db-wal", "web.db-shm", "web.db")}


def test_what_is_allowed_is_kept_as_an_import_keeps_it(served, product):
    """The record, its id and its state are those of the same conversation imported as a file, and a build releases it."""
    done = hand(product)
    assert [(one["kept"], one["answer"]) for one in done["messages"]] == [(True, "keep")] * 2
    assert done["record"] == served.world.record("new", "user1")
    report = served.world.take([chat("new", "user1", f"{prose('new')} {PLANTED}", answer=ANSWER)], name="same.jsonl")
    assert (report.records, report.known) == (1, 1)
    served.world.build()
    assert places_of(PLANTED, served.world.root / "releases")


NEVER = [({"state": "temporary"}, "chat-state"), ({"state": "unknown"}, "chat-state-unknown"), ({"capacity": "organisation"}, "organisation-data"),
         ({"capacity": "unknown"}, "capacity-unknown"), ({"age": "minor"}, "minor"), ({"subject": ""}, "subject-unknown"),
         ({"subject": "", "device": "d1"}, "subject-unknown")]


def test_what_is_never_eligible_leaves_no_byte(served, product):
    """Temporary chats, organisations' and minors' words, nobody's: told with the reason, and nothing at all is written."""
    before = whole(served.world.root)
    for more, reason in NEVER:
        done = hand(product, **more)
        assert {(one["kept"], one["reason"]) for one in done["messages"]} == {(False, reason)}
        assert done["record"] == ""
    given = handing()
    given["messages"][0]["is_temporary"] = True  # the product says live, a message does not: the most protective counts
    assert product.post("/v1/conversations", json=given).json()["messages"][0]["reason"] == "chat-state"
    assert whole(served.world.root) == before
    assert places_of(PLANTED, served.world.root.parent) == []


def test_under_a_refusal_no_byte_of_the_words_is_written(served, product, tmp_path, monkeypatch):
    """Not in the workspace, the databases and their journals, nor where temporary files go; with an Idempotency-Key as well."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    person = served.signed_in("user1")
    person.post("/choices", data={"form": form_of(person.get("/")), "do": "refuse"})
    for headers in ({}, {"idempotency-key": "k"}):
        done = product.post("/v1/conversations", json=handing(), headers=headers).json()
        assert {(one["kept"], one["answer"], one["reason"]) for one in done["messages"]} == {(False, "refuse", "objection")}
    assert places_of(PLANTED, tmp_path) == []
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and PLANTED.encode() in path.read_bytes()]


def test_a_refused_message_takes_along_what_follows_it(served, product):
    """One message refused, handed over again with the talk grown: it and all after it are not kept, what stood before is."""
    first = hand(product, said="rien de spécial")
    refused = product.post("/v1/rights", json={"kind": "objection", "subject": "user1", "issuer": "chat", "record": first["record"]})
    assert refused.status_code == 201
    assert hand(product)["record"] == ""
    turns = [{"id": "a", "role": "user", "parts": [["text", prose("a"), ""]], "said_at": SAID},
             {"id": "b", "parent": "a", "role": "user", "parts": [["text", PLANTED, ""]], "said_at": SAID},
             {"id": "c", "parent": "b", "role": "assistant", "parts": [["text", PLANTED, ""]], "said_at": SAID},
             {"id": "t", "role": "system", "parts": [["text", PLANTED, ""]], "origin": "derived", "kind": "title", "shown": False}]
    given = {**handing(name="turns"), "messages": [], "turns": turns[:1]}
    record = product.post("/v1/conversations", json=given).json()["record"]
    served.world.object("user1", target={"level": "turn", "record": record, "turn": "b"})
    done = product.post("/v1/conversations", json={**given, "turns": turns}).json()
    assert [(one["message"], one["kept"]) for one in done["messages"]] == [("a", True), ("b", False), ("c", False), ("t", False)]
    assert places_of(PLANTED, served.world.root) == []


def test_somebody_named_in_it_who_objected_is_honoured(served, product):
    """Who is no user and objected by their address is looked for before anything is written.

    Law: CHO-21
    """
    served.world.space.object_as_outsider(email=["ada@lumen.example"])
    done = hand(product, said=f"écris à ada@lumen.example : {PLANTED}")
    assert {one["reason"] for one in done["messages"]} == {"third-party-objection"}
    assert places_of(PLANTED, served.world.root) == []


def test_nobodys_words_are_their_devices_where_the_deployment_says_so(served, product):
    """Logged out, a conversation is its device's, whose refusal counts; without a device it is nobody's."""
    served.world.root.joinpath("web.toml").write_text('logged_out = "device"\n', encoding="utf-8")
    with running(make_app(served.world.root, clock=served.world.clock)) as address:
        given = handing(subject="", device="d1")
        assert product.post(f"{address}/v1/conversations", json=given).json()["record"]
        product.post(f"{address}/v1/rights", json={"kind": "objection", "subject": "d1", "key": "device", "issuer": "chat"})
        assert product.post(f"{address}/v1/conversations", json={**given, "id": "later"}).json()["record"] == ""
        nobody = product.post(f"{address}/v1/conversations", json=handing(subject="")).json()
        assert nobody["messages"][0]["reason"] == "subject-unknown"


def test_the_same_again_is_one_record(served, product):
    """Sent again, under a key or none, it is the record that is there; another conversation under a used key is an error."""
    size = len(list(served.world.ports.log.entries(kinds=("arrival",))))
    same = [product.post("/v1/conversations", json=handing(), headers={"idempotency-key": "k"}).json()["record"] for _ in "ab"]
    assert len({*same, hand(product)["record"]}) == 1
    assert len(list(served.world.ports.log.entries(kinds=("arrival",)))) == size + 1
    other = product.post("/v1/conversations", json=handing(name="other"), headers={"idempotency-key": "k"})
    assert (other.status_code, other.json()["reason"]) == (400, "key-reused")


WRONG = [
    {"messages": []}, {"turns": [{"id": "a", "role": "user", "parts": []}]}, {"capacity": None}, {"tier": "free"}, {"id": ""},
    {"messages": [{"role": "user", "content": "a\0b"}]}, {"messages": [{"role": "king", "content": "a"}]}, {"source": "a b"},
    {"messages": [], "turns": [{"id": "a", "parent": "b", "role": "user", "parts": [["text", "x", ""]]}]},
    {"messages": [], "turns": [{"id": "a", "role": "user", "parts": [["text", "x", ""]], "said_at": "2025-99-99"}]}]


def test_nobody_names_a_subject_by_its_inner_id(served, product):
    """The issuer under which licit keeps its own ids is refused from outside: it would make anybody's words anybody's."""
    before = whole(served.world.root)
    answer = product.post("/v1/conversations", json=handing(subject="s-1", issuer="licit:subject"))
    assert (answer.status_code, answer.json()["reason"]) == (400, "issuer-reserved")
    assert whole(served.world.root) == before


def test_what_cannot_be_read_is_an_error_and_leaves_nothing(served, product):
    """No words, two kinds of them, an unknown field, a missing one: a problem, and the workspace as it was."""
    before = whole(served.world.root)
    for wrong in WRONG:
        answer = product.post("/v1/conversations", json={name: value for name, value in {**handing(), **wrong}.items() if value is not None})
        assert answer.status_code in (400, 422), wrong
        assert answer.headers["content-type"] == "application/problem+json"
    assert whole(served.world.root) == before


def test_a_long_conversation_is_taken_and_a_longer_one_is_not(product):
    """More than one mebibyte is read; more than eight are a 413 that says the limit, before anything of it is read."""
    assert hand(product, said="mot " * 300_000)["record"]
    answer = product.post("/v1/conversations", content=json.dumps(handing(said="x" * (8 << 20))))
    assert answer.status_code == 413, answer.headers
    assert answer.json()["reason"] == "too-large"
