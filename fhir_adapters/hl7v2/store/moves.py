"""Moves of stays: which number and person a stay belongs to after visits and accounts were merged, renumbered
or moved, and settling every stay that a new move concerns.

Moves are followed in the order in which they were said, of equal times in that of arrival. What was moved
away and back again is where it was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import PersonIdentifier, PersonNhsNumber, Spell
from fhir_adapters.hl7v2.facts import BEGINNING, StayMoved, StayReported, content_hash
from fhir_adapters.hl7v2.facts.order import in_order as moment
from fhir_adapters.hl7v2.store.batch_state import state_of
from fhir_adapters.hl7v2.store.doubts import Doubt
from fhir_adapters.hl7v2.store.persons import lock, same_person
from fhir_adapters.store.inbox import number_key
from fhir_adapters.store.tables import FactRow, InboxRow, StayMoveRow

TOO_EARLY = "visit-of-another-person"
"""Why a message waits that names a visit of somebody who turns out to be the same person, or one that is
given to them, or was theirs, as is said only later.
"""

_ABOUT = text(
    """
    WITH RECURSIVE linked (number) AS (
        SELECT CAST(:number AS text)
        UNION
        SELECT CASE WHEN move.number = linked.number THEN move.to_number ELSE move.number END
        FROM stay_moves AS move JOIN linked ON linked.number IN (move.number, move.to_number)
        WHERE move.organisation_id = :organisation
    )
    SELECT move.stated_at, inbox.sequence, move.number, move.to_number,
        homeward_surviving_person(move.person_id), homeward_surviving_person(move.from_person_id)
    FROM stay_moves AS move JOIN inbox ON inbox.id = move.inbox_id
    WHERE move.organisation_id = :organisation AND move.number IN (SELECT number FROM linked)
    """
)


class Move(NamedTuple):
    """All that is said of `number` belongs to `to_number` and to `person_id`; `from_person_id` is whose it
    was, where the message says so.
    """

    stated_at: datetime | None
    arrival: int
    number: str
    to_number: str
    person_id: UUID
    from_person_id: UUID | None = None


def in_order(moves: Iterable[Move]) -> list[Move]:
    """Moves as they were said, of equal times as they arrived."""
    return sorted(moves, key=lambda move: (moment(move.stated_at or BEGINNING), move.arrival))


def belongs_to(moves: Sequence[Move], number: str) -> str:
    """The number that holds what is said of `number`; `moves` are in order."""
    for move in moves:
        if move.number == number:
            number = move.to_number
    return number


def owner(moves: Sequence[Move], number: str) -> UUID | None:
    """The person whom the last move gave this stay to; None where no move concerns it."""
    for place in range(len(moves) - 1, -1, -1):
        if belongs_to(moves[place + 1 :], moves[place].to_number) == number:
            return moves[place].person_id
    return None


@dataclass(frozen=True, slots=True)
class Moves:
    """Every number that moves link, and the moves in order, with people as they are after merges."""

    numbers: frozenset[str]
    all: tuple[Move, ...] = ()

    def belongs_to(self, number: str) -> str:
        """The number that holds what is said of `number`."""
        return belongs_to(self.all, number)

    def owner(self, number: str) -> UUID | None:
        """The person whom a move gave this stay to."""
        return owner(self.all, number)

    def once_of(self, person_id: UUID) -> bool:
        """Whether a move says that one of these stays was thought to be this person's."""
        return any(move.from_person_id == person_id for move in self.all)


async def lock_visits(session: AsyncSession, organisation_id: UUID, numbers: Iterable[str]) -> None:
    """One writer at a time for these visit numbers, in a fixed order."""
    await lock(session, (visit_key(organisation_id, number) for number in numbers))


def visit_key(organisation_id: UUID, number: str) -> str:
    """The key under which a visit number is locked."""
    return f"visit:{organisation_id}:{number}"


async def moves_about(session: AsyncSession, organisation_id: UUID, number: str) -> Moves:
    """All moves that have to do with a number, directly or through others."""
    state = state_of(session)
    if state is not None and number not in state.moved_numbers:
        return Moves(frozenset({number}))
    rows = await session.execute(_ABOUT, {"number": number, "organisation": organisation_id})
    moves = in_order(Move(*row) for row in rows.all())
    numbers = {number} | {each for move in moves for each in (move.number, move.to_number)}
    return Moves(frozenset(numbers), tuple(moves))


async def keep_move(
    session: AsyncSession,
    inbox_id: UUID,
    organisation_id: UUID,
    fact: StayMoved,
    person_id: UUID,
    from_person_id: UUID | None,
) -> None:
    """Write a move down; the same move again is the same row."""
    values = {
        "inbox_id": inbox_id,
        "organisation_id": organisation_id,
        "number": fact.number,
        "to_number": fact.to_number,
        "person_id": person_id,
        "from_person_id": from_person_id,
        "stated_at": fact.stated_at,
        "content_hash": content_hash(fact),
    }
    await session.execute(insert(StayMoveRow).values(values).on_conflict_do_nothing())


async def spells_of(session: AsyncSession, organisation_id: UUID, numbers: Iterable[str]) -> list[Spell]:
    """The stays with these numbers, locked in a fixed order."""
    query = select(Spell).where(Spell.organisation_id == organisation_id, Spell.visit_number.in_(numbers))
    return list(await session.scalars(query.order_by(Spell.visit_number).with_for_update()))


def nobody_elses(spells: Iterable[Spell], moves: Moves) -> None:
    """Refuse moves that would take a stay from somebody whom no message names. Raises Doubt."""
    named = {who for move in moves.all for who in (move.person_id, move.from_person_id)}
    if any(spell.person_id not in named for spell in spells):
        raise Doubt("patient-mismatch", TOO_EARLY)


def rename(spells: Iterable[Spell], moves: Moves) -> dict[str, Spell]:
    """Give a stay its new number where no stay has that number yet: it stays the stay that a case knows."""
    by_number = {spell.visit_number: spell for spell in spells}
    for number in sorted(by_number):
        target = moves.belongs_to(number)
        if target not in by_number:
            spell = by_number.pop(number)
            spell.visit_number = target
            by_number[target] = spell
    return by_number


async def reattach(session: AsyncSession, by_number: dict[str, Spell], moves: Moves) -> set[str]:
    """Put each fact under the stay it belongs to; returns numbers that facts belong to and no stay has."""
    numbers = {spell.id: number for number, spell in by_number.items()}
    query = select(FactRow).where(FactRow.spell_id.in_(numbers), FactRow.kind == "stay-reported")
    missing: set[str] = set()
    for row in await session.scalars(query):
        said = StayReported.model_validate(row.payload, extra="ignore").key.visit_number
        number = moves.belongs_to(said or numbers[row.spell_id])  # type: ignore[index]
        home = by_number.get(number)
        if home is None:
            missing.add(number)
        else:
            row.spell_id = home.id
    await session.flush()
    return missing


async def try_again(session: AsyncSession, organisation_id: UUID, *people: UUID) -> None:
    """Put back what waits for this cause and names any of these people first; it is read in its old place."""
    ids = {each for person in people for each in await same_person(session, person)}
    local = select(PersonIdentifier.value).where(PersonIdentifier.person_id.in_(ids))
    nhs = select(PersonNhsNumber.nhs_number).where(PersonNhsNumber.person_id.in_(ids))
    keys = [number_key(number) for number in await session.scalars(local.union(nhs))]
    waiting = (
        InboxRow.organisation_id == organisation_id,
        InboxRow.state == "parked",
        InboxRow.code == "patient-mismatch",
        InboxRow.reason == TOO_EARLY,
        InboxRow.person_key.in_(keys),
    )
    put_back = {"state": "stored", "code": None, "reason": None}
    await session.execute(update(InboxRow).where(*waiting).values(put_back))
