"""Training: the same corpora make the same bytes, and what is measured on is never learnt from."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEMPLATES = ROOT / "training/templates"
CHATS = ROOT / "bench/data/chats.txt"
NAMES = "Camille Zorglub Modelet Exemplet Alix Robin Nadia Samir Ines Hugo".upper().split()


def write_lists(folder):
    """Write small lists of names in the form of the public ones."""
    folder.mkdir()
    for name in ("insee-first-names", "insee-surnames"):
        (folder / f"{name}.csv").write_text("".join(f"{one},{100 + i}\n" for i, one in enumerate(NAMES)), encoding="utf-8")
    for name in ("common-forenames-by-country", "common-surnames-by-country"):
        (folder / f"{name}.csv").write_text("Country,Localized Name,Romanized Name\n" + "".join(
            f"XX,{one.title()},{one.title()}\n" for one in NAMES), encoding="utf-8")


@pytest.mark.slow
def test_the_same_corpora_make_the_same_bytes(tmp_path, monkeypatch):
    """Training twice from the same texts gives the same network, byte for byte."""
    pytest.importorskip("torch", reason="training needs the extra 'train'")
    pytest.importorskip("onnx", reason="training needs the extra 'train'")
    monkeypatch.syspath_prepend(ROOT)
    from training.__main__ import learnt
    from training.corpora import TAGS, Source
    from training.fit import Recipe

    write_lists(tmp_path / "names")
    passages = [[("La requérante, Mme ", ""), ("Zorglubet", "PER"), (f", est née en {1900 + i}.", "")] for i in range(60)]
    source = Source(name="invented", language="fr", tells=TAGS, licence="CC0-1.0", court=True, passages=passages)
    spoken = replace(source, name="home-assistant", language="en", court=False, passages=[[("call ", ""), ("zorglub", "PER")]] * 9)
    for folder in ("one", "two"):
        learnt([source, spoken], tmp_path, tmp_path / folder, [], Recipe(epochs=1, made=60))
    for file in ("kinds.onnx", "tokens.onnx"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def test_what_is_measured_on_is_not_learnt_from():
    """No message of the set kept apart stands among the templates, whole or as one of their lines."""
    marks = str.maketrans("", "", "⟦⟧")
    kept = [re.sub(r"\?\|", "", line.partition(" ")[2]).translate(marks).lower() for line in
            CHATS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(kept) > 290
    learnt_from = "\n".join(path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.iterdir())).lower()
    assert not [text for text in kept if len(text) > 12 and text in learnt_from]
