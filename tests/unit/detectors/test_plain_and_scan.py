"""Plain text and the scan: places survive any script, and a scan that did not run is never a clean text."""

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.detectors import _tokens
from licit.detectors._plain import CrossingError, fold, plain
from licit.detectors._scan import Rule, Scan, spans, wider
from licit.detectors._tokens import hash_words, tokens

WORD = Rule(label="PERSON", shape="(?i)camille")


def _places(texts, rule=WORD):
    page = plain(texts)
    return [[text[s.start:s.end] for s in found] for text, found in
            zip(texts, spans(page, Scan([rule]).hits(page), "x"), strict=True)]


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=6))
@settings(max_examples=150, deadline=None)
def test_a_word_is_found_at_its_place_whatever_stands_around(pairs):
    """Any code points before and after, in any text of a batch."""
    texts = [f"{before} camille {after}" for before, after in pairs]
    for text, found in zip(texts, _places(texts), strict=True):
        assert any(word.startswith("camille") for word in found), repr(text)


@given(st.lists(st.text(max_size=40), max_size=5))
@settings(max_examples=150, deadline=None)
def test_every_place_leads_back_into_its_text(texts):
    """Every kept character maps to a place inside its own text."""
    page = plain(texts)
    at = [i for i, byte in enumerate(page.data) if byte]
    which, starts, ends = page.places(at, [i + 1 for i in at])
    assert all(0 <= a < b <= len(texts[w]) for w, a, b in zip(which, starts, ends, strict=True))


def test_marks_and_joiners_belong_to_what_they_follow():
    """A span takes along what shows nothing at its end."""
    assert _places(["Cami\u0301lle\u0301\u200d !"]) == [["Cami\u0301lle\u0301\u200d"]]


@pytest.mark.parametrize(("text", "folded"), [
    ("Élodie", "Elodie"), ("ＡＢ１", "AB1"), ("n° ٣", "n\x02 3"), ("l’été", "l'ete"), ("a\u00a0b\u202fc", "a b c"), ("—", "-"), ("\0", "\x01"),
    ("\ud800", "\x01"), ("👍", "\x01"), ("𝐂𝐚𝐦", "Cam"), ("ß", "\xe0"), ("Ж", "\xc0"), ("王", "\xe1")])
def test_look_alikes_come_home(text, folded):
    """One spelling for rules to know."""
    assert fold(text) == folded


def test_nothing_is_matched_across_texts():
    """A rule that could cross is stopped, loudly."""
    page = plain(["cam", "ille"])
    with pytest.raises(CrossingError):
        page.places([0], [len(page.data)])
    assert _places(["cam", "ille"]) == [[], []]


@pytest.mark.parametrize("silent", range(3))
def test_a_silent_set_raises(silent):
    """The mark at the end of a block must be seen by each of the sets that share a scan's shapes."""
    scan = Scan([Rule(label="OTHER_ID", shape=f"{letter}{{3}}") for letter in "abcdef"], together=2)
    page = plain(["aaa ccc fff"])
    assert [hit[1] for hit in scan.hits(page)] == [0, 4, 8]

    class Silent:
        def Match(self, text):
            return []

    scan._sets[silent] = (*scan._sets[silent][:2], Silent())
    with pytest.raises(CrossingError, match="before the end"):
        list(scan.hits(page))


def test_a_text_cannot_fake_the_mark():
    """The mark's signs do not survive folding."""
    assert b"\x03" not in plain(["\x00\x03end of block\x03\x00"]).data


def test_words_hash_alike_whatever_case_accents_and_place():
    """A word's hash depends on its folded letters only, not on where it stands."""
    page = plain(["x" * 5000 + " Élodie", "elodie", "ELODIE Élodié"])
    assert len(set(tokens(page).hashes[1:].tolist())) == 1
    one, two, none = hash_words(["Élodie", "elodie", "two words"])
    assert one == two != 0
    assert none == 0


def test_other_scripts_keep_their_own_words():
    """Letters that plain text cannot tell apart still hash apart."""
    assert len(set(hash_words(["иван", "петр", "анна", "γιώργος"]).tolist())) == 4


@pytest.mark.parametrize(("shape", "said"), [
    ("a{20}", "a" * 20), ("a{20,}?b", "a" * 20 + "b"), ("[a-f]{0,40}x", "x"), ("(?:ab){17,18}", "ab" * 17), (r"\{20}", "{20}"), ("a{2,30}b", "aab"),
    (r"\\{1,20}x", "\\x"), ("a{3}", "aaa"), ("a{1,2}b", "ab")])
def test_what_a_set_asks_is_never_less_than_the_shape(shape, said):
    """A set asks a wider question than its shapes: what a shape matches, the set has seen."""
    assert re2.fullmatch(shape, said)
    assert re2.fullmatch(wider(shape), said)


@pytest.mark.parametrize("stretch", [1, 7, 40])
def test_a_word_is_hashed_alike_in_long_texts_and_short(monkeypatch, stretch):
    """Where a long text is cut into stretches to be hashed changes no word's hash."""
    page = plain(["Élodie parle à Jean-Marc, puis s'en va.", "", "un", "x" * 90, "Bonjour Élodie"])
    whole = tokens(page).hashes
    monkeypatch.setattr(_tokens, "_STRETCH", stretch)
    assert (tokens(page).hashes == whole).all()
