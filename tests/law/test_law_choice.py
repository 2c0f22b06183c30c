"""Choice, objection and consent: what the law table's first family asks, tried on whole workspaces."""

import inspect
import json
import shutil
import sqlite3
from collections import Counter
from contextlib import closing

import pytest
from click.testing import CliRunner
from world import (
    POLICY,
    World,
    chat,
    copied,
    kept,
    make,
    people_chats,
    places_of,
    prose,
    reasons,
    released_records,
)

from licit.adapters.database import purge
from licit.adapters.log_rows import rows_for, write
from licit.core.errors import InputError
from licit.core.ids import SubjectId
from licit.core.notes import moment
from licit.core.policy import PURPOSES
from licit.core.ports import NewEntry
from licit.surfaces.cli import main
from licit.surfaces.cli.rights import rights_command
from licit.usecases.commands import Asked, exercise, object_as_outsider
from licit.usecases.queries import recall

REFUSING = ("object", "withdraw", "restrict", "erase", "access", "port")


def asked_for(verb: str) -> set[str]:
    """Give the options that a right cannot be exercised without."""
    command = rights_command.commands[verb]
    return {parameter.name for parameter in command.params if parameter.required}


# --- CHO-03, CHO-15: nothing is asked of who refuses ---------------------------------------------------------------


@pytest.mark.parametrize("verb", REFUSING)
def test_refusing_asks_for_the_account_and_nothing_else(full, verb):
    """An objection, like every refusal, is complete with the account or the device: no reason, no document, no fee.

    Law: CHO-03
    """
    assert asked_for(verb) == set()
    names = {parameter.name for parameter in rights_command.commands[verb].params}
    assert not names & {"reason", "why", "fee", "payment", "price", "document", "identity", "passport", "tier"}
    said = CliRunner().invoke(main, ["rights", verb, "--subject", "user1", "--workspace", str(full.root)],
                              catch_exceptions=False)
    assert said.exit_code == 0, said.output
    required = {name for name, field in inspect.signature(Asked).parameters.items() if field.default is field.empty}
    assert required == {"kind"}
    with pytest.raises(InputError, match="nobody is named"):
        exercise(full.ports, Asked(kind="objection", issuer="chat"))


def test_everybody_objects_alike(world):
    """Whoever pays, does not pay or is logged out objects by the same command, in as many words, with the same effect at once.

    Law: CHO-02
    """
    plans = {"payer": "enterprise", "free": "free", "student": "edu"}
    world.take([chat(f"c-{name}", name, prose(name), plan=plan, tier=plan) for name, plan in plans.items()])
    logged_out = {**chat("c-device", "", prose("device")), "device": "dev-1"}
    del logged_out["account"]
    world.take([logged_out], subject_field="", device_field="device")
    assert world.build().tally.released == 4
    ways = [["--subject", name] for name in plans] + [["--device", "dev-1"]]
    for number, way in enumerate(ways, 1):
        ran = CliRunner().invoke(main, ["rights", "object", *way, "--workspace", str(world.root)], catch_exceptions=False)
        assert ran.exit_code == 0, ran.output
        assert reasons(world.space.build({}, dry_run=True)) == {"objection": number}
    assert len({len(way) for way in ways}) == 1


def test_withdrawing_takes_no_more_than_consenting(tmp_path):
    """Consent is withdrawn in the same place, with no option that giving it did not need, and counts at once.

    Law: CHO-15
    """
    assert asked_for("withdraw") <= asked_for("consent")
    world = make(tmp_path / "w", policy={"period": [{"purpose": "train", "basis": "consent", "starts": "2025-01-01"}]})
    world.take([chat("c", "u", prose("c"))])
    consent = ["rights", "consent", "--subject", "u", "--issuer", "chat", "--purpose", "train", "--notice", "n-1",
               "--wording", "w-1", "--how", "a switch", "--received", "2025-01-02", "--workspace", str(world.root)]
    assert CliRunner().invoke(main, consent).exit_code == 0
    assert world.build().tally.released == 1
    withdrawal = ["rights", "withdraw", "--subject", "u", "--issuer", "chat", "--workspace", str(world.root)]
    assert len(withdrawal) < len(consent)
    assert CliRunner().invoke(main, withdrawal).exit_code == 0
    assert reasons(world.build()) == {"consent-withdrawn": 1}


# --- CHO-05: a log that cannot be trusted stops the build ----------------------------------------------------------


def altered(*statements: str):
    """Give an attack on the database by somebody who has the file: guards are dropped, statements run, guards put back."""
    def attack(world: World) -> None:
        with closing(sqlite3.connect(world.root / "licit.db")) as base, base:
            base.execute("PRAGMA foreign_keys=OFF")
            guards = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in guards:
                base.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                assert base.execute(statement).rowcount, statement
            for _, again in guards:
                base.execute(again)
    return attack


def emptied(world: World) -> None:
    (world.root / "licit.db").write_bytes(b"")


def cut(world: World) -> None:
    whole = (world.root / "licit.db").read_bytes()
    (world.root / "licit.db").write_bytes(whole[:len(whole) // 2 // 4096 * 4096])


def unguarded(world: World) -> None:
    with closing(sqlite3.connect(world.root / "licit.db")) as base, base:
        base.execute("DROP TRIGGER log_no_update")


def set_back(world: World) -> None:
    for path in world.root.glob("licit.db*"):
        path.unlink()
    shutil.copy(world.root / "older.db", world.root / "licit.db")


def of(kind: str) -> str:
    return f"(SELECT max(seq) FROM log WHERE kind = '{kind}')"


BROKEN = {
    "no database": lambda world: (world.root / "licit.db").unlink(),
    "an empty file": emptied, "half a file": cut, "an older database": set_back,
    "another file": lambda world: (world.root / "licit.db").write_bytes(b"no database, whatever it is called" * 500),
    "no signing key": lambda world: (world.root / "keys/signing.pem").unlink(),
    "no look-up key": lambda world: (world.root / "keys/secrets.json").unlink(),
    "an objection given to somebody else": altered(
        f"UPDATE log SET subject = 'snobody' WHERE seq = {of('objection')}"),
    "an objection called an access": altered(f"UPDATE log SET kind = 'access' WHERE seq = {of('objection')}"),
    "an objection dated otherwise": altered(
        f"UPDATE log SET received_at = '2030-01-01T00:00:00.000000Z' WHERE seq = {of('objection')}"),
    "an objection removed": altered(f"DELETE FROM log WHERE seq = {of('objection')}"),
    "a policy nobody can read": altered(f"DELETE FROM log_decision WHERE seq = {of('policy')}"),
    "an approval nobody can read": altered(f"UPDATE log_decision SET body = '{{}}' WHERE seq = {of('approval')}"),
    "an arrival nobody can read": altered(f"DELETE FROM log_decision WHERE seq = {of('arrival')}"),
    "a guard taken away": unguarded,
    "an outsider's objection nobody can read": altered(
        f"DELETE FROM log_decision WHERE seq = {of('third-party-objection')}")}


@pytest.fixture(scope="module")
def objected(full_world, tmp_path_factory) -> World:
    """The full world after an objection of a user and one of an outsider, and entries after them; an older log beside it."""
    world = copied(full_world, tmp_path_factory.mktemp("objected") / "w")
    purge(world.ports.log.engine)
    shutil.copy(world.root / "licit.db", world.root / "older.db")
    world.object("user1")
    object_as_outsider(world.ports, email=["lea@example.org"])
    world.object("user0", "access")
    return world


@pytest.mark.parametrize("attack", BROKEN)
def test_a_log_that_cannot_be_trusted_stops_the_build(objected, tmp_path, attack):
    """When the log is missing, damaged, altered or unreadable, or nobody can sign, nothing is built and an error says so.

    Law: CHO-05
    """
    world = copied(objected, tmp_path / "w")
    world.ports.log.engine.dispose()
    BROKEN[attack](world)
    before = {path.name for path in (world.root / "releases").iterdir()}
    ran = CliRunner().invoke(main, ["build", "--json", "--jobs", "1", "--workspace", str(world.root)])
    assert ran.exit_code not in (0, None), ran.output
    assert isinstance(ran.exception, SystemExit), repr(ran.exception)
    assert "licit:" in ran.output
    assert {path.name for path in (world.root / "releases").iterdir()} == before


def forged(world: World) -> None:
    """Put another entry in the objection's place, its leaf and commitments computed as they should be."""
    (seq,) = (entry.seq for entry in world.ports.log.entries(kinds=("objection",)))
    made = rows_for(write([NewEntry(kind="access", subject=SubjectId("snobody"), received_at=world.clock.at, decision={})]),
                    seq, moment(world.clock.at), bytes(96))
    world.ports.log.engine.dispose()
    fields = [f"x'{value.hex()}'" if isinstance(value, bytes) else f"'{value}'" for value in made.log[0]]
    altered(f"DELETE FROM log_decision WHERE seq = {seq}", f"DELETE FROM log_particulars WHERE seq = {seq}",
            f"DELETE FROM log WHERE seq = {seq}", f"INSERT INTO log VALUES ({', '.join(fields)})",
            *(f"INSERT INTO {table} VALUES ({seq}, x'{row[1].hex()}', x'{row[2].hex()}')" for table, row in
              (("log_decision", made.decisions[0]), ("log_particulars", made.particulars[0]))))(world)


@pytest.mark.parametrize("after", [1, 700])
def test_an_entry_that_was_forged_stops_the_build(full, tmp_path, after):
    """Another entry in an objection's place is noticed although it agrees with itself, however much was recorded after it.

    Law: CHO-05, REL-06
    """
    full.object("user1")
    full.ports.log.append([NewEntry(kind="access", subject=SubjectId("s0"), received_at=full.clock.at, decision={})] * after)
    world = copied(full, tmp_path / "copy")
    forged(world)
    before = {path.name for path in (world.root / "releases").iterdir()}
    ran = CliRunner().invoke(main, ["build", "--json", "--jobs", "1", "--workspace", str(world.root)])
    assert ran.exit_code == 1, ran.output
    assert {path.name for path in (world.root / "releases").iterdir()} == before


@pytest.mark.parametrize("after", [1, 700])
def test_an_entry_that_is_missing_stops_the_build(full, tmp_path, after):
    """An objection taken out of the log is noticed, however much was recorded after it.

    Law: CHO-05
    """
    full.object("user1")
    full.ports.log.append([NewEntry(kind="access", subject=SubjectId("s0"), received_at=full.clock.at, decision={})] * after)
    world = copied(full, tmp_path / "copy")
    world.ports.log.engine.dispose()
    altered(f"DELETE FROM log_decision WHERE seq = {of('objection')}", f"DELETE FROM log WHERE seq = {of('objection')}")(world)
    ran = CliRunner().invoke(main, ["build", "--json", "--jobs", "1", "--workspace", str(world.root)])
    assert ran.exit_code == 1, ran.output
    assert "licit: " in ran.output


def test_a_decision_of_one_person_that_nobody_can_read_refuses_that_person(objected, tmp_path):
    """Where the part of an entry is gone that says what somebody decided, all of theirs is refused, and only theirs.

    Law: CHO-05
    """
    world = copied(objected, tmp_path / "w")
    world.ports.log.engine.dispose()
    altered(f"DELETE FROM log_decision WHERE seq = {of('access')}")(world)
    assert reasons(World(world.root).build()) == {"objection": 3, "entry-unreadable": 3}


# --- CHO-08: what is deleted, temporary or expired -----------------------------------------------------------------


GONE = [{"deleted": True}, {"deleted_at": "2025-07-01T10:00:00Z"}, {"is_temporary": True}, {"temporary": True}, {"incognito": True},
        {"expired": True}, {"expired_at": "2025-07-01T10:00:00Z"}, {"state": "Deleted"}]


def test_a_chat_that_is_gone_for_its_person_is_gone(world):
    """A chat that its export calls deleted, temporary or expired is never eligible, whatever else the plan allows.

    Law: CHO-08
    """
    world.take([*(chat(f"c{number}", "u", prose(f"c{number}"), **mark) for number, mark in enumerate(GONE)), chat("live", "u", prose("live"))])
    threads = {"records": {"threads": ["main", "branch", "hidden", "derived", "feedback", "document"]}}
    for plan in ({}, threads):
        built = world.build(**plan)
        assert reasons(built) == {"chat-state": len(GONE)}
        assert released_records(built.path) == {world.record("live", "u")}


# --- CHO-11: data of organisations ---------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", PURPOSES)
def test_an_organisations_chats_stay_out_for_every_purpose(tmp_path, purpose):
    """Under a processor's contract no purpose, policy, contract of a source or consent of an employee lets data in.

    Law: CHO-11
    """
    policy = {**POLICY, "notice": [{**POLICY["notice"][0], "purposes": list(PURPOSES)}],
              "period": [{**POLICY["period"][0], "purpose": purpose}],
              "assessment": [{**POLICY["assessment"][0], "purposes": list(PURPOSES)}]}
    world = make(tmp_path / "w", policy=policy)
    world.space.add_contract("chat", id="C-1", uses=["train", "fine-tune", "evaluate"], starts="2025-01-01", sublicence=True)
    world.space.approve_source("chat", by="paul")
    world.take([chat("work", "employee", prose("work"))], capacity="organisation")
    world.take([chat("home", "private", prose("home"))])
    world.object("employee", "consent", purposes=[purpose], notice="n", wording="w", how="a form",
                 received_at=world.clock.at.replace(year=2025, month=1, day=2))
    built = world.build(purpose=purpose)
    assert reasons(built) == {"organisation-data": 1}
    assert released_records(built.path) == {world.record("home", "private")}


# --- CHO-19: age ---------------------------------------------------------------------------------------------------

AGES = [("minor", surface, "minor") for surface in ("web", "school", "bar", "elsewhere", "")] + [
    ("", "school", "age-unknown"), ("", "bar", "age-unknown"), ("", "elsewhere", "age-unknown"), ("", "", "age-unknown"),
    ("", "web", ""), ("adult", "web", ""), ("adult", "elsewhere", "")]


@pytest.fixture(scope="module")
def surfaces(tmp_path_factory) -> World:
    """A world with a surface of each age assurance: for adults, for minors, and with none."""
    return make(tmp_path_factory.mktemp("surfaces") / "w", policy={**POLICY, "surface": [
        {"id": "web", "assurance": "adults"}, {"id": "school", "assurance": "minors"}, {"id": "bar", "assurance": "none"},
        *({"id": theme, "assurance": "adults", "theme": theme} for theme in ("health", "therapy", "legal-advice", "intimacy"))]})


def test_minors_and_unknown_ages_stay_out(surfaces, tmp_path):
    """A minor is out on every surface, an unknown age wherever nobody assured that adults alone are there.

    Law: CHO-19
    """
    world = copied(surfaces, tmp_path / "w")
    for number, (age, surface, _) in enumerate(AGES):
        world.take([chat(f"c{number}", f"u{number}", prose(f"c{number}"))], age=age, surface=surface)
    built = world.build()
    assert reasons(built) == Counter(reason for _, _, reason in AGES if reason)
    assert released_records(built.path) == {world.record(f"c{number}", f"u{number}")
                                            for number, (_, _, reason) in enumerate(AGES) if not reason}


@pytest.mark.parametrize("surface", ["health", "therapy", "legal-advice", "intimacy"])
def test_surfaces_for_intimate_matters_stay_out_as_a_whole(surfaces, tmp_path, surface):
    """What was said there is refused, whatever it says and whoever consented.

    Law: SEN-04
    """
    world = copied(surfaces, tmp_path / "w")
    world.take([chat("c", "u", prose("c"))], surface=surface)
    world.take([chat("d", "v", prose("d"))], surface="web")
    world.object("u", "consent", purposes=["train"], notice="notice-2025", wording="w", how="a switch",
                 received_at=world.clock.at.replace(year=2025, month=1, day=2))
    built = world.build()
    assert reasons(built) == {"intimate-surface": 1}
    assert released_records(built.path) == {world.record("d", "v")}


def test_a_minors_own_consent_opens_nothing(surfaces, tmp_path):
    """What a minor agrees to alone is no parents' consent, and what one says of one's age in words holds the chat.

    Law: CHO-19
    """
    world = copied(surfaces, tmp_path / "w")
    world.take([chat("declared", "u", prose("c"))], age="minor")
    world.take([chat("said", "v", f"Bonjour, j'ai 13 ans et je suis au collège. {prose('said')}")])
    for account in ("u", "v"):
        world.object(account, "consent", purposes=["train"], notice="notice-2025", wording="w", how="a switch",
                     received_at=world.clock.at.replace(year=2025, month=1, day=2))
    assert reasons(world.build()) == {"minor": 1, "minor-in-text": 1}


# --- CHO-21, CHO-22: people who are no users, and the list of those who object ---------------------------------------

OUTSIDERS = [({"email": ["Lea.Voisine@Example.org"]}, "Écris à lea.voisine@example.org.", "third-party-objection"),
             ({"phone": ["+33 6 39 98 12 34"]}, "Appelle le 06 39 98 12 34.", "third-party-objection"),
             ({"phone": ["06.39.98.12.34"]}, "Appelle le +33 (0)6 39 98 12 34.", "third-party-objection"),
             ({"phone": ["0033639981234"]}, "Appelle le +33639981234.", "third-party-objection"),
             ({"handle": ["lea_voisine"]}, "Son compte est @lea_voisine.", "third-party-objection"),
             ({"name": ["Léa Voisine"]}, "C'est Madame Léa Voisine.", "third-party-homonym")]


@pytest.mark.parametrize("when", ["before the import", "after the import", "after the release", "after a rotation"])
def test_people_who_are_no_users_may_object(world, when):
    """An identifier refuses, a name holds, in what was imported before the objection and in what comes later; nothing else leaves.

    Law: CHO-21
    """
    rows = [chat(f"c{number}", "u", f"{prose(f'c{number}')} {words}") for number, (_, words, _) in enumerate(OUTSIDERS)]

    def object_all() -> None:
        for who, _, _ in OUTSIDERS:
            object_as_outsider(world.ports, **who)
    if when == "before the import":
        object_all()
    world.take([*rows, chat("other", "u", prose("other"))])
    if when == "after the release":
        first = world.build()
        assert len(kept(first)) == len(rows) + 1
    if when != "before the import":
        object_all()
    if when == "after a rotation":
        world.ports.keys.rotate("lookup")
    told = Counter(reason for _, _, reason in OUTSIDERS)
    if when == "after the release":
        assert [touched.reasons for touched in recall(world.ports).touched] == [told]
        left = world.space.patch(first.name)
    else:
        left = world.build()
    assert reasons(left) == told
    assert released_records(left.path) == {world.record("other", "u")}


@pytest.mark.parametrize(("who", "words", "reason"), OUTSIDERS)
def test_each_way_to_name_oneself_is_enough(world, who, words, reason):
    """One identifier or name, however it is spelt, reaches the chat that holds it and no chat beside it.

    Law: CHO-21
    """
    world.take([chat("c", "u", f"{prose('c')} {words}"), chat("other", "u", prose("other"))])
    object_as_outsider(world.ports, **who)
    left = world.build()
    assert reasons(left) == {reason: 1}
    assert released_records(left.path) == {world.record("other", "u")}


def test_the_list_of_who_objects_names_nobody_and_stays_here(world):
    """No file holds an identifier of who objected; no file of a release holds an entry, a hash or a pseudonym of theirs.

    Law: CHO-22
    """
    account, email, phone, name = "acc-7zqj", "jeanne.absente@example.org", "+33 6 39 98 77 66", "Jeanne Absente"
    world.take([*people_chats(2, 2), chat("mine", account, prose("mine"))])
    world.object(account)
    object_as_outsider(world.ports, email=[email], phone=[phone], name=[name])
    built = world.build()
    assert reasons(built) == {"objection": 1}
    for words in (account, email, "jeanne.absente", phone, phone.replace(" ", ""), "0639987766", name, name.lower()):
        assert places_of(words, world.root) == [], words
    subject = world.ports.identities.subjects_for([("chat", "account", account)], create=False)[0]
    (entry,) = world.ports.log.entries(kinds=("third-party-objection",))
    hashes = [*entry.decision["keys"], *entry.decision["names"]]
    assert len(hashes) == 4
    for word in (str(subject), world.record("mine", account), *hashes, *(key.split(".")[1] for key in hashes)):
        assert not [place for place in places_of(word, world.root) if place.startswith("releases/")], word


def test_what_is_trained_on_does_not_reach_the_list(full):
    """Whoever may read a release and nothing else can neither open the log nor the keys: they are their owner's alone.

    Law: CHO-22
    """
    full.object("user1")
    assert (full.root / "licit.db").stat().st_mode & 0o077 == 0
    assert (full.root / "keys").stat().st_mode & 0o077 == 0
    for path in (full.root / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0
    manifest = json.loads((full.root / "releases/release-1/manifest.json").read_text())
    assert str(full.root) not in json.dumps(manifest)
