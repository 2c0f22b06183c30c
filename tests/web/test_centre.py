"""The privacy centre through HTTP: one click refuses, on every tier and without an account, and the release shows it."""

import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from pages import form_of
from serving import running
from world import CONSUMER, PAPERS, kept, prose

from licit.surfaces.web.app import make_app
from licit.usecases.keys import rotate
from licit.usecases.proofs import prove
from licit.usecases.workspace import Position, standings_at
from licit_verify import verify


def entries(served: Any, kind: str) -> list[Any]:
    return list(served.world.ports.log.entries(kinds=(kind,)))


def choose(client: httpx.Client, do: str, **fields: str) -> httpx.Response:
    """Press a button of the first page."""
    return client.post("/choices", data={"form": form_of(client.get("/")), "do": do, **fields})


def test_ready_once_the_log_can_be_read(served):
    """/healthz answers 200 when the log can be folded."""
    answer = served.browser().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_one_click_refuses_everything(served):
    """Refusing is one form on the first page: no field to fill, one entry for every purpose, the receipt named at once.

    Law: CHO-03, CHO-06, RGT-10
    """
    client = served.signed_in("user1")
    page = choose(client, "refuse")
    entry, = entries(served, "objection")
    assert entry.decision == {"how": "privacy centre"}
    assert "Your conversations are not used to train models." in page.text
    assert f"receipt no. {entry.seq}" in page.text


def test_what_was_refused_on_the_page_leaves_the_next_release(served):
    """The click reaches the gate: no row of the person stands in the next release, everybody else's do."""
    before = kept(served.world.build())
    choose(served.signed_in("user1"), "refuse")
    after = kept(served.world.build())
    mine = {served.world.record(f"c1-{n}", "user1") for n in range(3)}
    assert {record for record, _ in before - after} == mine
    assert not {record for record, _ in after} & mine


def test_logged_out_the_same_page_has_the_same_switch(served):
    """Somebody without an account sends the same form and gets a receipt; only what the page calls them differs."""
    inside, outside = served.signed_in("user2"), served.browser()
    forms = [re.findall(r'<form.*?</form>', client.get("/").text.replace(form_of(client.get("/")), ""), re.DOTALL)
             for client in (inside, outside)]
    assert [form for form in forms[0] if "sign-out" not in form] == forms[1]
    choose(outside, "refuse")
    subject = entries(served, "objection")[-1].subject
    standings = standings_at(served.world.ports.log, Position.head(served.world.ports.log))
    assert subject in standings.concerned()


def test_a_refusal_sent_twice_is_one(served):
    """Pressing again changes nothing and makes no second entry."""
    client = served.signed_in("user1")
    choose(client, "refuse")
    page = choose(client, "refuse")
    assert page.status_code == 200
    assert len(entries(served, "objection")) == 1


def test_allowing_takes_as_many_clicks_and_covers_what_comes(served):
    """Allow after refuse is one form as well; it is a permission that names its purposes.

    Law: CHO-15
    """
    client = served.signed_in("user1")
    choose(client, "refuse", purpose="train")
    page = choose(client, "allow", purpose="train")
    permission, = entries(served, "permission")
    assert permission.decision["purposes"] == ["train"]
    assert "You allowed your conversations to train models." in page.text


def test_refusing_costs_nothing_of_the_service(served):
    """Whoever refused everything finds every page, form and paper that somebody finds who allowed everything.

    Law: CHO-18
    """
    offered = {}
    for account, do in (("user1", "refuse"), ("user2", "allow")):
        client = served.signed_in(account)
        assert client.post("/choices", data={"form": form_of(client.get("/")), "do": do}).status_code == 200
        pages = [client.get(path) for path in ("/", "/where", "/rights/access", "/rights/erasure", "/check", "/parity", "/others", "/copy.zip")]
        assert {page.status_code for page in pages} == {200}
        told = "".join(page.text for page in pages[:-1])
        offered[do] = {re.sub(r"[0-9a-z]{16,}|\d+", "", link) for link in re.findall(r'(?:href|action)="(/[^"#?]*)', told)}
        offered[do] |= set(zipfile.ZipFile(io.BytesIO(pages[-1].content)).namelist())
    assert offered["refuse"] == offered["allow"]


def test_an_undo_is_a_new_entry(served):
    """Undoing a refusal adds a permission; the refusal stays in the log and on the page."""
    client = served.signed_in("user1")
    page = choose(client, "refuse")
    entry, = entries(served, "objection")
    client.post("/undo", data={"form": form_of(page), "entry": str(entry.seq)})
    assert [e.seq for e in entries(served, "objection")] == [entry.seq]
    assert len(entries(served, "permission")) == 1


def test_where_my_data_are_names_releases_and_models(served):
    """Each conversation says in which release it is and which models learnt from it, with the date of the next training."""
    space = served.world.space
    space.ports.enter("run", {"id": "run-7", "releases": ["release-1"]})
    space.ports.enter("model", {"name": "petite-lueur", "run": "run-7", "next_retrain_due": "2026-06-01"})
    page = served.signed_in("user1").get("/where").text
    assert page.count("In the set release-1") == 3
    assert "Models that learnt from it: petite-lueur" in page
    assert "Trained again by June 1, 2026." in page


def test_one_conversation_can_be_refused_alone(served):
    """A choice for one conversation takes that one out of the next release and no other."""
    before = kept(served.world.build())
    client, record = served.signed_in("user1"), served.world.record("c1-0", "user1")
    page = client.get("/where")
    client.post("/where", data={"form": form_of(page), "record": record, "do": "refuse"})
    after = kept(served.world.build())
    assert {record for record, _ in before - after} == {record}


def test_a_receipt_is_the_persons_own_and_verifies(served, tmp_path):
    """The downloaded receipt is taken by the independent verifier, with the release it is to be checked against."""
    client = served.signed_in("user1")
    choose(client, "refuse")
    entry, = entries(served, "objection")
    built = served.world.build()
    paper = tmp_path / "receipt.json"
    paper.write_bytes(client.get(f"/receipts/{entry.seq}.json").content)
    proof = prove(served.world.ports, json.loads(paper.read_text()), built.name)
    paper.write_text(json.dumps(proof))
    report = verify(Path(built.path), receipt=paper, now=served.world.clock.now())
    mine = {result.claim: result.result for result in report.results if result.who == "person"}
    assert mine
    assert set(mine.values()) == {"holds"}


@pytest.mark.parametrize(("language", "words"), [("fr", "Tout refuser"), ("en", "Refuse everything")])
def test_every_page_speaks_both_languages(served, language, words):
    """The language comes from the browser, can be changed, and then stays."""
    assert words in served.browser(**{"accept-language": f"{language};q=0.9, xx"}).get("/").text
    client = served.browser(**{"accept-language": "xx"})
    client.get("/", params={"lang": language})
    assert words in client.get("/").text


@pytest.mark.parametrize("kind", ["access", "portability", "rectification", "restriction"])
def test_a_right_has_its_legal_date(served, kind):
    """A right that is asked for is in the log, and the page names the day the answer is due: a calendar month."""
    client = served.signed_in("user1")
    page = client.get(f"/rights/{kind}")
    told = client.post(f"/rights/{kind}", data={"form": form_of(page)}).text
    assert len(entries(served, kind)) == 1
    assert "To be answered by April 1, 2026" in told


def test_an_erasure_asks_again_and_is_carried_out(served):
    """Erasing takes one more click, for it cannot be undone; then the person's words are gone from the workspace."""
    client = served.signed_in("user1")
    page = client.get("/rights/erasure")
    assert "cannot be undone" in page.text
    client.post("/rights/erasure", data={"form": form_of(page)})
    assert "Nothing that concerns you is stored here." in client.get("/where").text


def test_tier_is_nowhere_to_be_sent(served):
    """Two people whose exports and tokens say free and enterprise get the same page but for their own words.

    Law: CHO-01, CHO-02
    """
    served.world.take([{"id": f"t{n}", "account": f"tier{n}", "tier": tier, "messages": [
        {"role": "user", "content": prose(n), "timestamp": "2025-06-01T10:00:00Z"}]} for n, tier in
        enumerate(("free", "enterprise"))], **CONSUMER)
    pages = []
    for number, tier in enumerate(("free", "enterprise")):
        client = served.browser()
        client.get("/sign-in", params={"token": served.token(sub=f"tier{number}", tier=tier)})
        page = client.get("/")
        pages.append(page.text.replace(form_of(page), ""))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("account", ["user1", ""])
def test_a_browsers_signal_is_a_refusal_told_to_the_person(served, account):
    """Sec-GPC: 1 refuses everything, once, signed in or not, and the page says so; a choice made afterwards stands.

    Law: CHO-13
    """
    client = served.signed_in(account) if account else served.browser()
    client.headers["sec-gpc"] = "1"
    page = client.get("/")
    entry, = entries(served, "objection")
    assert entry.decision == {"how": "Sec-GPC: 1"}
    assert "it was recorded as a refusal of everything" in page.text
    choose(client, "allow", purpose="train")
    assert "You allowed your conversations to train models." in client.get("/").text
    assert len(entries(served, "objection")) == 1


def test_a_browser_without_cookies_leaves_no_entries(served):
    """Whoever sends the signal and keeps no cookie fills no log, however often they come."""
    for _ in range(3):
        with served.browser(**{"sec-gpc": "1"}) as client:
            client.get("/", params={"seen": "1"})
    assert entries(served, "objection") == []


def test_one_message_can_be_refused_alone(served):
    """A conversation is shown message by message to its own person; refusing one takes its chunk out of the next release."""
    client, record = served.signed_in("user1"), served.world.record("c1-0", "user1")
    page = client.get(f"/where/{record}")
    turns = re.findall(r'name="turn" value="([^"]+)"', page.text)
    assert prose("1 0 a") in page.text
    told = client.post("/where", data={"form": form_of(page), "record": record, "turn": turns[0], "do": "refuse"})
    assert told.text.count('class="refused"') >= 1
    entry, = entries(served, "objection")
    assert entry.decision["target"] == {"level": "turn", "record": record, "turn": turns[0]}
    assert record not in {name for name, _ in kept(served.world.build())}


def test_nobody_reads_anothers_conversation(served):
    """Another person's record, and one that does not exist, give the same page."""
    client = served.signed_in("user2")
    theirs, nobodys = (client.get(f"/where/{record}") for record in (served.world.record("c1-0", "user1"), "r" + "a" * 26))
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.text == nobodys.text


def test_a_browser_stays_who_it_is_when_keys_rotate(served):
    """After the look-up key rotated and the server started anew, a browser's refusal is still its own."""
    client = served.browser()
    choose(client, "refuse")
    rotate(served.world.ports, "lookup", "ines")
    with running(make_app(served.world.root, clock=served.world.clock)) as address:
        page = httpx.get(address, cookies=dict(client.cookies), timeout=30).text
    assert "Your conversations are not used to train models." in page


@pytest.mark.parametrize(("language", "said", "default"), [
    ("en", "Your talks with the assistant, names and numbers replaced", "Default words of the product"),
    ("fr", "Vos discussions avec l&#39;assistant, noms et numéros remplacés", "Texte par défaut du produit")])
def test_what_a_purpose_covers_is_in_the_words_of_the_notice(shared, language, said, default):
    """Where the approved notice in force says what a purpose covers the page says just that, and whose words they are.

    An edited draft changes nothing.

    Law: TRN-01, UIX-03
    """
    client = shared.signed_in("user3")
    draft = shared.world.root / "law/notice-notice-2025.toml"
    draft.parent.mkdir(exist_ok=True)
    draft.write_text(dict(PAPERS.texts())["notice-notice-2025"].replace(" talks ", " photos ").replace(" discussions ", " photos "), "utf-8")
    page = client.get("/", params={"lang": language}).text
    draft.unlink()
    train = re.search(r'<li class="purpose \w+" id="train">.*?</li>', page, re.DOTALL)[0]
    assert f'<p lang="{language}">{said}' in train
    assert ">Does not cover:" not in train or "Photos and files that you attach" in train
    assert ("notice-2025, version 1" in train, "<code>sha256:" in train, default in train) == (True, True, False)
    assert page.count("notice-2025, version 1") == 1


def test_a_consent_is_given_to_the_words_that_were_shown(served):
    """The entry has the words that the page showed, in its language: the notice's with its id, or the product's own, marked as such."""
    served.world.ports.enter("policy", {"period": [{"purpose": "train", "basis": "consent", "starts": "2025-01-01"},
                                                   {"purpose": "learn-from-feedback", "basis": "consent", "starts": "2025-01-01"}]})
    client = served.signed_in("user1")
    page = client.get("/", params={"lang": "fr"}).text
    assert page.count("Texte par défaut du produit") == 1
    choose(client, "allow")
    said = {entry.decision["purposes"][0]: (entry.decision["notice"], entry.decision["wording"]) for entry in entries(served, "consent")}
    assert said["train"][0] == "notice-2025"
    assert said["train"][1].startswith("Entraîner des modèles: Vos discussions avec l'assistant, noms et numéros remplacés")
    assert said["learn-from-feedback"][1].startswith("Apprendre de vos avis: ")


def test_words_that_cannot_be_read_are_not_replaced_and_stop_no_refusal(served):
    """Where an entry of the papers is damaged the page says so instead of words of its own, and the switch refuses all the same."""
    seq = entries(served, "law")[0].seq
    with closing(sqlite3.connect(served.world.root / "licit.db")) as base, base:
        base.execute("delete from log_decision where seq = ?", (seq,))
    client = served.signed_in("user1")
    page = client.get("/").text
    assert "What it covers cannot be read at present." in page
    assert "Default words of the product" not in page
    assert "Your conversations are not used to train models." in choose(client, "refuse").text
