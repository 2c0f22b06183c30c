"""Models of others: only where asked for, from a folder, with places that are right and labels that somebody named."""

import sys
import types

import pytest

from licit.core.errors import SetupError
from licit.core.spans import Span
from licit.detectors import registry
from licit.detectors.plugins._model import joined, mapped, read_settings, readable, windows
from licit.testing import FixedDetector

ONE = '[[model]]\nname = "mine"\nkind = "made-up"\npath = "folder"\nlanguages = ["fr"]\n[model.labels]\nNAME = "PERSON"\nX = ""\n'


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "weights").write_bytes(b"1")
    (tmp_path / "detectors.toml").write_text(ONE, encoding="utf-8")
    return tmp_path / "detectors.toml"


class _Entry:
    name, value = "made-up", "somewhere:load"

    def __init__(self, made):
        self.made = made

    def load(self):
        def load(model):
            self.made.append(model)
            mapped(model, ["NAME", "X"])
            return FixedDetector(strings=(("a", "PERSON"),), name=model.name, version=model.digest())
        return load


@pytest.fixture
def made(monkeypatch):
    made = []
    monkeypatch.setattr(registry, "entry_points", lambda group: [_Entry(made)] if group == "licit.models" else [])
    return made


def test_a_model_is_loaded_only_when_it_is_asked_for(settings, made):
    """Being installed, or being written into a file, loads nothing; a plan's name does, once."""
    registry.find_detectors()
    registry.find_detectors(settings, [])
    assert made == []
    assert "mine" in [one.name for one in registry.find_detectors(settings, ["mine"])]
    assert [model.name for model in made] == ["mine"]


def test_a_model_that_is_not_there_stops_the_run(settings, made):
    """A name that the file lacks, a kind nobody offers, a name of ours: said, never passed over."""
    with pytest.raises(SetupError, match="did you mean 'mine'"):
        registry.find_detectors(settings, ["mime"])
    settings.write_text(ONE.replace("made-up", "spacey"))
    with pytest.raises(SetupError, match="did you mean 'spacy'"):
        registry.find_detectors(settings)
    settings.write_text(ONE.replace('"mine"', '"tagger"'))
    with pytest.raises(SetupError, match="named tagger"):
        registry.find_detectors(settings)
    settings.write_text(ONE + ONE)
    with pytest.raises(SetupError, match="Two models"):
        registry.find_detectors(settings)


@pytest.mark.parametrize(("spoil", "said"), [
    (lambda text: text.replace('"PERSON"', '"NAMES"'), "NAMES is no label"), (lambda text: text.replace('"folder"', '"gone"'), "no such folder"),
    (lambda text: text.replace("languages", "langages"), "did you mean 'languages'"), (lambda text: text.replace('kind = "made-up"\n', ""), "kind"),
    (lambda text: text.replace("[[model]]", "[[modle]]"), "did you mean 'model'"), (lambda text: text.replace('["fr"]', '"fr"'), "languages"),
    (lambda text: text + "]", "TOML"), (lambda text: text.replace("languages", "score = 101\nlanguages"), "between 0 and 100"),
    (lambda text: text.replace('NAME = "PERSON"\n', 'NAMES = "PERSON"\n'), "did you mean 'NAME'")])
def test_settings_that_cannot_be_are_named(settings, made, spoil, said):
    """A mistake in the file stops the run with its place; nothing is guessed."""
    settings.write_text(spoil(ONE))
    with pytest.raises(SetupError, match=said):
        registry.find_detectors(settings)


def test_a_label_that_nobody_mapped_stops_the_run(settings):
    """Usual labels are known, others must be mapped or left out by name, and something must be left to find."""
    model = read_settings(settings)[0]
    assert mapped(model, ["NAME", "X", "B"[:0] + "GPE", "work_of_art"]) == {"NAME": "PERSON", "GPE": "LOCATION"}
    with pytest.raises(SetupError, match="nobody says what these labels of the model are: ZED"):
        mapped(model, ["NAME", "X", "ZED"])
    settings.write_text(ONE.replace('"PERSON"', '""'))
    with pytest.raises(SetupError, match="find nothing"):
        mapped(read_settings(settings)[0], ["NAME", "X"])


def test_a_pin_follows_the_files_and_the_settings(settings, made):
    """One byte of a model, a label or a threshold, and the release's evidence names another detector."""
    def pin():
        return registry.pin(one for one in registry.find_detectors(settings) if one.name == "mine")

    pins = {pin(), pin()}
    assert len(pins) == 1
    (settings.parent / "folder" / "weights").write_bytes(b"2")
    pins.add(pin())
    (settings.parent / "folder" / "more").write_bytes(b"")
    pins.add(pin())
    for change in (ONE.replace('X = ""', 'X = "DATE"'), ONE.replace("languages", "threshold = 40\nlanguages")):
        settings.write_text(change)
        pins.add(pin())
    assert len(pins) == 5


@pytest.mark.parametrize("kind", ["spacy", "transformers", "gliner"])
def test_a_library_that_is_missing_is_named_with_its_extra(settings, monkeypatch, kind):
    """Who asks for a model without its library is told what to install; nothing runs without it."""
    monkeypatch.setitem(sys.modules, kind, None)
    settings.write_text(ONE.replace("made-up", kind))
    with pytest.raises(SetupError, match=rf"licit\[{kind}\]"):
        registry.find_detectors(settings)


@pytest.mark.parametrize("size", [10, 17, 64])
def test_windows_cover_a_text_and_overlap(size):
    """Every character lies in a window, every place as long as half the overlap lies whole in one, none is too long."""
    for text in ("un deux trois " * 20, "a" * 200, "", "x", " " * 99):
        cut = list(windows(text, size, 6))
        assert cut[0][0] == 0
        assert cut[-1][1] == len(text)
        assert all(end - start <= size for start, end in cut)
        assert all(any(start <= at and min(at + 3, len(text)) <= end for start, end in cut) for at in range(len(text) - 3))


def test_what_two_windows_saw_is_one():
    """A finding cut at a border and seen whole by the neighbour is told once, whole; two that touch stay two."""
    def span(start, end, label="PERSON", score=50):
        return Span(start=start, end=end, label=label, detector="m", score=score)

    assert joined([span(4, 9), span(7, 12, score=80), span(12, 14), span(5, 6, "DATE")]) == (
        span(4, 12, score=80), span(5, 6, "DATE"), span(12, 14))


def test_halves_of_pairs_keep_their_places():
    """What a tokeniser cannot take becomes a mark as wide, also where two halves stand together."""
    assert readable("a\ud83d\ude00b\ud800é") == "a\ufffd\ufffdb\ufffdé"


class _Cutting:
    """What GLiNER is to us, with a window of ten words; it cuts in silence but for a warning, as the library does."""

    def __init__(self, most=10):
        self.config = types.SimpleNamespace(max_len=most)
        self.data_processor = types.SimpleNamespace(transformer_tokenizer=self, words_splitter=self.split)
        self.model_max_length, self.seen = 40, []

    def split(self, text):
        at = 0
        for word in text.split(" "):
            if word:
                yield word, at, at + len(word)
            at += len(word) + 1

    def tokenize(self, word):
        return [word[i:i + 4] for i in range(0, len(word), 4)]

    def predict_entities(self, text, labels, threshold):
        self.seen.append(text)
        return [{"start": at, "end": at + 4, "label": labels[0], "score": 0.9} for at in range(len(text)) if text.startswith("Orla", at)]


@pytest.fixture
def gliner(settings):
    from licit.detectors.plugins.gliner import GlinerModel

    settings.write_text('[[model]]\nname = "g"\nkind = "gliner"\npath = "folder"\n[model.labels]\nperson = "PERSON"\n')
    return lambda model: GlinerModel(read_settings(settings)[0], model, "0")


def test_gliner_reads_a_long_text_in_windows_it_can_take(gliner):
    """No window holds more words or tokens than the model reads, and a name at any place of a long text is found."""
    model = _Cutting()
    detector = gliner(model)
    for before in range(0, 40, 3):
        text = "mot " * before + "Orla " + "verylongword " * 30
        assert detector.find([text], [""])[0] == (Span(start=4 * before, end=4 * before + 4, label="PERSON", detector="g", score=90),)
    assert max(len(text.split()) for text in model.seen) <= 10
    assert max(sum(len(model.tokenize(word)) for word in text.split()) for text in model.seen) <= 40


def test_gliner_holds_what_it_cannot_read(gliner):
    """A word too long for the model, or a warning that something was cut off, is a failure and no clean text."""
    with pytest.raises(Exception, match="longer than the model can read"):
        gliner(_Cutting()).find(["a" * 400], [""])

    class Warning_(_Cutting):
        def predict_entities(self, text, labels, threshold):
            import warnings
            warnings.warn("Sentence of length 500 has been truncated to 384", stacklevel=1)
            return []

    with pytest.raises(Exception, match="cut off"):
        gliner(Warning_()).find(["Orla"], [""])
