"""account links, settings of companies, archived rows, who was last seen when.

Revision: 0020
After: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)
_ARCHIVED = ("department", "job", "candidate", "interview")


def upgrade() -> None:
    op.create_table(
        "account_link",
        sa.Column("id", sa.String(length=36), primary_key=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False, unique=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("company_id", sa.String(), sa.ForeignKey("company.id"), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False, server_default=""),
        sa.Column("role", sa.String(length=20), nullable=False, server_default=""),
        sa.Column("user_id", sa.String(), sa.ForeignKey("app_user.id"), nullable=True),
        sa.Column("made_by", sa.String(), sa.ForeignKey("app_user.id"), nullable=True),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.Column("used_at", _WHEN, nullable=True),
        sa.Column("revoked_at", _WHEN, nullable=True),
    )
    op.create_index("ix_account_link_company_id", "account_link", ["company_id"])
    op.create_index("ix_account_link_user_id", "account_link", ["user_id"])
    with op.batch_alter_table("company") as company:
        company.add_column(
            sa.Column("is_demo", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        company.add_column(
            sa.Column("time_zone", sa.String(length=64), nullable=False, server_default="UTC")
        )
        company.add_column(
            sa.Column("interviewers_add", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    op.add_column("app_user", sa.Column("last_seen_at", _WHEN, nullable=True))
    for table in _ARCHIVED:
        op.add_column(table, sa.Column("archived_at", _WHEN, nullable=True))
    op.add_column("competency", sa.Column("steps", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("interview") as interview:
        interview.add_column(sa.Column("created_by", sa.String(), nullable=True))
        interview.create_foreign_key("fk_interview_created_by", "app_user", ["created_by"], ["id"])
    # Nobody else can have an address of the demo.
    op.execute(
        "UPDATE company SET is_demo = true WHERE id IN "
        "(SELECT company_id FROM app_user WHERE email LIKE '%@demo.test')"
    )


def downgrade() -> None:
    with op.batch_alter_table("interview") as interview:
        interview.drop_constraint("fk_interview_created_by", type_="foreignkey")
        interview.drop_column("created_by")
    op.drop_column("competency", "steps")
    for table in _ARCHIVED:
        op.drop_column(table, "archived_at")
    op.drop_column("app_user", "last_seen_at")
    with op.batch_alter_table("company") as company:
        company.drop_column("interviewers_add")
        company.drop_column("time_zone")
        company.drop_column("is_demo")
    op.drop_table("account_link")
