"""A plan's standard: what is measured below it, or not at all, is never released by silence."""

import json
from collections import Counter
from pathlib import Path

import pytest
from world import chat, failing, people_chats, prose

from licit.core.errors import RefusedError, SetupError
from licit.usecases import staging
from licit.usecases.plan import parse_plan
from licit.usecases.quality import Standard, misses
from licit.usecases.release import build
from licit.usecases.text_places import read_record
from licit.wiring import built_in_set


def evidence(hits: int, of: int, *, false: int = 0, language: str = "fr") -> dict:
    """Give what a measurement of one label says."""
    rate = {"hits": hits, "of": of}
    told = {"labels": {"PERSON": {"entities": rate}}, "fully_redacted": rate,
            "beside": {"false_spans": false, "bytes": 10_000}}
    return {"measured": True, "report": {"held": {}, "languages": {language: told}}}


STANDARD = Standard(recall={"PERSON": 900}, fully_redacted=0, false_per_10kb=2)


def test_the_lower_bound_is_judged_and_not_the_share():
    """Twenty of twenty show less than nine in ten for sure; forty of forty show more."""
    assert misses(evidence(20, 20), STANDARD, ["fr"], ["PERSON"]).short
    assert not misses(evidence(40, 40), STANDARD, ["fr"], ["PERSON"]).short


def test_what_is_missed_says_by_how_much():
    """A line names language, label, counts, bound, threshold and the distance."""
    line = misses(evidence(30, 40), STANDARD, ["fr"], ["PERSON"]).short[0]
    assert line == "fr: recall of PERSON 30 of 40, surely at least 0.598, must be 0.900: short by 0.302"
    assert misses(evidence(40, 40, false=5), STANDARD, ["fr"], ["PERSON"]).short == (
        "fr: 5.0 false findings per 10 kB, at most 2: over by 3.0",)


def test_a_language_or_label_that_the_set_lacks_is_not_measured():
    """Silence about a language of the plan, or a label of its standard, is no pass."""
    assert misses(evidence(40, 40), STANDARD, ["fr", "de"], ["PERSON"]).unmeasured == ("de: the set holds no such text",)
    more = Standard(recall={"PHONE": 500}, fully_redacted=0)
    assert misses(evidence(40, 40), more, ["fr"], ["PHONE"]).unmeasured == ("fr: recall of PHONE: nothing labelled",)
    assert misses({"measured": False}, STANDARD, ["fr"], ["PERSON"]).unmeasured


def test_a_set_that_was_not_wholly_looked_at_falls_short():
    """A text that a detector failed on is in no share, and hides nothing."""
    given = evidence(40, 40)
    given["report"]["held"] = {"detector-failed": 1}
    assert misses(given, STANDARD, ["fr"], ["PERSON"]).short


@pytest.mark.parametrize(("given", "named"), [
    ({"set": "../out.jsonl"}, "set"), ({"set": "/abs.jsonl"}, "set"), ({"set": 3}, "set"), ({"recall": {"NAME": 0.5}}, "recall"),
    ({"recall": {"PERSON": 2}}, "PERSON"), ({"recall": {"PERSON": True}}, "PERSON"), ({"fully_redacted": "all"}, "fully_redacted"),
    ({"false_per_10kb_at_most": -1}, "false_per_10kb_at_most"), ({"recal": {}}, "recall")])
def test_a_standard_that_cannot_be_is_named(given, named):
    """A field that does not exist, or a share out of range, is an error that names it."""
    with pytest.raises(ValueError, match=named):
        parse_plan({"deidentify": {"measure": given}})


def test_the_built_in_set_is_sound():
    """Every line can be read, ids are unique, both languages are there, and labelled words stand where they are said."""
    rows = [read_record(line) for line in built_in_set().splitlines()]
    assert len({row["id"] for row in rows}) == len(rows)
    assert {language: told >= 150 for language, told in Counter(row["language"] for row in rows).items()} == {"en": True, "fr": True}
    for row in rows:
        for span in row["spans"]:
            text = row["messages"][span["message"]]["content"] if "message" in span else row["text"]
            words = text[span["start"]:span["end"]]
            assert words == words.strip() != ""
            assert "]" not in words


def measure_of(built) -> dict:
    return json.loads((Path(built.path) / "evidence/measure.json").read_bytes())


def test_a_build_is_measured_and_planted_by_default(world):
    """A newcomer's release says what it was measured on, and that all planted data was found."""
    world.take([chat("c", "ada", prose("c"))])
    told = measure_of(world.build())
    assert told["measured"] is True
    assert told["set"]["invented"] is True
    assert told["planted"]["missed"] == {}
    assert sum(told["planted"]["drawn"].values()) == 14
    assert len(list((world.root / "state/measures").glob("*.json"))) == 1


def test_below_the_standard_there_is_no_release(world):
    """What is missed stops the build before anything is written, whatever the plan accepts.

    Law: DEI-01
    """
    world.take([chat("c", "ada", prose("c"))])
    with pytest.raises(RefusedError, match="recall of PERSON"):
        world.build(deidentify={"measure": {"recall": {"PERSON": 1}}}, accept_unmeasured_deidentification=True)
    assert not list((world.root / "releases").iterdir())


def test_unmeasured_needs_to_be_accepted(world):
    """Without a set there is no release, unless the plan says so by the name that sounds unsafe."""
    world.take([chat("c", "ada", prose("c"))])
    plan = {"deidentify": {"measure": {"set": "none"}}}
    with pytest.raises(RefusedError, match="accept_unmeasured_deidentification"):
        world.build(**plan)
    told = measure_of(world.build(**plan, accept_unmeasured_deidentification=True))
    assert told["measured"] is False
    assert told["planted"]["missed"] == {}


def test_an_own_set_is_used_and_measured_again_when_it_changes(world):
    """The kept measurement is that of the file's bytes; a set that is not there or broken stops the build."""
    world.take([chat("c", "ada", prose("c"))])
    plan = {"screen": {"languages": ["fr"]},
            "deidentify": {"measure": {"set": "mine.jsonl", "recall": {"EMAIL": 0.1}, "fully_redacted": 0}}}
    with pytest.raises(SetupError, match=r"mine\.jsonl"):
        world.build(**plan)
    line = {"id": 1, "language": "fr", "text": "Voir x@example.org", "spans": [{"start": 5, "end": 18, "label": "EMAIL"}]}
    (world.root / "mine.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    assert measure_of(world.build(**plan))["set"]["records"] == 1
    (world.root / "mine.jsonl").write_text(json.dumps(line) + "\n{}\n", encoding="utf-8")
    with pytest.raises(SetupError, match="line 2"):
        world.build(**plan)


def test_a_gate_switched_off_is_seen_by_a_stranger(world, monkeypatch):
    """A release below its own plan's standard fails the verifier, which counts the bounds again.

    Law: DEI-01
    """
    monkeypatch.setattr(staging, "require", lambda *_: None)
    world.swap(check=lambda *_: ())
    world.take([chat("c", "ada", prose("c"))])
    assert "measure-meets-plan" not in failing(world.build().path)
    world.take([chat("d", "ada", prose("d"))])
    built = world.build(deidentify={"measure": {"recall": {"PERSON": 1}}})
    assert failing(built.path)["measure-meets-plan"].startswith("the measure in ")


def _forged(told: dict, part: str) -> dict:
    report = told["report"]
    if part == "pins":
        return told | {"pins": ["better@1+000000000000"]}
    if part == "planted":
        return told | {"planted": {"drawn": {"EMAIL": 2}, "missed": {"EMAIL": 1}}}
    if part == "none":
        return {name: value for name, value in told.items() if name not in ("report", "set", "pins")} | {"measured": False}
    if part == "labels":
        return told | {"report": report | {"settings": {"labels": ["EMAIL"], "sweep": True}}}
    if part == "held":
        return told | {"report": report | {"held": {"detector-failed": 3}}}
    return told | {"report": report | {"languages": {"en": report["languages"]["en"]}}}


@pytest.mark.parametrize("part", ["pins", "planted", "none", "labels", "held", "language"])
def test_figures_of_something_else_are_seen_by_a_stranger(world, monkeypatch, part):
    """Other detectors or labels, a language left out, a text nobody looked at, planted data missed, no figures: each is a failure."""
    right = staging.assured
    monkeypatch.setattr(staging, "assured", lambda *given: _forged(right(*given), part))
    world.swap(check=lambda *_: ())
    world.take([chat("c", "ada", prose("c"))])
    assert "measure-meets-plan" in failing(world.build().path)


def test_a_dry_run_weighs_the_measure_too(world):
    """What would stop the release is said by the dry run, beside its tally; nothing is written."""
    world.take([chat("c", "ada", prose("c"))])
    plan = parse_plan({"deidentify": {"measure": {"recall": {"PERSON": 1}}}})
    assert build(world.ports, parse_plan({}), dry=True).refused is None
    weighed = build(world.ports, plan, dry=True)
    assert "recall of PERSON" in str(weighed.refused)
    assert weighed.tally.released == 1
    assert not list((world.root / "releases").iterdir())


def test_what_many_records_share_is_counted_and_not_told(world):
    """Records are counted by how many of them share an address or a name with it; small counts are merged, nothing is named.

    Law: DEI-07
    """
    world.take([chat(f"c{number}", f"u{number}", f"{prose(f'c{number}')} Écrivez à info@example.org.") for number in range(6)])
    world.take([chat(f"d{number}", f"v{number}", f"{prose(f'd{number}')} Écrivez à d{number}@example.org.") for number in range(5)])
    world.take([chat("e", "w", prose("e"))])
    built = world.build()
    told = measure_of(built)["found"]
    assert "tried" not in measure_of(built)["linkage"]
    assert told["repeated"]["contacts"] == {"1": 5, "5-9": 6}
    assert "example.org" not in json.dumps(told)


def test_each_release_is_attacked_by_style(world):
    """How often one conversation leads to another of the same person is counted in what was written; a patch says nothing of it.

    Law: DEI-06
    """
    world.take(people_chats(10, 2))
    built = world.build()
    told = measure_of(built)["linkage"]
    assert (told["among"], told["tried"], "user0" in json.dumps(told)) == (20, 20, False)
    assert told["first"] <= told["ten"] <= 20
    world.object("user0")
    assert "linkage" not in measure_of(world.space.patch(built.name))


def test_everything_found_is_counted_by_type_and_nothing_else_is_told(world):
    """Counts of things and of places, small ones merged; no text and no hash of one; a patch has no counts of its own."""
    mails = [f"w{number}@example.org" for number in range(7)]
    told = "\n".join(f"Write to {mail} or {mail} again." for mail in mails)
    world.take([chat("c", "ada", f"{prose('c')} {told}"), chat("d", "bob", f"{prose('d')} Ma carte bancaire : 4111 1111 1111 1111. " + " ".join(
        f"Tél. 06 39 98 00 1{number}." for number in range(6)))])
    built = world.build()
    found = measure_of(built)["found"]
    assert found["records"] == 2
    assert found["things"]["EMAIL"] == 7
    assert found["places"]["EMAIL"] == 14
    assert not {"PAYMENT_CARD", "PHONE"} & {*found["things"]}
    assert all(number >= 5 or name == "other" for side in ("things", "places") for name, number in found[side].items())
    assert not any(mail in json.dumps(found) for mail in mails)
    world.object("bob")
    patched = measure_of(world.space.patch(built.name))
    assert patched["planted"] == measure_of(built)["planted"]
    assert "found" not in patched
