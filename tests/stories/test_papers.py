"""The papers of a real release: every number recounted, the same bytes again, and what is bent is found."""

import json
import re
import subprocess
import sys
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from world import World, failing, prose, released_records

from licit.core.manifest import SMALL
from licit.pipeline import seal
from licit.surfaces.cli import main
from licit.usecases import papers as written
from licit.usecases.papers import regenerate, standing_of_papers

OTHERS = {
    "wiki": ("public-dataset", "open-licence", "CC-BY-4.0", "https://wiki.example.org/dump"),
    "tiny": ("public-dataset", "open-licence", "CC0-1.0", "https://tiny.example.org/"),
    "dépôt": ("own-documents", "own", "", "")}


@pytest.fixture(scope="module")
def world(full_world: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The full world with chats, two public sets and own documents, released once more."""
    from world import copied

    made = copied(full_world, tmp_path_factory.mktemp("papers") / "w")
    rows = {"wiki": 6, "tiny": 1, "dépôt": 2}
    for name, (kind, ground, licence, origin) in OTHERS.items():
        diligence = {} if kind == "own-documents" else {"diligence": {
            "collected": "dumped", "findings": "none", "opt_outs": "none known", "looked_by": "ines", "looked_on": "2025-06-02",
            "evidence": [{"what": "own look", "from": "own"}]}}
        made.space.add_source(name, ground=ground, by="ines", licence=licence, kind=kind, origin=origin, how="download", personal="no",
                              acquired={"first": "2025-05-02", "last": "2025-06-01"}, **diligence)
        made.space.approve_source(name, by="paul")
        inbox = made.root.parent / name
        inbox.mkdir()
        for number in range(rows[name]):
            (inbox / f"{number}.txt").write_text(prose(f"{name} {number}", 200 if name == "wiki" else 30))
        made.space.import_(*sorted(inbox.iterdir()), source=name)
    made.path = Path(made.build().path)
    return made


def told(world: World, name: str) -> dict:
    """Read a paper of the release."""
    return json.loads((world.path / "evidence" / name).read_bytes())


def test_every_number_in_the_papers_is_what_the_rows_say(world: World) -> None:
    """Counted by hand from data/ and the register, every number of every JSON paper, and every number of the Markdown, comes out.

    Law: AIA-01, AIA-04, REL-09
    """
    rows = [row for file in sorted((world.path / "data").glob("*.parquet")) for row in pq.read_table(file).to_pylist()]
    manifest = json.loads((world.path / "manifest.json").read_bytes())
    tokens: dict[str, int] = {}
    for row in rows:
        tokens[row["source"]] = tokens.get(row["source"], 0) + row["tokens"]
    summary, croissant, lineage, provenance = (told(world, f"{name}.json") for name in ("public-summary", "croissant", "lineage", "provenance"))
    numbers = summary["numbers"]
    counted = {one["id"]: one for one in numbers["sources"]}
    assert (numbers["rows"], numbers["chats"], numbers["documents"], numbers["tokens"]) == (
        len(rows), sum(row["messages"] is not None for row in rows), sum(row["text"] is not None for row in rows), sum(tokens.values()))
    assert {name: one["tokens"] for name, one in counted.items()} == tokens
    languages = {language: sum(row["language"] == language for row in rows) for language in {row["language"] for row in rows}}
    assert all(one["rows"] >= SMALL for one in numbers["languages"])
    assert sum(one["rows"] for one in numbers["languages"]) == sum(languages.values())
    public = tokens["wiki"] + tokens["tiny"]
    assert summary["large"] == [name for name in ("tiny", "wiki") if 100 * tokens[name] > 3 * public]
    assert {one["id"]: one["section"] for one in summary["places"]} == {"chat": "2.4", "dépôt": "2.6", "tiny": "2.1", "wiki": "2.1"}
    assert croissant["licit:numbers"] == numbers
    statistics = lineage["outputs"][0]["outputFacets"]["outputStatistics"]
    size = sum(file["bytes"] for file in manifest["files"] if file["path"].startswith("data/"))
    assert (statistics["rowCount"], statistics["size"]) == (len(rows), size)
    assert {part["id"]: part["rows"] for part in provenance["provenance"]["sub-provenance"]} == {name: one["rows"] for name, one in counted.items()}
    known = {str(n) for n in (len(rows), numbers["chats"], numbers["documents"], *tokens.values(), sum(tokens.values()), manifest["absence"]["count"])}
    card = (world.path / "evidence/data-card.md").read_text().replace(",", "")
    counted = {number for line in card.splitlines() if line.startswith("| ") for number in re.findall(r"\| (\d+) \|", line)}
    assert counted <= known | {str(n) for one in (*numbers["sources"], *numbers["languages"]) for n in (one["rows"], one["tokens"])} | {
        str(n) for side in ("held", "refused") for n in manifest["tally"][side].values()} | {str(manifest["tally"]["arrived"])}


def test_papers_written_again_are_the_same_bytes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lock, log and rows give the same papers later, whatever was entered or answered since; each is bound in the manifest.

    Law: REL-09
    """
    (world.root / "provider.toml").write_text('[provider]\nname = "Later SA"\n')
    world.clock.advance(days=3)
    world.space.add_source("late", ground="own", by="ines")
    made, differ = regenerate(world.ports, world.path.name)
    assert differ == []
    assert {path: (world.path / path).read_bytes() for path in made} == made
    assert {*made} <= {file["path"] for file in json.loads((world.path / "manifest.json").read_bytes())["files"]}


def test_a_release_with_a_bent_paper_fails(full: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte changed is named; a summary that was made with another number, or a no for user data, properly signed, fails its claim.

    Law: AIA-02, REL-02
    """
    path = Path(full.build().path)
    file = path / "evidence/public-summary.json"
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b'"tokens":1', b'"tokens":2', 1))
    assert "evidence/public-summary.json is damaged" in failing(path)["files-intact"]
    file.write_bytes(whole)
    honest = written.facts_for_papers
    for bend in (lambda facts: facts["numbers"].update(tokens=1), lambda facts: facts["sources"][0].update(kind="web-crawl", ground="contract")):
        def bent(*given, bend=bend, **more):
            facts = honest(*given, **more)
            bend(facts)
            return facts

        monkeypatch.setattr(written, "facts_for_papers", bent)
        with pytest.raises(Exception, match="papers-consistent"):
            full.build()


def test_a_patch_has_papers_of_its_own_that_name_nobody_who_left(full: World) -> None:
    """After an objection the patch's papers count its own rows; no record that left, and no reason, stands in them."""
    before = released_records(full.root / "releases/release-1")
    full.object("user0")
    patched = Path(full.space.patch("release-1").path)
    gone = before - released_records(patched)
    told_of = b"".join(file.read_bytes() for file in sorted((patched / "evidence").iterdir()) if file.suffix in (".md", ".json") and file.name != "claims.json")
    assert gone
    assert not any(record.encode() in told_of for record in gone)
    assert json.loads((patched / "evidence/public-summary.json").read_bytes())["numbers"]["rows"] == len(before) - len(gone)
    assert "objection" not in (patched / "evidence/data-card.md").read_text().partition("## Columns")[0].partition("From arrived")[2]
    assert b'href="public-summary.html"' in (patched / "evidence/report.html").read_bytes()
    assert failing(patched) == {}


def test_publication_waits_for_answers(full: World) -> None:
    """``papers check`` exits 1 and names what is open, and after six months that the summary is overdue; a build never waits.

    Law: AIA-01, AIA-06
    """
    run = CliRunner().invoke(main, ["papers", "check", str(full.root / "releases/release-1"), "--json"])
    found = json.loads(run.output)
    assert run.exit_code == 1
    assert "1.1 Provider name and contact details" in found["open"]
    assert found["publishable"] is False
    assert [standing_of_papers(full.root / "releases/release-1", date(2026, *day)).overdue for day in ((8, 31), (9, 1))] == [False, True]


def test_the_copyright_policy_stands_in_the_manifest(full: World) -> None:
    """Owner, summary and version of the one copyright policy are in card and manifest, as the provider had them at the build.

    Law: PRV-15
    """
    (full.root / "provider.toml").write_text('[copyright_policy]\nversion = "7"\nowner = "the legal team"\nsummary = "we ask first"\n')
    path = Path(full.build().path)
    assert json.loads((path / "manifest.json").read_bytes())["lock"]["papers"]["provider"]["copyright_policy"]["version"] == "7"
    assert "7, the legal team, we ask first" in (path / "evidence/data-card.md").read_text()
    assert json.loads((path / "evidence/public-summary.json").read_bytes())["previous"][0]["name"] == "release-1"


def test_mlcroissant_reads_the_description(full: World) -> None:
    """The library of the standard finds no error in the description, and loads the rows by it, without a network.

    Law: REL-08
    """
    if find_spec("mlcroissant") is None:  # not imported here: its way of logging closes the streams of whoever imports it
        pytest.skip("mlcroissant is not installed")
    code = ("import sys, mlcroissant as m\nd = m.Dataset(jsonld=sys.argv[1])\nprint(sorted(d.metadata.ctx.issues.errors), len(list(d.records('rows'))))")
    run = subprocess.run([sys.executable, "-c", code, str(full.root / "releases/release-1/evidence/croissant.json")], capture_output=True, text=True, timeout=120,
                         env={"PATH": "/nonexistent", "HOME": str(full.root), "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}, check=False)
    assert run.stdout.strip() == "[] 12", run.stderr[-500:]


def test_a_patch_counts_the_files_it_wrote_and_trusts_no_other_count(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a patch only files that its parent had not are counted; a kept count that is damaged, forged or of other rules is not used.

    Law: REL-09
    """
    from world import copied

    from licit.pipeline import papers as counting
    from licit.usecases import counts as kept

    made = copied(world, tmp_path / "w")
    monkeypatch.setattr(seal, "PEOPLE", 1)
    monkeypatch.setattr("licit_verify.auditor._PEOPLE", 1)
    name = made.build().name
    looked, narrow = [], counting._narrow
    monkeypatch.setattr(counting, "_narrow", lambda corpus, path: looked.append(path) or narrow(corpus, path))
    state = made.root / "state"
    for number, harm in enumerate(("", "cells", "forged", "rules")):
        before = {path.name: path.read_bytes() for path in (made.root / "releases" / name / "data").iterdir()}
        if harm == "cells":
            path = state / name / "counted-cells.parquet"
            path.write_bytes(path.read_bytes()[:-9] + b"x" * 9)
        elif harm == "forged":
            path = state / name / "counted-cells.parquet"
            pl.read_parquet(path).with_columns(rows=pl.col("rows") + 1).write_parquet(path)
        elif harm == "rules":
            monkeypatch.setattr(kept, "rules", lambda: "others")
        looked.clear()
        made.object(f"user{number}", target={"level": "record", "record": made.record(f"c{number}-0", f"user{number}")})
        patched = Path(made.space.patch(name).path)
        after = {path.name: path.read_bytes() for path in (patched / "data").iterdir()}
        fresh = {file for file in after if before.get(file) != after[file]}
        assert 0 < len(fresh) < len(after)
        assert {path.rpartition("/")[2] for path in looked} == (set(after) if harm else fresh)
        name = patched.name
        assert regenerate(made.ports, name)[1] == []
        assert failing(patched) == {}
