"""prices that administrators set, and what was priced anew.

Revision: 0004
After: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "price_override",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("input_microusd_per_mtok", sa.BigInteger(), nullable=False),
        sa.Column("cached_microusd_per_mtok", sa.BigInteger(), nullable=False),
        sa.Column("output_microusd_per_mtok", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"]),
        sa.ForeignKeyConstraint(["set_by"], ["app_user.id"]),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_price_override_company_model",
        "price_override",
        ["company_id", "model", "starts_at"],
    )
    op.create_table(
        "price_recalculation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("before_microusd", sa.BigInteger(), nullable=False),
        sa.Column("after_microusd", sa.BigInteger(), nullable=False),
        sa.Column("became_known", sa.Integer(), nullable=False),
        sa.Column("became_unknown", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_price_recalculation_company_at", "price_recalculation", ["company_id", "at"]
    )


def downgrade() -> None:
    op.drop_index("ix_price_recalculation_company_at", "price_recalculation")
    op.drop_table("price_recalculation")
    op.drop_index("ix_price_override_company_model", "price_override")
    op.drop_table("price_override")
