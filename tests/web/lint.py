"""A lint of pages against the six families of deceptive design of the EDPB's guidelines 03/2022: what a machine can see of them.

It reads HTML and names each finding ``family: what``. It finds no new trick; it keeps known ones out. What needs a layout
(size, contrast as drawn) is measured in the browser.
"""

import re
from collections.abc import Iterator
from typing import Any

from lxml import html

FAMILIES = ("overloading", "skipping", "stirring", "obstructing", "fickle", "left-in-the-dark")
_REFUSE = re.compile(r"\b(refuse|reject|decline|object|opt[ -]?out|refuser|s[’']opposer|m[’']opposer)\b", re.IGNORECASE)
_ALLOW = re.compile(r"\b(allow|accept|agree|autoriser|accepter|j[’']accepte)\b", re.IGNORECASE)
_GIVE = re.compile(r"\b(give|donate|donner|faire don)\b", re.IGNORECASE)
_BACK = re.compile(r"\b(take it back|taking it back|taken back|la reprendre|le reprendre|reprendre)\b", re.IGNORECASE)
#: Words that praise one answer, shame the other, or frighten.
_STEERING = re.compile(
    r"\b(sorry|sad to|miss(ing)? out|unfortunately|lose|losing|worse|better experience|improve your experience|recommended|help us|"
    r"don[’']t leave|are you (really )?sure|degraded|limited experience|risk your|hurry|only today|everybody else|most people|"
    r"désolés?|dommage|hélas|malheureusement|perdrez|perdre|moins bien|meilleure expérience|recommandée?s?|aidez-nous|êtes-vous "
    r"(vraiment )?sûre?|dégradée?|vite|dernière chance|la plupart des gens|comme tout le monde|ne nous quittez pas)\b", re.IGNORECASE)
#: Two negations, or a label that says nothing of its effect.
_UNCLEAR = re.compile(r"\b(do not (refuse|reject|opt out|disable|object)|don[’']t (refuse|reject|opt out|disable)|ne (pas|plus) (refuser|s[’']opposer|"
                      r"désactiver)|disable (the )?refusal|désactiver le refus|may or may not|as appropriate|where relevant|le cas échéant)\b",
                      re.IGNORECASE)
_VAGUE = re.compile(r"(ok|okay|continue|continuer|next|suivant|got it|compris|yes|oui|no|non|submit|valider)?\W*", re.IGNORECASE)
_WORDS = {"en": re.compile(r"\b(the|and|your|you|with|this|which|from|have|are|is|what)\b", re.IGNORECASE),
          "fr": re.compile(r"\b(le|les|des|vous|vos|une|est|dans|pour|qui|sont|cette|votre|et)\b", re.IGNORECASE)}
#: What people wrote, and what is code: no sentence of ours.
_THEIRS = "ancestor-or-self::*[self::code or self::pre or self::script or self::style or contains(@class, 'words') or contains(@class, 'unseen')]" \
          " or ancestor::h2[ancestor::ol[contains(@class, 'found')]]"
_MOST_CHOICES = 12


def lint(page: str, language: str) -> list[str]:
    """Give what is deceptive on a page, one line each, "" for nothing."""
    root = html.fromstring(page)
    return sorted({finding for rule in (_overloading, _skipping, _stirring, _obstructing, _fickle, _in_the_dark)
                   for finding in rule(root, language)})


def _text(node: Any) -> str:
    return " ".join(" ".join(node.itertext()).split())


def _meaning(control: Any) -> str:
    """Say whether a button or link refuses or allows, "" for neither."""
    told = f"{control.get('value', '')} {_text(control)}"
    return "refuse" if _REFUSE.search(told) else "allow" if _ALLOW.search(told) else ""


def _controls(root: Any) -> list[tuple[Any, str]]:
    found = root.xpath("//button | //input[@type='submit' or @type='button'] | //a[@href]")
    return [(one, meaning) for one in found if (meaning := _meaning(one)) and len(_text(one)) < 60]


def _gifts(root: Any) -> list[Any]:
    return [one for one in root.xpath("//main//button") if _GIVE.search(_text(one))]


def _overloading(root: Any, _: str) -> Iterator[str]:
    if root.xpath("//dialog | //*[@role='dialog' or @role='alertdialog'] | //*[@aria-modal='true']"):
        yield "overloading: a dialog stands before the page"
    if root.xpath("//meta[translate(@http-equiv, 'REFSH', 'refsh')='refresh']"):
        yield "overloading: the page asks again by itself"
    for form in root.xpath("//form"):
        if len(form.xpath(".//input[not(@type='hidden')] | .//select | .//textarea")) > _MOST_CHOICES:
            yield "overloading: more choices in one form than anybody makes"


def _skipping(root: Any, _: str) -> Iterator[str]:
    # what somebody ticked to take out of a gift stays ticked: without its tick more would be given
    if root.xpath("//input[@checked and not(@name='cut')] | //option[@selected]"):
        yield "skipping: a choice is made before anybody made it"
    for form in root.xpath("//form"):
        order = [meaning for control in form.xpath(".//button | .//input[@type='submit']") if (meaning := _meaning(control))]
        if "allow" in order and "refuse" in order and order.index("allow") < order.index("refuse"):
            yield "skipping: allowing stands before refusing"


def _stirring(root: Any, _: str) -> Iterator[str]:
    if found := _STEERING.search(_own_text(root)):
        yield f"stirring: words that steer ({found[0].lower()})"
    for form in root.xpath("//form"):
        looks: dict[str, set[tuple[str, str, str]]] = {}
        for control in form.xpath(".//button | .//input[@type='submit'] | .//a"):
            if meaning := _meaning(control):
                looks.setdefault(meaning, set()).add((control.tag, control.get("class", ""), control.get("style", "")))
        if len(looks) == 2 and looks["refuse"] != looks["allow"]:
            yield "stirring: refusing looks other than allowing"
    drawn = {(control.get("class", ""), control.get("style", "")) for control in root.xpath("//main//button")}
    if len(drawn) > 1 and _gifts(root):
        yield "stirring: giving looks other than looking or taking back"
    if root.xpath("//*[@autofocus]"):
        yield "stirring: the page puts the reader on an answer"


def _obstructing(root: Any, _: str) -> Iterator[str]:
    controls = _controls(root)
    allowing = [one for one, meaning in controls if meaning == "allow" and one.tag != "a"]
    for control in allowing:
        form = next(control.iterancestors("form"), None)
        if form is None or not any(_meaning(one) == "refuse" for one in form.xpath(".//button | .//input[@type='submit']")):
            yield "obstructing: allowing is a click where refusing is none"
    for control, meaning in controls:
        form = next(control.iterancestors("form"), None)
        if meaning == "refuse" and form is not None and form.xpath(
                ".//*[@required] | .//textarea | .//input[@type='file' or @type='password' or @type='email' or @type='text']"):
            yield "obstructing: refusing asks for something"
        if control.get("disabled") is not None:
            yield "obstructing: an answer cannot be pressed"
    if root.xpath("//a[@href='#' or @href='' or starts-with(@href, 'javascript:')]"):
        yield "obstructing: a link leads nowhere"


def _fickle(root: Any, language: str) -> Iterator[str]:
    if root.get("lang") != language:
        yield "fickle: the page does not say its language"
    own = _WORDS[language]
    for code, words in _WORDS.items():
        for text in root.xpath(f"//body//text()[normalize-space() and not({_THEIRS}) and not(ancestor::*[@lang][1][@lang='{code}'])]"):
            if code != language and len(words.findall(text)) > max(1, len(own.findall(text))):
                yield f"fickle: a sentence in another language ({' '.join(text.split())[:60]})"
    told = [(words, one.text or "") for one in root.xpath("//button[@name='do']") for words in (_REFUSE, _ALLOW)]
    names = {(words, found[0].lower()) for words, text in told if (found := words.search(text))}
    if len(names) > len({words for words, _ in names}):
        yield "fickle: one answer has several names"


def _in_the_dark(root: Any, _: str) -> Iterator[str]:
    if found := _UNCLEAR.search(_own_text(root)):
        yield f"left-in-the-dark: words that say two things ({found[0].lower()})"
    if _gifts(root) and not _BACK.search(_own_text(root)):
        yield "left-in-the-dark: what is given seems gone for good"
    if any(_VAGUE.fullmatch(_text(one) or one.get("aria-label", "")) for one in root.xpath("//button")):
        yield "left-in-the-dark: a button does not say what it does"
    if any(not _text(heading) for heading in root.xpath("//h1 | //h2 | //h3")) or not root.xpath("//h1"):
        yield "left-in-the-dark: a heading is missing"


def _own_text(root: Any) -> str:
    return " ".join(" ".join(root.xpath(f"//body//text()[not({_THEIRS})]")).split())
