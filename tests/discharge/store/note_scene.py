"""Two cases with the same people in them, and notes that they write there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.audit import Who
from discharge.store.engine import transaction
from discharge.store.tables import Person
from tests.fixtures.cases import open_case
from tests.fixtures.postgres import Places
from tests.fixtures.safety import somebody

NOTE = (
    "INSERT INTO notes (id, case_id, organisation_id, author_id, text, sensitivity, item, command_id,"
    " original_id, withdrawn_at, withdrawn_by) VALUES (:id, :case, :org, :author, :text, :sensitivity, :item,"
    " :command, :original, CAST(:at AS timestamptz), :withdrawn_by)"
)
WORDS = "He takes her bank card"


@dataclass(frozen=True)
class Scene:
    """A case, another one with the same people in it, and one of the stranger's; its writer, of a supplier,
    and a colleague there; the trust's and the housing service's people.
    """

    case: UUID
    elsewhere: UUID
    apart: UUID
    writer: Who
    colleague: Who
    trust: Who
    housing: Who
    stranger: Who


async def two_cases(worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID) -> Scene:
    async with transaction(worker) as session:
        second, third = [Person(id=uuid4(), family_name=name) for name in ("Other", "Third")]
        session.add_all((second, third))
    cases = [
        (await open_case(worker, each, places.trust, places.housing, places.landlord)).case_id
        for each in (person_id, second.id)
    ]
    return Scene(
        cases[0],
        cases[1],
        (await open_case(worker, third.id, places.stranger)).case_id,
        await somebody(owner, places.landlord, "Writer"),
        await somebody(owner, places.landlord, "Colleague"),
        await somebody(owner, places.trust, "Tina", "discharge-team"),
        await somebody(owner, places.housing, "Hugh"),
        await somebody(owner, places.stranger, "Stan"),
    )


async def noted(
    owner: AsyncEngine, case_id: UUID, by: Who, sensitivity: str = "ordinary", words: str = WORDS, **more: Any
) -> UUID:
    """A note that somebody wrote; its id."""
    values = {"item": None, "command": None, "original": None, "at": None, "withdrawn_by": None} | more
    note_id = values.pop("note_id", None) or uuid4()
    values |= {"id": note_id, "case": case_id, "org": by.organisation_id, "author": by.user_id}
    async with transaction(owner) as session:
        await session.execute(text(NOTE), values | {"text": words, "sensitivity": sensitivity})
    return UUID(str(note_id))


async def does(
    api: AsyncEngine, who: Who, statement: str, role: str | None = None, **values: Any
) -> list[Any]:
    """What somebody's statement answers, in a role: their own, if none is given."""
    as_role = who.role if role is None else role
    async with transaction(
        api, organisation_id=who.organisation_id, user_id=who.user_id, role=as_role
    ) as session:
        return list(await session.scalars(text(statement), values))


async def change(owner: AsyncEngine, statement: str, **values: Any) -> None:
    async with transaction(owner) as session:
        await session.execute(text(statement), values)
