"""The two hash trees: against their definitions, against forged proofs, and against the shared vectors."""

import json
import runpy
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from licit.core.errors import EvidenceError
from licit.core.tree import (
    EMPTY,
    Frontier,
    TagProof,
    TagTree,
    consistency_proof,
    inclusion_path,
    leaf_hash,
    node_hash,
    root,
    verify_absence,
    verify_consistency,
    verify_inclusion,
    verify_presence,
)

VECTORS = Path(__file__).parents[2] / "data" / "vectors"
LEAVES = [leaf_hash(b"%d" % number) for number in range(600)]


def naive_root(leaves):
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def subtree(level, index):
    """Give a perfect subtree; asking for one that sticks out is a fault."""
    part = LEAVES[index << level:(index + 1) << level]
    assert len(part) == 1 << level
    return naive_root(part)


def naive_tags(tags, bit=0):
    """Build the trie from its definition: skip bits in which all agree, split at the first in which they differ."""
    if len(tags) == 1:
        return sha256(b"\x00" + tags[0]).digest()
    sides = [[t for t in tags if t[bit // 8] >> (7 - bit % 8) & 1 == side] for side in (0, 1)]
    if not sides[0] or not sides[1]:
        return naive_tags(tags, bit + 1)
    return sha256(bytes([1, bit]) + naive_tags(sides[0], bit + 1) + naive_tags(sides[1], bit + 1)).digest()


def test_the_published_reference_roots_hold():
    """The roots of the eight leaves used by Certificate Transparency implementations come out."""
    data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [leaf_hash(bytes.fromhex(each)) for each in data]
    assert root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root(leaves[:7]).hex() == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"
    assert root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(st.integers(0, 600))
def test_the_root_is_that_of_the_rfc(size):
    """The fast root equals the recursive definition at any size."""
    assert root(LEAVES[:size]) == naive_root(LEAVES[:size])


@given(st.lists(st.integers(0, 300), max_size=4))
def test_a_frontier_grown_in_steps_has_the_root_of_the_whole(steps):
    """Appending in any batches gives the same root, edge and tiles as rebuilding from stored subtrees."""
    frontier, tiles = Frontier(), []
    for step in steps:
        step = min(step, len(LEAVES) - frontier.size)
        frontier, done = frontier.extend(LEAVES[frontier.size:frontier.size + step])
        tiles += done
    assert frontier.root() == root(LEAVES[:frontier.size])
    assert frontier == Frontier.at(frontier.size, subtree)
    assert tiles == [(8, index, subtree(8, index)) for index in range(frontier.size >> 8)]


def test_tiles_of_the_second_storey_are_reported():
    """A tile of 65,536 leaves appears once all of them are there."""
    frontier, tiles = Frontier().extend([LEAVES[0]] * 65_537)
    assert [(level, index) for level, index, _ in tiles if level == 16] == [(16, 0)]
    assert len(tiles) == 257
    assert frontier.size == 65_537


@given(st.data())
def test_an_inclusion_path_verifies_and_only_as_it_is(data):
    """The path of any leaf at any size holds; with a bit flipped, a hash less or more, or at another place, it fails."""
    size = data.draw(st.integers(1, 600))
    index = data.draw(st.integers(0, size - 1))
    path, top = inclusion_path(index, size, subtree), root(LEAVES[:size])
    verify_inclusion(LEAVES[index], index, size, path, top)
    other = data.draw(st.integers(0, size - 1))
    assume(other != index)
    forged = [(LEAVES[other], index, path, top), (LEAVES[index], other, path, top),
              (LEAVES[index], index, path[:-1], top), (LEAVES[index], index, [*path, top], top),
              (LEAVES[index], index, path, LEAVES[0])]
    forged += [(LEAVES[index], index, [*path[:at], _flip(path[at], data), *path[at + 1:]], top)
               for at in range(len(path))]
    for leaf, place, proof, head in forged:
        with pytest.raises(EvidenceError):
            verify_inclusion(leaf, place, size, proof, head)


def test_a_proof_of_one_size_does_not_pass_for_a_larger_one():
    """A root that belongs to fewer leaves is not accepted as that of more, though every hash would agree."""
    with pytest.raises(EvidenceError):
        verify_inclusion(LEAVES[0], 0, 8, inclusion_path(0, 4, subtree), root(LEAVES[:4]))
    with pytest.raises(EvidenceError):
        verify_consistency(2, 8, root(LEAVES[:2]), root(LEAVES[:4]), consistency_proof(2, 4, subtree))


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_a_leaf_outside_the_tree_has_no_path(index, size):
    """An index outside the tree is refused by prover and verifier alike."""
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion_path(index, size, subtree)
    with pytest.raises(EvidenceError):
        verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])


@given(st.data())
def test_a_consistency_proof_verifies_and_only_as_it_is(data):
    """A later tree is shown to continue an earlier one; a forged proof, root or size is refused."""
    new = data.draw(st.integers(0, 600))
    old = data.draw(st.integers(0, new))
    proof = consistency_proof(old, new, subtree)
    old_root, new_root = root(LEAVES[:old]), root(LEAVES[:new])
    verify_consistency(old, new, old_root, new_root, proof)
    forged = [(old_root, LEAVES[0], proof), (leaf_hash(b"x"), new_root, proof), (old_root, new_root, [*proof, EMPTY])]
    if proof:
        forged += [(old_root, new_root, [*proof[:at], _flip(proof[at], data), *proof[at + 1:]])
                   for at in range(len(proof))]
        forged += [(old_root, new_root, proof[:-1]), (old_root, new_root, [])]
    for before, after, nodes in forged:
        if before == old_root and after == new_root and nodes == proof:
            continue
        if old == 0 and before == EMPTY and not nodes:
            continue  # every tree continues the empty one
        if new == 1 and after == LEAVES[0] == new_root and nodes == proof:
            continue
        with pytest.raises(EvidenceError):
            verify_consistency(old, new, before, after, nodes)


def test_a_rewritten_history_has_no_proof():
    """Two trees that differ in one old leaf cannot be joined by the honest proof."""
    rewritten = [*LEAVES[:3], leaf_hash(b"rewritten"), *LEAVES[4:10]]
    with pytest.raises(EvidenceError):
        verify_consistency(7, 10, root(LEAVES[:7]), root(rewritten), consistency_proof(7, 10, subtree))


@pytest.mark.parametrize("sizes", [(3, 2), (-1, 2)])
def test_consistency_runs_forwards_only(sizes):
    """A shrinking log has no proof."""
    with pytest.raises(ValueError, match="no consistency proof"):
        consistency_proof(*sizes, subtree)
    with pytest.raises(EvidenceError):
        verify_consistency(*sizes, EMPTY, EMPTY, [])


# --- tags ---------------------------------------------------------------------------------------------------------

#: Few starting bytes, so that tags share long prefixes.
TAGS = st.lists(st.one_of(st.binary(min_size=32, max_size=32),
                          st.integers(0, 40).map(lambda n: n.to_bytes(32, "big")),
                          st.integers(0, 15).map(lambda n: bytes([n << 4]) + bytes(31))),
                unique=True, max_size=40).map(sorted)
TAG = st.one_of(st.binary(min_size=32, max_size=32), st.integers(0, 60).map(lambda n: n.to_bytes(32, "big")))


@given(TAGS)
def test_the_tag_tree_is_that_of_its_definition(tags):
    """Root and count equal those of the recursive definition."""
    tree = TagTree(tags)
    top = naive_tags(tags) if tags else b""
    assert tree.root == sha256(b"\x02" + len(tags).to_bytes(8, "big") + top).digest()
    assert tree.count == len(tags)


@given(TAGS, TAG)
def test_a_tag_is_shown_present_or_absent_never_both(tags, tag):
    """For any set and tag exactly one of the two proofs verifies, and it says what is true."""
    tree = TagTree(tags)
    for asked in [*tags[:5], tag]:
        proof = tree.prove(asked)
        right, wrong = (verify_presence, verify_absence) if asked in tags else (verify_absence, verify_presence)
        right(tree.root, tree.count, asked, proof)
        with pytest.raises(EvidenceError):
            wrong(tree.root, tree.count, asked, proof)


@given(TAGS, TAG, st.data())
def test_no_forged_proof_shows_absence(tags, tag, data):
    """A proof with any bit, level, leaf, count or root changed is refused, for its own tag and for a present one."""
    tree = TagTree(tags)
    assume(tag not in tags)
    proof = tree.prove(tag)
    for forged in _forgeries(proof, data):
        with pytest.raises(EvidenceError):
            verify_absence(tree.root, tree.count, tag, forged)
    for present in tags:
        for lie in (proof, TagProof(leaf=None, path=()), *_forgeries(tree.prove(present), data)):
            with pytest.raises(EvidenceError):
                verify_absence(tree.root, tree.count, present, lie)
    with pytest.raises(EvidenceError):
        verify_absence(tree.root, tree.count + 1, tag, proof)
    with pytest.raises(EvidenceError):
        verify_absence(_flip(tree.root, data), tree.count, tag, proof)


def _forgeries(proof, data):
    path = proof.path
    if proof.leaf is not None:
        yield TagProof(leaf=_flip(proof.leaf, data), path=path)
        yield TagProof(leaf=None, path=path)
        yield TagProof(leaf=proof.leaf, path=(*path, (255, bytes(32))))
        yield TagProof(leaf=proof.leaf[:-1], path=path)
    else:
        yield TagProof(leaf=bytes(32), path=())
    for at, (bit, sibling) in enumerate(path):
        for changed in ((bit, _flip(sibling, data)), (bit + 1, sibling), (bit - 1, sibling), (bit + 256, sibling)):
            yield TagProof(leaf=proof.leaf, path=(*path[:at], changed, *path[at + 1:]))
        yield TagProof(leaf=proof.leaf, path=path[:at] + path[at + 1:])
        yield TagProof(leaf=proof.leaf, path=(*path[:at], path[at], *path[at:]))


def _flip(value, data):
    bit = data.draw(st.integers(0, len(value) * 8 - 1))
    return (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(len(value), "big")


def _root_over(count, leaf, tag, path):
    """Give the root that makes a path verify, however malformed the tree that it claims to come from."""
    node = leaf_hash(leaf)
    for bit, sibling in reversed(path):
        right = tag[bit // 8] >> (7 - bit % 8) & 1
        node = sha256(bytes([1, bit]) + (sibling + node if right else node + sibling)).digest()
    return sha256(b"\x02" + count.to_bytes(8, "big") + node).digest()


LOW, MIDDLE, HIGH = bytes(32), b"\x0f" + bytes(31), b"\xff" * 32


@pytest.mark.parametrize(("leaf", "bits", "count"), [
    (HIGH, (0,), 2), (MIDDLE, (4,), 2), (MIDDLE, (3, 1), 3), (MIDDLE, (2, 2), 3), (MIDDLE, (0,), 1),
    (MIDDLE, (0, 1, 2), 3)])
def test_no_tree_that_is_malformed_shows_absence(leaf, bits, count):
    """A leaf off the way of the tag's bits, bits that do not rise, more levels than tags: refused although it hashes."""
    path = tuple((bit, leaf_hash(b"sibling %d" % bit)) for bit in bits)
    with pytest.raises(EvidenceError):
        verify_absence(_root_over(count, leaf, LOW, path), count, LOW, TagProof(leaf=leaf, path=path))


def test_a_tag_hidden_where_its_bits_do_not_lead_is_not_declared():
    """In a malformed tree the bits decide: neither presence nor absence can be shown for a tag in the wrong branch."""
    swapped = sha256(b"\x01\x00" + leaf_hash(HIGH) + leaf_hash(LOW)).digest()
    top = sha256(b"\x02" + (2).to_bytes(8, "big") + swapped).digest()
    assert top != TagTree([LOW, HIGH]).root
    for sibling, leaf in ((LOW, HIGH), (HIGH, LOW)):
        for verify in (verify_presence, verify_absence):
            with pytest.raises(EvidenceError):
                verify(top, 2, LOW, TagProof(leaf=leaf, path=((0, leaf_hash(sibling)),)))


@pytest.mark.parametrize("tags", [[b"\x01" * 32, b"\x00" * 32], [b"\x01" * 32] * 2, [b"short"]])
def test_tags_must_be_a_sorted_set(tags):
    """Unsorted, repeated or short tags are refused rather than hashed into a tree that proves nothing."""
    with pytest.raises(ValueError, match="tag"):
        TagTree(tags)


@given(TAGS, TAG)
def test_a_tag_proof_survives_json_and_has_one_form(tags, tag):
    """Reading back gives the same proof; capital hexadecimal, strings for bits and spare fields are refused."""
    proof = TagTree(tags).prove(tag)
    value = json.loads(json.dumps(proof.to_json()))
    assert TagProof.from_json(value) == proof
    strange = [None, [], {}, {**value, "more": 1}, {**value, "path": "x"}, {**value, "leaf": 5}]
    strange += [{**value, "path": [[True, "00" * 32]]}, {**value, "path": [["1", "00" * 32]]},
                {**value, "leaf": "AB" * 32}]
    for each in strange:
        with pytest.raises(EvidenceError):
            TagProof.from_json(each)


# --- shared vectors -----------------------------------------------------------------------------------------------

def test_the_vectors_are_current():
    """The committed file is what its script writes, so that both verifiers test the same bytes."""
    built = runpy.run_path(str(VECTORS / "build_tree.py"))["vectors"]()
    assert (VECTORS / "tree.json").read_text(encoding="utf-8") == built


def test_the_vectors_hold():
    """Every proof in the vectors verifies from the file alone."""
    vectors = json.loads((VECTORS / "tree.json").read_text(encoding="utf-8"))
    for case in vectors["log"]["inclusion"]:
        verify_inclusion(bytes.fromhex(case["leaf"]), case["index"], case["size"],
                         [bytes.fromhex(node) for node in case["path"]], bytes.fromhex(case["root"]))
    for case in vectors["log"]["consistency"]:
        verify_consistency(case["old"], case["new"], bytes.fromhex(case["old_root"]), bytes.fromhex(case["new_root"]),
                           [bytes.fromhex(node) for node in case["proof"]])
    for case in vectors["tags"]["cases"]:
        for verify, group in ((verify_absence, "absent"), (verify_presence, "present")):
            for each in case[group]:
                verify(bytes.fromhex(case["root"]), case["count"], bytes.fromhex(each["tag"]),
                       TagProof.from_json(each["proof"]))


def test_leaves_and_nodes_cannot_stand_for_each_other():
    """The content of a node, offered as a leaf, hashes to something else."""
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])
