"""Small builders for stories about hazards at home: one case, told in commands through the whole pathway."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from discharge.cases import commands as cmd
from discharge.cases.commands import Command, Envelope
from discharge.cases.model import Actor, Case, Hazard
from discharge.cases.outbox_items import Outgoing
from housing_checks.hazards.duties import HazardClock, clocks_of
from housing_checks.pathway import Decision, advance, next_wakeup
from tests.discharge.cases.stories import CASE, COORDINATOR, FIRST, SERVICE, refer
from tests.housing_checks.homes import COUNCIL, FORM_1, LANDLORD, answers

NOTE = uuid5(CASE, "why it is this serious")
"""The note that holds the words of a severity."""


def moment(number: int, hour: int = 12) -> datetime:
    """An hour of a day after Monday 2 March 2026."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, hour, tzinfo=UTC) + timedelta(days=number)


def actor(organisation_id: UUID) -> Actor:
    """A coordinator of an organisation."""
    return Actor(
        organisation_id=organisation_id, role="coordinator", user_id=uuid5(organisation_id, "somebody")
    )


def mould(**changes: object) -> cmd.RecordHazard:
    """Black mould in the bedroom of a social tenant, seen on a visit."""
    return cmd.RecordHazard(
        hazard_code="damp-mould",
        room="bedroom",
        severity="significant",
        known_by="seen",
        tenure="social",
        nation="england",
    ).model_copy(update=changes)


def landlord_told(**changes: object) -> cmd.RecordLandlordTold:
    """The son rang the landlord."""
    return cmd.RecordLandlordTold(
        hazard="hazard/1", told_by="family", channel="phone", landlord_id=LANDLORD
    ).model_copy(update=changes)


def step(code: str, evidence: str | None = None, hazard: str = "hazard/1") -> cmd.MoveHazard:
    """A step about the first hazard."""
    return cmd.MoveHazard(hazard=hazard, step=code, evidence=evidence)


class HazardStory:
    """One case; ``last`` is the last decision."""

    def __init__(self, *, basis: str | None = "consent", checked: bool = False) -> None:
        self.case, self._asked = Case(case_id=CASE), 0
        self.last: Decision | None = None
        self.ask(refer(sharing_basis=basis), 0).ask(cmd.AcceptReferral(), 0)
        if checked:
            self.ask(cmd.CompleteCheck(form=FORM_1.code, answers=answers()), 0)

    def ask(
        self,
        command: Command,
        on: int,
        at: datetime | None = None,
        *,
        who: Actor = COORDINATOR,
        note: UUID | None = NOTE,
    ) -> HazardStory:
        """Decide a command that takes effect on a day, and keep what comes of it; it must be accepted."""
        decided = self.decide(command, on, at, who=who, note=note)
        assert decided.answer.outcome == "accepted", (decided.answer.code, decided.answer.detail)
        self.case, self.last = decided.case, decided
        return self

    def decide(
        self,
        command: Command,
        on: int,
        at: datetime | None = None,
        *,
        who: Actor = COORDINATOR,
        note: UUID | None = NOTE,
    ) -> Decision:
        """What would come of a command."""
        self._asked += 1
        envelope = Envelope(
            command_id=uuid5(CASE, str(self._asked)),
            case_id=CASE,
            actor=who,
            effective_on=FIRST + timedelta(days=on),
            command=command,
            note_id=note,
        )
        return advance(self.case, envelope, at or moment(on))

    def refused(self, command: Command, on: int, **how: object) -> tuple[str | None, str | None]:
        """Code and place of the refusal of a command."""
        answer = self.decide(command, on, **how).answer  # type: ignore[arg-type]
        return answer.code, answer.where

    def look(self, at: datetime) -> HazardStory:
        """The case's own clock strikes."""
        number = (at.date() - FIRST).days
        return self.ask(cmd.StrikeClock(), number, at, who=Actor(organisation_id=SERVICE, role="system"))

    @property
    def hazard(self) -> Hazard:
        """The first hazard."""
        return self.case.hazards["hazard/1"]

    @property
    def kinds(self) -> list[str]:
        """The kinds of the events of the last decision."""
        return [event.kind for event in self.last.events] if self.last else []

    @property
    def sent(self) -> list[Outgoing]:
        """What of hazards left because of the last decision."""
        return [each for each in self.last.outgoing if each.kind == "hazard"] if self.last else []

    def alerts(self, rule: str) -> list[tuple[str, str]]:
        """The open alerts of a rule: level and fact."""
        return [(each.level, each.fact) for each in self.case.open_alerts if each.rule == rule]

    def next_look(self, at: datetime) -> datetime | None:
        """When the case looks again by itself."""
        return next_wakeup(self.case, at)

    def clocks(self) -> dict[str, HazardClock]:
        """The clocks of the first hazard, by what is due."""
        return {each.duty.code: each for each in clocks_of(self.hazard)}

    def due(self) -> dict[str, date | None]:
        """What runs, and its last day."""
        return {
            code: (each.due_at - timedelta(microseconds=1)).date() if each.due_at else None
            for code, each in self.clocks().items()
            if each.running
        }


__all__ = ["COUNCIL", "LANDLORD", "NOTE", "HazardStory", "actor", "landlord_told", "moment", "mould", "step"]
