"""The workspace behind the chat: the invented company with one source, its policy and papers in force, and nobody's words yet."""

import json
from datetime import date, timedelta
from pathlib import Path

from joserfc.jwk import KeySet, OKPKey

from ....wiring import init_workspace
from ...notebook import open_workspace
from ..papers import Papers

#: The product: the name of the workspace's log, and who vouches for its accounts.
PRODUCT, SOURCE, NOTICE = "lumen-chat", "lumen-chat", "notice-1"
ISS = "https://lumen-chat.lumen.example"
#: What the switch of the chat is about.
TRAINING = ("train", "learn-from-feedback")
_APPROVES = "déléguée à la protection des données"

_WEB = f"""language = "fr"
logged_out = "device"
[controller]
name = "Atelier Lumen (inventé)"
officer = "dpo@lumen.example"
authority = "CNIL"
authority_link = "https://www.cnil.fr/fr/plaintes"
country = "FR"
[[issuer]]
id = "{PRODUCT}"
iss = "{ISS}"
audience = "licit"
keys = "chat.jwks.json"
"""
_GATEWAY = f"""# The chat's server signs who speaks; nothing else is believed.
source = "{SOURCE}"
capacity = "consumer"
age = "adult"
surface = "web"
notice = "{NOTICE}"
issuer = "{PRODUCT}"
believe = ["token"]
"""


def make_company(root: Path, today: date) -> None:
    """Make the workspace, unless it is there; ``today`` is the day of the demonstration."""
    if (root / "gateway.toml").exists():
        return
    init_workspace(root, PRODUCT)
    space = open_workspace(root, jobs=1)
    since, until = (today - timedelta(days=200)).isoformat(), (today + timedelta(days=300)).isoformat()
    space.adopt_policy({
        "notice": [{"id": NOTICE, "purposes": list(TRAINING), "starts": since}],
        "period": [{"purpose": purpose, "basis": "legitimate-interest", "starts": since, "waiting_days": 30} for purpose in TRAINING],
        "assessment": [{"id": "evaluation-1", "purposes": list(TRAINING), "approved_by": _APPROVES, "approved_at": since, "expires_at": until}],
        "surface": [{"id": "web", "assurance": "adults"}]})
    papers = Papers(assessment="evaluation-1", notices=(NOTICE,), date=since, review=until, sources=(SOURCE,), approver=_APPROVES, purposes=TRAINING)
    papers.write(space.path / "law")
    signs = space.enroll(_APPROVES, role="legal", key=root / "keys/approves.key", by="direction générale")
    papers.approve(space.ports, signs)
    space.add_source(SOURCE, ground="own", by="achats", title="Assistant Lumen, grand public")
    space.approve_source(SOURCE, by=_APPROVES, key=signs)
    (root / "web.toml").write_text(_WEB, encoding="utf-8")
    (root / "gateway.toml").write_text(_GATEWAY, encoding="utf-8")


def new_key(root: Path) -> OKPKey:
    """Make the key by which the chat's server says who speaks; the workspace gets its public half."""
    key = OKPKey.generate_key("Ed25519", auto_kid=True)
    (root / "chat.jwks.json").write_text(json.dumps(KeySet([key]).as_dict(private=False)), encoding="utf-8")
    return key
