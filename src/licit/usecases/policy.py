"""Adopting a policy: notices, assessments, surfaces and one legal basis for each purpose and period.

Rules kept here:

- What was in force stays: a notice or assessment never changes under its id, and a past basis never turns from consent
  into legitimate interest.
- What it permits beyond the old needs a new notice, and starts with it.
- The whole new policy is checked against the old before anything is written.

Law: CHO-16, LIA-01, TRN-01
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ..core.errors import EvidenceError, RefusedError, SetupError
from ..core.policy import Assessment, Notice, Period, Policy, Surface, parse_policy, policy_from, toml_values
from ..core.widening import silently_widened
from .told import require_told
from .workspace import Workspace

TEMPLATE = '''# What silence means. Nothing here is in force until you run: licit policy adopt policy.toml --by NAME
# Every block is commented out: a purpose without a basis is held.

# [[notice]]                       # a text people could read before you collected
# id = "notice-2025"
# purposes = ["train"]
# starts = "2025-01-01"            # in force from
# # ends = "2026-01-01"

# [[period]]                       # one legal basis for one purpose and time
# purpose = "train"                # train, learn-from-feedback, evaluate, human-review, publish, personalise
# basis = "legitimate-interest"    # or "consent": then silence is held
# starts = "2025-01-01"
# waiting_days = 30                # after collection, so that people can use their rights

# [[assessment]]                   # the legitimate-interest assessment of that id: licit law new lia lia-1, licit law approve
# id = "lia-1"
# purposes = ["train"]
# approved_by = "the data-protection officer"
# approved_at = "2025-01-15"
# expires_at = "2027-01-15"

# [[surface]]                      # age assurance declared for a product surface
# id = "web"
# assurance = "adults"             # adults, minors, none
# theme = "general"                # health, therapy, legal-advice and intimacy are left out as a whole
'''


def read_policy(path: Path) -> dict[str, Any]:
    """Read a policy file as plain values with dates as text.

    Raises:
        SetupError: it is missing or not well formed; the message says where.
    """
    try:
        return parse_text(path.read_bytes().decode(), path.name)
    except FileNotFoundError:
        raise SetupError("there is no such policy file", about=path.name,
                         remedy="licit init makes a commented policy.toml in the workspace.") from None
    except OSError as error:
        raise SetupError(f"the policy cannot be read: {error.strerror}", about=str(path), remedy="Name a file.") from None
    except UnicodeDecodeError as error:
        raise SetupError(f"the policy cannot be read: {error}", about=path.name, remedy="Write it in UTF-8.") from None


def parse_text(text: str, name: str = "the policy") -> dict[str, Any]:
    """Read the text of a policy as plain values with dates as text.

    Raises:
        SetupError: it is not well formed; the message says where.
    """
    try:
        data = toml_values(text)
        parse_policy(data)
    except ValueError as error:
        raise SetupError(f"the policy cannot be read: {error}", about=name,
                         remedy="Compare with the policy.toml that licit init makes.") from None
    return data


#: One rule of a policy.
Rule = Period | Notice | Assessment | Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One policy as it was adopted: its entry, when, in whose name, and the rules it brought and took away."""

    entry: int
    at: datetime
    by: str
    added: tuple[Rule, ...]
    gone: tuple[Rule, ...]


def versions(workspace: Workspace) -> list[Version]:
    """Give every adopted policy with what it changed, the newest first.

    Raises:
        EvidenceError: an entry cannot be read.
    """
    out: list[Version] = []
    bodies: list[Mapping[str, Any]] = []
    for entry in workspace.log.entries(kinds=("policy",)):
        if entry.decision is None:
            raise EvidenceError("a policy cannot be read", about=f"log entry {entry.seq}", reason="entry-unreadable",
                                remedy="Restore the workspace from a backup.")
        added, gone = _change(bodies, entry.decision)
        bodies.append(entry.decision)
        out.append(Version(entry=entry.seq, at=entry.recorded_at, by=str(entry.decision.get("by", "")), added=added, gone=gone))
    return out[::-1]


def changed(workspace: Workspace, data: Mapping[str, Any]) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Give the rules that a policy would bring and take away, without adopting it.

    Raises:
        RefusedError: it would change a notice or assessment under its id.
    """
    try:
        return _change([entry.decision or {} for entry in workspace.log.entries(kinds=("policy",))], data)
    except ValueError as error:
        raise RefusedError(str(error), reason="policy-changes-past") from None


def _change(before: Sequence[Mapping[str, Any]], data: Mapping[str, Any]) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    old, new = (_rules(policy_from(bodies)) for bodies in (before, [*before, data]))
    return tuple(rule for rule in new if rule not in old), tuple(rule for rule in old if rule not in new)


def _rules(policy: Policy) -> list[Rule]:
    return [*policy.periods, *policy.notices, *policy.assessments, *policy.surfaces]


def adopt_policy(workspace: Workspace, data: Mapping[str, Any], by: str = "") -> int:
    """Adopt a policy, in the name of whoever puts it in force; give the log entry.

    Raises:
        RefusedError: it would change a notice or assessment under its id, sweep in what was under consent, or permit more
            than people were told.
        SetupError: it says nothing.
    """
    if not any(data.values()):
        raise SetupError("the policy says nothing", remedy="Uncomment and fill its blocks, then adopt it.")
    before = [(entry.recorded_at, entry.decision or {}) for entry in workspace.log.entries(kinds=("policy",))]
    try:
        new = policy_from([*(body for _, body in before), data])
    except ValueError as error:
        raise RefusedError(str(error), reason="policy-changes-past") from None
    swept = _swept(_in_force(before, workspace.clock.now()), new)
    if swept:
        raise RefusedError(f"what was collected for {swept.purpose} under consent from {swept.starts:%Y-%m-%d} would "
                           "come under legitimate interest", reason="policy-changes-past",
                           remedy="Keep the consent period, and let a new period start today or later.")
    if wider := silently_widened([*before, (workspace.clock.now(), data)]):
        said = "; ".join(f"{one.purpose} from {one.starts:%Y-%m-%d} ({_HOW[one.how]})" for one in wider)
        raise RefusedError(f"the policy would permit more than people were told: {said}", reason="policy-widened",
                           remedy=f"Add a [[notice]] with a new id that announces {wider[0].purpose}, in force from today or later, "
                                  "and let the period start with it: what was said before keeps its rule.")
    body = {**data, "by": by.strip()} if by.strip() else data
    require_told(workspace, "policy", [body])
    return workspace.enter("policy", body)


_HOW = {"basis": "newly permitted", "wait": "after a shorter wait", "surface": "on a further surface"}


def _in_force(before: Sequence[tuple[datetime, Mapping[str, Any]]], now: datetime) -> Iterator[tuple[Period, datetime]]:
    """Give every period that any policy so far had, with the moment at which it ended or was replaced."""
    stated = [(at, parse_policy(body).periods) for at, body in before if body.get("period")]
    replaced = [at for at, _ in stated[1:]] + [now]
    for (_, periods), until in zip(stated, replaced, strict=False):
        for period in periods:
            yield period, min(period.ends or until, until)


def _swept(past: Iterable[tuple[Period, datetime]], new: Policy) -> Period | None:
    """Find a period under consent, already begun, some of whose past another basis would now cover."""
    for period, ends in past:
        if period.basis == "consent" and period.starts < ends and any(
                p.purpose == period.purpose and p.basis != "consent" and p.starts < ends
                and (p.ends is None or p.ends > period.starts) for p in new.periods):
            return period
    return None


def policy_lines(policy: Policy) -> Iterable[str]:
    """Say a policy in lines people can read."""
    for period in policy.periods:
        until = f" until {period.ends:%Y-%m-%d}" if period.ends else ""
        yield (f"{period.purpose}: {period.basis} from {period.starts:%Y-%m-%d}{until}, "
               f"{period.waiting_days} days' wait")
    for notice in policy.notices:
        yield f"notice {notice.id}: {', '.join(notice.purposes)} from {notice.starts:%Y-%m-%d}"
    for paper in policy.assessments:
        yield f"assessment {paper.id}: {', '.join(paper.purposes)} until {paper.expires_at:%Y-%m-%d}"
    for surface in policy.surfaces:
        yield f"surface {surface.id}: {surface.assurance}"
