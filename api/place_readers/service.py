"""Who may know where a hidden person lies: the responsible trust names people of other organisations that
take part in the case, for the stay, until a day, with a reason; it takes a name away again. Both are audited.

PostgreSQL asks the same of every row, and says which names are in force: a name ends by itself with its day,
with the stay, with the case, and with the trust's own responsibility.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.queries import CaseFile, read_case
from api.cases.viewer import is_hidden
from api.looks.notes import who
from api.web.principals import Principal
from discharge.cases.relations import relations
from discharge.errors import HomewardError, Refused, refuse_together
from discharge.permissions import allowed
from discharge.roles import ROLES
from discharge.sight import SIGHTS
from discharge.store import audit
from discharge.store.tables import PlaceReader, User

NAME = "place.name"
LONGEST = timedelta(days=28)
MOST_REASON = 200

WARD = "spells"
"""The field of a case that tells wards: a relation that does not see it gains nothing by a name."""
IN_A_BED = ("admitted", "on-leave", "expected")


@dataclass(frozen=True)
class Naming:
    """Whom somebody names, until which day, and why."""

    user_id: UUID
    until_on: date
    reason: str


@dataclass(frozen=True)
class Names:
    """The case, who was named and who may be; `in_force` are the ids of names that hold now."""

    found: CaseFile
    readers: Sequence[PlaceReader]
    in_force: frozenset[UUID]
    choices: Sequence[User]
    hidden: bool


async def names(session: AsyncSession, caller: Principal, case_id: UUID) -> Names:
    """Who is, was and may be named. Raises not-found, part-not-allowed, role-not-allowed."""
    caller.require(NAME)
    found = await read_case(session, caller, case_id, "who may know the ward", NAME)
    named = select(PlaceReader).where(
        PlaceReader.case_id == case_id, PlaceReader.organisation_id == caller.organisation_id
    )
    rows = await session.scalars(named.order_by(PlaceReader.named_at.desc(), PlaceReader.id))
    return Names(
        found,
        rows.all(),
        await _in_force(session),
        await _choices(session, caller, found),
        hidden=is_hidden(found.person),
    )


async def name(session: AsyncSession, caller: Principal, case_id: UUID, asked: Naming, today: date) -> UUID:
    """Name somebody; in place of what was said of them before. The id of the name.

    Raises not-found, part-not-allowed, place-not-hidden, no-stay, invalid-body.
    """
    around = await names(session, caller, case_id)
    spell = around.found.case.current_spell
    if not around.hidden:
        raise Refused("place-not-hidden")
    if spell is None or spell.status not in IN_A_BED or spell.organisation_id != caller.organisation_id:
        raise Refused("no-stay")
    user = _fitting(around.choices, asked, today)
    held = [each for each in around.readers if each.user_id == user.id and each.ended_at is None]
    same = next((each for each in held if _says_same(each, asked, spell.spell_id, around)), None)
    if same is not None:
        return same.id
    await _end(session, caller, [each.id for each in held])
    row = PlaceReader(
        id=uuid4(),
        person_id=around.found.case.person_id,
        case_id=case_id,
        spell_id=spell.spell_id,
        organisation_id=caller.organisation_id,
        user_id=user.id,
        reader_organisation_id=user.organisation_id,
        until_on=asked.until_on,
        reason=asked.reason,
        named_by=caller.user_id,
    )
    session.add(row)
    await session.flush()
    detail = {"user_id": str(user.id), "until_on": asked.until_on.isoformat()}
    await audit.note_write(
        session, who(caller), "named to know the ward", str(row.id), case_id=case_id, detail=detail
    )
    return row.id


async def take_away(session: AsyncSession, caller: Principal, case_id: UUID, reader_id: UUID) -> None:
    """Take a name away; one that was taken away stays so. Raises not-found, part-not-allowed."""
    around = await names(session, caller, case_id)
    row = next((each for each in around.readers if each.id == reader_id), None)
    if row is None:
        raise HomewardError("not-found")
    if row.ended_at is None:
        await _end(session, caller, [row.id])
        action = "no longer named to know the ward"
        await audit.note_write(session, who(caller), action, str(row.id), case_id=case_id)


def _fitting(choices: Sequence[User], asked: Naming, today: date) -> User:
    """Whoever is named, among those who may be. Raises invalid-body."""
    refuse_together(
        lambda: _chosen(choices, asked),
        lambda: _fits(
            "until_on", today <= asked.until_on <= today + LONGEST, f"today to {LONGEST.days} days on"
        ),
        lambda: _fits("reason", 3 <= len(asked.reason) <= MOST_REASON, f"3 to {MOST_REASON} characters"),
    )
    return _chosen(choices, asked)


def _chosen(choices: Sequence[User], asked: Naming) -> User:
    user = next((each for each in choices if each.id == asked.user_id), None)
    if user is None:
        raise HomewardError("invalid-body", detail="nobody who may be named", where="user_id")
    return user


def _fits(where: str, fits: bool, needed: str) -> None:
    if not fits:
        raise HomewardError("invalid-body", detail=needed, where=where)


def _says_same(row: PlaceReader, asked: Naming, spell_id: UUID, around: Names) -> bool:
    said = (row.spell_id, row.until_on, row.reason) == (spell_id, asked.until_on, asked.reason)
    return said and row.id in around.in_force


async def _end(session: AsyncSession, caller: Principal, ids: Sequence[UUID]) -> None:
    ended = update(PlaceReader).where(PlaceReader.id.in_(ids), PlaceReader.ended_at.is_(None))
    await session.execute(ended.values(ended_at=func.now(), ended_by=caller.user_id))


async def _in_force(session: AsyncSession) -> frozenset[UUID]:
    held = func.homeward_places_named().table_valued("reader_id")
    return frozenset((await session.scalars(select(held.c.reader_id))).all())


async def _choices(session: AsyncSession, caller: Principal, found: CaseFile) -> Sequence[User]:
    """People who open cases, of other organisations whose part in this one would show them the ward."""
    theirs = [
        organisation
        for organisation, relation in relations(found.case).items()
        if organisation != caller.organisation_id and WARD in SIGHTS[relation].case
    ]
    roles = [role for role in ROLES if allowed(role, "case.read") and role != "system"]
    people = select(User).where(
        User.organisation_id.in_(theirs), User.disabled_at.is_(None), User.role.in_(roles)
    )
    return (await session.scalars(people.order_by(User.display_name, User.id))).all()
