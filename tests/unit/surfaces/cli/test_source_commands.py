"""``licit source`` and ``licit staff`` by command line: fields, licences spelt by hand, choices, what is shown."""

import json

import pytest
from click.testing import CliRunner

from licit.surfaces.cli import main


@pytest.fixture
def run(world, tmp_path, monkeypatch):
    """Run a command in a world; give what it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*argv: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, [*argv, *(() if argv[:3] == ("staff", "key", "new") else ("--workspace", str(world.root)))],
                                    catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.mark.parametrize(("spelt", "likely"), [("CC BY 4", "CC-BY-4.0"), ("MIT-ish", "MIT"), ("Licence Ouverte", "etalab-2.0"),
                                               ("Creative Commons Attribution-ShareAlike 4.0", "CC-BY-SA-4.0"), ("Apache 2", "Apache-2.0")])
def test_a_licence_spelt_by_hand_is_told_and_never_taken(run, world, spelt, likely):
    """What is no SPDX expression is refused with the likely identifier; nothing is entered.

    Law: PRV-03
    """
    size = world.ports.log.head()[0]
    said = run("source", "add", "x", "--ground", "open-licence", "--licence", spelt, "--by", "ines", code=2)
    assert f"Perhaps {likely} is meant" in said
    assert world.ports.log.head()[0] == size


@pytest.mark.parametrize(("offered", "chosen", "licence"), [
    ("MIT OR CC-BY-NC-4.0", ["mit"], "MIT"), ("CC-BY-4.0 AND (MIT OR Apache-2.0)", ["Apache-2.0"], "CC-BY-4.0 AND Apache-2.0"),
    ("(MIT OR ISC) AND (CC0-1.0 OR CC-BY-4.0)", ["ISC", "CC0-1.0"], "ISC AND CC0-1.0"),
    ("(MIT AND CC-BY-4.0) OR GPL-3.0-only", ["MIT AND CC-BY-4.0"], "MIT AND CC-BY-4.0")])
def test_a_choice_is_stated_and_what_was_offered_is_kept(run, offered, chosen, licence):
    """A licence that offers a choice is held until one is stated, and the offer stays on record.

    Law: PRV-03
    """
    given = ["source", "add", "x", "--ground", "open-licence", "--kind", "works", "--licence", offered, "--by", "ines"]
    run(*given)
    assert json.loads(run("source", "show", "x", "--json"))["reason"] == "licence-unknown"
    run(*given, *(part for name in chosen for part in ("--choose", name)))
    told = json.loads(run("source", "show", "x", "--json"))
    assert (told["licence"], told["offered"], told["reason"]) == (licence, offered, "source-not-approved")


@pytest.mark.parametrize(("offered", "chosen"), [("MIT OR ISC", "GPL-3.0-only"), ("MIT", "ISC"), ("MIT AND (ISC OR Zlib)", "MIT")])
def test_a_choice_that_is_not_offered_is_refused(run, offered, chosen):
    """Nobody takes a licence that was never offered."""
    assert "among those offered" in run("source", "add", "x", "--ground", "open-licence", "--licence", offered, "--choose", chosen, "--by", "ines", code=2)


def test_a_source_from_a_file(run, tmp_path):
    """The fields of a TOML file and of options say the same, and options win; a field that no source has is named."""
    file = tmp_path / "set.toml"
    file.write_text('source = "set"\nground = "open-licence"\nkind = "public-dataset"\nlicence = "CC-BY-4.0"\nlanguages = ["fr"]\n'
                    'expires = 2027-01-31\n[acquired]\nfirst = 2026-01-05\nlast = 2026-01-06\n', encoding="utf-8")
    run("source", "add", "--from", str(file), "--personal", "no", "--language", "en", "--by", "ines")
    told = json.loads(run("source", "show", "set", "--json"))
    assert (told["languages"], told["personal"], told["acquired"], told["expires"]) == (
        ["en"], "no", {"first": "2026-01-05", "last": "2026-01-06"}, "2027-01-31T00:00:00Z")
    file.write_text('source = "set"\nground = "own"\nlicense = "MIT"\n', encoding="utf-8")
    assert "did you mean 'licence'" in run("source", "add", "--from", str(file), "--by", "ines", code=2)


def test_the_way_of_a_set_of_others(run):
    """A set of others is held, each time by its own reason, until somebody looked into it and somebody else signed for it.

    Law: LIA-12, REL-14
    """
    def reason() -> str:
        return str(json.loads(run("source", "show", "set", "--json"))["reason"])

    def diligence(*evidence: str) -> str:
        return run("source", "diligence", "set", "--collected", "bought", "--findings", "none", "--opt-outs", "a form", "--looked-by", "zoe",
                   "--looked-on", "2026-01-10", *(part for one in evidence for part in ("--evidence", one)), "--by", "ines")

    run("source", "add", "set", "--ground", "open-licence", "--licence", "CC-BY-4.0", "--role", "joint", "--controller", "Lumen", "--by", "ines")
    assert reason() == "kind-unknown"
    run("source", "change", "set", "--kind", "private-dataset", "--why", "asked", "--by", "ines")
    assert reason() == "diligence-missing"
    assert "held all the same" in diligence("supplier: a letter")
    assert reason() == "supplier-word-alone"
    diligence("supplier: a letter", "own: 200 samples read")
    assert reason() == "source-not-approved"
    run("staff", "key", "new", "Me Amari")
    run("staff", "key", "enroll", "Me Amari", "--role", "legal", "--key", "me-amari.key.pub", "--by", "paul")
    run("source", "approve", "set", "--key", "me-amari.key", "--use", "train", "--until", "2999-12-31", "--by", "Me Amari")
    said = run("source", "show", "set")
    assert reason() == ""
    assert "role: joint" in said
    assert "approved version 4, signed" in said
    assert "admitted to train" in run("source", "list")
    assert "Me Amari: legal, enrolled by paul" in run("staff", "list")


def test_public_domain_needs_its_rule(run):
    """A claim of public domain is held until a rule with its dates is on record; wars are a person's to look up.

    Law: PRV-11
    """
    add = ["source", "add", "tale", "--ground", "public-domain", "--kind", "works", "--by", "ines"]
    for more, reason in (((), "public-domain-unproven"), (("--died", "1918"), "public-domain-unproven"),
                         (("--died", "1918", "--war-years", "30"), "source-not-approved"), (("--free-because", "anonymous, 1780"), "source-not-approved")):
        run(*add, *more)
        assert json.loads(run("source", "show", "tale", "--json"))["reason"] == reason


def test_copies_for_mining_have_their_day(run, world):
    """Copies under the exception for mining are refused once the day of their destruction is there, and never serve research for sale.

    Law: PRV-02, PRV-10
    """
    add = ["source", "add", "news", "--ground", "statutory", "--kind", "web-crawl", "--by", "ines"]
    for more, reason in (((), "statute-incomplete"), (("--statute", "dsm-4"), "statute-incomplete"),
                         (("--statute", "dsm-4", "--copies-kept", "vault", "--destroy", "2999-04-01"), "source-not-approved"),
                         (("--statute", "dsm-3", "--copies-kept", "vault", "--destroy", "2999-04-01", "--research-body", "a lab"), "statute-forbids"),
                         (("--statute", "dsm-4", "--copies-kept", "vault", "--destroy", "2020-03-01"), "copies-due")):
        run(*add, *more)
        assert json.loads(run("source", "show", "news", "--json"))["reason"] == reason
