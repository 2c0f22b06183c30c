"""WhatsApp exports: everybody is named, no day is guessed, no character of a message is lost."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.adapters.chatlogs.whatsapp import READERS, looks_like_paste
from licit.core.errors import InputError
from licit.core.ports import InputFile
from licit.core.records import Record

DATA = Path(__file__).parents[3] / "data"
BY_NAME = {reader.name: reader for reader in READERS}
READER = BY_NAME["whatsapp"]


def chat(text: str | bytes, name: str = "chat.txt") -> InputFile:
    data = text.encode() if isinstance(text, str) else text
    return InputFile(name=name, size=len(data), head=data[:65536].decode("utf-8-sig", "replace"), open=lambda: io.BytesIO(data))


def read(text: str | bytes, reader: str = "whatsapp") -> Record:
    (record,) = BY_NAME[reader].read(chat(text))
    assert isinstance(record, Record)
    return record


def fixture(name: str) -> Record:
    return read((DATA / "whatsapp" / name).read_bytes())


def keys(record: Record) -> dict[str, str]:
    return {person.key: person.kind for person in record.people}


def named(record: Record, turn: int) -> set[tuple[str, str]]:
    return {(record.person(c.person).key, c.role) for c in record.turns[turn].concerns}


def test_the_fixtures_are_what_the_script_writes():
    """The fixtures are made by a script, and nobody has edited them since."""
    script = DATA / "build_documents.py"
    assert subprocess.run([sys.executable, script, "--check"], check=False).returncode == 0


def test_a_person_named_only_in_a_system_line_is_a_person_of_the_record():
    """The trap: a security-code line names somebody under a header without participants."""
    record = read("17/02/2025, 16:14 - Votre code de sécurité avec ~\u202fNadia Fictive a changé. Appuyez pour en savoir plus.\n")
    assert keys(record) == {"Nadia Fictive": "name"}
    assert named(record, 0) == {("Nadia Fictive", "mentioned")}
    assert record.turns[0].role == "system"


@pytest.mark.parametrize(("line", "people"), [
    ("Le code de sécurité de Nadia Fictive a changé. Appuyez pour plus d'informations.", {"Nadia Fictive"}),
    ("Your security code with ~\u00a0Nadia Fictive changed. Tap to learn more.", {"Nadia Fictive"}),
    ("\u200eYour security code with \u2068~ Nadia Fictive\u2069 changed.", {"Nadia Fictive"}),
    ("Deine Sicherheitsnummer für Nadia Fictive hat sich geändert.", {"Nadia Fictive"}),
    ("Tu código de seguridad con Nadia Fictive cambió.", {"Nadia Fictive"}),
    ("Je beveiligingscode met Nadia Fictive is gewijzigd.", {"Nadia Fictive"}),
    ("Nadia Fictive a changé de numéro de téléphone.", {"Nadia Fictive"}),
    ("+33 6 39 98 00 01 a changé pour +33 6 39 98 00 02", {"+33639980001", "+33639980002"}),
    ("Luc Exemple a retiré Zoé Modèle", {"Luc Exemple", "Zoé Modèle"}),
    ("Vous avez ajouté Zoé Modèle, Luc Exemple et Karim", {"Zoé Modèle", "Luc Exemple", "Karim"}),
    ("Zoé Modèle left", {"Zoé Modèle"}),
    ("Jonas Muster hat die Gruppe verlassen", {"Jonas Muster"}),
    ("Inés Ficticia añadió a Ana Prueba", {"Inés Ficticia", "Ana Prueba"}),
    ("Zoé Modèle a supprimé la description du groupe", {"Zoé Modèle"}),
    ("Une phrase que personne ne connaît sur ~\u202fLéa Démo et +33 6 39 98 00 03", {"Léa Démo", "+33639980003"}),
])
def test_system_lines_name_people_in_every_language(line, people):
    """Whoever a line of WhatsApp's own names is concerned by it, also where the phrase is unknown."""
    record = read(f"17/02/2025, 16:14 - {line}\n")
    assert set(keys(record)) == people
    assert {role for _, role in named(record, 0)} == {"mentioned"}
    assert record.turns[0].role == "system"


def test_an_unknown_system_line_is_counted():
    """What is not understood shows in the counts."""
    assert read("17/02/2025, 16:14 - Une phrase inconnue\n").strange == {"system-line": 1}


def test_the_french_android_export():
    """Senders write, numbers are phones, placeholders are attachments, deleted messages stay known as such."""
    record = fixture("android-fr.txt")
    assert record.kind == "conversation"
    assert record.third_parties
    assert record.holder == ""
    assert record.origin_id == ""
    assert keys(record) == {"Nadia Fictive": "name", "Luc Exemple": "name", "+33639980001": "phone", "Zoé Modèle": "name",
                            "Karim": "name", "+33639980002": "phone"}
    assert [turn.role for turn in record.turns] == ["system", "system", "participant", "participant", "system", "system",
                                                    "participant", "participant", "participant"]
    assert named(record, 2) == {("Luc Exemple", "author")}
    assert record.turns[3].parts[0].kind == "attachment"
    assert [part.kind for part in record.turns[6].parts] == ["attachment", "text"]
    assert record.turns[7].kind == "deleted"
    assert named(record, 8) == {("Luc Exemple", "author"), ("Nadia Fictive", "mentioned")}
    assert record.strange == {}


def test_the_parents_form_one_line():
    """Every turn follows the one before."""
    record = fixture("android-fr.txt")
    assert [turn.parent for turn in record.turns] == [None, *[turn.id for turn in record.turns[:-1]]]


def test_ios_system_text_has_a_sender_and_a_mark():
    """On iOS a system line looks sent: the mark and the phrase tell, and nobody is its author."""
    record = fixture("ios-fr.txt")
    assert [turn.role for turn in record.turns] == ["system", "participant", "participant", "system"]
    assert named(record, 3) == {("Fête", "mentioned"), ("Zoé Modèle", "mentioned"), ("Luc Exemple", "mentioned")}
    assert record.turns[2].text == "Bonjour\nà tous"
    assert record.turns[1].parts[0].kind == "attachment"


def test_a_message_that_quotes_a_system_phrase_is_a_message():
    """Only WhatsApp's own mark makes a sent line a system line."""
    record = read("[18/3/22 14:56:00] Luc Exemple: Nadia a ajouté Zoé\n")
    assert record.turns[0].role == "participant"
    assert named(record, 0) == {("Luc Exemple", "author")}


@pytest.mark.parametrize(("rest", "sender", "body"), [
    ("Luc Exemple: voir https://exemple.example/a: ici", "Luc Exemple", "voir https://exemple.example/a: ici"),
    ("Luc Exemple: note : rien", "Luc Exemple", "note : rien"),
    ("\u202a+33\u00a06\u00a039\u00a098\u00a000\u00a001\u202c: oui", "+33639980001", "oui"),
    ("~\u202fKarim\u00a0Test: oui", "Karim Test", "oui"),
    ("10:30 club: salut", "10:30 club", "salut"),
    ("Luc Exemple: ", "Luc Exemple", ""),
    ("Luc Exemple:", "Luc Exemple", ""),
])
def test_the_sender_ends_at_the_first_colon_and_space(rest, sender, body):
    """Colons in addresses, times and bodies do not part a sender."""
    record = read(f"17/02/2025, 16:14 - {rest}\n")
    assert named(record, 0) == {(sender, "author")}
    assert record.turns[0].text == body


@pytest.mark.parametrize("rest", ["Zoé Modèle a changé le sujet de « Projet : fête » en « Fête »", "Rappel : demain, tout le monde",
                                  "Zoé changed the group name from “a: b” to “c”"])
def test_a_colon_in_a_system_line_makes_no_sender(rest):
    """A system line on Android has no sender, whatever colons it holds."""
    assert read(f"17/02/2025, 16:14 - {rest}\n").turns[0].role == "system"


@pytest.mark.parametrize(("header", "day"), [
    ("17/02/2025, 16:14 - ", "2025-02-17"), ("17/02/2025 16:14 - ", "2025-02-17"), ("2/17/25, 4:14 PM - ", "2025-02-17"),
    ("2/17/25, 4:14\u202fp.\u00a0m. - ", "2025-02-17"), ("17.02.25, 16:14 - ", "2025-02-17"), ("17-02-2025 16:14 - ", "2025-02-17"),
    ("2025/02/17, 16:14 - ", "2025-02-17"), ("2025-02-17 16:14 - ", "2025-02-17"), ("[17/02/2025 16:14:00] ", "2025-02-17"),
    ("[17/02/2025, 16:14:00] ", "2025-02-17"), ("[2/17/25 16:14] ", "2025-02-17"), ("\u200e[17.2.2025 klo 14.08.18] ", "2025-02-17"),
    ("[\u0661\u0667\u200f/\u0662\u200f/\u0662\u0660\u0662\u0665\u060c \u0662:\u0665\u0666:\u0660\u0660 \u0645] ", "2025-02-17"),
    ("17/02/2025, 16:14 – ", "2025-02-17"),
])
def test_headers_of_many_phones(header, day):
    """Every known shape of date and clock is read; the time, which has no zone, is not kept."""
    record = read(f"{header}Luc Exemple: oui\n")
    assert record.turns[0].said_at == day
    assert record.turns[0].text == "oui"


@pytest.mark.parametrize("text", [
    "01/02/2025, 10:00 - A: un\n", "01/02/2025, 10:00 - A: un\n02/02/2025, 10:00 - A: deux\n",
    "05/02/2025, 10:00 - A: un\n03/01/2025, 10:00 - A: deux\n",
    "17/02/2025, 10:00 - A: un\n02/17/2025, 10:00 - A: deux\n",
])
def test_dates_that_decide_nothing_refuse_the_file(text):
    """Between day and month nothing is guessed."""
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.reason == "date-order-ambiguous"
    assert "--as whatsapp-dmy" in caught.value.remedy


@pytest.mark.parametrize(("text", "days"), [
    ("01/02/2025, 10:00 - A: un\n13/02/2025, 10:00 - A: deux\n", ["2025-02-01", "2025-02-13"]),
    ("01/02/2025, 10:00 - A: un\n02/13/2025, 10:00 - A: deux\n", ["2025-01-02", "2025-02-13"]),
    ("12/01/2025, 10:00 - A: un\n01/02/2025, 10:00 - A: deux\n", ["2025-01-12", "2025-02-01"]),
    ("03/03/2025, 10:00 - A: un\n", ["2025-03-03"]),
])
def test_dates_that_decide_are_read(text, days):
    """A day over twelve decides, and so does an order in which time never runs back."""
    assert [turn.said_at for turn in read(text).turns] == days


@pytest.mark.parametrize(("reader", "day"), [("whatsapp-dmy", "2025-02-01"), ("whatsapp-mdy", "2025-01-02"), ("whatsapp-ymd", "")])
def test_an_order_that_is_told_is_taken(reader, day):
    """Readers of a fixed order take ambiguous files, and are never chosen unasked."""
    record = read("01/02/2025, 10:00 - A: un\n", reader)
    assert record.turns[0].said_at == day
    assert record.strange == ({} if day else {"date-unreadable": 1})
    assert BY_NAME[reader].recognise(chat("01/02/2025, 10:00 - A: un\n")) == 0


def test_an_era_is_no_year_of_ours():
    """A date that cannot be read leaves the day unknown and is counted; the message keeps its sender."""
    record = read("[3/18/R4, 14:56:01] Luc Exemple: oui\n")
    assert record.turns[0].said_at == ""
    assert record.strange == {"date-unreadable": 1}
    assert named(record, 0) == {("Luc Exemple", "author")}


def test_a_date_of_another_shape_parts_no_message():
    """A chat pasted into a message stays the words of whoever pasted it, and is counted."""
    record = read("17/02/2025, 16:14 - Luc Exemple: voici\n[18/02/2025 10:00:00] Paul: secret\n")
    assert len(record.turns) == 1
    assert record.strange == {"line-of-another-shape": 1}


def test_lines_before_the_first_message_are_counted():
    """What stands above the first message belongs to nobody and is not silently dropped."""
    assert read("bonjour\n\nexport\n17/02/2025, 16:14 - A: un\n").strange == {"line-before-first-message": 2}


@pytest.mark.parametrize(("data", "reason"), [(b"17/02/2025, 16:14 - A: \xff\n", "broken-utf8"), (b"17/02/2025, 16:14 - A: \0\n", "nul-bytes"),
                                          (b"", "format-unknown"), (b"rien\n", "format-unknown")])
def test_broken_files_are_set_aside(data, reason):
    """A file that cannot be read whole is not read in part."""
    with pytest.raises(InputError) as caught:
        list(READER.read(chat(data)))
    assert caught.value.reason == reason


def test_no_text_shows_in_an_error_or_a_repr():
    """Errors and reprs carry no word of a message."""
    with pytest.raises(InputError) as caught:
        read("01/02/2025, 10:00 - A: CANARY\n")
    assert "CANARY" not in str(caught.value)
    assert "CANARY" not in repr(read("17/02/2025, 10:00 - CANARY: CANARY\n"))


@pytest.mark.parametrize("name", ["android-fr.txt", "ios-fr.txt", "android-en.txt", "ios-de.txt", "android-es.txt",
                                  "android-nl.txt", "ios-fi.txt", "ambiguous.txt"])
def test_exports_are_recognised(name):
    """An export is recognised by its lines, also when its dates are ambiguous."""
    assert READER.recognise(chat((DATA / "whatsapp" / name).read_bytes())) > 60


@pytest.mark.parametrize("text", ["Bonjour.\n", '[{"a": 1}]', "2025-02-17 16:14:00 - root - INFO - started\n" * 3,
                                  "[2025-02-17 16:14:00] ERROR: no disk\n" * 3, "a,b\n1,2\n", "Le 17/02/2025, 16:14 - rien\n"])
def test_other_files_are_not_taken(text):
    """Prose, data and server logs are no chats."""
    assert READER.recognise(chat(text)) == 0
    assert looks_like_paste(text) == 0


def test_pasted_lines_are_counted():
    """A chat pasted into a message is counted by its lines, quoted or indented or not."""
    pasted = "Résume ceci :\n17/02/2025, 16:14 - Votre code de sécurité avec ~ Nadia a changé.\n> [18/03/22 14:56:00] Luc: oui\n  2/17/25, 4:14 PM - A: b\nfin"
    assert looks_like_paste(pasted) == 3


def test_media_beside_a_chat_are_companions():
    """Media that WhatsApp named are no files of an unknown format; anything else is."""
    assert READER.companion("IMG-20250218-WA0001.jpg")
    assert READER.companion("00000012-PHOTO-2022-03-18-14-56-01.jpg")
    assert not READER.companion("conversations.json")


LINE = st.text(st.characters(exclude_characters="\0\n\r", exclude_categories=["Cs"]), max_size=40)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["Luc Exemple", "~\u202fZoé", "+33 6 39 98 00 01"]),
                          st.lists(LINE, min_size=1, max_size=4)), min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_no_character_of_a_body_is_lost(messages, end):
    """Each message comes back with its lines, character for character, whatever ends them."""
    text = "".join(f"17/02/2025, 16:14 - {sender}: {chr(10).join(lines)}{end}" for sender, lines in messages)
    assert [turn.text for turn in read(text).turns] == ["\n".join(lines).rstrip("\n") for _, lines in messages]


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=300))
def test_any_text_is_accounted_for(text):
    """Whatever a message holds, its lines are in the record, line ends aside."""
    turns = read("17/02/2025, 16:14 - Luc Exemple: " + text).turns
    lines = [line.removesuffix("\r") for line in text.replace("\r\n", "\n").split("\n")]
    assert "\n".join(turn.text for turn in turns).rstrip("\n") == "\n".join(lines).rstrip("\n")
