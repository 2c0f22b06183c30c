"""By which channels people refuse, and how long each refusal takes to count: from the log, for anybody to read.

Rules kept here:

- The delay is that between receipt and recording: what is recorded counts at the gate from the next question on.
- No refusal names a tier, so none can be compared; what is compared is the channels. What each tier was offered on a day is
  told by ``interface.py``.
- Synthetic people (canaries) are nobody, and counted nowhere.
- A channel with fewer than five refusals is counted with others, so that nobody's single refusal is shown. What a product
  writes of its own channel is counted as another one: it may be anything, and the page is public.

Law: CHO-02
"""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from .canaries import is_synthetic
from .workspace import Workspace

_REFUSING = ("objection", "withdrawal", "third-party-objection")
_FEWEST = 5
#: How refusals come, as the log has it.
CHANNELS = ("privacy centre", "Sec-GPC: 1", "API", "form for others", "list", "staff", "another")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel: its name ("" several, each with few), how many refusals came by it, and the median delay until they counted."""

    name: str
    refusals: int
    delay: timedelta


def channels(workspace: Workspace) -> list[Channel]:
    """Give the channels by which refusals came, the most used first."""
    found: dict[str, list[timedelta]] = {}
    synthetic = is_synthetic(workspace)
    for entry in workspace.log.entries(kinds=_REFUSING):
        if synthetic(entry):
            continue
        how = (entry.decision or {}).get("how")
        name = "form for others" if entry.kind == "third-party-objection" else str(how) if how else "staff"
        name = name if name in CHANNELS else "another"
        found.setdefault(name, []).append(max(entry.recorded_at - entry.received_at, timedelta(0)))
    few = [delay for delays in found.values() if len(delays) < _FEWEST for delay in delays]
    out = [Channel(name=name, refusals=len(delays), delay=_middle(delays)) for name, delays in found.items() if len(delays) >= _FEWEST]
    out.sort(key=lambda one: (-one.refusals, one.name))
    return [*out, Channel(name="", refusals=len(few), delay=_middle(few))] if len(few) >= _FEWEST else out


def _middle(delays: list[timedelta]) -> timedelta:
    return timedelta(seconds=median(delay.total_seconds() for delay in delays))
