"""The public summary: the template's fields, what may be answered, and when it must stay open."""

import re
from datetime import date
from pathlib import Path

import pytest
from sample_manifests import facts

from licit.core.summary import domain_of, foremost, large, months_later, section_of, text_size
from licit.papers.summary import summary
from licit.usecases.provider import FIELDS, parse_provider, template

KNOWN = ["assistant", "news-agency", "encyclopaedia"]


def answers(**changes):
    """Give the answers of a summary by field."""
    told = summary(facts(**changes))
    return {field["id"]: field["answer"] for section in told["sections"] for field in section["fields"]} | {"": told}


def sources(**kinds):
    """Give sources with rows, of these kinds; ``own`` where not said otherwise."""
    return [{"id": name, "ground": "own", "licence": "", "contract": "", "rows": 10, "kind": kind} for name, kind in kinds.items()]


def test_sections_and_fields_stand_in_the_templates_order():
    """Number, title and label of every field, and the template's own sizes with their misprints, come in its order.

    Law: AIA-01
    """
    told = summary(facts())
    wanted = (Path(__file__).parent / "template.txt").read_text(encoding="utf-8")
    lines = []
    for section in told["sections"]:
        lines.append(f"{section['number']} {section['title']}")
        for field in section["fields"]:
            lines += [f"  {field['label']}", *(f"    {option}" for option in field.get("options", ()))]
    assert "\n".join(lines) + "\n" == wanted


def test_nothing_is_answered_that_nobody_recorded():
    """Without a provider's word every field that asks for it is open; with all of them none is, and no yes or no is made up.

    Law: AIA-01
    """
    assert {"provider", "representative", "models", "placed", "continuous", "other_services", "signatory", "illegal"} <= {*answers()[""]["open"]}
    full = {section: {name: {"text": "said", "day": "2026-01-31", "yes-no": False, "number": 3, "texts": ["said"]}[kind] for name, (kind, _, _) in fields.items()}
            for section, fields in FIELDS.items() if section not in ("crawlers", "synthetic", "other_sources")}
    told = answers(provider=full)
    assert told[""]["open"] == told[""]["contradictions"] == []
    assert told["signatory"] == ["No"]
    unknown = answers(sources=sources(a="chat", b="unknown"))
    assert [unknown[name] for name in ("user_data", "public", "crawled", "synthetic")] == [["Yes"], ["TO BE PROVIDED"], ["TO BE PROVIDED"], ["TO BE PROVIDED"]] or unknown[""]["unplaced"] == []


def test_user_data_is_yes_exactly_when_something_from_chats_is_in():
    """Section 2.4 follows from the rows' sources, and own conversations that are registered as something else are a contradiction.

    Law: AIA-02
    """
    assert answers()["user_data"] == ["Yes"]
    assert answers(sources=sources(a="web-crawl", b="synthetic"))["user_data"] == ["No"]
    made = facts(sources=sources(a="web-crawl"))
    made["numbers"]["sources"]["a"]["chats"] = 10
    assert "user data (2.4)" in summary(made)["contradictions"][0]["en"]


def test_the_foremost_domains_are_the_templates_share():
    """A tenth of all domains by size, rounded up; of a small enterprise a twentieth, a thousand at most; names of two levels.

    Law: AIA-03
    """
    sizes = {f"d{number:05}.example": number for number in range(40_000)}
    assert [len(foremost(sizes)), len(foremost(sizes, small_enterprise=True)), len(foremost({}))] == [4000, 1000, 0]
    assert foremost(sizes)[:2] == ("d39999.example", "d39998.example")
    assert foremost({"a.example": 1, "b.example": 1}) == ("a.example",)
    assert [domain_of(address) for address in ("https://www.a.example/x", "http://a.b.co.uk", "a.gouv.fr", "http://10.0.0.1/", "no address")] == [
        "a.example", "b.co.uk", "a.gouv.fr", "", ""]


def test_large_is_more_than_three_per_cent():
    """Exactly three per cent of all public sets is not large, a token more is.

    Law: AIA-04
    """
    assert large({"a": 97, "b": 3}) == ("a",)
    assert large({"a": 9699, "b": 301}) == ("a", "b")


def test_the_measures_are_the_protocols_that_were_read():
    """Section 3.1 lists exactly the signals that the lock names; with none there is nothing to describe.

    Law: AIA-05
    """
    told = answers()
    assert told["measures"][:-1] == ["robots: RFC 9309", "tdmrep: CG-FINAL"]
    assert answers(protocols=[])["measures"] == ["TO BE PROVIDED"]


def test_it_is_due_again_after_six_months_and_names_the_versions_before():
    """A summary says when it is due again and links every earlier version.

    Law: AIA-06
    """
    told = answers(previous=[{"name": "spring-1", "day": "2026-05-01", "manifest": "sha256:" + "a" * 64}])
    assert told[""]["due"] == "2027-05-01"
    assert told["previous"][0].startswith("spring-1 (2026-05-01, sha256:aaa")
    assert months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)


@pytest.mark.parametrize(("kind", "ground", "chats", "place"), [
    ("chat", "own", 1, "2.4"), ("unknown", "own", 1, "2.4"), ("unknown", "own", 0, ""), ("unknown", "contract", 0, "2.2.1"), ("works", "contract", 0, "2.2.1"),
    ("works", "public-domain", 0, "2.6"), ("web-crawl", "statutory", 0, "2.3"), ("unknown", "open-licence", 3, "")])
def test_a_source_has_the_section_that_records_leave_it(kind, ground, chats, place):
    """The kind decides; without one, only a contract or own conversations leave no choice."""
    assert section_of(kind, ground, chats) == place


def test_sizes_are_the_templates():
    """The bounds of a size belong to the middle class."""
    assert [text_size(number)[:4] for number in (0, 10**9 - 1, 10**9, 10**13, 10**13 + 1)] == ["Less", "Less", "1bil", "1bil", "More"]


def test_the_provider_file_says_what_is_wrong():
    """The template that init writes answers nothing; a misspelt field, or a yes for a text, is an error that names it."""
    assert parse_provider(__import__("tomllib").loads(template())) == {}
    uncommented = re.sub(r"^# (\w+ = )", r"\1", template(), flags=re.M)
    assert {*parse_provider(__import__("tomllib").loads(uncommented))} <= {*FIELDS}
    for wrong, said in (({"provider": {"nane": "x"}}, "did you mean 'name'"), ({"provider": {"name": True}}, "provider.name is a text"),
                        ({"user_data": {"other_services": "yes"}}, "true or false"), ({"providr": {}}, "did you mean 'provider'")):
        with pytest.raises(ValueError, match=re.escape(said)):
            parse_provider(wrong)
