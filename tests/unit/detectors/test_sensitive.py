"""Screening: special categories, offences, minors, pasted chats, of a person."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from licit.detectors._plain import plain
from licit.detectors.sensitive import _SPLIT, SensitiveScreener, _joined, _speakers

PARTED = (" '", "' ", " n't", " N'T", " .", "mr", "Mme", "jusqu", "l", "d", "a", "ve", "é", "'", " ", ".", "\n", "\0")
SAID = ("Anna", "O 'Neil", "L' Anna", "user", " ", "> ", "**", ": ", " :", "x", "\n", "\n", "dr .", "\xa0", "\t")


@pytest.fixture(scope="module")
def look():
    screener = SensitiveScreener()
    return lambda text: {(found.reason, found.family) for found in screener.look([text], [""])[0]}


@pytest.mark.parametrize(("family", "text"), [
    ("health", "je suis diabétique"), ("health", "ma mère a un cancer du sein"), ("health", "I was diagnosed with lupus last year"),
    ("health", "Mon fils Théo est autiste"), ("health", "my wife has been struggling, she has depression; I have ptsd"), ("health", "JE SUIS DIABETIQUE"),
    ("health", "Camille Exemple est séropositive"), ("religion", "Je suis musulmane et je cherche"), ("religion", "I'm Jewish"),
    ("religion", "je vais à la messe"), ("politics", "je vote à gauche"), ("politics", "I'm a registered Republican"),
    ("union", "je suis syndiqué à la CGT"), ("union", "I'm a union rep"), ("origin", "je suis d'origine algérienne"),
    ("origin", "as a black woman, I"), ("sex", "je suis gay"), ("sex", "I came out as bisexual"), ("sex", "my brother is gay"),
    ("genetic", "my DNA test says"), ("genetic", "j'ai une mutation BRCA1"),
    ("biometric", "mes empreintes digitales sont dans la base"), ("biometric", "my employer keeps my fingerprints")])
def test_what_reveals_a_special_category_of_a_person_is_told(look, family, text):
    """The writer, a relative or a named person: refused."""
    assert ("special-category", family) in look(text)


@pytest.mark.parametrize("text", ["j'ai été condamné à deux ans", "M. Exemplet a été condamné pour vol", "I was arrested for theft",
                                  "my brother is in prison", "j'ai un casier judiciaire"])
def test_offences_of_a_person_are_told(look, text):
    """Convictions, arrests and the like: refused."""
    assert ("offence-data", "offence") in look(text)


@pytest.mark.parametrize(("text", "split"), [
    ("L'accusé est en prison depuis qu'il purge une peine d'emprisonnement.", "L ' accusé est en prison depuis qu ' il purge une peine d ' emprisonnement ."),
    ("M. Exemplet a été condamné pour vol", "M . Exemplet a été condamné pour vol"), ("j'ai fait de la prison", "j' ai fait de la prison"),
    ("I'm on parole", "I 'm on parole"), ("my brother's in prison, isn't he", "my brother 's in prison , is n't he")])
def test_words_split_into_tokens_are_read_as_they_are_written(look, text, split):
    """Blanks around apostrophes, or between a title and its dot, hide nothing: the parted text tells what the whole one tells."""
    assert ("offence-data", "offence") in look(text)
    assert look(split) == look(text)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PARTED), max_size=20).map("".join))
@example("I do N'T\0l 'a" + " ." * 70)
def test_words_are_joined_alike_in_every_batch(text):
    """A look beforehand spares most texts the joining, and none that has something to join, whatever stands beside."""
    block = plain(text.split("\0")).data
    joined = bytes(_SPLIT.sub(lambda match: match[0].replace(b" ", b""), block))
    assert _joined(block) == joined
    assert b"".join(_joined(one + b"\0") for one in block[:-1].split(b"\0")) == joined


@settings(deadline=None)
@given(st.lists(st.sampled_from(SAID), max_size=25).map("".join))
@example("Anna: a\nBen: b\nAnna: c")
def test_the_first_look_for_speakers_overlooks_none(look, text):
    """Where people take turns by name the pattern that is asked first matches, also after words were joined."""
    if _speakers(plain([text]).text[:-1]):
        assert ("pasted-chat", "pasted-chat") in look(text)


@pytest.mark.parametrize("text", [
    "Le requérant fut inculpé de voies de fait.", "Elle purge une peine de dix ans de réclusion criminelle.", "The accused was remanded in custody.",
    "Mme Exemplet a été reconnue coupable d'abus de confiance.", "He was found guilty of theft."])
def test_words_of_a_judgment_tell_an_offence_of_whom_it_judges(look, text):
    """A party, somebody named or a pronoun, with words that only a court uses of somebody, in one sentence."""
    assert ("offence-data", "offence") in look(text)


@pytest.mark.parametrize("text", [
    "La loi punit le vol de trois ans d'emprisonnement.", "L'accusé est acquitté dans ce roman.", "Le requérant demande l'annulation de l'arrêté.",
    "The law punishes theft with imprisonment.", "The defendant in my novel was found guilty of theft.", "The applicant must upload a letter."])
def test_words_of_a_judgment_about_nobody_are_a_topic(look, text):
    """What the law says, a story, or a party alone tells no offence."""
    assert look(text) == set()


@pytest.mark.parametrize("text", ["j'ai 13 ans", "J'ai treize ans et", "I'm 14", "i'm 9 years old", "je suis en CM2", "I am in 7th grade",
                                  "je suis mineure"])
def test_minors_who_say_so_are_told(look, text):
    """The record is held."""
    assert ("minor-in-text", "minor") in look(text)


@pytest.mark.parametrize("text", [
    "12/03/2024, 10:22 - Camille: salut\n12/03/2024, 10:23 - Sam: yo", "[10:22] Camille: salut\n[10:23] Sam: yo",
    "[12/03/24 10:22:01] Camille: a\n[12/03/24 10:22:09] Sam: b", "De : Camille <c@example.org>\nÀ : Sam\nObjet : x",
    "From: a@example.org\nTo: b@example.org\nSubject: x", "Le lun. 3 mars 2025 à 10:00, Camille a écrit :\n> bonjour",
    "12/03/2024 à 10:22 - Votre code de sécurité avec ~ Camille a changé"])
def test_chats_and_mails_of_others_are_told(look, text):
    """The record is held."""
    assert ("pasted-chat", "pasted-chat") in look(text)


@pytest.mark.parametrize("text", ["Nadia : on se quitte ?\nTom : pourquoi\nNadia : je sais plus", "**Sam**: hi\n**Ines**: yo\n**Sam**: lunch?"])
def test_people_who_take_turns_by_name_are_told(look, text):
    """Two people, one of them twice, a line each, in any language."""
    assert ("pasted-chat", "pasted-chat") in look(text)


@pytest.mark.parametrize("text", ["User: hi\nAssistant: hello\nUser: bye", "Note: a\nPlace: b\nDate: c", "Sam: hi\nInes: yo",
                                  "Sam: hi\nSam: yo\nSam: lunch?"])
def test_roles_and_lists_are_no_people(look, text):
    """A chat with a machine, a list of fields, or one speaker alone is no chat of others."""
    assert look(text) == set()


@pytest.mark.parametrize("text", ["Cher journal, je ne dors plus", "Dear diary, today", "tu es ma petite amie virtuelle", "You are my girlfriend.",
                                  "Sois mon thérapeute, parlons de mon père", "be my therapist please"])
def test_intimate_talk_is_told(look, text):
    """A diary, a therapy, a companion: the record is held.

    Law: SEN-04
    """
    assert ("intimate", "intimate") in look(text)


def test_a_topic_word_excuses_the_loose_tie_only(look):
    """A story about somebody is a topic; the writer's own state in the same sentence is none."""
    assert look("my novel has a part about chemo") == set()
    assert ("special-category", "health") in look("my dog died and I'm on antidepressants")


@pytest.mark.parametrize("text", [
    "What is diabetes?", "Quels sont les symptômes du diabète ?", "Explain the history of Islam.", "Le cancer est une maladie grave.",
    "I'm 14 minutes late", "j'ai 13 ans d'expérience", "J'ai 25 ans", "I'm 40 years old", "I'm 5 feet tall", "je suis de retour",
    "Le 12/03/2024, 10:22 : je suis parti", "Write a story about a union strike", "I have a question about cancer research",
    "le tribunal a condamné la société", "My dog is black and white", "Who won the 2022 election?", "je suis prêt", "from: here to: there",
    "J'ai 2 ans de retard", "my laptop has a virus"])
def test_topics_are_not_told(look, text):
    """A question about a thing says nothing of a person."""
    assert look(text) == set()


def test_refusals_come_before_holds():
    """The strictest answer is the first."""
    found = SensitiveScreener().look(["J'ai 13 ans. Je suis diabétique."], [""])[0]
    assert [one.reason for one in found] == ["special-category", "minor-in-text"]


def test_each_text_answers_for_itself():
    """A neighbour in the batch changes nothing, and nothing is told across two texts."""
    answers = SensitiveScreener().look(["bonjour", "je suis diabétique", "je suis", "diabétique", "I'm 14", "ok"], [""] * 6)
    assert [bool(answer) for answer in answers] == [False, True, False, False, True, False]
