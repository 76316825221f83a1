"""sums of streamed tokens without the reasoning before them.

Revision: 0010
After: 0009
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KIND = ("operation", "model", "status", "error_code")
_HOUR_KEY = ("company_id", "hour", "user_id", "department_id", *_KIND)
_DAY_KEY = ("company_id", "subject_id", "day", *_KIND)
_HOUR_OF_START = {
    "sqlite": "CAST(strftime('%s', substr(started_at, 1, 19)) AS INTEGER) / 3600",
    "postgresql": "CAST(floor(extract(epoch FROM started_at) / 3600) AS INTEGER)",
}

_call = sa.table(
    "llm_call",
    *(sa.column(name) for name in ("company_id", "user_id", "department_id", "operation")),
    *(sa.column(name) for name in ("requested_model", "resolved_model", "status", "error_code")),
    *(sa.column(name, sa.Integer()) for name in ("completion_tokens", "reasoning_tokens")),
    sa.column("stream_ms", sa.Integer()),
)
_hours = sa.table("usage_rollup", *map(sa.column, (*_HOUR_KEY, "stream_tokens")))
_days = sa.table("usage_day", *map(sa.column, (*_DAY_KEY, "stream_tokens")))
_NONE = sa.literal_column("''")
"""Written out, because grouping by a parameter is not grouping by the same parameter."""
_model = sa.func.coalesce(_call.c.resolved_model, _call.c.requested_model)


def upgrade() -> None:
    completion, reasoning = _call.c.completion_tokens, _call.c.reasoning_tokens
    _count(sa.case((completion > reasoning, completion - reasoning), else_=0))


def downgrade() -> None:
    _count(_call.c.completion_tokens)


def _count(tokens: sa.ColumnElement[int]) -> None:
    """Make the column anew from so many tokens a call: by hour from calls, by day from hours.

    Only of models that reason: of the others the sums are the same either way.
    """
    connection = op.get_bind()
    that_reason = sa.select(_model).where(_call.c.reasoning_tokens > 0).distinct()
    models = connection.execute(that_reason).scalars().all()
    if models:
        hour = sa.literal_column(_HOUR_OF_START[connection.dialect.name])
        connection.execute(_update(_hours, _HOUR_KEY, _of_calls(models, hour, tokens)))
        connection.execute(_update(_days, _DAY_KEY, _of_hours(models)))


def _of_calls(
    models: Any, hour: sa.ColumnElement[int], tokens: sa.ColumnElement[int]
) -> sa.Subquery:
    key = (
        _call.c.company_id,
        hour.label("hour"),
        _call.c.user_id,
        sa.func.coalesce(_call.c.department_id, _NONE).label("department_id"),
        _call.c.operation,
        _model.label("model"),
        _call.c.status,
        sa.func.coalesce(_call.c.error_code, _NONE).label("error_code"),
    )
    summed = sa.func.sum(sa.case((_call.c.stream_ms > 0, tokens), else_=0))
    return (
        sa.select(*key, summed.label("stream_tokens"))
        .where(_call.c.status != "running", _model.in_(models))
        .group_by(*key)
        .subquery("made")
    )


def _of_hours(models: Any) -> sa.Subquery:
    day, kind = sa.literal_column("hour / 24").label("day"), [_hours.c[name] for name in _KIND]
    department = _hours.c.department_id
    rows = sa.union_all(
        *(
            sa.select(
                _hours.c.company_id,
                subject.label("subject_id"),
                day,
                *kind,
                sa.func.sum(_hours.c.stream_tokens).label("stream_tokens"),
            )
            .where(_hours.c.model.in_(models), which)
            .group_by(_hours.c.company_id, *by, day, *kind)
            for subject, by, which in (
                (_NONE, (), sa.true()),
                (_hours.c.user_id, (_hours.c.user_id,), sa.true()),
                (department, (department,), department != ""),
            )
        )
    )
    return rows.subquery("made")


def _update(table: sa.TableClause, key: tuple[str, ...], made: sa.Subquery) -> sa.Update:
    return (
        sa.update(table)
        .values(stream_tokens=made.c.stream_tokens)
        .where(*(table.c[name] == made.c[name] for name in key))
    )
