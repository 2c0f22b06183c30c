"""The page that checks a receipt, and says how to check it without us.

What it answers comes from the independent verifier; the file is read once and kept nowhere.

Law: REL-05
"""

import tempfile
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from licit_verify.keychain import read_chain
from licit_verify.receipt import check_alone
from licit_verify.report import Fault

from ...usecases.keys import chain_of
from ...usecases.workspace import releases_at
from .proofs import acts_of
from .visit import page, parts

router = APIRouter(include_in_schema=False)

_MOST = 1 << 18
#: So many sets, the newest first, are offered on the page; an older one by its address.
_SHOWN = 50


@router.get("/check")
def form(request: Request) -> Response:
    """Ask for a receipt, and show the key it is checked by."""
    return _page(request, None, None)


@router.post("/check")
async def checked(request: Request) -> Response:
    """Check the receipt that was sent."""
    door, _, visit = parts(request)
    async with request.form() as data:
        door.check_form(request, visit, data.get("form"))
        sent, pasted = data.get("file"), data.get("text")
        content = await sent.read(_MOST) if isinstance(sent, UploadFile) else b""
    content = content or (pasted.encode("utf-8", "replace") if isinstance(pasted, str) else b"")
    signer, links = door.space.signer.public_key(), chain_of(door.space)["chain"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "receipt.json"
        path.write_bytes(content)
        try:
            said = check_alone(path, read_chain(links, door.space.origin, signer, "keys"), signer)
        except Fault as fault:
            return _page(request, None, fault.text(visit.words.code == "fr"))
    return _page(request, said.text(french=visit.words.code == "fr"), None)


def _page(request: Request, said: str | None, fault: str | None) -> Response:
    door, live, visit = parts(request)
    return page(request, "check.html", "/check", said=said, fault=fault, key=door.space.signer.public_key().hex(),
                releases=[one for one in reversed(releases_at(door.space.log).values()) if one.withdrawn < 0][:_SHOWN],
                acted=bool(acts_of(live, visit.subject)))
