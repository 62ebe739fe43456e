"""The parts of a case that people and systems change, so that two who work on one case hinder each other only
where they mean the same thing.

A part is a room, or one thing in it: ``item:heating``, ``strand:adaptation/1``, ``needed-by``. Of each event
one table says which parts it changed; what a command is about stands with the command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from discharge.cases import events as ev
from discharge.cases.commands.common import CaseCommand
from discharge.cases.evolve import evolve
from discharge.cases.model import Case, Referral
from discharge.values import Frozen

SAID = tuple(name for name in ev.ReferralAmended.model_fields if name in Referral.model_fields)
"""What an amendment may say anew of a referral."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of what an event changes: the room, and of which things in it (the whole room without keys)."""

    room: str
    keys: Callable[[Any], Iterable[object]] | None = None

    def parts(self, event: ev.Event) -> tuple[str, ...]:
        """The parts of the case that this event changed there."""
        if self.keys is None:
            return (self.room,)
        return tuple(f"{self.room}:{key}" for key in self.keys(event))


def _one(room: str, name: str) -> Piece:
    """One thing of a room, called by a field of the event, or of the value in it."""

    def keys(event: Any) -> tuple[object]:
        value = event
        for step in name.split("."):
            value = getattr(value, step)
        return (value,)

    return Piece(room, keys)


def _reason_keys(event: ev.DelayReasonRecorded) -> tuple[object, ...]:
    """One national reason runs at a time; local ones run side by side."""
    reason = event.reason
    return (reason.reason_id, "national" if reason.kind == "national" else reason.code)


_ITEM, _MITIGATION = _one("item", "item"), _one("mitigation", "item")
_STRAND, _OFFERS = _one("strand", "strand"), _one("offers", "strand")
_HAZARD = _one("hazard", "hazard")

PIECES: Mapping[type[Frozen], tuple[Piece, ...]] = {
    ev.ReferralReceived: (Piece("referral"), Piece("acceptance")),
    ev.ReferralAmended: (Piece("referral", lambda event: SAID if event.changed is None else event.changed),),
    ev.ReferralAccepted: (Piece("acceptance"),),
    ev.ReferralReturned: (Piece("acceptance"),),
    ev.SpellJoined: (_one("stay", "spell.spell_id"),),
    ev.SpellChanged: (_one("stay", "spell.spell_id"),),
    ev.OwnerAssigned: (_one("owner", "owner.organisation_id"),),
    ev.ParticipantJoined: (_one("participant", "participant.organisation_id"),),
    ev.ParticipantLeft: (_one("participant", "organisation_id"),),
    ev.SharingBasisRecorded: (Piece("sharing"),),
    ev.SharingBasisWithdrawn: (Piece("sharing"),),
    ev.ExpectedDischargeDateSet: (Piece("expected-date"),),
    ev.NeededBySet: (Piece("needed-by"),),
    ev.ReadyPeriodStarted: (Piece("criteria"),),
    ev.ReadyPeriodEnded: (Piece("criteria"),),
    ev.ReadyPeriodCorrected: (Piece("criteria"),),
    ev.DelayReasonRecorded: (Piece("reason", _reason_keys),),
    ev.DelayReasonEnded: (_one("reason", "reason_id"),),
    ev.HomelessnessFlagged: (Piece("homelessness"),),
    ev.DutyToReferSent: (Piece("duty-to-refer"),),
    ev.DutyToReferAcknowledged: (Piece("duty-to-refer"),),
    ev.CheckStarted: (Piece("check"),),
    ev.CheckCompleted: (
        Piece("item", lambda event: event.answers if event.changed is None else event.changed),
    ),
    ev.ItemAnswered: (Piece("item", lambda event: (event.item,) if event.changed and event.stands else ()),),
    ev.AnswerDisputed: (_ITEM,),
    ev.AnswerSettled: (_ITEM,),
    ev.GatedItemsChanged: (Piece("item", lambda event: (event.because,)),),
    ev.BuildingLeft: (Piece("item", lambda event: event.items),),
    ev.GateItemSet: (_ITEM,),
    ev.ItemEvidenceAdded: (_one("evidence", "file.file_id"),),
    ev.ItemEvidenceRemoved: (_one("evidence", "file_id"),),
    ev.MitigationNamed: (_MITIGATION,),
    ev.MitigationWithdrawn: (_MITIGATION,),
    ev.BlockerAssigned: (_one("assignment", "item"),),
    ev.MakingReadyStarted: (Piece("work-begun"),),
    ev.StrandStarted: (_one("strand", "strand.key"),),
    ev.StrandMoved: (_STRAND,),
    ev.StrandOverdue: (_one("overdue", "strand"),),
    ev.StrandCompleted: (_STRAND,),
    ev.StrandCancelled: (_STRAND,),
    ev.StrandKept: (_STRAND,),
    ev.StrandRedirected: (_STRAND,),
    ev.StrandRequired: (_STRAND,),
    ev.WorkForFormerHome: (_STRAND,),
    ev.PropertiesProposed: (_one("proposals", "strand"),),
    ev.PropertyOffered: (_OFFERS,),
    ev.OfferAnswered: (_OFFERS,),
    ev.HomeLost: (_OFFERS,),
    ev.PropertyLet: (_OFFERS,),
    ev.HazardRecorded: (_one("hazard", "hazard.key"),),
    ev.HazardCorrected: (_one("hazard", "hazard.key"),),
    ev.HazardLandlordTold: (_HAZARD,),
    ev.HazardMoved: (_HAZARD,),
    ev.HazardReferred: (_HAZARD,),
    ev.HazardClosed: (_HAZARD,),
    ev.HomeBecameReady: (Piece("home-ready"),),
    ev.HomeNoLongerReady: (Piece("home-ready"),),
    ev.PersonDischarged: (Piece("leaving"),),
    ev.DischargeCancelled: (Piece("leaving"),),
    ev.DischargeCorrected: (Piece("leaving"),),
    ev.PersonReadmitted: (Piece("leaving"),),
    ev.ReadmissionCancelled: (Piece("leaving"), Piece("item")),
    ev.EarlierDischargeCorrected: (Piece("earlier-discharges"),),
    ev.HomeNotReady: (Piece("unready-home"),),
    ev.UnreadyHomeSettled: (Piece("unready-home"),),
    ev.FollowUpScheduled: (_one("contact", "follow_up.key"),),
    ev.ContactRecorded: (_one("contact", "key"),),
    ev.FollowUpCompleted: (Piece("follow-up"),),
    ev.ActionOpened: (_one("action", "action.key"),),
    ev.ActionAnswered: (_one("action", "action"),),
    ev.NoteWritten: (_one("note", "note_id"),),
    ev.AlertRaised: (_one("warning", "alert.alert_id"),),
    ev.AlertChanged: (_one("warning", "alert.alert_id"),),
    ev.AlertAcknowledged: (_one("alert", "alert_id"),),
    ev.AlertEscalated: (_one("escalation", "alert_id"),),
    ev.AlertCleared: (_one("alert", "alert_id"),),
    ev.CaseClosed: (Piece("ending"),),
    ev.CaseReopened: (Piece("ending"),),
    ev.CapacityRecorded: (_one("capacity", "capacity.decision"),),
    ev.BestInterestsDecided: (_one("best-interests", "decision"),),
    ev.AdvocateRecorded: (_one("advocate", "decision"),),
    ev.RepresentativeRecorded: (_one("representative", "representative.representative"),),
    ev.LibertyRecorded: (Piece("liberty"),),
    ev.WishRecorded: (Piece("wish"),),
    ev.ChoiceStepGiven: (_one("choice", "step.key"),),
    ev.ChoiceStepAnswered: (_one("choice", "step"),),
    ev.SelfFundingRecorded: (Piece("self-funding"),),
    ev.CaseMergedIn: (_one("merged-case", "merged.case_id"),),
    ev.CaseParted: (_one("merged-case", "merged_case_id"), Piece("item", lambda event: event.items)),
    ev.StayTold: (_one("stay-notice", "notice.key"),),
    ev.StayNoticeAnswered: (_one("stay-notice", "notice"),),
}
"""Event -> what of the case it changes. What a warning says, and who took it on, are two things."""

ROOMS = frozenset(piece.room for pieces in PIECES.values() for piece in pieces)


def room_of(part: str) -> str:
    """The room of a part."""
    return part.partition(":")[0]


def parts_of(event: ev.Event) -> tuple[str, ...]:
    """The parts of its case that an event changed."""
    return tuple(part for piece in PIECES[type(event)] for part in piece.parts(event))


def kinds_changing(rooms: Iterable[str]) -> tuple[str, ...]:
    """The kinds of events that change anything in these rooms."""
    wanted = frozenset(rooms)
    return tuple(
        kind.model_fields["kind"].default
        for kind, pieces in PIECES.items()
        if any(piece.room in wanted for piece in pieces)
    )


def judged_parts(case: Case, command: CaseCommand, decided: Iterable[ev.Event]) -> tuple[str, ...]:
    """What must not have changed since the asker of a command saw it: what it changes on purpose, as it was
    decided, and what it rests on. A command that says what is so already changes nothing, and is held against
    nothing.
    """
    changed: set[str] = set()
    for event in decided:
        after = evolve(case, event)
        if after != case.model_copy(update={"version": after.version}):
            changed |= {part for part in parts_of(event) if room_of(part) in command.touches}
        case = after
    if not changed:
        return ()
    fields = command.model_dump()
    return tuple(sorted(changed | {each.format(**fields) for each in command.depends_on}))


def overlap(judged: Iterable[str], changed: Iterable[str]) -> tuple[str, ...]:
    """The parts of ``changed`` that ``judged`` names, by themselves or with their whole room."""
    wanted = frozenset(judged)
    rooms = {room_of(part) for part in wanted}
    return tuple(
        part
        for part in changed
        if part in wanted or room_of(part) in wanted or (part in rooms and ":" not in part)
    )
