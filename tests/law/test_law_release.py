"""Release, proof and audit: what the law table's families LIA, DEI, REL and MOD ask of every release."""

import json
import re
import shutil
from base64 import b64decode
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from world import POLICY, World, chat, copied, failing, make, people_chats, prose, reasons, released_records

from licit import wiring
from licit.core.errors import EvidenceError
from licit.core.manifest import COLUMNS, LABEL, manifest_digest
from licit.pipeline.audit import REPEATS
from licit.testing import FailingDetector, no_network
from licit.usecases import deciding, release, staging
from licit.usecases.plan import plan_from_lock
from licit.usecases.workspace import releases_at
from licit_verify import verify

# --- LIA-01: basis, purpose, assessment -----------------------------------------------------------------------------

PAPER = POLICY["assessment"][0]


@pytest.mark.parametrize(("change", "reason"), [
    ({"period": []}, "basis-missing"), ({"period": [{**POLICY["period"][0], "purpose": "evaluate"}]}, "basis-missing"),
    ({"assessment": []}, "assessment-missing"),
    ({"assessment": [{**PAPER, "purposes": ["evaluate"]}]}, "assessment-missing"),
    ({"assessment": [{**PAPER, "approved_at": "2026-03-02"}]}, "assessment-missing"),
    ({"assessment": [{**PAPER, "expires_at": "2026-03-01"}]}, "assessment-missing"),
    ({"assessment": [{**PAPER, "approved_by": ""}]}, "assessment-missing"),
    ({"assessment": [{**PAPER, "expires_at": "2026-03-02"}]}, "")])
def test_nothing_without_a_basis_and_an_assessment_in_date(tmp_path, change, reason):
    """Under legitimate interest a release needs a basis for its purpose and an assessment that somebody approved before.

    Law: LIA-01
    """
    world = make(tmp_path / "w", policy={**POLICY, **change})
    world.take([chat("c", "u", prose("c"))])
    built = world.build()
    assert reasons(built) == ({reason: 1} if reason else {})
    if built.name:
        manifest = json.loads((world.root / "releases" / built.name / "manifest.json").read_text())
        assert manifest["purpose"] == "train"


def test_an_assessment_that_ends_ends_the_next_release(full):
    """The day an assessment runs out nothing more is released under it; what was is not touched by that alone.

    Law: LIA-01
    """
    full.clock.at = datetime(2027, 1, 14, 23, 59, tzinfo=UTC)
    assert full.build().tally.released == 12
    full.clock.at = datetime(2027, 1, 15, tzinfo=UTC)
    built = full.build()
    assert (built.name, reasons(built)) == ("", {"assessment-missing": 12})


# --- DEI-05: what it is called ---------------------------------------------------------------------------------------


def relabelled(full: World, monkeypatch, label: str) -> str:
    """Build a release that calls itself otherwise, properly closed and signed; give its path."""
    from licit.pipeline import attest
    monkeypatch.setattr(attest, "LABEL", label)
    full.swap(papers=lambda facts: {})  # no paper is written of such a release either
    monkeypatch.setattr(release, "finish", lambda workspace, name: attest.attest(
        workspace.corpus, f"releases/{name}", attest.Closed(
            manifest=json.loads(workspace.corpus.path(f"releases/{name}/manifest.json").read_bytes()),
            seq=releases_at(workspace.log)[name].seq, at=releases_at(workspace.log)[name].closed_at),
        workspace.log, workspace.signer))
    return full.build().path


def test_a_release_calls_itself_personal_data(full):
    """Manifest, attestation and papers say de-identified personal data; no plan can say otherwise.

    Law: DEI-05
    """
    folder = full.root / "releases/release-1"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["label"] == LABEL == "de-identified (personal data)"
    report = re.sub(r"<[^>]+>", " ", (folder / "evidence/report.html").read_text())
    assert "personal data" in report
    claimed = [words for words in re.findall(r".{30}\banonym\w*", report.replace("\n", " "), re.IGNORECASE)
               if not re.search(r"\bno[nt]\b|never|jamais|pas ", words)]
    assert claimed == []
    for plan in ({"label": "anonymous"}, {"release": {"label": "anonymous"}}, {"deidentify": {"anonymous": True}}):
        with pytest.raises(ValueError, match=r"has"):
            full.build(**plan)


@pytest.mark.parametrize("label", ["anonymous", "anonymised", "de-identified", ""])
def test_a_release_that_calls_itself_anonymous_fails(full, monkeypatch, label):
    """A release called anything else, properly signed, fails for every stranger, and no page is drawn of it.

    Law: DEI-05
    """
    path = relabelled(full, monkeypatch, label)
    assert "columns-allowed" in failing(path)


# --- DEI-08: what leaves ---------------------------------------------------------------------------------------------

TOLD = {"user_id": "u-91827", "ip": "192.0.2.77", "ip_address": "192.0.2.77", "device": "Pixel-Zeta", "device_id": "dev-5512",
        "location": "48.1173,-1.6778", "city": "Rennes", "user_agent": "Zeta/9.1", "plan": "pro", "session": "sess-4471",
        "timezone": "Europe/Paris", "email": "u.nobody@example.org"}


def test_only_listed_columns_and_whole_days_leave(world):
    """What an export says of account, machine, device, place, plan and time of day is in no file that is handed out.

    Law: DEI-08
    """
    row = chat("c", "u-account-77", prose("c"), prose("d"), at="2025-06-01T13:37:42Z", **TOLD)
    for message in row["messages"]:
        message |= {"ip": "192.0.2.78", "device": "Pixel-Zeta"}
    world.take([row, *people_chats(2, 2)])
    built = world.build()
    assert world.record("c", "u-account-77") in released_records(built.path)
    folder = world.root / "releases" / built.name
    for path in folder.rglob("*.parquet"):
        file = pq.ParquetFile(path)
        assert not file.schema_arrow.metadata
        if path.parent.name == "data":
            assert file.schema_arrow.names == list(COLUMNS)
    said = "".join(json.dumps(pq.read_table(path).to_pylist(), default=str) for path in folder.rglob("*.parquet"))
    said += "".join(path.read_text() for path in folder.rglob("*") if path.suffix in (".json", ".html", ".txt"))
    subject = str(world.ports.identities.subjects_for([("chat", "account", "u-account-77")], create=False)[0])
    for words in ("u-account-77", "13:37", "192.0.2", "Pixel", "dev-5512", "48.1173", "Rennes", "Zeta", "sess-4471",
                  "Europe/Paris", "u.nobody", subject):
        assert words not in said, words
    days = {row[name] for path in folder.glob("data/*") for row in pq.read_table(path).to_pylist()
            for name in ("day", "first_day", "last_day")}
    assert days == {"2025-06-01"}


# --- REL-01: gates first, none missing, none stale ---------------------------------------------------------------------


def test_no_answer_is_older_than_its_data(full, monkeypatch):
    """Results of other data or another detector are never used: altered ones stop the build, another detector makes new ones.

    Law: REL-01
    """
    (one,) = {path.parent for path in (full.root / "attributes").glob("*/h*.parquet")}
    genuine = wiring._tools
    with monkeypatch.context() as patch:
        patch.setattr(wiring, "_tools", lambda root, plan: (made := genuine(root, plan)) and replace(
            made, pins=(*made.pins, "failing@2"), detectors=(*made.detectors, FailingDetector())))
        assert reasons(full.build()) == {"detector-failed": 12}
    assert len({path.parent for path in (full.root / "attributes").glob("*/h*.parquet")}) == 2
    (path,) = one.glob("h*.parquet")
    name = path.relative_to(full.root).as_posix()
    table = full.ports.corpus.read(name)
    at = table.column_names.index("language")
    full.ports.corpus.write(name, table.set_column(at, "language", pa.array(["en"] * table.num_rows)))
    with pytest.raises(EvidenceError, match="not the one the lock names"):
        full.build()
    assert set(releases_at(full.ports.log)) == {"release-1"}


@pytest.mark.parametrize("step", ["make_lock", "decided", "stage", "write_evidence", "write_manifest"])
def test_nothing_is_signed_before_every_gate_has_answered(full, monkeypatch, step):
    """Whatever step fails, there is no closing entry and no signature, and the next build takes nothing over from it.

    Law: REL-01
    """
    def broken(*given, **more):
        raise RuntimeError("a step broke")

    with monkeypatch.context() as patch:
        patch.setattr(release, step, broken)
        with pytest.raises(RuntimeError):
            full.build()
    assert set(releases_at(full.ports.log)) == {"release-1"}
    assert not (full.root / "releases/release-2/attestation.dsse.json").exists()
    built = full.build()
    assert built.name == "release-2"
    assert failing(built.path, full.root) == {}


# --- REL-02, REL-03: what the manifest binds, and who sees a change ----------------------------------------------------


def test_the_manifest_binds_everything_that_decided(full):
    """Rows, sources and reasons counted, the log's state, policy and plan, tools and papers: each is in the manifest's digest.

    Law: REL-02
    """
    full.object("user1")
    built = full.build()
    folder = full.root / "releases" / built.name
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["content_root"] == built.content_root
    assert manifest["tally"]["refused"] == {"other": 3}
    assert [(source["id"], source["ground"], source["rows"]) for source in manifest["sources"]] == [("chat", "own", 9)]
    size, root = manifest["log"]["size"], manifest["log"]["root"]
    assert manifest["lock"]["log"]["root"] == root
    kinds = {entry.kind for entry in full.ports.log.entries(stop=size)}
    assert {"policy", "source", "approval", "objection", "arrival"} <= kinds
    assert manifest["lock"]["plan"]["deidentify"]["labels"]
    assert manifest["detectors"] == list(full.ports.pins(plan_from_lock(manifest["lock"]["plan"])))
    texts = {entry.seq: entry.decision["digest"] for entry in full.ports.log.entries(kinds=("law",))}
    assert {paper["kind"] for paper in manifest["law"]} >= {"lia", "dpia-screening", "notice"}
    assert all(texts[paper["entry"]] == paper["digest"] for paper in manifest["law"])
    listed = {file["path"]: file["sha256"] for file in manifest["files"]}
    assert {"evidence/public-summary.json", "evidence/data-card.md", "evidence/croissant.json", "evidence/processing-record.md"} <= set(listed)
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there - set(listed) == {"manifest.json", "attestation.dsse.json", "evidence/closing.json", "evidence/report.html"}
    closing = next(entry for entry in full.ports.log.entries(kinds=("release-closed",))
                   if entry.decision["release"] == built.name)
    assert closing.decision["manifest"] == manifest_digest((folder / "manifest.json").read_bytes())
    statement = json.loads(b64decode(json.loads((folder / "attestation.dsse.json").read_text())["payload"]))
    assert {item["name"] for item in statement["subject"]} == {"manifest.json", "evidence/closing.json",
                                                                "evidence/report.html"}


def test_one_byte_of_any_file_fails_offline(full, tmp_path):
    """Alone and without a network, one changed byte in any file of a real release fails, and the file is named.

    Law: REL-03
    """
    folder = tmp_path / "handed-out"
    shutil.copytree(full.root / "releases/release-1", folder)
    key = full.ports.signer.public_key()
    with no_network():
        assert verify(folder, key=key).exit_code == 0
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                whole = path.read_bytes()
                path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:] if len(whole) % 2 else whole[:-1] + bytes([whole[-1] ^ 4]))
                report = verify(folder, key=key)
                assert report.exit_code == 1
                assert path.relative_to(folder).as_posix() in report.result("files-intact").files
                path.write_bytes(whole)
        assert verify(folder, key=b"\x07" * 32).exit_code == 1


# --- REL-05: absence without names --------------------------------------------------------------------------------------


def test_absence_is_shown_alone_and_names_nobody(full, tmp_path):
    """Whoever objected shows with release and proof alone that they are out; the proof holds nothing of anybody else.

    Law: REL-05
    """
    (paper,) = full.space.exercise("objection", subject="user1", issuer="chat")
    (other,) = full.space.exercise("access", subject="user2", issuer="chat")
    built = full.build()
    folder = tmp_path / "handed-out"
    shutil.copytree(built.path, folder)
    said = {}
    for name, receipt in (("out", paper), ("in", other)):
        proof = full.space.prove(receipt, built.name)
        (tmp_path / f"{name}.json").write_text(json.dumps(proof))
        said[name] = verify(folder, receipt=tmp_path / f"{name}.json").result("person-absent").result
    assert said == {"out": "holds", "in": "fails"}
    people = full.ports.identities.subjects_for([("chat", "account", f"user{n}") for n in (0, 2, 3)], create=False)
    keys = [key.hex() for key in full.ports.tag_keys([str(person) for person in people]).values()]
    proof = (tmp_path / "out.json").read_text()
    for word in (*map(str, people), *keys, "user0", "user2", "user3", *released_records(built.path)):
        assert word not in proof


def test_one_persons_proof_is_not_anothers(full, tmp_path):
    """A proof made for one person, put beside another's receipt, shows nothing about that other person.

    Law: REL-05
    """
    (paper,) = full.space.exercise("objection", subject="user1", issuer="chat")
    (other,) = full.space.exercise("access", subject="user2", issuer="chat")
    built = full.build()
    proof, foreign = full.space.prove(paper, built.name), full.space.prove(other, built.name)
    mixed = tmp_path / "mixed.json"
    mixed.write_text(json.dumps({**foreign, "tag": proof["tag"]}))
    assert verify(full.root / "releases" / built.name, receipt=mixed).result("person-absent").result == "fails"


# --- MOD-01: the twin and the canaries ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def audited(tmp_path_factory) -> World:
    """A world of enough rows for a twin, once the threshold is lowered."""
    world = make(tmp_path_factory.mktemp("audited") / "w")
    world.take([chat(f"c{n}", f"user{n % 20}", prose(f"audit {n}", 25)) for n in range(160)])
    return world


@pytest.fixture
def lowered(monkeypatch):
    """Let a few rows be enough to audit."""
    for module in (deciding, staging):
        monkeypatch.setattr(module, "AUDITABLE", 100)


def test_each_release_draws_a_twin_and_canaries(audited, lowered, tmp_path):
    """Twin and canaries are drawn anew for each release, the twin apart from its rows, the canaries beside them.

    Law: MOD-01
    """
    world = copied(audited, tmp_path / "w")
    twins, canaries = [], []
    for _ in range(3):
        built = world.build(audit={"twin_per_thousand": 200, "canaries": 16})
        twin = set(world.ports.corpus.read(f"state/{built.name}/twin.parquet")["record"].to_pylist())
        assert 10 < len(twin) < 60
        assert not twin & released_records(built.path)
        assert reasons(built) == {"held-out-twin": len(twin)}
        drawn = pq.read_table(world.root / "releases" / built.name / "audit/canaries.parquet").to_pylist()
        assert Counter(row["repeats"] for row in drawn) == dict.fromkeys(REPEATS, 4)
        assert len({row["text"] for row in drawn}) == 16
        twins.append(frozenset(twin))
        canaries.append(frozenset(row["text"] for row in drawn))
        manifest = json.loads((world.root / "releases" / built.name / "manifest.json").read_text())
        assert manifest["audit"]["twin"] == len(twin)
        assert failing(built.path, world.root) == {}
    assert len(set(twins)) == len(set(canaries)) == 3
    assert not canaries[0] & canaries[1]


def test_the_twin_is_a_random_sample(audited, lowered, tmp_path):
    """Over many seeds every row is drawn about as often as any other: no person, length or place is spared.

    Law: MOD-01
    """
    world = copied(audited, tmp_path / "w")
    built = world.space.build({"audit": {"twin_per_thousand": 200}}, dry_run=True)
    drawn: Counter = Counter()
    for seed in range(60):
        rows = deciding.decide_under(world.ports, {**built.lock, "seed": f"{seed * 0x9E3779B97F4A7C15 % 2**64:016x}",
                                                   "twin_per_thousand": 200})
        drawn.update(rows.filter(rows["reason"] == "held-out-twin")["record"].to_list())
    assert len(drawn) == 160
    expected, spread = 60 * 0.2, (60 * 0.2 * 0.8) ** 0.5
    assert all(abs(times - expected) < 4.5 * spread for times in drawn.values())
    assert abs(sum(drawn.values()) / (60 * 160) - 0.2) < 0.02


def test_a_patch_keeps_twin_and_canaries(audited, lowered, tmp_path):
    """A patch keeps its parent's canaries and twin, so that an audit of a model trained on either stays valid.

    Law: MOD-01
    """
    world = copied(audited, tmp_path / "w")
    built = world.build(audit={"twin_per_thousand": 200, "canaries": 16})
    world.object("user3")
    patched = world.space.patch(built.name)
    names = (built.name, patched.name)
    before, after = (set(world.ports.corpus.read(f"state/{name}/twin.parquet")["record"].to_pylist()) for name in names)
    mine = {world.record(f"c{n}", "user3") for n in range(3, 160, 20)}
    assert after == before - mine
    one, two = (pq.read_table(world.root / "releases" / name / "audit/canaries.parquet") for name in names)
    assert one == two
