"""What the ward and its feed say of the stay and the criteria to reside."""

from __future__ import annotations

from datetime import date
from typing import Literal

from discharge.cases.model import CaseSpell
from discharge.values import Frozen


class JoinSpell(Frozen):
    """Join the case to a hospital stay, after a doubtful match was looked at or when the stay appeared."""

    kind: Literal["join-spell"] = "join-spell"
    spell: CaseSpell


class NoteHospitalFacts(Frozen):
    """The trust's feed changed what is known of a stay; sent by the relay, never by a person."""

    kind: Literal["note-hospital-facts"] = "note-hospital-facts"
    spell: CaseSpell
    person_died_on: date | None = None
    criteria_met: bool | None = None
    criteria_from_on: date | None = None


class NotePersonDeleted(Frozen):
    """The trust deleted the person's record in its system; sent by the relay, never by a person."""

    kind: Literal["note-person-deleted"] = "note-person-deleted"


class SetCriteriaToReside(Frozen):
    """Record whether the person meets the criteria to reside, from a day on."""

    kind: Literal["set-criteria-to-reside"] = "set-criteria-to-reside"
    met: bool


class CorrectReadyPeriod(Frozen):
    """Restate, or remove, a ready period that was recorded wrongly."""

    kind: Literal["correct-ready-period"] = "correct-ready-period"
    replaces: date
    ready_on: date | None = None
    ended_on: date | None = None


class SetExpectedDischargeDate(Frozen):
    """Set or withdraw the expected date of discharge by hand."""

    kind: Literal["set-expected-discharge-date"] = "set-expected-discharge-date"
    expected_discharge_on: date | None
