"""What a door must know before it may know anything: whom a referral names, and which case it joins.

These call functions of the database that look across the walls and answer with an id only. Identity is locked
until the caller commits, so two doors, or a door and a feed, never make one person or case twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.model import CaseSpell
from discharge.clocks import london_date
from discharge.store.tables import Organisation, Spell, User

IN_A_BED = ("admitted", "on-leave", "expected")


@dataclass(frozen=True)
class Named:
    """Whom a referral names. The NHS number has passed its check digit; an invalid one is left out.

    ``authority`` and ``local_number`` are the asker's own hospital number. Address and phone are kept only
    of a person who was not known before: what a feed told is not overwritten by a referral.
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
    phone: str | None = None


_RESOLVE = text(
    "SELECT homeward_resolve_person(:nhs_number, :family_name, :given_name, :birth_date, :sex, :authority,"
    " :local_number, :address, :postcode, :phone)"
)
_OPEN_CASE = text("SELECT homeward_open_case(:person_id, :spell_id)")
_LOCK_IDENTITY = text("SELECT homeward_lock_identity(:key)")


async def resolve_person(session: AsyncSession, named: Named) -> UUID:
    """The person, known or made. Raises ``patient-mismatch`` when the details disagree, or fit several."""
    found: UUID = (await session.execute(_RESOLVE, vars(named))).scalar_one()
    return found


async def find_open_case(session: AsyncSession, person_id: UUID, spell_id: UUID | None = None) -> UUID | None:
    """The case that a referral joins: an open one, one about to open, or the one that covered this stay."""
    values = {"person_id": person_id, "spell_id": spell_id}
    found: UUID | None = await session.scalar(_OPEN_CASE, values)
    return found


async def find_spell(session: AsyncSession, person_id: UUID, organisation_id: UUID) -> CaseSpell | None:
    """The stay in which the person is now at a trust, or expected there, as far as the asker may see it."""
    row = await session.scalar(
        select(Spell)
        .where(
            Spell.person_id == person_id,
            Spell.organisation_id == organisation_id,
            Spell.status.in_(IN_A_BED),
        )
        .order_by(Spell.admitted_at.desc().nulls_last())
        .limit(1)
    )
    return case_spell(row) if row else None


def case_spell(row: Spell) -> CaseSpell:
    """A stay as a case knows it: coded, with calendar dates. Instants become London dates."""
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


async def lock_nhs_number(session: AsyncSession, nhs_number: str) -> None:
    """Be the only one who makes a person of this number, until the transaction ends (worker role)."""
    await session.execute(_LOCK_IDENTITY, {"key": f"nhs:{nhs_number}"})


async def lock_local_number(
    session: AsyncSession, organisation_id: UUID, authority: str, local_number: str
) -> None:
    """The same for an organisation's own number (worker role)."""
    await session.execute(_LOCK_IDENTITY, {"key": f"local:{organisation_id}:{authority}:{local_number}"})


async def find_organisation(session: AsyncSession, code: str) -> Organisation | None:
    """An organisation by our code; needs no tenant, because a token is understood before there is one."""
    return await session.scalar(select(Organisation).where(Organisation.code == code))


@dataclass(frozen=True)
class SignedIn:
    """What an OpenID provider says of somebody who just signed in."""

    issuer: str
    subject: str
    display_name: str
    organisation_id: UUID
    role: str
    team_id: UUID | None = None


async def note_sign_in(session: AsyncSession, who: SignedIn) -> UUID:
    """Keep who signed in, as their provider says now; the transaction's tenant is their organisation."""
    statement = insert(User).values(**vars(who))
    changed = {
        name: statement.excluded[name] for name in ("display_name", "organisation_id", "role", "team_id")
    }
    known = statement.on_conflict_do_update(
        index_elements=["issuer", "subject"], set_={**changed, "last_seen_at": func.now()}
    )
    found: UUID = (await session.execute(known.returning(User.id))).scalar_one()
    return found
