"""Detection and replacement in lines of JSON: the right characters at the right place, and nothing told of the rest."""

import json
import pickle
from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.core.errors import UnavailableError
from licit.core.records import SetAside
from licit.core.spans import Span
from licit.pipeline.deidentify import STAND_IN, DeidentifySettings
from licit.testing import FailingDetector, FixedDetector, SlowDetector
from licit.usecases.text import Replacing, deidentify_lines, detect_lines, look, restore_line

MAIL = "camille@example.org"
NAME = "Camille Exemple"
CANARY = "kestrel-canary-7719"
KEY = b"k" * 32
FOUND = (FixedDetector(strings=((MAIL, "EMAIL"), (NAME, "PERSON"), ("01 99 00 12 34", "PHONE"), ("4970100000000154", "PAYMENT_CARD"))),)


def fixed():
    return FOUND


def lines(*values):
    return [(number, value if isinstance(value, bytes) else json.dumps(value).encode()) for number, value in enumerate(values, 1)]


def detected(*values, find=fixed):
    return [json.loads(line) for line in detect_lines(find, lines(*values)).lines]


def replaced(*values, find=fixed, **given):
    return deidentify_lines(find, Replacing(key=KEY, **given), lines(*values))


def at(record, span):
    """Read the characters that a span names, as a stranger with the contract would."""
    value = record
    if "message" in span:
        value = record["messages"][span["message"]]
        for step in span.get("path", "/content").split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            value = value[int(step)] if isinstance(value, list) else value[step]
    else:
        value = record["text"]
    return str(value)[span["start"]:span["end"]]


def test_a_text_gives_code_point_offsets_and_no_message():
    """Offsets count code points, whatever the characters take in bytes; the score lies between 0 and 1."""
    text = f"e\u0301 👩‍👩‍👧 \u202eשלום\u202c {MAIL}"
    [answer] = detected({"id": "a", "text": text})
    start = text.index(MAIL)
    assert answer == {"id": "a", "spans": [{"start": start, "end": start + len(MAIL), "label": "EMAIL", "detector": "fixed",
                                            "score": 1.0}]}


def test_content_that_is_a_string_has_a_message_and_no_path():
    """The path is told where content is structured, and only there."""
    [answer] = detected({"id": 1, "messages": [{"role": "user", "content": "x"}, {"role": "user", "content": MAIL}]})
    assert [(span["message"], span.get("path")) for span in answer["spans"]] == [(1, None)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9999, 9999) | st.text("ab é\u0301😀\"\\/~{}[]\n\u05d0", max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xyz/~ é", max_size=3), inner, max_size=3), max_leaves=8)


@st.composite
def planted(draw):
    """Give a message that holds a mail at a place of its own, perhaps inside JSON inside JSON, and around it anything."""
    text = draw(st.text("ab é\u0301😀\"\\/{}[]\n\u05d0", max_size=8)) + MAIL + draw(st.text(" é😀\"\\\n}]", max_size=8))
    value = text
    for kind in draw(st.lists(st.sampled_from(["list", "dict", "json", "ascii"]), max_size=5)):
        if kind == "list":
            value = [draw(JSON), value]
        elif kind == "dict":
            value = {"xx": draw(JSON), draw(st.sampled_from(["y/~", "z", "text"])): value}
        elif not isinstance(value, str) or len(value) < 400:
            value = json.dumps(value, ensure_ascii=kind == "ascii", indent=draw(st.sampled_from([None, 1])))
    return {"role": "user", "content": draw(JSON), "extra": value}


@settings(max_examples=80, deadline=None)
@given(planted())
def test_a_span_points_at_what_was_planted(message):
    """Whatever the structure, the raw string at the path holds the planted words, escapes and all, at the offsets."""
    record = {"id": 1, "messages": [{"role": "user", "content": "x"}, message]}
    [answer] = detected(record)
    [span] = answer["spans"]
    assert at(record, span).replace("\\", "") == MAIL


def test_escapes_in_tool_arguments_are_undone_to_look_and_kept_to_point():
    """What JSON hides by escapes is found, and offsets are those of the raw string."""
    raw = r'{"to": "caf\u00e9 \ud83d\ude00 camille\u0040example.org"}'
    record = {"id": 1, "messages": [{"role": "assistant", "tool_calls": [{"function": {"arguments": raw}}]}]}
    [span] = detected(record)[0]["spans"]
    assert (span["path"], raw[span["start"]:span["end"]]) == ("/tool_calls/0/function/arguments", r"camille\u0040example.org")


def test_a_long_number_is_looked_at():
    """A card number without quotes is a card number."""
    raw = '{"n": 12, "card": 4970100000000154}'
    record = {"id": 1, "messages": [{"role": "tool", "content": raw}, {"role": "tool", "content": {"n": 4970100000000154}}]}
    assert [at(record, span) for span in detected(record)[0]["spans"]] == ["4970100000000154"] * 2


class Cued:
    """Finds what follows ``password: ``, as the real detectors do."""

    name, version, labels, languages = "cued", "1", frozenset({"SECRET"}), frozenset()

    def find(self, texts: Sequence[str], languages: Sequence[str]):
        """Find it."""
        return [(Span(start=10, end=len(text), label="SECRET", detector="cued"),) if text.startswith("password: ") else ()
                for text in texts]


def test_a_key_introduces_its_value():
    """A password that only its key betrays is found, at its own place."""
    record = {"id": 1, "messages": [{"content": {"password": "hunter2"}}, {"content": '{"password": "hunter2"}'}]}
    spans = detected(record, find=lambda: (Cued(),))[0]["spans"]
    assert [at(record, span) for span in spans] == ["hunter2"] * 2


def test_a_finding_that_begins_in_the_key_is_told_from_its_value_on():
    """A span never starts before its text."""
    class Whole:
        name, version, labels, languages = "whole", "1", frozenset({"LOCATION"}), frozenset()

        def find(self, texts, languages):
            return [(Span(start=0, end=len(text), label="LOCATION", detector="whole"),) for text in texts]

    record = {"id": 1, "messages": [{"content": {"city": "Lyon"}}]}
    assert [(span["start"], span["end"]) for span in detected(record, find=lambda: (Whole(),))[0]["spans"]] == [(0, 4)]


def test_a_name_found_once_is_found_in_all_messages_of_the_record_only():
    """Names are swept through the record, and not into the next."""
    one = {"id": 1, "messages": [{"content": f"I am {NAME}"}, {"content": "hello camille"}]}
    first, second = detected(one, {"id": 2, "text": "hello camille"})
    assert [at(one, span) for span in first["spans"]] == [NAME, "camille"]
    assert second["spans"] == []


@pytest.mark.parametrize("hint", [None, 3, [1], {"a": "b"}, True, "", "xx", "\ud800", "f" * 10_000])
def test_the_language_is_a_hint_of_any_type(hint):
    """No language hint holds or breaks a record."""
    assert len(detected({"id": 1, "text": MAIL, "language": hint})[0]["spans"]) == 1


@pytest.mark.parametrize("line", [
    b"{", b"[]", b'"text"', b"null", b"\xff\xfe", b'{"id": 1}', b'{"id": 1, "text": 3}', b'{"id": 1, "messages": {}}',
    b'{"id": 1, "messages": ["x"]}', b'{"id": [1], "text": ""}', b'{"id": 1, "text": "", "text": "x"}',
    b'{"id": NaN, "text": ""}', b'{"id": 1, "text": "", "n": ' + b"9" * 5000 + b"}", b'{"id":1,"text":"","x":' + b"[" * 100_000])
def test_what_cannot_be_read_is_held_with_no_id(line):
    """Broken lines keep their place, and are counted."""
    answers = detect_lines(fixed, lines({"id": "a", "text": ""}, line, {"id": "b", "text": ""}))
    assert [json.loads(one) for one in answers.lines] == [
        {"id": "a", "spans": []}, {"id": None, "held": "unreadable"}, {"id": "b", "spans": []}]
    assert answers.held == {"unreadable": 1}
    assert [number for number, _ in answers.unreadable] == [2]


@pytest.mark.parametrize("depth", [150, 400, 950, 3000])
def test_deep_nesting_is_looked_at_or_held(depth):
    """Depth never hides anything: it is found, or the record is held."""
    deep = b'{"id":1,"messages":[{"content":' + b"[" * depth + json.dumps(MAIL).encode() + b"]" * depth + b"}]}"
    [answer] = detected(deep)
    assert answer.get("held") == "unreadable" or len(answer["spans"]) == 1
    [line] = replaced(deep).lines
    assert MAIL.encode() not in line


def test_json_in_json_without_end_is_held():
    """Strings in strings past any sense hold the record."""
    value = MAIL
    for _ in range(12):
        value = json.dumps([value])
    assert detected({"id": 1, "text": value}) == [{"id": 1, "held": "unreadable"}]
    assert json.loads(replaced({"id": 1, "text": value}).lines[0]) == {"id": 1, "held": "unreadable"}


def test_personal_data_in_a_key_holds_the_record():
    """No span can point into a key and no key is changed, so nothing vouches for the record."""
    record = {"id": 1, "messages": [{"content": "x", "extra": {MAIL: 3}}]}
    assert detected(record) == [{"id": 1, "held": "second-look"}]
    assert json.loads(replaced(record).lines[0]) == {"id": 1, "held": "second-look"}


def test_equal_ids_and_no_id_are_answered_one_by_one():
    """The order, not the id, tells which answer is whose."""
    answers = detected({"id": 1, "text": MAIL}, {"id": 1, "text": ""}, {"text": MAIL})
    assert [(one["id"], len(one["spans"])) for one in answers] == [(1, 1), (1, 0), (None, 1)]


class Telling:
    """Fails with the text in its error."""

    name, version, labels, languages = "telling", "1", frozenset({"PERSON"}), frozenset()

    def find(self, texts, languages):
        """Fail."""
        raise ValueError(texts[0])


@pytest.mark.parametrize("find", [
    lambda: (*FOUND, FailingDetector(only_on=CANARY)), lambda: (Telling(),), lambda: ()])
def test_a_failing_or_missing_detector_holds_the_record(find):
    """Without every detector's look there is an id and a reason, and nothing else."""
    for answers in (detect_lines(find, lines({"id": 1, "text": f"{CANARY} {MAIL}"})),
                    deidentify_lines(find, Replacing(key=KEY), lines({"id": 1, "text": f"{CANARY} {MAIL}"}))):
        assert [json.loads(line) for line in answers.lines] == [{"id": 1, "held": "detector-failed"}]
        assert answers.held == {"detector-failed": 1}


def test_without_detectors_even_an_empty_text_is_held():
    """Nobody looked, so nothing is said."""
    assert detected({"id": 1, "text": ""}, find=lambda: ()) == [{"id": 1, "held": "detector-failed"}]


def test_a_failing_detector_holds_only_the_record_it_fails_on():
    """Neighbours in a batch are answered."""
    answers = detected({"id": 1, "text": MAIL}, {"id": 2, "text": CANARY}, {"id": 3, "text": MAIL},
                       find=lambda: (*FOUND, FailingDetector(only_on=CANARY)))
    assert [one.get("held", len(one.get("spans", ()))) for one in answers] == [1, "detector-failed", 1]


def test_a_slow_detector_holds_the_record():
    """What takes longer than it may has not looked."""
    assert look([{"id": 1, "text": MAIL}], (SlowDetector(seconds=0.5),), seconds=0.05) == [{"held": "detector-failed"}]


def test_an_unforeseen_error_says_nothing_of_the_text():
    """Whatever breaks, its message and its chain hold no text."""
    def broken():
        raise KeyError(CANARY)

    with pytest.raises(UnavailableError) as caught:
        detect_lines(broken, lines({"id": 1, "text": CANARY}))
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_answers_and_notes_never_hold_the_text():
    """Spans, held lines, notes and reprs of everything are free of a planted string."""
    broken = b'{"id": 1, "text": "' + CANARY.encode()
    good = {"id": 1, "messages": [{"role": CANARY, "content": f"{CANARY} {MAIL}", "a": [CANARY], "t": json.dumps({"q": CANARY})}]}
    answers = detect_lines(fixed, lines(broken, good, {"id": 2, "text": 5, "x": CANARY}))
    assert CANARY.encode() not in b"".join(answers.lines)
    assert CANARY not in repr(answers)
    masked = replaced(good, broken, keep=True)
    assert CANARY not in repr(masked)
    assert KEY.decode() not in repr(Replacing(key=KEY))


def test_lines_the_reader_set_aside_are_held():
    """A line too long or not in UTF-8 has its answer too."""
    answers = detect_lines(fixed, [(7, SetAside(reason="line-too-long", where="line 7"))])
    assert answers.lines == (b'{"id": null, "held": "unreadable"}',)
    assert answers.unreadable == ((7, "line-too-long"),)


def test_the_same_line_comes_back_but_for_what_is_replaced():
    """Spaces, order, number forms, escapes and fields nobody knows keep every byte."""
    line = b'{ "z":1.50, "id" : "a","text":"caf\\u00e9 \\/ ok", "messages":[ {"role":"user","content":"hi %b"} ],"n":1e5}' % MAIL.encode()
    [out] = replaced(line).lines
    stand_in = STAND_IN.search(out.decode()).group().encode()
    assert out == line.replace(MAIL.encode(), stand_in)


@settings(max_examples=80, deadline=None)
@given(planted())
def test_replacing_keeps_structure_and_is_done_once(message):
    """Keys and shape stay, JSON in strings stays JSON, the planted words are gone, and again changes nothing."""
    record = {"id": 1, "messages": [message]}
    [out] = replaced(record).lines
    assert MAIL not in json.dumps(flat(json.loads(out)), ensure_ascii=False)
    assert shape(json.loads(out)) == shape(record)
    assert replaced(out).lines == (out,)


def flat(value):
    """Give all words of a value, JSON in strings undone as far as it goes."""
    if isinstance(value, dict):
        return [flat(item) for item in value.values()]
    if isinstance(value, list):
        return [flat(item) for item in value]
    if isinstance(value, str):
        try:
            inner = json.loads(value)
        except ValueError:
            return value
        return flat(inner) if isinstance(inner, str | dict | list) else value
    return value


def shape(value):
    """Give keys and nesting, words left out, with the JSON in strings."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    if isinstance(value, str):
        try:
            inner = json.loads(value)
        except ValueError:
            return "words"
        return ["json", shape(inner)] if isinstance(inner, dict | list) else "words"
    return value


def test_stand_ins_agree_inside_a_record_and_nowhere_else():
    """One person has one stand-in in a record, another in the next, even under the same id."""
    record = {"id": 1, "text": f"{NAME} and {NAME}"}
    names = [STAND_IN.findall(line.decode()) for line in replaced(record, record).lines]
    assert [len(set(found)) for found in names] == [1, 1]
    assert names[0][0] != names[1][0]


def test_another_key_gives_other_stand_ins():
    """Stand-ins are keyed."""
    record = lines({"id": 1, "text": MAIL})
    assert replaced({"id": 1, "text": MAIL}).lines != deidentify_lines(fixed, Replacing(key=b"z" * 32), record).lines


def test_a_number_becomes_a_string_and_the_line_stays_json():
    """A long number that is a card is replaced too."""
    [out] = replaced(b'{"id": 1, "text": "x", "card": 4970100000000154, "year": 2024}').lines
    assert STAND_IN.fullmatch(json.loads(out)["card"])
    assert json.loads(out)["year"] == 2024


def test_fields_beside_the_text_are_replaced_and_the_id_is_not():
    """Replacement is everywhere but in the id, by which the line is found again."""
    out = json.loads(replaced({"id": MAIL, "text": "", "author": {"mail": MAIL}}).lines[0])
    assert out["id"] == MAIL
    assert STAND_IN.fullmatch(out["author"]["mail"])


def test_only_the_labels_asked_for_are_replaced():
    """Other labels stay."""
    out = replaced({"id": 1, "text": f"{NAME} {MAIL}"}, settings=DeidentifySettings(labels=("EMAIL",))).lines[0].decode()
    assert NAME in out
    assert MAIL not in out


def test_what_is_still_found_after_five_looks_holds_the_record():
    """A text that does not settle in time is held; one that does is not."""
    class OneAtATime:
        name, version, labels, languages = "one", "1", frozenset({"EMAIL"}), frozenset()

        def find(self, texts, languages):
            return [(Span(start=at, end=at + 1, label="EMAIL", detector="one"),) if (at := text.find("@")) >= 0 else ()
                    for text in texts]

    held, settled = replaced({"id": 1, "text": "@@@ @@@"}, {"id": 2, "text": "@ @"}, find=lambda: (OneAtATime(),)).lines
    assert json.loads(held) == {"id": 1, "held": "second-look"}
    assert b"@" not in settled


def test_half_a_surrogate_pair_survives():
    """What only an escape can write is written by an escape again."""
    [out] = replaced(b'{"id": "\\ud800", "text": "\\ud800 %b"}' % MAIL.encode()).lines
    assert json.loads(out)["text"].startswith("\ud800 [EMAIL_")
    assert detected(b'{"id": "\\ud800", "text": ""}')[0]["id"] == "\ud800"


def test_a_megabyte_in_one_line_is_one_record():
    """Long lines are neither cut nor passed over."""
    text = "é " * 500_000 + MAIL
    [answer] = detected({"id": 1, "text": text})
    assert answer["spans"][0]["start"] == 1_000_000
    assert MAIL.encode() not in replaced({"id": 1, "text": text}).lines[0]


def test_what_was_replaced_is_told_only_when_asked_and_restores_the_line():
    """The mapping brings the words back, inside JSON in strings as well."""
    record = {"id": 1, "text": f"hi {NAME}", "messages": [{"content": json.dumps({"to": MAIL})}]}
    assert replaced(record).replaced == ()
    answers = replaced(record, keep=True)
    assert json.loads(restore_line(answers.lines[0], dict(answers.replaced[0]))) == record


def test_answers_travel_between_processes():
    """What a worker gives is picklable, and so is what it is given."""
    task = pickle.loads(pickle.dumps(partial(deidentify_lines, fixed, Replacing(key=KEY))))
    assert pickle.loads(pickle.dumps(task(lines({"id": 1, "text": MAIL})))).lines
