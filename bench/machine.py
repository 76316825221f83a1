"""What a reader of a measurement must know of the machine that made it."""

import os
import platform
from importlib.metadata import version


def facts(chromium: str | None = None) -> str:
    """One line: processor, load, and the versions that matter."""
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    browser = f", Chromium {chromium}" if chromium else ""
    return (
        f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()}), load {load}; "
        f"Python {platform.python_version()}, Reflex {version('reflex')}{browser}"
    )
