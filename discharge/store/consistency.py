"""Proof that a case is what its events say: the events folded anew, held against the snapshot, the columns
that lists filter by, and the rows that pages and reports read.

A difference names fields and tables, never a value. One case is read at a time, so that a record of any size
fits.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.events import EVENT
from discharge.cases.evolve import evolve
from discharge.cases.model import SNAPSHOT, Case
from discharge.errors import HomewardError
from discharge.store.engine import Sessions, transaction
from discharge.store.projections import COUNTED, PARTS, Part
from discharge.store.record import one_at_a_time
from discharge.store.record_rows import columns_of
from discharge.store.row_writes import Values
from discharge.store.tables import CaseEventRow, CaseRow
from discharge.stored import NEWER

PAGE = 200
"""So many ids are fetched at a time."""

SAID_ONCE = frozenset({"person_id", "snapshot"})
"""Columns that are no copy: a merge of people moves the case, and the snapshot is compared by itself."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One case and what of it is not as its events say; nothing, where all agrees. Of a ``newer`` one this
    build cannot say: a newer one wrote it.
    """

    case_id: UUID
    differences: tuple[str, ...] = ()
    newer: bool = False


async def check_cases(sessions: Sessions, only: UUID | None = None) -> AsyncIterator[Checked]:
    """Check every case, or one, in the order of their ids.

    A case that differs is read once more under its lock, because somebody may have been writing it.
    """
    async for case_id in _ids(sessions, only):
        yield await _checked(sessions, case_id)


async def _checked(sessions: Sessions, case_id: UUID) -> Checked:
    try:
        async with transaction(sessions) as session:
            found = await differences(session, case_id)
        if found:
            async with transaction(sessions) as session:
                await one_at_a_time(session, case_id)
                found = await differences(session, case_id)
    except HomewardError as error:
        if error.code != NEWER:
            raise
        return Checked(case_id, newer=True)
    return Checked(case_id, found)


async def _ids(sessions: Sessions, only: UUID | None) -> AsyncIterator[UUID]:
    query = select(CaseRow.id).order_by(CaseRow.id).limit(PAGE)
    last: UUID | None = None
    while True:
        async with transaction(sessions) as session:
            page = (
                query.where(CaseRow.id == only) if only else query.where(CaseRow.id > last) if last else query
            )
            ids = list(await session.scalars(page))
        for case_id in ids:
            yield case_id
        if only or len(ids) < PAGE:
            return
        last = ids[-1]


async def differences(session: AsyncSession, case_id: UUID) -> tuple[str, ...]:
    """Return what of a case is not as its events say, in words for an operator. Raises
    recorded-by-newer-version.
    """
    row = await session.get(CaseRow, case_id, populate_existing=True)
    if row is None:
        return ()
    folded = await _folded(session, case_id)
    if isinstance(folded, str):
        return (folded,)
    try:
        snapshot = SNAPSHOT.whole(row.snapshot)
    except ValidationError:
        return ("the snapshot cannot be read",)
    if SNAPSHOT.is_former(row.snapshot):  # the next command folds it anew
        snapshot = folded
    found = [f"snapshot: {name}" for name in _fields(folded.model_dump(), snapshot.model_dump())]
    columns = {name: value for name, value in columns_of(snapshot).items() if name not in SAID_ONCE}
    found += [f"cases: {name}" for name in _unlike(columns, _values(row))]
    counted = COUNTED if row.summed_version == row.version else ()
    for part in (*PARTS, *counted):
        found += await _rows(session, part, snapshot)
    return tuple(found)


async def _folded(session: AsyncSession, case_id: UUID) -> Case | str:
    """The events in order, folded; else which of them cannot be, or is missing."""
    case = Case(case_id=case_id)
    query = select(CaseEventRow.sequence, CaseEventRow.payload)
    stored = await session.execute(
        query.where(CaseEventRow.case_id == case_id).order_by(CaseEventRow.sequence)
    )
    for sequence, payload in stored:
        if sequence != case.version + 1:
            return f"event {case.version + 1} is missing"
        try:
            case = evolve(case, EVENT.whole(payload))
        except (ValidationError, LookupError):
            return f"event {sequence} cannot be folded"
    return case


def _fields(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    return (name for name, value in one.items() if other.get(name) != value)


async def _rows(session: AsyncSession, part: Part, case: Case) -> list[str]:
    """How the rows of one table differ from what the case says."""
    named, columns = part.table.__tablename__, part.table.__table__.c
    query = select(part.table).where(columns.case_id == case.case_id)
    stored = await session.scalars(query.execution_options(populate_existing=True))
    there = {_key(part, values): values for values in map(_values, stored)}
    due = {_key(part, row): row for row in part.rows(case)}
    found = [f"{named}: a row is missing"] * bool(due.keys() - there.keys())
    found += [f"{named}: a row too many"] * bool(there.keys() - due.keys())
    both = due.keys() & there.keys()
    unlike = sorted({name for key in both for name in _unlike(due[key], there[key])})
    return found + [f"{named}: {name}" for name in unlike]


def _key(part: Part, values: Values) -> tuple[Any, ...]:
    return tuple(_plain(values[name]) for name in part.key)


def _values(row: object) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def _unlike(due: Values, there: Values) -> Iterator[str]:
    return (name for name, value in due.items() if _plain(value) != _plain(there.get(name)))


def _plain(value: object) -> object:
    """A value as both sides write it: codes by their text, instants in UTC."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value
