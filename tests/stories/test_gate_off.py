"""A release built with one gate switched off, properly closed and signed, fails the audit, and the claim is named."""

from dataclasses import replace

import polars as pl
import pytest
from world import chat, failing, prose

from licit.core.decisions import KEEP
from licit.pipeline.admit import Admission
from licit.pipeline.honour import Honour
from licit.usecases import deciding, release, staging


def built_anyway(world, **plan) -> dict[str, str]:
    """Build without the check at the end, insist that the release came about, and give the claims that fail."""
    world.swap(check=lambda *_: ())
    built = world.build(**plan)
    assert built.name
    return failing(built.path, world.root)


def test_honouring_off(full, monkeypatch):
    """Somebody who objected is released: the audit says that people were not honoured."""
    full.object("user1")
    monkeypatch.setattr(Honour, "apply", lambda self, rows, *_: rows)
    assert "people-honoured" in built_anyway(full)


def test_one_person_passed_over(full, monkeypatch):
    """It is enough that one person of many was passed over."""
    full.object("user1")
    full.object("user2")
    genuine = deciding.standings_at
    subject = full.ports.identities.subjects_for([("chat", "account", "user2")], create=False)[0]

    def forgetful(log, at):
        folded = genuine(log, at)
        folded.states.pop(subject)
        return folded

    monkeypatch.setattr(deciding, "standings_at", forgetful)
    assert "people-honoured" in built_anyway(full)


@pytest.mark.parametrize(("declared", "claim"), [
    ({"source": "stranger"}, "sources-admitted"), ({"source": "unapproved"}, "sources-admitted"),
    ({"capacity": "organisation"}, "admission-rerun"), ({"age": "minor"}, "admission-rerun"),
    ({"capacity": ""}, "admission-rerun"), ({"age": ""}, "admission-rerun")])
def test_admission_off(full, monkeypatch, declared, claim):
    """A source nobody approved, a minor or an organisation's chat is released: the audit names the claim."""
    full.space.add_source("stranger", ground="unknown", by="ines")
    full.space.add_source("unapproved", ground="own", by="ines")
    full.take([chat("bad", "user7", prose("bad"))], **declared)
    monkeypatch.setattr(Admission, "judge", lambda self, facts: KEEP)
    assert claim in built_anyway(full)


def test_screening_off(full, monkeypatch):
    """A row that screening or de-identification held is released: the audit names the claim."""
    full.take([chat("bad", "user7", prose("bad"))])
    genuine = deciding.facts_of

    def blind(*given, **more):
        rows = genuine(*given, **more)
        return rows.with_columns(static=pl.lit(""))

    monkeypatch.setattr(deciding, "facts_of", blind)
    full.take([chat("dutch", "user7", "Ik wil graag weten hoe het met de tuin is en wat je van het huis vindt, maar niet.",
                    answer="Het is een mooie tuin en ik vind het huis ook niet te groot voor een kat die er van houdt.")])
    assert "admission-rerun" in built_anyway(full)


@pytest.mark.parametrize("change", [
    lambda tally: replace(tally, arrived=tally.arrived - 3, refused={}),
    lambda tally: replace(tally, held={"waiting-period": 3}, refused={}),
    lambda tally: replace(tally, arrived=tally.arrived + 10, refused={"objection": 3, "unreadable": 10})])
def test_a_false_tally(full, monkeypatch, change):
    """A tally that balances and does not count what was decided fails, though it is signed."""
    full.object("user1")
    genuine = release.write_manifest
    monkeypatch.setattr(release, "write_manifest", lambda corpus, found, *more: genuine(
        corpus, replace(found, tally=change(found.tally)), *more))
    assert "tally-true" in built_anyway(full)


def test_a_leaked_twin(full, monkeypatch):
    """A row of the held-out twin among the released ones fails."""
    full.take([chat(f"more{number}", f"user{number % 4}", prose(f"more {number}")) for number in range(60)])  # so that one is drawn
    for module in (deciding, staging):
        monkeypatch.setattr(module, "AUDITABLE", 1)
    genuine = staging.stage

    def leaking(workspace, built, progress):
        twin = built.rows.filter(pl.col("reason") == "held-out-twin")
        write = staging.write_rows

        def swapped(corpus, folder, rows, **more):
            kept = rows["kept"].to_list()
            kept[kept.index(True)], kept[twin["row"][0]] = False, True
            return write(corpus, folder, rows.with_columns(kept=pl.Series(kept)), **more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(staging, "write_rows", swapped)
            return genuine(workspace, built, progress)

    monkeypatch.setattr(release, "stage", leaking)
    assert "twin-apart" in built_anyway(full, audit={"twin_per_thousand": 200})


def test_a_patch_that_leaves_a_row(full, monkeypatch):
    """A patch in which a removed row stayed fails, though its parent is withdrawn and it is signed."""
    full.object("user1")
    monkeypatch.setattr(staging, "decide_patch", lambda workspace, lock, parent, progress: deciding.decide_under(
        workspace, {**lock, "log": {**lock["log"], "size": lock["log"]["base"]}}))
    full.swap(check=lambda *_: ())
    built = full.space.patch("release-1")
    assert built.tally.released == 12
    assert {"people-honoured"} <= set(failing(built.path, full.root))


def test_a_person_left_out_of_the_tags(full, monkeypatch):
    """A person whose rows are released and whose tag is left out could be told a false absence: the audit finds it.

    Law: REL-05
    """
    genuine = staging._with_keys
    monkeypatch.setattr(staging, "_with_keys", lambda workspace, people: genuine(workspace, people).slice(1))
    assert "tags-complete" in built_anyway(full)
