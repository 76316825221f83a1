"""alerts, and the state of their delivery.

Revision: 0008
After: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_UNSEEN = sa.text("seen_at IS NULL")
_TO_SEND = sa.text("next_attempt_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("measured", sa.BigInteger(), nullable=False),
        sa.Column("bound", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_by", sa.String(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivery_error", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"]),
        sa.ForeignKeyConstraint(["seen_by"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "company_id", "kind", "subject", "period", "level", "bound", name="uq_alert_condition"
        ),
    )
    op.create_index("ix_alert_company_raised", "alert", ["company_id", "raised_at"])
    op.create_index(
        "ix_alert_unseen",
        "alert",
        ["company_id"],
        sqlite_where=_UNSEEN,
        postgresql_where=_UNSEEN,
    )
    op.create_index(
        "ix_alert_to_send",
        "alert",
        ["next_attempt_at"],
        sqlite_where=_TO_SEND,
        postgresql_where=_TO_SEND,
    )


def downgrade() -> None:
    op.drop_table("alert")
