"""The verifier's proofs agree with the shared vectors, and no forged proof passes."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from release_builder import TagTree, audit_path, consistency, mth

from licit_verify.canonical import release_tag
from licit_verify.notes import read_checkpoint, read_envelope
from licit_verify.tree import TagPath, consistent, included, leads, leaf_hash, roots, tag_root

VECTORS = json.loads((Path(__file__).parents[2] / "data/vectors/tree.json").read_text())
H = bytes.fromhex


def leaves(size):
    return [leaf_hash(b"leaf %d" % i) for i in range(size)]


def test_log_vectors():
    """RULE: roots, inclusion and consistency agree with the vectors that bind both implementations."""
    log = VECTORS["log"]
    sizes = {case["size"]: H(case["root"]) for case in log["roots"]}
    assert roots(leaves(max(sizes)), sizes) == sizes
    for case in log["inclusion"]:
        assert included(H(case["leaf"]), case["index"], case["size"], [H(h) for h in case["path"]], H(case["root"]))
    for case in log["consistency"]:
        assert consistent(case["old"], case["new"], H(case["old_root"]), H(case["new_root"]), [H(h) for h in case["proof"]])


def way(proof):
    return TagPath(None if proof["leaf"] is None else H(proof["leaf"]), tuple((b, H(s)) for b, s in proof["path"]))


def test_tag_vectors():
    """RULE: absence and presence agree with the shared vectors, and so does a person's tag."""
    for case in VECTORS["tags"]["cases"]:
        tags = [H(tag) for tag in case["tags"]]
        if len(tags) == case["count"]:
            assert tag_root(tags) == (H(case["root"]), case["count"])
        for kind in ("absent", "present"):
            for item in case[kind]:
                found = way(item["proof"])
                assert leads(H(case["root"]), case["count"], H(item["tag"]), found)
                assert (found.leaf == H(item["tag"])) is (kind == "present")
    tag = VECTORS["tags"]["tag"]
    assert release_tag(H(tag["tag_key"]), tag["release"]) == H(tag["tag"])


def test_note_and_envelope_vectors():
    """RULE: a checkpoint and an envelope made elsewhere are read and hold."""
    notes = VECTORS["notes"]
    key, origin = H(notes["public_key"]), notes["checkpoint"].split("\n")[0]
    assert read_checkpoint(notes["signed_checkpoint"].encode(), origin, key).size == 1030
    envelope = read_envelope(notes["envelope"])
    assert envelope.body == notes["receipt"].encode()


@given(size=st.integers(1, 40), data=st.data())
def test_a_forged_inclusion_is_refused(size, data):
    """RULE: another leaf, index, size or hash, or a path longer or shorter, proves nothing."""
    row = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    path, root = audit_path(index, row), mth(row)
    assert included(row[index], index, size, path, root)
    assert not included(leaf_hash(b"other"), index, size, path, root)
    assert not included(row[index], index, size, [*path, root], root)
    assert not included(row[index], size, size, path, root)
    assert not included(row[index], -1, size, path, root)
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        changed = [*path[:at], hashlib.sha256(path[at]).digest(), *path[at + 1:]]
        assert not included(row[index], index, size, changed, root)
        assert not included(row[index], index, size, path[:-1], root)
    for other in range(size):
        if row[other] != row[index]:
            assert not included(row[index], other, size, path, root)


@given(old=st.integers(0, 30), more=st.integers(0, 30), data=st.data())
def test_a_forged_consistency_is_refused(old, more, data):
    """RULE: a log that was rewritten before the old size has no proof."""
    row = leaves(old + more)
    proof = consistency(old, row)
    assert consistent(old, old + more, mth(row[:old]), mth(row), proof)
    if old:
        other = [leaf_hash(b"rewritten"), *row[1:]]
        assert not consistent(old, old + more, mth(row[:old]), mth(other), consistency(old, other))
    assert not consistent(old, old + more, mth(row[:old]), mth(row), [*proof, bytes(32)])
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not consistent(old, old + more, mth(row[:old]), mth(row), [*proof[:at], bytes(32), *proof[at + 1:]])


@given(st.sets(st.binary(min_size=32, max_size=32), max_size=12), st.binary(min_size=32, max_size=32), st.data())
def test_a_forged_absence_is_refused(tags, tag, data):
    """RULE: a tag leads to one leaf only; no change of the path leads it to another under the same root."""
    tree = TagTree(tags)
    honest = way(tree.way(tag))
    assert tag_root(tags) == (tree.root, len(tags))
    assert leads(tree.root, len(tags), tag, honest)
    assert (honest.leaf == tag) is (tag in tags)
    assert not leads(tree.root, len(tags) + 1, tag, honest)
    for other in tags - {honest.leaf}:
        forged = way(tree.way(other))
        assert not leads(tree.root, len(tags), tag, forged)
        assert not leads(tree.root, len(tags), tag, TagPath(other, honest.path))
    assert not leads(tree.root, len(tags), tag, TagPath(None, ())) or not tags
    if honest.path:
        at = data.draw(st.integers(0, len(honest.path) - 1))
        bit, sibling = honest.path[at]
        for step in ((bit, bytes(32)), ((bit + 1) % 256, sibling), (bit - 256, sibling), (bit, sibling[:-1])):
            changed = TagPath(honest.leaf, (*honest.path[:at], step, *honest.path[at + 1:]))
            assert not leads(tree.root, len(tags), tag, changed)


@pytest.mark.parametrize("note", [b"", b"\n\n", b"a\n1\n\n", b"\xff", "a\n1\nAAAA\n\n— a AAAA\n".encode(), b"\n" * 50])
def test_a_malformed_note_is_refused(note):
    """RULE: what is no signed note raises ValueError and nothing else."""
    with pytest.raises(ValueError):  # noqa: PT011
        read_checkpoint(note, "a", bytes(32))
