"""``licit build --dry-run`` says what would stop the release, after the tally, with the code of a refusal."""

import json

from click.testing import CliRunner
from world import chat, prose

from licit.surfaces.cli import main


def test_a_dry_run_below_the_standard_is_refused_after_its_tally(world, tmp_path):
    """People see the tally and the lines that are missed, machines the same JSON as ever; both get the code 1."""
    world.take([chat("c", "ada", prose("c"))])
    (tmp_path / "plan.toml").write_text("[deidentify.measure]\nrecall = {PERSON = 1}\n")
    asked = ["build", str(tmp_path / "plan.toml"), "--dry-run", "--workspace", str(world.root)]
    shown = CliRunner().invoke(main, asked)
    assert shown.exit_code == 1
    assert "released" in shown.stdout
    assert "recall of PERSON" in shown.stderr
    assert "would be" not in shown.stdout
    told = CliRunner().invoke(main, [*asked, "--json"])
    assert (told.exit_code, json.loads(told.stdout)["tally"]["released"]) == (1, 1)
    (tmp_path / "plan.toml").write_text("")
    assert CliRunner().invoke(main, asked).exit_code == 0
