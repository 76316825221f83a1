"""what a call is about and the key under which one runs, of any operation; typed results.

Revision: 0017
After: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_RUNNING = sa.text("status = 'running'")


def upgrade() -> None:
    for column in (
        sa.Column("subject_kind", sa.String(length=20), nullable=False, server_default=""),
        sa.Column("subject_id", sa.String(length=36), nullable=False, server_default=""),
        sa.Column("run_key", sa.String(length=240), nullable=False, server_default=""),
    ):
        op.add_column("llm_call", column)
    op.execute(
        "UPDATE llm_call SET subject_kind = 'interview',"
        " subject_id = COALESCE(interview_id, '')"
        " WHERE interview_id IS NOT NULL OR operation = 'feedback'"
    )
    op.execute(
        "UPDATE llm_call SET run_key = company_id || '/' || operation || '/' || subject_kind || '/'"
        " || subject_id || '/' || user_id"
        " WHERE subject_id <> ''"
    )
    # What runs without a subject would share one key; before, null kept such rows apart.
    op.execute("UPDATE llm_call SET run_key = id WHERE subject_id = '' AND status = 'running'")
    op.drop_index("uq_llm_call_running", "llm_call")
    op.drop_index("ix_llm_call_interview", "llm_call")
    with op.batch_alter_table("llm_call") as batch_op:
        batch_op.drop_column("interview_id")
    op.create_index(
        "uq_llm_call_running",
        "llm_call",
        ["run_key"],
        unique=True,
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
    op.create_index("ix_llm_call_subject", "llm_call", ["subject_id", "user_id"])
    op.add_column("draft", sa.Column("result", sa.JSON(), nullable=True))
    op.drop_index("ix_draft_interview_id", "draft")
    with op.batch_alter_table("draft") as batch_op:
        batch_op.drop_column("interview_id")


def downgrade() -> None:
    # A draft names an interview again, so those of other subjects go, as do their calls' runs.
    op.execute(
        "DELETE FROM draft WHERE llm_call_id IN"
        " (SELECT id FROM llm_call WHERE subject_kind <> 'interview' OR subject_id = '')"
    )
    op.add_column("llm_call", sa.Column("interview_id", sa.String(), nullable=True))
    op.execute(
        "UPDATE llm_call SET interview_id = subject_id"
        " WHERE subject_kind = 'interview' AND subject_id <> ''"
    )
    op.drop_index("ix_llm_call_subject", "llm_call")
    op.drop_index("uq_llm_call_running", "llm_call")
    with op.batch_alter_table("llm_call") as batch_op:
        for name in ("run_key", "subject_id", "subject_kind"):
            batch_op.drop_column(name)
        batch_op.create_foreign_key(
            "fk_llm_call_interview_id", "interview", ["interview_id"], ["id"]
        )
    op.create_index("ix_llm_call_interview", "llm_call", ["interview_id", "user_id"])
    op.create_index(
        "uq_llm_call_running",
        "llm_call",
        ["interview_id", "user_id", "operation"],
        unique=True,
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
    op.add_column(
        "draft", sa.Column("interview_id", sa.String(), nullable=False, server_default="")
    )
    op.execute(
        "UPDATE draft SET interview_id ="
        " (SELECT interview_id FROM llm_call WHERE llm_call.id = draft.llm_call_id)"
    )
    with op.batch_alter_table("draft") as batch_op:
        batch_op.alter_column("interview_id", existing_type=sa.String(), server_default=None)
        batch_op.drop_column("result")
        batch_op.create_foreign_key("fk_draft_interview_id", "interview", ["interview_id"], ["id"])
    op.create_index("ix_draft_interview_id", "draft", ["interview_id"])
