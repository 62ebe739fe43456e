"""The case itself: what the rooms beside it describe, put together."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field, TypeAdapter

from discharge.cases.model.after import Action, Alert, FollowUp
from discharge.cases.model.capacity import DecisionCapacity, Liberty, Representative
from discharge.cases.model.choice import ChoiceStep, SelfFunder, StatedWish
from discharge.cases.model.common import Stage
from discharge.cases.model.departure import Discharge, Readmission, UnreadyHome
from discharge.cases.model.evidence import EvidenceFile
from discharge.cases.model.hazards import Hazard
from discharge.cases.model.home import Assignment, Check, GateItem, Homelessness, places
from discharge.cases.model.hospital import CaseSpell
from discharge.cases.model.merges import MergedCase
from discharge.cases.model.participation import Owner, Participant, SharingBasis
from discharge.cases.model.referral import Referral
from discharge.cases.model.stay_notices import StayNotice
from discharge.cases.model.strands import Strand
from discharge.codes.casework import partner_bases
from discharge.delays.model import DelayReason, ReadyPeriod
from discharge.stored import Stored
from discharge.values import Frozen


class Case(Frozen):
    """Everything the rules need to know about one case, and nothing that names the person.

    ``version`` is the number of events folded so far and equals the sequence number of the last one.
    """

    case_id: UUID
    version: int = 0
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
    expected_discharge_told_by: UUID | None = None
    needed_by: date | None = None
    homelessness: Homelessness = Homelessness()
    check: Check | None = None
    evidence: dict[str, EvidenceFile] = Field(default_factory=dict)
    home_ready_on: date | None = None
    gate: dict[str, GateItem] = Field(default_factory=dict)
    assigned: dict[str, Assignment] = Field(default_factory=dict)
    strands: dict[str, Strand] = Field(default_factory=dict)
    hazards: dict[str, Hazard] = Field(default_factory=dict)
    alerts: dict[str, Alert] = Field(default_factory=dict)
    discharge: Discharge | None = None
    unready_home: UnreadyHome | None = None
    follow_ups: dict[str, FollowUp] = Field(default_factory=dict)
    actions: dict[str, Action] = Field(default_factory=dict)
    readmissions: tuple[Readmission, ...] = ()
    outcome: str | None = None
    closed_on: date | None = None
    merged_into: UUID | None = None
    merged_cases: dict[str, MergedCase] = Field(default_factory=dict)
    earlier_discharges: tuple[Discharge, ...] = ()
    capacity: dict[str, DecisionCapacity] = Field(default_factory=dict)
    representatives: dict[str, Representative] = Field(default_factory=dict)
    liberty: Liberty | None = None
    wish: StatedWish | None = None
    choice: dict[str, ChoiceStep] = Field(default_factory=dict)
    self_funding: SelfFunder | None = None
    stay_notices: dict[str, StayNotice] = Field(default_factory=dict)

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
        """The stay that counts now: the latest joined one that was not cancelled, those in a bed first."""
        live = [spell for spell in reversed(self.spells) if spell.status != "cancelled"]
        return next((spell for spell in live if spell.in_a_bed), live[0] if live else None)

    @property
    def in_community(self) -> bool:
        """Whether the person was referred while at home, and lies in no hospital bed."""
        return (
            self.referral is not None
            and self.referral.setting == "community"
            and self.current_spell is None
            and self.discharge is None
        )

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
        still = (strand for strand in self.strands.values() if strand.status == "open")
        return tuple(sorted(still, key=lambda strand: (strand.started_on, strand.key)))

    @property
    def open_hazards(self) -> tuple[Hazard, ...]:
        """Hazards that are not closed, in the order in which they were recorded."""
        still = (hazard for hazard in self.hazards.values() if hazard.open)
        return tuple(sorted(still, key=lambda hazard: hazard.number))

    @property
    def home_let_id(self) -> UUID | None:
        """The home that was let to the person last, if one was and the let was not called off."""
        lets = [
            strand
            for strand in self.strands.values()
            if strand.property_id is not None and strand.status != "cancelled"
        ]
        return (
            max(lets, key=lambda strand: strand.steps.get("let", strand.started_on)).property_id
            if lets
            else None
        )

    @property
    def gate_items(self) -> tuple[GateItem, ...]:
        """The gated items in the order of the form; those that it does not have come last."""
        known, items = places(), self.gate.values()
        return tuple(sorted(items, key=lambda item: (known.get(item.code, len(known)), item.code)))

    @property
    def open_alerts(self) -> tuple[Alert, ...]:
        """Alerts whose cause still holds."""
        return tuple(alert for alert in self.alerts.values() if alert.cleared_at is None)

    @property
    def open_actions(self) -> tuple[Action, ...]:
        """What somebody owes since the discharge, the one due first before the others."""
        owed = (action for action in self.actions.values() if action.answered_at is None)
        return tuple(sorted(owed, key=lambda action: action.due_at))

    @property
    def may_tell_partners(self) -> bool:
        """Whether a basis that reaches partners is recorded and not withdrawn."""
        sharing = self.sharing
        if sharing is None or sharing.withdrawn_on is not None:
            return False
        return sharing.basis in partner_bases(sharing.recorded_on)


SNAPSHOT: Stored[Case] = Stored(
    TypeAdapter(Case), schema=14, shown_by=frozenset({"case_id", "version", "stage"})
)
"""How the snapshot of a case is stored. One of a former schema is folded anew from its events."""
