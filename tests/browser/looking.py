"""What the tests in a browser share: what axe-core finds, what is too wide, which of two answers weighs more; and the rounds of pages."""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from licit.surfaces.web.desk import RIGHTS

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
#: Every room of the console, as the table of roles names them.
ROOMS = [route for method, route in RIGHTS if method == "GET" and "{" not in route]
CENTRE = ["/", "/where", "/where/{record}", "/give/{record}", "/rights/access", "/rights/erasure", "/check", "/others", "/others/model", "/parity?at=2026-02-01", "/figures", "/after"]
#: Words that only one language's pages have.
FOREIGN = {"fr": ["Refuse ", "Allow ", "Legal basis", "Overdue", "received", "Steps", " waits", "Training models"],
           "en": ["Refuser", "Autoriser", "Base légale", "En retard", "reçue", "Étapes", " attend", "Entraînement"]}
MAIL = "From: lea@example.org\nDate: Mon, 02 Mar 2026 10:00:00 +0100\n\nBonjour, je m’oppose à ce que mes discussions servent, et supprimez tout.\n"
NOTICE = '[[notice]]\nid = "notice-2027"\npurposes = ["train", "evaluate"]\nstarts = "2027-01-01"\n'

#: Of each pair of buttons what they look like as drawn: size, ink, ground, weight, and how far ink and ground are apart.
PAIRS = """() => {
  const light = colour => {
    const parts = colour.match(/[0-9.]+/g).slice(0, 3).map(Number).map(v => v / 255);
    const [r, g, b] = parts.map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  return [...document.querySelectorAll('form')].map(form => [...form.querySelectorAll('button[name=do]')].map(button => {
    const style = getComputedStyle(button), box = button.getBoundingClientRect();
    const [one, two] = [light(style.color), light(style.backgroundColor)].sort((a, b) => b - a);
    return {size: [Math.round(box.width), Math.round(box.height)], font: [style.fontSize, style.fontWeight, style.opacity, style.visibility],
            contrast: (one + .05) / (two + .05), ground: style.backgroundColor, pressed: button.getAttribute('aria-pressed'), x: box.x, y: box.y};
  })).filter(pair => pair.length === 2);
}"""


def faults_of(page: Any) -> list[tuple[str, str]]:
    """Give what axe-core finds."""
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in Axe().run(page, options=WCAG).response["violations"]]


def unequal(page: Any) -> list[Any]:
    """Give the pairs of buttons in which allowing stands out: other size, weight or ground, little contrast, or first."""
    return [pair for pair in page.evaluate(PAIRS) if pair[0]["size"] != pair[1]["size"] or pair[0]["font"] != pair[1]["font"]
            or min(one["contrast"] for one in pair) < 4.5 or (pair[0]["y"], pair[0]["x"]) >= (pair[1]["y"], pair[1]["x"])
            or (pair[0]["pressed"] == pair[1]["pressed"] and pair[0]["ground"] != pair[1]["ground"])]


def wider(page: Any) -> int:
    """Give by how much a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def wrong_with(page: Any, language: str, *, axe: bool = True) -> list[Any]:
    """Give what is wrong with a page: faults, width, language, with every fold open."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    words = page.locator("main").inner_text() + "\n"
    return [*(faults_of(page) if axe else []), *([("wider", wider(page))] if wider(page) > 0 else []),
            *([] if page.locator("html").get_attribute("lang") == language else [("language", "")]),
            *[("foreign", word) for word in FOREIGN[language] if word in words]]


def centre_round(page: Any, served: Any) -> Iterator[str]:
    """Go through the centre of somebody signed in: every page before a choice, then after one, a text given, and a form for others."""
    paths = [path.format(record=served.world.record("c1-0", "user1")) for path in CENTRE]
    for path in paths:
        page.goto(served.address + path)
        yield path
    page.goto(served.address + paths[3])
    page.locator("[name=cut]").first.check()
    page.locator("button[value=look]").click()
    page.wait_for_selector("[name=cut]:checked")
    yield "taken out"
    page.locator("button[value=give]").click()
    page.wait_for_selector(".done")
    page.goto(served.address)
    page.locator("form.master button[value=refuse]").click()
    page.wait_for_selector(".done")
    yield "refused"
    for path in ("/check", paths[1], paths[3]):
        page.goto(served.address + path)
        yield f"{path} after a choice"
    page.goto(f"{served.address}/others")
    page.locator("#name").fill("Léa Outremer")
    page.locator("form.fields button").click()
    page.wait_for_selector(".state")
    yield "others, done"


def console_round(page: Any, served: Any) -> Iterator[str]:
    """Go through the console of an officer: every room, two requests, and what each form answers with."""
    for path in [*ROOMS, served.requests[0], served.requests[2]]:
        page.goto(served.address + path)
        yield path
    for path, fields, press, shown in (
            ("/console/mail", {"#text": MAIL}, "#text", "#sender"), ("/console/policy", {"#text": NOTICE}, "#text", "#shown"),
            ("/console/holds", {"#record": "nothing", "#why": "A court asks for it."}, "#record", "#wrong"),
            ("/console/breach", {"#why": "A drive was lost."}, "#release", "#wrong")):
        page.goto(served.address + path)
        for field, text in fields.items():
            page.locator(field).fill(text)
        page.locator(f"form:has({press}) button").first.click()
        page.wait_for_selector(shown)
        yield f"{path}, sent"
    page.goto(f"{served.address}/console/held")
    page.locator(".queue a").first.click()
    yield "a held record"
    page.locator("form[action$='/read'] button").click()
    page.wait_for_selector(".said")
    yield "its words"
