"""Two hash trees: the log's RFC 6962 tree, and the prefix tree of tags that shows who is absent from a release.

Rules kept here:

- Everything is a pure function of hashes; a store hands in ``subtree(level, index)``, the hash of the perfect subtree
  of ``2**level`` leaves that starts at leaf ``index * 2**level``. Proofs cost O(log n) of these.
- A ``verify_…`` function returns nothing and raises ``EvidenceError``, so that an ignored answer cannot pass.
- Leaves, nodes and tag-tree roots start with different bytes (0, 1, 2), so that none can stand for another.

**The tag tree** is a binary trie over 32-byte tags in which every chain of single branches is skipped::

    leaf = SHA-256(0x00 ‖ tag)      node = SHA-256(0x01 ‖ bit ‖ left ‖ right)      root = SHA-256(0x02 ‖ count ‖ top)

``bit`` (one byte, 0 the most significant) is the first bit in which the tags below differ: 0 goes left, 1 right.
``count`` has eight bytes; an empty tree has no top. Both proofs show the whole way that a tag's own bits lead, from the
root down to one leaf. If that leaf is the tag, it is present. If it is another tag, or the tree is empty, it is absent.

*Why an absence proof is sound.* The root fixes ``count`` and ``top``; each node fixes its bit and its two children; a
leaf fixes its tag (unless SHA-256 collides). So the root alone decides where the bits of a tag lead, at each step and
at the end: exactly one leaf. A presence and an absence proof of one tag under one root cannot both exist. Whoever
publishes a root and keeps a tag somewhere else than where its bits lead has not declared it at all: nobody can show
its presence, and an auditor who rebuilds the tree from the list of tags gets another root. Bits that do not rise on
the way down, and a leaf that parts from the tag at a bit that the path has passed, are refused: no honest tree has
them.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from operator import ge
from typing import Any

from .errors import EvidenceError

Subtree = Callable[[int, int], bytes]

HASH = 32
TILE_LEVEL = 8

#: The root of a tree without leaves.
EMPTY = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf's content."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """Give the root over leaf hashes, in order."""
    row = list(leaves)
    if not row:
        return EMPTY
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [sha256(b"\x01" + left + right).digest()
               for left, right in zip(row[::2], row[1::2], strict=False)] + odd
    return row[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """The right edge of a growing tree: its size, and the perfect subtrees that make it up, largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    @classmethod
    def at(cls, size: int, subtree: Subtree) -> "Frontier":
        """Rebuild the right edge of a tree of a size from stored subtrees."""
        hashes, begin = [], 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                hashes.append(subtree(level, begin >> level))
                begin += 1 << level
        return cls(size=size, hashes=tuple(hashes))

    def extend(self, leaves: Iterable[bytes]) -> tuple["Frontier", list[tuple[int, int, bytes]]]:
        """Append leaf hashes; give the new edge and the tiles this completed, as (level, index, hash).

        A tile is a perfect subtree whose level is a multiple of :data:`TILE_LEVEL` above 0.
        """
        size, stack, tiles = self.size, list(self.hashes), []
        for leaf in leaves:
            node, level = leaf, 0
            while size >> level & 1:
                node = sha256(b"\x01" + stack.pop() + node).digest()
                level += 1
                if level % TILE_LEVEL == 0:
                    tiles.append((level, size >> level, node))
            stack.append(node)
            size += 1
        return Frontier(size=size, hashes=tuple(stack)), tiles

    def root(self) -> bytes:
        """Give the root."""
        if not self.hashes:
            return EMPTY
        result = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            result = node_hash(left, result)
        return result


def _split(size: int) -> int:
    """Give the largest power of two below a size of at least two."""
    return 1 << ((size - 1).bit_length() - 1)


def _range(begin: int, end: int, subtree: Subtree) -> bytes:
    """Hash the leaves from begin to end, where begin is a multiple of the power of two that holds the range."""
    size = end - begin
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return subtree(level, begin >> level)
    middle = begin + _split(size)
    return node_hash(_range(begin, middle, subtree), _range(middle, end, subtree))


def inclusion_path(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Give the audit path of a leaf in the tree of a size, from the leaf upwards.

    Raises:
        ValueError: no such leaf in a tree of that size.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    path, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_range(middle, end, subtree))
            end = middle
        else:
            path.append(_range(begin, middle, subtree))
            begin = middle
    return path[::-1]


def consistency_proof(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """Give the proof that the tree of size ``old`` is the start of the tree of size ``new``.

    Raises:
        ValueError: the sizes are negative or in the wrong order.
    """
    if not 0 <= old <= new:
        raise ValueError(f"no consistency proof leads from {old} to {new}")
    if old in (0, new):
        return []
    proof, begin, end, whole = [], 0, new, True
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            proof.append(_range(middle, end, subtree))
            end = middle
        else:
            proof.append(_range(begin, middle, subtree))
            begin, whole = middle, False
    if not whole:
        proof.append(_range(begin, end, subtree))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf hash stands at an index of the tree with this size and root.

    Raises:
        EvidenceError: it does not, or the path is malformed.
    """
    if not 0 <= index < size:
        raise EvidenceError(f"a log of {size} entries has no entry {index}")
    _sized(leaf, root, *path)
    left, last, result = index, size - 1, leaf
    for node in path:
        if last == 0:
            raise EvidenceError("an inclusion path is too long", about=f"log entry {index}")
        if left & 1 or left == last:
            result = node_hash(node, result)
            while left and not left & 1:
                left, last = left >> 1, last >> 1
        else:
            result = node_hash(result, node)
        left, last = left >> 1, last >> 1
    if last != 0 or result != root:
        raise EvidenceError("an inclusion path does not lead to the log's root", about=f"log entry {index}")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree (old, old_root) is the start of the tree (new, new_root).

    Raises:
        EvidenceError: it is not, or the proof is malformed.
    """
    failure = EvidenceError("a later checkpoint does not continue the earlier one", about=f"log {old} to {new}")
    _sized(old_root, new_root, *proof)
    if not 0 <= old <= new or (old == 0 and old_root != EMPTY):
        raise failure
    if old in (0, new):
        if proof or (old == new and old_root != new_root):
            raise failure
        return
    nodes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not nodes:
        raise failure
    left, last = old - 1, new - 1
    while left & 1:
        left, last = left >> 1, last >> 1
    before = after = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            raise failure
        if left & 1 or left == last:
            before, after = node_hash(node, before), node_hash(node, after)
            while left and not left & 1:
                left, last = left >> 1, last >> 1
        else:
            after = node_hash(after, node)
        left, last = left >> 1, last >> 1
    if last != 0 or before != old_root or after != new_root:
        raise failure


def _sized(*hashes: bytes) -> None:
    for value in hashes:
        if len(value) != HASH:
            raise EvidenceError(f"a proof holds a hash of {len(value)} bytes, not {HASH}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TagProof:
    """The way a tag's bits lead: (bit, the branch not taken) from the top down, and the leaf found there, if any."""

    leaf: bytes | None
    path: tuple[tuple[int, bytes], ...]

    def to_json(self) -> dict[str, Any]:
        """Write as plain JSON values, hashes in hexadecimal."""
        return {"leaf": None if self.leaf is None else self.leaf.hex(),
                "path": [[bit, sibling.hex()] for bit, sibling in self.path]}

    @classmethod
    def from_json(cls, value: Any) -> "TagProof":
        """Read what :meth:`to_json` wrote, in that very form.

        Raises:
            EvidenceError: any other form.
        """
        try:
            leaf = None if value["leaf"] is None else bytes.fromhex(value["leaf"])
            proof = cls(leaf=leaf, path=tuple((bit, bytes.fromhex(sibling)) for bit, sibling in value["path"]))
        except (KeyError, TypeError, ValueError):
            raise EvidenceError("a tag's proof cannot be read") from None
        if proof.to_json() != value or any(type(bit) is not int for bit, _ in proof.path):
            raise EvidenceError("a tag's proof is not in its one form")
        return proof


def _tag_root(count: int, top: bytes) -> bytes:
    return sha256(b"\x02" + count.to_bytes(8, "big") + top).digest()


class TagTree:
    """The prefix tree over a set of tags: its root and count, and a proof for any tag; never changes.

    Building hashes each node once (about two seconds for a million tags); a proof costs O(log n) look-ups.
    """

    __slots__ = ("_nodes", "_tags", "count", "root")

    def __init__(self, tags: Sequence[bytes]) -> None:
        """Build the tree over tags that are sorted and differ.

        Raises:
            ValueError: a tag is not 32 bytes long, or they are not strictly rising.
        """
        if set(map(len, tags)) - {HASH}:
            raise ValueError(f"a tag has {HASH} bytes")
        if any(map(ge, tags, tags[1:])):
            raise ValueError("tags must be sorted, each only once")
        self._tags = tags
        self.count = len(tags)
        self._nodes: list[bytes] = [b""] * self.count
        self.root = _tag_root(self.count, self._build())

    def _build(self) -> bytes:
        """Hash every node, left to right, and give the top one; a node is kept under the first tag of its right side.

        The stack holds the left sides still waiting for a right one; their bits rise. A waiting node closes as soon as
        the next tag parts from this one above its bit.
        """
        if not self._tags:
            return b""
        prefixes = [bytes((1, bit)) for bit in range(256)]
        numbers = [int.from_bytes(tag, "big") for tag in self._tags]
        parts = [256 - (one ^ two).bit_length() for one, two in pairwise(numbers)]
        parts.append(-1)
        nodes, bits, splits, lefts = self._nodes, [-1], [0], [b""]
        for index, (tag, part) in enumerate(zip(self._tags, parts, strict=True), 1):
            node = sha256(b"\x00" + tag).digest()
            while bits[-1] > part:
                node = sha256(prefixes[bits.pop()] + lefts.pop() + node).digest()
                nodes[splits.pop()] = node
            bits.append(part)
            splits.append(index)
            lefts.append(node)
        return lefts[-1]

    def _parting(self, begin: int, end: int) -> tuple[int, int]:
        """Give the first bit in which tags begin to end differ, and the index of the first tag that has it set."""
        first, last = int.from_bytes(self._tags[begin], "big"), int.from_bytes(self._tags[end - 1], "big")
        bit = 256 - (first ^ last).bit_length()
        border = last >> (255 - bit) << (255 - bit)
        return bit, bisect_left(self._tags, border.to_bytes(HASH, "big"), begin, end)

    def _subtree(self, begin: int, end: int) -> bytes:
        if end - begin == 1:
            return leaf_hash(self._tags[begin])
        return self._nodes[self._parting(begin, end)[1]]

    def prove(self, tag: bytes) -> TagProof:
        """Give a tag's proof: of presence when the leaf it ends at is the tag, of absence otherwise.

        Raises:
            ValueError: not a tag.
        """
        if len(tag) != HASH:
            raise ValueError(f"a tag has {HASH} bytes")
        if not self.count:
            return TagProof(leaf=None, path=())
        path, begin, end = [], 0, self.count
        while end - begin > 1:
            bit, middle = self._parting(begin, end)
            if _bit(tag, bit):
                path.append((bit, self._subtree(begin, middle)))
                begin = middle
            else:
                path.append((bit, self._subtree(middle, end)))
                end = middle
        return TagProof(leaf=self._tags[begin], path=tuple(path))


def _bit(tag: bytes, bit: int) -> int:
    return tag[bit >> 3] >> (7 - (bit & 7)) & 1


def verify_absence(root: bytes, count: int, tag: bytes, proof: TagProof) -> None:
    """Check that a tag is absent from the tag tree with this root and count.

    Raises:
        EvidenceError: the proof does not show it.
    """
    _verify_tag(root, count, tag, proof)
    if proof.leaf == tag:
        raise EvidenceError("the tag is present in the release's tag tree")


def verify_presence(root: bytes, count: int, tag: bytes, proof: TagProof) -> None:
    """Check that a tag is present in the tag tree with this root and count.

    Raises:
        EvidenceError: the proof does not show it.
    """
    _verify_tag(root, count, tag, proof)
    if proof.leaf != tag:
        raise EvidenceError("the tag is absent from the release's tag tree")


def _verify_tag(root: bytes, count: int, tag: bytes, proof: TagProof) -> None:
    """Walk the proof up from its leaf, following the tag's bits, and insist that it ends at the root."""
    failure = EvidenceError("a tag's proof does not lead to the release's tag root")
    _sized(root, tag, *(sibling for _, sibling in proof.path))
    bits = [bit for bit, _ in proof.path]
    if not 0 <= count < 1 << 64 or len(bits) >= max(count, 1):
        raise failure
    if proof.leaf is None:
        if count or bits or root != _tag_root(0, b""):
            raise failure
        return
    _sized(proof.leaf)
    if count == 0 or any(not -1 < bit < 256 for bit in bits) or any(map(ge, bits, bits[1:])):
        raise failure
    if any(_bit(proof.leaf, bit) != _bit(tag, bit) for bit in bits):
        raise failure
    node = leaf_hash(proof.leaf)
    for bit, sibling in reversed(proof.path):
        pair = sibling + node if _bit(tag, bit) else node + sibling
        node = sha256(bytes((1, bit)) + pair).digest()
    if root != _tag_root(count, node):
        raise failure
