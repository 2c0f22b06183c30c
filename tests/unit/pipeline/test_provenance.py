"""Shadow libraries: every indicator marks; writing about one does not; descendants do; numbers of works are checked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licit.pipeline.provenance import decisions, marked_names, marks_of, shadow_marks
from licit.pipeline.works import work_numbers

MD5 = "0123456789abcdef0123456789abcdef"
BOOK = "\n".join(f"Line {n} of a book that nobody wrote." for n in range(12))

MARKED = [
    ({"source_url": f"libgen.rs/book/index.php?md5={MD5}"}, "", "address"), ({"url": f"https://mirror.example/covers/12/{MD5}.jpg"}, "", "md5"),
    ({"path": "10.1000@182.pdf"}, "", "path"), ({"url": "https://singlelogin2.example/book/1"}, "", "address"),
    ({"url": "http://gen.lib.rus.ec/x"}, "", "address"), ({"url": "https://1lib3.org"}, "", "address"),
    ({"torrent": "r_123000.torrent"}, "", "torrent"), ({"torrent": "sm_00000000-00099999"}, "", "torrent"),
    ({"path": "pilimi-zlib2-0-14679999-extra.tar"}, "", "path"), ({"url": "https://x.example/get?filename=A%20-%20B%20(2001)%20-%20libgen.li.epub"}, "", "path"),
    ({}, f"{BOOK}\nhttps://annas-archive.org/md5/{MD5}\n{BOOK}", "md5"), ({}, f"{BOOK}\nz-lib.org", "watermark"),
    ({}, "This book was downloaded from https://b-ok.cc/book/1\nOnce upon a time.", "watermark")]

DESCENDANTS = [
    {"dataset": "defunct-datasets/the_pile_books3"}, {"dataset": "the_pile_books3_minus_gutenberg"}, {"dataset": "somebody/my-books3-cut"},
    {"meta.pile_set_name": "Books3"}, {"meta.pile_set_name": "Bibliotik"}, {"redpajama_set_name": "RedPajamaBook"}, {"path": "RedPajama-Data-1T/book/book.jsonl"},
    {"dataset": "EleutherAI/the_pile"}, {"dataset": "cerebras/SlimPajama-627B"}, {"path": "data/books3.tar.gz"},
    {"path": "the_pile/books3_train_00.jsonl.zst"}, {"dataset": "mosaicml/storywriter"}]

CLEAN = [
    ({"path": "press/books3-lawsuit.md"}, ""), ({"path": "the-books3-affair/page.html"}, ""), ({"title": "Anna's Archive of letters"}, ""),
    ({"dataset": "the_pile", "pile_set_name": "Wikipedia (en)"}, ""), ({"dataset": "cerebras/SlimPajama-627B", "redpajama_set_name": "RedPajamaC4"}, ""),
    ({"source": "An article of the press on Books3 and its authors"}, ""), ({"url": "https://press.example/libgen.li-is-blocked"}, ""),
    ({"path": "10.1000_182.pdf"}, ""), ({"path": "Ada Exemple - Un titre (2019, Penguin).epub"}, ""),
    ({"description": "downloaded from libgen.li"}, ""), ({}, f"I read that https://annas-archive.org/md5/{MD5} was blocked, and why."),
    ({}, "z-lib.org"), ({}, "Sites ordered blocked:\n- libgen.li\n- z-lib.org\n- sci-hub.st\nThe publishers were pleased.\nSo it ended.\nReally.\nYes."),
    ({"url": "https://notlibgen.example.org/a"}, ""), ({"path": "e-book-store/b-oktober.txt"}, "")]


@pytest.mark.parametrize(("declared", "text", "kind"), MARKED)
def test_every_indicator_marks(declared: dict[str, str], text: str, kind: str) -> None:
    """A name, link, torrent or watermark of such a library marks the text, wherever it stands.

    Law: SHD-01, PRV-08
    """
    assert kind in shadow_marks(declared, text)


@pytest.mark.parametrize("declared", DESCENDANTS)
def test_descendants_are_marked(declared: dict[str, str]) -> None:
    """A set made of a tainted one is marked by its name; one of which a part is tainted, unless the row is of another part.

    Law: SHD-03
    """
    assert shadow_marks(declared, "") == ["dataset"]


@pytest.mark.parametrize(("declared", "text"), CLEAN)
def test_writing_about_one_is_no_mark(declared: dict[str, str], text: str) -> None:
    """An article, a title, a bibliography or a list of blocked hosts is not held for what it speaks of.

    Law: SHD-01
    """
    assert shadow_marks(declared, text) == []


def test_a_mark_is_found_in_company() -> None:
    """The quick look over many texts at once finds what a look at each alone finds.

    Law: SHD-01
    """
    declared, texts = [one[0] for one in MARKED], [one[1] for one in MARKED]
    together = marks_of([*declared, {}], [*texts, "nothing"])
    alone = [marks_of([one], [text])[0] for one, text in zip(declared, texts, strict=True)]
    assert together == dict(enumerate(alone))
    assert [*marked_names(["a.pdf", "b (Z-Library).pdf"])] == [1]


def test_families_say_why_they_are_listed() -> None:
    """Each decision has its court and day, and says that it was only reported where it was not read.

    Law: PRV-08
    """
    told = decisions()
    assert {one.reported for listed in told.values() for one in listed} == {True}
    assert told["Z-Library"][0].day.year == 2022
    assert told["Anna's Archive"] == ()


def test_numbers_of_works_need_their_check_digits() -> None:
    """ISBN-10 and -13, ISSN and DOI are found; a wrong check digit, or a bare ten digits, is none.

    Law: PRV-12
    """
    texts = ["ISBN 978-0-306-40615-7.", "ISBN-10: 0-306-40615-2", "ISSN 0378-5955", "see doi:10.1000/182.", "ISBN 978-0-306-40615-8",
             "ISSN 0378-5954", "0306406152", "nothing"]
    assert work_numbers(texts) == [(("isbn", "9780306406157"),), (("isbn", "9780306406157"),), (("issn", "03785955"),),
                                   (("doi", "10.1000/182"),), (), (), (), ()]


@given(st.text(), st.dictionaries(st.sampled_from(["url", "path", "dataset", "torrent", "title"]), st.text()))
def test_any_text_is_answered(text: str, declared: dict[str, str]) -> None:
    """No input breaks the scan.

    Law: SHD-01
    """
    assert isinstance(shadow_marks(declared, text), list)
    work_numbers([text])
