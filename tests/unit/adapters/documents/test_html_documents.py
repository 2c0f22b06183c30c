"""HTML: the author's text, with every reply; never a script, a hidden word, an advertisement or a reader's comment."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.core.errors import InputError

PROSE = "<p>La fête a réuni trois cents personnes sur la place, un samedi de pluie, autour de vingt-deux stands.</p>"


def words(record):
    return "\n".join(turn.text for turn in record.turns)


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


def test_the_html_fixture(read, data):
    """The whole page: what stays, what is cut and how it is counted, what rests on what."""
    record = read("html", (data / "caisse.html").read_bytes(), "caisse.html")
    assert [turn.kind for turn in record.turns] == ["heading", "paragraph", "paragraph", "qualification"] + ["correction"] * 5
    assert record.turns[3].derived_from == ("b1", "b2")
    assert record.cut == {"advertising": 1, "comments": 1, "hidden": 1, "navigation": 4, "newsletter": 1, "ratings": 1, "struck": 1}
    for gone in ("LEAK", "arrosoir", "Chaque matin", "Partager", "Bien fait", "4,5", "Mentions", "Accueil", "volé"):
        assert gone not in words(record)


def test_a_page_says_things_of_itself_but_no_licence(read, data):
    """Title, author, day, address, publisher and reservation are declared; a licence the page claims is not taken."""
    record = read("html", (data / "caisse.html").read_bytes(), "caisse.html")
    assert record.declared == {"title": "La caisse de la fête", "author": "Odile Exemple", "date": "2025-03-02T08:00:00+01:00",
                               "url": "https://courrier.example/caisse", "publisher": "Le Courrier de Montrevel", "language": "fr", "page-kind": "NewsArticle",
                               "tdm-reservation": "1"}
    assert record.origin_id == "https://courrier.example/caisse"
    assert {turn.said_at for turn in record.turns} == {"2025-03-02"}


@pytest.mark.parametrize("box", [
    "<aside><h3>Droit de réponse</h3><p>PLANTED</p></aside>", "<div class='ad-slot'><p>Rectificatif : PLANTED</p></div>",
    "<aside class='newsletter'><p>Note de la rédaction : PLANTED</p></aside>", "<div class=correction><p>PLANTED</p></div>",
    "<div id='droit-de-reponse'><p>PLANTED</p></div>", "<footer><p>Une version précédente de cet article disait PLANTED.</p></footer>",
    "<aside><p>M. Fictif PLANTED conteste les faits.</p></aside>", "<form><p>Editor&#8217;s note: PLANTED</p></form>",
    "<div hidden><p>Erratum : PLANTED</p></div>", "<aside role=complementary><p><b>Mise à jour</b> : PLANTED</p></aside>"])
@pytest.mark.parametrize("shape", ["<article>{prose}{box}</article>", "<main>{prose}</main>{box}", "<article>{prose}</article><section>{box}</section>",
                                   "<div>{prose}{box}</div>", "{box}<article>{prose}</article>"])
def test_no_reply_is_lost_wherever_it_stands(read, shape, box):
    """A correction, reply or qualification stays, in whatever box, inside the article or outside it."""
    record = read("html", page(shape.format(prose=PROSE, box=box)))
    (turn,) = [turn for turn in record.turns if "PLANTED" in turn.text]
    assert turn.kind in ("correction", "qualification")
    assert "trois cents" in words(record)


def test_a_reply_outside_the_article_keeps_all_its_paragraphs(read):
    """What follows a reply's title in its box belongs to it."""
    record = read("html", page(f"<article>{PROSE}</article><section><h2>Droit de réponse</h2><p>Un.</p><p>Deux.</p></section><p>Hors.</p>"))
    assert [turn.text for turn in record.turns if turn.kind == "correction"] == ["Droit de réponse", "Un.", "Deux."]


@pytest.mark.parametrize("box", ["<nav><a href='/x'>Droit de réponse</a></nav>", "<footer><a href='/c'>Corrections</a></footer>"])
def test_a_link_to_a_reply_is_no_reply(read, box):
    """A menu entry that names a page of replies keeps no menu."""
    record = read("html", page(f"<article>{PROSE}</article>{box}"))
    assert [turn.kind for turn in record.turns] == ["paragraph"]


@pytest.mark.parametrize(("box", "kind"), [
    ("<div class='ads'>PLANTED</div>", "advertising"), ("<div id='pubAdSlot'>PLANTED</div>", "advertising"), ("<div class='newsletter-signup'>PLANTED</div>", "newsletter"),
    ("<div class='comments-list'>PLANTED</div>", "comments"), ("<div id='disqus_thread' class='disqus'>PLANTED</div>", "comments"),
    ("<div class='starRating'>PLANTED</div>", "ratings"), ("<nav>PLANTED</nav>", "navigation"), ("<div class='related-posts'>PLANTED</div>", "navigation"),
    ("<div role='navigation'>PLANTED</div>", "navigation"), ("<div style='display: none'>PLANTED</div>", "hidden"), ("<del>PLANTED</del>", "struck"),
    ("<div class='cookie-consent'>PLANTED</div>", "navigation"), ("<p>Abonnez-vous à notre newsletter PLANTED</p>", "newsletter")])
@pytest.mark.parametrize("shape", ["<article>{}</article>", "<div>{}</div>"])
def test_boxes_go_and_are_counted(read, shape, box, kind):
    """Each kind of box is cut from the article and counted under its name."""
    record = read("html", page(shape.format(PROSE + box)))
    assert "PLANTED" not in words(record)
    assert record.cut == {kind: 1}


@pytest.mark.parametrize("wrapper", ["<div class='content has-comments share-enabled'>", "<form id='aspnetForm'>", "<div class='no-sidebar menu-open'>"])
def test_a_wrapper_with_a_misleading_name_keeps_its_text(read, wrapper):
    """So much running text is the article, whatever its wrapper is called."""
    assert words(read("html", page(f"{wrapper}{PROSE * 4}"))).count("trois cents") == 4


@pytest.mark.parametrize("trick", [
    "<script>PLANTED</script>", "<script type='text/x'>PLANTED", "<SCRIPT>PLANTED</SCRIPT >", "<style>PLANTED</style>", "<!-- PLANTED -->", "<!--[if IE]>PLANTED<![endif]-->",
    "<svg><script>PLANTED</script><text>PLANTED</text></svg>", "<template><p>PLANTED</p></template>", "<iframe>PLANTED</iframe>", "<textarea>PLANTED</textarea>",
    "<noscript><p>PLANTED</p></noscript>", "<?php PLANTED ?>", "<object>PLANTED</object>", "<p data-x='PLANTED' title='PLANTED' onclick='PLANTED'>x</p>",
    "<script>x='</scr'+'ipt>PLANTED'</script>", "<select><option>PLANTED</option></select>"])
def test_script_text_never_leaks(read, trick):
    """Code, comments, attributes and hidden elements never become text."""
    assert "PLANTED" not in words(read("html", page(f"<article>{PROSE}{trick}</article>")))


def test_entities_become_characters_once(read):
    """An escaped tag is text, not a tag; entities are undone one time; NUL and lone surrogates become a mark of damage."""
    record = read("html", page("<article><p>&lt;script&gt;x&lt;/script&gt; &amp;amp; &eacute;&#233;&#xE9; a&nbsp;b &#0;&#xD800;</p></article>"))
    assert record.turns[0].text == "<script>x</script> &amp; ééé a\u00a0b \ufffd\ufffd"


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td", "blockquote", "span"])
def test_nesting_beyond_the_parser_is_refused(readers, as_file, tag):
    """A page whose end the parser would drop is set aside, not read in part."""
    with pytest.raises(InputError) as caught:
        list(readers["html"].read(as_file(page(PROSE + f"<{tag}>" * 10_000 + "Droit de réponse : non."))))
    assert caught.value.reason == "too-deep"


@pytest.mark.parametrize("content", ["<div class='ad'>" * 2000 + "x" * 50_000, "<p>" * 20_000 + "x", "<div hidden>x</div>" * 5_000, "<li>x" * 8_000,
                                     "<div class='comments'><p>Erratum : x" * 900, "&" * 100_000, "<" * 100_000, "<a href='" * 20_000])
def test_hostile_pages_take_no_quadratic_time(readers, as_file, content):
    """Repetition and nesting are read in time that grows with the page."""
    started = time.process_time()
    reasons = set()
    try:
        list(readers["html"].read(as_file(page(PROSE + content))))
    except InputError as error:
        reasons.add(error.reason)
    assert reasons <= {"too-deep", "no-text"}
    assert time.process_time() - started < 4


@pytest.mark.parametrize(("declared", "encoding"), [("<meta charset=iso-8859-1>", "cp1252"), ("<meta charset='utf-8'>", "utf-8"), ("", "utf-8"),
                                                    ("<meta http-equiv=content-type content='text/html; charset=windows-1252'>", "cp1252"), ("", "utf-16")])
def test_declared_encodings_are_read(read, declared, encoding):
    """A byte order mark or the page itself says its encoding; Latin-1 is read as browsers read it."""
    record = read("html", page("<article><p>L’été à 3 €</p></article>", declared).encode(encoding))
    assert record.turns[0].text == "L’été à 3 €"


@pytest.mark.parametrize(("declared", "data", "reason"), [("", b"\xe9", "broken-utf8"), ("<meta charset=utf-8>", b"\xe9", "broken-utf8"),
                                                          ("<meta charset=zlib>", b"x", "encoding-unknown"), ("<meta charset=utf-7>", b"x", "encoding-unknown"),
                                                          ("<meta charset=punycode>", b"x", "encoding-unknown"), ("", b"\0", "nul-bytes")])
def test_an_encoding_is_never_guessed(readers, as_file, declared, data, reason):
    """Bytes outside the declared encoding, and codecs that no page is written in, set the page aside."""
    with pytest.raises(InputError) as caught:
        list(readers["html"].read(as_file(page("<p>X</p>", declared).encode().replace(b"X", data))))
    assert caught.value.reason == reason


def test_lists_tables_and_code_keep_their_shape(read):
    """Items of one list are one block, rows of one table another, code keeps its spaces."""
    record = read("html", page("<article><ul><li>un</li><li>deux <b>gras</b></li></ul><ol><li>trois</ol><table><tr><th>a<td>b<tr><td>1<td>2</table>"
                               "<pre>x\n  y</pre><blockquote><p>dit-on</p></blockquote><p>a<br>b</p></article>"))
    assert [(turn.kind, turn.text) for turn in record.turns] == [
        ("list", "- un\n- deux gras"), ("list", "- trois"), ("table", "a | b\n1 | 2"), ("code", "x\n  y"), ("quote", "dit-on"), ("paragraph", "a\nb")]


@pytest.mark.parametrize("linked", ["[" * 5000, '{"@type": ["NewsArticle", 3], "author": {"name": 5}}', '{"@graph": 3}', "{", "null", '{"@type": "Person"}'])
def test_bad_linked_data_harms_nothing(read, linked):
    """Linked data of any shape declares what it can and never breaks a page."""
    record = read("html", page(f"<article>{PROSE}</article>", f"<script type='application/ld+json'>{linked}</script>"))
    assert set(record.declared) <= {"page-kind"}
    assert set(record.strange) <= {"json-ld"}


TAG = st.sampled_from(["p", "div", "article", "aside", "nav", "li", "table", "td", "h2", "b", "a", "del", "section", "pre", "br"])


@settings(deadline=None)
@given(st.recursive(st.sampled_from(["mot", "Droit de réponse", "Il dément.", "Publicité", "&lt;"]),
                    lambda inner: st.builds(lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>", TAG, st.lists(inner, max_size=4)), max_leaves=20))
def test_any_tree_is_read_or_empty(readers, as_file, body):
    """Whatever the tree, the page is read, or has no text."""
    try:
        list(readers["html"].read(as_file(page(body))))
    except InputError as error:
        assert error.reason == "no-text"  # noqa: PT017


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_as_html_raises_only_input_errors(readers, as_file, text):
    """Broken markup never breaks the reader."""
    try:
        list(readers["html"].read(as_file(text.encode("utf-8", "replace"))))
    except InputError as error:
        assert error.reason in ("no-text", "nul-bytes", "broken-utf8", "encoding-unknown")  # noqa: PT017
