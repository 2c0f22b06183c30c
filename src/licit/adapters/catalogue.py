"""Which state of each record is stored and in which shard, so that importing twice changes nothing."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Column, Engine, LargeBinary, String, Table, bindparam, delete

from .database import among, insert, metadata, writing

catalogue = Table(
    "catalogue", metadata,
    Column("record", String, primary_key=True),
    Column("version", LargeBinary, nullable=False),
    Column("shard", String, nullable=False))

_STORED = "SELECT record, version, shard FROM catalogue WHERE record IN"
_FORGET = delete(catalogue).where(catalogue.c.record == bindparam("old"))


class SqlCatalogue:
    """The port ``Catalogue`` on the workspace's database."""

    def __init__(self, engine: Engine) -> None:
        """Use a migrated database."""
        self.engine = engine

    def stored(self, records: Sequence[str]) -> dict[str, tuple[bytes, str]]:
        """Give the version and shard of each record that is stored."""
        with self.engine.connect() as connection:
            return {record: (bytes(version), shard) for record, version, shard in among(connection, _STORED, records)}

    def add(self, shard: str, versions: Mapping[str, bytes]) -> None:
        """Record the versions that a shard holds; a later shard supersedes an earlier one."""
        if not versions:
            return
        with writing(self.engine) as connection:
            old = [row[0] for row in among(connection, _STORED, list(versions))]
            if old:
                connection.execute(_FORGET, [{"old": record} for record in old])
            insert(connection, catalogue, [(record, version, shard) for record, version in versions.items()])

    def forget(self, records: Sequence[str]) -> None:
        """Forget records that were erased."""
        if records:
            with writing(self.engine) as connection:
                connection.execute(_FORGET, [{"old": record} for record in records])
