"""Dates in figures and words, and days of birth."""

import time

import pytest

from licit.detectors.dates import Dates

DETECTOR = Dates()


def _found(text):
    return [(text[span.start:span.end], span.label) for span in DETECTOR.find([text], [""])[0]]


@pytest.mark.parametrize("date", [
    "12 mars 1985", "3 mars", "mars 2019", "1er mai", "12 fév. 2019", "02nov", "dec2019", "12/03/1985", "12/05/24", "12.03.1985", "12 . 03 . 1985", "1985-03-12",
    "12-MAR-2020", "May 3rd", "March 3, 1990", "23 July 2024", "3. März 1985", "3 de marzo de 1985", "3 marzo 1985", "deux janvier mille neuf cent quatre-vingt-cinq",
    "vingt et un mars deux mille deux", "twenty-third of May 1985", "June twenty-first, nineteen eighty-five", "1 2 0 3 1 9 8 5", "12|03|1985", "été 1990", "28 mai  1990"])
def test_every_way_to_write_a_date_is_found(date):
    """Figures, words, short months, four languages; nothing more and nothing less than the date."""
    assert _found(f"vu ({date}) ici") == [(date, "DATE")]


@pytest.mark.parametrize(("text", "dates"), [
    ("en 2019, on", ["2019"]), ("de 1994 à 1998", ["1994", "1998"]), ("en 1948, 1974 et 1965.", ["1948", "1974", "1965"]), ("on se voit le 12.", ["12"]), ("le 12/05 au soir", ["12/05"])])
def test_a_short_date_is_found_beside_its_words(text, dates):
    """A year after "en", a day after "le"."""
    assert _found(text) == [(date, "DATE") for date in dates]


@pytest.mark.parametrize("text", [
    "level 2 may require", "I may 3", "version 10.04.12", "10.04.12.1", "in 2000 words", "en 2000 mots", "le 12 bis", "il a 3 ans", "1/2/3", "prix 12.50.10", "la loi du 3 mars 1998",
    "march 3 times", "commande 2019", "31/31/2019", "les cinq premiers mois"])
def test_what_only_looks_like_a_date_stays(text):
    """Versions, counts, stretches of time, laws."""
    assert _found(text) == []


@pytest.mark.parametrize("text", [
    "né le {12 mars 1985} à Lyon", "Née à Lyon le {12/03/1985}", "Né en {1985}", "Date de naissance : {12.03.1985}", "mon anniversaire est le {3 mars}", "I was born on {March 3rd, 1990}",
    "DOB: {1985-03-12}", '"birth_date": "{1985-03-12}"', "geboren am {3. März 1985}", "geb. {03.12.1985}", "nacido el {3 de marzo de 1985}", "nato il {3 marzo 1985}", "geboren op {3 maart 1985}",
    "nascido em {3 de março de 1985}", "né le {deux janvier mille neuf cent quatre-vingt-cinq}", "born on the {twenty-third of May 1985}"])
def test_days_of_birth_are_told_in_seven_languages(text):
    """The words before make a date a day of birth."""
    assert _found(text.replace("{", "").replace("}", "")) == [(text.partition("{")[2].partition("}")[0], "DATE_OF_BIRTH")]


@pytest.mark.parametrize("text", ["Il est né le 15 août 1769", "la réunion du 12 mars 1985", "born leader. Meeting on! 12 March 1985"])
def test_other_dates_are_no_days_of_birth(text):
    """Nobody of that year lives, or nobody was born."""
    assert [label for _, label in _found(text)] == ["DATE"]


@pytest.mark.parametrize("bad", ["1 ", "1/", "le 12 ", "2019, ", "vingt ", "mars ", "1.", "né le "])
def test_repeats_cost_no_more_than_other_text(bad):
    """Time stays in line with length, whatever repeats: eight times as much takes about eight times as long, not sixty-four."""
    def took(size: int) -> float:
        begin = time.process_time()
        DETECTOR.find([bad * (size // len(bad))], [""])
        return time.process_time() - begin

    DETECTOR.find([bad], [""])
    assert min(took(200_000) for _ in range(2)) < 24 * max(min(took(25_000) for _ in range(2)), .01)
