"""What the shipped profiles make of messages written as each system writes them. Every person is invented."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fhir_adapters.feeds.check import SampleFile, check_feed
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.feeds.profile_loader import profile_named, shipped_profiles
from fhir_adapters.feeds.unmapped import unmapped_codes
from fhir_adapters.hl7v2.facts import Interpretation, Interpreted, PersonReported, StayReported
from fhir_adapters.hl7v2.interpret import interpret
from fhir_adapters.hl7v2.parse.segments import Message, read_message
from tests.fhir_adapters.hl7v2.samples import segment

NHS = "9990000018"
CORPORA = Path(os.environ.get("HOMEWARD_CORPORA", "/nowhere")) / "hl7v2"
needs_corpora = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="HOMEWARD_CORPORA names no folder with hl7v2 in it"
)

CARECAST = (
    "MSH|^~\\&|CARECAST|RXH|HW||202603021757||{kind}|PLW1|P|2.2|||AL|NE",
    "EVN|A01|202603021757||ADM|U1^STAFF^A",
    "PID|||50000001^^^^UID~9990000018^^^^NHS||ASHDOWN^JOAN^^^MRS||194105020000|F|||1 ACACIA AVENUE",
    "NK1|1",
    segment(
        "PV1",
        {
            2: "I",
            3: "ELM^ELMA^ELMA-02B",
            4: "~I",
            14: "19",
            36: "{36}",
            37: "{37}",
            41: "2",
            44: "202603021756",
        },
    ),
    "OBX|3|ST|^^^DALOS^DISCHARGE AUTHORIZED LENGTH OF STAY^LOCAL||5|D",
)
EPIC = (
    "MSH|^~\\&|EPIC|RXH|||20260302100052||{kind}|E1|P|2.4|||AL|NE",
    segment("EVN", {1: "A01", 2: "20260302100052", 4: "ADT_EVENT", 6: "20260302093000"}),
    "PID|1||40000001^^^MRENTR^MEDREC~9990000018^^^NHS^HN||ASHDOWN^JOAN||19410502|F",
    segment(
        "PV1",
        {
            2: "I",
            3: "T42E^T42E BY02^BY02-17^U^R^^^^^^DEPID",
            10: "A\\T\\E",
            19: "V77",
            42: "{pending}",
            44: "20260301195000",
        },
    ),
    "PV2|||||||||20260310",
)
WELSH = (
    "MSH|^~\\&|PIMS|LHB|HUB|HUB|2026-03-02 10:04:27||{kind}|W1|P|2.3.1",
    "EVN||20260302100414+0000",
    'PID|||9990000018^06^^^NI~N5000001^^^^PI||ashdown^joan^""^^MRS||19410502+^D|F' + "|" * 24 + "01",
    "PV1||NA",
)
CERNER = (
    "MSH|^~\\&|PAS|RXH|HW|HW|20260302100000||{kind}|C1|P|2.3|||AL",
    "EVN|A01|20260302100000",
    "PID|1||H100^^^LOCAL MRN^MRN~9990000018^^^NHSNBR^NHSNMBR||ASHDOWN^JOAN||19410502000000|F",
    segment(
        "PV1",
        {
            2: "INPATIENT",
            3: "Elm^Main Room^Bed 17^Harrow Vale^^BED",
            19: "777^^^^visitid",
            41: "{status}",
            44: "20260301",
        },
    ),
    segment("ZVI", {1: "1", 23: "20260312", 24: "{to}", 25: "PENDING"}),
    segment("ZPI", {1: "1", 9: "{secret}"}),
)
FILLED = ("kind", "36", "37", "pending", "status", "to", "secret")


def read(lines: tuple[str, ...], profile: Profile, **fill: str) -> Interpretation:
    text = "\r".join(lines)
    for key in FILLED:
        text = text.replace("{" + key + "}", fill.get(key, "ADT^A01" if key == "kind" else ""))
    message = read_message(text.encode())
    assert isinstance(message, Message)
    return interpret(message, profile)


def facts(
    lines: tuple[str, ...], profile: str, **fill: str
) -> tuple[PersonReported, StayReported, tuple[str, ...]]:
    found = read(lines, profile_named(profile), **fill)
    assert isinstance(found, Interpreted), found
    person = next(fact for fact in found.facts if isinstance(fact, PersonReported))
    stay = next(fact for fact in found.facts if isinstance(fact, StayReported))
    return person, stay, found.notes


@pytest.mark.parametrize("profile", list(shipped_profiles()), ids=lambda each: each.label)
def test_given_a_shipped_profile_then_each_deviation_has_its_source(profile: Profile) -> None:
    assert {"system", "identifiers", "location", "discharge", "hidden_when"} <= profile.source.keys()


@pytest.mark.parametrize(
    ("written", "profile", "authority"),
    [
        ("H1^^^RXH^MR", "itk-2.4", "RXH"),
        ("H1^HOSP^^REFHOSP", "itk-2.4", "REFHOSP"),
        ("H1^^^^UID", "carecast", "PAS"),
        ("H1^^^UCLH^MR^UCLH", "carecast", "PAS"),
        ("H1^^^MRENTR^MEDREC", "epic", "MRENTR"),
        ("H1^^^RNH^CNN", "cerner-2.3", "RNH"),
        ("H1^^^2.16.840.1.113883.3.2540.1", "cerner-2.3", "2.16.840.1.113883.3.2540.1"),
        ("H1^^^SIMULATOR MRN^MRN", "cerner-2.3", "SIMULATOR MRN"),
        ("H1^^^252^PI", "welsh-pas", "252"),
        ("H1^^^^PI", "welsh-pas", "PI"),
    ],
)
def test_given_each_way_of_writing_a_hospital_number_then_it_is_kept_under_its_authority(
    written: str, profile: str, authority: str
) -> None:
    pid = f"PID|1||{written}||ASHDOWN^JOAN|||F"
    lines = ("MSH|^~\\&|PAS|RXH|HW|HW|20260302100000||ADT^A28|1|P|2.4", pid)

    found = read(lines, profile_named(profile))

    assert isinstance(found, Interpreted), found
    assert isinstance(found.facts[0], PersonReported)
    assert [(each.kind, each.value, each.authority) for each in found.facts[0].identifiers] == [
        ("local", "H1", authority)
    ]


@pytest.mark.parametrize("profile", list(shipped_profiles()), ids=lambda each: each.name)
@pytest.mark.parametrize("code", [*"YNSIQ"])
def test_given_a_code_of_table_0099_then_every_profile_knows_it(profile: Profile, code: str) -> None:
    lines = (
        "MSH|^~\\&|PAS|RXH|HW|HW|20260302100000||ADT^A01|1|P|2.4",
        "PID|1||H1^^^RXH^MR||ASHDOWN^JOAN|||F",
        "PV1|1|I" + "|" * 14 + code,
    )
    message = read_message("\r".join(lines).encode())

    assert isinstance(message, Message)
    told = [each.value for each in unmapped_codes(message, profile) if each.place == "PV1-16"]
    assert told == (["Q"] if code == "Q" else [])


@pytest.mark.parametrize(
    ("field", "written", "profile"),
    [
        (3, f"{NHS}^^^NHS^NH", "itk-2.4"),
        (3, f"{NHS}^^^NHS", "itk-2.4"),
        (3, f"{NHS}^^^^NHS", "carecast"),
        (3, f"{NHS}^^^NHS^HN", "epic"),
        (3, f"{NHS}^^^NHSNBR^NHSNMBR", "cerner-2.3"),
        (3, f"{NHS}^^^NHSNMBR", "cerner-2.3"),
        (19, NHS, "cerner-2.3"),
        (3, f"{NHS}^06^^^NI", "welsh-pas"),
        (3, f"{NHS}^^^^NH", "welsh-pas"),
        (2, NHS, "itk-2.4"),
        (3, f"{NHS}^^^NHS^NH{{status:01}}", "itk-2.4"),
    ],
)
def test_given_each_way_of_writing_then_the_systems_profile_finds_the_number(
    field: int, written: str, profile: str
) -> None:
    pid = ["PID"] + [""] * 19
    pid[field] = written
    pid[5], pid[8] = "ASHDOWN^JOAN", "F"
    lines = ("MSH|^~\\&|PAS|RXH|HW|HW|20260302100000||ADT^A28|1|P|2.4", "|".join(pid))

    found = read(lines, profile_named(profile))

    assert isinstance(found, Interpreted), found
    assert isinstance(found.facts[0], PersonReported)
    assert [(each.kind, each.value, each.usable) for each in found.facts[0].identifiers] == [
        ("nhs", NHS, True)
    ]


class TestCareCast:
    def test_given_an_admission_then_ward_bay_and_bed_are_the_first_three_components(self) -> None:
        person, stay, _ = facts(CARECAST, "carecast")

        assert stay.location is not None
        assert (stay.location.ward, stay.location.bay, stay.location.bed) == ("ELM", "ELMA", "ELMA-02B")
        assert stay.location.site is None
        assert (person.sex, person.birth_date) == ("female", date(1941, 5, 2))

    def test_given_no_visit_number_then_the_admission_time_names_the_stay(self) -> None:
        _, stay, _ = facts(CARECAST, "carecast")

        assert stay.key.visit_number is None
        assert stay.key.admitted_at == datetime(2026, 3, 2, 17, 56, tzinfo=UTC)

    def test_given_an_authorised_length_of_stay_then_the_expected_date_is_counted_and_noted(self) -> None:
        _, stay, notes = facts(CARECAST, "carecast")

        assert stay.expected_discharge_on == date(2026, 3, 7)
        assert "expected-discharge-derived" in notes

    def test_given_a_profile_without_such_a_rule_then_no_date_is_made_up(self) -> None:
        assert facts(CARECAST, "epic")[1].expected_discharge_on is None

    def test_given_a_discharge_then_destination_is_in_36(self) -> None:
        _, stay, _ = facts(CARECAST, "carecast", kind="ADT^A03", **{"36": "19", "37": "1"})

        assert stay.discharge is not None
        assert (stay.discharge.destination, stay.discharge.method) == ("19", "1")
        assert stay.discharge.check == "profile"

    def test_given_a_merge_that_names_another_authority_then_both_numbers_are_of_one_system(self) -> None:
        lines = (*CARECAST[:3], "MRG|50000002^^^UCLH")
        found = read(lines, profile_named("carecast"), kind="ADT^A40")

        assert isinstance(found, Interpreted)
        merge = found.facts[0]
        local = {each.authority for each in (*merge.survivor, *merge.retired) if each.kind == "local"}  # type: ignore[union-attr]
        assert local == {"PAS"}

    def test_given_a_move_then_the_planned_time_field_says_when_it_was(self) -> None:
        lines = (CARECAST[0], "EVN|A02|202603041354|202603041100|XFER", *CARECAST[2:])

        _, stay, _ = facts(lines, "carecast", kind="ADT^A02")

        assert stay.moved_at == datetime(2026, 3, 4, 11, 0, tzinfo=UTC)

    def test_given_a_planned_discharge_then_its_time_does_not_say_when_that_was_planned(self) -> None:
        lines = (CARECAST[0], "EVN|A16|202603041354|202603091100|PLAN", *CARECAST[2:])

        _, stay, _ = facts(lines, "carecast", kind="ADT^A16")

        assert stay.moved_at == datetime(2026, 3, 4, 13, 54, tzinfo=UTC)


class TestEpic:
    def test_given_an_admission_then_location_visit_and_event_time_are_read(self) -> None:
        person, stay, _ = facts(EPIC, "epic")

        assert stay.location is not None
        assert (stay.location.ward, stay.location.bay, stay.location.bed) == ("T42E", "T42E BY02", "BY02-17")
        assert stay.location.site is None
        assert stay.key.visit_number == "V77"
        assert stay.moved_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
        assert [(each.kind, each.authority) for each in person.identifiers] == [
            ("nhs", "NHS"),
            ("local", "MRENTR"),
        ]
        assert stay.expected_discharge_on == date(2026, 3, 10)


class TestWelshPas:
    def test_given_a_person_update_then_number_status_and_birth_date_are_read(self) -> None:
        found = read(WELSH, profile_named("welsh-pas"), kind="ADT^A31^ADT_A05")

        assert isinstance(found, Interpreted), found
        [person] = found.facts
        assert isinstance(person, PersonReported)
        assert person.birth_date == date(1941, 5, 2)
        assert [(each.kind, each.value) for each in person.identifiers] == [
            ("nhs", NHS),
            ("local", "N5000001"),
        ]
        assert person.stated_at == datetime(2026, 3, 2, 10, 4, 27, tzinfo=UTC)

    def test_given_nobody_said_which_field_is_the_destination_then_only_values_tell(self) -> None:
        assert profile_named("welsh-pas").discharge.destination_field == "by-value"


class TestCerner:
    def test_given_a_planned_move_out_then_its_day_is_the_expected_date(self) -> None:
        _, stay, _ = facts(CERNER, "cerner-2.3", to="CARE HOME", status="ARRIVED")

        assert stay.expected_discharge_on == date(2026, 3, 12)
        assert stay.location is not None
        assert (stay.location.ward, stay.location.site) == ("Elm", "Harrow Vale")

    def test_given_a_planned_move_without_a_place_outside_then_it_is_no_discharge(self) -> None:
        assert facts(CERNER, "cerner-2.3")[1].expected_discharge_on is None

    def test_given_the_values_of_local_segments_then_they_are_kept(self) -> None:
        found = read(CERNER, profile_named("cerner-2.3"), to="CARE HOME")

        assert isinstance(found, Interpreted)
        kept = [fact.values for fact in found.facts if fact.kind == "values-extracted"]
        assert kept == [{"pending-discharge-to": "CARE HOME", "pending-status": "PENDING"}]

    @pytest.mark.parametrize(("code", "hidden"), [("R", True), ("N", False), ("", None), ("ODD", None)])
    def test_given_patient_confidentiality_then_it_hides(self, code: str, hidden: bool | None) -> None:
        assert facts(CERNER, "cerner-2.3", secret=code)[0].hidden is hidden

    @pytest.mark.parametrize(
        ("trigger", "status", "noted"),
        [
            ("A01", "ARRIVED", False),
            ("A01", "FINISHED", True),
            ("A02", "CANCELLED", True),
            ("A08", "FINISHED", False),
        ],
    )
    def test_given_a_status_that_contradicts_the_trigger_then_it_is_noted(
        self, trigger: str, status: str, noted: bool
    ) -> None:
        notes = facts(CERNER, "cerner-2.3", kind=f"ADT^{trigger}", status=status)[2]

        assert ("encounter-status-differs" in notes) is noted


@needs_corpora
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("profile", list(shipped_profiles()), ids=lambda each: each.name)
def test_given_everything_that_others_wrote_then_a_check_ends_without_a_fault_of_ours(
    profile: Profile,
) -> None:
    live = profile.model_copy(update={"live_processing_ids": frozenset({"P", "T", "D", ""})})
    paths = sorted(CORPORA.rglob("*.hl7"))

    report = check_feed((SampleFile(path.name, path.read_bytes()) for path in paths), live)

    assert report.messages >= len(paths)
    assert [row.reason for row in report.outcomes if row.reason.startswith("fault-")] == []
    assert report.count("interpreted") > 100


@needs_corpora
@pytest.mark.parametrize(
    ("folder", "profile", "least"),
    [("google__simhospital", "cerner-2.3", 50)],
)
def test_given_what_others_wrote_in_a_systems_way_then_every_admission_is_understood(
    folder: str, profile: str, least: int
) -> None:
    live = profile_named(profile).model_copy(update={"live_processing_ids": frozenset({"P", "T"})})
    messages = [read_message(path.read_bytes()) for path in sorted((CORPORA / folder).rglob("*.hl7"))]
    admissions = [each for each in messages if isinstance(each, Message) and each.envelope.trigger == "A01"]

    found = [interpret(each, live) for each in admissions if each.segment("PV1")]

    assert len(found) >= least - 5
    assert all(isinstance(each, Interpreted) for each in found), [
        each for each in found if each.outcome != "interpreted"
    ]
    stays = [fact for each in found for fact in each.facts if isinstance(fact, StayReported)]  # type: ignore[union-attr]
    assert all(stay.location and stay.location.ward and stay.location.bed for stay in stays)
    numbers = [fact.identifiers for each in found for fact in each.facts if isinstance(fact, PersonReported)]  # type: ignore[union-attr]
    assert all(any(one.kind == "nhs" for one in each) for each in numbers)
