"""What happened to a case, named as facts. The record keeps them in order; folding them gives the case.

An event is coded: it never holds a name, an address or free text. Who, for which organisation, when it takes
effect and when it was recorded stand beside it in the record, not inside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from discharge.cases.events.after import (
    ActionAnswered,
    ActionOpened,
    AlertAcknowledged,
    AlertChanged,
    AlertCleared,
    AlertEscalated,
    AlertRaised,
    ContactRecorded,
    FollowUpCompleted,
    FollowUpScheduled,
    NoteWritten,
)
from discharge.cases.events.capacity import (
    AdvocateRecorded,
    BestInterestsDecided,
    CapacityRecorded,
    LibertyRecorded,
    RepresentativeRecorded,
)
from discharge.cases.events.choice import (
    ChoiceStepAnswered,
    ChoiceStepGiven,
    SelfFundingRecorded,
    WishRecorded,
)
from discharge.cases.events.departure import (
    DischargeCancelled,
    DischargeCorrected,
    EarlierDischargeCorrected,
    HomeNotReady,
    PersonDischarged,
    PersonReadmitted,
    ReadmissionCancelled,
    UnreadyHomeSettled,
)
from discharge.cases.events.end import CaseClosed, CaseReopened
from discharge.cases.events.evidence import ItemEvidenceAdded, ItemEvidenceRemoved
from discharge.cases.events.hazards import (
    HazardClosed,
    HazardCorrected,
    HazardLandlordTold,
    HazardMoved,
    HazardRecorded,
    HazardReferred,
)
from discharge.cases.events.home import (
    AnswerDisputed,
    AnswerSettled,
    BlockerAssigned,
    BuildingLeft,
    CheckCompleted,
    CheckStarted,
    GatedItemsChanged,
    GateItemSet,
    HomeBecameReady,
    HomeNoLongerReady,
    ItemAnswered,
    MitigationNamed,
    MitigationWithdrawn,
)
from discharge.cases.events.hospital import (
    ExpectedDischargeDateSet,
    ReadyPeriodCorrected,
    ReadyPeriodEnded,
    ReadyPeriodStarted,
    SpellChanged,
    SpellJoined,
)
from discharge.cases.events.merges import CaseMergedIn, CaseParted
from discharge.cases.events.participation import (
    OwnerAssigned,
    ParticipantJoined,
    ParticipantLeft,
    SharingBasisRecorded,
    SharingBasisWithdrawn,
)
from discharge.cases.events.referral import (
    ReferralAccepted,
    ReferralAmended,
    ReferralReceived,
    ReferralReturned,
)
from discharge.cases.events.stay_notices import StayNoticeAnswered, StayTold
from discharge.cases.events.strands import (
    HomeLost,
    MakingReadyStarted,
    OfferAnswered,
    PropertiesProposed,
    PropertyLet,
    PropertyOffered,
    StrandCancelled,
    StrandCompleted,
    StrandKept,
    StrandMoved,
    StrandOverdue,
    StrandRedirected,
    StrandRequired,
    StrandStarted,
    WorkForFormerHome,
)
from discharge.cases.events.wait import (
    DelayReasonEnded,
    DelayReasonRecorded,
    DutyToReferAcknowledged,
    DutyToReferSent,
    HomelessnessFlagged,
    NeededBySet,
)
from discharge.errors import HomewardError
from discharge.stored import NEWER, Stored

Event = Annotated[
    ReferralReceived
    | SpellJoined
    | SpellChanged
    | ReferralAccepted
    | ReferralAmended
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
    | ItemAnswered
    | AnswerDisputed
    | AnswerSettled
    | GatedItemsChanged
    | BuildingLeft
    | GateItemSet
    | MitigationNamed
    | MitigationWithdrawn
    | BlockerAssigned
    | ItemEvidenceAdded
    | ItemEvidenceRemoved
    | MakingReadyStarted
    | StrandStarted
    | StrandMoved
    | StrandOverdue
    | StrandCompleted
    | StrandCancelled
    | PropertiesProposed
    | PropertyOffered
    | OfferAnswered
    | HomeLost
    | PropertyLet
    | WorkForFormerHome
    | StrandRedirected
    | StrandKept
    | StrandRequired
    | HazardRecorded
    | HazardCorrected
    | HazardLandlordTold
    | HazardMoved
    | HazardReferred
    | HazardClosed
    | HomeBecameReady
    | HomeNoLongerReady
    | PersonDischarged
    | DischargeCorrected
    | DischargeCancelled
    | HomeNotReady
    | UnreadyHomeSettled
    | FollowUpScheduled
    | ContactRecorded
    | FollowUpCompleted
    | ActionOpened
    | ActionAnswered
    | NoteWritten
    | PersonReadmitted
    | ReadmissionCancelled
    | EarlierDischargeCorrected
    | AlertRaised
    | AlertChanged
    | AlertAcknowledged
    | AlertEscalated
    | AlertCleared
    | CaseClosed
    | CaseReopened
    | CapacityRecorded
    | BestInterestsDecided
    | AdvocateRecorded
    | RepresentativeRecorded
    | LibertyRecorded
    | WishRecorded
    | ChoiceStepGiven
    | ChoiceStepAnswered
    | SelfFundingRecorded
    | StayTold
    | StayNoticeAnswered
    | CaseMergedIn
    | CaseParted,
    Field(discriminator="kind"),
]
"""Every event there is; ``kind`` tells them apart on the wire and in the record."""

EVENT: Stored[Event] = Stored(TypeAdapter(Event), schema=12)
"""How an event is stored. A new kind raises its schema, so that a build that does not have the kind knows."""


def event_as_known(stored: Mapping[str, Any]) -> Event | None:
    """Return a stored event to show it; ``None`` for one that only a newer build can read."""
    try:
        return EVENT.read(stored)
    except HomewardError as error:
        if error.code != NEWER:
            raise
        return None


__all__ = [
    "EVENT",
    "ActionAnswered",
    "ActionOpened",
    "AdvocateRecorded",
    "AlertAcknowledged",
    "AlertChanged",
    "AlertCleared",
    "AlertEscalated",
    "AlertRaised",
    "AnswerDisputed",
    "AnswerSettled",
    "BestInterestsDecided",
    "BlockerAssigned",
    "BuildingLeft",
    "CapacityRecorded",
    "CaseClosed",
    "CaseMergedIn",
    "CaseParted",
    "CaseReopened",
    "CheckCompleted",
    "CheckStarted",
    "ChoiceStepAnswered",
    "ChoiceStepGiven",
    "ContactRecorded",
    "DelayReasonEnded",
    "DelayReasonRecorded",
    "DischargeCancelled",
    "DischargeCorrected",
    "DutyToReferAcknowledged",
    "DutyToReferSent",
    "EarlierDischargeCorrected",
    "Event",
    "ExpectedDischargeDateSet",
    "FollowUpCompleted",
    "FollowUpScheduled",
    "GateItemSet",
    "GatedItemsChanged",
    "HazardClosed",
    "HazardCorrected",
    "HazardLandlordTold",
    "HazardMoved",
    "HazardRecorded",
    "HazardReferred",
    "HomeBecameReady",
    "HomeLost",
    "HomeNoLongerReady",
    "HomeNotReady",
    "HomelessnessFlagged",
    "ItemAnswered",
    "ItemEvidenceAdded",
    "ItemEvidenceRemoved",
    "LibertyRecorded",
    "MakingReadyStarted",
    "MitigationNamed",
    "MitigationWithdrawn",
    "NeededBySet",
    "NoteWritten",
    "OfferAnswered",
    "OwnerAssigned",
    "ParticipantJoined",
    "ParticipantLeft",
    "PersonDischarged",
    "PersonReadmitted",
    "PropertiesProposed",
    "PropertyLet",
    "PropertyOffered",
    "ReadmissionCancelled",
    "ReadyPeriodCorrected",
    "ReadyPeriodEnded",
    "ReadyPeriodStarted",
    "ReferralAccepted",
    "ReferralAmended",
    "ReferralReceived",
    "ReferralReturned",
    "RepresentativeRecorded",
    "SelfFundingRecorded",
    "SharingBasisRecorded",
    "SharingBasisWithdrawn",
    "SpellChanged",
    "SpellJoined",
    "StayNoticeAnswered",
    "StayTold",
    "StrandCancelled",
    "StrandCompleted",
    "StrandKept",
    "StrandMoved",
    "StrandOverdue",
    "StrandRedirected",
    "StrandRequired",
    "StrandStarted",
    "UnreadyHomeSettled",
    "WishRecorded",
    "WorkForFormerHome",
    "event_as_known",
]
