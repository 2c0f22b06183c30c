"""Keys: a new epoch finds all that older ones found; what rests on one key for ever says so."""

import pytest
from click.testing import CliRunner
from world import chat, failing, prose, reasons

from licit.core.errors import InputError, RefusedError
from licit.surfaces.cli import main
from licit.usecases.keys import FIXED, keys_of, rotate


def test_nobody_is_lost_by_a_rotation(world):
    """Objections made before and after a rotation reach chats that came before and after it.

    Law: CHO-22
    """
    world.take([chat("c1", "ada", prose("c1")), chat("c2", "bo", prose("c2"))])
    world.object("ada")
    assert rotate(world.ports, "lookup", "ines")[0] == "k2"
    world.take([chat("c3", "ada", prose("c3")), chat("c4", "bo", prose("c4")), chat("c5", "cy", prose("c5"))])
    world.object("bo")
    built = world.build()
    assert reasons(built) == {"objection": 4}
    assert failing(built.path, world.root) == {}


def test_an_outsider_is_matched_across_epochs(world):
    """Somebody who is no user and objected under an older epoch is matched in what is prepared under a newer, and back."""
    world.take([chat("c1", "ada", "Écrivez à lea@example.org. " + prose("c1")), chat("c2", "bo", prose("c2"))])
    world.space.object_as_outsider(email=["lea@example.org"])
    rotate(world.ports, "lookup", "ines")
    assert reasons(world.build()) == {"third-party-objection": 1}
    world.take([chat("c3", "cy", "Ou à max@example.org. " + prose("c3"))])
    before = world.build()
    rotate(world.ports, "lookup", "ines")
    world.space.object_as_outsider(email=["max@example.org"])
    (touched,) = [item for item in world.space.recall().touched if item.release == before.name]
    assert dict(touched.reasons) == {"third-party-objection": 1}


def test_a_rotation_says_who(world):
    """A rotation is an entry of the log with a name; without one nothing happens."""
    with pytest.raises(InputError, match="--by"):
        rotate(world.ports, "lookup", " ")
    _, seq = rotate(world.ports, "audit", "ines")
    (entry,) = world.ports.log.entries(kinds=("key",))
    assert (entry.seq, dict(entry.decision)) == (seq, {"use": "audit", "epoch": "k2", "by": "ines"})
    assert {key.use: key.epochs for key in keys_of(world.ports)} == {
        "lookup": 1, "audit": 2, "records": 1, "order": 1, "stand-in": 1, "signing": 1}


@pytest.mark.parametrize("use", sorted(FIXED))
def test_what_rests_on_a_key_keeps_it(world, use):
    """A key on which ids, order, stand-ins or signatures rest is not rotated, and the reason is given."""
    with pytest.raises(RefusedError, match="cannot be rotated"):
        rotate(world.ports, use, "ines")
    assert not list(world.ports.log.entries(kinds=("key",)))


def test_no_key_is_shown(world):
    """The commands name keys and never print one."""
    said = "".join(CliRunner().invoke(main, [*argv, "--workspace", str(world.root)], catch_exceptions=False).output
                   for argv in (["keys", "list"], ["keys", "list", "--json"], ["keys", "rotate", "lookup", "--by", "ines"],
                                ["keys", "list"]))
    assert "k2" in said
    for use in ("lookup", "audit", "records", "order", "stand-in"):
        assert all(key.hex() not in said for key in world.ports.keys.epochs(use).values())
