"""Patients of rehearsals are set apart: listed, and never near a living person."""

from __future__ import annotations

import pytest

from discharge.store.tables import DuplicatePair, Person, PersonIdentifier, PersonNhsNumber, Spell
from fhir_adapters.hl7v2.store.single_message import Drained
from fhir_adapters.store.tables import FactRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import OTHER_NHS, Sample

JOAN = Sample()
TEST = JOAN.but(message_id="T1", family="ZZZTEST", nhs=OTHER_NHS, local="T100", visit="V7")


def said(drained: list[Drained]) -> list[tuple[str, str | None]]:
    return [(each.state, each.reason) for each in drained]


async def test_given_a_test_name_then_the_patient_is_remembered_apart_without_number_or_stay(
    intake: Intake,
) -> None:
    drained = await intake.take(TEST.raw(), TEST.but(message_id="T2", trigger="A08").raw())

    assert said(drained) == [("not-used", "test-name")] * 2
    [person] = await intake.rows(Person)
    assert (person.test_person, person.family_name, person.nhs_number) == (True, "ZZZTEST", None)
    assert [row.value for row in await intake.rows(PersonIdentifier)] == ["T100"]
    for table in (PersonNhsNumber, Spell, FactRow, DuplicatePair):
        assert await intake.rows(table) == []


async def test_given_a_later_message_without_the_name_then_it_is_known_as_the_test_patients(
    intake: Intake,
) -> None:
    await intake.take(TEST.raw())

    drained = await intake.take(TEST.but(message_id="T2", trigger="A03", more={"PID": {5: ""}}).raw())

    assert said(drained) == [("not-used", "test-person")]
    assert await intake.rows(Spell) == []


async def test_given_the_test_patients_nhs_number_then_it_finds_the_living_person_alone(
    intake: Intake,
) -> None:
    await intake.take(TEST.raw(), JOAN.but(message_id="M2", nhs=OTHER_NHS).raw())

    living = [person for person in await intake.rows(Person) if not person.test_person]
    assert [(person.family_name, person.nhs_number) for person in living] == [("ASHDOWN", OTHER_NHS)]


async def test_given_a_living_persons_number_under_a_test_name_then_they_are_not_touched(
    intake: Intake,
) -> None:
    await intake.take(JOAN.raw())

    drained = await intake.take(JOAN.but(message_id="T3", trigger="A08", family="ZZZTEST").raw())

    assert said(drained) == [("not-used", "test-name")]
    [person] = await intake.rows(Person)
    assert (person.test_person, person.family_name) == (False, "ASHDOWN")


@pytest.mark.parametrize(
    "merge",
    [
        TEST.but(trigger="A40", message_id="T4", more={"MRG": {1: "H100^^^RXH^MR"}}),
        JOAN.but(trigger="A40", message_id="T5", more={"MRG": {1: "T100^^^RXH^MR"}}),
    ],
    ids=["into-the-test-patient", "of-the-test-patient"],
)
async def test_given_a_merge_with_a_test_patient_then_it_has_no_effect(intake: Intake, merge: Sample) -> None:
    await intake.take(JOAN.raw(), TEST.raw())

    [drained] = await intake.take(merge.raw())

    assert drained.state == "not-used"
    assert [person.merged_into for person in await intake.rows(Person)] == [None, None]
    assert len({row.person_id for row in await intake.rows(PersonIdentifier)}) == 2


@pytest.mark.parametrize("processing", ["T", "D"])
async def test_given_a_processing_id_that_is_not_live_then_nothing_at_all_is_kept(
    intake: Intake, processing: str
) -> None:
    drained = await intake.take(JOAN.but(processing=processing).raw())

    assert said(drained) == [("not-used", "MSH-11")]
    assert await intake.rows(Person) == []
