"""What a reader of a measurement must know of the machine that made it."""

import os
import platform
from importlib.metadata import version


def load() -> str:
    """The processor, its load, and the Python."""
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()}), load {load}; "
        f"Python {platform.python_version()}"
    )


def facts(chromium: str) -> str:
    """One line: processor, load, and the versions that matter."""
    return f"{load()}, Reflex {version('reflex')}, Chromium {chromium}"
