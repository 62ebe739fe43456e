"""What is made of one sample: its outcome, and what it says of its person and stay."""

from __future__ import annotations

from fhir_adapters.feeds.profile import Profile
from fhir_adapters.feeds.profile_loader import profile_named
from fhir_adapters.hl7v2.facts import Interpretation, Interpreted, PersonReported, StayReported
from fhir_adapters.hl7v2.interpret import interpret
from fhir_adapters.hl7v2.parse.segments import Message, read_message
from tests.fhir_adapters.hl7v2.samples import Sample

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
