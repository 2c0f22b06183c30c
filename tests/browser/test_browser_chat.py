"""The chat in a real browser: somebody talks, refuses, talks on, and what lies on the disk is what they allowed."""

import pytest
from chatting import Sitting, house
from looking import faults_of, wider

#: Words that only this test says.
SAID = "Le phare de carton que je plie ressemble à une pomme de pin"
REFUSED = "Mon carnet violet parle de sept tambours sous la neige"
HIDDEN = "La clef de la verrière dort dans un pot de basilic"
TITLE = "Des phares pliés"


@pytest.fixture(scope="module")
def chat(tmp_path_factory):
    """A chat that the tests of this module share."""
    with house(tmp_path_factory.mktemp("chat")) as here:
        yield here


@pytest.fixture
def sit(chromium, chat):
    """Sit down before the chat; what goes wrong on a page fails the test."""
    contexts, faults = [], []

    def opened(path: str = "/chat", *, width: int = 320, language: str = "fr-FR", dark: bool = False, scripts: bool = True) -> Sitting:
        context = chromium.new_context(viewport={"width": width, "height": 720}, locale=language, java_script_enabled=scripts,
                                       color_scheme="dark" if dark else "light", reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: faults.append(request.url) if not request.url.startswith(chat.address) else None)
        page.goto(chat.address + path)
        return Sitting(page)

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def test_what_is_said_after_a_refusal_is_nowhere_on_the_disk(sit, chat):
    """In French at phone width: talk, rate, name, ask for another answer, refuse, talk on, talk for no trace; then every file is read.

    Law: CHO-04, CHO-08
    """
    here = sit()
    here.say(SAID, held=True)
    here.page.locator("#up-1").click()
    here.page.wait_for_selector("#up-1[aria-pressed=true]")
    first = here.page.locator("#answer-1 .text").inner_text()
    here.page.locator("#again").click()
    here.page.wait_for_function("first => document.querySelector('#answer-1 .mark.held') && document.querySelector('#answer-1 .text').innerText !== first",
                                arg=first)
    here.page.locator(".rename summary").click()
    here.page.locator("#title").fill(TITLE)
    here.page.locator("#title").press("Enter")
    here.page.wait_for_selector(f"h1:text-is('{TITLE}')")
    told = here.kept()
    assert "Ce qui est gardé : 2 messages" in told
    assert "et 1 qui a été remplacé" in told
    assert f"« {TITLE} »" in told
    assert here.page.locator("#kept .icon.up").count() == 1
    here.switch(on=False)
    assert here.page.locator(".just a[download]").count() == 1
    here.say(REFUSED, held=False)
    assert "2 messages ne sont pas gardés" in here.kept()
    here.new(temporary=True)
    here.switch(on=True)
    here.say(HIDDEN, held=False)
    assert "cette conversation est éphémère" in here.kept()
    found = chat.places(SAID, TITLE, "thumbs_up", REFUSED, HIDDEN)
    assert all(found[one] for one in (SAID, TITLE, "thumbs_up"))
    assert (found[REFUSED], found[HIDDEN]) == ((), ())
    assert wider(here.page) <= 0
    assert faults_of(here.page) == []
