"""What one message says, as facts: the hand-over from reading to folding.

A message becomes a few facts (`Fact` lists their kinds), or it is `NotUsed`, or `Parked` with a code. A value
that is None was not mentioned and changes nothing; a field named in `cleared` was deleted by the sender.
`moved_at` orders movements (EVN-6, else PV1-44/45, EVN-2, MSH-7), `stated_at` orders restated data (MSH-7,
else EVN-2); both are aware UTC instants in case time.
"""

from fhir_adapters.hl7v2.facts.document import DocumentReported, FormAnswer, ValuesExtracted
from fhir_adapters.hl7v2.facts.order import content_hash, hash_of
from fhir_adapters.hl7v2.facts.outcome import Fact, Interpretation, Interpreted, NotUsed, Parked
from fhir_adapters.hl7v2.facts.person import (
    Address,
    Identifier,
    Name,
    PersonDeleted,
    PersonReported,
    PersonsLinked,
    PersonsMerged,
)
from fhir_adapters.hl7v2.facts.referral import ReferralReported
from fhir_adapters.hl7v2.facts.stay import (
    BEGINNING,
    DischargeCodes,
    Location,
    Movement,
    StayKey,
    StayMoved,
    StayReported,
)
from fhir_adapters.people.reach import Contact, Practitioner, Telecom

__all__ = [
    "BEGINNING",
    "Address",
    "Contact",
    "DischargeCodes",
    "DocumentReported",
    "Fact",
    "FormAnswer",
    "Identifier",
    "Interpretation",
    "Interpreted",
    "Location",
    "Movement",
    "Name",
    "NotUsed",
    "Parked",
    "PersonDeleted",
    "PersonReported",
    "PersonsLinked",
    "PersonsMerged",
    "Practitioner",
    "ReferralReported",
    "StayKey",
    "StayMoved",
    "StayReported",
    "Telecom",
    "ValuesExtracted",
    "content_hash",
    "hash_of",
]
