"""What people are told that a purpose covers: from the notice in force, held when it changes under the notice's id."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from world import PAPERS, POLICY, chat, enrolled, failing, prose, reasons

from licit.core import law as laws
from licit.core.errors import EvidenceError, RefusedError
from licit.core.ids import NOBODY
from licit.core.law import law_from
from licit.core.rights import Entry
from licit.core.told import told_from
from licit.usecases import deciding, law, told
from licit.usecases.law import Approval, approve_paper
from licit.usecases.law_check import check_text
from licit.usecases.law_notice import notice_text
from licit.usecases.live import Live
from licit_verify.approvals import Keys
from licit_verify.legal import Papers
from licit_verify.rights import Entry as Read
from licit_verify.told import reworded

GOOD = dict(PAPERS.texts())["notice-notice-2025"]
WIDER = GOOD.replace("Your talks with the assistant", "Your talks, photos and voice").replace("version = 1", "version = 2")
COVERS = "Your talks with the assistant, names and numbers replaced, become part"


def approve(world, text):
    """Approve a notice, by the approver of all papers."""
    return approve_paper(world.ports, text, Approval(by=PAPERS.approver, signer=enrolled(world.ports, PAPERS.approver)))


def words(world, purpose="train"):
    """Give the words in force for a purpose."""
    return Live(world.ports).told().of(purpose, world.clock.now())


def test_the_words_come_from_the_notice_in_force(world):
    """The approved notice's words stand, with its id, version and digest; of a purpose it says nothing of, and in its draft, none."""
    found = words(world)
    assert (found.notice, found.version, found.digest) == ("notice-2025", 1, laws.text_digest(GOOD))
    assert found.in_language("en")[1].startswith(COVERS)
    assert found.in_language("de") == ("fr", *found.in_language("fr")[1:])
    assert words(world, "learn-from-feedback") is None
    (world.root / "law").mkdir(exist_ok=True)
    (world.root / "law/notice-notice-2025.toml").write_text(WIDER, encoding="utf-8")
    assert words(world) == found


def test_other_words_under_the_same_notice_are_refused_then_held_then_fail_the_audit(world, monkeypatch):
    """Words that change under a notice in force are not approved; in the log all the same, they count for nothing.

    Nobody is shown them, nothing is released until they are as they were, and a release built with the gate switched off fails.

    Law: LIA-10, TRN-01
    """
    world.take([chat("c", "u", prose("c"))])
    before = words(world)
    with pytest.raises(RefusedError, match="what people are told that train covers"):
        approve(world, WIDER)
    monkeypatch.setattr(law, "require_told", lambda *_: None)
    world.clock.advance(days=1)
    approve(world, WIDER)
    assert words(world) == before
    assert reasons(world.build()) == {"policy-widened": 1}
    check = world.ports.check
    world.swap(check=lambda *_: ())
    with monkeypatch.context() as patch:
        patch.setattr(deciding, "told_from", lambda *_: told.Told())
        assert "policy-widened" in failing(world.build().path, world.root)["legal-basis"]
    world.swap(check=check)
    approve(world, GOOD.replace("version = 1", "version = 3"))
    assert words(world).version == 3
    assert world.build().tally.released == 1


def test_other_words_come_with_a_notice_of_another_id(world):
    """A notice of another id may say more, of what is said from its start on; dated back before its adoption it may not.

    Law: TRN-01, TRN-02
    """
    new = [dict(POLICY["notice"][0], id="notice-2026", starts=day) for day in ("2025-06-01", "2026-03-10")]
    text = WIDER.replace('"notice-2025"', '"notice-2026"')
    approve(world, text)
    with pytest.raises(RefusedError, match="what people are told that train covers"):
        world.space.adopt_policy({"notice": [new[0]]})
    world.space.adopt_policy({"notice": [new[1]]})
    assert words(world).notice == "notice-2025"
    approve(world, text.replace("and voice", "and drawings"))  # nobody was told yet
    world.clock.at = datetime(2026, 3, 10, tzinfo=UTC)
    assert (words(world).notice, "drawings" in words(world).covers["en"]) == ("notice-2026", True)


@pytest.mark.parametrize(("old", "new", "place"), [
    ('[covers.en]\ntrain = "', '[covers.en]\npublish = "', "covers.en.train"), ("[covers.en]", "[covers.de]", "covers.de"),
    ("[covers_not.en]", "[covers_not.de]", "covers_not.en.train"), ('train = "Your', 'training = "Your', "covers.en.training")])
def test_what_is_wrong_with_the_words_of_a_notice(old, new, place):
    """Words are given in each language of the notice, for purposes there are; what is not covered, only where something is."""
    assert old in GOOD
    assert place in {finding.place for finding in check_text(GOOD.replace(old, new))}


@pytest.mark.parametrize(("language", "said"), [("en", "**Training models.** Your talks"), ("fr", "Ne couvre pas : Les photos")])
def test_the_notice_as_people_read_it_has_these_words(language, said):
    """The document gives the same words as the page."""
    assert said in notice_text(GOOD, language)


def test_a_policy_that_cannot_be_read_tells_nothing(world, monkeypatch):
    """Where an entry is unreadable nobody is told the product's own words in the place of the notice's."""
    monkeypatch.setattr(told, "entries_at", lambda *_: [Entry(seq=0, kind="policy", subject=NOBODY, received_at=world.clock.now(),
                                                              recorded_at=world.clock.now(), decision=None)])
    with pytest.raises(EvidenceError, match="cannot be read"):
        words(world)


def history(draw):
    """Draw what came, in order: texts of two notices, policies that name them, withdrawals; an entry a day."""
    start, known, entries = datetime(2026, 1, 1, tzinfo=UTC), {}, []
    for number in range(8):
        at, name = start + timedelta(days=number), draw.choice("ab")
        what = draw.choice(["text"] * 5 + ["notice"] * 4 + ["gone"])
        if what == "text":
            text = (f'kind = "notice"\nid = "{name}"\nversion = {number}\n[covers.en]\ntrain = "{draw.choice(("", "x", " x ", "y"))}"\n'
                    f'[covers_not.fr]\ntrain = "{draw.choice(("", "", "z"))}"\n')
            body = {"answer": "approved", "paper": "notice", "id": name, "text": text, "digest": laws.text_digest(text), "until": "2099-01-01"}
        elif what == "notice":
            day = known.setdefault(name, (at + timedelta(days=draw.randint(-2, 2))).date().isoformat())
            body = {"notice": [{"id": name, "purposes": ["train", "publish"], "starts": day}]}
        else:
            body = {"answer": "withdrawn", "paper": "notice", "id": name, "by": "a", "why": "b"}
        entries.append(("policy" if what == "notice" else "law", at, body))
    return entries


def test_both_judges_agree(monkeypatch):
    """The gate and the auditor, each by its own code, find the same purposes widened, whatever came in whatever order."""
    monkeypatch.setattr(laws, "counts", lambda *_, **__: True)
    monkeypatch.setattr(Keys, "signed", lambda *_: True)
    found = []
    for seed in range(800):
        entries = history(random.Random(seed))
        ours = [Entry(seq=n, kind=kind, subject=NOBODY, received_at=at, recorded_at=at, decision=body) for n, (kind, at, body) in enumerate(entries)]
        theirs = [Read(n, kind, "", at, body, at) for n, (kind, at, body) in enumerate(entries)]
        mine = told_from(law_from(one for one in ours if one.kind == "law"), (one for one in ours if one.kind == "policy")).widened
        assert mine == reworded(Papers.read((one for one in theirs if one.kind == "law"), ""), [one for one in theirs if one.kind == "policy"]), seed
        found.append(bool(mine))
    assert 100 < sum(found) < 700


def test_a_notice_dated_back_can_be_mended(world):
    """In the log all the same, a notice that is dated back is not shown and holds the purpose, until it says what was said before."""
    text = WIDER.replace('"notice-2025"', '"notice-2026"')
    approve(world, text)
    world.ports.enter("policy", {"notice": [dict(POLICY["notice"][0], id="notice-2026", starts="2025-06-01")]})
    assert (words(world).notice, Live(world.ports).told().widened) == ("notice-2025", {"train"})
    approve(world, GOOD.replace('"notice-2025"', '"notice-2026"'))
    assert (words(world).notice, Live(world.ports).told().widened) == ("notice-2026", set())
