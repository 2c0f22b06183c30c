"""A tally balances, small counts point at nobody, and every value of a row counts."""

import hashlib

import pytest

from licit.core.errors import EvidenceError
from licit.core.ids import frame
from licit.core.manifest import COLUMNS, Tally, content_root, manifest_bytes, manifest_digest, merge_small, row_digest


@pytest.mark.parametrize(("arrived", "released", "held", "refused"), [
    (3, 1, {"minor": 1}, {}), (1, 2, {}, {}), (0, -1, {"x": 1}, {}), (1, 1, {"x": 0}, {}), (0, 1, {"x": -1}, {}),
    (2, 1, {}, {"x": 2}), (-1, -1, {}, {})])
def test_tally_that_does_not_balance_cannot_be_made(arrived: int, released: int, held: dict[str, int],
                                                    refused: dict[str, int]) -> None:
    """Arrived is released, held and refused; nothing is lost and nothing is counted twice.

    Law: REL-02
    """
    with pytest.raises(EvidenceError, match="does not balance"):
        Tally(arrived=arrived, released=released, held=held, refused=refused)


def test_tally_names_reasons_in_order() -> None:
    """The exact tally is the same whatever the order of counting."""
    one = Tally(arrived=4, released=1, held={"b": 1, "a": 1}, refused={"c": 1}).as_json()
    two = Tally(arrived=4, released=1, held={"a": 1, "b": 1}, refused={"c": 1}).as_json()
    assert list(one["held"]) == list(two["held"]) == ["a", "b"]


def test_small_counts_are_merged_and_nothing_is_lost() -> None:
    """A public tally names no reason that fewer than five rows share, and its sum stays."""
    held = {"objection": 4, "erased": 1, "minor": 5, "date-unknown": 900}
    assert merge_small(held) == {"date-unknown": 900, "minor": 5, "other": 5}
    assert merge_small({"erased": 1, "minor": 5, "objection": 5, "purpose": 9}) == {"objection": 5, "purpose": 9, "other": 6}
    assert merge_small({"erased": 1, "minor": 2}) == {"other": 3}
    public = Tally(arrived=920, released=10, held={"date-unknown": 900}, refused={"minor": 4, "erased": 6}).public()
    assert public == {"arrived": 920, "released": 10, "held": {"date-unknown": 900}, "refused": {"other": 10}}


def test_a_patch_names_no_reason() -> None:
    """Beside its parent's, a patch's public counts tell nobody why the rows between them left."""
    tally = Tally(arrived=920, released=10, held={"date-unknown": 900}, refused={"objection": 4, "erased": 6})
    assert tally.public(patch=True) == {"arrived": 920, "released": 10, "held": {"other": 900}, "refused": {"other": 10}}


def test_columns_name_no_person() -> None:
    """No user, device, address, tier or exact time may leave.

    Law: DEI-08
    """
    assert not {name for name in COLUMNS if any(word in name for word in ("user", "subject", "holder", "ip", "device",
                                                                          "tier", "time", "account"))
                } - {"participants"}


def test_message_with_more_than_role_and_content_is_refused() -> None:
    """A value that the digest would not cover cannot hide in a message."""
    with pytest.raises(ValueError, match="no more"):
        row_digest([[{"role": "user", "content": "a", "name": "Ada"}]])


def test_content_root_depends_on_order_and_rows_only() -> None:
    """The root changes with a row or with the order, and knows nothing of files."""
    a, b = row_digest(["a"]), row_digest(["b"])
    assert len({content_root([a, b]), content_root([b, a]), content_root([a]), content_root([])}) == 4
    assert content_root(iter([a, b])) == content_root([a, b])


def test_content_root_is_what_the_format_says() -> None:
    """A stranger computes the same root from the page on formats."""
    a = hashlib.sha256(b"licit/row/1s3:\xc3\xa9ai-2;nl2:s1:xs0:m1:s4:users1:hl0:").digest()
    row = ["éa", -2, None, ["x", ""], [{"role": "user", "content": "h"}], []]
    assert row_digest(row) == a
    assert content_root([a]) == "sha256:" + hashlib.sha256(b"licit/content-root/1" + frame(a)).hexdigest()


def test_manifest_digest_covers_every_byte() -> None:
    """The manifest is canonical JSON and a line feed; one byte more is another digest."""
    data = manifest_bytes({"b": 1, "a": "é"})
    assert data == '{"a":"é","b":1}\n'.encode()
    assert manifest_digest(data) != manifest_digest(data + b"\n")
