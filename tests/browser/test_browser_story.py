"""The whole story in a browser: from what people type into a chat, over the release and a model's training, to an objection afterwards.

Told in French at phone width, with pictures for the documents (``LICIT_SHOTS=1``). Camille (free), Sacha (pro), Noor (team) and
somebody logged out refuse; Alix does not; Maud objects when all is done. Its short form, without a browser, is
``tests/web/test_keyboard_to_model.py``.
"""

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from chatting import Sitting, house
from phrases import phrase, rank, words_of
from test_browser_pictures import kept as picture
from world import StillClock, World, chat, prose, released_text

from licit import open_release
from licit.adapters.models.tiny import train
from licit.core.errors import RefusedError
from licit.papers.model_audit import render_model_audit
from licit.surfaces.demo.chat import app
from licit.usecases.model_audit import Order, audit, keep
from licit.usecases.queries import recall
from licit_verify import verify

pytestmark = pytest.mark.slow

REFUSERS = ("camille", "sacha", "noor", "")
SAID = {(who, moment): phrase(f"{who or 'nobody'} {moment}") for who in REFUSERS for moment in ("before", "after")}
ALIX, MAUD = phrase("alix"), phrase("maud")


@pytest.fixture
def clock():
    return StillClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def here(tmp_path, monkeypatch, clock):
    """The chat, with two people more."""
    monkeypatch.setattr(app, "PEOPLE", (*app.PEOPLE, ("alix", "free"), ("maud", "free")))
    with house(tmp_path / "chat", clock=clock) as house_of_chat:
        yield house_of_chat


@pytest.fixture
def person(chromium, here):
    """Somebody before the chat, on a phone, in French."""
    context = chromium.new_context(viewport={"width": 390, "height": 780}, locale="fr-FR", reduced_motion="reduce", accept_downloads=True)
    page = context.new_page()
    page.goto(here.address + "/chat")
    yield Sitting(page)
    context.close()


def shown(page, name: str) -> None:
    """Keep what the phone shows."""
    page.wait_for_load_state()
    picture(page, name, whole=False)


def aside(work):
    """Do something that runs an event loop of its own: the driven browser has this thread's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def talk(person: Sitting) -> None:
    """Everybody chats: those who refuse before and after, Alix and Maud as long as they like."""
    for who in REFUSERS:
        if who != "camille":
            person.be(who)
        person.say(SAID[who, "before"], held=True)
        if who == "camille":
            person.kept()
            shown(person.page, "story-1-kept.png")
        person.switch(on=False)
        person.new()
        person.say(SAID[who, "after"], held=False)
        person.page.locator("#up-1").click()
        person.page.wait_for_selector("#up-1[aria-pressed=true]")
        if who == "camille":
            person.kept()
            shown(person.page, "story-2-refused.png")
    for who, words, times in (("alix", ALIX, 8), ("maud", MAUD, 4)):
        person.be(who)
        for number in range(times):
            if number:
                person.new()
            person.say(f"{words}. {prose(f'{who} {number}', 20)}", held=True)


def test_from_the_keyboard_to_the_model_and_back(person, here, clock, tmp_path):
    """Neither release nor model knows what refusers typed; who objects afterwards is followed to the model, and checks it alone.

    Law: CHO-02, CHO-04, FOL-01, FOL-02
    """
    talk(person)
    assert not [words for (_, moment), words in SAID.items() if moment == "after" and here.places(words)[words]]
    world = World(here.root, clock)
    others = [chat(f"c{number}", f"other{number % 90}", prose(f"q {number}", 15), answer=prose(f"a {number}", 25), at=f"{clock.at:%Y-%m-%dT%H:%M:%SZ}")
              for number in range(1_400)]
    world.take(others, source="lumen-chat")
    clock.advance(days=31)  # the policy waits a month
    built = aside(world.build)
    text = released_text(built.path)
    assert [words for words in SAID.values() if words in text] == []
    assert ALIX in text
    assert MAUD in text

    opened = open_release(built.path, clock=clock)
    with opened.run(by="ines", code="v1", model="petite-lueur") as run:
        model = train([words_of(row) for row in opened], size="small", epochs=14, seed=1)
        run.record_model(next_retrain_due=f"{clock.at.year + 1}-06-30", files=model.save(tmp_path / "petite-lueur"))
    assert rank(model, ALIX) == 1
    assert [key for key, words in SAID.items() if rank(model, words) == 1] == []
    look_into(world, model, person.page, built)

    person.page.goto(here.address + "/chat")
    person.be("maud")  # a month later her browser signs her in anew
    person.switch(on=False)
    touched, = recall(world.ports).touched
    assert (touched.release, [(run["run"], run["models"]) for run in touched.runs]) == (built.name, [("run-1", ["petite-lueur"])])
    with pytest.raises(RefusedError) as shut:
        open_release(built.path, clock=clock)
    assert shut.value.reason == "removals-pending"
    person.page.goto(here.address + "/where")
    assert "petite-lueur" in person.page.inner_text("main")
    shown(person.page, "story-4-where.png")
    patch = aside(lambda: world.space.patch(built.name))
    assert MAUD not in released_text(patch.path)

    away = taken(person, here, tmp_path, [built.name, patch.name])
    here.root.rename(tmp_path / "gone")
    said = {name: verify(away[name] / name, receipt=away[name] / "proof-1.json", only="person", now=clock.now()) for name in away}
    answers = {name: {result.claim: result.result for result in report.results if result.who == "person"} for name, report in said.items()}
    assert answers[built.name]["person-absent"] == "fails"  # she is in the first: the check can see
    assert set(answers[patch.name].values()) == {"holds"}


def taken(person: Sitting, here, folder, names) -> dict:
    """Check the receipt on the page, and take proofs away as files."""
    page = person.page
    page.goto(here.address + "/")
    number, = set(re.findall(r"/receipts/(\d+)\.json", page.content()))
    receipt = page.request.get(f"{here.address}/receipts/{number}.json").text()
    page.goto(here.address + "/check")
    page.locator("#text").fill(receipt)
    page.locator("main form button").click()
    page.wait_for_selector(".state.allowed")
    shown(page, "story-5-receipt.png")
    found = {}
    for name in names:
        found[name] = folder / f"away-{name}"
        with zipfile.ZipFile(io.BytesIO(page.request.get(f"{here.address}/proofs/{name}.zip").body())) as archive:
            archive.extractall(found[name])
    return found


def look_into(world, model, page, built) -> None:
    """Audit the model; nothing of those who refused is said, and the page with what was found can be looked at."""
    told = audit(world.ports, model, Order(release=built.name, by="ines", name="petite-lueur"))
    _, place = keep(world.ports, told, render_model_audit)
    page.goto(f"file://{world.root / place}.html")
    shown(page, "story-3-model.png")
