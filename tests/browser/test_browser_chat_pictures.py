"""Pictures of the chat for the documents, in French, at its own pace; ``LICIT_SHOTS=1`` writes them."""

import pytest
from chatting import Sitting, house
from test_browser_pictures import kept


@pytest.mark.slow
def test_pictures_of_the_chat(chromium, tmp_path):
    """Somebody asks, refuses, asks again and looks: wide, on a telephone, and in the dark."""
    with house(tmp_path) as here:
        context = chromium.new_context(viewport={"width": 1100, "height": 900}, locale="fr-FR", reduced_motion="reduce")
        page = context.new_page()
        page.goto(f"{here.address}/chat")
        sit = Sitting(page)
        sit.say("Bonjour, qu’est-ce que vous gardez de moi ?", held=True)
        page.locator("#up-1").click()
        page.wait_for_selector("#up-1[aria-pressed=true]")
        page.set_viewport_size({"width": 320, "height": 700})
        page.evaluate("scrollTo(0, document.querySelector('#said').offsetTop - 8)")
        kept(page, "chat-fr-320.png", whole=False)
        page.set_viewport_size({"width": 1100, "height": 1250})
        sit.switch(on=False)
        sit.say("Pourquoi mon vernis colle-t-il encore ?", held=False)
        sit.kept()
        page.evaluate("scrollTo(0, 0)")
        kept(page, "chat-fr.png", whole=False)
        page.set_viewport_size({"width": 320, "height": 900})
        page.locator("#kept a[href*=looked]").click()
        page.wait_for_selector("#found")
        page.evaluate("scrollTo(0, document.querySelector('#kept').offsetTop - 8)")
        kept(page, "chat-kept-fr-320.png", whole=False)
        page.set_viewport_size({"width": 320, "height": 700})
        page.emulate_media(color_scheme="dark")
        sit.new(temporary=True)
        kept(page, "chat-fr-320-dark.png", whole=False)
        context.close()
