"""Receipts in JSON-LD and in words: of one meaning with the signed receipt, checked without a network, and only whole."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from pages import form_of
from pyld import jsonld

from licit.core import linked as written
from licit.core.rights import INSTRUMENTS
from licit.surfaces.cli.proofs import receipt_command
from licit.usecases.commands import Asked, exercise, linked_receipt
from licit_verify import linked as read
from licit_verify.receipt import main as verify

FORMATS = Path(__file__).parents[2] / "docs/reference/formats.md"


def checked(tmp_path, ports, document, *more):
    """Check a document as a person does, with the log's key; give the exit code."""
    path = tmp_path / "receipt.jsonld"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return verify([str(path), "--key", ports.signer.public_key().hex(), *more])


@pytest.fixture
def consent(world):
    """A world with one consent; give it and its entry."""
    exercise(world.ports, Asked(kind="consent", account="user0", issuer="chat", purposes=("train",), notice="notice-2025",
                                wording="Peut-on apprendre de vos échanges ?", how="switch", target={"level": "record", "record": "r1"}))
    entry, = world.ports.log.entries(kinds=("consent",))
    return world, entry


def test_both_sides_have_one_context_and_one_meaning(world):
    """What licit writes in DPV's terms of each instrument is what the verifier derives of it."""
    assert (written.CONTEXT, written.RIGHTS, written.STATES) == (read.CONTEXT, read.RIGHTS, read.STATES)
    for kind in (*INSTRUMENTS, "third-party-objection"):
        paper = {"origin": "licit.example/w", "seq": 3, "kind": kind, "issued_at": "t", "about": {
            "subject": "s1", "received_at": "a", "recorded_at": "b"}, "decision": {"purposes": ["train"], "how": "API", "target": {"level": "record"}}}
        assert written.record_of(paper) == read.record_of(paper)


def test_each_term_is_told_in_the_documentation():
    """Every dpv, eu-gdpr and licit term that stands in the code stands in the table of formats, and no other dpv term does."""
    code = Path(written.__file__).read_text()
    used = set(re.findall(r'"((?:dpv|eu-gdpr|licit):[A-Za-z0-9-]+)"', code)) | {"licit:record"}
    told = set(re.findall(r"`((?:dpv|eu-gdpr|licit):[A-Za-z0-9-]+)`", FORMATS.read_text()))
    assert used - told == set()
    assert {term for term in told - used if term.startswith(("dpv", "eu-gdpr"))} == set()


def refused(url, options):
    """Fetch nothing: whatever would need a network is a fault."""
    raise AssertionError(f"the document asks for {url}")


@pytest.mark.parametrize("kind", ["consent", "objection", "erasure"])
def test_another_reader_of_json_ld_understands_every_term(world, kind):
    """An independent processor, without a network, drops no term, gives each its published IRI, and writes the same document back."""
    exercise(world.ports, Asked(kind=kind, account="user0", issuer="chat", how="switch", **({
        "purposes": ("train",), "notice": "notice-2025", "wording": "Peut-on ?"} if kind == "consent" else {})))
    entry, = world.ports.log.entries(kinds=(kind,))
    document = linked_receipt(world.ports, entry.seq, str(entry.subject), language="fr", description="Reçu.")
    expanded = jsonld.expand(document, {"documentLoader": refused})
    terms = set(re.findall(r'"(dpv|eu-gdpr|licit|dct|sec):([A-Za-z0-9-]+)"', json.dumps({**document, "@context": {}})))
    iris = json.dumps(expanded)
    assert len(terms) > 10
    assert [term for prefix, term in sorted(terms) if f'"{written.CONTEXT[prefix]}{term}"' not in iris] == []
    again = jsonld.compact(expanded, document["@context"], {"documentLoader": refused})
    assert jsonld.normalize(again, {"format": "application/n-quads", "documentLoader": refused}) == jsonld.normalize(
        document, {"format": "application/n-quads", "documentLoader": refused})
    assert written.record_of({"origin": "o", "seq": 1, "kind": kind, "decision": {}, "about": {
        "subject": "", "received_at": "", "recorded_at": ""}})["@type"] in document["dpv:hasRecordOfActivity"]["@type"]


def test_a_document_is_checked_alone(consent, tmp_path, capsys):
    """It is genuine by the log's key, in both languages, and says what was consented to."""
    world, entry = consent
    document = linked_receipt(world.ports, entry.seq, str(entry.subject), language="fr", description="Vous avez consenti.")
    assert document["@type"] == "dpv:ConsentReceipt"
    assert document["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"] == {"@id": "dpv:ConsentGiven"}
    assert checked(tmp_path, world.ports, document, "--lang", "fr") == 0
    assert "vous avez consenti à l'entraînement (une conversation)" in capsys.readouterr().out


@pytest.mark.parametrize("change", [
    lambda d: d.update({"@type": "dpv:ConsentRecord"}), lambda d: d.update({"dct:description": "x"}), lambda d: d.pop("proof"),
    lambda d: d["@context"].update({"dpv": "https://example.org/other#"}), lambda d: d["proof"].update({"created": "2020-01-01T00:00:00Z"}),
    lambda d: d["dpv:hasRecordOfActivity"].update({"dpv:hasConsentStatus": {"@id": "dpv:ConsentWithdrawn"}}),
    lambda d: d["dpv:hasRecordOfActivity"]["dpv:hasProcess"]["dpv:hasPurpose"].pop(), lambda d: d.update({"dpv:hasPurpose": "all"}),
    lambda d: d["licit:receipt"]["@value"].update({"payload": "e30="})])
def test_an_altered_document_is_no_receipt(consent, tmp_path, change):
    """Any change, of a term, the context, the proof or what is inside, and it says nothing."""
    world, entry = consent
    document = json.loads(json.dumps(linked_receipt(world.ports, entry.seq, str(entry.subject), language="en", description="You consented.")))
    change(document)
    assert checked(tmp_path, world.ports, document) == 1


def test_terms_that_say_otherwise_are_none_even_well_signed(consent, tmp_path):
    """The log's own key signs a document that says more than the receipt inside it: refused."""
    world, entry = consent
    document = linked_receipt(world.ports, entry.seq, str(entry.subject), language="en", description="You consented.")
    signer, bare = world.ports.signer.current(), {name: part for name, part in document.items() if name != "proof"}
    bare["dpv:hasRecordOfActivity"] = {**bare["dpv:hasRecordOfActivity"], "dpv:hasNotice": "another"}
    assert checked(tmp_path, world.ports, written.proved(bare, signer.public_key(), signer.sign, world.clock.now())) == 1
    twice = json.dumps(document).replace('"@type": "dpv:ConsentReceipt"', '"@type": "dpv:Other", "@type": "dpv:ConsentReceipt"')
    assert checked(tmp_path, world.ports, twice) == 1


def test_the_centre_gives_it_to_its_person_alone(served, tmp_path):
    """Downloaded in the visitor's language; the check page takes it; somebody else is told there is none."""
    client = served.signed_in("user1")
    client.post("/choices", data={"form": form_of(client.get("/")), "do": "refuse"})
    entry, = served.world.ports.log.entries(kinds=("objection",))
    page = client.get(f"/receipts/{entry.seq}.jsonld?lang=fr")
    assert page.headers["content-type"].startswith("application/ld+json")
    document = page.json()
    assert "vous avez refusé" in document["dct:description"]["@value"]
    assert document["dpv:hasRecordOfActivity"]["dpv:hasRight"] == {"@id": "eu-gdpr:A21"}
    assert checked(tmp_path, served.world.ports, page.text) == 0
    other = served.browser()
    sent = other.post("/check", data={"form": form_of(other.get("/check"))}, files={"file": ("r.jsonld", page.content)})
    assert "This receipt is genuine." in sent.text
    assert served.signed_in("user2").get(f"/receipts/{entry.seq}.jsonld").status_code == 404


def test_the_command_shows_each_form(consent):
    """Words in French, terms for machines; an entry that is nobody's act has no receipt."""
    world, entry = consent
    asked = ["show", str(entry.seq), "--workspace", str(world.root)]
    words = CliRunner().invoke(receipt_command, [*asked, "--language", "fr"]).output
    assert "vous avez consenti à l'entraînement" in words
    assert world.ports.signer.public_key().hex() in words
    assert json.loads(CliRunner().invoke(receipt_command, [*asked, "--format", "jsonld"]).output)["@type"] == "dpv:ConsentReceipt"
    assert "payload" in json.loads(CliRunner().invoke(receipt_command, [*asked, "--format", "json"]).output)
    assert CliRunner().invoke(receipt_command, ["show", "0", "--workspace", str(world.root)]).exit_code != 0
