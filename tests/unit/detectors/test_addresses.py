"""Postal addresses and where people live."""

import pytest

from licit.detectors.addresses import Addresses


@pytest.fixture(scope="module")
def found():
    detector = Addresses()
    return lambda text: [(text[s.start:s.end], s.label) for s in detector.find([text], [""])[0]]


@pytest.mark.parametrize("address", [
    "12 bis rue des Lilas, 75011 Paris", "3, avenue du Général Exemple 69003 Lyon", "45 BD VICTOR MODELE", "8 impasse de l'Église, 2B100 Bastia",
    "deux allée des roses 13001 Marseille", "10 rue Exemple, appt 4, 94000 Créteil Cedex", "1234 Maple Street", "77 West Sample Drive Suite 7",
    "5 Example Road, Springfield, CA 90210", "Musterstraße 12, 10115 Berlin", "Dorpsstraat 5", "PO Box 1234"])
def test_an_address_is_one_span(found, address):
    """From the number to the town."""
    assert found(f"Mon adresse : {address}.")[0] == (address, "ADDRESS")


@pytest.mark.parametrize(("text", "place"), [
    ("j'habite à Lyon depuis 2 ans", "Lyon"), ("I live in New York", "New York"), ("né le 3 mai et je suis originaire de Saint-Malo", "Saint-Malo"),
    ("I'm from Springfield.", "Springfield"), ("elle habite en Bretagne", "Bretagne")])
def test_a_town_is_told_when_somebody_lives_there(found, text, place):
    """The place alone is masked."""
    assert found(text) == [(place, "LOCATION")]


@pytest.mark.parametrize("text", [
    "Quelle est la population de Lyon ?", "la rue est longue", "10 minutes de route", "2 great ways to cook", "12 places disponibles",
    "10000 Euros", "I live in a house", "the 5 best hotels in Rome", "trois rues plus loin", "chapter 3 Way of life"])
def test_streets_and_towns_that_are_only_talked_about_stay(found, text):
    """No number and no inhabitant, no address."""
    assert found(text) == []
