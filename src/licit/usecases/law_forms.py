"""The forms of the papers behind a legal basis: which sections and fields each has, and the empty file people fill in.

Rules kept here:

- A form is data (``forms/KIND.toml``); the file to fill in, the check and the reference are made from it.
- An empty file passes no check: every field stands in it, with what it asks, and none is answered.

Law: LIA-02, REL-10, REL-15
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..core.law import KINDS

_FOLDER = Path(__file__).parent / "forms"
LANGUAGES = ("en", "fr")

_TOP = {"en": ("Fill in what stands between the quotes. What does not apply: \"N/A: \" and the reason.",
               "Then: licit law check FILE, and somebody else: licit law approve FILE --key FILE --by NAME.",
               "licit is no legal advice."),
        "fr": ("Remplir entre les guillemets. Ce qui ne s'applique pas : « sans objet : » et la raison.",
               "Puis : licit law check FICHIER, et une autre personne : licit law approve FICHIER --key FICHIER --by NOM.",
               "licit n'est pas un conseil juridique.")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form: its key, the kind of its answer, whether it may be left out, the words of a choice."""

    key: str
    kind: str
    optional: bool
    choices: tuple[str, ...]
    asks: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of a form. ``many`` blocks of it at least are needed (0: it is one table); ``spoken``: one a language."""

    key: str
    title: tuple[str, str]
    fields: tuple[Field, ...]
    many: int = 0
    spoken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A kind of paper: its title and sections."""

    kind: str
    title: tuple[str, str]
    sections: tuple[Section, ...]


@cache
def form(kind: str) -> Form:
    """Give the form of a kind of paper.

    Raises:
        KeyError: there is no such kind.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    data = tomllib.loads((_FOLDER / f"{kind}.toml").read_text(encoding="utf-8"))
    sections = tuple(Section(key=item["key"], title=_both(item["title"]), many=item.get("many", 0),
                             spoken=item.get("languages", False), fields=tuple(_field(*one) for one in item["fields"]))
                     for item in data["section"])
    return Form(kind=kind, title=_both(data["title"]), sections=sections)


def _both(pair: list[str]) -> tuple[str, str]:
    english, french = pair
    return english, french


def _field(key: str, kind: str, english: str, french: str) -> Field:
    name, _, words = kind.removesuffix("?").partition(":")
    return Field(key=key, kind=name, optional=kind.endswith("?"), choices=tuple(words.split("|")) if words else (),
                 asks=(english, french))


@cache
def phrases() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the phrases that say nothing, and the clauses that shift onto people what a controller answers for."""
    data = tomllib.loads((_FOLDER / "vague.toml").read_text(encoding="utf-8"))
    return tuple(data["vague"]), tuple(data["shifting"])


def blank(kind: str, name: str, language: str = "en") -> str:
    """Give the empty file of a paper, with what each field asks in one language.

    Raises:
        KeyError: there is no such kind.
    """
    found, at = form(kind), LANGUAGES.index(language)
    return "\n".join([f"# {found.title[at]}", *(f"# {line}" for line in _TOP[language]), "",
                      f'kind = "{kind}"', f'id = "{name}"', "version = 1", f'language = "{language}"',
                      *(line for section in found.sections for line in _lines(section, at))]) + "\n"


def _lines(section: Section, at: int) -> Iterator[str]:
    heads = [f"[{section.key}.{language}]" for language in LANGUAGES] if section.spoken else [
        f"[[{section.key}]]"] * section.many if section.many else [f"[{section.key}]"]
    yield from ("", f"# {section.title[at]}")
    for number, head in enumerate(heads):
        if number:
            yield ""
        yield head
        for one in section.fields:
            empty = "[]" if one.kind in _LISTS else '""'
            yield f"{one.key} = {empty}" + (f"  # {one.asks[at]}" if not number else "")


_LISTS = ("texts", "ids", "purposes", "uses", "triggers", "languages")
