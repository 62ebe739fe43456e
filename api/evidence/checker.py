"""Have a file looked at and written anew, in a process of its own (`api.evidence.child`)."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE
from typing import Any

from discharge.errors import HomewardError
from housing_checks.evidence.file_kinds import kind_of
from housing_checks.evidence.kept_file import KeptFile, NotAccepted

AT_ONCE = 2
"""Files looked at together, in one process of the interface: each may need much memory."""
SECONDS = 30.0
"""How long one may take; a photo takes one second, most of it the beginning of the process."""
_COMMAND = ("-I", "-m", "api.evidence.child")

_log = logging.getLogger("homeward.api")


async def looked_over(sent: bytes, turn: asyncio.Semaphore) -> KeptFile:
    """The file as it is kept. Raises file-kind-not-accepted, file-unreadable, file-protected,
    file-runs-something and file-too-large.
    """
    try:
        kind_of(sent)
    except NotAccepted as refused:  # most of what is no photo needs no process
        raise HomewardError(refused.code, refused.detail, "file") from None
    async with turn:
        told = await _told(sent)
    head, _, rest = told.partition(b"\n")
    said: dict[str, Any] = (
        json.loads(head) if head else {"code": "file-unreadable", "detail": "it was given up"}
    )
    if "code" in said:
        raise HomewardError(said["code"], said["detail"], "file")
    size = int(said.pop("size"))
    return KeptFile(content=rest[:size], thumbnail=rest[size:] or None, **said)


async def _told(sent: bytes) -> bytes:
    """What the process says; nothing where it broke or took too long."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, *_COMMAND, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    try:
        async with asyncio.timeout(SECONDS):
            told, _ = await child.communicate(sent)
    except TimeoutError:
        told = b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        _log.warning("a file could not be looked at: the process ended with %s", child.returncode)
        return b""
    return told
