"""what the interviewer's desk keeps.

Revision: 0011
After: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scorecard_event",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("scorecard_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["scorecard_id"],
            ["scorecard.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("scorecard_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_scorecard_event_scorecard_id"), ["scorecard_id"], unique=False
        )

    op.create_table(
        "text_version",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("scorecard_id", sa.String(), nullable=False),
        sa.Column("field", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("blocks", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("call_id", sa.String(length=36), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["scorecard_id"],
            ["scorecard.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("text_version", schema=None) as batch_op:
        batch_op.create_index(
            "ix_text_version_scorecard", ["scorecard_id", "field", "id"], unique=False
        )

    with op.batch_alter_table("competency_rating", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("not_assessed", sa.Boolean(), server_default=sa.false(), nullable=False)
        )

    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notes", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("judgements", sa.String(length=16), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("cites", sa.Text(), server_default="", nullable=False))

    with op.batch_alter_table("scorecard", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("notes_revision", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("feedback_blocks", sa.JSON(), server_default="[]", nullable=False)
        )
        batch_op.add_column(
            sa.Column("feedback_revision", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("feedback_kept", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        for writer in ("notes_writer", "feedback_writer"):
            batch_op.add_column(
                sa.Column(writer, sa.String(length=32), server_default="", nullable=False)
            )
        batch_op.add_column(sa.Column("undo_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("put_back", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("placements", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("answers", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("scorecard", schema=None) as batch_op:
        batch_op.drop_column("answers")
        batch_op.drop_column("placements")
        batch_op.drop_column("put_back")
        batch_op.drop_column("undo_id")
        batch_op.drop_column("feedback_kept")
        batch_op.drop_column("feedback_writer")
        batch_op.drop_column("notes_writer")
        batch_op.drop_column("feedback_revision")
        batch_op.drop_column("feedback_blocks")
        batch_op.drop_column("notes_revision")

    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_column("cites")
        batch_op.drop_column("judgements")
        batch_op.drop_column("notes")

    with op.batch_alter_table("competency_rating", schema=None) as batch_op:
        batch_op.drop_column("not_assessed")

    with op.batch_alter_table("text_version", schema=None) as batch_op:
        batch_op.drop_index("ix_text_version_scorecard")

    op.drop_table("text_version")
    with op.batch_alter_table("scorecard_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scorecard_event_scorecard_id"))

    op.drop_table("scorecard_event")
