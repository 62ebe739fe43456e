"""One number, one referral: what a sender's own number of a referral stands for already.

The same sender's same content answers with what it made before. Another person, or other content, under a
number that is used is a conflict, and said: whoever sent it must not be answered with somebody else's case.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.web.principals import Principal
from discharge.errors import HomewardError
from discharge.store.tables import CommandRow, Person
from discharge.store.tables.commands import REFERRAL_NUMBER

ENDED = ("refused", "failed")
"""States in which a command made nothing: its number is free for a corrected one."""

WHERE = "ServiceRequest.identifier"
_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('referral-number:' || :organisation || :number, 0))"
)


def name_of(number: str, digest: str) -> str:
    """The key under which a client's referral with this number and content is known again."""
    return f"{_legacy_name(number)}#{digest[:32]}"


async def made_before(
    session: AsyncSession, caller: Principal, number: str, digest: str, person_id: UUID | None
) -> CommandRow | None:
    """The caller's earlier command with this number and content; `person_id` is none for somebody of whom the
    caller may know nothing. Raises referral-number-used.

    It holds the number until the transaction ends, so that two doors never use it at once.
    """
    await session.execute(_LOCK, {"organisation": str(caller.organisation_id), "number": number})
    for row in await _with_number(session, caller, number):
        if not await _is_of(session, row, person_id):
            raise HomewardError("referral-number-used", detail="for another person", where=WHERE)
        if row.client_id == caller.client_id:
            if row.body_hash == digest or row.client_key == _legacy_name(number):
                return row
            raise HomewardError("referral-number-used", detail="with other content", where=WHERE)
    return None


def _legacy_name(number: str) -> str:
    """The key that earlier versions gave a referral, whatever its content."""
    return f"identifier:{number}"


async def _with_number(session: AsyncSession, caller: Principal, number: str) -> list[CommandRow]:
    found = await session.scalars(
        select(CommandRow)
        .where(
            CommandRow.kind == "refer",
            CommandRow.organisation_id == caller.organisation_id,
            REFERRAL_NUMBER.in_([number]),
            CommandRow.state.not_in(ENDED),
        )
        .order_by(CommandRow.created_at)
    )
    return list(found)


async def _is_of(session: AsyncSession, row: CommandRow, person_id: UUID | None) -> bool:
    """Whether an earlier referral is about the same person, also where two records became one since."""
    referred: UUID | None = UUID(row.envelope["command"]["person_id"])
    while referred is not None and referred != person_id:
        referred = await session.scalar(select(Person.merged_into).where(Person.id == referred))
    return person_id is not None and referred is not None
