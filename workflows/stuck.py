"""Activities that fail time and again.

What a strand or a lane asks of the record is tried without end, because a workflow that gave up would be
lost: it goes on by itself once what is wrong is mended. So that somebody mends it, each one that has failed a
number of times shows in the figures, and once in the log. An outage is told elsewhere, and concerns them all.
"""

from __future__ import annotations

import logging
from collections import Counter
from time import monotonic

from prometheus_client import Gauge
from temporalio import activity
from temporalio.exceptions import ApplicationError

STUCK_AFTER = 10
"""Tries; with the pauses between them that is three quarters of a minute."""

FORGOTTEN_SECONDS = 120.0
"""Another worker may have had more luck: one that is stuck is tried again every ten seconds."""

OUTAGE = "database-unavailable"
STUCK = Gauge("homeward_activities_stuck", "Activities that fail time and again, no outage", ["activity"])
_log = logging.getLogger("homeward.stuck")


class StuckActivities:
    """Those of one worker."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str | None, str], tuple[str, float]] = {}

    def failed(self, info: activity.Info, failure: ApplicationError) -> None:
        """One try of an activity failed."""
        if info.attempt < STUCK_AFTER or failure.type == OUTAGE:
            return
        key = (info.workflow_id, info.activity_id)
        if key not in self._seen:
            what = (info.activity_type, info.workflow_id, info.attempt, failure.message)
            _log.error("activity %s of %s has failed %d times and is tried on: %s", *what)
        self._seen[key] = (info.activity_type, monotonic())
        self._show()

    def done(self, info: activity.Info) -> None:
        """An activity came to its end."""
        if self._seen.pop((info.workflow_id, info.activity_id), None):
            self._show()

    def _show(self) -> None:
        since = monotonic() - FORGOTTEN_SECONDS
        self._seen = {key: (kind, at) for key, (kind, at) in self._seen.items() if at > since}
        STUCK.clear()
        for kind, count in Counter(kind for kind, _ in self._seen.values()).items():
            STUCK.labels(kind).set(count)
