"""Settling every stay that a move concerns: its number, its person, the facts under it, and its state."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import Spell
from fhir_adapters.hl7v2.process.spells import SpellState
from fhir_adapters.hl7v2.store.moves import (
    Moves,
    lock_visits,
    moves_about,
    nobody_elses,
    reattach,
    rename,
    spells_of,
)
from fhir_adapters.hl7v2.store.spells import new_spell, refold_spell


@dataclass(frozen=True, slots=True)
class Settled:
    """A stay that a move concerned: whose it was, and its state before and now."""

    spell: Spell
    person_before: UUID
    before: SpellState | None
    after: SpellState


async def settle(session: AsyncSession, organisation_id: UUID, feed_code: str, number: str) -> list[Settled]:
    """Settle all stays that the moves about a number concern; the move itself is written down before. Raises
    Doubt.
    """
    moves = await moves_about(session, organisation_id, number)
    await lock_visits(session, organisation_id, moves.numbers)
    spells = await spells_of(session, organisation_id, moves.numbers)
    nobody_elses(spells, moves)
    people = {spell.id: spell.person_id for spell in spells}
    by_number = rename(spells, moves)
    await session.flush()
    for missing in sorted(await reattach(session, by_number, moves)):
        whose = moves.owner(missing) or moves.all[-1].person_id
        by_number[missing] = await new_spell(session, organisation_id, whose, missing, feed_code)
    await reattach(session, by_number, moves)
    return [await _settled(session, spell, moves, people) for spell in by_number.values()]


async def _settled(session: AsyncSession, spell: Spell, moves: Moves, people: dict[UUID, UUID]) -> Settled:
    spell.person_id = moves.owner(spell.visit_number) or spell.person_id
    before, after = await refold_spell(session, spell)
    return Settled(spell, people.get(spell.id, spell.person_id), before, after)
