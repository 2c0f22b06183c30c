"""Further readings of a text: what hides behind escapes, look-alike letters and base64 is found where it stands."""

import base64
import re
from time import process_time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licit.core.spans import Span
from licit.pipeline.deidentify import DeidentifySettings, find_all, replace_all
from licit.pipeline.reading import TooDeepError, hiding, readings

MAIL = "camille.modele@example.org"


class Mails:
    """Finds plain addresses only, and one name."""

    name, version, labels, languages = "mails", "1", frozenset({"EMAIL", "PERSON"}), frozenset[str]()

    def find(self, texts, languages):
        """Find by pattern."""
        return [tuple(Span(start=m.start(), end=m.end(), label="EMAIL" if "@" in m.group() else "PERSON", detector="mails")
                      for m in re.finditer(r"[a-z.]+@[a-z]+\.[a-z]+|Camille", text)) for text in texts]


def coded(words, times=1):
    return words if not times else coded(base64.b64encode(words.encode()).decode(), times - 1)


@pytest.mark.parametrize("hidden", [
    "camille.modele&#64;example.org", "camille.modele&#x40;example.org", "camille.modele&commat;example.org",
    "camille.modele%40example.org", "camille.modele%2540example.org", "camille.modele\\u0040example.org",
    "camille.modele\\x40example.org", "c&#97;mille&period;modele&amp;#64;ex%61mple.org", "cаmille.modele@examрle.org", coded(MAIL),
    coded(MAIL).rstrip("="), coded(f"Écrire à {MAIL}, merci — 🙂").replace("+", "-").replace("/", "_"), coded(MAIL, 3),
    quote(coded(MAIL)), coded(quote(MAIL, safe=""))])
def test_what_is_hidden_is_found_where_it_stands(hidden):
    """The place told is exactly that of the hidden address, behind letters that take more than one byte."""
    text = f"Voilà 👩🏽‍🚀 : {hidden} ; fin"
    (found,) = find_all((Mails(),), [text], [""])
    start = text.index(hidden)
    covered = {i for span in found or () for i in range(span.start, span.end)}
    assert set(range(start, start + len(hidden.rstrip("=")))) <= covered <= set(range(start, start + len(hidden)))
    assert MAIL not in repr(readings(text))


def test_a_base64_run_over_lines_is_masked_whole():
    """A wrapped run is read together, and the word behind it is not part of it."""
    run = base64.encodebytes(f"{'x' * 80} {MAIL} {'y' * 60}".encode()).decode()
    text = f"{run}END"
    (masked,) = replace_all(["r"], [[text]], [""], (Mails(),), DeidentifySettings(), b"k" * 32)
    assert re.fullmatch(r"\[EMAIL_\w{5}\]\nEND", masked.texts[0])


@pytest.mark.parametrize("text", ["internationalisation", "/usr/local/lib/python3/site-packages", "a" * 64, "0" * 40,
                                  "100 % & more \\ done", "Москва и Кельн", "https://example.org/a-long-path-with-many-words", ""])
def test_an_ordinary_text_is_read_once(text):
    """Long words, paths, hashes and other scripts are no second text."""
    assert all(MAIL not in chain[-1].words and chain[-1].whole is None for chain in readings(text))
    assert not find_all((Mails(),), [text], [""])[0]


def test_what_is_nested_too_deep_is_held():
    """Base64 in base64 beyond what is read is no clean text."""
    with pytest.raises(TooDeepError):
        readings(coded(MAIL, 5))
    masked = replace_all(["r", "s"], [[coded(MAIL, 5)], ["Camille"]], ["", ""], (Mails(),), DeidentifySettings(), b"k" * 32)
    assert [m.reason for m in masked] == ["detector-failed", ""]


PIECES = st.lists(st.sampled_from(["a", "é", "🙂", "&eacute;", "&#64;", "%C3%A9", "%40", "\\u00e9", "&", "%", "\\ud83d\\ude42", "а", " "]),
                  max_size=30).map("".join)


@given(PIECES)
def test_every_place_of_a_reading_leads_back(text):
    """Places lead back in order, inside the text, and the whole of a reading to the whole of the text."""
    for chain in readings(text):
        words = chain[-1].words
        at = 0
        for start in range(len(words)):
            left, right = start, start + 1
            for reading in reversed(chain):
                left, right = reading.back(left, right)
            assert at <= right
            assert 0 <= left < right <= len(text)
            at = right
        left, right = 0, len(words)
        for reading in reversed(chain):
            left, right = reading.back(left, right)
        assert (left, right) == (0, len(text)) or not words


@pytest.mark.parametrize("piece", ["&#64;", "%40", "aaaa@", "A" * 16 + "\n", "A" * 64 + "\n", "=" * 16, "A" * 16 + "===", "аa", "&amp;"])
def test_reading_takes_time_by_the_text(piece):
    """No pattern costs more than its length."""
    def took(size):
        text = piece * (size // len(piece))
        begun = process_time()
        readings(text)
        return process_time() - begun

    assert took(400_000) < 10 * max(took(100_000), 0.02)


@given(st.lists(PIECES | st.sampled_from([coded(MAIL), coded(MAIL)[:15], "x" * 15, ""]), max_size=6))
def test_no_text_with_a_further_reading_is_passed_over(texts):
    """Whatever has a further reading is among the texts that are read again, and no run is made of two texts."""
    found = hiding(texts)
    assert {i for i, text in enumerate(texts) if readings(text)} <= set(found)
    assert hiding(["x" * 15, "y" * 15]) == []
