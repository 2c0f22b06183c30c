"""The source and surface gate: may this be looked at for training at all?

Rules kept here:

- Unknown is held: source, licence, whose it is, capacity, age on a surface without declared assurance.
- A contract that names languages permits no other, and none that nobody can tell.
- ``capacity`` decides, from the contract with an organisation; tier and price do not exist here (GDPR Art. 12(5)).
- Temporary, deleted and expired chats are never eligible, nor is an earlier state of one.
- What the plan does not train on (hidden nodes, titles, feedback, branches) is refused as ``purpose`` and counted.
- A chat export of other people is held by default.
- What was said on a surface for health, therapy, legal advice or intimacy is refused as a whole.
- A press article under an open licence is held until the publisher's own right is covered as well.

Law: CHO-01, CHO-08, CHO-11, CHO-19, PRV-01, PRV-02, PRV-05, PRV-09, LIA-01, SEN-04
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.decisions import KEEP, Decision, because
from ..core.policy import Policy
from ..core.sources import Source, Wanted, admit_source

#: The facts of a row that this gate reads, and no others.
FACTS = ("source", "language", "thread", "holder_known", "capacity", "age", "surface", "state", "third_parties", "press")

_OF_PEOPLE = ("main", "branch", "hidden", "derived", "feedback", "attachment")

#: Every thread that a chunk may be of.
THREADS = (*_OF_PEOPLE, "document")


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What the gate judges by: the register, the policy's surfaces, the declared use, and the threads the plan wants.

    ``records``: how many arrived from each source.
    """

    register: Mapping[str, Source]
    policy: Policy
    wanted: Wanted
    threads: tuple[str, ...]
    records: Mapping[str, int] = field(default_factory=dict)

    def judge(self, facts: Mapping[str, Any]) -> Decision:
        """Answer for one combination of facts; the strictest of source and surface."""
        source = self.register.get(facts["source"])
        admitted = admit_source(source, self.wanted, records=self.records.get(facts["source"], 0))
        if admitted.answer == "keep" and source is not None and source.contract is not None:
            admitted = source.contract.judge(self.wanted, language=facts["language"])
        if admitted.answer == "refuse":
            return admitted
        if facts["thread"] not in self.threads:
            return because("purpose")
        if facts["thread"] not in _OF_PEOPLE:
            return because("press-publisher-right") if admitted.answer == "keep" and source and _press(source, facts) else admitted
        surface = self._surface(facts, own=source is not None and source.ground == "own")
        return surface if surface.answer == "refuse" or admitted.answer == "keep" else admitted

    def _surface(self, facts: Mapping[str, Any], *, own: bool) -> Decision:
        if facts["state"] not in ("live", "unknown"):
            return because("chat-state")
        if facts["capacity"] == "organisation":
            return because("organisation-data")
        if facts["age"] == "minor":
            return because("minor")
        if self.policy.intimate(facts["surface"]):
            return because("intimate-surface")
        if facts["state"] == "unknown":
            return because("chat-state-unknown")
        if facts["third_parties"]:
            return because("third-parties")
        if not facts["holder_known"]:
            return because("subject-unknown") if own else KEEP
        if facts["capacity"] == "unknown":
            return because("capacity-unknown")
        if facts["age"] == "unknown" and self.policy.assurance(facts["surface"]) != "adults":
            return because("age-unknown")
        return KEEP


def _press(source: Source, facts: Mapping[str, Any]) -> bool:
    """Tell whether a document is of the press and rests on a licence that only its author, or a statute, can have given."""
    presumed = source.stated.press == "yes" or (facts["press"] and source.stated.press == "")
    return presumed and source.contract is None and source.ground in ("open-licence", "statutory")


def ended(state: Mapping[str, Any]) -> str:
    """Give the reason why a state of a record (as it is stored) takes the record's earlier states with it, or "".

    A chat is ended by a state that is not live any more, that an organisation holds, or that is a minor's.
    """
    if state.get("kind") == "document":
        return ""
    if state.get("state", "live") != "live":
        return "chat-state"
    if state.get("capacity") == "organisation":
        return "organisation-data"
    return "minor" if state.get("age") == "minor" else ""
