"""Whether the words by which a notice says what a purpose covers changed in silence, judged again from the log.

Rules kept here:

- Once a notice is in the policy and begun, a later text of the same id says the same of each purpose, in each language, white space
  aside; else the purpose is widened. What changed nothing since is what the next text is measured by.
- A notice of another id that came with a later policy may say something else only if it begins later than a day before the later of
  its adoption and its first approval; dated back, it says what was said before.
- A text that counted when it was entered is measured by, whatever became of its key or of the paper; a notice that is not in force
  widens nothing: another rule holds what rests on it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from .legal import Paper, Papers
from .policy import Policy
from .rights import Entry


def reworded(papers: Papers, policies: Iterable[Entry]) -> frozenset[str]:
    """Give the purposes whose words changed without a notice of their own.

    Raises:
        ValueError: a policy that cannot be read.
    """
    entries = list(policies)
    policy = Policy.read(entry.decision for entry in entries)
    first = {str(block["id"]): entry for entry in reversed(entries) for block in entry.decision.get("notice", ())}
    wider: set[str] = set()
    settled: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for name, span in policy.notices.items():
        now, texts, came = papers.get("notice", name), papers.notices.get(name), first[name]
        if now is None or not texts:
            continue
        since = max(_moment(came), texts[0][0]) - timedelta(days=1)
        for purpose in span.purposes:
            stands = _words(texts[0][1], purpose)
            for at, text in texts[1:]:
                if text.entry < came.seq or at < span.starts:
                    stands = _words(text, purpose)
            earlier = [words for seq, words in settled.get(purpose, []) if seq < came.seq]
            dated_back = bool(earlier) and earlier[-1] != stands and span.starts <= since
            due = earlier[-1] if dated_back else stands
            if _words(now, purpose) != due:
                wider.add(purpose)
            settled.setdefault(purpose, []).append((came.seq, due))
    return frozenset(wider)


def _moment(entry: Entry) -> datetime:
    return entry.recorded_at or entry.received_at


def _words(paper: Paper, purpose: str) -> dict[str, str]:
    out = {}
    for section in ("covers", "covers_not"):
        for language, said in paper.part(section).items():
            text = said.get(purpose) if isinstance(said, Mapping) else None
            if isinstance(text, str) and text.split():
                out[f"{section}/{language}"] = " ".join(text.split())
    return out
