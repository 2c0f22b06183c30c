"""What the gateway keeps: what the standing of its people allows, and not a byte beside."""

from world import PLANTED, places_of, prose

ANSWER = prose("the answer", 25)


def whole(root) -> dict:
    return {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file() and not path.name.startswith("web.db")}


def test_what_is_allowed_is_kept_and_released(gateway):
    """A chat of somebody whom nothing speaks against is kept under their account, and a build releases question and answer."""
    gateway.upstream.answer = ANSWER
    assert gateway.ask(f"{prose('new')} {PLANTED}").json()["choices"][0]["message"]["content"] == ANSWER
    assert gateway.counted(1) == {"kept": 1}
    gateway.world.clock.advance(days=31)  # the policy waits a month
    assert gateway.world.build().tally.released == 1
    assert places_of(PLANTED, gateway.world.root / "releases")
    assert places_of(ANSWER, gateway.world.root / "releases")


def test_under_a_refusal_the_chat_goes_on_and_no_byte_is_written(gateway):
    """Whoever objected is served as before, and nothing of theirs lies anywhere in the workspace.

    Law: CHO-04, CHO-18
    """
    gateway.upstream.answer = PLANTED
    gateway.world.object("user1")
    before = whole(gateway.world.root)
    assert gateway.ask(PLANTED).json()["choices"][0]["message"]["content"] == PLANTED
    assert gateway.counted(1) == {"objection": 1}
    assert whole(gateway.world.root) == before
    assert places_of(PLANTED, gateway.world.root) == []
