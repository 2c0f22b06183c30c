"""Cutting: nothing is lost, nothing is parted that belongs together, and no piece is longer than asked."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from licit.core.ids import TurnId
from licit.core.records import Part, Record, Turn
from licit.pipeline.chunk import ChunkSettings, cut, estimate_tokens, topics

PROPERTY = settings(max_examples=70, deadline=None)


def turn(name: str, text: str = "mot", **more) -> Turn:
    return Turn(id=TurnId(name), role=more.pop("role", "user"), parts=(Part(text=text),), **more)


def record(*turns: Turn, kind: str = "conversation") -> Record:
    return Record(kind=kind, origin_id="x", format="test", turns=turns)


def size(turns) -> int:
    return sum(estimate_tokens(item.text) for item in turns)


WORDS = st.integers(1, 30).map(lambda n: "abc " * n)
SETTINGS = st.integers(0, 60).flatmap(lambda tokens: st.integers(0, max(0, tokens - 1)).map(
    lambda overlap: ChunkSettings(tokens=tokens, overlap=overlap)))


@st.composite
def conversations(draw):
    """Give conversations with branches, hidden nodes, feedback and derived texts."""
    turns = []
    for number in range(draw(st.integers(1, 12))):
        parent = draw(st.sampled_from([None, *(item.id for item in turns)]))
        origin = draw(st.sampled_from(["said", "said", "said", "pasted", "feedback", "derived"]))
        rests = draw(st.lists(st.sampled_from([item.id for item in turns]), max_size=2, unique=True)) if turns else []
        turns.append(turn(f"t{number}", draw(WORDS), parent=parent, origin=origin, shown=draw(st.booleans()),
                          role=draw(st.sampled_from(["user", "assistant", "system", "tool", "participant"])),
                          kind=draw(st.sampled_from(["", "", "", "hidden", "attachment"])),
                          derived_from=tuple(rests) if origin in ("feedback", "derived") else ()))
    return record(*turns)


@PROPERTY
@given(conversations(), SETTINGS)
def test_every_turn_is_in_some_chunk(talk, asked):
    """Nothing that was read is left out of the count, and every turn of a row is judged."""
    chunks = cut(talk, asked)
    assert {item.id for chunk in chunks for item in chunk.turns} == {item.id for item in talk.turns}
    assert all(set(chunk.turns) <= set(chunk.judged) for chunk in chunks)


@PROPERTY
@given(conversations(), SETTINGS)
def test_no_piece_is_longer_than_asked(talk, asked):
    """A piece keeps to its size, or names why the whole is held."""
    for chunk in cut(talk, asked):
        if asked.tokens and chunk.thread in ("main", "branch"):
            assert chunk.reason or size(chunk.turns) <= asked.tokens
        assert chunk.reason in ("", "turn-too-long")


@PROPERTY
@given(conversations(), SETTINGS)
def test_no_answer_is_parted_from_its_question(talk, asked):
    """Where an answer begins a piece, it began the conversation as well."""
    for chunk in cut(talk, asked):
        if chunk.thread == "main" and chunk.turns[0].role in ("assistant", "tool"):
            shown = [item for item in talk.turns if item.shown and item.origin in ("said", "pasted") and item.kind != "attachment"]
            assert chunk.turns[0] is shown[0]


@PROPERTY
@given(conversations(), SETTINGS)
def test_every_piece_brings_something_new(talk, asked):
    """Pieces overlap by no more than asked, and none only repeats the one before."""
    pieces = [chunk for chunk in cut(talk, asked) if chunk.thread == "main"]
    for one, two in itertools.pairwise(pieces):
        repeated = [item for item in two.turns if item in one.turns]
        assert size(repeated) <= asked.overlap
        assert len(repeated) < len(two.turns)


def test_overlap_leaves_room():
    """What is repeated gives way where the next exchange would not fit beside it."""
    asked = ChunkSettings(tokens=8, overlap=4)
    talk = record(*(turn(f"t{n}{role}", "x" * 4 * each, role=role) for n, each in enumerate((1, 1, 1, 1, 3))
                    for role in ("user", "assistant")))
    pieces = cut(talk, asked)
    assert [next(item.id for item in piece.turns) for piece in pieces] == ["t0user", "t3user"]


def test_a_branch_is_a_row_of_its_own():
    """What was said and is not shown is cut apart from what is shown, one row for each leaf."""
    talk = record(turn("q"), turn("a1", parent=TurnId("q"), role="assistant", shown=False),
                  turn("a2", parent=TurnId("q"), role="assistant", shown=False),
                  turn("a3", parent=TurnId("q"), role="assistant"))
    assert [(chunk.thread, [item.id for item in chunk.turns]) for chunk in cut(talk, ChunkSettings())] == [
        ("main", ["q", "a3"]), ("branch", ["a1"]), ("branch", ["a2"])]


def test_a_derived_text_is_judged_with_what_it_rests_on():
    """A title without origin rests on the whole record; feedback on what it names.

    Law: CHO-09, CHO-10
    """
    talk = record(turn("q"), turn("a", role="assistant"), turn("title", origin="derived", role="system"),
                  turn("thumb", origin="feedback", derived_from=(TurnId("a"),)))
    judged = {chunk.thread: {item.id for item in chunk.judged} for chunk in cut(talk, ChunkSettings())}
    assert judged == {"main": {"q", "a"}, "derived": {"q", "a", "title", "thumb"}, "feedback": {"a", "thumb"}}


@st.composite
def articles(draw):
    """Give documents in which corrections and qualifications name what they speak of, or nothing."""
    blocks = []
    for number in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["", "", "heading", "correction", "qualification"]))
        about = draw(st.lists(st.sampled_from([item.id for item in blocks]), max_size=2, unique=True)) if blocks else []
        blocks.append(turn(f"b{number}", draw(WORDS), role="block", kind=kind,
                           derived_from=tuple(about) if kind in ("correction", "qualification") else ()))
    return record(*blocks, kind="document")


@PROPERTY
@given(articles(), SETTINGS)
def test_a_correction_stays_with_what_it_corrects(article, asked):
    """A correction, a reply or a qualification is in every piece that holds what it speaks of, or all is held.

    Law: SEN-05, RGT-06
    """
    chunks = cut(article, asked)
    for block in article.turns:
        if block.kind not in ("correction", "qualification"):
            continue
        about = set(block.derived_from) or {item.id for item in article.turns}
        for chunk in chunks:
            held = {item.id for item in chunk.turns}
            if held & about and not chunk.reason:
                assert {block.id, *about} <= held


@PROPERTY
@given(articles(), SETTINGS)
def test_a_heading_stays_with_what_follows(article, asked):
    """No piece of a document ends in a heading but the last."""
    for chunk in cut(article, asked):
        if chunk.turns[-1].kind == "heading":
            assert chunk.turns[-1] is article.turns[-1] or len(chunk.turns) == len(article.turns)


def test_topics_are_words_of_the_text():
    """Keywords are taken from the text, the most frequent first, common words left out."""
    assert topics("Le jardin, le jardin et la rivière, toujours toujours toujours bonjour") == [
        "toujours", "jardin", "rivière"]


def test_what_stands_for_somebody_is_no_topic():
    """The label in a stand-in says what was replaced, not what the talk is about."""
    assert topics("[PERSON_k3f2a] écrit à [PERSON_abcde], puis [LOCATION_abcde] : jardin") == ["écrit", "jardin"]
