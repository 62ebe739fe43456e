"""Exactly the facts that the risk rules read, and nothing else; `facts_of` takes them from a case."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from pydantic import AwareDatetime, Field

from discharge.cases.actions import ACTIONS
from discharge.cases.follow_ups import reached, reached_from
from discharge.cases.model import EQUIPMENT, IN_HOSPITAL, Action, Case, Stage, Strand
from discharge.cases.stages import HOME
from discharge.cases.unready import blocker_words, blockers
from discharge.clocks import london_date
from discharge.codes.casework import STAY_DOUBTS, STOPPED_BY_DEATH, STOPPED_BY_MERGE
from discharge.risk.case_facts import read_from
from discharge.risk.conditions import Known
from discharge.values import Frozen, YesNoUnknown

GATE_ITEMS: Mapping[str, str] = MappingProxyType(
    {"safe_address": "safe-address", "heating": "heating", "water": "water", "power": "power"}
)
"""Which gated item of the check answers which fact."""

PROBLEM = "problem-at-home"


class FactAnswer(Frozen):
    """One thing that must be so; `mitigated` when a named role makes it safe instead."""

    value: YesNoUnknown = "unknown"
    mitigated: bool = False

    @property
    def fine(self) -> bool:
        """Whether it is yes or mitigated; unknown is not."""
        return self.value == "yes" or self.mitigated


class Equipment(Frozen):
    """An essential item: when it is due and when it was fitted (both None: nobody knows)."""

    key: str
    item: str
    due_on: date | None = None
    fitted_on: date | None = None


class Work(Frozen):
    """Something that takes its time: the promised day, or the start and the usual lead time in days."""

    key: str
    item: str
    due_on: date | None = None
    started_on: date | None = None
    lead_days: int | None = None


class Owed(Frozen):
    """Something owed since the discharge: what, by which rule it is told, since and until when."""

    key: str
    rule: str
    what: str
    urgent: bool = False
    subject: str = ""
    opened_at: AwareDatetime
    due_at: AwareDatetime


class Unready(Frozen):
    """The person left for a home that is not ready: when, what is not ready, and why they left."""

    left_on: date
    blockers: tuple[str, ...]
    reason: str | None = None


class Stopped(Frozen):
    """Work that stopped because the case was joined with another one, and was not begun again since."""

    key: str
    item: str
    stopped_on: date
    because: str = STOPPED_BY_MERGE


class LostHome(Frozen):
    """A home that was offered and is not to be had any more, while no other is offered; `accepted` once it
    was.
    """

    key: str
    how: Literal["lost", "lapsed"]
    ended_on: date
    because: str | None = None
    accepted: bool = False


class ForFormerHome(Frozen):
    """An open order that was made for the home before the last let."""

    key: str
    item: str


class DoubtfulStay(Frozen):
    """A stay of which the messages say what cannot all be; the words of each doubt."""

    key: str
    doubts: tuple[str, ...]


class RiskFacts(Frozen):
    """What is known about one case when the rules look at it. Dates are London dates, instants case time.

    `arrival_on` is the day the person is expected home, or came home; `ready_on` the start of the running
    ready period.
    """

    open: bool = True
    in_hospital: bool = True
    in_community: bool = False
    referred_on: date | None = None
    safe_address: FactAnswer = FactAnswer()
    heating: FactAnswer = FactAnswer()
    water: FactAnswer = FactAnswer()
    power: FactAnswer = FactAnswer()
    equipment: tuple[Equipment, ...] = ()
    homeless: YesNoUnknown = "unknown"
    flagged_on: date | None = None
    duty_to_refer_on: date | None = None
    ready_on: date | None = None
    expected_discharge_on: date | None = None
    check_started_on: date | None = None
    check_completed_on: date | None = None
    needed_by: date | None = None
    works: tuple[Work, ...] = ()
    overdue: tuple[Work, ...] = ()
    arrival_on: date | None = None
    home_ready_on: date | None = None
    unready: Unready | None = None
    owed: tuple[Owed, ...] = ()
    stopped_by_merge: tuple[Stopped, ...] = ()
    homes_lost: tuple[LostHome, ...] = ()
    for_former_home: tuple[ForFormerHome, ...] = ()
    doubtful_stays: tuple[DoubtfulStay, ...] = ()
    came_home_at: AwareDatetime | None = None
    last_reached_at: AwareDatetime | None = None
    from_case: dict[str, tuple[Known, ...]] = Field(default_factory=dict)

    @property
    def home_watched(self) -> bool:
        """Whether it matters how the home is: for who is to go there, who lives there and was referred from
        there, and who is there while it is not ready.
        """
        return self.in_hospital or self.in_community or self.unready is not None

    @property
    def checked(self) -> bool:
        """Whether anybody knows how the home is."""
        return self.check_completed_on is not None

    @property
    def has_home(self) -> bool:
        """Whether there is a home whose heating could be asked about."""
        return self.safe_address.fine or (self.homeless != "yes" and self.safe_address.value != "no")


def _answer(case: Case, fact: str) -> FactAnswer:
    """What a completed check does not gate concerns this person not at all."""
    item = case.gate.get(GATE_ITEMS[fact])
    if item is None:
        return FactAnswer(value="yes" if case.gate else "unknown")
    return FactAnswer(value=item.value, mitigated=item.mitigation is not None)


def _equipment(strand: Strand) -> Equipment:
    fitted = strand.ended_on if strand.status == "completed" else None
    return Equipment(key=strand.key, item=strand.item, due_on=strand.due_on, fitted_on=fitted)


def _work(strand: Strand, lead_days: Mapping[str, int]) -> Work:
    return Work(
        key=strand.key,
        item=strand.item,
        due_on=strand.due_on,
        started_on=strand.started_on,
        lead_days=lead_days.get(strand.item),
    )


def _owed(action: Action) -> Owed:
    known = ACTIONS.known(action.cause)
    row = ACTIONS.as_on(action.cause, london_date(action.opened_at)) if known else None
    return Owed(
        key=action.key,
        rule=row.rule if row else PROBLEM,
        what=ACTIONS.label(action.cause) if row else action.cause.replace("-", " ").capitalize(),
        urgent=bool(row and row.urgent),
        subject=action.subject,
        opened_at=action.opened_at,
        due_at=action.due_at,
    )


def _unready(case: Case, names: Mapping[str, str]) -> Unready | None:
    left = case.discharge
    if case.unready_home is None or left is None:
        return None
    said = tuple(blocker_words(case, code, lambda item: _inside(item, names)) for code in blockers(case))
    return Unready(left_on=left.discharged_on, blockers=said, reason=left.unready_reason)


def _inside(item: str, names: Mapping[str, str]) -> str:
    """What an item is called, in the middle of a sentence."""
    words = names.get(item, item.replace("-", " "))
    return words[:1].lower() + words[1:]


def _checked_on(case: Case) -> date | None:
    """When the home was last looked at; a new check that is under way does not undo the one before."""
    if case.check is not None and case.check.completed_on is not None:
        return case.check.completed_on
    return max((item.as_of for item in case.gate.values() if item.as_of is not None), default=None)


def _home_ready_on(case: Case) -> date | None:
    """Since when the home is ready, for somebody who waits in hospital."""
    if case.stage is not Stage.READY:
        return None
    return case.home_ready_on or _checked_on(case)


def _stopped_by_merge(case: Case) -> tuple[Stopped, ...]:
    """Each thing once, however often it was stopped; what was ordered anew goes on."""
    last = {(strand.kind, strand.item): strand for strand in sorted(case.strands.values(), key=_number)}
    return tuple(
        Stopped(key=strand.key, item=strand.item, stopped_on=strand.ended_on, because=strand.ended_reason)
        for strand in last.values()
        if strand.ended_reason in (STOPPED_BY_MERGE, STOPPED_BY_DEATH) and strand.ended_on is not None
    )


def _homes_lost(case: Case) -> tuple[LostHome, ...]:
    """Of each search that goes on, the last offer, where it ended without the person's own word."""
    found = (_lost(strand) for strand in case.open_strands if strand.property_id is None and strand.offers)
    return tuple(lost for lost in found if lost is not None)


def _lost(strand: Strand) -> LostHome | None:
    last = strand.offers[-1]
    if last.answer not in ("lost", "lapsed") or any(offer.answer == "accepted" for offer in strand.offers):
        return None
    return LostHome(
        key=f"{strand.key}/offer-{len(strand.offers)}",
        how="lost" if last.answer == "lost" else "lapsed",
        ended_on=last.answered_on or last.respond_by,
        because=last.reason,
        accepted=last.accepted_on is not None,
    )


def _doubtful(case: Case) -> tuple[DoubtfulStay, ...]:
    return tuple(
        DoubtfulStay(key=str(stay.spell_id), doubts=tuple(map(STAY_DOUBTS.label, stay.doubts)))
        for stay in case.spells
        if stay.doubts and stay.status != "cancelled"
    )


def _came_home_at(case: Case) -> datetime | None:
    """When somebody came home whom nobody reached there yet."""
    left = case.discharge
    if case.stage not in HOME or left is None or reached_from(case, left.discharged_at):
        return None
    return left.discharged_at


def _last_reached_at(case: Case) -> datetime | None:
    """When somebody at home, of whom contacts are still owed, was last reached, or left hospital."""
    if case.stage is not Stage.DISCHARGED or case.discharge is None:
        return None
    made = (each.contacted_at for each in case.follow_ups.values() if reached(each.outcome))
    return max((at for at in made if at is not None), default=case.discharge.discharged_at)


def _number(strand: Strand) -> int:
    return strand.number


def expected_home_on(case: Case) -> date | None:
    """The day on which the person is expected home, or came home; of who is ready to leave, the day since."""
    if case.discharge is not None:
        return case.discharge.discharged_on
    running = case.open_ready_period
    return case.expected_discharge_on or case.needed_by or (running.ready_on if running else None)


def facts_of(
    case: Case,
    lead_days: Mapping[str, int] = MappingProxyType({}),
    names: Mapping[str, str] = MappingProxyType({}),
) -> RiskFacts:
    """Take the facts from a case; `lead_days` gives the usual days for an item that has no promised day,
    `names` what gated items are called.
    """
    needed = [strand for strand in case.strands.values() if strand.required and strand.status != "cancelled"]
    running = case.open_ready_period
    return RiskFacts(
        open=case.exists and not case.closed,
        in_hospital=case.stage in IN_HOSPITAL and not case.in_community,
        in_community=case.stage in IN_HOSPITAL and case.in_community,
        referred_on=case.referral.referred_on if case.referral else None,
        safe_address=_answer(case, "safe_address"),
        heating=_answer(case, "heating"),
        water=_answer(case, "water"),
        power=_answer(case, "power"),
        equipment=tuple(_equipment(strand) for strand in needed if strand.kind == EQUIPMENT),
        homeless=case.homelessness.flag,
        flagged_on=case.homelessness.flagged_on,
        duty_to_refer_on=case.homelessness.referred_to_council_on,
        ready_on=running.ready_on if running else None,
        expected_discharge_on=case.expected_discharge_on,
        check_started_on=case.check.started_on if case.check else None,
        check_completed_on=_checked_on(case),
        needed_by=case.home_needed_on,
        works=tuple(
            _work(strand, lead_days)
            for strand in needed
            if strand.kind != EQUIPMENT and strand.status == "open"
        ),
        overdue=tuple(_work(strand, lead_days) for strand in case.open_strands if strand.due_on),
        arrival_on=expected_home_on(case),
        home_ready_on=_home_ready_on(case),
        unready=_unready(case, names),
        owed=tuple(_owed(action) for action in case.open_actions),
        stopped_by_merge=_stopped_by_merge(case),
        doubtful_stays=_doubtful(case),
        came_home_at=_came_home_at(case),
        last_reached_at=_last_reached_at(case),
        from_case=read_from(case),
        homes_lost=_homes_lost(case),
        for_former_home=tuple(
            ForFormerHome(key=strand.key, item=strand.item)
            for strand in case.open_strands
            if strand.former_home and strand.former_place is None and strand.kept_on is None
        ),
    )
