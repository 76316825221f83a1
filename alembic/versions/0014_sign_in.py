"""browsers that are known at a sign-in, and when all access of a person was ended.

Revision: 0014
After: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_device",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_known_device_user_id", "known_device", ["user_id"])
    op.add_column("sign_in_attempt", sa.Column("device", sa.String(length=64), nullable=True))
    op.add_column(
        "app_user", sa.Column("access_ended_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("app_user", "access_ended_at")
    op.drop_column("sign_in_attempt", "device")
    op.drop_table("known_device")
