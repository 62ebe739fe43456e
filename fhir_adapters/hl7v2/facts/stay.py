"""What a message says of a hospital stay, and of whose it is."""

from datetime import UTC, date, datetime
from typing import Literal

from pydantic import AwareDatetime

from discharge.values import Frozen
from fhir_adapters.hl7v2.facts.order import OrderedFact
from fhir_adapters.hl7v2.facts.person import Identifier

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

BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
"""Stands for a time that the sender did not give: it comes before every time that is known. The first day of
all cannot be said in London's time.
"""


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


class StayReported(OrderedFact):
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
