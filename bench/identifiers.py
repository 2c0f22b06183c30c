"""Identifiers: numbers of 33 states in running text of several languages, with context and bare, and false ones.

The numbers are drawn here, from python-stdnum's own rules and ways of writing, not from licit's shapes: random digits
until the check holds, joined and as the library writes them. Prints recall for each kind with and without a word that
announces it. With ``LICIT_BENCH_DATA``, counts the numbers found in real dialogues and judgments, which hold none.
"""

import importlib
import json
import os
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from licit.detectors.identifiers import Identifiers, read_schemes

# Module of python-stdnum, pattern to draw from (# digit, ? letter, YYMMDD-like parts), word that announces it.
_KINDS = (
    ("at.vnr", "####{DDMMYY}", "SV-Nummer"), ("at.tin", "#########", "Steuernummer"), ("be.nn", "{YYMMDD}#####", "numéro national"),
    ("bg.egn", "{YYMMDD}####", "ЕГН"), ("bg.pnf", "##########", "ЛНЧ"), ("hr.oib", "###########", "OIB"), ("cy.vat", "1#######?", "TIC"),
    ("cz.rc", "{YYMMDD}####", "rodné číslo"), ("dk.cpr", "{DDMMYY}####", "CPR"), ("ee.ik", "3{YYMMDD}####", "isikukood"),
    ("fi.hetu", "{DDMMYY}-###?", "hetu"), ("fr.nir", "1{YY}{MM}75######{2}", "numéro de sécurité sociale"), ("fr.nif", "1############", "numéro fiscal"),
    ("fr.siren", "#########", "SIREN"), ("fr.siret", "##############", "SIRET"), ("de.idnr", "###########", "Steuer-ID"),
    ("gr.amka", "{DDMMYY}#####", "ΑΜΚΑ"), ("gr.vat", "#########", "ΑΦΜ"), ("hu.anum", "########", "adószám"), ("ie.pps", "#######??", "PPS"),
    ("it.codicefiscale", "ABCDEF{YY}A{DD}A###?", "codice fiscale"), ("it.iva", "0##########", "partita IVA"), ("lv.pvn", "{DDMMYY}1####", "personas kods"),
    ("lt.asmens", "3{YYMMDD}####", "asmens kodas"), ("lu.tva", "########", "TVA"), ("mt.vat", "1#######", "VAT"), ("nl.bsn", "#########", "BSN"),
    ("pl.pesel", "{YYMMDD}#####", "PESEL"), ("pl.nip", "##########", "NIP"), ("pt.nif", "2########", "NIF"), ("pt.cc", "########0ZZ#", "cartão de cidadão"),
    ("ro.cnp", "1{YYMMDD}12####", "CNP"), ("sk.rc", "{YYMMDD}####", "rodné číslo"), ("si.emso", "{DDMM}9{YY}50####", "EMŠO"),
    ("si.ddv", "1#######", "davčna številka"), ("es.dni", "########?", "DNI"), ("es.nie", "X#######?", "NIE"), ("es.cif", "B########", "CIF"),
    ("es.ccc", "####################", "cuenta"), ("se.personnummer", "{YYMMDD}-####", "personnummer"), ("gb.nhs", "##########", "NHS number"),
    ("gb.utr", "##########", "UTR"), ("ch.ssn", "756##########", "AHV"), ("no.fodselsnummer", "{DDMMYY}#####", "fødselsnummer"),
    ("no.kontonr", "###########", "kontonummer"), ("ca.sin", "1########", "SIN"), ("us.ssn", "2########", "social security number"),
    ("us.itin", "9##7#####", "ITIN"), ("is_.kennitala", "{DDMMYY}###9", "kennitala"), ("iban", "", "IBAN"))
_FRAMES = ("Bonjour, {} merci de vérifier.", "Please check {} for me", "Bitte prüfen Sie {} noch heute.", "mira {} por favor",
           "お願いします {} です", "Пожалуйста, {} проверьте")
_EACH = int(os.environ.get("LICIT_BENCH_EACH", "120"))


def main() -> None:
    """Print recall for each kind, then the numbers found where there are none."""
    draw = random.Random(7)
    detector = Identifiers(read_schemes())
    table = []
    for module, pattern, word in _KINDS:
        wrote = _numbers(module, pattern, draw)
        table.append((module, len(wrote), _recall(detector, wrote, f"{word} "), _recall(detector, wrote, "")))
    print(f"{'kind':<20}{'numbers':>8}{'announced':>11}{'bare':>8}")
    for module, count, announced, bare in table:
        print(f"{module:<20}{count:>8}{announced:>11.3f}{bare:>8.3f}")
    total = sum(row[1] for row in table)
    for title, place in (("announced", 2), ("bare", 3)):
        print(f"all, {title}: {sum(row[1] * row[place] for row in table) / total:.4f}")
    print(f"bare, us.ssn and us.itin (no check digits) left out: "
          f"{sum(r[1] * r[3] for r in table if r[0][:2] != 'us') / sum(r[1] for r in table if r[0][:2] != 'us'):.4f}")
    data = os.environ.get("LICIT_BENCH_DATA")
    if data:
        _false(detector, Path(data))


def _numbers(module: str, pattern: str, draw: random.Random) -> list[str]:
    """Draw valid numbers, each as joined digits and as the library writes it."""
    library = importlib.import_module(f"stdnum.{module}")
    wrote: list[str] = []
    while len(wrote) < _EACH:
        number = _iban(draw) if module == "iban" else _filled(pattern, draw)
        if module != "iban" and not library.is_valid(number):
            continue
        wrote.append(number)
        if hasattr(library, "format"):
            wrote.append(library.format(number))
    return wrote


def _filled(pattern: str, draw: random.Random) -> str:
    year, month, day = draw.randrange(40, 100), draw.randrange(1, 13), draw.randrange(1, 29)
    parts: dict[str, Callable[[], str]] = {
        "YYMMDD": lambda: f"{year:02}{month:02}{day:02}", "DDMMYY": lambda: f"{day:02}{month:02}{year:02}", "YY": lambda: f"{year:02}",
        "MM": lambda: f"{month:02}", "DD": lambda: f"{day:02}", "DDMM": lambda: f"{day:02}{month:02}", "2": lambda: f"{draw.randrange(1, 98):02}"}
    text = re.sub(r"\{(\w+)\}", lambda match: parts[match[1]](), pattern)
    return "".join(str(draw.randrange(10)) if char == "#" else draw.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") if char == "?" else char
                   for char in text)


def _iban(draw: random.Random) -> str:
    country, length = draw.choice((("FR", 23), ("DE", 18), ("BE", 12), ("NL", 14), ("ES", 20), ("IT", 23), ("PL", 24)))
    body = "".join(str(draw.randrange(10)) for _ in range(length))
    body = f"ABNA{body[4:]}" if country == "NL" else f"X{body[1:]}" if country == "IT" else body
    digits = "".join(str(int(char, 36)) for char in f"{body}{country}00")
    return f"{country}{98 - int(digits) % 97:02}{body}"


def _recall(detector: Identifiers, numbers: list[str], word: str) -> float:
    texts = [_FRAMES[place % len(_FRAMES)].format(word + number) for place, number in enumerate(numbers)]
    found = detector.find(texts, [""] * len(texts))
    full = 0
    for text, number, spans in zip(texts, numbers, found, strict=True):
        start = text.index(number)
        full += any(span.start <= start and span.end >= start + len(number) for span in spans)
    return full / len(numbers)


def _false(detector: Identifiers, data: Path) -> None:
    for title, texts in (("SGD dialogues", _dialogues(data)), ("ECHR judgments", _judgments(data))):
        lines = list(texts)
        size = sum(len(line.encode()) for line in lines)
        labels: dict[str, int] = defaultdict(int)
        for spans in detector.find(lines, [""] * len(lines)):
            for span in spans:
                labels[span.label] += 1
        print(f"{title}: {sum(labels.values())} in {size / 1e6:.2f} MB {dict(labels)}")


def _dialogues(data: Path) -> Iterator[str]:
    with (data / "chat" / "sgd-dev.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield from (message["content"] for message in json.loads(line)["messages"])


def _judgments(data: Path) -> Iterator[str]:
    for name in ("fr/echr-train.tsv", "fr/echr-dev.tsv", "es/echr-train.tsv", "es/echr-dev.tsv"):
        sentence: list[str] = []
        for line in (data / "ner" / name).read_text(encoding="utf-8").splitlines():
            if line.strip():
                sentence.append(line.split()[0])
            elif sentence:
                yield " ".join(sentence)
                sentence = []


if __name__ == "__main__":
    main()
