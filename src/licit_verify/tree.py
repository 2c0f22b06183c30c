"""Proofs against a root: RFC 6962 inclusion and consistency, the tree re-derived, and tags present or absent.

A proof is checked by rebuilding the root from it; a malformed proof rebuilds nothing. Every function answers true or
false, whatever it is given.

Rules kept here:

- RFC 6962: leaf = SHA-256(0x00 ‖ data), node = SHA-256(0x01 ‖ left ‖ right), empty = SHA-256("").
- Tags: leaf = SHA-256(0x00 ‖ tag), node = SHA-256(0x01 ‖ bit ‖ left ‖ right), root = SHA-256(0x02 ‖ count ‖ top).
- The bits of a tag's path rise, and the leaf it ends at agrees with the tag in each of them: then the root alone
  decides which leaf a tag leads to, and another leaf there shows that the tag is absent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

EMPTY = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf's data."""
    return sha256(b"\x00" + data).digest()


def _join(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def roots(leaves: Iterable[bytes], sizes: Iterable[int]) -> dict[int, bytes]:
    """Give the root at each of some sizes, from the leaf hashes in order; sizes that are not reached are left out."""
    wanted = set(sizes)
    out = {0: EMPTY} if 0 in wanted else {}
    peaks: list[tuple[int, bytes]] = []
    for count, leaf in enumerate(leaves, 1):
        height, node = 0, leaf
        while peaks and peaks[-1][0] == height:
            node = _join(peaks.pop()[1], node)
            height += 1
        peaks.append((height, node))
        if count in wanted:
            root = peaks[-1][1]
            for _, peak in reversed(peaks[:-1]):
                root = _join(peak, root)
            out[count] = root
    return out


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a leaf hash stands at an index of the tree with this size and root."""
    if not 0 <= index < size or not _all_hashes(path):
        return False
    rest = list(path)
    try:
        found = _climb(leaf, index, size, rest)
    except IndexError:
        return False
    return not rest and found == root


def _climb(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Rebuild the root of ``size`` leaves over one leaf, taking siblings from the end of the path (the top first)."""
    turns = []
    while size > 1:
        half = 1 << ((size - 1).bit_length() - 1)
        right = index >= half
        turns.append((right, path.pop()))
        index, size = (index - half, size - half) if right else (index, half)
    node = leaf
    for right, sibling in reversed(turns):
        node = _join(sibling, node) if right else _join(node, sibling)
    return node


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the tree (old, old_root) is the start of the tree (new, new_root)."""
    if not 0 <= old <= new or not _all_hashes(proof) or not _all_hashes((old_root, new_root)):
        return False
    if old == 0:
        return not proof and old_root == EMPTY and (new > 0 or new_root == EMPTY)
    if old == new:
        return not proof and old_root == new_root
    rest = list(proof)
    try:
        before, after = _grow(old, new, rest, old_root)
    except IndexError:
        return False
    return not rest and before == old_root and after == new_root


def _grow(old: int, new: int, proof: list[bytes], old_root: bytes) -> tuple[bytes, bytes]:
    """Rebuild both roots, the proof being taken from its end (the top first)."""
    steps: list[tuple[bool, bytes]] = []
    whole = True
    while old != new:
        half = 1 << ((new - 1).bit_length() - 1)
        if old <= half:
            steps.append((False, proof.pop()))
            new = half
        else:
            steps.append((True, proof.pop()))
            old, new, whole = old - half, new - half, False
    node = old_root if whole else proof.pop()
    before = after = node
    for left, sibling in reversed(steps):
        if left:
            before, after = _join(sibling, before), _join(sibling, after)
        else:
            after = _join(after, sibling)
    return before, after


@dataclass(frozen=True, slots=True)
class TagPath:
    """Where a tag's bits lead: the leaf found (None in an empty tree) and (bit, sibling) from the top down."""

    leaf: bytes | None
    path: tuple[tuple[int, bytes], ...]


def leads(root: bytes, count: int, tag: bytes, way: TagPath) -> bool:
    """Tell whether the tag tree with this root and count leads a tag to the leaf of a path; that leaf may be another."""
    if not 0 <= count < 1 << 64 or not _all_hashes((root, tag)):
        return False
    if way.leaf is None:
        return not way.path and count == 0 and root == _tag_root(0, b"")
    bits = [bit for bit, _ in way.path]
    rising = all(one < two for one, two in pairwise(bits))
    if count == 0 or len(bits) >= count or not rising or not _all_hashes([way.leaf, *(s for _, s in way.path)]):
        return False
    if any(not 0 <= bit < 256 or _bit(tag, bit) != _bit(way.leaf, bit) for bit in bits):
        return False
    node = leaf_hash(way.leaf)
    for bit, sibling in reversed(way.path):
        pair = sibling + node if _bit(tag, bit) else node + sibling
        node = sha256(b"\x01" + bytes((bit,)) + pair).digest()
    return root == _tag_root(count, node)


def tag_root(tags: Iterable[bytes]) -> tuple[bytes, int]:
    """Build the root of a set of tags, and count them."""
    ordered = sorted(set(tags))
    return _tag_root(len(ordered), _tag_node(ordered, 0, len(ordered))), len(ordered)


def _tag_node(tags: list[bytes], begin: int, end: int) -> bytes:
    if begin == end:
        return b""
    if end - begin == 1:
        return leaf_hash(tags[begin])
    low, high = int.from_bytes(tags[begin], "big"), int.from_bytes(tags[end - 1], "big")
    bit = 256 - (low ^ high).bit_length()
    left, right = begin, end - 1
    while right - left > 1:
        middle = (left + right) // 2
        left, right = (left, middle) if _bit(tags[middle], bit) else (middle, right)
    return sha256(b"\x01" + bytes((bit,)) + _tag_node(tags, begin, right) + _tag_node(tags, right, end)).digest()


def _tag_root(count: int, top: bytes) -> bytes:
    return sha256(b"\x02" + count.to_bytes(8, "big") + top).digest()


def _bit(tag: bytes, bit: int) -> int:
    return tag[bit // 8] >> (7 - bit % 8) & 1


def _all_hashes(values: Iterable[bytes]) -> bool:
    return all(isinstance(value, bytes) and len(value) == 32 for value in values)
