"""What a check of sample messages tells, and what it keeps to itself. Every person is invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.feeds.advice import NO_KEY
from fhir_adapters.feeds.check import Report, SampleFile, check_feed
from fhir_adapters.feeds.check.model import FieldCount
from fhir_adapters.feeds.check.redaction import file_name, shape, shown, system_word
from fhir_adapters.feeds.profile import DeletedWhen, IdentifierPattern, IdentifierPatterns, Profile
from fhir_adapters.feeds.profile_loader import profile_named, shipped_profiles
from tests.fhir_adapters.hl7v2.samples import Sample, segment

ITK = profile_named("itk-2.4")
BOTH = "person by NHS number and hospital number"
LEFT = "destination 19, method 1"
ODD = ["", "1", "~^&", '""', "20260301", "99", "^^^^NHS", "\\X0D\\", "A07", "é"]
FIELDS = st.dictionaries(st.integers(1, 50), st.sampled_from(ODD), max_size=20)
LINES = st.one_of(
    st.sampled_from([b"MSH|^~\\&|A|B|||20260301||ADT^A01|1|P|2.4\r", b"\x0b", b"\x1c\r", b"BHS|^~\\&\r"]),
    st.builds(
        lambda name, fields: (segment(name, fields) + "\r").encode(),
        st.sampled_from(["EVN", "PID", "PV1", "PV2", "MRG", "OBX", "ZU1", "ZVI"]),
        FIELDS,
    ),
)


def checked(*samples: Sample, profile: Profile = ITK, show_values: bool = False) -> Report:
    files = [SampleFile("sample.hl7", b"".join(sample.raw() for sample in samples))]
    return check_feed(files, profile, show_values=show_values)


def many(count: int = 5, **changes: object) -> list[Sample]:
    return [Sample(message_id=f"M{number}", visit=f"V{number}").but(**changes) for number in range(count)]


def suggested(report: Report, key: str) -> list[str]:
    return [each.text for each in report.suggestions if each.key == key]


def found(report: Report, name: str) -> FieldCount:
    return next(row for row in report.fields if row.name == name)


class TestOutcomes:
    def test_given_each_kind_of_outcome_then_each_is_counted_with_cause_and_place(self) -> None:
        report = checked(
            Sample(),
            Sample(trigger="A99"),
            Sample(nhs="", local="", visit="V2"),
            Sample(message_id=""),
        )

        assert [(row.outcome, row.reason, row.count) for row in report.outcomes] == [
            ("interpreted", "", 1),
            ("parked", "no-usable-identifier", 1),
            ("rejected", "MSH-10", 1),
            ("not-used", "ADT^A99", 1),
        ]
        assert str(report.outcomes[1].example) == "sample.hl7, message 3"
        assert report.outcomes[1].title == "The profile does not know the number"
        assert "PID-3" in report.outcomes[1].do
        assert (report.messages, report.troubled) == (4, 2)

    def test_given_a_value_that_is_not_mapped_then_its_message_is_in_trouble_once(self) -> None:
        report = checked(Sample(more={"PID": {8: "Q"}, "PV1": {2: "ZZ"}}), Sample(message_id="M2"))

        assert report.troubled == 1
        assert [(row.place, row.value, row.key) for row in report.unmapped] == [
            ("PID-8", "Q", "sex"),
            ("PV1-2", "ZZ", "classes"),
        ]

    def test_given_a_value_that_no_key_maps_then_it_is_told_and_no_trouble(self) -> None:
        report = checked(Sample(more={"PV1": {4: "28b"}}))

        assert [(row.value, row.write) for row in report.unmapped] == [("28b", NO_KEY)]
        assert (report.troubled, report.passes(0.0)) == (0, True)

    def test_given_a_value_to_map_then_key_and_value_to_write_are_told_where_it_may_be_shown(self) -> None:
        long = "Somebody's name by mistake"
        report = checked(Sample(more={"PID": {8: "Q"}, "PV1": {36: long}}))

        assert {row.value: row.write for row in report.unmapped} == {
            "Q": 'sex: {"Q": female} (or male, indeterminate, unknown)',
            f"({shape(long)}, not shown)": "",
        }

    def test_given_each_message_is_wanted_then_each_says_what_it_would_become_and_names_nobody(self) -> None:
        samples = (
            Sample(more={"PID": {8: "Q"}}),
            Sample("A03", "M2", more={"PV1": {36: "19", 37: "1"}, "PV2": {9: "20260309"}}),
            Sample("A99", "M3"),
            Sample(message_id="M4", nhs="", local=""),
        )
        raw = b"".join(sample.raw() for sample in samples)
        report = check_feed([SampleFile("sample.hl7", raw)], ITK, each=True)

        assert [(row.message, row.outcome, row.becomes) for row in report.each] == [
            (
                "ADT^A01",
                "interpreted",
                f"{BOTH}; stay admitted, by visit number, ward (sex-unmapped)",
            ),
            (
                "ADT^A03",
                "interpreted",
                f"{BOTH}; stay discharged, by visit number, {LEFT}, ward, expected discharge",
            ),
            ("ADT^A99", "not-used", "Message type not used (ADT^A99)"),
            ("ADT^A01", "parked", "The profile does not know the number (no-usable-identifier)"),
        ]
        assert report.each[0].unmapped == ("PID-8 Q",)
        assert "ASHDOWN" not in report.model_dump_json()
        assert checked(*samples).each == ()

    @pytest.mark.parametrize(("threshold", "passes"), [(0.0, False), (49.9, False), (50.0, True)])
    def test_given_a_threshold_then_a_share_up_to_it_passes(self, threshold: float, passes: bool) -> None:
        report = checked(Sample(), Sample(nhs="", local=""))

        assert report.passes(threshold) is passes

    def test_given_nothing_that_would_be_used_then_no_threshold_helps(self) -> None:
        assert not checked(Sample(processing="T")).passes(100.0)
        assert not check_feed([], ITK).passes(100.0)

    def test_given_our_own_fault_then_the_check_goes_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("fhir_adapters.hl7v2.interpret.interpret", lambda *_: 1 / 0)

        assert [row.reason for row in checked(Sample()).outcomes] == ["fault-ZeroDivisionError"]


class TestFields:
    def test_given_messages_then_filled_and_understood_are_told_apart(self) -> None:
        report = checked(*many(3), Sample(more={"PID": {8: "", 7: "never"}}), Sample(more={"PID": {8: "Q"}}))

        assert (found(report, "sex").of, found(report, "sex").filled, found(report, "sex").understood) == (
            5,
            4,
            3,
        )
        assert found(report, "birth date").understood == 4

    def test_given_an_expected_date_then_the_field_it_came_from_is_told(self) -> None:
        report = checked(
            Sample(more={"PV2": {9: "20260310"}}),
            Sample(trigger="A16", more={"EVN": {3: "20260311"}}),
            Sample(),
        )

        assert found(report, "expected discharge").how == {"PV2-9": 1, "EVN-3": 1}
        assert found(report, "expected discharge").filled == 2

    def test_given_destinations_then_how_they_were_told_apart_is_counted(self) -> None:
        pairs = [{36: "19", 37: "1"}, {36: "1", 37: "19"}, {36: "Home"}, {36: "Feeling great"}, {}]
        report = checked(*(Sample(trigger="A03", more={"PV1": pair}) for pair in pairs))

        row = found(report, "destination")
        assert (row.of, row.filled, row.understood) == (5, 4, 3)
        assert row.how == {"profile": 1, "swapped": 1, "words": 1, "unmapped": 1}

    def test_given_numbers_then_each_way_of_writing_names_its_pattern(self) -> None:
        report = checked(*many(2))

        assert [(row.authority, row.type, row.taken_as, row.named) for row in report.numbers] == [
            ("NHS", "NH", "nhs", True),
            ("RXH", "MR", "local", True),
        ]


class TestSuggestions:
    def test_given_an_authority_that_no_pattern_names_then_the_pattern_is_written_out(self) -> None:
        report = checked(*many(4, more={"PID": {3: "9990000018^^^NHS^NH~X1^^^UCLH^MRN"}}))

        assert suggested(report, "identifiers.local") == [
            (
                "a number with authority UCLH and type MRN in PID-3 was seen 4 times; only a "
                "pattern for any number matches it: add {field: 3, authority: UCLH, type: MRN}"
            )
        ]

    def test_given_nhs_numbers_under_another_name_then_they_are_recognised(self) -> None:
        report = checked(*many(3, more={"PID": {3: "9990000018^^^SPINE^SP~H1^^^RXH^MR"}}))

        assert suggested(report, "identifiers.nhs_number")[0].startswith(
            "a number with authority SPINE and type SP in PID-3 was seen 3 times, 100 % of them valid NHS"
        )

    def test_given_no_pattern_takes_it_then_it_says_so(self) -> None:
        narrow = IdentifierPatterns(
            nhs_number=ITK.identifiers.nhs_number, local=(IdentifierPattern(field=3, type="PI"),)
        )
        report = checked(*many(3), profile=ITK.model_copy(update={"identifiers": narrow}))

        assert (
            "no pattern matches it: add {field: 3, authority: RXH, type: MR}"
            in suggested(report, "identifiers.local")[0]
        )

    def test_given_single_digits_where_the_destination_should_be_then_the_other_field_is_proposed(
        self,
    ) -> None:
        report = checked(*many(4, trigger="A03", more={"PV1": {36: "1", 37: "19"}}))

        assert suggested(report, "discharge.destination_field") == [
            "PV1-36 holds single digits in 100 % of 4, PV1-37 a destination in 4: destination_field may be 37"
        ]

    def test_given_they_stand_as_the_profile_says_then_nothing_is_proposed(self) -> None:
        report = checked(*many(4, trigger="A03", more={"PV1": {36: "19", 37: "1"}}))

        assert suggested(report, "discharge.destination_field") == []

    def test_given_people_who_left_then_what_both_fields_hold_is_told_beside_what_they_are_taken_for(
        self,
    ) -> None:
        report = checked(*many(4, trigger="A03", more={"PV1": {36: "Home", 37: "1"}}))

        assert [
            (row.field, row.destinations, row.methods, row.words, row.taken_as) for row in report.leaving
        ] == [(36, 0, 0, 4, "destination"), (37, 0, 4, 0, "method")]
        assert checked(Sample()).leaving == ()

    def test_given_dates_to_come_then_each_field_with_one_is_told_and_whether_it_is_read(self) -> None:
        more = {"PV2": {9: "20260309"}}
        report = checked(*many(4, more=more, tail=(segment("ZVI", {23: "20260312"}),)))

        assert [(row.place, row.count, row.read) for row in report.later_dates] == [
            ("PV2-9", 4, True),
            ("ZVI-23", 4, False),
        ]

    def test_given_a_planned_length_of_stay_that_nothing_reads_then_the_key_is_told(self) -> None:
        obx = (segment("OBX", {3: "^^^DALOS", 5: "4"}),)

        assert "OBX DALOS" in suggested(checked(*many(3, tail=obx)), "length_of_stay")[0]
        carecast = checked(*many(3, tail=obx), profile=profile_named("carecast"))
        assert suggested(carecast, "length_of_stay") == []

    def test_given_an_empty_ward_component_then_another_is_proposed(self) -> None:
        report = checked(*many(4, location="ELM^^ELM-1"))

        assert suggested(report, "location.ward") == [
            "PV1-3 component 2 is always empty: ward may be component 1"
        ]

    def test_given_test_messages_then_the_way_to_check_them_is_told(self) -> None:
        assert (
            "MSH-11 is T in 3 messages"
            in suggested(checked(*many(3, processing="T")), "live_processing_ids")[0]
        )

    def test_given_no_expected_date_then_fields_with_later_dates_are_named(self) -> None:
        report = checked(*many(4, tail=(segment("ZVI", {23: "20260312"}),)))

        assert suggested(report, "expected_discharge") == [
            "no message holds an expected date in PV2-9; a date after the message is in ZVI-23 (4 times)"
        ]

    def test_given_a07_then_its_reason_is_told_until_the_profile_knows_it(self) -> None:
        samples = many(2, trigger="A07", more={"EVN": {4: "ADTDE"}})
        known = ITK.model_copy(
            update={"deleted_when": (DeletedWhen(trigger="A07", place="EVN-4", values=frozenset({"ADTDE"})),)}
        )

        assert (
            "add {trigger: A07, place: EVN-4, values: [ADTDE]}"
            in suggested(checked(*samples), "deleted_when")[0]
        )
        assert suggested(checked(*samples, profile=known), "deleted_when") == []

    def test_given_times_that_cannot_be_read_then_their_field_is_told(self) -> None:
        report = checked(*many(3), Sample(more={"EVN": {2: "01/15/2026 14:30:00"}}))

        assert suggested(report, "") == [
            "1 of 4 times in EVN-2 cannot be read: ask the sender for YYYYMMDDHHMM"
        ]

    def test_given_delete_markers_then_what_they_do_is_told(self) -> None:
        report = checked(*many(2, more={"PV2": {9: '""'}}))

        assert (
            "are in PV2-9 (2); with this profile this deletes what was known"
            in suggested(report, "delete_marker")[0]
        )


@given(st.lists(LINES | st.binary(max_size=40), max_size=8), st.sampled_from(list(shipped_profiles())))
def test_given_any_bytes_then_the_check_ends_and_every_message_has_an_outcome(
    pieces: list[bytes], profile: Profile
) -> None:
    report = check_feed([SampleFile("any", b"".join(pieces))], profile)

    assert sum(row.count for row in report.outcomes) == report.messages
    assert not [row.reason for row in report.outcomes if row.reason.startswith("fault-")]


class TestWhatIsKeptBack:
    PERSONAL = (
        "9990000018",
        "H100",
        "ASHDOWN",
        "JOAN",
        "ACACIA",
        "LS1",
        "19410502",
        "1941-05-02",
        "07700900123",
        "Sister will fetch her",
        "CARTWRIGHT",
    )

    @staticmethod
    def report(*, show_values: bool) -> str:
        samples = [
            Sample(more={"PV1": {36: "Sister will fetch her", 2: "9990000018"}, "PID": {8: "CARTWRIGHT"}}),
            Sample(nhs="", local="", more={"PID": {3: "9990000018^^^ASHDOWN 9990000018^ZZ"}}),
            Sample(trigger="A99", application="PAS 9990000018"),
        ]
        files = [SampleFile("ward 9990000018.hl7", b"".join(sample.raw() for sample in samples))]
        return check_feed(files, ITK, show_values=show_values).model_dump_json()

    def test_given_a_report_then_nothing_about_a_person_is_in_it(self) -> None:
        told = self.report(show_values=False).replace("ASHDOWN (number)", "")

        assert [word for word in self.PERSONAL if word in told] == []
        assert "(AAAAAA AAAA AAAAA AAA, not shown)" in told

    def test_given_somebody_asks_for_values_then_they_are_told(self) -> None:
        assert "Sister will fetch her" in self.report(show_values=True)

    @pytest.mark.parametrize(
        ("value", "count", "told"),
        [
            ("I", 1, "I"),
            ("NEWB", 1, "NEWB"),
            ("ARRIVED", 3, "ARRIVED"),
            ("ARRIVED", 2, "(AAAAAAA, not shown)"),
            ("999 000 0018", 50, "(999 999 9999, not shown)"),
            ("Müller", 9, "(AAAAAA, not shown)"),
        ],
    )
    def test_given_a_value_then_it_is_shown_only_where_it_is_a_code(
        self, value: str, count: int, told: str
    ) -> None:
        assert shown(value, count) == told

    def test_given_names_of_systems_and_files_then_only_long_numbers_are_left_out(self) -> None:
        assert system_word("2.16.840.1.113883.3.2540.1") == "2.16.840.1.113883.3.2540.1"
        assert system_word("PAS 9990000018") == "PAS (number)"
        assert file_name("joan 999 000 0018.hl7") == "joan (number).hl7"
        assert shape("01/15/2026 by A") == "99/99/9999 AA A"
