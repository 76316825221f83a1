"""what a job description says: level and must-haves of a job, and the description itself.

Revision: 0019
After: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def _columns() -> tuple[sa.Column, ...]:
    return (
        sa.Column("level", sa.String(length=20), nullable=False, server_default=""),
        sa.Column("must_haves", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("description", sa.Text(), nullable=False, server_default=""),
        sa.Column("description_saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("description_revision", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("description_writer", sa.String(length=32), nullable=False, server_default=""),
        sa.Column("metadata_call_id", sa.String(length=36), nullable=True),
    )


def upgrade() -> None:
    for column in _columns():
        op.add_column("job", column)


def downgrade() -> None:
    for column in reversed(_columns()):
        op.drop_column("job", column.name)
