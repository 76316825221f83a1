"""The proxies of `deploy/` as programs of their own, in front of the app on loopback."""

import os
import resource
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template

from feedback_app.core.settings import ROOT
from tests.databases import free_port
from tests.e2e.serving import wait_until
from tests.proxies import find

DEPLOY = ROOT / "deploy"
PER_ADDRESS = 50
_MANY_FILES = 8_192


@dataclass(frozen=True, slots=True)
class RunningProxy:
    """A proxy that answers on `port`."""

    port: int
    home: Path
    trust: ssl.SSLContext
    """Trusts the certificate made for it, and nothing else."""

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def logs(self) -> str:
        """Everything that it has written to any log so far."""
        files = [*self.home.glob("*.log"), self.home / "said"]
        return "\n".join(file.read_text(errors="replace") for file in files if file.exists())

    def connect(self) -> socket.socket:
        """A connection that says nothing."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)

    def connect_safely(self) -> ssl.SSLSocket:
        """A connection that has shaken hands, for HTTP/1.1."""
        return self.trust.wrap_socket(self.connect(), server_hostname="localhost")


@contextmanager
def nginx(port: int, upstream: int, home: Path) -> Iterator[RunningProxy]:
    """nginx, by the template in `deploy/`."""
    certificate, key = _certificate(home)
    values = {
        "DEBRIEF_HOST": "localhost",
        "DEBRIEF_LISTEN": f"127.0.0.1:{port}",
        "DEBRIEF_UPSTREAM": f"127.0.0.1:{upstream}",
        "DEBRIEF_CERTIFICATE": certificate,
        "DEBRIEF_CERTIFICATE_KEY": key,
        "DEBRIEF_RUN_DIR": home,
        "DEBRIEF_LOG_DIR": home,
        "DEBRIEF_PER_ADDRESS": PER_ADDRESS,
    }
    written = home / "nginx.conf"
    written.write_text(Template((DEPLOY / "nginx.conf").read_text()).safe_substitute(values))
    as_root = " user root;" if os.geteuid() == 0 else ""
    command = [find("nginx"), "-p", str(home), "-c", str(written), "-g", f"daemon off;{as_root}"]
    with _running(command, {}, port, home, certificate) as running:
        yield running


@contextmanager
def caddy(port: int, upstream: int, home: Path) -> Iterator[RunningProxy]:
    """Caddy, by the file in `deploy/`."""
    certificate, key = _certificate(home)
    environment = {
        "DEBRIEF_HOST": "localhost",
        "DEBRIEF_HTTPS_PORT": str(port),
        "DEBRIEF_HTTP_PORT": str(free_port()),
        "DEBRIEF_UPSTREAM": f"127.0.0.1:{upstream}",
        "DEBRIEF_TLS": f"tls {certificate} {key}",
        "DEBRIEF_LOG_DIR": str(home),
        "XDG_DATA_HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
    }
    options = ["--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"]
    command = [find("caddy"), "run", *options]
    with _running(command, environment, port, home, certificate) as running:
        yield running


PROXIES: Mapping[str, Callable[[int, int, Path], AbstractContextManager[RunningProxy]]] = {
    "nginx": nginx,
    "caddy": caddy,
}


def allow_many_files() -> None:
    """Let this process, and what it starts, open as many connections as a crowd has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MANY_FILES if hard == resource.RLIM_INFINITY else min(_MANY_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def _running(
    command: list[str], environment: Mapping[str, str], port: int, home: Path, certificate: Path
) -> Iterator[RunningProxy]:
    running = RunningProxy(port, home, ssl.create_default_context(cafile=str(certificate)))
    with (home / "said").open("wb") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=subprocess.STDOUT, env={**os.environ, **environment}
        )

        def is_up() -> bool:
            assert process.poll() is None, f"the proxy ended: {running.logs}"
            with suppress(OSError):
                running.connect().close()
                return True
            return False

        try:
            wait_until(is_up)
            yield running
        finally:
            process.terminate()
            process.wait(10)


def _certificate(home: Path) -> tuple[Path, Path]:
    """A certificate for `localhost` that signs itself, and its key."""
    certificate, key = home / "certificate.pem", home / "key.pem"
    subprocess.run(
        [
            *(find("openssl"), "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key
