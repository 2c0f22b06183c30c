"""What a record that arrives owes to others: people who are no users and objected, and records that it was made from.

Rules kept here:

- Somebody who is no user and objected is looked for when a record arrives, by the hashes and the attributes that every
  build goes by, so that both say the same. What is found is counted and never released; whether it is held or refused,
  each build decides anew.
- A record made from others (a rewrite, a translation, a pair) concerns everybody whom those concern: whoever refuses
  takes it along. One whose sources are not all known here is held.

Law: CHO-10, CHO-21
"""

from collections.abc import Mapping, Sequence

import polars as pl

from ..core.records import MADE_FROM, Concern, Person, Record, altered
from ..pipeline.pack import KNOWN
from .plan import read_plan
from .workspace import Position, Workspace, outsiders_at

_BETWEEN = str.maketrans(",;", "  ")


def objected(workspace: Workspace, shard: str) -> Mapping[str, str]:
    """Give the records of a shard that name somebody who is no user and objected, each with its reason.

    The attributes of the shard are made for it, where anybody objected, and serve the next build.

    Raises:
        SetupError: the workspace's plan cannot be read, or a detector is missing.
    """
    keys, names = outsiders_at(workspace.log, Position.head(workspace.log))
    if not keys and not names:
        return {}
    (prepared,) = workspace.prepare(read_plan(workspace.root / "plan.toml"), [shard])
    rows = workspace.corpus.frame([prepared.path], ["record", "mentions", "names"])
    out: dict[str, str] = {}
    for column, wanted, reason in (("names", names, "third-party-homonym"), ("mentions", keys, "third-party-objection")):
        found = rows.explode(column, empty_as_null=False).filter(pl.col(column).is_in(list(wanted)))
        out |= dict.fromkeys(found["record"].to_list(), reason)
    return out


def with_sources(workspace: Workspace, record: Record) -> Record:
    """Let a record concern everybody whom the records that it was made from concern; say where one of these is unknown.

    Sources are named by licit's ids, with or without the number of a chunk, in the declared field :data:`MADE_FROM`.
    """
    named = [name.split("#")[0] for name in record.declared[MADE_FROM].translate(_BETWEEN).split()]
    stored = workspace.catalogue.stored(named)
    if not named or {*named} - {*stored}:
        return altered(record, declared={**record.declared, MADE_FROM: ""})
    subjects = _subjects(workspace, {name: shard for name, (_, shard) in stored.items()})
    first = len(record.people)
    people = [Person(ref=f"p{number}", kind="account", issuer=KNOWN, key=subject)
              for number, subject in enumerate(subjects, first)]
    concerns = tuple(Concern(person=person.ref, role="holder") for person in people)
    return altered(record, declared={**record.declared, MADE_FROM: " ".join(sorted({*named}))},
                   people=(*record.people, *people),
                   holder=record.holder or (people[0].ref if len(people) == 1 else ""),
                   turns=tuple(altered(turn, concerns=(*turn.concerns, *concerns)) for turn in record.turns))


def _subjects(workspace: Workspace, shards: Mapping[str, str]) -> Sequence[str]:
    """Give everybody whom some records concern, by the index of the shards they lie in."""
    files = [f"index/{shard}.parquet" for shard in sorted({*shards.values()})]
    rows = workspace.corpus.frame(files, ["subject", "record"])
    return sorted(set(rows.filter(pl.col("record").is_in(list(shards)))["subject"].to_list()))
