"""What a message says of a stay: EVN, PV1, PV2 and ZU1."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.fhir_adapters.hl7v2.interpret.said import CERNER, interpreted, stay
from tests.fhir_adapters.hl7v2.samples import Sample


def pv1(**fields: str) -> Sample:
    return Sample(more={"PV1": {int(name[1:]): value for name, value in fields.items()}})


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
