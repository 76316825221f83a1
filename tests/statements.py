"""Lets all SQLite databases of a test run share what SQLAlchemy made of statements.

It turns a statement into SQL once for an engine, and every test has an engine of its own: half of
what a short test cost. Statements are kept by dialect, so the engines share that as well.
"""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from feedback_app.db import session


def share_statements() -> None:
    """From here on, for every engine that the app makes in this process."""
    first: AsyncEngine | None = None

    def create(url: str, **options: Any) -> AsyncEngine:
        nonlocal first
        engine = create_async_engine(url, **options)
        if engine.dialect.name != "sqlite":
            return engine
        if first is None:
            first = engine
        ours, shared = engine.sync_engine, first.sync_engine
        ours.dialect = ours.pool._dialect = shared.dialect
        ours._compiled_cache = shared._compiled_cache
        return engine

    session.create_async_engine = create
