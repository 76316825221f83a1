"""`python -m feedback_app run|dev|build|serve`: what `make` calls to prepare and serve the app.

`run` migrates, loads the demo, builds the pages if anything they are made of has changed, and
serves them with the app on one port. `serve` is its last step alone. `user` manages accounts.
`audit` checks every LLM call against everything else recorded about it;
`purge` removes data past its retention period now; `forget-candidate ID` says what is held
about a candidate, and with `--yes` removes it. `setup-link`, `new-company` and
`reset-password EMAIL` show addresses that let people in; `remove-demo` deletes the demo's data.
"""

import argparse
import asyncio
import functools
import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError

from feedback_app import setup_commands, user_command
from feedback_app.core.demo import DEMO_SIGN_INS
from feedback_app.core.settings import ROOT, Settings, get_settings
from feedback_app.pages_build import build, build_environment, forget_build, is_built

_START_TIMEOUT_S = 120
_OTHER_FILES = 8192
"""Sockets of pages, which do not count as connections of HTTP, and everything else."""
_KEEPERS_OF_DATA = (
    "run",
    "serve",
    "user",
    "audit",
    "purge",
    "forget-candidate",
    *setup_commands.NAMES,
)


def _prepare() -> Settings:
    """Settings with the demo on unless set otherwise, a free port, a migrated database."""
    if "DEMO" not in get_settings().model_fields_set:
        _turn_demo_on()
    settings = get_settings()
    _require_free_port(settings)
    with _database_faults_told():
        _migrate()
        if settings.DEMO:
            asyncio.run(_load_demo(settings))
    return settings


def _turn_demo_on() -> None:
    """Only for this machine: anybody knows the demo's passwords."""
    if not get_settings().is_loopback:
        sys.exit(
            "The demo, with sign-ins that anybody knows, is not started by itself where others "
            "reach it (HOST, PUBLIC_URL): set DEMO=false, or DEMO=true if it is what you want."
        )
    os.environ["DEMO"] = "true"
    get_settings.cache_clear()


@contextmanager
def _database_faults_told() -> Iterator[None]:
    """End the process with a one-sentence error if the database cannot be used."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        sys.exit(_unusable(error))


def _unusable(error: SQLAlchemyError | OSError) -> str:
    cause = getattr(error, "orig", None) or error
    return f"The database that DATABASE_URL names cannot be used: {cause}"


def _require_free_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except socket.gaierror:
            sys.exit(f"Setting HOST is wrong: {settings.HOST} is not an address of this machine.")
        except OSError:
            sys.exit(
                f"Port {settings.PORT} on {settings.HOST} is already in use. "
                f"Choose another: make PORT={settings.PORT % 65_535 + 1} run"
            )


def _migrate() -> None:
    from alembic import command
    from alembic.config import Config

    command.upgrade(Config(ROOT / "alembic.ini"), "head")


async def _load_demo(settings: Settings) -> None:
    from feedback_app.db.demo import load_demo
    from feedback_app.db.session import Database

    database = Database(settings.DATABASE_URL)
    try:
        if await load_demo(database):
            print("Loaded the demo data")
    finally:
        await database.aclose()


def run() -> int:
    """Prepare everything, serve until the server ends, and return its exit code."""
    settings = _prepare()
    _build(settings)
    beginning = "" if settings.DEMO else setup_commands.begin(settings)
    print("Starting", flush=True)
    server = subprocess.Popen([sys.executable, "-m", "feedback_app", "serve"], cwd=ROOT)
    stopping = _stop_with_us(server)
    if _wait_until_up(settings, server):
        print(_greeting(settings, beginning), flush=True)
    code = server.wait()
    return 0 if stopping() else code


def _build(settings: Settings) -> None:
    if not is_built(settings):
        print("Building the pages", flush=True)
        build(settings)


def _stop_with_us(server: subprocess.Popen[bytes]) -> Callable[[], bool]:
    """Pass the first stop signal on to the server; the returned function says whether one came."""
    received: list[int] = []

    def stop(number: int, _frame: object) -> None:
        received.append(number)
        with suppress(ProcessLookupError):
            server.send_signal(signal.SIGTERM)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    return lambda: bool(received)


def _wait_until_up(settings: Settings, server: subprocess.Popen[bytes]) -> bool:
    """Whether the app answered its health check before the server ended or time ran out."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)  # noqa: S104
    until = time.monotonic() + _START_TIMEOUT_S
    while server.poll() is None and time.monotonic() < until:
        connection = http.client.HTTPConnection(host, settings.PORT, timeout=5)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return True
        connection.close()
        time.sleep(0.1)
    return False


def _greeting(settings: Settings, beginning: str) -> str:
    lines = ["", f"Debrief is ready: {settings.address}", ""]
    if settings.DEMO:
        lines += ["Demo sign-ins (email, password):"]
        lines += [f"  {s.email:<23} {s.password:<18} {s.label}" for s in DEMO_SIGN_INS]
        lines += [""]
    if beginning:
        lines += [beginning, ""]
    lines += ["Press Ctrl-C to stop."]
    return "\n".join(lines)


def serve() -> None:
    """Serve the built pages and the app on one port, until a signal ends it."""
    import granian.constants
    import granian.http
    import granian.server
    from reflex.utils import exec as reflex_exec
    from reflex_base import constants
    from reflex_base.environment import environment
    from reflex_base.utils import log

    settings = get_settings()
    if settings.REDIS_URL is None:
        os.environ["GRANIAN_WORKERS"] = "1"
    else:
        os.environ.setdefault("GRANIAN_WORKERS", str(max(2, os.cpu_count() or 1)))
        os.environ.setdefault("REFLEX_OPLOCK_ENABLED", "true")
    # Reflex has no settings for these. One worker that dies must not take the others down with it;
    # and with Rust threads of its own, a worker that is told to stop while pages are open may abort
    # before it has settled its generations.
    granian.server.Server = functools.partial(  # pyright: ignore[reportAttributeAccessIssue]
        granian.server.Server,
        respawn_failed_workers=True,
        runtime_mode=granian.constants.RuntimeModes.st,
        # To tell HTTP/2 from HTTP/1 it would wait forever for the first bytes of a connection.
        http=granian.constants.HTTPModes.http1,
        http1_settings=granian.http.HTTP1Settings(
            header_read_timeout=round(settings.HEADERS_WITHIN_S * 1000)
        ),
        backlog=settings.CONNECTIONS,
    )
    _allow_files(settings.CONNECTIONS + _OTHER_FILES)
    log.enable_managed_logging()
    environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    reflex_exec.run_backend_prod(
        settings.HOST,
        settings.PORT,
        constants.LogLevel.WARNING,
        mount_frontend_compiled_app=True,
    )


def _allow_files(wanted: int) -> None:
    """Raise the limit on files this process may have open, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def dev() -> None:
    """Become Reflex's hot-reloading server: one port, pages rebuilt as they change."""
    settings = _prepare()
    forget_build()
    beginning = "" if settings.DEMO else setup_commands.begin(settings)
    print(_greeting(settings, beginning), flush=True)
    command = [sys.executable, "-m", "reflex", "run", "--env", "preview"]
    os.execve(sys.executable, command, build_environment())  # noqa: S606


def _operate(arguments: argparse.Namespace) -> None:
    with _database_faults_told():
        _migrate()
        operator = user_command if arguments.command == "user" else setup_commands
        print(operator.run(arguments))


def main() -> int:
    arguments = _arguments()
    command: str = arguments.command
    os.chdir(ROOT)
    if command in _KEEPERS_OF_DATA:
        _keep_private()
    os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")
    # A page whose connection died silently notices by its pings, which by default are too rare.
    os.environ.setdefault("REFLEX_SOCKET_INTERVAL", "10s")
    os.environ.setdefault("REFLEX_SOCKET_TIMEOUT", "20s")
    if command == "run":
        return run()
    if command == "dev":
        dev()
    elif command in ("user", *setup_commands.NAMES):
        _operate(arguments)
    elif command == "build":
        _build(get_settings())
    elif command == "serve":
        serve()
    elif command == "audit":
        return _audit()
    else:
        return _retention(arguments)
    return 0


def _keep_private() -> None:
    """Make files written from now on, and the states Reflex keeps, readable by the owner only."""
    os.umask(0o077)
    with suppress(FileNotFoundError, PermissionError):
        (ROOT / os.environ.get("REFLEX_STATES_WORKDIR", ".states")).chmod(0o700)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m feedback_app", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, about in (
        ("run", "prepare everything and serve the app"),
        ("dev", "the same with hot reload"),
        ("build", "build the pages"),
        ("serve", "serve what is built"),
        ("audit", "check the ledger of LLM calls for errors"),
        ("purge", "remove what has been kept long enough"),
    ):
        commands.add_parser(name, help=about)
    user_command.add_arguments(commands.add_parser("user", help="manage people's accounts"))
    setup_commands.add_arguments(commands)
    forget = commands.add_parser("forget-candidate", help="remove all that is held about one")
    forget.add_argument("candidate_id", metavar="ID")
    forget.add_argument("--yes", action="store_true", help="remove it, instead of saying what")
    return parser.parse_args()


def _audit() -> int:
    """Print what is wrong with the configured database's ledger and return the exit code."""
    from feedback_app.db.session import Database
    from feedback_app.feedback import operation as _feedback  # noqa: F401 - it declares its checks
    from feedback_app.llm.audit import Audited, audit_counted

    async def look() -> Audited:
        database = Database(get_settings().DATABASE_URL)
        try:
            return await audit_counted(database, None)
        finally:
            await database.aclose()

    with _database_faults_told():
        done = asyncio.run(look())
    print("\n".join(done.lines))
    return 1 if done.findings else 0


def _retention(arguments: argparse.Namespace) -> int:
    from feedback_app.retention.commands import run_forget, run_purge

    with _database_faults_told():
        if arguments.command == "purge":
            return run_purge()
        return run_forget(arguments.candidate_id, really=arguments.yes)


if __name__ == "__main__":
    sys.exit(main())
