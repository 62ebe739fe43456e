"""Hazards at home, and what was done about them."""

from __future__ import annotations

from datetime import date, time
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from discharge.calendar import Nation
from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.stages import OPEN
from discharge.roles import CARE, CASEWORK_OR_SYSTEM, HOME_OR_SYSTEM, LEADS, WORKING


class RecordHazard(CaseCommand):
    """Record a hazard at home: which, where, and how serious it is for this person; the note says why.

    ``known_by`` is how it is known (``evidence-kinds``). ``band`` is what an inspection gave; which scheme it
    is of follows from ``inspected_on``, else from the effective day. Without ``tenure`` that of the referral
    counts, without ``nation`` that of the address, where its postcode tells it.
    """

    declared: ClassVar = Declaration("Record a hazard at home", OPEN, CASEWORK_OR_SYSTEM, CARE)
    touches: ClassVar = ("hazard",)

    kind: Literal["record-hazard"] = "record-hazard"
    hazard_code: str = Field(
        description="The hazard of the rating scheme in force on the day",
        json_schema_extra={"x-code-list": "hhsrs"},
    )
    room: str
    severity: str
    known_by: str
    tenure: str | None = None
    nation: Nation | None = None
    address_nation: Nation | None = Field(
        default=None, description="The nation of the address, by its postcode"
    )
    band: str | None = None
    inspected_on: date | None = None
    landlord_id: UUID | None = None


class CorrectHazard(CaseCommand):
    """Correct what is recorded of a hazard; what is not given stays."""

    declared: ClassVar = Declaration("Correct a hazard", OPEN, CASEWORK_OR_SYSTEM, CARE)
    touches: ClassVar = ("hazard",)

    kind: Literal["correct-hazard"] = "correct-hazard"
    hazard: str
    hazard_code: str | None = Field(default=None, json_schema_extra={"x-code-list": "hhsrs"})
    room: str | None = None
    severity: str | None = None
    known_by: str | None = None
    tenure: str | None = None
    nation: Nation | None = None
    band: str | None = None
    inspected_on: date | None = None
    landlord_id: UUID | None = None


class RecordLandlordTold(CaseCommand):
    """Say that the landlord was told of a hazard: on the effective day, at ``told_time``, London time.

    The landlord's clocks count from then, whatever the day on which it is recorded here.
    """

    declared: ClassVar = Declaration(
        "Record that the landlord was told of a hazard", OPEN, CASEWORK_OR_SYSTEM, CARE
    )
    touches: ClassVar = ("hazard",)
    depends_on: ClassVar = ("sharing",)

    kind: Literal["record-landlord-told"] = "record-landlord-told"
    hazard: str
    told_by: str
    channel: str
    told_time: time | None = None
    landlord_id: UUID | None = None


class MoveHazard(CaseCommand):
    """Record a step about a hazard: investigated, summary given, made safe, work, a council's answer."""

    declared: ClassVar = Declaration("Record a step about a hazard", OPEN, HOME_OR_SYSTEM, WORKING)
    touches: ClassVar = ("hazard", "item")

    kind: Literal["move-hazard"] = "move-hazard"
    hazard: str
    step: str
    evidence: str | None = None


class ReferHazard(CaseCommand):
    """Refer a hazard to a council's environmental health; it needs a basis for sharing."""

    declared: ClassVar = Declaration(
        "Refer a hazard to the council's environmental health", OPEN, CASEWORK_OR_SYSTEM, CARE
    )
    touches: ClassVar = ("hazard",)
    depends_on: ClassVar = ("sharing",)

    kind: Literal["refer-hazard"] = "refer-hazard"
    hazard: str
    council_id: UUID


class CloseHazard(CaseCommand):
    """Close a hazard with a reason."""

    declared: ClassVar = Declaration("Close a hazard", OPEN, HOME_OR_SYSTEM, LEADS)
    touches: ClassVar = ("hazard", "item")

    kind: Literal["close-hazard"] = "close-hazard"
    hazard: str
    reason: str


HazardsCommand = RecordHazard | CorrectHazard | RecordLandlordTold | MoveHazard | ReferHazard | CloseHazard
"""Every command of this room."""
