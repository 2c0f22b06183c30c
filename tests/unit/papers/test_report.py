"""The report page: what it shows, what it must never show, and that no manifest can break it."""

import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_manifests import SCRIPT, hostile, hostile_results, manifest, results, tally

from licit.core.errors import EvidenceError
from licit.core.evidence import CLAIMS
from licit.core.reasons import REASONS
from licit.papers.procedures import PROCEDURES_FR
from licit.papers.report import render

_VOID = {"meta", "link", "input"}


class Page(HTMLParser):
    """The page as a browser reads it: elements with attributes, and the words of each language."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: dict[str, str] = {"fr": "", "en": ""}
        self.open: list[tuple[str, str]] = []
        self.feed(data.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and what encloses it."""
        self.elements.append((tag, dict(attrs)))
        language = dict(attrs).get("lang") if dict(attrs).get("class", "") in ("page fr", "page en") else None
        if tag not in _VOID:
            self.open.append((tag, language or (self.open[-1][1] if self.open else "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element of a drawing that closes itself."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Insist that what closes is what was open."""
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        """Collect the words of a language."""
        if self.open and self.open[-1][1] in self.words:
            self.words[self.open[-1][1]] += data

    def values(self, name: str) -> list[str]:
        """Give every value of an attribute."""
        return [value or "" for _, attributes in self.elements if (value := attributes.get(name, "")) != ""]


ATTACKS: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
    (manifest(), results()), (hostile(), hostile_results()),
    (manifest(tally=tally({}, {}, 0), rows=0, sources=[]), [])]


@pytest.mark.parametrize(("made", "found"), ATTACKS)
def test_every_element_is_closed_and_every_id_is_alone(made: dict[str, Any], found: list[dict[str, Any]]) -> None:
    """Whatever a manifest holds, the page is well formed, and every link inside it leads somewhere."""
    page = Page(render(made, found))
    assert page.open == []
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in page.values("href") if href.startswith("#")} <= set(ids)
    assert {name for value in page.values("aria-labelledby") for name in value.split()} <= set(ids)


@pytest.mark.parametrize(("made", "found"), ATTACKS)
def test_nothing_runs_and_nothing_is_fetched(made: dict[str, Any], found: list[dict[str, Any]]) -> None:
    """No script, no handler, no address outside the release."""
    page, data = Page(render(made, found)), render(made, found).decode()
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "iframe", "object", "embed", "form", "base", "video", "audio", "use", "image"}
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert all(re.fullmatch(r"#[a-z-]+|(\.\./)?[a-z]+\.(json|txt)|data:,", href) for href in page.values("href"))
    assert page.values("src") == []
    css = files("licit.papers").joinpath("report.css").read_text(encoding="utf-8")
    assert "@import" not in css
    assert re.findall(r"url\(([^)]*)\)", css) == ["#hatch"]
    assert "default-src &#x27;none&#x27;" in data


def test_hostile_texts_are_shown_as_texts() -> None:
    """A source named like a script is a name; characters nobody sees are shown, right-to-left text is isolated."""
    data = render(hostile(), hostile_results()).decode()
    assert "<script" not in data
    assert "&quot;&gt;&lt;script&gt;" in data
    assert "\u202e" not in data
    assert "\x00" not in data
    assert 'dir="auto">أرشيف-الصحف</bdi>' in data
    assert SCRIPT in Page(data.encode()).words["en"]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=30), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6),
       st.sampled_from(sorted(set(manifest()) - {"tally", "rows", "label"})))
@settings(max_examples=30, deadline=None)
def test_any_value_anywhere_makes_a_whole_page(value: Any, key: str) -> None:
    """Outside the tally and the label, no value of any type stops the page or leaves its place in it."""
    page = Page(render(manifest(**{key: value}), results()))
    assert page.open == []
    assert "script" not in {tag for tag, _ in page.elements}


@given(st.text())
@settings(max_examples=30, deadline=None)
def test_any_text_stays_in_its_place(text: str) -> None:
    """A detail of the verifier is one text in the page: it adds no element."""
    plain, odd = (render(manifest(), [{"claim": "signed", "result": "fails", "detail": detail}])
                  for detail in ("x", f"x{text}"))
    for sign in (b"<", b">", b'"'):
        assert odd.count(sign) == plain.count(sign)


def test_same_inputs_same_bytes() -> None:
    """The page depends on its inputs alone, not on the order of their keys."""
    first, again = manifest(), manifest()
    again = dict(reversed(list(again.items())))
    again["tally"] = {**again["tally"], "held": dict(reversed(list(again["tally"]["held"].items())))}
    assert render(first, results()) == render(again, results())


def test_the_exact_tally_never_shows() -> None:
    """The report is public: the exact tally that comes beside the manifest changes not a byte."""
    exact = tally({"consent-missing": 1204, "second-look": 3}, {"erased": 1}, 7043)
    assert render(manifest(exact=exact), results()) == render(manifest(), results())


def test_every_reason_of_the_tally_has_its_row_in_both_languages() -> None:
    """Nothing that left the flow is missing from it, known reason or not."""
    made = hostile()
    page = Page(render(made, []))
    for name in (*made["tally"]["held"], *made["tally"]["refused"]):
        for language in ("fr", "en"):
            assert name in page.words[language]
        if name in REASONS:
            assert REASONS[name].meaning in page.words["en"]


def test_a_tally_that_does_not_balance_makes_no_page() -> None:
    """A picture of false numbers is refused, as is a tally that is missing, negative or no number."""
    good = manifest()["tally"]
    bad: list[Any] = [{**good, "arrived": good["arrived"] + 1}, None, {}, {**good, "held": [1]},
                      {**good, "refused": {"objection": -1}}, {**good, "released": True}, {**good, "held": {"x": "12"}},
                      {**good, "released": float(good["released"])}]
    for counted in bad:
        with pytest.raises(EvidenceError):
            render(manifest(tally=counted), results())
    with pytest.raises(EvidenceError):
        render(manifest(rows=7042), results())


def test_the_label_is_the_one_this_version_can_stand_for() -> None:
    """A manifest that calls its rows anonymous makes no page; the page's own label is always the honest one."""
    with pytest.raises(EvidenceError):
        render(manifest(label="anonymous"), results())
    page = Page(render(manifest(), results()))
    assert "de-identified (personal data)" in page.words["en"]
    assert "désidentifié (données personnelles)" in page.words["fr"]
    assert page.words["en"].count("anonym") == page.words["en"].count("It is de-identified, not anonymous.") == 1
    assert page.words["fr"].count("anonym") == page.words["fr"].count("Elle est désidentifiée, non anonyme.") == 1


def test_unchecked_claims_do_not_look_checked() -> None:
    """Without results no claim holds; the page says what to run."""
    page = render(manifest(), [])
    assert b"mark holds" not in page
    assert b"Not checked yet: run <code>licit verify RELEASE</code>" in page
    assert page.count(b"mark unchecked") == 2 * len(CLAIMS)


def test_a_result_that_is_none_of_the_three_is_not_a_success() -> None:
    """An odd result, a missing one or a second, worse one never shows as holding."""
    for odd in ("ok", "", None, True, "HOLDS"):
        assert b"mark holds" not in render(manifest(), [{"claim": "signed", "who": "public", "result": odd, "detail": ""}])
    twice = [{"claim": "signed", "result": "fails"}, {"claim": "signed", "result": "holds"}]
    assert b"mark holds" not in render(manifest(), twice)
    assert b"mark fails" in render(manifest(), twice)


def test_failures_and_accepted_risks_stand_in_red_above_all_else() -> None:
    """A failing claim, known here or not, and every accepted switch are named before the first section."""
    switch = "accept_unmeasured_deidentification"
    data = render(manifest(accepted=[switch, "accept_more"]),
                  [*results(files_intact="fails"), {"claim": "new-claim", "who": "public", "result": "fails"}]).decode()
    top = data[:data.index("<main")]
    assert top.count('class="alert"') == 2
    assert all(name in top for name in ("files-intact", "new-claim", switch, "accept_more"))
    assert 'class="alert"' not in render(manifest(), results()).decode()


def test_an_unknown_claim_that_fails_is_named_without_a_link() -> None:
    """The red box names a claim that this version does not know without a link that leads nowhere."""
    page = Page(render(manifest(), [{"claim": "new-claim", "who": "public", "result": "fails"}]))
    assert not [href for href in page.values("href") if "new-claim" in href]
    assert page.words["en"].count("new-claim") == 2


def test_measured_is_said_only_when_it_was() -> None:
    """Silence about the measure is not a measure, and a switch that accepts its absence is believed."""
    def words(**changes: Any) -> str:
        return Page(render(manifest(**changes), results())).words["en"]

    assert "was measured, by label" in words(measure={"measured": True})
    assert "do not assume it was" in words()
    assert "no figure stands behind" in words(measure={"measured": False, "why": ""})
    assert "no figure stands behind" in words(measure={"measured": True}, accepted=["accept_unmeasured_deidentification"])
    assert "do not assume it was" in words(measure={"measured": "yes"})


def _figures(**changes: Any) -> dict[str, Any]:
    rate = {"hits": 30, "of": 31, "low": "0.838057"}
    own = {"labels": {"EMAIL": {"entities": rate}}, "fully_redacted": rate, "beside": {"false_spans": 3, "bytes": 9_000}}
    return {"measured": True, "set": {"name": "built-in", "records": 334, "invented": True}, "report": {"languages": {"fr": own}},
            "planted": {"drawn": {"EMAIL": 2, "PHONE": 2}, "missed": {}},
            "found": {"records": 12, "things": {"EMAIL": 41, "other": 6}, "places": {"EMAIL": 90}}} | changes


_LOCK = {"plan": {"languages": ["en", "fr"], "standard": {"recall": {"EMAIL": 500}, "fully_redacted": 600, "false_per_10kb": 80}}}


def test_what_was_measured_planted_and_found_is_shown_with_its_counts() -> None:
    """Rates with their bounds and what the plan asks, planted data, and what was found by type; never more than counts."""
    words = Page(render(manifest(lock=_LOCK, measure=_figures()), results())).words["en"]
    for said in ("334 labelled texts", "are invented", "30 / 31", "0.838", "0.500", "3 false findings", "allows 80",
                 "4 invented identifiers were planted", "EMAIL 2, PHONE 2", "the 12 conversations", "EMAIL4190", "other6–"):
        assert said in " ".join(words.split()), said


def test_what_was_not_measured_stands_in_red() -> None:
    """A language or label that the plan names and the figures lack is named in a red box, and so is a release without figures."""
    def boxes(**changes: Any) -> str:
        page = render(manifest(lock=_LOCK, **changes), results()).decode()
        return " ".join(re.findall(r'<div class="alert">.*?</div>', page[page.index('lang="en"'):]))

    assert "en: EMAIL" in boxes(measure=_figures())
    assert "fr: EMAIL" not in boxes(measure=_figures())
    assert "everything that was released" in boxes(measure={"measured": False, "why": ""})
    assert "alert" not in boxes(measure=_figures(report={"languages": {name: _figures()["report"]["languages"]["fr"] for name in ("en", "fr")}}))
    assert "were missed" in render(manifest(measure=_figures(planted={"drawn": {"EMAIL": 2}, "missed": {"EMAIL": 1}})), results()).decode()


@pytest.mark.parametrize("broken", [{"report": []}, {"set": "x"}, {"planted": {"drawn": {"EMAIL": "two"}}}, {"found": {"things": 3}},
                                    {"report": {"languages": {"fr": {"labels": {"<b>": {"entities": {"of": "9"}}}}}}}])
def test_figures_that_are_none_break_no_page(broken: dict[str, Any]) -> None:
    """Whatever stands in the file, the page is made, and nothing of it is markup."""
    assert b"<b>:" not in render(manifest(lock=_LOCK, measure=_figures(**broken)), results())


def test_every_procedure_is_said_in_french() -> None:
    """A French reader learns how each claim is checked; no procedure is left for a claim that is gone."""
    assert set(PROCEDURES_FR) == set(CLAIMS)


def test_held_reasons_are_ranked_by_the_cost_of_their_remedy() -> None:
    """Waiting comes before a command, a command before a person, a person before outsiders."""
    words = Page(render(manifest(), results())).words["en"]
    words = words[words.rindex("What is held"):]
    order = [words.index(REASONS[name].remedy) for name in
             ("waiting-period", "source-not-approved", "third-parties", "consent-missing", "held-out-twin")]
    assert order == sorted(order)
