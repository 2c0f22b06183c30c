"""The data card and the Croissant description: what they say, and what no name in them can do."""

import json
import re

import pytest
from sample_manifests import SCRIPT, hostile, manifest, tally

from licit.core.errors import EvidenceError
from licit.core.manifest import COLUMNS
from licit.papers.card import render_card, render_croissant


def test_a_hostile_name_is_code_and_nothing_else() -> None:
    """Outside code, the card holds no HTML, no link and no heading but its own."""
    card = render_card(hostile() | {"name": "``` ` # x\n\n# forged", "sources": [
        {"id": "[a](https://example.org) | b", "ground": SCRIPT, "licence": "|", "contract": "\n|", "rows": 40}]}).decode()
    plain = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", card)
    assert "<" not in plain
    assert "](" not in plain
    assert SCRIPT in card
    assert re.findall(r"^# .*", card, re.M) == [card.splitlines()[0]]
    table = card[card.index("## Sources"):card.index("## From")].strip().splitlines()[2:]
    assert [line.count("|") for line in table] == [6, 6, 6]


def test_the_card_counts_everything_publicly() -> None:
    """Every public reason is in the card with its count; the exact tally changes nothing."""
    made = manifest()
    card = render_card(made).decode()
    for answer in ("held", "refused"):
        for reason in made["tally"][answer]:
            assert f"| {answer} | `{reason}`" in card
    exact = tally({"second-look": 3}, {"erased": 1}, 1)
    assert render_card(manifest(exact=exact)) == render_card(made)
    assert render_croissant(manifest(exact=exact)) == render_croissant(made)


def test_accepted_risks_are_named_in_the_card() -> None:
    """A switch that weakens a check is said to whoever loads the rows."""
    switch = "accept_unmeasured_deidentification"
    assert switch in render_card(manifest(accepted=[switch])).decode()
    assert "own risk" not in render_card(manifest()).decode()


def test_no_card_from_a_false_tally_or_label() -> None:
    """What the report refuses to draw, the card and the description refuse to write."""
    for broken in (manifest(label="anonymous"), manifest(rows=1), manifest(tally={})):
        for write in (render_card, render_croissant):
            with pytest.raises(EvidenceError):
                write(broken)


def test_the_description_covers_the_rows_files_and_every_column() -> None:
    """Croissant names each data file with its digest, no other file, and a field for each column."""
    described = json.loads(render_croissant(manifest()))
    assert described["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    files = {item["@id"]: item.get("sha256") for item in described["distribution"]}
    assert files == {"data/part-00000.parquet": "b" * 64, "rows-files": None}
    fields = described["recordSet"][0]["field"]
    assert [field["source"]["extract"]["column"] for field in fields] == list(COLUMNS)
    assert described["license"] == ["CC-BY-SA-4.0", "contract NA-2026-03", "own"]
    assert "de-identified (personal data)" in described["description"]
