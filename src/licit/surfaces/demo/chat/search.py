"""A small search over short pages in French and English: what it finds it copies, and what it does not find it says so.

Rules kept here:

- Nothing is made up: an answer is a page as it was written, with what might be asked next.
- The language is that of the question, else the one that the reader asked for.
- A question of few words is read with the one before it.
- Asked again, the same page ends with another thing to ask: an answer that is wished anew is another one.
"""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from math import log, sqrt
from pathlib import Path

from ...web.words import typeset

#: Below this likeness nothing was found.
_ENOUGH = .42
_STEM, _FEW, _NEXT = 5, 2, 5
_STOP = {
    "fr": frozenset("a ai as au aux avec c ce ces cet cette ci comme d dans de des du elle en es est et eu il ils j je l la le les leur lui m ma mais "
                    "me mes mon n ne nos notre nous on ont ou par pas plus pour qu que quel quelle quelles quels qui quoi s sa se ses si son sont "
                    "sur t ta te tes toi ton tu un une va vos votre vous y suis sommes etre avoir ca non oui veux veut voudrais vais vas tout tous toute marche fonctionne sert etes quand ou bien tres encore fait faire peut puis peux dois il faut comment pourquoi".split()),
    "en": frozenset("a am an and are as at be been by can could did do does for from had has have how i if in is it its me my of on or our "
                    "she should so that want like just really work works very still all not no yes any the their them then there they this to us was we were what when which why will with would you your".split())}
_FOR_SURE = {"fr": frozenset("bonjour salut merci bonsoir coucou quoi pourquoi comment".split()), "en": frozenset("hello hi thanks thank hey bye help".split())}
_NOTHING = {
    "fr": ("Là-dessus, mes quelques pages ne disent rien, et je préfère ne pas inventer.",
           "Je ne trouve rien là-dessus. Je suis une petite recherche, pas un modèle de langue : ce que je ne trouve pas, je ne le devine pas."),
    "en": ("My few pages say nothing of that, and I would rather not make something up.",
           "I find nothing about that. I am a small search, no language model: what I do not find I do not guess.")}
_ASK = {"fr": "À demander ensuite : « {} »", "en": "You might ask next: “{}”"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page in one language: ways to ask for it, as stems, and what it says."""

    id: str
    first: str
    asked: tuple[frozenset[str], ...] = field(repr=False)
    plain: frozenset[str] = field(repr=False)
    said: str = field(repr=False)


@cache
def pages(language: str) -> tuple[Page, ...]:
    """Read the pages of a language."""
    with (Path(__file__).parent / "answers.toml").open("rb") as file:
        answers = tomllib.load(file)["answer"]
    set_as = typeset if language == "fr" else lambda text: text.replace("'", "’")
    return tuple(Page(id=one["id"], first=set_as(one[language]["ask"][0]), said=set_as("\n\n".join(one[language]["say"])),
                      asked=tuple(_stems(ask, language) for ask in one[language]["ask"]),
                      plain=frozenset(_plain(ask) for ask in one[language]["ask"])) for one in answers)


def answered(said: Sequence[str], language: str, number: int = 0) -> str:
    """Answer the last of what somebody said, in its language, else in ``language``; another ``number`` ends it otherwise."""
    last = said[-1] if said else ""
    language = language_of(last, language)
    found = _found(last, language)
    if found is None and len(said) > 1 and len(_stems(last, language)) < _FEW:
        found = _found(f"{said[-2]} {last}", language)
    known = [page for page in pages(language) if page.first[0].isupper()]  # a greeting is no question
    place = known.index(found) if found in known else -1
    ahead = known[(place + 1 + number % _NEXT) % len(known)]
    told = found.said if found else _NOTHING[language][number % len(_NOTHING[language])]
    asked = _ASK[language].format(ahead.first)
    return f"{told}\n\n{typeset(asked) if language == 'fr' else asked}"


def language_of(text: str, other: str) -> str:
    """Tell French from English by their small words; ``other`` where these do not tell."""
    words = _words(text)
    hits = {language: sum((word in _STOP[language]) + 2 * (word in _FOR_SURE[language]) for word in words) for language in _STOP}
    hits["fr"] += 2 * bool(re.search("[éèêàçùûîôœ]", text.lower()))
    if hits["fr"] == hits["en"]:
        return other if other in _STOP else "en"
    return max(hits, key=lambda language: hits[language])


def _found(question: str, language: str) -> Page | None:
    plain, stems, rare = _plain(question), _stems(question, language), _rarities(language)
    stems = stems - _stems(" ".join(_FOR_SURE[language]), language) or stems  # whoever greets and asks, asks
    if exact := next((page for page in pages(language) if plain in page.plain), None):
        return exact
    asked = sum(rare.get(stem, _unheard(language)) ** 2 for stem in stems)

    def like(page: Page) -> float:
        return max((sum(rare[stem] ** 2 for stem in way & stems) / sqrt(asked * sum(rare[stem] ** 2 for stem in way))
                    for way in page.asked if way & stems), default=0.)

    best = max(pages(language), key=like)
    return best if like(best) >= _ENOUGH else None


@cache
def _rarities(language: str) -> dict[str, float]:
    known = pages(language)
    met = Counter(stem for page in known for stem in frozenset().union(*page.asked))
    return {stem: log(1 + len(known) / number) for stem, number in met.items()}


def _unheard(language: str) -> float:
    """Weigh a word that no page has; less than a rare one that a page has, for people use many."""
    return log(1 + len(pages(language))) / 2


def _plain(text: str) -> str:
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    bare = "".join(char for char in unicodedata.normalize("NFKD", text.lower().replace("œ", "oe")) if not unicodedata.combining(char))
    return re.findall(r"[a-z0-9]+", bare)


def _stems(text: str, language: str) -> frozenset[str]:
    words = [word for word in _words(text) if word not in _STOP[language]]
    return frozenset((word.rstrip("sx") if len(word) > 3 else word)[:_STEM] for word in words)
