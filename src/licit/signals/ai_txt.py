"""ai.txt (Spawning): robots.txt's grammar over kinds of files.

Rules kept here: a page is judged by its own extension, and a page of text by the extensions of text as well; a refusal of any is a
refusal. Whoever writes the file means training, so that every group counts that names everybody or a training crawler.

Law: SIG-09, SIG-12
"""

from collections.abc import Sequence
from pathlib import PurePosixPath

from licit.core.signals import AI_TXT, Page, Reading, Says

from ._html import kind
from ._paths import matches, path_of
from ._robots import Group, parse

_TEXT = (".txt", ".html", ".htm")


class AiTxt:
    """The file ai.txt."""

    name, spec, reads = "ai-txt", "Spawning ai.txt, 2023", "/ai.txt"

    def read(self, page: Page) -> Sequence[Reading]:
        """Give what the file says of pages of this kind."""
        answer = page.site.get(AI_TXT)
        if answer is None or (400 <= answer.status < 500 and not answer.fault):
            return ()
        if answer.fault or not (answer.status == 0 or 200 <= answer.status < 300):
            return (self._reading("unreadable", answer.fault or f"status {answer.status}", answer.body),)
        file = parse(answer.body)
        path = path_of(page.url)
        own = PurePosixPath(path.partition("?")[0]).suffix.lower()
        kinds = {own, *_TEXT} if kind(page) in ("html", "text", "") and own in ("", *_TEXT, ".php", ".asp", ".aspx", ".jsp") else {own}
        answers = [_said(groups, {path or "/", *(f"/x{each}" for each in kinds if each)}) for groups, _ in file.chosen(page.agent) if groups]
        if "disallow" in answers:
            return (self._reading("disallow", "this kind of file is refused", answer.body),)
        if file.fault:
            return (self._reading("unreadable", file.fault, answer.body),)
        return (self._reading("allow" if "allow" in answers else "silent", "", answer.body),)

    def _reading(self, says: Says, detail: str, raw: bytes) -> Reading:
        return Reading(name=self.name, spec=self.spec, where="ai.txt", says=says, detail=detail, raw=raw)


def _said(groups: tuple[Group, ...], paths: set[str]) -> Says:
    """Say what the longest matching rule of each path says; one refusal is enough."""
    answers: set[str] = set()
    for path in paths:
        fitting = [(len(rule.value), rule.field == "allow") for group in groups for rule in group.rules if rule.value and matches(rule.value, path)]
        if fitting:
            answers.add("allow" if max(fitting)[1] else "disallow")
    return "disallow" if "disallow" in answers else "allow" if "allow" in answers else "silent"


def signals() -> tuple[AiTxt, ...]:
    """Offer the reader."""
    return (AiTxt(),)
