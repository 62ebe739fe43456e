"""What happened to a case, named as facts. The record keeps them in order; folding them gives the case.

An event is coded: it never holds a name, an address or free text. Who, for which organisation, when it takes
effect and when it was recorded stand beside it in the record, not inside it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from discharge.cases.model import (
    Alert,
    CaseSpell,
    Discharge,
    FollowUp,
    Frozen,
    Mitigation,
    Offer,
    Owner,
    Participant,
    Readmission,
    Referral,
    SharingBasis,
    Strand,
    YesNoUnknown,
)
from discharge.delays.model import DelayReason, ReadyPeriod


class ReferralReceived(Frozen):
    """A ward asked for help with somebody's home."""

    kind: Literal["referral-received"] = "referral-received"
    person_id: UUID
    referral: Referral


class SpellJoined(Frozen):
    """The hospital stay that the case waits in became known."""

    kind: Literal["spell-joined"] = "spell-joined"
    spell: CaseSpell


class SpellChanged(Frozen):
    """The trust's feed told us something new about a stay of this case."""

    kind: Literal["spell-changed"] = "spell-changed"
    spell: CaseSpell


class ReferralAccepted(Frozen):
    """The referral was taken on."""

    kind: Literal["referral-accepted"] = "referral-accepted"
    accepted_on: date


class ReferralReturned(Frozen):
    """The referral went back to the ward, with a coded reason."""

    kind: Literal["referral-returned"] = "referral-returned"
    returned_on: date
    reason: str


class OwnerAssigned(Frozen):
    """Somebody now answers for the case in one organisation."""

    kind: Literal["owner-assigned"] = "owner-assigned"
    owner: Owner


class ParticipantJoined(Frozen):
    """An organisation takes part from a day on."""

    kind: Literal["participant-joined"] = "participant-joined"
    participant: Participant


class ParticipantLeft(Frozen):
    """An organisation no longer takes part."""

    kind: Literal["participant-left"] = "participant-left"
    organisation_id: UUID
    until_on: date


class SharingBasisRecorded(Frozen):
    """Consent, or another lawful basis, now allows partners to be told."""

    kind: Literal["sharing-basis-recorded"] = "sharing-basis-recorded"
    sharing: SharingBasis


class SharingBasisWithdrawn(Frozen):
    """The basis for telling partners ended."""

    kind: Literal["sharing-basis-withdrawn"] = "sharing-basis-withdrawn"
    withdrawn_on: date


class ExpectedDischargeDateSet(Frozen):
    """The expected date of discharge was set, moved or withdrawn."""

    kind: Literal["expected-discharge-date-set"] = "expected-discharge-date-set"
    expected_discharge_on: date | None


class NeededBySet(Frozen):
    """The day by which the home must be ready was set."""

    kind: Literal["needed-by-set"] = "needed-by-set"
    needed_by: date | None


class ReadyPeriodStarted(Frozen):
    """The person no longer meets the criteria to reside."""

    kind: Literal["ready-period-started"] = "ready-period-started"
    period: ReadyPeriod


class ReadyPeriodEnded(Frozen):
    """The running ready period ended."""

    kind: Literal["ready-period-ended"] = "ready-period-ended"
    ended_on: date
    ended_by: Literal["discharged", "met-criteria-again", "died", "transferred", "left"]


class ReadyPeriodCorrected(Frozen):
    """A ready period was restated; ``replaces`` is the day it was thought to begin, ``None`` removes it."""

    kind: Literal["ready-period-corrected"] = "ready-period-corrected"
    replaces: date
    period: ReadyPeriod | None


class DelayReasonRecorded(Frozen):
    """A reason for waiting was recorded, with its owner."""

    kind: Literal["delay-reason-recorded"] = "delay-reason-recorded"
    reason: DelayReason


class DelayReasonEnded(Frozen):
    """A reason for waiting no longer holds from a day on."""

    kind: Literal["delay-reason-ended"] = "delay-reason-ended"
    reason_id: UUID
    to_on: date


class HomelessnessFlagged(Frozen):
    """Whether the person may be homeless or threatened with it was recorded."""

    kind: Literal["homelessness-flagged"] = "homelessness-flagged"
    flag: YesNoUnknown
    flagged_on: date


class DutyToReferSent(Frozen):
    """A duty-to-refer referral went to the council the person chose."""

    kind: Literal["duty-to-refer-sent"] = "duty-to-refer-sent"
    referred_on: date
    council_id: UUID | None = None


class DutyToReferAcknowledged(Frozen):
    """The council acknowledged the duty-to-refer referral."""

    kind: Literal["duty-to-refer-acknowledged"] = "duty-to-refer-acknowledged"
    acknowledged_on: date


class CheckStarted(Frozen):
    """The home suitability check began."""

    kind: Literal["check-started"] = "check-started"
    form: str
    started_on: date


class CheckCompleted(Frozen):
    """The check was completed with a coded answer for every item."""

    kind: Literal["check-completed"] = "check-completed"
    completed_on: date
    answers: dict[str, YesNoUnknown]
    gated: tuple[str, ...]


class GateItemSet(Frozen):
    """One gated item was confirmed, denied or doubted again."""

    kind: Literal["gate-item-set"] = "gate-item-set"
    item: str
    value: YesNoUnknown
    as_of: date


class MitigationNamed(Frozen):
    """A named role answers for a mitigation instead of a ``yes``."""

    kind: Literal["mitigation-named"] = "mitigation-named"
    item: str
    mitigation: Mitigation


class MitigationWithdrawn(Frozen):
    """A mitigation no longer holds."""

    kind: Literal["mitigation-withdrawn"] = "mitigation-withdrawn"
    item: str
    withdrawn_on: date


class MakingReadyStarted(Frozen):
    """Work on the home began."""

    kind: Literal["making-ready-started"] = "making-ready-started"
    started_on: date


class StrandStarted(Frozen):
    """One strand of making ready was opened."""

    kind: Literal["strand-started"] = "strand-started"
    strand: Strand


class StrandMoved(Frozen):
    """A strand reached a step; ``due_on`` is restated when the partner promised another day."""

    kind: Literal["strand-moved"] = "strand-moved"
    strand: str
    step: str
    moved_on: date
    due_on: date | None = None


class StrandOverdue(Frozen):
    """A strand passed the day it was due and is not done."""

    kind: Literal["strand-overdue"] = "strand-overdue"
    strand: str
    since: date


class StrandCompleted(Frozen):
    """A strand did what it was for."""

    kind: Literal["strand-completed"] = "strand-completed"
    strand: str
    completed_on: date


class StrandCancelled(Frozen):
    """A strand is no longer wanted."""

    kind: Literal["strand-cancelled"] = "strand-cancelled"
    strand: str
    cancelled_on: date
    reason: str


class PropertiesProposed(Frozen):
    """Matching found homes that fit; nothing is offered by it."""

    kind: Literal["properties-proposed"] = "properties-proposed"
    strand: str
    property_ids: tuple[UUID, ...]
    proposed_on: date


class PropertyOffered(Frozen):
    """A home was offered to the person."""

    kind: Literal["property-offered"] = "property-offered"
    strand: str
    offer: Offer


class OfferAnswered(Frozen):
    """The person, or time, answered an offer."""

    kind: Literal["offer-answered"] = "offer-answered"
    strand: str
    offer_id: UUID
    answer: Literal["accepted", "refused", "lapsed"]
    answered_on: date
    reason: str | None = None


class PropertyLet(Frozen):
    """The tenancy was signed: this home is let to this person, and to nobody else."""

    kind: Literal["property-let"] = "property-let"
    strand: str
    property_id: UUID
    let_on: date


class HomeBecameReady(Frozen):
    """Every gated item is ``yes`` or mitigated, and no required strand is open."""

    kind: Literal["home-became-ready"] = "home-became-ready"
    ready_on: date


class HomeNoLongerReady(Frozen):
    """The gate shut again."""

    kind: Literal["home-no-longer-ready"] = "home-no-longer-ready"
    since: date


class PersonDischarged(Frozen):
    """The person left hospital."""

    kind: Literal["person-discharged"] = "person-discharged"
    discharge: Discharge


class DischargeCancelled(Frozen):
    """The discharge did not happen after all (A13)."""

    kind: Literal["discharge-cancelled"] = "discharge-cancelled"
    cancelled_on: date


class FollowUpScheduled(Frozen):
    """A contact after discharge is owed."""

    kind: Literal["follow-up-scheduled"] = "follow-up-scheduled"
    follow_up: FollowUp


class ContactRecorded(Frozen):
    """Somebody reached the person after discharge, or tried."""

    kind: Literal["contact-recorded"] = "contact-recorded"
    key: str
    outcome: str
    contacted_at: datetime
    problems: tuple[str, ...] = ()


class FollowUpCompleted(Frozen):
    """The last contact owed after discharge was made."""

    kind: Literal["follow-up-completed"] = "follow-up-completed"
    completed_on: date


class PersonReadmitted(Frozen):
    """Back in hospital within 0-29 days of the discharge."""

    kind: Literal["person-readmitted"] = "person-readmitted"
    readmission: Readmission


class AlertRaised(Frozen):
    """A rule found a risk."""

    kind: Literal["alert-raised"] = "alert-raised"
    alert: Alert


class AlertAcknowledged(Frozen):
    """Somebody took an alert on."""

    kind: Literal["alert-acknowledged"] = "alert-acknowledged"
    alert_id: UUID
    acknowledged_at: datetime
    acknowledged_by: UUID | None = None


class AlertEscalated(Frozen):
    """An alert was ignored for too long and went to the next role."""

    kind: Literal["alert-escalated"] = "alert-escalated"
    alert_id: UUID
    escalated_at: datetime
    owner_role: str


class AlertCleared(Frozen):
    """The cause of an alert no longer holds."""

    kind: Literal["alert-cleared"] = "alert-cleared"
    alert_id: UUID
    cleared_at: datetime


class CaseClosed(Frozen):
    """Nothing more is awaited; the outcome says how it ended (a side exit has its own outcome code)."""

    kind: Literal["case-closed"] = "case-closed"
    closed_on: date
    outcome: str
    merged_into: UUID | None = None


ReopenedStage = Literal["referred", "accepted", "checked", "making-ready", "discharged"]
"""Where a reopened case can stand."""


class CaseReopened(Frozen):
    """A late fact or a person opened the case again, at the stage that fits."""

    kind: Literal["case-reopened"] = "case-reopened"
    reopened_on: date
    stage: ReopenedStage
    reason: str


Event = Annotated[
    ReferralReceived
    | SpellJoined
    | SpellChanged
    | ReferralAccepted
    | ReferralReturned
    | OwnerAssigned
    | ParticipantJoined
    | ParticipantLeft
    | SharingBasisRecorded
    | SharingBasisWithdrawn
    | ExpectedDischargeDateSet
    | NeededBySet
    | ReadyPeriodStarted
    | ReadyPeriodEnded
    | ReadyPeriodCorrected
    | DelayReasonRecorded
    | DelayReasonEnded
    | HomelessnessFlagged
    | DutyToReferSent
    | DutyToReferAcknowledged
    | CheckStarted
    | CheckCompleted
    | GateItemSet
    | MitigationNamed
    | MitigationWithdrawn
    | MakingReadyStarted
    | StrandStarted
    | StrandMoved
    | StrandOverdue
    | StrandCompleted
    | StrandCancelled
    | PropertiesProposed
    | PropertyOffered
    | OfferAnswered
    | PropertyLet
    | HomeBecameReady
    | HomeNoLongerReady
    | PersonDischarged
    | DischargeCancelled
    | FollowUpScheduled
    | ContactRecorded
    | FollowUpCompleted
    | PersonReadmitted
    | AlertRaised
    | AlertAcknowledged
    | AlertEscalated
    | AlertCleared
    | CaseClosed
    | CaseReopened,
    Field(discriminator="kind"),
]
"""Every event there is; ``kind`` tells them apart on the wire and in the record."""

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Reads one stored event."""

EVENTS: TypeAdapter[list[Event]] = TypeAdapter(list[Event])
"""Reads a list of stored events."""
