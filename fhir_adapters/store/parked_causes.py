"""What waits for a person, by cause: how many messages, of how many people, and whose open case they concern.

A parked message often names nobody yet. Whom it means is known all the same where an earlier message of its
feed gave the same number.
"""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.values import Frozen

RISKS = ("STOP", "RED+", "RED")
"""Levels of alerts that say that a discharge is at risk."""


class Cause(Frozen):
    """Messages that wait for a person for one and the same cause; ``example`` is the newest of them.

    ``people`` counts the numbers that they name people by, ``cases`` are open cases of those people that the
    asker's organisation takes part in, ``at_risk`` those with an open alert of `RISKS`.
    """

    state: str
    code: str
    reason: str
    feed_id: UUID
    count: int
    first_at: AwareDatetime
    last_at: AwareDatetime
    example: UUID
    people: int
    cases: tuple[UUID, ...]
    at_risk: tuple[UUID, ...]


async def causes(session: AsyncSession, organisation_id: UUID) -> list[Cause]:
    """What waits for a person, by cause, the longest waiting first."""
    found = await session.execute(_CAUSES, {"organisation_id": organisation_id, "risks": list(RISKS)})
    return [Cause(**row) for row in found.mappings()]


_CAUSES = text("""
    WITH waits AS MATERIALIZED (
        SELECT id, state, coalesce(code, '') AS code, coalesce(reason, '') AS reason, feed_id, received_at,
               sequence, person_id, person_key
        FROM inbox
        WHERE organisation_id = :organisation_id AND state IN ('parked', 'unassigned', 'rejected')
          AND state NOT IN ('stored', 'interpreted')
    ), named AS (
        SELECT DISTINCT feed_id, person_key FROM waits WHERE person_key IS NOT NULL
    ), known AS MATERIALIZED (
        SELECT named.feed_id, named.person_key, cases.id AS case_id,
               EXISTS (SELECT FROM alerts WHERE alerts.case_id = cases.id AND alerts.cleared_at IS NULL
                       AND alerts.level = ANY (:risks)) AS at_risk
        FROM named
        CROSS JOIN LATERAL (
            SELECT inbox.person_id FROM inbox
            WHERE inbox.feed_id = named.feed_id AND inbox.person_key = named.person_key
              AND inbox.person_id IS NOT NULL
            LIMIT 1) AS earlier
        JOIN cases ON cases.person_id = earlier.person_id AND cases.closed_on IS NULL
    )
    SELECT waits.state, waits.code, waits.reason, waits.feed_id, count(DISTINCT waits.id) AS count,
           min(waits.received_at) AS first_at, max(waits.received_at) AS last_at,
           (array_agg(waits.id ORDER BY waits.sequence DESC))[1] AS example,
           count(DISTINCT waits.person_key) AS people,
           array_remove(array_agg(DISTINCT known.case_id), NULL) AS cases,
           coalesce(array_agg(DISTINCT known.case_id) FILTER (WHERE known.at_risk), '{}') AS at_risk
    FROM waits LEFT JOIN known USING (feed_id, person_key)
    GROUP BY waits.state, waits.code, waits.reason, waits.feed_id
    ORDER BY first_at, waits.code, waits.reason
""")
