"""noai and noimageai: directives of ``X-Robots-Tag`` and of the robots meta tag, for all crawlers or for one.

Rules kept here:

- Capital and small letters are alike. A directive for one crawler counts when that is asked for; for any training crawler,
  unless it names one that is known not to train.
- Other directives (``noindex``, ``nofollow`` …) say nothing of training.

Law: SIG-09, SIG-15
"""

import re
from collections.abc import Iterator, Sequence

from licit.core.signals import Page, Reading

from ._agents import agents
from ._html import tags

_REFUSING = frozenset({"noai", "noimageai"})
_SCOPE = re.compile(r"\s*([a-z0-9_ -]+?)\s*:\s*(.*)", re.DOTALL)
#: Directives that have a value after a colon, and are no crawler's name.
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})


class NoAi:
    """The directives noai and noimageai."""

    name, spec, reads = "noai", "DeviantArt, 2022", "header X-Robots-Tag; meta robots, or a crawler's name"

    def read(self, page: Page) -> Sequence[Reading]:
        """Give the directives that refuse."""
        out = []
        for value in page.answer.headers.get("x-robots-tag", ()):
            out += [self._reading("header X-Robots-Tag", one, value.encode()) for one in _refusing(value, page.agent)]
        for tag in tags(page):
            name = tag.attributes.get("name", tag.attributes.get("property", "")).strip().lower()
            if tag.name == "meta" and (name == "robots" or _is_crawler(name)):
                scope = "" if name == "robots" else f"{name}: "
                out += [self._reading(f"meta {name}", one, tag.raw) for one in _refusing(scope + tag.attributes.get("content", ""), page.agent)]
        return out

    def _reading(self, where: str, detail: str, raw: bytes) -> Reading:
        return Reading(name=self.name, spec=self.spec, where=where, says="disallow", detail=detail, raw=raw)


def _is_crawler(name: str) -> bool:
    return name in agents() or name.endswith(("bot", "spider", "crawler"))


def _refusing(value: str, agent: str) -> Iterator[str]:
    scope = ""
    for one in re.split(r"[,;\n]", value.lower()):
        if (found := _SCOPE.fullmatch(one)) and found[1] not in _VALUED:
            scope, one = found[1], found[2]
        for word in one.split():
            if word in _REFUSING and _counts(scope, agent.lower()):
                yield f"{scope}: {word}" if scope else word


def _counts(scope: str, agent: str) -> bool:
    if not scope or scope == "*":
        return True
    return scope == agent if agent else agents().get(scope, "training").startswith("training")


def signals() -> tuple[NoAi, ...]:
    """Offer the reader."""
    return (NoAi(),)
