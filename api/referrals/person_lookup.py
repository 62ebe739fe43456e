"""Whom a referral names, asked before its sender may know anything of them.

The person is found by a function of the database that looks across the walls and answers with an id only. It
locks the identity until the transaction ends, so that two doors never make one person twice.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class Named:
    """Whom a referral names. The NHS number has passed its check digit.

    `authority` and `local_number` are the asker's own hospital number. The address is kept only of a person
    whom nobody knew before: what a feed told is not overwritten by a referral.
    """

    nhs_number: str | None
    family_name: str | None
    given_name: str | None
    birth_date: date | None
    sex: str | None = None
    authority: str | None = None
    local_number: str | None = None
    address: str | None = None
    postcode: str | None = None


_RESOLVE = text(
    "SELECT homeward_resolve_person(:nhs_number, :family_name, :given_name, :birth_date, :sex, :authority,"
    " :local_number, :address, :postcode)"
)

_STANDING = text(
    "SELECT * FROM homeward_referral_standing(:nhs_number, :family_name, :given_name, :birth_date,"
    " :authority, :local_number)"
)
_MY_INPATIENT = text("SELECT homeward_my_inpatient(:nhs_number)")
_HAS_PART = text("SELECT homeward_i_have_part(:person_id)")


async def standing(session: AsyncSession, named: Named) -> tuple[str, UUID | None]:
    """What a referral of the caller is: known (with the person), new, or a request that tells nothing.

    Raises patient-mismatch, only of people whom the caller may see.
    """
    row = (await session.execute(_STANDING, asdict(named))).one()
    return row.standing, row.person


async def own_inpatient(session: AsyncSession, nhs_number: str) -> UUID | None:
    """The only living entry that has or had an NHS number, where it is somebody in a bed of the caller's:
    nearly always the person meant, and the caller has a part for them.
    """
    found: UUID | None = await session.scalar(_MY_INPATIENT, {"nhs_number": nhs_number})
    return found


async def has_part(session: AsyncSession, person_id: UUID) -> bool:
    """Whether the caller's organisation has a stay or a part in a case for somebody."""
    return bool(await session.scalar(_HAS_PART, {"person_id": person_id}))


async def resolve_person(session: AsyncSession, named: Named) -> UUID:
    """The person, known or made. Raises patient-mismatch when the details disagree, or fit several."""
    found: UUID = (await session.execute(_RESOLVE, asdict(named))).scalar_one()
    return found
