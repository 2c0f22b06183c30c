"""What follows a release, where texts come from, and what must not stay in them: families FOL, RGT, SHD, SEN, DEI and CHO."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World, chat, kept, people_chats, prose, reasons, released_records, released_text

from licit import open_release
from licit.core.errors import EvidenceError, RefusedError, SetupError
from licit.pipeline.provenance import shadow_marks
from licit.testing import no_network
from licit.usecases.proofs import lease
from licit.usecases.queries import explain_subject, recall

# --- FOL-01, FOL-02, FOL-04, RGT-08, LIA-13: after a release -----------------------------------------------------------


@pytest.fixture
def handed(full) -> World:
    """The full world whose release went to two recipients and into a run that made two models."""
    full.space.register("recipient", name="Partner lab", release="release-1")
    full.space.register("recipient", name="Mirror", release="release-1")
    full.space.register("run", id="run-7", releases=["release-1"], code="v1", by="ines")
    full.space.register("model", name="petit-1", run="run-7", next_retrain_due="2026-06-30")
    full.space.register("model", name="petit-1-mini", run="run-7", next_retrain_due="2026-05-31")
    return full


def test_where_somebodys_words_went_is_listed(handed):
    """For a person and for a record one command lists releases, recipients, runs and models; nobody else's.

    Law: FOL-01
    """
    record = handed.record("c1-0", "user1")
    for found, rows in ((handed.space.explain(subject="user1", issuer="chat"), 3), (handed.space.explain(record), 1)):
        (place,) = found.went
        assert (place["release"], place["rows"], place["withdrawn"]) == ("release-1", rows, False)
        assert sorted(place["recipients"]) == ["Mirror", "Partner lab"]
        assert [(run["run"], run["models"]) for run in place["runs"]] == [("run-7", ["petit-1", "petit-1-mini"])]
        assert "stays present" in "\n".join(found.lines())
    handed.take([chat("later", "user9", prose("later"))])
    assert explain_subject(handed.ports, "user9", "chat").went == ()


@pytest.mark.parametrize("right", ["objection", "erasure", "withdrawal", "restriction", "rectification"])
def test_everybody_who_has_it_is_to_be_told(handed, right):
    """Whatever restricts afterwards names each recipient to be told, the answer owed, and the retraining that is due first.

    Law: RGT-08, FOL-04
    """
    handed.object("user1", right)
    found = recall(handed.ports)
    duties = {(duty.name, duty.about, duty.due) for duty in found.duties}
    assert {("tell the recipient", "Partner lab, release-1", ""), ("tell the recipient", "Mirror, release-1", ""),
            ("retrain without it", "models of run run-7", "2026-05-31")} <= duties
    assert [(name, due) for name, _, due in duties if name == "answer the person"] == [("answer the person", "2026-04-01")]
    assert found.touched[0].rows == tuple(sorted(f"{handed.record(f'c1-{n}', 'user1')}#0" for n in range(3)))


@pytest.fixture
def elsewhere(full, tmp_path) -> Iterator:
    """A copy of the release where its workspace is not, with a lease for it."""
    folder = tmp_path / "mirror" / "release-1"
    shutil.copytree(full.root / "releases/release-1", folder)
    note = tmp_path / "lease.json"
    note.write_text(json.dumps(lease(full.ports, "release-1")))
    return folder, note


def test_training_starts_on_a_live_release_only(full):
    """Beside its workspace a release opens while it is live, not once a row must leave, nor once it is withdrawn.

    Law: FOL-02
    """
    folder = full.root / "releases/release-1"
    assert len(open_release(folder, clock=full.clock)) == 12
    full.object("user1")
    with pytest.raises(RefusedError, match="removals-pending"):
        open_release(folder, clock=full.clock)
    patched = full.space.patch("release-1")
    with pytest.raises(RefusedError, match="release-withdrawn"):
        open_release(folder, clock=full.clock)
    opened = open_release(patched.path, clock=full.clock)
    assert {row["record"] for row in opened} == released_records(patched.path)
    assert not {full.record(f"c1-{n}", "user1") for n in range(3)} & {row["record"] for row in opened}


def test_a_copy_elsewhere_needs_a_word_that_is_young(full, elsewhere):
    """Away from its workspace a release opens for the hours of its lease, and a newer word of the workspace renews it.

    Law: FOL-02
    """
    folder, note = elsewhere
    assert len(open_release(folder, clock=full.clock)) == 12
    full.clock.advance(hours=25)
    for given in (None, note):
        with pytest.raises(RefusedError, match="lease-over"):
            open_release(folder, lease=given, clock=full.clock)
    note.write_text(json.dumps(lease(full.ports, "release-1")))
    assert len(open_release(folder, lease=note, clock=full.clock)) == 12
    full.clock.advance(hours=-1)
    with pytest.raises(RefusedError, match="lease-over"):
        open_release(folder, lease=note, clock=full.clock)


def test_no_lease_for_what_must_be_patched(full, elsewhere):
    """A lease says of a release with removals pending, or withdrawn, that it is not live, and the loader believes it.

    Law: FOL-02
    """
    folder, note = elsewhere
    full.object("user1")
    note.write_text(json.dumps(lease(full.ports, "release-1")))
    with pytest.raises(RefusedError, match="release-withdrawn"):
        open_release(folder, lease=note, clock=full.clock)


@pytest.mark.parametrize("attack", ["a changed row", "a changed lease", "another's lease", "another key", "no release"])
def test_nothing_altered_is_trained_on(full, elsewhere, tmp_path, attack):
    """An altered release, a forged or foreign lease, a signer that is not the pinned one: nothing opens.

    Law: FOL-02
    """
    folder, note = elsewhere
    more: dict = {"lease": note}
    if attack == "a changed row":
        (path,) = folder.glob("data/*.parquet")
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    elif attack == "a changed lease":
        full.object("user1")
        envelope = lease(full.ports, "release-1")
        note.write_text(json.dumps({**envelope, "payload": json.loads(note.read_text())["payload"]}))
    elif attack == "another's lease":
        full.build()
        note.write_text(json.dumps(lease(full.ports, "release-2")))
    elif attack == "another key":
        more["key"] = b"\x01" * 32
    else:
        folder = tmp_path
    with pytest.raises((EvidenceError, SetupError)):
        open_release(folder, clock=full.clock, **more)


# --- CHO-10: what is derived --------------------------------------------------------------------------------------------


def test_what_was_made_of_a_persons_words_goes_with_them(world):
    """Rows, ids, twin, keywords, copies and the tags of people that came from a refused chat are gone from what follows it.

    Law: CHO-10
    """
    long = prose("copied words", 90)
    world.take([chat("own", "ada", long, answer="Bien sûr."), chat("copy", "ben", f"Je répète : {long}", answer="Oui."),
                *people_chats(3, 2)])
    first = world.build()
    assert len(kept(first)) == 7
    assert reasons(first) == {"near-duplicate": 1} or reasons(first) == {"duplicate": 1}
    world.object("ada")
    patched = world.space.patch(first.name)
    folder = world.root / "releases" / patched.name
    gone = {world.record("own", "ada"), world.record("copy", "ben")}
    assert not gone & released_records(folder)
    words = released_text(folder)
    assert not any(record in words for record in gone)
    assert long[:60] not in words
    said = json.loads((folder / "manifest.json").read_text())
    assert said["absence"]["count"] == 3
    assert said["parent"]["name"] == first.name


# --- SHD-01, SHD-02, SHD-04: shadow libraries ----------------------------------------------------------------------------

MD5 = "0123456789abcdef0123456789abcdef"
MARKED = [
    ({"path": "[Serie 3] Ada Exemple - Un titre (2019, Maison) - libgen.li.epub"}, ""),
    ({"path": "Ada Exemple - Un titre (0) - libgen.rs.pdf"}, ""),
    ({"path": f"Un titre -- Ada Exemple -- Paris, 2019 -- Maison -- isbn13 9780000000002 -- {MD5} -- Anna’s Archive.epub"}, ""),
    ({"path": f"Un titre -- Ada Exemple -- {MD5} -- Anna's Archive.pdf"}, ""),
    ({"path": "Un titre by Ada Exemple (z-lib.org).epub"}, ""), ({"path": "Un titre (Z-Library).pdf"}, ""),
    ({"dataset": "the_pile_books3"}, ""), ({"pile_set_name": "Books3"}, ""), ({"path": "corpus/books3/1.txt"}, ""),
    ({"torrent": "annas_archive_data__aacid__records"}, ""), ({"path": "dump/Bibliotik/1.txt"}, ""),
    ({"url": f"https://libgen.example.gs/get.php?md5={MD5}"}, ""), ({"url": f"https://mirror.example.org/md5/{MD5}"}, ""),
    ({"url": "https://sci-hub.st/10.1000/182"}, ""), ({"url": "https://library.lol/main/1"}, ""),
    ({"url": "https://annas-archive.org/search"}, ""),
    ({}, "Chapitre un.\nDownloaded from z-library.sk\nIl était une fois."),
    ({}, "Téléchargé sur www.libgen.li\nIl était une fois.")]
CLEAN = [
    ({"path": "articles/libgen-et-les-editeurs.txt"}, "Les éditeurs attaquent LibGen et Sci-Hub en justice depuis des années."),
    ({"path": "Ada Exemple - Un titre (2019, Maison).epub"}, "Un livre comme les autres, ISBN 978-0-00-000000-2, paru en 2019."),
    ({"path": "anna-archive.txt"}, "Anna's Archive of old letters: a novel about a woman and what she kept in her attic."),
    ({"url": "https://www.example.org/z-library-blocked"}, "What I read about Z-Library: the court ordered it blocked."),
    ({"url": "https://www.example.org/articles/md5-explained"}, "An MD5 sum such as " + MD5 + " names a file."),
    ({}, "Someone told me that he downloaded from libgen.li all of his books, and I found that unwise.")]


@pytest.mark.parametrize(("declared", "text"), MARKED)
def test_marks_of_shadow_libraries_are_seen(declared, text):
    """A mark on path, name, link, metadata or in a watermark of the text marks the file, without asking any network.

    Law: SHD-01, SHD-04
    """
    with no_network():
        assert shadow_marks(declared, text)


@pytest.mark.parametrize(("declared", "text"), CLEAN)
def test_talk_of_shadow_libraries_is_no_mark(declared, text):
    """An article, a chat or a bibliography that speaks of such libraries is not held for it.

    Law: SHD-01
    """
    assert shadow_marks(declared, text) == []


def test_a_free_book_from_such_a_library_is_held(world, tmp_path):
    """The channel counts, not the status: a public-domain book got there is held, and the same from elsewhere is not.

    Law: SHD-01, SHD-02
    """
    world.license("books", ground="public-domain")
    words = prose("un livre libre", 120)
    inbox = tmp_path / "books"
    inbox.mkdir()
    (inbox / f"Un titre -- Ada Exemple -- 1890 -- {MD5} -- Anna’s Archive.txt").write_text(words, encoding="utf-8")
    (inbox / "un-titre.txt").write_text(f"Un titre. {prose('un autre livre libre', 120)}", encoding="utf-8")
    world.space.import_(inbox, source="books")
    built = world.build()
    assert reasons(built) == {"shadow-library": 1}
    assert words[:60] not in released_text(built.path)
    assert "Un titre" in released_text(built.path)


# --- PRV-01: where a document comes from ------------------------------------------------------------------------------


def test_a_document_of_unknown_rights_stays_out(world, tmp_path):
    """A document whose source, right or approval is unknown is held, whatever licence it claims of itself.

    Law: PRV-01
    """
    world.license("unknown", ground="unknown")
    world.space.add_source("proposed", ground="public-domain", kind="works", public_domain={"rule": "author-70", "died": 1885}, by="ines")
    for source in ("stranger", "unknown", "proposed"):
        inbox = tmp_path / source
        inbox.mkdir()
        (inbox / "a.html").write_text(f'<html><head><link rel="license" href="https://creativecommons.org/publicdomain/zero/1.0/">'
                                      f"</head><body><p>{prose(source, 120)}</p></body></html>", encoding="utf-8")
        world.space.import_(inbox, source=source)
    built = world.build()
    assert (built.name, reasons(built)) == ("", {"source-unknown": 1, "licence-unknown": 1, "source-not-approved": 1})


# --- SEN-01, SEN-02, SEN-06, DEI-03: what must not stay in the words -----------------------------------------------------


@pytest.mark.parametrize(("words", "reason"), [
    ("Je suis diabétique et je voudrais un menu.", "special-category"), ("I'm a union rep at the plant.", "special-category"),
    ("Mon frère est gay, que lui offrir ?", "special-category"), ("I was arrested for theft last year.", "offence-data"),
    ("J'ai été condamné à deux ans avec sursis.", "offence-data")])
def test_what_reveals_a_special_category_stays_out(world, words, reason):
    """A chat that reveals health, opinion, orientation or an offence is refused whole, whoever permits training.

    Law: SEN-01
    """
    world.take([chat("c", "u", f"{prose('c', 25)} {words}", prose("more")), chat("plain", "u", prose("plain"))])
    world.object("u", "consent", purposes=["train"], notice="notice-2025", wording="w", how="a switch",
                 received_at=world.clock.at.replace(year=2025, month=1, day=2))
    built = world.build()
    assert reasons(built) == {reason: 1}
    assert released_records(built.path) == {world.record("plain", "u")}


def test_labels_put_on_people_reach_no_release(world):
    """What somebody else wrote beside the words (labels, notes, scores) is in no row, whatever its name; there is no column for it.

    Law: SEN-03
    """
    row = chat("c", "u", prose("c"), labels={"religion": "buddhist"}, annotations=["unionised"], metadata={"health": "asthmatic"})
    for message in row["messages"]:
        message |= {"label": "buddhist", "annotations": [{"opinion": "unionised"}], "metadata": {"health": "asthmatic"}}
    world.take([row])
    built = world.build()
    assert built.tally.released == 1
    files = b"".join(file.read_bytes() for file in Path(built.path).rglob("*") if file.is_file() and file.suffix != ".parquet").decode()
    assert not [word for word in ("buddhist", "unionised", "asthmatic") if word in released_text(built.path) + files]


def test_a_language_that_nobody_measured_is_held(world):
    """Only the languages in which screening is measured are released; a plan that names fewer holds the others.

    Law: SEN-02
    """
    german = "Ich möchte gern wissen, wie man das Haus und den Garten auch im Winter mit der Familie nutzen kann, aber nicht so teuer."
    row = chat("de", "u", german)
    row["messages"] = row["messages"][:1]
    world.take([row, chat("fr", "u", prose("fr"))])
    assert reasons(world.build()) == {"language-unmeasured": 1}
    assert reasons(world.build(screen={"languages": ["en"]})) == {"language-unmeasured": 2}


SECRETS = ["4111 1111 1111 1111", "FR76 3000 6000 0112 3456 7890 189", "2 84 05 88 158 157 37", "48.117266, -1.677793",
           "AKIAIOSFODNN7EXAMPLE"]


def test_secrets_numbers_and_places_go(world):
    """Cards, accounts, national numbers, keys and precise places that check out are in no released row.

    Law: SEN-06
    """
    said = ("Ma carte est 4111 1111 1111 1111, mon IBAN FR76 3000 6000 0112 3456 7890 189, mon numéro de sécurité sociale "
            "2 84 05 88 158 157 37. Je suis à 48.117266, -1.677793. La clé AWS est AKIAIOSFODNN7EXAMPLE, merci.")
    world.take([chat("c", "u", f"{prose('c')} {said}")])
    built = world.build()
    assert built.tally.released == 1
    words = released_text(built.path)
    for secret in SECRETS:
        assert secret not in words
        assert secret.replace(" ", "") not in words.replace(" ", "")


def test_stand_ins_agree_in_a_chat_and_link_nobody_across(world):
    """One person has one stand-in throughout a chat, and another in each other chat, whoever's it is.

    Law: DEI-03
    """
    matters = {"a": "le prix des tomates au marché a doublé depuis la semaine dernière",
               "b": "je cherche une recette facile pour quatre personnes avec des restes de riz",
               "c": "la lampe de la cuisine clignote depuis que la pluie est tombée"}

    def about(name: str, account: str) -> dict:
        return chat(name, account, f"Bonjour, {matters[name]}. Peux-tu écrire à Camille Exemplier ?",
                    f"Merci, et comme {matters[name]}, que répondre à Camille Exemplier maintenant ?", answer="Oui, bien sûr.")

    world.take([about("a", "u"), about("b", "u"), about("c", "v")])
    built = world.build()
    words = released_text(built.path)
    assert "Exemplier" not in words
    marks = [set(re.findall(r"\[PERSON_(\w+)\]", line)) for line in words.splitlines()]
    assert [len(each) for each in marks] == [1, 1, 1]
    assert len(set.union(*marks)) == 3
    assert all(line.count("[PERSON_") == 2 for line in words.splitlines())


def test_other_people_and_their_traces_go(world):
    """A third person, a handle, an address, a signature, a link with a token and a file's name are in no release.

    Law: DEI-02
    """
    said = ("Mon voisin Bernard Exemplier (@bexemplier84, b.exemplier@example.net) loge au 12 rue des Lilas, 75011 Paris. Son lien : "
            "https://example.com/reset?token=kestrel7719abc, son dossier : CV_Bernard_Exemplier.pdf.\n\nCordialement,\nBernard Exemplier")
    world.take([chat("c", "u", f"{prose('c')} {said}")])
    built = world.build()
    assert built.tally.released == 1
    words = released_text(built.path).lower()
    for trace in ("exemplier", "bernard", "lilas", "kestrel7719"):
        assert trace not in words
