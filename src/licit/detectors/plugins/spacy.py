"""spaCy pipelines: whatever a pipeline of this machine calls an entity (``pip install 'licit[spacy]'``).

Rules kept here:

- Each window is read alone, so that what a text gives does not depend on the texts beside it.
- A finding's place is the pipeline's own, in characters of the text as it was given.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from licit.core.errors import SetupError, UnavailableError
from licit.core.spans import Span

from ._model import ModelSettings, absent, joined, mapped, readable, trimmed, windows

_WINDOW, _OVERLAP = 20_000, 500


class SpacyModel:
    """Finds what a spaCy pipeline marks as entities."""

    def __init__(self, settings: ModelSettings, pipeline: Any, version: str) -> None:
        self.name, self.version = settings.name, f"spacy-{version}"
        self.languages = frozenset(settings.languages)
        self._own = frozenset(label for name in pipeline.pipe_names if pipeline.get_pipe_meta(name).factory in _FINDERS
                              for label in pipeline.get_pipe(name).labels)
        self._ours = mapped(settings, self._own)
        self.labels = frozenset(self._ours.values())
        self.digest = settings.digest(self.version)
        self._pipeline, self._score = pipeline, settings.score

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Find spans in each text.

        Raises:
            UnavailableError: the pipeline marked something with a label that it did not declare.
        """
        zone = getattr(self._pipeline, "memory_zone", nullcontext)
        with zone():
            return [self._look(readable(text)) for text in texts]

    def _look(self, text: str) -> tuple[Span, ...]:
        found = []
        for start, end in windows(text, _WINDOW, _OVERLAP):
            if not text[start:end].strip():
                continue
            read = self._pipeline(text[start:end])
            for entity in (*read.ents, *(span for group in read.spans.values() for span in group)):
                if entity.label_ not in self._own:
                    raise UnavailableError("the pipeline marked something with a label that nobody mapped", about=self.name)
                first, last = trimmed(text, start + entity.start_char, start + entity.end_char)
                if entity.label_ in self._ours and first < last:
                    found.append(Span(start=first, end=last, label=self._ours[entity.label_], detector=self.name, score=self._score))
        return joined(found)


#: The parts of a pipeline that mark entities.
_FINDERS = frozenset({"ner", "beam_ner", "entity_ruler", "span_ruler", "future_entity_ruler", "spancat", "spancat_singlelabel"})


def load(settings: ModelSettings) -> SpacyModel:
    """Load a pipeline from its folder.

    Raises:
        SetupError: spaCy is not installed, the folder holds no pipeline, or it finds nothing that anybody named.
    """
    try:
        import spacy
    except ImportError:
        raise absent(settings, "spacy") from None
    try:
        pipeline = spacy.load(settings.path)
    except Exception as error:  # whatever a damaged folder makes spaCy say
        raise SetupError(f"the folder holds no spaCy pipeline that can be loaded ({type(error).__name__})", about=settings.name,
                         remedy="Save it with nlp.to_disk, under this version of spaCy.") from error
    return SpacyModel(settings, pipeline, spacy.__version__)
