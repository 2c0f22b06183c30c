"""From the keyboard to the model: people chat, refuse, chat again; a set is released, a model trained on it, and both are asked.

Told once, over real servers: a gateway before an upstream, the privacy centre beside it, one workspace. Free, pro, team and
logged-out people do the same. Camille allows, and says her words in several chats: that the model knows them shows that the
questions can see. Noor objects when all is done.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import httpx
import pytest
from pages import form_of
from phrases import phrase, rank, words_of
from serving import NO_CERTIFICATES, SETTINGS, Served, serving
from upstream import CONSUMERS, Before, before
from world import copied, failing, kept, places_of, prose, released_text

from licit import open_release
from licit.adapters.models import load_model
from licit.adapters.models.tiny import train
from licit.core.errors import RefusedError
from licit.usecases.proofs import prove
from licit.usecases.queries import recall
from licit_verify import verify

TIERS = ("free", "pro", "team", "logged-out")
MOMENTS = ("before", "after", "rating")
DEVICE = "device-of-nobody"
LOGGED_OUT = 'logged_out = "device"\n' + SETTINGS

SAID = {(tier, moment): phrase(f"{tier} {moment}") for tier in TIERS for moment in MOMENTS}
CAMILLE, NOOR = phrase("camille"), phrase("noor")


@dataclass
class Company:
    """The two servers over one workspace, and what people did."""

    centre: Served
    gateway: Before
    asked: int = 0
    pages: dict[str, httpx.Client] = field(default_factory=dict)

    def chats(self, who: str, words: str) -> None:
        """Say something through the gateway, as the product sends this person."""
        self.asked += 1
        self.gateway.upstream.answer = prose(f"answer {self.asked}", 25)
        known = {"user": "", "headers": {"X-Licit-Device": DEVICE}} if who == "logged-out" else {"user": who}
        answer = self.gateway.ask(f"{words}. {prose(f'{who} {self.asked}', 20)}", stream=self.asked % 2 == 0, **known)
        assert answer.status_code == 200
        self.gateway.counted(self.asked)

    def rates(self, who: str, words: str) -> dict:
        """Rate the last answer with words."""
        said = json.loads(self.gateway.upstream.asked[-1][1])["messages"]
        body = {"messages": [*said, {"role": "assistant", "content": self.gateway.upstream.answer}], "rating": "up", "comment": words}
        headers = {"X-Licit-Device": DEVICE} if who == "logged-out" else {"X-Licit-User": who}
        with httpx.Client(verify=NO_CERTIFICATES, timeout=20) as client:
            return client.post(f"{self.gateway.address}/v1/licit/feedback", json=body, headers=headers).json()

    def refuses(self, who: str) -> None:
        """Come to the privacy centre as the product sends this person, and refuse by one click."""
        client = self.pages[who] = self.centre.browser()
        client.get("/sign-in", params={"token": self.centre.token(**({"device": DEVICE} if who == "logged-out" else {"sub": who}))})
        assert client.post("/choices", data={"form": form_of(client.get("/")), "do": "refuse"}).status_code == 200


@pytest.fixture(scope="module")
def story(empty_world, one_upstream, tmp_path_factory) -> Iterator[SimpleNamespace]:
    """Tell it up to the model; give what there is then."""
    root = tmp_path_factory.mktemp("story")
    world = copied(empty_world, root / "w")
    with serving(world, LOGGED_OUT) as centre, before(world, one_upstream, CONSUMERS) as gateway:
        company, ratings = Company(centre, gateway), {}
        for tier in TIERS:
            company.chats(tier, SAID[tier, "before"])
            company.refuses(tier)
            company.chats(tier, SAID[tier, "after"])
            ratings[tier] = company.rates(tier, SAID[tier, "rating"])
        for number in range(8):
            company.chats("camille", CAMILLE)
            company.chats(f"other{number % 3}", "Bonjour")
        for _ in range(3):
            company.chats("noor", NOOR)
        tally = gateway.tally()
        world.clock.advance(days=31)  # the policy waits a month
        built = world.build(records={"threads": ["main", "branch", "feedback"]})
        opened = open_release(built.path, clock=world.clock)
        with opened.run(by="ines", code="v1", model="petite-lueur") as run:
            model = train([words_of(row) for row in opened], size="small", epochs=25, seed=1)
            saved = model.save(root / "petite-lueur")
            run.record_model(next_retrain_due="2026-09-01", files=saved)
        yield SimpleNamespace(world=world, company=company, ratings=ratings, tally=tally, built=built, model=load_model(str(saved)), root=root)


def test_who_refused_is_served_and_not_kept(story):
    """On every tier the chat after the refusal and the rating are answered, and no byte of theirs is written.

    Law: CHO-02, CHO-04
    """
    assert story.tally == {"kept": len(TIERS) + 8 + 8 + 3, "objection": len(TIERS), "thread-unknown": len(TIERS)}  # no rating of what is not kept
    assert [answer["kept"] for answer in story.ratings.values()] == [False] * len(TIERS)
    assert [places_of(SAID[tier, moment], story.world.root) for tier in TIERS for moment in ("after", "rating")] == [[]] * 2 * len(TIERS)


def test_the_release_holds_nothing_of_theirs(story):
    """Not what they said before they refused, not what came after; and it holds what is allowed."""
    text = released_text(story.built.path)
    assert [words for words in SAID.values() if words in text] == []
    assert CAMILLE in text
    assert NOOR in text
    assert failing(story.built.path, story.world.root) == {}


def test_the_model_knows_none_of_it(story):
    """Their words are no likelier to the model than words nobody said; Camille's are the likeliest of a thousand."""
    assert rank(story.model, CAMILLE) == 1
    assert [key for key, words in SAID.items() if rank(story.model, words) == 1] == []


def test_who_objects_afterwards_is_followed_to_the_model(story, tmp_path):
    """Recall names the release, the run and the model; the patch is made; and absence is checked with no server at hand.

    Law: FOL-01, FOL-02
    """
    world = copied(story.world, tmp_path / "w")
    world.clock.at = story.world.clock.at
    with serving(world, LOGGED_OUT) as centre:
        company = Company(centre, story.company.gateway)
        company.refuses("noor")
        number, = set(re.findall(r"/receipts/(\d+)\.json", company.pages["noor"].get("/").text))
        receipt = company.pages["noor"].get(f"/receipts/{number}.json").json()
    touched, = recall(world.ports).touched
    assert (touched.release, [(run["run"], run["models"]) for run in touched.runs]) == (story.built.name, [("run-1", ["petite-lueur"])])
    with pytest.raises(RefusedError) as shut:
        open_release(world.root / "releases" / story.built.name, clock=world.clock)
    assert shut.value.reason == "removals-pending"
    patch = world.space.patch(story.built.name)
    assert len(kept(story.built)) - len(kept(patch)) == len(touched.rows)
    assert NOOR not in released_text(patch.path)
    proof = tmp_path / "proof.json"
    proof.write_text(json.dumps(prove(world.ports, receipt, patch.name)))
    report = verify(world.root / "releases" / patch.name, receipt=proof, only="person", now=world.clock.now())
    assert {result.result for result in report.results if result.who == "person"} == {"holds"}
