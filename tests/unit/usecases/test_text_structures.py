"""Structures and spellings with the bundled detectors: nothing planted stays, and everything around it does."""

import base64
import html
import json
import re
import unicodedata
from functools import cache
from urllib.parse import quote, unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licit.detectors.patterns import Patterns
from licit.detectors.phones import Phones
from licit.detectors.registry import find_detectors
from licit.pipeline.deidentify import DeidentifySettings, find_all
from licit.usecases.text import Replacing, deidentify_lines, detect_lines

NAME, MAIL, PHONE, CARD = "Camille Modèle", "camille.modele@example.org", "06 12 34 56 78", "4970 1000 0000 0154"
PLANTED = re.compile(r"camille|modele|612 ?34|12 ?34 ?56|4970 ?1000", re.I)


def joined(words, sign):
    """Put a sign between all characters."""
    return sign.join(words)


def wide(words):
    """Write in full width."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in words)


def coded(words):
    """Write in base64."""
    return base64.b64encode(words.encode()).decode()


def said(text):
    """Give one message that says so."""
    return [{"role": "user", "content": text}]


def called(**arguments):
    """Give a call of a tool."""
    return [{"role": "assistant", "content": None, "tool_calls": [
        {"id": "call_1", "type": "function", "function": {"name": "send", "arguments": json.dumps(arguments, ensure_ascii=False)}}]}]


STRUCTURES = {
    "system prompt": [{"role": "system", "content": f"You talk to {NAME}, {MAIL}."}],
    "title": [{"role": "user", "content": "x", "title": f"Lettre de {NAME}"}],
    "name of the role": [{"role": "user", "name": NAME, "content": "x"}],
    "metadata": [{"role": "user", "content": "x", "metadata": {"author": NAME, "phone": PHONE, "card": 4970100000000154}}],
    "content parts": [{"role": "user", "content": [{"type": "text", "text": f"je suis {NAME}"}, {"type": "input_text", "text": MAIL}]}],
    "tool call": called(to=MAIL, who={"name": NAME}, card=4970100000000154, phone="0612345678", count=3),
    "tool result": [{"role": "tool", "content": json.dumps([{"patient": NAME, "tel": PHONE}])}],
    "JSON in JSON in JSON": [{"role": "tool", "content": json.dumps({"body": json.dumps({"inner": json.dumps({"mail": MAIL})})})}],
    "escaped in JSON": [{"role": "tool", "content": json.dumps({"to": MAIL}).replace("@", "\\u0040").replace("c", "\\u0063", 1)}],
    "code block": said(f"```python\nuser = \"{NAME}\"\nmail = '{MAIL}'\n# {PHONE}\n```"),
    "Markdown table": said(f"| nom | tel | mail |\n|---|---|---|\n| {NAME} | {PHONE} | {MAIL} |"),
    "file name": [{"role": "user", "content": "voir CV_Camille_Modele.pdf", "attachments": [{"name": "CV Camille Modèle.pdf"}]}],
    "YAML": said(f"author: {NAME}\nphone: {PHONE}"),
    "XML": said(f"<patient nom=\"{NAME}\"><tel>{PHONE}</tel></patient>"),
    "CSV": said(f"nom;tel\n{NAME};{PHONE}\n"),
    "entities": said(f"<td>{MAIL.replace('@', '&#64;')}</td> &lt;{MAIL}&gt;"),
    "entities twice": said(MAIL.replace("@", "&amp;#64;")),
    "percent": said(f"https://example.com/?email={quote(MAIL, safe='')}"),
    "percent twice": said(MAIL.replace("@", "%2540")),
    "base64": said(f"blob {coded(f'{NAME} {MAIL} {PHONE}')} fin"),
    "base64 of a name": said(f"data:text/plain;base64,{coded(f'Bonjour, moi c est {NAME} et voila')}"),
    "base64 in JSON": [{"role": "tool", "content": json.dumps({"data": coded(f"hello {MAIL} there")})}],
    "look-alike letters": said("mail cаmille.mоdele@example.org"),
    "zero width in a mail": said(f"mail {joined(MAIL, chr(0x200b))}"),
    "zero width in a number": said(f"tel {joined(PHONE, chr(0x200b))} carte {joined(CARD, chr(0x200d))}"),
    "zero width in a name": said(f"je m'appelle {joined('Camille', chr(0x200b))} {joined('Modèle', chr(0x2060))}"),
    "soft hyphens": said("cami\u00adlle.mod\u00adele@example.org"),
    "accents apart": said(unicodedata.normalize("NFD", f"je m'appelle {NAME}, à bientôt")),
    "full width": said(f"tel {wide(PHONE)} mail {wide(MAIL)} carte {wide(CARD)}"),
    "right to left": said(f"\u202eהטלפון שלי {PHONE}\u202c וזה {MAIL}"),
    "other digits": said("هاتف ٠٦ ١٢ ٣٤ ٥٦ ٧٨"),
    "odd spaces": said("tel 06\u00a012\u202f34\u200956\u00a078"),
    "emoji": said(f"👩🏽‍🚀{MAIL}👩🏽‍🚀 📞{PHONE}🇫🇷 je m'appelle 👩🏽‍🚀 {NAME}👍🏽")}


@cache
def bundled():
    """Give the bundled detectors."""
    return find_detectors()


def plain(text):
    """Read a text as somebody would who knows every way to hide something in it."""
    for _ in range(4):
        text = html.unescape(unquote(text.encode().decode("unicode_escape").encode("latin-1", "ignore").decode("utf-8", "ignore")
                                     if "\\u" in text else text))
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) not in ("Mn", "Cf"))
    text = "".join(str(unicodedata.decimal(c, c)) for c in text.translate(str.maketrans("ао", "ao")))
    runs = re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", text)
    return " ".join([text, *(base64.b64decode(run + "=" * (-len(run) % 4)).decode("utf-8", "ignore") for run in runs if len(run) % 4 != 1)])


def keys(value):
    """Give the shape of a value: its keys and lists, JSON in strings opened."""
    if isinstance(value, dict):
        return {key: keys(item) for key, item in value.items()}
    if isinstance(value, list):
        return [keys(item) for item in value]
    if isinstance(value, str) and value[:1] in "{[\"" and not value.startswith("[P"):
        try:
            return [keys(json.loads(value))]
        except ValueError:
            return None
    return None


@pytest.mark.parametrize("replace", ["placeholders", "surrogates"])
@pytest.mark.parametrize("kind", STRUCTURES)
def test_nothing_planted_stays_in_any_structure(kind, replace):
    """Whatever holds it, however it is written: it goes, the line stays JSON, and its keys and lists stay what they were.

    Law: DEI-02
    """
    record = {"id": "a", "messages": STRUCTURES[kind]}
    line = json.dumps(record, ensure_ascii=False).encode()
    assert PLANTED.search(plain(json.dumps(record, ensure_ascii=False)))
    replacing = Replacing(key=b"k" * 32, settings=DeidentifySettings(replace=replace))
    [new] = deidentify_lines(bundled, replacing, [(1, line)]).lines
    told = json.loads(new)
    assert "held" not in told
    assert not PLANTED.search(plain(json.dumps(told["messages"], ensure_ascii=False)))
    assert keys(told) == keys(record)
    assert deidentify_lines(bundled, replacing, [(1, new)]).lines == (new,)


@pytest.mark.parametrize("kind", STRUCTURES)
def test_every_place_that_is_told_holds_what_was_planted(kind):
    """Masking the characters that detection names, and no others, leaves nothing planted.

    Law: DEI-02
    """
    messages = json.loads(json.dumps(STRUCTURES[kind]))
    [answer] = detect_lines(bundled, [(1, json.dumps({"id": 1, "messages": messages}).encode())]).lines
    for span in sorted(json.loads(answer)["spans"], key=lambda span: -span["start"]):
        *above, last = span.get("path", "/content").split("/")[1:]
        inside = messages[span["message"]]
        for step in above:
            inside = inside[int(step)] if isinstance(inside, list) else inside[step]
        last = int(last) if isinstance(inside, list) else last
        value = str(inside[last])
        inside[last] = value[:span["start"]] + "█" * (span["end"] - span["start"]) + value[span["end"]:]
    assert not PLANTED.search(plain(json.dumps(messages, ensure_ascii=False)))


AROUND = st.lists(st.sampled_from(["mot ", "été ", "e\u0301 ", "👩🏽‍🚀 ", "\u202eשלום\u202c ", "&eacute; ", "%C3%A9 ", "\\u00e9 ", "\u200b ", "ｗｉｄｅ ", "字 ", "& ", "% ", "\n",
                                   "🇫🇷 ", "а ", "K "]), max_size=12).map("".join)
HIDDEN = st.sampled_from([MAIL, joined(MAIL, "\u200b"), wide(MAIL), MAIL.replace("@", "&#64;"), MAIL.replace("@", "%40"), MAIL.replace("@", "\\u0040"),
                          coded(f"à {MAIL} !"), MAIL.replace("a", "а"), joined(PHONE, "\u200d"), wide(PHONE), PHONE.replace(" ", "\u202f")])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(AROUND, HIDDEN, AROUND)
def test_offsets_stay_right_whatever_stands_around(before, hidden, after):
    """Marks, pairs, joiners, escapes and other scripts before a place move it by exactly their own length."""
    text = f"{before} {hidden} {after}"
    start = len(before) + 1
    (found,) = find_all((Patterns(), Phones()), [text], [""])
    seen = {place for span in found for place in range(span.start, span.end)}
    assert all(place in seen for place in range(start, start + len(hidden.rstrip("=\u200b\u200d"))) if text[place].isalnum())
    assert not any(text[place].isalnum() for place in seen if not start <= place < start + len(hidden))
