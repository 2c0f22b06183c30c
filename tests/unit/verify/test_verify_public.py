"""A release that lies, properly hashed and signed, fails the very claim it lies about; a stranger can see it."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from release_builder import DATA, Key, canonical, sha, typed

from licit_verify import verify
from licit_verify.rows import COLUMNS, row_digests


def failed(report):
    """Give the names of the claims that fail."""
    return {result.claim for result in report.results if result.result == "fails"}


def reseal(world, relative, change):
    """Let a manifest change rewrite a file of the release and list its new digest."""
    def manifest_change(manifest):
        path = world.path(world.folder, relative)
        change(path)
        data = path.read_bytes()
        for file in manifest["files"]:
            if file["path"] == relative:
                file |= {"sha256": sha(data), "bytes": len(data)}

    world.manifest_change = manifest_change


def rewrite(**values):
    """Give a change that rewrites some columns of a Parquet file in its first row."""
    def change(path):
        table = pq.read_table(path)
        rows = table.to_pylist()
        rows[0] |= values
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path, store_schema=False)

    return change


def test_the_digest_of_a_row_is_that_of_the_page():
    """RULE: the columnar encoding gives, for any row, the bytes that formats.md describes."""
    rows = [
        dict.fromkeys(COLUMNS) | {"record": "r", "chunk": 0, "messages": [], "participants": [], "topics": ["é", None]},
        dict.fromkeys(COLUMNS) | {"record": "", "chunk": -7, "text": "x\n🍏" * 50, "tokens": 2**31 - 1},
        dict.fromkeys(COLUMNS) | {"record": "r2", "messages": [{"role": "user", "content": ""},
                                                               {"role": None, "content": "mañana"}], "turns": 0}]
    import hashlib
    batch = pa.Table.from_pylist([rows[2], *rows], schema=DATA).slice(1).combine_chunks()
    got = row_digests({name: batch.column(name).combine_chunks() for name in COLUMNS}).to_pylist()
    assert got == [hashlib.sha256(b"licit/row/1" + b"".join(typed(row[name]) for name in COLUMNS)).digest()
                   for row in rows]


def test_a_wrong_pinned_key_fails(sound):
    """RULE: signed by somebody else than the pinned key is not signed."""
    _, release = sound
    report = verify(release, key=Key(b"other").public)
    assert report.result("signed").result == "fails"
    assert report.exit_code == 1


def test_an_unpinned_signer_is_said_to_be_one(sound):
    """RULE: without --key the signature holds, and it is said that nobody checked whose it is."""
    _, release = sound
    assert "unpinned" in verify(release).result("signed").detail


@pytest.mark.parametrize("change", ["key", "says_key", "both"])
def test_a_signature_by_another_key_fails(world, change):
    """RULE: the signature, the key id and the key in the manifest belong together."""
    other = Key(b"other")
    if change in ("key", "both"):
        world.key = other
    if change in ("says_key", "both"):
        world.says_key = other
    report = verify(world.write(), key=Key().public)
    assert report.result("signed").result == "fails"


def test_a_wrong_key_id_fails(world):
    """RULE: the envelope names the key by that key's id, or the signature does not count."""
    world.key.id = "a" * 26
    assert "signed" in failed(verify(world.write()))


@pytest.mark.parametrize(("field", "value"), [
    ("_type", "https://in-toto.io/Statement/v0.1"), ("predicateType", "https://example.org/other"), ("subject", []),
    ("predicate", {})])
def test_a_statement_about_something_else_fails(world, field, value):
    """RULE: what is signed is this manifest, this closing and this release's own words, in full."""
    world.statement_change = lambda statement: statement.update({field: value})
    assert "signed" in failed(verify(world.write()))


def test_a_row_edited_with_ids_recomputed_but_not_the_root_fails(world):
    """RULE: the content root is computed from the words again, whatever ids/ says."""
    def change(manifest):
        rows = pq.read_table(world.path(world.folder, "data/part-00000.parquet")).to_pylist()
        rows[0]["language"] = "en"
        from release_builder import IDS, row_digest
        ids = pq.read_table(world.path(world.folder, "ids/part-00000.parquet")).to_pylist()
        ids[0]["digest"] = row_digest(rows[0])
        for relative, values, schema in (("data/part-00000.parquet", rows, DATA), ("ids/part-00000.parquet", ids, IDS)):
            digest = world.table(f"{world.folder}/{relative}", values, schema)
            for file in manifest["files"]:
                if file["path"] == relative:
                    file |= {"sha256": digest, "bytes": world.path(world.folder, relative).stat().st_size}

    world.manifest_change = change
    assert failed(verify(world.write())) == {"rows-match-root"}


def test_a_row_edited_without_its_ids_names_both_files(world):
    """RULE: data and ids that disagree are both named, and the record with them, never its words."""
    reseal(world, "data/part-00000.parquet", rewrite(language="en"))
    result = verify(world.write()).result("rows-match-root")
    assert result.result == "fails"
    assert set(result.files) == {"data/part-00000.parquet", "ids/part-00000.parquet"}
    assert "pommier" not in result.detail


@pytest.mark.parametrize(("field", "value"), [("record", "other"), ("chunk", 5), ("source", "other"),
                                              ("order", b"\xff" * 16)])
def test_ids_that_name_other_rows_fail(world, field, value):
    """RULE: ids/ names the rows of data/, in their order."""
    reseal(world, "ids/part-00000.parquet", rewrite(**{field: value}))
    assert "ids-match-rows" in failed(verify(world.write()))


def test_two_rows_at_one_place_fail(world):
    """RULE: every row has a place of its own in the order; a copied row is no second row."""
    world.data_change = lambda rows: [*rows, rows[-1]]
    assert "ids-match-rows" in failed(verify(world.write()))


@pytest.mark.parametrize("day", ["2025-03-01T10:00:00Z", "2025-3-1", "soon", "2025-03-01 "])
def test_a_time_finer_than_a_day_fails(world, day):
    """RULE: no time of day leaves; a column of days holds days."""
    world.data_change = lambda rows: [rows[0] | {"last_day": day}, *rows[1:]]
    assert failed(verify(world.write())) == {"columns-allowed"}


def test_a_row_with_both_or_neither_text_fails(world):
    """RULE: exactly one of messages and text is set."""
    world.data_change = lambda rows: [rows[0] | {"text": "x", "messages": [{"role": "user", "content": "x"}]}, *rows[1:]]
    assert failed(verify(world.write())) == {"columns-allowed"}


def test_another_column_fails_every_claim_about_rows(world):
    """RULE: the columns are an allow-list; one more, such as a tier, and nothing about the rows holds."""
    def change(path):
        table = pq.read_table(path)
        pq.write_table(table.append_column("tier", pa.array(["free"] * table.num_rows)), path, store_schema=False)

    reseal(world, "data/part-00000.parquet", change)
    assert {"columns-allowed", "rows-match-root"} <= failed(verify(world.write()))


def test_metadata_in_a_file_fails(world):
    """RULE: a file's metadata is no place to smuggle what the columns may not hold."""
    def change(path):
        table = pq.read_table(path)
        pq.write_table(table.replace_schema_metadata({"user": "s0"}), path)

    reseal(world, "data/part-00000.parquet", change)
    assert failed(verify(world.write())) == {"columns-allowed"}


@pytest.mark.parametrize(("change", "claims"), [
    (lambda m: m["tally"].update(arrived=12), {"tally-balances"}),
    (lambda m: m["tally"].update(arrived=12, released=10), {"tally-balances", "tally-matches-rows"}),
    (lambda m: m["tally"]["refused"].update({"objection": 1, "other": 1}), {"tally-balances"}),
    (lambda m: m["tally"]["refused"].update({"other": -2}), {"tally-balances"}),
    (lambda m: m.update(rows=10), {"tally-matches-rows"}),
    (lambda m: m["audit"].update(canaries=3), {"tally-matches-rows"}),
    (lambda m: m.update(label="anonymous"), {"columns-allowed", "signed"} - {"signed"}),
    (lambda m: m.update(columns=[]), {"columns-allowed"}),
    (lambda m: m["sources"].pop(), {"licences-stated"}),
    (lambda m: m["sources"].append(dict(m["sources"][0])), {"licences-stated"}),
    (lambda m: m["signer"].update(key_id="a" * 26), {"signed"}),
    (lambda m: m.update(lock_digest="sha256:" + "0" * 64), {"log-signed"}),
    (lambda m: m["sources"][0].update(ground="unknown"), {"licences-stated"}),
    (lambda m: m["sources"][1].update(licence=""), {"licences-stated"}),
    (lambda m: m["sources"][0].update(rows=1), {"licences-stated"}),
    (lambda m: m["sources"][0].update(ground="contract"), {"licences-stated"}),
    (lambda m: m["log"].update(size=3), {"log-signed", "log-consistent"}),
    (lambda m: m["log"].update(root="00" * 32), {"log-signed", "log-consistent"}),
    (lambda m: m["log"].update(origin="log.example.org"), {"log-signed", "log-consistent"}),
    (lambda m: m["lock"].update(as_of="2024-01-01T00:00:00Z"), {"log-signed"}),
    (lambda m: m["lock"]["log"].update(base=2), {"log-signed"}),
    (lambda m: m.update(use="ground"), {"log-signed"}),
    (lambda m: m.update(commercial=False), {"log-signed"}),
    (lambda m: m.update(content_root="sha256:" + "0" * 64), {"rows-match-root", "closed-in-log"}),
    (lambda m: m["absence"].update(count=3), {"absence-root-logged"}),
    (lambda m: m["absence"].update(root="00" * 32), {"absence-root-logged"}),
    (lambda m: m["absence"].update(release="another"), {"absence-root-logged"}),
    (lambda m: m.update(name="other"), {"log-signed", "closed-in-log"}),
])
def test_a_lie_of_the_manifest_fails_its_claim(world, change, claims):
    """RULE: each number and name of the manifest is checked by a claim that says so; no other claim is touched."""
    world.manifest_change = change
    assert failed(verify(world.write())) == claims


@pytest.mark.parametrize(("change", "claims"), [
    (lambda c: c.update(kind="objection"), {"closed-in-log", "absence-root-logged"}),
    (lambda c: c.update(seq=2), {"closed-in-log", "absence-root-logged"}),
    (lambda c: c.update(leaf=c["leaf"].replace("release-closed", "release-opened")), {"closed-in-log",
                                                                                     "absence-root-logged"}),
    (lambda c: c["decision"].update(salt="00" * 32), {"closed-in-log", "absence-root-logged"}),
    (lambda c: c["decision"].update(body=c["decision"]["body"].replace("spring", "summer")), {"closed-in-log",
                                                                                             "absence-root-logged"}),
    (lambda c: c["path"].pop(), {"closed-in-log", "absence-root-logged"}),
    (lambda c: c["path"].append("00" * 32), {"closed-in-log", "absence-root-logged"}),
    (lambda c: c["consistency"].append("00" * 32), {"log-consistent"}),
    (lambda c: c.update(checkpoint=Key(b"x").note("licit.example/spring", c["size"], bytes.fromhex(c["root"])).decode()),
     {"log-consistent"}),
    (lambda c: c.update(checkpoint=Key().note("licit.example/spring", c["size"] - 1, bytes.fromhex(c["root"])).decode()),
     {"log-consistent"}),
    (lambda c: c.update(root="00" * 32), {"log-consistent", "closed-in-log", "absence-root-logged"})])
def test_a_lie_of_the_closing_fails_its_claim(world, change, claims):
    """RULE: a forged or stale proof of closing proves nothing, whoever signed over it."""
    world.closing_change = change
    assert failed(verify(world.write())) == claims


@pytest.mark.parametrize("change", [
    lambda tally: tally.update(arrived=12), lambda tally: tally["refused"].update(unreadable=2, other=0),
    lambda tally: tally.update(refused={"unreadable": 2}), lambda tally: tally["held"].update(other=0),
    lambda tally: tally.update(held={"other": -1}, refused={"other": 3})])
def test_a_tally_that_lies_alike_everywhere(world, change):
    """RULE: a tally that does not balance, or singles somebody out, fails though manifest and evidence say the same."""
    world.public_change = change
    assert failed(verify(world.write())) == {"tally-balances"}


@pytest.mark.parametrize("field", ["release", "manifest", "content_root", "absence_root"])
def test_a_closing_entry_of_something_else(world, field):
    """RULE: the log's own entry names release, manifest, content root and root of tags; another name is another closing."""
    world.body_change = lambda body: body.update({field: "sha256:" + "0" * 64})
    assert failed(verify(world.write())) >= {"absence-root-logged" if field == "absence_root" else "closed-in-log"}


def test_a_lock_that_leaves_entries_out(world):
    """RULE: only a patch reads the log in two parts; anything else counts every entry below its position."""
    world.lock_change = lambda lock: lock["log"].update(base=2)
    assert failed(verify(world.write())) == {"log-signed"}


def test_a_moment_that_is_none(world):
    """RULE: a release that is judged at no moment at all is judged at none."""
    from datetime import UTC, datetime
    world.lock_change = lambda lock: lock.update(as_of="soon")
    world.manifest_change = lambda manifest: manifest.update(as_of="soon")
    assert failed(verify(world.write(), now=datetime(2026, 6, 1, tzinfo=UTC))) == {"log-signed"}


def test_a_paper_that_is_not_canonical(world):
    """RULE: evidence has one spelling, even where its digest is listed."""
    reseal(world, "evidence/tally.json", lambda path: path.write_bytes(path.read_bytes().replace(b":", b": ", 1)))
    assert failed(verify(world.write())) == {"tally-balances"}


def test_a_row_with_another_licence_than_its_source(world):
    """RULE: a row carries its source's licence and no other."""
    world.data_change = lambda rows: [row | ({"licence": "MIT"} if row["record"] == "d1" else {}) for row in rows]
    assert failed(verify(world.write())) == {"licences-stated"}


def test_a_checkpoint_by_another_key_fails(world):
    """RULE: the position is signed by the log's own key."""
    real, world.log_key = world.log_key, Key(b"other")
    world.manifest_change = lambda manifest: manifest["log"].update(key=real.public.hex())
    assert failed(verify(world.write())) == {"log-signed", "log-consistent"}


def test_a_tally_by_gate_that_differs_fails(world):
    """RULE: the tally by gate in the evidence is the manifest's, gate by gate."""
    reseal(world, "evidence/tally.json", lambda path: path.write_bytes(
        canonical({"arrived": 11, "released": 9, "gates": {"admit": {"refused": {"minor": 2}}}}) + b"\n"))
    assert failed(verify(world.write())) == {"tally-balances"}


def test_a_release_judged_in_the_future_fails(sound):
    """RULE: waiting periods cannot be run out by a date to come."""
    from datetime import UTC, datetime
    _, release = sound
    assert failed(verify(release, now=datetime(2025, 6, 1, tzinfo=UTC))) == {"log-signed"}
    assert verify(release, now=datetime(2026, 6, 1, tzinfo=UTC)).exit_code == 0


def test_a_claim_nobody_knows_is_shown_as_such(world):
    """RULE: a claim of the release that this verifier cannot check is shown as one, and does not fail it."""
    reseal(world, "evidence/claims.json", lambda path: path.write_bytes(
        canonical([{"name": "made-by-elves", "who": "public"}]) + b"\n"))
    report = verify(world.write())
    assert report.result("made-by-elves").result == "cannot-tell"
    assert report.exit_code == 0


def test_several_parts_are_one_release(world):
    """RULE: the content root runs over the rows of all files by order, however they lie."""
    from release_builder import IDS

    def change(manifest):
        for kind, schema in (("data", DATA), ("ids", IDS)):
            rows = pq.read_table(world.path(world.folder, f"{kind}/part-00000.parquet")).to_pylist()
            for number, part in enumerate((rows[::2], rows[1::2])):
                relative = f"{kind}/part-{number:05}.parquet"
                digest = world.table(f"{world.folder}/{relative}", part, schema)
                manifest["files"] = [f for f in manifest["files"] if f["path"] != relative] + [
                    {"path": relative, "sha256": digest, "bytes": world.path(world.folder, relative).stat().st_size}]
        manifest["files"].sort(key=lambda file: file["path"])

    world.manifest_change = change
    assert failed(verify(world.write())) == set()
