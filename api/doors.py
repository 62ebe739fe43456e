"""What a door must know before it may know anything: whom a referral names, which case it joins, who signed
in.

The first two call functions of the database that look across the walls and answer with an id only. They
lock the identity until the transaction ends, so that two doors never make one person or one case twice.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.principals import Identity
from discharge.cases.model import CaseSpell
from discharge.clocks import london_date
from discharge.store.tables import Spell, User

IN_A_BED = ("admitted", "on-leave", "expected")


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
_OPEN_CASE = text("SELECT homeward_open_case(:person_id, :spell_id)")


async def resolve_person(session: AsyncSession, named: Named) -> UUID:
    """The person, known or made. Raises patient-mismatch when the details disagree, or fit several."""
    found: UUID = (await session.execute(_RESOLVE, asdict(named))).scalar_one()
    return found


async def find_open_case(session: AsyncSession, person_id: UUID, spell_id: UUID | None) -> UUID | None:
    """The case that a referral joins: an open one, one about to open, or the one that covered this stay."""
    found: UUID | None = await session.scalar(_OPEN_CASE, {"person_id": person_id, "spell_id": spell_id})
    return found


async def find_stay(
    session: AsyncSession, person_id: UUID, trust_id: UUID, visit_number: str | None
) -> CaseSpell | None:
    """The stay named, else the person's newest at a trust, as far as the asker may see it."""
    stays = select(Spell).where(Spell.person_id == person_id, Spell.organisation_id == trust_id)
    if visit_number is not None:
        stays = stays.where(Spell.visit_number == visit_number)
    else:
        stays = stays.where(Spell.status.in_(IN_A_BED))
    row = await session.scalar(stays.order_by(Spell.admitted_at.desc().nulls_last()).limit(1))
    return case_spell(row) if row else None


def case_spell(row: Spell) -> CaseSpell:
    """A stay as a case knows it: coded, with London dates."""
    return CaseSpell(
        spell_id=row.id,
        organisation_id=row.organisation_id,
        status=row.status,
        ward=row.ward,
        bed=row.bed,
        admitted_on=london_date(row.admitted_at) if row.admitted_at else None,
        discharged_on=london_date(row.discharged_at) if row.discharged_at else None,
        expected_discharge_on=row.expected_discharge_on,
        medically_fit=row.medically_fit,
        medically_fit_on=row.medically_fit_on,
        discharge_method=row.discharge_method,
        discharge_destination=row.discharge_destination,
    )


async def note_user(session: AsyncSession, identity: Identity, organisation_id: UUID) -> User:
    """Keep who signed in, as vouched for now; the transaction's tenant is their organisation."""
    vouched = {
        "display_name": identity.name,
        "organisation_id": organisation_id,
        "role": identity.role,
    }
    statement = insert(User).values(issuer=identity.issuer, subject=identity.subject, **vouched)
    known = statement.on_conflict_do_update(
        index_elements=["issuer", "subject"], set_={**vouched, "last_seen_at": func.now()}
    )
    found = await session.scalars(known.returning(User), execution_options={"populate_existing": True})
    return found.one()
