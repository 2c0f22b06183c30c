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
    here.say(HIDDEN, held=False)
    assert "cette conversation est éphémère" in here.kept()
    found = chat.places(SAID, TITLE, "thumbs_up", REFUSED, HIDDEN)
    assert all(found[one] for one in (SAID, TITLE, "thumbs_up"))
    assert (found[REFUSED], found[HIDDEN]) == ((), ())
    assert wider(here.page) <= 0
    assert faults_of(here.page) == []


ROUND = {"fr": ("Bonjour, que gardez-vous de moi ?", "Comment refuser ?"), "en": ("Hello, what do you keep of me?", "How do I refuse?")}


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["fr-FR", "en-GB"])
def test_every_state_in_every_way(sit, chat, language, width, dark, scripts):
    """Whoever one is, with scripts or none: talk, refuse, undo, rate, look at the disk; no fault, nothing too wide, one language.

    Law: CHO-01, CHO-02
    """
    here, seen = sit(width=width, language=language, dark=dark, scripts=scripts), {}
    page = here.page

    def look(where: str) -> None:
        page.wait_for_load_state()
        page.evaluate("scrollTo(0, document.body.scrollHeight)")  # what the box lies over can be scrolled to
        # axe is a script: without scripts the same bytes are measured
        seen[where] = [*([] if not scripts else faults_of(page)), *([] if wider(page) <= 0 else ["wider"]),
                       *([] if page.locator("html").get_attribute("lang") == language[:2] else ["language"])]

    for who in ("camille", "sacha", "noor", ""):
        here.be(who)
        if page.locator("#train").get_attribute("aria-checked") == "false":
            here.switch(on=True)
        here.new()
        look(f"{who} begins")
        here.say(ROUND[language[:2]][0], held=True)
        page.locator("#down-1").click()
        page.wait_for_selector("#down-1[aria-pressed=true]")
        here.switch(on=False)
        look(f"{who} refused")
        page.locator("#undo").click()
        page.wait_for_selector("#train[aria-checked=true]")
        here.switch(on=False)
        here.say(ROUND[language[:2]][1], held=False)
        page.locator("#kept > summary").click()
        page.locator("#kept a[href*=looked]").click()
        page.wait_for_selector("#found")
        look(f"{who} looked")
        assert page.locator("#found li:last-child .off").count() == 1
    here.new(temporary=True)
    look("temporary")
    here.say(ROUND[language[:2]][0], held=False)
    look("temporary, said")
    assert {where: found for where, found in seen.items() if found} == {}


@pytest.mark.slow
def test_it_is_used_by_keys_alone(sit):
    """From the skip link to the box, an answer by Enter, the switch by Space; the focus stays where it was, and the answer is announced."""
    page = sit(width=1280, language="en-GB").page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.type("Which bulb for a dark room?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer-1 .mark")
    page.wait_for_function("() => document.querySelector('#told').textContent.includes('2700 kelvin')")
    assert page.evaluate("document.activeElement.id") == "text"
    page.locator("#train").focus()
    was = page.locator("#train").get_attribute("aria-checked")
    page.keyboard.press("Space")
    page.wait_for_selector("#train[aria-checked=%s]" % ("false" if was == "true" else "true"))
    assert page.evaluate("document.activeElement.id") == "train"


@pytest.mark.slow
def test_an_answer_can_be_stopped(chromium, tmp_path):
    """What is stopped is neither kept nor in part; the page says that it broke off, and goes on."""
    with house(tmp_path, pause=.2) as here:
        page = chromium.new_page(locale="fr-FR")
        page.goto(f"{here.address}/chat")
        page.locator("#text").fill(REFUSED)
        page.locator("#text").press("Enter")
        page.wait_for_function("() => document.querySelector('.writing .text')?.textContent.length > 5")
        page.keyboard.press("Escape")
        page.wait_for_selector("text=Elle s’est interrompue.")
        assert here.places(REFUSED) == {REFUSED: ()}
        assert "la réponse s’est interrompue" in Sitting(page).kept()
        page.context.close()
