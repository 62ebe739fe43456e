"""Who decides: capacity for each decision, best interests, advocates, attorneys, and liberty."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.model.capacity import CapacityState
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.roles import CARE, CASEWORK_OR_SYSTEM
from discharge.values import YesNoUnknown


class RecordCapacity(CaseCommand):
    """Record capacity for one decision: presumed, found by an assessment, or in doubt and not yet assessed.
    The effective day is the day of the assessment.
    """

    declared: ClassVar = Declaration(
        "Record capacity for a decision", SINCE_ACCEPTANCE, CASEWORK_OR_SYSTEM, CARE, own_words=True
    )
    touches: ClassVar = ("capacity",)

    kind: Literal["record-capacity"] = "record-capacity"
    decision: str
    capacity: CapacityState
    assessor: str | None = None
    method: str | None = None
    review_on: date | None = None


class RecordBestInterests(CaseCommand):
    """Record a decision made in the best interests of somebody who lacks capacity for it."""

    declared: ClassVar = Declaration(
        "Record a best-interests decision", SINCE_ACCEPTANCE, CASEWORK_OR_SYSTEM, CARE, own_words=True
    )
    touches: ClassVar = ("best-interests",)
    depends_on: ClassVar = ("capacity:{decision}",)

    kind: Literal["record-best-interests"] = "record-best-interests"
    decision: str
    decider: str
    consulted: tuple[str, ...] = ()
    least_restrictive: YesNoUnknown


class RecordAdvocate(CaseCommand):
    """Record who speaks for the person about a decision: needed, or instructed on the effective day. The name
    belongs in the note.
    """

    declared: ClassVar = Declaration(
        "Record an advocate", SINCE_ACCEPTANCE, CASEWORK_OR_SYSTEM, CARE, own_words=True
    )
    touches: ClassVar = ("advocate",)

    kind: Literal["record-advocate"] = "record-advocate"
    decision: str
    advocate: str
    instructed: bool


class RecordRepresentative(CaseCommand):
    """Record an attorney or deputy, and whether somebody has seen that they may decide. The name belongs in
    the note.
    """

    declared: ClassVar = Declaration(
        "Record an attorney or deputy", SINCE_ACCEPTANCE, CASEWORK_OR_SYSTEM, CARE, own_words=True
    )
    touches: ClassVar = ("representative",)

    kind: Literal["record-representative"] = "record-representative"
    representative: str
    authority_seen: YesNoUnknown


class RecordLiberty(CaseCommand):
    """Record whether the person will be free to leave where they go, and how far an authorisation is."""

    declared: ClassVar = Declaration(
        "Record deprivation of liberty", SINCE_ACCEPTANCE, CASEWORK_OR_SYSTEM, CARE, own_words=True
    )
    touches: ClassVar = ("liberty",)

    kind: Literal["record-liberty"] = "record-liberty"
    state: str
    until_on: date | None = None


CapacityCommand = RecordCapacity | RecordBestInterests | RecordAdvocate | RecordRepresentative | RecordLiberty
"""Every command of this room."""
