"""What real feeds do against the standard, each deviation with how it is read. Samples are invented; where a
public corpus shows the same, its file is read too.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from fhir_adapters.feeds.profile import Profile
from fhir_adapters.feeds.profile_loader import profile_named
from fhir_adapters.hl7v2.facts import (
    Interpreted,
    NotUsed,
    PersonReported,
    StayReported,
    ValuesExtracted,
)
from fhir_adapters.hl7v2.interpret import interpret
from fhir_adapters.hl7v2.parse.envelope import MessageHeader, read_envelope
from fhir_adapters.hl7v2.parse.segments import Message, read_message
from fhir_adapters.hl7v2.receive.ack import verdict_on
from tests.fhir_adapters.hl7v2.corpora import corpus_file
from tests.fhir_adapters.hl7v2.samples import NHS, Sample

ITK = profile_named("itk-2.4")


def message(raw: bytes) -> Message:
    read = read_message(raw)
    assert isinstance(read, Message)
    return read


def interpreted(raw: bytes, profile: Profile = ITK) -> Interpreted:
    outcome = interpret(message(raw), profile)
    assert isinstance(outcome, Interpreted), outcome
    return outcome


def person(raw: bytes, profile: Profile = ITK) -> PersonReported:
    return next(fact for fact in interpreted(raw, profile).facts if isinstance(fact, PersonReported))


def stay(raw: bytes, profile: Profile = ITK) -> StayReported:
    return next(fact for fact in interpreted(raw, profile).facts if isinstance(fact, StayReported))


def changed(**update: object) -> Profile:
    return Profile.model_validate({**ITK.model_dump(), **update})


# 1


@pytest.mark.parametrize(
    "version",
    ["2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.2", ""],
)
def test_deviation_01_given_any_version_then_it_is_read_by_structure(version: str) -> None:
    read = interpreted(Sample(version=version).raw())

    assert len(read.facts) == 2
    assert read.notes == ()


@pytest.mark.parametrize("version", ["garbage", "24", "V2.3", "3.0"])
def test_deviation_01_given_a_version_that_is_none_of_2_then_it_is_accepted_and_listed(version: str) -> None:
    raw = Sample(version=version).raw()

    assert verdict_on(read_envelope(raw)).code == "AA"
    assert interpret(message(raw), ITK) == NotUsed(code="unknown-version", reason="MSH-12")


def test_deviation_01_given_a_version_with_a_country_then_it_is_read() -> None:
    assert len(interpreted(Sample(version="2.4^GBR").raw()).facts) == 2


def test_deviation_01_corpus_given_a_version_called_garbage_then_it_is_accepted() -> None:
    raw = corpus_file("cosyte__hl7/test/helpers-identity.test.ts.007.hl7")

    assert isinstance(read_envelope(raw), MessageHeader)


# 2


def test_deviation_02_given_no_third_component_then_type_and_trigger_are_enough() -> None:
    read = read_envelope(Sample().raw())

    assert isinstance(read, MessageHeader)
    assert (read.message_type, read.trigger, read.structure) == ("ADT", "A01", "")


def test_deviation_02_given_the_type_alone_then_the_trigger_is_that_of_evn() -> None:
    raw = Sample(more={"EVN": {1: "A01"}}).text().replace("ADT^A01", "ADT").encode()

    assert stay(raw).movement == "admitted"


def test_deviation_02_corpus_given_a_two_component_type_then_it_is_read() -> None:
    read = read_envelope(corpus_file("google__simhospital/docs/artifacts/messages.out.144.hl7"))

    assert isinstance(read, MessageHeader)
    assert (read.message_type, read.trigger, read.structure) == ("MDM", "T02", "")


# 3


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-05-05 23:23:28", datetime(2026, 5, 5, 22, 23, 28, tzinfo=UTC)),
        ("2026-05-05T23:23:28Z", datetime(2026, 5, 5, 23, 23, 28, tzinfo=UTC)),
        ("202605052323", datetime(2026, 5, 5, 22, 23, tzinfo=UTC)),
        ("2026050523", datetime(2026, 5, 5, 22, 0, tzinfo=UTC)),
        ("20260505232328.1234", datetime(2026, 5, 5, 22, 23, 28, 123400, tzinfo=UTC)),
        ("20260505232328+0000", datetime(2026, 5, 5, 23, 23, 28, tzinfo=UTC)),
        ("20260505232328 +0100", datetime(2026, 5, 5, 22, 23, 28, tzinfo=UTC)),
        ("20260105232328", datetime(2026, 1, 5, 23, 23, 28, tzinfo=UTC)),
        ("20260505", datetime(2026, 5, 4, 23, 0, tzinfo=UTC)),
    ],
)
def test_deviation_03_given_an_odd_message_time_then_it_is_read_in_london(
    written: str, meant: datetime
) -> None:
    assert person(Sample(sent=written).raw()).stated_at == meant


@pytest.mark.parametrize("written", ["", "yesterday", "20261399", "99999999999999"])
def test_deviation_03_given_a_message_time_that_is_none_then_the_message_is_read_all_the_same(
    written: str,
) -> None:
    assert stay(Sample(sent=written, more={"EVN": {2: ""}}).raw()).moved_at is not None


# 4


@pytest.mark.parametrize(
    "tail",
    [
        "OBX|1|NM|DALOS^^^DALOS||5||||||FOBX|2|ST|MOB^^^MOB||frame||||||F",
        "NK1|1|ASHDOWN^PETER|15||01134960001NK1|2|ASHDOWN^MARY|14",
        "DG1|1|I10|S72.0DG1|2|I10|I10",
    ],
)
def test_deviation_04_given_segments_run_together_then_they_are_cut_apart_and_that_is_noted(
    tail: str,
) -> None:
    raw = Sample(tail=(tail,)).raw()

    assert len(list(message(raw).all(tail[:3]))) == 2
    assert "segments-run-together" in interpreted(raw).notes


def test_deviation_04_given_an_identity_run_into_the_event_then_person_and_stay_are_found() -> None:
    raw = Sample().text().replace("\rPID|", "PID|").replace("\rPV1||I", "PV1||I").encode()

    assert (stay(raw).key.visit_number, person(raw).birth_date) == ("V1", date(1941, 5, 2))


@pytest.mark.parametrize(
    "value", ["OBX", "TESTOBX", "HPV1", "PID", "see OBX 2 of NK1", "PRESENTE", "VAL1", "BNK1", "OBX|2"]
)
def test_deviation_04_given_a_value_that_ends_like_a_segment_then_nothing_is_cut(value: str) -> None:
    read = message(Sample(tail=(f"OBX|1|ST|A^B||{value}|1|2",)).raw())

    assert len(list(read.all("OBX"))) == 1
    assert "segments-run-together" not in read.envelope.repairs


def test_deviation_04_given_a_location_that_ends_in_depid_before_the_prior_one_then_nothing_is_cut() -> None:
    """Epic names its departments DEPID, and a transfer has the prior location two fields on."""
    moved = Sample("A02", location="ED^BAY 5^BED 5^U^R^^^^^^DEPID", more={"PV1": {6: "ED^CHAIR^RAT^U"}})

    assert "segments-run-together" not in message(moved.raw()).envelope.repairs
    assert stay(moved.raw()).key.visit_number == "V1"


def test_deviation_04_corpus_given_a_next_of_kin_run_into_the_person_then_both_are_read() -> None:
    read = message(corpus_file("crs4__hl7apy/tests/test_parser.py.006.hl7").replace(b"{}", b"ADT^A01"))

    assert read.value("NK1", 2) == "WOMAN"
    assert "segments-run-together" in read.envelope.repairs


# 5


def test_deviation_05_given_stray_spaces_then_codes_are_read_without_them() -> None:
    raw = Sample(
        "A03",
        application="PLW- HL7 ",
        more={"PID": {8: " 2 "}, "PV1": {2: "I ", 36: "19 ", 37: " 1", 19: " V1 ", 45: "20260309 "}},
    ).raw()

    read = read_envelope(raw)
    assert isinstance(read, MessageHeader)
    assert (read.sending_application, read.visit_hint) == ("PLW- HL7", "V1")
    assert person(raw).sex == "female"
    told = stay(raw)
    assert (told.key.visit_number, told.inpatient) == ("V1", True)
    assert told.discharge is not None
    assert (told.discharge.destination, told.discharge.method) == ("19", "1")


# 6


def test_deviation_06_given_an_oid_with_spaces_then_it_is_kept_as_written() -> None:
    raw = Sample(more={"PID": {3: "H100^^^2.16. 840.1. 113883^MR"}}, tail=("ZUK|1|2.16. 840.1",)).raw()

    assert [found.authority for found in person(raw).identifiers] == ["2.16. 840.1. 113883"]
    assert message(raw).value("ZUK", 2) == "2.16. 840.1"


# 7


@pytest.mark.parametrize(
    "name", ["ZUK", "ZPD", "ZPV", "ZIF", "ZLW", "ZDS", "ZPF", "ZAL", "ZPI", "ZQA", "ZVI", "ZU1", "Z99"]
)
def test_deviation_07_given_a_local_segment_then_it_is_kept_and_disturbs_nothing(name: str) -> None:
    raw = Sample(tail=(f"{name}|one^two|A\\T\\E~three",)).raw()

    local = message(raw).segment(name)
    assert local is not None
    assert ([each(1) for each in local.repetitions(2)], local.text(1, 2)) == (["A&E", "three"], "two")
    assert len(interpreted(raw).facts) == 2


def test_deviation_07_given_a_profile_that_names_a_local_field_then_its_value_is_kept() -> None:
    profile = changed(extras=[{"name": "pending-destination", "place": "ZVI-24"}])
    raw = Sample(tail=("ZVI" + "|" * 24 + "Care home",)).raw()

    [values] = [fact for fact in interpreted(raw, profile).facts if isinstance(fact, ValuesExtracted)]
    assert values.values == {"pending-destination": "Care home"}


def test_deviation_07_given_a_local_questionnaire_then_it_becomes_a_form() -> None:
    profile = changed(forms={"segment": "ZQA"})
    raw = Sample(
        "A08", tail=("ZQA|1|HOME1^Home before admission|Stairs?^Yes~Lives alone?^No|||||Yes; No",)
    ).raw()

    [form] = [fact for fact in interpreted(raw, profile).facts if fact.kind == "document-reported"]
    assert (form.type_code, form.title) == ("HOME1", "Home before admission")
    assert [(each.question, each.answer) for each in form.answers] == [
        ("Stairs?", "Yes"),
        ("Lives alone?", "No"),
        ("All answers", "Yes; No"),
    ]


def test_deviation_07_corpus_given_local_segments_then_they_are_read() -> None:
    read = message(corpus_file("cosyte__hl7/test/fixtures/canonical/z-segments.hl7"))

    assert [segment.name for segment in read.segments if segment.name.startswith("Z")]


# 8


@pytest.mark.parametrize(
    ("raw_36", "raw_37", "destination"),
    [("Home", "1", "19"), ("home", "1", "19"), ("Dead", "1", "79"), ("19", "1", "19")],
)
def test_deviation_08_given_words_in_a_coded_field_then_the_trusts_table_maps_them(
    raw_36: str, raw_37: str, destination: str
) -> None:
    told = stay(Sample("A03", more={"PV1": {36: raw_36, 37: raw_37, 45: "20260309"}}).raw()).discharge

    assert told is not None
    assert (told.destination, told.raw_36) == (destination, raw_36)


@pytest.mark.parametrize(("code", "sex"), [("2", "female"), ("F", "female"), ("1", "male"), ("M", "male")])
def test_deviation_08_given_letters_or_numbers_for_sex_then_both_are_read(code: str, sex: str) -> None:
    assert person(Sample(more={"PID": {8: code}}).raw()).sex == sex


def test_deviation_08_given_free_text_that_nobody_mapped_then_it_is_kept_raw_and_noted() -> None:
    outcome = interpreted(
        Sample("A03", more={"PV1": {36: "Feeling great", 37: "x", 45: "20260309"}, "PID": {8: "woman"}}).raw()
    )

    assert {"discharge-codes-unmapped", "sex-unmapped"} <= set(outcome.notes)


# 9


def test_deviation_09_given_another_vendors_location_then_its_template_reads_it() -> None:
    epic = changed(location={"ward": [1], "bay": [2], "bed": [3], "site": [4]})

    told = stay(Sample(location="T42E^T42E BY02^BY02-17").raw(), epic).location
    assert told is not None
    assert (told.ward, told.bay, told.bed) == ("T42E", "T42E BY02", "BY02-17")
    told = stay(Sample(location="RCB^OBS1^BAY2-6^RCB55").raw()).location
    assert told is not None
    assert (told.ward, told.bed, told.site) == ("OBS1", "BAY2-6", "RCB55")


# 10


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("19410502", date(1941, 5, 2)),
        ("19410502000000", date(1941, 5, 2)),
        ("19410501230000+0000", date(1941, 5, 1)),
        ("19410502000000+0200", date(1941, 5, 2)),
        ("1941-05-02", date(1941, 5, 2)),
        ("19760121+^D", date(1976, 1, 21)),
        ("20260329013000", date(2026, 3, 29)),
    ],
)
def test_deviation_10_given_a_birth_date_in_summer_time_then_it_is_the_day_as_written(
    written: str, meant: date
) -> None:
    assert person(Sample(born=written).raw()).birth_date == meant


# 11


def test_deviation_11_given_an_event_time_then_it_orders_the_movement_and_else_the_message_time() -> None:
    assert stay(Sample("A02", happened="20260303120000").raw()).moved_at == datetime(
        2026, 3, 3, 12, tzinfo=UTC
    )
    late = Sample("A02", happened="", sent="20260304090000", more={"EVN": {2: ""}})
    assert stay(late.raw()).moved_at == datetime(2026, 3, 4, 9, tzinfo=UTC)


# 12


def test_deviation_12_given_a_profile_that_ignores_delete_markers_then_nothing_is_cleared() -> None:
    raw = Sample("A31", more={"PID": {11: '""', 13: '""'}}).raw()

    assert person(raw).cleared == {"addresses", "telecoms"}
    ignoring = person(raw, changed(delete_marker="ignored"))
    assert (ignoring.cleared, ignoring.addresses, ignoring.telecoms) == (frozenset(), None, None)


# 13


def test_deviation_13_given_a_number_that_fails_the_check_then_it_is_kept_and_never_a_match_key() -> None:
    raw = Sample(nhs="1287464666").raw()

    kept = {found.value: found.usable for found in person(raw).identifiers}
    assert kept == {"1287464666": False, "H100": True}


# 14


@pytest.mark.parametrize("family", ["ZZZTEST", "xxtest", "ZZZ-Ashdown"])
def test_deviation_14_given_a_test_patient_then_no_live_person_is_touched(family: str) -> None:
    outcome = interpret(message(Sample(family=family).raw()), ITK)

    assert isinstance(outcome, NotUsed)
    assert outcome.reason == "test-name"


# beside the list


def test_given_custom_delimiters_then_everything_is_read_with_them() -> None:
    text = Sample(tail=("ZUK|a\\T\\b",)).text()
    swapped = text.translate(str.maketrans({"|": "#", "^": "*", "~": "!", "\\": "/", "&": "%"}))

    assert person(swapped.encode()) == person(text.encode())
    assert stay(swapped.encode()) == stay(text.encode())
    assert message(swapped.encode()).value("ZUK", 1) == "a%b"


@pytest.mark.parametrize("encoding", ["^", "^~", "^~\\", "^~\\&#", "^~\\\\&"])
def test_given_too_few_or_too_many_encoding_characters_then_the_message_is_read(encoding: str) -> None:
    raw = Sample().text().replace("^~\\&", encoding, 1).encode()

    assert {found.value for found in person(raw).identifiers} == {NHS, "H100"}
