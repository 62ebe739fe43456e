from __future__ import annotations

import asyncio
from collections.abc import Callable


class Told:
    """Progress that remembers."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def starting(self, title: str) -> None:
        self.notes.append(f"starting {title}")

    def ready(self, title: str, seconds: float) -> None:
        self.notes.append(f"ready {title}")

    def note(self, words: str) -> None:
        self.notes.append(words)


async def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)
