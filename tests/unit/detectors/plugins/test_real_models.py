"""Tiny models that these tests make, loaded by the real libraries; skipped where a library is not installed."""

import os

import pytest

from licit.core.errors import SetupError
from licit.detectors import registry
from licit.pipeline.looking import find_all
from licit.testing import SAMPLES, check_detector

#: The libraries warn of themselves when they are imported.
pytestmark = pytest.mark.filterwarnings("ignore")

NAME = "Orla Featherington"
TEXTS = [f"👩‍👩‍👧 e\u0301 {NAME}, bonjour", f"{NAME}", "nobody here", "", " \n", f"\ud800 {NAME}\u00a0!"]


def settings_of(folder, kind, labels="", **more):
    text = f'[[model]]\nname = "mine"\nkind = "{kind}"\npath = "model"\n' + "".join(f"{k} = {v}\n" for k, v in more.items())
    (folder / "detectors.toml").write_text(f"{text}[model.labels]\n{labels}", encoding="utf-8")
    return folder / "detectors.toml"


def one(path):
    return next(model for model in registry.find_detectors(path) if model.name == "mine")


@pytest.fixture
def spacy_model(tmp_path):
    spacy = pytest.importorskip("spacy", reason="the extra spacy is not installed")
    nlp = spacy.blank("fr")
    nlp.add_pipe("entity_ruler").add_patterns([
        {"label": "PER", "pattern": NAME}, {"label": "PER", "pattern": "Anselm"}, {"label": "MISC", "pattern": "bonjour"}])
    nlp.to_disk(tmp_path / "model")
    return settings_of(tmp_path, "spacy")


def words(text, spans):
    return [(text[span.start:span.end], span.label) for span in spans]


def test_a_spacy_pipeline_tells_places_of_the_text_as_given(spacy_model):
    """Emoji, combining marks and halves of pairs shift nothing; a label left out is not told."""
    found = one(spacy_model).find(TEXTS, [""] * len(TEXTS))
    assert [words(text, spans) for text, spans in zip(TEXTS, found, strict=True)] == [
        [(NAME, "PERSON")], [(NAME, "PERSON")], [], [], [], [(NAME, "PERSON")]]


def test_a_spacy_pipeline_keeps_the_contract(spacy_model):
    """Sorted, declared, deterministic, whatever the batch, without a connection, on texts without end."""
    check_detector(one(spacy_model), hostile=("a" * 100_000, "Anselm " * 3_000, "\n" * 50_000))


@pytest.mark.parametrize("before", [19_970, 19_985, 19_999, 20_000, 39_990])
def test_a_name_at_a_window_s_border_is_found_whole(spacy_model, before):
    """A text of many windows gives what a short one gives."""
    text = ("mot " * 20_000)[:before].rstrip() + " " + NAME + " fin" * 3_000
    assert words(text, one(spacy_model).find([text], [""])[0]) == [(NAME, "PERSON")]


def test_a_pipeline_that_finds_nothing_or_cannot_be_loaded_stops_the_run(spacy_model, tmp_path):
    """A folder without a pipeline, or one whose labels are all left out, is no detector."""
    settings_of(tmp_path, "spacy", 'PER = ""\n')
    with pytest.raises(SetupError, match="find nothing"):
        one(spacy_model)
    (tmp_path / "model" / "meta.json").write_text("{}")
    (tmp_path / "model" / "config.cfg").unlink()
    with pytest.raises(SetupError, match="no spaCy pipeline"):
        one(spacy_model)


VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "orla", "feather", "##ing", "##ton", "an", "##sel", "##m", "mot", "nobody", ",", "."]
TAGS = ["O", "B-PER", "I-PER", "B-MISC"]


def bert(folder, *, layers):
    """Save a BERT: without layers each token's tag follows from the token alone; with some, from all around it."""
    torch = pytest.importorskip("torch", reason="the extra transformers is not installed")
    pytest.importorskip("transformers", reason="the extra transformers is not installed")
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForTokenClassification, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.WordPiece({word: number for number, word in enumerate(VOCAB)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]",
                            model_max_length=64).save_pretrained(folder)
    torch.manual_seed(7)
    size = len(VOCAB)
    model = BertForTokenClassification(BertConfig(
        vocab_size=size, hidden_size=size, num_hidden_layers=layers, num_attention_heads=2, intermediate_size=32, max_position_embeddings=64,
        id2label=dict(enumerate(TAGS)), label2id={tag: number for number, tag in enumerate(TAGS)}))
    if not layers:
        with torch.no_grad():
            table = model.bert.embeddings
            table.word_embeddings.weight.copy_(torch.eye(size))
            table.position_embeddings.weight.zero_()
            table.token_type_embeddings.weight.zero_()
            model.classifier.weight.zero_()
            model.classifier.bias.zero_()
            for number, word in enumerate(VOCAB):
                tag = {"orla": 1, "an": 1, "feather": 2}.get(word, 2 if word.startswith("##") else 0)
                model.classifier.weight[tag, number] = 9.0
    model.save_pretrained(folder, safe_serialization=True)


@pytest.fixture
def bert_model(tmp_path):
    bert(tmp_path / "model", layers=0)
    return settings_of(tmp_path, "transformers")


def test_a_token_classifier_puts_pieces_together_and_keeps_places(bert_model):
    """Pieces of words become whole words, words of one name become one place, in the text as it was given."""
    found = one(bert_model).find(TEXTS, [""] * len(TEXTS))
    assert [words(text, spans) for text, spans in zip(TEXTS, found, strict=True)] == [
        [(NAME, "PERSON")], [(NAME, "PERSON")], [], [], [], [(NAME, "PERSON")]]
    two = f"mot {NAME} Anselm, Orla."
    assert words(two, one(bert_model).find([two], [""])[0]) == [(NAME, "PERSON"), ("Anselm", "PERSON"), ("Orla", "PERSON")]


@pytest.mark.parametrize("before", range(40, 130, 3))
def test_a_name_at_any_place_of_a_long_text_is_found_whole(bert_model, before):
    """The model reads some sixty tokens at a time; nothing beyond them is lost, cut or told twice."""
    text = "mot " * before + NAME + " mot" * 90 + " Anselm"
    assert words(text, one(bert_model).find([text], [""])[0]) == [(NAME, "PERSON"), ("Anselm", "PERSON")]


def test_a_token_classifier_keeps_the_contract(tmp_path):
    """A model that looks at what stands around gives the same whatever the batch, and opens no connection."""
    bert(tmp_path / "model", layers=2)
    check_detector(one(settings_of(tmp_path, "transformers")), samples=(*SAMPLES, "mot Orla , nobody . " * 60), hostile=("a" * 100_000, "- " * 2_000))
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_a_folder_without_safe_weights_is_not_loaded(bert_model, tmp_path):
    """Weights that are run as code when they are read are refused, and so is a model without its tokeniser."""
    import torch

    weights = tmp_path / "model" / "model.safetensors"
    torch.save({}, tmp_path / "model" / "pytorch_model.bin")
    weights.unlink()
    with pytest.raises(SetupError, match="no token classifier"):
        one(bert_model)


def test_a_model_that_fails_holds_the_record(bert_model, monkeypatch):
    """An error inside the library is no clean text."""
    model = one(bert_model)
    monkeypatch.setattr(model, "_model", lambda **_: (_ for _ in ()).throw(RuntimeError))
    assert find_all([model], [NAME, ""], ["", ""]) == [None, ()]


@pytest.fixture
def gliner_model(tmp_path):
    gliner = pytest.importorskip("gliner", reason="the extra gliner is not installed")
    torch = pytest.importorskip("torch", reason="the extra gliner is not installed")
    bert(tmp_path / "encoder", layers=1)
    torch.manual_seed(7)
    config = gliner.GLiNERConfig(model_name=str(tmp_path / "encoder"), max_len=24, max_width=4, hidden_size=16, dropout=0.0,
                                 num_rnn_layers=0, name="tiny")
    gliner.GLiNER.from_config(config).save_pretrained(tmp_path / "model")
    return settings_of(tmp_path, "gliner", 'person = "PERSON"\n', threshold=1)


def test_a_gliner_model_keeps_the_contract(gliner_model):
    """Its places lie in the text whatever its weights say, long texts go through whole, and the batch changes nothing."""
    detector = one(gliner_model)
    text = f"mot {NAME} , " * 40
    told = detector.find([text], [""])[0]
    assert told
    assert max(span.end for span in told) > len(text) - 60
    check_detector(detector, samples=[sample for sample in SAMPLES if len(sample) < 120], hostile=())
