"""National and other numbers: every scheme file states its own truths, and they hold."""

import re

import pytest

from licit.core.errors import SetupError
from licit.detectors import identifiers
from licit.detectors.identifiers import Identifiers, Scheme, read_schemes

SCHEMES = read_schemes()


@pytest.fixture(scope="module")
def detector():
    return Identifiers(SCHEMES)


def _found(detector, text, label):
    return [text[span.start:span.end] for span in detector.find([text], [""])[0] if span.label == label]


@pytest.mark.parametrize(("scheme", "example"), [(scheme, example) for scheme in SCHEMES for example in scheme.true],
                         ids=lambda value: f"{value.country}-{value.name}" if isinstance(value, Scheme) else "")
def test_what_a_scheme_calls_true_is_found_exactly(detector, scheme, example):
    """The number in braces is found, with its label and nothing around it, whatever the language of the text."""
    number = re.search(r"\{(.*)\}", example).group(1)
    assert number in _found(detector, example.replace("{", "").replace("}", ""), scheme.label)


@pytest.mark.parametrize(("scheme", "example"), [(scheme, example) for scheme in SCHEMES for example in scheme.false],
                         ids=lambda value: f"{value.country}-{value.name}" if isinstance(value, Scheme) else "")
def test_what_a_scheme_calls_false_is_not_found(scheme, example):
    """A wrong check digit, or no word that announces the number, is not that number."""
    assert _found(Identifiers([scheme]), example, scheme.label) == []


def test_a_number_found_in_one_language_is_found_in_all(detector):
    """Every country's numbers are looked for in every text."""
    for frame in ("Here it is: {}.", "Voilà : {}.", "これです {} 。", "הנה {} !"):
        text = frame.format("RSSMRA85T10A562S")
        assert _found(detector, text, "TAX_ID") == ["RSSMRA85T10A562S"]


def test_odd_digits_and_spaces_do_not_hide_a_number(detector):
    """Full-width digits, no-break spaces and joiners are read as what they look like."""
    for number in ("４１１１　１１１１　１１１１　１１１１", "4111\u00a01111\u202f1111\u00a01111", "4111\u200b1111\u200b1111\u200b1111"):
        assert _found(detector, f"carte {number} !", "PAYMENT_CARD") == [number]


def test_two_numbers_side_by_side_are_both_found(detector):
    """One number does not hide its neighbour."""
    assert _found(detector, "4111 1111 1111 1111, 5555555555554444", "PAYMENT_CARD") == [
        "4111 1111 1111 1111", "5555555555554444"]


def test_a_number_inside_a_longer_one_is_not_told(detector):
    """Digits or letters that touch make it another number."""
    assert _found(detector, "x4111111111111111 41111111111111119 a4111111111111111b", "PAYMENT_CARD") == []


def test_nothing_is_matched_across_two_texts(detector):
    """The end of a text ends a number and its context."""
    assert not any(detector.find(["4111 1111", "1111 1111"], ["", ""]))
    assert not any(detector.find(["mon passeport", "99ZZ99999"], ["", ""]))


def _write(tmp_path, monkeypatch, text):
    folder = tmp_path / "schemes"
    folder.mkdir()
    (folder / "zz.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(identifiers, "files", lambda _: tmp_path)


_GOOD = """
[[scheme]]
name = "badge"
label = "NATIONAL_ID"
shape = 'ZZ[0-9]{7}'
strong = true
source = "invented"
true = ["my badge {ZZ1234567}"]
false = ["ZZ123"]
"""


def test_a_new_country_is_one_new_file(tmp_path, monkeypatch):
    """Adding a file is all it takes."""
    _write(tmp_path, monkeypatch, _GOOD)
    assert _found(Identifiers(read_schemes()), "here: ZZ1234567", "NATIONAL_ID") == ["ZZ1234567"]


@pytest.mark.parametrize(("was", "becomes"), [
    ("{7}", "+"), ("{7}", "{7,}"), ("[0-9]", "\\\\d"), ("NATIONAL_ID", "NUMBER"), ("strong = true", ""),
    ("strong", "strnog"), ('source = "invented"', ""), ("[[scheme]]", "[scheme"), ("ZZ123\"]", "ZZ123\"")])
def test_a_scheme_that_is_not_understood_stops_the_run(tmp_path, monkeypatch, was, becomes):
    """A broken file raises instead of being left out: numbers left out would look like none."""
    assert was in _GOOD
    _write(tmp_path, monkeypatch, _GOOD.replace(was, becomes))
    with pytest.raises(SetupError, match="zz"):
        read_schemes()


@pytest.mark.parametrize("which", ["_shapes", "_words"])
def test_a_scan_that_did_not_run_raises(detector, monkeypatch, which):
    """A set that reports nothing, not even its mark, is a failure and not a clean text."""
    monkeypatch.setattr(getattr(detector, which), "_match", lambda text: [])
    with pytest.raises(Exception, match="stopped before its end"):
        detector.find(["4111 1111 1111 1111"], [""])
