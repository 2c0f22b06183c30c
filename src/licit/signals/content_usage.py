"""Content-Usage (AIPREF): preferences as an RFC 9651 dictionary, in the header and in groups of robots.txt.

Rules kept here:

- Only the tokens ``y`` and ``n`` speak. What does not parse says nothing, as the draft asks; parameters are passed over.
- ``train-ai`` and its older names refuse; only ``train-ai`` gives leave. Whatever else is in the dictionary, one refusal of
  these is a refusal.
- In robots.txt the longest path counts, and of equals the refusal. A line outside any group is for everybody.

Law: SIG-06, SIG-15
"""

import functools
from collections.abc import Sequence
from typing import cast

import http_sf

from licit.core.signals import ROBOTS, Page, Reading, Says

from ._paths import matches, path_of
from ._robots import Line, parse
from .robots import fetch_state

#: Labels of the drafts vocab-01 to -07 whose refusal covers the training of generative models.
REFUSING = ("train-ai", "train-genai", "tdm", "ai", "genai", "all", "bots")


class ContentUsage:
    """Preferences on the use of content."""

    name, spec, reads = "content-usage", "draft-ietf-aipref-vocab-07, attach-05", "header Content-Usage; Content-Usage in robots.txt"

    def read(self, page: Page) -> Sequence[Reading]:
        """Give what the header and robots.txt say of training."""
        out = []
        if values := page.answer.headers.get("content-usage"):
            value = ", ".join(values)
            says, detail = said(value)
            out.append(Reading(name=self.name, spec=self.spec, where="header Content-Usage", says=says, detail=detail, raw=value.encode()))
        answer = page.site.get(ROBOTS)
        if answer is not None and fetch_state(answer) is None:
            for lines in parse(answer.body).lines("content-usage", page.agent):
                if found := nearest(lines, path_of(page.url)):
                    says, detail = min((said(_split(line)[1]) for line in found), key=lambda one: _STRICT.index(one[0]))
                    out.append(Reading(name=self.name, spec=self.spec, where=f"robots.txt line {found[0].number}", says=says,
                                       detail=detail, raw=found[0].value.encode()))
        return out


_STRICT: tuple[Says, ...] = ("disallow", "unreadable", "allow", "silent")


@functools.lru_cache(maxsize=1024)
def said(value: str) -> tuple[Says, str]:
    """Say what a dictionary says of training, and by which labels.

    >>> said("train-ai=n;x=1, search=y")
    ('disallow', 'train-ai=n')
    """
    try:
        # The parser's types promise more than a dictionary's members: an item is a pair, an inner list another one.
        found = cast("dict[str, tuple[object, object]]", http_sf.parse(value.encode("ascii"), tltype="dictionary"))
    except (ValueError, RecursionError, IndexError, KeyError):
        return "silent", "does not parse"
    tokens = {label: str(item[0]) for label, item in found.items() if isinstance(item, tuple) and isinstance(item[0], http_sf.Token)}
    for label in REFUSING:
        if tokens.get(label) == "n":
            return "disallow", f"{label}=n"
    if tokens.get("train-ai") == "y":
        return "allow", "train-ai=y"
    return "silent", "nothing of training"


def nearest(lines: Sequence[Line], path: str) -> list[Line]:
    """Give the lines whose path matches longest; all, where the page's path is unknown or no line has one."""
    if not any(line.value.startswith("/") for line in lines):
        return list(lines)
    fitting = [(len(_split(line)[0]), line) for line in lines if not path or not _split(line)[0] or matches(_split(line)[0], path)]
    longest = max((length for length, _ in fitting), default=0)
    return [line for length, line in fitting if length == longest or not path]


def _split(line: Line) -> tuple[str, str]:
    if not line.value.startswith("/"):
        return "", line.value
    path, *rest = line.value.replace("\t", " ").split(" ", 1)
    return path, "".join(rest).strip()


def value_of(line: Line) -> str:
    """Give a line's value without the path it is for."""
    return _split(line)[1]


def signals() -> tuple[ContentUsage, ...]:
    """Offer the reader."""
    return (ContentUsage(),)
