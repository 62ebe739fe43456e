"""The system user that PostgreSQL runs as when we are root."""

from __future__ import annotations

import pwd
import shutil
import subprocess

from deploy.embedded.failures import NotInstalled
from deploy.embedded.processes import SystemUser

NAME = "homeward-pg"
_INSTEAD = ("postgres", "nobody")


def for_postgres() -> SystemUser:
    """`homeward-pg`, made if the system lets us, else one that every system has. Raises NotInstalled."""
    for name in (NAME, *_INSTEAD):
        found = _find(name) or (_create(name) if name == NAME else None)
        if found:
            return found
    raise NotInstalled(
        "PostgreSQL does not run as root, and no other user could be found or made. "
        f"Add one: useradd --system {NAME}"
    )


def _find(name: str) -> SystemUser | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return SystemUser(name, entry.pw_uid, entry.pw_gid)


def _create(name: str) -> SystemUser | None:
    """None where it cannot be made; two stacks may try at once, hence the second look."""
    useradd = shutil.which("useradd")
    if useradd:
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        command = [useradd, *options, "--shell", "/usr/sbin/nologin", name]
        subprocess.run(command, capture_output=True, check=False)
    return _find(name)
