"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Moment = sa.DateTime(timezone=True)
RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "list",
        sa.Column("list", sa.String(length=64), nullable=False),
        sa.Column("first_seen", Moment, nullable=False),
        sa.Column("since_alert", RowId, nullable=False),
        sa.Column("last_cutoff", Moment, nullable=False),
        sa.Column("last_mail", Moment, nullable=False),
        sa.PrimaryKeyConstraint("list", name=op.f("pk_list")),
    )
    op.create_table(
        "source",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("first_checked", Moment, nullable=True),
        sa.Column("last_checked", Moment, nullable=True),
        sa.Column("last_success", Moment, nullable=True),
        sa.Column("last_changed", Moment, nullable=True),
        sa.Column("last_full", Moment, nullable=True),
        sa.Column("next_check", Moment, nullable=True),
        sa.Column("failing_since", Moment, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("error_state", sa.String(length=32), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.String(length=64), nullable=True),
        sa.Column("definition", sa.String(length=64), nullable=True),
        sa.Column("shrunk", sa.String(length=64), nullable=True),
        sa.Column("told", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source")),
    )
    op.create_index(op.f("ix_source_next_check"), "source", ["next_check"], unique=False)
    op.create_table(
        "alert",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("detected_at", Moment, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("story", sa.String(length=16), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.source"], name=op.f("fk_alert_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_alert_detected_at"), "alert", ["detected_at"], unique=False)
    op.create_index("ix_alert_source_item", "alert", ["source", "item"], unique=False)
    op.create_index(op.f("ix_alert_story"), "alert", ["story"], unique=False)
    op.create_table(
        "digest",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("list", sa.String(length=64), nullable=False),
        sa.Column("cutoff", Moment, nullable=False),
        sa.Column("composed_at", Moment, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["list"], ["list.list"], name=op.f("fk_digest_list")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("list", "cutoff", "kind", name=op.f("uq_digest_list_cutoff_kind")),
    )
    op.create_table(
        "version",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["source.source"], name=op.f("fk_version_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_version_source_item", "version", ["source", "item"], unique=False)
    op.create_index("ix_version_source_number", "version", ["source", "number"], unique=False)
    op.create_table(
        "digest_alert",
        sa.Column("list", sa.String(length=64), nullable=False),
        sa.Column("alert", RowId, nullable=False),
        sa.Column("digest", RowId, nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name=op.f("fk_digest_alert_alert")),
        sa.ForeignKeyConstraint(["digest"], ["digest.id"], name=op.f("fk_digest_alert_digest")),
        sa.ForeignKeyConstraint(["list"], ["list.list"], name=op.f("fk_digest_alert_list")),
        sa.PrimaryKeyConstraint("list", "alert", name=op.f("pk_digest_alert")),
    )
    op.create_index(op.f("ix_digest_alert_digest"), "digest_alert", ["digest"], unique=False)
    op.create_table(
        "item",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("identity", sa.String(length=16), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.LargeBinary(), nullable=False),
        sa.Column("version", RowId, nullable=False),
        sa.Column("unread", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.source"], name=op.f("fk_item_source")),
        sa.ForeignKeyConstraint(["version"], ["version.id"], name=op.f("fk_item_version")),
        sa.PrimaryKeyConstraint("source", "item", name=op.f("pk_item")),
    )
    op.create_index("ix_item_source_present", "item", ["source", "present"], unique=False)
    op.create_table(
        "mail",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("digest", RowId, nullable=False),
        sa.Column("list", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("mime", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", Moment, nullable=False),
        sa.Column("settled_at", Moment, nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["digest"], ["digest.id"], name=op.f("fk_mail_digest")),
        sa.ForeignKeyConstraint(["list"], ["list.list"], name=op.f("fk_mail_list")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_id", "recipient", name=op.f("uq_mail_message_id_recipient")),
    )
    op.create_index(op.f("ix_mail_digest"), "mail", ["digest"], unique=False)
    op.create_index("ix_mail_state_next_attempt", "mail", ["state", "next_attempt"], unique=False)
