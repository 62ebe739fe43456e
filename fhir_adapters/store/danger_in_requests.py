"""What a referral request says of abuse or danger: it waits in the annex, under the id of the request.

The request holds nothing of it, not even that something was said. Who sent it reads their own words again;
once its case is open they are in the annex of that case.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.model import Actor
from discharge.sight import DANGER
from discharge.store.commands import REASON
from discharge.store.tables import ReferralRequestRow
from fhir_adapters.referrals import ReferralValues
from housing_checks.store.danger import NOTE, SaidOfDanger, keep_danger
from housing_checks.store.safety_tables import SafetyEventRow, SafetyNoteRow

REFER = "refer"


def without_danger(values: ReferralValues) -> ReferralValues:
    """The values without what they say of danger, and without a sign that they did."""
    if not _speaks(values):
        return values
    others = tuple(reason for reason in values.reasons if reason != DANGER)
    return values.model_copy(update={"note": None, "about_danger": False, "reasons": others})


def danger_words(values: ReferralValues) -> dict[str, str]:
    """What values say of danger, by item: a reason that speaks of it makes the note one about it."""
    words = {NOTE: values.note} if values.note and _speaks(values) else {}
    return words | ({REASON: DANGER} if DANGER in values.reasons else {})


def _speaks(values: ReferralValues) -> bool:
    return values.about_danger or DANGER in values.reasons


async def keep_words(
    session: AsyncSession, row: ReferralRequestRow, words: Mapping[str, str], said_id: UUID
) -> None:
    """Put what a waiting request says of danger in the annex, once under the id of what brought it."""
    if not words:
        return
    actor = Actor(organisation_id=row.sender_id, role=row.role, user_id=row.user_id)
    await keep_danger(session, SaidOfDanger(said_id, row.id, actor, REFER, words, row.body_hash))


async def own_words(session: AsyncSession, request_ids: Collection[UUID]) -> Mapping[UUID, dict[str, str]]:
    """What the user of the transaction may read of requests' words, by request: those of their own."""
    notes = (
        select(SafetyEventRow.case_id, SafetyNoteRow.item, SafetyNoteRow.text)
        .join(SafetyNoteRow, SafetyNoteRow.event_id == SafetyEventRow.id)
        .where(SafetyEventRow.case_id.in_(request_ids))
        .order_by(SafetyEventRow.position)
    )
    found: dict[UUID, dict[str, str]] = {}
    for request_id, item, text in await session.execute(notes):
        found.setdefault(request_id, {})[item] = text
    return found


def as_sent(said: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """What a request said, with its words about danger, for who wrote them."""
    reasons = [*(said.get("reasons") or ()), *((DANGER,) if REASON in words else ())]
    note = words.get(NOTE) or said.get("note")
    return {**said, "note": note, "reasons": reasons, "about_danger": NOTE in words}
