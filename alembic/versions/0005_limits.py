"""limits of companies and people, the audit of their changes, and what running calls may use.

Revision: 0005
After: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OF_A_COMPANY = sa.text("user_id IS NULL")
_OF_A_PERSON = sa.text("user_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "limit_value",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "uq_limit_value_company",
        "limit_value",
        ["company_id", "name"],
        unique=True,
        sqlite_where=_OF_A_COMPANY,
        postgresql_where=_OF_A_COMPANY,
    )
    op.create_index(
        "uq_limit_value_person",
        "limit_value",
        ["company_id", "user_id", "name"],
        unique=True,
        sqlite_where=_OF_A_PERSON,
        postgresql_where=_OF_A_PERSON,
    )
    op.create_table(
        "limit_change",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("before", sa.String(length=80), nullable=False),
        sa.Column("after", sa.String(length=80), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["app_user.id"]),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_limit_change_company_at", "limit_change", ["company_id", "at"])
    op.add_column(
        "llm_call", sa.Column("reserved_tokens", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    with op.batch_alter_table("llm_call", schema=None) as batch_op:
        batch_op.drop_column("reserved_tokens")
    op.drop_index("ix_limit_change_company_at", table_name="limit_change")
    op.drop_table("limit_change")
    op.drop_index("uq_limit_value_person", table_name="limit_value")
    op.drop_index("uq_limit_value_company", table_name="limit_value")
    op.drop_table("limit_value")
