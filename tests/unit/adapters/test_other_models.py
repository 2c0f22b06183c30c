"""Rules of models that others made: behind an address, and in a folder of the Hugging Face layout."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from licit.adapters.models import load_model
from licit.core.errors import EvidenceError, InputError, SetupError, UnavailableError

PROMPT = "The heron waits "


class Answers(BaseHTTPRequestHandler):
    """Answers as an address of a kind would: ``full``, ``no-echo``, ``chat``, ``broken``."""

    kind = "full"

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
        self.send_response(500 if wrong else 200)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def address():
    """Serve answers of a kind; give the address."""
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
    assert model.continue_([PROMPT], tokens=4) == [" by the lock"]
    assert (model.name, model.digest, model.cut([PROMPT * 9, "short"], 5, 5)[1]) == ("some-model", "", None)


@pytest.mark.parametrize("kind", ["no-echo", "chat"])
def test_an_address_without_probabilities_can_only_go_on(address, kind):
    """An address that ignores the echo, or serves chats only, is not taken to have told a text's probability."""
    model = load_model(address(kind))
    assert model.can == {"continue"}
    with pytest.raises(SetupError):
        model.score([(PROMPT, "by the lock.")])
    assert "lock" in model.continue_([PROMPT], tokens=4)[0]


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


@pytest.mark.slow
def test_a_folder_in_the_hugging_face_layout_is_asked(tmp_path):
    """Scores follow the chain rule, continuations go on from the text, and the files name the model; code and pickles are not run."""
    torch, transformers = (pytest.importorskip(name) for name in ("torch", "transformers"))
    tokenizers = pytest.importorskip("tokenizers")
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer, made.decoder = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False), tokenizers.decoders.ByteLevel()
    made.train_from_iterator(["the heron waits by the lock until noon"] * 3, tokenizers.trainers.BpeTrainer(
        vocab_size=300, special_tokens=["<end>"], initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet()))
    transformers.PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<end>", bos_token="<end>").save_pretrained(tmp_path / "m")
    torch.manual_seed(0)
    transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=300, n_positions=256, n_embd=16, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0)
                                 ).save_pretrained(tmp_path / "m")
    model = load_model(str(tmp_path / "m"))
    text = "the heron waits by the lock until noon, and then it waits é again"
    whole, first = model.score([("", text), ("", text[:15])])
    (rest,) = model.score([(text[:15], text[15:])])
    assert np.allclose(whole.logs, np.concatenate([first.logs, rest.logs]), atol=1e-4)
    assert (whole.variances >= 0).all()
    ((before, after),) = model.cut([text], 5, 6)
    assert text.startswith(before + after)
    assert model.cut(["the"], 5, 5) == [None]
    assert len(model.continue_([before], tokens=5)[0]) > 0
    assert (model.kind, model.digest[:7], model.parameters > 1000) == ("hugging-face", "sha256:", True)
    (tmp_path / "m/model.safetensors").rename(tmp_path / "m/pytorch_model.bin")
    with pytest.raises(EvidenceError):
        load_model(str(tmp_path / "m"))


def test_a_missing_library_says_what_to_install(tmp_path, monkeypatch):
    """Without transformers the error names the extra."""
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(SetupError, match=r"licit\[transformers\]"):
        load_model(str(tmp_path))
