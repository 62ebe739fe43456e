"""What one trust's system takes from us, as data: the `sends:` part of its feed profile.

    sends:
      message: A16                 # A08, A16 (with A25 when a date is withdrawn) or T02
      version: "2.4"
      expected_discharge: PV2-9
      fit: ZU1-22                  # leave out what the system does not take
      fit_on: ZU1-24
      home_ready: {code: HOME-READY, words: Home ready for discharge}

A place is a field (`PV2-9`, `ZU1-24`) or an observation with a local code (an OBX). Who is named in MSH-3 to
MSH-6 belongs to the installation and stands with the partner (`Parties`).
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from discharge.values import Frozen

LOCAL_CODES = "99HOMEWARD"
"""The coding system of our own observations: HL7 keeps names that begin with 99 for local ones."""

_FIELD = re.compile(r"([A-Z][A-Z0-9]{2})-(\d{1,3})")
_ALLOWED = frozenset({"PV2", "ZU1"})
_OWN_Z = re.compile(r"Z(?!U)[A-Z0-9]{2}")
"""Local segments must not begin with ZU (HL7 UK A.3), so every other Z segment may be the trust's own."""

MOST_HEADER = 180


class Observation(Frozen):
    """An OBX of ours: its local code and the words beside it."""

    code: str = Field(pattern=r"^[A-Z0-9][A-Z0-9\-]{0,19}$")
    words: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ,.()\-]{0,79}$")


def _own_field(text: str) -> str:
    match = _FIELD.fullmatch(text)
    if not match or int(match[2]) == 0 or not (match[1] in _ALLOWED or _OWN_Z.fullmatch(match[1])):
        raise ValueError(f"{text!r} is not a field that we fill: write it as PV2-9, ZU1-24 or ZXX-3")
    return text


Target = Annotated[str, AfterValidator(_own_field)] | Observation
"""Where a value goes."""


class Sends(Frozen):
    """Which message tells the news, and where in it each fact stands; what has no place is not told.

    `accept` and `application` are MSH-15 and MSH-16 (table 0155): both empty is original mode. `ascii` sends
    ASCII only, as HL7 UK A.3 has it; letters beyond it lose their accents.
    """

    message: Literal["A08", "A16", "T02"] = "A08"
    version: Literal["2.3", "2.4"] = "2.4"
    processing_id: Literal["P", "T", "D"] = "P"
    accept: Literal["", "AL", "NE", "ER", "SU"] = ""
    application: Literal["", "AL", "NE", "ER", "SU"] = ""
    ascii: bool = False
    expected_discharge: Target = "PV2-9"
    fit: Target | None = None
    fit_on: Target | None = None
    home_ready: Target = Observation(code="HOME-READY", words="Home ready for discharge")
    home_ready_on: Target | None = None

    @model_validator(mode="after")
    def _fits_the_message(self) -> "Sends":
        if self.message == "A16" and self.expected_discharge != "PV2-9":
            raise ValueError("an A16 carries the expected date in PV2-9: leave expected_discharge at PV2-9")
        fields = [target for target in self.targets() if isinstance(target, str)]
        if self.message == "T02" and fields:
            raise ValueError(f"a T02 has no {fields[0]}: give every place as an observation")
        if len(set(map(str, self.targets()))) != len(self.targets()):
            raise ValueError("two facts cannot stand in one place")
        return self

    def targets(self) -> list[Target]:
        """Every place that is named."""
        named = (self.expected_discharge, self.fit, self.fit_on, self.home_ready, self.home_ready_on)
        return [target for target in named if target is not None]


_Header = Annotated[str, Field(pattern=r"^[^|^~\\&\x00-\x1f]*$", max_length=MOST_HEADER)]


class Parties(Frozen):
    """MSH-3 to MSH-6: who we are to this partner, and which of its systems is meant."""

    sending_application: _Header = "HOMEWARD"
    sending_facility: _Header = ""
    receiving_application: _Header = ""
    receiving_facility: _Header = ""


def field_of(target: str) -> tuple[str, int]:
    """`PV2-9` as ("PV2", 9)."""
    segment, _, number = target.partition("-")
    return segment, int(number)
