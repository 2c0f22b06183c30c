"""The first look over a page's bytes misses nothing that a reader would have found without it."""

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from licit.core.signals import Answer, Page
from licit.signals import _marks
from licit.signals.registry import read_all
from licit.signals.words import _PHRASES

#: A sentence of our own for each phrase, by its place in the table.
SENTENCES = (
    "Text and data mining of this site is expressly reserved.", "The publisher reserves all rights, text and data mining included.",
    "Our pages may not be used to train neural networks.", "Training of language models is prohibited.",
    "Rights are reserved as Article 4 of Directive (EU) 2019/790 provides.", "La fouille de textes et de données est interdite.",
    "Nous refusons le moissonnage de nos pages.", "L'éditeur s'oppose à l'entraînement de modèles de langage.",
    "L'entraînement d'une IA avec nos textes est interdit.", "Tous droits réservés au sens de l'article L. 122-5-3 du code.",
    "Text- und Data-Mining ist vorbehalten, § 44b UrhG.", "Wir widersprechen dem Text und Data Mining.",
    "Es ist verboten, damit im Training ein Sprachmodell zu füttern.", "Das Training einer künstlichen Intelligenz ist untersagt.")
MARKUP = (
    '<meta name="robots" content="noai">', '<META NAME="GPTBot" CONTENT="NoImageAI, index">', '<meta name=tdm-reservation content=1>',
    '<meta property="tdm-policy" content="https://a.example/p"><meta name="tdm-reservation" content="0">',
    '<link rel="license" type="application/rsl" href="/l.xml">', '<link rel="license" type="application/rsl+xml" href="/l.xml">',
    '<script type="application/rsl+xml"><rsl xmlns="https://rslstandard.org/rsl"><content url="/"></content></rsl></script>',
    '<script type="application/ld+json">{"isAccessibleForFree": "False"}</script>', '<p title="plus:DataMining DMI-PROHIBITED">x</p>',
    '{"label": "cawg.training-mining", "entries": {"cawg.ai_training": {"use": "notAllowed"}}}', "<p>A garden needs water.</p>", "<!-- noai -->")
BETWEEN = (" ", "\n   ", " <b>", "</b>\n", " <!-- a > b --> ", "<script>var a = 1;</script> ", "&nbsp;", "\u00a0", "</p><p>")
ENCODINGS = ("utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le", "utf-32", "ascii")


@st.composite
def pages(draw: st.DrawFn) -> bytes:
    """Give a page of some of these: blanks between words and characters within them written in other ways."""
    out = []
    for text in draw(st.lists(st.sampled_from(SENTENCES + MARKUP), max_size=3)):
        if text in SENTENCES:
            text = "".join(draw(st.sampled_from(BETWEEN)) if part == " " else part for part in re.split("( )", text))
        places = [at for at, sign in enumerate(text) if sign not in "<>&;#"]
        for at in sorted(draw(st.sets(st.sampled_from(places), max_size=3)), reverse=True):
            form = draw(st.sampled_from(("&#{};", "&#x{:x};", "&#X{:X};", "&#0{};")))
            text = text[:at] + form.format(ord(text[at])) + text[at + 1:]
        out.append(draw(st.sampled_from((str.lower, str.upper, str)))(text))
    return ("<html><body>" + "".join(out)).encode(draw(st.sampled_from(ENCODINGS)), "xmlcharrefreplace")


def both(body: bytes, kind: str) -> tuple[list, list]:
    """Read a page as it is read, and with every reader looking for itself."""
    page = Page(url="https://a.example/", answer=Answer(status=200, headers={"content-type": (kind,)}, body=body))
    fast = read_all(page)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_marks, "_look", lambda body: _marks._ALL)
        return fast, read_all(replace(page))


@settings(max_examples=100, deadline=None)
@given(body=pages(), kind=st.sampled_from(["text/html", "text/plain", ""]))
@example(body=b'<html><meta name="robots" content="no&#97;i">', kind="text/html")
@example(body=b"<html><p>text and data\nmining is reserved", kind="text/html")
@example(body="<html><p>Nos textes ne peuvent servir à l'apprentissage de mod&#232;les de langage".encode(), kind="text/html")
@example(body=("\ufeff" + "路" * 99 + MARKUP[0]).encode("utf-16-le"), kind="text/html")
@example(body=("\ufeff" + "路" * 99 + MARKUP[0]).encode("utf-16-be"), kind="text/html")
def test_the_first_look_misses_nothing(body, kind):
    """Whatever a page declares, in whatever spelling, it is read as if every reader had looked through all of it.

    Law: SIG-12
    """
    fast, slow = both(body, kind)
    assert fast == slow


def test_each_of_the_examples_says_something():
    """The sentences and the markup of this page are found, so that the property above is about something."""
    for sentence, (name, phrase) in zip(SENTENCES, _PHRASES, strict=True):
        assert phrase.search(sentence), name
        assert "words" in {one.says for one in both(f"<html><p>{sentence}".encode(), "text/html")[0]}
    for markup in MARKUP[:-2]:
        assert both(f"<html>{markup}".encode(), "text/html")[0], markup


def test_a_set_that_names_nothing_lets_every_reader_look(monkeypatch):
    """Where something was seen and nobody can say what, every reader looks for itself."""
    class Blind:
        def Match(self, body):
            return []

    whole, _ = _marks._compiled(len(_marks._every))
    monkeypatch.setattr(_marks, "_compiled", lambda number: (whole, Blind()))
    assert _marks._look(b"<meta name=robots content=noai>") == _marks._ALL
    assert _marks._look(b"<p>A garden needs water.</p>") == frozenset()
