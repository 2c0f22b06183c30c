"""Which state of each record is stored and in which shard, so that importing twice changes nothing."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Column, Engine, LargeBinary, String, Table, bindparam, delete, select

from .database import metadata, writing

catalogue = Table(
    "catalogue", metadata,
    Column("record", String, primary_key=True),
    Column("version", LargeBinary, nullable=False),
    Column("shard", String, nullable=False))

_PAGE = 900


class SqlCatalogue:
    """The port ``Catalogue`` on the workspace's database."""

    def __init__(self, engine: Engine) -> None:
        """Use a migrated database."""
        self.engine = engine

    def stored(self, records: Sequence[str]) -> dict[str, tuple[bytes, str]]:
        """Give the version and shard of each record that is stored."""
        query = select(catalogue).where(catalogue.c.record.in_(bindparam("records", expanding=True)))
        out: dict[str, tuple[bytes, str]] = {}
        with self.engine.connect() as connection:
            for start in range(0, len(records), _PAGE):
                for row in connection.execute(query, {"records": list(records[start:start + _PAGE])}):
                    out[row.record] = (bytes(row.version), row.shard)
        return out

    def add(self, shard: str, versions: Mapping[str, bytes]) -> None:
        """Record the versions that a shard holds; a later shard supersedes an earlier one."""
        rows = [{"record": record, "version": version, "shard": shard} for record, version in versions.items()]
        with writing(self.engine) as connection:
            connection.execute(delete(catalogue).where(catalogue.c.record == bindparam("old")),
                               [{"old": row["record"]} for row in rows])
            connection.execute(catalogue.insert(), rows)

    def forget(self, records: Sequence[str]) -> None:
        """Forget records that were erased."""
        with writing(self.engine) as connection:
            connection.execute(delete(catalogue).where(catalogue.c.record == bindparam("old")),
                               [{"old": record} for record in records])
