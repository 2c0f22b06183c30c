"""Whether a later policy lets more be used than people were told: purposes, bases, waiting periods, surfaces.

Rules kept here:

- What a policy newly permits under legitimate interest, or permits after a shorter wait, starts no earlier than a notice that came
  with that policy and announces the purpose. That notice is not dated back before the day of its adoption.
- A surface that newly counts as one of adults needs such a notice too.
- The first policy widens nothing: before it nothing was permitted. A silent widening is measured against the last policy that was
  none, so that it can be mended, and does not become the measure by standing for a while.

Law: LIA-10, TRN-01, TRN-02
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .policy import Notice, Period, Policy, policy_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Widening:
    """Something that a policy newly permits: for which purpose, from when, and how (``basis``, ``wait`` or ``surface``)."""

    purpose: str
    starts: datetime
    how: str


def widened(before: Policy, after: Policy, at: datetime) -> list[Widening]:
    """Give what a policy permits that the one before did not and that no new notice tells of.

    Args:
        before: the policy in force until then.
        after: the policy that takes its place.
        at: when it was adopted.
    """
    told = [notice for notice in after.notices if notice not in before.notices and at - timedelta(days=1) < notice.starts]
    out = []
    for period in after.periods:
        if period.basis == "legitimate-interest" and (starts := _uncovered(period, before.periods)) is not None:
            shorter = any(old.purpose == period.purpose and old.basis == period.basis and old.starts <= starts
                          and (old.ends is None or starts < old.ends) for old in before.periods)
            out.append(Widening(purpose=period.purpose, starts=starts, how="wait" if shorter else "basis"))
    if any(surface.assurance == "adults" and before.assurance(surface.id) != "adults" for surface in after.surfaces):
        out += [Widening(purpose=period.purpose, starts=at, how="surface") for period in after.periods
                if period.basis == "legitimate-interest"]
    return [one for one in out if not any(_tells(notice, one) for notice in told)]


def _tells(notice: Notice, widening: Widening) -> bool:
    return widening.purpose in notice.purposes and (widening.how == "surface" or notice.starts <= widening.starts)


def _uncovered(period: Period, before: Iterable[Period]) -> datetime | None:
    """Give the first moment of a period that no earlier period permitted after as short a wait; None when all of it was."""
    at: datetime | None = period.starts
    old = sorted((one for one in before if one.purpose == period.purpose and one.basis == period.basis
                  and one.waiting_days <= period.waiting_days), key=lambda one: one.starts)
    for one in old:
        if at is None or one.starts > at:
            break
        if one.ends is None or one.ends > at:
            at = one.ends
    return None if at is None or (period.ends is not None and at >= period.ends) else at


def silently_widened(adopted: Iterable[tuple[datetime, Mapping[str, Any]]]) -> list[Widening]:
    """Give what the policy in force permits without a notice, from every policy entry in sequence with its moment."""
    bodies: list[Mapping[str, Any]] = []
    sound: Policy | None = None
    found: list[Widening] = []
    for at, body in adopted:
        bodies.append(body)
        after = policy_from(bodies)
        found = widened(sound, after, at) if sound is not None and sound.periods else []
        sound = sound if found else after
    return found
