"""The catalogues hold every sentence of the pages, and no other."""

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

import licit.surfaces.demo
import licit.surfaces.web
from licit.surfaces.web.words import languages

WEB = Path(licit.surfaces.web.__file__).parent
PLACES = (WEB, Path(licit.surfaces.demo.__file__).parent)
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def sentences() -> dict[str | tuple[str, ...], str]:
    """Give every sentence of pages and modules, with a file where it stands; a plural is two."""
    with (WEB / "locale/babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    return {message: f"{place.name}/{name}" for place in PLACES
            for name, _, message, _, _ in extract_from_dir(str(place), methods, options, KEYWORDS)}


@pytest.mark.parametrize("path", sorted(WEB.glob("locale/*/licit.po")), ids=lambda path: path.parent.name)
def test_a_catalogue_has_every_sentence_and_no_other(path):
    """What a page says is in each catalogue, translated; what no page says any more is gone from it."""
    wanted = sentences()
    with path.open("rb") as file:
        held = {tuple(m.id) if isinstance(m.id, list | tuple) else m.id: m for m in read_po(file, abort_invalid=True) if m.id}
    assert {text: wanted[text] for text in wanted if text not in held} == {}
    assert set(held) - set(wanted) == set()
    assert [text for text, m in held.items() if m.fuzzy or not all(m.string if isinstance(m.string, tuple) else [m.string])] == []


def test_the_scan_sees():
    """The scan finds a sentence of a page, one of a module, one of the console and one of the demonstration."""
    wanted = sentences()
    for text in ("Refuse everything", "Training models", "Propose a refusal", "Who would you be?"):
        assert text in wanted
    assert any(isinstance(text, tuple) for text in wanted)


def test_french_has_its_spaces():
    """Before ; ? ! and : French has a space that does not break."""
    with (WEB / "locale/fr/licit.po").open("rb") as file:
        told = [s for m in read_po(file) if m.id for s in (m.string if isinstance(m.string, tuple) else (m.string,))]
    assert [s for s in told for sign in ";?!:" if f" {sign}" in s] == []


def test_the_first_of_a_month_is_an_ordinal_in_french():
    """French says 1er mars and 2 mars; English says March 1."""
    french, english = languages()["fr"], languages()["en"]
    assert [french.day(day) for day in ("2026-03-01", "2026-03-02", "2026-03-11")] == ["1er mars 2026", "2 mars 2026", "11 mars 2026"]
    assert english.day("2026-03-01") == "March 1, 2026"
