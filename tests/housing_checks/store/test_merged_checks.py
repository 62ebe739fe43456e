"""The check of a case that ends as merged is handed over with the end of the case, once, whatever happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import (
    AcceptReferral,
    Command,
    ConfirmItem,
    Envelope,
    NoteMerge,
    NoteUnmerge,
)
from discharge.cases.model import Actor, Case
from discharge.store.commands import read_kept
from discharge.store.engine import transaction
from discharge.store.record import CASE_SIGNAL, AlreadyRecorded, Recorded
from discharge.store.tables import NoteRow, OutboxRow, Person, PersonAddress
from discharge.store.tables.persons import OWN_WORDS
from housing_checks.store import merged_checks
from tests.fixtures.cases import carried_out, loaded, open_case
from tests.fixtures.postgres import Places
from tests.fixtures.safety import somebody
from tests.housing_checks.paper import BEGINS

NOW = datetime(BEGINS.year, BEGINS.month, BEGINS.day, 12, tzinfo=UTC)
FEAR = "That I fall on the stairs"


@dataclass(frozen=True)
class Cases:
    """Cases of one person under several numbers, the oldest first, and what the worker does to them."""

    worker: AsyncEngine
    places: Places
    ids: tuple[UUID, ...]

    async def tell(self, which: int, command: Command, command_id: UUID | None = None) -> Recorded:
        """A command of the housing service is carried out."""
        outcome = await carried_out(self.worker, self.envelope(which, command, command_id), NOW)
        assert isinstance(outcome, Recorded)
        assert outcome.answer.outcome == "accepted", outcome.answer
        return outcome

    def envelope(self, which: int, command: Command, command_id: UUID | None = None) -> Envelope:
        actor = Actor(organisation_id=self.places.housing, role="coordinator", user_id=None)
        return Envelope(
            command_id=command_id or uuid4(),
            case_id=self.ids[which],
            actor=actor,
            effective_on=BEGINS,
            command=command,
        )

    async def signals(self, which: int) -> list[Envelope]:
        """What waits to be told to a case."""
        async with transaction(self.worker) as session:
            rows = await session.scalars(
                select(OutboxRow)
                .where(OutboxRow.case_id == self.ids[which], OutboxRow.channel == CASE_SIGNAL)
                .order_by(OutboxRow.sequence)
            )
            return [read_kept(row.payload) for row in rows]

    async def relay(self, which: int) -> list[object]:
        """All of it is told to the case; what it has heard before changes nothing."""
        return [await carried_out(self.worker, each, NOW) for each in await self.signals(which)]

    async def case(self, which: int) -> Case:
        return await loaded(self.worker, self.ids[which])

    async def notes(self, which: int) -> list[str]:
        async with transaction(self.worker) as session:
            rows = await session.scalars(select(NoteRow).where(NoteRow.case_id == self.ids[which]))
            return [row.text for row in rows]

    async def write_fear(self, which: int) -> None:
        """Somebody writes what the person fears."""
        command_id, note_id = uuid4(), uuid4()
        async with transaction(self.worker) as session:
            session.add(
                NoteRow(
                    id=note_id,
                    case_id=self.ids[which],
                    command_id=command_id,
                    item="fears",
                    organisation_id=self.places.housing,
                    text=FEAR,
                    sensitivity=OWN_WORDS,
                )
            )
        said = ConfirmItem(item="fears", value="written", text_notes={"fears": note_id})
        await self.tell(which, said, command_id)


@pytest.fixture
async def cases(worker: AsyncEngine, places: Places, person_id: UUID) -> Cases:
    merged_checks.register()
    people = [person_id, uuid4(), uuid4()]
    async with transaction(worker) as session:
        session.add_all(Person(id=each, family_name="Ashdowne", given_name="Edith") for each in people[1:])
    ids = [(await open_case(worker, each, places.trust, places.housing)).case_id for each in people]
    made = Cases(worker, places, tuple(ids))
    for which in range(len(ids)):
        await made.tell(which, AcceptReferral())
    await made.tell(0, ConfirmItem(item="heating", value="yes", evidence="told"))
    await made.tell(1, ConfirmItem(item="heating", value="no", evidence="seen"))
    await made.write_fear(1)
    return made


def values(case: Case, item: str) -> list[str]:
    return [each.value for each in case.check.said_of(item)] if case.check else []


async def test_given_two_checks_when_one_case_ends_as_merged_then_the_other_has_its_answers_and_words(
    cases: Cases,
) -> None:
    ended = await cases.tell(1, NoteMerge(into_case_id=cases.ids[0]))
    assert ended.queued, "the relay is rung"
    await cases.relay(0)
    kept = await cases.case(0)
    assert values(kept, "heating") == ["yes", "no"]
    assert kept.check is not None
    assert kept.check.disputed == {"heating"}
    [fear] = kept.check.said_of("fears")
    assert await cases.notes(0) == [FEAR]
    assert await cases.notes(1) == [FEAR], "the case that ended can still be read"
    async with transaction(cases.worker) as session:
        copied = await session.get(NoteRow, fear.note_id)
        assert copied is not None
        assert (copied.case_id, copied.item, copied.text) == (cases.ids[0], "fears", FEAR)
        assert copied.sensitivity == OWN_WORDS, "the team of the case reads it, and nobody else"


async def test_given_a_worker_that_tells_it_twice_then_it_is_heard_once(cases: Cases) -> None:
    await cases.tell(1, NoteMerge(into_case_id=cases.ids[0]))
    await cases.relay(0)
    before = await cases.case(0)
    assert all(isinstance(each, AlreadyRecorded) for each in await cases.relay(0))
    assert await cases.case(0) == before


async def test_given_a_merge_that_is_told_twice_then_one_thing_waits_for_the_other_case(cases: Cases) -> None:
    await cases.tell(1, NoteMerge(into_case_id=cases.ids[0]))
    repeated = await carried_out(cases.worker, cases.envelope(1, NoteMerge(into_case_id=cases.ids[0])), NOW)
    assert isinstance(repeated, Recorded)
    assert not repeated.events
    assert len(await cases.signals(0)) == 1


async def test_given_a_case_that_has_ended_itself_when_it_hears_then_it_passes_it_on(cases: Cases) -> None:
    await cases.tell(1, NoteMerge(into_case_id=cases.ids[0]))
    await cases.tell(0, NoteMerge(into_case_id=cases.ids[2]))
    await cases.relay(0)
    await cases.relay(2)
    last = await cases.case(2)
    assert sorted(values(last, "heating")) == ["no", "yes"]
    assert set(last.merged_cases) == {str(cases.ids[0]), str(cases.ids[1])}
    assert await cases.notes(2) == [FEAR]


async def test_given_a_merge_of_what_was_merged_then_all_of_it_comes_once(cases: Cases) -> None:
    await cases.tell(1, NoteMerge(into_case_id=cases.ids[0]))
    await cases.relay(0)
    await cases.tell(0, NoteMerge(into_case_id=cases.ids[2]))
    await cases.relay(2)
    assert sorted(values(await cases.case(2), "heating")) == ["no", "yes"]
    assert await cases.notes(2) == [FEAR]


async def test_given_a_merge_that_is_undone_then_answers_and_words_leave_and_come_again_with_the_next(
    cases: Cases,
) -> None:
    await cases.tell(1, NoteMerge(into_case_id=cases.ids[0]))
    await cases.relay(0)
    await cases.tell(1, NoteUnmerge())
    await cases.relay(0)
    kept = await cases.case(0)
    assert (values(kept, "heating"), values(kept, "fears")) == (["yes"], [])
    assert await cases.notes(0) == []
    assert await cases.notes(1) == [FEAR]

    await cases.tell(1, NoteMerge(into_case_id=cases.ids[0]))
    await cases.relay(0)
    assert values(await cases.case(0), "heating") == ["yes", "no"]
    assert await cases.notes(0) == [FEAR]


async def test_given_a_merge_undone_after_it_was_passed_on_then_it_leaves_the_last_case_too(
    cases: Cases,
) -> None:
    await cases.tell(1, NoteMerge(into_case_id=cases.ids[0]))
    await cases.relay(0)
    await cases.tell(0, NoteMerge(into_case_id=cases.ids[2]))
    await cases.relay(2)
    await cases.tell(1, NoteUnmerge())
    await cases.relay(0)
    await cases.relay(2)
    last = await cases.case(2)
    assert (values(last, "heating"), await cases.notes(2)) == (["yes"], [])


@pytest.mark.parametrize("where", [0, 1], ids=["in the case that goes on", "in the case that ended"])
async def test_given_words_in_both_cases_when_they_are_withdrawn_in_one_then_the_other_does_not_say_them(
    cases: Cases, owner: AsyncEngine, where: int
) -> None:
    await cases.tell(1, NoteMerge(into_case_id=cases.ids[0]))
    await cases.relay(0)
    user = await somebody(owner, cases.places.housing, "Una")
    async with transaction(owner) as session:
        await session.execute(
            text(
                "UPDATE notes SET text = '', withdrawn_at = now(), withdrawn_by = :user"
                " WHERE case_id = :case AND item = 'fears'"
            ),
            {"user": user.user_id, "case": cases.ids[where]},
        )
    assert await cases.notes(0) == await cases.notes(1) == [""]


@pytest.mark.parametrize(("code", "said"), [("NG7 1AA", ["no"]), ("ng71ab", [])], ids=["same", "another"])
async def test_given_the_homes_of_the_two_records_when_merged_then_the_postcode_says_whether_they_are_one(
    cases: Cases, person_id: UUID, code: str, said: list[str]
) -> None:
    ended = (await cases.case(1)).person_id
    assert ended is not None
    async with transaction(cases.worker) as session:
        for each, postcode in ((person_id, "NG71AA"), (ended, code)):
            session.add(PersonAddress(person_id=each, kind="home", lines="3 Test Row", postcode=postcode))
    await cases.tell(1, NoteMerge(into_case_id=cases.ids[0]))
    await cases.relay(0)
    assert values(await cases.case(0), "heating") == ["yes", *said]


async def test_given_words_whose_command_was_refused_when_merged_then_they_are_not_copied(
    cases: Cases,
) -> None:
    async with transaction(cases.worker) as session:
        session.add(
            NoteRow(
                id=uuid4(),
                case_id=cases.ids[1],
                command_id=uuid4(),
                item="heating",
                organisation_id=cases.places.housing,
                text="Never said",
            )
        )
    await cases.tell(1, NoteMerge(into_case_id=cases.ids[0]))
    await cases.relay(0)
    assert await cases.notes(0) == [FEAR]
