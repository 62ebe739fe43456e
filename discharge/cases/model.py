"""The case as rules see it: coded, without personal data, rebuilt by folding its events.

Everything here is a frozen value. Names, addresses and free text live in rows of their own under row-level
security; the case refers to them by id. Dates are Europe/London calendar dates, instants are aware UTC
case time.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from discharge.codes.casework import SHARING_BASES
from discharge.delays.model import DelayReason, ReadyPeriod

PARTNER_BASES = frozenset(row.code for row in SHARING_BASES if row.partners)
"""Bases for sharing that reach beyond direct care."""

YesNoUnknown = Literal["yes", "no", "unknown"]
"""``unknown`` is a value of its own: it blocks a gated item just as ``no`` does."""


class Frozen(BaseModel):
    """A value that cannot change and refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(StrEnum):
    """Where a case stands on the pathway; *closed* is a stage, so late facts may reopen it."""

    REFERRED = "referred"
    ACCEPTED = "accepted"
    CHECKED = "checked"
    MAKING_READY = "making-ready"
    READY = "ready"
    DISCHARGED = "discharged"
    FOLLOWED_UP = "followed-up"
    CLOSED = "closed"


IN_HOSPITAL = frozenset({Stage.REFERRED, Stage.ACCEPTED, Stage.CHECKED, Stage.MAKING_READY, Stage.READY})
"""Stages in which the person is still waiting in a bed."""

StageInHospital = Literal[Stage.REFERRED, Stage.ACCEPTED, Stage.CHECKED, Stage.MAKING_READY]
"""Where work stands while the person is in a bed and the gate is shut."""

ReopenedStage = Literal[Stage.REFERRED, Stage.ACCEPTED, Stage.CHECKED, Stage.MAKING_READY, Stage.DISCHARGED]
"""Where a reopened case can stand."""


class Actor(Frozen):
    """Who asks: a signed-in person or a system, for which organisation, in which role."""

    organisation_id: UUID
    role: str
    user_id: UUID | None = None


class CaseSpell(Frozen):
    """One hospital stay that belongs to the case, as last folded from the trust's feed.

    ``status`` is ``expected``, ``admitted``, ``on-leave``, ``discharged`` or ``cancelled``; the last with the
    reason: ``admission-cancelled``, ``expectation-cancelled``, ``deleted`` (the visit was entered in error)
    or ``moved`` (it belongs to another number or person).
    """

    spell_id: UUID
    organisation_id: UUID
    status: str = "admitted"
    ward: str | None = None
    bed: str | None = None
    admitted_on: date | None = None
    discharged_on: date | None = None
    expected_admission_on: date | None = None
    expected_discharge_on: date | None = None
    medically_fit: bool | None = None
    medically_fit_on: date | None = None
    discharge_method: str | None = None
    discharge_destination: str | None = None
    died: bool = False
    cancelled_because: str | None = None


class Referral(Frozen):
    """What the ward asked for, in codes; ``awaiting_spell`` until the stay it names is known."""

    referred_on: date
    organisation_id: UUID
    ward: str | None = None
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    tenure: str = "unknown"
    lives_alone: YesNoUnknown = "unknown"
    pathway: str | None = None
    external_id: str | None = None
    awaiting_spell: bool = False
    accepted_on: date | None = None
    returned_reason: str | None = None


class Participant(Frozen):
    """An organisation that takes part in the case, on what basis, from and until which day."""

    organisation_id: UUID
    role: str
    basis: str
    from_on: date
    until_on: date | None = None


class Owner(Frozen):
    """Who answers for the case in one organisation."""

    organisation_id: UUID
    team_id: UUID | None = None
    user_id: UUID | None = None


class SharingBasis(Frozen):
    """A recorded lawful basis for telling partners about the case (consent, or another one by code)."""

    basis: str
    recorded_on: date
    withdrawn_on: date | None = None


class Check(Frozen):
    """The home suitability check: which form, when begun, when completed, and its coded answers."""

    form: str
    started_on: date
    completed_on: date | None = None
    answers: dict[str, YesNoUnknown] = Field(default_factory=dict)


class Mitigation(Frozen):
    """What will be done instead of a ``yes``, and the role that answers for it."""

    code: str
    role: str
    named_on: date
    named_by: UUID | None = None


class GateItem(Frozen):
    """One thing that must be so before the person leaves."""

    code: str
    value: YesNoUnknown = "unknown"
    as_of: date | None = None
    mitigation: Mitigation | None = None

    @property
    def satisfied(self) -> bool:
        """A gated item is satisfied by ``yes`` or by a named mitigation; ``unknown`` blocks."""
        return self.value == "yes" or self.mitigation is not None


class Offer(Frozen):
    """A home offered to the person. ``answer`` is ``None`` while open, else accepted, refused or lapsed."""

    offer_id: UUID
    property_id: UUID
    offered_on: date
    respond_by: date
    answer: Literal["accepted", "refused", "lapsed"] | None = None
    answered_on: date | None = None
    reason: str | None = None


class StrandKind(StrEnum):
    """The four strands that really run; others are added as rows of ``housing_checks.strands``."""

    ADAPTATION = "adaptation"
    EQUIPMENT = "equipment"
    REHOUSING = "rehousing"
    BASICS = "basics"


class Strand(Frozen):
    """One piece of making ready: its own owner, clock and history, run by a workflow of its own.

    ``steps`` holds the day each step was reached; ``required`` strands keep the gate shut while open.
    ``partner_id`` is the organisation that does the work.
    """

    kind: StrandKind
    number: int
    item: str
    started_on: date
    owner_role: str
    partner_id: UUID | None = None
    required: bool = True
    step: str = "started"
    steps: dict[str, date] = Field(default_factory=dict)
    due_on: date | None = None
    status: Literal["open", "completed", "cancelled"] = "open"
    ended_on: date | None = None
    ended_reason: str | None = None
    overdue_since: date | None = None
    offers: tuple[Offer, ...] = ()
    proposals: tuple[UUID, ...] = ()
    property_id: UUID | None = None

    @property
    def key(self) -> str:
        """The strand's name inside its case, for instance ``adaptation/1``."""
        return f"{self.kind.value}/{self.number}"

    @property
    def open_offer(self) -> Offer | None:
        """The offer that still waits for the person's answer, if any."""
        return next((offer for offer in self.offers if offer.answer is None), None)


class Alert(Frozen):
    """An early warning: which rule fired on which fact, who owns it, and what happened to it since."""

    alert_id: UUID
    rule: str
    level: str
    subject: str = ""
    fact: str
    threshold: str
    source: str
    owner_role: str
    raised_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: UUID | None = None
    escalated_at: datetime | None = None
    escalations: int = 0
    cleared_at: datetime | None = None


class FollowUp(Frozen):
    """A contact owed after discharge. ``outcome`` is ``None`` until somebody recorded one."""

    key: str
    due_at: datetime
    outcome: str | None = None
    contacted_at: datetime | None = None
    problems: tuple[str, ...] = ()


class Discharge(Frozen):
    """The person left: on which day, to where, by which method, and who told us.

    ``contacts`` keeps what was found afterwards once the person is back; until then the case has it.
    """

    discharged_on: date
    discharged_at: datetime
    destination: str | None = None
    method: str | None = None
    told_by: Literal["feed", "hand"]
    spell_id: UUID | None = None
    contacts: tuple[FollowUp, ...] = ()


class Readmission(Frozen):
    """Back in hospital within 0-29 days of the discharge (NHS Digital indicator I02040)."""

    spell_id: UUID
    readmitted_on: date
    days_after: int


class Homelessness(Frozen):
    """The homelessness flag and the duty to refer (Housing Act 1996 s213B) as recorded facts."""

    flag: YesNoUnknown = "unknown"
    flagged_on: date | None = None
    referred_on: date | None = None
    council_id: UUID | None = None
    acknowledged_on: date | None = None


class Case(Frozen):
    """Everything the rules need to know about one case, and nothing that names the person.

    ``version`` is the number of events folded so far and equals the sequence number of the last one.
    ``decided_version`` is the version after the last event that somebody decided; alerts and news of the stay
    do not move it, so that a late command is held against decisions only.
    """

    case_id: UUID
    version: int = 0
    decided_version: int = 0
    stage: Stage = Stage.REFERRED
    person_id: UUID | None = None
    referral: Referral | None = None
    spells: tuple[CaseSpell, ...] = ()
    owners: tuple[Owner, ...] = ()
    participants: tuple[Participant, ...] = ()
    sharing: SharingBasis | None = None
    ready_periods: tuple[ReadyPeriod, ...] = ()
    delay_reasons: tuple[DelayReason, ...] = ()
    expected_discharge_on: date | None = None
    needed_by: date | None = None
    homelessness: Homelessness = Homelessness()
    check: Check | None = None
    gate: dict[str, GateItem] = Field(default_factory=dict)
    strands: dict[str, Strand] = Field(default_factory=dict)
    alerts: dict[str, Alert] = Field(default_factory=dict)
    discharge: Discharge | None = None
    follow_ups: dict[str, FollowUp] = Field(default_factory=dict)
    readmissions: tuple[Readmission, ...] = ()
    outcome: str | None = None
    closed_on: date | None = None
    merged_into: UUID | None = None
    earlier_discharges: tuple[Discharge, ...] = ()

    @property
    def exists(self) -> bool:
        """Whether a referral ever opened this case."""
        return self.version > 0

    @property
    def closed(self) -> bool:
        """Whether nothing more is awaited; late facts may still annotate or reopen."""
        return self.stage is Stage.CLOSED

    @property
    def current_spell(self) -> CaseSpell | None:
        """The stay that counts now: the latest joined one that was not cancelled."""
        return next((spell for spell in reversed(self.spells) if spell.status != "cancelled"), None)

    @property
    def home_needed_on(self) -> date | None:
        """The day the home must be ready: as somebody said, else the day the person is expected to leave."""
        return self.needed_by or self.expected_discharge_on

    @property
    def open_ready_period(self) -> ReadyPeriod | None:
        """The ready period that is still running, if the person does not meet the criteria to reside."""
        return next((period for period in reversed(self.ready_periods) if period.ended_on is None), None)

    @property
    def open_strands(self) -> tuple[Strand, ...]:
        """Strands still at work, in the order they were started."""
        return tuple(strand for strand in self.strands.values() if strand.status == "open")

    @property
    def open_alerts(self) -> tuple[Alert, ...]:
        """Alerts whose cause still holds."""
        return tuple(alert for alert in self.alerts.values() if alert.cleared_at is None)

    @property
    def may_tell_partners(self) -> bool:
        """Whether a basis that reaches partners is recorded and not withdrawn."""
        sharing = self.sharing
        return sharing is not None and sharing.withdrawn_on is None and sharing.basis in PARTNER_BASES
