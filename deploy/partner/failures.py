"""What a partner was told to do wrong, and for how many requests.

`server-error`, `unavailable`, `refuse` and `unauthorised` answer 500, 503, 400 and 401 without doing
anything; `hang` does nothing and answers only after `seconds`; `lose-answer` does what was asked and then
drops the connection, so that the sender cannot know.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["server-error", "unavailable", "refuse", "unauthorised", "hang", "lose-answer"]

STATUS: dict[Mode, int] = {
    "server-error": 500,
    "unavailable": 503,
    "refuse": 400,
    "unauthorised": 401,
    "hang": 504,
}


class Failure(BaseModel):
    """An order to fail the next `count` requests."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode
    count: int = Field(default=1, ge=1)
    seconds: float = Field(default=30.0, gt=0, le=600)


class Failures:
    """The orders that are still to be carried out, by partner."""

    def __init__(self) -> None:
        self._queued: dict[str, list[Failure]] = {}

    def order(self, org: str, failure: Failure) -> None:
        """Add an order behind those that wait."""
        self._queued.setdefault(org, []).append(failure.model_copy())

    def clear(self, org: str) -> None:
        """Forget all orders of one partner."""
        self._queued.pop(org, None)

    def waiting(self, org: str) -> list[Failure]:
        """What is still to go wrong."""
        return list(self._queued.get(org, ()))

    def next(self, org: str) -> Failure | None:
        """The failure of this request, if one is due."""
        queue = self._queued.get(org)
        if not queue:
            return None
        first = queue[0]
        first.count -= 1
        if not first.count:
            queue.pop(0)
        return first
