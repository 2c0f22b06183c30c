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


@pytest.mark.parametrize("address", [
    "12 bis rue des lilas 75011 paris", "12 rue du général modèle 94000 créteil", "4 place de la mairie 59000 lille", "Résidence Les Pins, Bât. B, appt 12, 3 chemin des Vignes, 13001 Marseille",
    "Lieu-dit Les Granges, 24000 Périgueux", "ZA des Pins, 35000 Rennes", "Rue de la Loi 16, 1000 Bruxelles", "chemin des Vignes 4, 1009 Pully", "Rue du Midi 12 bte 3, 1000 Bruxelles",
    "Calle Mayor 5, 3º B, 28013 Madrid", "Flat 3, 12 High Street, Leeds", "12 High Street, London SW1A 1AA", "740 Water Street Southwest, Washington, DC 20024", "27 - 31 Sample Cross Road", "Straße des 17. Juni 135, 10623 Berlin",
    "12, rue des Lilas\n75011 Paris", "12 rue victor modele"])
def test_an_address_is_found_as_people_type_it(found, address):
    """Lower case, number after the street, places without a number, flats and floors: one span holds it all."""
    assert (address, "ADDRESS") in found(f"Mon adresse : {address}.")


@pytest.mark.parametrize("text", [
    "où se trouve la rue de Rivoli ?", "la rue de Rivoli à Paris", "1 place for you in", "a fun place to visit", "je prends 2 cours de danse", "deux rues plus loin", "dans la rue 2024 personnes",
    "une place de parking", "3 passages obligés", "le 28 mai 1990 devant la High Court"])
def test_counts_of_things_are_no_addresses(found, text):
    """Many kinds of street are words for other things."""
    assert found(text) == []
