"""Every page of the centre in a real browser, in every way people look at it."""

import pytest
from looking import CENTRE, centre_round, faults_of, unequal, wider, wrong_with


@pytest.fixture
def opened(visit, served):
    """Open a page of the centre as somebody signed in; {record} is a conversation of theirs."""
    return lambda path, **look: visit(path.format(record=served.world.record("c1-0", "user1")), account="user1", **look)


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("language", ["fr-FR", "en-GB"])
def test_every_page_in_every_way(visit, served, language, width, dark, scripts):
    """No violation of WCAG 2.2 A and AA, nothing wider than the screen, no button that outweighs the other; scripts or none."""
    page = visit("/", language=language, width=width, dark=dark, scripts=scripts, account="user1")
    # axe itself is a script: without scripts the same bytes are measured, and axe has seen them with scripts
    seen = {where: [*wrong_with(page, language[:2], axe=scripts), *unequal(page)] for where in centre_round(page, served)}
    assert {where: found for where, found in seen.items() if found} == {}


@pytest.mark.slow
@pytest.mark.parametrize("path", CENTRE)
def test_text_twice_as_large_is_all_there(opened, path):
    """At 200 % text size nothing is cut off, covered or beside the screen (WCAG 1.4.4)."""
    page = opened(path, width=1200)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert wider(page) <= 0
    cut = page.evaluate("""() => [...document.querySelectorAll('main *, footer *')].filter(e => e.scrollWidth > e.clientWidth + 2
        && !['visible', 'auto'].includes(getComputedStyle(e).overflowX) && !e.classList.contains('unseen')).map(e => e.outerHTML.slice(0, 100))""")
    assert cut == []


@pytest.mark.slow
@pytest.mark.parametrize("path", CENTRE)
def test_on_paper_the_words_are_there(opened, path):
    """In print: dark on white also for who looks at it dark, headings stand, and no button that paper cannot press."""
    page = opened(path, dark=True)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.locator("h1").is_visible()
    assert not page.locator("form:visible").count()


@pytest.mark.slow
@pytest.mark.parametrize("path", CENTRE)
def test_with_forced_colours_states_are_still_told(opened, path):
    """With the system's colours only: no violation, and what is pressed is told by a sign and not by its ground."""
    page = opened(path)
    page.emulate_media(forced_colors="active")
    assert faults_of(page) == []
    if path == "/":
        page.get_by_role("button", name="Tout refuser").click()
        page.wait_for_selector(".done")
        assert "✓" in page.evaluate("getComputedStyle(document.querySelector('button[aria-pressed=true]'), '::before').content")


BAD = '<form class="switch"><button name="do" value="refuse">Refuse</button><button name="do" value="allow">Allow</button></form>'


@pytest.mark.slow
@pytest.mark.parametrize("style", ["font-size:9px", "color:#bbb;background:#fff", "opacity:.4", "width:30px", "background:#eee", "order:2"])
def test_a_button_that_is_drawn_weaker_is_seen(visit, style):
    """What the matrix measures can fail: smaller, paler, half seen, other ground, moved behind."""
    page = visit("/")
    page.evaluate("html => { document.querySelector('main').innerHTML = html }", BAD)
    assert unequal(page) == []
    page.evaluate("style => { for (const s of style.split(';')) { const [k, v] = s.split(':'); "
                  "document.querySelector('button[value=refuse]').style.setProperty(k, v) } }", style)
    assert unequal(page) != []
