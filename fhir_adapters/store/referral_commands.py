"""What every door of a referral shares: which case it joins, which stay it means, and the command it makes.

The door has found the person; who that is, and who may ask, differs from door to door.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import Refer
from discharge.cases.model import CaseSpell
from discharge.clocks import london_date
from discharge.store.tables import Organisation, Spell
from fhir_adapters.referrals import ReferralValues

IN_A_BED = ("admitted", "on-leave", "expected")
SERVICE_KINDS = ("housing-health", "housing-health-service")

_OPEN_CASE = text("SELECT homeward_open_case(:person_id, :spell_id)")


async def find_open_case(session: AsyncSession, person_id: UUID, spell_id: UUID | None) -> UUID | None:
    """The case that a referral joins: an open one, one about to open, or the one that covered this stay.

    It locks the person's cases until the transaction ends, so that two doors never open one case twice.
    """
    found: UUID | None = await session.scalar(_OPEN_CASE, {"person_id": person_id, "spell_id": spell_id})
    return found


async def find_stay(
    session: AsyncSession, person_id: UUID, trust_id: UUID, visit_number: str | None
) -> CaseSpell | None:
    """The stay named, else the person's newest at a trust, as far as the asker may see it."""
    given = {"person_id": person_id, "trust_id": trust_id}
    asked = _LYING if visit_number is None else _VISIT
    row = await session.scalar(asked, given if visit_number is None else {**given, "visit": visit_number})
    return case_spell(row) if row else None


_STAYS = (
    select(Spell)
    .where(Spell.person_id == bindparam("person_id"), Spell.organisation_id == bindparam("trust_id"))
    .order_by(Spell.admitted_at.desc().nulls_last())
    .limit(1)
)
_LYING = _STAYS.where(Spell.status.in_(IN_A_BED))
_VISIT = _STAYS.where(Spell.visit_number == bindparam("visit"))
"""Made once: to make a question takes longer than to send it."""


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
        admission_method=row.folded.get("admission_method"),
        expected_admission_on=row.folded.get("expected_admission_on"),
        expected_discharge_on=row.expected_discharge_on,
        medically_fit=row.medically_fit,
        medically_fit_on=row.medically_fit_on,
        discharge_method=row.discharge_method,
        discharge_destination=row.discharge_destination,
        cancelled_because=row.folded.get("cancelled_because"),
        not_left_at=row.folded.get("not_left_at"),
    )


async def find_service(session: AsyncSession, organisation_id: UUID) -> UUID | None:
    """The housing-health service that takes a referral of an organisation."""
    services = await session.scalars(select(Organisation).where(Organisation.kind.in_(SERVICE_KINDS)))
    return service_among(services.all(), organisation_id)


def service_among(organisations: Sequence[Organisation], organisation_id: UUID) -> UUID | None:
    """The housing-health service that takes a referral: the asker's own, else the first there is."""
    services = sorted(
        (each for each in organisations if each.kind in SERVICE_KINDS),
        key=lambda each: (each.id != organisation_id, each.code),
    )
    return services[0].id if services else None


def refer_command(
    values: ReferralValues,
    *,
    person_id: UUID,
    referrer_id: UUID,
    service_id: UUID | None,
    spell: CaseSpell | None,
) -> Refer:
    """The command that every door ends in."""
    return Refer(
        person_id=person_id,
        organisation_id=referrer_id,
        service_id=service_id,
        spell=spell,
        ward=values.ward,
        **values.said,
    )
