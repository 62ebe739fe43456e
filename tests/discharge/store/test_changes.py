"""What changed since somebody saw a case: the record refuses a save by part, and keeps the refusal."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import commands as cmd
from discharge.cases.commands import Envelope
from discharge.cases.model import Actor, Case
from discharge.errors import HomewardError
from discharge.store import changes
from discharge.store.changes import case_at, changed_since, require_version
from discharge.store.engine import transaction
from discharge.store.record import AlreadyRecorded, Recorded, RefusedByRecord
from discharge.store.tables import CaseEventRow, Person
from tests.fixtures.cases import NOW, TODAY, carried_out, loaded, open_case
from tests.fixtures.postgres import Places
from tests.housing_checks.homes import FORM_1

SOON, LATER = TODAY + timedelta(days=3), TODAY + timedelta(days=6)
ALL_YES = {item.code: "yes" for item in FORM_1.items}


def asked(case: Case, by: UUID, command: cmd.Command, seen: int | None) -> Envelope:
    return Envelope(
        command_id=uuid4(),
        case_id=case.case_id,
        actor=Actor(organisation_id=by, role="coordinator"),
        effective_on=TODAY,
        command=command,
        seen_version=seen,
    )


@pytest.fixture
async def case(worker: AsyncEngine, places: Places, person_id: UUID) -> Case:
    """A case whose check was handed in."""
    case = await open_case(worker, person_id, places.trust, places.housing)
    for command in (
        cmd.AcceptReferral(),
        cmd.CompleteCheck(form=FORM_1.code, answers=ALL_YES | {"heating": "no", "food": "unknown"}),
    ):
        await carried_out(worker, asked(case, places.housing, command, None), NOW)
    return await loaded(worker, case.case_id)


async def test_given_what_it_changes_changed_since_when_saved_then_it_is_refused_and_nothing_changes(
    worker: AsyncEngine, places: Places, case: Case
) -> None:
    await carried_out(
        worker, asked(case, places.trust, cmd.ConfirmItem(item="heating", value="yes"), case.version), NOW
    )
    now = await loaded(worker, case.case_id)
    late = asked(case, places.housing, cmd.ConfirmItem(item="heating", value="unknown"), case.version)
    outcome = await carried_out(worker, late, NOW)
    assert isinstance(outcome, RefusedByRecord)
    assert (outcome.code, outcome.answer.detail) == ("case-changed", "item:heating")
    assert outcome.answer.version == now.version
    assert await loaded(worker, case.case_id) == now
    assert isinstance(await carried_out(worker, late, NOW), AlreadyRecorded)


async def test_given_other_parts_changed_since_when_saved_then_it_is_taken(
    worker: AsyncEngine, places: Places, case: Case
) -> None:
    for command in (cmd.ConfirmItem(item="heating", value="yes"), cmd.SetNeededBy(needed_by=SOON)):
        await carried_out(worker, asked(case, places.housing, command, case.version), NOW)
    mine = asked(case, places.trust, cmd.ConfirmItem(item="food", value="yes"), case.version)
    assert isinstance(await carried_out(worker, mine, NOW), Recorded)
    gate = (await loaded(worker, case.case_id)).gate
    assert (gate["heating"].value, gate["food"].value) == ("yes", "yes")


async def test_given_the_same_said_by_both_when_saved_then_both_are_taken(
    worker: AsyncEngine, places: Places, case: Case
) -> None:
    for by in (places.trust, places.housing):
        said = asked(case, by, cmd.SetNeededBy(needed_by=SOON), case.version)
        assert isinstance(await carried_out(worker, said, NOW), Recorded)


async def test_given_the_change_was_seen_when_saved_again_then_it_is_taken(
    worker: AsyncEngine, places: Places, case: Case
) -> None:
    await carried_out(worker, asked(case, places.trust, cmd.SetNeededBy(needed_by=SOON), None), NOW)
    seen = (await loaded(worker, case.case_id)).version
    mine = asked(case, places.housing, cmd.SetNeededBy(needed_by=LATER), seen)
    assert isinstance(await carried_out(worker, mine, NOW), Recorded)


async def test_given_nobody_said_what_they_saw_when_saved_then_it_is_held_against_nothing(
    worker: AsyncEngine, places: Places, case: Case
) -> None:
    await carried_out(worker, asked(case, places.trust, cmd.SetNeededBy(needed_by=SOON), None), NOW)
    mine = asked(case, places.housing, cmd.SetNeededBy(needed_by=LATER), None)
    assert isinstance(await carried_out(worker, mine, NOW), Recorded)


async def test_given_what_was_seen_is_very_old_when_judged_then_it_counts_as_changed(
    worker: AsyncEngine, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = ("stay:x", "participant:x")
    async with transaction(worker) as session:
        assert await changed_since(session, case.case_id, 0, judged) == ()
        monkeypatch.setattr(changes, "MOST", 1)
        assert await changed_since(session, case.case_id, 0, judged) == tuple(sorted(judged))


async def test_given_events_of_another_case_or_of_other_parts_when_judged_then_they_do_not_count(
    worker: AsyncEngine, places: Places, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with transaction(worker) as session:
        person = Person(id=uuid4(), family_name="Bede")
        session.add(person)
    another = await open_case(worker, person.id, places.trust, places.housing)
    seen, judged = case.version, ("needed-by", "stay:x")
    for command in (
        cmd.AcceptReferral(),
        cmd.SetNeededBy(needed_by=SOON),
        cmd.SetNeededBy(needed_by=LATER),
    ):
        assert isinstance(
            await carried_out(worker, asked(another, places.housing, command, None), NOW), Recorded
        )
    async with transaction(worker) as session:
        assert await changed_since(session, case.case_id, 0, judged) == ()
        assert await case_at(session, case.case_id, seen) == case
    for command in (cmd.SetNeededBy(needed_by=SOON), cmd.ConfirmItem(item="heating", value="yes")):
        await carried_out(worker, asked(case, places.housing, command, None), NOW)
    monkeypatch.setattr(changes, "MOST", 1)
    async with transaction(worker) as session:
        assert await changed_since(session, case.case_id, seen, judged) == ("needed-by",)


async def test_given_a_version_when_asked_for_then_the_case_is_as_it_stood_then(
    worker: AsyncEngine, case: Case
) -> None:
    async with transaction(worker) as session:
        kinds = (await session.scalars(select(CaseEventRow.kind).order_by(CaseEventRow.sequence))).all()
        before = await case_at(session, case.case_id, kinds.index("item-answered"))
        assert await case_at(session, case.case_id, case.version) == case
    assert before.check is not None
    assert (before.check.answers, before.gate) == ({}, {})


@given(version=st.integers(0, 2_000), beyond=st.integers(-2_000, 10**30))
def test_given_any_version_when_seen_then_it_is_refused_only_beyond_that_of_the_case(
    version: int, beyond: int
) -> None:
    case = Case(case_id=uuid4(), version=version)
    for seen in (max(0, version + beyond), version, version - 1, None):
        if seen is not None and seen > version:
            with pytest.raises(HomewardError) as refused:
                require_version(case, seen)
            assert (refused.value.code, refused.value.where) == ("no-such-version", "seen_version")
        else:
            require_version(case, seen)
    with pytest.raises(HomewardError, match="no-such-version"):
        require_version(case, version + 1)
