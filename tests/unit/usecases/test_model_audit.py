"""What an audit of a model finds, what it refuses, and what it never takes for nothing."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
from world import World, chat, copied, make, prose

from licit.adapters.models import load_model
from licit.adapters.models.tiny import Shape, train
from licit.core.errors import EvidenceError, InputError, RefusedError
from licit.core.models import Scored
from licit.papers.model_audit import render_model_audit
from licit.usecases import deciding, model_audit, model_probes, staging
from licit.usecases.model_audit import Order, audit, keep
from licit.usecases.model_people import stored_records
from licit.usecases.model_sets import insist_on_draw
from licit.usecases.queries import records_of, subjects_named

FEW = 12
ORDER = Order(release="release-1", by="ines", references=63)
SHAPE = Shape(context=12, width=8, hidden=(96,))
EVERYTHING = frozenset({"score", "moments", "continue"})


@dataclass
class Parrot:
    """A model that knows some texts by heart, and no other; it can be made to answer badly."""

    texts: tuple[str, ...] = ()
    can: frozenset[str] = EVERYTHING
    bad: str = ""
    name: str = "parrot"
    kind: str = "licit-tiny"
    unit: str = "bytes"
    digest: str = ""
    parameters: int = 0
    asked: list[str] = field(default_factory=list)

    def cut(self, texts, before, after):
        """Cut by characters."""
        return [(text[:before], text[before:before + after]) if len(text) >= before + after else None for text in texts]

    def score(self, items):
        """Find known texts likely."""
        out = [Scored(logs=np.full(len(text), -0.01 if any(before[-45:] + text in one for one in self.texts) else -2.0),
                      means=np.full(len(text), -2.0), variances=np.full(len(text), 1.0)) for before, text in items]
        if self.bad == "nan":
            out[-1].logs[-1] = np.nan
        if self.bad == "surer than sure":
            out[-1].logs[-1] = 0.5
        if self.bad == "half a text":
            out[-1] = Scored(logs=out[-1].logs[:1])
        return out[:-1] if self.bad == "one less" else out

    def continue_(self, prefixes, *, tokens, temperature=0, seed=0):
        """Go on as the known text does."""
        self.asked += prefixes
        found = [next((one[one.index(end) + len(end):][:tokens] for one in self.texts if end in one), "rien de tel " * 30)
                 for end in (prefix[-45:] for prefix in prefixes)]
        return [""] * len(found) if self.bad == "silent" else found


@pytest.fixture(scope="module")
def audited(tmp_path_factory) -> World:
    """A release of some hundred chats, with a twin and canaries."""
    world = make(tmp_path_factory.mktemp("model") / "w")
    world.take([chat(f"c{n}", f"user{n % 20}", prose(f"audit {n}", 18)[34:] + f" Écrivez à voisin{n}@example.com demain.", answer="Bien noté.")
                for n in range(110)])
    with pytest.MonkeyPatch.context() as patch:
        for module in (deciding, staging):
            patch.setattr(module, "AUDITABLE", 50)
        world.build(audit={"twin_per_thousand": 200, "canaries": 8})
    return world


@pytest.fixture(autouse=True)
def few(request, monkeypatch):
    """Look into a few records for personal data only, where a test is not about it."""
    monkeypatch.setattr(model_audit, "RECORDS", 40 if "values" in request.node.name else FEW)
    monkeypatch.setattr(model_probes, "LEAST_ROWS", 10)


def released(world: World) -> list[str]:
    """Give the released rows' words."""
    rows = [row for file in sorted((world.root / "releases/release-1/data").glob("*.parquet")) for row in pq.read_table(file).to_pylist()]
    return ["\n".join(said["content"] for said in row["messages"]) for row in rows]


def planted(world: World) -> list[str]:
    """Give the canaries, as often as they are to be seen."""
    rows = pq.read_table(world.root / "releases/release-1/audit/canaries.parquet").to_pylist()
    return [row["text"] for row in rows for _ in range(row["repeats"])]


def test_an_overfit_model_is_caught_and_a_clean_one_is_not(audited):
    """A model that saw rows and canaries too often is found by both; one of the same size trained on other words by nothing.

    Law: MOD-02, MOD-05
    """
    over = train([*released(audited), *planted(audited)], size=SHAPE, epochs=18, seed=1)
    clean = train([prose(f"other {n}", 18)[34:] for n in range(100)], size=SHAPE, epochs=5, seed=1)
    found, nothing = (audit(audited.ports, model, ORDER, reference=clean if model is over else None) for model in (over, clean))
    assert {"canaries", "membership"} <= set(found["found"])
    assert nothing["found"] == []
    many, once = found["parts"]["canaries"]["groups"][-1], found["parts"]["canaries"]["groups"][0]
    assert (many["repeats"], once["repeats"]) == (8, 1)
    assert min(many["exposure"]) == 6
    assert nothing["parts"]["canaries"]["chance"] > 0.01
    assert all(way["low"] < way["area"] < way["high"] for way in found["parts"]["membership"]["ways"])
    assert found["parts"]["membership"]["ways_not_run"] == []
    assert nothing["parts"]["membership"]["ways_not_run"] == ["reference"]
    assert found["parts"]["membership"]["ways"][0]["at"][1] == {"alarms": 0.001, "hits": None, "needed": 1000}


@pytest.mark.slow
def test_an_overfit_model_of_another_framework_is_caught_and_its_twin_is_not(audited, tmp_path):
    """A tiny transformer, made, trained and saved by the real library, is found by rows and canaries; as it was before training, by nothing.

    Law: MOD-02, MOD-05
    """
    torch, transformers, tokenizers = (pytest.importorskip(name) for name in ("torch", "transformers", "tokenizers"))
    texts = [*released(audited), *planted(audited)]
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer, made.decoder = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False), tokenizers.decoders.ByteLevel()
    made.train_from_iterator([prose(f"other {n}", 18) for n in range(100)], tokenizers.trainers.BpeTrainer(
        vocab_size=400, special_tokens=["<end>"], initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    words = transformers.PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<end>", bos_token="<end>")
    torch.manual_seed(1)
    torch.set_num_threads(1)  # threads of so small a model wait for each other longer than they work
    model = transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=400, n_positions=512, n_embd=64, n_layer=2, n_head=4, bos_token_id=0, eos_token_id=0,
                                                                 resid_pdrop=0, embd_pdrop=0, attn_pdrop=0))
    steps = torch.optim.AdamW(model.parameters(), lr=3e-3)
    rows = [torch.tensor([0, *words(text)["input_ids"], 0][:150]) for text in texts]
    for folder, epochs in (("clean", 0), ("over", 16)):
        for _ in range(epochs):
            for some in torch.randperm(len(rows)).split(16):
                batch = torch.nn.utils.rnn.pad_sequence([rows[at] for at in some], batch_first=True, padding_value=-100)
                model(input_ids=batch.clamp(min=0), attention_mask=(batch >= 0).long(), labels=batch).loss.backward()
                steps.step()
                steps.zero_grad()
        for one in (model, words):
            one.save_pretrained(tmp_path / folder)
    over, clean = (audit(audited.ports, load_model(str(tmp_path / folder)), ORDER) for folder in ("over", "clean"))
    assert {"canaries", "membership"} <= set(over["found"])
    assert over["parts"]["membership"]["ways_not_run"] == ["reference"]
    assert (clean["found"], clean["model"]["kind"]) == ([], "hugging-face")


def test_rows_by_heart_are_told_by_source_and_copies_and_no_text_of_them(audited):
    """What comes back exactly is counted, with its bounds, by source and copies; ids stand in the result, and no words.

    Law: MOD-03
    """
    texts = tuple(released(audited))
    result = audit(audited.ports, Parrot(texts=texts), ORDER)
    part = result["parts"]["extraction"]
    assert part["state"] == "found"
    assert 50 < part["released"]["hits"] == len(part["rows"]) >= part["released"]["of"] - 3  # two may begin alike
    assert part["released"]["low"] > 0.85
    assert part["held_out"]["hits"] == 0
    assert [one["name"] for one in part["by_source"]] == ["chat"]
    assert sum(one["of"] for one in part["by_copies"]) == part["released"]["of"]
    assert {one["tries"]: one["hits"] for one in part["tries"] if one["certainty"] == 0.5}[10] >= part["released"]["of"] - 3
    assert not [text for text in texts if text[:40] in json.dumps(result, ensure_ascii=False)]


def test_values_that_were_replaced_are_asked_for(audited):
    """A model that learnt the words as typed gives addresses away, and is found by their kind and by who complains; one that learnt the release is not.

    Law: MOD-04
    """
    records = [name for row in pq.read_table(audited.root / "releases/release-1/ids").to_pylist() if (name := row["record"])]
    typed = tuple(turn.text for _, record in stored_records(audited.ports, records) for turn in record.turns)
    mine = list(stored_records(audited.ports, records_of(audited.ports, subjects_named(audited.ports, "user3"))))
    leaking, clean = (audit(audited.ports, Parrot(texts=texts), Order(release="release-1", by="ines", references=15, people=[("held", mine)]))
                      for texts in (typed, tuple(prose(f"other {n}") for n in range(20))))
    told = {one["label"]: one for one in leaking["parts"]["personal"]["labels"]}
    assert told["EMAIL"]["released"]["said"] == told["EMAIL"]["released"]["asked"] >= 10
    assert told["EMAIL"]["held_out"]["said"] == 0
    assert {"personal", "people"} <= set(leaking["found"])
    (person,) = leaking["parts"]["people"]["people"]
    assert person["said"] > 0
    assert person["values_said"] > 0
    assert clean["found"] == []
    assert "user3" not in json.dumps(leaking)
    assert "@example" not in json.dumps(leaking)


def test_an_audit_of_less_than_usual_says_so(audited):
    """Fewer rows, fewer held out or fewer phrases than where nobody says otherwise: told on the page and in the log, so that no claim rests on it."""
    assert Order(release="release-1", by="ines").full
    for less in ({"rows": 5}, {"held_out": 12}, {"references": 15}):
        assert not Order(release="release-1", by="ines", **less).full
    result = audit(audited.ports, Parrot(can=frozenset()), Order(release="release-1", by="ines", rows=5, held_out=12))
    assert (result["release"]["asked"], result["release"]["held_out"], result["settings"]["full"]) == (5, 12, False)
    assert "no claim can rest on this audit" in render_model_audit(result).decode()


def test_works_that_are_said_again_are_counted(audited):
    """Fifty words of a work in a row are a finding; a release of one's own texts alone, and no work given, is not run.

    Law: MOD-07
    """
    work = prose("a work", 160)
    order = Order(release="release-1", by="ines", references=15, works=[work, prose("another", 160), "too short"])
    result = audit(audited.ports, Parrot(texts=(work,)), order)
    part = result["parts"]["works"]
    assert (part["state"], part["with_run"]["hits"], part["works"], part["left_out"]) == ("found", 1, 2, 1)
    assert "1 more were not begun" in render_model_audit(result).decode()
    assert part["longest"] >= 50
    assert audit(audited.ports, Parrot(), ORDER)["not_run"]["works"] == "no-protected-works"


@pytest.mark.parametrize("bad", ["nan", "surer than sure", "half a text", "one less", "silent"])
def test_a_model_without_an_answer_is_an_error(audited, bad):
    """NaN, more than certainty, part of a text, a missing answer, or silence: an error, and never nothing found."""
    with pytest.raises(EvidenceError, match="cannot be tested"):
        audit(audited.ports, Parrot(texts=tuple(released(audited)), bad=bad), ORDER)


def test_what_a_model_cannot_be_asked_is_not_run(audited):
    """Without probabilities no canary and no membership is tested, and the page and the result say so; without anything nothing is."""
    result = audit(audited.ports, Parrot(can=frozenset({"continue"})), ORDER)
    assert {part: why for part, why in result["not_run"].items() if why == "no-probabilities"} == dict.fromkeys(("canaries", "membership"), "no-probabilities")
    assert result["parts"]["extraction"]["tries"] is None
    page = render_model_audit(result).decode()
    assert "Not run, and so not passed" in page
    assert "The model does not say how likely a text is." in page
    mute = audit(audited.ports, Parrot(can=frozenset()), ORDER)
    assert set(mute["not_run"]) == set(mute["parts"])


def test_a_twin_that_was_not_drawn_is_refused(audited, tmp_path):
    """A twin put in its place, a row moved, or another manifest: refused, for the log names the one that was drawn.

    Law: MOD-05
    """
    world = copied(audited, tmp_path / "w")
    twin, manifest = (world.root / place for place in ("state/release-1/twin.parquet", "releases/release-1/manifest.json"))
    kept = twin.read_bytes()
    pq.write_table(pq.read_table(twin).slice(1), twin)
    with pytest.raises(EvidenceError, match=r"twin\.parquet"):
        audit(world.ports, Parrot(), ORDER)
    twin.write_bytes(kept)
    manifest.write_bytes(manifest.read_bytes().replace(b'"twin":', b'"twin" :'))
    with pytest.raises(EvidenceError, match="manifest"):
        audit(world.ports, Parrot(), ORDER)
    with pytest.raises(InputError):
        audit(world.ports, Parrot(), Order(release="release-9", by="ines"))


def test_a_split_by_date_source_or_length_is_refused():
    """Whatever parts the two sides but chance is refused by name; honest draws are not.

    Law: MOD-05
    """
    draw = np.random.default_rng(2)
    rows = pl.DataFrame({"day": [f"2025-{1 + n // 28 % 12:02}-{1 + n % 28:02}" for n in range(1200)], "source": ["a" if n % 3 else "b" for n in range(1200)],
                         "language": ["fr"] * 1200, "size": draw.integers(20, 900, 1200)})
    for _ in range(20):
        some = pl.Series(draw.permutation(1200) < 100)
        insist_on_draw(rows.filter(~some), rows.filter(some))
    for what, some in (("days", pl.col("day") > "2025-11"), ("lengths", pl.col("size") > 800), ("sources", (pl.col("source") == "b") & (pl.col("size") > 600))):
        with pytest.raises(RefusedError, match=what):
            insist_on_draw(rows.filter(~some), rows.filter(some))


def test_rows_seen_in_another_release_are_not_held_out(audited, tmp_path):
    """What the log says the model saw elsewhere counts on neither side: the twin of one release may be trained on in another."""
    world = copied(audited, tmp_path / "w")
    world.build()
    for release in ("release-1", "release-2"):
        world.ports.enter("run", {"id": f"run-{release}", "releases": [release], "by": "ines"})
        world.ports.enter("model", {"name": "parrot", "run": f"run-{release}", "next_retrain_due": "2026-02-01", "by": "ines"})
    with pytest.raises(RefusedError):
        audit(world.ports, Parrot(), ORDER)


def test_an_audit_is_kept_with_who_and_what(audited, tmp_path):
    """The log names the model, its weights, the release, who ran it, what was found and not run, and the result by its digest; an overdue retraining is told."""
    world = copied(audited, tmp_path / "w")
    world.ports.enter("run", {"id": "run-1", "releases": ["release-1"], "by": "ines"})
    world.ports.enter("model", {"name": "parrot", "run": "run-1", "next_retrain_due": "2026-02-01", "by": "ines"})
    result = audit(world.ports, Parrot(digest="sha256:ab"), ORDER)
    assert (result["model"]["next_retrain_due"], result["model"]["overdue"]) == ("2026-02-01", True)
    entry, place = keep(world.ports, result, render_model_audit)
    (logged,) = world.ports.log.entries(kinds=("model-audit",))
    assert (logged.seq, logged.decision["by"], logged.decision["digest"], logged.decision["full"]) == (entry, "ines", "sha256:ab", False)
    assert logged.decision["audit"] == world.ports.corpus.digest(f"{place}.json")
    assert "overdue" in Path(world.root / f"{place}.html").read_text()
    with pytest.raises(InputError):
        audit(world.ports, Parrot(), Order(release="release-1", by=" "))
    shutil.rmtree(world.root)
