"""Rules of models that others made: behind an address, and in a folder of the Hugging Face layout."""

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from licit.adapters.models import endpoint, load_model
from licit.core.errors import EvidenceError, InputError, SetupError, UnavailableError

PROMPT = "The heron waits "


class Answers(BaseHTTPRequestHandler):
    """Answers as an address of a kind would: ``full``, ``no-echo``, ``chat``, ``broken``."""

    kind, busy = "full", 0

    def log_message(self, *_):
        """Say nothing."""

    def do_POST(self):
        """Answer."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompt = body.get("prompt", "")
        pieces = [prompt[at:at + 4] for at in range(0, len(prompt), 4)] if body.get("echo") and self.kind == "full" else []
        pieces += [" end"]
        logs = {"token_logprobs": [None if not at else -0.5 for at in range(len(pieces))], "text_offset": [4 * at for at in range(len(pieces))]}
        choice = {"text": " by the lock", "logprobs": logs if body.get("logprobs") else None}
        if self.kind == "chat":
            choice = {"message": {"content": "by the lock"}}
        wrong = self.kind == "broken" or (self.kind == "chat" and not self.path.endswith("/chat/completions"))
        data = json.dumps({"choices": [choice]}).encode()
        Answers.busy -= 1
        self.send_response(429 if Answers.busy >= 0 else 500 if wrong else 200)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def address(monkeypatch):
    """Serve answers of a kind; give the address."""
    monkeypatch.setattr(endpoint, "_WAITS", (0.0, 0.0))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield lambda kind: setattr(Answers, "kind", kind) or f"http://127.0.0.1:{server.server_port}/v1#some-model"
    server.shutdown()
    server.server_close()


def test_an_address_that_tells_probabilities_scores(address):
    """Probabilities of the prompt's own tokens are taken, those of what the model added are not."""
    model = load_model(address("full"))
    assert model.can == {"continue", "score"}
    (told,) = model.score([(PROMPT, "by the lock.")])
    assert list(told.logs) == [-0.5] * 3
    (across,) = model.score([(PROMPT[:-2], "s by the lock.")])
    assert len(across.logs) == 4  # the piece that lies across the border is the text's
    assert model.continue_([PROMPT], tokens=4) == [" by the lock"]
    assert (model.name, model.digest, model.cut([PROMPT * 9, "short"], 5, 5)[1]) == ("some-model", "", None)


@pytest.mark.parametrize("kind", ["no-echo", "chat"])
def test_an_address_without_probabilities_can_only_go_on(address, kind):
    """An address that ignores the echo, or serves chats only, is not taken to have told a text's probability."""
    model = load_model(address(kind))
    assert (model.can, model.kind) == ({"continue"}, "chat" if kind == "chat" else "endpoint")
    with pytest.raises(SetupError):
        model.score([(PROMPT, "by the lock.")])
    assert "lock" in model.continue_([PROMPT], tokens=4)[0]


def test_an_address_that_is_busy_is_asked_again(address):
    """Told to wait, it is asked again; told so each time it is an error, and at the start never one that cannot be asked."""
    place = address("full")
    Answers.busy = 2
    assert load_model(place).can == {"continue", "score"}
    Answers.busy = 3
    with pytest.raises(UnavailableError, match="429"):
        load_model(place).score([("", PROMPT)])
    Answers.busy = 0


def test_an_address_that_fails_is_an_error(address):
    """A failed answer is an error, at the beginning and later; an address without a model, or over plain http elsewhere, is none."""
    with pytest.raises(UnavailableError):
        load_model(address("broken"))
    model = load_model(address("full"))
    address("broken")
    for ask in (lambda: model.score([("", PROMPT)]), lambda: model.continue_([PROMPT], tokens=4)):
        with pytest.raises(UnavailableError):
            ask()
    for wrong in ("http://models.example.org/v1#m", "https://models.example.org/v1", "https://a:b@models.example.org/v1#m"):
        with pytest.raises(InputError):
            load_model(wrong)


TEXT = "the heron waits by the lock until noon, and then it waits é again"


@pytest.fixture(scope="module")
def hugging(tmp_path_factory):
    """A folder with a tiny model in the Hugging Face layout, its weights drawn by a seed; made by the real library."""
    torch, transformers, tokenizers = (pytest.importorskip(name) for name in ("torch", "transformers", "tokenizers"))
    folder = tmp_path_factory.mktemp("hugging") / "m"
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer, made.decoder = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False), tokenizers.decoders.ByteLevel()
    made.train_from_iterator(["the heron waits by the lock until noon"] * 3, tokenizers.trainers.BpeTrainer(
        vocab_size=300, special_tokens=["<end>"], initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    transformers.PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<end>", bos_token="<end>").save_pretrained(folder)
    torch.manual_seed(0)
    transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=300, n_positions=128, n_embd=32, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0)
                                 ).save_pretrained(folder)
    return folder


@pytest.mark.slow
def test_a_folder_in_the_hugging_face_layout_is_asked(hugging):
    """Scores follow the chain rule, also beyond what the model looks back on; cuts are of the text; continuations go on from it."""
    model = load_model(str(hugging))
    whole, first = model.score([("", TEXT), ("", TEXT[:15])])
    (rest,) = model.score([(TEXT[:15], TEXT[15:])])
    assert np.allclose(whole.logs, np.concatenate([first.logs, rest.logs]), atol=1e-4)
    assert (whole.variances >= 0).all()
    (across,) = model.score([(TEXT[:14], TEXT[14:])])
    assert len(across.logs) == len(rest.logs) + 1  # the token that lies across the border is the text's
    ((before, after),) = model.cut([TEXT], 5, 6)
    assert TEXT.startswith(before + after)
    assert model.cut(["the"], 5, 5) == [None]
    long = TEXT * 11
    (told,) = model.score([("", long)])
    assert len(told.logs) == len(model.tokenizer(long)["input_ids"]) > 2 * model.reach
    assert np.allclose(told.logs[:len(whole.logs)], whole.logs, atol=1e-4)
    said = model.continue_([before, long, before], tokens=5)
    assert said[0] == said[2]
    assert all(said)
    assert model.continue_([before], tokens=5, temperature=1, seed=1) == model.continue_([before], tokens=5, temperature=1, seed=1)
    assert (model.kind, model.digest[:7], model.parameters > 1000) == ("hugging-face", "sha256:", True)
    with pytest.raises(EvidenceError, match="128"):
        model.continue_([before], tokens=128)


@pytest.mark.slow
def test_a_folder_that_would_hide_what_the_model_knows_is_refused(hugging, tmp_path):
    """Settings in the folder change no answer; weights that are missing, an adapter, or pickles are errors and no model of chance."""
    model, folder = load_model(str(hugging)), tmp_path / "m"
    shutil.copytree(hugging, folder)
    (folder / "generation_config.json").write_text(json.dumps({"repetition_penalty": 9.0, "suppress_tokens": list(range(100)), "no_repeat_ngram_size": 1,
                                                               "max_length": 3}))
    assert load_model(str(folder)).continue_([TEXT], tokens=20) == model.continue_([TEXT], tokens=20)
    (folder / "adapter_config.json").write_text("{}")
    with pytest.raises(EvidenceError, match="adapter"):
        load_model(str(folder))
    (folder / "adapter_config.json").unlink()
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(weights.replace(b'h.0.mlp.c_fc.weight', b'h.0.mlp.c_fc.wejght'))
    with pytest.raises(EvidenceError, match="missing_keys"):
        load_model(str(folder))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(EvidenceError):
        load_model(str(folder))


def test_a_missing_library_says_what_to_install(tmp_path, monkeypatch):
    """Without transformers the error names the extra."""
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(SetupError, match=r"licit\[transformers\]"):
        load_model(str(tmp_path))
