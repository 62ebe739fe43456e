"""Whether the asker of a late command may still ask: role, membership and part in the case as of now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from discharge.cases import commands as cmd
from discharge.cases.commands import Command, Envelope
from discharge.cases.model import Actor
from discharge.store.engine import transaction
from discharge.store.tables import CaseParticipantRow, CommandRow, User
from tests.fixtures.cases import TODAY, open_case
from tests.fixtures.postgres import Places
from workflows.store.authority import refusal, role_now

ASHA = UUID(int=1)


@pytest.fixture
async def session(worker: AsyncEngine) -> AsyncIterator[AsyncSession]:
    async with transaction(worker) as opened:
        yield opened


@pytest.fixture
async def asha(session: AsyncSession, places: Places) -> User:
    """A coordinator of the housing service, as the record knows her now."""
    user = User(
        id=ASHA,
        issuer="i",
        subject="s",
        display_name="Asha",
        organisation_id=places.housing,
        role="coordinator",
    )
    session.add(user)
    await session.flush()
    return user


def command(organisation_id: UUID, user_id: UUID | None = ASHA, case_id: UUID | None = None) -> CommandRow:
    """A command that was asked a while ago, as a member of the team."""
    return row(cmd.AddNote(), organisation_id, case_id or uuid4(), user_id)


def row(asked: Command, organisation_id: UUID, case_id: UUID, user_id: UUID | None = None) -> CommandRow:
    envelope = Envelope(
        command_id=uuid4(),
        case_id=case_id,
        actor=Actor(organisation_id=organisation_id, role="coordinator", user_id=user_id),
        effective_on=TODAY,
        command=asked,
    )
    return CommandRow(
        id=envelope.command_id,
        case_id=case_id,
        client_id="c",
        client_key="k",
        body_hash="h",
        kind=asked.kind,
        envelope=envelope.model_dump(mode="json"),
        organisation_id=organisation_id,
        user_id=user_id,
        role="discharge-team",
        effective_on=TODAY,
    )


async def test_given_somebody_who_is_still_there_then_the_role_is_the_one_they_have_now(
    session: AsyncSession, places: Places, asha: User
) -> None:
    assert await role_now(session, command(places.housing)) == "coordinator"


async def test_given_a_system_or_somebody_who_was_erased_then_the_role_is_the_one_they_asked_in(
    session: AsyncSession, places: Places, asha: User
) -> None:
    assert await role_now(session, command(places.housing, user_id=None)) == "discharge-team"
    assert await role_now(session, command(places.housing, user_id=UUID(int=2))) == "discharge-team"


async def test_given_somebody_who_left_the_organisation_or_was_disabled_then_they_have_no_role(
    session: AsyncSession, places: Places, asha: User
) -> None:
    assert await role_now(session, command(places.trust)) is None
    asha.disabled_at = datetime(2026, 3, 1, tzinfo=UTC)
    assert await role_now(session, command(places.housing)) is None


@pytest.fixture
async def case_id(worker: AsyncEngine, person_id: UUID, places: Places) -> UUID:
    case = await open_case(worker, person_id, places.trust, places.housing, places.landlord)
    return case.case_id


async def test_given_a_part_in_the_case_then_what_it_includes_is_not_refused(
    session: AsyncSession, places: Places, case_id: UUID
) -> None:
    note, close = cmd.AddNote(), cmd.CloseCase(outcome="rehoused")
    assert await refusal(session, row(note, places.housing, case_id), TODAY) is None
    assert await refusal(session, row(close, places.housing, case_id), TODAY) is None
    assert await refusal(session, row(note, places.landlord, case_id), TODAY) is None


async def test_given_a_part_that_does_not_include_it_then_it_is_refused_by_its_code(
    session: AsyncSession, places: Places, case_id: UUID
) -> None:
    close = cmd.CloseCase(outcome="rehoused")
    assert await refusal(session, row(close, places.landlord, case_id), TODAY) == "part-not-allowed"


async def test_given_no_part_in_this_case_then_there_is_nothing_to_be_found(
    session: AsyncSession, places: Places, case_id: UUID
) -> None:
    assert await refusal(session, row(cmd.AddNote(), places.stranger, case_id), TODAY) == "not-found"
    assert await refusal(session, row(cmd.AddNote(), places.housing, uuid4()), TODAY) == "not-found"


@pytest.mark.parametrize(
    ("from_on", "until_on", "takes_part"),
    [
        (TODAY, None, True),
        (TODAY + timedelta(days=1), None, False),
        (TODAY - timedelta(days=9), TODAY + timedelta(days=1), True),
        (TODAY - timedelta(days=9), TODAY, False),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), False),
    ],
)
async def test_given_a_part_that_begins_and_ends_then_it_counts_from_its_first_day_until_its_last(
    session: AsyncSession,
    places: Places,
    case_id: UUID,
    from_on: date,
    until_on: date | None,
    takes_part: bool,
) -> None:
    mine = CaseParticipantRow.organisation_id == places.housing
    await session.execute(update(CaseParticipantRow).where(mine).values(from_on=from_on, until_on=until_on))
    answer = await refusal(session, row(cmd.AddNote(), places.housing, case_id), TODAY)
    assert answer == (None if takes_part else "not-found")
