"""Whether a later policy permits more than people were told, judged again from the log's policy entries.

Rules kept here:

- Each policy is compared with the last one that did not widen in silence; the first one widens nothing.
- Legitimate interest reaches a time only if it did before, after as short a wait, or from the start of a notice that came with the
  policy, announces the purpose and is not dated back before the day of its adoption. A further surface of adults needs one too.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from .policy import PURPOSES, Policy


def silently_widened(adopted: Iterable[tuple[datetime, Mapping[str, Any] | None]]) -> frozenset[str]:
    """Give the purposes for which the last policy permits what no notice told of.

    Raises:
        ValueError: an entry that cannot be read.
    """
    bodies: list[Mapping[str, Any] | None] = []
    sound: Policy | None = None
    wider: frozenset[str] = frozenset()
    for at, body in adopted:
        bodies.append(body)
        after = Policy.read(bodies)
        wider = _wider(sound, after, at) if sound is not None and sound.periods else frozenset()
        sound = sound if wider else after
    return wider


def _wider(before: Policy, after: Policy, at: datetime) -> frozenset[str]:
    told = [span for name, span in after.notices.items() if name not in before.notices and span.starts > at - timedelta(days=1)]
    grown = any(kind == "adults" and before.surfaces.get(name) != "adults" for name, kind in after.surfaces.items())
    out = set()
    for purpose in PURPOSES:
        from_when = min((span.starts for span in told if purpose in span.purposes), default=None)
        if from_when is None and grown and any(p.basis == "legitimate-interest" for p in after.periods if purpose in p.purposes):
            out.add(purpose)
        for period in after.periods:
            if purpose in period.purposes and period.basis == "legitimate-interest":
                reached = _reached(period.starts, [p for p in before.periods if purpose in p.purposes and p.basis == period.basis
                                                   and p.waiting <= period.waiting])
                if reached < period.ends and (from_when is None or from_when > reached):
                    out.add(purpose)
    return frozenset(out)


def _reached(start: datetime, spans: Iterable[Any]) -> datetime:
    """Give the first moment from a start on that no span covers."""
    for span in sorted(spans, key=lambda span: span.starts):
        if span.starts <= start < span.ends:
            start = span.ends
    return start
