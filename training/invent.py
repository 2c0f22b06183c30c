"""Invented things: names, towns, firms, dates and numbers that fill templates and stand in for those of the corpora.

A third of the names come from letter statistics alone, so that a name on no list is a name still.

Rules kept here:

- Everything is drawn from the generator that is handed in: the same seed gives the same text.
"""

import csv
import functools
import random
import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from .corpora import Pieces
from .places import countries, great_towns, towns

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_TOTALS = {"_PRENOMS_RARES", "AUTRES NOMS"}


class Drawn:
    """A list with weights to draw from."""

    def __init__(self, items: Sequence[str], counts: Sequence[float]) -> None:
        self.items, total = list(items), 0.0
        self.cumulated = [total := total + count for count in counts]

    def draw(self, rng: random.Random) -> str:
        """Draw one by its weight; one in three evenly."""
        if rng.random() < 1 / 3:
            return rng.choice(self.items)
        return rng.choices(self.items, cum_weights=self.cumulated)[0]


class Letters:
    """Words made of letters that follow each other as in a list of words."""

    def __init__(self, words: Sequence[str], rng: random.Random) -> None:
        self.next: dict[str, list[str]] = {}
        for word in rng.sample(words, min(len(words), 20_000)):
            padded = f"^^^{word.lower()}$"
            for i in range(3, len(padded)):
                self.next.setdefault(padded[i - 3:i], []).append(padded[i])

    def draw(self, rng: random.Random) -> str:
        """Draw a word of three to twelve letters."""
        while True:
            word = "^^^"
            while word[-1] != "$" and len(word) < 16:
                word += rng.choice(self.next.get(word[-3:], ["$"]))
            if word[-1] == "$" and 3 <= len(word) - 4 <= 12 and word[3:-1].isalpha():
                return word[3:-1].capitalize()


class Invention:
    """All that can be drawn, from the lists in a data folder."""

    def __init__(self, data: Path) -> None:
        self.words = everyday()
        self.lists: dict[str, list[str]] = tomllib.loads((_TEMPLATES / "slots.toml").read_text(encoding="utf-8")) | self.words
        self.firsts = _insee(data / "names/insee-first-names.csv", 20)
        self.lasts = _insee(data / "names/insee-surnames.csv", 20)
        self.foreign_firsts = _common(data / "names/common-forenames-by-country.csv")
        self.foreign_lasts = _common(data / "names/common-surnames-by-country.csv")
        rng = random.Random(1)
        self.made_firsts = Letters(self.firsts.items + self.foreign_firsts * 3, rng)
        self.made_lasts = Letters(self.lasts.items[:30_000] + self.foreign_lasts * 3, rng)
        self.towns = {"fr": _flat("33", "32", "41", "35"), "en": _flat("1", "44", "61", "91"), "es": _flat("34", "52", "54", "56", "57")}
        self.any_town = [name for some in towns().values() for name in some]
        self.templates = {name: _templates(name) for name in
                          ("fr", "fr-none", "en", "en-none", "es", "es-none")}

    def first(self, rng: random.Random) -> str:
        """Draw a first name."""
        drawn = rng.random()
        if drawn < .22:
            return self.made_firsts.draw(rng)
        if drawn < .5:
            return rng.choice(self.foreign_firsts)
        name = self.firsts.draw(rng)
        return f"{name}-{self.firsts.draw(rng)}" if rng.random() < .03 else name

    def last(self, rng: random.Random) -> str:
        """Draw a family name, now and then with particles or doubled."""
        drawn = rng.random()
        name = (self.made_lasts.draw(rng) if drawn < .3 else rng.choice(self.foreign_lasts) if drawn < .5
                else self.lasts.draw(rng))
        extra = rng.random()
        if extra < .04:
            return rng.choice(("de ", "du ", "de la ", "van ", "von ", "El ", "Ben ", "al-", "Le ", "O'", "d'", "Mc", "De ")) + name
        if extra < .07:
            return f"{name}{rng.choice('- ')}{self.lasts.draw(rng)}"
        return name

    def full(self, rng: random.Random) -> str:
        """Draw a name as people write it in full."""
        first, last, form = self.first(rng), self.last(rng), rng.random()
        if form < .55:
            return f"{first} {last}"
        if form < .65:
            return f"{first} {last.upper()}"
        if form < .72:
            return f"{last.upper()} {first}"
        if form < .76:
            return f"{last} {first}"
        if form < .82:
            return f"{first[0]}. {last}"
        if form < .86:
            return f"{first} {self.first(rng)[0]}. {last}"
        if form < .9:
            return f"{first} {self.first(rng)} {last}"
        if form < .94:
            return f"{first} {last[0].upper()}."
        return first

    def town(self, rng: random.Random, language: str = "fr") -> str:
        """Draw a town, two in three of the language's countries."""
        drawn = rng.random()
        if drawn < .5:
            return rng.choice(self.towns[language])
        if drawn < .75:
            return rng.choice(great_towns())
        if drawn < .85:
            return rng.choice(countries(language))
        return rng.choice(self.any_town)

    def firm(self, rng: random.Random, language: str = "fr") -> str:
        """Draw the name of a firm or the like."""
        form = rng.random()
        word = self.made_lasts.draw(rng) if rng.random() < .6 else self.last(rng)
        if form < .3:
            return f"{word} {rng.choice(self.lists['org_tail'])}"
        if form < .5:
            return f"{rng.choice(self.lists['org_head'])} {word}"
        if form < .6:
            return "".join(rng.choice("ABCDEFGHILMNOPRSTUV") for _ in range(rng.randint(2, 5)))
        if form < .7:
            return f"{self.town(rng, language)} {rng.choice(self.lists['org_tail'])}"
        if form < .75:
            return word + rng.choice(("tech", "soft", "bank", "net", "Lab", "Pay", "Box", "ix", "ia"))
        return word

    def date(self, rng: random.Random, language: str = "fr") -> str:
        """Draw a date in one of its forms."""
        day, month, year = rng.randint(1, 31), rng.randint(1, 12), rng.randint(1930, 2026)
        named = self.lists[{"fr": "month", "en": "month_en", "es": "month_es"}[language]][month - 1]
        week = rng.choice(self.lists[{"fr": "weekday", "en": "weekday_en", "es": "weekday_es"}[language]])
        form = rng.random()
        if form < .3:
            sign = rng.choice("/-./")
            return f"{day:02}{sign}{month:02}{sign}{year if rng.random() < .8 else f'{year % 100:02}'}"
        if form < .36:
            return f"{year}-{month:02}-{day:02}"
        if form < .42:
            return f"{named} {year}"
        if language == "en":
            end = rng.choice(("", "", {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th") if day not in (11, 12, 13) else "th"))
            return rng.choice((f"{named} {day}{end}, {year}", f"{day} {named} {year}", f"{named} {day}{end}",
                               f"{named[:3]} {day}, {year}", f"{week}, {named} {day}{end}", f"{day}{end} of {named} {year}",
                               f"the {day}{end} of {named}"))
        if language == "es":
            return rng.choice((f"{day} de {named} de {year}", f"{day} de {named}", f"{week} {day} de {named}"))
        one = "1er" if day == 1 else str(day)
        return rng.choice((f"{one} {named} {year}", f"{one} {named} {year}", f"{one} {named}", f"{week} {one} {named}",
                           f"{week} {one} {named} {year}", f"{named} {year}"))

    def code(self, rng: random.Random) -> str:
        """Draw a case, file or order number."""
        form = rng.choice(("99999/99", "99/99999", "9999/99", "99-99.999", "AA-9999-999", "AA999999", "9999-9999",
                           "999999999", "A99/99", "9999999", "99A9999", "#99999", "99-999999", "AAA-9999", "99.999"))
        return re.sub("[9A]", lambda sign: str(rng.randint(0, 9)) if sign[0] == "9" else rng.choice("ABCDEFHKLMPRSTX"), form)

    def street(self, rng: random.Random, language: str = "fr") -> str:
        """Draw a street with its number."""
        number, pick = rng.randint(1, 199), lambda name: rng.choice(self.lists[name])
        if language == "en":
            return f"{number * 7} {pick('street_en_word')} {pick('street_en_kind')}"
        if language == "es":
            return f"{rng.choice(('calle', 'C/', 'avenida', 'plaza'))} {pick('street_es_word')}, {number}"
        word = pick("street_word") if rng.random() < .6 else self.full(rng)
        extra = rng.choice(("", "", "", " bis", " ter", ","))
        return f"{number}{extra} {pick('street_kind')} {word}" if rng.random() < .8 else f"{pick('street_kind')} {word}"

    def hexadecimal(self, rng: random.Random, size: int) -> str:
        """Draw hexadecimal digits."""
        return "".join(rng.choice("0123456789abcdef") for _ in range(size))


def everyday() -> dict[str, list[str]]:
    """Read the lists of everyday words, with the forms that their endings make ("forms", one list a language)."""
    held: dict[str, str] = tomllib.loads((_TEMPLATES / "words.toml").read_text(encoding="utf-8"))
    out = {name: [word.replace("-", " ") if word.count("-") > 1 else word for word in words.split()] for name, words in held.items()}
    verbs = [word for word in out["inf"] if word.endswith("er")]
    out["verb"] += [word[:-1] for word in verbs]
    out["forms"] = [word[:-2] + end for word in verbs for end in ("e", "es", "ons", "ez", "ent", "é", "ée", "és", "ait", "ais", "ant")]
    out["forms"] += [word + "s" for word in (*out["nm"], *out["nf"], *out["adj"]) if word[-1] not in "sxz"]
    out["forms_en"] = [word.removesuffix("e") + end for word in out["v_en"] for end in ("ed", "ing")]
    out["forms_en"] += [word + "s" for word in (*out["n_en"], *out["v_en"]) if word[-1] != "s"]
    out["forms_es"] = [word[:-2] + end for word in out["v_es"] for end in ({"a": ("o", "a", "as", "an", "ando", "ado")}.get(
        word[-2], ("o", "e", "es", "en", "iendo", "ido")))]
    out["forms_es"] += [word + ("s" if word[-1] in "aeiou" else "es") for word in (*out["n_es"], *out["adj_es"])]
    return out


def _insee(path: Path, at_least: int) -> Drawn:
    items, counts = [], []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for name, count in csv.reader(file):
            if name not in _TOTALS and int(count) >= at_least and len(name) > 1:
                items.append(cased(name))
                counts.append(int(count) ** .5)
    return Drawn(items, counts)


def cased(name: str) -> str:
    """Write a name of capitals as names are written."""
    return re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), name)


def _common(path: Path) -> list[str]:
    names: set[str] = set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            name = (row["Romanized Name"] or row["Localized Name"] or "").split("/")[0].split("(")[0].split(",")[0].strip()
            if 2 <= len(name) <= 20 and name[0].isalpha():
                names.add(name)
    return sorted(names)


def _flat(*codes: str) -> list[str]:
    return sorted({name for code in codes for name in towns().get(code, ())})


def _templates(name: str) -> list[str]:
    text = (_TEMPLATES / f"{name}.txt").read_text(encoding="utf-8")
    # A first line says what the file is; a later one may be a heading.
    return [line.replace("\\n", "\n") for line in text.splitlines()[1:] if line]


_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")


def compose(invention: Invention, rng: random.Random, language: str, *, named: bool) -> Pieces:
    """Draw a template and fill it."""
    line = rng.choice(invention.templates[language if named else f"{language}-none"])
    return fill(invention, rng, language, line)


def fill(invention: Invention, rng: random.Random, language: str, line: str) -> Pieces:
    """Fill a template's choices and slots."""
    while found := _CHOICE.search(line):
        line = line[:found.start()] + rng.choice(found[1].split("|")) + line[found.end():]
    pieces: Pieces = []
    for part in re.split(r"(\{[A-Za-z_]+\})", line):
        if part[:1] == "{" and part[-1:] == "}":
            pieces += _slot(invention, rng, language, part[1:-1])
        elif part:
            pieces.append((part, ""))
    out: Pieces = []
    for text, tag in pieces:
        if len(out) > 1 and tag == "PER" and out[-1] == (" ", "") and out[-2][1] == "PER":
            out[-2:] = [(f"{out[-2][0]} {text}", tag)]
        elif out and not tag and not out[-1][1]:
            out[-1] = (out[-1][0] + text, "")
        elif text:
            out.append((text, tag))
    return out


def _slot(invention: Invention, rng: random.Random, language: str, slot: str) -> Pieces:
    base, _, suffix = slot.rpartition("_")
    base, language = (base, suffix) if suffix in ("en", "es") and base else (slot, language)
    if slot in ("sentence", "sentence_en", "sentence_es"):
        return fill(invention, rng, language, rng.choice(invention.lists[slot]))
    tagged = _named(base, language)
    if tagged:
        make, tag = tagged
        return [(make(invention, rng), tag)]
    if base == "signature":
        name = invention.full(rng) if rng.random() < .6 else invention.first(rng)
        return [(name, "PER")]
    if base.startswith("hospital"):
        word = rng.choice(invention.lists[{"fr": "hospital_word", "en": "hospital_en_word", "es": "hospital_es_word"}[language]])
        if language == "en":
            return [(f"{word} Hospital", "ORG")]
        head = rng.choice(("l'hôpital ", "la clinique ", "CHU ", "l'Hôpital ") if language == "fr" else ("el Hospital ",))
        return [(head, ""), (word, "ORG")]
    if base.lower() == "salad":
        return [(_cased(_salad(invention, rng, language), base), "")]
    if slot.lower() in invention.lists:
        text = _cased(rng.choice(invention.lists[slot.lower()]), base)
        return [(text, {"nick": "PER", "famous_person": "PER", "famous": "LOC"}.get(slot, ""))]
    if base in invention.lists:
        return [(rng.choice(invention.lists[base]), {"nick": "PER", "famous_person": "PER"}.get(base, ""))]
    return [(_plain(invention, rng, base), "?" if base in ("phone", "iban", "zip") else "")]


def _cased(text: str, slot: str) -> str:
    """Write a text as its slot is written: in small letters, with a capital, or in capitals."""
    if slot.isupper() and len(slot) > 1:
        return text.upper()
    return text[0].upper() + text[1:] if slot[0].isupper() else text


def _salad(invention: Invention, rng: random.Random, language: str) -> str:
    """Draw some words of a language in no order, half of them small ones."""
    ending = "" if language == "fr" else f"_{language}"
    sorts = [name for name in invention.words if not name.startswith("small") and (
        name.endswith(ending) if ending else not name.endswith(("_en", "_es")))]
    small = invention.words[f"small{ending}"]
    return " ".join(rng.choice(small if rng.random() < .5 else invention.words[rng.choice(sorts)])
                    for _ in range(rng.randint(3, 14)))


Make = Callable[[Invention, random.Random], str]


@functools.cache
def _named(slot: str, language: str) -> tuple[Make, str] | None:
    table: dict[str, tuple[Make, str]] = {
        "name": (lambda i, r: i.full(r), "PER"), "first": (lambda i, r: i.first(r), "PER"),
        "last": (lambda i, r: i.last(r), "PER"), "LAST": (lambda i, r: i.last(r).upper(), "PER"),
        "First": (lambda i, r: i.first(r), "PER"), "FIRST": (lambda i, r: i.first(r).upper(), "PER"),
        "NAME": (lambda i, r: i.full(r).upper(), "PER"), "L": (lambda i, r: i.last(r)[0].upper(), "PER"),
        "town": (lambda i, r: i.town(r, language), "LOC"), "TOWN": (lambda i, r: i.town(r, language).upper(), "LOC"),
        "country": (lambda i, r: r.choice(countries(language)), "LOC"), "org": (lambda i, r: i.firm(r, language), "ORG"),
        "date": (lambda i, r: i.date(r, language), "DATE"), "year": (lambda i, r: str(r.randint(1950, 2027)), ""),
        "code": (lambda i, r: i.code(r), "CODE"), "street": (lambda i, r: i.street(r, language), "LOC"),
    }
    return table.get(slot)


def _plain(invention: Invention, rng: random.Random, slot: str) -> str:
    n = rng.randint
    pick = lambda name: rng.choice(invention.lists[name])  # noqa: E731
    match slot:
        case "n":
            return str(n(1, 90) if rng.random() < .8 else n(100, 9000))
        case "time":
            return rng.choice((f"{n(0, 23)}h", f"{n(0, 23)}h{n(0, 59):02}", f"{n(0, 23)}:{n(0, 59):02}", f"{n(1, 12)} pm", f"{n(1, 12)}:30 am"))
        case "price":
            return rng.choice((f"{n(1, 900)} €", f"{n(1, 900)} euros", f"{n(1, 90)},{n(10, 99)} €", f"{n(1, 90)} 000 euros"))
        case "price_en":
            return rng.choice((f"${n(1, 900)}", f"${n(1, 90)}.{n(10, 99)}", f"{n(1, 900)} dollars", f"£{n(1, 900)}"))
        case "phone":
            return rng.choice((f"06 39 98 {n(10, 99)} {n(10, 99)}", f"01 99 00 {n(10, 99)} {n(10, 99)}", f"0639 98{n(1000, 9999)}",
                               f"+33 6 39 98 {n(10, 99)} {n(10, 99)}", f"(555) 555-01{n(10, 99)}", f"555-01{n(10, 99)}"))
        case "email":
            name = invention.first(rng).lower() + rng.choice((".", "_", "")) + invention.last(rng).lower().replace(" ", "")
            return f"{name}@example.{rng.choice(('com', 'org', 'net'))}"
        case "zip":
            return f"{n(1, 95):02}{n(0, 999):03}"
        case "iban":
            return "FR76 " + " ".join(f"{n(0, 9999):04}" for _ in range(5)) + f" {n(0, 999):03}"
        case "uuid":
            h = invention.hexadecimal
            return f"{h(rng, 8)}-{h(rng, 4)}-{h(rng, 4)}-{h(rng, 4)}-{h(rng, 12)}"
        case "hash":
            return invention.hexadecimal(rng, rng.choice((7, 8, 32, 40, 64)))
        case "version":
            return f"{n(0, 12)}.{n(0, 30)}.{n(0, 20)}" + rng.choice(("", "", "-beta", "rc1"))
        case "url":
            return f"https://{rng.choice(('www.', 'docs.', ''))}example.{rng.choice(('com', 'org'))}/{pick('ident')}/{n(1, 9999)}"
        case "logline":
            return (f"{n(2019, 2026)}-{n(1, 12):02}-{n(1, 28):02}T{n(0, 23):02}:{n(0, 59):02}:{n(0, 59):02}Z "
                    f"{rng.choice(('INFO', 'WARN', 'ERROR', 'DEBUG'))} [{pick('ident')}-{n(1, 16)}] {pick('ident')}: "
                    f"{rng.choice(('started', 'request failed', 'timeout after', 'connected to'))} "
                    f"192.0.2.{n(1, 254)}:{n(1000, 9999)} id={invention.hexadecimal(rng, 12)} in {n(1, 900)} ms")
    raise ValueError(f"no such slot: {slot}")
