"""Is this work in a release: by its words and its number, signed, and checked alone."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from world import chat, copied, jsonl, make, prose

from licit.core.errors import EvidenceError, InputError
from licit.pipeline.fingerprints import SURE, WINDOW, WORDS, Wanted, fingerprints, index_of, opened_index
from licit.surfaces.cli import main
from licit.usecases.works import Work, check, index_path, signed, work_of_file, work_of_number
from licit_verify.__main__ import main as verify_main
from licit_verify.answer import prints

NOVEL = " ".join(prose(f"novel {number}", 90) for number in range(4))


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A release of chats and of a document that names its ISBN, handed to a lab that trained on it."""
    world = make(tmp_path_factory.mktemp("library") / "w", sources=("chat", "books"))
    inbox = world.root.parent / "books"
    inbox.mkdir()
    (inbox / "novel.txt").write_text(NOVEL + "\n\nISBN 978-2-07-036002-4", encoding="utf-8")
    (inbox / "other.txt").write_text(prose("another", 200), encoding="utf-8")
    world.space.import_(inbox, source="books")
    world.take([chat(f"c{n}", f"user{n}", prose(n)) for n in range(3)])
    world.build()
    world.space.register("run", id="run-1", releases=["release-1"])
    world.space.register("model", name="petit-1", run="run-1", next_retrain_due="2027-01-01")
    return world


def one(answer):
    (release,) = answer["releases"]
    return release


def test_a_work_is_found_with_rows_sources_and_models(library):
    """A work, whole, in part or edited, is found with the share of it and where it went; another is not.

    Law: PRV-13, FOL-01
    """
    whole = one(check(library.ports, Work(words=NOVEL)))
    assert (whole["verdict"], whole["sources"], whole["runs"][0]["models"]) == ("found", {"books": 1}, ["petit-1"])
    assert whole["share"] > 900
    edited = " ".join("autre" if number % 40 == 0 else word for number, word in enumerate(NOVEL.split()))
    part = one(check(library.ports, Work(words=prose("mine", 300) + " " + " ".join(NOVEL.split()[100:200]))))
    near = one(check(library.ports, Work(words=edited)))
    assert part["verdict"] == near["verdict"] == "found"
    assert whole["share"] > near["share"] > 400 > part["share"] > 100
    absent = one(check(library.ports, Work(words=prose("absent", 300))))
    assert (absent["verdict"], absent["share"], absent["found"]) == ("not-found", 0, [])


def test_what_cannot_be_seen_is_not_called_absent(library, tmp_path):
    """A work too short, or a release whose rows are gone, gets no answer rather than a no, and the command's code says so.

    Law: PRV-13
    """
    assert one(check(library.ports, Work(words="trop court pour être vu")))["verdict"] == "cannot-tell"
    world = copied(library, tmp_path / "w")
    (world.root / "releases/release-1/data/part-00000.parquet").unlink()
    assert one(check(world.ports, Work(words=NOVEL)))["why"] == "rows-gone"
    assert one(check(world.ports, work_of_number("isbn", "2-07-036002-4")))["verdict"] == "cannot-tell"
    (tmp_path / "t.txt").write_text(NOVEL)
    assert CliRunner().invoke(main, ["work", "check", "--text", str(tmp_path / "t.txt"), "--workspace", str(world.root)]).exit_code == 3


def test_a_number_is_a_lead_and_a_wrong_one_an_error(library, tmp_path):
    """A book is found by its ISBN in either form, in a row's words; a number whose check digit is wrong is no number.

    Law: PRV-12, PRV-13
    """
    named = one(check(library.ports, work_of_number("isbn", "2-07-036002-4")))
    assert (named["verdict"], named["sources"]) == ("named", {"books": 1})
    assert one(check(library.ports, work_of_number("doi", "10.1234/abc")))["verdict"] == "not-found"
    with pytest.raises(InputError):
        work_of_number("isbn", "978-2-07-036002-5")
    inbox = jsonl(tmp_path / "e.jsonl", [{"id": "x", "messages": [{"role": "user", "content": NOVEL}]}])
    assert work_of_file(library.ports, inbox).words.startswith(NOVEL[:50])


def test_a_signed_answer_is_checked_alone(library, tmp_path, capsys):
    """Who has the answer, the key, the release and the work finds it genuine and computes the same; a changed one fails.

    Law: PRV-13
    """
    text, paper = tmp_path / "novel.txt", tmp_path / "answer.json"
    text.write_text(NOVEL, encoding="utf-8")
    paper.write_text(json.dumps(signed(library.ports, check(library.ports, Work(words=NOVEL), whole=True))))
    key, release = library.ports.signer.current().public_key().hex(), str(library.root / "releases/release-1")
    alone = ["answer", str(paper), "--key", key, "--release", release, "--text", str(text)]
    assert verify_main(alone) == 0
    assert "same outcome" in capsys.readouterr().out
    assert verify_main(["answer", str(paper), "--key", "00" * 32]) == 1
    text.write_text(NOVEL + " et fin", encoding="utf-8")
    assert verify_main(alone) == 1
    body = json.loads(paper.read_text())
    paper.write_text(json.dumps({**body, "payload": body["payload"][:-8] + "AAAAAAA="}))
    assert verify_main(["answer", str(paper), "--key", key]) == 1
    assert "release-1" not in capsys.readouterr().out


def test_a_lie_that_is_signed_fails_when_computed_again(library, tmp_path):
    """An answer that says not found, properly signed, fails where the release holds the work.

    Law: PRV-13
    """
    answer = check(library.ports, Work(words=NOVEL))
    answer["releases"][0] |= {"verdict": "not-found", "share": 0, "rows": 0}
    (tmp_path / "novel.txt").write_text(NOVEL, encoding="utf-8")
    (tmp_path / "a.json").write_text(json.dumps(signed(library.ports, answer)))
    key = library.ports.signer.current().public_key().hex()
    assert verify_main(["answer", str(tmp_path / "a.json"), "--key", key, "--release", str(library.root / "releases/release-1"),
                        "--text", str(tmp_path / "novel.txt")]) == 1


def test_a_damaged_index_is_not_believed(library, tmp_path):
    """An index cut short is made again; one of the right length with other bytes stops a signed answer."""
    world = copied(library, tmp_path / "w")
    check(world.ports, Work(words=NOVEL))
    (place,) = (world.root / "works").glob("*.idx")
    data = place.read_bytes()
    place.write_bytes(data[:-4])
    assert one(check(world.ports, Work(words=NOVEL)))["verdict"] == "found"
    assert place.read_bytes() == data
    place.write_bytes(data[:200] + bytes([data[200] ^ 1]) + data[201:])
    with pytest.raises(EvidenceError):
        check(world.ports, Work(words=NOVEL), whole=True)


def test_an_erasure_takes_the_index_along(library, tmp_path):
    """What was noted of a file's words goes when the file goes."""
    world = copied(library, tmp_path / "w")
    check(world.ports, Work(words=NOVEL))
    check(world.ports, work_of_number("isbn", "2-07-036002-4"))
    world.object("user1", "erasure")
    world.space.patch("release-1")
    world.space.erase()
    manifest = json.loads((world.root / "releases/release-1/manifest.json").read_bytes())
    gone = [file["sha256"] for file in manifest["files"] if file["path"].startswith("data/")]
    assert not any((world.root / index_path(digest)).exists() for digest in gone)
    assert not (world.root / "state/release-1/works.parquet").exists()
    assert {found["release"]: found["verdict"] for found in check(world.ports, Work(words=NOVEL))["releases"]} == {
        "release-1": "cannot-tell", "release-2": "found"}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=40).map(" ".join), min_size=1, max_size=6), st.integers(0, 6))
def test_what_two_texts_share_is_surely_seen(texts, cut):
    """Fingerprints in columns are those of each text alone, by the verifier's reading too; fifteen shared words share one.

    Law: PRV-13
    """
    values, owners = fingerprints(texts)
    for number, text in enumerate(texts):
        assert {*values[owners == number].tolist()} == prints(text, WORDS, WINDOW)
    run = " ".join(f"w{number}" for number in range(SURE))
    one_, two = (np.sort(fingerprints([f"{text} {run} {other}"])[0]) for text, other in ((texts[0], "x " * cut), ("y " * cut, texts[-1])))
    assert np.intersect1d(one_, two).size


def test_an_index_finds_every_place(tmp_path):
    """Every row that has a fingerprint is found, in whichever batch it came."""
    path = Path(tmp_path / "a.idx")
    path.write_bytes(index_of([[NOVEL, prose("b", 50)], ["", NOVEL]]))
    index = opened_index(path, whole=True)
    wanted = Wanted(fingerprints([NOVEL])[0])
    which, rows = index.find(wanted)
    assert {*rows.tolist()} == {0, 3}
    assert len(which) == 2 * len(wanted)
    assert index.counts.tolist()[2] == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=60).map(" ".join), max_size=6), st.lists(st.sampled_from("abcdef"), max_size=60))
def test_the_marks_of_an_index_hide_nothing(tmp_path_factory, texts, asked):
    """What the quick look lets through and what a comparison of all with all finds are the same, also where nothing is indexed."""
    path = tmp_path_factory.mktemp("bits") / "a.idx"
    path.write_bytes(index_of([texts]))
    wanted = Wanted(fingerprints([" ".join(asked)])[0])
    which, rows = opened_index(path, whole=True).find(wanted)
    every = [(value, row) for row, text in enumerate(texts) for value in prints(text, WORDS, WINDOW) if value in {*wanted.values.tolist()}]
    assert sorted(zip(wanted.values[which].tolist(), rows.tolist(), strict=True)) == sorted(every)
