"""What a message says of a person: PID, NK1, and whether where they are is hidden."""

from __future__ import annotations

from datetime import date

import pytest

from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.facts import Parked
from tests.fhir_adapters.hl7v2.interpret.said import CERNER, ITK, interpretation, interpreted, person
from tests.fhir_adapters.hl7v2.samples import NHS, Sample


def pid(field: int, value: str) -> Sample:
    return Sample(more={"PID": {field: value}})


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

    def test_given_several_numbers_and_what_else_they_are_then_all_of_it_is_read(self) -> None:
        tail = ("NK1|1|ASHDOWN^PAUL|15||07700900456^PRN^CP~01134960055^PRN|01134960066^WPN|KEY HOLDER",)

        found = person(Sample(tail=tail)).contacts

        assert found is not None
        assert [each.value for each in found[0].telecoms] == ["07700900456", "01134960055", "01134960066"]
        assert (found[0].relationship, found[0].contact_role) == ("15", "KEY HOLDER")

    def test_given_a_number_without_a_name_then_it_is_left_out_and_noted(self) -> None:
        told = interpreted(Sample(tail=("NK1|1||15||07700900456", "NK1|2")))

        assert told.notes == ("contact-without-name",)

    @pytest.mark.parametrize("written", ["EX DIRECTORY", "1234"])
    def test_given_a_telephone_that_is_none_then_it_is_left_out_and_noted(self, written: str) -> None:
        assert interpreted(pid(13, f"{written}~01134960000")).notes == ("telephone-unreadable",)
        kin = Sample(tail=(f"NK1|1|ASHDOWN^PAUL|15||{written}",))
        assert interpreted(kin).notes == ("telephone-unreadable",)

    @pytest.mark.parametrize("written", ["(000)000-0000", "000", '""', "UNKNOWN", ""])
    def test_given_a_dummy_for_not_known_then_nothing_is_noted(self, written: str) -> None:
        assert interpreted(pid(13, written)).notes == ()


class TestPractitioners:
    @pytest.mark.parametrize(
        ("pd1", "name", "code", "notes"),
        [
            ("G8404231^CHIVERS^ANDY^^^DR", "DR ANDY CHIVERS", "G8404231", ()),
            ('G8404231^CHIVERS^ANDY^ABDUS^^^^""^EXTID', "ANDY CHIVERS", "G8404231", ()),
            ("A81001~G8404231^CHIVERS^ANDY", "ANDY CHIVERS", "G8404231", ()),
            ("D1^MOLAR^MAY~G8404231^CHIVERS^ANDY", "ANDY CHIVERS", "G8404231", ("practitioner-not-used",)),
            ("C5^BAMBY^JD^^^DR^^NATGP", "DR JD BAMBY", "C5", ()),
        ],
    )
    def test_given_pd1_4_then_the_gp_among_its_repetitions_is_read(
        self, pd1: str, name: str, code: str, notes: tuple[str, ...]
    ) -> None:
        sample = Sample(more={"PD1": {3: "QUARRY SURGERY^^A81001", 4: pd1}})
        found = person(sample)

        assert found.gp is not None
        assert (found.gp.name, found.gp.code) == (name, code)
        assert (found.practice, found.practice_name) == ("A81001", "QUARRY SURGERY")
        assert interpreted(sample).notes == notes

    @pytest.mark.parametrize("pd1", ["", '""', "A81001", "UNKNOWN^UNKNOWN"])
    def test_given_no_doctor_by_name_then_nothing_is_said_of_one(self, pd1: str) -> None:
        assert person(Sample(more={"PD1": {4: pd1}})).gp is None

    def test_given_a_rol_segment_then_the_gp_and_their_telephone_are_read(self) -> None:
        gp = "ROL|1|AD|PP^Primary Care Provider|G8404231^CHIVERS^ANDY^^^DR||||||||01134960088^WPN"
        ended = "ROL|2|DE|PP|G1^GONE^GUS"
        other = "ROL|3|AD|AT|C1^OTHER^OLA"

        found = person(Sample(tail=(ended, other, gp)))

        assert found.gp is not None
        assert found.gp.name == "DR ANDY CHIVERS"
        assert [each.value for each in found.gp.telecoms] == ["01134960088"]

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({7: "C001^Forster^Richard^^^Dr^^^DRNBR"}, "Dr Richard Forster"),
            ({7: "C3262182_Forster"}, "Forster"),
            ({9: "C1^MAIN^MO~C2^OTHER^OLA"}, "MO MAIN"),
            ({7: "C001", 9: "C1^MAIN^MO"}, "MO MAIN"),
        ],
    )
    def test_given_a_stay_then_its_consultant_is_read(self, fields: dict[int, str], name: str) -> None:
        found = person(Sample(more={"PV1": fields})).consultant

        assert found is not None
        assert found.name == name

    def test_given_a_message_about_no_stay_then_nobody_is_the_consultant(self) -> None:
        assert person(Sample("A31", more={"PV1": {7: "C001^Forster^Richard"}})).consultant is None


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
