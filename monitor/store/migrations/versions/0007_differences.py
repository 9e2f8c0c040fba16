"""Older texts as differences from newer ones, and short ways to what waits."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("version", sa.Column("base", RowId, nullable=True))
    op.add_column("version", sa.Column("behind", sa.Integer(), nullable=False, server_default="0"))
    for name in ("unread", "due"):
        given = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_item_{name}", "item", ["source"], sqlite_where=given, postgresql_where=given
        )
