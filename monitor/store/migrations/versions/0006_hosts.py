"""Whose turn it is with a host, for machines that share a server."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Utc, Words

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "host",
        sa.Column("host", Words(), nullable=False),
        sa.Column("holder", Words(), nullable=True),
        sa.Column("held_until", Utc(timezone=True), nullable=True),
        sa.Column("last", Utc(timezone=True), nullable=True),
        sa.Column("closed_until", Utc(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host")),
    )
