"""Names of alerts by which the same news is found again in another source or on another day."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "alert_key",
        sa.Column("alert", RowId, nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name=op.f("fk_alert_key_alert")),
        sa.PrimaryKeyConstraint("alert", "key", name=op.f("pk_alert_key")),
    )
    op.create_index(op.f("ix_alert_key_key"), "alert_key", ["key"], unique=False)
