"""Backups: whole or not at all, refused when one byte is wrong; what was refused and erased since stays so when restored."""

import shutil
import sqlite3
import threading
import time
from contextlib import closing

import pytest
from click.testing import CliRunner
from world import PLANTED, World, chat, copied, failing, kept, people_chats, places_of, reasons

from licit.core.errors import EvidenceError, InputError, LicitError, RefusedError, SetupError, UnavailableError
from licit.surfaces.cli.web import web_command
from licit.surfaces.loader import open_release
from licit.usecases import backup, proofs
from licit.usecases.alone import alone, storing
from licit.usecases.backup import LIST, back_up, prune, read_list, record_gone
from licit.usecases.erase import carry_out
from licit.usecases.restore import Order, accept_lost
from licit.usecases.schedule import backup_duties, backups_at
from licit.wiring import init_workspace, open_visits, open_workspace, restore_workspace


@pytest.fixture(scope="module")
def backed_up(planted_world, tmp_path_factory):
    """The full world with one more chat of ``user1`` that holds the planted words, released, then backed up beside it."""
    world = copied(planted_world, tmp_path_factory.mktemp("backed") / "w")
    back_up(world.ports, world.root.parent / "monday")
    return world


@pytest.fixture
def planted(backed_up, tmp_path):
    """That world and its backup ``monday``, to be used up; nothing else lies beside them."""
    shutil.copytree(backed_up.root.parent / "monday", tmp_path / "p/monday")
    return copied(backed_up, tmp_path / "p/w")


def restored(world: World, name: str = "again", backup: str = "monday", **more) -> tuple:
    """Restore a backup beside a world, with the keys that the world has now."""
    root = world.root.parent
    done = restore_workspace(Order(backup=root / backup, keys=world.root / "keys", target=root / name, **more),
                             clock=world.clock)
    return done, World(root / name, world.clock)


def accepted(world: World, name: str = "again", **more) -> tuple:
    """Restore and accept what is lost."""
    return restored(world, name, by="the officer", why="the disk is gone", **more)


def behind(space, *calls):
    """Insist that each call is refused because the log lacks entries."""
    for call in calls:
        with pytest.raises(EvidenceError, match="log-behind"):
            call(space)


def test_a_backup_taken_back_is_the_same_workspace(planted):
    """With nothing recorded since, a restored backup answers at once, and its releases and builds are the same."""
    done, again = restored(planted)
    assert (done.pending, done.again, done.erased, done.had) == (False, 0, 0, done.entries)
    assert again.ports.log.head() == planted.ports.log.head()
    assert failing(again.root / "releases/release-2", again.root) == {}
    assert kept(again.build()) == kept(planted.build())


def test_a_backup_holds_no_key(planted):
    """A backup holds no key, and nothing that only a running command needs."""
    folder = planted.root.parent / "monday"
    secrets = [planted.ports.keys.secret("lookup").hex(), (planted.root / "keys/signing.pem").read_text()[30:60]]
    assert not [place for secret in secrets for place in places_of(secret, folder)]
    assert not (folder / "keys").exists()
    assert not list(folder.rglob(".*"))
    assert folder.stat().st_mode & 0o077 == 0


def test_no_byte_comes_back(planted):
    """After an erasure a restored older backup holds the words nowhere, and its live releases hold their claims.

    Law: RGT-07
    """
    planted.object("user1", "erasure")
    carry_out(planted.ports)
    assert places_of(PLANTED, planted.root.parent / "monday")
    done, again = accepted(planted)
    assert (done.erased, len(done.patches)) == (4, 2)
    assert places_of(PLANTED, again.root) == []
    for name in done.patches:
        assert failing(again.root / "releases" / name, again.root) == {}
    assert reasons(again.build()) == {}


def test_no_byte_comes_back_unaccepted(planted):
    """The words are gone from the restored copy before anybody accepts anything; a later acceptance needs no more work."""
    planted.object("user1", "erasure")
    done, again = restored(planted)
    assert done.pending
    assert places_of(PLANTED, again.root) == []
    accept_lost(open_workspace(again.root, restoring=True, clock=again.clock), "the officer", "the disk is gone")
    assert kept(World(again.root, again.clock).build())


def test_an_erasure_of_a_linked_account_is_carried_out_again(planted):
    """A link recorded after the backup takes the linked account's words from the restored copy as well."""
    planted.object("other", "erasure", issuer="elsewhere")
    planted.space.ports.enter("link", {"with": planted.ports.identities.subjects_for(
        [("chat", "account", "user1")], create=False)[0]}, subject=planted.ports.identities.subjects_for(
            [("elsewhere", "account", "other")], create=False)[0])
    carry_out(planted.ports)
    _, again = accepted(planted)
    assert places_of(PLANTED, again.root) == []


def test_an_objection_since_counts_in_the_restored_workspace(planted):
    """What was refused after the backup is refused in what is restored from it, also by people it did not know yet."""
    planted.object("user0")
    planted.object("zoe")
    _, again = accepted(planted)
    again.take([chat("late", "zoe", "Bonjour, je voudrais savoir comment ranger le jardin et la lampe ce soir.")])
    assert reasons(again.build())["objection"] == 4


def test_an_older_database_copied_back_is_recognised(planted):
    """A database copied back by hand is refused by all that builds, records, answers or hands out, and so says what to do."""
    with closing(sqlite3.connect(planted.root / "licit.db")) as db, closing(sqlite3.connect(planted.root / "old.db")) as old:
        db.backup(old)
    planted.object("user0")
    for path in planted.root.glob("licit.db*"):
        path.unlink()
    (planted.root / "old.db").rename(planted.root / "licit.db")
    again = World(planted.root, planted.clock)
    behind(again, lambda w: w.build(), lambda w: w.space.build({}, dry_run=True), lambda w: w.take(people_chats(1, 1)),
           lambda w: w.space.patch("release-2"), lambda w: proofs.lease(w.ports, "release-2"), lambda w: w.space.recall(),
           lambda w: open_release(w.root / "releases/release-2"), lambda w: w.object("user0"),
           lambda w: carry_out(w.ports), lambda w: back_up(w.ports, w.root.parent / "b"),
           lambda w: accept_lost(open_workspace(w.root, restoring=True), "the officer", "no reason"))
    assert not (planted.root.parent / "b").exists()


def test_an_older_database_that_grew_again_is_recognised(planted):
    """An older database stays recognised when entries of its own made it longer than the log has been."""
    shutil.copytree(planted.root, planted.root.parent / "twin")
    twin = World(planted.root.parent / "twin", planted.clock)
    planted.object("user0")
    for _ in range(4):
        twin.object("user2")
    for path in planted.root.glob("licit.db*"):
        path.unlink()
    with closing(sqlite3.connect(twin.root / "licit.db")) as db, closing(sqlite3.connect(planted.root / "licit.db")) as new:
        db.backup(new)
    behind(World(planted.root, planted.clock), lambda w: w.build(), lambda w: w.object("user0"))


def test_a_loss_nobody_accepted_stops_everything(planted):
    """A restored workspace that lacks entries answers nothing until the loss is accepted; then every release shows it."""
    planted.space.add_source("new", ground="own", by="ines")
    _, again = restored(planted)
    behind(again, lambda w: w.build(), lambda w: w.take(people_chats(1, 1)), lambda w: w.space.patch("release-2"),
           lambda w: open_release(w.root / "releases/release-2"), lambda w: proofs.lease(w.ports, "release-2"))
    with pytest.raises(InputError, match="--by"):
        accept_lost(open_workspace(again.root, restoring=True), "", "")
    accept_lost(open_workspace(again.root, restoring=True, clock=again.clock), "the officer", "the disk is gone")
    again = World(again.root, again.clock)
    built = again.build()
    assert built.lock["plan"]["accepted"] == ["accept_lost_entries"]
    assert failing(built.path, again.root) == {}
    again.object("user0")
    patched = again.space.patch("release-2")
    assert "accept_lost_entries" in (again.root / "releases" / patched.name / "manifest.json").read_text()
    assert "accept_lost_entries" in (again.root / "releases" / patched.name / "evidence/report.html").read_text()


def test_a_newer_database_is_entered_again(planted):
    """With the newer database at hand nothing that decides is lost, and nobody need accept anything."""
    planted.license("more")
    planted.object("user0")
    planted.object("user3", "erasure")
    carry_out(planted.ports)
    done, again = restored(planted, newer=planted.root / "licit.db")
    assert not done.pending
    again.take([chat("m", "mia", "Bonjour, je voudrais savoir comment ranger le jardin et la lampe ce soir.")], source="more")
    built = again.build()
    assert reasons(built)["objection"] == 3
    assert again.record("m", "mia", "more") in {record for record, _ in kept(built)}
    assert len(backups_at(again.ports.log)) == 1


def test_a_newer_database_of_another_workspace_is_refused(planted, fresh_copy, tmp_path):
    """A database that never continued the backup's log is not entered again, however long it is."""
    planted.object("user0")
    other = fresh_copy()
    for number in range(12):
        other.object(f"x{number}")
    with pytest.raises(EvidenceError, match="log-behind"):
        restored(planted, newer=other.root / "licit.db")
    assert not (planted.root.parent / "again").exists()


def test_restoring_twice_loses_nothing(planted):
    """A second restore, from the older backup and with the keys of the first, still knows every refusal."""
    planted.object("user0")
    _, first = accepted(planted, "first")
    first.object("user2")
    _, second = accepted(first, "second")
    assert reasons(second.build())["objection"] == 6


@pytest.mark.parametrize("wanted", ["shards/*.parquet", "licit.db", "plan.toml", "releases/*/manifest.json"])
def test_a_flipped_byte_is_refused_and_named(planted, wanted):
    """A backup of which one byte changed, or one file is gone, is refused, the file is named, and nothing is restored."""
    folder = planted.root.parent / "monday"
    file = sorted(folder.glob(wanted))[0]
    data, name = bytearray(file.read_bytes()), file.relative_to(folder).as_posix()
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(EvidenceError, match=f"{name} is altered"):
        restored(planted)
    file.unlink()
    with pytest.raises(EvidenceError, match=f"{name} is missing"):
        restored(planted)
    assert sorted(path.name for path in planted.root.parent.iterdir()) == ["monday", "w"]


def test_a_changed_list_is_refused(planted, fresh_copy):
    """A list that somebody changed to fit, or that belongs to other keys, is no list."""
    other = init_workspace(planted.root.parent / "other")
    with pytest.raises(EvidenceError, match="another workspace"):
        restored(World(other))
    file = planted.root.parent / "monday" / LIST
    file.write_bytes(file.read_bytes().replace(b'"size":', b'"size":1', 1))
    with pytest.raises(EvidenceError, match="list was changed"):
        restored(planted)


def test_what_failed_leaves_nothing(planted, monkeypatch):
    """A backup or a restore that fails leaves no file, no key and no word behind, and no backup on the list."""
    (planted.root / "keys/high-water.jsonl").rename(planted.root / "high-water.jsonl")
    with pytest.raises(SetupError, match="newest copy of keys"):
        restored(planted)
    (planted.root / "high-water.jsonl").rename(planted.root / "keys/high-water.jsonl")
    monkeypatch.setattr(backup, "sync_tree", lambda folder: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        back_up(planted.ports, planted.root.parent / "tuesday")
    assert sorted(path.name for path in planted.root.parent.iterdir()) == ["monday", "w"]
    assert [kept.name for kept in backups_at(planted.ports.log)] == ["monday"]


def test_modes_come_back(planted):
    """What only its owner could read, only its owner can read again."""
    restored(planted)
    root = planted.root.parent / "again"
    open_to_others = [path.name for path in [root, root / "licit.db", root / "keys/signing.pem", root / "keys/secrets.json",
                                             root / "keys/high-water.jsonl"] if path.stat().st_mode & 0o077]
    assert open_to_others == []


def test_a_backup_without_its_list_is_none(planted):
    """What has no list is no backup, whatever else it holds."""
    (planted.root.parent / "monday" / LIST).unlink()
    with pytest.raises(InputError, match="no whole backup"):
        restored(planted)


def test_nothing_is_written_over(planted):
    """Neither a backup nor a workspace is ever written over something."""
    for target in ("monday", "w"):
        with pytest.raises(RefusedError):
            back_up(planted.ports, planted.root.parent / target)
        with pytest.raises(RefusedError):
            restored(planted, target)
    with pytest.raises(RefusedError, match="lost with it"):
        back_up(planted.ports, planted.root / "releases/monday")


def test_the_same_command_knows_its_own_backup(planted, monkeypatch):
    """Cut short after the backup got its name, the same command gives that backup, once; later it is somebody else's name."""
    target = planted.root.parent / "tuesday"
    monkeypatch.setattr(backup, "sync_folder", lambda folder: folder != target.parent or 1 // 0)
    with pytest.raises(ZeroDivisionError):
        back_up(planted.ports, target)
    monkeypatch.undo()
    made = back_up(planted.ports, target)
    assert (made.path, made.entries) == (str(target), planted.ports.log.head()[0])
    assert [kept.name for kept in backups_at(planted.ports.log)] == ["monday", "tuesday"]
    with pytest.raises(RefusedError, match="never written over"):
        back_up(planted.ports, target)
    assert not list((planted.root / "state").glob(".backup"))


def test_a_backup_of_before_is_not_given_as_one_of_now(planted, monkeypatch):
    """Where the log went on after the cut, the whole backup is left alone and the caller is told that it is older."""
    target = planted.root.parent / "tuesday"
    monkeypatch.setattr(backup, "sync_folder", lambda folder: folder != target.parent or 1 // 0)
    with pytest.raises(ZeroDivisionError):
        back_up(planted.ports, target)
    monkeypatch.undo()
    planted.object("user1")
    with pytest.raises(RefusedError, match="the log went on since"):
        back_up(planted.ports, target)
    with pytest.raises(RefusedError, match="never written over"):
        back_up(planted.ports, target)


def test_a_link_in_the_workspace_is_refused(planted, tmp_path):
    """What stands elsewhere is not in a backup, so a link is an error, not a file left out."""
    (planted.root / "state").rename(tmp_path / "state")
    (planted.root / "state").symlink_to(tmp_path / "state")
    with pytest.raises(SetupError, match="no plain file"):
        back_up(planted.ports, planted.root.parent / "tuesday")


def test_a_backup_is_of_one_moment(planted):
    """While others append, a backup's log is whole: it restores, and it holds the objections recorded before it began."""
    stop, errors = threading.Event(), []

    def append() -> None:
        space = World(planted.root, planted.clock)
        for number in range(10_000):
            try:
                space.object(f"person {number}", issuer="chat")
            except LicitError as error:
                errors.append(error)
            if stop.is_set():
                return

    other = threading.Thread(target=append)
    other.start()
    try:
        made = back_up(planted.ports, planted.root.parent / "tuesday")
    finally:
        stop.set()
        other.join()
    assert errors == []
    done, again = accepted(planted, backup="tuesday")
    assert made.entries <= done.entries <= done.had
    assert again.ports.identities.check() > 4
    assert planted.ports.log.head()[0] == done.had
    known = {entry.subject for entry in again.ports.log.entries(kinds=("objection",))}
    assert known == {entry.subject for entry in planted.ports.log.entries(kinds=("objection",))}


def test_a_backup_waits_for_no_build(planted):
    """While a build is at work a backup is told to wait, and leaves nothing."""
    with alone(planted.ports), pytest.raises(UnavailableError):
        back_up(planted.ports, planted.root.parent / "tuesday")
    assert not (planted.root.parent / "tuesday").exists()


def test_a_backup_waits_for_a_shard_being_stored(planted):
    """The database is copied between shards, never while an import has written one and not logged it yet."""
    held, storing_now, copied_while = threading.Event(), threading.Event(), []
    copy_log = planted.ports.copy_log
    ports = planted.swap(copy_log=lambda path: (copied_while.append(storing_now.is_set()), copy_log(path)))

    def store() -> None:
        with storing(ports):
            storing_now.set()
            held.set()
            time.sleep(0.5)
            storing_now.clear()

    other = threading.Thread(target=store)
    other.start()
    held.wait()
    back_up(ports, planted.root.parent / "tuesday")
    other.join()
    assert copied_while == [False]


def test_unchanged_files_are_shared(planted):
    """A backup like an earlier one shares its unchanged files, copies those that changed, and restores by itself."""
    first = planted.root.parent / "monday"
    planted.take(people_chats(5, 4))
    (first / "plan.toml").write_text("damaged")
    made = back_up(planted.ports, planted.root.parent / "tuesday", like=first)
    assert 10 < made.linked < made.files - 2
    assert (planted.root.parent / "tuesday/plan.toml").read_text() == (planted.root / "plan.toml").read_text()
    shutil.rmtree(first)
    assert not restored(planted, backup="tuesday")[0].pending


def test_an_older_backup_is_due_and_is_removed(planted):
    """A backup begun before an erasure must go within a month; once a later one is there it is removed, and that is recorded.

    Law: RGT-07
    """
    assert list(backup_duties(planted.ports.log)) == []
    planted.object("user1", "erasure")
    carry_out(planted.ports)
    (duty,) = backup_duties(planted.ports.log)
    assert planted.space.recall().duties == (duty,)
    assert (duty.due, duty.about.split()[0]) == ("2026-04-01", "monday")
    root = planted.root.parent
    with pytest.raises(RefusedError, match="no later backup"):
        prune(planted.ports, root / "monday")
    back_up(planted.ports, root / "tuesday", like=root / "monday")
    assert places_of(PLANTED, root / "tuesday") == []
    prune(planted.ports, root / "monday")
    assert not (root / "monday").exists()
    assert list(backup_duties(planted.ports.log)) == []
    assert [kept.name for kept in backups_at(planted.ports.log)] == ["tuesday"]


def test_an_erasure_carried_out_later_counts_against_the_backup(planted):
    """A backup made between the entry of an erasure and its carrying out holds the words, and must go."""
    planted.object("user1", "erasure")
    root = planted.root.parent
    back_up(planted.ports, root / "tuesday")
    prune(planted.ports, root / "monday")
    assert list(backup_duties(planted.ports.log)) == []
    carry_out(planted.ports)
    assert [duty.due for duty in backup_duties(planted.ports.log)] == ["2026-04-01"]
    made = read_list(root / "tuesday", planted.ports.keys)
    shutil.rmtree(root / "tuesday")
    record_gone(planted.ports, made.id, "the officer")
    assert list(backup_duties(planted.ports.log)) == []


def test_what_the_server_keeps_comes_back_without_anybodys_session(planted):
    """API keys, accounts of staff and issuers' public keys are in the backup; who was signed in is not, nor their bytes.

    A key and an account that were removed since the backup come back, and open nothing unless somebody confirms them.
    """
    visits = open_visits(planted.root)
    key = visits.add_key("product", ["standing"])
    visits.staff.add_signed_on("Ines Morel", "officer", "u-ines")
    visits.staff.begin("staff", "Ines Morel", "officer", planted.clock.now())
    visits.begin("a secret of twenty letters", "subject-of-nobody", "account", planted.clock.now())
    (planted.root / "chat.jwks.json").write_text('{"keys": []}')
    back_up(planted.ports, planted.root.parent / "tuesday")
    visits.remove_key("product")
    visits.staff.remove("Ines Morel")
    back, again = restored(planted, backup="tuesday")
    kept_visits = open_visits(again.root)
    assert back.waiting == 2
    assert (kept_visits.scopes(key), kept_visits.staff.signed_on("u-ines", "")) == (None, None)
    kept_visits.staff.begin("staff", "Ines Morel", "officer", planted.clock.now())
    assert kept_visits.staff.who("staff", planted.clock.now()) is None
    assert (kept_visits.waiting(), kept_visits.staff.waiting()) == ({"product"}, {"Ines Morel"})
    asked = ["--workspace", str(again.root)]
    for what, name in (("key", "product"), ("staff", "Ines Morel")):
        assert "waits to be confirmed" in CliRunner().invoke(web_command, [what, "list", *asked]).output
        assert CliRunner().invoke(web_command, [what, "confirm", name, *asked]).exit_code == 0
        assert CliRunner().invoke(web_command, [what, "confirm", name, *asked]).exit_code != 0
    assert kept_visits.scopes(key) == {"standing"}
    assert kept_visits.staff.signed_on("u-ines", "") == ("Ines Morel", "officer")
    assert kept_visits.staff.accounts() == {"Ines Morel": "officer"}
    assert kept_visits.who("a secret of twenty letters", planted.clock.now()) is None
    assert (again.root / "chat.jwks.json").read_text() == '{"keys": []}'
    assert (again.root / "web.db").stat().st_mode & 0o077 == 0
    assert places_of("subject-of-nobody", planted.root.parent / "tuesday") == []
