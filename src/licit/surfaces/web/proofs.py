"""What a person takes away to check a set without us: their receipt, the proof of absence or presence, and the set's evidence.

Rules kept here:

- Nothing of anybody else is in it: the evidence is what any stranger may read, the proof is made of the person's own key.
- Each of their accounts has a key and a proof of its own; one of them proves nothing about another.

Law: REL-05
"""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from ...core.errors import InputError
from ...core.ids import SubjectId, canonical_json
from ...core.rights import INSTRUMENTS
from ...usecases.commands import receipt
from ...usecases.keys import chain_of
from ...usecases.live import Live
from ...usecases.proofs import prove
from ...usecases.workspace import Workspace, releases_at
from .visit import parts

router = APIRouter(include_in_schema=False)

_README = {
    "en": "Check this with the network cut. You need Python, licit (pip install licit), and nothing of ours but this key:\n{key}\n\n"
          "  licit receipt verify receipt-1.json --key {key}{keys}\n  licit prove absence proof-1.json {release} --key {key}{keys}\n\n"
          "or, with the verifier alone, which shares no code with licit:\n\n"
          "  python -m licit_verify receipt receipt-1.json --key {key}{keys}\n"
          "  python -m licit_verify {release} --receipt proof-1.json --only person --key {key}{keys}\n\n"
          "Take the key from another place as well (our page, a letter, a newspaper): whoever made this file could have made the key.\n"
          "It shows that {release} declares no row of you. It does not show that none was put under another name.\n",
    "fr": "Vérifiez ceci réseau coupé. Il vous faut Python, licit (pip install licit), et rien de nous que cette clé :\n{key}\n\n"
          "  licit receipt verify receipt-1.json --lang fr --key {key}{keys}\n  licit prove absence proof-1.json {release} --lang fr --key {key}{keys}\n\n"
          "ou, avec le vérificateur seul, qui ne partage aucun code avec licit :\n\n"
          "  python -m licit_verify receipt receipt-1.json --lang fr --key {key}{keys}\n"
          "  python -m licit_verify {release} --receipt proof-1.json --only person --lang fr --key {key}{keys}\n\n"
          "Prenez aussi la clé ailleurs (notre page, une lettre, un journal) : qui a fait ce fichier aurait pu faire la clé.\n"
          "Cela montre que {release} ne déclare aucune ligne de vous, pas qu'aucune n'a été mise sous un autre nom.\n"}


def acts_of(live: Live, subject: str) -> dict[str, int]:
    """Give, for each of a person's accounts that acted, its first act: a receipt of it is in the most sets' logs."""
    if not subject:
        return {}
    people = [SubjectId(subject), *live.now()[0].linked(SubjectId(subject))]
    return {str(one): entry.seq for one in people
            if (entry := next(iter(live.workspace.log.entries(subject=one, kinds=INSTRUMENTS)), None)) is not None}


@router.get("/proofs/{release}.zip")
def proof(request: Request, release: str) -> Response:
    """Give what the visitor checks one set by, alone."""
    _, live, visit = parts(request)
    acts = acts_of(live, visit.subject)
    if not acts:
        raise InputError("you have no receipt yet, and a proof is made of one", reason="receipt-missing")
    if release not in releases_at(live.workspace.log):
        raise InputError("no such release", reason="release-unknown")
    chain = chain_of(live.workspace)
    readme = _README[visit.words.code if visit.words.code in _README else "en"]
    body = _packed(live.workspace, release, acts, readme.format(
        key=live.workspace.signer.public_key().hex(), release=release, keys=" --keys keys.json" if chain["chain"] else ""), chain)
    return Response(body, media_type="application/zip",
                    headers={"content-disposition": f'attachment; filename="licit-proof-{release}.zip"'})


def _packed(space: Workspace, release: str, acts: Mapping[str, int], readme: str, chain: Mapping[str, Any]) -> bytes:
    out = io.BytesIO()
    folder = space.corpus.path(f"releases/{release}")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", readme)
        if chain["chain"]:
            archive.writestr("keys.json", canonical_json(chain) + b"\n")
        for number, (subject, seq) in enumerate(acts.items(), 1):
            envelope = receipt(space, seq, subject)
            archive.writestr(f"receipt-{number}.json", _text(envelope))
            archive.writestr(f"proof-{number}.json", _text(prove(space, envelope, release)))
        for path in [folder / "manifest.json", folder / "attestation.dsse.json", *sorted((folder / "evidence").iterdir())]:
            archive.write(path, f"{release}/{path.relative_to(folder).as_posix()}")
    return out.getvalue()


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value) + "\n"
