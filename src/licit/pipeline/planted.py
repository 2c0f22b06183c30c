"""Invented personal data that every build plants in sentences of its own: all of it must be found, or the build stops.

It shows that the detectors of this very build run and replace; it is no measure, for the sentences are easy.

Rules kept here:

- What is planted follows from the lock's seed, so that the same lock plants the same, and two releases differ.
- It goes the way of any record: find, settle, sweep, replace, look again. What is held counts as missed. Placeholders are
  put in its place whatever the plan says: numbers nobody has are what surrogates are made of, and would be left alone.
- Nothing planted is anybody's: reserved domains, networks, numbers of fiction, check digits made here.

Law: DEI-01
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ..core.ports import Detector
from .deidentify import REPLACEMENTS, DeidentifySettings, replace_all

_FIRST = "Maelle Anselm Perrine Gideon Ottilie Bastien Clemence Theodric".split()
_LAST = "Quintrec Featherington Valdrun Wexcombe Corvellec Marlowby Delmasure Thistleworth".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What was planted, by label, and what of it was missed."""

    drawn: dict[str, int] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, dict[str, int]]:
        """Give the counts by label; never the words."""
        return {"drawn": dict(sorted(self.drawn.items())), "missed": dict(sorted(self.missed.items()))}


def _digits(draw: bytes, number: int) -> str:
    return "".join(str(byte % 10) for byte in draw[:number])


def _iban(draw: bytes) -> str:
    body = "37040044" + _digits(draw, 10)
    return f"DE{98 - int(body + '131400') % 97:02}{body}"


def _card(draw: bytes) -> str:
    body = "411111" + _digits(draw, 9)
    total = sum(digit if place % 2 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(map(int, body)))
    return f"{body}{-total % 10}"


def _social(draw: bytes) -> str:
    body = f"{1 + draw[0] % 2}{50 + draw[1] % 49}{1 + draw[2] % 12:02}{1 + draw[3] % 19:02}{1 + draw[4] % 99:03}{1 + draw[5] % 99:03}"
    return f"{body}{97 - int(body) % 97:02}"


def _person(draw: bytes) -> str:
    return f"{_FIRST[draw[0] % len(_FIRST)]} {_LAST[draw[1] % len(_LAST)]}"


#: Label, what is drawn, and the sentence in French and in English.
_KINDS: tuple[tuple[str, Callable[[bytes], str], str, str], ...] = (
    ("PERSON", _person, "Bonjour, je m'appelle {} et je cherche un emploi.", "Hello, my name is {} and I need a job."),
    ("EMAIL", lambda draw: f"{_person(draw).replace(' ', '.').lower()}{_digits(draw[2:], 2)}@example.org",
     "Mon adresse de courriel est {} depuis hier.", "My email address is {} since yesterday."),
    ("PHONE", lambda draw: f"01 99 00 {_digits(draw, 2)} {_digits(draw[2:], 2)}",
     "Rappelez-moi au {} ce soir.", "Please call me back on {} tonight."),
    ("BANK_ACCOUNT", _iban, "Mon IBAN est {} pour le virement.", "My IBAN is {} for the transfer."),
    ("PAYMENT_CARD", _card, "Ma carte bancaire porte le numéro {} au dos.", "My credit card number is {} on the back."),
    ("SOCIAL_SECURITY", _social, "Mon numéro de sécurité sociale est {} sur la carte.",
     "My French social security number is {} on the card."),
    ("IP_ADDRESS", lambda draw: f"198.51.100.{1 + draw[0] % 254}", "Le serveur a l'adresse IP {} depuis lundi.",
     "The server has the IP address {} since Monday."),
)


def plant(seed: bytes, detectors: Sequence[Detector], settings: DeidentifySettings) -> Planted:
    """Plant each kind that the settings replace, once in French and once in English; give what was missed."""
    kinds, texts, hints, secrets = [], [], [], []
    for number, (label, make, french, english) in enumerate(_KINDS):
        if label not in settings.labels:
            continue
        for language, sentence in (("fr", french), ("en", english)):
            drawn = make(hashlib.sha256(b"licit/planted" + seed + bytes([number]) + language.encode()).digest())
            kinds.append(label)
            hints.append(language)
            secrets.append(drawn)
            texts.append([sentence.format(drawn)])
    out = Planted(drawn={label: kinds.count(label) for label in dict.fromkeys(kinds)})
    ids = [f"planted-{number}" for number in range(len(texts))]
    placing = replace(settings, replace=REPLACEMENTS[0])
    masked = replace_all(ids, texts, hints, detectors, placing, hashlib.sha256(b"licit/planted-key" + seed).digest())
    for label, secret, one in zip(kinds, secrets, masked, strict=True):
        words = secret.casefold().split(" ") if label == "PERSON" else [secret.casefold()]
        said = "\n".join(one.texts).casefold()
        if one.reason or any(word in said for word in words):
            out.missed[label] = out.missed.get(label, 0) + 1
    return out
