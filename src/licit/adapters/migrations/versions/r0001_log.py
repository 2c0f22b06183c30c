"""The log, what its entries commit to, its tiles, and the identities."""

import sqlalchemy as sa
from alembic import op

from licit.adapters.database import Bytes, Guard

revision = "0001"
down_revision = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_GUARDS = (Guard(table="log", key=("seq",), sequenced=True),
           Guard(table="log_decision", key=("seq",), erasable=True),
           Guard(table="log_particulars", key=("seq",), erasable=True),
           Guard(table="log_tile", key=("level", "position")),
           Guard(table="subject", key=("subject",)),
           Guard(table="subject_index", key=("lookup",)))


def upgrade() -> None:
    """Make the tables and their guards."""
    _log()
    op.create_table(
        "subject",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("tag_key", Bytes(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("entry", _BIG, sa.ForeignKey("log.seq", name="fk_subject_entry_log"), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_subject"))
    op.create_table(
        "subject_index",
        sa.Column("lookup", sa.String(), nullable=False),
        sa.Column("subject", sa.String(),
                  sa.ForeignKey("subject.subject", name="fk_subject_index_subject_subject"), nullable=False),
        sa.PrimaryKeyConstraint("lookup", name="pk_subject_index"))
    for guard in _GUARDS:
        for statement in guard.statements(op.get_bind().dialect.name):
            op.execute(statement)


def _log() -> None:
    op.create_table(
        "log",
        sa.Column("seq", _BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("received_at", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("about_salt", Bytes(), nullable=False),
        sa.Column("decision_commitment", Bytes(), nullable=False),
        sa.Column("particulars_commitment", Bytes(), nullable=False),
        sa.Column("leaf", Bytes(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_log"))
    op.create_index("ix_log_subject_seq", "log", ["subject", "seq"])
    op.create_index("ix_log_kind_seq", "log", ["kind", "seq"])
    for table in ("log_decision", "log_particulars"):
        op.create_table(
            table,
            sa.Column("seq", _BIG, sa.ForeignKey("log.seq", name=f"fk_{table}_seq_log"), autoincrement=False,
                      nullable=False),
            sa.Column("salt", Bytes(), nullable=False),
            sa.Column("body", Bytes(), nullable=False),
            sa.PrimaryKeyConstraint("seq", name=f"pk_{table}"))
    op.create_table(
        "log_tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", _BIG, autoincrement=False, nullable=False),
        sa.Column("hash", Bytes(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name="pk_log_tile"))
