"""Erasure: no byte of the words stays, whoever's account they were said under and wherever a crash left them."""

import shutil
from pathlib import Path

import polars as pl
import pytest
from world import PLANTED, chat, copied, failing, people_chats, places_of, prose, reasons, released_records

from licit.core.errors import InputError, UnavailableError
from licit.usecases import commands, deciding, release, staging
from licit.usecases.alone import alone
from licit.usecases.erase import carry_out
from licit.usecases.queries import explain_record, recall
from licit_verify import verify


@pytest.fixture
def planted(planted_world, tmp_path):
    """The full world with one more chat of ``user1`` that holds the planted words, released twice."""
    return copied(planted_world, tmp_path / "w")


def test_no_byte_stays(planted):
    """After an erasure no file of the workspace or its releases holds the words, and the live releases hold their claims.

    Law: RGT-07
    """
    planted.object("user1", "erasure")
    done = carry_out(planted.ports)
    assert (done.records, len(done.patches)) == (4, 2)
    assert places_of(PLANTED, planted.root) == []
    for name in done.patches:
        assert failing(planted.root / "releases" / name, planted.root) == {}
    assert recall(planted.ports).touched == ()
    with pytest.raises(InputError, match="no such record"):
        explain_record(planted.ports, planted.record("planted", "user1"))
    assert carry_out(planted.ports).as_json() == {"records": 0, "shards": 0, "patches": [], "files": [], "deferred": 0}


def test_a_linked_account_is_erased_too(planted):
    """An erasure by one account of a person takes the words said under the linked one."""
    planted.object("other", "access", issuer="elsewhere")
    commands.link_accounts(planted.ports, ("elsewhere", "other"), ("chat", "user1"))
    planted.object("other", "erasure", issuer="elsewhere")
    carry_out(planted.ports)
    assert places_of(PLANTED, planted.root) == []


def test_the_twin_is_erased_too(full, monkeypatch):
    """Words that no release holds but its held-out twin make the release be patched, and leave the twin."""
    for module in (deciding, staging):
        monkeypatch.setattr(module, "AUDITABLE", 1)
    full.take([chat(f"p{n}", "zoe", f"{prose(f'zoe {n}')} {PLANTED}.") for n in range(40)])
    built = full.build(audit={"twin_per_thousand": 200})
    twin = {row["record"] for row in full.ports.corpus.read(f"state/{built.name}/twin.parquet").to_pylist()}
    mine = sorted(twin & {full.record(f"p{n}", "zoe") for n in range(40)})
    assert mine
    full.object("zoe", "erasure", target={"level": "record", "record": mine[0]})
    done = carry_out(full.ports)
    (patched,) = [name for name in done.patches if name.startswith("release")][-1:]
    left = {row["record"] for name in (built.name, *done.patches)
            for row in full.ports.corpus.read(f"state/{name}/twin.parquet").to_pylist()}
    assert mine[0] not in left
    assert failing(full.root / "releases" / patched) == {}


def test_others_stay(planted):
    """An erasure takes the records of that person and no other's; theirs are not prepared again."""
    planted.object("user1", "erasure")
    done = carry_out(planted.ports)
    records = released_records(planted.root / "releases" / done.patches[-1])
    assert records == {planted.record(f"c{p}-{n}", f"user{p}") for p in (0, 2, 3) for n in range(3)}
    before = {path: path.stat().st_mtime_ns for path in (planted.root / "attributes").rglob("h*.parquet")}
    assert planted.build().tally.released == 9
    assert {path: path.stat().st_mtime_ns for path in (planted.root / "attributes").rglob("h*.parquet")} == before


def test_words_that_come_back_are_erased_again(planted):
    """An export that still holds erased words does not bring them back: they are refused, and swept again."""
    planted.object("user1", "erasure")
    carry_out(planted.ports)
    planted.take([*people_chats(), chat("planted", "user1", f"Bonjour, je voudrais dire que {PLANTED} avec toi.")])
    assert reasons(planted.build())["erased"] == 4
    assert carry_out(planted.ports).records == 4
    assert places_of(PLANTED, planted.root) == []
    assert carry_out(planted.ports).records == 0


def test_an_audit_after_an_erasure_says_what_it_cannot_tell(full):
    """An erasure of what a release had refused leaves it live, and its audit tells the rest apart from what went.

    Law: RGT-07
    """
    full.object("user1")
    built = full.build()
    full.object("user1", "erasure")
    assert carry_out(full.ports).records == 3
    report = verify(Path(built.path), auditor=full.root)
    assert report.exit_code == 0
    assert {result.claim for result in report.results if result.result == "cannot-tell"} >= {"inputs-fixed", "tally-true"}
    assert report.result("people-honoured").result == "holds"


def test_a_purged_release_says_so(planted):
    """A withdrawn release whose words were erased fails, and an auditor is told when and why; other damage is not excused."""
    planted.object("user1", "erasure")
    carry_out(planted.ports)
    folder = planted.root / "releases/release-2"
    assert "purged of words that were erased" in failing(folder, planted.root)["files-intact"]
    assert "purged" not in failing(folder)["files-intact"]
    (folder / "evidence/tally.json").write_text("{}", encoding="utf-8")
    assert "purged" not in failing(folder, planted.root)["files-intact"]


def test_an_erased_conversation_that_goes_on_stays_out(planted):
    """What a later export brings of an erased conversation stays out whole, even without the erased words; others come in."""
    record = planted.record("planted", "user1")
    planted.object("user1", "erasure", target={"level": "turn", "record": record, "turn": turn_of(planted, record)})
    assert carry_out(planted.ports).records == 1
    planted.take([chat("planted", "user1", prose("goes on"), at="2025-09-01T10:00:00Z"), chat("new", "user1", prose("new"))])
    built = planted.build()
    assert reasons(built) == {"erased": 1}
    assert planted.record("new", "user1") in released_records(built.path)
    assert failing(built.path, planted.root) == {}
    assert carry_out(planted.ports).records == 1
    assert recall(planted.ports).touched == ()


def turn_of(world, record):
    """Give the id of a record's first turn."""
    rows = pl.scan_parquet(world.root / "index/*.parquet").filter(pl.col("record") == record).collect()
    return rows["turn"].sort()[0]


def test_what_is_said_after_an_erasure_stays(full):
    """An erasure covers what was said before it was received; what a person says later is theirs to refuse anew."""
    full.object("user1", "erasure", received_at=full.clock.at.replace(year=2025, month=5))
    assert carry_out(full.ports).records == 0


def test_a_shard_that_no_entry_names_is_cleared(planted):
    """What an import that was killed left on disk is erased as well, with its index or without."""
    (old,) = [path for path in sorted((planted.root / "shards").iterdir())
              if PLANTED in str(planted.ports.corpus.read(f"shards/{path.name}").to_pylist())]
    shutil.copy(old, old.with_name("horphan.parquet"))
    planted.object("user1", "erasure")
    carry_out(planted.ports)
    assert places_of(PLANTED, planted.root) == []


def test_a_half_written_file_is_cleared(planted):
    """A half-written file of a process that is gone is removed; that of one that lives is left to it."""
    gone, here = planted.root / "shards/.hx.parquet.999999999.part", planted.root / "shards/.hx.parquet.1.part"
    for path in (gone, here):
        path.write_text(PLANTED, encoding="utf-8")
    planted.object("user1", "erasure")
    carry_out(planted.ports)
    assert (gone.exists(), here.exists()) == (False, True)


def test_erasing_waits_for_no_build(planted):
    """While a build is at work an erasure is recorded, counts, and is told to be carried out later."""
    planted.object("user1", "erasure")
    with alone(planted.ports), pytest.raises(UnavailableError, match="run this again"):
        carry_out(planted.ports)
    assert reasons(planted.space.build({}, dry_run=True)) == {"erased": 4}


def test_a_copy_held_for_an_erased_person_stays_out_of_patches(world):
    """Once erased words are gone nobody can compare with them: a patch still does not add what its parent held for them."""
    long = prose("erased", 90)
    world.take([chat("own", "ada", long, answer="Bien sûr."), chat("copy", "ben", f"Voici : {long}", answer="Oui."),
                *people_chats(2, 2)])
    world.object("ada")
    first = world.build()
    assert reasons(first)["copy-of-refused"] == 1
    world.object("ada", "erasure")
    carry_out(world.ports)
    world.object("user0")
    again = world.space.patch(first.name)
    assert reasons(again)["copy-of-refused"] == 1
    assert world.record("copy", "ben") not in released_records(again.path)


def test_recovering_leaves_strangers_alone(full):
    """A stray file among the releases stops nothing, and an altered release is left for the verifier to name."""
    (full.root / "releases/.DS_Store").write_text("x", encoding="utf-8")
    manifest = full.root / "releases/release-1/manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"train", b"trail"))
    assert full.build().tally.released == 12
    assert failing(full.root / "releases/release-1")


def test_a_release_attested_by_half_is_attested_again(full):
    """A crash between the two attestations leaves a report that nobody signed: the next command mends it."""
    folder = full.root / "releases/release-1"
    (folder / "evidence/report.html").write_text("half", encoding="utf-8")
    assert failing(folder)
    release.mend(full.ports)
    assert failing(folder) == {}
