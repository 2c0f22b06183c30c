"""Free, student, pro, team and logged out: the same steps, the same moment, the same result, down to the proof.

The acceptance scenario of the law notes, told through HTTP: people chat, a set is made and a model learns from it, all five
refuse by one click; the next set and the patch hold nothing of theirs, and each checks that alone.
"""

import json
import re
from pathlib import Path

import pytest
from pages import form_of
from serving import serving
from world import CONSUMER, PLANTED, chat, copied, kept, moved, prose, released_text
from world import SAID as SAID_AT

from licit.core.errors import RefusedError
from licit.core.records import altered, from_json
from licit.surfaces.loader import open_release
from licit.usecases import release
from licit.usecases.arrive import Declared, declare, store
from licit.usecases.proofs import prove
from licit_verify import verify

TIERS = ("free", "student", "pro", "team", "logged-out")
#: What nobody else says: one sentence for each, in a message, in a title and in a branch.
SAID = {tier: f"{PLANTED}, numéro {number}" for number, tier in enumerate(TIERS)}


def rows():
    """Give three chats of each person: one with a title of theirs, all of one tier."""
    out = []
    for tier in TIERS:
        for number in range(3):
            row = chat(f"{tier}-{number}", "" if tier == "logged-out" else f"acc-{tier}", f"{prose(tier + str(number))} {SAID[tier]}",
                       tier=tier, plan=tier, title=f"{SAID[tier]} ({number})")
            if tier == "logged-out":
                row["device"] = "device-of-nobody"
            out.append(row)
    return out


def whole(tier):
    """Give a conversation of a person with everything that hangs on one: an answer made again, a rating with words, a summary."""
    turns = [("u", None, "user", "said", []), ("a", "u", "assistant", "said", []), ("again", "u", "assistant", "said", []),
             ("thumb", "a", "user", "feedback", []), ("summary", None, "assistant", "derived", ["u"])]
    record = from_json({"kind": "conversation", "origin_id": f"{tier}-whole", "format": "licit", "turns": [
        {"id": name, "parent": parent, "role": role, "parts": [["text", f"{prose(tier + name)} {SAID[tier]}", f"/{name}"]], "said_at": SAID_AT,
         "origin": origin, "derived_from": made} for name, parent, role, origin, made in turns]})
    record = altered(record, declared={"device": "device-of-nobody"} if tier == "logged-out" else {})
    return declare(record, Declared(subject="" if tier == "logged-out" else f"acc-{tier}", device_field="device", issuer="chat", **CONSUMER), "chat", "API")


def come_in(served, tier):
    """Come to the page as the product sends this person: signed in, or by their device."""
    who = {"device": "device-of-nobody"} if tier == "logged-out" else {"sub": f"acc-{tier}"}
    client = served.browser()
    steps = []
    client.event_hooks["response"].append(lambda answer: steps.append((answer.request.method, answer.request.url.path, answer.status_code)))
    client.get("/sign-in", params={"token": served.token(tier=tier, **who)})
    return client, steps


@pytest.fixture(scope="module")
def learnt(full_world, tmp_path_factory):
    """Give the company after the five chatted, a set was made and a model learnt from it; and the set."""
    world = copied(full_world, tmp_path_factory.mktemp("learnt") / "w")
    world.take(rows(), device_field="device")
    first = world.build()
    world.ports.enter("run", {"id": "run-1", "releases": [first.name]})
    world.ports.enter("model", {"name": "petite-lueur", "run": "run-1", "next_retrain_due": "2026-09-01"})
    return world, first


@pytest.fixture
def story(learnt, tmp_path):
    """Tell it to the point where all five have refused; give the server, the first set, and each one's steps and pages."""
    world, first = learnt
    told = {}
    with serving(copied(world, tmp_path / "w")) as served:
        for tier in TIERS:
            client, steps = come_in(served, tier)
            page = client.get("/")
            before = page.text.replace(form_of(page), "")
            client.post("/choices", data={"form": form_of(page), "do": "refuse"})
            told[tier] = {"client": client, "steps": list(steps), "before": before}
        yield served, moved(first, served.world), told


def entries_of(world):
    return list(world.ports.log.entries(kinds=("objection",)))


def user_data(release):
    """Give what section 2.4 of a release's public summary says: whether user data is in, and of which kind."""
    told = json.loads((Path(release.path) / "evidence/public-summary.json").read_bytes())
    return [{key: field[key] for key in ("id", "answer")} for section in told["sections"] if section["number"] == "2.4"
            for field in section["fields"] if field["id"] in ("user_data", "user_modality")]


def test_everybody_takes_the_same_steps(story):
    """One page, one click, the same answers of the server and the same sentences, whatever they pay.

    Law: CHO-02
    """
    _, _, told = story
    assert len({tuple(one["steps"]) for one in told.values()}) == 1
    assert len({one["before"] for one in told.values()}) == 1


def test_everybodys_refusal_counts_from_the_same_moment(story):
    """What is recorded for each differs in the person and the number only."""
    served, _, _ = story
    made = entries_of(served.world)
    assert len(made) == len({entry.subject for entry in made}) == len(TIERS)
    assert len({(entry.kind, json.dumps(entry.decision), entry.received_at, entry.recorded_at) for entry in made}) == 1


def test_nothing_of_anybody_is_in_the_next_set(story):
    """Not a message, not a title; and the test can see, for the first set holds them."""
    served, first, _ = story
    assert all(words in released_text(first.path) for words in SAID.values())
    again = released_text(served.world.build().path)
    assert not [tier for tier, words in SAID.items() if words in again]


def test_the_first_set_is_shut_and_replaced(story):
    """Training on it is refused from the click on; the patch has none of their rows and all others, and says as truly that chats are in.

    Law: AIA-02
    """
    served, first, _ = story
    with pytest.raises(RefusedError) as pending:
        open_release(first.path, clock=served.world.clock)
    assert pending.value.reason == "removals-pending"
    patch = served.world.space.patch(first.name)
    assert len(kept(first)) - len(kept(patch)) == 3 * len(TIERS)
    assert not [tier for tier, words in SAID.items() if words in released_text(patch.path)]
    assert user_data(first) == user_data(patch) == [{"id": "user_data", "answer": ["Yes"]}, {"id": "user_modality", "answer": ["Text"]}]
    with pytest.raises(RefusedError) as withdrawn:
        open_release(first.path, clock=served.world.clock)
    assert withdrawn.value.reason == "release-withdrawn"


def test_the_page_tells_the_truth_about_models(story):
    """Excluded from future runs; the model that learnt before is named, with its date: to each of them."""
    _, _, told = story
    for tier in TIERS:
        page = told[tier]["client"].get("/where").text
        assert page.count("Models that learnt from it: petite-lueur") == 3, tier
        assert "Trained again by September 1, 2026." in page
        assert "left out of every future run" in page


def test_each_checks_alone(story, tmp_path):
    """With receipt and proof, and no server: the entry is in the log, and the patch declares no row of theirs."""
    served, first, told = story
    patch = served.world.space.patch(first.name)
    for tier in TIERS:
        client = told[tier]["client"]
        number, = set(re.findall(r"/receipts/(\d+)\.json", client.get("/").text))
        paper = client.get(f"/receipts/{number}.json").json()
        file = tmp_path / "proof.json"
        file.write_text(json.dumps(prove(served.world.ports, paper, patch.name)))
        report = verify(served.world.root / "releases" / patch.name, receipt=file, only="person", now=served.world.clock.now())
        mine = {result.claim: result.result for result in report.results if result.who == "person"}
        assert mine, tier
        assert set(mine.values()) == {"holds"}, tier


def test_a_click_while_a_build_runs_is_honoured_for_all(served, monkeypatch):
    """All five click after the set was written and before it is closed: it holds nothing of theirs, ratings, answers made again, summaries.

    Law: CHO-04, CHO-02
    """
    world = served.world
    world.take(rows(), device_field="device")
    store(world.ports, "chat", [whole(tier) for tier in TIERS])
    pages = {tier: (client := come_in(served, tier)[0], form_of(client.get("/"))) for tier in TIERS}
    genuine, seen = release.stage, []

    def while_it_runs(space, built, progress):
        out = genuine(space, built, progress)
        if not seen:
            seen.append(released_text(world.root / out.folder))
            for client, form in pages.values():
                assert client.post("/choices", data={"form": form, "do": "refuse"}).status_code == 200
        return out

    monkeypatch.setattr(release, "stage", while_it_runs)
    text = released_text(world.build(records={"threads": ["main", "branch", "feedback", "derived"]}).path)
    assert [min(seen[0].count(words) for words in SAID.values()) >= 4, text.count(PLANTED)] == [True, 0]
    assert len({(json.dumps(entry.decision), entry.recorded_at) for entry in entries_of(world)}) == 1
