"""The queue of coded values that a feed's profile does not map."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from discharge.clocks import CaseClock
from fhir_adapters.feeds.advice import what_to_write
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.feeds.profile_loader import profile_named, shipped_profiles
from fhir_adapters.hl7v2.store.batch.drain import drain_some
from fhir_adapters.store.tables import InboxRow, UnmappedMessageRow, UnmappedRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.other_samples import referral
from tests.fhir_adapters.hl7v2.samples import Sample

ODD = Sample(more={"PID": {8: "woman"}, "PV1": {2: "BED", 4: "28b"}})


async def queue(intake: Intake) -> dict[tuple[str, str], tuple[str, int]]:
    return {(row.place, row.value): (row.key, row.times) for row in await intake.rows(UnmappedRow)}


async def test_given_values_that_nobody_mapped_then_they_are_counted_with_an_example(intake: Intake) -> None:
    await intake.take(ODD.raw())
    await intake.take(ODD.but(message_id="M2", trigger="A08", sent="20260303090000").raw())

    assert await queue(intake) == {
        ("PID-8", "woman"): ("sex", 2),
        ("PV1-2", "BED"): ("classes", 2),
        ("PV1-4", "28b"): ("", 2),
    }
    last = max(await intake.rows(InboxRow), key=lambda row: row.sequence)
    rows = await intake.rows(UnmappedRow)
    assert {row.example_inbox_id for row in rows} == {last.id}
    assert all(row.first_seen_at < row.last_seen_at for row in rows)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            Sample("A03", more={"PV1": {36: "Feeling great", 37: "1", 45: "20260309"}}).raw(),
            ("PV1-36", "Feeling great", "discharge.words"),
        ),
        (Sample(location="^^BED 3").raw(), ("PV1-3", "^^BED 3", "location.ward")),
        (referral(reason="stairs"), ("RF1-10", "stairs", "referrals.reasons")),
        (Sample(more={"PV1": {16: "Q"}}).raw(), ("PV1-16", "Q", "hidden_when")),
    ],
)
async def test_given_a_value_of_any_coded_field_then_it_is_queued_with_the_key_that_would_map_it(
    intake: Intake, raw: bytes, expected: tuple[str, str, str]
) -> None:
    await intake.take(raw)

    assert [(row.place, row.value, row.key) for row in await intake.rows(UnmappedRow)] == [expected]


async def test_given_everything_mapped_then_nothing_is_queued(intake: Intake) -> None:
    await intake.take(Sample().raw(), referral())

    assert await queue(intake) == {}


async def drain_with(intake: Intake, **update: Any) -> None:
    """Let the drain work with the feed's profile changed."""
    while await drain_some(intake.worker, book_with(**update), CaseClock.real()):
        pass


def book_with(**update: Any) -> ProfileBook:
    known = profile_named("itk-2.4").model_dump()
    return shipped_profiles().with_more([Profile.model_validate({**known, **update})])


async def behind(intake: Intake, place: str, value: str) -> UUID:
    """The value's own id, by which its messages are found."""
    [found] = [row.id for row in await intake.rows(UnmappedRow) if (row.place, row.value) == (place, value)]
    return found


async def test_given_the_profile_corrected_when_another_message_is_read_then_the_earlier_one_still_counts(
    intake: Intake,
) -> None:
    [first] = await intake.take(ODD.raw())
    await intake.put(ODD.but(message_id="M2", trigger="A08", sent="20260303090000").raw())

    await drain_with(intake, sex={"WOMAN": "female"})

    assert (await queue(intake))["PID-8", "woman"] == ("sex", 1)
    assert (await queue(intake))["PV1-2", "BED"] == ("classes", 2)
    examples = {row.value: row.example_inbox_id for row in await intake.rows(UnmappedRow)}
    assert examples["woman"] == first.inbox_id != examples["BED"]


async def test_given_a_value_when_exactly_its_messages_are_replayed_then_all_leave_the_count(
    intake: Intake,
) -> None:
    others = (Sample(message_id="OTHER", trigger="A08", sent="20260304090000").raw(),)
    odd = (ODD.but(message_id=f"M{n}", sent=f"2026030309000{n}").raw() for n in range(3))
    await intake.take(*odd, *others)
    value = await behind(intake, "PID-8", "woman")
    mapped = book_with(sex={"WOMAN": "female"})

    assert len(await intake.replay(mapped, unmapped=value)) == 3
    while await drain_some(intake.worker, mapped, CaseClock.real()):
        pass

    assert ("PID-8", "woman") not in await queue(intake)
    assert (await queue(intake))["PV1-2", "BED"] == ("classes", 3)


async def test_given_a_message_read_many_times_then_it_is_counted_once(intake: Intake) -> None:
    await intake.take(Sample(nhs="", local="", more={"PID": {8: "woman"}}).raw())
    for _ in range(3):
        await intake.replay(reason="no-usable-identifier")

    assert await queue(intake) == {("PID-8", "woman"): ("sex", 1)}


async def test_given_a_message_that_a_doubt_sets_aside_then_its_values_count_and_its_reading_is_named(
    intake: Intake,
) -> None:
    await intake.take(Sample().raw())
    odd = Sample(message_id="M2", local="", born="19500101", visit="V2", more={"PID": {8: "woman"}})
    [parked] = await intake.take(odd.raw())

    assert (parked.state, parked.reason) == ("parked", "birth-date-differs")
    assert await queue(intake) == {("PID-8", "woman"): ("sex", 1)}
    assert {row.read_by for row in await intake.rows(InboxRow)} == {profile_named("itk-2.4").mark}


async def test_given_numbers_that_no_pattern_takes_then_their_writing_is_queued_with_the_pattern_to_add(
    intake: Intake,
) -> None:
    await intake.put(Sample(more={"PID": {3: "9990000018^^^OLD^X~L1^^^PAS^"}}).raw())
    ask = {"nhs_number": [{"field": 3, "authority": "NEW"}], "local": [{"field": 3, "type": "MR"}]}
    await drain_with(intake, identifiers=ask)

    assert await queue(intake) == {
        ("PID-3", "OLD^X"): ("identifiers.nhs_number", 1),
        ("PID-3", "PAS^"): ("identifiers.local", 1),
    }
    assert what_to_write("identifiers.nhs_number", "PID-3", "OLD^X") == (
        "identifiers: {nhs_number: [{field: 3, authority: OLD, type: X}]}"
    )


async def test_given_a_parked_message_when_the_profile_maps_its_value_then_its_replay_clears_it(
    intake: Intake,
) -> None:
    await intake.take(Sample(nhs="", local="", more={"PID": {8: "woman"}}).raw())
    assert await queue(intake) == {("PID-8", "woman"): ("sex", 1)}

    mapped = book_with(sex={"WOMAN": "female"})
    assert await intake.replay(mapped, reason="no-usable-identifier") == ["cause-remains"]

    assert await queue(intake) == {}
    assert await intake.rows(UnmappedMessageRow) == []


async def test_given_many_drains_at_once_then_each_value_is_one_row_and_none_waits_for_another(
    intake: Intake,
) -> None:
    await intake.put(
        *(ODD.but(message_id=f"M{n}", nhs="", local=f"L{n}", visit=f"V{n}").raw() for n in range(12))
    )

    await asyncio.gather(*(intake.drain() for _ in range(3)))

    assert {times for _, times in (await queue(intake)).values()} == {12}
    assert {row.state for row in await intake.rows(InboxRow)} == {"interpreted"}
