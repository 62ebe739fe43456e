"""What the ward and its feed say of the stay and the criteria to reside."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.model import IN_HOSPITAL, CaseSpell
from discharge.cases.stages import ANY, OPEN
from discharge.roles import CASEWORK, LEADS, WARD_OR_SYSTEM


class JoinSpell(CaseCommand):
    """Join the case to a hospital stay, after a doubtful match was looked at or when the stay appeared."""

    declared: ClassVar = Declaration("Join the case to a hospital stay", OPEN, CASEWORK, LEADS)
    touches: ClassVar = ("stay",)

    kind: Literal["join-spell"] = "join-spell"
    spell: CaseSpell


class NoteHospitalFacts(CaseCommand):
    """The trust's feed changed what is known of a stay; sent by the relay, never by a person."""

    declared: ClassVar = Declaration("Record facts from the trust's feed", ANY)
    touches: ClassVar = ("stay", "criteria", "expected-date", "leaving", "ending")

    kind: Literal["note-hospital-facts"] = "note-hospital-facts"
    spell: CaseSpell
    person_died_on: date | None = None
    criteria_met: bool | None = None
    criteria_from_on: date | None = None


class NotePersonDeleted(CaseCommand):
    """The trust deleted the person's record in its system; sent by the relay, never by a person."""

    declared: ClassVar = Declaration("Record that the trust deleted the person's record", ANY)
    touches: ClassVar = ("action",)

    kind: Literal["note-person-deleted"] = "note-person-deleted"


class SetCriteriaToReside(CaseCommand):
    """Record whether the person meets the criteria to reside, from a day on."""

    declared: ClassVar = Declaration(
        "Record whether the criteria to reside are met", IN_HOSPITAL, WARD_OR_SYSTEM, LEADS
    )
    touches: ClassVar = ("criteria",)

    kind: Literal["set-criteria-to-reside"] = "set-criteria-to-reside"
    met: bool


class CorrectReadyPeriod(CaseCommand):
    """Restate, or remove, a ready period that was recorded wrongly."""

    declared: ClassVar = Declaration("Correct a ready period", ANY, WARD_OR_SYSTEM, LEADS)
    touches: ClassVar = ("criteria",)

    kind: Literal["correct-ready-period"] = "correct-ready-period"
    replaces: date
    ready_on: date | None = None
    ended_on: date | None = None


class SetExpectedDischargeDate(CaseCommand):
    """Set or withdraw the expected date of discharge by hand."""

    declared: ClassVar = Declaration("Set the expected date of discharge", IN_HOSPITAL, WARD_OR_SYSTEM, LEADS)
    touches: ClassVar = ("expected-date",)

    kind: Literal["set-expected-discharge-date"] = "set-expected-discharge-date"
    expected_discharge_on: date | None


HospitalCommand = (
    JoinSpell
    | NoteHospitalFacts
    | NotePersonDeleted
    | SetCriteriaToReside
    | CorrectReadyPeriod
    | SetExpectedDischargeDate
)
"""Every command of this room."""
