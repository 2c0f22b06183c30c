"""Labels, spans and edits: what a detector finds, how overlaps are settled, how text is replaced.

Rules kept here:

- Offsets count code points of the text given, start included, end excluded.
- One list of labels; other vocabularies map to it at the edge.
- Settled spans do not overlap; when two compete the more certain kind wins, then the longer, then the earlier. A label
  that will be replaced never loses to one that will not.
- Edits applied twice change nothing more, and offsets survive any script.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

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


def settle(spans: Iterable[Span], wanted: Container[str] = ()) -> tuple[Span, ...]:
    """Choose spans that do not overlap, in order of place; what a loser covers beyond the winner is kept masked.

    Each character goes to the best span over it. The rule: a ``wanted`` label (one that will be replaced) comes before
    one that is not, then the surer span (a number whose check digits are right scores highest), then the longer, then
    the earlier, then by label and detector, so that the result does not depend on the order in which detectors ran. So
    settling uncovers no character that some detector found, nor takes a wanted label from one. It takes n log n steps,
    however spans overlap.

    >>> email = Span(start=3, end=6, label="EMAIL", detector="a")
    >>> person = Span(start=0, end=4, label="PERSON", detector="b", score=80)
    >>> [(span.start, span.end, span.label) for span in settle([person, email])]
    [(0, 3, 'PERSON'), (3, 6, 'EMAIL')]
    >>> [(span.start, span.end, span.label) for span in settle([person, email], ["PERSON"])]
    [(0, 4, 'PERSON'), (4, 6, 'EMAIL')]
    """
    placed = sorted(spans, key=lambda s: (s.start, s.end))
    out: list[Span] = []
    first = reach = 0
    for at, span in enumerate(placed):
        if span.start >= reach:
            out += _parted(placed[first:at], wanted)
            first = at
        reach = max(reach, span.end)
    return (*out, *_parted(placed[first:], wanted))


def _parted(placed: list[Span], wanted: Container[str]) -> Iterable[Span]:
    """Part what some spans cover among them, where each but the first begins before one before it ends."""
    if len(placed) < 2:
        return placed
    ranked = sorted(placed, key=lambda s: (s.label not in wanted, -s.score, s.start - s.end, s.start, s.label, s.detector))
    if ranked[0].start == placed[0].start and ranked[0].end >= max(span.end for span in placed):
        return ranked[:1]
    coming = sorted(range(len(ranked)), key=lambda rank: -ranked[rank].start)
    over: list[int] = []  # ranks of the spans that have begun, the best first; one that has ended goes when it surfaces
    pieces: list[tuple[int, int, int]] = []
    at = 0
    while over or coming:
        while coming and ranked[coming[-1]].start <= at:
            heappush(over, coming.pop())
        while over and ranked[over[0]].end <= at:
            heappop(over)
        if not over:
            at = ranked[coming[-1]].start if coming else at
            continue
        best, begun = over[0], at
        at = min(ranked[best].end, ranked[coming[-1]].start) if coming else ranked[best].end
        if pieces and pieces[-1][1:] == (begun, best):
            begun = pieces.pop()[0]
        pieces.append((begun, at, best))
    return [_piece(ranked[rank], start, end) for start, end, rank in pieces]


def _piece(span: Span, start: int, end: int) -> Span:
    if (span.start, span.end) == (start, end):
        return span
    return Span(start=start, end=end, label=span.label, detector=span.detector, score=span.score)


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
