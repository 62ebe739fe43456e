"""What one message says, as facts: the hand-over from reading to folding.

A message becomes a few facts (`Fact` lists their kinds), or it is `NotUsed`, or `Parked` with a code. A value
that is None was not mentioned and changes nothing; a field named in `cleared` was deleted by the sender.
`moved_at` orders movements (EVN-6, else PV1-44/45, EVN-2, MSH-7), `stated_at` orders restated data (MSH-7,
else EVN-2); both are aware UTC instants in case time.
"""

import hashlib
import json
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Movement = Literal[
    "admitted",
    "transferred",
    "discharged",
    "updated",
    "counted",
    "expected",
    "leave-began",
    "leave-ended",
    "move-planned",
    "discharge-planned",
    "admission-cancelled",
    "transfer-cancelled",
    "discharge-cancelled",
    "expectation-cancelled",
    "leave-cancelled",
    "return-cancelled",
    "move-plan-withdrawn",
    "discharge-plan-withdrawn",
    "deleted",
]
"""What happened to the stay; `counted` is a line of a census file, `deleted` takes back all that was said."""

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""Stands for a time that the sender did not give: it comes before every time that is known."""


class Frozen(BaseModel):
    """A value that cannot change and refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Identifier(Frozen):
    """A number for a person. `kind` is `nhs` or `local`; an NHS number that is no match key has `usable`
    false.
    """

    kind: Literal["nhs", "local"]
    value: str
    authority: str = ""
    status: str | None = None
    usable: bool = True


class Name(Frozen):
    """One name; `use` is the code as sent (L, PREFERRED, CURRENT ...)."""

    family: str
    given: str = ""
    other: str = ""
    title: str = ""
    use: str = ""


class Address(Frozen):
    """One address as lines; `kind` is home, temporary or postal."""

    kind: str
    lines: tuple[str, ...]
    postcode: str = ""


class Telecom(Frozen):
    """A way to reach somebody; `kind` is phone, mobile or email."""

    kind: str
    value: str


class Contact(Frozen):
    """A next of kin or carer; `relationship` is the code or word as sent (table 0063)."""

    name: str
    relationship: str = ""
    telecoms: tuple[Telecom, ...] = ()


class PersonReported(Frozen):
    """What a message says of a person. `hidden` is location hiding; None when not mentioned."""

    kind: Literal["person-reported"] = "person-reported"
    stated_at: AwareDatetime | None = None
    identifiers: tuple[Identifier, ...]
    identity_unknown: bool = False
    names: tuple[Name, ...] | None = None
    birth_date: date | None = None
    sex: str | None = None
    addresses: tuple[Address, ...] | None = None
    telecoms: tuple[Telecom, ...] | None = None
    contacts: tuple[Contact, ...] | None = None
    deceased: bool | None = None
    died_on: date | None = None
    hidden: bool | None = None
    practice: str | None = None
    cleared: frozenset[str] = frozenset()


class StayKey(Frozen):
    """What names a stay: the visit number of its feed, or the person with the admission time."""

    visit_number: str | None = None
    admitted_at: AwareDatetime | None = None

    @property
    def named(self) -> bool:
        """Whether the message says which stay it means."""
        return bool(self.visit_number or self.admitted_at)


class Location(Frozen):
    """Where the person lies, by the feed's location template; `raw` is PV1-3 as sent."""

    ward: str | None = None
    bay: str | None = None
    bed: str | None = None
    site: str | None = None
    raw: str = ""


class DischargeCodes(Frozen):
    """How and where to the person left: the raw pair as sent, and what it resolved to.

    `check` says how: `profile` (the fields hold what the profile says), `swapped` (the values show that the
    fields are the other way round in this message), `words` (through the trust's table), `by-value` (the
    profile does not say, the values do), `unmapped` (something is kept raw only, for a person).
    """

    raw_36: str = ""
    raw_37: str = ""
    destination: str | None = None
    method: str | None = None
    check: Literal["profile", "swapped", "words", "by-value", "unmapped"] = "profile"

    @property
    def died(self) -> bool:
        """Whether the codes say that the person died: method 4 or 5, destination 79 (NHS data dictionary)."""
        return self.method in {"4", "5"} or self.destination == "79"


class StayReported(Frozen):
    """What a message says of a hospital stay; `planned_ward` is where a pending transfer goes to."""

    kind: Literal["stay-reported"] = "stay-reported"
    movement: Movement
    key: StayKey
    moved_at: AwareDatetime | None = None
    stated_at: AwareDatetime | None = None
    patient_class: str | None = None
    inpatient: bool | None = None
    location: Location | None = None
    admitted_at: AwareDatetime | None = None
    discharged_at: AwareDatetime | None = None
    admission_method: str | None = None
    expected_admission_on: date | None = None
    specialty: str | None = None
    planned_ward: str | None = None
    discharge: DischargeCodes | None = None
    expected_discharge_on: date | None = None
    medically_fit: bool | None = None
    medically_fit_on: date | None = None
    cleared: frozenset[str] = frozenset()

    @cached_property
    def digest(self) -> str:
        """The hash of its content, made once: it breaks ties in time wherever facts are put in order."""
        return content_hash(self)


class PersonsMerged(Frozen):
    """Two people are one (A40): every record moves from `retired` to `survivor`."""

    kind: Literal["persons-merged"] = "persons-merged"
    stated_at: AwareDatetime | None = None
    survivor: tuple[Identifier, ...]
    retired: tuple[Identifier, ...]


class ReferralReported(Frozen):
    """A referral to the housing service (REF): made, changed or withdrawn, in codes of our lists.

    `external_id` is the sender's own number. The note is free text: it goes to the case's notes, not into the
    facts.
    """

    kind: Literal["referral-reported"] = "referral-reported"
    action: Literal["made", "changed", "withdrawn"]
    stated_at: AwareDatetime | None = None
    external_id: str | None = None
    referred_on: date | None = None
    visit_number: str | None = None
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    tenure: str = "unknown"
    lives_alone: Literal["yes", "no", "unknown"] = "unknown"
    homeless: Literal["yes", "no", "unknown"] = "unknown"
    pathway: str | None = None
    expected_discharge_on: date | None = None
    ready_on: date | None = None
    sharing_basis: str | None = None
    note: str | None = Field(default=None, exclude=True, repr=False)


class FormAnswer(Frozen):
    """One question of a form with what was answered; codes as sent where there are any."""

    question: str
    answer: str = ""
    question_code: str | None = None
    answer_code: str | None = None
    unit: str | None = None


class DocumentReported(Frozen):
    """What a message says of a document (MDM) or an answered form (ORU, local segments).

    `number` is its own, `parent` that of the document it adds to or replaces; completion, confidentiality and
    availability are TXA-17, 18 and 19 as sent. Content and answers go to the documents, not into the facts.
    """

    kind: Literal["document-reported"] = "document-reported"
    event: Literal["new", "status", "addendum", "edit", "replacement", "cancel"]
    form: bool = False
    stated_at: AwareDatetime | None = None
    number: str
    parent: str | None = None
    type_code: str | None = None
    title: str | None = None
    completion: str | None = None
    confidentiality: str | None = None
    availability: str | None = None
    written_at: AwareDatetime | None = None
    content_type: str | None = None
    content: bytes | None = Field(default=None, exclude=True, repr=False)
    answers: tuple[FormAnswer, ...] = Field(default=(), exclude=True, repr=False)


class ValuesExtracted(Frozen):
    """Values of local segments that the feed profile names, as sent."""

    kind: Literal["values-extracted"] = "values-extracted"
    stated_at: AwareDatetime | None = None
    values: dict[str, str]


class StayMoved(Frozen):
    """A stay belongs to another number, another person, or both (A35, A41, A42, A44, A45, A50).

    All that is said of `number` belongs to `to_number` and to the person with the numbers in `person`.
    `from_person` names whose it was thought to be; empty when the message does not say.
    """

    kind: Literal["stay-moved"] = "stay-moved"
    stated_at: AwareDatetime | None = None
    number: str
    to_number: str
    person: tuple[Identifier, ...]
    from_person: tuple[Identifier, ...] = ()


Fact = Annotated[
    PersonReported
    | StayReported
    | PersonsMerged
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


def content_hash(fact: BaseModel) -> str:
    """SHA-256 of a fact's content: equal facts are one, and it breaks ties in time."""
    content = fact.model_dump(mode="json")
    if isinstance(content.get("cleared"), list):
        content["cleared"] = sorted(content["cleared"])
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
