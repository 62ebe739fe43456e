"""Finding the spell that a message names, and writing it down as all its facts make it."""

from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import Spell
from fhir_adapters.hl7v2.facts import StayKey, StayReported
from fhir_adapters.hl7v2.spells import SpellState, fold_spell
from fhir_adapters.hl7v2.store.doubts import Doubt
from fhir_adapters.store.tables import FactRow

UNNUMBERED = "@"
"""Begins the number that we give to a stay which its feed does not number."""


def own_number(person_id: UUID, key: StayKey) -> str:
    """The number of a stay that is known by its admission time only."""
    when = key.admitted_at.strftime("%Y%m%dT%H%M%SZ") if key.admitted_at else ""
    return f"{UNNUMBERED}{person_id.hex}/{when}"


async def _by_number(session: AsyncSession, organisation_id: UUID, number: str) -> Spell | None:
    query = select(Spell).where(Spell.organisation_id == organisation_id, Spell.visit_number == number)
    return await session.scalar(query.with_for_update())


async def _same_admission(
    session: AsyncSession, organisation_id: UUID, person_id: UUID, key: StayKey
) -> Spell | None:
    """The person's stay that began at this time; for a numbered message only one that has no number yet."""
    if key.admitted_at is None:
        return None
    query = select(Spell).where(
        Spell.organisation_id == organisation_id,
        Spell.person_id == person_id,
        Spell.admitted_at == key.admitted_at,
    )
    if key.visit_number:
        query = query.where(Spell.visit_number.startswith(UNNUMBERED))
    return await session.scalar(query.order_by(Spell.visit_number).limit(1).with_for_update())


async def spell_of(
    session: AsyncSession, organisation_id: UUID, person_id: UUID, key: StayKey, feed_code: str
) -> Spell:
    """The spell that a key names, made when it is new. Raises Doubt when it is somebody else's."""
    number = key.visit_number or own_number(person_id, key)
    spell = await _by_number(session, organisation_id, number)
    if spell is not None:
        if spell.person_id != person_id:
            raise Doubt("patient-mismatch", "visit-of-another-person")
        return spell
    spell = await _same_admission(session, organisation_id, person_id, key)
    if spell is not None:
        spell.visit_number = number if key.visit_number else spell.visit_number
        return spell
    spell = Spell(
        id=uuid4(),
        person_id=person_id,
        organisation_id=organisation_id,
        feed_code=feed_code,
        visit_number=number,
        status="admitted",
        folded={},
    )
    session.add(spell)
    await session.flush()
    return spell


async def refold_spell(session: AsyncSession, spell: Spell) -> tuple[SpellState | None, SpellState]:
    """Write the spell as all its facts make it; returns the state before (None when new) and after."""
    before = SpellState.model_validate(spell.folded) if spell.folded else None
    payloads = await session.scalars(
        select(FactRow.payload).where(FactRow.spell_id == spell.id, FactRow.kind == "stay-reported")
    )
    state = fold_spell(StayReported.model_validate(payload) for payload in payloads)
    for name in _COLUMNS:
        setattr(spell, name, getattr(state, name))
    spell.discharge_method = state.discharge.method if state.discharge else None
    spell.discharge_destination = state.discharge.destination if state.discharge else None
    spell.folded = state.model_dump(mode="json")
    spell.updated_at = func.now()
    await session.flush()
    return before, state


_COLUMNS = (
    "status",
    "patient_class",
    "site",
    "ward",
    "bay",
    "bed",
    "admitted_at",
    "discharged_at",
    "expected_discharge_on",
    "medically_fit",
    "medically_fit_on",
)
