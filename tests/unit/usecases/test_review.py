"""Staff's decisions: what they lift, of which state, and all that they never lift."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from world import chat, failing, prose, reasons, released_records

from licit.core.errors import HeldError, InputError, RefusedError
from licit.core.notes import parse_envelope, parse_receipt
from licit.pipeline.deidentify import Masked
from licit.surfaces.cli import main
from licit.usecases.queries import explain_record
from licit.usecases.review import Ruling, read, rule, waiting

BY = {"by": "ines", "why": "looked at it with the file open"}
LONG = prose("the words of somebody who refuses", 70)
YOUNG = "J'ai 14 ans et " + prose("young", 30)


def decide(world, on, as_="release", *lifts, **change):
    """Decide on a record as staff."""
    return rule(world.ports, Ruling(**{"record": on, "answer": as_, "lifts": lifts, **BY, **change}))


def young(world, name="young"):
    """Import a chat whose writer says they are a minor; give its record."""
    world.take([chat(name, "ada", YOUNG), chat("plain", "bo", prose("plain"))])
    return world.record(name, "ada")


def test_what_waits_is_listed_and_released(world):
    """A hold that is staff's to lift is listed, lifted for that record, and the release stands up to an auditor.

    Law: CHO-21
    """
    record = young(world)
    assert reasons(world.build()) == {"minor-in-text": 1}
    (item,) = waiting(world.ports)
    assert (item.record, item.reasons, item.decided) == (record, ("minor-in-text",), "")
    decide(world, record, "release", "minor-in-text")
    built = world.build()
    assert record in released_records(built.path)
    assert failing(built.path, world.root) == {}
    assert waiting(world.ports) == []


def test_a_decision_gives_a_receipt(world):
    """Who decided, why and what it lifts stand in the log, and the signed receipt opens that entry."""
    paper = decide(world, young(world), "release", "minor-in-text")
    body = parse_receipt(parse_envelope(paper).body).decision.value()
    assert (body["by"], body["why"], body["reasons"]) == ("ines", BY["why"], ["minor-in-text"])


@pytest.mark.parametrize(("change", "said"), [({"by": " "}, "--by"), ({"why": ""}, "--why"), ({"record": "r0"}, "no such record"),
                                              ({"answer": "perhaps"}, "release"), ({"lifts": ("minor",)}, "cannot lift minor"),
                                              ({"lifts": ("third-parties",)}, "not held for third-parties"),
                                              ({"lifts": ()}, "minor-in-text")])
def test_a_decision_that_lacks_something_is_refused(world, change, said):
    """A decision names who, why, one record and what it lifts of what there is; otherwise nothing is entered."""
    record = young(world)
    before = world.ports.log.head()
    with pytest.raises(InputError, match=said):
        decide(world, record, "release", "minor-in-text", **change)
    assert world.ports.log.head() == before


def test_a_newer_state_waits_again(world):
    """A release is of the state that was seen: when the chat goes on, it is held until somebody looks again."""
    record = young(world)
    decide(world, record, "release", "minor-in-text")
    world.take([chat("young", "ada", YOUNG, prose("more"))])
    assert reasons(world.build())["minor-in-text"] == 1
    (item,) = waiting(world.ports)
    assert (item.record, item.lapsed) == (record, True)


def test_a_refusal_counts_for_every_state(world):
    """What staff refused stays refused when it arrives anew, until they decide otherwise."""
    world.take([chat("c", "ada", prose("c")), chat("d", "bo", prose("d"))])
    record = world.record("c", "ada")
    decide(world, record, "refuse")
    world.take([chat("c", "ada", prose("c"), prose("more"))])
    assert reasons(world.build())["decided-refuse"] == 1
    decide(world, record)
    assert record in released_records(world.build().path)


@pytest.mark.parametrize("right", ["objection", "withdrawal", "erasure", "restriction"])
def test_no_decision_outweighs_the_person(world, right):
    """What the person refused, before the decision or after it, stands whatever staff lifted.

    Law: CHO-04
    """
    record = young(world)
    decide(world, record, "release", "minor-in-text")
    world.object("ada", right)
    assert record not in released_records(world.build().path)


def test_a_refused_record_cannot_be_released(world):
    """A person's no is said to be no matter for staff."""
    record = young(world)
    world.object("ada")
    with pytest.raises(RefusedError, match="objection"):
        decide(world, record, "release", "minor-in-text")


def test_what_stands_behind_a_lifted_hold_stands(world):
    """Lifting one hold leaves the others: capacity, age and whatever else is unknown."""
    world.take([chat("young", "ada", YOUNG)], capacity="", age="")
    record = world.record("young", "ada")
    decide(world, record, "release", "minor-in-text")
    assert reasons(world.build()) == {"capacity-unknown": 1}


def test_a_namesake_known_and_one_to_come(world):
    """A homonym is released as to the objections that staff knew; the next of that name holds it again.

    Law: CHO-21
    """
    world.take([chat("c", "ada", "Mon voisin Julien Moreau m'aide. " + prose("c")), chat("d", "bo", prose("d"))])
    record = world.record("c", "ada")
    world.space.object_as_outsider(name=["Julien Moreau"])
    assert reasons(world.build()) == {"third-party-homonym": 1}
    decide(world, record, "release", "third-party-homonym")
    built = world.build()
    assert record in released_records(built.path)
    assert failing(built.path, world.root) == {}
    world.space.object_as_outsider(name=["Julien Moreau"])
    (touched,) = [t for t in world.space.recall().touched if t.release == built.name]
    assert dict(touched.reasons) == {"third-party-homonym": 1}


def test_a_copy_known_and_one_to_come(world):
    """A copy is released as to the refused records that staff saw; when somebody else refuses, it is held again."""
    world.take([chat("one", "ada", LONG, prose("a")), chat("two", "bo", LONG, prose("b")),
                chat("copy", "cy", "Voici. " + LONG, prose("c")), chat("other", "di", prose("d"))])
    copy, second = world.record("copy", "cy"), world.record("two", "bo")
    world.object("ada")
    decide(world, copy, "release", "copy-of-refused")
    built = world.build()
    assert copy in released_records(built.path)
    assert second not in released_records(built.path)
    world.object("bo")
    patch = world.space.patch(built.name)
    assert copy not in released_records(patch.path)
    assert failing(patch.path, world.root) == {}


def test_a_release_that_forgets_an_earlier_one(world):
    """A new release takes the place of the last, so one that would drop what that lifted says so first."""
    world.take([chat("c", "ada", "J'ai 14 ans. Mon voisin Julien Moreau m'aide. " + prose("c"))])
    record = world.record("c", "ada")
    decide(world, record, "release", "minor-in-text")
    world.space.object_as_outsider(name=["Julien Moreau"])
    with pytest.raises(InputError, match="minor-in-text"):
        decide(world, record, "release", "third-party-homonym")
    decide(world, record, "release", "third-party-homonym", "minor-in-text")
    assert world.build().tally.released == 1


def test_an_erasure_of_another_leaves_a_decision_what_it_was(world):
    """A shard written anew for another person's sake holds the same state, so that the decision still counts."""
    record = young(world)
    decide(world, record, "release", "minor-in-text")
    world.object("bo", "erasure")
    world.space.erase()
    world.take([chat("third", "cy", prose("third"))])
    built = world.build()
    assert record in released_records(built.path)
    assert failing(built.path, world.root) == {}


def test_a_decision_is_explained(world):
    """Explain names the decision beside the row's answer."""
    record = young(world)
    decide(world, record, "release", "minor-in-text")
    found = explain_record(world.ports, record)
    assert [row["answer"] for row in found.rows] == ["kept"]
    assert json.dumps(found.as_json())
    assert any("ines" in line and "minor-in-text" in line for line in found.lines())


def test_the_words_are_nowhere_in_the_log(world):
    """A decision says nothing of what the record says."""
    decide(world, young(world), "release", "minor-in-text")
    assert all("14 ans" not in json.dumps(dict(entry.decision or {})) for entry in world.ports.log.entries())




def show(world, record, *more):
    """Run ``licit review show``."""
    return CliRunner().invoke(main, ["review", "show", record, *more, "--workspace", str(world.root)])


def test_words_are_shown_on_the_record_only(world):
    """A reviewer sees a record's words with their name; the log says so first, and no other command shows any.

    Law: CHO-21
    """
    record = young(world)
    listed = CliRunner().invoke(main, ["review", "list", "--workspace", str(world.root)])
    assert record in listed.output
    assert "14 ans" not in listed.output
    assert show(world, record).exit_code == 2
    assert show(world, record, "--by", " ").exit_code == 2
    assert not list(world.ports.log.entries(kinds=("reading",)))
    result = show(world, record, "--by", "ines")
    assert result.exit_code == 0
    assert YOUNG in result.output
    (entry,) = world.ports.log.entries(kinds=("reading",))
    assert entry.decision == {"record": record, "by": "ines", "people": entry.decision["people"], "shown": "deidentified"}
    assert failing(world.build().path, world.root) == {}


def test_what_cannot_be_deidentified_is_not_shown_so(world):
    """When a detector cannot look, nobody is shown words that nobody looked through, and no reading is entered.

    Law: DEI-09
    """
    record = young(world)
    blind = replace(world.ports, mask=lambda _, body: Masked(texts=tuple(turn.text for turn in body.turns), reason="detector-failed"))
    with pytest.raises(HeldError) as held:
        read(blind, record, "ines")
    assert held.value.reason == "detector-failed"
    assert not list(world.ports.log.entries(kinds=("reading",)))


@pytest.mark.parametrize(("right", "purposes", "reason"), [
    ("objection", (), "objection"), ("objection", ("human-review",), "objection"), ("restriction", (), "restricted")])
def test_nobody_reads_what_a_person_refused_to_show(world, right, purposes, reason):
    """Who objected to people looking, or had the use restricted, is read by nobody, and nothing is entered."""
    record = young(world)
    world.object("ada", right, purposes=purposes)
    with pytest.raises(RefusedError) as refused:
        read(world.ports, record, "ines")
    assert refused.value.reason == reason
    assert not list(world.ports.log.entries(kinds=("reading",)))


def test_an_objection_to_training_does_not_forbid_review(world):
    """What was refused is one purpose: an objection to training leaves a reading possible."""
    record = young(world)
    world.object("ada", purposes=("train",))
    assert any(YOUNG in turn.text for turn in read(world.ports, record, "ines").turns)


def test_shown_words_cannot_steer_a_terminal(world):
    """Control and direction characters in somebody's words are written out, not sent to the reviewer's terminal."""
    world.take([chat("sly", "ada", "\x1b[2Jbonjour \u202e" + YOUNG)])
    output = show(world, world.record("sly", "ada"), "--by", "ines").output
    assert "\\u001b" in output
    assert "\\u202e" in output
    assert "\x1b" not in output
    assert "\u202e" not in output
