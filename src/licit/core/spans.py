"""Labels, spans and edits: what a detector finds, how overlaps are settled, how text is replaced.

Rules kept here:

- Offsets count code points of the text given, start included, end excluded.
- One list of labels; other vocabularies map to it at the edge.
- Settled spans do not overlap; when two compete the more certain kind wins, then the longer, then the earlier.
- Edits applied twice change nothing more, and offsets survive any script.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

LABELS: tuple[str, ...] = (
    "PERSON", "LOCATION", "ORGANISATION", "ADDRESS", "EMAIL", "PHONE", "HANDLE", "URL", "IP_ADDRESS", "MAC_ADDRESS",
    "DATE", "DATE_OF_BIRTH", "AGE", "NATIONAL_ID", "TAX_ID", "SOCIAL_SECURITY", "PASSPORT", "DRIVING_LICENCE",
    "VEHICLE_PLATE", "BANK_ACCOUNT", "PAYMENT_CARD", "CASE_NUMBER", "MEDICAL_ID", "ACCOUNT_ID", "SECRET",
    "COORDINATES", "DEMOGRAPHIC", "OTHER_ID")

#: A narrow label counts as the wider one when a measured set has only the wider.
WIDER = {"DATE_OF_BIRTH": "DATE", "SOCIAL_SECURITY": "NATIONAL_ID", "TAX_ID": "NATIONAL_ID"}

_LABELS = frozenset(LABELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A place in a text: ``start``/``end`` in code points, a label, who found it, and how sure it is (0 to 100)."""

    start: int
    end: int
    label: str
    detector: str
    score: int = 100

    def __post_init__(self) -> None:
        """Insist on a known label, a place that exists and a score in range.

        Raises:
            ValueError: otherwise.
        """
        if self.label not in _LABELS:
            raise ValueError(f"{self.label!r} is no label")
        if not 0 <= self.start < self.end:
            raise ValueError(f"{self.start}..{self.end} is no place in a text")
        if not 0 <= self.score <= 100:
            raise ValueError("a score lies between 0 and 100")


def settle(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Choose spans that do not overlap, in order of place; what a loser covers beyond the winner is kept masked.

    The surer span wins, then the longer, then the earlier, then by label and detector, so that the result does not
    depend on the order in which detectors ran. A loser that sticks out keeps its outer pieces, so that settling never
    uncovers a character that some detector found.

    >>> email = Span(start=3, end=6, label="EMAIL", detector="a")
    >>> person = Span(start=0, end=4, label="PERSON", detector="b", score=80)
    >>> [(span.start, span.end, span.label) for span in settle([person, email])]
    [(0, 3, 'PERSON'), (3, 6, 'EMAIL')]
    """
    ranked = sorted(set(spans), key=lambda s: (-s.score, s.start - s.end, s.start, s.label, s.detector))
    kept: list[Span] = []
    for span in ranked:
        place = max(bisect_right(kept, span.start, key=_start) - 1, 0)
        at, pieces = span.start, []
        while place < len(kept) and kept[place].start < span.end:
            if at < kept[place].start:
                pieces.append((at, kept[place].start))
            at = max(at, kept[place].end)
            place += 1
        if at < span.end:
            pieces.append((at, span.end))
        for start, end in pieces:
            insort(kept, replace(span, start=start, end=end), key=_start)
    return tuple(kept)


def _start(span: Span) -> int:
    return span.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Replace one place of a text; the old text is not kept."""

    start: int
    end: int
    label: str
    replacement: str = field(repr=False)


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Give the text with every edit made.

    >>> apply_edits("Ask Ada.", [Edit(start=4, end=7, label="PERSON", replacement="[PERSON]")])
    'Ask [PERSON].'

    Raises:
        ValueError: edits that overlap, are out of order or lie outside the text.
    """
    out: list[str] = []
    at = 0
    for edit in edits:
        if edit.start < at or edit.end > len(text) or edit.end < edit.start:
            raise ValueError("edits overlap or lie outside the text")
        out += [text[at:edit.start], edit.replacement]
        at = edit.end
    out.append(text[at:])
    return "".join(out)
