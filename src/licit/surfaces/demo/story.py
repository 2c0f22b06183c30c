"""The story: the company's files through the real use cases, each step looked at afterwards from the outside.

Rules kept here:

- Whether a beat holds is read from the release, the log or the verifier, never from what was meant to happen.
- Files are read back with plain pyarrow, as anybody would.
- No beat holds a word, name or address of a person: counts, ids, reasons, dates.
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from licit_verify import Report, verify

from ...core.errors import RefusedError
from ...pipeline.deidentify import STAND_IN
from ...usecases.commands import object_as_outsider, register_downstream
from ...usecases.proofs import prove
from ...usecases.staging import Built
from ..loader import open_release
from ..notebook import Workspace, open_workspace
from .cases import AFTER, BEFORE, OUTSIDER, PLANTED, TWINS
from .company import APPROVES, CONTRACTS, MORE, SOURCES, Company, found
from .documents import ADVERTISING, QUALIFICATION, REPLY
from .exports import write_messages
from .people import somebody
from .training import Training, names, trained

RECIPIENT, RUN, MODEL = "Laboratoire du Quai", "essai-1", "petite-lueur-1"

#: Names the step that begins.
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One thing the demonstration shows: its name, whether it was seen to hold, and what the screen says of it."""

    name: str
    holds: bool
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it: how much was imported, the first release's tally, every beat, and the record that was explained."""

    records: int
    documents: int
    tally: Mapping[str, Any]
    first: str
    last: str
    beats: tuple[Beat, ...]
    explained: str

    def as_json(self) -> dict[str, Any]:
        """Give the outcome as plain values."""
        return {"records": self.records, "documents": self.documents, "tally": dict(self.tally), "first": self.first,
                "last": self.last, "explained": self.explained,
                "beats": {beat.name: {"holds": beat.holds, **beat.values} for beat in self.beats}}


def tell(folder: Path, step: Step, training: Training | None = None) -> Outcome:
    """Write the company, build, check, train if asked to, recall and patch, all in one folder.

    Raises:
        LicitError: a use case stopped; nothing is passed over.
    """
    step("company")
    company = found(folder / "company", datetime.now(UTC).date())
    (folder / "papers").mkdir()
    step("register")
    space = _registered(folder, company)
    step("import")
    records = _imported(space, company)
    tiers = _shuffled(space, company)
    step("object")
    _object_before(space)
    step("build")
    first = space.build()
    stories = [_same_for_all(space, first, tiers), _honoured(space, first), _explained(folder, space, first)]
    step("verify")
    stories.append(_verified(space, first))
    if training:
        step("train")
        called = names(RUN, MODEL, "recherche", company.today)
        holds, values = trained(space, Path(first.path), folder / "model", training, called)
        stories.append(Beat(name="trained", holds=holds, values=values))
    step("downstream")
    receipt = _moved_on(space, company, first, trained=training is not None)
    step("recall")
    stories.append(_recalled(folder, space))
    step("patch")
    last = space.patch(first.name)
    stories += [_patched(first, last), _replaced(last), _whole(last)]
    step("proof")
    stories += [_provable(folder, space, last, receipt), _altered(folder, last)]
    return Outcome(records=records, documents=company.documents, tally=first.tally.as_json(), first=first.name,
                   last=last.name, beats=tuple(stories), explained=str(stories[2].values["record"]))


def _registered(folder: Path, company: Company) -> Workspace:
    """Make the workspace, put the policy in force, register, contract for and approve every source."""
    # So few records are done sooner by one process than by several that must start first.
    space = open_workspace(folder / "workspace", create=True, jobs=1)
    (space.path / "policy.toml").write_text(company.policy(), encoding="utf-8")
    space.adopt_policy(space.path / "policy.toml")
    company.papers().write(space.path / "law")
    for source, (ground, licence, title) in SOURCES.items():
        space.add_source(source, ground=ground, by="achats", title=title, licence=licence, **MORE.get(source, {}))
    for source, (contract, uses, days) in CONTRACTS.items():
        space.add_contract(source, id=contract, uses=uses, starts=(company.today - timedelta(days=365)).isoformat(), by="achats", sublicence=True,
                           ends=(company.today + timedelta(days=days)).isoformat(), parties=["Atelier Lumen", SOURCES[source][2]])
    signs = space.enroll(APPROVES, role="legal", key=folder / "approves.key", by="direction générale")
    company.papers().approve(space.ports, signs)
    for source in SOURCES:
        space.approve_source(source, by=APPROVES, key=signs)
    return space


def _imported(space: Workspace, company: Company) -> int:
    return sum(report.records for path, declared in company.imports() for report in space.import_(path, **declared))


def _shuffled(space: Workspace, company: Company) -> tuple[int, int]:
    """Import the company's own log again with everybody on another tier; give its records and how many of them differ."""
    log, declared = next((path, more) for path, more in company.imports() if path.name == "public.jsonl")
    as_it_was = log.read_bytes()
    write_messages(log, company.log, shift=1)
    try:
        if log.read_bytes() == as_it_was:
            return 0, 0
        report, = space.import_(log, **declared)
    finally:
        log.write_bytes(as_it_was)
    return report.records, report.records - report.known


def _object_before(space: Workspace) -> None:
    space.exercise("objection", subject=BEFORE, issuer="claude")
    for account, (_, objects) in TWINS.items():
        if objects:
            space.exercise("objection", subject=account, issuer="lumen-chat")
    object_as_outsider(space.ports, email=[OUTSIDER.upper()])


def _rows_of(space: Workspace, built: Built, account: str, issuer: str) -> pl.DataFrame:
    subject, = space.ports.identities.subjects_for([(issuer, "account", account)], create=False)
    return built.rows.filter(pl.col("holder") == str(subject)) if subject else built.rows.clear()


def _same_for_all(space: Workspace, built: Built, tiers: tuple[int, int]) -> Beat:
    """Four people said the same on four tiers: only who objected may differ."""
    records, differ = tiers
    told = {account: _rows_of(space, built, account, "lumen-chat")["reason"].to_list() for account in TWINS}
    same = all(told[account] == (["objection"] if objects else [""]) for account, (_, objects) in TWINS.items())
    return Beat(name="tiers", holds=same and records > 0 and not differ, values={"records": records, "differ": differ})


def _honoured(space: Workspace, built: Built) -> Beat:
    rows = _rows_of(space, built, BEFORE, "claude")
    refused = rows.filter(pl.col("reason") == "objection").height
    leaked = _found(built, PLANTED["before"])
    return Beat(name="honoured", holds=0 < refused == rows.height and not leaked, values={"rows": refused})


def _explained(folder: Path, space: Workspace, built: Built) -> Beat:
    """Ask why a conversation that reveals somebody's health is out."""
    record = built.rows.filter(pl.col("reason") == "special-category")["record"].to_list()
    if not record:
        return Beat(name="explained", holds=False, values={"record": "", "reason": "?"})
    answer = space.explain(record[0])
    (folder / "papers/explained.txt").write_text("\n".join(answer.lines()) + "\n", encoding="utf-8")
    why = {(row["answer"], row["reason"]) for row in answer.rows}
    return Beat(name="explained", holds=why == {("refused", "special-category")} and not answer.went,
                values={"record": record[0], "reason": ", ".join(sorted(reason for _, reason in why))})


def _check(space: Workspace, built: Built, **more: Any) -> Report:
    return verify(Path(built.path), key=space.ports.signer.public_key(), now=datetime.now(UTC), **more)


def _verified(space: Workspace, built: Built) -> Beat:
    report = _check(space, built, auditor=space.path)
    counts = Counter((result.who, result.result) for result in report.results)
    return Beat(name="verified", holds=report.exit_code == 0 and counts["public", "holds"] > 0,
                values={"release": built.name, "public": counts["public", "holds"],
                        "auditor": counts["auditor", "holds"],
                        "untold": sum(n for (_, result), n in counts.items() if result == "cannot-tell")})


def _moved_on(space: Workspace, company: Company, built: Built, *, trained: bool) -> dict[str, Any]:
    """Hand the release on, say that it was trained on, and let somebody object after that; give their receipt."""
    register_downstream(space.ports, "recipient", {"name": RECIPIENT, "release": built.name})
    if not trained:
        called = names(RUN, MODEL, "recherche", company.today)
        register_downstream(space.ports, "run", {"id": RUN, "releases": [built.name], "code": "v1", "by": called.by})
        register_downstream(space.ports, "model", {"name": MODEL, "run": RUN, "next_retrain_due": called.retrain.isoformat()})
    receipt, = space.exercise("objection", subject=AFTER, issuer="le-chat-export")
    return receipt


def _recalled(folder: Path, space: Workspace) -> Beat:
    recall = space.recall()
    (folder / "papers/recall.txt").write_text("\n".join(recall.lines()) + "\n", encoding="utf-8")
    if len(recall.touched) != 1:
        return Beat(name="recalled", holds=False, values={"rows": 0, "release": "?", "recipient": "?", "run": "?",
                                                          "model": "?", "answer": "?", "retrain": "?"})
    touched, = recall.touched
    due = {duty.name: duty.due for duty in recall.duties}
    run = touched.runs[0] if touched.runs else {"run": "?", "models": ["?"]}
    values = {"rows": len(touched.rows), "release": touched.release, "recipient": ", ".join(touched.recipients),
              "run": run["run"], "model": ", ".join(run["models"]), "answer": due.get("answer the person", "?"),
              "retrain": due.get("retrain without it", "?")}
    holds = (len(touched.rows) == len(PLANTED["after"]) and touched.recipients == (RECIPIENT,)
             and (run["run"], run["models"]) == (RUN, [MODEL]) and "?" not in (values["answer"], values["retrain"]))
    return Beat(name="recalled", holds=holds, values=values)


def _patched(first: Built, last: Built) -> Beat:
    """The patch has no row of those who objected, the first release still shows that they were there, and is shut."""
    gone = first.tally.released - last.tally.released
    try:
        open_release(first.path)
        shut = False
    except RefusedError as refused:
        shut = refused.reason == "release-withdrawn"
    were = len(_found(first, PLANTED["after"]))
    left = _found(last, (*PLANTED["before"], *PLANTED["after"]))
    return Beat(name="patched", holds=shut and were == gone == len(PLANTED["after"]) and not left,
                values={"release": last.name, "parent": first.name, "rows": last.tally.released, "gone": gone})


def _replaced(built: Built) -> Beat:
    """Count the stand-ins in what was released, and look for every name, address and number of the invented people."""
    words = "\n".join(_words(built))
    counts = Counter(match.group().rpartition("_")[0][1:] for match in STAND_IN.finditer(words))
    known = [value for who in map(somebody, range(450)) for value in (who.name, who.mail, who.phone)]
    left = sum(value in words for value in known)
    return Beat(name="replaced", holds=left == 0 and counts["PERSON"] > 0, values={
        "names": counts["PERSON"], "mails": counts["EMAIL"], "phones": counts["PHONE"], "left": left})


def _whole(built: Built) -> Beat:
    texts = _words(built)
    article = [text for text in texts if REPLY in text]
    return Beat(name="whole", holds=len(article) == 1 and QUALIFICATION in article[0]
                and not any(ADVERTISING in text for text in texts))


def _provable(folder: Path, space: Workspace, built: Built, receipt: Mapping[str, Any]) -> Beat:
    """Write the person's receipt and proof, and check them as the person would: without the workspace."""
    (folder / "papers/receipt.json").write_text(json.dumps(receipt) + "\n", encoding="utf-8")
    proof = folder / "papers/proof.json"
    proof.write_text(json.dumps(prove(space.ports, receipt, built.name)) + "\n", encoding="utf-8")
    report = _check(space, built, receipt=proof)
    own = [result.result for result in report.results if result.who == "person"]
    return Beat(name="provable", holds=report.exit_code == 0 and own == ["holds"] * 3, values={"claims": len(own)})


def _altered(folder: Path, built: Built) -> Beat:
    """Change one byte of one file in a copy, and see whether the verifier names that file."""
    copy = folder / "altered-copy"
    shutil.copytree(built.path, copy)
    file = sorted((copy / "data").glob("*.parquet"))[0]
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    name = f"data/{file.name}"
    report = verify(copy, now=datetime.now(UTC))
    failed = [result for result in report.results if result.result == "fails"]
    return Beat(name="altered", holds=report.exit_code == 1 and any(name in result.files for result in failed),
                values={"file": name, "claim": failed[0].claim if failed else "?"})


def _words(built: Built) -> list[str]:
    """Read a release's words back with plain pyarrow, a text for each row."""
    rows = [row for file in sorted((Path(built.path) / "data").glob("*.parquet"))
            for row in pq.ParquetFile(file).read(columns=["messages", "text"]).to_pylist()]
    return ["\n".join([row["text"] or "", *(message["content"] for message in row["messages"] or ())]) for row in rows]


def _found(built: Built, sentences: tuple[str, ...]) -> list[str]:
    """Give the sentences that stand in a release."""
    words = "\n".join(_words(built))
    return [sentence for sentence in sentences if sentence in words]
