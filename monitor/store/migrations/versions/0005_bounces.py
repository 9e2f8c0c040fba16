"""Mails that came back, recipients that get none, and the key that we sign with."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Utc, Words

revision = "0005"
down_revision = "0004"

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Chance is the database's: nobody knows the key, and a copy of the database keeps it.
_CHANCE = {
    "sqlite": "randomblob(32)",
    "postgresql": (
        "decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')"
    ),
}


def upgrade() -> None:
    op.create_table(
        "bounce",
        sa.Column("mail", RowId, autoincrement=False, nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("recipient", Words(), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("told", Words(), nullable=False),
        sa.PrimaryKeyConstraint("mail", "severity", name=op.f("pk_bounce")),
    )
    op.create_table(
        "pause",
        sa.Column("recipient", Words(), nullable=False),
        sa.Column("since", Utc(timezone=True), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("resumed", Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("recipient", name=op.f("pk_pause")),
    )
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
    )
    chance = _CHANCE[op.get_bind().dialect.name]
    op.execute(f"INSERT INTO signing_key (id, key) VALUES (1, {chance})")
