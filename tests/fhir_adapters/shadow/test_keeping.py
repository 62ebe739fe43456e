"""A day's list against a real record: who is held, what the feed said, and what is kept of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.errors import HomewardError
from discharge.store.engine import transaction
from fhir_adapters.listed import ListInvalid
from fhir_adapters.shadow.list_mapping import shipped_mappings
from fhir_adapters.shadow.store.compared_lists import Given, take_list
from fhir_adapters.store.tables import ShadowDifferenceRow, ShadowListRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import NHS, OTHER_NHS, Sample
from tests.fixtures.postgres import Places

LISTED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEED = "RXH-PAS"
STANDARD = shipped_mappings()["standard"]


async def compared(
    engine: AsyncEngine, places: Places, csv: str, at: datetime = LISTED_AT
) -> tuple[ShadowListRow, list[ShadowDifferenceRow]]:
    async with transaction(engine, organisation_id=places.trust) as session:
        kept = await take_list(session, places.trust, FEED, Given(csv.encode(), at, STANDARD))
        found = await session.scalars(
            select(ShadowDifferenceRow)
            .where(ShadowDifferenceRow.list_id == kept.id)
            .order_by(ShadowDifferenceRow.ordinal)
        )
        return kept, list(found)


def told(differences: list[ShadowDifferenceRow]) -> list[tuple[str, str, str, str]]:
    return [(each.column or each.kind, each.theirs, each.ours, each.cause) for each in differences]


async def test_given_two_lists_that_agree_when_compared_then_the_day_says_so(
    api: AsyncEngine, intake: Intake, places: Places
) -> None:
    await intake.take(Sample(more={"PV2": {9: "20260309"}}).raw())
    kept, differences = await compared(api, places, f"NHS Number,Ward,EDD\n{NHS},ELM,09/03/2026\n")
    assert differences == []
    assert (kept.day, kept.rate, kept.people) == (date(2026, 3, 2), 1.0, 1)
    assert kept.heard_at == datetime(2026, 3, 2, 10, tzinfo=UTC)


async def test_given_another_date_when_compared_then_the_message_that_said_ours_is_the_evidence(
    api: AsyncEngine, intake: Intake, places: Places
) -> None:
    await intake.take(Sample(message_id="OLD").raw())
    (said,) = await intake.take(
        Sample(trigger="A08", message_id="EDD", sent="20260302110000", more={"PV2": {9: "20260309"}}).raw()
    )
    await intake.take(Sample(trigger="A08", message_id="LATER", sent="20260302113000").raw())
    _, differences = await compared(api, places, "MRN,EDD\nH100,12/03/2026\n")
    assert told(differences) == [("expected_discharge_on", "2026-03-12", "2026-03-09", "older-here")]
    assert differences[0].inbox_id == said.inbox_id
    assert differences[0].said_at == datetime(2026, 3, 2, 11, tzinfo=UTC)


async def test_given_people_on_one_list_alone_when_compared_then_the_causes_come_from_the_record(
    api: AsyncEngine, intake: Intake, places: Places
) -> None:
    await intake.take(Sample(message_id="IN").raw())
    other = Sample(nhs=OTHER_NHS, local="H200", visit="V2", family="BIRCH")
    await intake.take(other.but(message_id="B1").raw())
    left = {"PV1": {45: "20260302110000"}}
    await intake.take(other.but(trigger="A03", message_id="B2", sent="20260302110500", more=left).raw())
    await intake.put(other.but(message_id="P1", nhs="", local="H300", visit="V3").raw())
    async with transaction(intake.worker) as session:
        await session.execute(text("UPDATE inbox SET state = 'parked' WHERE message_id = 'P1'"))
    csv = f"NHS Number,MRN,Ward\n{OTHER_NHS},H200,ELM\n,H300,ELM\n,H400,ELM\n"
    kept, differences = await compared(api, places, csv)
    assert [each.cause for each in differences] == [
        "discharged-here",
        "parked",
        "never-arrived",
        "not-on-their-list",
    ]
    assert (kept.listed, kept.held, kept.on_both, kept.agreeing, kept.rate) == (3, 1, 0, 0, 0.0)
    assert kept.fields == {"only-theirs": 3, "only-ours": 1}


async def test_given_somebody_who_left_after_the_list_was_made_when_compared_then_they_count_as_in_a_bed(
    api: AsyncEngine, intake: Intake, places: Places
) -> None:
    await intake.take(Sample(message_id="IN").raw())
    left = {"PV1": {45: "20260302150000"}}
    await intake.take(Sample(trigger="A03", message_id="OUT", sent="20260302150500", more=left).raw())
    kept, _ = await compared(api, places, f"NHS Number,Ward\n{NHS},ELM\n")
    assert kept.on_both == 1
    _, later = await compared(api, places, f"NHS Number,Ward\n{NHS},ELM\n", LISTED_AT + timedelta(hours=6))
    assert [each.cause for each in later] == ["discharged-here"]


async def test_given_another_list_of_the_same_day_when_compared_then_it_takes_the_first_ones_place(
    api: AsyncEngine, intake: Intake, places: Places
) -> None:
    await intake.take(Sample().raw())
    await compared(api, places, "MRN,Ward\nH999,ELM\n")
    await compared(api, places, "MRN,Ward\nH100,ELM\n", LISTED_AT + timedelta(hours=1))
    await compared(api, places, "MRN,Ward\nH100,ELM\n", LISTED_AT + timedelta(days=1))
    async with transaction(api, organisation_id=places.trust) as session:
        days = await session.scalars(select(ShadowListRow.day).order_by(ShadowListRow.day))
        assert list(days) == [date(2026, 3, 2), date(2026, 3, 3)]
        assert await session.scalar(select(func.count()).select_from(ShadowDifferenceRow)) == 0


async def test_given_a_list_with_faults_when_refused_then_nothing_is_kept_and_the_old_one_stays(
    api: AsyncEngine, intake: Intake, places: Places
) -> None:
    await compared(api, places, "MRN,Ward\nH100,ELM\n")
    with pytest.raises(ListInvalid):
        await compared(api, places, "MRN,EDD\nH100,soon\n")
    async with transaction(api, organisation_id=places.trust) as session:
        assert await session.scalar(select(func.count()).select_from(ShadowListRow)) == 1


async def test_given_a_feed_of_somebody_else_when_compared_then_it_is_not_found(
    api: AsyncEngine, intake: Intake, places: Places
) -> None:
    given = Given(b"MRN,Ward\nH100,ELM\n", LISTED_AT, STANDARD)
    with pytest.raises(HomewardError, match="not-found"):
        async with transaction(api, organisation_id=places.stranger) as session:
            await take_list(session, places.stranger, FEED, given)


async def test_given_a_comparison_when_made_then_no_case_stay_or_person_is_changed(
    api: AsyncEngine, worker: AsyncEngine, intake: Intake, places: Places
) -> None:
    await intake.take(Sample().raw())
    tables = ("persons", "spells", "facts", "inbox", "cases", "case_events", "outbox", "commands")
    rows = "SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {} t"
    query = text(" UNION ALL ".join(rows.format(name) for name in tables))

    async def everything() -> list[str]:
        async with transaction(worker) as session:
            return list(await session.scalars(query))

    before = await everything()
    await compared(api, places, f"NHS Number,Ward,EDD\n{NHS},OAK,01/01/2030\n{OTHER_NHS},ELM,\n")
    assert await everything() == before
