"""Alembic's migrations, run on real databases."""

from alembic import command

from tests.apart import call_apart
from tests.databases import alembic_config, migrate


def test_the_models_and_the_migrations_describe_the_same_tables(database_url: str) -> None:
    call_apart(lambda: command.check(alembic_config(database_url)))


def test_migrating_a_migrated_database_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    call_apart(lambda: command.check(alembic_config(database_url)))


def test_every_migration_can_be_undone_and_done_again(database_url: str) -> None:
    call_apart(lambda: command.downgrade(alembic_config(database_url), "base"))
    migrate(database_url)
    call_apart(lambda: command.check(alembic_config(database_url)))
