"""What is known of the people and stays that a batch names, what its messages make of them, and
writing that.

Whoever gives a message its effect asks here instead of the database, and leaves here what it writes: a
message sees all that those before it did. A session that works on a single message has no such state. Only
people with one record each, whom no merge concerns and whose numbers are nobody else's, are in it.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from pydantic_core import to_json
from sqlalchemy import func, inspect, text
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
from fhir_adapters.hl7v2.facts import Identifier, PersonReported, StayReported
from fhir_adapters.store.tables import FactRow

_STATE = "homeward.batch"

LocalNumber = tuple[UUID, str, str]
"""Organisation, authority and value of a local number."""


class GoesAlone(Exception):
    """What a message is about is more than a batch knows: it goes alone, after the batch."""


class Reported(NamedTuple):
    """A report, the organisation that sent it, and the record it was about."""

    fact: PersonReported
    sender: UUID
    about: UUID


@dataclass(slots=True)
class BatchState:
    """See the module. `at` is when the transaction began."""

    at: datetime
    locked: frozenset[str] = frozenset()
    anything_hidden: bool = False
    moved_numbers: set[str] = field(default_factory=set)
    people: dict[UUID, Person] = field(default_factory=dict)
    local: dict[LocalNumber, UUID] = field(default_factory=dict)
    nhs: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    nhs_numbers: dict[UUID, list[PersonNhsNumber]] = field(default_factory=lambda: defaultdict(list))
    addresses: dict[UUID, list[PersonAddress]] = field(default_factory=lambda: defaultdict(list))
    contacts: dict[UUID, list[PersonContact]] = field(default_factory=lambda: defaultdict(list))
    reported: dict[UUID, list[Reported]] = field(default_factory=lambda: defaultdict(list))
    referred: dict[UUID, list[Reported]] = field(default_factory=lambda: defaultdict(list))
    spells: dict[tuple[UUID, str], Spell] = field(default_factory=dict)
    stays: dict[UUID, list[StayReported]] = field(default_factory=lambda: defaultdict(list))
    in_cases: set[UUID] = field(default_factory=set)
    sequences: dict[UUID, int] = field(default_factory=dict)
    new: list[Base] = field(default_factory=list)
    new_facts: list[dict[str, Any]] = field(default_factory=list)
    new_local: list[dict[str, Any]] = field(default_factory=list)
    afterwards: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    described: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)

    def by_local(self, organisation_id: UUID, identifiers: Iterable[Identifier]) -> list[Person]:
        """Who holds any of these local numbers."""
        keys = ((organisation_id, one.authority, one.value) for one in identifiers)
        found = {self.local[key] for key in keys if key in self.local}
        return [self.people[person_id] for person_id in sorted(found)]

    def by_nhs(self, numbers: Iterable[str]) -> list[Person]:
        """Who has one of these NHS numbers in use; else who had one."""
        wanted = set(numbers)
        held = sorted({person_id for number in wanted for person_id in self.nhs.get(number, ())})
        people = [self.people[person_id] for person_id in held]
        return [person for person in people if person.nhs_number in wanted] or people

    def add_local(self, organisation_id: UUID, person_id: UUID, identifiers: Iterable[Identifier]) -> None:
        """Give a person local numbers; one that somebody holds stays theirs."""
        for one in identifiers:
            key = (organisation_id, one.authority, one.value)
            if key not in self.local:
                self.local[key] = person_id
                row = {"id": uuid4(), "person_id": person_id, "organisation_id": organisation_id}
                self.new_local.append({**row, "authority": one.authority, "value": one.value})

    def keep(self, row: Base) -> None:
        """A row that is written at the end, and known from now on."""
        self.new.append(row)
        if isinstance(row, Person):
            self.people[row.id] = row
        elif isinstance(row, PersonNhsNumber):
            self.nhs_numbers[row.person_id].append(row)
            self.nhs[row.nhs_number].add(row.person_id)
        elif isinstance(row, PersonAddress):
            self.addresses[row.person_id].append(row)
        elif isinstance(row, PersonContact):
            self.contacts[row.person_id].append(row)
        elif isinstance(row, Spell):
            self.spells[row.organisation_id, row.visit_number] = row

    def drop(self, row: PersonAddress | PersonContact) -> bool:
        """Forget a row; whether it was one of the batch's own, which is not written then."""
        held: list[Any] = (self.addresses if isinstance(row, PersonAddress) else self.contacts)[row.person_id]
        held.remove(row)
        own = row in self.new
        if own:
            self.new.remove(row)
        return own


def state_of(session: AsyncSession) -> BatchState | None:
    """The state of the batch that a session works on; None where it works on a single message."""
    found: BatchState | None = session.info.get(_STATE)
    return found


def work_on(session: AsyncSession, state: BatchState | None) -> None:
    """From now on the session works on this batch; None once all of it is in the database."""
    session.info[_STATE] = state


def only_alone(session: AsyncSession) -> None:
    """Go on only where a message has a transaction of its own. Raises GoesAlone."""
    if state_of(session) is not None:
        raise GoesAlone


def keep(session: AsyncSession, *rows: Base) -> None:
    """Write new rows, at the end of the batch where there is one."""
    state = state_of(session)
    if state is None:
        session.add_all(rows)
        return
    for row in rows:
        state.keep(row)


async def drop(session: AsyncSession, row: PersonAddress | PersonContact) -> None:
    """Delete a row."""
    state = state_of(session)
    if state is None or not state.drop(row):
        await session.delete(row)


async def flush(session: AsyncSession) -> None:
    """Write what has changed so far; a batch is written at its end."""
    if state_of(session) is None:
        await session.flush()


def moment(session: AsyncSession) -> Any:
    """When what is written now was changed."""
    state = state_of(session)
    return func.now() if state is None else state.at


async def person_row(
    session: AsyncSession, person_id: UUID, *, lock: dict[str, bool] | None = None
) -> Person:
    """A person's record, locked with `lock` (those of a batch are locked already)."""
    state = state_of(session)
    if state is None:
        return await session.get_one(Person, person_id, with_for_update=lock)
    return state.people[person_id]


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
