"""Finding the spell that a message names, and writing it down as all its facts make it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, DateTime, and_, cast, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.clocks import london_date, london_midnight
from discharge.store.tables import Spell
from fhir_adapters.hl7v2.facts import StayKey, StayReported
from fhir_adapters.hl7v2.facts.order import before
from fhir_adapters.hl7v2.process.spells import MOVED_AWAY, SpellState, fold_spell
from fhir_adapters.hl7v2.store.batch_state import flush, keep, moment, only_alone, state_of
from fhir_adapters.hl7v2.store.doubts import Doubt
from fhir_adapters.hl7v2.store.moves import lock_visits, moves_about
from fhir_adapters.store.tables import FactRow, InboxRow

UNNUMBERED = "@"
"""Begins the number that we give to a stay which its feed does not number."""

_SAID_ADMITTED = cast(FactRow.payload[("key", "admitted_at")].astext, DateTime(timezone=True))


def own_number(person_id: UUID, key: StayKey) -> str:
    """The number of a stay that is known by its admission time only."""
    when = key.admitted_at.strftime("%Y%m%dT%H%M%SZ") if key.admitted_at else ""
    return f"{UNNUMBERED}{person_id.hex}/{when}"


def _same_admission(person_id: UUID, at: datetime) -> ColumnElement[bool]:
    """The person's stay that began at this time, as it stands or as any message said. A bare date means a
    stay that began that day.
    """
    midnight = london_midnight(london_date(at))
    said = select(FactRow.id).where(FactRow.spell_id == Spell.id, _SAID_ADMITTED.in_([at])).exists()
    that_day = and_(
        Spell.admitted_at >= midnight,
        Spell.admitted_at < midnight + timedelta(days=1),
        or_(literal(at == midnight), Spell.admitted_at == midnight),
    )
    return and_(Spell.person_id == person_id, or_(Spell.admitted_at == at, said, that_day))


async def _known(
    session: AsyncSession, organisation_id: UUID, number: str, person_id: UUID, key: StayKey
) -> list[Spell]:
    """The stay with this number, and those of the person that the key may mean besides; the numbered one
    first. In a batch nobody has a stay without a number.
    """
    state = state_of(session)
    if state is not None:
        spell = state.spells.get((organisation_id, number))
        return [spell] if spell else []
    numbered, unnumbered = Spell.visit_number == number, _unnumbered(person_id, key)
    wanted = numbered if unnumbered is None else or_(numbered, unnumbered)
    query = select(Spell).where(Spell.organisation_id == organisation_id, wanted)
    return list(await session.scalars(query.order_by(numbered.desc(), Spell.visit_number).with_for_update()))


def _unnumbered(person_id: UUID, key: StayKey) -> ColumnElement[bool] | None:
    """The person's stays that began when the key says; of a key with a number, those without one."""
    if key.admitted_at is None:
        return None
    same = _same_admission(person_id, key.admitted_at)
    return same if key.visit_number is None else and_(same, Spell.visit_number.startswith(UNNUMBERED))


def _moved_away(spell: Spell) -> bool:
    return spell.folded.get("cancelled_because") == "moved"


@dataclass(frozen=True, slots=True)
class Found:
    """The stay that a message names, and one without a number that turned out to be the same. `used_again`:
    its number was somebody else's before, so that the stay is known by its time of admission.
    """

    spell: Spell
    absorbed: Spell | None = None
    used_again: bool = False


async def spell_of(
    session: AsyncSession, organisation_id: UUID, person_id: UUID, key: StayKey, feed_code: str
) -> Found:
    """The spell that a key names, made when it is new. Raises Doubt when it is somebody else's, unless that
    one had ended before this began: then the number was used again.
    """
    if key.visit_number is None:
        number = own_number(person_id, key)
        known = await _known(session, organisation_id, number, person_id, key)
        known.sort(key=lambda spell: (_moved_away(spell), spell.admitted_at != key.admitted_at))
        spell = next(iter(known), None)
        return Found(spell or await new_spell(session, organisation_id, person_id, number, feed_code))
    await lock_visits(session, organisation_id, [key.visit_number])
    moves = await moves_about(session, organisation_id, key.visit_number)
    number = moves.belongs_to(key.visit_number)
    known = await _known(session, organisation_id, number, person_id, key)
    spell = next((each for each in known if each.visit_number == number), None)
    unnumbered = next((each for each in known if each is not spell), None)
    whose = spell.person_id if spell else moves.owner(number) or person_id
    if whose != person_id and not moves.once_of(person_id):
        if spell is None or not _had_ended(spell, key):
            raise Doubt("patient-mismatch", "visit-of-another-person")
        only_alone(session)
        timed = key.model_copy(update={"visit_number": None})
        found = await spell_of(session, organisation_id, person_id, timed, feed_code)
        return replace(found, used_again=True)
    if spell is None and unnumbered is not None:
        unnumbered.visit_number, unnumbered.person_id = number, whose
        return Found(unnumbered)
    spell = spell or await new_spell(session, organisation_id, whose, number, feed_code)
    if unnumbered is not None:
        await absorb(session, unnumbered, spell)
    return Found(spell, unnumbered)


def _had_ended(spell: Spell, key: StayKey) -> bool:
    """Whether a stay was over, or never was, when the one that a key names began."""
    if key.admitted_at is None or _moved_away(spell):
        return False
    if spell.status == "cancelled":
        return True
    left, same = spell.discharged_at, spell.admitted_at == key.admitted_at
    return left is not None and not same and not before(key.admitted_at, left)


async def absorb(session: AsyncSession, unnumbered: Spell, spell: Spell) -> None:
    """All that was said of a stay without a number is said of the one that it turned out to be."""
    await session.execute(update(FactRow).where(FactRow.spell_id == unnumbered.id).values(spell_id=spell.id))


async def new_spell(
    session: AsyncSession, organisation_id: UUID, person_id: UUID, number: str, feed_code: str
) -> Spell:
    """A stay of which nothing is written down yet."""
    spell = Spell(
        id=uuid4(),
        person_id=person_id,
        organisation_id=organisation_id,
        feed_code=feed_code,
        visit_number=number,
        status="admitted",
        folded={},
    )
    keep(session, spell)
    await flush(session)
    return spell


async def refold_spell(session: AsyncSession, spell: Spell) -> tuple[SpellState | None, SpellState]:
    """Write the spell as all its facts make it; returns the state before (None when new) and after."""
    before = SpellState.model_validate(spell.folded, extra="ignore") if spell.folded else None
    facts = await _said_of(session, spell)
    state = fold_spell(facts) if facts else MOVED_AWAY
    for name in _COLUMNS:
        setattr(spell, name, getattr(state, name))
    spell.discharge_method = state.discharge.method if state.discharge else None
    spell.discharge_destination = state.discharge.destination if state.discharge else None
    spell.folded = state.model_dump(mode="json")
    spell.updated_at = moment(session)
    await flush(session)
    return before, state


async def _said_of(session: AsyncSession, spell: Spell) -> list[StayReported]:
    batch = state_of(session)
    if batch is not None:
        return batch.stays[spell.id]
    query = (
        select(FactRow.payload, InboxRow.sequence, FactRow.ordinal)
        .join(InboxRow, InboxRow.id == FactRow.inbox_id)
        .where(FactRow.spell_id == spell.id, FactRow.kind == "stay-reported")
    )
    return [
        StayReported.model_validate({**payload, "arrival": (sequence, ordinal)}, extra="ignore")
        for payload, sequence, ordinal in await session.execute(query)
    ]


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
