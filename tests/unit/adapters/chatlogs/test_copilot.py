"""Copilot's CSV files have no ids: runs of rows are conversations, and broken quoting is not misread."""

from pathlib import Path

import pytest

from licit.core.errors import InputError
from licit.core.records import Record, SetAside

CHATS = Path(__file__).parents[3] / "data" / "chats"


def texts(record):
    return [item.text for item in record.turns if item.origin == "said"]


def test_activity_history(chats):
    """Rows of one conversation are one record; line breaks and quotes inside a cell are kept."""
    soup, trip = chats.out("copilot", (CHATS / "copilot-activity-history.csv").read_bytes())
    assert texts(soup) == ["Une soupe pour Zoé Lemaire,\r\nsans sel ?", 'Oui : "poireaux".']
    assert texts(trip) == ["Brest ou Quimper ?"]
    assert [item.role for item in soup.turns] == ["user", "assistant", "system"]
    assert soup.turns[0].said_at == "2025-06-01"


def test_chat_activity(chats):
    """American dates with a zone become UTC; the author that is not the user is the assistant."""
    record = chats.one("copilot", (CHATS / "copilot-chat-activity.csv").read_bytes())
    assert [item.said_at for item in record.turns[:2]] == ["2025-06-01T16:00:00Z", "2025-06-01T16:00:09Z"]
    assert record.turns[1].role == "assistant"


def test_an_empty_file_holds_nothing(chats):
    """A header without rows gives no record, and is recognised all the same."""
    data = (CHATS / "copilot-in-Microsoft-365-apps-activity.csv").read_bytes()
    assert chats.readers["copilot"].recognise(chats.file(data)) == 90
    assert chats.out("copilot", data) == []


def test_windows_prompts_stand_alone(chats):
    """Prompts of the Windows apps belong to no conversation: a record each."""
    out = chats.out("copilot", (CHATS / "windows-apps-copilot-activity-history.csv").read_bytes())
    assert [texts(record) for record in out] == [["Dessine Zoé"], ["Encore"]]
    assert {record.origin_id for record in out} == {""}


def test_rows_newest_first_are_sorted(chats):
    """A log that runs backwards is put in the order of its times."""
    data = b"Conversation,Time,Author,Message\nA,2025-06-01T18:00:05,AI,deux\nA,2025-06-01T18:00:00,user,un\n"
    assert texts(chats.one("copilot", data)) == ["un", "deux"]


@pytest.mark.parametrize(("row", "reason"), [
    (b"A,2025-06-01T18:00:00,user,\xff\xfe", "broken-utf8"), (b"A,2025-06-01T18:00:00,user,a\0b", "nul-bytes"),
    (b"A,2025-06-01T18:00:00,user", "broken-csv"), (b'A,x,user,"jamais fini', "broken-csv"),
    (b'A,x,user,"trop" tard', "broken-csv")])
def test_broken_rows_are_set_aside(chats, row, reason):
    """A row that cannot be read is set aside with its reason; what came before it is read."""
    out = chats.out("copilot", b"Conversation,Time,Author,Message\nB,2025-06-01T18:00:00,user,avant\n" + row + b"\n")
    assert [item.reason for item in out if isinstance(item, SetAside)] == [reason]
    assert [texts(item) for item in out if isinstance(item, Record)] == [["avant"]]


def test_another_header_is_refused(chats):
    """A CSV file with other columns is not Copilot's."""
    data = b"nom,ville\nx,y\n"
    assert chats.readers["copilot"].recognise(chats.file(data)) == 0
    with pytest.raises(InputError, match="header"):
        chats.out("copilot", data)


@pytest.mark.parametrize("column", ["Plan", "subscription_level", "Product Tier", "Price"])
def test_tier_columns_change_nothing(chats, column):
    """A column for the plan changes no record."""
    plain = b"Conversation,Time,Author,Message\nA,2025-06-01T18:00:00,user,un\n"
    paid = f"Conversation,{column},Time,Author,Message\nA,pro,2025-06-01T18:00:00,user,un\n".encode()
    assert chats.out("copilot", paid) == chats.out("copilot", plain)


def test_other_columns_are_counted(chats):
    """A column we do not know is counted by name."""
    data = b"Conversation,Time,Author,Message,Mood\nA,2025-06-01T18:00:00,user,un,gai\n"
    assert chats.one("copilot", data).strange == {"mood": 1}


def test_a_message_longer_than_the_csv_default_is_read(chats):
    """A message of a million characters is a message."""
    data = b"Conversation,Time,Author,Message\nA,2025-06-01T18:00:00,user," + b"a" * 1_000_000 + b"\n"
    assert len(chats.one("copilot", data).turns[0].text) == 1_000_000
