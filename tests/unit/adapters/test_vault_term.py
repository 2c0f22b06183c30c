"""A vault's scopes are for a short time: over, they are forgotten, by command and with whoever ordered it in the log."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from licit.adapters.text_vault import TextVault, Who
from licit.adapters.vault_term import aged, forget_due
from licit.core.errors import InputError, SetupError
from licit.surfaces.cli import main

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WHO = Who(by="ines", reason="kept for 30 days", at=NOW)


def written(folder, scope, at):
    """Seal a line in a scope."""
    with TextVault.made(folder).writing(scope, at) as writing:
        writing.add([b'{"id": 1}'], [[("[PERSON_a]", "Lise")]])


@pytest.fixture
def vault(tmp_path):
    """A scope of thirty days ago, one of a day less, and one made long ago and written to again."""
    for scope, days in (("old", 30), ("young", 29), ("again", 300), ("again", 2)):
        written(tmp_path / "v", scope, NOW - timedelta(days=days))
    return TextVault(tmp_path / "v")


def test_only_what_is_over_is_forgotten(vault, tmp_path):
    """On the last day a scope goes, key and sealed files, for good; a day before it stays; the log says who and why.

    Law: DEI-04
    """
    assert [(one.scope, one.due) for one in aged(vault, 30, NOW)] == [("old", True), ("young", False), ("again", False)]
    assert list(forget_due(vault, 30, WHO)) == [("old", True)]
    assert not list((tmp_path / "v/old").glob("*"))
    assert [(line.scope, line.by, line.reason) for line in vault.told() if line.what == "forgotten"] == [("old", "ines", "kept for 30 days")]
    with pytest.raises(SetupError):
        vault.reading("old", WHO).__enter__()
    with pytest.raises(InputError):
        aged(vault, 0, NOW)


def test_what_is_in_use_stays_due_and_is_named(vault):
    """A scope that somebody reads is not forgotten under their hands, and not told as gone."""
    with vault.reading("old", WHO):
        assert list(forget_due(TextVault(vault._folder), 30, WHO)) == [("old", False)]
    assert [one.scope for one in aged(vault, 30, NOW) if one.due] == ["old"]


def test_retention_ends_a_vault_by_command(vault):
    """``licit retention --vault`` shows what is over and, ordered by somebody named, ends it."""
    words = ["retention", "--vault", str(vault._folder), "--json"]
    assert all(one["due"] for one in json.loads(CliRunner().invoke(main, words).output)["scopes"])
    assert CliRunner().invoke(main, [*words, "--carry-out"]).exit_code == 2
    done = CliRunner().invoke(main, [*words, "--carry-out", "--by", "ines"])
    assert (done.exit_code, sorted(json.loads(done.output)["forgotten"])) == (0, ["again", "old", "young"])
