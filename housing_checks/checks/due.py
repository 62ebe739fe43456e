"""By which day an item that blocks should be settled: so long after it began to block, or so long before the
home is needed.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import model_validator

from discharge.durations import Duration
from discharge.values import Frozen


class Due(Frozen):
    """A length from the day on which an item began to block, one before the day on which the home is needed,
    or both, of which the earlier counts. In data files the first may stand alone: `due: 1 working day`.
    """

    after: Duration | None = None
    before_needed: Duration | None = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: Any) -> Any:
        return {"after": written} if isinstance(written, str) else written

    @model_validator(mode="after")
    def _one_at_least(self) -> Due:
        if self.after is None and self.before_needed is None:
            raise ValueError("says neither after nor before_needed: give one of them, or both")
        return self

    def by(self, since: date, needed_on: date | None) -> date | None:
        """Return the day, never before the item began to block; None where it depends on a day that is not
        known.
        """
        days = [self.after.after(since)] if self.after is not None else []
        if self.before_needed is not None and needed_on is not None:
            days.append(self.before_needed.before(needed_on))
        return max(min(days), since) if days else None
