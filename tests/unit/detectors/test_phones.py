"""Telephone numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.detectors.phones import Phones

DETECTOR = Phones()


def _found(text):
    return [text[span.start:span.end] for span in DETECTOR.find([text], [""])[0]]


@pytest.mark.parametrize("number", [
    "01 99 00 12 34", "01.99.00.12.34", "0199001234", "06-39-98-12-34", "+33 6 39 98 12 34", "+33639981234", "0033 6 39 98 12 34",
    "+33 (0)6 39 98 12 34", "(33) 6 39 98 12 34", "0 6 3 9 9 8 1 2 3 4", "+44 1632 960123", "(415) 555-0123", "415-555-0123", "+1 415 555 0123",
    "+49 30 23125 000", "01\u00a099\u202f00\u00a012\u00a034", "０１ ９９ ００ １２ ３４"])
def test_every_way_to_write_a_number_is_found(number):
    """National and international forms, odd spaces and digits, nothing more and nothing less than the number."""
    assert _found(f"alors : {number}. Merci") == [number]


def test_an_announced_number_needs_no_national_shape():
    """A word that announces a number is enough."""
    assert _found("call me at 5550123 tonight") == ["5550123"]
    assert _found("it costs 5550123 tonight") == []


@pytest.mark.parametrize("text", [
    "le 12/05/2024 à 10:30", "2024-05-12", "commande 123456789012", "3.141592653589793", "550e8400-e29b-41d4-a716-446655440000",
    "1234567890123456", "a0123456789b", "population : 1 250 000", "$1,234,567.00", "1700000000000", "ISBN 978-2-07-036822-8"])
def test_other_digit_runs_are_no_numbers(text):
    """Dates, amounts, ids, decimals stay."""
    assert _found(text) == []


@given(st.lists(st.integers(0, 99), min_size=4, max_size=4), st.sampled_from([" ", ".", "-", ""]), st.integers(1, 9),
       st.text(alphabet="abcé ,\n", max_size=20))
@settings(max_examples=60, deadline=None)
def test_every_french_number_is_found_wherever_it_stands(pairs, sign, zone, around):
    """Ten digits from 0, in pairs with one kind of sign, with any words around."""
    number = sign.join([f"0{zone}", *(f"{pair:02}" for pair in pairs)])
    assert _found(f"{around} {number} {around}") == [number]


@pytest.mark.parametrize("number", [
    "0262 12 34 56", "0692 12 34 56", "+262 692 12 34 56", "+594 594 12 34 56", "0470 12 34 56", "02/123.45.67", "02 123 45 67", "079 123 45 67", "+352 621 123 456",
    "612 34 56 78", "+34 612 345 678", "347 123 4567", "020 7946 0123", "07700 900123", "0 800 12 34 56", "(415) 555-0123 ext. 12", "01 99 00 12 34 poste 12",
    "zéro six, trente-neuf, quatre-vingt-dix-huit, douze, trente-quatre", "zero six trente neuf quatre vingt dix huit douze trente quatre", "five five five, zero one two three"])
def test_numbers_of_other_places_and_in_words_are_found(number):
    """Overseas, neighbours, extensions, pairs said aloud: whole."""
    assert _found(f"alors : {number}. Merci") == [number]


@pytest.mark.parametrize("sign", [" ", "/", ", ", " ou "])
def test_each_of_many_numbers_in_a_row_is_found(sign):
    """The end of one is not the loss of the next."""
    numbers = [f"06399812{n:02}" for n in range(12)]
    assert _found(sign.join(numbers)) == numbers


@pytest.mark.parametrize("text", ["one two three four five six seven eight", "amount 612 345 678", "pid 12345678", "0000000000", "order 0612345678901", "12/05/2019 10:30:00", "id 9782070368228"])
def test_counting_and_codes_are_no_numbers(text):
    """Neither said nor written."""
    assert _found(text) == []
