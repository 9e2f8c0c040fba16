"""What is learnt of a source: its rhythm, odd answers, and its last outage."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("source", sa.Column("odd", sa.Text(), nullable=True))
    op.add_column("source", sa.Column("odd_since", Moment, nullable=True))
    op.add_column("source", sa.Column("patience", sa.Integer(), nullable=True))
    op.add_column("source", sa.Column("outage_since", Moment, nullable=True))
    op.add_column("source", sa.Column("outage_until", Moment, nullable=True))
    op.add_column(
        "source", sa.Column("caught_up", sa.Integer(), nullable=False, server_default="0")
    )
