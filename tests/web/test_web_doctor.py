"""``licit doctor``: what is unsafe is named, whatever else is fine; what cannot be looked at is unsafe."""

import json
import os

import pytest
from click.testing import CliRunner

from licit.surfaces.cli.doctor import CHECKS, doctor_command
from licit.surfaces.doctor import Check, Scene, gateway, look
from licit.usecases.backup import back_up
from licit.wiring import open_visits

SAFE = """
address = "https://privacy.example"
[controller]
name = "Atelier Lumen"
officer = "dpo@lumen.example"
authority = "CNIL"
[[issuer]]
id = "chat"
iss = "https://chat.lumen.example"
audience = "licit"
keys = "chat.jwks.json"
[limits]
proxy = "127.0.0.1"
[retention]
conversations = 365
backups = 90
"""
KEYS = {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}


@pytest.fixture
def safe(full):
    """A deployment in which nothing is unsafe."""
    full.root.chmod(0o700)
    (full.root / "web.toml").write_text(SAFE, encoding="utf-8")
    (full.root / "chat.jwks.json").write_text(json.dumps(KEYS), encoding="utf-8")
    open_visits(full.root)
    back_up(full.ports, full.root.parent / "backup")
    return full


def unsafe(world) -> set[str]:
    """Give the names of what is unsafe; figures are another test's business."""
    found = look(Scene(root=world.root, clock=world.clock), [check for check in CHECKS if check.name != "figures-old"])
    return {one.name for one in found if one.level == "unsafe"}


def test_a_safe_deployment_is_said_to_be(safe):
    """Nothing unsafe is found where there is nothing."""
    assert unsafe(safe) == set()


def spoil(world, what: str) -> None:
    """Make one thing unsafe."""
    settings, keys = world.root / "web.toml", world.root / "chat.jwks.json"
    text = settings.read_text()
    changes = {"no-https": text.replace("https://privacy", "http://privacy"), "proxy-unnamed": text.replace('proxy = "127.0.0.1"', ""),
               "contact-missing": text.replace('officer = "dpo@lumen.example"', ""), "retention-unset": text.split("[retention]")[0],
               "webhooks-inside": "webhook_loopback = true\n" + text, "demo-here": text.replace("chat.jwks", "demo.jwks")}
    if what in changes:
        settings.write_text(changes[what])
    if what == "demo-here":
        keys.rename(world.root / "demo.jwks.json")
    elif what == "keys-open":
        (world.root / "keys/high-water.jsonl").chmod(0o644)
    elif what == "workspace-open":
        world.root.chmod(0o755)
    elif what == "issuer-keys":
        os.utime(keys, (0, 0))
    elif what == "clock-behind":
        world.clock.advance(hours=-1)
    elif what == "assessment-over":
        world.clock.advance(days=500)
    elif what == "codes-missing":
        open_visits(world.root).staff.add("Ada Roux", "officer", "a long password", b"k" * 32)
        with open_visits(world.root).engine.begin() as connection:
            connection.exec_driver_sql("UPDATE staff SET salt = ''")
    elif what == "backup-old":
        world.ports.log.append([])
        for _ in range(3):
            world.object("user0")


@pytest.mark.parametrize("what", ["keys-open", "workspace-open", "backup-old", "retention-unset", "clock-behind", "no-https", "proxy-unnamed",
                                  "demo-here", "webhooks-inside", "codes-missing", "issuer-keys", "contact-missing", "assessment-over"])
def test_each_unsafe_thing_is_named(safe, what, monkeypatch):
    """One thing made unsafe is found, under its name."""
    monkeypatch.setattr("licit.surfaces.doctor.files.ENTRIES", 2)
    spoil(safe, what)
    assert what in unsafe(safe)


def test_without_a_backup_or_a_notice_it_is_unsafe(world):
    """No backup, no settings, no policy: all said."""
    assert {"backup-old", "no-https", "contact-missing", "retention-unset", "issuer-keys"} <= unsafe(world)


def test_a_backup_without_the_servers_database_is_named(safe):
    """web.db that came after the last backup is in none."""
    (safe.root / "web.db").unlink()
    back_up(safe.ports, safe.root.parent / "second")
    open_visits(safe.root)
    assert "backup-old" in unsafe(safe)


def test_a_backup_kept_too_long_is_named(safe):
    """A time that is set is held against what is there."""
    safe.clock.advance(days=91)
    found = look(Scene(root=safe.root, clock=safe.clock), CHECKS)
    assert any("older than 90 days" in one.what[0] for one in found)


def test_a_gateway_that_keeps_nothing_or_believes_anybody_is_named(safe):
    """Nothing is said where there is none; a token, a capacity and a registered source are enough."""
    def named() -> set[str]:
        return {one.name for one in look(Scene(root=safe.root, clock=safe.clock), gateway.CHECKS)}

    assert named() == set()
    (safe.root / "gateway.toml").write_text('source = "nobody"\n')
    assert named() == {"gateway-believes", "gateway-keeps-nothing"}
    (safe.root / "gateway.toml").write_text('source = "chat"\ncapacity = "consumer"\nbelieve = ["token"]\n')
    assert named() == set()
    (safe.root / "gateway.toml").write_text("sorce = 1")
    assert {one.level for one in look(Scene(root=safe.root, clock=safe.clock), gateway.CHECKS)} == {"unsafe"}


def test_what_cannot_be_looked_at_is_unsafe(tmp_path):
    """A check that fails, and a folder that is no workspace, are unsafe and not fine."""
    def failing(_: Scene) -> list:
        raise OSError

    check = Check(name="x", level="unsure", why=("a", "b"), mend=("a", "b"), look=failing)
    assert [one.level for one in look(Scene(root=tmp_path), [check])] == ["unsafe"]
    answer = CliRunner().invoke(doctor_command, ["--workspace", str(tmp_path), "--json"])
    assert answer.exit_code == 1
    assert json.loads(answer.output)["unsafe"] > 5


def test_it_speaks_french_and_english(safe):
    """Each sentence stands in both languages, and the exit code says what was found."""
    safe.root.chmod(0o755)
    told = {lang: CliRunner().invoke(doctor_command, ["--lang", lang, "--workspace", str(safe.root)]) for lang in ("en", "fr")}
    assert {answer.exit_code for answer in told.values()} == {1}
    assert "can be read by everybody" in told["en"].output
    assert "lisible par tous" in told["fr"].output
    assert all(english and french and english != french for check in CHECKS for english, french in (check.why, check.mend))
