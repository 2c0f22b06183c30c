"""People who are no users: one page, no account; what they give is searched for and not kept."""

import base64
import json
import re

import pytest
from pages import form_of
from world import chat, places_of, prose, reasons

MAIL = "lea.outside@example.org"


def objecting(client, **given):
    """Send the form."""
    return client.post("/others", data={"form": form_of(client.get("/others")), **given})


def test_somebody_named_in_anothers_paste_is_left_out(served):
    """A WhatsApp-like paste of another user names Lea's address; after her form the record is refused for her sake.

    Law: CHO-21
    """
    served.world.take([chat("p", "user9", prose("p") + f" Écris à {MAIL} demain.")])
    assert "third-party-objection" not in reasons(served.world.build())
    page = objecting(served.browser(), email=MAIL.upper())
    assert "What holds your address, number or handle is left out." in page.text
    assert reasons(served.world.build())["third-party-objection"] == 1


def test_nothing_that_was_given_is_kept(served):
    """No byte of the workspace holds the address afterwards.

    Law: RGT-04
    """
    objecting(served.browser(), email=MAIL, name="Léa Outremer")
    assert places_of(MAIL, served.world.root) == []
    assert places_of("Outremer", served.world.root) == []


def test_the_answer_does_not_tell_what_was_found(served):
    """The same page whether somebody is in here or not, but for the receipt."""
    served.world.take([chat("p", "user9", prose("p") + f" Écris à {MAIL} demain.")])
    told = [re.sub(r'base64,[^"]*|\d+|[0-9a-f]{64}', "", objecting(served.browser(), email=mail).text)
            for mail in (MAIL, "nobody@example.org")]
    assert told[0] == told[1]


def test_the_receipt_comes_with_the_page(served):
    """Somebody without an account takes the signed receipt away at once."""
    page = objecting(served.browser(), phone="+33 6 39 98 12 34").text
    paper = json.loads(base64.b64decode(re.search(r'base64,([^"]+)"', page)[1]))
    assert paper["payloadType"] == "application/vnd.licit.receipt+json"
    assert "639981234" not in base64.b64decode(paper["payload"]).decode()


@pytest.mark.parametrize("given", [{}, {"email": "  "}, {"name": "x" * 201}])
def test_nothing_to_look_for_is_told(served, given):
    """An empty form and one too long are an error in words, and no entry."""
    assert objecting(served.browser(), **given).status_code == 400
    assert not list(served.world.ports.log.entries(kinds=("third-party-objection",)))
