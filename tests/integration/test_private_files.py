"""What the app keeps on disk is for its owner alone."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from feedback_app.__main__ import _KEEPERS_OF_DATA
from feedback_app.core.settings import ROOT
from feedback_app.db import sqlite
from feedback_app.db.session import Database
from tests.factories import make_company


def rights(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


async def use(path: Path) -> set[str]:
    """Open the database, write, and the rights of its files meanwhile."""
    database = Database(f"sqlite:///{path}")
    async with database.write() as session:
        await (await session.connection()).exec_driver_sql("CREATE TABLE IF NOT EXISTS t (x)")
    found = {file.name.removeprefix(path.name): rights(file) for file in path.parent.iterdir()}
    await database.aclose()
    assert set(found) == {"", "-wal", "-shm"}
    return set(found.values())


async def test_a_new_database_and_its_folder_are_private(tmp_path: Path):
    path = tmp_path / "new" / "debrief.db"
    assert await use(path) == {"0o600"}
    assert rights(path.parent) == "0o700"


async def test_files_that_others_could_read_are_mended_and_their_folder_is_left(tmp_path: Path):
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    path = folder / "debrief.db"
    for name in ("debrief.db", "debrief.db-wal", "debrief.db-shm"):
        (folder / name).touch()
        (folder / name).chmod(0o644)
    assert await use(path) == {"0o600"}
    assert rights(folder) == "0o755"


async def test_the_projects_own_folder_is_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite, "ROOT", tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o755)
    await use(data / "debrief.db")
    assert rights(data) == "0o700"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_deleted_rows_are_overwritten(database: Database):
    await make_company(database)
    async with database.read() as session:
        connection = await session.connection()
        assert (await connection.exec_driver_sql("PRAGMA secure_delete")).scalar() == 1


@pytest.mark.processes
def test_what_a_command_writes_is_for_its_owner_alone(tmp_path: Path):
    """Every command that touches data: what it makes beside the database, too."""
    assert {"run", "serve", "user", "audit", "purge", "forget-candidate"} <= set(_KEEPERS_OF_DATA)
    file = tmp_path / "made"
    script = "import pathlib, sys; from feedback_app.__main__ import _keep_private; "
    script += "_keep_private(); pathlib.Path(sys.argv[1]).touch()"
    subprocess.run([sys.executable, "-c", script, str(file)], check=True, cwd=ROOT)
    assert rights(file) == "0o600"
