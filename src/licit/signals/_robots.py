"""robots.txt taken apart: its groups, the lines that licit reads besides the rules, and whether a path is forbidden.

protego matches paths; it gets one canonical group at a time, so that its habits cannot open anything: a byte order mark,
lines between two ``User-agent`` lines, splitting at odd line ends, and names that only begin alike are settled here.

Rules kept here:

- A name in ``User-agent`` counts if it is the token as a whole, small and capital letters alike; groups of one name are merged;
  ``*`` counts only for who has no group.
- What is no rule (``Sitemap``, ``Content-Usage``, anything unknown) closes no group.
- A file that is no text, is HTML, holds not one line of the form ``field: value``, or is larger than is read, is unreadable,
  never empty.

Law: SIG-01, SIG-12
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from protego import Protego

from ._agents import tokens_for
from ._paths import alike, matches

#: As much of a file as is read, in bytes; RFC 9309 asks for 500 KiB at least.
LARGEST = 1 << 20

_AGENT = frozenset({"user-agent", "useragent", "user agent"})
_DISALLOW = frozenset({"disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"})
_RULES = _AGENT | _DISALLOW | {"allow"}
#: Lines that mean something to licit, and lines that others know; anything else is noise.
KEPT = frozenset({"content-usage", "content-signal", "license"})
_KNOWN = KEPT | {"sitemap", "sitemaps", "site-map", "crawl-delay", "host", "clean-param", "request-rate", "visit-time", "noindex", "cache-delay"}
_WORDS = re.compile(r"(user[- ]?agent|disallow|dissallow|dissalow|disalow|diasllow|disallaw|allow|content-usage|content-signal|license)\s+(\S.*)", re.IGNORECASE)
_HTML = re.compile(rb"\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|script|meta|title|div)\b", re.IGNORECASE | re.DOTALL)
_MARK = re.compile(rb"\A\xef(?:\xbb\xbf?)?")
_TOKEN = re.compile(r"[a-z0-9_-]+")
_FIELD = re.compile(r"[a-z][a-z0-9 _-]{0,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: its number, field and value."""

    number: int
    field: str
    value: str


@dataclass(slots=True)
class Group:
    """One group: whom it names, its rules, and its other lines."""

    agents: set[str] = field(default_factory=set)
    rules: list[Line] = field(default_factory=list)
    others: list[Line] = field(default_factory=list)


class _Matcher:
    """Rules of one crawler: a quick look whether any forbids the path, and protego's answer where one may."""

    def __init__(self, rules: list[Line]) -> None:
        forbidding = [rule.value for rule in rules if rule.field == "disallow"]
        self._plain = tuple(alike(value) for value in forbidding if not {"*", "$"} & set(value))
        self._other = [value for value in forbidding if {"*", "$"} & set(value)]
        self._judge = Protego.parse("\n".join(["user-agent: *", *(f"{rule.field}: {rule.value}" for rule in rules)]))

    def forbids(self, path: str) -> bool:
        # A "$" may also be meant as itself: protego is asked then. What is asked too often is only slower.
        literal = "$" in path or "%24" in path
        if not path.startswith(self._plain) and not any("$" in value[:-1] or (literal and "$" in value) or matches(value, path) for value in self._other):
            return False
        return not self._judge.can_fetch(f"http://site.example{path}", "*")


class Robots:
    """A robots.txt that was read; ``fault`` says why it could not be, and then nothing in it gives leave."""

    def __init__(self, groups: list[Group], top: list[Line], fault: str) -> None:
        """Take what :func:`parse` found."""
        self.groups, self.top, self.fault = groups, top, fault
        self.licences = [line.value for line in [*top, *(line for group in groups for line in group.others)] if line.field == "license"]
        self._chosen: dict[str, tuple[Group, ...]] = {}
        self._matchers: dict[tuple[int, ...], _Matcher] = {}
        self._by_agent: dict[str, list[tuple[tuple[Group, ...], list[str]]]] = {}
        self._lines: dict[tuple[str, str], list[list[Line]]] = {}

    def groups_for(self, token: str) -> tuple[Group, ...]:
        """Give the groups that count for a product token; those of ``*`` where none names it."""
        token = token.lower()
        if token not in self._chosen:
            named = tuple(group for group in self.groups if token in group.agents)
            self._chosen[token] = named or tuple(group for group in self.groups if "*" in group.agents)
        return self._chosen[token]

    def chosen(self, agent: str) -> list[tuple[tuple[Group, ...], list[str]]]:
        """Give the groups that count for a crawler (``""``: for any training crawler), each with the tokens for which it does."""
        if agent not in self._by_agent:
            out: dict[tuple[int, ...], tuple[tuple[Group, ...], list[str]]] = {}
            for token in tokens_for(agent):
                groups = self.groups_for(token)
                out.setdefault(tuple(map(id, groups)), (groups, []))[1].append(token)
            self._by_agent[agent] = list(out.values())
        return self._by_agent[agent]

    def lines(self, field: str, agent: str) -> list[list[Line]]:
        """Give the lines of a field outside any group, then those of each set of groups that counts for a crawler; empty ones left out."""
        if (field, agent) not in self._lines:
            every = [self.top, *([line for group in groups for line in group.others] for groups, _ in self.chosen(agent))]
            self._lines[field, agent] = [mine for lines in every if (mine := [line for line in lines if line.field == field])]
        return self._lines[field, agent]

    def forbids(self, groups: tuple[Group, ...], path: str) -> bool:
        """Say whether the rules of groups forbid a path; with ``""``, whether they forbid any."""
        if not path:
            return any(rule.field == "disallow" and rule.value for group in groups for rule in group.rules)
        key = tuple(map(id, groups))
        if key not in self._matchers:
            self._matchers[key] = _Matcher([rule for group in groups for rule in group.rules if rule.value])
        return self._matchers[key].forbids(path)


@functools.lru_cache(maxsize=256)
def parse(body: bytes) -> Robots:
    """Take a robots.txt apart, or say why it cannot be: ``html``, ``not-text``, ``not-robots``, ``too-large``."""
    if len(body) > LARGEST:
        return Robots([], [], "too-large")
    body = _MARK.sub(b"", body, count=1)
    if body.startswith((b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")) or b"\0" in body:
        return Robots([], [], "not-text")
    if _HTML.match(body):
        return Robots([], [], "html")
    groups, top = [], []  # type: tuple[list[Group], list[Line]]
    group, closed, seen, noise = None, True, False, False
    for line in _lines(body.decode("utf-8", "replace")):
        if line.field in _AGENT:
            if closed or group is None:
                group, closed = Group(), False
                groups.append(group)
            group.agents |= _names(line.value)
        elif line.field in ("allow", "disallow"):
            closed = True
            if group is not None:
                group.rules.append(line)
        elif line.field in KEPT:
            (group.others if group is not None else top).append(line)
        if line.field in _RULES or line.field in _KNOWN or _FIELD.fullmatch(line.field):
            seen = True
        else:
            noise = True
    return Robots(groups, top, "not-robots" if noise and not seen else "")


def _lines(text: str) -> Iterator[Line]:
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        line = raw.partition("#")[0].strip(" \t\v\f\ufeff")
        if not line:
            continue
        name, colon, value = line.partition(":")
        name = " ".join(name.lower().split())
        if not colon or name not in _RULES | _KNOWN:
            found = _WORDS.fullmatch(line)
            name, value = (found[1].lower(), found[2]) if found else (name if colon else "", value)
        if name in _DISALLOW:
            name = "disallow"
        value = value.strip()
        if not value.isprintable():
            if name == "allow":  # What is left of it without those characters could be wider leave.
                continue
            value = "".join(char for char in value if char.isprintable())
        yield Line(number=number, field=name, value=value)


def _names(value: str) -> set[str]:
    """Give the tokens that a ``User-agent`` line may mean."""
    value = value.lower().strip()
    if value == "*" or value.startswith(("* ", "*\t")):
        return {"*"}
    found = _TOKEN.match(value)
    return {value, found[0]} if found else {value} - {""}
