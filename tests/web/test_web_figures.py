"""The public page of figures: requests by kind with their delays, sets and models touched, and nobody alone in a number."""

from datetime import timedelta

import pytest
from world import NOW, chat, prose

from licit.usecases.cases import Taken, take
from licit.usecases.commands import Asked, exercise, object_as_outsider, register_downstream
from licit.usecases.figures import figures
from licit.usecases.live import Live


def asked(world, kind, number, days=0):
    """Enter some people's requests, received some days ago."""
    return [exercise(world.ports, Asked(kind=kind, account=f"{kind}{one}", issuer="chat", received_at=NOW - timedelta(days=days)))
            for one in range(number)]


def told(world):
    """Give the figures by kind."""
    return {one.name: one for one in figures(Live(world.ports)).kinds}


def test_a_kind_has_its_number_its_delays_and_what_is_overdue(world):
    """Refusals count when they are recorded, an access when it is answered; what stays open past its date is overdue.

    Law: FOL-08
    """
    asked(world, "objection", 3)
    asked(world, "objection", 2, days=3)
    live = Live(world.ports)
    requests = [entry.seq for _ in [asked(world, "access", 11)] for entry in world.ports.log.entries(kinds=("access",))]
    for days, entry in enumerate(requests[:5]):
        world.clock.advance(days=days)
        for what in ("searched", "answered"):
            take(live, Taken(request=entry, what=what, by="Ines Morel", role="officer"))
    found = told(world)["access"]
    assert (found.number, found.middle, found.worst, found.overdue) == (11, timedelta(days=3), timedelta(days=10), 0)
    found = told(world)["objection"]
    assert (found.number, found.middle, found.worst) == (5, timedelta(0), timedelta(days=3))
    world.clock.advance(days=30)
    assert told(world)["access"].overdue == 6


def test_nobody_stands_alone_in_a_figure(world):
    """Few of a kind are counted with others or not at all; few answers give no delay; few overdue are told as some, never as none.

    Law: FOL-08
    """
    asked(world, "objection", 4)
    assert told(world) == {}
    asked(world, "access", 1)
    assert {name: one.number for name, one in told(world).items()} == {"": 5}
    asked(world, "portability", 5)
    world.clock.advance(days=40)
    live = Live(world.ports)
    for entry in list(world.ports.log.entries(kinds=("portability",)))[:2]:
        for what in ("searched", "answered"):
            take(live, Taken(request=entry.seq, what=what, by="Ines Morel", role="officer"))
    found = told(world)
    assert (found["portability"].middle, found["portability"].worst, found["portability"].overdue) == (None, None, None)
    assert found[""].overdue is None
    plain = figures(live).as_json()
    assert [one["some_overdue"] for one in plain["requests"]] == [True, True]


@pytest.mark.parametrize("how", ["objection", "erasure", "outsider"])
def test_a_set_and_its_model_are_touched_until_a_patch_and_after(full, how):
    """A set that holds words of somebody who asked since waits for its patch, then counts as replaced; its model learnt from it.

    Law: FOL-08
    """
    name, others = "release-1", 0
    if how == "outsider":
        full.take([chat("out", "user8", prose("out") + " Écris à lea.outside@example.org demain.")])
        full.build()
        name, others = "release-2", 1
    register_downstream(full.ports, "run", {"id": "run-1", "releases": [name]})
    register_downstream(full.ports, "model", {"name": "petite-lueur-1", "run": "run-1", "next_retrain_due": "2026-06-01"})

    def counted():
        now = figures(Live(full.ports))
        return now.sets - others, now.replaced, now.waiting, now.models, now.models_touched
    full.object("user3", "access")
    assert counted() == (1, 0, 0, 1, 0)
    if how == "outsider":
        object_as_outsider(full.ports, email=["lea.outside@example.org"])
    else:
        full.object("user1", how)
    assert counted() == (1, 0, 1, 1, 1)
    full.space.patch(name)
    assert counted() == (2, 1, 0, 1, 1)


def test_the_page_and_its_json_are_open_to_all_and_say_the_same(shared):
    """Anybody reads both, from the first page on; a minute after the log grew they are counted anew; nobody's id is in them.

    Law: FOL-08
    """
    visitor = shared.browser()
    assert 'href="/figures"' in visitor.get("/").text
    assert 'href="/figures"' in visitor.get("/parity").text
    before = {one["kind"]: one["number"] for one in visitor.get("/figures.json").json()["requests"]}
    asked(shared.world, "restriction", 6)
    shared.world.clock.advance(minutes=1)
    after = visitor.get("/figures.json").json()
    assert {one["kind"]: one["number"] for one in after["requests"]}["restriction"] == before.get("restriction", 0) + 6
    for language, name in (("en", "Freeze"), ("fr", "Gel")):
        page = visitor.get("/figures", params={"lang": language}).text
        assert f'<tr><th scope="row">{name}</th><td>6</td>' in page
    subjects = {str(entry.subject) for entry in shared.world.ports.log.entries(kinds=("restriction",))}
    assert not any(subject in page or subject in str(after) for subject in subjects)
