"""What silence means, in vectors: periods, notices, waiting periods, assessments, to the second."""

from typing import Any

from standing_words import CONSENT, INTEREST, case, entry, policy


def silences() -> list[dict[str, Any]]:
    """Give what silence means: periods, notices, waiting periods, assessments."""
    wait = "age of at least the waiting period, to the second"
    notice = "one notice in force over all of the time of collection"
    paper = "an approved assessment in date"
    basis = "one basis per moment; consent wins where a time touches it; a gap has none"
    said = ["2025-06-01T12:00:00Z", "2025-06-01T12:00:00Z"]
    whole = ["2025-06-01T00:00:00Z", "2025-06-01T23:59:59.999999Z"]
    long = ["2025-02-01T00:00:00Z", "2025-09-01T00:00:00Z"]

    def period(kind: str, starts: str, ends: str = "", **more: Any) -> dict[str, Any]:
        basis = "consent" if kind == "consent" else "legitimate-interest"
        return {"purpose": "train", "basis": basis, "starts": starts} | ({"ends": ends} if ends else {}) | more

    def notices(*spans: tuple[str, str], purposes: Any = ("train",)) -> dict[str, Any]:
        return policy(notice=[{"id": f"n{i}", "purposes": list(purposes), "starts": a} | ({"ends": b} if b else {})
                              for i, (a, b) in enumerate(spans)])

    def assessed(approved: str, expires: str, by: str = "dpo", purposes: Any = ("train",)) -> dict[str, Any]:
        return policy(assessment=[{"id": "a1", "purposes": list(purposes), "approved_at": approved,
                                   "expires_at": expires, "approved_by": by}])

    def ask(name: str, rule: str, letter: str, rules: dict[str, Any], time: Any = said, **more: Any) -> dict[str, Any]:
        return case(name, rule, letter, more.pop("entries", []), time, policy=rules, **more)

    return [
        ask("exactly 30 days", wait, "K", INTEREST, as_of="2025-07-01T12:00:00Z"),
        ask("a second short of 30 days", wait, "T", INTEREST, as_of="2025-07-01T11:59:59Z"),
        ask("a whole day waits from its last moment", wait, "T", INTEREST, whole, as_of="2025-07-01T12:00:00Z"),
        ask("a whole day, 30 days after its end", wait, "K", INTEREST, whole, as_of="2025-07-02T00:00:00Z"),
        ask("no waiting", wait, "K", policy(period=[period("interest", "2024-01-01", waiting_days=0)]),
            as_of="2025-06-01T12:00:00Z"),
        ask("sixty days, exactly", wait, "K", policy(period=[period("interest", "2024-01-01", waiting_days=60)]),
            as_of="2025-07-31T12:00:00Z"),
        ask("sixty days, a second short", wait, "T",
            policy(period=[period("interest", "2024-01-01", waiting_days=60)]), as_of="2025-07-31T11:59:59Z"),
        ask("the longer wait of two periods", wait, "T", policy(period=[
            period("interest", "2024-01-01", "2025-06-01T12:00:00Z", waiting_days=60),
            period("interest", "2025-06-01T12:00:00Z", waiting_days=0)]), whole, as_of="2025-07-15T00:00:00Z"),
        ask("said in the future", wait, "T", INTEREST, as_of="2025-01-01T00:00:00Z"),
        ask("no waiting under consent", "consent needs no waiting period", "K", CONSENT,
            entries=[entry(1, "consent")], as_of="2025-06-01T12:00:00Z"),
        ask("no notice", notice, "M", notices()),
        ask("a notice for another purpose", notice, "M", notices(("2024-01-01", ""), purposes=("publish",))),
        ask("a notice from that very second", notice, "K", notices(("2025-06-01T12:00:00Z", ""))),
        ask("a notice from a second later", notice, "L", notices(("2025-06-01T12:00:01Z", ""))),
        ask("a notice that ends a second later", notice, "K", notices(("2024-01-01", "2025-06-01T12:00:01Z"))),
        ask("a notice that ends that very second", notice, "M", notices(("2024-01-01", "2025-06-01T12:00:00Z"))),
        ask("a notice from within the day", notice, "L", notices(("2025-06-01T08:00:00Z", "")), whole),
        ask("a notice that ends within the day", notice, "M", notices(("2024-01-01", "2025-06-01T08:00:00Z")), whole),
        ask("between two notices", notice, "M", notices(("2024-01-01", "2025-01-01"), ("2025-07-01", ""))),
        ask("before two notices", notice, "L", notices(("2025-07-01", "2025-08-01"), ("2025-09-01", ""))),
        ask("two notices, one covers", notice, "K", notices(("2025-07-01", ""), ("2025-05-01", ""))),
        ask("two notices that only together cover the time", notice, "M",
            notices(("2024-01-01", "2025-05-01"), ("2025-05-01", "")), long),
        ask("no notice under consent", "consent carries its own notice", "K", {**CONSENT, "notice": []},
            entries=[entry(1, "consent")]),
        ask("no assessment", paper, "A", policy(assessment=[])),
        ask("an assessment for another purpose", paper, "A", assessed("2024-01-01", "2027-01-01",
                                                                      purposes=("publish",))),
        ask("an assessment approved by nobody", paper, "A", assessed("2024-01-01", "2027-01-01", by="")),
        ask("an assessment that ends that very second", paper, "A", assessed("2024-01-01", "2026-01-01T00:00:00Z")),
        ask("an assessment that ends a second later", paper, "K", assessed("2024-01-01", "2026-01-01T00:00:01Z")),
        ask("an assessment approved that very second", paper, "K", assessed("2026-01-01T00:00:00Z", "2027-01-01")),
        ask("an assessment approved a second later", paper, "A", assessed("2026-01-01T00:00:01Z", "2027-01-01")),
        ask("no notice comes before the rest", "notice, waiting, assessment, in this order", "M",
            policy(notice=[], assessment=[]), as_of="2025-06-01T12:00:00Z"),
        ask("waiting comes before the assessment", "notice, waiting, assessment, in this order", "T",
            policy(assessment=[]), as_of="2025-06-01T12:00:00Z"),
        ask("no period", basis, "B", policy(period=[])),
        ask("before the first period", basis, "B", policy(period=[period("interest", "2025-06-01T12:00:01Z")])),
        ask("a period from that very second", basis, "K", policy(period=[period("interest", "2025-06-01T12:00:00Z")])),
        ask("a period that ends that very second", basis, "B",
            policy(period=[period("interest", "2024-01-01", "2025-06-01T12:00:00Z")])),
        ask("a period that ends a second later", basis, "K",
            policy(period=[period("interest", "2024-01-01", "2025-06-01T12:00:01Z")])),
        ask("the very second at which consent gives way to interest", basis, "K", policy(period=[
            period("consent", "2024-01-01", "2025-06-01T12:00:00Z"), period("interest", "2025-06-01T12:00:00Z")])),
        ask("a time whose last second is the period's end", basis, "B",
            policy(period=[period("interest", "2024-01-01", "2025-09-01T00:00:00Z")]), long),
        ask("a day that begins before its period", basis, "B",
            policy(period=[period("interest", "2025-06-01T08:00:00Z")]), whole),
        ask("a day from interest into consent", basis, "N", policy(period=[
            period("interest", "2024-01-01", "2025-06-01T12:00:00Z"), period("consent", "2025-06-01T12:00:00Z")]),
            whole),
        ask("a day from consent into interest", basis, "N", policy(period=[
            period("consent", "2024-01-01", "2025-06-01T12:00:00Z"), period("interest", "2025-06-01T12:00:00Z")]),
            whole),
        ask("a long time with consent in its middle", basis, "N", policy(period=[
            period("interest", "2024-01-01", "2025-05-01"), period("consent", "2025-05-01", "2025-06-01"),
            period("interest", "2025-06-01")]), long),
        ask("a long time with a gap in its middle", basis, "B", policy(period=[
            period("interest", "2024-01-01", "2025-05-01"), period("interest", "2025-06-01")]), long),
        ask("a long time over two adjoining periods", basis, "K", policy(period=[
            period("interest", "2024-01-01", "2025-05-01"), period("interest", "2025-05-01")]), long),
        ask("a refusal comes before silence", "the most protective answer wins", "O", policy(period=[]),
            entries=[entry(10, "objection")]),
        ask("a restriction comes before silence", "silence is asked when nobody refused", "R", policy(period=[]),
            entries=[entry(10, "restriction")])]
