"""The feed profile: everything in which one trust's system differs from another's, as data.

One YAML file a system, in `profiles/`. The model refuses unknown keys and values that cannot be, and the
loader says which file, which key, and how to mend it. Field places are written as HL7 people write them:
`PV2-9`, `ZU1-22`, `PV1-3.4` (component 4).
"""

import re
from datetime import date
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from fhir_adapters.hl7v2.ack import AckRules

PLACE = re.compile(r"([A-Z][A-Z0-9]{2})-(\d{1,3})(?:\.(\d{1,2}))?")


def _place(text: str) -> str:
    if not PLACE.fullmatch(text):
        raise ValueError(f"{text!r} is no field: write it as PV2-9, or PV1-3.4 for component 4")
    return text


Place = Annotated[str, AfterValidator(_place)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def split_place(place: str) -> tuple[str, int, int]:
    """`PV1-3.4` as ("PV1", 3, 4); component 1 where none is named."""
    match = PLACE.fullmatch(place)
    if not match:
        raise ValueError(f"{place!r} is no field")
    return match[1], int(match[2]), int(match[3] or 1)


class IdentifierPattern(_Strict):
    """Which repetitions of a PID field hold a number. What is not named here is not asked for.

    `authority` and `type` are CX-4.1 and CX-5 without case; `bare` means that neither is there. `system`
    names the authority that a local number is kept under (else what the message says).
    """

    field: Literal[2, 3, 4, 18, 19]
    authority: str | None = None
    type: str | None = None
    bare: bool = False
    system: str | None = None

    def fits(self, authority: str, type_: str) -> bool:
        """Whether a repetition with this authority and type holds the number."""
        if self.bare:
            return not authority and not type_
        wanted = ((self.authority, authority), (self.type, type_))
        return all(want is None or want.upper() == got.upper() for want, got in wanted)


class IdentifierPatterns(_Strict):
    """The patterns of the NHS number and of local numbers, the most telling first."""

    nhs_number: tuple[IdentifierPattern, ...] = Field(min_length=1)
    local: tuple[IdentifierPattern, ...] = Field(min_length=1)


class LocationTemplate(_Strict):
    """Which components of PV1-3 hold ward, bay, bed and site; the first that is filled counts."""

    ward: tuple[int, ...] = Field(min_length=1)
    bay: tuple[int, ...] = ()
    bed: tuple[int, ...] = ()
    site: tuple[int, ...] = ()


class DischargeFields(_Strict):
    """Where destination and method are (HL7 UK A.3 and the ITK tables contradict each other), and the trust's
    words.
    """

    destination_field: Literal[36, 37]
    method_field: Literal[36, 37]
    words: dict[str, str] = {}

    @field_validator("method_field")
    @classmethod
    def _other_field(cls, value: int, info: object) -> int:
        data = getattr(info, "data", {})
        if value == data.get("destination_field"):
            raise ValueError("destination_field and method_field must differ: one is 36, the other 37")
        return value


class Fitness(_Strict):
    """Where the medically fit indicator and its date are."""

    indicator: Place | None = None
    fit_on: Place | None = None


class HiddenWhen(_Strict):
    """A field whose value in `values` hides the person's location, and in `lifted_by` lifts the hiding."""

    place: Place
    values: frozenset[str]
    lifted_by: frozenset[str] = frozenset()


class Classes(_Strict):
    """PV1-2 values of stays in a bed, and of contacts that are none. Others are read as unknown."""

    inpatient: frozenset[str]
    not_inpatient: frozenset[str]


class Profile(_Strict):
    """One trust system's feed."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")
    version: int = Field(ge=1)
    title: str
    source: str
    effective_from: date
    zone: str = "Europe/London"
    live_processing_ids: frozenset[str] = Field(min_length=1)
    test_names: tuple[str, ...] = ()
    control_ids_unique: bool = False
    delete_marker: Literal["deletes", "ignored"]
    acknowledgement: AckRules = AckRules()
    identifiers: IdentifierPatterns
    location: LocationTemplate
    discharge: DischargeFields
    sex: dict[str, Literal["male", "female", "indeterminate", "unknown"]]
    classes: Classes
    expected_discharge: tuple[Place, ...] = Field(min_length=1)
    expected_discharge_in_plan: tuple[Place, ...] = ()
    fitness: Fitness = Fitness()
    hidden_when: tuple[HiddenWhen, ...] = ()
    movement_order: tuple[Place, ...] = ("EVN-6", "PV1-44", "PV1-45", "EVN-2", "MSH-7")
    restated_order: tuple[Place, ...] = ("MSH-7", "EVN-2")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is no time zone: write it as Europe/London") from error
        return value

    @cached_property
    def zoneinfo(self) -> ZoneInfo:
        """The zone of times without an offset."""
        return ZoneInfo(self.zone)
