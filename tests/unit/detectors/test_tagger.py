"""The tagger: people, places, organisations, dates and case numbers by their neighbours."""

import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.core.errors import SetupError
from licit.detectors import _network, tagger
from licit.detectors.tagger import Tagger

ROOT = Path(__file__).parents[3]
MODEL = ROOT / "src/licit/detectors/model"
TALK = ("Bonjour, je m'appelle Camille Exemple et j'habite à Lyon.", "moi c'est zorglub", "ok", "", "Peux-tu trier cette liste ?",
        "La requérante, Mme Oya Modelet, est née en 1961.", "call Sam at noon", "\n\n", "le 12 mars 1997, RG 12/03456")


@pytest.fixture(scope="module")
def detector():
    return Tagger()


@pytest.fixture(scope="module")
def found(detector):
    return lambda text, label="PERSON": [text[span.start:span.end] for span in detector.find([text], [""])[0]
                                         if span.label == label]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(TALK) | st.text(max_size=40), max_size=8), st.data())
def test_a_text_gives_the_same_in_every_company(texts, data):
    """Alone, with others, in another order, or beside many: the answer is the text's own."""
    detector = Tagger()
    hints = [""] * len(texts)
    together = [tuple(one) for one in detector.find(texts, hints)]
    assert together == [tuple(detector.find([text], [""])[0]) for text in texts]
    order = data.draw(st.permutations(range(len(texts))))
    mixed = detector.find([texts[i] for i in order], hints)
    assert [tuple(one) for one in mixed] == [together[i] for i in order]


@pytest.mark.parametrize("block", [8, 50, 100_000])
def test_the_size_of_a_block_changes_nothing(detector, monkeypatch, block):
    """Long texts are cut with enough tokens on both sides of a cut."""
    text = " ".join(TALK) * 20
    whole = detector.find([text, *TALK], [""] * 10)
    monkeypatch.setattr(_network, "_BLOCK", block)
    assert list(detector.find([text, *TALK], [""] * 10)) == list(whole)


def test_a_large_batch_is_read_in_groups(detector, monkeypatch):
    """Groups change nothing."""
    whole = detector.find(TALK * 5, [""] * 45)
    monkeypatch.setattr(tagger, "_GROUP", 60)
    assert list(detector.find(TALK * 5, [""] * 45)) == list(whole)


def test_the_shipped_files_are_the_card_s():
    """The card lists the digest of every file of the model, and there is no other file."""
    card = (ROOT / "docs/model-card.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `([a-z.]+)` \| [0-9,]+ \| `([0-9a-f]{64})` \|$", card, re.MULTILINE))
    held = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in MODEL.iterdir()}
    assert held == listed


def test_the_model_is_small():
    """Twelve megabytes with all lists."""
    lists = ROOT / "src/licit/detectors/data/names.npz"
    assert sum(file.stat().st_size for file in [*MODEL.iterdir(), lists]) <= 12_000_000


def test_a_model_that_cannot_be_read_stops_the_run(monkeypatch, tmp_path):
    """A missing network would look like texts without names."""
    monkeypatch.setattr(_network, "files", lambda _: tmp_path)
    with pytest.raises(SetupError, match="cannot be read"):
        _network.network.__wrapped__()
    monkeypatch.setattr(_network, "find_spec", lambda _: None)
    with pytest.raises(SetupError, match="onnxruntime"):
        _network.network.__wrapped__()


def test_the_runtime_is_loaded_with_the_first_text():
    """Finding the detector loads no onnxruntime, so that a short command stays short."""
    code = ("import sys; from licit.detectors.registry import find_detectors; find_detectors();"
            "sys.exit('onnxruntime' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_stands_for_something_replaced_is_nobody(detector):
    """Looking at a result again finds nothing in its stand-ins."""
    texts = [f"merci {name}[PERSON_{end}] de {town}[LOCATION_{end}], dossier [CASE_NUMBER_{end}]" for name, town, end in
             (("", "", "k3f2a"), ("", "", "maria"), ("", "", "durou"), ("Mme ", "", "w7zzz"))]
    assert all(span.start >= text.index("]") or span.end <= text.index("[") for text, spans in
               zip(texts, detector.find(texts, [""] * 4), strict=True) for span in spans)
    assert not any("[" in text[span.start:span.end] for text, spans in
                   zip(texts, detector.find(texts, [""] * 4), strict=True) for span in spans)


def test_a_person_told_in_parts_is_one():
    """Beginnings side by side are one person, unless a text ends between them; places stay apart."""
    tags = np.array([1, 1, 2, 0, 3, 3, 1, 1])
    assert list(tagger._mentions(tags, np.array([0, 7, 8]))) == [(0, 0, 2), (1, 4, 4), (1, 5, 5), (0, 6, 6), (0, 7, 7)]


@pytest.mark.parametrize(("before", "told"), [("M. ", "M. Modelet"), ("MM. ", "MM. Modelet"), ("Me ", "Me Modelet"), ("Lord ", "Lord Modelet"),
                                              ("le juge ", "Modelet"), ("BOOM. ", "Modelet"), ("la dame ", "Modelet")])
def test_in_a_judgment_a_title_is_part_of_the_name(detector, monkeypatch, before, told):
    """Courts' annotators take it for part of the name; a mask that stops short of it covers nobody in full. Elsewhere it stays out."""
    text = (f"PROCÉDURE\nA l'origine de l'affaire se trouve une requête dirigée contre l'Etat. La Cour a entendu {before}Modelet. Le requérant"
            " a saisi la Commission européenne des Droits de l'Homme.")
    place = text.index("Modelet")
    monkeypatch.setattr(tagger, "_mentions", lambda tags, texts: [(0, at := int(np.flatnonzero(cut.starts == place)[0]), at)])
    cut = tagger.cut(tagger.plain([text]))
    (span,) = detector.find([text], [""])[0]
    assert text[span.start:span.end] == told
    monkeypatch.setattr(tagger, "look", lambda read, look=tagger.look: replace(told := look(read), judgment=np.zeros_like(told.judgment)))
    (span,) = detector.find([text], [""])[0]
    assert text[span.start:span.end] == "Modelet"
