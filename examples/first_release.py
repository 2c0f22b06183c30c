"""From one log to a release, an objection and the patch that honours it; it works in a folder of its own and removes it.

Run it: python examples/first_release.py
"""

import json
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import licit
from licit.surfaces.demo.papers import Papers
from licit_verify import verify

TALKS = {
    "ada": ("Which glue holds cork on glass?", "A clear silicone, pressed for a night under a book."),
    "lin": ("Écris à Karim Osei, karim.osei@example.org, que sa lampe est prête.", "Bonjour Karim, votre lampe est prête."),
    "sam": ("How long does a beeswax polish need to dry?", "An hour in a warm room, then a soft cloth."),
}


def days_ago(days: int) -> date:
    """Give the day so many days before today."""
    return datetime.now(UTC).date() - timedelta(days=days)


def write_log(path: Path) -> None:
    """Write a log of conversations, a line each, as a chat product keeps it."""
    said_at = f"{days_ago(90)}T10:00:00Z"
    path.write_text("".join(json.dumps({"id": f"talk-{user}", "user": user, "messages": [
        {"role": "user", "content": question, "timestamp": said_at},
        {"role": "assistant", "content": answer, "timestamp": said_at}]}) + "\n"
        for user, (question, answer) in TALKS.items()), encoding="utf-8")


def main(folder: Path) -> None:
    """Build, refuse, recall and patch in a folder."""
    write_log(folder / "log.jsonl")
    space = licit.open_workspace(folder / "workspace", create=True)

    # What silence means: a notice before collection, a waiting period, an approved assessment.
    starts = days_ago(200).isoformat()
    space.adopt_policy({
        "notice": [{"id": "notice-1", "purposes": ["train"], "starts": starts}],
        "period": [{"purpose": "train", "basis": "legitimate-interest", "starts": starts, "waiting_days": 30}],
        "assessment": [{"id": "assessment-1", "purposes": ["train"], "approved_by": "the data-protection officer",
                        "approved_at": starts, "expires_at": (days_ago(0) + timedelta(days=300)).isoformat()}]})

    # Who approves signs with a key that somebody else enrolled.
    legal = space.enroll("legal", role="legal", key=folder / "legal.key", by="the board")

    # What stands behind that assessment; here the papers of an invented company. See docs/howto/legitimate-interest.md.
    papers = Papers(assessment="assessment-1", notices=("notice-1",), sources=("assistant",), approver="legal",
                    date=starts)
    for path in papers.write(space.path / "law"):
        space.approve_paper(path, by="legal", key=legal, opinion="It may proceed.")

    # Where the conversations come from; who proposes a source cannot approve it.
    space.add_source("assistant", ground="own", kind="chat", by="product")
    space.approve_source("assistant", by="legal", key=legal)
    space.import_(folder / "log.jsonl", source="assistant", subject_field="user", capacity="consumer", age="adult")

    first = space.build()
    print(f"{first.name}: {first.tally.released} of {first.tally.arrived} released")
    for row in licit.open_release(first.path):
        print("  ", row["messages"][0]["content"])

    receipt, = space.exercise("objection", subject="ada", issuer="assistant")
    print(f"Somebody objects and gets a signed receipt ({receipt['payloadType']})")
    touched, = space.recall().touched
    print(f"{touched.release} must lose {len(touched.rows)} row: {dict(touched.reasons)}")

    last = space.patch(first.name)
    report = verify(Path(last.path), auditor=space.path, now=datetime.now(UTC))
    print(f"{last.name}: {last.tally.released} released; {len(report.results)} claims checked, exit code {report.exit_code}")


# A script that builds keeps this guard: large builds start further processes, which read the script again.
if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        main(Path(name))
