"""A person as a FHIR Patient: what may be shown, and never where somebody lives whose location is hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from discharge.sight import EVERYTHING, Sight
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.withheld import masked, redaction, said_or_masked

SEXES = {"1": "male", "2": "female", "9": "other", "0": "unknown", "M": "male", "F": "female"}
"""Person stated gender of the NHS Data Dictionary and HL7 table 0001, to FHIR administrative gender."""

GENDERS = frozenset({"male", "female", "other", "unknown"})


WARD = "ward"
_ABSOLUTE = re.compile(r"(?:https?://|urn:)\S+")


class LocalNumber(NamedTuple):
    """A number that an organisation gave; `authority` is its system, or the name of who assigned it."""

    authority: str
    value: str


@dataclass(frozen=True)
class PersonFacts:
    """What is known of a person. `address_lines` and `postcode` are empty where nobody may see them;
    `local_numbers` are those that the reader's own organisation gave, `sight` what the reader sees at all.
    """

    person_id: UUID
    nhs_number: str | None = None
    nhs_number_verified: bool = False
    family_name: str | None = None
    given_name: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    deceased: bool = False
    location_hidden: bool = False
    address_lines: tuple[str, ...] = ()
    postcode: str | None = None
    local_numbers: tuple[LocalNumber, ...] = ()
    sight: Sight = EVERYTHING


@dataclass(frozen=True)
class OrganisationFacts:
    """How an organisation is named: our code, and an ODS code where it has one."""

    organisation_id: UUID
    code: str
    name: str
    ods_code: str | None = None


def organisation_reference(organisation: OrganisationFacts) -> dict[str, Any]:
    """A reference to an organisation by its code: whoever reads it can tell who that is."""
    return {
        "type": "Organization",
        "identifier": {
            "system": systems.ODS_ORGANISATION if organisation.ods_code else systems.ORGANISATION_CODE,
            "value": organisation.ods_code or organisation.code,
        },
        "display": organisation.name,
    }


def with_organisation(
    resource: dict[str, Any], element: str, organisation: OrganisationFacts
) -> dict[str, Any]:
    """The resource with an element that leads to an organisation which it contains.

    UK Core asks of a reference that it leads somewhere, and organisations have no address here.
    """
    logical = organisation_reference(organisation)
    inside = {"resourceType": "Organization", "id": element, "identifier": [logical["identifier"]]}
    held = [*resource.get("contained", []), inside | {"name": organisation.name}]
    return resource | {"contained": held, element: {"reference": f"#{element}", **logical}}


def ward_location(ward: str) -> dict[str, Any]:
    """A ward as a Location to be contained, under the id `WARD`."""
    return {"resourceType": "Location", "id": WARD, "status": "active", "name": ward}


def patient_reference(person: PersonFacts) -> dict[str, Any]:
    """A reference by NHS number where there is one, and always by our own id."""
    reference: dict[str, Any] = {"reference": f"Patient/{person.person_id}", "type": "Patient"}
    if person.nhs_number:
        reference["identifier"] = {"system": systems.NHS_NUMBER, "value": person.nhs_number}
    return reference


def patient(person: PersonFacts) -> dict[str, Any]:
    """The person as a UK Core Patient."""
    seen = person.sight.person
    resource: dict[str, Any] = {
        "resourceType": "Patient",
        "id": str(person.person_id),
        "meta": {"profile": [systems.UK_CORE_PATIENT], **redaction(person.sight)},
        **said_or_masked("gender", gender(person.sex) if "sex" in seen else None),
    }
    numbers = [_nhs_number(person)] if person.nhs_number else []
    numbers += [sender_identifier(*each) for each in person.local_numbers]
    if numbers:
        resource["identifier"] = numbers
    name = _name(person)
    if name:
        resource["name"] = [name]
    if "birth_date" not in seen:
        resource |= masked("birthDate")
    elif person.birth_date:
        resource["birthDate"] = person.birth_date.isoformat()
    if person.deceased:
        resource["deceasedBoolean"] = True
    address = _address(person)
    if address:
        resource["address"] = [address]
    return resource


def sender_identifier(authority: str, value: str) -> dict[str, Any]:
    """A sender's own number as it gave it; an authority that is no address names who assigned it."""
    if not authority:
        return {"value": value}
    if _ABSOLUTE.fullmatch(authority):
        return {"system": authority, "value": value}
    return {"value": value, "assigner": {"display": authority}}


def sender_number(number: str) -> dict[str, Any]:
    """The same of a number written `authority|value`, as a referral keeps it."""
    authority, _, value = number.rpartition("|")
    return sender_identifier(authority, value)


def gender(sex: str | None) -> str:
    """FHIR administrative gender of a stated sex; what we cannot read is unknown."""
    text = (sex or "").strip()
    return text if text in GENDERS else SEXES.get(text.upper(), "unknown")


def _nhs_number(person: PersonFacts) -> dict[str, Any]:
    code = "01" if person.nhs_number_verified else "03"
    return {
        "extension": [
            {
                "url": systems.NHS_NUMBER_STATUS,
                "valueCodeableConcept": {
                    "coding": [{"system": systems.NHS_NUMBER_STATUS_CODES, "code": code}],
                },
            }
        ],
        "system": systems.NHS_NUMBER,
        "value": person.nhs_number,
    }


def _name(person: PersonFacts) -> dict[str, Any]:
    name: dict[str, Any] = {}
    if person.family_name:
        name["family"] = person.family_name
    if person.given_name:
        name["given"] = person.given_name.split()
    return {"use": "official", **name} if name else {}


def _address(person: PersonFacts) -> dict[str, Any]:
    if person.location_hidden or not (person.address_lines or person.postcode):
        return {}
    address: dict[str, Any] = {"use": "home"}
    if person.address_lines:
        address["line"] = list(person.address_lines)
    if person.postcode:
        address["postalCode"] = person.postcode
    return address
