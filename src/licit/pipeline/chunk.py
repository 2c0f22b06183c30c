"""Threads and chunks: which turns form a row, where a long one may be cut, and the true header of each piece.

Chunks are cut blind to rights, and are the unit of row, tally and removal.

Rules kept here:

- Every turn of a record lies in exactly one thread: what is shown (``main``), branches that are not, hidden nodes,
  derived texts (titles, summaries), feedback, and the text of attached files. Nothing that was read is left out of the count.
- Nothing is cut inside a turn; a reply is never parted from what it answers; a correction, a right of reply and the
  sentence that qualifies an accusation stay with what they speak of, or the whole is held.
- The header is computed from the turns, never taken from what a file says of itself.
- What a derived or feedback turn rests on is judged with it.

Law: SEN-05, SEN-07, RGT-06, CHO-09, CHO-10
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..core.ids import TurnId
from ..core.records import Record, Turn
from .looking import STAND_IN

#: Gives the number of tokens of a text.
CountTokens = Callable[[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSettings:
    """Where a long record may be cut: ``tokens`` 0 never cuts; ``overlap`` repeats whole exchanges up to that size."""

    tokens: int = 0
    overlap: int = 0

    def __post_init__(self) -> None:
        """Insist on sizes that can be kept.

        Raises:
            ValueError: a negative size, or an overlap that is not smaller than the chunk.
        """
        if self.tokens < 0 or self.overlap < 0 or (self.tokens and self.overlap >= self.tokens):
            raise ValueError("a chunk's overlap must be smaller than its tokens, and neither negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some turns of one thread: ``turns`` are its row, ``judged`` are all whose people must permit it.

    ``reason`` names why it cannot be cut as asked, or is "".
    """

    thread: str
    turns: tuple[Turn, ...]
    judged: tuple[Turn, ...]
    reason: str = ""


def estimate_tokens(text: str) -> int:
    """Estimate a text's tokens at four UTF-8 bytes each, at least one; marked as an estimate wherever it shows."""
    return max(1, len(text.encode()) // 4)


def cut(record: Record, settings: ChunkSettings, count: CountTokens = estimate_tokens) -> list[Chunk]:
    """Cut a record into chunks; every turn of the record is in at least one of them."""
    chunks: list[Chunk] = []
    for thread, turns, judged in _threads(record):
        cuttable = settings.tokens and thread in ("main", "branch", "document")
        if cuttable and sum(count(turn.text) for turn in turns) > settings.tokens:
            chunks += _pieces(thread, turns, judged, settings, count)
        else:
            chunks.append(Chunk(thread=thread, turns=turns, judged=judged))
    return chunks


Thread = tuple[str, tuple[Turn, ...], tuple[Turn, ...]]


def _threads(record: Record) -> list[Thread]:
    if record.kind == "document":
        return [("document", record.turns, record.turns)] if record.turns else []
    by_id = {turn.id: turn for turn in record.turns}
    shown = tuple(turn for turn in record.turns if turn.shown and turn.origin in ("said", "pasted")
                  and turn.kind != "attachment")
    out: list[Thread] = [("main", shown, shown)] if shown else []
    for path in _branches(record.turns):
        out.append(("branch", path, path))
    for name in ("hidden", "derived", "feedback", "attachment"):
        aside = tuple(turn for turn in record.turns if _aside(turn) == name)
        if aside:
            out.append((name, aside, _rests_on(aside, by_id)))
    return out


def _aside(turn: Turn) -> str:
    if turn.origin == "feedback":
        return "feedback"
    if turn.origin == "derived" and turn.kind != "hidden":
        return "derived"
    return turn.kind if turn.kind in ("hidden", "attachment") else ""


def _branches(turns: Sequence[Turn]) -> list[tuple[Turn, ...]]:
    """Give each run of turns that is said but not shown, from where it leaves what came before to its leaf."""
    aside = {turn.id: turn for turn in turns if not turn.shown and not _aside(turn)}
    children = {turn.parent for turn in aside.values()}
    done: set[str] = set()
    out = []
    for leaf in aside.values():
        if leaf.id in children:
            continue
        path: list[Turn] = []
        node: Turn | None = leaf
        while node is not None and node.id not in done:
            path.append(node)
            done.add(node.id)
            node = aside.get(node.parent) if node.parent is not None else None
        out.append(tuple(reversed(path)))
    return out


def _rests_on(aside: Sequence[Turn], by_id: Mapping[TurnId, Turn]) -> tuple[Turn, ...]:
    wanted = {turn.id for turn in aside}
    for turn in aside:
        wanted |= set(turn.derived_from) if turn.derived_from else set(by_id)
    return tuple(turn for turn_id, turn in by_id.items() if turn_id in wanted)


def _pieces(thread: str, turns: tuple[Turn, ...], judged: tuple[Turn, ...], settings: ChunkSettings,
            count: CountTokens) -> list[Chunk]:
    units = _bound_blocks(turns) if thread == "document" else _exchanges(turns)
    sizes = [sum(count(turn.text) for turn in unit) for unit in units]
    too_long = [i for i, size in enumerate(sizes) if size > settings.tokens]
    if too_long:
        bound = thread == "document" and any(len(units[i]) > 1 and _speaks_of_others(units[i]) for i in too_long)
        return [Chunk(thread=thread, turns=turns, judged=judged, reason="reply-parted" if bound else "turn-too-long")]
    out: list[Chunk] = []
    start = 0
    while start < len(units):
        end, size = start, 0
        while end < len(units) and size + sizes[end] <= settings.tokens:
            size += sizes[end]
            end += 1
        piece = tuple(turn for unit in units[start:end] for turn in unit)
        out.append(Chunk(thread=thread, turns=piece, judged=piece))
        if end == len(units):
            break
        back, repeated = end, 0
        while back - 1 > start and repeated + sizes[back - 1] <= settings.overlap:
            back -= 1
            repeated += sizes[back]
        while repeated + sizes[end] > settings.tokens:  # what is repeated leaves room for something new
            repeated -= sizes[back]
            back += 1
        start = back
    return out


def _exchanges(turns: Sequence[Turn]) -> list[list[Turn]]:
    """Group turns so that an answer stays with its question: a new group starts where a person speaks after a reply."""
    units: list[list[Turn]] = []
    answered = True
    for turn in turns:
        asks = turn.role in ("user", "participant", "system")
        if not units or (asks and answered):
            units.append([])
        units[-1].append(turn)
        answered = turn.role in ("assistant", "tool", "participant")
    return units


def _speaks_of_others(unit: Sequence[Turn]) -> bool:
    return any(turn.kind in ("correction", "qualification") for turn in unit)


def _bound_blocks(turns: Sequence[Turn]) -> list[list[Turn]]:
    """Group blocks that must stay together: a heading with what follows, a correction with all it corrects."""
    place = {turn.id: i for i, turn in enumerate(turns)}
    last = len(turns) - 1
    reach = list(range(len(turns)))
    for i, turn in enumerate(turns):
        if turn.kind in ("correction", "qualification"):
            bound = [place[name] for name in turn.derived_from if name in place] or [0, last]
            low, high = min(*bound, i), max(*bound, i)
            reach[low] = max(reach[low], high)
        elif turn.kind == "heading":
            reach[i] = max(reach[i], min(i + 1, last))
    units: list[list[Turn]] = []
    start = 0
    while start <= last:
        at, end = start, start
        while at <= end:
            end = max(end, reach[at])
            at += 1
        units.append(list(turns[start:end + 1]))
        start = end + 1
    return units


_WORD = re.compile(r"[^\W\d_]{5,}")
_COMMON = frozenset(
    "about after again also avant avec avoir because before being bonjour cette comme could depuis donc elle elles "
    "encore entre etait être faire their there these they thing think those vous votre what when where which would "
    "your please merci thanks leurs mais même nous notre parce plus pour pourquoi pouvez quand quelle sans sera sont "
    "sous suis tous tout toute très voici voilà aussi ainsi alors autre autres cela celui cet ces dans des deux "
    "d'une peut peux fait have from hello into just like more only other over some such than that them then this "
    "très were will with want need know".split())


def topics(text: str, most: int = 5) -> list[str]:
    """Give up to ``most`` keywords of a de-identified text: its most frequent longer words, first met first; no stand-in is one."""
    words = [word for word in _WORD.findall(STAND_IN.sub(" ", text).casefold()) if word not in _COMMON]
    return [word for word, _ in Counter(words).most_common(most)]


def days(turns: Sequence[Turn]) -> tuple[str, str]:
    """Give the first and last day on which these turns were said, ("", "") when none is known."""
    known = sorted(turn.said_at[:10] for turn in turns if turn.said_at)
    return (known[0], known[-1]) if known else ("", "")
