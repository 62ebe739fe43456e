"""The case as rules see it: coded, without personal data, rebuilt by folding its events.

Everything here is a frozen value. Names, addresses and free text live in rows of their own under row-level
security; the case refers to them by id. Dates are Europe/London calendar dates, instants are aware UTC
case time.
"""

from __future__ import annotations

from discharge.cases.model.after import Action, Alert, FollowUp
from discharge.cases.model.capacity import (
    Advocate,
    BestInterests,
    DecisionCapacity,
    Liberty,
    Representative,
)
from discharge.cases.model.case import SNAPSHOT, Case
from discharge.cases.model.choice import ChoiceStep, SelfFunder, StatedWish
from discharge.cases.model.common import IN_HOSPITAL, Actor, ReopenedStage, Stage, StageInHospital
from discharge.cases.model.departure import Discharge, Readmission, UnreadyHome
from discharge.cases.model.evidence import EvidenceFile
from discharge.cases.model.hazards import Hazard, HazardStepReached, LandlordTold
from discharge.cases.model.home import Assignment, Check, GateItem, Homelessness, ItemAnswer, Mitigation
from discharge.cases.model.hospital import CaseSpell
from discharge.cases.model.merges import HandedOver, MergedCase
from discharge.cases.model.participation import Owner, Participant, SharingBasis
from discharge.cases.model.referral import Asked, Referral
from discharge.cases.model.stay_notices import StayNotice
from discharge.cases.model.strands import ADAPTATION, BASICS, EQUIPMENT, REHOUSING, Offer, Strand, StrandKind

__all__ = [
    "ADAPTATION",
    "BASICS",
    "EQUIPMENT",
    "IN_HOSPITAL",
    "REHOUSING",
    "SNAPSHOT",
    "Action",
    "Actor",
    "Advocate",
    "Alert",
    "Asked",
    "Assignment",
    "BestInterests",
    "Case",
    "CaseSpell",
    "Check",
    "ChoiceStep",
    "DecisionCapacity",
    "Discharge",
    "EvidenceFile",
    "FollowUp",
    "GateItem",
    "HandedOver",
    "Hazard",
    "HazardStepReached",
    "Homelessness",
    "ItemAnswer",
    "LandlordTold",
    "Liberty",
    "MergedCase",
    "Mitigation",
    "Offer",
    "Owner",
    "Participant",
    "Readmission",
    "Referral",
    "ReopenedStage",
    "Representative",
    "SelfFunder",
    "SharingBasis",
    "Stage",
    "StageInHospital",
    "StatedWish",
    "StayNotice",
    "Strand",
    "StrandKind",
    "UnreadyHome",
]
