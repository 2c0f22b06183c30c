"""Ratings and titles at the gateway: they arrive with their kind beside what they are about, and standing decides on them apart."""

import threading

import httpx
import pytest
from serving import NO_CERTIFICATES
from test_gateway_keeps import kept_of
from world import PLANTED, places_of


@pytest.fixture
def tell(passing):
    """Tell a remark; every second text is the assistant's."""
    def told(kind: str, user: str, *said: str, headers=None, **more) -> httpx.Response:
        messages = [{"role": ("user", "assistant")[number % 2], "content": words} for number, words in enumerate(said)]
        body = {"user": user, **({"messages": messages} if said else {}), **more}
        with httpx.Client(verify=NO_CERTIFICATES, timeout=20) as client:
            return client.post(f"{passing.address}/v1/licit/{kind}", json=body, headers=headers or {})
    return told


def asides(record) -> list:
    return [(turn.kind, turn.origin, turn.role, turn.text, len(turn.derived_from), turn.shown) for turn in record.turns if turn.origin != "said"]


def test_a_rating_and_a_title_arrive_with_their_kind(passing, upstream, tell):
    """Each stands beside what it is about, a later one in its place; one taken back leaves nothing; what follows keeps both.

    Law: CHO-09
    """
    upstream.answer = "A1"
    passing.ask("Q1", user="rater")
    assert tell("feedback", "rater", "Q1", "A1", rating="down").json() == {"kept": True, "reason": ""}
    assert tell("feedback", "rater", "Q1", "A1", rating="up", comment="clear").json()["kept"]
    assert tell("title", "rater", "Q1", "A1", title="About Q").json()["kept"]
    upstream.answer = "A2"
    passing.ask("Q1", "A1", "Q2", user="rater")
    passing.tally()
    record, = kept_of(passing, "rater")
    assert [turn.text for turn in record.turns if turn.shown] == ["Q1", "A1", "Q2", "A2"]
    assert sorted(asides(record)) == [("feedback", "feedback", "user", "thumbs_up\nclear", 1, False),
                                      ("title", "derived", "system", "About Q", 0, False)]
    rated = next(turn for turn in record.turns if turn.kind == "feedback")
    assert next(turn.text for turn in record.turns if turn.id == rated.parent) == "A1"
    assert tell("feedback", "rater", "Q1", "A1", rating="none").json()["kept"]
    assert tell("title", "rater", "Q1", title="").json()["kept"]
    record, = kept_of(passing, "rater")
    assert asides(record) == []
    assert len(record.turns) == 4
    assert upstream.asked == [one for one in upstream.asked if b"rating" not in one[1]]


def test_what_comes_after_an_answer_is_kept_after_it(passing, upstream, tell, monkeypatch):
    """However long it takes to look at an exchange, what goes on from its answer, or rates it, waits: nothing is lost, each has its time."""
    look, slow = passing.gateway.keeper.look, threading.Event()
    monkeypatch.setattr(passing.gateway.keeper, "look", lambda heard: look(heard) if b"Q2" in heard.request or slow.wait(30) else "fault")
    upstream.answer = "A1"
    passing.ask("Q1", user="hurried", stream=True)
    passing.ask("Q1", "A1", "Q2", user="hurried")
    threading.Timer(.1, slow.set).start()
    assert tell("feedback", "hurried", "Q1", "A1", rating="up").json()["kept"]
    assert passing.counted(3) == {"kept": 3}
    record, = kept_of(passing, "hurried")
    assert [turn.text for turn in record.turns if turn.said_at] == ["Q1", "A1", "Q2", "A1", "thumbs_up"]


def test_standing_decides_on_a_rating_apart(passing, upstream, tell):
    """Who refuses learning from ratings keeps the talk and its title; the rating is not kept, and the one kept before goes.

    Law: CHO-05
    """
    upstream.answer = "A1"
    passing.ask("Q1", user="apart")
    tell("feedback", "apart", "Q1", "A1", rating="up")
    tell("title", "apart", "Q1", title="Still here")
    passing.world.object("apart", purposes=["learn-from-feedback"])
    assert tell("feedback", "apart", "Q1", "A1", rating="down", comment=PLANTED).json() == {"kept": False, "reason": "objection"}
    record, = kept_of(passing, "apart")
    assert [turn.text for turn in record.turns] == ["Q1", "A1", "Still here"]
    assert places_of(PLANTED, passing.world.root) == []


def test_what_is_not_kept_has_no_remark(passing, upstream, tell):
    """After a refusal, on a temporary chat, and on words that never came, no byte of a rating or title is written.

    Law: CHO-08
    """
    upstream.answer = "A1"
    passing.ask("Q1", user="refuser")
    passing.counted(1)
    passing.world.object("refuser")
    assert tell("feedback", "refuser", "Q1", "A1", rating="up", comment=PLANTED).json()["reason"] == "objection"
    assert tell("title", "refuser", "Q1", title=PLANTED).json()["reason"] == "objection"
    assert tell("title", "other", "Q1", title=PLANTED).json()["reason"] == "thread-unknown"
    assert tell("title", "refuser", "Q1", title=PLANTED, headers={"X-Licit-Temporary": "1"}).json()["reason"] == "chat-state"
    assert places_of(PLANTED, passing.world.root.parent) == []


def test_an_answer_is_rated_by_its_id(passing, upstream, tell):
    """Who talks by /v1/responses names the answer by its id, and nobody another person's."""
    upstream.answer = "D'accord."
    with httpx.Client(verify=NO_CERTIFICATES, timeout=20) as client:
        answer = client.post(f"{passing.address}/v1/responses", json={"model": "plain", "input": "hello", "user": "byid"}).json()["id"]
    passing.counted(1)
    assert tell("feedback", "thief", response_id=answer, rating="up").json()["reason"] == "thread-unknown"
    assert tell("feedback", "byid", response_id=answer, rating="up").json()["kept"]
    record, = kept_of(passing, "byid")
    assert [kind for kind, *_ in asides(record)] == ["feedback"]


@pytest.mark.parametrize("body", [{}, {"rating": "up"}, {"rating": "most"}, {"rating": "up", "comment": 3}, {"rating": "up", "response_id": 7}])
def test_what_is_no_rating_is_an_error(tell, body):
    """It is told, and nothing is kept; nor is there any other door, or another way in."""
    assert tell("feedback", "wrong", **body).status_code == 400
    assert tell("else", "wrong", **body).status_code == 404
