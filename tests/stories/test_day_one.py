"""A first day with the command line: every step says what happened and what comes next, and exit codes are honest."""

import json
import os
import re
import stat

import pytest
from click.testing import CliRunner
from world import PAPERS, jsonl, people_chats, released_text

from licit.surfaces.cli import main

POLICY = """
[[notice]]
id = "notice-2025"
purposes = ["train"]
starts = "2025-01-01"

[[period]]
purpose = "train"
basis = "legitimate-interest"
starts = "2025-01-01"

[[assessment]]
id = "lia-1"
purposes = ["train"]
approved_by = "the officer"
approved_at = "2025-01-15"
expires_at = "2027-01-15"
"""


class Desk:
    """A command line in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, *argv: str, code: int = 0) -> str:
        """Run a command and insist on its exit code; give all it printed."""
        result = CliRunner().invoke(main, argv, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """An empty folder to work in, and the command line."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LICIT_WORKSPACE", raising=False)
    return Desk(tmp_path)


@pytest.fixture
def ready(desk):
    """A workspace whose plan is judged at a fixed day, with chats imported."""
    desk("init")
    (desk.folder / "licit-workspace/plan.toml").write_text('as_of = "2025-09-01"\n', encoding="utf-8")
    jsonl(desk.folder / "chats.jsonl", people_chats())
    desk("import", "chats.jsonl", "--source", "chat", "--subject-field", "account", "--capacity", "consumer", "--age",
         "adult")
    return desk


def enrol(desk):
    """Make the keys of paul and of whoever approves papers, and let the chair enrol them."""
    for name, file in (("paul", "paul.key"), (PAPERS.approver, "officer.key")):
        desk("staff", "key", "new", name, "--out", file)
        desk("staff", "key", "enroll", name, "--role", "legal", "--key", f"{file}.pub", "--by", "the chair")


def test_the_first_day(ready):
    """From nothing to a verified release, an objection, a recall and a patch, each command naming the next."""
    said = ready("build")
    assert "Nothing may be released yet" in said
    assert "licit source add" in said
    ready("source", "add", "chat", "--ground", "own", "--by", "ines")
    assert "source-not-approved" in ready("build", "--dry-run")
    assert "nobody signed" in ready("source", "approve", "chat", "--by", "paul")
    assert "approval-unsigned" in ready("build", "--dry-run")
    enrol(ready)
    ready("source", "approve", "chat", "--key", "paul.key", "--by", "paul")
    assert "basis-missing" in ready("build", "--dry-run")
    (ready.folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    ready("policy", "adopt", "policy.toml", "--by", "ines")
    assert "assessment-not-approved" in ready("build", "--dry-run")
    papers = [str(path) for path in PAPERS.write(ready.folder / "licit-workspace/law")]
    ready("law", "approve", *papers, "--key", "officer.key", "--by", PAPERS.approver, "--opinion", "Favourable.")
    dry = ready("build", "--dry-run")
    assert "12 rows would be" in dry
    assert not list((ready.folder / "licit-workspace/releases").iterdir())
    built = json.loads(ready("build", "--json"))
    assert built["tally"] == {"arrived": 12, "released": 12, "held": {}, "refused": {}}
    ready("verify", built["path"], "--auditor", "licit-workspace")
    ready("recipient", "add", "Partner lab", "--release", "release-1", "--by", "ines")
    receipt = ready.folder / "receipt.json"
    said = ready("rights", "object", "--subject", "user2", "--issuer", "chat", "--receipt", str(receipt))
    assert "licit recall" in said
    assert json.loads(receipt.read_text().splitlines()[0])["payloadType"]
    explained = json.loads(ready("explain", "--subject", "user2", "--issuer", "chat", "--json"))
    assert {row["reason"] for row in explained["rows"]} == {"objection"}
    found = ready("recall")
    assert "Partner lab" in found
    assert "answer the person" in found
    patched = json.loads(ready("recall", "--patch", "--json"))["patches"]
    assert [patch["tally"]["released"] for patch in patched] == [9]
    ready("verify", patched[0]["path"], "--auditor", "licit-workspace")
    assert "No live release" in ready("recall")


def test_machines_read_what_is_documented(ready):
    """``import --json`` and ``build --json`` print exactly the documented keys, one object a line."""
    again = json.loads(ready("import", "chats.jsonl", "--source", "chat", "--subject-field", "account", "--json"))
    assert set(again) == {"file", "format", "records", "turns", "participants", "period", "set_aside", "not_understood"}
    built = json.loads(ready("build", "--json"))
    assert set(built) == {"release", "path", "content_root", "tally"}
    assert set(built["tally"]) == {"arrived", "released", "held", "refused"}
    assert (built["release"], built["path"], built["content_root"]) == (None, None, None)


@pytest.mark.parametrize(("argv", "code", "said"), [
    (["build", "no-such-plan.toml"], 2, "there is no such plan"),
    (["import", "no-such-file.zip", "--source", "chat"], 2, "there is no such file or folder"),
    (["import", "chats.jsonl", "--source", "chat", "--as", "teletext"], 2, "no reader is named teletext"),
    (["import", "chats.jsonl", "--source", "chat", "--collected", "2025-13-01..2025-14-01"], 2, "takes two days"),
    (["source", "approve", "no-such-source", "--by", "paul"], 2, "no such source is registered"),
    (["source", "add", "x", "--ground", "found-it", "--by", "ines"], 2, "is not one of"),
    (["rights", "object", "--subject", "nobody"], 2, "nobody of that name"),
    (["rights", "object", "--subject", "user1", "--received", "17 February"], 2, "the day cannot be read"),
    (["rights", "permit", "--subject", "user1"], 2, "names what it is for"),
    (["rights", "object", "--subject", "user1", "--turn", "t1"], 2, "named with its record"),
    (["rights", "object-outsider"], 2, "nothing to look for"),
    (["explain", "no-such-record"], 2, "no such record"), (["explain"], 2, "Name a RECORD"),
    (["recall", "--release", "release-9"], 2, "no such release"),
    (["recipient", "add", "Lab", "--release", "release-9", "--by", "ines"], 2, "no such release"),
    (["policy", "adopt", "no-such.toml", "--by", "ines"], 2, "no such policy file"),
    (["build", "--workspace", "elsewhere"], 2, "there is no workspace here"), (["verify", "chats.jsonl"], 2, "")])
def test_what_cannot_be_done_is_said(ready, argv, code, said):
    """Wrong use is told in one line that names the thing and the way out; no traceback, and not exit code 0."""
    out = ready(*argv, code=code)
    assert said in out
    assert "Traceback" not in out


@pytest.mark.parametrize("day", ["31/01/2026", "tomorrow", "2026-02-30"])
def test_a_wrong_date_in_a_plan_is_named(ready, day):
    """A day that cannot be read stops the build and names the field."""
    (ready.folder / "mine.toml").write_text(f'as_of = "{day}"\n', encoding="utf-8")
    assert "as_of is a day" in ready("build", "mine.toml", code=2)


def test_a_day_to_come_is_refused(ready):
    """A release cannot be judged at a moment to come."""
    (ready.folder / "mine.toml").write_text('as_of = "2999-01-01"\n', encoding="utf-8")
    assert "as-of-in-future" in ready("build", "mine.toml", code=1)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_is_set_aside(ready):
    """A file that may not be read is counted as set aside; the others are imported."""
    locked = ready.folder / "locked.jsonl"
    locked.write_text("{}", encoding="utf-8")
    locked.chmod(0)
    out = ready("import", str(ready.folder), "--source", "chat", "--subject-field", "account")
    assert "set aside: not-readable" in out


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_keys_open_to_others_are_refused(ready):
    """Secret keys that others may read stop every command."""
    secrets = ready.folder / "licit-workspace/keys/secrets.json"
    secrets.chmod(stat.S_IRUSR | stat.S_IROTH)
    assert "secrets.json" in ready("build", code=2)


def test_help_is_plain():
    """Every command has a line in the help, and an example of its own."""
    listing = CliRunner().invoke(main, ["--help"]).output
    for name in ("init", "import", "build", "verify", "rights", "recall", "explain"):
        assert re.search(rf"^\s+{name}\s", listing, re.M)


ARTICLES = {
    "mairie": ("La mairie répond aux critiques sur le marché couvert",
               "Le conseil municipal a voté la rénovation du marché couvert pour une durée de deux ans.",
               "La suite après la publicité",
               "Les commerçants demandent que les travaux se fassent la nuit et que les allées restent ouvertes.",
               "Droit de réponse : la mairie précise que les allées resteront ouvertes pendant toute la durée des travaux."),
    "usine": ("Une usine de papier soupçonnée de pollution",
              "Selon une association, l'usine de papier aurait rejeté des produits dans la rivière pendant l'été.",
              "Publicité",
              "L'association dit avoir fait des prélèvements et les avoir transmis à la préfecture.",
              "L'entreprise conteste ces accusations et aucune condamnation n'a été prononcée."),
    "ecole": ("L'école du village garde ses trois classes",
              "Les parents avaient craint une fermeture à la rentrée, mais le rectorat a confirmé les trois classes.",
              "Abonnez-vous à notre newsletter",
              "Les élèves pourront aussi suivre un atelier de théâtre le mercredi matin dans la salle des fêtes."),
    "theatre": ("Le théâtre fête ses cent ans avec une pièce oubliée",
                "La troupe a choisi une comédie que personne n'avait jouée depuis la guerre et qui parle du pain.",
                "Publicité",
                "Les répétitions sont ouvertes au public le samedi, et les places sont à moitié prix pour les jeunes.",
                "Rectificatif : la pièce sera jouée dix fois et non douze, comme nous l'avions écrit par erreur."),
    "velo": ("Une piste pour les vélos le long du canal",
             "La piste doit relier la gare au parc en passant par les quais, sur une longueur de six kilomètres.",
             "La suite après la publicité",
             "Les travaux commenceront au printemps et la circulation sera déviée par la rue basse."),
}


def test_five_press_articles(desk):
    """Press without a licence is not released, each article with its reason; under contracts it is, kept honest.

    Law: PRV-02, PRV-05, SEN-05, RGT-06
    """
    desk("init")
    (desk.folder / "licit-workspace/plan.toml").write_text('as_of = "2025-09-01"\n', encoding="utf-8")
    (desk.folder / "press").mkdir()
    for name, blocks in ARTICLES.items():
        (desk.folder / f"press/{name}.txt").write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    desk("import", "press", "--source", "press")
    built = json.loads(desk("build", "--json"))
    assert built["tally"] == {"arrived": 5, "released": 0, "held": {"source-unknown": 5}, "refused": {}}
    desk("source", "add", "press", "--ground", "unknown", "--kind", "works", "--by", "ines")
    assert json.loads(desk("build", "--json"))["tally"]["held"] == {"licence-unknown": 5}
    desk("source", "contract", "press", "--id", "C-1", "--use", "display", "--use", "ground", "--from", "2025-01-01", "--by", "ines")
    enrol(desk)
    desk("source", "approve", "press", "--key", "paul.key", "--by", "paul")
    assert json.loads(desk("build", "--json"))["tally"]["refused"] == {"contract-use": 5}
    desk("source", "contract", "press", "--id", "C-2", "--use", "train", "--from", "2025-01-01", "--by", "ines", "--until", "2026-01-01")
    assert json.loads(desk("build", "--json"))["tally"]["held"] == {"source-not-approved": 5}
    desk("source", "approve", "press", "--key", "paul.key", "--by", "paul")
    built = json.loads(desk("build", "--json"))
    assert built["tally"]["released"] == 5, built
    words = released_text(built["path"])
    assert "la mairie précise que les allées resteront ouvertes" in words
    assert "aucune condamnation" in words
    assert "dix fois et non douze" in words
    for cut in ("après la publicité", "Publicité", "newsletter"):
        assert cut not in words
