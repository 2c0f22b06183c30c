"""The measure of a labelled set: counts that can be checked by hand, and nothing that flatters."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licit.core.records import SetAside
from licit.testing import FailingDetector, FixedDetector
from licit.usecases.measure import Rate, measure


def spans(text, *labelled):
    return [{"start": text.index(words), "end": text.index(words) + len(words), "label": label} for words, label in labelled]


def row(number, text, *labelled, **more):
    return {"id": number, "text": text, "spans": spans(text, *labelled), **more}


def measured(rows, *strings, detectors=None):
    lines = [(number, value if isinstance(value, bytes | SetAside) else json.dumps(value).encode())
             for number, value in enumerate(rows, 1)]
    return measure(lines, detectors if detectors is not None else (FixedDetector(strings=strings),)).as_json()


def test_exact_and_touched_spans_are_told_apart():
    """A span with other bounds is found by touch and missed exactly; another label is missed both ways."""
    out = measured([row(1, "Camille Exemple, x@example.org", ("Camille Exemple", "PERSON"), ("x@example.org", "EMAIL"))],
                   ("Camille", "PERSON"), ("x@example.org", "PERSON"))
    person = out["labels"]["PERSON"]
    assert (person["exact"]["recall"]["hits"], person["overlap"]["recall"]["hits"]) == (0, 1)
    assert (person["overlap"]["precision"]["hits"], person["overlap"]["precision"]["of"]) == (1, 2)
    assert out["labels"]["EMAIL"]["characters"]["recall"]["share"] == 1.0


def test_a_finding_elsewhere_touches_nothing():
    """Before and after a labelled span is not on it."""
    out = measured([row(1, "Sam, Camille, Kim", ("Camille", "PERSON"))], ("Sam", "PERSON"), ("Kim", "PERSON"))["overall"]
    assert out["overlap"]["recall"]["hits"] == out["overlap"]["precision"]["hits"] == 0


def test_scores_are_those_of_the_textbook():
    """Two of three found, one of three wrong."""
    out = measured([row(1, "a b c d", ("a", "PERSON"), ("b", "PERSON"), ("c", "PERSON"))],
                   ("a", "PERSON"), ("b", "PERSON"), ("d", "PERSON"))["overall"]
    assert out["exact"]["precision"]["share"] == out["exact"]["recall"]["share"] == out["exact"]["f1"] == 0.666667
    assert out["characters"]["over_masked"] == Rate(hits=1, of=3).as_json()


def test_wilson_bounds_are_known_values():
    """The bounds of 8 of 10, and of all and nothing."""
    assert Rate(hits=8, of=10).bounds() == pytest.approx((0.490162, 0.943318), abs=1e-6)
    assert Rate(hits=0, of=10).bounds() == pytest.approx((0.0, 0.277533), abs=1e-6)
    assert Rate(hits=10, of=10).bounds() == pytest.approx((0.722467, 1.0), abs=1e-6)
    assert Rate(hits=0, of=0).bounds() == (0.0, 1.0)


@given(st.integers(0, 500), st.integers(1, 500))
def test_bounds_hold_the_share(hits, of):
    """The share lies between its bounds, and these between nothing and all."""
    rate = Rate(hits=min(hits, of), of=of)
    low, high = rate.bounds()
    assert 0 <= low <= rate.hits / of <= high <= 1


def test_a_narrow_label_counts_as_the_wider_one_only_where_the_set_has_just_that():
    """A date of birth is a date in a set of dates; in a set that knows dates of birth it is one of these."""
    only = measured([row(1, "12/04/1980", ("12/04/1980", "DATE"))], ("12/04/1980", "DATE_OF_BIRTH"))
    assert only["labels"]["DATE"]["exact"]["recall"]["share"] == 1.0
    both = measured([row(1, "12/04/1980 13/05/2020", ("12/04/1980", "DATE"), ("13/05/2020", "DATE_OF_BIRTH"))],
                    ("12/04/1980", "DATE_OF_BIRTH"))
    assert both["not_looked_for"] == {"DATE": 1}
    assert both["labels"]["DATE_OF_BIRTH"]["found"] == 1


def test_a_label_nobody_looks_for_is_named_and_never_hidden():
    """It weighs on no recall of what is looked for, and on the documents and characters all the same."""
    out = measured([row(1, "Camille 75 kg", ("Camille", "PERSON"), ("75 kg", "QUANTITY"))], ("Camille", "PERSON"))
    assert out["not_looked_for"] == {"QUANTITY": 1}
    assert out["overall"]["exact"]["recall"]["share"] == 1.0
    assert out["overall"]["fully_redacted"]["share"] == 0.0
    assert out["overall"]["characters"]["recall"] == Rate(hits=7, of=12).as_json()


def test_what_the_set_does_not_label_is_counted_apart():
    """A finding of a label unknown to the set is no error of precision, and is masked beyond the labels."""
    out = measured([row(1, "Camille x@example.org", ("Camille", "PERSON"))], ("Camille", "PERSON"), ("x@example.org", "EMAIL"))
    assert out["not_labelled"] == {"EMAIL": 1}
    assert out["overall"]["exact"]["precision"]["share"] == 1.0
    assert out["overall"]["characters"]["over_masked"]["hits"] == 13


def test_a_document_is_redacted_when_every_labelled_character_is():
    """Half a span left is a document not redacted; one without labels is in no share."""
    rows = [row(1, "Camille Exemple", ("Camille Exemple", "PERSON")), row(2, "Camille", ("Camille", "PERSON")), row(3, "x")]
    out = measured(rows, ("Camille", "PERSON"))
    assert out["overall"]["fully_redacted"] == Rate(hits=1, of=2).as_json()


def test_languages_are_measured_apart():
    """A language's share is its own; what is no language is unknown."""
    rows = [row(1, "Camille", ("Camille", "PERSON"), language="fr"), row(2, "Sam", ("Sam", "PERSON"), language="en"),
            row(3, "Sam", ("Sam", "PERSON"), language="not a language, but a sentence")]
    out = measured(rows, ("Camille", "PERSON"))
    assert {name: each["exact"]["recall"]["share"] for name, each in out["languages"].items()} == {
        "en": 0.0, "fr": 1.0, "unknown": 0.0}
    assert out["languages"]["fr"]["labels"]["PERSON"]["gold"] == 1


def test_spans_in_messages_are_measured_at_their_path():
    """The same offsets in another message or path are another place."""
    inside = json.dumps({"to": "x@example.org"})
    start = inside.index("x@")
    record = {"id": 1, "messages": [{"role": "user", "content": "x@example.org"}, {"role": "assistant", "a": inside}], "spans": [
        {"start": 0, "end": 13, "label": "EMAIL", "message": 0},
        {"start": start, "end": start + 13, "label": "EMAIL", "message": 1, "path": "/a"}]}
    assert measured([record], ("x@example.org", "EMAIL"))["overall"]["exact"]["f1"] == 1.0


@pytest.mark.parametrize(("line", "reason"), [
    (b"{", "broken-json"), ({"id": 1, "text": "x"}, "no-spans"), ({"id": 1, "text": "x", "spans": [3]}, "broken-span"),
    ({"id": 1, "text": "x", "spans": [{"start": 0, "end": 2, "label": "PERSON"}]}, "span-outside"),
    ({"id": 1, "text": "x", "spans": [{"start": 1, "end": 1, "label": "PERSON"}]}, "broken-span"),
    ({"id": 1, "text": "x", "spans": [{"start": 0, "end": True, "label": "PERSON"}]}, "broken-span"),
    ({"id": 1, "text": "x", "spans": [{"start": 0, "end": 1, "label": "a person's name"}]}, "broken-span"),
    ({"id": 1, "text": "x", "spans": [{"start": 0, "end": 1, "label": "PERSON", "message": 0}]}, "span-outside"),
    (SetAside(reason="nul-bytes", where="line 2"), "nul-bytes")])
def test_a_line_that_cannot_be_read_is_named_and_in_no_share(line, reason):
    """Bad lines are told by number and reason, and the rest is measured."""
    out = measured([row(1, "Camille", ("Camille", "PERSON")), line], ("Camille", "PERSON"))
    assert out["unreadable"] == [{"line": 2, "reason": reason}]
    assert (out["records"], out["overall"]["gold"]) == (1, 1)


def test_a_record_that_could_not_be_looked_at_is_held_not_clean():
    """A failing detector shows as held, not as a miss nor as a success."""
    rows = [row(1, "Camille", ("Camille", "PERSON")), row(2, "Sam", ("Sam", "PERSON"))]
    out = measured(rows, detectors=(FailingDetector(only_on="Sam"),))
    assert out["held"] == {"detector-failed": 1}
    assert out["overall"]["gold"] == 1
    assert measured(rows, detectors=())["held"] == {"detector-failed": 2}


def test_labels_said_twice_count_once():
    """A repeated span is one span."""
    record = row(1, "Camille", ("Camille", "PERSON"), ("Camille", "PERSON"))
    assert measured([record], ("Camille", "PERSON"))["overall"]["exact"]["recall"] == Rate(hits=1, of=1).as_json()


def test_an_entity_counts_only_if_every_mention_is_masked():
    """One mention in the open gives the entity away, whatever was masked elsewhere."""
    text = "Camille Exemple spoke. Then Exemple left, and Sam."
    labelled = spans(text, ("Camille Exemple", "PERSON"), ("Sam", "PERSON"))
    labelled.append({"start": 28, "end": 35, "label": "PERSON"})
    labelled[0]["entity"] = labelled[2]["entity"] = "camille"
    row = {"id": 1, "text": text, "spans": labelled}
    lines = [(1, json.dumps(row).encode())]
    found = FixedDetector(strings=(("Camille Exemple", "PERSON"), ("Sam", "PERSON")))
    alone = measure(lines, (found,), sweep=False).as_json()["labels"]["PERSON"]["entities"]
    assert (alone["hits"], alone["of"]) == (1, 2)
    swept = measure(lines, (found,)).as_json()["labels"]["PERSON"]["entities"]
    assert (swept["hits"], swept["of"]) == (2, 2)


def test_the_same_words_are_one_entity_without_a_name():
    """Mentions that no id tells apart are one person if their words are, case and accents aside."""
    out = measured([row(1, "Zoé saw ZOE", ("Zoé", "PERSON"), ("ZOE", "PERSON"))], ("Zoé", "PERSON"))
    assert out["labels"]["PERSON"]["entities"]["of"] == 1


def test_masking_everything_looks_as_bad_as_it_is():
    """Full recall bought by masking all is told by the other characters masked and the findings beside."""
    texts = ["Camille went out", "plain words é"]
    rows = [row(1, texts[0], ("Camille", "PERSON")), row(2, texts[1])]
    out = measured(rows, *((text, "PERSON") for text in texts))["overall"]
    assert out["entities"]["share"] == 1.0
    assert out["beside"]["characters"]["share"] == 1.0
    assert out["beside"]["false_spans"] == 1
    assert out["beside"]["bytes"] == len(" went out") + len(texts[1].encode())
    assert out["beside"]["false_per_10kb"] == round(10_000 / out["beside"]["bytes"], 3)


def test_other_labels_can_be_left_out():
    """What is asked for is measured alone, labelled and found."""
    rows = [row(1, "Camille, x@example.org", ("Camille", "PERSON"), ("x@example.org", "EMAIL"))]
    lines = [(1, json.dumps(rows[0]).encode())]
    out = measure(lines, (FixedDetector(strings=(("Camille", "EMAIL"), ("Nobody", "PERSON"))),), labels=("PERSON",)).as_json()
    assert (out["overall"]["gold"], out["overall"]["found"], list(out["labels"])) == (1, 0, ["PERSON"])
