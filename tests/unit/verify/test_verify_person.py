"""A person's receipt: genuine, in the log, and absent from the release; or present, and told so."""

import json
import shutil

import pytest
from release_builder import Key

from licit_verify import verify
from licit_verify.__main__ import main
from licit_verify.claims import RESTS_ON

CLAIMS = ("receipt-genuine", "receipt-in-log", "person-absent")


@pytest.fixture
def objector(world):
    """Give a world in which s0 objected and was left out."""
    world.arrive()
    world.objection = world.log.add("objection", {}, "s0")
    world.decided = {(f"r0{i}", 0): ("refuse", "objection") for i in range(2)}
    return world


def results(world, receipt, release=None):
    """Verify with a receipt; give the results of the person's claims."""
    path = world.root.parent / "receipt.json"
    path.write_text(receipt if isinstance(receipt, str) else json.dumps(receipt, indent=1))
    report = verify(release or world.root / world.folder, receipt=path)
    return [report.result(claim).result for claim in CLAIMS], report


def test_an_objector_left_out_can_see_it(objector):
    """RULE: with the receipt and nothing of the workspace, entry and absence are shown, and what absence is not."""
    objector.write()
    got, report = results(objector, objector.receipt("s0", objector.objection))
    assert got == ["holds", "holds", "holds"]
    assert "mislabelled" in report.result("person-absent").detail
    assert report.exit_code == 0


def test_a_person_who_is_in_the_release_is_told(objector):
    """RULE: a release that declares rows of the person fails for that person."""
    objector.write()
    got, report = results(objector, objector.receipt("s1", 1))
    assert got == ["holds", "holds", "fails"]
    assert "declares rows of this person" in report.result("person-absent").detail
    assert report.exit_code == 1


def without_rows(objector, tmp_path):
    """Copy what a person is given who is not to have the words: manifest, attestation and evidence."""
    folder = tmp_path / "given"
    shutil.copytree(objector.root / objector.folder, folder, ignore=shutil.ignore_patterns("data", "ids", "audit"))
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(objector.receipt("s0", objector.objection)))
    return folder, path


def test_a_person_needs_no_rows(objector, tmp_path, capsys):
    """RULE: a person's claims and what they rest on are checked without a row; the rest is not spoken of."""
    objector.write()
    folder, path = without_rows(objector, tmp_path)
    assert verify(folder, receipt=path).exit_code == 1
    report = verify(folder, receipt=path, only="person")
    assert report.exit_code == 0
    assert {result.claim for result in report.results} == {*CLAIMS, *RESTS_ON}
    assert main([str(folder), "--receipt", str(path), "--only", "person"]) == 0
    assert main([str(folder), "--only", "person"]) == 2
    assert "--receipt" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["manifest.json", "attestation.dsse.json", "evidence/closing.json", "evidence/absence.json",
                                  "evidence/checkpoint.txt"])
def test_a_forgery_beside_the_rows_is_seen_without_them(objector, tmp_path, name):
    """RULE: to leave the rows out lets no change of what the person's claims rest on pass."""
    objector.write()
    folder, path = without_rows(objector, tmp_path)
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(bytes(data))
    assert verify(folder, receipt=path, only="person").exit_code == 1


def test_a_receipt_without_proofs_cannot_tell(objector):
    """RULE: a proof that was not handed out is no failure and no success."""
    objector.write()
    got, report = results(objector, objector.receipt("s0", objector.objection)["receipt"])
    assert got == ["holds", "cannot-tell", "cannot-tell"]
    assert report.exit_code == 0


def test_an_entry_after_closing_cannot_tell(objector):
    """RULE: an entry that came after the release was closed is in no log of that release."""
    objector.write()
    late = objector.log.add("objection", {}, "s1")
    got, _ = results(objector, objector.receipt("s1", late, size=objector.closing_size))
    assert got[:2] == ["holds", "cannot-tell"]


def test_a_receipt_of_another_key_is_not_genuine(objector):
    """RULE: only the log's key makes receipts, and what a forged one says is not looked into."""
    objector.write()
    objector.log_key = Key(b"forger")
    assert results(objector, objector.receipt("s0", objector.objection))[0] == ["fails"] * 3


@pytest.mark.parametrize("field", ["seq", "kind", "about", "decision", "particulars", "leaf", "about_salt", "origin"])
def test_a_receipt_that_does_not_open_to_its_leaf_is_not_genuine(objector, field):
    """RULE: even a properly signed receipt must open to its own leaf, in this log, at its place."""
    from base64 import b64decode
    objector.write()
    whole = objector.receipt("s0", objector.objection)
    payload = json.loads(b64decode(whole["receipt"]["payload"]))
    payload[field] = {"seq": 1, "kind": "consent", "about": {}, "decision": {"purposes": []},
                      "particulars": "sha256:" + "0" * 64, "leaf": "0" * 64, "about_salt": "0" * 64, "origin": "x"}[field]
    from release_builder import canonical
    whole["receipt"] = objector.log_key.envelope("application/vnd.licit.receipt+json", canonical(payload))
    got, _ = results(objector, whole)
    assert "fails" in got[:2]


@pytest.mark.parametrize("change", [
    lambda r: r["path"].pop(), lambda r: r["path"].append("00" * 32), lambda r: r.update(path=["00" * 32] * len(r["path"])),
    lambda r: r.update(size=r["size"] - 1), lambda r: r.update(path=None), lambda r: r.update(path=["zz"])])
def test_a_forged_inclusion_fails(objector, change):
    """RULE: a path that does not lead to the signed root proves nothing."""
    objector.write()
    receipt = objector.receipt("s0", objector.objection)
    change(receipt)
    assert results(objector, receipt)[0][1] == "fails"


def test_a_proof_for_another_release_cannot_tell(objector):
    """RULE: a proof made for one release says nothing of another."""
    objector.write()
    receipt = objector.receipt("s0", objector.objection) | {"release": "autumn-1"}
    assert results(objector, receipt)[0] == ["holds", "cannot-tell", "cannot-tell"]


@pytest.mark.parametrize("change", [
    lambda p: p.update(leaf=None, path=[]), lambda p: p.update(leaf="00" * 32), lambda p: p["path"].pop(),
    lambda p: p["path"].append([255, "00" * 32]), lambda p: p.update(path=[["0", "00" * 32]]),
    lambda p: p.update(path=[[0]]), lambda p: p.update(path=7), lambda p: p.update(more=1)])
def test_a_forged_absence_fails(objector, change):
    """RULE: a path that does not lead to the release's root of tags shows no absence."""
    objector.write()
    receipt = objector.receipt("s0", objector.objection)
    change(receipt["tag"])
    assert results(objector, receipt)[0][2] == "fails"


def test_a_receipt_without_a_key_cannot_tell(objector):
    """RULE: without the person's own key there is no tag to look for."""
    objector.write()
    assert results(objector, objector.receipt("s0", objector.objection, tag_key=b""))[0][2] == "cannot-tell"


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"receipt": 3}', "{" * 50_000, '{"format":"licit-proof/1"}',
                                  '{"format":"licit-proof/1","receipt":{"signatures":[]}}'])
def test_what_is_no_receipt_fails(objector, text):
    """RULE: anything else than a receipt fails the three claims and raises nothing."""
    objector.write()
    assert results(objector, text)[0] == ["fails"] * 3
