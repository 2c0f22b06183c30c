"""A receipt for people and for machines: in plain French or English, and in JSON-LD; both as page and command give them."""

import json
from typing import Any

from licit_verify.receipt import said_by

from ..core.notes import parse_envelope
from ..usecases.commands import linked_receipt, receipt
from ..usecases.workspace import Workspace

_ALONE = {"en": "To check it without us: licit receipt verify FILE --lang en --key {key}",
          "fr": "Pour le vérifier sans nous : licit receipt verify FICHIER --lang fr --key {key}"}


def in_words(workspace: Workspace, seq: int, subject: str, language: str) -> str:
    """Say what an entry's receipt says, and how to check it; ``language`` is en or fr."""
    return f"{_said(workspace, seq, subject, language)}\n{_ALONE[language].format(key=workspace.signer.public_key().hex())}"


def in_terms(workspace: Workspace, seq: int, subject: str, language: str) -> dict[str, Any]:
    """Give an entry's receipt in JSON-LD, signed."""
    return linked_receipt(workspace, seq, subject, language=language, description=_said(workspace, seq, subject, language))


def _said(workspace: Workspace, seq: int, subject: str, language: str) -> str:
    paper = parse_envelope(receipt(workspace, seq, subject))
    return said_by(json.loads(paper.body), next(iter(paper.signatures))).text(french=language == "fr")
