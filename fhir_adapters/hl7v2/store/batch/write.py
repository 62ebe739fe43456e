"""Writing what a batch made of the people and stays, and what became of its messages: a statement a table."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from uuid import uuid4

from pydantic_core import to_json
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.base import Base
from discharge.store.tables import (
    Person,
    PersonAddress,
    PersonContact,
    PersonIdentifier,
    PersonNhsNumber,
    Spell,
)
from fhir_adapters.hl7v2.store.batch.state import BatchState, work_on
from fhir_adapters.store.tables import FactRow

_DONE = text(
    """
    UPDATE inbox SET state = done.state, code = done.code, reason = done.reason, person_id = done.person_id,
        spell_id = done.spell_id, read_by = done.read_by, ward = done.ward, handled_at = now()
    FROM json_to_recordset(:rows) AS done (inbox_id uuid, state text, code text, reason text, person_id uuid,
        spell_id uuid, read_by text, ward text)
    WHERE inbox.id = done.inbox_id AND inbox.state = 'stored'
    """
)


ORDER = (Person, Spell, PersonIdentifier, PersonNhsNumber, PersonAddress, PersonContact, FactRow)
"""Tables in which a batch makes new rows: what refers to a row comes after it."""

AGAIN: Mapping[type[Base], str] = {
    PersonIdentifier: " ON CONFLICT DO NOTHING",
    FactRow: " ON CONFLICT DO NOTHING",
}
"""A number that somebody holds stays theirs, and a fact is kept once."""


async def write(session: AsyncSession, state: BatchState) -> None:
    """Write all that the batch made; from now on the database knows it."""
    work_on(session, None)
    new: dict[type[Base], list[dict[str, Any]]] = {kind: [] for kind in ORDER}
    for row in state.new:
        new[type(row)].append(_columns(row))
    new[PersonIdentifier] = state.new_local
    new[FactRow] = state.new_facts
    for kind, rows in new.items():
        await _insert(session, kind, rows)
    await session.flush()


def _columns(row: Base) -> dict[str, Any]:
    """What is known of a new row, by column."""
    names = _names(type(row))
    said = {names[name]: value for name, value in vars(row).items() if name in names}
    return said if "id" in said else {"id": uuid4(), **said}


@cache
def _names(kind: type[Base]) -> Mapping[str, str]:
    """The columns of a table by the names that its rows have for them."""
    return {each.key: each.columns[0].name for each in inspect(kind).column_attrs}


async def _insert(session: AsyncSession, kind: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert rows as JSON; a column that no row names has its default."""
    named = sorted({name for row in rows for name in row})
    columns = ", ".join(f'"{name}"' for name in named)
    table = kind.__tablename__
    insert = text(
        f"INSERT INTO {table} ({columns}) SELECT {columns} "  # noqa: S608 - names of our own tables alone
        f"FROM json_populate_recordset(NULL::{table}, :rows){AGAIN.get(kind, '')}"
    )
    await _all(session, insert, rows)


async def finish(session: AsyncSession, done: Iterable[Mapping[str, Any]]) -> None:
    """Write down what became of messages that waited."""
    await _all(session, _DONE, list(done))


async def _all(session: AsyncSession, statement: Any, rows: list[Any]) -> None:
    if rows:
        await session.execute(statement, {"rows": to_json(rows).decode()})
