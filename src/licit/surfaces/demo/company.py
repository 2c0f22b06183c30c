"""Atelier Lumen, an invented company: what it collected, where its texts come from, and what its policy says.

Rules kept here:

- Everything is dated from the day of the demonstration, so that it comes out the same on any day.
- Nothing is drawn at random: two runs write the same files, dates apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from . import cases, exports
from .documents import write_documents, write_page, write_whatsapp
from .papers import Papers
from .talks import Talk, ordinary

#: Source: (ground, licence, title). What else is needed of a contract stands in :data:`CONTRACTS`.
SOURCES = {
    "chatgpt-export": ("own", "", "Exports ChatGPT remis par deux salariés"),
    "le-chat-export": ("own", "", "Export Le Chat de l'équipe pose"),
    "claude-export": ("own", "", "Export Claude du bureau d'études"),
    "lumen-chat": ("own", "", "Assistant Lumen, grand public"),
    "partage": ("own", "", "Discussions confiées par des clients"),
    "guide-libre": ("open-licence", "CC-BY-4.0", "Guide libre du vernis"),
    "domaine-public": ("public-domain", "", "Contes anciens"),
    "agence-lucarne": ("contract", "", "Agence Lucarne"),
    "editions-du-quai": ("contract", "", "Éditions du Quai"),
    "radio-des-quais": ("contract", "", "Radio des quais"),
    "carnet-du-port": ("statutory", "", "Carnet du port"),
    "gazette-du-canal": ("unknown", "", "Gazette du canal"),
    "donnees-ouvertes": ("statutory", "etalab-2.0", "Données ouvertes de l'éclairage public"),
    "essais-nc": ("open-licence", "CC-BY-NC-4.0", "Essais en ligne"),
    "fonds-donne": ("public-domain", "", "Livres donnés sur une clé"),
}
#: The sources in which people speak.
PEOPLE_SOURCES = ("chatgpt-export", "le-chat-export", "claude-export", "lumen-chat", "partage")

#: Who approves sources and papers, with a key that the management enrolled.
APPROVES = "déléguée à la protection des données"

#: What else the register says of a source: its kind, and by which rule a text is free.
MORE: dict[str, dict[str, Any]] = {
    "guide-libre": {"kind": "works"},
    "domaine-public": {"kind": "works", "public_domain": {"rule": "author-70", "died": 1885}},
    "agence-lucarne": {"kind": "works"}, "editions-du-quai": {"kind": "works"},
    "radio-des-quais": {"kind": "works"}, "carnet-du-port": {"kind": "web-crawl", "statute": "dsm-4"}, "gazette-du-canal": {"kind": "web-crawl"},
    "donnees-ouvertes": {"kind": "statutory", "statute": "open-data"}, "essais-nc": {"kind": "works"},
    "fonds-donne": {"kind": "works", "public_domain": {"rule": "author-70", "died": 1902}}}

#: Source: (contract, permitted uses, days until it ends; negative ones are over).
CONTRACTS = {"agence-lucarne": ("AL-7", ("train", "ground"), 300), "editions-du-quai": ("EQ-2", ("ground",), 300),
             "radio-des-quais": ("RQ-1", ("train",), -30)}

ROWS_OF_ORDINARY = {"chatgpt": 24, "lechat": 14, "claude": 40, "lumen": 120}

_POLICY = """# Ce que le silence veut dire chez Atelier Lumen. / What silence means at Atelier Lumen.

[[notice]]
id = "notice-1"
purposes = ["train"]
starts = "{notice}"

[[period]]
purpose = "train"
basis = "legitimate-interest"
starts = "{notice}"
waiting_days = 30

[[assessment]]
id = "evaluation-1"
purposes = ["train"]
approved_by = "la déléguée à la protection des données"
approved_at = "{notice}"
expires_at = "{expires}"

[[surface]]
id = "web"
assurance = "adults"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The company's files once written, and the dates the story needs; ``accounts`` names whose each Le Chat chat is."""

    folder: Path
    today: date
    accounts: dict[str, str]
    log: tuple[Talk, ...]
    documents: int

    def policy(self) -> str:
        """Give the policy file: notice and assessment long before the first conversation."""
        return _POLICY.format(notice=_before(self.today, 200), expires=self.today + timedelta(days=300))

    def papers(self) -> Papers:
        """Give the papers behind that policy: they cover what people say to an assistant, and not the documents."""
        return Papers(assessment="evaluation-1", notices=("notice-1",), date=_before(self.today, 200).isoformat(),
                      review=(self.today + timedelta(days=300)).isoformat(), sources=PEOPLE_SOURCES, approver=APPROVES,
                      rows=10_000, tokens=5_000_000, rows_per_person=200, share=200)

    def imports(self) -> list[tuple[Path, dict[str, Any]]]:
        """Give what is imported, and what the company declares of it."""
        people = {"capacity": "consumer", "surface": "web"}
        log = self.folder / "lumen"
        field = {**people, "source": "lumen-chat", "subject_field": "user"}
        return [
            (self.folder / "chatgpt", {**people, "source": "chatgpt-export"}),
            (self.folder / "le-chat.zip", {**people, "source": "le-chat-export", "subject_map": self.accounts}),
            (self.folder / "claude.zip", {**people, "source": "claude-export"}),
            (log / "public.jsonl", field),
            (log / "organisation.jsonl", {**field, "capacity": "organisation"}),
            (log / "junior.jsonl", {**field, "age": "minor"}),
            (log / "kiosk.jsonl", {**field, "surface": "kiosk"}),
            (self.folder / "whatsapp", {"source": "partage"}),
            (self.folder / "documents", {}),
            (self.folder / "carnet", {"source": "carnet-du-port"})]


def _before(today: date, days: int) -> date:
    return today - timedelta(days=days)


def _spread(today: date, product: str, words: Sequence[tuple[str, ...]], accounts: Sequence[str]) -> list[Talk]:
    """Date ordinary conversations over the sixty days that ended sixty days ago, and give each an account."""
    return [Talk(id=f"{product}-{number}", account=accounts[number % len(accounts)], said=said,
                 at=_moment(today, 120 - number * 60 // len(words)) + timedelta(minutes=number * 7 % 480))
            for number, said in enumerate(words)]


def _moment(today: date, days: int) -> datetime:
    return datetime.combine(_before(today, days), time(9), UTC)


def found(folder: Path, today: date) -> Company:
    """Write the company's files into a folder; ``today`` is the day of the demonstration."""
    words = ordinary()
    mine = {product: list(islice(words, number)) for product, number in ROWS_OF_ORDINARY.items()}
    at = _moment(today, 90)
    (folder / "chatgpt").mkdir(parents=True)
    for number, account in enumerate(("user-7f31", "user-c20b")):
        exports.write_chatgpt(folder / f"chatgpt/{account}.zip", account, _spread(
            today, account, mine["chatgpt"][number * 12:number * 12 + 12], [account]))
    accounts = exports.write_lechat(folder / "le-chat.zip", [
        *_spread(today, "lechat", mine["lechat"], ("camille", "olivier", "sandrine", "nicolas")),
        *cases.planted("after", cases.AFTER, at)])
    exports.write_claude(folder / "claude.zip", [
        *_spread(today, "claude", mine["claude"], [f"5e0a51c8-7d1f-4b58-9a9e-1f0c2f6d1{n:03}" for n in range(8)]),
        *cases.planted("before", cases.BEFORE, at)])
    people = [f"u-{n}" for n in range(1, 31)] + [f"device-{n:04x}" for n in range(4096, 4106)]
    log = [*_spread(today, "lumen", mine["lumen"], people), *cases.twins(at),
           *cases.refused_and_held(at, _moment(today, 5))]
    (folder / "lumen").mkdir()
    exports.write_messages(folder / "lumen/public.jsonl", log)
    for name, talks in cases.apart(at).items():
        exports.write_messages(folder / f"lumen/{name}.jsonl", talks)
    (folder / "whatsapp").mkdir()
    write_whatsapp(folder / "whatsapp/Discussion WhatsApp avec Équipe pose.txt", _before(today, 80))
    return Company(folder=folder, today=today, accounts=accounts, log=tuple(log),
                   documents=write_documents(folder / "documents", _before(today, 400)) + write_page(folder / "carnet"))
