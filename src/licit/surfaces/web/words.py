"""Words: every sentence of the pages by its English original, translated by one catalogue for each language.

A language is a folder ``locale/CODE`` with a ``licit.po``; adding one edits nothing. A catalogue that lacks a sentence fails
a test, and the page then shows no sentence of another language in its place: it does not start.

Law: UIX-03
"""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from ...core.errors import SetupError
from ...core.policy import parse_moment
from ...core.reasons import REASONS
from .texts import N_, PURPOSES

_HERE = Path(__file__).parent
#: The language of the originals.
ORIGINAL = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language: its code, its own name, and its pages."""

    code: str
    name: str
    pages: Environment
    told: Callable[[str], str]

    def page(self, name: str, **values: Any) -> str:
        """Write a page."""
        return self.pages.get_template(name).render(**values)

    def say(self, text: str, **values: object) -> str:
        """Give a sentence in this language."""
        told = self.told(text)
        return told % values if values else told

    def reason(self, name: str) -> str:
        """Say what a reason name means."""
        reason = REASONS.get(name)
        if reason is None:
            return name
        return typeset(reason.meaning_fr) if self.code == "fr" else reason.meaning.replace("'", "’")

    def day(self, value: date | datetime | str) -> str:
        """Write a day as people of this language do; "" for none."""
        if isinstance(value, str):
            if not value:
                return ""
            value = parse_moment(value)
        told = format_date(value, "long", locale=self.code)
        return "1er" + told[1:] if self.code == "fr" and told.startswith("1 ") else told

    def moment(self, value: datetime) -> str:
        """Write a moment to the minute, in UTC, as people of this language do."""
        at = value.astimezone(UTC)
        return self.say(N_("%(day)s at %(time)s UTC"), day=self.day(at.date()), time=f"{at:%H:%M}")

    def listed(self, items: list[str]) -> str:
        """Join things as people of this language do."""
        return format_list(items, locale=self.code)


def typeset(text: str) -> str:
    """Give a French sentence of the command line as pages have it: curly apostrophes, spaces that do not break before signs."""
    return re.sub(r" (?=[;?!])", "\u202f", re.sub(r" (?=:)|(?<=«) | (?=»)", "\u00a0", text.replace("'", "’")))


@cache
def languages() -> Mapping[str, Words]:
    """Read every catalogue there is.

    Raises:
        SetupError: a catalogue lacks a sentence of another's.
    """
    catalogues = {path.parent.name: _catalogue(path) for path in sorted((_HERE / "locale").glob("*/licit.po"))}
    texts = set().union(*({message.id for message in found if message.id} for found in catalogues.values()))
    out = {ORIGINAL: _words(ORIGINAL, Translations())}
    for code, found in catalogues.items():
        lacking = texts - {message.id for message in found if message.id and message.string and not message.fuzzy}
        if lacking:
            raise SetupError(f"the catalogue lacks {len(lacking)} sentences, such as {sorted(lacking)[0]!r}", about=code)
        compiled = io.BytesIO()
        write_mo(compiled, found)
        compiled.seek(0)
        out[code] = _words(code, Translations(compiled))
    return out


def _catalogue(path: Path) -> Any:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.name, abort_invalid=True)


def _words(code: str, translations: Translations) -> Words:
    pages = Environment(loader=FileSystemLoader(_HERE / "templates"), extensions=["jinja2.ext.i18n"],
                        autoescape=select_autoescape(default=True), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    pages.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    words = Words(code=code, name={"en": "English", "fr": "Français"}.get(code, code), pages=pages, told=translations.gettext)
    pages.globals |= {"words": words, "code": code, "all_languages": lambda: languages().values(),
                      "named": lambda purposes: [words.say(PURPOSES[purpose].name) for purpose in purposes]}
    return words


def chosen(asked: str, accepted: str, default: str) -> Words:
    """Give the language that a visitor asked for, else the first that their browser accepts, else the deployment's."""
    known = languages()
    if asked in known:
        return known[asked]
    weighed = []
    for number, part in enumerate(accepted.split(",")[:20]):
        name, _, weight = part.strip().partition(";q=")
        found = re.fullmatch(r"0(\.\d{0,3})?|1(\.0{0,3})?", weight.strip()) if weight else None
        weighed.append((-(float(found[0]) if found else 1.0), number, name.split("-")[0].lower()))
    wanted = [name for weight, _, name in sorted(weighed) if weight and name in known]
    return known[wanted[0] if wanted else default if default in known else ORIGINAL]
