"""Possible translations, descendants of what is tainted, press, and sources that turned out unlawful."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from world import answers as every_answer
from world import copied, failing, jsonl, make, prose, reasons, scratch

from licit.core.press import is_press
from licit.pipeline import decide as deciding
from licit.pipeline.anchors import anchors_of
from licit.pipeline.kin import Kin
from licit.surfaces.cli import main
from licit.usecases.review import Ruling, rule, waiting
from licit.usecases.unlawful import impact, refuse
from licit_verify.anchors import anchors, value

VECTORS = json.loads((Path(__file__).parents[2] / "data/vectors/anchors.json").read_text(encoding="utf-8"))
FRENCH = """Le 17 février 2025, Maude Keravel a saisi la justice contre la société Brumaline, dont le siège est à Trévenac. Elle demande
38 500 euros et la remise de 412 photographies prises par Ismaël Tordoir pendant la tempête du 3 novembre. Selon Brumaline, le
contrat signé avec Ismaël Tordoir cédait tous les droits ; la société Quaiverre, qui a racheté les archives, ne répond pas."""
ENGLISH = """Brumaline is being sued over 412 pictures of the storm of November 3. Maude Keravel went to court on February 17, 2025
and asks for 38,500 euros; the pictures were taken by Ismaël Tordoir, whose contract gave away all of the rights, according to
Brumaline. The archive now belongs to Quaiverre in Trévenac, and nobody there would say what is to become of it."""


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_anchors_are_read_as_written(vector):
    """Both readings of a text give the dates, numbers and names that were written down by hand.

    Law: DEI-07
    """
    expected = sorted(value(key, strong) for key, strong in vector["anchors"])
    assert anchors_of(vector["text"]) == anchors(vector["text"]) == expected


def documents(world, source, texts, **named):
    inbox = world.root.parent / f"inbox-{source}"
    inbox.mkdir(exist_ok=True)
    for name, text in texts.items():
        (inbox / name).write_text(text, encoding="utf-8")
    jsonl(inbox / "metadata.jsonl", [{"file": name, **named} for name in texts])
    world.space.import_(inbox, source=source)


@pytest.fixture(scope="module")
def kin_world(tmp_path_factory):
    """A French article and its English rewrite in two licensed sources, a tainted book, what repeats it, and press."""
    world = make(tmp_path_factory.mktemp("kin") / "w", sources=("chat", "own-docs"))
    for source in ("news-fr", "rewrites", "texts", "dispatches"):
        world.license(source, ground="open-licence", licence="CC-BY-4.0", kind="own-documents")
    book = "\n\n".join(prose(f"book {number}", 130) for number in range(4))
    documents(world, "news-fr", {"a.txt": FRENCH})
    documents(world, "rewrites", {"b.txt": ENGLISH})
    documents(world, "own-docs", {"Un livre (z-lib.org).txt": book, "autre.txt": prose("other", 120)})
    documents(world, "texts", {"part.txt": "\n\n".join([book.split("\n\n")[1], prose("new", 60)]), "clean.txt": prose("clean", 150)})
    documents(world, "dispatches", {"c.txt": "TRÉVENAC, 3 mars (AFP) - " + prose("dispatch", 80)})
    return world


def test_kin_is_held_by_its_own_reason(kin_world):
    """A rewrite and its original in two sources, a descendant of a tainted book and a dispatch are held, and the rest gets in.

    Law: DEI-07, SHD-03, PRV-09
    """
    built = kin_world.build()
    assert reasons(built) == {"possible-translation": 2, "shadow-descendant": 1, "shadow-library": 1, "press-publisher-right": 1}
    assert built.tally.released == 2
    assert failing(built.path, kin_world.root) == {}


@pytest.mark.parametrize("method", ["translations", pytest.param("descendants", marks=pytest.mark.slow)])
def test_kin_switched_off_fails_the_audit(kin_world, tmp_path, monkeypatch, method):
    """A release built without one of these gates, and without that of the press, fails the audit, and both claims are named.

    Law: SHD-03, PRV-09
    """
    world = copied(kin_world, tmp_path / "w")
    monkeypatch.setattr("licit.pipeline.admit._press", lambda *_: False)
    genuine = getattr(Kin, method)
    monkeypatch.setattr(Kin, method, lambda self, *given: genuine(self, *given).clear())
    world.swap(check=lambda *_: ())
    path = world.build().path
    found = failing(path, world.root)
    assert {"kin-held", "admission-rerun"} <= set(found)
    monkeypatch.setattr("licit_verify.meeting._ANCHORS", 3)  # in many parts, the same is found
    assert failing(path, world.root) == found


def test_what_a_person_decides_of_a_translation_counts_as_far_as_they_saw(kin_world, tmp_path):
    """A released translation stays while its original stands, and goes with it; scratch and patch agree; the audit holds.

    Law: DEI-07, LIA-13
    """
    world = copied(kin_world, tmp_path / "w")
    held = {item.source: item for item in waiting(world.ports) if "possible-translation" in item.reasons}
    assert held["rewrites"].kin == (held["news-fr"].record,)
    for item in held.values():
        rule(world.ports, Ruling(record=item.record, answer="release", by="ana", why="same publisher", lifts=("possible-translation",)))
    built = world.build()
    assert reasons(built)["shadow-descendant"] == 1
    assert built.tally.released == 4
    world.space.register("run", id="run-1", releases=[built.name])
    world.space.register("recipient", name="Lab", release=built.name)
    found = impact(world.ports, "news-fr")
    assert [(one.release, one.rows, one.recipients, one.runs[0]["run"]) for one in found.holdings] == [(built.name, 1, ("Lab",), "run-1")]
    assert [option["option"] for option in found.options()] == ["part of the set", "whole set", "model"]
    refuse(world.ports, "news-fr", by="ana", why="an order of the court")
    patched = world.space.patch(built.name)
    assert reasons(patched)["source-unlawful"] == reasons(patched)["possible-translation"] == 1
    assert every_answer(patched.rows) == scratch(world, patched.lock)
    assert failing(patched.path, world.root) == {}


def test_what_repeats_an_unlawful_source_goes_with_it(world, tmp_path):
    """A document of another source that repeats much of an unlawful one is listed, and the one command takes both out.

    Law: LIA-13, SHD-03
    """
    for source in ("dump", "blog"):
        world.license(source, ground="open-licence", licence="CC-BY-4.0", kind="own-documents")
    book = "\n\n".join(prose(f"book {number}", 130) for number in range(3))
    documents(world, "dump", {"a.txt": book})
    documents(world, "blog", {"b.txt": book.split("\n\n")[1] + "\n\n" + prose("new", 60), "c.txt": prose("clean", 150)})
    world.build()
    (found,) = impact(world.ports, "dump").holdings
    assert (found.rows, found.repeating_it) == (1, 1)
    done = CliRunner().invoke(main, ["source", "unlawful", "dump", "--refuse", "--patch", "--by", "ana", "--why", "an order", "--json",
                                     "--workspace", str(world.root)])
    told = json.loads(done.stdout)
    assert told["patches"][0]["tally"]["refused"]["source-unlawful"] == told["patches"][0]["tally"]["held"]["shadow-descendant"] == 1
    assert told["refused"] is True


def test_of_one_source_both_languages_get_in(world):
    """One right covers both texts of one source, so that nothing waits while nothing else speaks against either.

    Law: DEI-07
    """
    documents(world, "chat", {"a.txt": FRENCH, "b.txt": ENGLISH})
    assert world.build().tally.released == 2


@pytest.mark.parametrize(("declared", "text", "press"), [
    ({"kind": "press"}, "", True), ({"kind": "Press article"}, "", True), ({"page-kind": "ReportageNewsArticle"}, "", True),
    ({}, "PARIS, 3 mars (AFP) - Les quais", True), ({"kind": "essay"}, "The AFP said so.", False), ({"page-kind": "Article"}, "", False)])
def test_what_counts_as_press(declared, text, press):
    """Press is known by its metadata, its page's own word or an agency's mark at its head.

    Law: PRV-09
    """
    assert is_press(declared, text) is press


def test_the_settled_holds_are_those_of_kin():
    """Each hold that follows from other records is judged in one order, in a build and in a patch."""
    assert deciding.SETTLED == ("shadow-descendant", "copy-of-refused", "possible-translation")
