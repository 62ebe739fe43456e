"""The data directory is its owner's alone: keys, logs and the record are below it."""

from __future__ import annotations

import os
from pathlib import Path

from deploy.embedded.failures import CannotRun
from deploy.embedded.processes import SystemUser


def make_private(folder: Path, passing: SystemUser | None = None) -> None:
    """Make a folder, or close one that is there, to everybody but its owner.

    `passing` is the system user that PostgreSQL runs as where that is not us: it may pass through to its own
    folder, and see nothing else. Raises CannotRun for a folder of somebody else's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        if passing is not None:
            os.chown(folder, -1, passing.gid)
        folder.chmod(0o710 if passing else 0o700)
    except PermissionError:
        raise CannotRun(f"{folder} belongs to somebody else. Use a folder of your own with --data.") from None
