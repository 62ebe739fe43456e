"""What leaves as FHIR: valid, with its key, and never an address that must stay hidden."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from discharge.cases.outbox_items import STOPPED, TASK_STATUS
from discharge.codes.casework import CASE_OUTCOMES
from discharge.errors import ERRORS, HomewardError
from fhir_adapters.fhir.bindings import binding_problems
from fhir_adapters.fhir.modifiers import walk
from fhir_adapters.fhir.outbound import Occasion, outgoing_resource
from fhir_adapters.fhir.outcome import operation_outcome
from fhir_adapters.fhir.parser import check_resource
from fhir_adapters.fhir.people import LocalNumber, OrganisationFacts, PersonFacts, patient
from fhir_adapters.fhir.stages import BY_OUTCOME, BY_STAGE

ADDRESS = ("4 Larch Walk", "Harrow Vale")


def person(**more: Any) -> PersonFacts:
    known: dict[str, Any] = {
        "person_id": uuid4(),
        "nhs_number": "9990000018",
        "family_name": "Ashdown",
        "given_name": "Edith May",
        "birth_date": date(1941, 5, 2),
        "sex": "F",
        "address_lines": ADDRESS,
        "postcode": "ZZ99 3VZ",
    }
    return PersonFacts(**(known | more))


def occasion(who: PersonFacts | None = None, key: UUID | None = None) -> Occasion:
    return Occasion(
        key=key or uuid4(),
        case_id=uuid4(),
        person=who or person(),
        sender=OrganisationFacts(uuid4(), "HHP", "Homeward Housing Partnership"),
        receiver=OrganisationFacts(uuid4(), "RXH", "Harrow Vale Hospitals", ods_code="RXH"),
        sent_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    )


ORDER = {
    "status": "requested",
    "strand": "adaptation/1",
    "item": "straight-stairlift",
    "due_on": "2026-03-20",
    "step": "started",
}
ALERT = {
    "alert_id": str(uuid4()),
    "rule": "no-safe-address",
    "level": "STOP",
    "fact": "No safe address is confirmed: the answer is unknown",
    "threshold": "a safe address is confirmed",
    "source": "Duty to refer guidance",
    "raised_at": "2026-03-02T09:00:00+00:00",
}


HAZARD = {
    "status": "requested",
    "hazard": "hazard/1",
    "item": "damp-mould",
    "scheme": "2006",
    "room": "bedroom",
    "severity": "emergency",
    "found_on": "2026-03-01",
    "told_at": "2026-03-02T09:00:00+00:00",
}
STAY = {"notice": "a/admitted/b/2026-03-02", "news": "admitted", "day": "2026-03-02"}


@pytest.mark.parametrize(("news", "said"), [("admitted", "came into"), ("discharged", "left hospital")])
def test_given_a_stay_when_a_landlord_is_told_then_it_says_who_and_when_and_nothing_of_why(
    news: str, said: str
) -> None:
    told = outgoing_resource("stay-notice", {**STAY, "news": news}, occasion(person(address_lines=())))
    check_resource(told)
    words = told["payload"][0]["contentString"]
    assert said in words
    assert "2026-03-02" in words
    assert told["contained"][0]["name"][0]["family"] == "Ashdown"
    for hidden in ("Larch", "reasonCode"):
        assert hidden not in json.dumps(told)


@pytest.mark.parametrize(("status", "stage"), sorted(set(TASK_STATUS.values())))
def test_given_each_turn_of_a_case_when_told_then_the_task_is_valid(status: str, stage: str) -> None:
    content = {"status": status, "stage": stage, "external_id": "https://t.example|R-1", "reason": None}
    task = outgoing_resource("task-status", content, occasion())
    check_resource(task)

    assert task["status"] == status
    assert task["focus"]["identifier"] == {"system": "https://t.example", "value": "R-1"}
    assert task["businessStatus"]["coding"][0]["code"] == stage


def test_given_a_status_when_told_then_it_names_the_person_by_number_alone() -> None:
    content = {"status": "accepted", "stage": "accepted", "external_id": None}
    text = json.dumps(outgoing_resource("task-status", content, occasion()))

    assert "9990000018" in text
    for hidden in ("Ashdown", "Larch", "1941"):
        assert hidden not in text


def test_given_anything_when_told_then_what_it_refers_to_is_named_by_a_number_of_the_receiver() -> None:
    status = {"status": "accepted", "stage": "accepted", "external_id": None}
    for kind, content in (
        ("order", ORDER),
        ("alert", ALERT),
        ("stay-notice", STAY),
        ("hazard", HAZARD),
        ("task-status", status),
    ):
        for path, node in walk(outgoing_resource(kind, content, occasion()), kind):
            assert node.get("reference", "#person") == "#person", path


def test_given_numbers_of_the_sender_when_told_then_they_come_back_as_they_were_given() -> None:
    expected = {
        "https://t.example|R|1": {"system": "https://t.example|R", "value": "1"},
        "urn:oid:2.16.840.1|R-1": {"system": "urn:oid:2.16.840.1", "value": "R-1"},
        "RXH|R77": {"value": "R77", "assigner": {"display": "RXH"}},
        "|R-1": {"value": "R-1"},
        "R-1": {"value": "R-1"},
    }
    for kept, identifier in expected.items():
        content = {"status": "accepted", "stage": "accepted", "external_id": kept}
        task = outgoing_resource("task-status", content, occasion())
        check_resource(task)
        assert task["focus"]["identifier"] == identifier


def test_given_no_nhs_number_when_told_then_the_receivers_own_number_names_the_person() -> None:
    content = {"status": "accepted", "stage": "accepted", "external_id": None}
    numbers = (LocalNumber("https://t.example/mrn", "M-1"),)
    known = outgoing_resource(
        "task-status", content, occasion(person(nhs_number=None, local_numbers=numbers))
    )
    unknown = outgoing_resource("task-status", content, occasion(person(nhs_number=None)))

    assert known["for"]["identifier"] == {"system": "https://t.example/mrn", "value": "M-1"}
    assert unknown["for"]["identifier"]["system"] == "https://homeward.example/fhir/Id/person"
    order = outgoing_resource("order", ORDER, occasion(person(local_numbers=numbers)))
    assert [each["value"] for each in order["contained"][0]["identifier"]] == ["9990000018", "M-1"]


def test_given_an_order_when_told_then_the_address_goes_with_it() -> None:
    task = outgoing_resource("order", ORDER, occasion())
    check_resource(task)

    assert task["contained"][0]["address"][0]["line"] == list(ADDRESS)
    assert task["restriction"]["period"]["end"] == "2026-03-20"


def test_given_a_hazard_when_told_then_place_severity_and_since_when_go_with_the_address() -> None:
    task = outgoing_resource("hazard", HAZARD, occasion())
    check_resource(task)

    assert task["description"] == "Damp and mould growth in the bedroom"
    assert (task["priority"], task["executionPeriod"]["start"]) == ("stat", HAZARD["told_at"])
    assert task["contained"][0]["address"][0]["line"] == list(ADDRESS)


def test_given_a_hidden_location_when_anything_is_told_then_no_address_leaves() -> None:
    hidden = occasion(person(location_hidden=True))
    status = {"status": "accepted", "stage": "accepted", "external_id": None}
    for kind, content in (("order", ORDER), ("alert", ALERT), ("stay-notice", STAY), ("task-status", status)):
        resource = outgoing_resource(kind, content, hidden)
        check_resource(resource)
        assert "Larch" not in json.dumps(resource)
        assert "ZZ99" not in json.dumps(resource)
    assert "withheld" in json.dumps(outgoing_resource("order", ORDER, hidden))


def test_given_an_alert_when_told_then_it_names_fact_threshold_and_source() -> None:
    communication = outgoing_resource("alert", ALERT, occasion())
    check_resource(communication)
    words = communication["payload"][0]["contentString"]

    assert all(str(ALERT[part]) in words for part in ("fact", "threshold", "source"))
    assert communication["priority"] == "stat"


def test_given_a_fact_that_is_a_whole_sentence_when_told_then_it_ends_once() -> None:
    told = outgoing_resource("alert", {**ALERT, "fact": "Nobody called."}, occasion())
    assert told["payload"][0]["contentString"].startswith("Nobody called. Threshold: ")


def test_given_the_same_item_when_built_again_then_its_key_is_the_same() -> None:
    key = uuid4()
    first, second = (outgoing_resource("order", ORDER, occasion(key=key)) for _ in range(2))

    assert first["identifier"] == second["identifier"]
    assert first["identifier"][0]["value"] == str(key)


def test_given_a_person_when_shown_then_the_patient_is_valid_and_keeps_the_birth_date() -> None:
    shown = patient(person(deceased=True))
    check_resource(shown)

    assert (shown["birthDate"], shown["gender"], shown["deceasedBoolean"]) == ("1941-05-02", "female", True)
    assert "address" not in patient(person(location_hidden=True))


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_given_every_row_of_the_errors_when_told_then_the_outcome_is_valid_and_carries_its_code(
    code: str,
) -> None:
    outcome = operation_outcome(HomewardError(code, detail="field", where="ServiceRequest.status"))
    resource = check_resource(outcome, {"OperationOutcome"})
    issue = outcome["issue"][0]

    assert binding_problems(resource, "OperationOutcome") == []
    assert issue["code"] == ERRORS[code].issue
    assert {"system": "https://homeward.example/fhir/CodeSystem/error", "code": code} in [
        {key: coding[key] for key in ("system", "code")} for coding in issue["details"]["coding"]
    ]


def test_given_every_stage_and_outcome_when_said_in_fhir_then_there_are_words_for_it() -> None:
    requests = {"active", "completed", "revoked", "entered-in-error"}

    assert {reading.service_request for reading in (*BY_STAGE.values(), *BY_OUTCOME.values())} <= requests
    assert {row.code for row in CASE_OUTCOMES} >= set(BY_OUTCOME)
    for outcome in STOPPED:
        assert BY_OUTCOME[outcome].task == "cancelled"
