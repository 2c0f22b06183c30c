"""Choices that differ by channel: the most protective counts, and the centre says which came from where."""

import re

from world import failing

from licit.usecases.commands import Asked, exercise, link_accounts
from licit.usecases.live import Live
from licit.usecases.voices import differing


def says(served, account, how, kind="permission", **more):
    """Enter a choice for training by a channel."""
    exercise(served.world.ports, Asked(kind=kind, account=account, issuer="chat", purposes=("train",), how=how, **more))


def test_a_signal_against_a_consent(served):
    """Somebody consented in the product; their browser says no: it is refused, and the page names both, in French too."""
    says(served, "user1", "switch of the app", "consent", notice="notice-2025", wording="May we?")
    client = served.signed_in("user1")
    client.headers["sec-gpc"] = "1"
    page = client.get("/").text
    assert 'class="state refused"' in page
    told = re.search(r'id="train">.*?</li>\n</ul></div>', page, re.S)[0]
    assert re.search(r"<b>Counts</b>: Refusal – Signal of the browser", told)
    assert re.search(r"Does not count: Consent – switch of the app", told)
    assert "La plus protectrice" in client.get("/?lang=fr").text
    built = served.world.build()
    assert failing(built.path, served.world.root) == {}
    subject, = served.world.ports.identities.subjects_for([("chat", "account", "user1")], create=False)
    assert Live(served.world.ports).standing(str(subject), "train").decision.reason == "objection"


def test_another_account_of_theirs_refuses(served):
    """Two linked accounts, one allows and one refuses: refused for both, and told as another account's."""
    world = served.world
    link_accounts(world.ports, ("chat", "user1"), ("chat", "user2"))
    says(served, "user1", "API")
    exercise(world.ports, Asked(kind="objection", account="user2", issuer="chat", how="API"))
    page = served.signed_in("user1").get("/").text
    assert 'class="state refused"' in page
    assert ", by another account of yours" in page


def test_a_later_choice_of_theirs_stands_and_is_told(served):
    """The signal came first, the person allows afterwards with the API: the permission counts for what follows, and both are told."""
    client = served.signed_in("user1")
    client.headers["sec-gpc"] = "1"
    client.get("/")
    says(served, "user1", "API")
    page = client.get("/").text
    assert re.search(r"<b>Counts</b>: Permission", page)
    assert re.search(r"Does not count: Refusal – Signal", page)


def test_nothing_is_told_where_nothing_differs(served):
    """One way, however often: no conflict; a picked conversation contradicts nothing."""
    says(served, "user1", "API", "objection")
    says(served, "user1", "API")
    exercise(served.world.ports, Asked(kind="objection", account="user1", issuer="chat", how="privacy centre",
                                       target={"level": "record", "record": "r"}))
    assert "different things" not in served.signed_in("user1").get("/").text
    assert differing(Live(served.world.ports), "") == {}
