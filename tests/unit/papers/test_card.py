"""The papers as written: what names from outside can do in them, what they refuse to say, and what they must."""

import json
import re

import pytest
from sample_manifests import SCRIPT, facts, manifest, tally

from licit.core.errors import EvidenceError
from licit.core.manifest import COLUMNS
from licit.papers.releases import render_papers

ATTACK = "``` ` # x\n\n# forged [a](https://example.org) <b> | c " + SCRIPT


def hostile() -> dict[str, bytes]:
    """Give the papers of a release whose every foreign text attacks them."""
    sources = [{"id": ATTACK, "ground": "own", "licence": ATTACK, "contract": ATTACK, "rows": 40}]
    provider = {"provider": {"name": ATTACK, "contact": ATTACK}, "illegal_content": {"measures": ATTACK}, "card": {"uses": ATTACK}}
    return render_papers(facts(name=ATTACK, sources=sources, rows=40, tally=tally({}, {}, 40), purpose=ATTACK, provider=provider, detectors=[ATTACK]))


def test_a_hostile_text_stays_text() -> None:
    """In Markdown no foreign text makes a heading, a link, a table's cell or HTML; on the page none makes an element."""
    papers = hostile()
    for path, data in papers.items():
        if path.endswith(".md"):
            plain = re.sub(r"\\.", "", data.decode())
            assert "](" not in plain, path
            assert not re.search(r"<(?!!)", plain), path
            assert [line for line in plain.splitlines() if "forged" in line and line.startswith("#")] == [plain.splitlines()[0]][:plain.startswith("#")]
            for table in re.findall(r"(?:^\|.*\n)+", plain, re.M):
                assert len({line.count("|") for line in table.splitlines()}) == 1, path
    page = papers["evidence/public-summary.html"].decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


def test_the_card_counts_everything_publicly() -> None:
    """Every public reason is in the card with its count, in both languages; risks that were accepted are named."""
    switch = "accept_unmeasured_deidentification"
    made, papers = manifest(), render_papers(facts(accepted=[switch]))
    for name in ("data-card.md", "data-card.fr.md"):
        card = papers[f"evidence/{name}"].decode().replace("\\", "")
        assert all(f"| {reason} " in card for answer in ("held", "refused") for reason in made["tally"][answer])
        assert switch in card


def test_no_paper_from_a_false_tally_or_label() -> None:
    """What the report refuses to draw, the papers refuse to write."""
    for broken in ({"label": "anonymous"}, {"rows": 1}, {"tally": {}}):
        with pytest.raises(EvidenceError):
            render_papers(facts(**broken))


def test_the_terms_oblige_whoever_receives_it() -> None:
    """The terms hold the three duties: the latest version, withdrawals by a day, passing on; without the day they are open.

    Law: FOL-03
    """
    told = render_papers(facts(provider={"release": {"removal_days": 14, "complaints": "x@pretend.example"}}))["evidence/terms.md"].decode()
    assert all(f"**{duty}.**" in told for duty in ("Latest version", "Withdrawals", "Passing on"))
    assert "within 14 days" in told
    assert "TO BE PROVIDED" not in told
    assert "within **TO BE PROVIDED**" in render_papers(facts())["evidence/terms.md"].decode()


def test_the_description_covers_the_rows_files_and_every_column() -> None:
    """Croissant names each data file with its digest, no other file, and a field for each column.

    Law: REL-08
    """
    described = json.loads(render_papers(facts())["evidence/croissant.json"])
    assert described["conformsTo"][0] == "http://mlcommons.org/croissant/1.1"
    assert {item["@id"]: item.get("sha256") for item in described["distribution"]} == {"data/part-00000.parquet": "b" * 64}
    fields = described["recordSet"][0]["field"]
    assert [field["source"]["extract"]["column"] for field in fields] == list(COLUMNS)
    assert described["license"] == ["CC-BY-SA-4.0", "contract NA-2026-03", "own"]


def test_the_insert_names_release_refusals_audits_and_limits() -> None:
    """A model's card gets the release with its root, the position up to which refusals count, the audits and the limits.

    Law: MOD-08
    """
    made = facts()
    told = render_papers(made)["evidence/model-card.md"].decode().replace("\\", "")
    assert all(part in told for part in (made["name"], made["content_root"], made["as_of"], "licit.example/spring 4120", "71 rows", "16 random canaries", "not anonymous"))


def test_the_summary_of_assessments_tells_its_points_and_no_author() -> None:
    """Interest, alternatives, measures with their controls, balance and the officer's opinion are told; nobody is named; without any it says so.

    Law: LIA-09
    """
    paper = {"kind": "lia", "id": "lia-1", "version": 2, "digest": "sha256:" + "a" * 64, "approved": "2026-01-02", "until": "2027-01-02", "opinion": "fair",
             "fields": {"identification": {"author": "Nobody Named", "processing": "training"}, "interest": {"text": "a better assistant"},
                        "alternative": [{"means": "synthetic", "rejected": "too narrow"}], "mitigation": [{"what": "waits", "control": "waiting-period"}],
                        "balance": {"final": "holds", "residual": "low"}}}
    told = render_papers(facts(law=[paper]))["evidence/assessments.fr.md"].decode()
    assert all(part in told for part in ("a better assistant", "synthetic: too narrow", "waits: waiting-period", "holds", "fair", "2027-01-02"))
    assert "Nobody" not in told
    assert "No assessment is on record" in render_papers(facts())["evidence/assessments.md"].decode()
