"""Bundles of requests: a transaction is taken whole or refused whole, a batch entry by entry.

A transaction brings one ServiceRequest and what it refers to. An entry that would not be kept (a Flag, a
Consent, anything to change or delete) is refused by its path, so that nobody believes it was. The entries
of a batch are independent of each other: each is a ServiceRequest that stands by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from discharge.errors import HomewardError
from fhir_adapters.fhir.bundle_context import Surroundings, beside, contained
from fhir_adapters.fhir.expressions import SentReferral, moved
from fhir_adapters.fhir.modifiers import walk
from fhir_adapters.fhir.parser import check_resource
from fhir_adapters.fhir.problems import FhirRefused, Problem, refused
from fhir_adapters.fhir.referral import (
    KIND,
    FhirReferral,
    check_meaning,
    place_of_patient,
    read_referral,
    referral_values,
    with_unread,
)
from fhir_adapters.fhir.security import is_restricted
from fhir_adapters.fhir.whom_to_call import whom_to_call

USED_BESIDE = frozenset(
    {"Encounter", "Location", "Organization", "Patient", "Practitioner", "PractitionerRole"}
)
"""What a referral in a transaction may bring along; it is read with the referral."""

MOST_ENTRIES = 100
_CONDITIONS = ("ifMatch", "ifNoneMatch", "ifModifiedSince")


@dataclass(frozen=True)
class BatchEntry:
    """One entry of a batch: what it asks for, or why it is refused."""

    referral: FhirReferral | None = None
    refusal: HomewardError | None = None


def bundle_kind(document: dict[str, Any]) -> str:
    """`transaction` or `batch`. Raises FhirRefused for any other, and for too many entries."""
    kind = document.get("type")
    if kind not in ("transaction", "batch"):
        raise refused("invalid-fhir", "referrals come in a transaction or a batch", "Bundle.type")
    entries = document.get("entry")
    if isinstance(entries, list) and len(entries) > MOST_ENTRIES:
        raise refused("limits", f"at most {MOST_ENTRIES} entries", "Bundle.entry")
    return str(kind)


def read_transaction(document: dict[str, Any], today: date, base: str = "") -> FhirReferral:
    """The one referral of a transaction. Raises FhirRefused with every entry that would not be kept."""
    bundle = check_resource(document, ("Bundle",))
    entries = list(bundle.entry or [])
    _refuse(
        [each for index, entry in enumerate(entries) for each in _unkept(entry, f"Bundle.entry[{index}]")]
    )
    at = [index for index, entry in enumerate(entries) if type(entry.resource).__name__ == KIND]
    if len(at) != 1:
        raise refused("invalid-fhir", "exactly one ServiceRequest is expected", "Bundle.entry")
    _refuse(list(_unreferred(document["entry"], at[0])))
    check_meaning(document, "Bundle")
    where, request = f"Bundle.entry[{at[0]}].resource", entries[at[0]].resource
    around = Surroundings(today, beside(bundle) | contained(request, where), base)
    sent = SentReferral(document["entry"][at[0]]["resource"], where, place_of_patient(request, around))
    with sent.naming():
        values = referral_values(request, around, where, is_restricted(document, "Bundle"))
    reached = whom_to_call(request.subject, around)
    values = with_unread(values, document, "Bundle", reached)
    return FhirReferral(values, document, sent, entries[at[0]].request.ifNoneExist, reached.contacts)


def read_batch(document: dict[str, Any], today: date, base: str = "") -> list[BatchEntry]:
    """Each entry by itself. Raises FhirRefused where the Bundle around them cannot be read."""
    entries = document.get("entry") or []
    around = {**document, "entry": [_without_resource(each) for each in entries]}
    bundle = check_resource({name: value for name, value in around.items() if value}, ("Bundle",))
    check_meaning(around, "Bundle")
    labelled = document.get("meta") or {}
    return [
        _batch_entry(sent, entry, labelled, today, base, f"Bundle.entry[{index}]")
        for index, (sent, entry) in enumerate(zip(entries, bundle.entry or [], strict=True))
    ]


def _without_resource(entry: Any) -> Any:
    return (
        {name: value for name, value in entry.items() if name != "resource"}
        if isinstance(entry, dict)
        else entry
    )


def _batch_entry(
    sent: Mapping[str, Any], entry: Any, labelled: dict[str, Any], today: date, base: str, path: str
) -> BatchEntry:
    at = f"{path}.resource"
    try:
        resource = sent.get("resource")
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        _refuse(list(_unasked(entry.request, str(kind), path, {KIND})))
        read = read_referral(dict(resource or {}), today, base)
    except HomewardError as refusal:
        return BatchEntry(refusal=moved(refusal, at))
    hidden = read.values.person.location_hidden or is_restricted({"meta": labelled}, "Bundle")
    person = read.values.person.model_copy(update={"location_hidden": hidden})
    values = read.values.model_copy(update={"person": person})
    patient = at + read.sent.patient.removeprefix(KIND) if read.sent.patient else ""
    place = SentReferral(read.document, at, patient)
    condition = entry.request.ifNoneExist
    return BatchEntry(FhirReferral(values, read.document, place, condition, read.contacts))


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise FhirRefused(problems)


def _unkept(entry: Any, path: str) -> Iterator[Problem]:
    return _unasked(entry.request, type(entry.resource).__name__, path, {KIND, *USED_BESIDE})


def _unasked(request: Any, kind: str, path: str, taken: set[str]) -> Iterator[Problem]:
    """What keeps an entry from being taken: its type, its method, a condition that is not looked at."""
    if request is None:
        yield Problem("invalid-fhir", "the element is required here", f"{path}.request")
        return
    if request.method != "POST":
        yield Problem("not-kept", "only POST is possible here", f"{path}.request.method")
    elif kind not in taken:
        yield Problem("not-kept", f"accepted here: {', '.join(sorted(taken))}", path)
    elif request.url != kind:
        yield Problem("invalid-fhir", f"{kind} is posted to {kind}", f"{path}.request.url")
    for name in _CONDITIONS:
        if getattr(request, name, None):
            yield Problem("not-kept", "the condition is not used here", f"{path}.request.{name}")


def _unreferred(entries: list[dict[str, Any]], start: int) -> Iterator[Problem]:
    """Entries that the referral does not lead to: they would be read by nobody."""
    by_name = {name: index for index, entry in enumerate(entries) for name in _names(entry)}
    reached, waiting = {start}, [start]
    while waiting:
        for _, node in walk(entries[waiting.pop()].get("resource"), ""):
            index = by_name.get(str(node.get("reference")))
            if index is not None and index not in reached:
                reached.add(index)
                waiting.append(index)
    for index in range(len(entries)):
        if index not in reached:
            yield Problem("not-kept", "the referral does not refer to it", f"Bundle.entry[{index}]")


def _names(entry: dict[str, Any]) -> Iterator[str]:
    resource = entry.get("resource") or {}
    if entry.get("fullUrl"):
        yield str(entry["fullUrl"])
    if resource.get("id"):
        yield f"{resource['resourceType']}/{resource['id']}"
