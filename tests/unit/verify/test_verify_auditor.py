"""A release built with one gate switched off, properly hashed and signed, fails for the auditor, the claim named."""

import hashlib
import json
import sqlite3

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from release_builder import POLICY, World, canonical, sha

from licit_verify import verify


def failed(world, **options):
    """Write, verify as an auditor, and give the names of the claims that fail."""
    release = world.write() if not hasattr(world, "folder") else world.root / world.folder
    report = verify(release, auditor=world.root, **options)
    return {result.claim for result in report.results if result.result == "fails"}


def chat_fact(world, record, **facts):
    """Change facts of a row before it arrives."""
    for _, row in world.everything():
        if row["record"] == record:
            row |= facts


def released(record, *reasons, shard="h1", log=1000, **more):
    """Give the body of a staff decision that lifts reasons."""
    return {"record": record, "answer": "release", "reasons": list(reasons), "by": "lea", "why": "looked at it",
            "shard": shard, "log": log, **more}


def test_an_honest_release_holds_for_the_auditor(world):
    """RULE: every gate, run again, agrees with an honest release."""
    world.arrive()
    world.log.add("objection", {}, "s0")
    world.decided = {(f"r0{i}", 0): ("refuse", "objection") for i in range(2)}
    assert failed(world) == set()
    assert len(verify(world.root / world.folder, auditor=world.root).results) == 30


@pytest.mark.parametrize(("kind", "decision"), [
    ("objection", {}), ("objection", {"purposes": ["train"]}), ("withdrawal", {}), ("erasure", {}), ("restriction", {}),
    ("rectification", {"target": {"level": "record", "record": "r00"}}),
    ("objection", {"target": {"level": "turn", "record": "r00", "turn": "t2"}}),
    ("objection", {"target": {"level": "nonsense"}}), ("objection", {"purposes": ["nonsense"]})])
@pytest.mark.parametrize("when", ["arrival", "closing"])
def test_an_objectors_row(world, kind, decision, when):
    """RULE: nobody's row is released against their entry, up to the very closing."""
    world.arrive()
    if when == "closing":
        world.size = len(world.log.entries)
    world.log.add(kind, decision, "s0", received="2025-05-01T10:00:00.000000Z")
    assert failed(world) == {"people-honoured"}


def test_a_log_that_lost_entries_is_said(world):
    """RULE: a release made after entries of the log were lost says that this was accepted."""
    world.arrive()
    world.log.add("loss", {"from": 3, "to": 5, "again": 0, "by": "lea", "why": "no newer copy"}, "")
    assert failed(world) == {"log-whole"}


def test_an_entry_after_closing_changes_nothing(world):
    """RULE: what is recorded after closing supersedes the release and does not falsify it."""
    world.write()
    world.log.add("objection", {}, "s0")
    world.path("licit.db").unlink()
    world.log.write(world.path("licit.db"), world.people)
    assert failed(world) == set()


def test_a_linked_account_and_a_second_person_count(world):
    """RULE: a refusal reaches the linked account, and everybody whom any turn concerns."""
    chat_fact(world, "r10", turn_subjects=[["s1"], ["s1", "s2"]], subjects=["s1", "s2"])
    world.arrive()
    world.log.add("link", {"with": "s3"}, "s2")
    world.log.add("objection", {}, "s3")
    world.decided = {(f"r{p}{i}", 0): ("refuse", "objection") for p in "23" for i in range(2)}
    assert failed(world) == {"people-honoured"}


@pytest.mark.parametrize("change", [
    {"notice": [{**POLICY["notice"][0], "starts": "2025-06-01"}]}, {"assessment": []}, {"notice": []},
    {"assessment": [{**POLICY["assessment"][0], "expires_at": "2025-12-01"}]},
    {"period": [{**POLICY["period"][0], "basis": "consent"}]},
    {"period": [{**POLICY["period"][0], "waiting_days": 3000}]}, {"period": [{**POLICY["period"][0], "purpose": "publish"}]},
    {"period": [{**POLICY["period"][0], "ends": "2025-02-01"}]}, {"unknown": []}])
def test_silence_that_permits_nothing(tmp_path, change, monkeypatch):
    """RULE: without basis, notice, waiting period or assessment, silent people are not in a release."""
    import release_builder
    monkeypatch.setattr(release_builder, "POLICY", {**POLICY, **change})
    assert "people-honoured" in failed(World(tmp_path))


def test_times_near_a_boundary_are_told_apart(tmp_path, monkeypatch):
    """RULE: one second before the notice is before the notice, though most of the rows lie after it."""
    import release_builder
    notice = [{**POLICY["notice"][0], "starts": "2025-03-01T10:00:00Z"}]
    monkeypatch.setattr(release_builder, "POLICY", {**POLICY, "notice": notice})
    world = World(tmp_path / "good")
    assert failed(world) == set()
    world = World(tmp_path / "bad")
    chat_fact(world, "r21", turn_said=["2025-03-01T09:59:59Z", "2025-03-01T10:00:09Z"])
    assert failed(world) == {"people-honoured"}


@pytest.mark.parametrize("said", ["", "soon", "2025-02-30T10:00:00Z", "2025-03-01T10:00:00"])
def test_an_unknown_time_is_bounded_or_held(world, said):
    """RULE: a turn without a time of its own is bounded by its row's dates, or it may not be released."""
    chat_fact(world, "r20", turn_said=[said, said])
    world.arrive()
    chat_fact(world, "r20")
    assert failed(world) == set()


def test_a_row_without_any_time_is_not_released(world):
    """RULE: nobody can check notice and waiting period of what has no date."""
    chat_fact(world, "r20", turn_said=["", ""], said_first="", said_last="")
    assert failed(world) == {"people-honoured"}


def test_somebody_who_is_no_user_objected(tmp_path):
    """RULE: a person named in a text is honoured by keyed hash; a homonym is held unless staff decided otherwise."""
    for column, body, claims in (("mentions", {"keys": ["k1"]}, {"people-honoured"}),
                                 ("names", {"names": ["k1"]}, {"people-honoured"}), ("names", {"keys": ["k1"]}, set())):
        world = World(tmp_path / f"{column}{len(claims)}{'keys' in body}")
        chat_fact(world, "d1", **{column: ["k0", "k1"]})
        world.log.add("third-party-objection", body)
        assert failed(world) == claims
        if column == "names" and claims:
            world = World(tmp_path / "lifted")
            chat_fact(world, "d1", names=["k1"])
            world.log.add("third-party-objection", body)
            world.log.add("decision", released("d1", "third-party-homonym", shard="h2"))
            assert failed(world) == set()


def test_a_namesake_that_nobody_had_seen(world):
    """RULE: that one objector is somebody else says nothing of the next one of the same name."""
    chat_fact(world, "d1", names=["k1"])
    world.log.add("third-party-objection", {"names": ["k1"]})
    world.log.add("decision", released("d1", "third-party-homonym", shard="h2", log=len(world.log.entries)))
    world.log.add("third-party-objection", {"names": ["k1"]})
    assert failed(world) == {"people-honoured"}


@pytest.mark.parametrize(("facts", "reason"), [
    ({"state": "temporary"}, "chat-state"), ({"capacity": "organisation"}, "organisation-data"),
    ({"capacity": "unknown"}, "capacity-unknown"), ({"age": "minor"}, "minor"),
    ({"surface": "clinic"}, "intimate-surface"), ({"age": "unknown", "surface": "elsewhere"}, "age-unknown"), ({"third_parties": True}, "third-parties"),
    ({"thread": "feedback"}, "purpose"), ({"thread": "hidden"}, "purpose"), ({"static": "special-category"},
                                                                            "special-category"),
    ({"static": "detector-failed"}, "detector-failed")])
def test_an_admission_rule_switched_off(world, facts, reason):
    """RULE: every row passes the admission rules again, or the claim and the reason are named."""
    chat_fact(world, "r11", **facts)
    release = world.write()
    result = verify(release, auditor=world.root).result("admission-rerun")
    assert result.result == "fails"
    assert reason in result.detail
    assert "r11" in result.detail


def test_age_is_known_where_the_surface_is_for_adults(world):
    """RULE: an unknown age on a surface declared for adults is no reason."""
    chat_fact(world, "r11", age="unknown")
    assert failed(world) == set()


def test_a_chat_of_nobody(world):
    """RULE: a chat of one's own product without its holder is nobody's to release."""
    chat_fact(world, "r11", holder="", turn_subjects=[[], []], subjects=[])
    world.people.pop("s9", None)
    assert "admission-rerun" in failed(world)


@pytest.mark.parametrize("answer", ["hold", "refuse"])
def test_a_staff_decision_counts(world, answer):
    """RULE: what staff held or refused on the record is not released."""
    world.log.add("decision", {"record": "r11", "answer": answer, "by": "lea"})
    assert failed(world) == {"admission-rerun"}


def test_a_staff_decision_lifts_only_what_is_staffs(tmp_path):
    """RULE: staff may decide on third parties, never on an organisation's data."""
    for number, (facts, reason, claims) in enumerate([
            ({"third_parties": True}, "third-parties", set()),
            ({"third_parties": True}, "minor-in-text", {"admission-rerun"}),
            ({"third_parties": True, "capacity": "organisation"}, "third-parties", {"admission-rerun"}),
            ({"capacity": "organisation"}, "organisation-data", {"admission-rerun"})]):
        world = World(tmp_path / str(number))
        chat_fact(world, "r11", **facts)
        chat_fact(world, "r31", **facts)
        for record in ("r11", "r31"):
            world.log.add("decision", released(record, reason))
        assert failed(world) == claims


@pytest.mark.parametrize("change", [{"by": " "}, {"why": ""}, {"shard": "h2"}, {"shard": None}, {"log": None}])
def test_a_release_by_staff_says_who_why_and_of_what(world, change):
    """RULE: a decision without a name or a reason, or on another state of the record, lifts nothing."""
    chat_fact(world, "r11", third_parties=True)
    world.log.add("decision", released("r11", "third-parties") | change)
    assert failed(world) == {"admission-rerun"}


def test_two_reasons_blind_to_rights_are_lifted_one_by_one(tmp_path):
    """RULE: what staff may lift stands beside what else they may lift; to lift one leaves the other."""
    for number, (lifted, claims) in enumerate([(("shadow-library",), {"admission-rerun"}),
                                               (("shadow-library", "minor-in-text"), set())]):
        world = World(tmp_path / str(number))
        chat_fact(world, "r11", static="minor-in-text shadow-library")
        world.log.add("decision", released("r11", *lifted))
        assert failed(world) == claims


def test_a_lifted_record_does_not_lift_another(world):
    """RULE: a decision on one conversation is no decision on the next with the same facts."""
    for record in ("r11", "r31"):
        chat_fact(world, record, third_parties=True)
    world.log.add("decision", released("r11", "third-parties"))
    result = verify(world.write(), auditor=world.root).result("admission-rerun")
    assert "r31" in result.detail
    assert "r11" not in result.detail


def test_an_older_state_of_a_record(world):
    """RULE: of a record that arrived twice, only the newest state may be released."""
    world.shards["h3"] = [world.chat("r00", "s0")]
    world.shards["h3"][0]["order"] = b"\x01" * 16
    world.decided = {}
    kept = world._decide

    def decide():
        rows = kept()
        rows.remove(next(row for row in rows if row["order"] == b"\x01" * 16))
        path = world.path(world.state, "decisions.parquet")
        table = pq.read_table(path).to_pylist()
        for row in table:
            if row["shard"] == "h3":
                row |= {"answer": "refuse", "reason": "duplicate"}
        from release_builder import DECISIONS
        world.decisions = world.table(f"{world.state}/decisions.parquet", table, DECISIONS)
        world.exact |= {"released": 9, "refused": {"unreadable": 2, "duplicate": 1}}
        return rows

    world._decide = decide
    assert failed(world) == {"admission-rerun"}


@pytest.mark.parametrize("entries", [
    [], [("approval", {"source": "press", "version": 2, "by": "x"}), ("source", {
        "source": "press", "ground": "open-licence", "licence": "CC-BY-4.0"})],
    [("signal", {"source": "press", "verdict": "reserved"})],
    [("contract", {"source": "press", "id": "c", "uses": ["ground"], "starts": "2024-01-01"}),
     ("approval", {"source": "press", "version": 2, "by": "x"})],
    [("contract", {"source": "press", "id": "c", "uses": ["train"], "starts": "2024-01-01", "ends": "2025-01-01"}),
     ("approval", {"source": "press", "version": 2, "by": "x"})],
    [("source", {"source": "press", "ground": "open-licence", "licence": "CC-BY-NC-4.0"}),
     ("approval", {"source": "press", "version": 2, "by": "x"})]])
def test_an_unlicensed_text(world, entries):
    """RULE: a source that is not approved, reserved, or licensed for something else is named."""
    if not entries:
        world.shards["h2"][0]["source"] = "found-on-the-web"
    for kind, body in entries:
        world.log.add(kind, body)
    assert "sources-admitted" in failed(world)


def test_a_source_stated_otherwise_than_registered(world):
    """RULE: the manifest states a source as the register has it."""
    world.manifest_change = lambda manifest: manifest["sources"][1].update(ground="statutory")
    assert failed(world) == {"sources-admitted"}


@pytest.mark.parametrize("change", [
    lambda exact: {**exact, "arrived": exact["arrived"] - 1, "refused": {"unreadable": 1}},
    lambda exact: {**exact, "refused": {"minor": 2}},
    lambda exact: {**exact, "held": {"minor-in-text": 6}, "arrived": exact["arrived"] + 6}])
def test_a_false_tally(world, change):
    """RULE: the tally is recounted from the decisions; one that balances and is signed but false fails."""
    world.tally_change = change
    assert failed(world) == {"tally-true"}


def test_a_chunk_that_was_never_decided(world):
    """RULE: every chunk that arrived has a decision: leaving one out of the count is a false tally."""
    world.arrive()
    world.shards["h1"] = world.shards["h1"][1:]
    assert failed(world) == {"tally-true"}


def test_a_row_more_or_less_than_decided(tmp_path):
    """RULE: what is released is what was decided to be kept."""
    more, less = World(tmp_path / "more"), World(tmp_path / "less")
    more.decided = {("r00", 0): ("hold", "restricted")}
    held = more._rows
    more._rows = lambda kept: held([*kept, more.shards["h1"][0]])
    assert {"rows-as-decided", "people-honoured"} <= failed(more)
    kept = less._rows
    less._rows = lambda rows: kept(rows[1:])
    assert "rows-as-decided" in failed(less)


def test_words_that_were_never_judged(world):
    """RULE: the released words are those that were prepared; others, under the same record, were never judged."""
    world.data_change = lambda rows: [row | {"language": "en"} if row["record"] == "r00" else row for row in rows]
    assert failed(world) == {"rows-as-decided"}


def test_inputs_that_did_not_arrive(tmp_path):
    """RULE: the lock's inputs are the log's arrivals, all of them, in order, unchanged on the disk."""
    changes = [lambda w: w.inputs.pop(), lambda w: w.inputs.reverse(), lambda w: w.inputs[0].update(records=1)]
    for number, change in enumerate(changes):
        world = World(tmp_path / str(number)).arrive()
        world.inputs = json.loads(json.dumps(world.inputs))
        change(world)
        assert "inputs-fixed" in failed(world)
    for number, name in enumerate(["shards/h1.parquet", "attributes/k1/h1.parquet"]):
        world = World(tmp_path / f"file{number}")
        world.write()
        world.path(name).write_bytes(world.path(name).read_bytes() + b" ")
        assert "inputs-fixed" in failed(world)
        world.path(name).unlink()
        assert "inputs-fixed" in failed(world)


def erase(world, left, change=lambda body, rows: None):
    """Rewrite shard h1 to some of its rows, as the erasures of those whose rows go do after a release."""
    rows = [dict(row) for row in world.shards["h1"] if left(row)]
    asked = {holder: world.log.add("erasure", {}, holder) for holder in
             dict.fromkeys(row["holder"] for row in world.shards["h1"] if not left(row))}
    body = {"shard": "h1", "by": "h9" if rows else "", "sha256": sha(b""), "records": len(rows), "gone": {
        row["record"]: asked[row["holder"]] for row in world.shards["h1"] if not left(row)}}
    change(body, rows)
    if rows:
        world.prepare("h9", rows)
        world.store("h9", rows)
    world.log.add("rewrite", body)
    world.path("licit.db").unlink()
    world.log.write(world.path("licit.db"), world.people)
    for name in ("shards/h1.parquet", "attributes/k1/h1.parquet"):
        world.path(name).unlink()
    return verify(world.root / world.folder, auditor=world.root)


def test_a_shard_rewritten_since_is_judged_by_what_is_left(world):
    """RULE: when the erased rows were not released, every row is still judged; only what left cannot be recounted."""
    world.decided = {("r00", 0): ("refuse", "erased"), ("r01", 0): ("refuse", "erased")}
    world.write()
    report = erase(world, lambda row: row["holder"] != "s0")
    assert {r.claim for r in report.results if r.result != "holds"} == {"inputs-fixed", "tally-true", "copies-apart", "kin-held"}
    assert report.exit_code == 0


@pytest.mark.parametrize("everything", [False, True])
def test_rows_erased_since_cannot_be_judged_again(world, everything):
    """RULE: released words that were erased since leave nothing to judge: neither success nor failure, and said."""
    world.write()
    report = erase(world, lambda row: not everything and row["holder"] != "s0")
    assert report.exit_code == 0
    assert {report.result(name).result for name in ("inputs-fixed", "tally-true", "people-honoured", "rows-as-decided",
                                                    "tags-complete")} == {"cannot-tell"}


def test_an_erasure_hides_no_objector(world):
    """RULE: a rewritten shard does not excuse a row that is still there and was released against an entry."""
    world.arrive()
    world.log.add("objection", {}, "s1")
    world.write()
    assert erase(world, lambda row: row["holder"] != "s0").result("people-honoured").result == "fails"


REWRITES = [
    lambda body, rows: body.pop("gone"), lambda body, rows: body.update(gone={}),
    lambda body, rows: body["gone"].update(r00=1), lambda body, rows: body["gone"].update(r00=4),
    lambda body, rows: body["gone"].update(r00=9999), lambda body, rows: body["gone"].pop("r00"),
    lambda body, rows: rows.pop(), lambda body, rows: (rows.pop(0), body["gone"].update(r10=body["gone"]["r00"])),
    lambda body, rows: rows[0].update(subjects=[], turn_subjects=[[], []]), lambda body, rows: rows[0].update(age="unknown"),
    lambda body, rows: rows[-1].update(static=""), lambda body, rows: rows[0].update(messages=rows[1]["messages"])]


@pytest.mark.parametrize("number", range(len(REWRITES)))
def test_a_rewrite_that_no_erasure_asked_for(world, number):
    """RULE: a rewrite takes the records of those who asked, names who asked, and leaves every other row as it was."""
    chat_fact(world, "r31", static="minor-in-text")
    world.decided = {("r31", 0): ("hold", "minor-in-text")}
    world.write()
    report = erase(world, lambda row: row["holder"] != "s0", REWRITES[number])
    assert report.result("inputs-fixed").result == "fails"
    assert report.exit_code == 1


def test_an_erasure_of_one_record_takes_no_other(world):
    """RULE: an erasure that names a record lets that record go and no other of the person's."""
    world.write()

    def change(body, rows):
        seq = world.log.add("erasure", {"target": {"level": "record", "record": "r00"}}, "s0")
        body["gone"] = dict.fromkeys(body["gone"], seq)

    assert erase(world, lambda row: row["holder"] != "s0", change).result("inputs-fixed").result == "fails"


def test_an_erasure_by_a_linked_account(world):
    """RULE: the erasure of a linked account lets the records of the other go."""
    world.write()

    def change(body, rows):
        world.log.add("link", {"with": "s0"}, "s9")
        body["gone"] = dict.fromkeys(body["gone"], world.log.add("erasure", {}, "s9"))

    assert erase(world, lambda row: row["holder"] != "s0", change).exit_code == 0


def test_what_was_erased_is_not_released_again(world):
    """RULE: a record that was erased once is released by no later build, whatever came back."""
    world.arrive()
    seq = world.log.add("erasure", {"target": {"level": "turn", "record": "r00", "turn": "t9"}}, "s0")
    world.log.add("rewrite", {"shard": "h0", "by": "", "sha256": "", "records": 0, "gone": {"r00": seq}})
    assert "people-honoured" in failed(world)


def test_sources_of_the_plan_bound_the_inputs(world):
    """RULE: a plan that names its sources has their arrivals as inputs, and no others."""
    world.plan["sources"] = ["chat"]
    world.arrive()
    world.inputs, world.shards = world.inputs[:1], {"h1": world.shards["h1"]}
    world.attributes.pop("h2")
    assert failed(world) == set()


@pytest.mark.parametrize("sql", [
    "update log set subject = 's3' where seq = 2", "update log set kind = 'consent' where kind = 'policy'",
    "update log set received_at = '2020-01-01T00:00:00.000000Z' where seq = 3", "delete from log where seq = 4",
    "update log_decision set body = replace(cast(body as text), 'own', 'our') where seq = 4",
    "update log_particulars set body = '{ }' where seq = 1", "update log set leaf = zeroblob(32) where seq = 5",
    "insert into log_decision values (9999, x'00', x'00')", "update log set kind = 7 where seq = 5",
    "drop table log_decision", "update log set decision_commitment = null where seq = 2",
    "delete from log where seq > 10"])
def test_a_log_changed_by_hand(world, sql):
    """RULE: any change of the database behind the log's back shows, whatever it was for."""
    world.write()
    base = sqlite3.connect(world.path("licit.db"))
    base.execute(sql)
    base.commit()
    base.close()
    assert "log-whole" in failed(world)


def test_a_missing_decision_part_refuses(tmp_path):
    """RULE: an entry whose decision was erased refuses what it is about, and the log is still whole."""
    for seq, claims in ((2, set()), (5, set()), (8, {"people-honoured", "admission-rerun", "rows-as-decided", "tally-true",
                                                     "order-keyed", "tags-complete"})):
        world = World(tmp_path / str(seq))
        world.write()
        base = sqlite3.connect(world.path("licit.db"))
        base.execute("delete from log_decision where seq = ?", (seq,))
        base.commit()
        base.close()
        got = failed(world)
        assert claims <= got
        assert "log-whole" not in got
        if seq == 5:
            assert "sources-admitted" in got
    world = World(tmp_path / "objection").arrive()
    seq = world.log.add("access", {}, "s0")
    world.write()
    base = sqlite3.connect(world.path("licit.db"))
    base.execute("delete from log_decision where seq = ?", (seq,))
    base.commit()
    base.close()
    assert failed(world) == {"people-honoured"}


def test_a_log_rewritten_as_a_whole(world):
    """RULE: a log that agrees with itself but not with the signed roots is another log."""
    world.write()
    other = World(world.root.parent / "other")
    other.log.entries.clear()
    for entry in world.log.entries:
        if entry["kind"] != "arrival":
            other.log.add(entry["kind"], json.loads(entry["body"]), entry["subject"])
    world.path("licit.db").unlink()
    other.log.write(world.path("licit.db"), world.people)
    assert "log-whole" in failed(world)


def test_one_entry_rewritten_consistently(world):
    """RULE: one early entry exchanged, its leaf and all, gives another root than the signed one."""
    world.write()
    other = World(world.root.parent / "other")
    other.log.entries.clear()
    for entry in world.log.entries:
        body = json.loads(entry["body"]) | ({"by": "somebody else"} if entry["seq"] == 5 else {})
        other.log.add(entry["kind"], body, entry["subject"], received=entry["received_at"])
    world.path("licit.db").unlink()
    other.log.write(world.path("licit.db"), world.people)
    assert failed(world) == {"log-whole"}


def test_somebody_without_a_key(world):
    """RULE: a person whose key the workspace lost cannot be shown to be among the tags."""
    world.write()
    world.path("licit.db").unlink()
    world.log.write(world.path("licit.db"), {name: key for name, key in world.people.items() if name != "s2"})
    assert failed(world) == {"tags-complete"}


def test_records_set_aside_are_counted_from_the_log(world):
    """RULE: what could not be read at import is counted where it arrived, not where it suits."""
    world.arrive()
    world.set_aside = 1
    assert failed(world) == {"inputs-fixed"}


def test_decisions_on_what_never_arrived(world):
    """RULE: the decisions are those of the inputs and of what was set aside, no more: a padded count is a false tally."""
    world.arrive()
    world.set_aside, world.lock_change = 3, lambda lock: lock.update(set_aside=2)
    assert failed(world) == {"tally-true"}


def test_a_plan_names_the_sources_of_rows_too(world):
    """RULE: a row that says another source than its shard's is not smuggled in by it."""
    world.plan["sources"] = ["chat"]
    world.shards = {"h1": [*world.shards["h1"], world.document("d1")]}
    assert failed(world) == {"sources-admitted"}


@pytest.mark.parametrize(("answer", "reason"), [("keep", "objection"), ("hold", ""), ("maybe", "minor")])
def test_an_answer_without_its_reason(world, answer, reason):
    """RULE: a decision is keep without a reason, or hold or refuse with one; nothing else is a decision."""
    world.decided = {("r00", 0): (answer, reason)}
    assert "tally-true" in failed(world)


def test_a_public_tally_that_is_not_the_exact_one(world):
    """RULE: the public tally is the exact one with small counts merged, and nothing prettier."""
    merged = world.merged
    world.merged = lambda counts: {"unreadable": 7} if counts == {"unreadable": 7} else merged(counts)
    world.set_aside = 7

    def change(manifest):
        manifest["tally"] |= {"held": {"minor-in-text": 7}, "refused": {}}

    world.manifest_change = change
    assert "tally-true" in failed(world)


def test_somebody_left_out_of_the_tags(tmp_path):
    """RULE: the tree of tags holds everybody the rows concern: a person cannot be hidden from their own receipt."""
    for number, people in enumerate([{"s0", "s1", "s2"}, set()]):
        world = World(tmp_path / str(number))
        world.tags_of = people
        assert failed(world) == {"tags-complete"}


def test_a_twin_that_is_released(world):
    """RULE: the held-out twin is apart, or a later audit of the model means nothing."""
    world.decided = {("r00", 0): ("hold", "held-out-twin")}
    held = world._rows
    world._rows = lambda kept: held([*kept, world.shards["h1"][0]])
    assert {"twin-apart", "rows-as-decided"} <= failed(world)


@pytest.mark.parametrize("change", [lambda m: m["audit"].update(twin=3), lambda m: m["audit"].update(twin_digest=sha(b""))])
def test_a_twin_that_is_not_the_one_drawn(world, change):
    """RULE: the twin in the workspace is the one that the manifest commits to."""
    world.decided = {("r00", 0): ("hold", "held-out-twin")}
    world.manifest_change = change
    assert failed(world) == {"twin-apart"}


def test_a_twin_file_with_other_rows(world):
    """RULE: the twin's file holds the rows that were drawn, though its digest is the manifest's."""
    world.decided = {("r00", 0): ("hold", "held-out-twin")}

    def change(manifest):
        digest = world.table(f"{world.state}/twin.parquet", [{"record": "r01", "chunk": 0}],
                             pa.schema([("record", pa.string()), ("chunk", pa.int32())]))
        manifest["audit"]["twin_digest"] = digest

    world.manifest_change = change
    assert failed(world) == {"twin-apart"}


def test_an_altered_decisions_file(world):
    """RULE: answers row by row cannot be changed afterwards."""
    world.write()
    path = world.path(world.state, "decisions.parquet")
    path.write_bytes(path.read_bytes() + b"\0")
    assert "decisions-recorded" in failed(world)


def grouped(world, order):
    """Give the world many rows, placed by a function of (person, number)."""
    world.shards["h1"] = [world.chat(f"r{i}x{j}", f"s{i}") for i in range(4) for j in range(30)]
    for row in world.shards["h1"]:
        person, number = row["record"][1:].split("x")
        row["order"] = hashlib.sha256(order(int(person), int(number)).encode()).digest()[:16] if order else (
            bytes([int(person), int(number)]) + bytes(14))


def test_rows_grouped_by_person(tmp_path):
    """RULE: the order tells nothing about people; rows that lie person by person fail."""
    good, bad = World(tmp_path / "good"), World(tmp_path / "bad")
    grouped(good, lambda person, number: f"{person}/{number}")
    grouped(bad, None)
    assert failed(good) == set()
    assert failed(bad) == {"order-keyed"}


def test_an_order_of_ones_own(world):
    """RULE: a row's place is the one it was given when it arrived."""
    def change(rows):
        rows = [dict(row) for row in rows]
        rows[0]["order"] = b"\x00" * 16
        return sorted(rows, key=lambda row: row["order"])

    world.data_change = change
    assert failed(world) == {"order-keyed"}


def test_a_few_people_to_a_file(world):
    """RULE: where there are several files, each holds a thousand people."""
    from release_builder import DATA, IDS

    def change(manifest):
        for kind, schema in (("data", DATA), ("ids", IDS)):
            rows = pq.read_table(world.path(world.folder, f"{kind}/part-00000.parquet")).to_pylist()
            for number, part in enumerate((rows[:4], rows[4:])):
                relative = f"{kind}/part-{number:05}.parquet"
                digest = world.table(f"{world.folder}/{relative}", part, schema)
                manifest["files"] = [f for f in manifest["files"] if f["path"] != relative] + [
                    {"path": relative, "sha256": digest, "bytes": world.path(world.folder, relative).stat().st_size}]
        manifest["files"].sort(key=lambda file: file["path"])

    world.manifest_change = change
    assert failed(world) == {"order-keyed"}


# --- patches -------------------------------------------------------------------------------------------------------

def patched(tmp_path, *, decided=None, before=None, change=lambda world: None, withdraw=True):
    """Give a parent release and its patch after s0 objected."""
    world = World(tmp_path)
    world.decided = before or {}
    parent = world.write()
    digest = sha((parent / "manifest.json").read_bytes())
    world.base = world.size
    world.log.add("objection", {}, "s0")
    world.name, world.size = "spring-2", len(world.log.entries)
    world.parent = {"name": "spring-1", "manifest": digest, "withdrawn": True}
    world.decided = decided or {(f"r0{i}", 0): ("refuse", "objection") for i in range(2)}
    change(world)
    close = world._close

    def closing():
        close()
        if withdraw:
            world.log.add("release-withdrawn", {"release": "spring-1", "by": "spring-2"})

    world._close = closing
    world.write()
    return world


def test_an_honest_patch(tmp_path):
    """RULE: a patch with its parent's inputs, one objector's rows left out, holds."""
    assert failed(patched(tmp_path)) == set()


def test_a_patch_may_elect_a_copy(tmp_path):
    """RULE: a permitted copy may take the place of one that left; another row may not join."""
    gone = {(f"r0{i}", 0): ("refuse", "objection") for i in range(2)}
    good = patched(tmp_path / "good", before={("r10", 0): ("refuse", "duplicate")}, decided=gone)
    assert failed(good) == set()
    bad = patched(tmp_path / "bad", before={("r10", 0): ("hold", "age-unknown")}, decided=gone)
    assert failed(bad) == {"patch-of-parent"}


@pytest.mark.parametrize("change", [
    lambda world: world.plan.update(near=False), lambda world: setattr(world, "lock_change", lambda lock: lock.update(seed="11" * 8)),
    lambda world: setattr(world, "base", world.size)])
def test_a_patch_that_changes_more_than_it_may(tmp_path, change):
    """RULE: plan, seed and base are the parent's."""
    assert failed(patched(tmp_path, change=change)) == {"patch-of-parent"}


def test_a_patch_whose_parent_was_not_withdrawn(tmp_path):
    """RULE: the patch takes the parent's place in the log, or both would stand."""
    assert failed(patched(tmp_path, withdraw=False)) == {"patch-of-parent"}


def test_a_patch_whose_parent_is_gone_cannot_tell(tmp_path):
    """RULE: a parent that was removed, as it should be, leaves only its lock's word; that is said."""
    import shutil
    world = patched(tmp_path)
    shutil.rmtree(world.path("releases/spring-1"))
    report = verify(world.root / world.folder, auditor=world.root)
    assert report.result("patch-of-parent").result == "cannot-tell"
    assert report.exit_code == 0


def test_a_patch_applies_no_permission(tmp_path):
    """RULE: from base to size only what restricts counts: a permission there lifts nothing."""
    def change(world):
        world.log.add("permission", {"purposes": ["train"], "target": {"level": "record", "record": "r00"}}, "s0",
                      received="2025-06-01T10:00:00.000000Z")
        world.size = len(world.log.entries)

    world = patched(tmp_path, decided={("r01", 0): ("refuse", "objection")}, change=change)
    assert failed(world) == {"people-honoured"}


def test_a_patch_follows_an_erasure(tmp_path):
    """RULE: a patch made after words were erased has the rewritten shard in place of the old one, and nothing else."""
    change_rows = lambda rows: None  # noqa: E731

    def change(world):
        world.shards = {"h9": world.shards["h1"][2:], "h2": world.shards["h2"]}
        digest = world.store("h9", world.shards["h9"])
        new = {"shard": "h9", "sha256": digest, "records": 6}
        change_rows(world.shards["h9"])
        world.attributes = {"h9": world.prepare("h9", world.shards["h9"]), "h2": world.attributes["h2"]}
        seq = world.log.add("erasure", {}, "s0")
        world.log.add("rewrite", new | {"shard": "h1", "by": "h9", "gone": {"r00": seq, "r01": seq}})
        world.inputs = [new | {"source": "chat"}, world.inputs[1]]
        world.size = len(world.log.entries)
        for name in ("shards/h1.parquet", "attributes/k1/h1.parquet"):
            world.path(name).unlink()

    assert failed(patched(tmp_path / "good", change=change)) == set()
    change_rows = lambda rows: rows[0].update(subjects=[], turn_subjects=[[], []])  # noqa: E731
    assert "patch-of-parent" in failed(patched(tmp_path / "bad", change=change))


@pytest.mark.parametrize("breakage", ["missing", "empty", "text", "folder"])
def test_a_broken_workspace_is_a_failure_and_no_traceback(world, breakage):
    """RULE: an auditor who cannot look has not seen that anything holds."""
    world.write()
    path = world.path("licit.db")
    path.unlink()
    if breakage == "empty":
        path.write_bytes(b"")
    elif breakage == "text":
        path.write_bytes(b"not a database" * 100)
    elif breakage == "folder":
        path.mkdir()
    got = failed(world)
    assert {"log-whole", "inputs-fixed", "people-honoured", "sources-admitted"} <= got


@pytest.mark.parametrize("field", ["name", "shard", "key"])
def test_a_name_is_no_path(world, field):
    """RULE: a name in the manifest that walks through folders is refused, even where it leads to the right file."""
    def change(lock):
        if field == "name":
            lock["name"] = "x/../spring-1"
        elif field == "shard":
            lock["attributes"] = lock["attributes"] | {"files": {"../k1/h1": world.attributes["h1"],
                                                                 "h2": world.attributes["h2"]}}
            lock["inputs"] = [lock["inputs"][0] | {"shard": "../k1/h1"}, lock["inputs"][1]]
        else:
            lock["attributes"] = lock["attributes"] | {"key": "../attributes/k1"}

    world.arrive()
    world.lock_change = change
    if field == "name":
        world.path("state/x/y")
        world.manifest_change = lambda manifest: manifest.update(name="x/../spring-1")
    assert "people-honoured" in failed(world)


def test_ids_are_matched_fast_enough_to_matter():
    """RULE: rows are matched in columns; a million keys take well under a second even on a busy machine."""
    import time

    from licit_verify.rerun import key_of
    number = 200_000
    ids = pa.table({"record": [f"r{i:025d}" for i in range(number)], "chunk": pa.array([0] * number, pa.int32())})
    gone = key_of(ids.slice(0, 1000)).combine_chunks()
    start = time.process_time()
    assert pc.sum(pc.is_in(key_of(ids), value_set=gone)).as_py() == 1000
    assert time.process_time() - start < 1


def test_the_tally_digest_is_over_canonical_json(world):
    """RULE: the exact tally in the workspace has the digest that the manifest commits to."""
    world.write()
    assert sha(canonical(world.exact)) == world.manifest["private"]["tally"]
