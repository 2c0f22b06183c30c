"""What each control of licit needs of the plan, the policy and the finished release, for a measure to rest on it.

A table of the verifier's own; a test holds it to the one that licit judges by.
"""

from collections.abc import Callable, Mapping
from typing import Any

Plan = Mapping[str, Any]


def _measured(plan: Plan) -> bool:
    return _without(plan, "accepted", "accept_unmeasured_deidentification")


def _screened(plan: Plan) -> bool:
    return _without(plan, "accepted", "accept_unmeasured_screening")


def _without(plan: Plan, name: str, word: str) -> bool:
    return isinstance(plan.get(name), list) and word not in plan[name]


def _more_than_none(plan: Plan, *names: str) -> bool:
    return all(type(plan.get(name)) is int and plan[name] > 0 for name in names)


#: Controls that need something of the plan.
NEEDS: dict[str, Callable[[Plan], bool]] = {
    "special-categories-out": _screened, "screening-measured": _screened, "deidentified": _measured,
    "invented-replacements": lambda plan: (plan.get("deidentify") or {}).get("replace") == "surrogates",
    "attachments-out": lambda plan: _without(plan, "threads", "attachment"),
    "duplicates-out": lambda plan: plan.get("near") is True,
    "twin-and-canaries": lambda plan: _more_than_none(plan, "twin_per_thousand", "canaries")}

#: The claims of the release that must hold for each control.
CLAIMS: dict[str, tuple[str, ...]] = {
    "waiting-period": ("people-honoured",), "unconditional-objection": ("people-honoured", "patch-of-parent"),
    "objection-honoured": ("people-honoured",), "outsiders-honoured": ("people-honoured",),
    "special-categories-out": ("admission-rerun",), "screening-measured": ("admission-rerun", "measure-meets-plan"),
    "deidentified": ("measure-meets-plan", "deidentification-measured"), "no-direct-identifiers": ("no-direct-identifiers",),
    "invented-replacements": (), "minors-out": ("admission-rerun",), "third-parties-held": ("admission-rerun",),
    "attachments-out": ("admission-rerun",), "sources-approved": ("sources-admitted",), "duplicates-out": ("copies-apart",),
    "fields-minimised": ("columns-allowed",), "order-keyed": ("order-keyed",), "twin-and-canaries": ("twin-apart",),
    "absence-provable": ("absence-root-logged", "tags-complete")}

#: Controls that need a waiting period of so many days, and those that need a release large enough to draw a twin from.
WAITS = {"waiting-period": 30}
DRAWN = frozenset({"twin-and-canaries"})

#: Controls that only do what the GDPR demands anyway: none of them counts in a balance.
DUTIES = frozenset({"objection-honoured", "special-categories-out", "fields-minimised"})


def ran(control: object, plan: Plan, shortest_wait: int | None) -> bool:
    """Tell whether a control ran as it must; one that nobody knows did not."""
    if control not in CLAIMS or not isinstance(control, str):
        return False
    if control in WAITS and (shortest_wait is None or shortest_wait < WAITS[control]):
        return False
    return control not in NEEDS or NEEDS[control](plan)
