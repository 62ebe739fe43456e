"""Whoever else has an account on the machine sees nothing of a data directory."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from deploy.embedded import postgres
from deploy.embedded.private_folder import make_private
from deploy.embedded.processes import SystemUser
from tests.fixtures.folders import quick_folder


def mode(folder: Path) -> int:
    return folder.stat().st_mode & 0o777


def test_given_a_folder_when_made_or_open_already_then_it_is_its_owners_alone(tmp_path: Path) -> None:
    made, there = tmp_path / "a" / "data", tmp_path / "there"
    there.mkdir(mode=0o755)
    for folder in (made, there):
        make_private(folder)
        assert mode(folder) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as somebody else")
def test_given_root_when_postgresql_passes_then_others_do_not_and_nobody_lists_it() -> None:
    user = postgres.runs_as()
    assert user is not None
    stranger = SystemUser("nobody", 65534, 65534)
    with quick_folder("test") as folder:
        data = folder / "data"
        make_private(data, passing=user)
        (data / "postgres").mkdir(mode=0o755)
        assert (mode(data), data.stat().st_gid) == (0o710, user.gid)
        assert passes(user, "-x", data / "postgres")
        assert not passes(user, "-r", data)
        if stranger.gid != user.gid:
            assert not passes(stranger, "-x", data / "postgres")


def passes(user: SystemUser, test: str, path: Path) -> bool:
    command = ["/usr/bin/test", test, str(path)]
    ended = subprocess.run(command, user=user.uid, group=user.gid, extra_groups=[], cwd="/", check=False)
    return ended.returncode == 0
