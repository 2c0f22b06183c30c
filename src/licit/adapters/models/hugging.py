"""A causal language model in the Hugging Face layout, read from a folder: nothing is fetched, and no code of the folder is run.

Rules kept here:

- Its own tokens are what is counted and cut by; logarithms are computed in full precision; a text longer than what the model looks
  back on is told in pieces, each with at least half of that before it.
- Weights that are missing are no model: what stands in their place would be chance, and nothing would be found in it.
- How it goes on is decided here, and by nothing in the folder: settings that forbid words or repeats would hide what it knows.
- torch and transformers are imported when such a model is opened, and their absence says what to install.
"""

import hashlib
import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from licit.core.errors import EvidenceError, SetupError
from licit.core.models import Scored

_BATCH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class HuggingModel:
    """A loaded model: a :class:`~licit.core.ports.LanguageModel`; ``reach`` is how many tokens it looks at (0: any number)."""

    torch: Any = field(repr=False)
    model: Any = field(repr=False)
    tokenizer: Any = field(repr=False)
    name: str
    digest: str
    parameters: int
    reach: int = 0
    kind: str = "hugging-face"
    unit: str = "tokens"
    can: frozenset[str] = frozenset({"score", "moments", "continue"})

    def _tokens(self, text: str) -> tuple[list[int], list[int]]:
        """Give a text's tokens, and where in it each ends."""
        told = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return list(told["input_ids"]), [int(end) for _, end in told["offset_mapping"]]

    def _start(self) -> list[int]:
        first = self.tokenizer.bos_token_id if self.tokenizer.bos_token_id is not None else self.tokenizer.eos_token_id
        return [] if first is None else [int(first)]

    def cut(self, texts: Sequence[str], before: int, after: int) -> list[tuple[str, str] | None]:
        """Give so many tokens of each text and so many behind them; None of one that has fewer, or cannot be cut between."""
        out: list[tuple[str, str] | None] = []
        for text in texts:
            _, ends = self._tokens(text)
            first, last = (ends[before - 1], ends[before + after - 1]) if len(ends) >= before + after else (0, 0)
            out.append((text[:first], text[first:last]) if 0 < first < last else None)
        return out

    def score(self, items: Sequence[tuple[str, str]]) -> list[Scored]:
        """Say how likely each text's tokens are, given what stands before it; a token across the border is the text's.

        Raises:
            EvidenceError: a text has no token that could be told.
        """
        rows, pieces = [], []
        for number, (before, text) in enumerate(items):
            tokens, ends = self._tokens(before + text)
            start = self._start()
            rows.append(start + tokens)
            begin = max(1, len(start) + sum(end <= len(before) for end in ends))
            if begin >= len(rows[-1]):
                raise EvidenceError("a text has no token to be told", about=self.name, reason="answer-broken")
            pieces += [(number, max(0, upto - self.reach) if self.reach else 0, at, upto) for at, upto in self._steps(begin, len(rows[-1]))]
        out: list[list[Any]] = [[] for _ in items]
        for first in range(0, len(pieces), _BATCH):
            some = pieces[first:first + _BATCH]
            for (number, low, at, upto), logs in zip(some, self._logs([rows[number][low:upto] for number, low, _, upto in some]), strict=True):
                mine = logs[at - low - 1:upto - low - 1]
                own = mine.gather(1, self.torch.tensor(rows[number][at:upto]).unsqueeze(1)).squeeze(1)
                chances, mine = mine.exp(), mine.clamp(min=-1e4)
                mean = (chances * mine).sum(1)
                out[number].append(self.torch.stack([own, mean, ((chances * mine ** 2).sum(1) - mean ** 2).clamp(min=0)]).double())
        told = [self.torch.cat(parts, dim=1).numpy() for parts in out]
        return [Scored(logs=one[0], means=one[1], variances=one[2]) for one in told]

    def _steps(self, begin: int, end: int) -> list[tuple[int, int]]:
        if not self.reach or end <= self.reach:
            return [(begin, end)]
        step = max(1, self.reach // 2)
        return [(at, min(at + step, end)) for at in range(begin, end, step)]

    def _logs(self, rows: Sequence[Sequence[int]]) -> Any:
        """Give the logarithms of all tokens at every place of rows of tokens."""
        wide = max(map(len, rows))
        tokens = self.torch.tensor([[*row, *[0] * (wide - len(row))] for row in rows])
        mask = self.torch.tensor([[1] * len(row) + [0] * (wide - len(row)) for row in rows])
        with self.torch.no_grad():
            return self.model(input_ids=tokens, attention_mask=mask).logits.float().log_softmax(-1)

    def continue_(self, prefixes: Sequence[str], *, tokens: int, temperature: float = 0, seed: int = 0) -> list[str]:
        """Go on with each text for so many tokens, as far as the model looks; texts of as many tokens go together.

        Raises:
            EvidenceError: it looks back on too few tokens to go on for so many.
        """
        room = self.reach - tokens if self.reach else 0
        if room < 1 and self.reach:
            raise EvidenceError(f"it looks back on {self.reach} tokens only, and cannot go on for {tokens}", about=self.name, reason="answer-broken")
        self.torch.manual_seed(seed)
        given = [(self._start() + self._tokens(prefix)[0])[-room:] for prefix in prefixes]
        if not all(given):
            raise EvidenceError("a text has no token to go on with", about=self.name, reason="answer-broken")
        order = sorted(range(len(given)), key=lambda at: len(given[at]))
        out = [""] * len(given)
        while order:
            some = [at for at in order[:_BATCH] if len(given[at]) == len(given[order[0]])]
            order = order[len(some):]
            for at, said in zip(some, self._said([given[at] for at in some], tokens, temperature), strict=True):
                out[at] = said
        return out

    def _said(self, given: Sequence[Sequence[int]], tokens: int, temperature: float) -> list[str]:
        first = self.torch.tensor(given)
        with self.torch.no_grad():
            made = self.model.generate(first, attention_mask=self.torch.ones_like(first), max_new_tokens=tokens, do_sample=bool(temperature),
                                       **({"temperature": temperature, "top_k": 0} if temperature else {}))
        out = []
        for row, whole in zip(given, made.tolist(), strict=True):
            new = whole[len(row):]
            end = next((at for at, token in enumerate(new) if token == self.tokenizer.eos_token_id), len(new))
            both, alone = (self.tokenizer.decode(some, skip_special_tokens=True, clean_up_tokenization_spaces=False) for some in ([*row, *new[:end]], row))
            out.append(both[len(alone):] if both.startswith(alone) else self.tokenizer.decode(new[:end], skip_special_tokens=True))
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
    if (folder / "adapter_config.json").exists():
        raise EvidenceError("the folder holds an adapter, which might be left out in silence", about=folder.name, reason="file-unreadable",
                            remedy="Merge it into the weights, save the whole model, and audit that.")
    try:
        model, loading = transformers.AutoModelForCausalLM.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False, use_safetensors=True, output_loading_info=True)
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise _unreadable(folder, type(error).__name__) from None
    if lacking := [what for what in ("missing_keys", "mismatched_keys", "error_msgs") if loading.get(what)]:
        raise _unreadable(folder, f"some of its weights are not there ({', '.join(lacking)})")
    if not tokenizer.is_fast:
        raise _unreadable(folder, "its tokenizer does not say where its tokens lie (no tokenizer.json)")
    model.float().eval()
    model.generation_config = transformers.GenerationConfig()
    return HuggingModel(torch=torch, model=model, tokenizer=tokenizer, name=folder.resolve().name, digest=_digest(folder),
                        parameters=sum(int(one.numel()) for one in model.parameters()), reach=int(getattr(model.config, "max_position_embeddings", 0) or 0))


def _unreadable(folder: Path, why: str) -> EvidenceError:
    return EvidenceError(f"the model cannot be read: {why}", about=folder.name, reason="file-unreadable",
                         remedy="It needs config.json, a tokenizer (tokenizer.json) and all safetensors weights of a causal language model.")


def _digest(folder: Path) -> str:
    """Name the model by the names and bytes of all its files."""
    told = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            told.update(f"{path.relative_to(folder).as_posix()}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return "sha256:" + told.hexdigest()
