"""PDF: read whole or not at all, paragraphs unwrapped, words rejoined."""

import importlib.util
import io
import logging
import zlib

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.core.errors import InputError


@pytest.fixture(scope="module")
def pdf(data):
    """The writer of small PDFs that also makes the fixtures."""
    spec = importlib.util.spec_from_file_location("build_documents", data.parent / "build_documents.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pdf


def refusal(readers, file):
    with pytest.raises(InputError) as caught:
        list(readers["pdf"].read(file))
    return caught.value.reason


def test_the_pdf_fixture(read, data):
    """Pages become paragraphs; the reply and the qualification are tied as everywhere; page numbers are cut."""
    record = read("pdf", (data / "caisse.pdf").read_bytes(), "caisse.pdf")
    assert [turn.kind for turn in record.turns] == ["heading", "paragraph", "qualification"] + ["correction"] * 3
    assert record.turns[2].derived_from == ("b1",)
    assert "l'association seront publiés. Ils le seront peut-être demain." in record.turns[1].text
    assert record.declared == {"title": "La caisse de la fête"}
    assert record.cut == {"navigation": 2}


def test_a_scan_has_no_text(readers, as_file, data):
    """Pictures of pages are no text, and say so."""
    assert refusal(readers, as_file((data / "scan.pdf").read_bytes())) == "no-text"


def test_a_page_without_text_is_counted(read, pdf):
    """One scanned page among others shows in the counts: it may hold what matters."""
    assert read("pdf", pdf([["La place est grande."], []])).strange == {"page-without-text": 1}


@pytest.mark.parametrize("password", ["", "secret"])
def test_an_encrypted_file_is_refused(readers, as_file, pdf, password):
    """A lock is respected, also one that an empty password opens."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([["Texte."]])))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    assert refusal(readers, as_file(out.getvalue())) == "encrypted"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8, 0.95, 0.99])
def test_a_truncated_file_is_refused(readers, as_file, data, share):
    """A file cut short is not read in part, though pypdf could."""
    whole = (data / "caisse.pdf").read_bytes()
    assert refusal(readers, as_file(whole[:int(len(whole) * share)])) == "broken-pdf"


def test_a_file_whose_last_revision_is_cut_short_is_refused(readers, as_file, data):
    """A revision appended to a file may hold the reply: cut short, the older one must not pass for the file."""
    revision = b"9 0 obj\n<< /Length 9000 >>\nstream\n" + b"(Rectificatif) Tj\n" * 300
    assert refusal(readers, as_file((data / "caisse.pdf").read_bytes() + revision)) == "broken-pdf"


@pytest.mark.parametrize("content", [b"%PDF-1.4\n%%EOF", b"%PDF-1.4\nstartxref\n0\n%%EOF", b"%PDF-1.7\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF"])
def test_a_file_without_a_body_is_refused(readers, as_file, content):
    """The mark of a PDF alone is no PDF."""
    assert refusal(readers, as_file(content)) == "broken-pdf"


def test_too_many_pages_are_refused(readers, as_file, pdf, monkeypatch):
    """No file runs for ever: pages have a limit."""
    monkeypatch.setattr("licit.adapters.documents.pdf.MOST_PAGES", 2)
    assert refusal(readers, as_file(pdf([["a"], ["b"], ["c"]]))) == "too-large"


def test_a_page_that_unpacks_to_too_much_is_refused(readers, as_file):
    """A small file whose page unpacks to a flood is set aside."""
    packed = zlib.compress(b" " * (9 * 1024 * 1024), 9)
    out, places = b"%PDF-1.4\n", []
    for body in (b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                 b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
                 b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (len(places), body)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    assert refusal(readers, as_file(out)) == "too-large"


def test_repeated_page_heads_are_cut_but_for_the_first(read, pdf):
    """What stands above every page is the page's, not the text's; its first meeting may be the title."""
    pages = [["Le Courrier de Montrevel", f"La page {word} parle de la fête et de la place.", f"Page {n} sur 3"]
             for n, word in enumerate(["une", "deux", "trois"], 1)]
    record = read("pdf", pdf(pages))
    text = "\n".join(turn.text for turn in record.turns)
    assert text.count("Le Courrier de Montrevel") == 1
    assert "sur 3" not in text
    assert record.cut == {"navigation": 5}


def test_a_correction_that_heads_every_page_is_kept(read, pdf):
    """No rule of pages cuts a correction."""
    record = read("pdf", pdf([["Rectificatif", "Un."], ["Rectificatif", "Deux."], ["Rectificatif", "Trois."]]))
    assert "\n".join(turn.text for turn in record.turns).count("Rectificatif") == 3


def test_pypdf_says_nothing_in_the_logs(readers, as_file, data, caplog):
    """What pypdf has to say may quote the document: it is counted, not logged."""
    broken = (data / "caisse.pdf").read_bytes().replace(b"/WinAnsiEncoding", b"/NoSuchEncoding!").replace(b"xref\n0", b"xref\n1")
    with caplog.at_level(logging.DEBUG):
        try:
            list(readers["pdf"].read(as_file(broken)))
        except InputError as error:
            assert error.reason == "broken-pdf"  # noqa: PT017
    assert not caplog.records


@settings(max_examples=60, deadline=None)
@given(place=st.integers(min_value=0), byte=st.integers(0, 255))
def test_a_damaged_file_raises_only_input_errors(readers, as_file, data, place, byte):
    """A byte changed anywhere gives a record or an error with a name, nothing else."""
    damaged = bytearray((data / "caisse.pdf").read_bytes())
    damaged[place % len(damaged)] = byte
    try:
        list(readers["pdf"].read(as_file(bytes(damaged))))
    except InputError as error:
        assert error.reason in ("broken-pdf", "no-text", "nul-bytes", "encrypted", "too-large")  # noqa: PT017
