"""What one sender may ask of the listener, so that no other is worse off: sizes, times, numbers and pace.

A sender past a limit of size, time or number loses its connection, and with it nothing: a message that was
not acknowledged is the sender's still. A sender that is too fast loses nothing either: it is read more
slowly, and TCP makes it wait.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds.

    ``idle_seconds`` is how long a sender may be silent between messages, ``read_seconds`` how long we wait
    for one message in all, and for a sender to take an answer. After ``pause_seconds`` without more bytes
    what came outside a frame is judged, and an end block counts without its CR. After ``keep_seconds`` a
    message that is not committed is answered AE 207; what its feed's pace holds back does not count.
    ``messages_per_second`` is for each feed; None is as fast as we can.
    """

    message_bytes: int = 16 * 1024 * 1024
    connections: int = 512
    connections_per_address: int = 128
    idle_seconds: float = 600.0
    read_seconds: float = 60.0
    pause_seconds: float = 1.0
    keep_seconds: float = 20.0
    stop_seconds: float = 10.0
    messages_per_second: float | None = None


USUAL = Limits()


class Pace:
    """A bucket that holds the messages of one second: what is in it goes at once, the rest one by one.

    Whoever asks gets a turn, in order; nobody is refused. Time is given in seconds of any clock that only
    goes forward.
    """

    def __init__(self, per_second: float) -> None:
        self.per_second = per_second
        self._next = float("-inf")

    def wait(self, now: float) -> float:
        """Take the next turn; returns how many seconds it is away."""
        gap = 1 / self.per_second
        turn = max(self._next, now - max(self.per_second - 1, 0) * gap)
        self._next = turn + gap
        return max(turn - now, 0.0)


@dataclass
class Room:
    """How many connections there are, in all and from each address."""

    limits: Limits
    taken: int = 0
    by_address: Counter[str] = field(default_factory=Counter)

    def enter(self, address: str) -> str | None:
        """Take a place; or says which limit left none."""
        if self.taken >= self.limits.connections:
            return "too-many"
        if self.by_address[address] >= self.limits.connections_per_address:
            return "too-many-of-one-address"
        self.taken += 1
        self.by_address[address] += 1
        return None

    def leave(self, address: str) -> None:
        """Give a place back."""
        self.taken -= 1
        self.by_address[address] -= 1
        if not self.by_address[address]:
            del self.by_address[address]
