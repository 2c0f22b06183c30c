"""What can be checked of the page's looks without a browser: contrast, print, and both languages complete."""

import re
from importlib.resources import files

from sample_manifests import hostile, hostile_results, manifest, results

from licit.papers.report import render
from licit.papers.words import WORDS

CSS = files("licit.papers").joinpath("report.css").read_text(encoding="utf-8")


def _palettes() -> list[dict[str, str]]:
    blocks = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{([^}]*)\}", CSS)]
    light = blocks[0]
    return [light, light | blocks[1], light | {"page": "#ffffff"}]


def _luminance(colour: str) -> float:
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, two: str) -> float:
    low, high = sorted((_luminance(one), _luminance(two)))
    return (high + 0.05) / (low + 0.05)


def test_words_are_readable_in_light_dark_and_print() -> None:
    """Every text colour has 4.5 to 1 on what it stands on, every shape 3 to 1 (WCAG 2.2 AA)."""
    for palette in _palettes():
        for ground in ("page", "card"):
            for text in ("ink", "quiet", "released", "held", "refused", "link", "alarm"):
                assert _contrast(palette[text], palette[ground]) >= 4.5, (text, ground, palette[ground])
        for text in ("ink", "alarm"):
            assert _contrast(palette[text], palette["alarm-ground"]) >= 4.5
        assert _contrast(palette["on-alarm"], palette["alarm"]) >= 4.5
        for shape in ("trunk", "released", "held", "refused"):
            assert _contrast(palette[shape], palette["page"]) >= 3, shape


def test_every_colour_is_named_in_the_palette() -> None:
    """No rule brings a colour of its own, which the other mode would not know."""
    rules = re.sub(r":root \{[^}]*\}", "", CSS)
    assert re.findall(r"#[0-9a-f]{3,8}\b", rules) == []


def test_print_takes_the_light_palette() -> None:
    """Dark colours are for screens only, so paper is always light."""
    assert "@media screen and (prefers-color-scheme: dark)" in CSS
    assert CSS.count("prefers-color-scheme") == 1
    assert "ellipsis" not in CSS


def test_nothing_moves() -> None:
    """The page has no motion at all, whatever the reader prefers."""
    assert not re.search(r"animation|transition|scroll-behavior|@keyframes", CSS)


def test_every_sentence_is_in_both_languages_with_the_same_places() -> None:
    """No sentence is left in one language, and none loses a value in the other."""
    for key, (english, french) in WORDS.items():
        assert english
        assert french, key
        places = [sorted(re.findall(r"\{\w+\}", text)) for text in (english, french)]
        assert places[0] == places[1], key


def test_every_sentence_is_used() -> None:
    """The table of words holds what the page says and nothing else."""
    source = "".join(files("licit.papers").joinpath(name).read_text(encoding="utf-8")
                     for name in ("report.py", "flow.py", "claims.py", "measured.py"))
    families = ("cost-", "limit-", "limit-measure", "accept_")
    whole = {"arrived", "released", "held", "refused", "public", "person", "auditor", "attested", "unlisted"}
    for key in WORDS:
        stem = key.removesuffix("-how").removesuffix("-is").removesuffix("-none")
        assert f'"{key}"' in source or key.startswith(families) or stem in whole, key


def test_both_pages_hold_the_same_things() -> None:
    """French and English differ in words only: same elements, each page marked with its language."""
    for made, found in ((manifest(), results()), (hostile(), hostile_results())):
        data = render(made, found).decode()
        french, english = data[data.index('<div class="page fr" lang="fr"'):].split('<div class="page en" lang="en"')
        assert re.findall(r"<(dt|li|tr|section|h[123])\b", french) == re.findall(r"<(dt|li|tr|section|h[123])\b", english)


def test_the_switch_needs_no_script_and_loses_nothing_where_css_cannot_follow() -> None:
    """A page is hidden only where the browser understands the switch."""
    hidden = CSS[CSS.index("@supports selector(body:has(input))"):]
    assert "display: none" not in CSS[:CSS.index("@supports")]
    assert "#show-fr:checked" in hidden
    assert render(manifest(), []).count(b'type="radio" name="language"') == 2
