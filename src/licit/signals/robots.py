"""robots.txt (RFC 9309): whether a crawler may fetch the page, and in crawls of others whether any training crawler may not.

Rules kept here:

- Without a token that is asked for, a refusal to any listed training crawler, or to everybody, reserves; no rule gives leave, for
  leave to fetch is none to train.
- With a token, the answer is RFC 9309's: what is not forbidden is allowed.
- The state of the fetch counts: 429, server errors, redirects that end nowhere and time-outs forbid all; another 4xx is no file.

Law: SIG-01, SIG-02, SIG-03, SIG-12
"""

from collections.abc import Iterator, Sequence

from licit.core.signals import ROBOTS, Answer, Page, Reading, Says

from ._paths import path_of
from ._robots import Group, Robots, parse


class RobotsSignal:
    """Whether robots.txt forbids the page."""

    name, spec, reads = "robots", "RFC 9309", "/robots.txt: groups, Allow, Disallow, and the state of its fetch"

    def read(self, page: Page) -> Sequence[Reading]:
        """Give what robots.txt says of the page."""
        answer = page.site.get(ROBOTS)
        if answer is None:
            return ()
        if state := fetch_state(answer):
            says, detail = state
            return (self._reading(says, detail, answer, ""),)
        robots = parse(answer.body)
        if robots.fault:
            return (self._reading("unreadable", robots.fault, answer, ""),)
        return tuple(self._rules(robots, page, answer))

    def _rules(self, robots: Robots, page: Page, answer: Answer) -> Iterator[Reading]:
        path = path_of(page.url)
        for groups, tokens in robots.chosen(page.agent):
            if robots.forbids(groups, path):
                said = "no page address, and some paths are forbidden" if not path else "disallow"
                says: Says = "disallow" if path else "unreadable"
                yield self._reading(says, f"{said}: {_named(tokens)}", answer, _line(groups))
                return
        if page.agent:
            yield self._reading("allow", f"not forbidden: {page.agent}", answer, "")
        else:
            yield self._reading("silent", "forbids no training crawler here", answer, "")

    def _reading(self, says: Says, detail: str, answer: Answer, where: str) -> Reading:
        return Reading(name=self.name, spec=self.spec, where=f"robots.txt{where}", says=says, detail=detail, raw=answer.body)


def fetch_state(answer: Answer) -> tuple[Says, str] | None:
    """Say what the state of a fetch of robots.txt means; None where the file is to be read."""
    if answer.fault:
        return "unreadable", answer.fault
    status = answer.status
    if status == 0 or 200 <= status < 300:
        return None
    if 400 <= status < 500 and status != 429:
        return "silent", f"status {status}: there is no file"
    return "disallow", f"status {status}: all is forbidden until it answers"


def _named(tokens: list[str]) -> str:
    return ", ".join(tokens[:3]) + (f" and {len(tokens) - 3} more" if len(tokens) > 3 else "")


def _line(groups: tuple[Group, ...]) -> str:
    first = next((rule.number for group in groups for rule in group.rules if rule.field == "disallow" and rule.value), 0)
    return f", group with line {first}" if first else ""


def signals() -> tuple[RobotsSignal, ...]:
    """Offer the reader."""
    return (RobotsSignal(),)
