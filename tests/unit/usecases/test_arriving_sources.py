"""What a record that arrives owes to others: outsiders who objected are seen at import, and rewrites follow their sources."""

import json

import pytest
from click.testing import CliRunner
from world import PLANTED, chat, failing, kept, places_of, prose, reasons, released_records

from licit.surfaces.cli import main
from licit.usecases.commands import object_as_outsider
from licit.usecases.erase import carry_out
from licit.usecases.queries import recall
from licit_verify import verify

NAMED = "Écris à lea.voisine@example.org."


@pytest.mark.parametrize(("who", "words", "reason"), [
    ({"email": ["Lea.Voisine@Example.org"]}, NAMED, "third-party-objection"),
    ({"name": ["Léa Voisine"]}, "C'est Madame Léa Voisine.", "third-party-homonym")])
def test_an_outsider_who_objected_is_seen_on_arrival(world, who, words, reason):
    """Import says at once which records name somebody who is no user and objected; the build then says the same.

    Law: CHO-21
    """
    object_as_outsider(world.ports, **who)
    report = world.take([chat("c", "u", f"{prose('c')} {words}"), chat("other", "u", prose("other"))])
    assert report.held == report.as_json()["held"] == {reason: 1}
    assert reasons(world.build()) == {reason: 1}


def test_nobody_is_looked_for_when_nobody_objected(world):
    """Without such an objection nothing is computed on arrival, and the report has no word of it."""
    report = world.take([chat("c", "u", f"{prose('c')} {NAMED}")])
    assert "held" not in report.as_json()
    assert not list((world.root / "attributes").iterdir())


def test_a_look_up_that_failed_is_made_again(world, monkeypatch):
    """If looking fails, the import fails, and the same import again looks before it takes anything for known."""
    object_as_outsider(world.ports, email=["lea.voisine@example.org"])
    rows = [chat("c", "u", f"{prose('c')} {NAMED}")]
    ports = world.ports
    world.swap(prepare=lambda plan, shards: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        world.take(rows, name="same.jsonl")
    world.swap(prepare=ports.prepare)
    assert world.take(rows, name="same.jsonl").held == {"third-party-objection": 1}


def rewritten(world, *names, account="writer"):
    """Import a rewrite, made by somebody else, of some records."""
    row = chat("rewrite", account, prose("said in other words"), derived_from=list(names))
    world.take([row], name=f"rewrite-{len(names)}-{account}.jsonl")
    return world.record("rewrite", account)


@pytest.mark.parametrize("right", ["objection", "restriction", "erasure"])
def test_a_refusal_of_the_source_reaches_the_rewrite(world, right):
    """What was made elsewhere of somebody's words leaves with them, before a release and after, whoever typed it.

    Law: CHO-10
    """
    world.take([chat("a", "ada", prose("a")), chat("b", "ben", prose("b"))])
    first = world.build()
    rewrite = rewritten(world, world.record("a", "ada") + "#0", world.record("b", "ben"))
    assert len(kept(first)) == 2
    second = world.build()
    assert rewrite in released_records(second.path)
    assert failing(second.path, world.root) == {}
    world.object("ben", right)
    assert {rewrite, world.record("b", "ben")} == {row.split("#")[0] for touched in recall(world.ports).touched
                                                   for row in touched.rows}
    left = world.build()
    assert released_records(left.path) == {world.record("a", "ada")}
    assert failing(left.path, world.root) == {}


@pytest.mark.parametrize("named", [["r" + "a" * 26], "?", ",", {"record": "r"}, 7, [None]])
def test_a_rewrite_of_nobody_known_is_held(world, named):
    """A rewrite whose sources are unknown, or named in a way nobody understands, is held, not taken for somebody's own words.

    Law: CHO-10
    """
    world.take([{**chat("w", "ada", prose("w")), "derived_from": named}])
    assert reasons(world.build()) == {"sources-unknown": 1}


@pytest.mark.parametrize("named", [None, "", []])
def test_an_empty_list_of_sources_is_none(world, named):
    """A row of a table whose column of sources is empty was made from nothing."""
    world.take([{**chat("w", "ada", prose("w")), "derived_from": named}])
    assert world.build().tally.released == 1


def test_one_unknown_source_is_enough(world):
    """A rewrite of two records of which one is unknown is held; imported again with what is known, it is released."""
    world.take([chat("a", "ada", prose("a"))])
    known = world.record("a", "ada")
    rewrite = rewritten(world, known, "rother")
    assert rewrite not in released_records(world.build().path)
    assert rewritten(world, known) == rewrite
    assert rewrite in released_records(world.build().path)


def test_a_rewrite_that_is_nobodys_is_its_sources(world, tmp_path):
    """A rewrite without an account, of one person's words, is theirs: it is found by their name."""
    world.take([chat("a", "ada", prose("a"))])
    row = chat("rewrite", "", prose("other words"), derived_from=world.record("a", "ada"))
    world.take([row], subject_field="")
    assert world.build().tally.released == 2
    said = CliRunner().invoke(main, ["explain", "--subject", "ada", "--json", "--workspace", str(world.root)])
    assert len(json.loads(said.output)["rows"]) == 2


@pytest.mark.parametrize("scope", [{"level": "record"}, {"level": "turn", "turn": "t0"}])
def test_a_refusal_of_a_record_or_less_reaches_what_was_made_of_it(world, scope):
    """Who refuses one chat or one message takes along what others made of it, before a release and after.

    Law: CHO-10
    """
    world.take([chat("a", "ada", prose("a")), chat("b", "ada", prose("b"))])
    source = world.record("a", "ada")
    rewrite = rewritten(world, source)
    first = world.build()
    assert rewrite in released_records(first.path)
    world.object("ada", target={**scope, "record": source})
    assert {rewrite, source} == {row.split("#")[0] for touched in recall(world.ports).touched for row in touched.rows}
    patch = world.space.patch(first.name)
    assert released_records(patch.path) == released_records(world.build().path) == {world.record("b", "ada")}
    assert patch.tally.refused["made-from-refused"] == 1
    assert failing(patch.path, world.root) == {}


def test_what_was_made_of_a_rewrite_is_refused_too(world):
    """Exclusion passes on, however many steps lie between."""
    world.take([chat("a", "ada", prose("a"))])
    first = rewritten(world, world.record("a", "ada"))
    row = chat("second", "reader", prose("twice in other words"), derived_from=first)
    world.take([row])
    assert world.build().tally.released == 3
    world.object("ada", target={"level": "record", "record": world.record("a", "ada")})
    assert reasons(world.build()) == {"objection": 1, "made-from-refused": 2}


@pytest.mark.parametrize(("later", "reason"), [({"state": "deleted"}, "made-from-refused"),
                                               ({"capacity": "unknown"}, "made-from-held")])
def test_a_source_that_ends_takes_its_rewrites_along(world, later, reason):
    """A chat that a later export shows as deleted, or as nobody knows whose, keeps out what was made of it."""
    world.take([chat("a", "ada", prose("a"))])
    rewrite = rewritten(world, world.record("a", "ada"))
    first = world.build()
    world.take([chat("a", "ada", prose("a"), **{key: value for key, value in later.items() if key == "state"})],
               **{key: value for key, value in later.items() if key != "state"})
    assert reasons(world.build())[reason] == 1
    if "state" in later:
        assert rewrite not in released_records(world.space.patch(first.name).path)


def test_a_plan_without_the_sources_of_a_rewrite_holds_it(world):
    """Where what a record was made from is no input, nothing of it can be judged, and the record waits."""
    world.license("elsewhere")
    world.take([chat("a", "ada", prose("a"))])
    row = chat("rewrite", "writer", prose("said in other words"), derived_from=world.record("a", "ada"))
    world.take([row], source="elsewhere")
    assert reasons(world.build(sources=["elsewhere"])) == {"sources-unknown": 1}


def test_an_erasure_takes_the_words_made_of_it_off_the_disk(world):
    """Who has one chat erased leaves no byte of what others made of it, and the auditor follows why it went.

    Law: CHO-10, RGT-07
    """
    world.take([chat("a", "ada", prose("a")), chat("b", "ben", prose("b"))])
    row = chat("rewrite", "writer", f"{prose('other')} {PLANTED}", derived_from=world.record("a", "ada"))
    world.take([row])
    world.build()
    world.object("ada", "erasure", target={"level": "record", "record": world.record("a", "ada")})
    done = carry_out(world.ports)
    assert done.records == 2
    assert places_of(PLANTED, world.root) == []
    assert {result.claim for result in verify(world.root / "releases" / done.patches[0], auditor=world.root).results
            if result.result == "fails"} == set()
    world.take([row], name="again.jsonl")
    assert "made-from-refused" in reasons(world.build()) or "erased" in reasons(world.build())


def test_the_auditor_names_a_rewrite_released_against_its_source(world, monkeypatch):
    """A release that was built without following records to their sources, and properly signed, fails the audit.

    Law: CHO-10
    """
    world.take([chat("a", "ada", prose("a")), chat("b", "ben", prose("b"))])
    rewrite = rewritten(world, world.record("a", "ada"))
    world.object("ada", target={"level": "record", "record": world.record("a", "ada")})
    monkeypatch.setattr("licit.pipeline.decide._inherit", lambda rows, *others: rows)
    world.swap(check=lambda *_: ())
    built = world.build()
    found = failing(built.path, world.root)
    assert set(found) == {"people-honoured", "legal-basis"}  # that objections are honoured is one of the assessment's measures
    assert rewrite in found["people-honoured"]
