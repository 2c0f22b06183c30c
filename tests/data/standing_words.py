"""The words in which the standing vectors are written: letters for answers, entries, policies, questions.

Nothing here is computed with licit.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

#: What a letter in the tables below stands for.
ANSWERS = {
    "K": ("keep", ""), "O": ("refuse", "objection"), "W": ("refuse", "consent-withdrawn"),
    "P": ("refuse", "said-before-permission"), "E": ("refuse", "erased"), "U": ("refuse", "entry-unreadable"),
    "R": ("hold", "restricted"), "C": ("hold", "rectification-pending"), "N": ("hold", "consent-missing"),
    "B": ("hold", "basis-missing"), "M": ("hold", "notice-missing"), "L": ("hold", "notice-after-collection"),
    "T": ("hold", "waiting-period"), "A": ("hold", "assessment-missing"), "D": ("hold", "date-unknown"),
    "S": ("hold", "subject-unknown")}

KINDS = ("objection", "consent", "withdrawal", "restriction", "lifting", "erasure", "access", "portability",
         "rectification", "permission", "rectified")

# One row for each first instrument (day 10), one column for each second (day 20), in the order of KINDS, all of
# everything; three letters: said before both (day 5), between (15), after (25).
UNDER_INTEREST = """
objection     OOO PPK WWW OOO OOO EEO OOO OOO OOO PPK OOO
consent       OOO KKK WWW RRR KKK EEK KKK KKK CCC KKK KKK
withdrawal    OOO PPK WWW WWW WWW EEW WWW WWW WWW PPK WWW
restriction   OOO RRR WWW RRR KKK EER RRR RRR RRR RRR RRR
lifting       OOO KKK WWW RRR KKK EEK KKK KKK CCC KKK KKK
erasure       EOO EKK EWW ERR EKK EEK EKK EKK ECC EKK EKK
access        OOO KKK WWW RRR KKK EEK KKK KKK CCC KKK KKK
portability   OOO KKK WWW RRR KKK EEK KKK KKK CCC KKK KKK
rectification OOO CCC WWW RRR CCC EEC CCC CCC CCC CCC KKK
permission    OOO KKK WWW RRR KKK EEK KKK KKK CCC KKK KKK
rectified     OOO KKK WWW RRR KKK EEK KKK KKK CCC KKK KKK
"""
UNDER_CONSENT = """
objection     OOO PPK WWW OOO OOO EEO OOO OOO OOO PPN OOO
consent       OOO NKK WWW RRR NKK EEK NKK NKK CCC NKK NKK
withdrawal    OOO PPK WWW WWW WWW EEW WWW WWW WWW PPN WWW
restriction   OOO RRR WWW RRR NNN EER RRR RRR RRR RRR RRR
lifting       OOO NNK WWW RRR NNN EEN NNN NNN CCC NNN NNN
erasure       EOO ENK EWW ERR ENN EEN ENN ENN ECC ENN ENN
access        OOO NNK WWW RRR NNN EEN NNN NNN CCC NNN NNN
portability   OOO NNK WWW RRR NNN EEN NNN NNN CCC NNN NNN
rectification OOO CCC WWW RRR CCC EEC CCC CCC CCC CCC NNN
permission    OOO NNK WWW RRR NNN EEN NNN NNN CCC NNN NNN
rectified     OOO NNK WWW RRR NNN EEN NNN NNN CCC NNN NNN
"""

ALL = {"level": "everything"}
PROJECT = {"level": "project", "project": "P"}
RECORD = {"level": "record", "record": "R"}
TURN = {"level": "turn", "record": "R", "turn": "t1"}
FILE = {"level": "attachment", "record": "R", "turn": "t1", "attachment": "a1"}
PROOF = {"notice": "n1", "wording": "sha256:00", "how": "switch"}
EVERY = ["train", "learn-from-feedback", "evaluate", "human-review", "publish", "personalise"]


def day(number: float) -> str:
    """Give 10 o'clock UTC on a day counted from the start of 2025."""
    return (datetime(2025, 1, 1, 10, tzinfo=UTC) + timedelta(days=number)).isoformat().replace("+00:00", "Z")


def policy(basis: str = "legitimate-interest", **changes: list[dict[str, Any]]) -> dict[str, Any]:
    """Give a policy under which silence is in order for ``train``, changed where a case needs it."""
    return {"period": [{"purpose": "train", "basis": basis, "starts": "2024-01-01"}],
            "notice": [{"id": "n1", "purposes": ["train"], "starts": "2024-01-01"}],
            "assessment": [{"id": "a1", "purposes": ["train"], "approved_at": "2024-01-01",
                            "expires_at": "2027-01-01", "approved_by": "dpo"}],
            "surface": [], **changes}


INTEREST, CONSENT = policy(), policy("consent")


def entry(at: float, kind: str, target: Any = None, *, purposes: Any = ("train",), recorded: float | None = None,
          subject: str = "s1", **more: Any) -> dict[str, Any]:
    """Give an entry received on a day; its place in the list becomes its sequence number."""
    decision: dict[str, Any] = dict(PROOF) if kind == "consent" else {}
    if purposes is not None:
        decision["purposes"] = list(purposes) if isinstance(purposes, tuple) else purposes
    if target is not None:
        decision["target"] = target
    decision |= more
    return {"kind": kind, "subject": subject, "received_at": day(at),
            "recorded_at": day(at if recorded is None else recorded),
            "decision": {name: value for name, value in decision.items() if value != "absent"}}


def unreadable(at: float, kind: str, subject: str = "s1") -> dict[str, Any]:
    """Give an entry whose decision part is lost."""
    return {**entry(at, kind, subject=subject), "decision": None}


def case(name: str, rule: str, letter: str, entries: list[dict[str, Any]], said: Any, *,
         policy: dict[str, Any] = INTEREST, subject: str = "s1", purpose: str = "train", turn: str = "t1",
         attachment: str = "", project: str = "P", as_of: str = "2026-01-01T00:00:00Z") -> dict[str, Any]:
    """Give one vector; ``said`` is a day number, a pair of ISO times, or None."""
    span = [day(said), day(said)] if isinstance(said, int | float) else said
    answer, reason = ANSWERS[letter]
    return {"name": name, "rule": rule, "policy": policy,
            "entries": [{"seq": seq, **item} for seq, item in enumerate(entries)],
            "question": {"subject": subject, "purpose": purpose, "as_of": as_of,
                         "item": {"record": "R", "project": project, "turn": turn, "attachment": attachment,
                                  "said": span}},
            "answer": answer, "reason": reason}
