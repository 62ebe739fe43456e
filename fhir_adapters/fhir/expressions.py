"""Where in the sender's own resource a fault lies, as FHIRPath: what a referral's rules call a field is an
element, or an extension, of the ServiceRequest or of its Patient.

Source: FHIR R4, OperationOutcome.issue.expression (the simple subset of FHIRPath: element names, indices).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from discharge.errors import HomewardError
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.problems import FhirRefused, problems_of

_STEPS = re.compile(r"[A-Z][A-Za-z0-9]*([.\[].*)?")
_CHOICE = re.compile(r"_?(asNeeded|deceased|multipleBirth|occurrence|quantity|value)[A-Z]\w*")
"""Elements of several types, as JSON names them: FHIRPath names them without the type."""


def expression(where: str) -> str:
    """A place in a resource as FHIRPath; empty for what is in none (a header, a search parameter)."""
    if not _STEPS.fullmatch(where):
        return ""
    named = where.removesuffix(".resourceType").partition(".(element)")[0]
    return ".".join(map(_plain, named.split(".")))


def _plain(step: str) -> str:
    name, bracket, rest = step.partition("[")
    choice = _CHOICE.fullmatch(name)
    return (choice[1] if choice else name.removeprefix("_")) + bracket + rest


@dataclass(frozen=True)
class Sought:
    """Where a field may lie: elements, and an extension of ours, in the ServiceRequest or in its Patient; the
    first that was sent counts.
    """

    elements: tuple[str, ...] = ()
    extension: str = ""
    of_patient: bool = False


def _patient(element: str) -> Sought:
    return Sought((element,), of_patient=True)


FIELDS: Mapping[str, Sought] = {
    "person": Sought(("subject",)),
    "person.location_hidden": Sought(("meta.security",)),
    "nhs_number": _patient("identifier"),
    "identifiers": _patient("identifier"),
    "authority": _patient("identifier"),
    "value": _patient("identifier"),
    "family_name": _patient("name"),
    "given_name": _patient("name"),
    "birth_date": _patient("birthDate"),
    "sex": _patient("gender"),
    "address": _patient("address"),
    "lines": _patient("address"),
    "postcode": _patient("address"),
    "uprn": _patient("address"),
    "requester": Sought(("requester",)),
    "external_id": Sought(("identifier",)),
    "other_ids": Sought(("identifier",)),
    "visit_number": Sought(("encounter",)),
    "ward": Sought(("locationReference",)),
    "referred_on": Sought(("authoredOn",)),
    "effective_on": Sought(("authoredOn",)),
    "reasons": Sought(("reasonCode",), systems.HOUSING_BARRIER),
    "needs": Sought((), systems.HOUSING_NEED),
    "tenure": Sought((), systems.TENURE),
    "lives_alone": Sought((), systems.LIVES_ALONE),
    "homeless": Sought((), systems.HOMELESS),
    "pathway": Sought((), systems.PATHWAY),
    "expected_discharge_on": Sought(("occurrencePeriod", "occurrenceDateTime"), systems.EXPECTED_DISCHARGE),
    "ready_on": Sought((), systems.DISCHARGE_READY),
    "sharing_basis": Sought((), systems.SHARING_BASIS),
    "note": Sought(("note",)),
}
"""Field of a referral, by its last name -> where a ServiceRequest has it."""

REQUEST = "ServiceRequest"
HEADERS = frozenset({"Idempotency-Key", "If-None-Exist"})


@dataclass(frozen=True)
class SentReferral:
    """A ServiceRequest as it was sent: its JSON, its place in what was sent, and that of its Patient."""

    resource: Mapping[str, Any]
    root: str = REQUEST
    patient: str = ""

    def place_of(self, where: str) -> str:
        """The element that a refusal is about; empty where it lies in the record and not in what was sent."""
        if where == REQUEST or where.startswith(f"{REQUEST}."):
            return self.root + where.removeprefix(REQUEST)
        if expression(where) or where in HEADERS:
            return where
        name, _, number = where.partition("[")
        sought = FIELDS.get(name) or FIELDS.get(name.rpartition(".")[2])
        return self._found(sought, int(number.rstrip("]") or 0) if number else 0) if sought else ""

    def _found(self, sought: Sought, number: int) -> str:
        if sought.of_patient:
            return f"{self.patient}.{sought.elements[0]}" if self.patient else f"{self.root}.subject"
        held = self.resource.get("extension") or []
        ours = [
            at for at, each in enumerate(held) if sought.extension and each.get("url") == sought.extension
        ]
        if ours:
            return f"{self.root}.extension[{ours[min(number, len(ours) - 1)]}].value"
        sent = (each for each in sought.elements if self.resource.get(each.partition(".")[0]))
        return next((f"{self.root}.{each}" for each in sent), "")

    def refused(self, error: HomewardError) -> FhirRefused:
        """A refusal with every place named as in what was sent."""
        return FhirRefused([replace(each, where=self.place_of(each.where)) for each in problems_of(error)])

    @contextmanager
    def naming(self) -> Iterator[None]:
        """Have whatever is refused inside name its elements. Raises FhirRefused."""
        try:
            yield
        except HomewardError as error:
            if error.row.retryable:
                raise
            raise self.refused(error) from None


def moved(error: HomewardError, root: str) -> FhirRefused:
    """What refuses a resource that lies at `root` in what was sent."""
    return SentReferral({}, root).refused(error)
