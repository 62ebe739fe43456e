"""Reading FHIR: structure and required bindings, each fault at its element; no input is repeated."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.fhir.parser import check_resource, read_json
from fhir_adapters.fhir.problems import MOST_PROBLEMS, FhirRefused

TASK = {"resourceType": "Task", "status": "requested", "intent": "order"}
ENCOUNTER = {
    "resourceType": "Encounter",
    "status": "in-progress",
    "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
}


def refusal(document: dict[str, Any]) -> FhirRefused:
    with pytest.raises(FhirRefused) as caught:
        check_resource(document)
    return caught.value


@pytest.mark.parametrize(
    ("document", "where"),
    [
        (TASK | {"status": "begun"}, "Task.status"),
        (TASK | {"intent": "hope"}, "Task.intent"),
        (TASK | {"priority": "now"}, "Task.priority"),
        (ENCOUNTER | {"status": "asleep"}, "Encounter.status"),
        ({"resourceType": "Patient", "gender": "F"}, "Patient.gender"),
        ({"resourceType": "Patient", "name": [{"use": "best"}]}, "Patient.name[0].use"),
        ({"resourceType": "Patient", "telecom": [{"system": "pigeon"}]}, "Patient.telecom[0].system"),
        ({"resourceType": "Bundle", "type": "parcel"}, "Bundle.type"),
        (
            {
                "resourceType": "Bundle",
                "type": "transaction",
                "entry": [{"request": {"method": "SEND", "url": "Task"}}],
            },
            "Bundle.entry[0].request.method",
        ),
        ({"resourceType": "Location", "status": "open"}, "Location.status"),
        ({"resourceType": "Communication", "status": "said"}, "Communication.status"),
    ],
)
def test_given_a_code_outside_a_required_list_when_read_then_its_element_is_named(
    document: dict[str, Any], where: str
) -> None:
    error = refusal(document)

    assert (error.code, error.where) == ("code-not-in-value-set", where)


def test_given_every_code_of_the_lists_when_read_then_none_is_refused() -> None:
    for status in ("draft", "on-hold", "cancelled", "in-progress", "failed", "entered-in-error"):
        check_resource(TASK | {"status": status})
    for status in ("planned", "onleave", "finished", "entered-in-error", "unknown"):
        check_resource(ENCOUNTER | {"status": status})


def test_given_several_faults_when_read_then_all_are_told() -> None:
    error = refusal({"resourceType": "ServiceRequest", "shoes": 1, "hat": 2})

    assert {problem.where for problem in error.problems} >= {"ServiceRequest.shoes", "ServiceRequest.hat"}


def test_given_very_many_faults_when_read_then_the_answer_stays_short() -> None:
    error = refusal({"resourceType": "Patient"} | {f"extra{n}": n for n in range(200)})

    assert len(error.problems) == MOST_PROBLEMS


def test_given_a_resource_inside_a_bundle_when_faulty_then_the_path_leads_to_it() -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": {"resourceType": "Patient", "shoes": 1}},
            {"resource": {"resourceType": "Hat"}},
        ],
    }
    places = [problem.where for problem in refusal(bundle).problems]

    assert places == ["Bundle.entry[0].resource.shoes", "Bundle.entry[1].resource.resourceType"]


def test_given_a_type_that_is_not_taken_when_read_then_those_taken_are_named() -> None:
    error = refusal({"resourceType": "Medication"})

    assert (error.code, error.where) == ("invalid-fhir", "Medication.resourceType")
    assert "ServiceRequest" in error.detail


def outcome_of(read: Callable[[], Any]) -> Any:
    """What was read, or why not."""
    try:
        return read()
    except FhirRefused as error:
        return error


@given(st.text(alphabet="XQZ0123456789\u00e9\u4e00", min_size=3))
def test_given_any_text_as_a_code_when_refused_then_the_answer_does_not_repeat_it(text: str) -> None:
    error = refusal({"resourceType": "Patient", "gender": text})

    assert text not in f"{error.detail} {error.where}"


@given(st.binary(max_size=300))
def test_given_any_bytes_when_read_then_they_are_json_or_refused(raw: bytes) -> None:
    outcome = outcome_of(lambda: read_json(raw))

    assert isinstance(outcome, dict) or outcome.code in {"invalid-fhir", "not-utf8", "limits"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(
    st.sampled_from(["ServiceRequest", "Patient", "Bundle", "Task"]),
    st.dictionaries(
        st.sampled_from(
            [
                "status",
                "intent",
                "subject",
                "contained",
                "entry",
                "identifier",
                "name",
                "gender",
                "type",
                "code",
            ]
        ),
        json_values,
    ),
)
def test_given_any_shape_when_checked_then_it_is_a_resource_or_a_coded_refusal(
    kind: str, elements: dict[str, Any]
) -> None:
    document = elements | {"resourceType": kind}
    outcome = outcome_of(lambda: check_resource(document))

    if isinstance(outcome, FhirRefused):
        assert outcome.problems
        assert all(problem.where for problem in outcome.problems)
    else:
        assert type(outcome).__name__ == kind


def test_given_the_specifications_own_examples_when_read_then_none_is_refused() -> None:
    corpora = os.environ.get("HOMEWARD_CORPORA")
    if not corpora:
        pytest.skip("HOMEWARD_CORPORA is not set: no published examples here")
    folder = Path(corpora) / "fhir" / "google__fhir"
    names = ("ServiceRequest", "Patient", "Task", "Encounter", "Location", "Communication", "Organization")
    files = [file for file in folder.rglob("*.json") if file.name.startswith(names)]

    assert files
    for file in files:
        check_resource(read_json(file.read_bytes()), wanted=names)
