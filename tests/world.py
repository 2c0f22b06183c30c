"""A small pretend company for the suites of pipeline and use cases: a clock, people, chats, articles, a policy.

Everybody is invented. A world is made once and copied for each test, so that a test costs no preparation.
"""

import hashlib
import io
import json
import random
import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licit.core.contracts import USES
from licit.core.policy import PURPOSES
from licit.surfaces.demo.papers import Papers
from licit.surfaces.notebook import Workspace
from licit.usecases.deciding import decide_under
from licit.usecases.staff_keys import enroll, keyring
from licit.usecases.workspace import Workspace as Ports
from licit.wiring import init_workspace, open_workspace
from licit_verify import verify

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SAID = "2025-06-01T10:00:00Z"

POLICY: dict[str, Any] = {
    "notice": [{"id": "notice-2025", "purposes": ["train", "learn-from-feedback"], "starts": "2025-01-01"}],
    "period": [{"purpose": "train", "basis": "legitimate-interest", "starts": "2025-01-01", "waiting_days": 30}],
    "assessment": [{"id": "lia-1", "purposes": ["train"], "approved_by": "the officer", "approved_at": "2025-01-15",
                    "expires_at": "2027-01-15"}],
    "surface": [{"id": "web", "assurance": "adults"}]}

#: The approved papers behind that policy: they cover every purpose, use and source that a world may have, under any plan.
PAPERS = Papers(assessment="lia-1", notices=("notice-2025",), purposes=PURPOSES, uses=USES, attachments="cleared",
                sources=("chat", "two", "more", "elsewhere", "press", "books", "unlicensed", "reserved", "unknown", "non-commercial",
                         "stranger", "unapproved", "other", "garden", "crawl"), without=("deidentified", "duplicates-out", "special-categories-out"))

CONSUMER = {"capacity": "consumer", "age": "adult"}

#: What tests look for on disk: words of one person, invented, that no detector takes away.
PLANTED = "le renard violet danse sous la pluie de novembre avec sept tambours"

_NOUNS = ("jardin potager fenêtre rivière cuisine voiture lampe montagne bateau musique peinture marché forêt horloge "
          "cerise panier chemin lettre camion école plage tambour fromage tapis moulin cahier escalier nuage").split()
_VERBS = "regarder préparer ranger dessiner construire choisir mesurer nettoyer décrire planter réparer comparer".split()


class StillClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        """Give the time."""
        return self.at

    def advance(self, **by: float) -> None:
        """Move on."""
        self.at += timedelta(**by)


def prose(seed: int | str, words: int = 40) -> str:
    """Give plain French without anything personal: its words depend on the seed alone."""
    draw = random.Random(f"prose {seed}")
    out = ["Bonjour, je voudrais savoir comment"]
    while sum(len(piece.split()) for piece in out) < words:
        out.append(f"{draw.choice(_VERBS)} le {draw.choice(_NOUNS)} avec le {draw.choice(_NOUNS)} et pour la "
                   f"{draw.choice(_NOUNS)}")
    said = " ".join(out).split()[:words]
    while said[-1] in ("le", "la", "avec", "pour", "et"):  # no sentence ends so, and a detector may wonder
        said.pop()
    return " ".join(said) + "."


def chat(name: str, account: str, *said: str, answer: str = "", at: str = SAID, **more: Any) -> dict[str, Any]:
    """Give a row of OpenAI-style messages; every text of the person is answered."""
    messages = []
    for number, words in enumerate(said):
        messages += [{"role": "user", "content": words, "timestamp": at},
                     {"role": "assistant", "content": answer or prose(f"answer {name} {number}", 25), "timestamp": at}]
    return {"id": name, "account": account, "messages": messages, **more}


def jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write rows as JSON Lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


class Pen:
    """Signs with the key of a person of staff; the same name has the same key everywhere."""

    chain = ()

    def __init__(self, name: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
        self.key_id = name

    def public_key(self) -> bytes:
        """Give the raw public key."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Sign."""
        return self._key.sign(message)


def enrolled(ports: Ports, name: str) -> Pen:
    """Give the pen of a person, whose key the chair enrolled for the role legal."""
    pen = Pen(name)
    if pen.public_key().hex() not in keyring(ports).enrolled:
        enroll(ports, name, "legal", pen.public_key(), "the chair")
    return pen


def approve(ports: Ports, papers: Papers = PAPERS) -> None:
    """Have papers approved, signed by the approver that they name."""
    papers.approve(ports, enrolled(ports, papers.approver))


class Space(Workspace):
    """A workspace in which whoever approves signs with a key that the chair enrolled, for every use."""

    def approve_source(self, source: str, *, by: str, key: Any = None, **covers: Any) -> int:
        """Approve, signed."""
        if key and key.public_key().hex() not in keyring(self.ports).enrolled:
            enroll(self.ports, by, "legal", key.public_key(), "the chair")
        return super().approve_source(source, by=by, key=key or enrolled(self.ports, by), **{"uses": USES, **covers})

    def add_contract(self, source: str, **more: Any) -> int:
        """Record a contract, by ines unless somebody else is named."""
        return super().add_contract(source, **{"by": "ines", **more})


@dataclass
class World:
    """A workspace in hand, its clock, and short words for what tests do with it."""

    root: Path
    clock: StillClock = field(default_factory=StillClock)
    jobs: int = 1

    def __post_init__(self) -> None:
        self.space = Space(open_workspace(self.root, jobs=self.jobs, clock=self.clock))

    @property
    def ports(self) -> Ports:
        """The workspace's ports."""
        return self.space.ports

    def swap(self, **ports: Any) -> Ports:
        """Put other ports in the place of some."""
        self.space = Space(replace(self.space.ports, **ports))
        return self.space.ports

    def license(self, *sources: str, ground: str = "own", **more: Any) -> None:
        """Register sources and have them approved."""
        if ground != "own":
            more.setdefault("kind", "works")
        if ground == "public-domain":
            more.setdefault("public_domain", {"rule": "author-70", "died": 1885})
        if ground == "statutory":
            more.setdefault("statute", "open-data")
        for source in sources:
            self.space.add_source(source, ground=ground, by="ines", **more)
            self.space.approve_source(source, by="paul")

    def take(self, rows: Sequence[Mapping[str, Any]], *, source: str = "chat", name: str = "", **declared: Any) -> Any:
        """Import chats as one file; give its report."""
        inbox = self.root.parent / "inbox"
        inbox.mkdir(exist_ok=True)
        path = jsonl(inbox / (name or f"{len(list(inbox.iterdir()))}.jsonl"), rows)
        return self.space.import_(path, source=source, **{"subject_field": "account", **CONSUMER, **declared})[0]

    def build(self, **plan: Any) -> Any:
        """Build a release by a plan of plain values."""
        return self.space.build(plan)

    def object(self, account: str, right: str = "objection", **more: Any) -> None:
        """Exercise a right."""
        self.space.exercise(right, subject=account, issuer=more.pop("issuer", "chat"), **more)

    def record(self, name: str, account: str, source: str = "chat") -> str:
        """Give the id under which a chat of a JSON Lines file is stored."""
        from licit.core.ids import record_id
        key = self.ports.keys.secret("records")
        return record_id(key, source, f"openai-messages\x00{account}\x00{name}")


def make(root: Path, *, policy: Mapping[str, Any] | None = POLICY, sources: Sequence[str] = ("chat",),
         papers: Papers | None = PAPERS) -> World:
    """Make a world with a policy, the papers behind it, and approved sources of its own."""
    init_workspace(root, "pretend")
    world = World(root)
    if papers:
        approve(world.ports, papers)
    if policy:
        world.space.adopt_policy(policy)
    world.license(*sources)
    return world


def copied(world: World, target: Path) -> World:
    """Copy a world, keys and log included."""
    shutil.copytree(world.root, target)
    return World(target, StillClock(world.clock.at))


def moved(built: Any, world: World) -> Any:
    """Give what a build came to as it lies in a copy of its world."""
    return replace(built, path=str(world.root / "releases" / built.name))


def people_chats(people: int = 4, each: int = 3) -> list[dict[str, Any]]:
    """Give some chats of some people, all different."""
    return [chat(f"c{p}-{n}", f"user{p}", prose(f"{p} {n} a"), prose(f"{p} {n} b"))
            for p in range(people) for n in range(each)]


def kept(built: Any) -> set[tuple[str, int]]:
    """Give the rows that a build releases."""
    return set(built.rows.filter(pl.col("rank") == 0).select("record", "chunk").iter_rows())


def answers(rows: pl.DataFrame) -> list[tuple[Any, ...]]:
    """Give every row's answer, to be compared."""
    return sorted(rows.select("record", "chunk", "rank", "reason").iter_rows())


def reasons(built: Any) -> dict[str, int]:
    """Give the exact numbers of what was held and refused."""
    return {**built.tally.held, **built.tally.refused}


def balanced(built: Any) -> bool:
    """Tell whether the tally of a build balances and counts its rows."""
    tally = built.tally
    return (tally.arrived == tally.released + sum(tally.held.values()) + sum(tally.refused.values())
            == built.rows.height + built.lock["set_aside"])


def scratch(world: World, lock: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Decide everything anew under a lock."""
    return answers(decide_under(world.ports, lock))


def released_text(path: str | Path) -> str:
    """Give all words of a release, as plain pyarrow reads them."""
    out = io.StringIO()
    for file in sorted((Path(path) / "data").glob("*.parquet")):
        for row in pq.read_table(file).to_pylist():
            out.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
    return out.getvalue()


def released_records(path: str | Path) -> set[str]:
    """Give the records of a release, as plain pyarrow reads them."""
    return {record for file in sorted((Path(path) / "data").glob("*.parquet"))
            for record in pq.read_table(file)["record"].to_pylist()}


def places_of(words: str, root: Path) -> list[str]:
    """Give every file under a folder that holds some words: as bytes, in Parquet unpacked, in the database dumped."""
    found = []
    raw = {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
    for file, data in raw.items():
        whole = data.decode("utf-8", errors="replace")
        if file.suffix == ".parquet":
            whole += str(pq.read_table(file, partitioning=None).to_pylist())
        elif file.suffix == ".db":
            with closing(sqlite3.connect(file)) as opened:
                whole += "\n".join(opened.iterdump())
        if words in whole:
            found.append(file.relative_to(root).as_posix())
    return found


def failing(path: str | Path, workspace: Path | None = None) -> dict[str, str]:
    """Verify a release; give the claims that do not hold, with what is said of them."""
    report = verify(Path(path), auditor=workspace, now=datetime.now(UTC))
    return {result.claim: result.detail for result in report.results if result.result == "fails"}
