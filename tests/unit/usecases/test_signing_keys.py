"""Signing keys: a new one follows, what was signed before still holds, and nothing that a retired key signs later does."""

import copy
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from world import World, chat, copied, moved, prose

from licit.core.errors import EvidenceError, InputError, SetupError
from licit.core.ids import canonical_json
from licit.core.keychain import Link
from licit.surfaces.cli import main
from licit.surfaces.loader import open_release
from licit.usecases.commands import receipt
from licit.usecases.keys import chain_of, keys_of, rotate_signing
from licit.usecases.proofs import lease, prove
from licit_verify import verify
from licit_verify.keychain import read_chain, read_list
from licit_verify.report import Fault

LOG = "licit.example/acme"


def results(path, *claims, key=None, keys=None, **more):
    """Give the results of some claims of a check."""
    report = verify(Path(path), key=(key, keys) if keys else key, now=datetime(2030, 1, 1, tzinfo=UTC), **more)
    return [report.result(claim).result for claim in claims]


def listed(world, path):
    """Write the list of the log's keys."""
    path.write_bytes(canonical_json(chain_of(world.ports)) + b"\n")
    return path


@pytest.fixture(scope="module")
def rotated_world(empty_world, tmp_path_factory):
    """A company with a release before and one after its signing key was followed by another; receipts of both times."""
    world = copied(empty_world, tmp_path_factory.mktemp("rotated") / "w")
    world.take([chat("c1", "ada", prose("c1")), chat("c2", "bo", prose("c2"))])
    world.object("cy")
    world.first, world.before = world.ports.signer.public_key(), world.build()
    seq = world.ports.log.head()[0] - 1
    world.early = receipt(world.ports, seq)
    world.clock.advance(days=1)
    assert rotate_signing(world.ports, "ines", why="yearly")[0] == "k2"
    world.second = world.ports.signer.public_key()
    world.clock.advance(days=1)
    world.take([chat("c3", "eve", prose("c3"))])
    world.after = world.build()
    return world


@pytest.fixture
def rotated(rotated_world, tmp_path):
    """A copy of it, with the list of its keys."""
    world = copied(rotated_world, tmp_path / "w")
    for name in ("first", "second", "early"):
        setattr(world, name, getattr(rotated_world, name))
    for name in ("before", "after"):
        setattr(world, name, moved(getattr(rotated_world, name), world))
    world.keys = listed(world, tmp_path / "keys.json")
    return world


def test_releases_of_both_keys_hold(rotated):
    """What was signed before a rotation holds, what is signed after it holds, and each names its own key.

    Law: REL-03
    """
    assert rotated.first != rotated.second
    for built, key in ((rotated.before, rotated.first), (rotated.after, rotated.second)):
        report = verify(Path(built.path), key=key, auditor=rotated.root, now=rotated.clock.at)
        assert report.exit_code == 0, report.to_json()
        assert json.loads((rotated.root / built.path / "manifest.json").read_bytes())["signer"]["key"] == key.hex()


def test_who_pinned_the_old_key_follows_to_the_new(rotated):
    """The release itself shows how the pinned key handed over, and says so; a stranger's key gets nowhere."""
    report = verify(Path(rotated.after.path), key=rotated.first, now=rotated.clock.at)
    assert report.exit_code == 0
    assert "which the pinned key vouches for" in report.result("signed").detail
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert results(rotated.after.path, "signed", "files-intact", key=stranger) == ["fails", "fails"]


def test_who_pinned_the_new_key_needs_the_list_for_old_releases(rotated):
    """An old release cannot know its signer's successor: without the list of keys the pin fails, with it it holds."""
    assert results(rotated.before.path, "signed", key=rotated.second) == ["fails"]
    assert results(rotated.before.path, "signed", "files-intact", key=rotated.second, keys=rotated.keys) == ["holds", "holds"]


def test_a_release_signed_by_a_retired_key_fails(rotated):
    """The old key used after its retirement gives a release that fails its own check, an auditor's and one with the list."""
    old = rotated.ports.signer.of(rotated.first.hex())
    rotated.ports.signer.current = lambda: old
    rotated.take([chat("c4", "flo", prose("c4"))])
    with pytest.raises(EvidenceError, match="fails its own check: log-whole"):
        rotated.build()
    late = max((rotated.root / "releases").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert results(late, "log-whole", auditor=rotated.root) == ["fails"]
    assert results(late, "signed", key=rotated.first, keys=rotated.keys) == ["fails"]
    assert results(late, "signed", key=rotated.second, keys=rotated.keys) == ["fails"]


def test_a_key_that_was_given_away_counts_for_nothing_since(world, tmp_path):
    """With a date since which the key is not trusted, what it closed later fails with the list, what it closed earlier holds."""
    world.take([chat("c1", "ada", prose("c1"))])
    early = world.build()
    world.clock.advance(days=10)
    world.take([chat("c2", "bo", prose("c2"))])
    late = world.build()
    world.clock.advance(days=10)
    rotate_signing(world.ports, "ines", since=world.clock.at - timedelta(days=15))
    new, keys = world.ports.signer.public_key(), listed(world, tmp_path / "keys.json")
    assert results(early.path, "signed", key=new, keys=keys) == ["holds"]
    assert results(late.path, "signed", key=new, keys=keys) == ["fails"]


def test_a_lost_key_vouches_for_nobody(world):
    """Where the old key could not sign, whoever pinned it is not led on, and the new key must be pinned anew."""
    world.take([chat("c1", "ada", prose("c1"))])
    first = world.ports.signer.public_key()
    rotate_signing(world.ports, "ines", lost=True)
    built = world.build()
    assert results(built.path, "signed", key=first) == ["fails"]
    assert results(built.path, "signed", "log-whole", key=world.ports.signer.public_key(), auditor=world.root) == ["holds", "holds"]


def test_receipts_of_both_keys_are_genuine_for_both_releases(rotated, tmp_path):
    """A receipt names its key and is checked under it, older or newer than the release's; an old key's late one is refused."""
    late = receipt(rotated.ports, rotated.ports.log.head()[0] - 1)
    assert late["signatures"][0]["keyid"] != rotated.early["signatures"][0]["keyid"]
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(rotated.early))
    assert results(rotated.after.path, "receipt-genuine", receipt=file) == ["holds"]
    file.write_text(json.dumps(late))
    assert results(rotated.after.path, "receipt-genuine", receipt=file) == ["holds"]
    assert results(rotated.before.path, "receipt-genuine", receipt=file) == ["fails"]
    rotated.object("ada")
    (ada,) = rotated.ports.identities.subjects_for([("chat", "account", "ada")], create=False)
    made = receipt(rotated.ports, rotated.ports.log.head()[0] - 1, ada)
    file.write_text(json.dumps(prove(rotated.ports, made, rotated.before.name)))
    assert results(rotated.before.path, "receipt-genuine", receipt=file) == ["holds"]
    old = rotated.ports.signer.of(rotated.first.hex())
    rotated.ports.signer.current = lambda: old
    file.write_text(json.dumps(receipt(rotated.ports, rotated.ports.log.head()[0] - 1)))
    assert results(rotated.after.path, "receipt-genuine", receipt=file) == ["fails"]


def test_a_lease_of_the_new_key_serves_an_old_release(rotated, tmp_path):
    """A lease signed after a rotation opens a release signed before it; one under a stranger's chain does not."""
    shutil.copytree(rotated.before.path, tmp_path / "away" / rotated.before.name)
    word = lease(rotated.ports, rotated.before.name)
    (tmp_path / "lease.json").write_text(json.dumps(word))
    assert len(open_release(tmp_path / "away" / rotated.before.name, lease=tmp_path / "lease.json", clock=rotated.clock))


def swapped(manifest):
    """Exchange the signer's key."""
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    manifest["signer"]["key"] = key.hex()


@pytest.mark.parametrize("attack", [
    swapped, lambda m: m["signer"].pop("chain"), lambda m: m["signer"]["chain"].append(m["signer"]["chain"][0]),
    lambda m: m["signer"]["chain"][0]["body"].update(seq=0), lambda m: m["signer"]["chain"][0].update(new="00" * 64)])
def test_a_manifest_with_another_key_or_chain_fails(rotated, attack):
    """A key or a chain changed in the manifest is noticed before any signature is believed."""
    path = rotated.root / rotated.after.path / "manifest.json"
    manifest = json.loads(path.read_bytes())
    attack(manifest)
    path.write_bytes(canonical_json(manifest) + b"\n")
    assert "fails" in results(rotated.after.path, "signed", key=rotated.first)
    assert results(rotated.after.path, "files-intact", key=rotated.first) == ["fails"]


def test_another_process_signs_with_the_new_key_at_once(world):
    """A workspace opened before a rotation signs with the new key after it: the log says which, not the process."""
    other = World(world.root, world.clock)
    before = other.ports.signer.key_id
    rotate_signing(world.ports, "ines")
    assert other.ports.signer.key_id == world.ports.signer.key_id != before


def test_a_key_file_that_no_link_names_signs_nothing(world):
    """A rotation cut short between key file and log leaves the old key in use, and can be made again."""
    before = world.ports.signer.key_id
    world.ports.signer.make()
    assert World(world.root, world.clock).ports.signer.key_id == before
    rotate_signing(world.ports, "ines")
    assert {key.use: key.epochs for key in keys_of(world.ports)}["signing"] == 2


def test_without_the_file_of_the_new_key_nothing_is_signed(world):
    """The old key does not step in for one whose file is gone."""
    rotate_signing(world.ports, "ines")
    for path in (world.root / "keys").glob("signing-*.pem"):
        path.unlink()
    with pytest.raises(SetupError, match="log names"):
        World(world.root, world.clock).ports.signer.sign(b"x")


def test_a_rotation_of_the_signing_key_names_somebody_and_a_past_moment(world):
    """Without a name, or with a moment to come, no key is made."""
    for more in ({"by": " "}, {"by": "ines", "since": world.clock.at + timedelta(days=1)}):
        with pytest.raises(InputError):
            rotate_signing(world.ports, **more)
    assert not list((world.root / "keys").glob("signing-*.pem"))


def test_the_command_rotates_and_writes_the_list(world, tmp_path):
    """The command rotates, shows no secret, and writes a list that checks by itself."""
    def run(*arguments):
        done = CliRunner().invoke(main, [*arguments, "--workspace", str(world.root)], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output
    said = run("keys", "rotate", "signing", "--by", "ines") + run("keys", "list") + run("keys", "chain", str(tmp_path / "k"))
    assert "PRIVATE" not in said
    assert read_list(tmp_path / "k").keys[-1] == world.ports.signer.public_key()


# --- chains by themselves ------------------------------------------------------------------------------------------

def chained(number):
    """Make keys, and the links from each to the next."""
    keys = [Ed25519PrivateKey.generate() for _ in range(number)]
    raw = [key.public_key().public_bytes_raw() for key in keys]
    links = []
    for place in range(1, number):
        link = Link(origin=LOG, number=place + 1, seq=10 * place, old=raw[place - 1], new=raw[place],
                    at=datetime(2026, 1, place, tzinfo=UTC))
        links.append(link.as_json(keys[place - 1].sign(link.message()), keys[place].sign(link.message())))
    return keys, raw, links


def forged(keys, raw, links):
    """Let a stranger's key follow the first, without the first key's hand."""
    link = Link(origin=LOG, number=2, seq=10, old=raw[0], new=raw[3], at=datetime(2026, 1, 1, tzinfo=UTC))
    return [link.as_json(keys[3].sign(link.message()), keys[3].sign(link.message()))]


ATTACKS = {
    "a link left out": lambda keys, raw, links: [links[0], links[2]],
    "the first left out": lambda keys, raw, links: links[1:],
    "two exchanged": lambda keys, raw, links: [links[1], links[0], links[2]],
    "one twice": lambda keys, raw, links: [links[0], links[0]],
    "a stranger's signature": forged,
    "no acceptance": lambda keys, raw, links: [{**links[0], "new": links[0]["old"]}],
    "no list": lambda keys, raw, links: {"0": links[0]},
    "a field more": lambda keys, raw, links: [{**links[0], "why": ""}]}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_chain_is_whole_and_signed_or_none(attack):
    """A chain that skips, repeats, reorders or forges a link is refused."""
    keys, raw, links = chained(4)
    assert read_chain(links, LOG, raw[3], "f").keys == tuple(raw)
    with pytest.raises(Fault):
        read_chain(ATTACKS[attack](keys, raw, copy.deepcopy(links)), LOG, None, "f")


def test_every_changed_value_of_a_link_is_noticed():
    """No value of a link can be changed, and no link serves another log."""
    _, _, links = chained(2)
    for name, value in links[0]["body"].items():
        bad = copy.deepcopy(links)
        bad[0]["body"][name] = value + 1 if isinstance(value, int) else "2026-01-02T00:00:00.000000Z"
        with pytest.raises(Fault):
            read_chain(bad, LOG, None, "f")
    with pytest.raises(Fault):
        read_chain(links, "licit.example/other", None, "f")


def test_trust_goes_on_by_the_hand_of_each_key():
    """A pinned key leads to those after it only through links that the old keys signed; a later key vouches for its past."""
    _, raw, links = chained(4)
    links[1]["old"] = ""
    chain = read_chain(links, LOG, raw[3], "f")
    assert [chain.leads(raw[a], raw[b]) for a, b in ((0, 1), (0, 2), (0, 3), (1, 2), (2, 3), (3, 0), (2, 1))] == [
        True, False, False, False, True, True, True]
    assert [chain.counts(raw[1], seq, "") for seq in (19, 20, 21)] == [True, False, False]
