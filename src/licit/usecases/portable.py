"""A person's copy of everything: access and portability as one zip that other services, and licit itself, can read.

Contents, all JSON in UTF-8:

- ``conversations.json``: every conversation they hold or wrote in, all branches, as ChatGPT's export writes it.
- ``licit/records.jsonl``: the same with all that is known of each, as it arrived.
- ``licit/released.jsonl``: the rows that went into releases, as models saw them, with the release's name.
- ``licit/where.json``: each record that concerns them, what every release made of it, runs, models and dates.
- ``licit/about.json``: purposes and their bases, recipients by release, models, days of retention, sources, rights, how it is decided.
- ``licit/history.json`` and ``licit/receipts.jsonl``: what they asked for, and the signed receipts.

Rules kept here:

- Nothing of theirs is left out; what others wrote about them is named by its record and not copied, for it is others' too.
- No other person's subject id, and no key but their own, stands in it.

Law: RGT-05, RGT-08, RGT-09, CHO-20
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

import polars as pl

from ..core.cases import REQUESTS
from ..core.errors import EvidenceError
from ..core.ids import SubjectId
from ..core.linked import CONSENTS
from ..core.policy import said_between
from ..core.records import Record, Turn, to_json
from .centre import Choice, choices, history, read_records, whereabouts
from .commands import receipt
from .live import Live
from .queries import downstream_of, records_of, released_rows
from .workspace import Workspace, releases_at

_README = """\
Everything that is kept about you. / Tout ce qui est conservé à votre sujet.

conversations.json       your conversations, all branches / vos conversations, toutes les branches
licit/records.jsonl      the same as it arrived / les mêmes, telles qu'arrivées
licit/released.jsonl     what models saw of it / ce que des modèles en ont vu
licit/where.json         releases, runs and models / jeux de données, entraînements et modèles
licit/about.json         purposes, recipients, retention, rights / finalités, destinataires, conservation, droits
licit/history.json       what you asked for / ce que vous avez demandé
licit/receipts.jsonl     signed receipts / reçus signés
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a copy holds, by number; ``named`` counts records of others that only name the person."""

    records: int
    released: int
    entries: int
    named: int


def write_copy(live: Live, subject: str, file: IO[bytes], told: Mapping[str, Any] | None = None) -> Copied:
    """Write a person's copy as a zip; ``told`` is what the deployment says of itself: controller, days of retention.

    Raises:
        EvidenceError: an entry of theirs has no readable decision part, so that no receipt can be given.
    """
    space = live.workspace
    standings, _, _ = live.now()
    people = [subject, *map(str, standings.linked(SubjectId(subject)))]
    own, named = _own(space, people)
    events = history(live, subject)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README)
        _lines(archive, "conversations.json", _array(chatgpt_of(name, one) for name, one in read_records(space, own)))
        _lines(archive, "licit/records.jsonl", (_line(_masked(to_json(one), name, people)) for name, one in read_records(space, own)))
        released = _lines(archive, "licit/released.jsonl", map(_line, _released(space, own)))
        archive.writestr("licit/where.json", _text([
            {"record": item.record, "source": item.source, "days": [item.day, item.last_day], "turns": item.turns,
             "state": item.state, "reason": item.reason, "own": item.record in set(own), "went": [_plain(went) for went in item.went]}
            for item in whereabouts(live, subject)]))
        archive.writestr("licit/about.json", _text(about(live, subject, own, told or {})))
        archive.writestr("licit/history.json", _text([
            {"entry": e.entry, "kind": e.kind, "purposes": list(e.purposes), "target": dict(e.target), "due": e.due, "ended": e.ended,
             "steps": [{"entry": s.seq, "step": s.what, "at": s.at.isoformat(), "why": s.why, **s.values} for s in e.steps],
             "received_at": e.received_at.isoformat(), "recorded_at": e.recorded_at.isoformat()} for e in events]))
        _lines(archive, "licit/receipts.jsonl", (_line(paper) for e in events for paper in _receipt(live, people, e.entry)))
    return Copied(records=len(own), released=released, entries=len(events), named=len(named))


def about(live: Live, subject: str, own: Sequence[str], told: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the law wants told beside the copy itself (GDPR Art. 15(1)), of this person and as of now."""
    space, downstream = live.workspace, downstream_of(live.workspace)
    held = [name for name in releases_at(space.log) if not set(own).isdisjoint(released_rows(space, name)["record"].to_list())]
    return {
        **told,
        "purposes": [{"purpose": one.purpose, "basis": one.basis, "state": one.state, "reason": one.reason,
                      **({"consent": consent_of(live, subject, one)} if one.basis == "consent" else {})} for one in choices(live, subject)],
        "categories": ["words of conversations and documents", "when and in which role they were said", "choices and requests"],
        "recipients": {name: downstream.recipients.get(name, []) for name in held},
        "models": {name: downstream.runs_of(name) for name in held},
        "sources": sorted({item.source for item in whereabouts(live, subject)}),
        "rights": {**{kind: article for kind, article in REQUESTS.items() if kind != "third-party-objection"},
                   "objection": "GDPR Art. 21", "complaint to an authority": "GDPR Art. 77"},
        "decided_by": "rules, record by record: what was said, under which notice, and what everybody concerned chose since; each answer "
                      "names its reason in licit/where.json. No decision about a person is made, and plan and price are not known."}


def consent_of(live: Live, subject: str, choice: Choice) -> str:
    """Say in DPV's terms how somebody's consent to a purpose stands; only what may be used has a term that allows it."""
    said = [entry for entry in live.workspace.log.entries(subject=SubjectId(subject), kinds=("consent", "withdrawal", "objection"))
            if choice.purpose in ((entry.decision or {}).get("purposes") or (choice.purpose,)) and "target" not in (entry.decision or {})]
    given = sum(entry.kind == "consent" for entry in said)
    if choice.state == "allowed":
        return CONSENTS["renewed" if given > 1 else "given"]
    if not said:
        return CONSENTS["unknown"]
    return CONSENTS[{"withdrawal": "withdrawn", "objection": "refused"}.get(said[-1].kind, "invalidated")]


def _own(space: Workspace, people: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part the records that concern somebody into their own (held or written in) and those that only name them."""
    found = records_of(space, people)
    if not found:
        return [], []
    index = pl.scan_parquet(sorted(space.corpus.path("index").glob("*.parquet")))
    mine = index.filter(pl.col("subject").is_in(list(people)) & pl.col("role").is_in(["holder", "author"]))
    own = set(mine.select("record").unique().collect()["record"].to_list())
    return [name for name in found if name in own], [name for name in found if name not in own]


def _receipt(live: Live, people: Sequence[str], seq: int) -> Iterator[Mapping[str, Any]]:
    entry = next(iter(live.workspace.log.entries(start=seq, stop=seq + 1)), None)
    if entry is None or str(entry.subject) not in people:
        raise EvidenceError("an entry of this person is gone", about=f"log entry {seq}")
    yield receipt(live.workspace, seq, str(entry.subject))


def _masked(record: dict[str, Any], name: str, people: Sequence[str]) -> dict[str, Any]:
    """Leave out the ids of other people; their references stay, so that it is seen that there was somebody."""
    for person in record.get("people", ()):
        if person["subject"] not in people:
            person["subject"] = ""
    return {**record, "origin_id": name}


def chatgpt_of(name: str, record: Record) -> str:
    """Write a record as one conversation of a ChatGPT export: a mapping of nodes, every branch in it."""
    shown = [turn.id for turn in record.turns if turn.shown]
    children: dict[str | None, list[str]] = {}
    for turn in record.turns:
        children.setdefault(turn.parent, []).append(turn.id)
    # Turns that rest on others without hanging from them (titles, ratings) hang from the root.
    mapping: dict[str, Any] = {"root": {"id": "root", "parent": None, "children": children.get(None, []), "message": None}}
    for turn in record.turns:
        mapping[turn.id] = {"id": turn.id, "parent": turn.parent or "root", "children": children.get(turn.id, []),
                            "message": _message(turn)}
    first, last = record.collected
    return json.dumps({
        "id": name, "conversation_id": name, "title": record.declared.get("title", ""), "create_time": _seconds(first),
        "update_time": _seconds(last), "current_node": shown[-1] if shown else "root", "mapping": mapping}, ensure_ascii=False)


def _message(turn: Turn) -> dict[str, Any]:
    role = turn.role if turn.role in ("system", "user", "assistant", "tool") else "user"
    return {"id": turn.id, "author": {"role": role}, "create_time": _seconds(turn.said_at),
            "content": {"content_type": "text", "parts": [part.text for part in turn.parts if part.text]},
            "metadata": {} if turn.shown else {"is_visually_hidden_from_conversation": True}}


def _seconds(text: str) -> float | None:
    between = said_between(text)
    return between[0].timestamp() if between else None


def _released(space: Workspace, own: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Give the rows of releases that were made of somebody's own records."""
    for name in releases_at(space.log):
        for path in sorted(space.corpus.path(f"releases/{name}/data").glob("*.parquet")):
            for row in pl.scan_parquet(path).filter(pl.col("record").is_in(list(own))).collect().iter_rows(named=True):
                yield {"release": name, **row}


def _lines(archive: zipfile.ZipFile, name: str, lines: Iterator[str] | Any) -> int:
    """Write lines one by one, so that a long life of chats takes no memory; give how many."""
    count = 0
    with archive.open(name, "w", force_zip64=True) as raw, io.TextIOWrapper(raw, "utf-8", newline="\n") as out:
        for line in lines:
            out.write(line + "\n")
            count += 1
    return count


def _array(items: Iterator[str]) -> Iterator[str]:
    last = ""
    for number, item in enumerate(items):
        if number:
            yield last + ","
        last = ("" if number else "[") + item
    yield f"{last}]" if last else "[]"


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=_written)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=_written) + "\n"


def _plain(went: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in went.items() if key != "source"}


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
