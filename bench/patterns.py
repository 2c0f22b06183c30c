"""Patterns: recall and precision of contacts, telephones, addresses and dates on a generated set with hard negatives.

Each kind is spelt here as people spell it (from numbers and words drawn at random, not from licit's shapes) and set in
chats; the hard negatives are what looks alike and is none. Prints what is covered, by kind, and what was found in vain.
"""

import random
from collections import Counter
from collections.abc import Callable

from licit.core.ports import Detector
from licit.detectors import addresses, dates, patterns, phones

_EACH = 40
_draw = random.Random(23)
_NAMES = ("camille", "alex", "robin", "sacha", "noa", "lou", "charlie", "maxime")
_SURNAMES = ("modele", "exemple", "sample", "muster", "ejemplo", "tester")
_DAYS_FR = ("premier", "deux", "trois", "dix", "onze", "dix-sept", "vingt et un", "vingt-neuf", "trente")
_DAYS_EN = ("first", "second", "fifth", "twelfth", "twenty-first", "thirtieth")
_MONTHS_FR = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
_MONTHS_EN = "January February March April May June July August September October November December".split()
_YEARS_FR = ("mille neuf cent quatre-vingt-cinq", "mille neuf cent soixante-douze", "deux mille quatre", "deux mille dix-sept")
_PAIRS = ("trente-neuf", "quatre-vingt-dix-huit", "douze", "trente-quatre", "zéro cinq", "soixante et onze", "vingt", "quarante-deux")
_STREETS = ("rue des Lilas", "avenue du Général Modèle", "chemin du Moulin", "bd Victor Exemple", "impasse de l'Église", "place de la Mairie", "allée des Roses")
_TOWNS = ("75011 Paris", "69003 Lyon", "13001 Marseille", "59000 Lille", "97400 Saint-Denis", "2B200 Bastia")


def _one(*some: str) -> str:
    return _draw.choice(some)


def _digits(count: int) -> str:
    return "".join(_draw.choice("0123456789") for _ in range(count))


def _pairs(first: str, sign: str, count: int) -> str:
    return sign.join([first, *(_digits(2) for _ in range(count))])


def _mail() -> str:
    return f"{_one(*_NAMES)}{_one('.', '_', '')}{_one(*_SURNAMES)}{_one('', '42')}@{_one('example.org', 'mail.example.com', 'exämple.test')}"


def _said() -> str:
    at, dot = _one("arobase point", "at dot").split()
    return f"{_one(*_NAMES)} {dot} {_one(*_SURNAMES)} {at} example {dot} {_one('org', 'com', 'net')}"


def _street() -> str:
    text = f"{_draw.randrange(1, 180)}{_one('', ' bis', ' ter')}{_one(' ', ', ')}{_one(*_STREETS)}{_one(' ', ', ')}{_one(*_TOWNS)}"
    return text.lower() if _draw.random() < .4 else text


def _day() -> str:
    return f"{_draw.randrange(1, 29)}"


_KINDS: dict[str, tuple[Callable[[], str], tuple[str, ...]]] = {
    "e-mail": (_mail, ("écris-moi à {} stp", "mail: {}", "contact {} or call")),
    "e-mail, capitals": (lambda: _mail().upper(), ("MAIL {} MERCI", "({})")),
    "e-mail, apart": (lambda: _mail().replace("@", " @ "), ("mon mail {} voilà",)),
    "e-mail, said": (_said, ("mon adresse c'est {} merci", "you can write to {}, thanks")),
    "e-mail, brackets": (lambda: f"{_one(*_NAMES)}{_one(' [at] ', '(at)', ' {arobase} ')}example{_one(' [dot] ', '.')}org", ("reach me: {}",)),
    "handle": (lambda: "@" + _one(*_NAMES) + _one("_", ".", "") + _digits(2), ("suis-moi {} !", "insta {}")),
    "path": (lambda: _one(*_NAMES), ("cd /home/{}/src", "C:\\Users\\{}\\Documents", "open /Users/{}/x.txt")),
    "profile": (lambda: f"https://{_one('github.com', 'www.linkedin.com/in', 'example.org/users')}/{_one(*_NAMES)}-{_one(*_SURNAMES)}", ("voir {} ok", "{}")),
    "place": (lambda: f"{_draw.uniform(40, 60):.5f}, {_draw.uniform(-5, 15):.5f}", ("gps {} ok", "on est là : {}")),
    "plate": (lambda: f"{_one('AB', 'CD', 'GH')}-{_digits(3)}-{_one('KL', 'MN', 'XY')}", ("plaque {} grise", "immatriculée {}")),
    "phone, French": (lambda: _pairs(_one("01", "06", "07"), _one(" ", ".", "-", ""), 4) if _draw.random() < .7 else _pairs(_one("0262", "0692", "0590", "0594"), " ", 3),
                      ("appelle le {} ce soir", "tel {}", "mon num {}")),
    "phone, plus": (lambda: _pairs(_one("+33 6 12", "+262 692", "+594 694", "+32 470"), " ", 3), ("je suis au {} là",)),
    "phone, American": (lambda: f"({_draw.randrange(201, 989)}) 555-01{_digits(2)}", ("call {} now", "it is {}.")),
    "phone, said": (lambda: "zéro six " + _one(" ", ", ").join(_draw.choice(_PAIRS) for _ in range(4)), ("c'est le {} voilà",)),
    "address": (_street, ("j'habite au {} depuis peu", "livraison : {}", "mon adresse {}")),
    "address, English": (lambda: f"{_draw.randrange(1, 999)} {_one('Maple', 'Oak', 'Sample')} {_one('Street', 'Road', 'Avenue')}, {_one('Springfield', 'Leeds')}", ("I live at {}.", "ship to {} please")),
    "birth": (lambda: f"{_day()} {_one(*_MONTHS_FR)} {_draw.randrange(1930, 2015)}", ("née le {} à", "Date de naissance : {}")),
    "birth, figures": (lambda: f"{_draw.randrange(1, 29):02}/{_draw.randrange(1, 13):02}/{_draw.randrange(1930, 2015)}", ("DOB: {}", "né le {}", "geboren am {}")),
    "birth, words": (lambda: f"{_one(*_DAYS_FR)} {_one(*_MONTHS_FR)} {_one(*_YEARS_FR)}", ("né le {} à Lyon",)),
    "date, English": (lambda: f"{_one(*_DAYS_EN)} of {_one(*_MONTHS_EN)} {_draw.randrange(1930, 2020)}", ("on the {} we met",)),
    "case": (lambda: f"{_draw.randrange(1000, 99999)}/{_digits(2)}", ("requête no {} contre", "RG n° {}", "(nos {} et")),
}
_CLEAN: dict[str, Callable[[], str]] = {
    "version": lambda: f"release {_draw.randrange(9)}.{_draw.randrange(20)}.{_draw.randrange(9)}", "price": lambda: f"ça coûte {_digits(3)} {_digits(3)} euros",
    "log": lambda: f"INFO pid {_digits(8)} took {_digits(5)} ms", "isbn": lambda: f"ISBN 978-2-07-{_digits(6)}-8", "order": lambda: f"commande n° {_digits(12)}",
    "public page": lambda: f"https://example.org/docs/{_one('intro', 'guide')}", "decorator": lambda: "@dataclass\nclass A: pass", "mark": lambda: f"j'ai eu {_draw.randrange(20)}/20",
    "street asked": lambda: f"où est la {_one('rue de Rivoli', 'place de la Concorde')} ?", "count": lambda: f"{_draw.randrange(2, 9)} {_one('cours', 'places', 'routes')} de plus",
    "vector": lambda: f"[0.{_digits(4)}, 0.{_digits(4)}, 0.{_digits(4)}]", "words": lambda: f"en {_draw.randrange(1000, 2000)} mots", "may": lambda: f"option {_draw.randrange(9)} may work",
    "length": lambda: f"il a {_draw.randrange(2, 90)} ans", "path": lambda: "/home/ubuntu/app", "at": lambda: "look at example.org", "time": lambda: f"ouvert 24/7 de {_draw.randrange(10, 20)}:30",
    "code": lambda: f"x = [{_digits(3)}, {_digits(3)}]", "product": lambda: f"modèle {_one('AB', 'XR')} {_digits(3)}", "ratio": lambda: f"{_digits(1)} places sur {_digits(2)}"}


def main() -> None:
    """Print how many of each kind are covered whole, and what was found in clean text."""
    looking: tuple[Detector, ...] = (*patterns.detectors(), *phones.detectors(), *addresses.detectors(), *dates.detectors())
    everything = covered = 0
    for kind, (make, frames) in _KINDS.items():
        texts = [(_draw.choice(frames), make()) for _ in range(_EACH)]
        missed = [frame.replace("{}", value) for frame, value in texts if not _whole(looking, frame, value)]
        everything, covered = everything + _EACH, covered + _EACH - len(missed)
        print(f"{kind:18} {1 - len(missed) / _EACH:6.3f}", *missed[:2], sep="   ")
    clean = [(kind, make()) for kind, make in _CLEAN.items() for _ in range(_EACH)]
    texts_clean = [text for _, text in clean]
    false = Counter((kind, span.label) for one in looking for (kind, _), found in zip(clean, one.find(texts_clean, [""] * len(clean)), strict=True) for span in found)
    wrong = sum(false.values())
    print(f"\nrecall {covered / everything:.4f}   precision {covered / (covered + wrong):.4f}   found in vain {dict(false)}")


def _whole(looking: tuple[Detector, ...], frame: str, value: str) -> bool:
    text, start = frame.replace("{}", value), frame.index("{}")
    seen = {place for one in looking for span in one.find([text], [""])[0] for place in range(span.start, span.end)}
    return all(place in seen or not text[place].isalnum() for place in range(start, start + len(value)))


if __name__ == "__main__":
    main()
