"""Training: the same corpora make the same bytes, and what is measured on is never learnt from."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from licit.surfaces.cli import main

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


def test_what_is_learnt_from_is_a_release(tmp_path, monkeypatch):
    """A corpus that is registered, looked into and approved comes back from a release that verifies, an auditor's part too."""
    monkeypatch.syspath_prepend(ROOT)
    from training import release
    from training.corpora import TAGS, Kept, Source

    def here(*words):
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
        return done.output

    monkeypatch.setattr(release, "_licit", here)
    passages = [[("La requérante, Mme ", ""), ("Zorglubet", "PER"), (f", a écrit {number} lettres à la mairie de la ville.", "")]
                for number in range(10, 18)]
    source = Source(name="invented", language="fr", tells=TAGS, licence="CC0-1.0", court=True, passages=passages)
    made = release.make([Kept(learn=source, tune=[], report=[])], tmp_path)
    assert made.sources[0].passages == passages


#: Numbers whose second look hangs on the letters of the stand-ins beside them, in twelve documents' worth of passages.
MADE = """
import sys
from dataclasses import replace
from pathlib import Path
from training import release
from training.__main__ import learnt
from training.corpora import Kept, Source, TAGS
from training.fit import Recipe

folder = Path(sys.argv[1])
passages = [[("Appelez ", ""), ("Mme Zorglubet", "PER"), (f" au 01 99 00 {number} {number}.\\nSon NSS est le ", ""),
             (f"1770842356085{number}", "?"), (".\\nElle habite ", ""), ("Modeleville", "LOC"), (".", "")]
            for number in range(10, 58)]
invented = Source(name="invented", language="fr", tells=TAGS, licence="CC0-1.0", court=True, passages=passages)
spoken = Source(name="home-assistant", language="en", tells=TAGS, licence="CC0-1.0", passages=[[("call ", ""), ("zorglub", "PER")]] * 9)
made = release.make([Kept(learn=one, tune=[], report=[]) for one in (invented, spoken)], folder)
learnt(made.sources, folder.parent, folder / "model", [], Recipe(epochs=1, made=60))
print(made.content_root, made.texts)
"""


@pytest.mark.slow
def test_two_workspaces_with_keys_of_their_own_make_the_same_bytes(tmp_path):
    """From corpora to network, in two fresh workspaces and under two orders of Python's sets: other roots, the same network."""
    pytest.importorskip("torch", reason="training needs the extra 'train'")
    pytest.importorskip("onnx", reason="training needs the extra 'train'")
    write_lists(tmp_path / "names")
    runs = []
    for number in ("1", "2"):
        (tmp_path / number).mkdir()
        runs.append(subprocess.Popen([sys.executable, "-c", MADE, tmp_path / number], stdout=subprocess.PIPE, text=True, cwd=ROOT,
                                     env={**os.environ, "PYTHONHASHSEED": number, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}))
    one, two = (run.communicate(timeout=1_500)[0].split()[-2:] for run in runs)
    assert [run.returncode for run in runs] == [0, 0]
    assert one[0] != two[0]
    assert one[1] == two[1]
    for file in ("kinds.onnx", "tokens.onnx"):
        assert (tmp_path / "1/model" / file).read_bytes() == (tmp_path / "2/model" / file).read_bytes(), file


def test_what_is_measured_on_is_not_learnt_from():
    """No message of the set kept apart stands among the templates, whole or as one of their lines."""
    marks = str.maketrans("", "", "⟦⟧")
    kept = [re.sub(r"\?\|", "", line.partition(" ")[2]).translate(marks).lower() for line in
            CHATS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(kept) > 290
    learnt_from = "\n".join(path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.iterdir())).lower()
    assert not [text for text in kept if len(text) > 12 and text in learnt_from]


def test_a_fold_learns_nothing_of_the_judgments_held_out(tmp_path, monkeypatch):
    """Their sentences go, whoever annotated them and whatever numbers they hold; other sets and short phrases stay."""
    pytest.importorskip("torch", reason="training needs the extra 'train'")
    pytest.importorskip("onnx", reason="training needs the extra 'train'")
    monkeypatch.syspath_prepend(ROOT)
    from training.corpora import TAGS, Source
    from training.folds import held_out, without

    for language, head in (("fr", "PROCÉDURE"), ("es", "PROCEDIMIENTO")):
        folder = tmp_path / "ner" / language
        folder.mkdir(parents=True)
        (folder / "echr-train.tsv").write_text("".join(
            f"{head} O\n\nEN O\nFAIT O\n\n" + "".join(f"{word} O\n" for word in f"exemple {language} bien long de la {'x' * (i + 3)} no 12/34".split()) + "\n"
            for i in range(9)), encoding="utf-8")
    told = held_out(tmp_path, 1)
    assert {language: len(some) for language, some in told.items()} == {"fr": 1, "es": 1}
    mine, other = [[("Exemple fr, bien long de la xxxx no 99/11", "")], [("EN FAIT", "")]], [[("exemple fr bien long de la xxxxx no 12/34", "")]]
    source = Source(name="a", language="fr", tells=TAGS, licence="MIT", court=True, passages=[*mine, *other])
    kept = without([source, replace(source, court=False)], told)
    assert [one.passages for one in kept] == [[mine[1], *other], [*mine, *other]]
