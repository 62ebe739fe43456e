from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from discharge.clocks import LONDON
from discharge.errors import HomewardError
from discharge.store.engine import transaction
from discharge.store.tables import Person, Spell
from fhir_adapters.hl7v2.facts import StayReported
from fhir_adapters.hl7v2.interpret.census import CensusInvalid, read_census
from fhir_adapters.hl7v2.store.census import take_census
from fhir_adapters.store.tables import FactRow, Feed, InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import NHS, OTHER_NHS, Sample

GO_LIVE = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
HEADING = (
    "nhs_number,hospital_number,family_name,birth_date,visit_number,admitted_at,ward,bed,"
    "expected_discharge_on\n"
)
JOAN = f"{NHS},H100,Ashdown,1941-05-02,V1,2026-03-02 10:00,ELM,ELM1-1,2026-03-11\n"
SAM = f"{OTHER_NHS},H200,Brook,1938-01-20,,2026-03-01,OAK,OAK2-4,\n"


def read(text: str) -> list[StayReported]:
    stays = read_census(text.encode(), counted_at=GO_LIVE, zone=LONDON, authority="RXH")
    return [fact for stay in stays for fact in stay.facts if isinstance(fact, StayReported)]


def test_given_a_census_then_each_row_is_a_stay() -> None:
    joan, sam = read(HEADING + JOAN + "\n" + SAM)

    assert (joan.movement, joan.key.visit_number, joan.expected_discharge_on) == (
        "counted",
        "V1",
        date(2026, 3, 11),
    )
    assert sam.key.visit_number is None
    assert sam.admitted_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_given_faults_then_every_one_is_told_with_its_line_and_no_value() -> None:
    rows = (
        f"{NHS},H1,,1941-05-02,V1,2026-03-02,ELM,,\n"
        "1234567890,H2,Brook,20-01-1938,V2,soon,OAK,,\n"
        f"{NHS},,Clay,1938-01-20,V1,2026-03-02,OAK,,\n"
        ",,Dale,1938-01-20,,2026-03-02,OAK,,\n"
    )

    with pytest.raises(CensusInvalid) as caught:
        read(HEADING + rows)

    assert [(fault.line, fault.column) for fault in caught.value.faults] == [
        (2, "family_name"),
        (3, "nhs_number"),
        (3, "birth_date"),
        (3, "admitted_at"),
        (4, "nhs_number"),
        (4, "visit_number"),
        (5, "hospital_number"),
    ]
    assert "1234567890" not in str(caught.value)


def test_given_a_heading_with_unknown_and_missing_columns_then_both_are_told() -> None:
    with pytest.raises(CensusInvalid, match=r"(?s)ward: add this column.*wrad: this column is not known"):
        read("nhs_number,family_name,birth_date,admitted_at,wrad\n")


async def test_given_a_census_then_stays_are_seeded_once_and_messages_correct_them(intake: Intake) -> None:
    raw = (HEADING + JOAN + SAM).encode()

    taken = await take_census(intake.worker, "RXH-PAS", raw, counted_at=GO_LIVE)
    again = await take_census(intake.worker, "RXH-PAS", raw, counted_at=GO_LIVE)

    assert (taken.stays, again.stays) == (2, 0)
    assert {(spell.ward, spell.status) for spell in await intake.rows(Spell)} == {
        ("ELM", "admitted"),
        ("OAK", "admitted"),
    }
    await intake.take(
        Sample("A02", "M2", "20260305110000", "20260305110000", location="RXH^YEW^Y1^RXH01").raw()
    )
    assert {spell.ward for spell in await intake.rows(Spell)} == {"YEW", "OAK"}
    assert len(await intake.rows(Person)) == 2


async def test_given_a_row_that_contradicts_the_record_then_nothing_of_the_file_is_taken(
    intake: Intake,
) -> None:
    await intake.take(Sample().raw())
    facts = len(await intake.rows(FactRow))
    other = f"{OTHER_NHS},H200,Brook,1938-01-20,V1,2026-03-01,OAK,OAK2-4,\n"

    with pytest.raises(CensusInvalid, match=r"line 2: .*visit-of-another-person"):
        await take_census(intake.worker, "RXH-PAS", (HEADING + other).encode(), counted_at=GO_LIVE)

    assert len(await intake.rows(FactRow)) == facts
    assert len(await intake.rows(InboxRow)) == 1


async def test_given_a_profile_with_a_name_for_all_its_numbers_then_the_census_writes_them_under_it(
    intake: Intake,
) -> None:
    async with transaction(intake.worker) as session:
        (await session.get_one(Feed, intake.feed_id)).profile = "carecast"

    await take_census(intake.worker, "RXH-PAS", (HEADING + JOAN).encode(), counted_at=GO_LIVE)
    await intake.take(Sample("A31", "M2", nhs="", more={"PID": {3: "H100^^^^UID"}}).raw())

    assert len(await intake.rows(Person)) == 1


async def test_given_an_unknown_feed_then_it_is_refused(intake: Intake) -> None:
    with pytest.raises(HomewardError, match="not-found"):
        await take_census(intake.worker, "NOWHERE", (HEADING + JOAN).encode(), counted_at=GO_LIVE)
