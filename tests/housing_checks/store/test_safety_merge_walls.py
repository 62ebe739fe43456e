"""Each condition by which an annex goes to the case that goes on, and back; a third keeps its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.base import Base
from discharge.store.engine import transaction
from discharge.store.tables import Person
from housing_checks.store import safety_tables
from tests.fixtures.cases import open_case
from tests.fixtures.postgres import Places
from tests.fixtures.safety import AT, somebody

EARLY, LATE = AT - timedelta(days=1), AT + timedelta(days=1)


async def put(owner: AsyncEngine, *rows: Base) -> None:
    async with transaction(owner) as session:
        for row in rows:
            session.add(row)
            await session.flush()


async def asks(engine: AsyncEngine, query: str, **values: Any) -> set[Any]:
    async with transaction(engine) as session:
        return {tuple(row) for row in await session.execute(text(query), values)}


async def merged(worker: AsyncEngine, ended: UUID, into: UUID) -> None:
    await asks(worker, "SELECT homeward_safety_merged(:ended, :into)", ended=ended, into=into)


async def parted(worker: AsyncEngine, case: UUID) -> None:
    await asks(worker, "SELECT homeward_safety_parted(:case)", case=case)


@pytest.fixture
async def cases(worker: AsyncEngine, places: Places) -> tuple[UUID, UUID, UUID]:
    """The case that ends, the one that goes on, and a third."""
    people = [Person(id=uuid4(), family_name=name) for name in ("One", "Two", "Three")]
    async with transaction(worker) as session:
        session.add_all(people)
    opened = [(await open_case(worker, each.id, places.trust, places.housing)).case_id for each in people]
    return opened[0], opened[1], opened[2]


@pytest.fixture
async def who(owner: AsyncEngine, places: Places) -> dict[str, UUID]:
    """Eight people of the trust, by a letter."""
    found = {}
    for letter in "abcdefgh":
        user_id = (await somebody(owner, places.trust, letter)).user_id
        assert user_id is not None
        found[letter] = user_id
    return found


def said(case_id: UUID, organisation: UUID, own_case_id: UUID | None = None) -> tuple[Base, Base]:
    event = safety_tables.SafetyEventRow(
        id=uuid4(),
        case_id=case_id,
        kind="danger-noted",
        payload={},
        in_hospital=True,
        case_time=AT,
        organisation_id=organisation,
        role="r",
        body_hash="h",
        own_case_id=own_case_id,
    )
    return event, safety_tables.SafetyNoteRow(case_id=case_id, event_id=event.id, item="note", text="w")


def clock(case_id: UUID, code: str, due_at: Any = AT, **more: Any) -> Base:
    return safety_tables.SafetyClockRow(case_id=case_id, clock=code, due_at=due_at, **more)


def confirmation(case_id: UUID) -> Base:
    return safety_tables.SafetyConfirmationRow(case_id=case_id)


NAMED = (
    "SELECT users.display_name, named.scope, named.reason FROM safety_named AS named"
    " JOIN users ON users.id = named.user_id WHERE named.case_id = :case AND named.ended_at IS NULL"
)
CLOCKS = "SELECT clock, due_at, late_at FROM safety_clocks WHERE case_id = :case AND met_at IS NULL"
CONFIRMED = "SELECT case_id FROM safety_confirmations"


async def test_given_lists_when_merged_then_whoever_is_in_force_comes_and_nobody_taken_off_or_of_a_third_case(
    owner: AsyncEngine,
    worker: AsyncEngine,
    places: Places,
    cases: tuple[UUID, UUID, UUID],
    who: dict[str, UUID],
) -> None:
    ended, into, third = cases

    def named(case_id: UUID, letter: str, scope: str = "all", **more: Any) -> Base:
        ids = {"organisation_id": places.trust, "reason": "adviser", "user_id": who[letter]}
        return safety_tables.SafetyNamedRow(case_id=case_id, scope=scope, **ids | more)

    await put(
        owner,
        named(ended, "a", "own"),
        named(ended, "b", ended_at=AT),
        named(third, "c"),
        *(named(ended, "d"), named(into, "d", ended_at=AT)),
        *(named(ended, "e"), named(into, "e", "own", reason="recorded")),
        *(named(ended, "f", "own"), named(into, "f")),
        *(named(ended, "g", "own"), named(into, "g", "own", reason="recorded")),
        *(named(ended, "h"), named(into, "h", reason="named")),
        *(confirmation(each) for each in cases),
    )
    await merged(worker, ended, into)
    assert await asks(owner, NAMED, case=into) == {
        ("a", "own", "merged"),
        ("e", "all", "merged-recorded"),
        ("f", "all", "adviser"),
        ("g", "own", "recorded"),
        ("h", "all", "named"),
    }
    assert await asks(owner, NAMED, case=third) == {("c", "all", "adviser")}
    assert await asks(owner, CONFIRMED) == {(third,)}


async def test_given_clocks_when_merged_then_what_is_due_counts_by_the_earlier_day_and_a_third_cases_stay(
    owner: AsyncEngine, worker: AsyncEngine, places: Places, cases: tuple[UUID, UUID, UUID]
) -> None:
    ended, into, third = cases
    await put(
        owner,
        *(clock(ended, "call", EARLY, late_at=AT), clock(into, "call", LATE)),
        *(clock(ended, "decide", LATE), clock(into, "decide", EARLY, late_at=EARLY)),
        *(clock(ended, "marac", AT), clock(into, "marac", EARLY, met_at=AT, late_at=EARLY)),
        clock(ended, "review", AT),
        clock(ended, "ask-alone", AT, met_at=AT),
        clock(third, "second-look"),
        *said(ended, places.trust),
        *said(third, places.trust),
    )
    await merged(worker, ended, into)
    assert await asks(owner, CLOCKS, case=into) == {
        ("call", EARLY, AT),
        ("decide", EARLY, EARLY),
        ("marac", AT, None),
        ("review", AT, None),
    }
    assert await asks(owner, CLOCKS, case=ended) == set()
    assert await asks(owner, CLOCKS, case=third) == {("second-look", AT, None)}
    moved = {(into, ended), (third, None)}
    assert await asks(owner, "SELECT case_id, own_case_id FROM safety_events") == moved
    assert await asks(owner, "SELECT case_id FROM safety_notes") == {(into,), (third,)}


async def test_given_words_when_the_merge_is_undone_then_the_cases_own_come_back_from_wherever_they_are(
    owner: AsyncEngine, worker: AsyncEngine, places: Places, cases: tuple[UUID, UUID, UUID]
) -> None:
    own, into, third = cases
    here, there, of_third, of_into = (
        said(into, places.trust, own),
        said(third, places.trust, own),
        said(into, places.trust, third),
        said(into, places.trust),
    )
    await put(owner, *here, *there, *of_third, *of_into, *(confirmation(each) for each in cases))
    await parted(worker, own)
    of_event = "SELECT event.id, event.case_id, note.case_id, event.own_case_id FROM safety_events AS event"
    assert await asks(owner, f"{of_event} JOIN safety_notes AS note ON note.event_id = event.id") == {
        (here[0].id, own, own, None),  # type: ignore[attr-defined]
        (there[0].id, own, own, None),  # type: ignore[attr-defined]
        (of_third[0].id, into, into, third),  # type: ignore[attr-defined]
        (of_into[0].id, into, into, None),  # type: ignore[attr-defined]
    }
    assert await asks(owner, CONFIRMED) == {(into,), (third,)}


async def test_given_lists_when_the_merge_is_undone_then_who_came_by_it_leaves_and_nobody_else(
    owner: AsyncEngine,
    worker: AsyncEngine,
    places: Places,
    cases: tuple[UUID, UUID, UUID],
    who: dict[str, UUID],
) -> None:
    own, into, third = cases

    def named(case_id: UUID, letter: str, reason: str = "merged", scope: str = "all", **more: Any) -> Base:
        ids = {"organisation_id": places.trust, "user_id": who[letter]}
        return safety_tables.SafetyNamedRow(case_id=case_id, scope=scope, reason=reason, **ids | more)

    await put(
        owner,
        *said(into, places.trust, own),
        *said(own, places.trust, own),
        *(named(own, "a", "adviser"), named(into, "a"), named(third, "a")),
        named(into, "b"),
        *(named(own, "c", "adviser"), named(into, "c", "adviser")),
        *(named(own, "d", "adviser"), named(into, "d", "merged-recorded"), named(third, "d", "merged-x")),
        *(named(own, "e"), named(third, "e", "adviser")),
        *(named(own, "f", "adviser"), named(into, "f", ended_at=EARLY, ended_reason="left")),
        named(into, "g", "merged-recorded", ended_at=EARLY, ended_reason="left"),
    )
    await parted(worker, own)
    assert await asks(owner, NAMED, case=into) == {
        ("b", "all", "merged"),
        ("c", "all", "adviser"),
        ("d", "own", "recorded"),
    }
    assert ("e", "all", "merged") in await asks(owner, NAMED, case=own)
    assert await asks(owner, NAMED, case=third) == {
        ("a", "all", "merged"),
        ("d", "all", "merged-x"),
        ("e", "all", "adviser"),
    }
    ended = "SELECT user_id, ended_reason, scope FROM safety_named WHERE ended_at = :at"
    assert await asks(owner, ended, at=EARLY) == {(who["f"], "left", "all"), (who["g"], "left", "all")}
    by_it = "SELECT user_id, case_id FROM safety_named WHERE ended_reason = 'merge undone'"
    assert await asks(owner, by_it) == {(who["a"], into)}


@pytest.mark.parametrize("remains", [True, False])
async def test_given_clocks_when_the_merge_is_undone_then_they_run_in_both_and_go_where_nothing_is_left(
    owner: AsyncEngine,
    worker: AsyncEngine,
    places: Places,
    cases: tuple[UUID, UUID, UUID],
    remains: bool,
) -> None:
    own, into, third = cases
    await put(
        owner,
        *said(into, places.trust, own),
        *(said(into, places.trust) if remains else ()),
        *said(third, places.trust),
        *(clock(into, "call", EARLY, late_at=AT), clock(into, "ask-alone", met_at=AT)),
        *(clock(own, "decide", EARLY), clock(into, "decide", LATE)),
        clock(third, "review"),
    )
    await parted(worker, own)
    assert await asks(owner, CLOCKS, case=own) == {("call", EARLY, AT), ("decide", EARLY, None)}
    left = {("call", EARLY, AT), ("decide", LATE, None)} if remains else set()
    assert await asks(owner, CLOCKS, case=into) == left
    assert await asks(owner, CLOCKS, case=third) == {("review", AT, None)}


async def test_given_the_api_then_it_merges_no_annexes_and_parts_none(
    api: AsyncEngine, cases: tuple[UUID, UUID, UUID]
) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        await merged(api, cases[0], cases[1])
    with pytest.raises(DBAPIError, match="permission denied"):
        await parted(api, cases[0])
