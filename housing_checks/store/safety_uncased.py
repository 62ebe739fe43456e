"""What was said of danger in referrals that have no case: waiting, declined, withdrawn or refused.

PostgreSQL gives it to the safety advisers of the organisation that sent the referral, and of those that it
was sent to. When one has seen to it, the words are erased; who did it, when and why stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.audit import Who
from housing_checks.store.safety import note_look

OPEN = frozenset({"waiting", "taken-on"})
"""States in which the referral may still become a case: then nothing is erased."""


@dataclass(frozen=True)
class Uncased:
    """Words of a referral without a case. `organisation_id` and `user_id` say who wrote them; a message has
    no user. `state` is that of the request, or of the command that was refused.
    """

    event_id: UUID
    case_id: UUID
    said_at: datetime
    organisation_id: UUID
    user_id: UUID | None
    state: str
    due_at: datetime | None
    family_name: str | None
    given_name: str | None
    birth_date: date | None
    nhs_number: str | None
    words: Mapping[str, str] | None

    @property
    def may_end(self) -> bool:
        """Whether the referral cannot become a case any more."""
        return self.state not in OPEN


async def uncased(session: AsyncSession, who: Who, offset: int, size: int) -> Sequence[Uncased]:
    """What the user of the transaction reads of it as an adviser, the oldest first; each look is noted."""
    columns = tuple(Uncased.__dataclass_fields__)
    found = func.homeward_safety_uncased().table_valued(*columns)
    ordered = select(found).order_by(found.c.said_at, found.c.event_id).offset(offset).limit(size)
    rows = [Uncased(**row._mapping) for row in await session.execute(ordered)]
    for case_id in {each.case_id for each in rows}:
        await note_look(session, who, case_id, "referral without a case")
    return rows


async def join_case(session: AsyncSession, command_id: UUID) -> None:
    """The case of a referral is open: what the request behind it said, if it was one, goes to the annex of
    the case (worker role). Doing it again changes nothing.
    """
    await session.flush()
    await session.execute(select(func.homeward_safety_request_joined(command_id)))


async def end_uncased(session: AsyncSession, event_id: UUID, reason: str) -> None:
    """Somebody has seen to it: the words are erased. Raises not-found, also while the referral waits."""
    await session.execute(select(func.homeward_safety_uncased_end(event_id, reason)))
