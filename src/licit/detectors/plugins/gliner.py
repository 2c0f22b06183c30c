"""GLiNER models: what is asked for by name in the settings (``pip install 'licit[gliner]'``).

The names asked for are those of ``[model.labels]``, each with the label it stands for.

Rules kept here:

- A long text is read in windows of as many words as the model takes, which overlap; a word that alone is too long makes
  the text one that could not be looked at. Where the library says that it cut something off, so too.
- Each window is read alone, so that what a text gives does not depend on the texts beside it.
"""

import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from licit.core.errors import SetupError, UnavailableError
from licit.core.spans import Span

from ._model import ModelSettings, absent, joined, mapped, readable, stay_offline, trimmed

_MOST, _ENDLESS = 512, 1_000_000


class GlinerModel:
    """Finds what a GLiNER model is asked for."""

    def __init__(self, settings: ModelSettings, model: Any, library: str) -> None:
        self.name, self.version = settings.name, f"gliner-{library}"
        self.languages = frozenset(settings.languages)
        self._ours = mapped(settings, settings.labels)
        self.labels = frozenset(self._ours.values())
        self.digest = settings.digest(self.version)
        self._model, self._asked, self._threshold = model, sorted(self._ours), settings.threshold / 100
        self._tokenizer = model.data_processor.transformer_tokenizer
        self._words = int(model.config.max_len)
        self._long = lru_cache(1 << 16)(lambda word: len(self._tokenizer.tokenize(word)) or 1)
        own = getattr(self._tokenizer, "model_max_length", _ENDLESS)
        positions = getattr(getattr(model.config, "encoder_config", None), "max_position_embeddings", 0) or _MOST
        prompt = sum(self._long(label) + 1 for label in self._asked) + 8
        self._tokens = (own if own < _ENDLESS else positions) - prompt
        if self._tokens < 8 or self._words < 8:
            raise SetupError("so many labels leave the model no room for text", about=settings.name, remedy="Ask for fewer.")

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Find spans in each text.

        Raises:
            UnavailableError: a word is longer than the model can read, or it cut something off.
        """
        return [self._look(readable(text)) for text in texts]

    def _look(self, text: str) -> tuple[Span, ...]:
        found = []
        for start, end in self._windows(text):
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                told = self._model.predict_entities(text[start:end], self._asked, threshold=self._threshold)
            if any("truncat" in str(one.message) for one in said):
                raise UnavailableError("the model cut off part of a window", about=self.name)
            for entity in told:
                first, last = trimmed(text, start + entity["start"], start + entity["end"])
                if first < last:
                    found.append(Span(start=first, end=last, label=self._ours[entity["label"]], detector=self.name,
                                      score=max(1, min(100, round(100 * float(entity["score"]))))))
        return joined(found)

    def _windows(self, text: str) -> Iterator[tuple[int, int]]:
        words = [(start, end) for _, start, end in self._model.data_processor.words_splitter(text)]
        first = 0
        while first < len(words):
            last, tokens = first, 0
            while last < len(words) and last - first < self._words:
                tokens += self._long(text[words[last][0]:words[last][1]])
                if tokens > self._tokens:
                    break
                last += 1
            if last == first:
                raise UnavailableError("a word is longer than the model can read", about=self.name)
            yield words[first][0], words[last - 1][1]
            if last == len(words):
                return
            first = max(first + 1, last - max(1, (last - first) // 4))


def load(settings: ModelSettings) -> GlinerModel:
    """Load a GLiNER model from its folder.

    Raises:
        SetupError: GLiNER is not installed, or the folder holds no such model, or no label is asked for.
    """
    stay_offline()
    try:
        import torch
        from gliner import GLiNER
    except ImportError:
        raise absent(settings, "gliner") from None
    torch.set_num_threads(1)  # as for transformers
    try:
        model = GLiNER.from_pretrained(str(settings.path), local_files_only=True, load_tokenizer=True).eval()
    except Exception as error:  # whatever a damaged folder makes the library say
        raise SetupError(f"the folder holds no GLiNER model that can be loaded ({type(error).__name__})", about=settings.name,
                         remedy="Save it with save_pretrained.") from error
    return GlinerModel(settings, model, version("gliner"))
