"""What every model of others needs: its settings and files, its labels in our words, windows over long texts.

Rules kept here:

- A model lies in a folder of this machine; nothing is fetched.
- Each label of the model is one of ours or is left out by name; nobody guesses.
- A window's findings are joined with its neighbours', so that none is lost at a border.
"""

import functools
import hashlib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from licit.core.errors import SetupError, misnamed
from licit.core.ids import settings_key
from licit.core.spans import LABELS, Span

_HALF = re.compile("[\ud800-\udfff]")
_FIELDS = {"name": str, "kind": str, "path": str, "languages": list, "labels": dict, "score": int, "threshold": int}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """One model of a settings file.

    ``labels`` maps the model's labels to ours ("": left out); ``score`` (0 to 100) is what a finding is given where the
    model gives none; ``threshold`` (0 to 100) is how sure a model that says so must be.
    """

    name: str
    kind: str
    path: Path
    languages: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    score: int = 70
    threshold: int = 50

    def digest(self, *libraries: str) -> str:
        """Give the digest of the model's files, of these settings, of the code shared by models, and of some libraries."""
        facts = [self.kind, str(self.score), str(self.threshold), *(f"{a}={b}" for a, b in sorted(self.labels.items())),
                 *(f"lang:{language}" for language in self.languages), *libraries]
        shared = [file.read_text(encoding="utf-8") for file in (Path(__file__), Path(__file__).with_name("labels.toml"))]
        return settings_key([*facts, *shared, *_files(self.path)])


def read_settings(path: Path) -> tuple[ModelSettings, ...]:
    """Read a settings file: a ``[[model]]`` for each, with its name, kind, path, and what else there is to say.

    Raises:
        SetupError: the file cannot be read, or says what no model can be told.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError(f"the settings of models cannot be read: {error.strerror}", about=path.name) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"the settings of models are not TOML: {error}", about=path.name) from None
    models = data.get("model", [])
    if wrong := misnamed(data, ("model",), path.name):
        raise SetupError(wrong, about=path.name, remedy="Each model is a section [[model]].")
    return tuple(_model(path, given) for given in models)


def _model(file: Path, given: Any) -> ModelSettings:
    def wrong(what: str) -> SetupError:
        return SetupError(what, about=f"{file.name}: {given.get('name', 'a model') if isinstance(given, dict) else 'a model'}",
                          remedy="See docs/howto/add-a-detector.md.")

    if not isinstance(given, dict):
        raise wrong("a model is a section [[model]]")
    if said := misnamed(given, _FIELDS, "a model"):
        raise wrong(said)
    for name, kind in _FIELDS.items():
        if name in given and (not isinstance(given[name], kind) or isinstance(given[name], bool)):
            raise wrong(f"{name} must be a {kind.__name__}")
    if missing := [name for name in ("name", "kind", "path") if not given.get(name)]:
        raise wrong(f"{missing[0]} is not said")
    labels = given.get("labels", {})
    if unknown := sorted({str(label) for label in labels.values()} - {*LABELS, ""}):
        raise wrong(f"{unknown[0]} is no label")
    if not all(0 <= given.get(name, 0) <= 100 for name in ("score", "threshold")):
        raise wrong("score and threshold lie between 0 and 100")
    folder = (file.parent / given["path"]).resolve()
    if not folder.is_dir():
        raise wrong("there is no such folder of a model")
    return ModelSettings(**{**given, "path": folder, "languages": tuple(map(str, given.get("languages", ())))})


def _files(folder: Path) -> Iterator[str]:
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        with file.open("rb") as stream:
            yield f"{file.relative_to(folder).as_posix()}:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def stay_offline() -> None:
    """Forbid the libraries to ask a hub, before they are loaded."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ[name] = "1"


def absent(settings: ModelSettings, extra: str) -> SetupError:
    """Give the error for a library that is not installed."""
    return SetupError(f"the library for models of the kind {settings.kind} is not installed", about=settings.name,
                      remedy=f"pip install 'licit[{extra}]', or take the model out of the plan.")


@functools.cache
def _usual() -> dict[str, str]:
    return tomllib.loads(Path(__file__).with_name("labels.toml").read_text(encoding="utf-8"))


def mapped(settings: ModelSettings, own: Iterable[str]) -> dict[str, str]:
    """Give our label for each label of a model; one that is left out is not in it.

    Raises:
        SetupError: a label that nobody mapped, or a mapping of one that the model does not have.
    """
    known = sorted(set(own))
    if wrong := misnamed(settings.labels, known, "the model"):
        raise SetupError(wrong, about=settings.name, remedy="Mend [model.labels].")
    out = {label: settings.labels.get(label, _usual().get(label.upper().replace("_", " ").replace("-", " "))) for label in known}
    if unknown := [label for label, ours in out.items() if ours is None]:
        raise SetupError(f"nobody says what these labels of the model are: {', '.join(unknown)}", about=settings.name,
                         remedy='Map each in [model.labels] to one of licit, or to "" to leave it out.')
    told = {label: ours for label, ours in out.items() if ours}
    if not told:
        raise SetupError("every label of the model is left out, so it would find nothing", about=settings.name)
    return told


def readable(text: str) -> str:
    """Put a mark in the place of each half of a surrogate pair, which no tokeniser takes; places stay the same."""
    return text if text.isascii() else _HALF.sub("\ufffd", text)


def windows(text: str, size: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Cut a text into windows of at most so many characters that overlap, between words where there are gaps."""
    start = 0
    while True:
        end = min(start + size, len(text))
        if end < len(text):
            gap = max(text.rfind(" ", end - overlap, end), text.rfind("\n", end - overlap, end))
            end = gap if gap > start else end
        yield start, end
        if end == len(text):
            return
        back = max(end - overlap, start + 1)
        gap = text.find(" ", back, end)
        start = gap + 1 if gap >= 0 else back


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Make one of spans of one label that overlap: what two windows saw of one thing."""
    out: dict[str, list[Span]] = {}
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        own = out.setdefault(span.label, [])
        if own and span.start < own[-1].end:
            own[-1] = replace(own[-1], end=max(own[-1].end, span.end), score=max(own[-1].score, span.score))
        else:
            own.append(span)
    return tuple(sorted((span for own in out.values() for span in own), key=lambda s: (s.start, s.end, s.label)))


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out white space at both ends of a place."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
