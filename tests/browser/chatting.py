"""A chat that runs, a page of it in a browser, and short words for what people do there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serving import running

from licit.surfaces.demo.chat.house import chat_house
from licit.surfaces.demo.chat.kept import look

#: Times are told to the second: what is said in the second of a permission was said before it.
SECOND = 1_010


@dataclass
class House:
    """A chat that runs, and its workspace."""

    address: str
    root: Path

    def places(self, *words: str) -> dict[str, tuple[str, ...]]:
        """Give for each of some words the workspace's files that hold them, unpacked."""
        return dict(look(self.root, words).found)


@contextmanager
def house(root: Path, **more: Any) -> Iterator[House]:
    """Run a chat."""
    with chat_house(root / "workspace", **{"pause": 0, **more}) as app, running(app) as address:
        yield House(address, root / "workspace")


class Sitting:
    """Somebody before the chat's page."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def be(self, who: str) -> None:
        """Take somebody's place."""
        if not self.page.locator(".who[open]").count():
            self.page.locator(".who > summary").click()
        self.page.evaluate("document.querySelector('main').dataset.before = 1")
        self.page.locator(f".people button[value='{who}']").click()
        self.page.wait_for_selector("main:not([data-before]) .opening")

    def say(self, text: str, *, held: bool) -> None:
        """Say something, and wait until the page tells whether it is kept."""
        number = self.page.locator("#said > .user").count()
        self.page.locator("#text").fill(text)
        self.page.locator("button.send").click()
        self.page.wait_for_selector(f"#answer-{2 * number + 1} .mark")
        assert self.page.locator(f"#answer-{2 * number + 1} .mark.{'held' if held else 'not'}").count(), self.kept()

    def switch(self, *, on: bool) -> None:
        """Turn the switch."""
        self.page.locator("#train").click()
        self.page.wait_for_selector(f"#train[aria-checked={'true' if on else 'false'}]")
        self.page.wait_for_timeout(SECOND if on else 0)

    def new(self, *, temporary: bool = False) -> None:
        """Begin a conversation."""
        self.page.evaluate("document.querySelector('main').dataset.before = 1")
        self.page.locator(f".new a[href='/chat{'?temporary=1' if temporary else ''}']").click()
        self.page.wait_for_selector("main:not([data-before]) .opening")

    def kept(self) -> str:
        """Open what is kept, and give what it says."""
        if not self.page.locator(".kept[open]").count():
            self.page.locator(".kept > summary").click()
        return str(self.page.locator("#kept").inner_text()).replace("\u00a0", " ")
