"""the address of a person's calendar.

Revision: 0023
After: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("app_user") as user:
        user.add_column(sa.Column("calendar_hash", sa.String(length=64), nullable=True))
        user.create_unique_constraint("uq_app_user_calendar_hash", ["calendar_hash"])


def downgrade() -> None:
    with op.batch_alter_table("app_user") as user:
        user.drop_constraint("uq_app_user_calendar_hash", type_="unique")
        user.drop_column("calendar_hash")
