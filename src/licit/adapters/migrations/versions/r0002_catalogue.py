"""The catalogue of stored records."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "catalogue",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("version", sa.LargeBinary(), nullable=False),
        sa.Column("shard", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("record", name="pk_catalogue"))
