"""What people and systems may ask of a case, named as verbs.

A command travels in an :class:`Envelope` that says who asks, for which organisation, in which role, on which
effective day and why. Free text never rides along: it is stored as a note first and referred to by id.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from discharge.cases.model import Actor, CaseSpell, Frozen, StrandKind, YesNoUnknown


class Refer(Frozen):
    """Open a case, or join one that is open for the person; asks for nothing that is already held.

    ``organisation_id`` is the referring trust; ``service_id`` the housing-health service that takes the
    referral, found at the door; both take part in the case from the first day.
    """

    kind: Literal["refer"] = "refer"
    person_id: UUID
    organisation_id: UUID
    service_id: UUID | None = None
    spell: CaseSpell | None = None
    ward: str | None = None
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    tenure: str = "unknown"
    lives_alone: YesNoUnknown = "unknown"
    homeless: YesNoUnknown = "unknown"
    pathway: str | None = None
    expected_discharge_on: date | None = None
    ready_on: date | None = None
    sharing_basis: str | None = None
    external_id: str | None = None


class AcceptReferral(Frozen):
    """Take the referral on, and say who answers for it."""

    kind: Literal["accept-referral"] = "accept-referral"
    team_id: UUID | None = None
    user_id: UUID | None = None


class ReturnReferral(Frozen):
    """Send the referral back to the ward with a coded reason."""

    kind: Literal["return-referral"] = "return-referral"
    reason: str


class WithdrawReferral(Frozen):
    """The ward, or the person, no longer wants the help."""

    kind: Literal["withdraw-referral"] = "withdraw-referral"
    reason: str


class AssignOwner(Frozen):
    """Name who answers for the case in the asker's organisation (assignment, cover, handover)."""

    kind: Literal["assign-owner"] = "assign-owner"
    team_id: UUID | None = None
    user_id: UUID | None = None


class AddParticipant(Frozen):
    """Let an organisation take part in the case."""

    kind: Literal["add-participant"] = "add-participant"
    organisation_id: UUID
    role: str
    basis: str


class EndParticipation(Frozen):
    """An organisation no longer takes part."""

    kind: Literal["end-participation"] = "end-participation"
    organisation_id: UUID


class RecordSharingBasis(Frozen):
    """Record consent or another lawful basis for telling partners."""

    kind: Literal["record-sharing-basis"] = "record-sharing-basis"
    basis: str


class WithdrawSharingBasis(Frozen):
    """The person withdrew consent, or the basis ended."""

    kind: Literal["withdraw-sharing-basis"] = "withdraw-sharing-basis"


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


class NoteMerge(Frozen):
    """Two people turned out to be one (A40): this case ends as merged into an older one."""

    kind: Literal["note-merge"] = "note-merge"
    into_case_id: UUID


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


class SetNeededBy(Frozen):
    """Set the day by which the home must be ready."""

    kind: Literal["set-needed-by"] = "set-needed-by"
    needed_by: date | None


class RecordDelayReason(Frozen):
    """Record why the person waits from a day on; a new national reason ends the one before it."""

    kind: Literal["record-delay-reason"] = "record-delay-reason"
    reason_kind: Literal["national", "local"]
    code: str
    owner_role: str
    owner_organisation_id: UUID | None = None
    to_on: date | None = None


class EndDelayReason(Frozen):
    """A reason for waiting no longer holds."""

    kind: Literal["end-delay-reason"] = "end-delay-reason"
    reason_id: UUID


class FlagHomelessness(Frozen):
    """Record whether the person may be homeless or threatened with it."""

    kind: Literal["flag-homelessness"] = "flag-homelessness"
    flag: YesNoUnknown


class RecordDutyToRefer(Frozen):
    """Record that the duty-to-refer referral was sent to a council."""

    kind: Literal["record-duty-to-refer"] = "record-duty-to-refer"
    council_id: UUID | None = None


class AcknowledgeDutyToRefer(Frozen):
    """Record that the council acknowledged the duty-to-refer referral."""

    kind: Literal["acknowledge-duty-to-refer"] = "acknowledge-duty-to-refer"


class StartCheck(Frozen):
    """Begin the home suitability check on a version of the form."""

    kind: Literal["start-check"] = "start-check"
    form: str


class CompleteCheck(Frozen):
    """Hand in the check: one coded answer for each item."""

    kind: Literal["complete-check"] = "complete-check"
    form: str
    answers: dict[str, YesNoUnknown]


class ConfirmItem(Frozen):
    """Say how one gated item stands now."""

    kind: Literal["confirm-item"] = "confirm-item"
    item: str
    value: YesNoUnknown


class NameMitigation(Frozen):
    """Name what will be done instead of a ``yes``, and which role answers for it."""

    kind: Literal["name-mitigation"] = "name-mitigation"
    item: str
    mitigation: str
    role: str


class WithdrawMitigation(Frozen):
    """A mitigation no longer holds."""

    kind: Literal["withdraw-mitigation"] = "withdraw-mitigation"
    item: str


class StartStrand(Frozen):
    """Open a strand: order an adaptation or equipment, begin rehousing, or set up the basics at home."""

    kind: Literal["start-strand"] = "start-strand"
    strand_kind: StrandKind
    item: str
    partner_id: UUID | None = None
    due_on: date | None = None
    required: bool = True


class MoveStrand(Frozen):
    """A strand reached a step (acknowledged, surveyed, delivered, fitted, keys held ...)."""

    kind: Literal["move-strand"] = "move-strand"
    strand: str
    step: str
    due_on: date | None = None


class CancelStrand(Frozen):
    """A strand is no longer wanted."""

    kind: Literal["cancel-strand"] = "cancel-strand"
    strand: str
    reason: str


class OfferProperty(Frozen):
    """Offer one home to the person; only a human offers."""

    kind: Literal["offer-property"] = "offer-property"
    strand: str
    property_id: UUID
    respond_by: date | None = None


class AnswerOffer(Frozen):
    """Record the person's answer to an offer; a refusal keeps its reason."""

    kind: Literal["answer-offer"] = "answer-offer"
    strand: str
    offer_id: UUID
    answer: Literal["accepted", "refused"]
    reason: str | None = None


class LetProperty(Frozen):
    """The tenancy was signed for the accepted offer."""

    kind: Literal["let-property"] = "let-property"
    strand: str


class ReportFromStrand(Frozen):
    """What a strand's own workflow found: overdue, an offer lapsed, homes that fit. Sent by strands only."""

    kind: Literal["report-from-strand"] = "report-from-strand"
    strand: str
    report: Literal["overdue", "offer-lapsed", "proposals"]
    offer_id: UUID | None = None
    property_ids: tuple[UUID, ...] = ()


class ConfirmDischarge(Frozen):
    """Record by hand that the person left, when no A03 came."""

    kind: Literal["confirm-discharge"] = "confirm-discharge"
    destination: str
    method: str = "1"
    discharged_at: datetime | None = None


class CancelDischarge(Frozen):
    """Record by hand that the discharge did not happen."""

    kind: Literal["cancel-discharge"] = "cancel-discharge"


class RecordDeath(Frozen):
    """The person died; every contact stops at once."""

    kind: Literal["record-death"] = "record-death"


class RecordContact(Frozen):
    """Record a contact after discharge, and what was wrong at home."""

    kind: Literal["record-contact"] = "record-contact"
    follow_up: str
    outcome: str
    contacted_at: datetime | None = None
    problems: tuple[str, ...] = ()


class AcknowledgeAlert(Frozen):
    """Take an alert on."""

    kind: Literal["acknowledge-alert"] = "acknowledge-alert"
    alert_id: UUID


class CloseCase(Frozen):
    """Close the case with an outcome."""

    kind: Literal["close-case"] = "close-case"
    outcome: str


class ReopenCase(Frozen):
    """Open a closed case again, with a coded reason."""

    kind: Literal["reopen-case"] = "reopen-case"
    reason: str


class EnterInError(Frozen):
    """The case should never have existed."""

    kind: Literal["enter-in-error"] = "enter-in-error"


class StrikeClock(Frozen):
    """A durable timer fired: look at the rules again. Sent by the case's own workflow only."""

    kind: Literal["strike-clock"] = "strike-clock"


Command = Annotated[
    Refer
    | AcceptReferral
    | ReturnReferral
    | WithdrawReferral
    | AssignOwner
    | AddParticipant
    | EndParticipation
    | RecordSharingBasis
    | WithdrawSharingBasis
    | JoinSpell
    | NoteHospitalFacts
    | NoteMerge
    | SetCriteriaToReside
    | CorrectReadyPeriod
    | SetExpectedDischargeDate
    | SetNeededBy
    | RecordDelayReason
    | EndDelayReason
    | FlagHomelessness
    | RecordDutyToRefer
    | AcknowledgeDutyToRefer
    | StartCheck
    | CompleteCheck
    | ConfirmItem
    | NameMitigation
    | WithdrawMitigation
    | StartStrand
    | MoveStrand
    | CancelStrand
    | OfferProperty
    | AnswerOffer
    | LetProperty
    | ReportFromStrand
    | ConfirmDischarge
    | CancelDischarge
    | RecordDeath
    | RecordContact
    | AcknowledgeAlert
    | CloseCase
    | ReopenCase
    | EnterInError
    | StrikeClock,
    Field(discriminator="kind"),
]
"""Every command there is."""

COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
"""Reads one command from JSON."""


class Envelope(Frozen):
    """One command with who asks, from when it holds, why, and what the asker was looking at.

    ``seen_version`` is the case version on the asker's screen; ``late`` marks a command that could not be
    executed at once, which is judged against that version and authorised again. ``note_id`` points at the
    free-text half.
    """

    command_id: UUID
    case_id: UUID
    actor: Actor
    effective_on: date
    command: Command
    reason: str | None = None
    note_id: UUID | None = None
    seen_version: int | None = None
    late: bool = False


class Answer(Frozen):
    """What became of a command: ``accepted`` with its events, or ``refused`` with a code of the table.

    ``detail`` never repeats input; ``version`` is the case version after it.
    """

    command_id: UUID
    case_id: UUID
    outcome: Literal["accepted", "refused"]
    version: int
    code: str | None = None
    detail: str | None = None
    events: tuple[str, ...] = ()
