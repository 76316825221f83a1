"""Installs what tests need of the system, by whichever package manager there is."""

import os
import shutil
import subprocess


def install_with_the_system(*packages: str) -> None:
    """Try to install these; whether they are there now is for the caller to find out."""
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    managers = {
        "apt-get": [["apt-get", "update"], ["apt-get", "install", "-y", *packages]],
        "dnf": [["dnf", "install", "-y", *packages]],
        "apk": [["apk", "add", *packages]],
        "pacman": [["pacman", "-Sy", "--noconfirm", *packages]],
    }
    for manager, commands in managers.items():
        if shutil.which(manager):
            for command in commands:
                attempt([*as_root, *command])
            return


def attempt(command: list[str]) -> None:
    """Run an installer whose failure is told by what is still missing; show what it says."""
    print(f"Trying {' '.join(command[-3:])}", flush=True)
    try:
        subprocess.run(command, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
    except OSError as error:
        print(error, flush=True)
