"""tokens that a provider writes to its cache, with their price; prompts that a server cut.

Revision: 0018
After: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_SUMS = ("usage_rollup", "usage_day")


def upgrade() -> None:
    # Calls of before have none: no provider told of them, and none was charged for.
    op.add_column(
        "llm_call",
        sa.Column("cache_write_tokens", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column(
        "llm_call",
        sa.Column("sent_tokens_at_least", sa.Integer(), nullable=False, server_default="0"),
    )
    for table in _SUMS:
        op.add_column(
            table,
            sa.Column("cache_write_tokens", sa.BigInteger(), nullable=False, server_default="0"),
        )
    op.add_column(
        "price_override", sa.Column("cache_write_microusd_per_mtok", sa.BigInteger(), nullable=True)
    )
    op.execute("UPDATE price_override SET cache_write_microusd_per_mtok = input_microusd_per_mtok")
    with op.batch_alter_table("price_override") as batch_op:
        batch_op.alter_column(
            "cache_write_microusd_per_mtok", existing_type=sa.BigInteger(), nullable=False
        )


def downgrade() -> None:
    with op.batch_alter_table("price_override") as batch_op:
        batch_op.drop_column("cache_write_microusd_per_mtok")
    op.drop_column("llm_call", "sent_tokens_at_least")
    for table in ("llm_call", *_SUMS):
        op.drop_column(table, "cache_write_tokens")
