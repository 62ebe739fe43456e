"""How a case's stage reads in FHIR: as the status of its ServiceRequest, of its Task and of its stay.

Source: FHIR R4 state machines of ServiceRequest, Task and Encounter; one row a stage, side exits by outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

from discharge.cases.model import Case, CaseSpell, Stage
from discharge.disclosure import Telling


@dataclass(frozen=True, slots=True)
class Reading:
    """A stage in FHIR's words."""

    service_request: str
    task: str


BY_STAGE: dict[str, Reading] = {
    Stage.REFERRED: Reading("active", "received"),
    Stage.ACCEPTED: Reading("active", "accepted"),
    Stage.CHECKED: Reading("active", "in-progress"),
    Stage.MAKING_READY: Reading("active", "in-progress"),
    Stage.READY: Reading("active", "in-progress"),
    Stage.DISCHARGED: Reading("active", "in-progress"),
    Stage.FOLLOWED_UP: Reading("active", "in-progress"),
    Stage.CLOSED: Reading("completed", "completed"),
}

OF_NEWER = Reading("unknown", "in-progress")
"""A stage that only a newer build has: this one cannot say more."""

BY_OUTCOME: dict[str, Reading] = {
    "returned": Reading("revoked", "rejected"),
    "withdrawn": Reading("revoked", "cancelled"),
    "merged": Reading("revoked", "cancelled"),
    "entered-in-error": Reading("entered-in-error", "cancelled"),
}

TURNED = frozenset({Stage.REFERRED, Stage.CLOSED})
"""Stages that a return or an outcome gives another reading: the stage alone does not tell it."""

STAY: dict[str, str] = {
    "expected": "planned",
    "admitted": "in-progress",
    "on-leave": "onleave",
    "discharged": "finished",
    "cancelled": "cancelled",
}


def reading(stage: str, outcome: str | None = None, returned: bool = False) -> Reading:
    """FHIR's words for a stage; a side exit and a returned referral have words of their own."""
    if outcome in BY_OUTCOME:
        return BY_OUTCOME[outcome]
    if returned:
        return BY_OUTCOME["returned"]
    return BY_STAGE.get(stage, OF_NEWER)


def case_reading(case: Case) -> Reading:
    """FHIR's words for a case as it stands."""
    returned = case.referral is not None and case.referral.returned_reason is not None
    return reading(case.stage, case.outcome, returned and case.stage is Stage.REFERRED)


def told_reading(case: Case, telling: Telling) -> Reading | None:
    """FHIR's words for a case whose reader sees as much of it as `case` holds; None where they see neither
    how it ended nor whether it was returned, and either would change the words.
    """
    if case.stage not in TURNED:
        return reading(case.stage)
    return telling.of("status", case_reading)


def stay_status(spell: CaseSpell) -> str:
    """FHIR's word for where a stay stands."""
    return STAY.get(spell.status, "unknown")
