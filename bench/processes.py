"""Processes that a benchmark starts beside the app, and what processes hold."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Held:
    """What a process and its descendants hold."""

    memory_mb: float
    """Resident."""
    files: int
    """Open descriptors."""
    sockets: int
    """Of those the sockets."""
    threads: int


def held_by(pid: int) -> Held:
    """What the process and its descendants hold now."""
    children: dict[int, list[int]] = {}
    facts: dict[int, dict[str, str]] = {}
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            read = dict(line.split(":", 1) for line in path.read_text().splitlines())
        except OSError:
            continue
        facts[int(read["Pid"])] = read
        children.setdefault(int(read["PPid"]), []).append(int(read["Pid"]))
    memory_kb = files = sockets = threads = 0
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        waiting += children.get(one, [])
        if one not in facts:
            continue
        memory_kb += int(facts[one].get("VmRSS", "0 kB").split()[0])
        threads += int(facts[one].get("Threads", "0"))
        links = _links_of(one)
        files += len(links)
        sockets += sum(link.startswith("socket:") for link in links)
    return Held(memory_kb / 1024, files, sockets, threads)


def _links_of(pid: int) -> list[str]:
    try:
        return [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return []


def start(module: str, *arguments: str) -> subprocess.Popen[str]:
    """Start one of our modules, which says `ready` once it is at work."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise RuntimeError(f"{module} did not begin")
    return process


def stop(process: subprocess.Popen[str]) -> str:
    """Tell it by a line to end; what it printed."""
    answer, _ = process.communicate("stop\n", timeout=120)
    return answer
