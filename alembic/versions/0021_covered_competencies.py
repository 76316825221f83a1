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

_INDEXES = {
    "ix_interview_company_held": ["company_id", "held_at", "id"],
    "ix_interview_candidate": ["candidate_id", "archived_at", "held_at"],
    "ix_interview_job": ["job_id", "archived_at"],
}


def upgrade() -> None:
    op.add_column("interview", sa.Column("covers", sa.JSON(), nullable=False, server_default="[]"))
    for name, columns in _INDEXES.items():
        op.create_index(name, "interview", columns)


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, table_name="interview")
    op.drop_column("interview", "covers")
