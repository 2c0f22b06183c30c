"""The story of a release from which everybody leaves."""

import json
from pathlib import Path

import licit
from licit.surfaces.demo.papers import Papers
from licit_verify import verify

POLICY = {"notice": [{"id": "n", "purposes": ["train"], "starts": "2024-01-01"}],
          "period": [{"purpose": "train", "basis": "legitimate-interest", "starts": "2024-01-01"}],
          "assessment": [{"id": "l", "purposes": ["train"], "approved_by": "officer", "approved_at": "2024-02-01",
                          "expires_at": "2099-01-01"}]}


def test_a_patch_without_rows_verifies_for_an_auditor(tmp_path: Path) -> None:
    """When the last person of a release objects, the patch holds no row and every claim about it can be checked."""
    space = licit.open_workspace(tmp_path / "w", create=True)
    space.adopt_policy(POLICY)
    space.add_source("chats", ground="own", by="engineer")
    key = space.enroll("lawyer", role="legal", key=tmp_path / "lawyer.key", by="chair")
    Papers(assessment="l", notices=("n",), sources=("chats",), approver="lawyer").approve(space.ports, key)
    space.approve_source("chats", by="lawyer", key=key)
    chat = {"id": "1", "messages": [{"role": "user", "content": "When do I prune the roses?",
                                     "timestamp": "2025-02-01T10:00:00Z"}]}
    (tmp_path / "chats.jsonl").write_text(json.dumps(chat))
    space.import_(tmp_path / "chats.jsonl", source="chats", subject="ada", capacity="consumer", age="adult")
    released = space.build()
    assert released.tally.released == 1
    space.exercise("objection", subject="ada")
    patch = space.patch(released.name)
    report = verify(Path(patch.path), auditor=tmp_path / "w")
    assert patch.tally.released == 0
    assert [result.claim for result in report.results if result.result != "holds"] == []
