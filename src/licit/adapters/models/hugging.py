"""A causal language model in the Hugging Face layout, read from a folder: nothing is fetched, and no code of the folder is run.

Rules kept here: its own tokens are what is counted and cut by; logarithms are computed in full precision; torch and transformers
are imported when such a model is opened, and their absence says what to install.
"""

import hashlib
import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from licit.core.errors import EvidenceError, SetupError
from licit.core.models import Scored

_BATCH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class HuggingModel:
    """A loaded model: a :class:`~licit.core.ports.LanguageModel`."""

    torch: Any = field(repr=False)
    model: Any = field(repr=False)
    tokenizer: Any = field(repr=False)
    name: str
    digest: str
    parameters: int
    kind: str = "hugging-face"
    unit: str = "tokens"
    can: frozenset[str] = frozenset({"score", "moments", "continue"})

    def _tokens(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def cut(self, texts: Sequence[str], before: int, after: int) -> list[tuple[str, str] | None]:
        """Give so many tokens of each text and so many behind them; None of one that has fewer, or cannot be cut between."""
        out: list[tuple[str, str] | None] = []
        for text in texts:
            tokens = self._tokens(text)
            pair = tuple(self.tokenizer.decode(tokens[:end], clean_up_tokenization_spaces=False) for end in (before, before + after))
            whole = len(tokens) >= before + after and text.startswith(pair[1]) and pair[1].startswith(pair[0]) and len(pair[0]) < len(pair[1])
            out.append((pair[0], pair[1][len(pair[0]):]) if whole else None)
        return out

    def score(self, items: Sequence[tuple[str, str]]) -> list[Scored]:
        """Say how likely each text's tokens are, given what stands before it."""
        start = self.tokenizer.bos_token_id if self.tokenizer.bos_token_id is not None else self.tokenizer.eos_token_id
        out: list[Scored] = []
        for at in range(0, len(items), _BATCH):
            pairs = [(([] if start is None else [start]) + self._tokens(before), self._tokens(text)) for before, text in items[at:at + _BATCH]]
            whole = [first + second for first, second in pairs]
            if any(not row[1] or len(first) + len(second) < 2 for row, (first, second) in zip(pairs, pairs, strict=True)):
                raise EvidenceError("a text has no token to be told", about=self.name, reason="answer-broken")
            logs = self._logs(whole)
            for row, (first, second) in zip(logs, pairs, strict=True):
                begin = max(len(first), 1)
                mine = row[begin - 1:len(first) + len(second) - 1]
                own = mine.gather(1, self.torch.tensor((first + second)[begin:]).unsqueeze(1)).squeeze(1)
                chances = mine.exp()
                mean = (chances * mine.clamp(min=-1e4)).sum(1)
                spread = (chances * mine.clamp(min=-1e4) ** 2).sum(1) - mean ** 2
                out.append(Scored(logs=own.double().numpy(), means=mean.double().numpy(), variances=np.maximum(spread.double().numpy(), 0)))
        return out

    def _logs(self, rows: Sequence[Sequence[int]]) -> Any:
        """Give the logarithms of all tokens at every place of rows of tokens."""
        wide = max(map(len, rows))
        tokens = self.torch.tensor([[*row, *[0] * (wide - len(row))] for row in rows])
        mask = self.torch.tensor([[1] * len(row) + [0] * (wide - len(row)) for row in rows])
        with self.torch.no_grad():
            return self.model(input_ids=tokens, attention_mask=mask).logits.float().log_softmax(-1)

    def continue_(self, prefixes: Sequence[str], *, tokens: int, temperature: float = 0, seed: int = 0) -> list[str]:
        """Go on with each text for so many tokens."""
        out = []
        self.torch.manual_seed(seed)
        end = self.tokenizer.eos_token_id
        for prefix in prefixes:
            first = self._tokens(prefix)
            given = self.torch.tensor([first])
            with self.torch.no_grad():
                made = self.model.generate(given, attention_mask=self.torch.ones_like(given), max_new_tokens=tokens, do_sample=bool(temperature),
                                           pad_token_id=end if end is not None else 0, **({"temperature": temperature, "top_k": 0} if temperature else {}))
            whole = self.tokenizer.decode(made[0], skip_special_tokens=True, clean_up_tokenization_spaces=False)
            alone = self.tokenizer.decode(first, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            out.append(whole[len(alone):] if whole.startswith(alone) else self.tokenizer.decode(made[0][len(first):], skip_special_tokens=True))
        return out


def load_hugging(folder: Path) -> HuggingModel:
    """Read a model from a folder, without network and without code of its own.

    Raises:
        SetupError: torch or transformers is not installed.
        EvidenceError: the folder cannot be read as a model.
    """
    try:
        torch, transformers = importlib.import_module("torch"), importlib.import_module("transformers")
    except ImportError as error:
        raise SetupError(f"{error.name} is not installed, and a model in the Hugging Face layout needs it", about=folder.name,
                         remedy="Install it: pip install 'licit[transformers]'") from None
    try:
        model = transformers.AutoModelForCausalLM.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False, use_safetensors=True)
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise EvidenceError(f"the model cannot be read: {type(error).__name__}", about=folder.name, reason="file-unreadable",
                            remedy="It needs config.json, a tokenizer and safetensors weights of a causal language model.") from None
    model.eval()
    return HuggingModel(torch=torch, model=model, tokenizer=tokenizer, name=folder.resolve().name, digest=_digest(folder),
                        parameters=sum(int(one.numel()) for one in model.parameters()))


def _digest(folder: Path) -> str:
    """Name the model by the names and bytes of all its files."""
    told = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            told.update(f"{path.relative_to(folder).as_posix()}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return "sha256:" + told.hexdigest()
