"""ways through the system log by each of its filters.

Revision: 0007
After: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_FAILED = sa.text("((status >= '4' AND status < '6') OR status IN ('error', 'interrupted'))")
_OF_A_CALL = sa.text("llm_call_id IS NOT NULL")
_INDEXES = {
    "ix_system_log_component_at": ["company_id", "component", "at"],
    "ix_system_log_action_at": ["company_id", "action", "at"],
    "ix_system_log_user_id_at": ["company_id", "user_id", "at"],
    "ix_system_log_status_at": ["company_id", "status", "at"],
    "ix_system_log_path_at": ["company_id", "path", "at"],
    "ix_system_log_request_id": ["request_id"],
}
_PARTIAL = {
    "ix_system_log_failed_at": (["company_id", "at"], _FAILED),
    "ix_system_log_model_at": (["company_id", "model", "at"], _OF_A_CALL),
}


def upgrade() -> None:
    op.drop_index("ix_system_log_component", "system_log")
    for name, columns in _INDEXES.items():
        op.create_index(name, "system_log", columns)
    for name, (columns, where) in _PARTIAL.items():
        op.create_index(name, "system_log", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, (_, where) in _PARTIAL.items():
        op.drop_index(name, "system_log", sqlite_where=where, postgresql_where=where)
    for name in _INDEXES:
        op.drop_index(name, "system_log")
    op.create_index("ix_system_log_component", "system_log", ["component"])
