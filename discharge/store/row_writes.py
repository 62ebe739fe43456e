"""Rows of several tables, written in one statement.

Each statement costs both processes more than most rows do, and a command changes five tables or more.
PostgreSQL judges the references between the rows once all of them are written, and takes all or none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import CTE, FromClause, Select, Text, bindparam, cast, column, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import TypeEngine

from discharge.store.base import Base, core_table

Values = Mapping[str, Any]
Written = Callable[[tuple[str, ...], int], Insert | ReturningInsert[Any]]
"""How rows with these fields are written, whose place among the rows of the statement is this."""


@dataclass(frozen=True)
class Rows:
    """Rows with the same fields, and how they are written: by a function that is made once. ``counted`` are
    those whose number is wanted; their statement returns something.
    """

    written: Written
    values: Sequence[Values]
    counted: bool = False


async def write_rows(session: AsyncSession, rows: Sequence[Rows]) -> int:
    """Write rows, in one statement, and return how many of those were written that are counted."""
    some = [each for each in rows if each.values]
    if not some:
        return 0
    statement = _statement(tuple((each.written, tuple(each.values[0]), each.counted) for each in some))
    given = {_name(place): to_json(each.values).decode() for place, each in enumerate(some)}
    return await session.scalar(statement, given) or 0


@cache
def _statement(shapes: tuple[tuple[Written, tuple[str, ...], bool], ...]) -> Select[Any]:
    """The statement for rows of these shapes: made once, because that takes longer than to send it."""
    parts = [
        (written(names, place).cte(f"written_{place}"), counted)
        for place, (written, names, counted) in enumerate(shapes)
    ]
    wanted: CTE | None = next((part for part, counted in parts if counted), None)
    answer = select(literal(0)) if wanted is None else select(func.count()).select_from(wanted)
    return answer.add_cte(*(part for part, _ in parts))


def _name(place: int) -> str:
    return f"rows_{place}"


def given_rows(place: int, types: Mapping[str, TypeEngine[Any]]) -> FromClause:
    """The rows as they come with the statement: fields and their types."""
    rows = func.jsonb_to_recordset(cast(bindparam(_name(place), type_=Text()), JSONB))
    columns = (column(name, kind) for name, kind in types.items())
    return rows.table_valued(*columns).render_derived(name=f"given_{place}", with_types=True)


def types_of(table: type[Base], names: Sequence[str]) -> dict[str, TypeEngine[Any]]:
    """Columns of a table by name, with their types."""
    columns = core_table(table).c
    return {name: columns[name].type for name in names}


@cache
def added(table: type[Base]) -> Callable[[tuple[str, ...], int], Insert]:
    """How new rows of a table are written."""

    def written(names: tuple[str, ...], place: int) -> Insert:
        given = given_rows(place, types_of(table, names))
        return insert(core_table(table)).from_select(names, select(*given.c), include_defaults=False)

    return written


@cache
def put(table: type[Base]) -> Written:
    """How rows of a table are written that may stand there already, known by their primary key."""
    primary = [each.name for each in core_table(table).primary_key]

    def written(names: tuple[str, ...], place: int) -> Insert:
        statement = added(table)(names, place)
        kept = {name: statement.excluded[name] for name in names if name not in primary}
        if not kept:
            return statement.on_conflict_do_nothing()
        return statement.on_conflict_do_update(index_elements=primary, set_=kept)

    return written
