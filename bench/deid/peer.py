"""A peer at work: runs in the peers' environment, alone in its process, and writes what it found and how long it took.

Usage: python peer.py JOB.json

A job names the system, the sets (files of ``{"text", "language"}`` lines) and where to write. Nothing of licit is imported.
Times are of this process's CPU, after it has warmed up, texts in memory, results in Python's own values.
"""

import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "fr", "es")
_BATCH = 256
_WARM = 40

Spans = list[tuple[int, int, str, float]]
Look = Callable[[Sequence[str], Sequence[str]], list[Spans]]
#: What finds, what says who it is, and what is timed where its users run something else than what gives places.
System = tuple[Look, str, Callable[[Sequence[str]], object] | None]


def main() -> None:
    """Do the job."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    look, about, timed = _SYSTEMS[job["system"]](job)
    Path(job["out"]).write_text(json.dumps({"about": about, "sets": run(look, job, timed)}), encoding="utf-8")


def run(look: Look, job: dict[str, Any], timed: Callable[[Sequence[str]], object] | None = None) -> dict[str, Any]:
    """Look at every set; give spans, seconds and bytes of each."""
    out = {}
    for name, file in job["sets"].items():
        rows = [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]
        texts, languages = [row["text"] for row in rows], [row["language"] for row in rows]
        look(texts[:_WARM], languages[:_WARM])
        wall, cpu = time.perf_counter(), time.process_time()
        spans = timed(texts) if timed else look(texts, languages)
        took = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        spans = look(texts, languages) if timed else spans
        out[name] = took | {"spans": spans, "bytes": sum(len(text.encode()) for text in texts)}
        if len(spans) != len(texts):
            raise RuntimeError(f"{name}: {len(spans)} answers for {len(texts)} texts")
    return out


def _presidio(job: dict[str, Any], packs: bool = False) -> System:
    import spacy
    import tldextract
    from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
    from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

    # The list of suffixes that comes with the package; it would look for a newer one on the network.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
    spacy.Language.component("form_as_lemma", func=_form_as_lemma)

    class Given(SpacyNlpEngine):
        def load(self) -> None:
            self.nlp = {}
            for language in LANGUAGES:
                one = spacy.load(Path(job["model"]) / language) if job.get("model") else spacy.blank(language)
                one.add_pipe("form_as_lemma", last=True)
                self.nlp[language] = one

    known = NerModelConfiguration(model_to_presidio_entity_mapping={
        "PERSON": "PERSON", "LOCATION": "LOCATION", "ORGANISATION": "ORGANIZATION", "DATE": "DATE_TIME", "CASE_NUMBER": "CASE_NUMBER"})
    engine = Given(models=[{"lang_code": one, "model_name": one} for one in LANGUAGES], ner_model_configuration=known)
    engine.load()
    given = RecognizerRegistryProvider(registry_configuration=_registry(packs), nlp_engine=engine).create_recognizer_registry()
    names = {type(one).__name__ for one in given.recognizers}
    if not job.get("model"):
        given.recognizers = [one for one in given.recognizers if type(one).__name__ != "SpacyRecognizer"]
    elif "SpacyRecognizer" not in names:
        raise RuntimeError("the NER is not among the recognisers")
    batch = BatchAnalyzerEngine(AnalyzerEngine(registry=given, nlp_engine=engine, supported_languages=list(LANGUAGES)))

    def look(texts: Sequence[str], languages: Sequence[str]) -> list[Spans]:
        out: list[Spans] = []
        for language, run in groupby(zip(texts, languages, strict=True), lambda one: one[1]):
            here = [text for text, _ in run]
            found = batch.analyze_iterator(here, language if language in LANGUAGES else "en", batch_size=_BATCH)
            out += [[(one.start, one.end, one.entity_type, one.score) for one in each] for each in found]
        return out

    return look, f"presidio-analyzer {version('presidio-analyzer')}, spacy {version('spacy')}, {len(names)} recognisers", None


def _form_as_lemma(doc: Any) -> Any:
    """Presidio looks for context words among lemmas; without a lemmatiser the word's lower-cased form must do."""
    for token in doc:
        token.lemma_ = token.lower_
    return doc


def _registry(packs: bool) -> dict[str, Any]:
    import presidio_analyzer
    import yaml

    file = Path(presidio_analyzer.__file__).parent / "conf" / "default_recognizers.yaml"
    conf = yaml.safe_load(file.read_text(encoding="utf-8"))
    conf["supported_languages"] = list(LANGUAGES)
    for one in conf["recognizers"]:
        if one["name"] == "CreditCardRecognizer":
            # It names its languages, and French is not among them; whoever sets it up for French adds it.
            one["supported_languages"].append({"language": "fr"})
    if packs:
        for one in conf["recognizers"]:
            if one.get("country_code"):
                one |= {"enabled": True, "supported_languages": list(LANGUAGES)}
    return conf


def _spacy(job: dict[str, Any]) -> System:
    import spacy

    models = {language: spacy.load(Path(job["model"]) / language) for language in LANGUAGES}

    def look(texts: Sequence[str], languages: Sequence[str]) -> list[Spans]:
        out: list[Spans] = []
        for language, run in groupby(zip(texts, languages, strict=True), lambda one: one[1]):
            docs = models[language if language in LANGUAGES else "en"].pipe([text for text, _ in run], batch_size=_BATCH)
            out += [[(one.start_char, one.end_char, one.label_, 1.0) for one in doc.ents] for doc in docs]
        return out

    return look, f"spacy {version('spacy')}, its default NER", None


def _datatrove(job: dict[str, Any]) -> System:
    from datatrove.pipeline.formatters.pii import PIIFormatter

    formatter = PIIFormatter()
    kinds = (("EMAIL_ADDRESS", formatter.emails_replacer), ("IP_ADDRESS", formatter.ip_replacer))

    def look(texts: Sequence[str], languages: Sequence[str]) -> list[Spans]:
        return [[(one.start(), one.end(), kind, 1.0) for kind, each in kinds for one in re.finditer(each.regex, text)
                 if each.validator is None or each.validator(one.group())] for text in texts]

    # It gives no places; they are taken from its own patterns and checks.
    return look, f"datatrove {version('datatrove')}, PIIFormatter", lambda texts: [formatter.format(text) for text in texts]


_SYSTEMS: dict[str, Callable[[dict[str, Any]], System]] = {
    "presidio": _presidio, "presidio-spacy": _presidio, "presidio-packs": lambda job: _presidio(job, packs=True),
    "spacy": _spacy, "datatrove": _datatrove}


if __name__ == "__main__":
    main()
