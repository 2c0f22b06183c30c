"""``licit init``: makes what is missing of a new workspace, and nothing of a finished one that would be guessed."""

import pytest
from click.testing import CliRunner

from licit.surfaces.cli import main


@pytest.mark.parametrize("name", ["secrets.json", "signing.pem"])
def test_a_lost_key_is_not_made_anew(world, name):
    """Init on a finished workspace whose key is gone stops and changes nothing: a new key would sign for a log it never saw."""
    (world.root / "keys" / name).unlink()
    before = sorted(path.name for path in (world.root / "keys").iterdir())
    told = CliRunner().invoke(main, ["init", str(world.root)])
    assert told.exit_code == 2
    assert name in told.output
    assert "backup" in told.output
    assert sorted(path.name for path in (world.root / "keys").iterdir()) == before


def test_an_unfinished_workspace_is_finished(tmp_path):
    """Cut short before its settings were written, init goes on where it stopped."""
    root = tmp_path / "w"
    assert CliRunner().invoke(main, ["init", str(root)]).exit_code == 0
    key = (root / "keys/signing.pem").read_bytes()
    (root / "licit.toml").unlink()
    assert CliRunner().invoke(main, ["init", str(root)]).exit_code == 0
    assert (root / "keys/signing.pem").read_bytes() == key
