"""Many messages in one transaction: the same effect as one by one, each once, in order for each person."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from deploy.bench.messages import different_people, simulated
from discharge.clocks import CaseClock
from discharge.errors import HomewardError
from discharge.store.engine import transaction
from discharge.store.tables import (
    DuplicatePair,
    Person,
    PersonAddress,
    PersonContact,
    PersonIdentifier,
    PersonMerge,
    PersonNhsNumber,
    Spell,
)
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.store.batch import drain as batches
from fhir_adapters.hl7v2.store.batch import plan
from fhir_adapters.hl7v2.store.batch.drain import drain_some
from fhir_adapters.hl7v2.store.effects import apply_facts
from fhir_adapters.store.tables import FactRow, InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import NHS, OTHER_NHS, Sample

JOAN = Sample()
OTHER = Sample(message_id="O1", nhs=OTHER_NHS, local="H200", visit="V2", family="BROOK", born="19500101")
MERGE = OTHER.but(
    trigger="A40", message_id="M5", sent="20260303120000", more={"MRG": {1: f"{NHS}^^^NHS^NH~H100^^^RXH^MR"}}
)


def hospital() -> list[bytes]:
    """The messages of the simulated hospital, in a year that has passed."""
    return [re.sub(rb"\b2031", b"2025", message) for message in simulated(600)]


async def record(intake: Intake) -> dict[str, Any]:
    """All that the drain wrote, with people by their local numbers and messages by their ids."""
    people = {row.id: row for row in await intake.rows(Person)}
    numbers: dict[Any, set[str]] = defaultdict(set)
    for row in await intake.rows(PersonIdentifier):
        numbers[row.person_id].add(row.value)
    name = {one: (tuple(sorted(numbers[one])), person.family_name) for one, person in people.items()}
    inbox = {row.id: row for row in await intake.rows(InboxRow)}
    spells = {row.id: row for row in await intake.rows(Spell)}
    visit = {one: re.sub("^@[0-9a-f]+", "@", spell.visit_number) for one, spell in spells.items()}
    parts: dict[str, Any] = {
        "people": [
            (name[row.id], row.nhs_number, row.nhs_number_status, row.given_name, row.birth_date, row.sex,
             row.deceased, row.died_on, row.hidden_by_feed, row.identity_unknown, name.get(row.merged_into))
            for row in people.values()
        ],
        "nhs": [(name[row.person_id], row.nhs_number, str(row.from_at), str(row.until_at))
                      for row in await intake.rows(PersonNhsNumber)],
        "addresses": [(name[row.person_id], row.kind, row.lines, row.postcode or "", row.sensitivity)
                            for row in await intake.rows(PersonAddress)],
        "contacts": [(name[row.person_id], row.kind, row.value, row.name or "", row.sensitivity)
                           for row in await intake.rows(PersonContact)],
        "spells": [(visit[row.id], name[row.person_id], str(row.folded), row.ward or "", row.status)
                         for row in spells.values()],
        "facts": [(inbox[row.inbox_id].message_id, row.ordinal, row.kind, row.content_hash,
                         name[row.person_id], visit.get(row.spell_id, ""), str(row.effective_at))
                        for row in await intake.rows(FactRow)],
        "inbox": [(row.message_id, row.state, row.code or "", row.reason or "", row.ward or "",
                         row.read_by or "", visit.get(row.spell_id, ""), str(name.get(row.person_id)))
                        for row in inbox.values()],
        "merges": [(name[row.survivor_id], name[row.retired_id], row.undone_at is None)
                   for row in await intake.rows(PersonMerge)],
        "pairs": [(sorted(row.rules), row.state, *sorted(str(name[one]) for one in (row.left_id,
                                                                                    row.right_id)))
                        for row in await intake.rows(DuplicatePair)],
    }  # fmt: skip
    return {part: sorted(rows, key=repr) for part, rows in parts.items()}


WRITTEN = (
    "facts", "stay_moves", "duplicate_pairs", "pairs_left_out", "unmapped_messages", "unmapped_values",
    "moved_records", "person_merges", "person_nhs_numbers", "person_identifiers", "person_addresses",
    "person_contacts", "spells", "hidden_numbers", "persons", "inbox",
)  # fmt: skip


async def emptied(owner: AsyncEngine) -> None:
    async with transaction(owner) as session:
        for table in WRITTEN:
            await session.execute(text(f"DELETE FROM {table}"))


async def test_given_a_hospitals_messages_then_batches_of_any_size_write_what_one_by_one_would(
    intake: Intake, owner: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages, in_batches = hospital(), list[dict[str, Any]]()
    for together in (128, 7):
        monkeypatch.setattr(batches, "MOST_MESSAGES", together)
        await intake.take(*messages)
        in_batches.append(await record(intake))
        await emptied(owner)

    monkeypatch.setattr(plan, "ORDINARY", ())
    await intake.take(*messages)

    one_by_one = await record(intake)
    assert in_batches == [one_by_one, one_by_one]
    assert len(one_by_one["spells"]) > 30
    assert one_by_one["merges"]


async def test_given_messages_about_different_people_then_three_statements_each_are_enough(
    intake: Intake, worker: AsyncEngine
) -> None:
    messages = different_people(simulated(600), "D")
    await intake.put(*(next(messages) for _ in range(100)))
    asked = 0

    def count(_: Any, __: Any, ___: str, parameters: Any, ____: Any, many: bool) -> None:
        nonlocal asked
        asked += len(parameters) if many else 1

    event.listen(worker.sync_engine, "before_cursor_execute", count)
    assert len(await drain_some(worker, shipped_profiles(), CaseClock.real())) == 100
    assert asked <= 60
    event.remove(worker.sync_engine, "before_cursor_execute", count)


def failing(message_id: str, monkeypatch: pytest.MonkeyPatch, intake: Intake) -> None:
    """A message that fails whenever it is applied, for a reason that nobody knows."""

    async def apply(session: AsyncSession, source: Any, facts: Any, first: int = 0) -> Any:
        effect = await apply_facts(session, source, facts, first)
        row = await session.get(InboxRow, source.inbox_id)
        if row is not None and row.message_id == message_id:
            raise RuntimeError("not now")
        return effect

    monkeypatch.setattr(batches, "apply_facts", apply)
    monkeypatch.setattr("fhir_adapters.hl7v2.store.single_message.apply_facts", apply)


async def test_given_one_that_fails_among_others_then_it_alone_is_set_apart_and_leaves_nothing(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing("M3", monkeypatch, intake)
    third = JOAN.but(message_id="M3", nhs="9990000034", local="H300", visit="V3", family="THIRD")
    done = await intake.take(JOAN.raw(), third.raw(), OTHER.raw())

    assert [(one.state, one.reason) for one in done] == [
        ("interpreted", None),
        ("parked", "fault-RuntimeError"),
        ("interpreted", None),
    ]
    assert {row.family_name for row in await intake.rows(Person)} == {"ASHDOWN", "BROOK"}


async def test_given_many_that_fail_then_each_is_set_apart_and_the_others_go_on(intake: Intake) -> None:
    wrong = [OTHER.but(message_id=f"W{n}", nhs=NHS, local="", born="19700101") for n in range(12)]
    right = [JOAN.but(message_id=f"R{n}", trigger="A08", sent=f"202603021{n:02d}000") for n in range(12)]
    await intake.take(JOAN.raw())
    mixed = [message.raw() for pair in zip(wrong, right, strict=True) for message in pair]

    states = [(await intake.rows(InboxRow))[0].state, *(done.state for done in await intake.take(*mixed))]

    assert states == ["interpreted", *["parked", "interpreted"] * 12]


@pytest.mark.parametrize("alone", [False, True])
async def test_given_a_merge_between_messages_then_those_behind_it_wait_for_it(
    intake: Intake, monkeypatch: pytest.MonkeyPatch, alone: bool
) -> None:
    if alone:
        monkeypatch.setattr(plan, "ORDINARY", ())
    moved = OTHER.but(message_id="M6", trigger="A02", sent="20260304100000", happened="20260304100000",
                      location="RXH^OAK^OAK1-1^RXH01")  # fmt: skip
    late = JOAN.but(message_id="M7", trigger="A08", sent="20260305100000", family="BROOK", born="19500101")
    await intake.take(JOAN.raw(), OTHER.raw(), MERGE.raw(), moved.raw(), late.raw())

    rows = sorted(await intake.rows(InboxRow), key=lambda row: row.sequence)
    assert [row.state for row in rows] == ["interpreted"] * 5
    handled = [row.handled_at for row in rows if row.handled_at]
    assert handled == sorted(handled)
    [kept] = [row for row in await intake.rows(Person) if row.merged_into is None]
    assert {row.person_id for row in await intake.rows(Spell)} == {kept.id}


@pytest.mark.parametrize(
    "between",
    [
        MERGE.but(nhs="", more={"MRG": {1: "H100^^^RXH^MR"}}),
        OTHER.but(message_id="M5", nhs="", local="H100"),
    ],
    ids=["a merge", "a number used again"],
)
async def test_given_a_message_that_goes_alone_then_whoever_may_be_meant_by_another_number_waits_too(
    intake: Intake, between: Sample
) -> None:
    by_nhs_number = JOAN.but(message_id="M6", trigger="A31", local="", sent="20260304100000")
    await intake.take(JOAN.raw(), between.raw(), by_nhs_number.raw())

    rows = sorted(await intake.rows(InboxRow), key=lambda row: row.sequence)
    handled = [row.handled_at for row in rows if row.handled_at]
    assert len(set(handled)) == 3, "each in a transaction of its own"
    assert handled == sorted(handled)


async def test_given_messages_of_one_person_then_a_batch_applies_them_in_their_order(
    intake: Intake,
) -> None:
    same = "20260302120000"
    await intake.take(
        JOAN.raw(),
        JOAN.but(message_id="M2", trigger="A02", sent=same, happened=same, location="RXH^OAK^1^RXH").raw(),
        JOAN.but(message_id="M3", trigger="A02", sent=same, happened=same, location="RXH^FIR^1^RXH").raw(),
    )

    [spell] = await intake.rows(Spell)
    assert spell.ward == "FIR"


async def test_given_two_drains_at_once_then_every_message_has_its_effect_once(
    intake: Intake, owner: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = hospital()
    await intake.take(*messages)
    alone = await record(intake)
    await emptied(owner)
    monkeypatch.setattr(batches, "MOST_MESSAGES", 20)
    await intake.put(*messages)

    async def work() -> None:
        for _ in range(200):
            some = await drain_some(intake.worker, shipped_profiles(), CaseClock.real())
            if not some and all(row.state != "stored" for row in await intake.rows(InboxRow)):
                return

    await asyncio.gather(work(), work())
    both = await record(intake)
    assert both["facts"] == alone["facts"]
    assert both["spells"] == alone["spells"]
    assert both["inbox"] == alone["inbox"]


async def test_given_a_batch_broken_off_before_its_commit_then_all_of_it_waits_as_before(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As if the process ended."""

    async def broken(*_: Any) -> None:
        raise Killed

    await intake.put(JOAN.raw(), OTHER.raw())
    with monkeypatch.context() as once:
        once.setattr(batches, "finish", broken)
        with pytest.raises(Killed):
            await drain_some(intake.worker, shipped_profiles(), CaseClock.real())

    assert await intake.rows(Person) == await intake.rows(FactRow) == []
    assert {row.state for row in await intake.rows(InboxRow)} == {"stored"}
    assert [done.state for done in await intake.drain()] == ["interpreted"] * 2


@pytest.mark.parametrize("fault", [HomewardError("internal", detail="23505"), ValueError("unreadable fact")])
async def test_given_a_batch_that_cannot_be_written_then_each_of_its_messages_goes_alone(
    intake: Intake, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    async def broken(*_: Any) -> None:
        raise fault

    monkeypatch.setattr(batches, "write", broken)
    done = await intake.take(JOAN.raw(), OTHER.raw())

    assert [one.state for one in done] == ["interpreted"] * 2


async def test_given_a_message_larger_than_a_batch_then_it_goes_all_the_same(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST_BYTES", 100)
    done = await intake.take(JOAN.raw(), OTHER.raw())

    assert [one.state for one in done] == ["interpreted"] * 2
