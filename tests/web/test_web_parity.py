"""The public page on parity: channels by what the log holds, and nobody alone in a cell."""

import re
from datetime import timedelta

from pages import form_of
from world import NOW

from licit.usecases.commands import Asked, exercise, object_as_outsider
from licit.usecases.parity import channels


def objections(world, number, how="", days=0):
    """Enter some people's objections by one channel, received some days ago."""
    for one in range(number):
        exercise(world.ports, Asked(kind="objection", account=f"{how or 'letter'}{one}", issuer="chat", how=how,
                                    received_at=NOW - timedelta(days=days)))


def test_a_channel_has_its_number_and_its_median_delay(world):
    """Letters entered three days after receipt show three days; clicks of the same day show none."""
    objections(world, 5, days=3)
    objections(world, 6, "privacy centre")
    assert [(one.name, one.refusals, one.delay) for one in channels(world.ports)] == [
        ("privacy centre", 6, timedelta(0)), ("staff", 5, timedelta(days=3))]


def test_nobody_stands_alone_in_a_cell(world):
    """Channels with few refusals are counted together, and not at all where these are few too."""
    objections(world, 4, "privacy centre")
    assert channels(world.ports) == []
    object_as_outsider(world.ports, email=["lea.outside@example.org"])
    assert [(one.name, one.refusals) for one in channels(world.ports)] == [("", 5)]


def test_what_a_product_writes_of_its_channel_is_not_published(world):
    """A channel named freely, by a person's name for example, is another channel."""
    objections(world, 5, "letter of Léa Outremer")
    assert [one.name for one in channels(world.ports)] == ["another"]


def test_the_page_is_open_to_all_and_follows_the_log(served):
    """Anybody reads it, and the fifth click shows at once; each channel names its steps."""
    def cells():
        page = served.browser().get("/parity").text
        return re.findall(r"Privacy centre</th><td>([^<]+)</td><td>([^<]+)</td><td>([^<]+)</td>", page)
    for number in range(5):
        assert cells() == [("one click on the first page", "fewer than 5", "–")]
        client = served.signed_in(f"user{number}")
        client.post("/choices", data={"form": form_of(client.get("/")), "do": "refuse"})
    assert cells() == [("one click on the first page", "5", "at once (under a second)")]
