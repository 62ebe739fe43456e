"""What an answer of a partner, or its absence, means for an item, whichever way it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True)
class Verdict:
    """What an answer, or its absence, means; ``sent`` says whether the request went out at all.

    ``detail`` is a status or the kind of failure, and ``wish`` how long the partner asked to be left alone.
    ``misdirected`` says that nothing goes through until the partner's address or our sign-in is put right.
    ``busy`` says that its turn did not come, because others are being told on the one connection there is.
    ``accepted`` is set where the answer also says that the partner took what it received.
    """

    meaning: Literal["received", "refused", "failed", "misdirected", "busy"]
    detail: str
    sent: bool = True
    wish: timedelta = timedelta(0)
    accepted: bool = False
