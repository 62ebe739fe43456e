"""Alarms as JSON."""

from __future__ import annotations

from api.alarms.schemas import Alarm, WatchedFigure
from fhir_adapters.store.alarms import Watched
from fhir_adapters.store.tables import AlarmRow


def watched_json(each: Watched) -> WatchedFigure:
    """What is measured of a feed or partner, the rules for it, and the one that counts now."""
    return WatchedFigure(
        kind=each.seen.kind,
        subject=each.seen.subject,
        value=each.seen.value,
        whose_rules=each.whose,
        rules=list(each.rules),
        in_force=each.rule,
    )


def alarm_json(row: AlarmRow) -> Alarm:
    """An alarm."""
    return Alarm(
        alarm_id=row.id,
        kind=row.kind,
        subject=row.subject,
        fact=row.fact,
        threshold=row.threshold,
        raised_at=row.raised_at,
        told_at=row.told_at,
        times_told=row.times_told,
        cleared_at=row.cleared_at,
    )
