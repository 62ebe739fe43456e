"""From one message to facts, segment by segment."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.feeds.profile import Profile
from fhir_adapters.feeds.profile_loader import profile_named
from fhir_adapters.hl7v2.facts import (
    Interpretation,
    Interpreted,
    NotUsed,
    Parked,
    PersonReported,
    PersonsMerged,
    StayReported,
)
from fhir_adapters.hl7v2.interpret import interpret
from fhir_adapters.hl7v2.parse.segments import Message, read_message
from tests.fhir_adapters.hl7v2.parse.test_envelope import PIECES
from tests.fhir_adapters.hl7v2.samples import NHS, Sample

ITK = profile_named("itk-2.4")
CERNER = profile_named("cerner-2.3")


def interpretation(sample: Sample, profile: Profile = ITK) -> Interpretation:
    message = read_message(sample.raw())
    assert isinstance(message, Message)
    return interpret(message, profile)


def interpreted(sample: Sample, profile: Profile = ITK) -> Interpreted:
    found = interpretation(sample, profile)
    assert isinstance(found, Interpreted), found
    return found


def person(sample: Sample, profile: Profile = ITK) -> PersonReported:
    found = interpreted(sample, profile).facts[0]
    assert isinstance(found, PersonReported)
    return found


def stay(sample: Sample, profile: Profile = ITK) -> StayReported:
    found = interpreted(sample, profile).facts[1]
    assert isinstance(found, StayReported)
    return found


ARRIVED = datetime(2026, 3, 2, 10, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "evn", "happened", "said_at"),
    [
        ("20260302101500", "20260302101400", "", datetime(2026, 3, 2, 10, 15, tzinfo=UTC)),
        ("20260330000000", "20260302101400", "", datetime(2026, 3, 29, 23, 0, tzinfo=UTC)),
        ("20620302101500", "20260302101400", "", datetime(2026, 3, 2, 10, 14, tzinfo=UTC)),
        ("20620302101500", "20620302101400", "20620302101400", ARRIVED),
        ("", "", "20260302100000", datetime(2026, 3, 2, 10, 0, tzinfo=UTC)),
    ],
)
def test_given_a_sender_whose_clock_is_years_ahead_then_it_does_not_outdo_what_is_said_later(
    sent: str, evn: str, happened: str, said_at: datetime
) -> None:
    message = read_message(Sample(sent=sent, happened=happened, more={"EVN": {2: evn}}).raw())
    assert isinstance(message, Message)
    found = interpret(message, ITK, ARRIVED)
    assert isinstance(found, Interpreted)
    assert [fact.stated_at for fact in found.facts] == [said_at, said_at]
    assert ("dated-ahead" in found.notes) == (sent[:4] == "2062")


def pid(field: int, value: str) -> Sample:
    return Sample(more={"PID": {field: value}})


def pv1(**fields: str) -> Sample:
    return Sample(more={"PV1": {int(name[1:]): value for name, value in fields.items()}})


class TestIdentifiers:
    @pytest.mark.parametrize(
        ("written", "profile"),
        [
            (f"{NHS}^^^NHS^NH", ITK),
            (f"{NHS}^^^NHS", ITK),
            (f"{NHS}^^^^NHS", ITK),
            (f"{NHS}^^^NHS^HN", ITK),
            (f"{NHS}^^^NHSNBR^NHSNMBR", CERNER),
            (f"{NHS}^^^NHSNMBR", CERNER),
            (f"{NHS}^06^^^NI", ITK),
            (f"{NHS}^^^^NH", ITK),
            (f"{NHS}^^^NHS^NH{{status:01}}", ITK),
            ("999 000 0018^^^NHS^NH", ITK),
        ],
    )
    def test_given_a_way_of_writing_the_nhs_number_then_it_is_the_same_number(
        self, written: str, profile: Profile
    ) -> None:
        [found] = [each for each in person(pid(3, written), profile).identifiers if each.kind == "nhs"]

        assert (found.value, found.usable) == (NHS, True)

    @pytest.mark.parametrize(("field", "profile"), [(19, ITK), (2, ITK), (19, CERNER)])
    def test_given_a_bare_number_in_another_field_then_it_is_the_nhs_number(
        self, field: int, profile: Profile
    ) -> None:
        sample = Sample(nhs="", more={"PID": {field: NHS}})

        assert person(sample, profile).identifiers[0].value == NHS

    def test_given_only_the_tail_then_there_is_no_nhs_number(self) -> None:
        found = person(pid(3, "^^^^NHS~H100^^^RXH^MR")).identifiers

        assert [each.kind for each in found] == ["local"]

    @pytest.mark.parametrize("number", ["1287464666", "9999999999", "0000000000", "12345"])
    def test_given_a_number_that_fails_then_it_is_kept_and_never_matches(self, number: str) -> None:
        [found] = [
            each
            for each in person(pid(3, f"{number}^^^NHS^NH~H100^^^RXH^MR")).identifiers
            if each.kind == "nhs"
        ]

        assert (found.value, found.usable) == (number, False)

    @pytest.mark.parametrize(
        ("written", "status"), [("NSTS01", "NSTS01"), ("01", "NSTS01"), ("US~NSTS02", "NSTS02")]
    )
    def test_given_a_tracing_status_then_it_is_kept_with_the_number(self, written: str, status: str) -> None:
        assert person(pid(32, written)).identifiers[0].status == status

    def test_given_a_hospital_number_then_its_authority_is_kept(self) -> None:
        found = person(Sample()).identifiers[1]

        assert (found.kind, found.value, found.authority) == ("local", "H100", "RXH")

    def test_given_nobody_is_named_then_the_message_is_parked(self) -> None:
        assert interpretation(Sample(nhs="", local="")) == Parked(
            code="message-not-understood", reason="no-usable-identifier"
        )


class TestPid:
    def test_given_names_then_each_is_kept_with_its_use(self) -> None:
        names = person(
            pid(5, "ASHDOWN^JOAN^MARY^^MRS^^L~ASHDOWN^JO^^^^^PREFERRED~SMITH^JOAN^^^^^PREVIOUS-MAIDEN")
        ).names

        assert names is not None
        assert [(name.family, name.given, name.use) for name in names] == [
            ("ASHDOWN", "JOAN", "L"),
            ("ASHDOWN", "JO", "PREFERRED"),
            ("SMITH", "JOAN", "PREVIOUS-MAIDEN"),
        ]

    @pytest.mark.parametrize(
        "written", ["19760614", "19760614000000", "197606142330", "19760614+0100", "19760614^D", "1976-06-14"]
    )
    def test_given_a_birth_date_however_written_then_it_is_that_day(self, written: str) -> None:
        assert person(Sample(born=written)).birth_date == date(1976, 6, 14)

    def test_given_a_birth_date_that_cannot_be_then_it_is_left_out_and_noted(self) -> None:
        found = interpreted(Sample(born="19761350"))

        assert person(Sample(born="19761350")).birth_date is None
        assert found.notes == ("birth-date-unreadable",)

    @pytest.mark.parametrize(
        ("code", "sex"), [("1", "male"), ("2", "female"), ("F", "female"), ("9", "indeterminate")]
    )
    def test_given_a_sex_code_then_the_profile_maps_it(self, code: str, sex: str) -> None:
        assert person(pid(8, code)).sex == sex

    def test_given_a_sex_code_without_a_map_then_it_is_left_out_and_noted(self) -> None:
        assert person(pid(8, "Q")).sex is None
        assert interpreted(pid(8, "Q")).notes == ("sex-unmapped",)

    def test_given_addresses_then_home_and_temporary_are_kept_once_and_workplaces_left_out(self) -> None:
        twice = ("1 HIGH ST&&^FLAT 2^LEEDS^UNKNOWN^ls1 1aa^GBR^H", "1 HIGH ST^FLAT 2^LEEDS^^LS1 1AA^GBR^H")

        found = person(pid(11, "~".join((*twice, "9 WORK RD^^^^^^B", "X^^^^^^TMP")))).addresses

        assert found is not None
        assert [(each.kind, each.lines, each.postcode) for each in found] == [
            ("home", ("1 HIGH ST", "FLAT 2", "LEEDS"), "LS1 1AA"),
            ("temporary", ("X",), ""),
        ]

    def test_given_telephones_then_mobiles_and_mail_are_told_apart_and_dummies_dropped(self) -> None:
        written = "01134960000^PRN^PH~07700900123~(000)000-0000~joan@example.org~^NET^Internet^j@example.org"

        found = person(pid(13, written)).telecoms

        assert found is not None
        assert [each.kind for each in found] == ["phone", "mobile", "email", "email"]

    def test_given_a_delete_marker_then_the_profile_decides(self) -> None:
        assert person(pid(11, '""')).cleared == {"addresses"}
        ignoring = ITK.model_copy(update={"delete_marker": "ignored"})
        assert person(pid(11, '""'), ignoring).cleared == frozenset()

    def test_given_an_absent_field_then_nothing_is_said_of_it(self) -> None:
        assert person(pid(11, "")).addresses is None
        assert person(pid(11, "")).cleared == frozenset()

    @pytest.mark.parametrize(
        ("fields", "deceased", "day"),
        [
            ({30: "Y", 29: "20260305"}, True, date(2026, 3, 5)),
            ({29: "20260305"}, True, date(2026, 3, 5)),
            ({30: "N"}, False, None),
            ({}, None, None),
        ],
    )
    def test_given_a_death_then_it_is_read(
        self, fields: dict[int, str], deceased: bool | None, day: date | None
    ) -> None:
        found = person(Sample(more={"PID": fields}))

        assert (found.deceased, found.died_on) == (deceased, day)

    def test_given_identity_unknown_then_it_is_said(self) -> None:
        assert person(pid(31, "Y")).identity_unknown


class TestNk1:
    def test_given_next_of_kin_then_the_named_are_kept_and_empty_segments_dropped(self) -> None:
        tail = ("NK1|1|ASHDOWN^PAUL^^^MR|15^BROTHER||07700900456", "NK1|2", "NK1|3||")

        found = person(Sample(tail=tail)).contacts

        assert found is not None
        [contact] = found
        assert (contact.name, contact.relationship) == ("MR PAUL ASHDOWN", "15")
        assert [each.value for each in contact.telecoms] == ["07700900456"]


class TestPv1:
    def test_given_a_location_then_the_profile_cuts_it(self) -> None:
        itk = stay(pv1(f3="RCB^OBS1^BAY2-6^RCB55")).location
        cerner = stay(pv1(f3="RenalWard^MainRoom^Bed 1^Simulated Hospital^^BED"), CERNER).location

        assert itk is not None
        assert cerner is not None
        assert (itk.ward, itk.bed, itk.site) == ("OBS1", "BAY2-6", "RCB55")
        assert (cerner.ward, cerner.bay, cerner.bed) == ("RenalWard", "MainRoom", "Bed 1")
        assert itk.raw == "RCB^OBS1^BAY2-6^RCB55"

    @pytest.mark.parametrize(
        ("raw_36", "raw_37", "destination", "method", "check"),
        [
            ("19", "1", "19", "1", "profile"),
            ("1", "19", "19", "1", "swapped"),
            ("19", "", "19", None, "profile"),
            ("", "54", "54", None, "swapped"),
            ("Home", "1", "19", "1", "words"),
            ("Feeling great", "Home", None, None, "unmapped"),
            ("79", "4", "79", "4", "profile"),
        ],
    )
    def test_given_discharge_codes_then_they_resolve_and_the_raw_pair_is_kept(
        self, raw_36: str, raw_37: str, destination: str | None, method: str | None, check: str
    ) -> None:
        found = stay(pv1(f36=raw_36, f37=raw_37).but(trigger="A03")).discharge

        assert found is not None
        assert (found.destination, found.method, found.check) == (destination, method, check)
        assert (found.raw_36, found.raw_37) == (raw_36, raw_37)

    def test_given_codes_that_were_guessed_or_unmapped_then_the_operator_is_told(self) -> None:
        assert interpreted(pv1(f36="1", f37="19").but(trigger="A03")).notes == ("discharge-codes-swapped",)

    def test_given_method_4_then_the_person_died(self) -> None:
        found = stay(pv1(f36="79", f37="4").but(trigger="A03")).discharge

        assert found is not None
        assert found.died

    def test_given_an_outpatient_update_then_only_the_person_is_read(self) -> None:
        found = interpreted(pv1(f2="O").but(trigger="A08"))

        assert [fact.kind for fact in found.facts] == ["person-reported"]
        assert found.notes == ("not-inpatient",)

    def test_given_an_admission_without_numbers_then_its_own_time_names_the_stay(self) -> None:
        found = stay(pv1(f19="", f44=""))

        assert found.key.visit_number is None
        assert found.key.admitted_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class TestOrder:
    def test_given_evn_6_then_it_orders_the_movement_and_msh_7_the_statement(self) -> None:
        found = stay(Sample("A02", sent="20260302120000", happened="20260302113000"))

        assert (found.moved_at, found.stated_at) == (
            datetime(2026, 3, 2, 11, 30, tzinfo=UTC),
            datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
        )

    @pytest.mark.parametrize(("trigger", "hour"), [("A01", 10), ("A03", 14), ("A02", 12)])
    def test_given_no_evn_6_then_the_visit_time_of_the_event_orders_it_else_evn_2(
        self, trigger: str, hour: int
    ) -> None:
        sample = pv1(f45="20260302140000").but(trigger=trigger, sent="20260302120000", happened="")

        assert stay(sample).moved_at == datetime(2026, 3, 2, hour, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("written", "utc_hour"),
        [
            ("20260702120000", 11),
            ("20260702120000+0000", 12),
            ("2026-07-02 12:00:00", 11),
            ("202607021200", 11),
        ],
    )
    def test_given_summer_time_then_a_time_without_offset_is_london_time(
        self, written: str, utc_hour: int
    ) -> None:
        assert stay(Sample(happened=written)).moved_at == datetime(2026, 7, 2, utc_hour, 0, tzinfo=UTC)


class TestPlansAndFitness:
    def test_given_pv2_9_then_it_is_the_expected_date(self) -> None:
        assert stay(Sample("A08", more={"PV2": {9: "202603091200"}})).expected_discharge_on == date(
            2026, 3, 9
        )

    def test_given_a_plan_without_pv2_9_then_evn_3_is_read(self) -> None:
        sample = Sample("A16", more={"EVN": {3: "20260309"}})

        assert stay(sample).expected_discharge_on == date(2026, 3, 9)
        assert stay(sample.but(trigger="A08")).expected_discharge_on is None

    def test_given_a_withdrawn_plan_then_the_date_is_cleared_whatever_it_carries(self) -> None:
        found = stay(Sample("A25", more={"PV2": {9: "20260309"}}))

        assert found.expected_discharge_on is None
        assert found.cleared == {"expected_discharge_on"}

    def test_given_a_deleted_expected_date_then_it_is_cleared(self) -> None:
        assert stay(Sample("A08", more={"PV2": {9: '""'}})).cleared == {"expected_discharge_on"}

    @pytest.mark.parametrize(
        ("fields", "fit", "day"),
        [
            ({22: "Y", 24: "20260304093000"}, True, date(2026, 3, 4)),
            ({22: "N", 24: "20260304"}, False, None),
            ({24: "20260304"}, None, date(2026, 3, 4)),
            ({}, None, None),
        ],
    )
    def test_given_zu1_then_fitness_is_read(
        self, fields: dict[int, str], fit: bool | None, day: date | None
    ) -> None:
        found = stay(Sample("A08", sent="20260305101500", more={"ZU1": fields} if fields else {}))

        assert (found.medically_fit, found.medically_fit_on) == (fit, day)


class TestHiding:
    @pytest.mark.parametrize(
        ("segment", "field", "value", "hidden"),
        [
            ("ZU8", 4, "1", True),
            ("ZU8", 4, "2", True),
            ("ZU8", 4, "0", False),
            ("PV1", 16, "Y", True),
            ("PV1", 16, "S", True),
            ("PV1", 16, "N", False),
            ("PV1", 16, "", None),
        ],
    )
    def test_given_a_hiding_field_then_it_counts(
        self, segment: str, field: int, value: str, hidden: bool | None
    ) -> None:
        assert person(Sample("A31", more={segment: {field: value}})).hidden is hidden

    def test_given_one_field_hides_and_another_lifts_then_it_is_hidden(self) -> None:
        assert person(Sample(more={"ZU8": {4: "1"}, "PV1": {16: "N"}})).hidden is True


class TestMrg:
    def test_given_a_merge_then_survivor_and_retired_are_named(self) -> None:
        found = interpreted(Sample("A40", more={"MRG": {1: "H200^^^RXH^MR"}})).facts[0]

        assert isinstance(found, PersonsMerged)
        assert [each.value for each in found.survivor] == [NHS, "H100"]
        assert [each.value for each in found.retired] == ["H200"]

    @pytest.mark.parametrize("retired", ["", "H100^^^RXH^MR"])
    def test_given_a_merge_that_names_nobody_else_then_it_is_parked(self, retired: str) -> None:
        assert interpretation(Sample("A40", more={"MRG": {1: retired}})) == Parked(
            code="message-not-understood", reason="no-merge-identifier"
        )


class TestNotUsed:
    @pytest.mark.parametrize(
        ("sample", "code", "reason"),
        [
            (Sample("A60"), "unknown-trigger", "ADT^A60"),
            (Sample(f"A\x00{'9' * 99}"), "unknown-trigger", f"ADT^A{'9' * 35}"),
            (Sample(version="garbage"), "unknown-version", "MSH-12"),
            (Sample(processing="T"), "processing-id-not-used", "MSH-11"),
            (Sample(processing=""), "processing-id-not-used", "MSH-11"),
            (Sample(family="ZZZTESTER"), "processing-id-not-used", "test-name"),
        ],
    )
    def test_given_a_message_that_concerns_nothing_then_it_says_why(
        self, sample: Sample, code: str, reason: str
    ) -> None:
        said = interpretation(sample)
        assert isinstance(said, NotUsed)
        assert (said.code, said.reason) == (code, reason)

    @pytest.mark.parametrize("version", ["2.1", "2.2", "2.3.1", "2.8.2", "2.5.1^USA", ""])
    def test_given_any_version_2_then_it_is_read_by_structure(self, version: str) -> None:
        assert person(Sample(version=version)).birth_date == date(1941, 5, 2)

    def test_given_an_acknowledgement_then_it_is_not_used(self) -> None:
        message = read_message(b"MSH|^~\\&|A|B|C|D|1||ACK^A01|9|P|2.4\rMSA|AA|1\r")

        assert isinstance(message, Message)
        assert interpret(message, ITK) == NotUsed(code="unknown-trigger", reason="acknowledgement")

    @pytest.mark.parametrize("kind", ["\x00", "\x00^\x00"])
    def test_given_nothing_but_zero_bytes_for_a_type_then_the_field_is_named(self, kind: str) -> None:
        message = read_message(f"MSH|^~\\&|A|B|C|D|1||{kind}|9|P|2.4\r".encode())

        assert isinstance(message, Message)
        assert interpret(message, ITK) == NotUsed(code="unknown-trigger", reason="MSH-9")


@given(st.lists(PIECES, max_size=40).map(b"".join), st.sampled_from(["A01", "A03", "A08", "A40"]))
def test_given_a_damaged_message_then_interpreting_never_raises(tail: bytes, trigger: str) -> None:
    header = f"MSH|^~\\&|A|B|C|D|20260302||ADT^{trigger}|1|P|2.4\rPID|1||H1^^^RXH^MR\rPV1|1|I|".encode()
    message = read_message(header + tail)

    assert isinstance(message, Message)
    assert isinstance(interpret(message, ITK), Interpreted | NotUsed | Parked)
