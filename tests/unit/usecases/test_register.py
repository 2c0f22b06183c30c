"""The register of sources in a release: who approved it, what a contract permits, what ends, and what is made of several sources."""

import base64
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from world import CONSUMER, PAPERS, Pen, chat, failing, prose, reasons

from licit.core.decisions import KEEP
from licit.core.errors import InputError, RefusedError
from licit.pipeline.admit import Admission
from licit.surfaces.loader import open_release
from licit.usecases import deciding, papers, proofs, staging
from licit.usecases.commands import approve_source
from licit.usecases.plan import ACCEPT_UNSIGNED
from licit.usecases.register import change_source
from licit.usecases.register_view import due, ended, history, views
from licit.usecases.staff_keys import enroll, enrolled, keyring, revoke
from licit_verify import verify


def fed(world, source, **more):
    """Register a source, and import a chat from it."""
    world.space.add_source(source, ground="own", by="ines", **more)
    world.take([chat(f"in-{source}", "user9", prose(source))], source=source, **CONSUMER)


def licences(path):
    """Give the licence of each released row, by source."""
    return {row["source"]: row["licence"] for file in Path(path, "data").glob("*.parquet") for row in pq.read_table(file).to_pylist()}


def test_an_approval_by_a_name_alone_counts_where_a_plan_accepts_it(world):
    """Without a signature a source is held; a plan that accepts it says so in its manifest, and the auditor is told.

    Law: PRV-01
    """
    fed(world, "two")
    approve_source(world.ports, "two", "paul")
    assert reasons(world.build()) == {"approval-unsigned": 1}
    built = world.build(**{ACCEPT_UNSIGNED: True})
    report = verify(Path(built.path), auditor=world.root)
    assert built.lock["plan"]["accepted"] == [ACCEPT_UNSIGNED]
    assert (report.exit_code, report.result("sources-admitted").detail) == (0, "no signature stands behind the approval of 1 sources")
    assert deciding.gates_of(world.ports, built.lock).admission.wanted.unsigned


@pytest.mark.parametrize("forged", [{}, {"signature": 128 * "0"}])
def test_a_forged_approval_is_found_by_the_auditor(world, monkeypatch, forged):
    """A release built where signatures are not checked, or names alone are let pass, fails the audit of its sources."""
    fed(world, "two")
    seq = approve_source(world.ports, "two", "paul", signer=Pen("paul"))
    body = next(dict(entry.decision) for entry in world.ports.log.entries(start=seq))
    fed(world, "two", title="changed")
    known = views(world.ports)["two"].source
    world.ports.enter("approval", {**body, "version": known.version, "digest": known.digest, **forged})
    assert reasons(world.build()) == {"approval-unsigned": 1}
    world.swap(check=lambda *_: (), holds=lambda *_: True)
    assert "approval-unsigned" in failing(world.build().path, world.root)["sources-admitted"]


@pytest.mark.parametrize(("name", "role", "by"), [("ines", "legal", "the chair"), ("paula", "officer", "the chair"), ("paula", "legal", "ines")])
def test_who_may_not_sign_is_told_before(world, name, role, by):
    """The proposer, another role, and a key that the proposer enrolled: no approval is entered, and it is said why."""
    fed(world, "new")
    enroll(world.ports, name, role, Pen(name).public_key(), by)
    size = world.ports.log.head()[0]
    with pytest.raises(RefusedError, match=r"self-approval|approval-unsigned"):
        approve_source(world.ports, "new", name, signer=Pen(name))
    assert world.ports.log.head()[0] == size


def test_a_key_is_one_persons_and_comes_from_somebody_else(world):
    """Nobody enrols themselves; a key of somebody, or one taken back, is enrolled for nobody else."""
    with pytest.raises(RefusedError, match="self-enrolment"):
        enroll(world.ports, "Zoe", "legal", Pen("zoe").public_key(), " zoe ")
    with pytest.raises(RefusedError, match="key-used"):
        enroll(world.ports, "zoe", "legal", Pen("paul").public_key(), "the chair")
    assert [one.name for one in enrolled(world.ports)] == [PAPERS.approver, "paul"]
    revoke(world.ports, "PAUL", by="the chair", why="lost", stand=False)
    assert (views(world.ports)["chat"].answer.reason, [one.name for one in keyring(world.ports).enrolled.values()]) == (
        "approval-unsigned", [PAPERS.approver])
    with pytest.raises(RefusedError, match="key-used"):
        enroll(world.ports, "paul", "legal", Pen("paul").public_key(), "the chair")


def test_more_records_than_were_approved_are_held(world):
    """An approval covers a number of records; the record too many holds the source, and an auditor counts as well."""
    fed(world, "few")
    world.space.approve_source("few", by="paul", records=1)
    assert failing(world.build().path, world.root) == {}
    world.take([chat("one-more", "user9", prose("one more"))], source="few")
    assert reasons(world.build())["approval-volume"] == 2


def contracted(world, **terms):
    """Let a contract stand behind the source ``chat``."""
    world.space.add_contract("chat", **{"id": "C/7", "uses": ["train"], "starts": "2025-01-01", **terms})
    world.space.approve_source("chat", by="paul")


ENGLISH = "I would like to know how the garden is and what you think of the house that they have there."


def test_a_language_that_the_contract_does_not_name_is_held(world, monkeypatch):
    """Words in another language than a contract names are held row by row; released all the same, they fail the audit.

    Law: PRV-05
    """
    contracted(world, languages=["FR-fr"], media=["text"])
    world.take([chat("fr", "a", prose("fr")), chat("en", "b", ENGLISH, answer=ENGLISH), chat("und", "c", "Ok.", answer="Ok.")])
    built = world.build()
    assert (reasons(built), built.tally.released) == ({"contract-language": 2}, 1)
    monkeypatch.setattr(Admission, "judge", lambda self, facts: KEEP)
    world.swap(check=lambda *_: ())
    assert "contract-language" in failing(world.build().path, world.root)["admission-rerun"]


@pytest.mark.parametrize(("terms", "plan", "reason"), [
    ({"territory": ["EEA"]}, {}, "contract-territory"), ({"territory": ["EEA"]}, {"territory": ["NO", "US"]}, "contract-territory"),
    ({"uses": ["redistribute"]}, {"use": "redistribute", "territory": ["US"]}, "contract-sublicence")])
def test_outside_the_contract(full, monkeypatch, terms, plan, reason):
    """Where a contract does not hold, or does not let texts go on, nothing is released; released all the same, it fails the audit.

    Law: PRV-05
    """
    contracted(full, **terms)
    assert reasons(full.build(**plan)) == {reason: 12}
    monkeypatch.setattr(Admission, "judge", lambda self, facts: KEEP)
    full.swap(check=lambda *_: ())
    assert reason in failing(full.build(**plan).path, full.root)["sources-admitted"]


def test_a_contract_names_how_its_source_is_named(full, monkeypatch):
    """The terms of a release, in each language, name a source as its contract asks; without that, the audit of its sources fails.

    Law: PRV-05
    """
    contracted(full, attribution="© Pretend [News] & Cie, *tous droits*", territory=["EEA"])
    assert failing(full.build(territory=["NO"]).path, full.root) == {}
    genuine = papers._source
    monkeypatch.setattr(papers, "_source", lambda *given: {**genuine(*given), "attribution": ""})
    full.swap(check=lambda *_: ())
    assert "as its contract asks" in failing(full.build(territory=["NO"]).path, full.root)["sources-admitted"]


def test_what_contracts_will_ask_for_is_listed_by_day(full):
    """An inspection stands in what is due with its day, an end with what follows from it; both are past on the very day.

    Law: PRV-05, PRV-06
    """
    assert due(full.ports) == []
    contracted(full, audit="the training runs", audit_due="2026-04-01", ends="2026-06-01")
    assert [(one.day, one.late) for one in due(full.ports)] == [("2026-04-01", False), ("2026-06-01", False)]
    full.clock.at = datetime(2026, 4, 1, tzinfo=UTC)
    assert [one.late for one in due(full.ports)] == [True, False]
    assert "the training runs" in due(full.ports)[0].line()


def test_what_has_ended_is_left_out_and_told(full):
    """Once a contract is over the next build leaves its source out, and each release with its rows is told with what to do.

    Law: PRV-06
    """
    contracted(full, ends="2026-06-01", at_end="stop")
    built = full.build()
    with pytest.raises(RefusedError, match="no-sublicence"):
        full.space.register("recipient", name="Lab", release=built.name)
    contracted(full, ends="2026-06-01", at_end="stop", sublicence=True)
    full.space.register("recipient", name="Lab", release=built.name)
    assert ended(full.ports) == []
    full.clock.advance(days=92)
    assert reasons(full.build())["contract-dates"] == 12
    assert [(one.release, one.rows, one.do, one.recipients) for one in ended(full.ports)] == [
        ("release-1", 12, "stop", ()), (built.name, built.tally.released, "stop", ("Lab",))]
    full.space.add_contract("chat", id="C/8", uses=["train"], starts="2025-01-01", ends="2026-05-01")
    assert {one.do for one in ended(full.ports)} == {"destroy"}


@pytest.mark.parametrize(("zone", "last"), [("", "2026-05-31T23:59:59+00:00"), ("Europe/Paris", "2026-05-31T21:59:59+00:00"),
                                            ("America/New_York", "2026-06-01T03:59:59+00:00")])
def test_nobody_trains_on_what_rests_on_a_right_that_is_over(full, tmp_path, zone, last):
    """A release opens until the last second of a contract, in its zone, and from the next on no more; a lease knows the end as well.

    Law: PRV-06
    """
    full.clock.at = datetime.fromisoformat(last) - timedelta(minutes=1)
    contracted(full, ends="2026-06-01", at_end="stop", **({"zone": zone} if zone else {}))
    built = full.build()
    away = shutil.copytree(built.path, tmp_path / "away" / built.name)
    lease = tmp_path / "lease.json"
    lease.write_text(json.dumps(proofs.lease(full.ports, built.name)))
    over = datetime.fromisoformat(last) + timedelta(seconds=1)
    for path, word in ((built.path, None), (away, lease)):
        full.clock.at = over - timedelta(seconds=1)
        assert open_release(path, lease=word, clock=full.clock).until == over
        full.clock.at = over
        with pytest.raises(RefusedError, match="right-ended"):
            open_release(path, lease=word, clock=full.clock)
    assert not json.loads(base64.b64decode(proofs.lease(full.ports, built.name)["payload"]))["live"]
    contracted(full, id="C/8")
    assert len(open_release(built.path, clock=full.clock)) == 12


@pytest.mark.parametrize(("zone", "starts"), [("Europe/Paris", "2025-06-30T22:00:00Z"), ("America/New_York", "2025-07-01T04:00:00Z"), ("", "2025-07-01")])
def test_a_contract_counts_its_days_in_its_zone(world, zone, starts):
    """A day of a contract begins at midnight where its zone is, and in UTC where it names none."""
    world.space.add_contract("chat", id="C-1", uses=["train"], starts="2025-07-01", ends="2025-07-01T12:00:00Z", zone=zone)
    body = [dict(entry.decision) for entry in world.ports.log.entries(kinds=("contract",))][-1]
    assert (body["starts"], body["ends"]) == (starts, "2025-07-01T12:00:00Z")
    with pytest.raises(InputError, match="zone"):
        world.space.add_contract("chat", id="C-1", uses=["train"], starts="2025-07-01", zone="Mars/Olympus")


def test_what_is_made_of_several_sources_names_all_their_licences(world, monkeypatch):
    """The row of a rewrite carries the licence of everything it was made from, through every step; without, the audit fails.

    Law: PRV-04
    """
    world.license("more", ground="open-licence", licence="CC-BY-SA-4.0")
    world.license("other", ground="open-licence", licence="MIT")
    contracted(world)
    world.take([chat("a", "ada", prose("a"))], source="more")
    world.take([chat("b", "ben", prose("b"), derived_from=[world.record("a", "ada", "more")])], source="other")
    world.take([chat("c", "cleo", prose("c"), derived_from=[world.record("b", "ben", "other")])])
    built = world.build()
    assert licences(built.path) == {"more": "CC-BY-SA-4.0", "other": "CC-BY-SA-4.0 AND MIT",
                                    "chat": "CC-BY-SA-4.0 AND LicenseRef-contract-C-7 AND MIT"}
    assert failing(built.path, world.root) == {}
    monkeypatch.setattr(staging, "derived_licences", lambda *_: {})
    world.swap(check=lambda *_: ())
    assert "rows-as-decided" in failing(world.build().path, world.root)


def test_a_change_keeps_the_rest_and_its_reason_is_kept(world):
    """A change of one field keeps the others, needs a new approval, and stands in the history with who and why."""
    world.space.add_source("set", ground="open-licence", licence="CC-BY-4.0", kind="works", origin="https://example.org/set", by="ines")
    world.space.approve_source("set", by="paul")
    change_source(world.ports, "set", {"languages": ["fr"], "origin": "", "why": "asked", "by": "zoe"})
    view = views(world.ports)["set"]
    assert (view.source.version, view.state, view.source.licence, view.source.stated.languages) == (2, "not approved", "CC-BY-4.0", ("fr",))
    last = list(history(world.ports, "set"))[-1]
    assert (last["by"], last["why"], last["changed"]) == ("zoe", "asked", {"languages": ["fr"], "origin": None})
    assert "how" in view.as_json()["missing"]


def test_the_later_twin_of_an_origin_holds_both(world):
    """A source registered twice under different rights is held under either name until both say the same."""
    for name, licence in (("one", "CC-BY-4.0"), ("two", "CC-BY-NC-4.0")):
        world.license(name, ground="open-licence", licence=licence, origin="https://example.org/set")
    assert [view.answer.reason for view in views(world.ports).values()] == ["", "origin-disputed", "licence-forbids"]
    change_source(world.ports, "two", {"licence": "CC-BY-4.0", "why": "read again", "by": "ines"})
    assert [view.answer.reason for view in views(world.ports).values()] == ["", "", "source-not-approved"]


def test_an_entry_that_ends_is_held_from_its_day_on(world):
    """An entry of the register holds its source from the day on which it expires."""
    world.license("timed", expires=(world.clock.at + timedelta(days=1)).date().isoformat())
    assert views(world.ports)["timed"].answer == KEEP
    world.clock.advance(days=1)
    assert views(world.ports)["timed"].answer.reason == "source-expired"
