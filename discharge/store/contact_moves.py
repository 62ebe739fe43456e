"""Whom to call follows a case that ends as merged to the one that goes on, and comes back if it is undone."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.events import CaseClosed, CaseReopened, Event

MERGE_UNDONE = "merge-undone"
"""The reason with which a case goes on whose merge was undone."""

_FOLLOW = text(
    "UPDATE contact_entries SET case_id = :into, came_from = came_from || CAST(:case_id AS uuid)"
    " WHERE case_id = :case_id"
)
_COME_BACK = text(
    """
    UPDATE contact_entries AS entry SET case_id = :case_id, came_from = moved.before
    FROM (SELECT DISTINCT contact_id,
                 came_from[1 : array_position(came_from, CAST(:case_id AS uuid)) - 1] AS before
          FROM contact_entries WHERE came_from @> ARRAY[CAST(:case_id AS uuid)]) AS moved
    WHERE entry.contact_id = moved.contact_id
    """
)


async def settle_contacts(session: AsyncSession, case_id: UUID, events: Iterable[Event]) -> None:
    """Move what was recorded with a case that was merged, or that goes on by itself again.

    What staff changed in between comes back as well: a contact is one thing, with all its versions.
    """
    for event in events:
        if isinstance(event, CaseClosed) and event.merged_into is not None:
            await session.execute(_FOLLOW, {"case_id": case_id, "into": event.merged_into})
        elif isinstance(event, CaseReopened) and event.reason == MERGE_UNDONE:
            await session.execute(_COME_BACK, {"case_id": case_id})
