"""What a profile does not map is told, value by value."""

from __future__ import annotations

import pytest

from fhir_adapters.feeds.discharge_fields import resolve_discharge
from fhir_adapters.feeds.profile import DischargeFields, EncounterStatus, Profile
from fhir_adapters.feeds.profile_loader import profile_named
from fhir_adapters.feeds.unmapped import unmapped_codes
from fhir_adapters.hl7v2.parse.segments import Message, read_message
from tests.fhir_adapters.hl7v2.samples import Sample

ITK = profile_named("itk-2.4")


def unmapped(profile: Profile = ITK, **segments: dict[int, str]) -> list[tuple[str, str, str]]:
    message = read_message(Sample(more=segments).raw())
    assert isinstance(message, Message)
    return [tuple(each) for each in unmapped_codes(message, profile)]


def changed(**update: object) -> Profile:
    return ITK.model_copy(update=update)


def discharge(field: int | str = 36, **words: dict[str, str]) -> DischargeFields:
    method = {36: 37, 37: 36}.get(field, "by-value")  # type: ignore[call-overload]
    return DischargeFields(destination_field=field, method_field=method, **words)  # type: ignore[arg-type]


def test_given_all_values_are_known_then_nothing_is_unmapped() -> None:
    assert unmapped(PV1={2: "i", 16: "n", 36: "19", 37: "1"}, PID={8: "f", 30: "N"}) == []


def test_given_the_delete_marker_then_it_is_no_value() -> None:
    assert unmapped(PV1={2: '""'}, PID={8: '""'}) == []


@pytest.mark.parametrize(
    ("segments", "told"),
    [
        ({"PID": {8: "X"}}, ("PID-8", "X", "sex")),
        ({"PID": {30: "DEAD"}}, ("PID-30", "DEAD", "")),
        ({"PV1": {2: "BED"}}, ("PV1-2", "BED", "classes")),
        ({"PV1": {16: "Q"}}, ("PV1-16", "Q", "hidden_when")),
        ({"ZU1": {22: "PERHAPS"}}, ("ZU1-22", "PERHAPS", "fitness")),
        ({"PV1": {36: "Feeling great"}}, ("PV1-36", "Feeling great", "discharge.words")),
        ({"PV1": {36: "19", 37: "Went"}}, ("PV1-37", "Went", "discharge.method_words")),
    ],
)
def test_given_a_value_that_no_table_holds_then_place_value_and_key_are_told(
    segments: dict[str, dict[int, str]], told: tuple[str, str, str]
) -> None:
    assert unmapped(**segments) == [told]


def test_given_the_destination_is_in_37_then_its_words_are_asked_for_there() -> None:
    profile = changed(discharge=discharge(37))

    assert unmapped(profile, PV1={36: "Gone", 37: "Hotel"}) == [
        ("PV1-36", "Gone", "discharge.method_words"),
        ("PV1-37", "Hotel", "discharge.words"),
    ]


def test_given_a_status_that_the_profile_does_not_know_then_it_is_told() -> None:
    profile = changed(encounter_status=EncounterStatus(place="PV1-41", words={"arrived": "in-hospital"}))

    assert unmapped(profile, PV1={41: "Arrived"}) == []
    assert unmapped(profile, PV1={41: "LOST"}) == [("PV1-41", "LOST", "encounter_status.words")]


@pytest.mark.parametrize(
    ("fields", "pair", "destination", "method", "check"),
    [
        (discharge(36), ("19", "1"), "19", "1", "profile"),
        (discharge(36), ("1", "19"), "19", "1", "swapped"),
        (discharge(36), ("", "19"), "19", None, "swapped"),
        (discharge(36, words={"Home": "19"}), ("HOME", "1"), "19", "1", "words"),
        (discharge(36, method_words={"own will": "6"}), ("19", "Own will"), "19", "6", "words"),
        (discharge(36), ("Feeling great", "Home"), None, None, "unmapped"),
        (discharge(36), ("19", "Home"), "19", None, "unmapped"),
        (discharge(37), ("1", "19"), "19", "1", "profile"),
        (discharge("by-value"), ("1", "19"), "19", "1", "by-value"),
        (discharge("by-value"), ("19", "1"), "19", "1", "by-value"),
        (discharge("by-value"), ("", "4"), None, "4", "by-value"),
        (discharge("by-value"), ("19", "51"), None, None, "unmapped"),
        (discharge("by-value"), ("19", "what"), None, None, "unmapped"),
    ],
)
def test_given_a_pair_then_it_is_told_apart_and_never_guessed(
    fields: DischargeFields, pair: tuple[str, str], destination: str | None, method: str | None, check: str
) -> None:
    codes = resolve_discharge(*pair, changed(discharge=fields))

    assert codes is not None
    assert (codes.raw_36, codes.raw_37) == pair
    assert (codes.destination, codes.method, codes.check) == (destination, method, check)
