"""Procedures that are to go on by a day: how far each is, until when, which day was told."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("item", sa.Column("state", sa.String(length=16), nullable=True))
    op.add_column("item", sa.Column("due", Moment, nullable=True))
    op.add_column("item", sa.Column("overdue_told", Moment, nullable=True))
