"""What each trigger says of people and stays, read from whole messages."""

from __future__ import annotations

from datetime import date

import pytest

from fhir_adapters.feeds.profile import DeletedWhen, Profile
from fhir_adapters.feeds.profile_loader import profile_named
from fhir_adapters.hl7v2.facts import (
    Interpreted,
    NotUsed,
    Parked,
    PersonReported,
    PersonsMerged,
    StayMoved,
    StayReported,
)
from fhir_adapters.hl7v2.interpret import interpret
from fhir_adapters.hl7v2.interpret.triggers import TRIGGERS
from fhir_adapters.hl7v2.parse.segments import Message, read_message
from tests.fhir_adapters.hl7v2.samples import OTHER_NHS, Sample, segment

ITK = profile_named("itk-2.4")


def meaning(sample: Sample, profile: Profile = ITK) -> Interpreted | NotUsed | Parked:
    message = read_message(sample.raw())
    assert isinstance(message, Message)
    return interpret(message, profile)


def stay_of(sample: Sample, profile: Profile = ITK) -> StayReported:
    found = meaning(sample, profile)
    assert isinstance(found, Interpreted), found
    [stay] = [fact for fact in found.facts if isinstance(fact, StayReported)]
    return stay


FULL = {
    "PV1": {4: "21", 36: "19", 37: "1", 45: "20260309143000"},
    "PV2": {8: "20260301", 9: "20260311"},
    "ZU1": {22: "Y", 24: "20260308"},
}
"""A message in which everything is filled, as senders leave it from one event to the next."""


@pytest.mark.parametrize(
    ("trigger", "movement", "place", "admission", "leaving", "plans"),
    [
        ("A01", "admitted", True, True, False, True),
        ("A02", "transferred", True, True, False, True),
        ("A03", "discharged", True, True, True, True),
        ("A04", "admitted", True, True, False, True),
        ("A06", "admitted", True, True, False, True),
        ("A07", "discharged", True, True, True, True),
        ("A08", "updated", True, True, True, True),
        ("A09", "updated", False, True, False, True),
        ("A10", "updated", False, True, False, True),
        ("A11", "admission-cancelled", True, True, False, True),
        ("A12", "transfer-cancelled", True, True, False, True),
        ("A13", "discharge-cancelled", True, True, False, True),
        ("A15", "move-planned", True, True, False, True),
        ("A16", "discharge-planned", True, True, False, True),
        ("A17", "transferred", True, True, False, True),
        ("A21", "leave-began", False, True, False, True),
        ("A22", "leave-ended", True, True, False, True),
        ("A23", "deleted", False, False, False, False),
        ("A26", "move-plan-withdrawn", True, True, False, True),
        ("A27", "expectation-cancelled", False, False, False, False),
        ("A38", "expectation-cancelled", False, False, False, False),
        ("A52", "leave-cancelled", True, True, False, True),
        ("A53", "return-cancelled", False, True, False, True),
    ],
)
def test_given_a_message_with_everything_filled_then_only_what_its_trigger_means_counts(
    trigger: str, movement: str, place: bool, admission: bool, leaving: bool, plans: bool
) -> None:
    stay = stay_of(Sample(trigger, more=FULL))

    assert stay.movement == movement
    assert (stay.location is not None) is place
    assert (stay.admitted_at is not None, stay.admission_method is not None) == (admission, admission)
    assert (stay.discharged_at is not None, stay.discharge is not None) == (leaving, leaving)
    assert (stay.expected_discharge_on is not None, stay.medically_fit is True) == (plans, plans)


@pytest.mark.parametrize("trigger", ["A05", "A14"])
def test_given_an_expected_admission_then_its_day_is_read_and_nobody_was_admitted(trigger: str) -> None:
    stay = stay_of(Sample(trigger, more={"PV1": {2: "P"}, "PV2": {8: "20260312"}}))

    assert (stay.movement, stay.expected_admission_on, stay.admitted_at) == (
        "expected",
        date(2026, 3, 12),
        None,
    )


def test_given_a_pending_transfer_then_the_ward_to_come_is_read_beside_the_ward_of_now() -> None:
    stay = stay_of(Sample("A15", more={"PV1": {42: "RXH^OAK^OAK2-4"}}))

    assert stay.location is not None
    assert (stay.location.ward, stay.planned_ward) == ("ELM", "OAK")


@pytest.mark.parametrize("trigger", ["A04", "A08", "A09", "A10"])
def test_given_an_outpatient_contact_then_it_says_nothing_of_a_stay(trigger: str) -> None:
    found = meaning(Sample(trigger, more={"PV1": {2: "O"}}))

    assert isinstance(found, Interpreted)
    assert [fact.kind for fact in found.facts] == ["person-reported"]
    assert found.notes == ("not-inpatient",)


def test_given_a_profile_with_a_mark_of_deletion_then_a07_with_it_deletes_and_without_it_ends() -> None:
    rule = DeletedWhen(trigger="A07", place="EVN-4", values=frozenset({"ADTDE"}))
    profile = ITK.model_copy(update={"deleted_when": (rule,)})

    assert stay_of(Sample("A07", more={"EVN": {4: "ADTDE"}}), profile).movement == "deleted"
    assert stay_of(Sample("A07", more={"EVN": {4: "ADTSC"}}), profile).movement == "discharged"
    assert stay_of(Sample("A07", more={"EVN": {4: "ADTDE"}})).movement == "discharged"


def swap(second: Sample) -> Sample:
    """Two people who change beds: the second follows the first in the same message."""
    lines = (segment("PID", second.fields()["PID"]), segment("PV1", second.fields()["PV1"]))
    return Sample("A17", location="RXH^ELM^ELM2-2", tail=lines)


SECOND = Sample(nhs=OTHER_NHS, local="H200", visit="V2", family="BIRCH", location="RXH^ELM^ELM1-1")


def test_given_swapped_beds_then_each_person_lies_in_the_bed_of_the_other() -> None:
    found = meaning(swap(SECOND))

    assert isinstance(found, Interpreted)
    people = [fact for fact in found.facts if isinstance(fact, PersonReported)]
    stays = [fact for fact in found.facts if isinstance(fact, StayReported)]
    assert [person.identifiers[1].value for person in people] == ["H100", "H200"]
    assert [(stay.key.visit_number, stay.location and stay.location.bed) for stay in stays] == [
        ("V1", "ELM2-2"),
        ("V2", "ELM1-1"),
    ]
    assert {stay.movement for stay in stays} == {"transferred"}


def test_given_swapped_beds_of_which_one_is_a_test_persons_then_the_other_is_read() -> None:
    found = meaning(swap(SECOND.but(family="ZZZTEST")))

    assert isinstance(found, Interpreted)
    assert [fact.kind for fact in found.facts] == ["person-reported", "stay-reported"]


def test_given_swapped_beds_of_which_one_stay_is_not_named_then_nothing_is_done_by_halves() -> None:
    nameless = SECOND.but(visit="", more={"PV1": {44: ""}})

    assert meaning(swap(nameless)) == Parked(code="message-not-understood", reason="stay-not-named")


@pytest.mark.parametrize("trigger", ["A18", "A30", "A34", "A36", "A39", "A40", "A47"])
def test_given_a_merge_of_persons_then_the_retired_number_moves(trigger: str) -> None:
    found = meaning(Sample(trigger, more={"MRG": {1: "H200^^^RXH^MR"}}))

    assert isinstance(found, Interpreted)
    merge, introduced = found.facts
    assert isinstance(merge, PersonsMerged)
    assert merge.retired[0].value == "H200"
    assert isinstance(introduced, PersonReported)
    assert introduced.introduces


@pytest.mark.parametrize("trigger", ["A35", "A41", "A42", "A44", "A45", "A50"])
def test_given_a_visit_under_another_number_then_it_moves_and_its_pv1_is_read(trigger: str) -> None:
    found = meaning(Sample(trigger, visit="V2", more={"MRG": {1: "H100^^^RXH^MR", 5: "V1"}}))

    assert isinstance(found, Interpreted)
    move, stay = found.facts[:2]
    assert isinstance(move, StayMoved)
    assert isinstance(stay, StayReported)
    assert (move.number, move.to_number, move.from_person) == ("V1", "V2", ())
    assert (stay.movement, stay.key.visit_number) == ("updated", "V2")


def test_given_a_visit_of_another_person_then_the_move_names_both() -> None:
    found = meaning(Sample("A45", more={"MRG": {1: "H200^^^RXH^MR", 5: "V1"}}))

    assert isinstance(found, Interpreted)
    move = found.facts[0]
    assert isinstance(move, StayMoved)
    assert (move.number, move.to_number) == ("V1", "V1")
    assert [number.value for number in move.from_person] == ["H200"]


def test_given_an_account_without_a_visit_then_the_account_number_moves() -> None:
    found = meaning(Sample("A35", more={"PID": {18: "ACC2"}, "MRG": {1: "H100^^^RXH^MR", 3: "ACC1"}}))

    assert isinstance(found, Interpreted)
    move = found.facts[0]
    assert isinstance(move, StayMoved)
    assert (move.number, move.to_number) == ("ACC1", "ACC2")


@pytest.mark.parametrize("mrg", [{1: "H100^^^RXH^MR"}, {1: "H100^^^RXH^MR", 5: "V1"}])
def test_given_a_move_that_moves_nothing_then_it_is_parked(mrg: dict[int, str]) -> None:
    assert meaning(Sample("A45", more={"MRG": mrg})) == Parked(
        code="message-not-understood", reason="no-merge-identifier"
    )


@pytest.mark.parametrize("trigger", ["A20", "A43", "A60"])
def test_given_a_trigger_that_bears_on_nothing_we_keep_then_it_is_listed_as_not_used(trigger: str) -> None:
    assert trigger not in TRIGGERS
    assert meaning(Sample(trigger)) == NotUsed(code="unknown-trigger", reason=f"ADT^{trigger}")
