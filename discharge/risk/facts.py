"""Exactly the facts that the risk rules read, and nothing else; `facts_of` takes them from a case."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal

from pydantic import AwareDatetime

from discharge.cases.model import IN_HOSPITAL, Case, FollowUp, Strand, StrandKind
from discharge.codes.casework import CONTACT_OUTCOMES, STAY_DOUBTS, STOPPED_BY_MERGE
from discharge.values import Frozen, YesNoUnknown

GATE_ITEMS: Mapping[str, str] = MappingProxyType(
    {"safe_address": "safe-address", "heating": "heating", "water": "water", "power": "power"}
)
"""Which gated item of the check answers which fact."""

CALL_KEYS = frozenset({"24-hours"})
"""Contacts that a call settles; every other one counts as a visit."""


class Answer(Frozen):
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


class Contact(Frozen):
    """Somebody reached the person after discharge, by a call or a visit."""

    kind: Literal["call", "visit"]
    at: AwareDatetime


class Stopped(Frozen):
    """Work that stopped because the case was joined with another one, and was not begun again since."""

    key: str
    item: str
    stopped_on: date


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
    safe_address: Answer = Answer()
    heating: Answer = Answer()
    water: Answer = Answer()
    power: Answer = Answer()
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
    arrival_on: date | None = None
    discharged_at: AwareDatetime | None = None
    contacts: tuple[Contact, ...] = ()
    stopped_by_merge: tuple[Stopped, ...] = ()
    homes_lost: tuple[LostHome, ...] = ()
    for_former_home: tuple[ForFormerHome, ...] = ()
    doubtful_stays: tuple[DoubtfulStay, ...] = ()


def _answer(case: Case, fact: str) -> Answer:
    item = case.gate.get(GATE_ITEMS[fact])
    return Answer(value=item.value, mitigated=item.mitigation is not None) if item else Answer()


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


def _contact(follow_up: FollowUp) -> Contact | None:
    outcome = next((row for row in CONTACT_OUTCOMES if row.code == follow_up.outcome), None)
    if outcome is None or not outcome.reached or follow_up.contacted_at is None:
        return None
    return Contact(kind="call" if follow_up.key in CALL_KEYS else "visit", at=follow_up.contacted_at)


def _stopped_by_merge(case: Case) -> tuple[Stopped, ...]:
    """Each thing once, however often it was stopped; what was ordered anew goes on."""
    last = {(strand.kind, strand.item): strand for strand in sorted(case.strands.values(), key=_number)}
    return tuple(
        Stopped(key=strand.key, item=strand.item, stopped_on=strand.ended_on)
        for strand in last.values()
        if strand.ended_reason == STOPPED_BY_MERGE and strand.ended_on is not None
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


def _number(strand: Strand) -> int:
    return strand.number


def _arrival(case: Case) -> date | None:
    if case.discharge is not None:
        return case.discharge.discharged_on
    running = case.open_ready_period
    return case.expected_discharge_on or case.needed_by or (running.ready_on if running else None)


def facts_of(case: Case, lead_days: Mapping[str, int] = MappingProxyType({})) -> RiskFacts:
    """Take the facts from a case; `lead_days` gives the usual days for an item that has no promised day."""
    needed = [strand for strand in case.strands.values() if strand.required and strand.status != "cancelled"]
    running = case.open_ready_period
    return RiskFacts(
        open=case.exists and not case.closed,
        in_hospital=case.stage in IN_HOSPITAL,
        safe_address=_answer(case, "safe_address"),
        heating=_answer(case, "heating"),
        water=_answer(case, "water"),
        power=_answer(case, "power"),
        equipment=tuple(_equipment(strand) for strand in needed if strand.kind is StrandKind.EQUIPMENT),
        homeless=case.homelessness.flag,
        flagged_on=case.homelessness.flagged_on,
        duty_to_refer_on=case.homelessness.referred_to_council_on,
        ready_on=running.ready_on if running else None,
        expected_discharge_on=case.expected_discharge_on,
        check_started_on=case.check.started_on if case.check else None,
        check_completed_on=case.check.completed_on if case.check else None,
        needed_by=case.home_needed_on,
        works=tuple(
            _work(strand, lead_days)
            for strand in needed
            if strand.kind is not StrandKind.EQUIPMENT and strand.status == "open"
        ),
        arrival_on=_arrival(case),
        discharged_at=case.discharge.discharged_at if case.discharge else None,
        stopped_by_merge=_stopped_by_merge(case),
        doubtful_stays=_doubtful(case),
        contacts=tuple(made for made in map(_contact, case.follow_ups.values()) if made is not None),
        homes_lost=_homes_lost(case),
        for_former_home=tuple(
            ForFormerHome(key=strand.key, item=strand.item)
            for strand in case.open_strands
            if strand.former_home
        ),
    )
