"""Every question a person can ask: what would help, why a record is where it is, what a change of the log touches.

Rules kept here:

- An answer names ids, reasons and dates; never the text.
- What is in a trained model is said as it is: excluded from future runs, present in runs that were.

Law: RGT-08, FOL-01, FOL-04
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ..core.duties import Duty, answer_due
from ..core.errors import InputError
from ..core.manifest import Tally
from ..core.reasons import REASONS
from ..core.rights import RESTRICTING, Entry
from ..core.runs import Model, Run, models_from, runs_from
from .deciding import decide_patch, decide_under, make_lock, patch_lock
from .later import erased_records
from .plan import read_plan
from .schedule import backup_duties
from .workspace import Position, Workspace, register_at, releases_at, staff_at

_KEYS = ["record", "chunk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What would help rows that are held: how many, why, and what to do; ``cost`` ranks it."""

    reason: str
    rows: int
    cost: int
    remedy: str


def remedies(tally: Tally) -> list[Remedy]:
    """Rank what is held by the cheapest remedy, then by how much it would free."""
    found = [Remedy(reason=name, rows=rows, cost=REASONS[name].cost, remedy=REASONS[name].remedy)
             for name, rows in tally.held.items() if REASONS[name].cost < 9]
    return sorted(found, key=lambda item: (item.cost, -item.rows, item.reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Where rows stand and where they went."""

    about: str
    rows: tuple[Mapping[str, Any], ...]
    went: tuple[Mapping[str, Any], ...]
    decided: tuple[Mapping[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the explanation as plain values."""
        return {"about": self.about, "rows": [dict(row) for row in self.rows], "went": [dict(w) for w in self.went],
                "decided": [dict(made) for made in self.decided]}

    def lines(self) -> Iterator[str]:
        """Say it in lines people can read."""
        yield f"{self.about}: {len(self.rows)} {'row' if len(self.rows) == 1 else 'rows'} in the workspace"
        for row in self.rows[:50]:
            reason = REASONS.get(row["reason"])
            why = f" ({row['reason']}): {reason.meaning} {reason.remedy}" if reason else ""
            yield f"  {row['record']}#{row['chunk']} {row['answer']}{why}"
        for made in self.decided:
            what = f" lifting {', '.join(made['lifts'])}" if made["lifts"] else ""
            over = "" if made["counts"] else "; it counts no more"
            yield f"  {made['record']} {made['answer']}{what}, decided by {made['by']} (log entry {made['entry']}{over})"
        for place in self.went:
            yield f"  in {place['release']}{' (withdrawn)' if place['withdrawn'] else ''}: {place['rows']} {'row' if place['rows'] == 1 else 'rows'}"
            for run in place["runs"]:
                yield f"    trained on in {run_line(run)}"
        if any(place["runs"] for place in self.went):
            yield "  What a refusal excludes is excluded from future runs; it stays present in the runs named here."


def explain_record(workspace: Workspace, record: str) -> Explained:
    """Say where a record's rows stand, under the policy and rights of now, and which releases hold them.

    Raises:
        InputError: no such record.
    """
    record = record.split("#")[0]  # a row's name is its record's and its chunk's number
    if not workspace.catalogue.stored([record]):
        raise InputError("no such record is stored", about=record, reason="record-unknown",
                         remedy="Ids of records stand in a release's ids/ and in licit explain --subject.")
    return _explain(workspace, record, [record])


def explain_subject(workspace: Workspace, account: str, issuer: str = "", key: str = "account") -> Explained:
    """Say where every row that concerns a person stands and went.

    Raises:
        InputError: no such account is known.
    """
    subjects = subjects_named(workspace, account, issuer, key)
    records = records_of(workspace, subjects)
    return _explain(workspace, "this person", records)


def subjects_named(workspace: Workspace, account: str, issuer: str = "", key: str = "account") -> list[str]:
    """Find the subjects that an account (or, by ``key``, a device) may mean: under one issuer, or any source and format.

    Raises:
        InputError: nobody of that name is known.
    """
    issuers = [issuer] if issuer else issuers_of(workspace)
    found = workspace.identities.subjects_for([(name, key, account) for name in issuers], create=False)
    subjects = [str(subject) for subject in found if subject]
    if not subjects:
        raise InputError("nobody of that name is known here", about=account, reason="subject-unknown",
                         remedy="Name the issuer too: a product such as chatgpt, or the source's id.")
    return subjects


def issuers_of(workspace: Workspace) -> list[str]:
    """Give every issuer an account may be known under: the registered sources and the readers of exports."""
    register = register_at(workspace.log, Position.head(workspace.log))
    arrived = {str((entry.decision or {}).get("source", "")) for entry in workspace.log.entries(kinds=("arrival",))}
    names = {*register, *arrived} - {""}
    return sorted(names | set(workspace.readers)) if names else []


def insist_on(workspace: Workspace, record: str, turn: str = "") -> None:
    """Insist that a record, and a turn of it, are there to be meant.

    Raises:
        InputError: otherwise: what somebody asks for it would be lost on a name mistyped.
    """
    if not workspace.catalogue.stored([record]):
        raise InputError("no such record is stored", about=record, reason="record-unknown",
                         remedy="Ids of records stand in licit explain --subject ACCOUNT.")
    if turn:
        files = sorted(workspace.corpus.path("index").glob("*.parquet"))
        mine = pl.scan_parquet(files).filter(pl.col("record") == record).select("turn").unique().collect()["turn"]
        if turn not in mine.to_list():
            raise InputError("this record has no such turn that concerns anybody", about=f"{record}/{turn}",
                             reason="turn-unknown", remedy="Leave --turn out to mean all of the record.")


def concerns(workspace: Workspace, record: str, account: str, issuer: str = "", key: str = "account") -> bool:
    """Tell whether somebody of a name stands in a record.

    Raises:
        InputError: nobody of that name is known.
    """
    return record in records_of(workspace, subjects_named(workspace, account, issuer, key))


def records_of(workspace: Workspace, subjects: Sequence[str]) -> list[str]:
    """Give the records that concern some subjects."""
    folder = workspace.corpus.path("index")
    files = sorted(folder.glob("*.parquet"))
    if not files:
        return []
    found = pl.scan_parquet(files).filter(pl.col("subject").is_in(list(subjects))).select("record").unique().collect()
    return sorted(found["record"].to_list())


def _explain(workspace: Workspace, about: str, records: Sequence[str]) -> Explained:
    lock = make_lock(workspace, read_plan(workspace.root / "plan.toml"), Position.head(workspace.log))
    rows = decide_under(workspace, lock).filter(pl.col("record").is_in(list(records)))
    newest = dict(rows.sort("shard_no").select("record", "shard").iter_rows())
    answers = {0: "kept", 1: "held", 2: "refused"}
    return Explained(about=about, went=tuple(_went(workspace, records)), rows=tuple(
        {"record": r["record"], "chunk": r["chunk"], "source": r["source"], "answer": answers[r["rank"]],
         "reason": r["reason"]} for r in rows.sort("record", "chunk").iter_rows(named=True)),
        decided=tuple(_decided(workspace, newest)))


def _decided(workspace: Workspace, newest: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Give every decision of staff on some records, by the shard of their newest state, and whether it counts for that."""
    staff = staff_at(workspace.log, Position.head(workspace.log))
    for record, shard in newest.items():
        for made in staff.made_on(record):
            yield {"record": record, "entry": made.seq, "answer": made.answer, "by": made.by, "lifts": sorted(made.lifts),
                   "counts": made is staff.of(record, shard)}


def _went(workspace: Workspace, records: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    downstream = downstream_of(workspace)
    for name, released in releases_at(workspace.log).items():
        rows = released_rows(workspace, name).filter(pl.col("record").is_in(list(records))).height
        if rows:
            yield {"release": name, "rows": rows, "withdrawn": released.withdrawn >= 0,
                   "recipients": downstream.recipients.get(name, []), "runs": downstream.runs_of(name)}


def released_rows(workspace: Workspace, name: str) -> pl.DataFrame:
    """Give the rows of a release by ``record`` and ``chunk``."""
    files = sorted(workspace.corpus.path(f"releases/{name}/ids").glob("*.parquet"))
    if not files:
        return pl.DataFrame(schema={"record": pl.String, "chunk": pl.Int32})
    return pl.read_parquet(files, columns=_KEYS)


@dataclass(slots=True, kw_only=True)
class Downstream:
    """Recipients, runs and models, folded from the log; ``models`` by run, with the day by which each is trained again."""

    recipients: dict[str, list[str]] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    models: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    newest: dict[str, Model] = field(default_factory=dict)

    def runs_of(self, release: str) -> list[dict[str, Any]]:
        """Give the runs that trained on a release: how each stands, its models, when the first of these is trained again.

        A model that was trained again under another run has no such day; ``replaced`` says that all of a run's have been.
        """
        return [self._told(run) for run in self.runs.values() if release in run.releases]

    def _told(self, run: Run) -> dict[str, Any]:
        models = list(dict.fromkeys(name for name, _ in self.models.get(run.id, [])))
        current = [self.newest[name] for name in models if self.newest[name].run == run.id]
        return {"run": run.id, "state": run.state, "began": f"{run.began:%Y-%m-%d}" if run.began else "", "models": models,
                "replaced": bool(models) and not current, "next_retrain_due": min((model.due for model in current), default="")}


def downstream_of(workspace: Workspace) -> Downstream:
    """Fold who received releases, what trained on them, and what came of it.

    Raises:
        EvidenceError: an entry about a run cannot be read.
    """
    entries = list(workspace.log.entries(kinds=("recipient", "run", "model")))
    out = Downstream(runs=runs_from(entries), newest=models_from(entries))
    for entry in entries:
        body = entry.decision or {}
        if entry.kind == "recipient":
            names = out.recipients.setdefault(str(body.get("release")), [])
            names += [name for name in [str(body.get("name"))] if name not in names]
        elif entry.kind == "model":
            out.models.setdefault(str(body.get("run")), []).append((str(body.get("name")), str(body.get("next_retrain_due", ""))))
    return out


def run_line(run: Mapping[str, Any]) -> str:
    """Say in a line how a run of :meth:`Downstream.runs_of` stands, its models and when they are trained again."""
    state = {"started": f", under way since {run['began']}", "aborted": ", aborted"}.get(run["state"], "")
    due = f", next retraining due {run['next_retrain_due']}" if run["next_retrain_due"] else ", trained again since" if run["replaced"] else ""
    return f"run {run['run']}{state}, models {', '.join(run['models']) or 'none recorded'}{due}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What changes of the log touch in one live release: rows that leave, rows elected in their place, who has it."""

    release: str
    rows: tuple[str, ...]
    reasons: Mapping[str, int]
    elected: tuple[str, ...]
    recipients: tuple[str, ...]
    runs: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Every release that changes of the log touch, and the duties that follow."""

    touched: tuple[Touched, ...]
    duties: tuple[Duty, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the recall as plain values."""
        return {"touched": [{"release": t.release, "rows": list(t.rows), "reasons": dict(t.reasons),
                             "elected": list(t.elected), "recipients": list(t.recipients),
                             "runs": [dict(run) for run in t.runs]} for t in self.touched],
                "duties": [duty.as_json() for duty in self.duties]}

    def lines(self) -> Iterator[str]:
        """Say it in lines people can read."""
        if not self.touched:
            yield "No live release holds a row that must leave it."
        for touched in self.touched:
            yield f"{touched.release}: {len(touched.rows)} {'row' if len(touched.rows) == 1 else 'rows'} must leave"
            for reason, number in sorted(touched.reasons.items()):
                yield f"  {number} {reason}: {REASONS[reason].meaning}"
            yield from (f"  {row}" for row in touched.rows[:20])
            if len(touched.rows) > 20:
                yield f"  … and {len(touched.rows) - 20} more (--json lists all)"
            if touched.elected:
                yield f"  {len(touched.elected)} permitted copies take the place of one that leaves"
            for name in touched.recipients:
                yield f"  recipient: {name}"
            for run in touched.runs:
                yield f"  {run_line(run)}"
        for duty in self.duties:
            yield f"due {duty.due or 'now'}: {duty.name} ({duty.article}): {duty.about}"
        if self.touched:
            yield "Build the patch release: licit recall --patch"


def recall(workspace: Workspace, *, release: str = "", subject: str = "", issuer: str = "", key: str = "account") -> Recall:
    """Say what restricting entries since each live release touch; ``key`` says whether ``subject`` is an account or a device.

    Raises:
        InputError: an unknown release or person.
    """
    known = releases_at(workspace.log)
    if release and release not in known:
        raise InputError("no such release", about=release, reason="release-unknown",
                         remedy=f"There are: {', '.join(known) or 'none'}.")
    records = records_of(workspace, subjects_named(workspace, subject, issuer, key)) if subject else None
    downstream = downstream_of(workspace)
    touched: list[Touched] = []
    duties: list[Duty] = []
    for name, item in known.items():
        if item.withdrawn >= 0 or (release and name != release):
            continue
        found = _touched(workspace, name, downstream, records)
        if found.rows:
            touched.append(found)
            duties += _duties(workspace, found, item.seq)
    if not subject:
        duties += _stops(downstream, [name for name, item in known.items() if item.withdrawn >= 0 and release in ("", name)])
    if not (release or subject):
        duties += backup_duties(workspace.log)
    return Recall(touched=tuple(touched), duties=tuple(dict.fromkeys(duties)))


def _touched(workspace: Workspace, name: str, downstream: Downstream, records: Sequence[str] | None) -> Touched:
    lock = patch_lock(workspace, name)
    rows = decide_patch(workspace, lock, name)
    before = released_rows(workspace, name)
    kept = rows.filter(pl.col("rank") == 0)
    # An older state of a record has the name of the newer one: only what no kept row stands for must leave.
    gone = rows.filter(pl.col("rank") != 0).join(before, on=_KEYS, how="semi").join(kept, on=_KEYS, how="anti")
    # What left the shards for good, and this release not yet: a removal was cut short between the two.
    lost = before.join(rows, on=_KEYS, how="anti").filter(pl.col("record").is_in(list(erased_records(workspace.log))))
    gone = pl.concat([gone.select(*_KEYS, "reason"), lost.select(*_KEYS, reason=pl.lit("erased"))], how="vertical_relaxed")
    if records is not None:
        gone = gone.filter(pl.col("record").is_in(list(records)))
    elected = kept.join(before, on=_KEYS, how="anti") if gone.height else gone
    reasons = dict(gone.group_by("reason").len().sort("reason").iter_rows())
    return Touched(release=name, rows=_named(gone), reasons=reasons, elected=_named(elected),
                   recipients=tuple(downstream.recipients.get(name, ())), runs=tuple(downstream.runs_of(name)))


def _named(rows: pl.DataFrame) -> tuple[str, ...]:
    return tuple(f"{record}#{chunk}" for record, chunk in rows.sort(_KEYS).select(_KEYS).iter_rows())


def _duties(workspace: Workspace, touched: Touched, since: int) -> Iterator[Duty]:
    requests: list[Entry] = [entry for entry in workspace.log.entries(start=since, kinds=RESTRICTING) if entry.subject]
    for entry in requests:
        yield Duty(name="answer the person", article="GDPR Art. 12(3)", about=f"{entry.kind}, log entry {entry.seq}",
                   due=answer_due(entry.received_at))
    of_people = set(touched.reasons) != {"source-unlawful"}
    yield Duty(name="build the patch release", article="GDPR Art. 17, 21" if of_people else "the source was found unlawful",
               about=touched.release, due="")
    for name in touched.recipients:
        yield Duty(name="tell the recipient", article="GDPR Art. 19" if of_people else "the source was found unlawful", about=f"{name}, {touched.release}", due="")
    for run in touched.runs:
        if run["state"] == "started":
            yield _stop(str(run["run"]), touched.release, "rows must leave it")
        elif run["state"] != "aborted" or run["models"]:
            yield Duty(name="retrain without it", article="the date recorded with the model", about=f"models of run {run['run']}",
                       due=str(run["next_retrain_due"]))


def _stops(downstream: Downstream, withdrawn: Sequence[str]) -> Iterator[Duty]:
    """Give a duty for each run that is under way on a release that is withdrawn."""
    for release in withdrawn:
        yield from (_stop(str(run["run"]), release, "it is withdrawn") for run in downstream.runs_of(release) if run["state"] == "started")


def _stop(run: str, release: str, why: str) -> Duty:
    return Duty(name="stop the run under way", article="GDPR Art. 18, 21(3)", about=f"run {run} on {release}: {why}", due="")

