"""The API a product asks before it keeps anything."""

import pytest
from pages import form_of

from licit.wiring import open_visits


@pytest.fixture
def asking(served):
    """Give a client that holds a key for standing."""
    key = open_visits(served.world.root).add_key("product", ["standing"])
    return served.browser(authorization=f"Bearer {key}")


def test_without_a_key_nothing_is_answered(served):
    """401 as problem+json, for no key and for a wrong one."""
    for client in (served.browser(), served.browser(authorization="Bearer licit_wrong")):
        answer = client.get("/v1/standing/user1?purpose=train")
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_key_opens_only_what_it_is_for(served):
    """A key for something else is 403."""
    key = open_visits(served.world.root).add_key("other", ["rights"])
    assert served.browser(authorization=f"Bearer {key}").get("/v1/standing/user1").status_code == 403


def test_a_removed_key_counts_no_longer(served, asking):
    """Once removed, a key is no key."""
    assert asking.get("/v1/standing/user1").status_code == 200
    open_visits(served.world.root).remove_key("product")
    assert asking.get("/v1/standing/user1").status_code == 401


def test_a_click_is_in_the_next_answer(served, asking):
    """Standing before a refusal is the policy's; the very next question after the click is refused by it."""
    before = asking.get("/v1/standing/user1?issuer=chat").json()
    assert (before["answer"], before["reason"]) == ("hold", "waiting-period")
    person = served.signed_in("user1")
    person.post("/choices", data={"form": form_of(person.get("/")), "do": "refuse"})
    after = asking.get("/v1/standing/user1?issuer=chat").json()
    assert (after["answer"], after["reason"]) == ("refuse", "objection")
    assert after["log_size"] > before["log_size"]


def test_asking_stores_nothing(served, asking):
    """A question about somebody unknown leaves the log as it was."""
    size = served.world.ports.log.head()
    assert asking.get("/v1/standing/nobody-yet?issuer=chat").json()["answer"] == "hold"
    assert served.world.ports.log.head() == size


def test_an_unknown_purpose_is_an_error(served, asking):
    """What is no purpose gets 422 and names the field, never an answer."""
    answer = asking.get("/v1/standing/user1?purpose=everything")
    assert answer.status_code == 422
    assert "purpose" in answer.json()["title"]


@pytest.fixture
def product(served):
    """Give a client that may hand over rights and ask for standing."""
    key = open_visits(served.world.root).add_key("rights", ["rights", "standing"])
    return served.browser(authorization=f"Bearer {key}")


OBJECTION = {"kind": "objection", "subject": "user1", "issuer": "chat"}


def test_a_right_handed_over_is_in_the_log_and_gives_a_receipt(served, product):
    """201 with the entry and its signed receipt; the next standing is refused.

    Law: CHO-13
    """
    answer = product.post("/v1/rights", json=OBJECTION)
    assert answer.status_code == 201
    entry, = served.world.ports.log.entries(kinds=("objection",))
    assert answer.json()["entry"] == entry.seq
    assert product.get("/v1/standing/user1?issuer=chat").json()["answer"] == "refuse"


def test_the_same_request_again_is_one_entry(served, product):
    """Under one Idempotency-Key the same request gives the same entry, another one is an error, and nothing is doubled."""
    first, second = (product.post("/v1/rights", json=OBJECTION, headers={"idempotency-key": "k1"}).json() for _ in "ab")
    assert first["entry"] == second["entry"]
    other = product.post("/v1/rights", json={**OBJECTION, "kind": "restriction"}, headers={"idempotency-key": "k1"})
    assert (other.status_code, other.json()["reason"]) == (400, "key-reused")
    assert len(list(served.world.ports.log.entries(kinds=("objection", "restriction")))) == 1


@pytest.mark.parametrize("wrong", [{"kind": "pardon"}, {"subject": ""}, {"purposes": ["everything"]}, {"tier": "free"},
                                   {"kind": "permission"}, {"kind": "consent", "purposes": ["train"]}, {"record": "nothing"}])
def test_what_cannot_be_meant_is_refused_and_told(served, product, wrong):
    """An unknown kind, purpose, field or record, a permission without purposes: an error as problem+json and no entry."""
    size = served.world.ports.log.head()
    answer = product.post("/v1/rights", json={**OBJECTION, **wrong})
    assert answer.status_code in (400, 404, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert served.world.ports.log.head() == size


def test_a_list_goes_on_by_cursor(served, product):
    """Entries come newest first, page by page, none twice and none lost."""
    made = [product.post("/v1/rights", json={**OBJECTION, "purposes": [purpose]}).json()["entry"]
            for purpose in ("train", "evaluate", "publish")]
    seen, cursor = [], str(2**53)
    while cursor:
        page = product.get(f"/v1/rights/user1?issuer=chat&limit=2&cursor={cursor}").json()
        seen += [item["entry"] for item in page["items"]]
        cursor = page["next"]
    assert seen == sorted(made, reverse=True)
