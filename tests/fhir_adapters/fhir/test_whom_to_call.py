"""Whom to call by a Patient: what is in force is taken, and what is not taken is named item by item."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.fhir.bundles import read_transaction
from fhir_adapters.fhir.referral import read_referral
from fhir_adapters.people.reach import NOBODY, Contact, Practitioner, ReferredContacts, Telecom

TODAY = date(2026, 3, 2)
NHS = "https://fhir.nhs.uk/Id/nhs-number"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
ROLES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
CONTACT_ROLES = "http://terminology.hl7.org/CodeSystem/v2-0131"


def referral(patient: Mapping[str, Any], *contained: Mapping[str, Any]) -> dict[str, Any]:
    who = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": NHS, "value": "9990000018"}],
        "name": [{"family": "Ashdown", "given": ["Edith"]}],
        "birthDate": "1941-05-02",
    }
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "contained": [{**who, **patient}, *contained],
        "subject": {"reference": "#p"},
    }


def read(patient: Mapping[str, Any], *contained: Mapping[str, Any]) -> tuple[ReferredContacts, str]:
    """Whom to call, and the note that names what was not read."""
    found = read_referral(referral(patient, *contained), TODAY)
    return found.contacts, found.values.note or ""


def unread(*names: str) -> str:
    return f"Sent with the referral and not read here: {', '.join(names)}. See the message."


def test_given_a_patient_who_says_nothing_of_it_then_nobody_is_named() -> None:
    assert read({}) == (NOBODY, "")
    assert not NOBODY.says_anything


def test_given_numbers_then_each_is_taken_as_what_it_is_in_the_order_of_their_rank() -> None:
    said, note = read(
        {
            "telecom": [
                {"system": "phone", "value": "0113 496 0001", "rank": 2},
                {"system": "phone", "value": "tel:+44 1632 960003", "use": "mobile"},
                {"system": "phone", "value": "07700 900123", "rank": 1},
                {"system": "sms", "value": "01632 960009"},
                {"system": "email", "value": "mailto:edith@example.org"},
                {"value": "ruth@example.org"},
            ]
        }
    )
    assert said.telecoms == (
        Telecom(kind="mobile", value="07700 900123"),
        Telecom(kind="phone", value="0113 496 0001"),
        Telecom(kind="mobile", value="+44 1632 960003"),
        Telecom(kind="mobile", value="01632 960009"),
        Telecom(kind="email", value="edith@example.org"),
        Telecom(kind="email", value="ruth@example.org"),
    )
    assert note == ""


@pytest.mark.parametrize(
    ("item", "left"),
    [
        ({"system": "phone", "value": "0113 496 0001", "use": "old"}, " (not in force)"),
        ({"system": "phone", "value": "0113 496 0001", "period": {"end": "2026-03-01"}}, " (not in force)"),
        ({"system": "phone", "value": "0113 496 0001", "period": {"start": "2026-03-03"}}, " (not in force)"),
        ({"system": "fax", "value": "0113 496 0001"}, " (fax)"),
        ({"system": "other", "value": "0113 496 0001"}, " (other)"),
        ({"system": "phone", "value": "000000000"}, " (no telephone number)"),
        ({"system": "phone", "value": "01632 960001 or 07700 900321"}, " (more than one number)"),
        ({"system": "phone", "use": "home"}, " (no value)"),
        ({"system": "email", "value": "a" * 201}, " (too long)"),
    ],
)
def test_given_a_number_that_is_not_taken_then_it_is_named_with_the_reason_and_the_others_stay(
    item: dict[str, Any], left: str
) -> None:
    said, note = read({"telecom": [{"system": "phone", "value": "0113 496 0002"}, item]})
    assert said.telecoms == (Telecom(kind="phone", value="0113 496 0002"),)
    assert note == unread(f"Patient.telecom[1]{left}")


def test_given_only_numbers_that_have_ended_then_the_sender_says_that_none_is_left() -> None:
    said, _ = read({"telecom": [{"system": "phone", "value": "0113 496 0001", "use": "old"}]})
    assert said == ReferredContacts(telecoms=())
    assert said.says_anything


@pytest.mark.parametrize(
    ("patient", "named"),
    [
        ({"telecom": [{"system": "fax", "value": "0113 496 0001"}]}, "Patient.telecom[0] (fax)"),
        (
            {"contact": [{"telecom": [{"system": "phone", "value": "07700 900333"}]}]},
            "Patient.contact[0] (no name)",
        ),
    ],
)
def test_given_a_list_in_which_nothing_can_be_read_then_it_takes_nothing_away(
    patient: dict[str, Any], named: str
) -> None:
    assert read(patient) == (NOBODY, unread(named))


def test_given_contacts_that_are_all_over_then_the_sender_says_that_none_is_left() -> None:
    said, _ = read({"contact": [{"name": {"text": "Ruth"}, "period": {"end": "2020"}}]})
    assert said == ReferredContacts(contacts=())


def test_given_contacts_then_names_numbers_and_relationships_are_taken_and_the_rest_is_named() -> None:
    said, note = read(
        {
            "contact": [
                {
                    "relationship": [
                        {"coding": [{"system": ROLES, "code": "DAU", "display": "daughter"}]},
                        {"text": "Speaks for her"},
                        {"text": "Key holder"},
                    ],
                    "name": {"prefix": ["Mrs"], "given": ["Ruth"], "family": "Ashdown"},
                    "telecom": [
                        {"system": "phone", "value": "07700 900222"},
                        {"system": "phone", "value": "07700 900111", "use": "old"},
                    ],
                    "address": {"line": ["2 Invented Row"]},
                },
                {"name": {"text": "Paul"}, "period": {"end": "2020"}},
                {"telecom": [{"system": "phone", "value": "07700 900333"}]},
                {"organization": {"display": "Elm Care"}, "relationship": [{"coding": [{"code": "ZZ"}]}]},
            ]
        }
    )
    assert said.contacts == (
        Contact(
            name="Mrs Ruth Ashdown",
            relationship="DAU",
            contact_role="Key holder",
            telecoms=(Telecom(kind="mobile", value="07700 900222"),),
        ),
        Contact(name="Elm Care", relationship="ZZ"),
    )
    assert note == unread(
        "Patient.contact[0].address",
        "Patient.contact[0].relationship[1]",
        "Patient.contact[0].telecom[1] (not in force)",
        "Patient.contact[1] (not in force)",
        "Patient.contact[2] (no name)",
    )


@pytest.mark.parametrize(
    ("concept", "relationship", "role"),
    [
        (
            {"coding": [{"system": ROLES, "code": "DAU", "display": "daughter"}], "text": "Daughter"},
            "DAU",
            "",
        ),
        (
            {"coding": [{"system": ROLES, "code": "DAU"}], "text": "Daughter - do not ring"},
            "DAU",
            "Daughter - do not ring",
        ),
        ({"coding": [{"system": "https://x.example", "code": "7", "display": "Friend"}]}, "Friend", ""),
        ({"coding": [{"system": "https://x.example", "code": "DAU"}]}, "DAU", ""),
        (
            {"coding": [{"system": ROLES, "code": "DAU"}, {"system": CONTACT_ROLES, "code": "C"}]},
            "DAU",
            "C",
        ),
    ],
)
def test_given_who_somebody_is_in_codes_and_words_then_no_word_is_lost(
    concept: dict[str, Any], relationship: str, role: str
) -> None:
    said, note = read({"contact": [{"name": {"text": "Ruth"}, "relationship": [concept]}]})
    assert said.contacts == (Contact(name="Ruth", relationship=relationship, contact_role=role),)
    assert note == ""


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ({"given": ["Ruth"], "family": "Pell", "text": "Ruth Pell"}, "Ruth Pell"),
        ({"given": ["Ruth"], "family": "Pell", "text": "Pell"}, "Ruth Pell"),
        ({"given": ["Ruth"], "family": "Pell", "text": "Ruth Pell works nights"}, "Ruth Pell works nights"),
        ({"given": ["Ruth"], "family": "Pell", "suffix": ["MBE"]}, "Ruth Pell MBE"),
        ({"text": "\u202eRuth\u00a0Pell\u202c"}, "Ruth Pell"),
    ],
)
def test_given_a_name_in_parts_and_words_then_what_says_more_is_taken(
    name: dict[str, Any], spoken: str
) -> None:
    said, _ = read({"contact": [{"name": name}]})
    assert said.contacts == (Contact(name=spoken),)


PRACTICE = {
    "resourceType": "Organization",
    "id": "o",
    "identifier": [{"system": ODS, "value": "B86001"}],
    "name": "Elm Surgery",
}
DOCTOR = {
    "resourceType": "Practitioner",
    "id": "d",
    "identifier": [{"value": "G8404231"}],
    "name": [{"prefix": ["Dr"], "given": ["Andy"], "family": "Chivers"}],
    "telecom": [{"system": "phone", "value": "0113 496 0088"}],
}
ROLE = {
    "resourceType": "PractitionerRole",
    "id": "r",
    "practitioner": {"reference": "#d"},
    "organization": {"reference": "#o"},
    "telecom": [{"system": "phone", "value": "0113 496 0099"}],
}
CHIVERS = Practitioner(name="Dr Andy Chivers", code="G8404231")
BY_PHONE = Telecom(kind="phone", value="0113 496 0088")
AT_WORK = Telecom(kind="phone", value="0113 496 0099")


@pytest.mark.parametrize(
    ("references", "beside", "practice", "doctor"),
    [
        (["#o"], [PRACTICE], ("B86001", "Elm Surgery"), None),
        (
            ["#d", "#o"],
            [DOCTOR, PRACTICE],
            ("B86001", "Elm Surgery"),
            CHIVERS.model_copy(update={"telecoms": (BY_PHONE,)}),
        ),
        (
            ["#r"],
            [ROLE, DOCTOR, PRACTICE],
            ("B86001", "Elm Surgery"),
            CHIVERS.model_copy(update={"telecoms": (AT_WORK, BY_PHONE)}),
        ),
    ],
)
def test_given_a_practice_and_a_doctor_beside_the_patient_then_both_are_taken(
    references: list[str],
    beside: list[dict[str, Any]],
    practice: tuple[str, str],
    doctor: Practitioner | None,
) -> None:
    said, note = read({"generalPractitioner": [{"reference": each} for each in references]}, *beside)
    assert ((said.practice, said.practice_name), said.gp) == (practice, doctor)
    assert note == ""


def test_given_a_practice_by_its_code_and_a_doctor_by_name_alone_then_both_are_taken() -> None:
    said, note = read(
        {
            "generalPractitioner": [
                {"identifier": {"system": ODS, "value": "B86001"}, "display": "Elm Surgery"},
                {"display": "Dr Andy Chivers"},
            ]
        }
    )
    assert (said.practice, said.practice_name, said.gp) == (
        "B86001",
        "Elm Surgery",
        Practitioner(name="Dr Andy Chivers"),
    )
    assert note == ""


@pytest.mark.parametrize(
    ("reference", "taken"),
    [
        ({"display": "Elm Surgery"}, False),
        ({"reference": "Organization/B86001", "display": "Elm Surgery"}, False),
        ({"type": "Organization", "display": "Dr Chivers and partners"}, False),
        (
            {
                "identifier": {"system": "https://fhir.nhs.uk/Id/ods-site-code", "value": "B86001"},
                "display": "Elm Surgery",
            },
            False,
        ),
        ({"display": "Dr. Andy Chivers"}, True),
        ({"type": "Practitioner", "display": "Andy Chivers"}, True),
        ({"reference": "https://trust.example/fhir/Practitioner/7", "display": "Andy Chivers"}, True),
    ],
)
def test_given_a_name_alone_then_it_is_a_doctor_only_where_it_says_so(
    reference: dict[str, Any], taken: bool
) -> None:
    said, note = read({"generalPractitioner": [reference, {"display": "Dr Brook"}]})
    assert said.gp is not None
    assert said.gp.name == (reference["display"] if taken else "Dr Brook")
    assert note.count("Patient.generalPractitioner") == 1


def test_given_general_practitioners_who_lead_nowhere_or_differ_then_each_is_named() -> None:
    said, note = read(
        {
            "generalPractitioner": [
                {"identifier": {"system": ODS, "value": "B86001"}},
                {"identifier": {"system": ODS, "value": "B86002"}},
                {"reference": "Organization/elsewhere"},
                {"type": "Organization", "display": "Oak Surgery"},
            ]
        }
    )
    assert (said.practice, said.gp) == ("B86001", None)
    nobody = " (names no practice by an ODS code in force, and nobody by name)"
    assert note == unread(
        "Patient.generalPractitioner[1] (another was named before)",
        f"Patient.generalPractitioner[2]{nobody}",
        f"Patient.generalPractitioner[3]{nobody}",
    )


ENDED = {"period": {"start": "2020-01-01", "end": "2021-01-01"}}


@pytest.mark.parametrize(
    ("reference", "beside"),
    [
        ({"identifier": {"system": ODS, "value": "B86777", **ENDED}, "type": "Organization"}, []),
        ({"identifier": {"system": ODS, "value": "B" * 21}}, []),
        ({"reference": "#o"}, [PRACTICE | {"identifier": [{"system": ODS, "value": "B86777", **ENDED}]}]),
        ({"reference": "#r"}, [ROLE | ENDED, DOCTOR, PRACTICE]),
    ],
)
def test_given_a_practice_or_a_doctor_who_is_not_in_force_then_nobody_is_taken_and_it_is_named(
    reference: dict[str, Any], beside: list[dict[str, Any]]
) -> None:
    said, note = read({"generalPractitioner": [reference]}, *beside)
    assert (said.practice, said.gp) == (None, None)
    assert "Patient.generalPractitioner[0]" in note


def test_given_the_telephone_of_a_practice_then_it_is_named_as_not_read() -> None:
    surgery = {key: value for key, value in ROLE.items() if key != "practitioner"}
    said, note = read({"generalPractitioner": [{"reference": "#r"}]}, surgery, PRACTICE)
    assert (said.practice, said.gp) == ("B86001", None)
    assert note == unread("PractitionerRole.telecom")


def test_given_the_telephone_of_a_doctor_who_only_asks_then_it_is_named_as_not_read() -> None:
    """What is read of the GP is not read of whoever else comes along."""
    document = referral({"generalPractitioner": [{"reference": "#o"}]}, PRACTICE, DOCTOR, ROLE)
    document["requester"] = {"reference": "#r"}
    assert read_referral(document, TODAY).values.note == unread(
        "Practitioner.telecom", "PractitionerRole.telecom"
    )


def test_given_a_transaction_whose_patient_contains_the_doctor_then_they_are_found() -> None:
    document = referral({})
    patient = document.pop("contained")[0] | {
        "contained": [DOCTOR],
        "generalPractitioner": [{"reference": "#d"}],
    }
    document["subject"] = {"reference": "urn:uuid:1"}
    entries = [
        {
            "fullUrl": "urn:uuid:1",
            "resource": patient,
            "request": {"method": "POST", "url": "Patient"},
        },
        {"resource": document, "request": {"method": "POST", "url": "ServiceRequest"}},
    ]
    found = read_transaction({"resourceType": "Bundle", "type": "transaction", "entry": entries}, TODAY)
    assert found.contacts.gp == CHIVERS.model_copy(update={"telecoms": (BY_PHONE,)})
    assert found.values.note is None


def test_given_more_left_out_than_a_note_names_then_it_says_how_many_more() -> None:
    _, note = read({"telecom": [{"system": "fax", "value": f"0113 496 00{n:02}"} for n in range(25)]})
    assert note.endswith(", and 5 more. See the message.")


def test_given_more_contacts_than_are_taken_then_the_others_are_named() -> None:
    said, note = read({"contact": [{"name": {"text": f"Ruth {n}"}} for n in range(22)]})
    assert [each.name for each in said.contacts or ()] == [f"Ruth {n}" for n in range(20)]
    assert note == unread("Patient.contact[20] (more than 20)", "Patient.contact[21] (more than 20)")


def test_given_a_name_of_a_doctor_that_goes_on_and_on_then_it_is_cut_with_a_sign() -> None:
    said, _ = read({"generalPractitioner": [{"type": "Practitioner", "display": "A" * 300}]})
    assert said.gp is not None
    assert (len(said.gp.name), said.gp.name[-1]) == (200, "…")


DAYS = st.integers(-2, 2).map(lambda days: TODAY + timedelta(days=days))
ITEMS = st.lists(
    st.fixed_dictionaries(
        {"system": st.sampled_from(["phone", "email", "fax", "sms", "url"])},
        optional={
            "value": st.sampled_from(["0113 496 0001", "07700 900123", "a@example.org", "0", "1111111"]),
            "use": st.sampled_from(["home", "old", "mobile"]),
            "rank": st.integers(1, 3),
            "period": st.fixed_dictionaries(
                {}, optional={"start": DAYS.map(str), "end": st.just("2026-03-02") | st.just("2026-03-01")}
            ),
        },
    ),
    max_size=6,
)


@given(items=ITEMS, of_contact=st.booleans())
def test_given_any_numbers_then_each_is_taken_or_named_and_none_that_has_ended_is_taken(
    items: Sequence[dict[str, Any]], of_contact: bool
) -> None:
    wrapped = [{"name": {"family": "Ashdown"}, "telecom": items}] if items else [{"name": {"family": "A"}}]
    said, note = read({"contact": wrapped} if of_contact else {"telecom": items} if items else {})
    taken = {
        each.value for each in ((said.contacts or ())[0].telecoms if of_contact else said.telecoms or ())
    }
    left = {int(found) for found in re.findall(r"telecom\[(\d+)\] \(", note)}
    for index, item in enumerate(items):
        assert index in left or item.get("value") in taken
        period = item.get("period", {})
        over = period.get("end", "9") < str(TODAY) or period.get("start", "0") > str(TODAY)
        if item.get("use") == "old" or over:
            assert index in left
