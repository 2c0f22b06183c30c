"""The sweep: what was found once is found wherever it stands again, and common words stay words."""

import re
import unicodedata
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.core.spans import Span, settle
from licit.pipeline.deidentify import DeidentifySettings as Settings
from licit.pipeline.deidentify import replace_all, sweep_names
from licit.testing import FailingDetector

WORDS = st.lists(st.sampled_from(["Camille", "CAMILLE", "camille", "İlker", "ilker", "Élise", "ELISE", "E\u0301lise", "Li", "Kim",
                                  "\u212aim", "Exemple", "exemples", "et"]), max_size=7).map(" ".join)


def plain(word):
    """Fold a word in the long way."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


def at(text, words, label="PERSON"):
    """Give the one finding of these words."""
    start = text.index(words)
    return Span(start=start, end=start + len(words), label=label, detector="x", score=80)


def swept(said, *texts, label="PERSON"):
    """Sweep texts for what was found in the first line, and give what was found in the others."""
    line, words = said
    found = sweep_names([line, *texts], [(at(line, words, label),), *[()] * len(texts)])
    return [text[span.start:span.end] for text, spans in zip(texts, found[1:], strict=True) for span in spans]


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=3), st.data())
def test_the_sweep_misses_nothing(texts, data):
    """Every part of a found name of three letters or more is masked in all texts, and nothing found is lost."""
    found = []
    for text in texts:
        places = [match.span() for match in re.finditer(r"[\w\u0301]+(?: [\w\u0301]+)?", text)]
        chosen = data.draw(st.sets(st.sampled_from(places), max_size=2)) if places else set()
        found.append(settle(Span(start=a, end=b, label="PERSON", detector="x", score=80) for a, b in chosen))
    names = {plain(word) for text, spans in zip(texts, found, strict=True) for span in spans
             for word in text[span.start:span.end].split() if word != "et"}
    masked = [{i for span in spans for i in range(span.start, span.end)} for spans in sweep_names(texts, found)]
    for text, spans, places in zip(texts, found, masked, strict=True):
        assert {i for span in spans for i in range(span.start, span.end)} <= places
        for match in re.finditer(r"[\w\u0301]+", text):
            word = match.group()
            if plain(word) in names and len(plain(word)) >= 3 and (not word.islower() or len(word) > 4):
                assert set(range(*match.span())) <= places, word


@pytest.mark.parametrize("text", [
    "demande à Élodie", "ELODIE arrive", "elodie arrive", "Elodie's coat", "d'Elodie", "Élo\u200bdie", "E\u0301lodie", "Elоdie",
    "Mme Exemple", "E. E.", "E.E.", "Elodie E.", "Exemple Élodie", "eexemple84", "elodie_exemple", "ElodieExemple", "xx_elodie_12"])
def test_a_name_is_found_however_it_is_written(text):
    """Case, accents, joiners, look-alike letters, parts, initials, possessives and handles are one person."""
    assert swept(("Je m'appelle Élodie Exemple.", "Élodie Exemple"), text)


@pytest.mark.parametrize(("name", "text"), [
    ("Rose Exemple", "une rose et du vin rose"), ("Pierre Exemple", "une pierre"), ("Nice Exemple", "Nice to meet you"),
    ("Orange Exemple", "an orange"), ("Will Exemple", "I will. Will you?"), ("Marc Li", "le marc de café"),
    ("Jean de la Fontaine", "de la table"), ("M. Dupuis", "M. le maire"), ("Li Na", "le lit, la nappe"), ("Ann Ex", "annexe")])
def test_a_common_word_stays_a_word(name, text):
    """A name that is a word too does not mask the word."""
    assert not swept((f"C'est {name}.", name), text)


def test_an_address_spells_a_name():
    """First and last name of an address are looked for with their capitals; an office's words are not."""
    assert swept(("à camille.modele@example.org", "camille.modele@example.org"), "Camille, tu viens ?", label="EMAIL")
    assert not swept(("à info.support@example.org", "info.support@example.org"), "Support et Info", label="EMAIL")


def test_a_number_found_once_is_found_again():
    """A number that its context gave away is found where it stands bare, spaced in another way."""
    assert swept(("dossier 4471 9932 B", "4471 9932 B"), "et 4471-9932-b ?", label="CASE_NUMBER") == ["4471-9932-b"]


def test_a_label_that_is_replaced_wins_over_one_that_is_not():
    """A name that is found as a place elsewhere is masked there too."""
    texts = ["Florence Exemple", "Avec Florence."]
    place = at(texts[1], "Florence", "LOCATION")
    found = sweep_names(texts, [(at(texts[0], texts[0]),), (place,)], {"PERSON"})
    assert [span.label for span in found[1]] == ["PERSON"]


def test_a_shorter_name_at_the_end_of_a_text_is_found():
    """A text that ends where a longer name would go on is looked at like any other."""
    texts = ["Aaa Bbb Ccc Ddd", "Aaa Bbb", "dit Aaa Bbb"]
    found = sweep_names(texts, [(at(texts[0], texts[0]),), (at(texts[1], texts[1]),), ()])
    assert (found[2][0].start, found[2][-1].end) == (4, 11)


def test_a_name_inside_what_stays_is_found_again():
    """A name that stands in an address which is not replaced is masked there."""
    texts = ["Florence Exemple", "12 rue Exemple"]
    found = sweep_names(texts, [(at(texts[0], texts[0]),), (at(texts[1], texts[1], "ADDRESS"),)], {"PERSON"})
    assert "Exemple" in [texts[1][span.start:span.end] for span in found[1] if span.label == "PERSON"]


def test_many_names_take_time_by_the_text():
    """Eight times the names in eight times the text take about eight times the time, not sixty-four times."""
    def took(size):
        names = [f"Ka{i:x}lo Ve{i:x}ra".translate(str.maketrans("0123456789", "ghijklmnop")) for i in range(size)]
        text = "\n".join([*names, *(name.lower() for name in names)])
        place, spans = 0, []
        for name in names:
            spans.append(Span(start=place, end=place + len(name), label="PERSON", detector="x"))
            place += len(name) + 1
        begun = process_time()
        assert len(sweep_names([text], [tuple(spans)])[0]) >= 2 * size
        return process_time() - begun

    assert min(took(8_000) for _ in range(2)) < 24 * max(min(took(1_000) for _ in range(2)), 0.02)


def test_a_failing_detector_without_texts_ends():
    """Nothing to look at is nothing to fail on, and no endless halving."""
    failing = FailingDetector()
    assert [m.reason for m in replace_all(["a", "b"], [[], ["x"]], ["", ""], (failing,), Settings(), b"k" * 32)] == [
        "", "detector-failed"]
