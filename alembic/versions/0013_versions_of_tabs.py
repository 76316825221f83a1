"""which tab a text was written in that is kept aside, and over which revision.

Revision: 0013
After: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("text_version", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("writer", sa.String(length=32), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("base", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("text_version", schema=None) as batch_op:
        batch_op.drop_column("base")
        batch_op.drop_column("writer")
