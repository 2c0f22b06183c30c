"""Surrogates are read alike: the words, numbers and days that a key chose are no context for what stands beside them."""

import re

import pytest

from licit.core.spans import Span
from licit.detectors.registry import find_detectors
from licit.pipeline.alike import alike, bearing
from licit.pipeline.deidentify import DIRECT, DeidentifySettings, replace_all
from licit.pipeline.surrogates import Surrogates

KEYS = tuple(bytes([n]) * 32 for n in range(60, 65))
SURROGATES = DeidentifySettings(replace="surrogates")
DENSE = ("Écris à Camille Modèle aussi@camille_modele, 12/34 Regards,\nC. Modèle/dossier 44719 06 12 34 56 78 née le 3 mars 1985 à Exemple-sur-Rien, "
         "c.modele84@example.fr ou 12 rue Modèle, 75011 Paris elle a 40 ans, Camille aussi @cmodele84 serveur 10.1.2.3 M. Modèle et Robin Exemple est là")


class Sorts:
    """Finds shapes, by label."""

    name, version, languages = "sorts", "1", frozenset[str]()

    def __init__(self, **shapes):
        self.labels, self.shapes = frozenset(shapes), shapes

    def find(self, texts, languages):
        """Find by pattern."""
        return [tuple(Span(start=m.start(), end=m.end(), label=label, detector="sorts", score=50 if label == "HANDLE" else 90) for label, shape in self.shapes.items()
                      for m in re.finditer(shape, text)) for text in texts]


def masked(text, detectors, key=KEYS[0], record="r"):
    return replace_all([record], [[text]], [""], detectors, SURROGATES, key)[0]


def test_the_same_places_change_under_every_key():
    """What is replaced, at the first look and at the last, differs in what stands there alone, and so does the verdict."""
    told = set()
    for key in KEYS:
        done = masked(DENSE, find_detectors(), key)
        read = alike(done.texts[0])
        told.add((re.sub(r"_[a-z2-7]{5}\]", "]", read.words), done.reason, tuple(sorted(done.counts.items()))))
        assert masked(done.texts[0], find_detectors(), b"z" * 32, "other").texts == done.texts
    assert len(told) == 1


@pytest.mark.parametrize(("label", "texts"), [
    ("PERSON", ("Camille", "Robin", "Claude")), ("PERSON", ("MODELE", "EXEMPLE")), ("PHONE", ("06 12 34 56 78", "07 98 76 54 32")),
    ("PHONE", ("+33 1 23 45 67 89", "+33 1 98 76 54 32")), ("IP_ADDRESS", ("10.1.2.3", "10.9.8.7", "172.16.1.1")), ("URL", ("https://a.example/x", "https://b.example")),
    ("DATE_OF_BIRTH", ("12 mars 1985", "3 août 1971")), ("DATE_OF_BIRTH", ("12/03/1985", "01/04/1999")),
    ("ADDRESS", ("12 rue des Lilas, 75011 Paris", "7 rue du Port, 44000 Nantes")), ("ADDRESS", ("221 Baker Street", "7 Elm Street")),
    ("EMAIL", ("c.modele@a.example", "r.exemple@b.example")), ("HANDLE", ("@cmodele84", "@rmodele71"))])
def test_surrogates_of_a_kind_read_alike(label, texts):
    """Whatever the key and the word, one kind of surrogate in one form is one reading, and its places lead back."""
    read = set()
    for key in KEYS:
        own = Surrogates(key, "r")
        own.know(["Camille Modele", "Robin Exemple"])
        for text in texts:
            said = f"dit {own.of(label, text)}, oui"
            assert bearing(["rien", said]) == [1]
            reading = alike(said)
            words = reading.words if reading else said
            read.add(words)
            at = words.index("oui")
            assert reading is None or said[slice(*reading.back(at, at + 3))] == "oui"
            assert reading is None or said[slice(*reading.back(4, at - 2))] == said[4:-5]
    assert len(read) == 1


@pytest.mark.parametrize("text", ["41 06 39 98 12 34", "06 39 98 12 34-12", "FR76 3000 0639 9812 3412 3456", "1.192.0.2.7", "le 3 mars 1985",
                                  "brevadrel0612345678", "M. Modele", "à Modele", "Mme Brévadrille"])
def test_only_surrogates_are_read_otherwise(text):
    """A longer number that looks like one for fiction in its middle, a day of our time, or a real name is read as it is."""
    reading = alike(text)
    assert reading is None or reading.words.replace("malvoline", "brevadrel") == text


def test_a_sign_beside_a_surrogate_becomes_none():
    """The sign of a handle whose name is a surrogate already is no finding of its own, look after look."""
    done = masked("suis @camille_modele", (Sorts(HANDLE=r"@\w+", PERSON=r"[a-z]{6,}"),))
    assert done.reason == ""
    assert re.fullmatch(r"suis @[a-zé]+_[a-zé]+", done.texts[0])
    assert done.counts == {"PERSON": 2}


def test_letters_alone_get_a_placeholder():
    """A letter in a letter's place could not be known again at the next look."""
    assert re.fullmatch(r"dit \[PERSON_\w{5}\] oui", masked("dit M. D. oui", (Sorts(PERSON=r"M\. D\."),)).texts[0])


def test_a_year_without_end_is_no_day():
    """What is no year of any calendar gets a placeholder, and stops nobody's work."""
    assert Surrogates(KEYS[0], "r").of("DATE", "3 mars 99999999999999") is None


@pytest.mark.parametrize("settings", [SURROGATES, DeidentifySettings()])
def test_what_is_found_look_after_look_is_held(settings):
    """A record in which the last look still finds something new is held, whatever stands in place of it."""

    class OneEach(Sorts):
        def find(self, texts, languages):
            """Find the first only."""
            return [spans[:1] for spans in super().find(texts, languages)]

    words = [f"x{letter}" for letter in "abcdefgh"]
    for some, reason in ((words[:3], ""), (words, "second-look")):
        (done,) = replace_all(["r"], [[" ".join(some)]], [""], (OneEach(PERSON=r"\bx[a-z]\b"),), settings, KEYS[0])
        assert done.reason == reason


def test_what_is_missed_beside_a_surrogate_is_still_found():
    """A look at text with surrogates replaces what the first look missed there; nothing but surrogates is passed over."""
    once = masked("Camille Modele", (Sorts(PERSON="Camille Modele"),)).texts[0]
    again = masked(f"{once} Dupont, {once}, dupont@mail.example", (Sorts(PERSON=r"[A-Zé]\w+(?: [A-Zé]\w+)*", EMAIL=r"\S+@\S+"),))
    assert "dupont" not in again.texts[0].casefold()
    assert again.counts == {"PERSON": 1, "EMAIL": 1}
    assert set(again.counts) <= set(DIRECT)
