"""What people and systems may ask of a case, named as verbs.

A command travels in an :class:`Envelope` that says who asks, for which organisation, in which role, on which
effective day and why. Free text never rides along: it is stored as a note first and referred to by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, get_args
from uuid import UUID

from pydantic import Field, TypeAdapter

from discharge.cases.answer import ANSWER, Answer
from discharge.cases.commands.after import (
    AcknowledgeAlert,
    AddNote,
    AfterCommand,
    AnswerAction,
    RecordContact,
    StrikeClock,
)
from discharge.cases.commands.capacity import (
    CapacityCommand,
    RecordAdvocate,
    RecordBestInterests,
    RecordCapacity,
    RecordLiberty,
    RecordRepresentative,
)
from discharge.cases.commands.choice import (
    AnswerChoiceStep,
    ChoiceCommand,
    RecordChoiceStep,
    RecordSelfFunding,
    RecordWish,
)
from discharge.cases.commands.common import Declaration
from discharge.cases.commands.departure import (
    CancelDischarge,
    ConfirmDischarge,
    LeavingCommand,
    RecordDeath,
    WithdrawDeath,
)
from discharge.cases.commands.end import (
    CloseCase,
    EndingCommand,
    EnterInError,
    NoteMerge,
    NoteUnmerge,
    ReopenCase,
)
from discharge.cases.commands.evidence import AddItemEvidence, EvidenceCommand, RemoveItemEvidence
from discharge.cases.commands.hazards import (
    CloseHazard,
    CorrectHazard,
    HazardsCommand,
    MoveHazard,
    RecordHazard,
    RecordLandlordTold,
    ReferHazard,
)
from discharge.cases.commands.home import (
    AssignBlocker,
    CompleteCheck,
    ConfirmItem,
    HomeCommand,
    MoveCheck,
    NameMitigation,
    SaveAnswers,
    SettleAnswer,
    StartCheck,
    WithdrawMitigation,
)
from discharge.cases.commands.hospital import (
    CorrectReadyPeriod,
    HospitalCommand,
    JoinSpell,
    NoteHospitalFacts,
    NotePersonDeleted,
    SetCriteriaToReside,
    SetExpectedDischargeDate,
)
from discharge.cases.commands.merges import MergesCommand, NoteMergedCase, NotePartedCase
from discharge.cases.commands.participation import (
    AddParticipant,
    AssignOwner,
    EndParticipation,
    ParticipationCommand,
    RecordSharingBasis,
    WithdrawSharingBasis,
)
from discharge.cases.commands.referral import (
    AcceptReferral,
    AmendReferral,
    Refer,
    ReferralCommand,
    ReturnReferral,
    WithdrawReferral,
)
from discharge.cases.commands.stay_notices import AnswerStayNotice, StayNoticeCommand, TellOfStay
from discharge.cases.commands.strands import (
    AnswerOffer,
    CancelStrand,
    LetProperty,
    MoveStrand,
    NoteHomeLost,
    OfferProperty,
    RedirectStrand,
    ReportFromStrand,
    RequireStrand,
    StartStrand,
    StrandsCommand,
)
from discharge.cases.commands.wait import (
    AcknowledgeDutyToRefer,
    EndDelayReason,
    FlagHomelessness,
    RecordDelayReason,
    RecordDutyToRefer,
    SetNeededBy,
    WaitingCommand,
)
from discharge.cases.model import Actor
from discharge.stored import Stored
from discharge.values import Frozen

Command = Annotated[
    ReferralCommand
    | ParticipationCommand
    | HospitalCommand
    | EndingCommand
    | WaitingCommand
    | HomeCommand
    | EvidenceCommand
    | StrandsCommand
    | HazardsCommand
    | LeavingCommand
    | AfterCommand
    | CapacityCommand
    | ChoiceCommand
    | StayNoticeCommand
    | MergesCommand,
    Field(discriminator="kind"),
]
"""Every command there is."""

DECLARED: Mapping[str, Declaration] = MappingProxyType(
    {each.model_fields["kind"].default: each.declared for each in get_args(get_args(Command)[0])}
)
"""Kind of command -> what it declares."""

COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
"""Reads one command from JSON."""


class Envelope(Frozen):
    """One command with who asks, from when it holds, why, and what the asker was looking at.

    ``seen_version`` is the case version on the asker's screen: what the command changes must not have changed
    since. ``note_id`` points at the free-text half. ``confirmed`` names contradictions that the asker was
    asked about and stood by. ``late`` is kept for what earlier versions stored; nobody says it any more.
    """

    command_id: UUID
    case_id: UUID
    actor: Actor
    effective_on: date
    command: Command
    reason: str | None = None
    note_id: UUID | None = None
    seen_version: int | None = None
    confirmed: tuple[str, ...] = ()
    late: bool = False


ENVELOPE: Stored[Envelope] = Stored(TypeAdapter(Envelope), schema=10)
"""How a command is stored, with who asks."""

__all__ = [
    "ANSWER",
    "COMMAND",
    "DECLARED",
    "ENVELOPE",
    "AcceptReferral",
    "AcknowledgeAlert",
    "AcknowledgeDutyToRefer",
    "AddItemEvidence",
    "AddNote",
    "AddParticipant",
    "AmendReferral",
    "Answer",
    "AnswerAction",
    "AnswerChoiceStep",
    "AnswerOffer",
    "AnswerStayNotice",
    "AssignBlocker",
    "AssignOwner",
    "CancelDischarge",
    "CancelStrand",
    "CloseCase",
    "CloseHazard",
    "Command",
    "CompleteCheck",
    "ConfirmDischarge",
    "ConfirmItem",
    "CorrectHazard",
    "CorrectReadyPeriod",
    "EndDelayReason",
    "EndParticipation",
    "EnterInError",
    "Envelope",
    "FlagHomelessness",
    "JoinSpell",
    "LetProperty",
    "MoveCheck",
    "MoveHazard",
    "MoveStrand",
    "NameMitigation",
    "NoteHomeLost",
    "NoteHospitalFacts",
    "NoteMerge",
    "NoteMergedCase",
    "NotePartedCase",
    "NotePersonDeleted",
    "NoteUnmerge",
    "OfferProperty",
    "RecordAdvocate",
    "RecordBestInterests",
    "RecordCapacity",
    "RecordChoiceStep",
    "RecordContact",
    "RecordDeath",
    "RecordDelayReason",
    "RecordDutyToRefer",
    "RecordHazard",
    "RecordLandlordTold",
    "RecordLiberty",
    "RecordRepresentative",
    "RecordSelfFunding",
    "RecordSharingBasis",
    "RecordWish",
    "RedirectStrand",
    "Refer",
    "ReferHazard",
    "RemoveItemEvidence",
    "ReopenCase",
    "ReportFromStrand",
    "RequireStrand",
    "ReturnReferral",
    "SaveAnswers",
    "SetCriteriaToReside",
    "SetExpectedDischargeDate",
    "SetNeededBy",
    "SettleAnswer",
    "StartCheck",
    "StartStrand",
    "StrikeClock",
    "TellOfStay",
    "WithdrawDeath",
    "WithdrawMitigation",
    "WithdrawReferral",
    "WithdrawSharingBasis",
]
