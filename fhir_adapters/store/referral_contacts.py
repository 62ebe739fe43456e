"""Whom to call, as a referral said it, until the case answers: then it is a fact, or gone.

Nothing of it is read before: a referral of a stranger changes nothing, and its sender learns nothing by it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey
from discharge.store.tables import ReferralRequestRow
from fhir_adapters.people.reach import ReferredContacts

FACT = "contacts-referred"
"""The kind of fact that an accepted referral leaves."""


class ReferralContactsRow(Base):
    """What one referral says of whom to call. It waits for the answer to its command or, of a request, to the
    command by which the request is taken on. ``said`` is a `ReferredContacts`; ``stated_at`` is when the
    message came, in case time.
    """

    __tablename__ = "referral_contacts"
    __table_args__ = (CheckConstraint("num_nonnulls(command_id, request_id) = 1", name="of_one"),)

    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id"))
    command_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("commands.id", ondelete="CASCADE"), unique=True
    )
    request_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("referral_requests.id", ondelete="CASCADE"), unique=True
    )
    said: Mapped[JsonObject]
    stated_at: Mapped[datetime]


async def keep(
    session: AsyncSession,
    said: ReferredContacts,
    *,
    organisation_id: UUID,
    inbox_id: UUID,
    stated_at: datetime,
    command_id: UUID | None = None,
    request_id: UUID | None = None,
) -> None:
    """Keep what came with a command or a request, once; `stated_at` is case time."""
    if not said.says_anything:
        return
    row = {
        "id": uuid4(),
        "organisation_id": organisation_id,
        "inbox_id": inbox_id,
        "command_id": command_id,
        "request_id": request_id,
        "said": said.model_dump(mode="json"),
        "stated_at": stated_at,
    }
    await session.execute(insert(ReferralContactsRow).values(row).on_conflict_do_nothing())


async def of_command(session: AsyncSession, command_id: UUID) -> ReferralContactsRow | None:
    """What waits for the answer to a command, or to that of the request which it takes on (worker role)."""
    taken_on = select(ReferralRequestRow.id).where(ReferralRequestRow.command_id == command_id)
    waits = or_(ReferralContactsRow.command_id == command_id, ReferralContactsRow.request_id.in_(taken_on))
    return await session.scalar(select(ReferralContactsRow).where(waits).with_for_update())
