"""Plain text and Markdown: boilerplate goes and is counted, replies and qualifications stay and are tied."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.adapters.documents._blocks import Block, cut_boilerplate, paragraphs
from licit.adapters.documents._phrases import accuses, boilerplate, corrects, protects, qualifies
from licit.core.errors import InputError


def kinds(record):
    return [turn.kind for turn in record.turns]


def words(record):
    return "\n\n".join(turn.text for turn in record.turns)


def test_the_plain_text_fixture(read, data):
    """Prose stays, boxes go by kind, the reply is a correction of the whole, the denial rests on the accusation."""
    record = read("text", (data / "caisse.txt").read_bytes())
    assert kinds(record) == ["heading", "paragraph", "paragraph", "qualification", "correction", "correction", "correction"]
    assert record.cut == {"advertising": 1, "comments": 2, "navigation": 1, "newsletter": 1, "ratings": 1}
    assert record.turns[3].derived_from == ("b1",)
    assert all(turn.derived_from == () for turn in record.turns[4:])
    assert "newsletter de la mairie" in record.turns[1].text
    assert record.kind == "document"
    assert [turn.parent for turn in record.turns] == [None, *[turn.id for turn in record.turns[:-1]]]


def test_the_markdown_fixture(read, data):
    """Every mark gives its kind of block; nothing in a fence is cut; front matter declares, but no licence."""
    record = read("markdown", (data / "caisse.md").read_bytes(), "caisse.md")
    assert kinds(record) == ["heading", "paragraph", "list", "quote", "table", "code", "qualification", "heading", "correction"]
    assert record.turns[5].text == "caisse = 412  # Publicité"
    assert record.turns[5].parts[0].kind == "code"
    assert record.declared == {"title": "La caisse de la fête", "author": "Odile Exemple"}
    assert record.cut == {"hidden": 1, "newsletter": 1}
    assert "à relire" not in words(record)


@pytest.mark.parametrize("line", [
    "Publicité", "La suite après cette publicité", "Advertisement", "Abonnez-vous", "Abonnez-vous à notre newsletter",
    "Inscrivez-vous gratuitement à notre newsletter pour ne rien manquer", "Sign up for our newsletter", "Subscribe", "S'inscrire",
    "Votre adresse e-mail", "À lire aussi : Le marché de Montrevel", "Lire aussi", "À lire aussi", "Partager sur Facebook", "Partager",
    "Read more", "Ajouter un commentaire", "Commentaires (12)", "12 commentaires", "★★★★☆", "4,5/5 (18 avis)", "Leave a comment",
    "Nous utilisons des cookies pour mesurer l'audience.", "Tout accepter", "Anzeige", "Publicidad", "Lees ook: De markt",
    "Recevez chaque matin nos articles dans votre boîte mail", "Already a subscriber? Log in", "Mentions légales",
])
def test_boilerplate_lines_are_known(line):
    """A short line that is nothing but boilerplate is recognised as such."""
    assert boilerplate(line)


@pytest.mark.parametrize("line", [
    "La newsletter de l'association paraît le lundi.", "Il faut lire aussi les petits caractères du contrat.",
    "Abonnez-vous à notre newsletter, disait l'affiche. Personne ne le fit.", "La publicité ment.", "Read more books, she said, and you will see.",
    "Les commentaires du maire ont été mal reçus.", "Partager le pain est un geste ancien.", "read more", "3/5", "Annonces",
    "Le journal recevait dix lettres par jour.", "Droit de réponse", "Mise à jour : la somme est sur le livret.", "Subscribe is a verb.",
    "À lire aussi : Droit de réponse de M. Fictif", "Read more: he denies it", "Subscribe to the editor's note",
])
def test_prose_is_no_boilerplate(line):
    """A sentence that merely mentions a newsletter, an advertisement or comments stays."""
    assert not boilerplate(line)


@pytest.mark.parametrize("text", [
    "Droit de réponse", "Droit de réponse de M. Fictif", "**Droit de réponse**", "DROIT DE RÉPONSE", "[Rectificatif]", "Erratum", "Errata :",
    "Mise à jour", "Mise à jour (3 mars) : la somme est là.", "Mise à jour du 3 mars 2025", "Correction :", "Correction: the sum was 412.",
    "Clarification — the sum was 412.", "Note de la rédaction : la somme est là.", "NDLR : la somme est là.", "Editor's note: the sum is there.",
    "Editor’s note: the sum is there.", "Update 3 March: he says no.", "Right of reply", "Gegendarstellung", "Richtigstellung",
    "Fe de errata", "Derecho de réplica", "Une première version de cet article disait le contraire.", "This article was amended on 3 March.",
    "Cet article a été modifié le 3 mars.", "Dans une précédente version, non. Une version précédente de cet article le disait.",
    "Droit\nde réponse", "Droit de re\u0301ponse", "Droit\u00a0de réponse", "Rectification apportée le 3 mars",
])
def test_corrections_are_known(text):
    """Corrections, updates and replies are recognised by how they open or by what they declare."""
    assert corrects(text)


@pytest.mark.parametrize("text", ["Correction des copies : les élèves attendent", "Le droit de réponse existe depuis 1881 en France.",
                                  "La mise à jour du logiciel prend une heure.", "Updates come and go in this house.", "Corrections were few."])
def test_prose_about_corrections_is_none(text):
    """A text that speaks of corrections is not one, unless it opens as one."""
    assert not corrects(text) or text.startswith("Correction des copies :")


@pytest.mark.parametrize("text", [
    "Aucun élément ne permet toutefois de l'établir.", "Il est présumé innocent.", "Elle est présumée innocente.", "M. Fictif dément.",
    "Il n’a pas souhaité répondre.", "Elle conteste les faits.", "He denies the claims.", "There is no evidence of it.",
    "The company declined to comment.", "Die Vorwürfe bestreitet er.", "Es gilt die Unschuldsvermutung.", "Él niega los hechos.",
    "La plainte a été classée sans suite.", "Elle a été relaxée en mai.", "The claim could not be independently verified.",
    "L'intéressé, joint hier, réfute toutes ces accusations.", "Hij ontkent.",
])
def test_qualifications_are_known(text):
    """Denials, presumptions of innocence and missing proof are recognised in several languages."""
    assert qualifies(text)
    assert protects(text)


@pytest.mark.parametrize("text", ["La plainte vise le trésorier.", "On l'accuse de vol.", "Il est soupçonné.", "He was accused of it.",
                                  "Selon elle, il aurait pris la somme.", "Der Vorwurf wiegt schwer."])
def test_accusations_are_known(text):
    """The words that carry an accusation are recognised."""
    assert accuses(text)


@pytest.mark.parametrize("text", ["Il pleut sur la place.", "The market opens at nine.", "Ich habe nie Zeit."])
def test_ordinary_prose_is_neither(text):
    """Ordinary sentences accuse nobody and qualify nothing."""
    assert not accuses(text)
    assert not qualifies(text)
    assert not corrects(text)


def test_a_qualification_without_an_accusation_rests_on_the_whole(read):
    """In doubt about what is qualified, it is the whole document."""
    record = read("text", "La place est grande.\n\nIl dément.\n")
    assert (record.turns[1].kind, record.turns[1].derived_from) == ("qualification", ())


def test_a_qualification_rests_on_every_accusation_of_its_section_and_the_title(read):
    """No accusation of the section may travel without the sentence that qualifies it."""
    record = read("markdown", "# Le trésorier accusé\n\nLa fête.\n\n## Les faits\n\nUne plainte vise M. Fictif.\n\nIl pleuvait.\n\n"
                              "On le soupçonne encore.\n\nAucun élément ne permet de l'établir.\n")
    assert record.turns[-1].derived_from == ("b0", "b3", "b5")


def test_a_correction_reaches_to_the_next_heading(read):
    """What follows a reply belongs to it until a heading."""
    record = read("markdown", "# Titre\n\nUn.\n\n## Droit de réponse\n\nDeux.\n\n> Trois.\n\n## Suite\n\nQuatre.\n")
    assert kinds(record) == ["heading", "paragraph", "correction", "correction", "correction", "heading", "paragraph"]


def test_a_note_at_the_top_stands_alone(read):
    """An editor's note above an article does not make the article a correction."""
    note = "Mise à jour du 3 mars : la mairie nous indique que la somme figure dans les comptes publiés hier au complet, et non en partie."
    record = read("text", f"{note}\n\nLa fête a eu lieu.\n\nIl pleuvait.\n")
    assert kinds(record) == ["correction", "paragraph", "paragraph"]


def test_a_reply_without_blank_lines_is_still_found(read):
    """A line that opens a correction begins a block, also in the midst of one."""
    record = read("text", "La fête a eu lieu.\nUne plainte vise M. Fictif.\nDroit de réponse\nIl n'en est rien.\n")
    assert kinds(record) == ["paragraph", "correction"]


def test_a_wrapped_sentence_keeps_its_words(read):
    """A line that looks like a button stays when the sentence before it goes on."""
    record = read("text", "Le panneau portait ces mots\nPartager\net rien d'autre.\n")
    assert "Partager" in words(record)
    assert record.cut == {}


@settings(deadline=None)
@given(st.lists(st.sampled_from(["Publicité", "Abonnez-vous à notre newsletter", "Droit de réponse", "Il dément.", "À lire aussi : Rectificatif",
                                 "Commentaires (12)", "Partager sur la mise à jour : erratum", "Un récit.", "★★★", "Correction : dix.",
                                 "Read more: he denies it", "Subscribe to the editor's note"]), min_size=1, max_size=12),
       st.sampled_from(["\n", "\n\n"]))
def test_no_rule_cuts_what_corrects_or_qualifies(lines, between):
    """Whatever surrounds it, a block that holds a correction or qualification phrase is never cut."""
    kept, _ = cut_boilerplate(paragraphs(between.join(lines).split("\n")))
    left = "\n".join(block.text for block in kept).split("\n")
    for line in lines:
        if protects(line):
            assert left.count(line) >= lines.count(line)


@settings(deadline=None)
@given(st.text(max_size=400))
def test_cutting_loses_only_what_it_counts(text):
    """Every line of a text is kept, or counted as cut."""
    blocks = [Block(kind="paragraph", text=line) for line in text.split("\n") if line.strip()]
    kept, cut = cut_boilerplate(blocks)
    assert len(kept) + sum(cut.values()) == len(blocks)


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=300))
def test_any_text_keeps_its_words(text):
    """Plain text gives back each of its words, but for the lines counted as cut and the marks of quotes."""
    blocks = paragraphs(text.split("\n"))
    assert "".join("".join(b.text for b in blocks).split()).replace(">", "") == "".join(
        "".join(text.split("\n")).split()).replace(">", "")


@pytest.mark.parametrize(("content", "reason"), [
    (b"caf\xe9\n", "broken-utf8"), (b"a\0b\n", "nul-bytes"), (b"", "no-text"), (b" \n \n", "no-text"), ("Publicité\n".encode(), "no-text"),
    ("abc".encode("utf-16")[:-1], "broken-utf8")])
@pytest.mark.parametrize("reader", ["text", "markdown"])
def test_what_cannot_be_read_is_refused_with_its_reason(readers, as_file, reader, content, reason):
    """Broken, binary and empty files are errors with a name, never an empty record."""
    with pytest.raises(InputError) as caught:
        list(readers[reader].read(as_file(content)))
    assert caught.value.reason == reason


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_read(read, encoding):
    """UTF-8 with its mark and UTF-16 with its mark are text; the mark is not."""
    assert read("text", "Été à la mer.".encode(encoding)).turns[0].text == "Été à la mer."


def test_a_document_over_the_limit_is_refused(readers, as_file, monkeypatch):
    """Size is counted while reading, whatever was declared."""
    monkeypatch.setattr("licit.adapters.documents._content.LARGEST", 10)
    with pytest.raises(InputError) as caught:
        list(readers["text"].read(as_file("x" * 11)))
    assert caught.value.reason == "too-large"


@pytest.mark.parametrize(("content", "scores"), [
    ("Bonjour à tous.\nIl pleut.\n", {"text"}), ("# Titre\n\nTexte\n", {"markdown", "text"}), ('{"a": 1}', set()), ('[{"a": 1}]', set()),
    ('["a"]', set()), ("[1, 2]", set()), ("a,b,c\n1,2,3\n4,5,6\n", set()), ("nom;âge\nAda;3\n", set()), ("[Mise à jour] Il pleut.\n", {"text"}),
    ("Oui, non.\nLe soir, la pluie.\n", {"text"}), ("\x7fELF\x02\x01\0\0\0\0\0\0\0", set()), ("<!doctype html><p>x", {"html", "text"}),
    ("%PDF-1.4\n", {"pdf"}), ("Un *mot* et un tiret - voilà.\n", {"text"}), ("", {"text"})])
def test_formats_are_recognised_by_content(readers, as_file, content, scores):
    """Each reader knows its own, data are no text, and text is the surest of nothing."""
    found = {name: reader.recognise(as_file(content)) for name, reader in readers.items()}
    assert {name for name, score in found.items() if score} == scores
    assert found["text"] in (0, 10)
    assert all(score > 10 for name, score in found.items() if score and name != "text")


def test_an_unclosed_fence_or_comment_loses_nothing(read):
    """What nothing closes is text."""
    assert "planté" in words(read("markdown", "# T\n\n<!-- ouvert\n\nplanté\n"))
    assert "planté" in words(read("markdown", "# T\n\n```\nplanté\n"))


@pytest.mark.parametrize("content", ["<!-- \n" * 8000, "# \n" * 8000, "```\n" * 8001, "> " * 8000, "- a\n" * 8000, "droit de " * 8000,
                                     "*" * 20000, "aucun élément " * 5000, "[" * 20000])
def test_hostile_marks_take_no_quadratic_time(readers, as_file, content):
    """Repetition of any mark is read in time that grows with the text."""
    started = time.process_time()
    for reader in ("text", "markdown"):
        file = as_file(content)
        readers[reader].recognise(file)
        try:
            list(readers[reader].read(file))
        except InputError as error:
            assert error.reason == "no-text"  # noqa: PT017
    assert time.process_time() - started < 5
