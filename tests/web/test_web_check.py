"""The page that checks a receipt: genuine, altered, another log's, nonsense; and how to do it without us."""

import pytest
from pages import form_of


@pytest.fixture
def paper(served):
    """Give the bytes of a receipt of user1."""
    client = served.signed_in("user1")
    client.post("/choices", data={"form": form_of(client.get("/")), "do": "refuse"})
    entry, = served.world.ports.log.entries(kinds=("objection",))
    return client.get(f"/receipts/{entry.seq}.json").content


def send(served, content, **more):
    client = served.browser(**more)
    return client.post("/check", data={"form": form_of(client.get("/check"))}, files={"file": ("r.json", content)})


def test_a_genuine_receipt_is_told_in_plain_words(served, paper):
    """Anybody may bring it; what it says is a sentence in their language."""
    assert "you refused every use of what you say" in send(served, paper).text
    assert "vous avez refusé tout usage de ce que vous dites" in send(served, paper, **{"accept-language": "fr"}).text


def test_its_text_will_do(served, paper):
    """Pasting the text is as good as sending the file."""
    client = served.browser()
    page = client.post("/check", data={"form": form_of(client.get("/check")), "text": paper.decode()})
    assert "This receipt is genuine." in page.text


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"payload":"<script>"}'])
def test_nonsense_is_no_receipt(served, content):
    """Whatever is sent, the page says no and goes on."""
    page = send(served, content)
    assert page.status_code == 200
    assert "This is no receipt of ours." in page.text


def test_an_altered_receipt_is_none(served, paper):
    """One character changed."""
    place = paper.index(b'"payload": "') + 60
    changed = paper[:place] + (b"A" if paper[place:place + 1] != b"A" else b"B") + paper[place + 1:]
    assert "This is no receipt of ours." in send(served, changed).text


def test_the_page_names_the_key_for_checking_alone(served):
    """The command and the public key stand on the page."""
    page = served.browser().get("/check").text
    assert served.world.ports.signer.public_key().hex() in page
    assert "licit receipt verify" in page
