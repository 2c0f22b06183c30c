"""Checkpoints, notes, envelopes and receipts: exact when written, strict when read."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licit.core.errors import EvidenceError
from licit.core.ids import canonical_json
from licit.core.notes import (
    RECEIPT_TYPE,
    Checkpoint,
    Envelope,
    NoteSignature,
    Opening,
    Receipt,
    about,
    entry_leaf,
    key_hash,
    moment,
    pae,
    parse_checkpoint,
    parse_envelope,
    parse_note,
    parse_receipt,
    read_moment,
    read_verifier_key,
    release_tag,
    release_tags,
    signed_note,
    verifier_key,
)

AT = datetime(2025, 2, 17, 16, 14, tzinfo=UTC)
VECTORS = Path(__file__).parents[2] / "data" / "vectors" / "tree.json"
LINE = NoteSignature(name="log.example.org", key_hash=b"abcd", signature=b"s" * 64)
CHECKPOINT = Checkpoint(origin="log.example.org", size=12, root=bytes(32), at=AT)
RECEIPT = Receipt(origin="log.example.org", seq=3, kind="objection", issued_at=AT, tag_key=b"k" * 32,
                  about=Opening(salt=b"1" * 32, body=about("s1", moment(AT), moment(AT))),
                  decision=Opening(salt=b"2" * 32, body=canonical_json({"purposes": ["train"], "note": "é"})),
                  particulars="sha256:" + "0" * 64)


def mutations(whole):
    """Give every text that differs from a text in one byte replaced, dropped or doubled."""
    for at, byte in enumerate(whole):
        yield whole[:at] + bytes([byte ^ 1]) + whole[at + 1:]
        yield whole[:at] + whole[at + 1:]
        yield whole[:at + 1] + whole[at:]


def test_a_time_has_one_form_whatever_its_zone():
    """The same moment in two zones is the same text, and reads back as UTC."""
    paris = AT.astimezone(timezone(timedelta(hours=1)))
    assert moment(paris) == moment(AT) == "2025-02-17T16:14:00.000000Z"
    assert read_moment(moment(AT)) == AT


def test_a_time_without_a_zone_is_refused():
    """Nobody guesses a zone: a deadline would move by hours."""
    with pytest.raises(ValueError, match="zone"):
        moment(datetime(2025, 2, 17))
    for text in ("2025-02-17", "2025-02-17T16:14:00Z", "2025-13-17T16:14:00.000000Z", "", None):
        with pytest.raises(EvidenceError):
            read_moment(text)


def test_a_checkpoint_has_the_three_lines_of_its_specification():
    """Origin, size, root; the time only as one extension line."""
    plain = Checkpoint(origin="log.example.org", size=0, root=bytes(32))
    assert plain.text() == b"log.example.org\n0\n" + b"A" * 43 + b"=\n"
    assert CHECKPOINT.text().splitlines()[3] == b"time 2025-02-17T16:14:00.000000Z"
    assert parse_checkpoint(CHECKPOINT.text()) == CHECKPOINT
    assert parse_checkpoint(plain.text()) == plain


def test_a_checkpoint_changed_by_a_byte_is_another_or_none():
    """No two texts read as the same checkpoint."""
    for changed in mutations(CHECKPOINT.text()):
        if changed == CHECKPOINT.text():
            continue
        try:
            read = parse_checkpoint(changed)
        except EvidenceError:
            continue
        assert read != CHECKPOINT
        assert read.text() == changed


@pytest.mark.parametrize("text", [
    b"", b"\n", b"o\n1\n", b"o\n01\n" + b"A" * 43 + b"=\n", b"o\n-1\n" + b"A" * 43 + b"=\n",
    b"o\n1\n" + b"A" * 43 + b"=", b"o\n1\n" + b"A" * 43 + b"=\nmore\n", b"o o\n1\n" + b"A" * 43 + b"=\n",
    b"o\n1\n" + b"A" * 42 + b"B=\n", b"\xff\n1\n" + b"A" * 43 + b"=\n",
    "o\n\u0661\n".encode() + b"A" * 43 + b"=\n"])
def test_a_malformed_checkpoint_is_refused(text):
    """Leading zeroes, foreign digits, spare lines, loose base64: all refused."""
    with pytest.raises(EvidenceError):
        parse_checkpoint(text)


@pytest.mark.parametrize("change", [{"origin": ""}, {"origin": "a b"}, {"size": -1}, {"root": b"short"}])
def test_a_checkpoint_that_could_not_be_read_is_not_written(change):
    """Writing refuses what reading would."""
    fields = {"origin": "o", "size": 1, "root": bytes(32), **change}
    with pytest.raises(ValueError, match="checkpoint"):
        Checkpoint(**fields).text()


def test_a_note_reads_back_and_covers_its_last_line_break():
    """The signed text is the checkpoint's, byte for byte."""
    note = signed_note(CHECKPOINT.text(), [LINE, NoteSignature(name="w", key_hash=b"wxyz", signature=b"t")])
    text, signatures = parse_note(note)
    assert text == CHECKPOINT.text()
    assert signatures[0] == LINE
    assert len(signatures) == 2
    assert "\n\n— log.example.org ".encode() in note


def test_a_note_changed_by_a_byte_never_reads_as_the_same():
    """A changed note is malformed, or has another text or other signatures."""
    note = signed_note(CHECKPOINT.text(), [LINE])
    for changed in mutations(note):
        if changed == note:
            continue
        try:
            assert parse_note(changed) != (CHECKPOINT.text(), (LINE,))
        except EvidenceError:
            continue


@pytest.mark.parametrize("note", [
    b"", b"text\n", b"text\n\n", "text\n\n— name YWJjZA==\n".encode(), b"text\n\n-- name YWJjZGU=\n",
    "text\n\n— name YWJjZGU=".encode(), "text\n\n— na me YWJjZGU=\n".encode(), "text\n\n— na+me YWJjZGU=\n".encode(),
    "text\n\n— name YWJjZGV=\n".encode(), "text\n\n— name YWJjZGU\n".encode(),
    "te\x00xt\n\n— name YWJjZGU=\n".encode(), "text\n\n— name YWJjZGU=\n\n".encode(),
    "\n\n— name YWJjZGU=\n".encode(), b"\xff\n\n" + "— name YWJjZGU=\n".encode(),
    b"text\n\n" + "— name YWJjZGU=\n".encode() * 17])
def test_a_malformed_note_is_refused(note):
    """No signature, a short one, a wrong dash, a control character or too many lines: refused."""
    with pytest.raises(EvidenceError):
        parse_note(note)


@pytest.mark.parametrize(("text", "lines"), [(b"no line break", [LINE]), (b"", [LINE]), (b"text\n", []),
                                             (b"a\x07\n", [LINE]), (b"text\n", [LINE] * 17)])
def test_a_note_that_could_not_be_read_is_not_written(text, lines):
    """Writing refuses what reading would."""
    with pytest.raises(ValueError, match="note"):
        signed_note(text, lines)


def test_a_key_hash_depends_on_name_and_key():
    """Two names of one key, or two keys of one name, are pointed at differently."""
    assert key_hash("a", bytes(32)) != key_hash("b", bytes(32)) != key_hash("b", b"\x01" * 32)
    assert len(key_hash("a", bytes(32))) == 4


def test_a_pinned_key_reads_back_and_detects_a_typing_error():
    """A pinned key carries its own hash, so that a changed letter is noticed."""
    text = verifier_key("log.example.org", b"p" * 32)
    assert read_verifier_key(text) == ("log.example.org", b"p" * 32)
    for changed in mutations(text.encode()):
        if changed == text.encode():
            continue
        with pytest.raises(EvidenceError):
            read_verifier_key(changed.decode())


@pytest.mark.parametrize("text", ["", "a", "a+b", "a b+00000000+AQ==", "+00000000+AQ=="])
def test_what_is_no_pinned_key_is_refused(text):
    """Anything not of the form name+hash+key is refused."""
    with pytest.raises(EvidenceError):
        read_verifier_key(text)


@given(st.text(max_size=20), st.binary(max_size=20), st.text(max_size=20), st.binary(max_size=20))
def test_the_encoding_before_signing_is_unambiguous(kind, body, other_kind, other_body):
    """Two different (type, body) pairs never give the same bytes to sign."""
    assert (pae(kind, body) == pae(other_kind, other_body)) == ((kind, body) == (other_kind, other_body))


def test_the_encoding_before_signing_is_that_of_dsse():
    """Lengths are counted in bytes."""
    assert pae("té", b"\x00x") == b"DSSEv1 3 t\xc3\xa9 2 \x00x"


def test_an_envelope_reads_back_and_has_one_form():
    """Spare fields, repeated keys, loose base64 and unsigned envelopes are refused."""
    envelope = Envelope(payload_type="t", body=b"body", signatures={"b": b"2", "a": b"1"})
    value = json.loads(json.dumps(envelope.to_json()))
    assert parse_envelope(value) == envelope
    assert [each["keyid"] for each in value["signatures"]] == ["a", "b"]
    for strange in (None, [], {}, {**value, "more": 1}, {**value, "payload": "Ym9keQ"}, {**value, "signatures": []},
                    {**value, "signatures": value["signatures"] + value["signatures"][:1]},
                    {**value, "payloadType": 5}, {**value, "signatures": "ab"}):
        with pytest.raises(EvidenceError):
            parse_envelope(strange)


def test_a_receipt_reads_back_and_gives_the_leaf():
    """Whoever holds a receipt can compute the leaf that the log must hold."""
    assert parse_receipt(RECEIPT.payload()) == RECEIPT
    assert json.loads(RECEIPT.payload())["leaf"] == RECEIPT.leaf().hex()


def test_a_receipt_changed_by_a_byte_never_gives_the_same():
    """A changed byte is noticed without any key, or changes what the receipt says."""
    whole = RECEIPT.payload()
    for changed in mutations(whole):
        if changed == whole:
            continue
        try:
            assert parse_receipt(changed) != RECEIPT
        except EvidenceError:
            continue


@pytest.mark.parametrize("change", [
    {"seq": -1}, {"seq": True}, {"seq": "3"}, {"tag_key": "00"}, {"about_salt": "00"}, {"decision_salt": "zz"},
    {"particulars": "md5:0"}, {"leaf": "00" * 32}, {"decision": {"purposes": []}}, {"about": {}}, {"v": 2},
    {"issued_at": "yesterday"}, {"kind": "consent"}])
def test_a_receipt_whose_parts_do_not_belong_together_is_refused(change):
    """Kind, about and decision are bound by the leaf; the rest must be well formed."""
    value = {**json.loads(RECEIPT.payload()), **change}
    with pytest.raises(EvidenceError):
        parse_receipt(canonical_json(value))


def test_a_receipt_shows_no_salt_and_no_key_in_its_repr():
    """What opens a commitment, and the person's key, never show in a repr."""
    shown = repr(RECEIPT)
    assert "1111" not in shown
    assert "kkkk" not in shown
    assert "purposes" not in shown


def test_a_leaf_depends_on_every_part():
    """Swapping two commitments, or the kind, gives another leaf."""
    one, two, three = ("sha256:" + digit * 64 for digit in "123")
    leaves = {entry_leaf("consent", one, two, three), entry_leaf("consent", two, one, three),
              entry_leaf("consent", one, three, two), entry_leaf("objection", one, two, three)}
    assert len(leaves) == 4


def test_a_body_that_is_not_canonical_is_not_read():
    """Two bodies that read alike must not exist."""
    assert Opening(salt=b"", body=b'{"a":1}').value() == {"a": 1}
    for body in (b'{"a": 1}', b'{"a":1,"a":1}', b"\xff", b"", b"1.5"):
        with pytest.raises(EvidenceError):
            Opening(salt=b"", body=body).value()


def test_a_tag_changes_with_release_and_person():
    """Tags of one person in two releases, or of two people in one, have nothing in common; a short key is refused."""
    assert len({release_tag(b"k" * 32, "r1"), release_tag(b"k" * 32, "r2"), release_tag(b"l" * 32, "r1")}) == 3
    with pytest.raises(ValueError, match="16 bytes"):
        release_tag(b"short", "r1")


def test_tags_of_many_are_those_of_each():
    """Tags made together are the tags of each person, sorted, and a short key among them is refused."""
    keys = [bytes([n]) * 32 for n in range(9)]
    assert release_tags(keys, "r1") == sorted(release_tag(key, "r1") for key in keys)
    assert release_tags([], "r1") == []
    with pytest.raises(ValueError, match="16 bytes"):
        release_tags([*keys, b"short"], "r1")


def test_the_note_vectors_hold():
    """The shared vectors read back as what they say."""
    notes = json.loads(VECTORS.read_text(encoding="utf-8"))["notes"]
    text, (line,) = parse_note(notes["signed_checkpoint"].encode())
    name, public = read_verifier_key(notes["verifier_key"])
    assert text.decode() == notes["checkpoint"]
    assert (line.name, line.key_hash) == (name, key_hash(name, public))
    assert parse_checkpoint(text).size == 1030
    envelope = parse_envelope(notes["envelope"])
    assert pae(RECEIPT_TYPE, envelope.body).decode() == notes["pae"]
    assert parse_receipt(envelope.body).leaf().hex() == notes["receipt_leaf"]
