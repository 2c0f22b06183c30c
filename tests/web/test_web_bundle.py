"""Evidence for an authority: one zip from command line and console, checked with no workspace, and every way to alter it."""

import io
import json
import zipfile

import pytest
from click.testing import CliRunner
from desks import acted, staffed
from test_web_console import WHY, entries
from world import PLANTED, chat, prose

from licit.surfaces.cli import main
from licit_verify.__main__ import main as verify
from licit_verify.bundle import check_bundle
from licit_verify.report import Fault


@pytest.fixture
def bundle(served, tmp_path):
    """The bundle of an access request with steps, from the command line; give its path and the log's key."""
    served.world.take([chat("z", "user7", f"{prose('z')} {PLANTED}")])
    served.world.build()
    served.world.object("user7", "access")
    number = entries(served, "access")[0].seq
    acted(staffed(served, "officer"), f"/console/requests/{number}", "extended", ground="complexity", months="1", why=WHY)
    done = CliRunner().invoke(main, ["evidence", "bundle", "--request", str(number), "--out", str(tmp_path / "e.zip"), "--json",
                                     "--workspace", str(served.world.root)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return tmp_path / "e.zip", bytes.fromhex(json.loads(done.output)["key"]), number


def altered(path, change):
    """Write a zip again with its files changed."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    out = path.with_name("altered.zip")
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out


def test_a_bundle_is_checked_alone_and_any_change_shows(served, bundle, capsys):
    """Whole it holds; one byte changed, a file added or left out, another signer, an entry of another log: each is found.

    Law: RGT-08
    """
    path, key, number = bundle
    found = check_bundle(path, key)
    assert (found["about"], found["pinned"]) == ({"request": number}, True)
    assert verify(["bundle", str(path), "--key", key.hex(), "--lang", "fr"]) == 0
    assert verify(["bundle", str(path)]) == 0
    assert "unpinned" in capsys.readouterr().out
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        everything = b"".join(archive.read(name) for name in names).decode()
    assert PLANTED not in everything
    assert WHY in everything
    assert not any(part in name for name in names for part in ("/data/", "/ids/", "/audit/"))
    for name in names:
        with pytest.raises(Fault):
            check_bundle(altered(path, lambda files, name=name: files.update({name: files[name][:-2] + b"  "})), key)
    for change in (lambda files: files.pop(f"entries/{number}.json"), lambda files: files.update({"extra.txt": b"x"}),
                   lambda files: files.update({"../out.txt": b"x"}), lambda files: files.pop("bundle.dsse.json")):
        with pytest.raises(Fault):
            check_bundle(altered(path, change), key)
    with pytest.raises(Fault, match="not signed"):
        check_bundle(path, bytes(32))
    assert verify(["bundle", str(altered(path, lambda files: files.pop("README.txt")))]) == 1


def test_the_console_hands_out_bundles(served, bundle):
    """Officer and auditor take it from the file of the request and from the list of sets; engineers do not."""
    _, key, number = bundle
    auditor, engineer = staffed(served, "auditor"), staffed(served, "engineer")
    for path in (f"/console/requests/{number}/bundle.zip", "/console/releases/release-1/bundle.zip"):
        answer = auditor.get(path)
        assert answer.headers["content-type"] == "application/zip"
        (served.world.root.parent / "c.zip").write_bytes(io.BytesIO(answer.content).getvalue())
        assert check_bundle(served.world.root.parent / "c.zip", key)["entries"] > 0
        assert path in auditor.get(path.rpartition("/")[0] if "requests" in path else "/console/releases").text
        assert engineer.get(path).status_code == 403
    assert auditor.get("/console/requests/999/bundle.zip").status_code == 404
