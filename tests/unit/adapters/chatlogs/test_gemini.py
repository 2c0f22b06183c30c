"""Gemini's activity log becomes conversations again, as far as it holds them."""

import json

import pytest


def test_exchanges_are_grouped_and_sorted(chats):
    """Exchanges with one id in their link are one record, sorted by time, whatever their order in the log."""
    record = next(item for item in chats.out("gemini", chats.value("gemini")) if item.origin_id == "abc123")
    assert [(item.role, item.text) for item in record.turns] == [
        ("user", "Un menu pour Clara Roux ?"), ("user", "Et pour Bastien Roux ?"),
        ("assistant", "Pareil pour Bastien.")]
    assert [item.said_at[11:] for item in record.turns] == ["10:00:00Z", "10:05:00Z", "10:05:00Z"]


def test_json_in_strings_is_read(chats):
    """The second shape keeps its texts inside JSON strings."""
    record = next(item for item in chats.out("gemini", chats.value("gemini")) if item.origin_id == "def456")
    assert [(item.role, item.text) for item in record.turns] == [("user", "Trouve un train."),
                                                                 ("assistant", "Aucun train.")]


def test_titles_and_html_are_read(chats):
    """The third shape keeps the request in its title and the reply in HTML; scripts are no text, places are cut."""
    record = next(item for item in chats.out("gemini", chats.value("gemini")) if not item.origin_id)
    assert [item.parts[0].text for item in record.turns] == ["Décris ce jardin", "Un jardin & un chat."]
    assert record.turns[0].parts[1].text == "jardin.jpg"
    assert (record.cut, record.strange) == ({"location": 1}, {"mood": 1})


def test_exchanges_without_id_stand_alone(chats):
    """Two exchanges without a conversation id are two records."""
    entry = chats.value("gemini")[3]
    assert len(chats.out("gemini", [entry, entry])) == 2


def test_unknown_names_are_counted_and_hidden(chats):
    """A detail under a name we do not know is kept, hidden and counted."""
    entry = chats.value("gemini")[2]
    entry["details"].append({"name": "Pyyntö", "value": "Terve"})
    record = chats.one("gemini", [entry])
    assert (record.turns[-1].text, record.turns[-1].shown) == ("Terve", False)
    assert record.strange == {"details.name": 1}


def test_a_rating_is_feedback(chats):
    """An entry that says feedback was given is a feedback turn on the reply before it."""
    entries = chats.value("gemini")[:1]
    entries.append({**entries[0], "title": "Gave feedback: Bad response", "details": [],
                    "time": "2025-01-03T10:06:00Z"})
    rated = chats.one("gemini", entries).turns[-1]
    assert (rated.text, rated.origin, rated.derived_from) == ("Bad response", "feedback", ("t1",))


@pytest.mark.parametrize("entry", [{"header": "YouTube", "title": "Vu", "time": "2025-01-03T10:05:00Z",
                                    "titleUrl": "https://video.example.org"}])
def test_other_products_are_not_its_own(chats, entry):
    """The activity of another product is not recognised."""
    assert chats.readers["gemini"].recognise(chats.file(json.dumps([entry]).encode())) == 0


def test_unclosed_script_is_counted(chats):
    """A reply that ends inside a script may have lost words: it is counted."""
    entry = chats.value("gemini")[3]
    entry["safeHtmlItem"] = [{"html": "<p>Oui</p><script>"}]
    assert chats.one("gemini", [entry]).strange["safeHtmlItem.html"] == 1
