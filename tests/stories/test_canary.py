"""A planted string shows nowhere but where words belong: in shards, attributes, twins and released rows."""

import json
import logging
import shutil
import zipfile

import pytest
from click.testing import CliRunner
from world import CONSUMER, World, jsonl, places_of, prose

from licit import wiring
from licit.core.errors import EvidenceError
from licit.surfaces.cli import main
from licit.testing import FailingDetector
from licit.usecases.queries import recall
from licit_verify import verify

CANARY = "zyxqcanarivwk"
DATA = CONSUMER | {"source": "chat", "subject_field": "account"}


def planted(folder) -> list:
    """Write inputs that hold the canary in every text, name and field, well formed or broken."""
    words = f"{prose('canary', 20)} {CANARY}"
    good = {"id": f"id-{CANARY}", "account": f"acc-{CANARY}", "title": CANARY, f"field_{CANARY}": CANARY,
            "model": CANARY, "messages": [
                {"role": "user", "content": words, "name": f"Name{CANARY}", "timestamp": "2025-06-01T10:00:00Z"},
                {"role": "assistant", "content": words, "timestamp": "2025-06-01T10:00:00Z"},
                {"role": CANARY, "content": [{"type": CANARY, CANARY: CANARY}]}]}
    plain = {"id": "plain", "account": "acc", "messages": [
        {"role": "user", "content": words, "timestamp": "2025-06-01T10:00:00Z"},
        {"role": "assistant", "content": words, "timestamp": "2025-06-01T10:00:00Z"}]}
    folder.mkdir()
    jsonl(folder / "good.jsonl", [good, plain, {"id": CANARY, "messages": CANARY}, {"id": CANARY, CANARY: 1}])
    with (folder / "good.jsonl").open("a", encoding="utf-8") as file:
        file.write(f'{{"id": "{CANARY}", "messages": [{{"role": "user", "content": "{CANARY}\n')
        file.write(f"{CANARY}\x00\n[[[{CANARY}\n")
    (folder / "broken.json").write_text(f'[{{"mapping": "{CANARY}", "title": "{CANARY}"}}, {CANARY}', encoding="utf-8")
    (folder / "chat.txt").write_text(f"01/06/2025, 10:00 - {CANARY}: {CANARY}\n32/13/2025, 10:00 - x: {CANARY}\n",
                                     encoding="utf-8")
    (folder / "page.html").write_text(f"<html><title>{CANARY}</title><p onclick='{CANARY}'>{words}</p><!--{CANARY}-->"
                                      f"<script>{CANARY}</script></html>", encoding="utf-8")
    (folder / "page.html.json").write_text(json.dumps({"author": CANARY, "licence": CANARY, "title": CANARY}),
                                           encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4\n" + CANARY.encode() + b"\n%%EOF")
    (folder / "broken.parquet").write_bytes(b"PAR1" + CANARY.encode() + b"PAR1")
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        archive.writestr("conversations.json", json.dumps([{"uuid": CANARY, "chat_messages": [{"text": CANARY}]}]))
    return sorted(folder.iterdir())


@pytest.fixture
def heard(caplog):
    """Collect everything that is said aloud: on both streams, in errors with their causes, and in logs."""
    caplog.set_level(logging.DEBUG)
    said: list[str] = []

    def run(world: World, *argv: str) -> str:
        result = CliRunner().invoke(main, [*argv, "--workspace", str(world.root)])
        error = result.exception
        while error is not None:
            said.append(f"{error!r} {error}")
            error = error.__cause__ or error.__context__
        said.append(result.output)
        return result.output

    run.said = lambda: "\n".join([*said, caplog.text, *(repr(record.args) for record in caplog.records)])
    return run


def allowed(place: str) -> bool:
    return place.startswith(("shards/", "attributes/")) or "/data/" in place or place.endswith("twin.parquet")


def test_the_canary_is_not_heard(world, tmp_path, heard, monkeypatch):
    """Commands over good and broken inputs, with a failing detector and a damaged shard, never say what was written.

    Law: DEI-02
    """
    for path in planted(tmp_path / "inbox"):
        heard(world, "import", str(path), "--source", "chat", "--subject-field", "account", "--capacity", "consumer",
              "--age", "adult")
        heard(world, "import", str(path), "--source", "chat", "--subject", CANARY, "--json")
        heard(world, "import", str(path), "--source", "chat", "--as", "chatgpt", "--json")
    heard(world, "build", "--jobs", "1")
    heard(world, "build", "--json", "--jobs", "1", "--dry-run")
    heard(world, "explain", "--subject", "acc", "--issuer", "chat")
    heard(world, "rights", "object", "--subject", "acc", "--issuer", "chat")
    heard(world, "rights", "object-outsider", "--email", f"{CANARY}@example.org", "--name", CANARY)
    heard(world, "recall", "--patch")
    releases = sorted((world.root / "releases").iterdir())
    assert releases
    report = [verify(path, auditor=world.root).to_json() for path in releases]
    genuine = wiring._tools
    monkeypatch.setattr(wiring, "_tools", lambda root, plan: _failing(genuine(root, plan)))
    heard(world, "build", "--jobs", "1", "--dry-run")
    monkeypatch.setattr(wiring, "_tools", genuine)
    for place in places_of(CANARY, world.root):
        assert allowed(place), place
    assert not [path for path in world.root.rglob("*") if CANARY in path.name]
    shard = next((world.root / "shards").iterdir())
    shard.write_bytes(shard.read_bytes()[:200] + CANARY.encode())
    shutil.rmtree(world.root / "attributes")
    (world.root / "attributes").mkdir()
    heard(world, "build", "--jobs", "1")
    heard(world, "explain", "--subject", "acc", "--issuer", "chat")
    assert CANARY not in heard.said().replace(f"subject {CANARY}", "") + "".join(report)


def _failing(tools):
    from dataclasses import replace
    return replace(tools, pins=(*tools.pins, "failing"), detectors=(*tools.detectors, FailingDetector()))


def test_the_canary_is_in_no_repr(world, tmp_path):
    """What Python shows of reports, builds and recalls holds no word of the inputs."""
    reports = [report for path in planted(tmp_path / "inbox") for report in world.space.import_(path, **DATA)]
    built = world.space.build({})
    world.object("acc")
    shown = repr(reports) + repr(built) + repr(recall(world.ports)) + repr(world.ports)
    assert CANARY not in shown


def test_errors_name_no_text(world):
    """A shard that somebody altered stops the build, by its name and not by its text."""
    world.take([{"id": "c", "account": "acc", "messages": [
        {"role": "user", "content": f"{prose('x')} {CANARY}", "timestamp": "2025-06-01T10:00:00Z"}]}])
    (shard,) = (world.root / "shards").iterdir()
    table = world.ports.corpus.read(f"shards/{shard.name}")
    bodies = [body.replace('"parts"', '"party"') for body in table["body"].to_pylist()]
    import pyarrow as pa
    at = table.column_names.index("body")
    world.ports.corpus.write(f"shards/{shard.name}", table.set_column(at, "body", pa.array(bodies)))
    with pytest.raises(EvidenceError, match="not the one that was stored") as caught:
        world.build()
    assert CANARY not in str(caught.value) + repr(caught.value)
