"""Alone: a person takes receipt and proofs from the centre, the server stops and its folder is gone, and everything can be checked."""

import io
import os
import subprocess
import sys
import zipfile

import pytest
from click.testing import CliRunner
from pages import form_of
from serving import Served, running

from licit.surfaces.cli import main
from licit.surfaces.web.app import make_app
from licit.usecases.keys import rotate_signing


def taken(world, tmp_path, *, before=False):
    """Serve, refuse, build, and take receipt and proof away as a browser does; give the folder and the key on the page."""
    with running(make_app(world.root, clock=world.clock)) as address:
        served = Served(world, address, None)
        client = served.browser()
        assert "proof is made of a receipt" in client.get("/check").text
        client.post("/choices", data={"form": form_of(client.get("/")), "do": "refuse"})
        if before:
            rotate_signing(world.ports, by="ines")
        built = world.build()
        assert f"/proofs/{built.name}.zip" in client.get("/check").text
        stranger = served.browser().get(f"/proofs/{built.name}.zip")
        assert (stranger.status_code, client.get("/proofs/none-1.zip").status_code) == (400, 404)
        body = client.get(f"/proofs/{built.name}.zip?lang=fr").content
        for one in served.opened:
            one.close()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        archive.extractall(tmp_path / "away")
    return tmp_path / "away", built.name, world.ports.signer.public_key().hex()


@pytest.mark.parametrize("rotated", [False, True])
def test_with_the_server_stopped_receipt_and_absence_are_checked(full, tmp_path, monkeypatch, rotated):
    """``licit receipt verify``, ``licit prove absence`` and the verifier's own door say yes by files and key alone; altered, no."""
    away, release, key = taken(full, tmp_path, before=rotated)
    full.root.rename(tmp_path / "gone")
    monkeypatch.chdir(away)
    keys = ["--keys", "keys.json"] if rotated else []
    commands = [["receipt", "verify", "receipt-1.json", "--lang", "fr", "--key", key, *keys],
                ["prove", "absence", "proof-1.json", release, "--lang", "fr", "--key", key, *keys]]
    said = [CliRunner().invoke(main, command) for command in commands]
    assert [one.exit_code for one in said] == [0, 0], [one.output for one in said]
    assert "vous avez refusé tout usage" in said[0].output
    assert "✓ person-absent" in said[1].output
    readme = (away / "README.txt").read_text()
    assert all(" ".join(["licit", *command]) in readme for command in commands)
    if rotated:
        return
    for command in (["receipt", "receipt-1.json", "--key", key], [release, "--receipt", "proof-1.json", "--only", "person", "--key", key]):
        door = subprocess.run([sys.executable, "-m", "licit_verify", *command], capture_output=True, env={**os.environ, "LICIT_WORKSPACE": "/nowhere"},
                              cwd=away, timeout=60, check=False)
        assert door.returncode == 0, door.stdout
    proof = (away / "proof-1.json").read_text()
    (away / "proof-1.json").write_text(proof.replace('"release": "', '"release": "x'))
    assert CliRunner().invoke(main, commands[1]).exit_code != 0
