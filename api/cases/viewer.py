"""What a caller may see of a case and its person: the table of `discharge.sight`, asked with what the record
says of the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm.attributes import set_committed_value

from api.web.principals import Principal
from discharge.cases.model import SNAPSHOT, Case
from discharge.cases.relations import relation_of
from discharge.disclosure import Telling
from discharge.roles import RELATIONS, Relation
from discharge.sight import EVERYTHING, NOTHING, SIGHTS, Sight, seen_case, sight_of
from discharge.store.tables import (
    CaseParticipantRow,
    CaseRow,
    Person,
    PersonIdentifier,
    Spell,
)
from discharge.store.tables.persons import ORDINARY
from housing_checks.store.tables import PropertyRow

ENDING = "ending"
"""Of a part that ends on a later day: a relation that sees nothing, as `relation_of` takes it."""

IDENTITY = (
    "id",
    "hidden_by_feed",
    "sensitivity",
    "merged_into",
    "test_person",
    "identity_unknown",
)
"""Columns of a person that say nothing of who it is."""


def is_hidden(person: Person) -> bool:
    """Whether the whereabouts of somebody are hidden, for whatever reason."""
    return person.location_hidden or person.sensitivity != ORDINARY


@dataclass(frozen=True)
class Seen:
    """What somebody sees of one case and its person. `place` and `homes` say whether ward and bed, and which
    homes are offered and let, are shown; `telling` what is told beyond the fields.
    """

    case: Case
    person: Person
    place: bool
    homes: bool
    telling: Telling


@dataclass(frozen=True)
class Viewer:
    """Who looks: the caller, the homes of their organisation, the hidden people whose ward they are named
    to know, and every relation that the organisation now has to some case; `ENDING` where it has a part that
    the walls still show and that gives it none.
    """

    caller: Principal
    homes: frozenset[UUID] = frozenset()
    named_for: frozenset[UUID] = frozenset()
    relations: frozenset[str] = frozenset()

    def relation(self, case: Case) -> Relation | None:
        """What the caller's organisation is to the case."""
        return relation_of(case, self.caller.organisation_id)

    def sight(self, case: Case) -> Sight:
        """What the caller sees of the case."""
        return sight_of(self.relation(case))

    def sees_place(self, case: Case, person: Person) -> bool:
        """Whether the caller may know ward and bed: of the hidden, the trust and whom it names."""
        return self._sees_place(self.relation(case), person)

    def _sees_place(self, relation: Relation | None, person: Person) -> bool:
        return not is_hidden(person) or relation == "responsible-trust" or person.id in self.named_for

    def looks_at(self, case: Case, person: Person) -> Seen:
        """The case and its person with what the caller sees of them. Which homes are offered and let to
        somebody hidden is for the housing lead. (A landlord sees its own in any case.)
        """
        relation = self.relation(case)
        sight, place = sight_of(relation), self._sees_place(relation, person)
        homes = not is_hidden(person) or relation == "housing-lead"
        own = self.caller.organisation_id
        seen = seen_case(case, relation, own, place=place, new_home=homes, homes=self.homes)
        return Seen(seen, self.reduced(person, sight), place, homes, Telling(case, sight))

    def case(self, case: Case, person: Person) -> Case:
        """The case with what the caller sees of it."""
        return self.looks_at(case, person).case

    def person(self, case: Case, person: Person) -> Person:
        """The person with what the caller sees of them; not a row of the session, so nothing is written."""
        return self.reduced(person, self.sight(case))

    def reduced(self, person: Person, sight: Sight) -> Person:
        """The person with the fields of a sight."""
        fields = (*IDENTITY, *sight.person)
        seen = Person(**{name: getattr(person, name) for name in fields})
        set_committed_value(seen, "location_hidden", person.location_hidden)
        return seen

    @property
    def sees_every_place(self) -> bool:
        """Whether the caller may know every ward that a case shows them: nothing need be asked of people."""
        return self.relations == {"responsible-trust"}

    @property
    def place_open(self) -> ColumnElement[bool]:
        """Among cases and their people: those whose ward the caller may know. A filter by ward asks it."""
        if self.sees_every_place:
            return true()
        plain = and_(~Person.location_hidden, Person.sensitivity == ORDINARY, self.holds("ward"))
        return or_(plain, self._related(("responsible-trust",)), Person.id.in_(self.named_for))

    @property
    def numbers_open(self) -> ColumnElement[bool]:
        """Among cases: those of whose person the caller sees the NHS number. A search by number asks it."""
        return self.holds("nhs_number")

    def sees_in_every(self, *fields: str) -> bool:
        """Whether the caller sees all these fields in whatever case they have a part in."""
        return self.relations <= _seeing(*fields)

    def sees_in_none(self, *fields: str) -> bool:
        """Whether the caller has parts in cases and sees all these fields in none of them: a filter by them
        is refused, for an empty list would say that there is nobody.
        """
        return bool(self.relations) and not self.relations & _seeing(*fields)

    def holds(self, field: str) -> ColumnElement[bool]:
        """Among cases: those of which the caller sees a field of the case, its referral or its person. A
        search that looks at the field asks it, for what a search matches is read. Of whoever sees it in every
        case that the walls show them, nothing is asked: it would be asked of each case there is.
        """
        if self.relations and self.sees_in_every(field):
            return true()
        return self._related(sorted(_seeing(field)))

    def _related(self, relations: Sequence[str]) -> ColumnElement[bool]:
        part = _parts(self.caller.organisation_id).where(
            CaseParticipantRow.case_id == CaseRow.id, CaseParticipantRow.relation.in_(relations)
        )
        return part.exists()


def _seeing(*fields: str) -> frozenset[str]:
    """The relations that see all these fields of the case, its referral or its person."""
    wanted = set(fields)
    return frozenset(
        each for each, sight in SIGHTS.items() if wanted <= sight.case | sight.referral | sight.person
    )


def _parts(organisation_id: UUID) -> Select[UUID]:
    """The parts that an organisation has now."""
    return select(CaseParticipantRow.id).where(
        CaseParticipantRow.organisation_id == organisation_id, CaseParticipantRow.until_on.is_(None)
    )


def known_here(person_id: UUID | InstrumentedAttribute[UUID], organisation_id: UUID) -> ColumnElement[bool]:
    """Whether somebody has a bed or a number of an organisation, which then sees everything of them."""
    stay, number = (
        select(table.id).where(table.person_id == person_id, table.organisation_id == organisation_id)
        for table in (Spell, PersonIdentifier)
    )
    return or_(stay.exists(), number.exists())


def _relations_held(organisation_id: UUID) -> CompoundSelect[str | None]:
    """The relations of the parts that an organisation has now: the index is asked for the next one that it
    holds, so that it is read once for each, however many cases there are.
    """
    held = CaseParticipantRow.relation
    parts = _parts(organisation_id).with_only_columns(held).order_by(held).limit(1)
    found = select(parts.scalar_subquery().label("relation")).cte("held", recursive=True)
    following = parts.where(held > found.c.relation).scalar_subquery()
    found = found.union_all(select(following).where(found.c.relation.is_not(None)))
    held_now = select(found.c.relation).where(found.c.relation.is_not(None))
    return held_now.union_all(select(literal(ENDING)).where(_ending(organisation_id)))


def _ending(organisation_id: UUID) -> ColumnElement[bool]:
    part = CaseParticipantRow
    ends_later = part.until_on.is_not(None), part.until_on > func.homeward_today()
    return exists().where(part.organisation_id == organisation_id, *ends_later)


async def seen_person(session: AsyncSession, viewer: Viewer, person: Person) -> tuple[Person, Sight]:
    """A person outside any one case, with what the caller sees of them, and that sight: everything of
    somebody known to the caller's organisation, else what the nearest case lets them see.
    """
    own = viewer.caller.organisation_id
    if await session.scalar(select(known_here(person.id, own))):
        return person, EVERYTHING
    held = await session.scalars(select(CaseRow.snapshot).where(CaseRow.person_id == person.id))
    cases = [SNAPSHOT.read(snapshot) for snapshot in held]
    related = [case for case in cases if viewer.relation(case) is not None]
    nearest = min(related, key=lambda case: RELATIONS.index(viewer.relation(case) or "own"), default=None)
    if nearest is None:
        return viewer.reduced(person, NOTHING), NOTHING
    return viewer.person(nearest, person), viewer.sight(nearest)


async def viewer_of(session: AsyncSession, caller: Principal) -> Viewer:
    """The caller as a viewer, asked once for any number of cases."""
    homes = select(PropertyRow.id).where(PropertyRow.landlord_id == caller.organisation_id)
    in_force = func.homeward_places_named().table_valued("user_id", "person_id")
    named = select(in_force.c.person_id).where(in_force.c.user_id == caller.user_id)
    asked = (homes, named, _relations_held(caller.organisation_id))
    found = (await session.execute(select(*(func.array(each.scalar_subquery()) for each in asked)))).one()
    return Viewer(caller, *(frozenset(each) for each in found))
