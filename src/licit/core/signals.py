"""What a rightsholder says of training, as it was read, and the one rule that makes a verdict of it.

Rules kept here:

- Whatever takes away lawful access decides alone; then a refusal of robots.txt; then, over all schemes, any refusal wins,
  else any leave, else nobody knows. The rule that decided is named.
- A signal that is there and cannot be read reserves. Where a scheme itself says that what does not parse is unknown
  (AIPREF), its reader says ``silent``.
- Words of a reservation reserve until a person has read them.
- Only what is said of training counts. What is said of search, of answers or of indexing is told and decides nothing.

Law: SIG-10, SIG-11, SIG-12, SIG-15, PRV-07
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

#: ``overridden``: a later signal of the same scheme counts instead. ``words``: a person decides. ``silent``: says nothing.
Says = Literal["no-access", "disallow", "unreadable", "words", "allow", "overridden", "silent"]
Verdict = Literal["reserved", "allowed", "unknown"]

#: Where a site's own files lie, by path.
ROBOTS, TDMREP, AI_TXT = "/robots.txt", "/.well-known/tdmrep.json", "/ai.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One stored answer: status (0 unknown), headers by lower-case name in the order sent, body, and why it cannot be read."""

    status: int = 0
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is judged: the page's answer, files of its site by path or address, and for whom (``""``: any training crawler).

    ``url`` is empty where nobody knows it; so is ``at``, when it was answered (ISO 8601, UTC).
    """

    url: str = ""
    answer: Answer = Answer()
    site: Mapping[str, Answer] = field(default_factory=dict)
    agent: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One signal as read: by which reader and version of its specification, where, what it says, and the bytes it rests on.

    ``detail`` holds directives only, never the page's words.
    """

    name: str
    spec: str
    where: str
    says: Says
    detail: str = ""
    raw: bytes = field(default=b"", repr=False)


class Signal(Protocol):
    """Reads one kind of signal; raises nothing on what others wrote, and changes and fetches nothing.

    ``reads`` says in words where it looks.
    """

    name: str
    spec: str
    reads: str

    def read(self, page: Page) -> Sequence[Reading]:
        """Give what a page and its site say; nothing where the signal is absent."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A verdict, the rule that decided, and whether a person is to look."""

    verdict: Verdict
    rule: str
    person: bool = False


_ORDER: tuple[tuple[Says, str], ...] = (
    ("no-access", "no lawful access"), ("disallow", "any refusal wins"), ("unreadable", "a signal that is there cannot be read"),
    ("words", "a reservation in words; a person decides"))


def resolve(readings: Iterable[Reading]) -> Outcome:
    """Make one verdict of what was read.

    >>> resolve([]).verdict
    'unknown'
    """
    found: dict[Says, Reading] = {}
    for reading in readings:
        if reading.says not in found or (reading.says == "disallow" and reading.name == "robots"):
            found[reading.says] = reading
    for says, rule in _ORDER:
        if reading := found.get(says):  # type: ignore[assignment]
            return Outcome(verdict="reserved", rule=f"{reading.name}: {rule} ({reading.where})", person=says == "words")
    if "allow" in found:
        reading = found["allow"]
        return Outcome(verdict="allowed", rule=f"{reading.name}: leave is given and nothing refuses ({reading.where})")
    return Outcome(verdict="unknown", rule="no signal says anything of training")


_ESCAPED = re.compile(r"%[0-9a-fA-F]{2}")
_ADDRESS = re.compile(r"\s*https?://(?:[^/?#@]*@)?([^/?#@:\[\]]+|\[[0-9a-f:.]+\])(?::(\d*))?([/?][^#]*)?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE = _UNRESERVED | frozenset("/?:@!$&'()*+,;=%[]")


def alike(path: str) -> str:
    """Write a path in the one way in which it is compared: what need not be encoded is not, the rest in capitals."""
    if path.isascii() and "%" not in path and path.isprintable() and " " not in path:
        return path
    quoted = [sign if sign in _SAFE else "".join(f"%{byte:02X}" for byte in sign.encode("utf-8", "surrogatepass")) for sign in path]
    return _ESCAPED.sub(_one, "".join(quoted))


def _one(found: re.Match[str]) -> str:
    plain = chr(int(found[0][1:], 16))
    return plain if plain in _UNRESERVED else found[0].upper()


def page_name(url: str) -> str:
    """Name a page by its address, however that is written; ``""`` for what is no address of the web.

    >>> page_name("HTTPS://News.example:443/a%7Eb#top"), page_name("http://news.example"), page_name("a.html")
    ('news.example/a~b', 'news.example/', '')
    """
    found = _ADDRESS.fullmatch(url.strip())
    if found is None:
        return ""
    host, port, rest = found[1].lower().rstrip("."), found[2] or "", found[3] or "/"
    rest = rest if rest.startswith("/") else "/" + rest
    return host + (f":{port}" if port not in ("", "80", "443") else "") + alike(rest.removesuffix("?"))
