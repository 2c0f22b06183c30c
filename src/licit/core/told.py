"""What people are told that a purpose covers: the words of the approved notice in force, and whether they changed in silence.

Rules kept here:

- Words count once their notice is in force: approved, in the policy, and begun. Until then a later approved text replaces them.
- From then on they stand under that notice's id. A later text of it whose words for a purpose differ, in any language, is not
  shown, and the purpose counts as widened until the words are approved as they were; others come with a notice of another id.
- A notice of another id whose words differ begins later than a day before its adoption and its first approval; otherwise it is not
  shown either, and the purpose counts as widened until it is approved with the words that stood.
- To begin or cease to say what a purpose covers is to change the words. What white space does is none of it.
- A text that counted when it was approved is what people saw, whatever became of its key or of the paper since.

Law: LIA-10, TRN-01, TRN-02, UIX-03
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .law import Law, Paper
from .policy import Notice, parse_policy, policy_from
from .rights import Entry

_SECTIONS = ("covers", "covers_not")
_Said = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a notice says of a purpose, and what not, by language, with the notice's id, version and digest and its time in force."""

    purpose: str
    notice: str
    version: int
    digest: str
    covers: Mapping[str, str]
    covers_not: Mapping[str, str]
    starts: datetime
    ends: datetime | None

    def in_language(self, wanted: str) -> tuple[str, str, str]:
        """Give the language, that wanted if the notice speaks it, and its words: what it covers, and what not ("" unsaid)."""
        language = wanted if wanted in self.covers else next(iter(self.covers))
        return language, self.covers[language], self.covers_not.get(language, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Every notice's words at a position of the log, those in force last, and the purposes whose words changed in silence."""

    words: tuple[Words, ...] = ()
    widened: frozenset[str] = frozenset()

    def of(self, purpose: str, at: datetime) -> Words | None:
        """Give the words in force for a purpose: the latest notice's that has any; None where the product's own stand."""
        found = [one for one in self.words if one.purpose == purpose and one.covers and one.starts <= at
                 and (one.ends is None or at < one.ends)]
        return max(reversed(found), key=lambda one: one.starts, default=None)


def told_from(law: Law, policies: Iterable[Entry]) -> Told:
    """Find the words of every notice of the policy that is approved.

    Args:
        law: the papers at a position of the log.
        policies: the entries ``policy`` at that position, in sequence.

    Raises:
        ValueError: a policy cannot be read.
    """
    bodies, adopted = list[Mapping[str, Any]](), dict[str, Entry]()
    for entry in policies:
        if entry.decision is None:
            raise ValueError(f"entry {entry.seq} ({entry.kind}) of the log cannot be read")
        bodies.append(entry.decision)
        for notice in parse_policy(entry.decision).notices:
            adopted.setdefault(notice.id, entry)
    words, widened = list[Words](), set[str]()
    stood: dict[str, list[tuple[int, _Said]]] = {}
    for notice in policy_from(bodies).notices:
        current, texts, entry = law.paper("notice", notice.id), law.notices.get(notice.id, ()), adopted[notice.id]
        if current is None or not texts:
            continue
        for purpose in notice.purposes:
            paper = _standing(texts, purpose, notice, entry.seq)
            said = _said(paper, purpose)
            before = [one for seq, one in stood.get(purpose, ()) if seq < entry.seq]
            since = max(entry.recorded_at, texts[0].at) - timedelta(days=1)
            late = bool(before) and before[-1] != said and notice.starts <= since
            stands = before[-1] if late else said
            same = _said(current, purpose) == stands
            stood.setdefault(purpose, []).append((entry.seq, stands))
            if not same:
                widened.add(purpose)
            if same or not late:
                words.append(_words(notice, current if same else paper, purpose))
    return Told(words=tuple(words), widened=frozenset(widened))


def _standing(texts: Sequence[Paper], purpose: str, notice: Notice, adopted: int) -> Paper:
    """Give the text of a notice that stands for a purpose: the last one that changed no word since the notice was in force."""
    sound = texts[0]
    for text in texts[1:]:
        if text.entry < adopted or text.at < notice.starts or _said(text, purpose) == _said(sound, purpose):
            sound = text
    return sound


def _said(paper: Paper, purpose: str) -> _Said:
    """Give the words of a notice for a purpose, by section and language, white space evened."""
    return {(section, language): " ".join(text.split()) for section in _SECTIONS for language, part in (
        paper.of(section).items()) if isinstance(part, Mapping) and isinstance(text := part.get(purpose), str) and text.strip()}


def _words(notice: Notice, paper: Paper, purpose: str) -> Words:
    said = _said(paper, purpose)
    covers, covers_not = ({language: text for (where, language), text in said.items() if where == section} for section in _SECTIONS)
    return Words(purpose=purpose, notice=notice.id, version=paper.version, digest=paper.digest, covers=covers, covers_not=covers_not,
                 starts=notice.starts, ends=notice.ends)


__all__ = ["Told", "Words", "told_from"]
