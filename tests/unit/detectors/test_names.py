"""Names of people."""

import pytest

from licit.detectors import names
from licit.detectors.names import Names, variants


@pytest.fixture(scope="module")
def found():
    detector = Names()
    return lambda text: [text[span.start:span.end] for span in detector.find([text], [""])[0]]


@pytest.mark.parametrize(("text", "people"), [
    ("Hier, Camille Martin a appelé.", ["Camille Martin"]), ("DUPONT Marie, reçue ce jour", ["DUPONT Marie"]),
    ("J'ai vu Jean-Pierre de La Tour.", ["Jean-Pierre de La Tour"]), ("We met Emily O'Brien there", ["Emily O'Brien"]),
    ("It was Ludwig van Beethoven", ["Ludwig van Beethoven"]), ("Élodie Morae\u0308l est là", ["Élodie Morae\u0308l"])])
def test_a_first_name_with_a_neighbour_is_a_person(found, text, people):
    """First name and surname, in either order, with particles, accents and hyphens."""
    assert found(text) == people


@pytest.mark.parametrize(("text", "people"), [
    ("M. Exemplet est venu", ["Exemplet"]), ("Dr. House", ["House"]), ("la plainte de Mme S. D. est", ["S. D"]),
    ("Me Zorglubet plaide", ["Zorglubet"]), ("MM. Evaldsen, Modelet et Hodelt", ["Evaldsen", "Modelet", "Hodelt"]),
    ("mme martin a dit", ["martin"])])
def test_a_title_makes_the_next_word_a_name(found, text, people):
    """Also when no list knows the name, and for each of a list after a plural title."""
    assert found(text) == people


@pytest.mark.parametrize(("text", "people"), [
    ("je m'appelle julien", ["julien"]), ("moi c'est Zorglub", ["Zorglub"]), ("my name is john smith.", ["john smith"]),
    ("Bonjour Camille,", ["Camille"]), ("bonjour sophie", ["sophie"]), ("Cordialement,\nAlex Exemple", ["Alex Exemple"]),
    ("Regards,\n\nZorglub", ["Zorglub"]), ("I'm Sarah", ["Sarah"]), ("mon fils Théo dort", ["Théo"]),
    ("my daughter is called Zorgluba", ["Zorgluba"]), ("Nom : Modelet", ["Modelet"])])
def test_a_cue_introduces_a_name(found, text, people):
    """In lower case and unknown to any list where the cue is decisive."""
    assert found(text) == people


@pytest.mark.parametrize("text", [
    "Il fait beau à Nice et à Orange.", "I'm Tired of this", "rue Victor Hugo", "le lycée Jean Moulin", "Hello World",
    "Quelle est la capitale de la France ?", "le mois de Mai", "Will you help me?", "May I ask?", "Saint Denis", "San Jose",
    "Python and Java", "Bonjour, merci de votre aide", "je m'appelle comment déjà", "une rose et une pierre"])
def test_words_that_are_also_names_need_more(found, text):
    """Places, streets, months, products and plain words stay."""
    assert found(text) == []


def test_no_name_spans_two_texts():
    """The end of a text ends a cue and a name."""
    assert not any(Names().find(["je m'appelle", "zorglub", "Mme", "Zorglubet"], [""] * 4))


def test_a_large_batch_is_read_in_groups(monkeypatch):
    """Groups change nothing."""
    texts = ["Bonjour Camille,", "", "rien ici", "Mme Exemplet"] * 5
    whole = Names().find(texts, [""] * len(texts))
    monkeypatch.setattr(names, "_GROUP", 20)
    assert list(Names().find(texts, [""] * len(texts))) == list(whole)


def test_variants_are_the_parts_that_stand_for_the_person():
    """Parts of three letters and more, without titles and particles."""
    assert variants("M. Jean-Pierre de La Tour") == ("M. Jean-Pierre de La Tour", "Pierre", "Jean", "Tour")
    assert variants("Élodie") == ("Élodie",)
    assert variants("") == ()


@pytest.mark.parametrize(("text", "people"), [
    ("RAPPELER GÉRALDINE VITE", ["GÉRALDINE"]), ("CAMILLE MARTIN DOIT PAYER", ["CAMILLE MARTIN"]), ("vu Marie ZORGLUBET hier", ["Marie ZORGLUBET"])])
def test_where_all_shout_a_capital_makes_no_name(found, text, people):
    """A word beside a name belongs to it there only if a list knows it."""
    assert found(text) == people
