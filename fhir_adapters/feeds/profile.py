"""The feed profile: everything in which one trust's system differs from another's, as data.

One YAML file a system, in `profiles/`. The model refuses unknown keys and values that cannot be, and the
loader says which file, which key, and how to mend it. Field places are written as HL7 people write them:
`PV2-9`, `ZU1-22`, `PV1-3.4` (component 4).
"""

import re
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from typing import Annotated, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from discharge.codes.destinations import DISCHARGE_DESTINATIONS, DISCHARGE_METHODS
from discharge.reference.faults import nearest
from fhir_adapters.feeds.kinds import DocumentRules, FormRules, ReferralRules
from fhir_adapters.hl7v2.receive.ack import AckRules
from fhir_adapters.hl7v2.send.sends import Sends

SHOWN = 12
"""Characters of a file's SHA-256 that tell it from others."""

PLACE = re.compile(r"([A-Z][A-Z0-9]{2})-([1-9]\d{0,2})(?:\.([1-9]\d?))?")


def _place(text: str) -> str:
    if not PLACE.fullmatch(text):
        raise ValueError(f"{text!r} is not a field: write it as PV2-9, or PV1-3.4 for component 4")
    return text


Place = Annotated[str, AfterValidator(_place)]


Component = Annotated[int, Field(ge=1, le=20)]
"""A component of a location, counted from 1."""
Word = Annotated[str, Field(min_length=1)]
"""A word as a feed writes it; an empty one would stand for every field that is empty."""


def _upper(values: frozenset[str]) -> frozenset[str]:
    return frozenset(value.upper() for value in values)


Values = Annotated[frozenset[str], AfterValidator(_upper)]
"""Values of a field, compared without case."""


Stand = Literal["planned", "in-hospital", "left", "cancelled"]
"""How a stay stands."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


@lru_cache(maxsize=1024)
def split_place(place: str) -> tuple[str, int, int]:
    """`PV1-3.4` as ("PV1", 3, 4); component 1 where none is named."""
    match = PLACE.fullmatch(place)
    if not match:
        raise ValueError(f"{place!r} is not a field")
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

    @property
    def names_something(self) -> bool:
        """Whether it asks for an authority or a type, and does not take whatever there is."""
        return self.bare or self.authority is not None or self.type is not None

    def fits(self, authority: str, type_: str) -> bool:
        """Whether a repetition with this authority and type holds the number."""
        if self.bare:
            return not authority and not type_
        if self.authority is not None and self.authority.upper() != authority.upper():
            return False
        return self.type is None or self.type.upper() == type_.upper()


BESIDE = "PID-3"
"""`bare_numbers` with the authority of the number beside it."""


class IdentifierPatterns(_Strict):
    """The patterns of the NHS number and of local numbers, the most telling first.

    `bare_numbers` says what a local number without its authority means: the name of an authority, wherever it
    stands, or `PID-3` for MRG-1 alone, where it is that of the number in PID-3 beside it. Without the key a
    merge by such a number waits for a person; elsewhere it is kept under its type, else the profile's name.
    """

    nhs_number: tuple[IdentifierPattern, ...] = Field(min_length=1)
    local: tuple[IdentifierPattern, ...] = Field(min_length=1)
    bare_numbers: Word | None = None

    @property
    def bare_authority(self) -> str | None:
        """The authority of every local number that names none; None where that is not said."""
        return None if self.bare_numbers == BESIDE else self.bare_numbers


class LocationTemplate(_Strict):
    """Which components of PV1-3 hold ward, bay, bed and site; the first that is filled counts. What fits one
    of `not_wards` (`*` and `?` stand for anything, `[0-9]` for a digit) names no ward.
    """

    ward: tuple[Component, ...] = Field(min_length=1)
    bay: tuple[Component, ...] = ()
    bed: tuple[Component, ...] = ()
    site: tuple[Component, ...] = ()
    not_wards: tuple[Word, ...] = ()

    def names_ward(self, text: str) -> bool:
        """Whether a text may be a ward."""
        return not any(fnmatchcase(text.upper(), pattern.upper()) for pattern in self.not_wards)


class DischargeFields(_Strict):
    """Where destination and method are (HL7 UK A.3 and the ITK tables contradict each other), and the trust's
    words for either.

    `by-value` is for a feed of which nobody has said it yet: then only values that can be one thing count.
    """

    destination_field: Literal[36, 37, "by-value"]
    method_field: Literal[36, 37, "by-value"]
    words: dict[Word, str] = {}
    method_words: dict[Word, str] = {}

    @field_validator("method_field")
    @classmethod
    def _other_field(cls, value: int | str, info: ValidationInfo) -> int | str:
        destination = info.data.get("destination_field", value)
        if {destination, value} not in ({36, 37}, {"by-value"}):
            raise ValueError(
                "destination_field and method_field must differ: one is 36, the other 37 (or both by-value)"
            )
        return value

    @field_validator("words", "method_words")
    @classmethod
    def _known_codes(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        codes = DISCHARGE_DESTINATIONS if info.field_name == "words" else DISCHARGE_METHODS
        unknown = sorted(code for code in value.values() if not codes.known(code))
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not a code of {codes.name}: use one of that list")
        return {word.casefold(): code for word, code in value.items()}


class Fitness(_Strict):
    """Where the medically fit indicator and its date are."""

    indicator: Place | None = None
    fit_on: Place | None = None


class Observations(_Strict):
    """OBX codes (OBX-3.1 or 3.4) of a trust's own whose OBX-5 says whether somebody is fit, since when, and
    when they are expected to leave. They count where no field of the profile says it.
    """

    medically_fit: Values = frozenset()
    fit_on: Values = frozenset()
    expected_discharge: Values = frozenset()


class HiddenWhen(_Strict):
    """A field whose value in `values` hides the person's location, and in `lifted_by` lifts the hiding; one
    in `ignored` is known and does neither.
    """

    place: Place
    values: Values
    lifted_by: Values = frozenset()
    ignored: Values = frozenset()


class HidingSign(NamedTuple):
    """Where bytes of a message say that it hides somebody: the segment, its place among the fields that the
    separator cuts, and the values.
    """

    segment: bytes
    field: int
    values: tuple[bytes, ...]


class DeletedWhen(_Strict):
    """A trigger that deletes a visit in this feed: always, or where a field holds one of `values`."""

    trigger: str = Field(pattern=r"^A\d\d$")
    place: Place | None = None
    values: Values = frozenset()

    @model_validator(mode="after")
    def _both_or_none(self) -> "DeletedWhen":
        if (self.place is None) != (not self.values):
            raise ValueError("place and values go together: give both, or neither for always")
        return self


class DateWith(_Strict):
    """A field that holds the expected date of discharge only while another field says something."""

    place: Place
    only_with: Place


class LengthOfStay(_Strict):
    """An OBX that gives a planned length of stay in days (its code is OBX-3.4 or OBX-3.1, the days OBX-5),
    from which the expected date is counted where no field gives one.
    """

    code: str
    counted_from: Place = "PV1-44"


class EncounterStatus(_Strict):
    """Where a feed says how the stay stands, and what its words mean."""

    place: Place
    words: dict[str, Stand] = Field(min_length=1)

    @field_validator("words")
    @classmethod
    def _without_case(cls, value: dict[str, Stand]) -> dict[str, Stand]:
        return {word.upper(): stand for word, stand in value.items()}


class Extra(_Strict):
    """A field of a local segment that is worth keeping beside the facts, under a name of our own."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    place: Place


class Classes(_Strict):
    """PV1-2 values of stays in a bed, and of contacts that are none. Others are read as unknown."""

    inpatient: Values
    not_inpatient: Values

    @model_validator(mode="after")
    def _apart(self) -> "Classes":
        both = self.inpatient & self.not_inpatient
        if both:
            raise ValueError(f"{min(both)!r} is in inpatient and in not_inpatient: leave it in one of them")
        return self


class Profile(_Strict):
    """One trust system's feed, in one version.

    `source` names where each deviation was seen: `system` for the whole, else by key of the profile.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")
    version: int = Field(ge=1)
    title: str
    source: dict[str, str]
    effective_from: date
    zone: str = "Europe/London"
    live_processing_ids: frozenset[str] = Field(min_length=1)
    test_names: tuple[Word, ...] = ()
    placeholder_dates: frozenset[date] = frozenset()
    control_ids_unique: bool = False
    delete_marker: Literal["deletes", "ignored"]
    acknowledgement: AckRules = AckRules()
    identifiers: IdentifierPatterns
    location: LocationTemplate
    pending_location: Place = "PV1-42"
    discharge: DischargeFields
    sex: dict[str, Literal["male", "female", "indeterminate", "unknown"]]
    classes: Classes
    encounter_status: EncounterStatus | None = None
    expected_discharge: tuple[Place, ...] = Field(min_length=1)
    expected_discharge_in_plan: tuple[Place, ...] = ()
    expected_discharge_with: tuple[DateWith, ...] = ()
    length_of_stay: LengthOfStay | None = None
    fitness: Fitness = Fitness()
    observations: Observations = Observations()
    hidden_when: tuple[HiddenWhen, ...] = ()
    deleted_when: tuple[DeletedWhen, ...] = ()
    extras: tuple[Extra, ...] = ()
    referrals: ReferralRules = ReferralRules()
    documents: DocumentRules = DocumentRules()
    forms: FormRules = FormRules()
    movement_order: tuple[Place, ...] = ("EVN-6", "PV1-44", "PV1-45", "EVN-2", "MSH-7")
    restated_order: tuple[Place, ...] = ("MSH-7", "EVN-2")
    sends: Sends | None = None
    _sha256: str = PrivateAttr(default="")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            meant = nearest(value, available_timezones(), "write it as Europe/London")
            raise ValueError(f"{value!r} is not a time zone: {meant}") from error
        return value

    @field_validator("sex")
    @classmethod
    def _without_case(cls, value: dict[str, str]) -> dict[str, str]:
        return {code.upper(): sex for code, sex in value.items()}

    @field_validator("source")
    @classmethod
    def _about_keys(cls, value: dict[str, str]) -> dict[str, str]:
        if "system" not in value:
            raise ValueError("the key system is missing: say which system this is and who described it")
        for key in value.keys() - {"system"} - cls.model_fields.keys():
            near = get_close_matches(key, cls.model_fields, n=1)
            meant = f": did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"{key!r} is not a key of a profile{meant}")
        return value

    @cached_property
    def zoneinfo(self) -> ZoneInfo:
        """The zone of times without an offset."""
        return ZoneInfo(self.zone)

    @cached_property
    def hiding_signs(self) -> tuple[HidingSign, ...]:
        """`hidden_when` as bytes, for a first look at every message."""
        places = ((split_place(rule.place), rule.values) for rule in self.hidden_when)
        return tuple(
            HidingSign(
                segment.encode(), field - (segment == "MSH"), tuple(value.encode() for value in values)
            )
            for (segment, field, _), values in places
        )

    @property
    def local_system(self) -> str | None:
        """The name under which this feed keeps all local numbers, if it says so."""
        return self.identifiers.local[-1].system

    @property
    def label(self) -> str:
        """Name and version, as pages and messages show it: `itk-2.4, version 1`."""
        return f"{self.name}, version {self.version}"

    @property
    def sha256(self) -> str:
        """SHA-256 of the file that it was read from, as `sha256sum` prints it; empty where there was none."""
        return self._sha256

    @property
    def mark(self) -> str:
        """The version and the beginning of the file's hash, so that two texts of one version differ."""
        return f"{self.label} ({self._sha256[:SHOWN]})" if self._sha256 else self.label

    def read_from(self, sha256: str) -> Self:
        """The same, as read from a file with this hash."""
        self._sha256 = sha256
        return self
