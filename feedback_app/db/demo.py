"""Stub."""

from feedback_app.db.session import Database


async def load_demo(database: Database) -> bool:
    return False
