"""Write ``tree.json``: the vectors that licit and the independent verifier must both agree on.

Run ``python tests/data/vectors/build_tree.py`` to write the file, with ``--check`` to compare it instead.
"""

import json
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licit.core.ids import canonical_json
from licit.core.notes import (
    RECEIPT_TYPE,
    Checkpoint,
    Envelope,
    NoteSignature,
    Opening,
    Receipt,
    about,
    key_hash,
    pae,
    release_tag,
    signed_note,
    verifier_key,
)
from licit.core.tree import TagTree, consistency_proof, inclusion_path, leaf_hash, root

ORIGIN = "log.example.org/vectors"
AT = datetime(2025, 2, 17, 16, 14, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(sha256(b"licit vectors: a key that protects nothing").digest())


def _leaves(size: int) -> list[bytes]:
    return [leaf_hash(b"leaf %d" % number) for number in range(size)]


def _log() -> dict[str, Any]:
    leaves = _leaves(1030)

    def subtree(level: int, index: int) -> bytes:
        return root(leaves[index << level:index + 1 << level])

    sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 600, 1024, 1030]
    inclusions = [(0, 1), (0, 2), (1, 2), (2, 3), (4, 7), (6, 7), (255, 257), (256, 257), (599, 600), (3, 1030)]
    consistencies = [(0, 5), (1, 2), (3, 7), (4, 8), (7, 7), (6, 257), (256, 1024), (600, 1030), (1024, 1030)]
    return {
        "leaf": "SHA-256(0x00 then 'leaf N' in ASCII), N counting from 0",
        "roots": [{"size": size, "root": root(leaves[:size]).hex()} for size in sizes],
        "inclusion": [{"index": index, "size": size, "leaf": leaves[index].hex(),
                       "root": root(leaves[:size]).hex(),
                       "path": [node.hex() for node in inclusion_path(index, size, subtree)]}
                      for index, size in inclusions],
        "consistency": [{"old": old, "new": new, "old_root": root(leaves[:old]).hex(),
                         "new_root": root(leaves[:new]).hex(),
                         "proof": [node.hex() for node in consistency_proof(old, new, subtree)]}
                        for old, new in consistencies]}


def _tags() -> dict[str, Any]:
    cases = []
    for size in (0, 1, 2, 3, 100):
        tags = sorted(sha256(b"tag %d" % number).digest() for number in range(size))
        tree = TagTree(tags)
        absent = [bytes(32), b"\xff" * 32, sha256(b"nobody").digest(), *(_neighbour(tag) for tag in tags[:2])]
        cases.append({
            "tags": [tag.hex() for tag in tags], "count": tree.count, "root": tree.root.hex(),
            "absent": [{"tag": tag.hex(), "proof": tree.prove(tag).to_json()} for tag in absent],
            "present": [{"tag": tag.hex(), "proof": tree.prove(tag).to_json()} for tag in tags[:3]]})
    key = sha256(b"a person's key").digest()
    return {"cases": cases, "tag": {"tag_key": key.hex(), "release": "spring-1",
                                    "tag": release_tag(key, "spring-1").hex()}}


def _neighbour(tag: bytes) -> bytes:
    """Give a tag that differs in its last bit only."""
    return tag[:-1] + bytes([tag[-1] ^ 1])


def _notes() -> dict[str, Any]:
    public = KEY.public_key().public_bytes_raw()
    checkpoint = Checkpoint(origin=ORIGIN, size=1030, root=root(_leaves(1030)), at=AT)
    line = NoteSignature(name=ORIGIN, key_hash=key_hash(ORIGIN, public), signature=KEY.sign(checkpoint.text()))
    receipt = Receipt(
        origin=ORIGIN, seq=4, kind="objection", issued_at=AT, tag_key=sha256(b"a person's key").digest(),
        about=Opening(salt=sha256(b"salt 1").digest(),
                      body=about("sexample", "2025-02-17T16:14:00.000000Z", "2025-02-17T16:14:00.000001Z")),
        decision=Opening(salt=sha256(b"salt 2").digest(), body=canonical_json({"purposes": ["train"]})),
        particulars=Opening(salt=sha256(b"salt 3").digest(), body=b"{}").commitment())
    body = receipt.payload()
    envelope = Envelope(payload_type=RECEIPT_TYPE, body=body,
                        signatures={"vectors": KEY.sign(pae(RECEIPT_TYPE, body))})
    return {"public_key": public.hex(), "verifier_key": verifier_key(ORIGIN, public),
            "checkpoint": checkpoint.text().decode(), "signed_checkpoint": signed_note(checkpoint.text(), [line]).decode(),
            "receipt": body.decode(), "receipt_leaf": receipt.leaf().hex(), "pae": pae(RECEIPT_TYPE, body).decode(),
            "envelope": envelope.to_json()}


def vectors() -> str:
    """Give the file's whole content."""
    return json.dumps({"log": _log(), "tags": _tags(), "notes": _notes()}, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the file, or compare it with ``--check``."""
    path = Path(__file__).with_name("tree.json")
    if "--check" in sys.argv[1:]:
        return 0 if path.read_text(encoding="utf-8") == vectors() else 1
    path.write_text(vectors(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
