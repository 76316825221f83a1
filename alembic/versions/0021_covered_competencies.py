"""which competencies an interview covers, and the order of a company's interviews.

Revision: 0021
After: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_INDEX = "ix_interview_company_held"


def upgrade() -> None:
    op.add_column("interview", sa.Column("covers", sa.JSON(), nullable=False, server_default="[]"))
    op.create_index(_INDEX, "interview", ["company_id", "held_at", "id"])


def downgrade() -> None:
    op.drop_index(_INDEX, table_name="interview")
    op.drop_column("interview", "covers")
