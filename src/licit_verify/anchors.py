"""What a translation keeps of a text: dates, numbers and names, read again from the words of a document.

Written from ``docs/reference/formats.md`` (Kin); the vectors in ``tests/data/vectors/anchors.json`` hold both readings together.
"""

import re
import unicodedata
from hashlib import sha256

MOST = 512

_TWELVE = ("janvier january januar enero gennaio januari janeiro|fevrier february februar febrero febbraio februari fevereiro|"
           "mars march marz marzo maart marco|avril april abril aprile|mai may mayo maggio mei maio|juin june juni junio giugno junho|"
           "juillet july juli julio luglio julho|aout august agosto augustus|septembre september septiembre settembre setembro|"
           "octobre october oktober octubre ottobre outubro|novembre november noviembre novembro|"
           "decembre december dezember diciembre dicembre dezembro")
_MONTH = {word: place for place, words in enumerate(_TWELVE.split("|"), 1) for word in words.split()}
_POWER = {**dict.fromkeys("mille thousand tausend mil mila duizend".split(), 3),
          **dict.fromkeys("million millions millionen millon millones milione milioni miljoen milhao milhoes".split(), 6),
          **dict.fromkeys("milliard milliards milliarden billion billions miliardo miliardi miljard".split(), 9)}
_EVERYWHERE = frozenset((
    "the a an in on at for but after before according he she they we you it its his her their this these that those there when while with "
    "from into over under since and or if as by to of le la les un une des dans selon pour mais apres avant en au aux ce cette ces il elle "
    "ils elles on nous vous que qui du de et ou si par sur depuis lors alors madame monsieur mister president minister ministre prime court "
    "cour europe european europeen europeenne francais francaise french france english anglais britain british german allemand american "
    "americain state states etat etats union united paris monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi "
    "jeudi vendredi samedi dimanche article articles chapter chapitre page pages internet google facebook twitter youtube north south east "
    "west nord ouest university universite company council conseil commission parliament parlement government gouvernement city ville "
    "street avenue place saint sainte copyright").split()) | _MONTH.keys()

_SPACING = " .,\u00a0\u202f"
_GROUPS = rf"\d{{1,3}}(?:[{_SPACING}]\d{{3}})+"
_AMOUNT = re.compile(rf"(?<![\w.,-])(?P<written>{_GROUPS}(?!\d)|\d+(?:[.,]\d\d?(?!\d))?)(?:\s(?P<scale>{'|'.join(_POWER)})(?!\w))?")
_DAY = re.compile(r"(?<![\w.,-])(?P<day>\d\d?)(?:er|st|nd|rd|th|\.|º)?(?:\s(?:de\s|of\s)?(?P<after>[a-z]+)(?!\w))?(?![\d:])"
                  r"|(?<!\d)\d{4}-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)")
_WORD_BEFORE = re.compile(r"(?<!\w)[a-z]+(?=\s\Z)")
_CAPITAL = re.compile(r"(?<!\w)[A-Z]\w*(?:-\w+)*")
_SENTENCE_OPENS = re.compile(r"(?:\A|[.!?:…»«\"“”(\n\r•>#])[ \t]*\Z")


def anchors(text: str) -> list[int]:
    """Give the anchors of a text in order."""
    plain = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", text)).replace("’", "'")
    keys: dict[str, int] = {}
    for key, strong in _dates(plain.lower()) + _amounts(plain.lower()) + _names(plain):
        if key not in keys and len(keys) < MOST:
            keys[key] = strong
    return sorted(value(key, strong) for key, strong in keys.items())


def value(key: str, strong: int) -> int:
    """Give an anchor's number: 63 bits of a digest of its key, and whether it is strong."""
    return int.from_bytes(sha256(b"licit/anchor\0" + key.encode()).digest()[:8], "big") // 2 * 2 + strong


def _dates(text: str) -> list[tuple[str, int]]:
    out = []
    for one in _DAY.finditer(text):
        if one["d"]:
            day, month = int(one["d"]), int(one["m"])
        else:
            day, month = int(one["day"]), _MONTH.get(one["after"] or "", 0)
            before = _WORD_BEFORE.search(text, max(0, one.start() - 12), one.start())
            month = month or (_MONTH.get(before[0], 0) if before else 0)
        if day in range(1, 32) and month in range(1, 13):
            out.append((f"d{day}-{month}", 1))
    return out


def _amounts(text: str) -> list[tuple[str, int]]:
    out = []
    for one in _AMOUNT.finditer(text):
        written, power = one["written"], _POWER.get(one["scale"] or "", 0)
        together = re.fullmatch(_GROUPS, written) is not None
        if together:
            whole, part = "".join(char for char in written if char.isdigit()), ""
        else:
            whole, part = [*re.split(r"[.,]", written), ""][:2]
        part, digits = part.rstrip("0"), (whole + part.rstrip("0")).lstrip("0")
        fraction = len(part) > power
        number = f"{whole.lstrip('0')}.{part}" if fraction else digits + "0" * (power - len(part))
        is_year = len(whole) == 4 and whole.startswith(("19", "20")) and not (together or part or power)
        heavy = fraction or len(number) > 3 or len(number.rstrip("0")) > 1
        if digits and len(number) > 2:
            out.append((f"n{number}", int(heavy and not is_year)))
    return out


def _names(text: str) -> list[tuple[str, int]]:
    out, before, stopped = [], "", -2
    for one in _CAPITAL.finditer(text):
        name, start = one[0].lower(), one.start()
        if name in _EVERYWHERE or len(name) < 3:
            before, stopped = "", one.end()
            continue
        if before and start == stopped + 1 and text[stopped] == " ":
            out.append((f"p{before} {name}", 1))
        if (len(name) > 3 or one[0].isupper()) and not _SENTENCE_OPENS.search(text, max(0, start - 8), start):
            out.append((f"p{name}", 0))
        before, stopped = name, one.end()
    return out
