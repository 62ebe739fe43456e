"""What becomes of a message: it was understood as facts, concerns nothing we keep, or waits for a person."""

from typing import Annotated, Literal

from pydantic import Field

from discharge.values import Frozen
from fhir_adapters.hl7v2.facts.document import DocumentReported, ValuesExtracted
from fhir_adapters.hl7v2.facts.person import PersonDeleted, PersonReported, PersonsLinked, PersonsMerged
from fhir_adapters.hl7v2.facts.referral import ReferralReported
from fhir_adapters.hl7v2.facts.stay import StayMoved, StayReported

Fact = Annotated[
    PersonReported
    | PersonDeleted
    | StayReported
    | PersonsMerged
    | PersonsLinked
    | StayMoved
    | ReferralReported
    | DocumentReported
    | ValuesExtracted,
    Field(discriminator="kind"),
]


class Interpreted(Frozen):
    """A message that was understood; `notes` are codes of what was read with care (for the operator)."""

    outcome: Literal["interpreted"] = "interpreted"
    facts: tuple[Fact, ...]
    notes: tuple[str, ...] = ()


class NotUsed(Frozen):
    """A message that concerns nothing we keep; `code` is of the table of errors, `reason` says which rule.

    `test_patient` is whom it is about, where that is a patient of rehearsals.
    """

    outcome: Literal["not-used"] = "not-used"
    code: str
    reason: str
    test_patient: PersonReported | None = None


class Parked(Frozen):
    """A message that should have an effect and cannot: it waits for a person. `reason` is a code or a field
    name.
    """

    outcome: Literal["parked"] = "parked"
    code: str
    reason: str


Interpretation = Interpreted | NotUsed | Parked
