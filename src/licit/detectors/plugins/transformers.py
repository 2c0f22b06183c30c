"""Transformers for token classification, such as a BERT trained on names (``pip install 'licit[transformers]'``).

Rules kept here:

- Weights are safetensors: no file of a model is run as code.
- A long text is read in windows that overlap, and each token is judged in the window where it has most around it; so no
  finding is lost or cut at a border, and nothing is truncated.
- Each window is read alone, unpadded, so that what a text gives does not depend on the texts beside it.
- A word is one: it has the label of its surest piece that has one.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from licit.core.errors import SetupError, UnavailableError
from licit.core.spans import Span

from ._model import ModelSettings, absent, mapped, readable, stay_offline, trimmed

_MOST = 512
_BEGINS = re.compile(r"[BSU]-")
_PREFIX = re.compile(r"[BILESU]-")


class TokenClassifier:
    """Finds what a token classifier marks."""

    def __init__(self, settings: ModelSettings, tokenizer: Any, model: Any, version: str) -> None:
        self.name, self.version = settings.name, f"transformers-{version}"
        self.languages = frozenset(settings.languages)
        tags = [str(model.config.id2label[number]) for number in range(model.config.num_labels)]
        own = [_PREFIX.sub("", tag) for tag in tags]
        ours = mapped(settings, {label for label in own if label.upper() != "O"})
        self.labels = frozenset(ours.values())
        self.digest = settings.digest(self.version)
        self._tags = [(ours.get(label, ""), bool(_BEGINS.match(tag))) for tag, label in zip(tags, own, strict=True)]
        self._tokenizer, self._model = tokenizer, model
        self._before, self._after = _special(tokenizer)
        longest = min(tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", None) or _MOST, _MOST)
        #: Positions of some models (RoBERTa) begin after the padding's.
        self._size = longest - len(self._before) - len(self._after) - 2
        self._step = max(1, self._size * 3 // 4)
        if self._size < 8:
            raise SetupError("the model reads fewer than eight tokens at a time", about=settings.name)

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Find spans in each text."""
        return [tuple(self._look(readable(text))) if text.strip() else () for text in texts]

    def _look(self, text: str) -> Iterator[Span]:
        encoded = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False)
        ids, places, words = encoded["input_ids"], encoded["offset_mapping"], encoded.word_ids()
        if len(places) != len(ids) or any(end > len(text) for _, end in places):
            raise UnavailableError("the tokeniser does not say where its tokens stand", about=self.name)
        label, begun, sure = "", (0, 0), 0.0
        for (start, end), (found, begins, share) in _by_word(zip(places, words, self._judged(ids), strict=True)):
            start, end = trimmed(text, start, end)
            if label and (found != label or begins):
                yield self._span(label, begun, sure)
                label = ""
            if found and start < end:
                begun, sure = ((begun[0], end), min(sure, share)) if label else ((start, end), share)
                label = found
        if label:
            yield self._span(label, begun, sure)

    def _span(self, label: str, place: tuple[int, int], sure: float) -> Span:
        return Span(start=place[0], end=place[1], label=label, detector=self.name, score=max(1, min(100, round(100 * sure))))

    def _judged(self, ids: Sequence[int]) -> Iterator[tuple[str, bool, float]]:
        """Give for each token our label ("" for none), whether it begins something, and how sure that is."""
        import torch

        size, step = self._size, self._step
        starts = [0] if len(ids) <= size else [*range(0, len(ids) - size, step), len(ids) - size]
        for number, start in enumerate(starts):
            window, lead = [*self._before, *ids[start:start + size], *self._after], len(self._before)
            with torch.inference_mode():
                scores = self._model(input_ids=torch.tensor([window])).logits[0].softmax(-1)
            best, tags = (column.tolist() for column in scores.max(-1))
            # The middle between two windows parts what each of them judges.
            first = 0 if not number else (starts[number - 1] + size + start) // 2
            last = len(ids) if number + 1 == len(starts) else (start + size + starts[number + 1]) // 2
            for at in range(first, last):
                label, begins = self._tags[tags[lead + at - start]]
                yield label, begins, best[lead + at - start]


def _special(tokenizer: Any) -> tuple[list[int], list[int]]:
    """Give the special tokens that stand before and after a text."""
    bare, whole = (list(tokenizer("a b", add_special_tokens=special)["input_ids"]) for special in (False, True))
    for at in range(len(whole) - len(bare) + 1):
        if whole[at:at + len(bare)] == bare:
            return whole[:at], whole[at + len(bare):]
    raise SetupError("the tokeniser changes its tokens when it puts special ones beside them")


def _by_word(tokens: Any) -> Iterator[tuple[tuple[int, int], tuple[str, bool, float]]]:
    """Put the pieces of each word together; a piece without a word stands alone."""
    place, word, told = (0, 0), None, [("", False, 0.0)]
    begun = False
    for (start, end), number, judged in tokens:
        if begun and number is not None and number == word and start <= place[1]:
            place, told = (place[0], end), [*told, judged]
            continue
        if begun:
            yield place, _word(told)
        place, word, told, begun = (start, end), number, [judged], True
    if begun:
        yield place, _word(told)


def _word(pieces: Sequence[tuple[str, bool, float]]) -> tuple[str, bool, float]:
    label, _, share = max((piece for piece in pieces if piece[0]), key=lambda piece: piece[2], default=pieces[0])
    return label, pieces[0][1], share


def load(settings: ModelSettings) -> TokenClassifier:
    """Load a token classifier and its tokeniser from their folder.

    Raises:
        SetupError: the libraries are not installed, the folder holds no such model, or its tokeniser gives no places.
    """
    stay_offline()
    try:
        import transformers
        from transformers import AutoModelForTokenClassification, AutoTokenizer
    except ImportError:
        raise absent(settings, "transformers") from None
    import torch

    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)  # a process for each core is licit's own way to use them; the same sums then, whatever their number
    only = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(settings.path, use_fast=True, **only)
        model = AutoModelForTokenClassification.from_pretrained(settings.path, use_safetensors=True, **only).eval()
    except Exception as error:  # whatever a damaged folder makes the library say
        raise SetupError(f"the folder holds no token classifier that can be loaded ({type(error).__name__})", about=settings.name,
                         remedy="Save model and tokeniser with save_pretrained, as safetensors.") from error
    if not tokenizer.is_fast:
        raise SetupError("the model's tokeniser does not say where its tokens stand", about=settings.name,
                         remedy="Save a fast tokeniser (tokenizer.json) beside the model.")
    return TokenClassifier(settings, tokenizer, model, transformers.__version__)
