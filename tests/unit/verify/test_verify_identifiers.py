"""The verifier's own patterns find what leaves no doubt, and let be what is nobody's."""

import pytest
from release_builder import World

from licit_verify import verify
from licit_verify.identifiers import kinds_in

CERTAIN = [
    ("Écrivez à jeanne.durand@laposte.fr ce soir.", "e-mail address"),
    ("mailto:a.b+c@sub.domain.co.uk", "e-mail address"),
    ("IBAN FR76 3000 6000 0112 3456 7890 189 merci", "IBAN"), ("GB82WEST12345698765432", "IBAN"),
    ("DE89370400440532013000.", "IBAN"), ("IBAN : FR76 3000 6000 0112 3456 7890 189 BIC AGRIFRPP", "IBAN"),
    ("carte 4539 1488 0343 6467 fin", "payment card"), ("4539-1488-0343-6467", "payment card"),
    ("NIR 1 85 05 78 006 084 36", "NIR"), ("285057800608491", "NIR"), ("1 85 05 2A 006 084 58", "NIR"),
    ("-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA" * 4, "private key"),
    ("-----BEGIN OPENSSH PRIVATE KEY-----\n" + "b3BlbnNzaC1rZXkt" * 4, "private key")]
NOBODYS = [
    "[EMAIL_1] et [IBAN] et [PAYMENT_CARD]", "x@example.org", "a@b.example", "root@localhost", "git@github.com:a/b.git",
    "user@machine", "npm i lodash@4.17.21", "@handle", "FR76 3000 6000 0112 3456 7890 188", "XX82WEST12345698765432",
    "4111 1111 1111 1111", "4539 1488 0343 6468", "0000 0000 0000 0000", "3.14159265358979323846", "1234567890123456",
    "1 85 05 78 006 084 37", "-----BEGIN PRIVATE KEY-----\n…", "2025-03-01T10:00:00.000000Z", "0.4539148803436467",
    "453914880343646712345678"]


def nir(body):
    """Give a NIR with its key."""
    number = int(body.replace("2A", "19").replace("2B", "18"))
    return f"{body}{97 - number % 97:02}"


@pytest.mark.parametrize(("text", "kind"), CERTAIN)
def test_what_is_certain_is_found(text, kind):
    """RULE: each kind is found as people write it, spaced or not, beside punctuation or more words."""
    if kind == "NIR":
        text = nir("".join(char for char in text if char.isdigit() or char in "AB")[:13])
    assert kinds_in(text) == [kind]


@pytest.mark.parametrize("text", NOBODYS)
def test_what_is_nobodys_is_let_be(text):
    """RULE: placeholders, reserved domains, test cards and numbers with a wrong key are not held against a release."""
    assert kinds_in(text) == []


@pytest.mark.parametrize("column", ["messages", "text", "participants", "topics"])
@pytest.mark.parametrize(("text", "kind"), CERTAIN[:3] + CERTAIN[6:7])
def test_a_release_with_an_identifier_fails_and_never_repeats_it(tmp_path, column, text, kind):
    """RULE: the claim names file, record and kind; the identifier itself is said nowhere."""
    world = World(tmp_path)
    value = {"messages": [{"role": "user", "content": text}], "text": text}.get(column, [text])

    def change(rows):
        for row in rows:
            if row["record"] == ("d1" if column == "text" else "r00"):
                row |= {column: value}
        return rows

    world.data_change = change
    result = verify(world.write()).result("no-direct-identifiers")
    assert result.result == "fails"
    assert kind in result.detail
    assert ("d1" if column == "text" else "r00") in result.detail
    assert not any(word in result.detail for word in text.split() if len(word) > 6)
