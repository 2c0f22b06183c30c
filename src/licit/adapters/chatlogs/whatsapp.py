"""WhatsApp text exports: a chat between people of whom at most one agreed to anything, held by default.

Rules kept here:

- Everybody is named: senders, and those whom only a system line names ("Votre code de sécurité avec ~ Nadia a changé"),
  under a header that says there are no participants.
- The order of day and month comes from the phone's region, not the language. It is inferred from the file when the file
  decides it, and the file is refused when it does not; three more readers take the order as told.
- A line belongs to a message unless it has the very shape of the file's own headers: text is never parted by a date
  that somebody wrote. No character of a message's body is changed or lost.
- Times have no zone in an export: only the day is kept.
- WhatsApp's own words are data (``whatsapp.toml``).
"""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal

from licit.adapters.documents._content import read_text
from licit.core.errors import InputError
from licit.core.ids import TurnId
from licit.core.ports import InputFile, Reader
from licit.core.records import Concern, ConcernRole, Part, Person, PersonKind, Record, SetAside, Turn

Order = Literal["dmy", "mdy", "ymd"]
_ORDERS: tuple[Order, ...] = ("dmy", "mdy", "ymd")

_M = "[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*"
_G = "[ \u00a0\u202f\u2009]"
_DATE = (rf"(?P<a>\d{{1,4}}){_M}(?P<sep>[./\-]){_G}?{_M}(?P<b>\d{{1,2}}){_M}(?P=sep){_G}?{_M}(?P<c>[A-Z]?\d{{1,4}})\.?"
         rf"(?:{_G}[A-Z]{{2}})?")
# Android writes no seconds; a date, a time with seconds and a dash are a server's log.
_TIME = (rf"\d{{1,2}}[:.]\d{{2}}(?(open)(?:[:.]\d{{2}})?)"
         rf"(?:{_G}?{_M}(?:[AaPp]\.?{_G}?[Mm]\b\.?|[\u0635\u0645]))?{_M}")
_HEADER = (rf"{_M}(?P<open>\[)?{_DATE}{_M}(?P<comma>[,\u060c]?){_G}(?:(?:klo|um|à|at|om|a las){_G})?{_M}{_TIME}"
           rf"(?(open)\]|{_G}[-–])(?:{_G}|$)(?!{_M}(?:ERROR|WARN|WARNING|INFO|DEBUG|TRACE|FATAL|CRITICAL|NOTICE)\b)")
_LINE = re.compile(_HEADER)
_PASTED = re.compile(rf"^[ \t>]{{0,8}}{_HEADER}(?(open)(?=[^\n]{{1,120}}?:(?:{_G}|$)))", re.MULTILINE)
_SENDER = re.compile(rf"([^\n]{{1,120}}?):(?:{_G}|$)")
_PHONE = re.compile(r"(?:\+|00)?\d[\d .()\-]{6,20}\d")
_PHONE_IN = re.compile(r"\+\d[\d .()\-]{6,20}\d")
_PUSH_NAME = re.compile(r"~ ?([^\W\d_][\w'-]*(?: [^\W\d_a-zà-ÿ][\w'-]*){0,4})")
_ISOLATED = re.compile("\u2068([^\u2068\u2069\n]{1,120})\u2069")
_MENTION = re.compile("@\u2068([^\u2068\u2069\n]{1,120})\u2069|@(\\d{8,15})\\b")
_MEDIA = re.compile(r"(?:IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d+\.\w+|\d{8}-(?:PHOTO|VIDEO|AUDIO|STICKER|GIF)-[\w-]+\.\w+")
_ARTICLES = ("la ", "le ", "les ", "l'", "ce ", "cette ", "un ", "une ", "the ", "this ", "a ", "die ", "den ", "das ",
             "el ", "los ", "het ", "de ")
_PLAIN: dict[int, str | None] = dict.fromkeys((0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_PLAIN |= {ord("\u00a0"): " ", ord("\u202f"): " ", ord("\u2009"): " ", ord("’"): "'"}
#: Longer lines are nobody's system line, in characters.
_LONGEST_SYSTEM = 1000


def looks_like_paste(text: str) -> int:
    """Count the lines of a text that have the shape of a WhatsApp export: a chat pasted into a message."""
    return sum(1 for _ in _PASTED.finditer(text))


@dataclass(slots=True)
class _Entry:
    """One header's date as written, in three numbers (none where it is no such date), and its lines."""

    numbers: tuple[int, int, int] | None
    bracketed: bool
    lines: list[str] = field(repr=False)


@dataclass(slots=True)
class _People:
    found: dict[tuple[PersonKind, str], str] = field(default_factory=dict)

    def ref(self, raw: str) -> str:
        """Give the local reference of a name or number as written, or "" for the exporter and for nobody."""
        name = " ".join(unicodedata.normalize("NFC", _plain(raw)).replace("~", " ").split())
        if not name or name.casefold() in _words("pronouns"):
            return ""
        kind: PersonKind = "name"
        if _PHONE.fullmatch(name):
            digits = re.sub(r"\D", "", name)
            kind, name = "phone", f"+{digits.removeprefix('00')}" if name.startswith(("+", "00")) else digits
        return self.found.setdefault((kind, name), f"p{len(self.found)}")

    def people(self) -> tuple[Person, ...]:
        return tuple(Person(ref=ref, kind=kind, issuer="whatsapp", key=key) for (kind, key), ref in self.found.items())


class _WhatsApp:
    def __init__(self, name: str, order: Order | None) -> None:
        self.name = name
        self._order = order

    def recognise(self, file: InputFile) -> int:
        """Say 90 where the first line is a message's header, 65 where such lines come soon; 0 for an order as told."""
        lines = [line for line in file.head.split("\n")[:200] if line.strip()]
        met = [bool(_LINE.match(line)) for line in lines]
        if self._order is not None or not any(met):
            return 0
        return 90 if met[0] else 65 if sum(met) >= 2 and (any(met[:5]) or sum(met) * 3 >= len(met)) else 0

    def companion(self, name: str, siblings: tuple[str, ...] = ()) -> bool:
        """Say whether a file name is one that WhatsApp gives to media beside an exported chat."""
        return _MEDIA.fullmatch(name) is not None

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read the one chat.

        Raises:
            InputError: it is too large, not UTF-8, holds NULs, has no message, or does not decide between day and
                month (``date-order-ambiguous``).
        """
        strange: Counter[str] = Counter()
        entries = _split(read_text(file), strange)
        if not entries:
            raise InputError("No line of it has the shape of a WhatsApp message.", about=file.name,
                             reason="format-unknown", remedy="Say which format it is with --as.")
        order = self._order or _order([entry.numbers for entry in entries if entry.numbers], file.name)
        people = _People()
        turns = [_turn(index, entry, order, people, strange) for index, entry in enumerate(entries)]
        yield Record(kind="conversation", origin_id="", format="whatsapp", turns=tuple(turns), people=people.people(),
                     third_parties=True, strange=dict(sorted(strange.items())))


def _split(text: str, strange: Counter[str]) -> list[_Entry]:
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    headers = [_LINE.match(line) for line in lines]
    shapes = Counter(_shape(header) for header in headers if header is not None)
    # One export has one shape; most_common gives the first met of equals.
    own = shapes.most_common(1)[0][0] if shapes else None
    entries: list[_Entry] = []
    for line, header in zip(lines, headers, strict=True):
        if header is not None and _shape(header) == own:
            entries.append(_Entry(_numbers(header), header["open"] is not None, [line[header.end():]]))
            continue
        if header is not None:
            strange["line-of-another-shape"] += 1
        if entries:
            entries[-1].lines.append(line)
        elif line.strip():
            strange["line-before-first-message"] += 1
    return entries


def _shape(header: re.Match[str]) -> tuple[bool, str, bool]:
    return header["open"] is not None, header["sep"], bool(header["comma"])


def _numbers(header: re.Match[str]) -> tuple[int, int, int] | None:
    # A Japanese era ("R4") is no year that can be counted on.
    return (int(header["a"]), int(header["b"]), int(header["c"])) if header["c"].isdecimal() else None


def _day(numbers: tuple[int, int, int], order: Order) -> date | None:
    first, second, third = numbers
    year, month, day = {"dmy": (third, second, first), "mdy": (third, first, second), "ymd": numbers}[order]
    year += 2000 if year < 100 else 0
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    # WhatsApp began in 2009; a year of another era is no day of ours.
    return found if 2009 <= year <= 2100 else None


def _order(dates: list[tuple[int, int, int]], about: str) -> Order:
    """Infer the order of day, month and year from all dates of a file.

    Raises:
        InputError: two orders are possible and mean different days, or none is (``date-order-ambiguous``).
    """
    # What is a date in no order decides nothing: it is counted where its turn is made.
    dates = [numbers for numbers in dates if any(_day(numbers, order) for order in _ORDERS)]
    if not dates:
        return "dmy"
    possible: dict[Order, list[date]] = {}
    for order in _ORDERS:
        # A short year first is not guessed at: 22/03/18 is far more often a day.
        if (order == "ymd") != any(numbers[0] > 31 for numbers in dates):
            continue
        days = [_day(numbers, order) for numbers in dates]
        if (whole := [day for day in days if day is not None]) and len(whole) == len(days):
            possible[order] = whole
    rising = {order: days for order, days in possible.items()
              if all(a <= b for a, b in pairwise(days))}
    for candidates in (possible, rising):
        if len({tuple(days) for days in candidates.values()}) == 1:
            return next(iter(candidates))
    raise InputError("Its dates do not say whether the day or the month comes first.", about=about,
                     reason="date-order-ambiguous",
                     remedy="Say which: --as whatsapp-dmy, --as whatsapp-mdy or --as whatsapp-ymd.")


def _turn(index: int, entry: _Entry, order: Order, people: _People, strange: Counter[str]) -> Turn:
    day = _day(entry.numbers, order) if entry.numbers else None
    strange.update(["date-unreadable"] if day is None else [])
    sender, lines, mentioned, system = _who(entry, people, strange)
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    first = _plain(lines[0]).strip()
    marked = lines[0].startswith("\u200e") or first.startswith("<") or first.endswith(")") or "https://maps." in first
    kind = "system" if system else "deleted" if _matches("deleted", first) else "message"
    if not system:
        # Whom it names, it names wherever in the message.
        mentioned += [people.ref(a or f"+{b}") for a, b in _MENTION.findall("\n".join(lines))]
    parts: tuple[Part, ...] = (Part(text="\n".join(lines)),)
    if not system and marked and _matches("attachment", first):
        parts = (Part(kind="attachment", text=lines[0]), Part(text="\n".join(lines[1:])))[:1 + any(lines[1:])]
    role: ConcernRole = "mentioned" if system else "author"
    concerns = {ref: Concern(person=ref, role="mentioned") for ref in mentioned if ref}
    if sender:
        concerns = {sender: Concern(person=sender, role=role)} | {
            ref: concern for ref, concern in concerns.items() if ref != sender}
    return Turn(id=TurnId(f"m{index}"), parent=TurnId(f"m{index - 1}") if index else None, kind=kind, parts=parts,
                role="system" if system else "participant", concerns=tuple(concerns.values()),
                said_at=day.isoformat() if day else "")


def _who(entry: _Entry, people: _People, strange: Counter[str]) -> tuple[str, list[str], list[str], bool]:
    """Tell a message from a system line: give the sender, the lines without it, those named, and which it is."""
    first, rest = entry.lines[0], entry.lines[1:]
    if not entry.bracketed and (named := _system(first)) is not None:
        return "", [first, *rest], [people.ref(name) for name in named], True
    found = _SENDER.match(first)
    # A name never ends in a space: "Rappel : demain" is a sentence.
    if found is not None and not _plain(found[1])[-1:].isspace() and _plain(found[1]).strip():
        body = first[found.end():]
        sender = people.ref(found[1])
        if body.startswith("\u200e") and not _matches("attachment", said := _plain(body).strip()) \
                and not _matches("deleted", said) and (named := _system(body)) is not None:
            return sender, [body, *rest], [people.ref(name) for name in named], True
        return sender, [body, *rest], [], False
    strange["system-line"] += 1
    names = [*_ISOLATED.findall(first), *_PUSH_NAME.findall(_plain(first)), *_PHONE_IN.findall(_plain(first))]
    return "", [first, *rest], [people.ref(name) for name in names], True


def _system(line: str) -> list[str] | None:
    """Give the names in a line of WhatsApp's own, or None when it is none that is known."""
    flat = _plain(line).strip()
    before, colon, _ = flat.partition(":")
    if len(flat) > _LONGEST_SYSTEM or (colon and not _may_begin(before)):
        return None
    found = _templates("system").fullmatch(flat)
    if found is None or found.lastgroup is None:
        return None
    names: list[str] = []
    at = found.re.groupindex[found.lastgroup] + 1
    for place in found.lastgroup.split("_")[1:]:
        text, at = found[at] or "", at + 1
        if place == "who":
            names.append(text)
        elif not text.startswith(_ARTICLES):
            names += _joined().split(text)
    return [*names, *_PHONE_IN.findall(flat)]


def _plain(text: str) -> str:
    return text.translate(_PLAIN)


def _matches(table: str, line: str) -> bool:
    return len(line) <= _LONGEST_SYSTEM and _templates(table).fullmatch(line) is not None


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("whatsapp.toml").read_text(encoding="utf-8"))


@cache
def _words(table: str) -> frozenset[str]:
    return frozenset(word for words in _table()[table].values() for word in words)


@cache
def _joined() -> re.Pattern[str]:
    return re.compile(rf",? (?:{'|'.join(sorted(_words('joins')))}) |, ")


@lru_cache(maxsize=4096)
def _may_begin(before: str) -> bool:
    """Say whether a system line may have this before its first colon: asked once for each sender, not each message."""
    return _beginnings().match(before) is not None


@cache
def _beginnings() -> re.Pattern[str]:
    # Names hold no colon, so only a template with room for anything can have one.
    return re.compile("|".join(_source(template.partition("{any}")[0])[0] for templates in _table()["system"].values()
                               for template in templates if "{any}" in template))


def _source(template: str) -> tuple[str, list[str]]:
    """Give a template as a regular expression, and which of its places hold people."""
    pieces = re.split(r"\{(who|whom|any)\}", template)
    source = "".join(re.escape(piece) if i % 2 == 0 else ".*" if piece == "any" else "([^:]{1,120}?)"
                     for i, piece in enumerate(pieces))
    return source, [piece for piece in pieces[1::2] if piece != "any"]


@cache
def _templates(table: str) -> re.Pattern[str]:
    """Compile a table of templates: one named group for each, its name telling which places hold people."""
    sources = [_source(template) for templates in _table()[table].values() for template in templates]
    groups = (f"(?P<{'_'.join([f't{number}', *places])}>{source})" for number, (source, places) in enumerate(sources))
    return re.compile(rf"(?:{'|'.join(groups)})[. ]*")


READERS: tuple[Reader, ...] = (_WhatsApp("whatsapp", None), *(_WhatsApp(f"whatsapp-{o}", o) for o in _ORDERS))
