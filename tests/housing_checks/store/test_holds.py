"""Who a home is kept for: offered, accepted, let; and what whoever comes second is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import events as ev
from discharge.cases.commands import ENVELOPE
from discharge.cases.model import Case, Offer, Strand
from discharge.errors import HomewardError
from discharge.store.engine import transaction
from discharge.store.record import Outcome, Recorded, RefusedByRecord
from discharge.store.tables import OutboxRow, Person, PersonAddress
from housing_checks.store import holds
from housing_checks.store.tables import PropertyHoldRow, PropertyRow
from tests.fixtures.cases import NOW, TODAY, carried_out, loaded, open_case, recorded, request
from tests.fixtures.postgres import Places

SEARCH = "rehousing/1"
WEEK = timedelta(days=7)
FLAT = {"property_type": "flat", "bedrooms": 1, "access_class": "D"}


@pytest.fixture(autouse=True)
def registered() -> None:
    holds.register()


@pytest.fixture
async def home(owner: AsyncEngine, places: Places) -> UUID:
    async with transaction(owner) as session:
        row = PropertyRow(
            id=uuid4(),
            landlord_id=places.landlord,
            reference="M-014",
            address="14 Larch Walk, Harrow Vale",
            postcode="ZZ99 3VZ",
            ready_on=TODAY,
            attributes=FLAT,
        )
        session.add(row)
    return row.id


Searching = Callable[..., Awaitable[Case]]


@pytest.fixture
def searching(worker: AsyncEngine, places: Places) -> Searching:
    """Somebody who lives in Old Street and looks for a home of a kind."""

    async def begun(name: str, item: str = "rehousing:1-bed-general", **person: object) -> Case:
        async with transaction(worker) as session:
            row = Person(id=uuid4(), family_name=name, **person)
            session.add(row)
            await session.flush()
            session.add(PersonAddress(person_id=row.id, lines=f"1 Old Street\n{name}", postcode="ZZ99 1AA"))
        case = await open_case(worker, row.id, places.trust)
        strand = Strand(kind="rehousing", number=1, item=item, started_on=TODAY, owner_role="coordinator")
        return await _then(worker, case, places, ev.StrandStarted(strand=strand))

    return begun


async def _then(worker: AsyncEngine, case: Case, places: Places, *events: ev.Event) -> Case:
    done = request(case, places.trust, *events)
    outcome = await recorded(worker, done)
    assert isinstance(outcome, Recorded), outcome
    return done.case


async def _tried(worker: AsyncEngine, case: Case, places: Places, *events: ev.Event) -> Outcome:
    return await recorded(worker, request(case, places.trust, *events))


def offer(home: UUID, on: date = TODAY, until: date = TODAY + WEEK, *despite: str) -> ev.PropertyOffered:
    made = Offer(offer_id=uuid4(), property_id=home, offered_on=on, respond_by=until, despite=despite)
    return ev.PropertyOffered(strand=SEARCH, offer=made)


def answer(made: ev.PropertyOffered, answer: str, on: date = TODAY) -> ev.OfferAnswered:
    return ev.OfferAnswered.model_validate(
        {"strand": SEARCH, "offer_id": made.offer.offer_id, "answer": answer, "answered_on": on}
    )


def let(home: UUID) -> ev.PropertyLet:
    return ev.PropertyLet(strand=SEARCH, property_id=home, let_on=TODAY)


async def held(worker: AsyncEngine) -> list[tuple[UUID, str]]:
    query = select(PropertyHoldRow.case_id, PropertyHoldRow.state).where(PropertyHoldRow.ended_on.is_(None))
    async with transaction(worker) as session:
        return [(row.case_id, row.state) for row in await session.execute(query)]


async def test_when_two_cases_let_one_home_at_the_same_moment_then_one_is_refused(
    worker: AsyncEngine, places: Places, searching: Searching, home: UUID
) -> None:
    cases = [await searching("Ashdown"), await searching("Brook")]
    outcomes = await asyncio.gather(*(_tried(worker, case, places, let(home)) for case in cases))
    won = [outcome for outcome in outcomes if isinstance(outcome, Recorded)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, RefusedByRecord)]
    assert [outcome.code for outcome in lost] == ["property-already-let"]
    assert await held(worker) == [(won[0].answer.case_id, "let")]


async def test_a_refused_let_leaves_no_event_of_its_case(
    worker: AsyncEngine, places: Places, searching: Searching, home: UUID
) -> None:
    first, second = await searching("Ashdown"), await searching("Brook")
    await _then(worker, first, places, let(home))
    await _tried(worker, second, places, let(home))
    await _then(worker, second, places, ev.NeededBySet(needed_by=TODAY))


@pytest.mark.parametrize(
    "end",
    [
        ev.StrandCancelled(strand=SEARCH, cancelled_on=TODAY, reason="person-declined"),
        ev.CaseClosed(closed_on=TODAY, outcome="entered-in-error"),
    ],
)
async def test_a_home_is_free_again_when_its_let_was_called_off(
    worker: AsyncEngine, places: Places, searching: Searching, home: UUID, end: ev.Event
) -> None:
    first, second = await searching("Ashdown"), await searching("Brook")
    first = await _then(worker, first, places, let(home))
    await _then(worker, first, places, end)
    assert await held(worker) == []
    await _then(worker, second, places, let(home))


async def test_given_two_offers_of_one_home_at_the_same_moment_then_the_second_is_refused_with_its_end(
    worker: AsyncEngine, places: Places, searching: Searching, home: UUID
) -> None:
    cases = [await searching("Ashdown"), await searching("Brook")]
    outcomes = await asyncio.gather(*(_tried(worker, case, places, offer(home)) for case in cases))
    lost = [outcome for outcome in outcomes if isinstance(outcome, RefusedByRecord)]
    assert [(each.code, each.answer.detail) for each in lost] == [("property-held", "until 2026-03-09")]
    assert [state for _, state in await held(worker)] == ["offered"]


async def test_given_a_home_that_is_held_then_its_case_answers_until_when(
    worker: AsyncEngine, places: Places, searching: Searching, home: UUID
) -> None:
    """What the record says no to reaches whoever asked as it was said, by the case's workflow too."""
    await _then(worker, await searching("Ashdown"), places, offer(home))
    tried = request(await searching("Brook"), places.trust, offer(home))
    outcome = await recorded(worker, tried)
    assert isinstance(outcome, RefusedByRecord)
    assert (outcome.code, outcome.answer.detail) == ("property-held", "until 2026-03-09")


async def test_given_an_offer_when_it_is_accepted_then_the_home_is_reserved_without_an_end(
    worker: AsyncEngine, places: Places, searching: Searching, home: UUID
) -> None:
    first, second = await searching("Ashdown"), await searching("Brook")
    made = offer(home)
    await _then(worker, await _then(worker, first, places, made), places, answer(made, "accepted"))
    late = offer(home, TODAY + 5 * WEEK, TODAY + 6 * WEEK)
    outcome = await _tried(worker, second, places, late)
    assert isinstance(outcome, RefusedByRecord)
    assert (outcome.code, outcome.answer.detail) == ("property-held", "accepted")


@pytest.mark.parametrize("word", ["refused", "lapsed"])
async def test_given_an_offer_that_ended_then_somebody_else_can_be_offered_the_home(
    worker: AsyncEngine, places: Places, searching: Searching, home: UUID, word: str
) -> None:
    first, second = await searching("Ashdown"), await searching("Brook")
    made = offer(home)
    await _then(worker, await _then(worker, first, places, made), places, answer(made, word))
    await _then(worker, second, places, offer(home))
    assert await held(worker) == [(second.case_id, "offered")]


async def test_given_a_day_to_answer_that_is_over_then_the_hold_is_too_and_a_late_yes_is_refused(
    worker: AsyncEngine, places: Places, searching: Searching, home: UUID
) -> None:
    """Whether or not the first case has written down that the offer lapsed."""
    first, second = await searching("Ashdown"), await searching("Brook")
    made = offer(home, TODAY, TODAY + WEEK)
    first = await _then(worker, first, places, made)
    on_the_day = await _tried(worker, second, places, offer(home, TODAY + WEEK, TODAY + 2 * WEEK))
    assert isinstance(on_the_day, RefusedByRecord)
    await _then(worker, second, places, offer(home, TODAY + WEEK + timedelta(days=1), TODAY + 2 * WEEK))
    late = await _tried(worker, first, places, answer(made, "accepted", TODAY + WEEK + timedelta(days=1)))
    assert isinstance(late, RefusedByRecord)
    assert late.code == "property-held"


async def test_given_another_home_is_accepted_then_the_one_reserved_before_is_free(
    worker: AsyncEngine, places: Places, searching: Searching, home: UUID, owner: AsyncEngine
) -> None:
    other = await _another_home(owner, places)
    first, second = await searching("Ashdown"), await searching("Brook")
    for made in (offer(home), offer(other)):
        first = await _then(worker, first, places, made)
        first = await _then(worker, first, places, answer(made, "accepted"))
    await _then(worker, second, places, offer(home))
    assert sorted(await held(worker)) == sorted([(first.case_id, "accepted"), (second.case_id, "offered")])


async def _another_home(owner: AsyncEngine, places: Places, **attributes: object) -> UUID:
    async with transaction(owner) as session:
        row = PropertyRow(
            id=uuid4(),
            landlord_id=places.landlord,
            reference=f"M-{uuid4()}",
            address="31 Mill Rise",
            postcode="ZZ99 3WZ",
            ready_on=TODAY,
            attributes=FLAT | attributes,
        )
        session.add(row)
    return row.id


async def test_given_a_home_that_does_not_fit_then_it_is_offered_only_by_who_names_every_failure(
    worker: AsyncEngine, owner: AsyncEngine, places: Places, searching: Searching
) -> None:
    steep = await _another_home(owner, places, floor=2, steps=3)
    case = await searching("Ashdown", "rehousing:1-bed-step-free")
    refused = await _tried(worker, case, places, offer(steep))
    assert isinstance(refused, RefusedByRecord)
    assert (refused.code, refused.answer.detail) == ("property-does-not-fit", "level-reached,step-free")
    half = await _tried(worker, case, places, offer(steep, TODAY, TODAY + WEEK, "step-free"))
    assert isinstance(half, RefusedByRecord)
    await _then(worker, case, places, offer(steep, TODAY, TODAY + WEEK, "step-free", "level-reached"))


# -- a landlord takes a home back


async def _withdrawn(api: AsyncEngine, by: UUID, home: UUID, because: str = "sold") -> str:
    async with transaction(api, organisation_id=by, user_id=uuid4()) as session:
        done: str = await session.scalar(
            select(func.homeward_withdraw_property(home, because, "coordinator"))
        )
    return done


@pytest.mark.parametrize("accepted", [False, True])
async def test_given_an_offer_when_the_landlord_withdraws_the_home_then_its_case_hears_and_is_alerted(
    worker: AsyncEngine,
    api: AsyncEngine,
    places: Places,
    searching: Searching,
    home: UUID,
    accepted: bool,
) -> None:
    case = await searching("Ashdown")
    made = offer(home)
    case = await _then(worker, case, places, made)
    if accepted:
        case = await _then(worker, case, places, answer(made, "accepted"))
    assert await _withdrawn(api, places.landlord, home) == ("accepted" if accepted else "offered")
    async with transaction(worker) as session:
        told = (await session.scalars(select(OutboxRow).where(OutboxRow.channel == "case-signal"))).one()
    outcome = await carried_out(worker, ENVELOPE.read(told.payload), NOW)
    assert isinstance(outcome, Recorded)
    after = await loaded(worker, case.case_id)
    lost = after.strands[SEARCH].offers[-1]
    assert (lost.answer, lost.reason, lost.accepted_on is not None) == ("lost", "sold", accepted)
    [alert] = [one for one in after.open_alerts if one.rule == "home-lost"]
    assert alert.fact.startswith("The home that the person had accepted" if accepted else "The home that was")
    assert await held(worker) == []


async def test_given_a_home_that_was_withdrawn_then_it_can_be_neither_offered_nor_withdrawn_again(
    worker: AsyncEngine, api: AsyncEngine, places: Places, searching: Searching, home: UUID
) -> None:
    case = await searching("Ashdown")
    assert await _withdrawn(api, places.landlord, home) == "free"
    outcome = await _tried(worker, case, places, offer(home))
    assert isinstance(outcome, RefusedByRecord)
    assert (outcome.code, outcome.answer.detail) == ("property-withdrawn", "sold")
    with pytest.raises(HomewardError, match="already-done"):
        await _withdrawn(api, places.landlord, home)


async def test_given_a_let_home_or_somebody_elses_then_nobody_withdraws_it(
    worker: AsyncEngine, api: AsyncEngine, places: Places, searching: Searching, home: UUID
) -> None:
    with pytest.raises(HomewardError, match="role-not-allowed"):
        await _withdrawn(api, places.stranger, home)
    await _then(worker, await searching("Ashdown"), places, let(home))
    with pytest.raises(HomewardError, match="property-already-let"):
        await _withdrawn(api, places.landlord, home)


# -- where the person lives


async def addresses(worker: AsyncEngine, case: Case) -> list[tuple[str, date | None, date | None, str]]:
    query = (
        select(PersonAddress)
        .where(PersonAddress.person_id == case.person_id)
        .order_by(PersonAddress.from_on.nulls_first())
    )
    async with transaction(worker) as session:
        return [
            (row.lines.split("\n")[0], row.from_on, row.until_on, row.sensitivity)
            for row in await session.scalars(query)
        ]


async def test_given_a_let_then_the_new_home_is_the_address_and_the_old_one_is_history(
    worker: AsyncEngine, places: Places, searching: Searching, home: UUID
) -> None:
    case = await searching("Ashdown")
    await _then(worker, case, places, let(home))
    assert await addresses(worker, case) == [
        ("1 Old Street", None, TODAY, "ordinary"),
        ("14 Larch Walk", TODAY, None, "ordinary"),
    ]


async def test_given_a_let_to_somebody_in_hiding_then_the_new_address_is_hidden_too(
    worker: AsyncEngine, places: Places, searching: Searching, home: UUID
) -> None:
    case = await searching("Ashdown", hidden_by_feed=True)
    await _then(worker, case, places, let(home))
    assert (await addresses(worker, case))[1] == ("14 Larch Walk", TODAY, None, "restricted")


async def test_given_a_let_that_is_called_off_then_the_person_lives_where_they_did(
    worker: AsyncEngine, places: Places, searching: Searching, home: UUID
) -> None:
    case = await _then(worker, await searching("Ashdown"), places, let(home))
    await _then(worker, case, places, ev.CaseClosed(closed_on=TODAY, outcome="entered-in-error"))
    assert await addresses(worker, case) == [("1 Old Street", None, None, "ordinary")]
