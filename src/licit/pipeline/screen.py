"""Screening: what must not be trained on at all, found before anything is replaced.

Screeners look at the whole record as it arrived. A hit refuses or holds, by the reason the screener names; a screener
that fails holds the record (``detector-failed``). A language is held unless the plan names it and a screener stands behind
it with a measure; a plan may accept a language without one, by a switch that is recorded and shown.

Law: SEN-01, SEN-02
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..core.decisions import Decision, because, strictest
from ..core.ports import Screener
from ..core.staff import LIFTABLE
from .deidentify import in_time

#: Function words by language, enough to tell a paragraph's language; no verdict without several of them.
_FUNCTION_WORDS = {
    "fr": "le la les des une est et que qui dans pour pas vous nous je ne sur avec mais au ce cette il elle mon ma sont",
    "en": "the of and to is that it for you with not are this be have on was but they what can my please would i",
    "es": "el los las una que es y por con para no se su lo como más pero mi está son del al qué me te",
    "de": "der die das und ist nicht ich ein eine mit für auf den dem von zu sie es wir auch wie aber sind",
    "it": "il che è di non per una con sono mi del della gli ma come questo più anche ho nel si ti",
    "nl": "de het een en van is dat niet ik op te met voor zijn maar wat ook je er aan naar heb",
    "pt": "os uma que não é para com por mais mas como você eu do da em se são isso meu está"}
_LANGUAGE_OF: dict[str, tuple[str, ...]] = {}
for _language, _words in _FUNCTION_WORDS.items():
    for _word in _words.split():
        _LANGUAGE_OF[_word] = (*_LANGUAGE_OF.get(_word, ()), _language)
_WORD = re.compile(r"[^\W\d_]+")
#: Letters of Latin-1 in lower case, blanks for all else: with it, words of most texts are told apart many times faster.
_LETTERS = bytes(32 if not _WORD.fullmatch(chr(code)) else code if code in b"\xb5\xdf" else ord(chr(code).casefold()) for code in range(256))
_OF_LATIN = {spelt.encode("latin-1"): known for word, known in _LANGUAGE_OF.items() for spelt in (word, word.replace("ss", "\xdf"))}

#: From this many words on, a text whose language cannot be told is in an unmeasured one.
_LONG_ENOUGH = 20


def language_of(text: str, *, most: int = 4000) -> str:
    """Tell a text's language by its function words: a code, ``und`` for a long text nobody can place, or "".

    Only the first ``most`` characters are read: language decides no check, since every detector runs on every text.
    """
    words: Sequence[Any]
    try:
        words = text[:most].encode("latin-1").translate(_LETTERS).split()
        told = [_OF_LATIN[word] for word in words if word in _OF_LATIN]
    except UnicodeEncodeError:
        words = _WORD.findall(text[:most].casefold())
        told = [_LANGUAGE_OF[word] for word in words if word in _LANGUAGE_OF]
    votes: dict[str, int] = {}
    for known in told:
        for language in known:
            votes[language] = votes.get(language, 0) + 1
    if votes:
        best = max(sorted(votes), key=votes.__getitem__)
        if votes[best] >= 2 and votes[best] * 12 >= len(words):
            return best
    return "und" if len(words) >= _LONG_ENOUGH else ""


#: The plan's switch that lets languages pass in which no screening is measured.
ACCEPT_UNMEASURED_SCREENING = "accept_unmeasured_screening"


def unmeasured(language: str, wanted: Sequence[str], screeners: Sequence[Screener], *, accepted: bool = False) -> str:
    """Give the reason to hold a language for, or "".

    Args:
        language: as :func:`language_of` tells it; "" is a text too short to tell, which every screener looks at anyway.
        wanted: languages the plan names.
        screeners: whose ``languages`` are those they are measured in.
        accepted: whether the plan accepts, of the languages it names, those that nobody measured.
    """
    measured = {known for screener in screeners for known in screener.languages}
    passes = not language or (language in wanted and (accepted or language in measured))
    return "" if passes else "language-unmeasured"


def screening_stated(screeners: Sequence[Screener], languages: Sequence[str]) -> dict[str, Any]:
    """Give what stands behind the screening of each language of a plan: a line for each screener that was measured in it.

    Shares are decimal text, for evidence holds no floats; sets and rules are named by their digests.
    """
    return {language: [_stated(screener, measure) for screener in screeners
                       if (measure := getattr(screener, "measured", {}).get(language))] for language in sorted(languages)}


def _stated(screener: Screener, measure: Mapping[str, Any]) -> dict[str, Any]:
    held = measure["held"]
    rates = {name: {key: f"{value:.6f}" if isinstance(value, float) else value for key, value in rate.items()}
             for name, rate in held["overall"].items()}
    return {"screener": f"{screener.name}@{screener.version}", "counts": screener.languages >= {measure["language"]},
            "set": held["digest"], "rules": measure["rules"], "sentences": held["sentences"], "without": held["without"], **rates}


def screen(texts: Sequence[str], languages: Sequence[str], screeners: Sequence[Screener], *, seconds: float = 20
           ) -> list[Decision | None]:
    """Give the strictest hit of each text, or None; where a screener fails or overruns the text is held.

    Of several holds, one that staff may lift is given last, so that it hides no other.

    ``seconds`` is how long a screener may take for all the texts and each megabyte of them.
    """
    if not screeners:
        return [because("detector-failed") for _ in texts]
    hits: list[list[Decision]] = [[] for _ in texts]
    for screener in screeners:
        for own, found in zip(hits, in_time(_looking(screener), texts, languages, seconds), strict=True):
            own += [because("detector-failed")] if found is None else found
    return [strictest(sorted(decisions, key=lambda decision: decision.reason in LIFTABLE)) if decisions else None
            for decisions in hits]


def _looking(screener: Screener) -> Callable[[Sequence[str], Sequence[str]], list[list[Decision]]]:
    def look(texts: Sequence[str], languages: Sequence[str]) -> list[list[Decision]]:
        return [[because(item.reason) for item in found] for found in screener.look(texts, languages)]

    return look
