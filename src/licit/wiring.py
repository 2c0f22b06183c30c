"""The only file that chooses adapters: settings in, a workspace with its ports out.

A workspace is found by ``--workspace``, then ``LICIT_WORKSPACE``, then the current folder if it holds ``licit.toml``, else
``./licit-workspace``.
"""

import json
import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Engine

from licit_verify import verify

from .adapters import server
from .adapters.catalogue import SqlCatalogue
from .adapters.copies import copy_database, copy_visits
from .adapters.corpus import FileCorpus
from .adapters.database import connect
from .adapters.high_water import HighWater
from .adapters.identities import SqlIdentities
from .adapters.inputs import find_readers, is_companion, open_inputs, recognise
from .adapters.jsonl import in_order
from .adapters.kept_log import KeptLog
from .adapters.local import LocalRunner
from .adapters.migrations import migrate, require_current
from .adapters.signing import FileSigner, SigningKeys, holds
from .adapters.spellings import spelt_licence
from .adapters.stored_items import pages_in
from .adapters.tokens import token_counter
from .adapters.vault import FileKeys
from .adapters.visits import SqlVisits, put_back
from .adapters.webhooks import Poster
from .core.errors import SetupError, misnamed
from .core.ids import SubjectId, lookup_hashes
from .core.keychain import links_from
from .core.ports import Clock, InputFile
from .core.records import Record, from_json
from .core.signals import Page, Reading
from .detectors.registry import Found, chosen, find_detectors, find_screeners, pin, where_detectors, where_screeners
from .papers.releases import render_papers
from .papers.report import render
from .pipeline.chunk import estimate_tokens
from .pipeline.deidentify import REPLACEMENTS, Masked, replace_all
from .pipeline.planted import Planted, plant
from .pipeline.prepare import Arrived, Tools, prepare
from .pipeline.screen import ACCEPT_UNMEASURED_SCREENING, language_of, screening_stated
from .signals.registry import find_signals, read_all
from .usecases.listing import Listed, figures_of, measured_alone, screening_of
from .usecases.plan import TEMPLATE, Plan, plan_from_lock, read_plan
from .usecases.policy import TEMPLATE as POLICY_TEMPLATE
from .usecases.provider import FILE as PROVIDER
from .usecases.provider import template as provider_template
from .usecases.quality import BUILT_IN, NONE, kept, key_of, measured
from .usecases.restore import Opening, Order, Restored, restore
from .usecases.text import detect as detect_in
from .usecases.workspace import Prepared, Progress, Workspace, silent

#: The uses of secret keys in a workspace.
KEY_USES = ("records", "order", "stand-in", "lookup", "audit")

#: The settings of others' models, in the workspace's folder.
MODELS = "detectors.toml"

_BATCH = 256
_FOLDERS = ("shards", "index", "attributes", "state", "releases", "signals", "keys")
#: What lies in a workspace that is being made: its settings come last, and a command that was cut short goes on.
_OWN = {*_FOLDERS, "licit.db", "licit.db-wal", "licit.db-shm", server.FILE, "plan.toml", "policy.toml", PROVIDER}


class SystemClock:
    """The computer's clock, in UTC."""

    def now(self) -> datetime:
        """Give the time."""
        return datetime.now(UTC)


def find_workspace(given: str | None = None) -> Path:
    """Give the workspace's folder, by option, environment, the current folder, or the usual name."""
    if given or (given := os.environ.get("LICIT_WORKSPACE")):
        return Path(given)
    return Path() if Path("licit.toml").is_file() else Path("licit-workspace")


def init_workspace(root: Path, name: str = "", database: str = "") -> Path:
    """Make a workspace, or finish and migrate one that is there; nothing that exists is changed.

    ``database`` is the address of a PostgreSQL database for a new workspace's log; else it lies in an SQLite file.

    Raises:
        SetupError: the folder holds something else, its name cannot name a log, the database is another's, or a key file of
            a finished workspace is gone.
        UnavailableError: the database server does not answer.
    """
    settings = root / "licit.toml"
    if database:
        server.checked(database)
    name = name or root.resolve().name.lower()
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in name).strip("-") or "workspace"
    if root.exists() and not settings.exists() and {path.name for path in root.iterdir()} - _OWN:
        raise SetupError("the folder is not empty and is no workspace", about=str(root),
                         remedy="Name another folder: licit init DIR")
    for folder in _FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "keys").chmod(0o700)
    makers: dict[str, Callable[[Path], object]] = {"secrets.json": lambda path: FileKeys.create(path, KEY_USES),
                                                   "signing.pem": FileSigner.create}
    for lock, create in makers.items():
        if (root / "keys" / lock).exists():
            continue
        if settings.exists():
            # New keys would find nobody of the old log, and sign for it without anybody's leave.
            raise SetupError("the workspace is there and its key file is not", about=f"keys/{lock}",
                             remedy="Put it back from its backup; nothing was changed.")
        create(root / "keys" / lock)
    engine = _made_database(root, database)
    if not (root / "keys/high-water.jsonl").exists():
        HighWater.create(root / "keys/high-water.jsonl")
        _marked_log(root, engine, FileKeys(root / "keys/secrets.json")).settle()
    for file, text in ((root / "plan.toml", TEMPLATE), (root / "policy.toml", POLICY_TEMPLATE), (root / PROVIDER, provider_template())):
        if not file.exists():
            file.write_text(text, encoding="utf-8")
    if not settings.exists():
        made_with = version("licit")
        settings.write_text(f'# A licit workspace.\nname = "{name}"\nmade_with = "{made_with}"\n', encoding="utf-8")
    return root


def _made_database(root: Path, asked: str) -> Engine:
    address = server.address_of(root) or asked
    if asked and (server.checked(asked) != server.checked(address) or (root / "licit.db").exists()):
        raise SetupError("the workspace has a database, and its log is not moved to another", about=root.name,
                         remedy="Leave --database out, or make a new workspace.")
    if address:
        return server.make(root, address)
    engine = connect(root / "licit.db", create=True)
    migrate(engine)
    return engine


def _database(root: Path) -> Engine:
    address = server.address_of(root)
    engine = server.connected(address) if address else connect(root / "licit.db")
    require_current(engine)
    if address:
        server.require_own(root, engine)
    return engine


def _marked_log(root: Path, engine: Engine, keys: FileKeys, clock: Any = None, *, restoring: bool = False) -> KeptLog:
    water = HighWater(root / "keys/high-water.jsonl", keys)
    return KeptLog(engine, clock or SystemClock(), keys, water, restoring=restoring)


def open_workspace(root: Path, *, jobs: int = 0, clock: Any = None, restoring: bool = False) -> Workspace:
    """Open a workspace; ``restoring`` as a restore does, which may work on a log that lacks entries.

    Raises:
        SetupError: there is none, its keys are open to others, or its database is of another version.
    """
    try:
        settings = tomllib.loads((root / "licit.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SetupError("there is no workspace here", about=str(root),
                         remedy="Make one: licit init DIR, or name it: --workspace DIR") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"licit.toml cannot be read: {error}", about=str(root)) from None
    wrong = misnamed(settings, ("name", "made_with"), "licit.toml")
    if wrong or not isinstance(settings.get("name"), str):
        raise SetupError(wrong or "licit.toml has no name for the log", about=str(root),
                         remedy="The name it was made with stands in every receipt; restore the file from a backup.")
    engine = _database(root)
    clock = clock or SystemClock()
    keys = FileKeys(root / "keys/secrets.json")
    log = _marked_log(root, engine, keys, clock, restoring=restoring)
    signer = SigningKeys(root / "keys", lambda: links_from(log.entries(kinds=("key",))))
    identities = SqlIdentities(log, clock, keys)
    readers = find_readers()
    return Workspace(
        root=root, name=str(settings["name"]), log=log, water=log, copy_log=partial(copy_database, engine), copy_web=partial(copy_visits, root / "web.db"), keys=keys, holds=holds, identities=identities,
        catalogue=SqlCatalogue(engine), corpus=FileCorpus(root), signer=signer, clock=clock,
        open_inputs=open_inputs, recognise=lambda file, forced: recognise(file, readers, forced),
        companion=lambda file: is_companion(file, readers), readers=tuple(readers),
        licence=spelt_licence, read_pages=_read_pages,
        tag_keys=lambda subjects: {str(k): v for k, v in identities.tag_keys(map(SubjectId, subjects)).items()},
        prepare=partial(_prepare, root, jobs), look=partial(_look, root), attributes_key=lambda plan: _tools(root, _text(plan)).key(), counter=token_counter()[0],
        pins=lambda plan: _tools(root, _text(plan)).pins, check=partial(_check, clock=clock, engine=engine), render=render,
        measure=partial(_measure, root), mask=partial(_masked, root), papers=render_papers, protocols=_protocols)


def _read_pages(file: InputFile) -> Iterator[list[tuple[Page, Sequence[Reading]]]]:
    for pages in pages_in(file):
        yield [(page, read_all(page)) for page in pages]


def open_visits(root: Path) -> SqlVisits:
    """Open the sessions and API keys of a workspace's server."""
    return SqlVisits(root / "web.db")


def poster(root: Path) -> Poster:
    """Give what posts to recipients' addresses, as ``web.toml`` of a workspace allows."""
    try:
        said = tomllib.loads((root / "web.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        said = {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"web.toml cannot be read: {error}") from None
    return Poster(loopback=said.get("webhook_loopback") is True)


def restore_workspace(order: Order, *, clock: Any = None, progress: Progress = silent) -> Restored:
    """Put a backup back as a workspace: see :func:`licit.usecases.restore.restore`."""
    def newer(database: Path, part: Path) -> KeptLog:
        (part / "newer").mkdir()
        copy_database(connect(database), part / "newer/licit.db")
        engine = connect(part / "newer/licit.db")
        require_current(engine)
        return _marked_log(part, engine, FileKeys(part / "keys/secrets.json"), clock, restoring=True)

    return restore(order, Opening(
        workspace=lambda part: open_workspace(part, jobs=1, clock=clock, restoring=True), newer=newer, visits=put_back,
        keys=lambda folder: FileKeys(folder / "secrets.json")), progress=progress)


def _text(plan: Plan) -> str:
    return json.dumps(plan.as_json(), sort_keys=True)


def _tools(root: Path, plan_text: str) -> Tools:
    """Give what preparing needs; kept for a plan as long as key file and models' settings stay those it was made with."""
    told = [file.stat() for file in (root / "keys/secrets.json", root / MODELS) if file.exists()]
    return _made_tools(root, plan_text, tuple((one.st_ino, one.st_mtime_ns) for one in told))


@cache
def _made_tools(root: Path, plan_text: str, _: tuple[tuple[int, int], ...]) -> Tools:
    plan = plan_from_lock(json.loads(plan_text))
    keys = FileKeys(root / "keys/secrets.json")
    detectors = find_detectors(root / MODELS, plan.plugins) if plan.plugins else find_detectors()
    screeners = find_screeners()
    epochs, (counter, count) = keys.epochs("lookup"), token_counter()
    return Tools(chunk=plan.chunk, deidentify=plan.deidentify, languages=plan.languages, detectors=detectors,
                 screeners=screeners, pins=pin([*detectors, *screeners]), stand_in_key=keys.secret("stand-in"),
                 order_key=keys.secret("order"),
                 lookup=lambda kind, value: lookup_hashes(epochs, "third-party", kind, value), epochs=tuple(epochs),
                 count=count or estimate_tokens, counter=counter,
                 accept_unmeasured=ACCEPT_UNMEASURED_SCREENING in plan.accepted)


def _prepare(root: Path, jobs: int, plan: Plan, shards: Sequence[str]) -> Iterator[Prepared]:
    """Give the attribute file of each shard, made where it is missing, in the order of the shards."""
    text = _text(plan)
    key = _tools(root, text).key()
    corpus = FileCorpus(root)
    missing = [shard for shard in shards if not corpus.exists(f"attributes/{key}/{shard}.json")]
    made = iter(LocalRunner(jobs).map(_prepare_shard, [(root, text, shard) for shard in missing]))
    waiting = set(missing)
    for shard in shards:
        yield next(made) if shard in waiting else _known(corpus, key, shard)


def _look(root: Path, plan: Plan, name: str, record: Record) -> pa.Table:
    """Compute one record's attributes in memory, by the name it would have; nothing is written."""
    return prepare([Arrived(id=name, source="", arrived="", record=record)], _tools(root, _text(plan)))


def _known(corpus: FileCorpus, key: str, shard: str) -> Prepared:
    noted: Mapping[str, Any] = json.loads(corpus.path(f"attributes/{key}/{shard}.json").read_bytes())
    return Prepared(shard=shard, path=f"attributes/{key}/{shard}.parquet", sha256=noted["sha256"], rows=noted["rows"])


def _prepare_shard(task: tuple[Path, str, str]) -> Prepared:
    """Compute one shard's attributes; the note beside the file is written last, so that it vouches for it."""
    root, plan_text, shard = task
    tools, corpus = _tools(root, plan_text), FileCorpus(root)
    key, tables = tools.key(), []
    for batch in corpus.batches(f"shards/{shard}.parquet", _BATCH):
        rows = batch.to_pylist()
        tables.append(prepare([Arrived(id=row["record"], source=row["source"], arrived=row["arrived"],
                                       record=from_json(json.loads(row["body"]))) for row in rows], tools))
    table = pa.concat_tables(tables)
    path = f"attributes/{key}/{shard}.parquet"
    prepared = Prepared(shard=shard, path=path, sha256=corpus.write(path, table), rows=table.num_rows)
    note = json.dumps({"sha256": prepared.sha256, "rows": prepared.rows}).encode()
    corpus.write_bytes(f"attributes/{key}/{shard}.json", note)
    return prepared


def _masked(root: Path, record: str, body: Record) -> Masked:
    """Mask a record as a build of the workspace's plan would, with placeholders: these are nobody's name."""
    plan = read_plan(root / "plan.toml")
    tools = _tools(root, _text(plan))
    texts = [part.text for turn in body.turns for part in turn.parts]
    return replace_all([record], [texts], [language_of("\n".join(texts)[:4000])], tools.detectors,
                       replace(plan.deidentify, replace=REPLACEMENTS[0]), tools.stand_in_key)[0]


def _measure(root: Path, plan: Plan, seed: str) -> tuple[Mapping[str, Any], Planted]:
    """Measure the plan's detectors on its labelled set, and plant what they must find."""
    tools, name = _tools(root, _text(plan)), plan.standard.set
    planted = plant(bytes.fromhex(seed), tools.detectors, plan.deidentify)
    screening = {"screening": screening_stated(tools.screeners, plan.languages)}
    if name == NONE:
        return {"measured": False, "why": "the plan names no labelled set", **screening}, planted
    pins, data = pin(tools.detectors), built_in_set() if name == BUILT_IN else _set(root, name)
    key = key_of(data, (name, *pins), plan.deidentify)
    return {**kept(root / "state/measures", key, lambda: measured(
        data, name, tools.detectors, plan.deidentify, pins=pins)), **screening}, planted


def _protocols() -> tuple[tuple[str, str], ...]:
    """Give the signals of reservation that are read, each with the version of its specification."""
    return tuple((signal.name, signal.spec) for signal in find_signals())


def built_in_set() -> bytes:
    """Give the labelled set that comes with licit: invented sentences, French and English."""
    return b"".join(file.read_bytes() for file in sorted(Path(__file__).with_name("data").glob("measure/*.jsonl")))


def _set(root: Path, name: str) -> bytes:
    try:
        return (root / name).read_bytes()
    except OSError as error:
        raise SetupError(f"the labelled set cannot be read: {error.strerror}", about=name,
                         remedy="Put it into the workspace's folder, or change set in [deidentify.measure].") from None


def _check(release: Path, workspace: Path, *, clock: Clock, engine: Engine) -> Sequence[Mapping[str, Any]]:
    """Check a release with the independent verifier, as an auditor would, by the workspace's clock.

    The verifier reads no server: it gets a copy of the log, which is removed again.
    """
    copy = None if engine.dialect.name == "sqlite" else workspace / f"state/.log.{os.getpid()}.part"
    try:
        if copy:
            copy.unlink(missing_ok=True)
            copy_database(engine, copy)
        report = verify(release, auditor=(workspace, copy) if copy else workspace, now=clock.now())
    finally:
        if copy:
            copy.unlink(missing_ok=True)
    return [{"claim": result.claim, "who": result.who, "result": result.result, "detail": result.detail,
             "detail_fr": result.message.text(french=True) if result.message else ""}
            for result in report.results]


def listed(plugins: Path | None = None, *, now: bool = False) -> list[Listed]:
    """List detectors, then screeners, with the figures that come with licit, or measured now."""
    found = where_detectors(plugins)
    if now:
        some = [each.one for each in found]
        shipped = measured_alone(built_in_set(), some, pin(some))
    else:
        shipped = json.loads(Path(__file__).with_name("data").joinpath("measured.json").read_bytes())
    return [*(_listed(each, "detector", figures_of(each.one.name, pin([each.one])[0], shipped)) for each in found),
            *(_listed(each, "screener", screening_of(each.one)) for each in where_screeners())]


def _listed(found: Found, what: str, measured: Mapping[str, Any] | None) -> Listed:
    one = found.one
    return Listed(name=one.name, version=one.version, what=what, kind=found.kind, origin=found.origin, pin=pin([one])[0],
                  labels=tuple(sorted(getattr(one, "labels", ()))), languages=tuple(sorted(one.languages)), measured=measured)


def detect(items: Iterable[Any], *, jobs: int = 1) -> list[dict[str, Any]]:
    """Find personal data in texts or conversations: see :func:`licit.usecases.text.detect`."""
    return detect_in(items, chosen, run=partial(in_order, jobs=jobs))
