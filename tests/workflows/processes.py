"""The worker as a process of its own, to be stopped politely or killed."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from workflows.codec import PayloadKeys


@dataclass(frozen=True)
class WorkerProcess:
    """One running ``homeward worker``; what it logs is in ``log``."""

    process: Process
    log: Path

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()

    async def ask_to_stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 30)


def keys_as_text(keys: PayloadKeys) -> str:
    return ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in keys.keys.items())


@asynccontextmanager
async def worker_process(
    database_url: str, temporal_address: str, keys: PayloadKeys, log: Path, source: Path | None = None
) -> AsyncIterator[WorkerProcess]:
    """Run ``homeward worker``, of this tree or another, until left; killed if it is still there."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOMEWARD_DATABASE_URL": database_url,
        "HOMEWARD_TEMPORAL_ADDRESS": temporal_address,
        "HOMEWARD_PAYLOAD_KEYS": keys_as_text(keys),
    }
    environment |= {"PYTHONPATH": str(source)} if source else {}
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("homeward")),
            "worker",
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        yield WorkerProcess(process, log)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
