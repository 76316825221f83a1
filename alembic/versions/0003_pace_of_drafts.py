"""pace of drafts, and a way from a call to its log row.

Revision: 0003
After: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OF_A_CALL = sa.text("llm_call_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("draft", sa.Column("pace", sa.JSON(), nullable=False, server_default="[]"))
    op.create_index(
        "ix_system_log_llm_call",
        "system_log",
        ["llm_call_id"],
        sqlite_where=_OF_A_CALL,
        postgresql_where=_OF_A_CALL,
    )


def downgrade() -> None:
    op.drop_index(
        "ix_system_log_llm_call",
        "system_log",
        sqlite_where=_OF_A_CALL,
        postgresql_where=_OF_A_CALL,
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_column("pace")
