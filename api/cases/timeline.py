"""What happened, in words: one row for each kind of event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from api.cases import decision_words as say
from api.cases.note_words import NoteLine, note_line
from api.hazards import event_words as hazard_told
from api.web.names import Directory
from api.web.page import words
from discharge.cases import events as ev
from discharge.cases.actions import ACTIONS, action_words
from discharge.cases.follow_ups import contact_words, not_running
from discharge.cases.model import Assignment, ItemAnswer, Mitigation
from discharge.cases.model.evidence import HAZARD
from discharge.codes import after_discharge, casework
from discharge.codes.choice import CHOICE_ANSWERS
from discharge.codes.delay_reasons import delay_reason_label
from discharge.codes.destinations import DISCHARGE_DESTINATIONS
from discharge.pathway_words import STAY_TAKEN_BACK, middle
from discharge.risk.rules import rule_title
from discharge.roles import ROLE_WORDS
from discharge.store.tables import CaseEventRow, NoteRow
from discharge.stored import by_newer_version
from housing_checks.checks.gated_items import CIRCUMSTANCES
from housing_checks.item_words import item_answer
from housing_checks.merge_words import merged_words
from housing_checks.strands.definitions import kind_words, step_words
from housing_checks.strands.rehousing.criteria import HOME_CRITERIA

ENDED_BY = {
    "discharged": "the person left",
    "met-criteria-again": "the person meets the criteria to reside again",
    "died": "the person died",
    "transferred": "the person moved to another hospital",
    "left": "the person discharged themselves",
}


@dataclass(frozen=True)
class Happened:
    """One line of the timeline. `effective` and `recorded` differ when something was recorded later."""

    what: str
    effective: str
    recorded: str
    who: str
    reason: str
    notes: tuple[NoteLine, ...]


WITHHELD = "a home whose address is withheld"


@dataclass(frozen=True)
class _Teller:
    """Tells events with names filled in; strands are named by what they were started for."""

    known: Directory
    strands: Mapping[str, str]
    alerts: Mapping[UUID, str]
    homes: Mapping[UUID, str]
    offered: Mapping[UUID, UUID]
    hazards: Mapping[str, str]

    def home(self, key: UUID | None) -> str:
        """A home by its address; where the person's address is withheld, so is this one."""
        return self.homes.get(key, WITHHELD) if key else "a home not known"

    def offer(self, key: UUID) -> str:
        """The home of an offer."""
        return self.home(self.offered.get(key))

    def strand(self, key: str) -> str:
        """What a strand is about."""
        return self.strands.get(key, key)

    def hazard(self, key: str) -> str:
        """What a hazard is, and where."""
        return self.hazards.get(key, "A hazard")

    def alert(self, key: UUID) -> str:
        """Which rule an alert is of, and what it is about."""
        return self.alerts.get(key, "an alert")

    def gate(self, item: str) -> str:
        """A gated item."""
        return self.known.names.gate.get(item, item.replace("-", " "))

    def subject(self, item: str) -> str:
        """What a photo is on: a hazard, or an item of the check."""
        return self.hazard(item) if item.startswith(HAZARD) else self.gate(item)

    def organisation(self, key: UUID | None) -> str:
        """An organisation's name."""
        return self.known.organisation(key)


_Tell = Callable[[Any, _Teller], str]


def mitigator(named: Mitigation | Assignment, known: Directory) -> str:
    """Who answers for a mitigation, or whose move an item is: the role, and the person where one is named."""
    role = casework.OWNER_ROLES.label(named.role)
    name = known.user(named.user_id)
    return f"{name} ({role[:1].lower()}{role[1:]})" if name else role


def _strand_name(event: ev.StrandStarted, known: Directory) -> str:
    label = known.names.items.get(event.strand.item, event.strand.item.replace("-", " "))
    return f"{kind_words(event.strand.kind)}: {label}"


def _moved(event: ev.StrandMoved, tell: _Teller) -> str:
    kind = event.strand.partition("/")[0]
    step = step_words(kind, event.step)
    due = f", due {words.short_day(event.due_on)}" if event.due_on else ""
    return f"{tell.strand(event.strand)}: {step.lower()}{due}"


def _delay(event: ev.DelayReasonRecorded, _: _Teller) -> str:
    reason = event.reason
    kind = "National reason" if reason.kind == "national" else "Local reason"
    return f"{kind} for waiting: {delay_reason_label(reason.code)}"


def _contact(event: ev.ContactRecorded, _: _Teller) -> str:
    problems = ", ".join(casework.HOME_PROBLEMS.label(code).lower() for code in event.problems)
    outcome = casework.CONTACT_OUTCOMES.label(event.outcome).lower()
    return f"{contact_words(event.key)}: {outcome}{f' ({problems})' if problems else ''}"


def _amended(event: ev.ReferralAmended, _: _Teller) -> str:
    said: dict[str, list[str]] = {
        "reasons": [casework.REFERRAL_REASONS.label(code) for code in event.reasons],
        "needs": [casework.NEEDS.label(code) for code in event.needs],
        "pathway": [event.pathway] if event.pathway else [],
        "tenure": [casework.TENURES.label(event.tenure)] if event.tenure else [],
        "lives alone": [str(event.lives_alone)] if event.lives_alone else [],
    }
    told = "; ".join(f"{name}: {', '.join(labels).lower()}" for name, labels in said.items() if labels)
    return f"Referral corrected: {told or 'no reason given'}"


def _check_started(event: ev.CheckStarted, tell: _Teller) -> str:
    if event.moved_from is None:
        return "Home check started"
    kept = ", ".join(tell.gate(item).lower() for item in event.kept)
    return (
        f"Home check moved to the current form. Kept, with who said it and when: {kept or 'no answer'}. "
        "All other items are asked again"
    )


def _check_completed(event: ev.CheckCompleted, _: _Teller) -> str:
    values = list(event.answers.values())
    counted = {"asked": len(values), "yes": values.count("yes"), **event.counted}
    left = (("not-asked", "not asked"), ("not-applicable", "do not apply"))
    besides = "".join(f", {counted[key]} {said}" for key, said in left if counted.get(key))
    return f"Home check completed: {counted['yes']} of {counted['asked']} answered yes{besides}"


def _item_answered(event: ev.ItemAnswered, tell: _Teller) -> str:
    answer = event.answer
    known = "".join(f", {each}" for each in known_by(answer))
    until = f", until {words.day(answer.valid_until)}" if answer.valid_until else ""
    kept = "" if event.stands else " (a newer answer stands)"
    return f"{tell.gate(event.item)}: {item_answer(event.item, answer.value).lower()}{known}{until}{kept}"


def known_by(answer: ItemAnswer) -> tuple[str, ...]:
    """How an answer is known, in small words: the evidence, who told it, and how it came."""
    evidence = casework.EVIDENCE_KINDS.label(answer.evidence) if answer.evidence else ""
    if answer.told_by:
        evidence = f"told by: {casework.TOLD_BY.label(answer.told_by)}"
    way = casework.ANSWER_WAYS.label(answer.through) if answer.through else ""
    return tuple(f"{each[:1].lower()}{each[1:]}" for each in (evidence, way) if each)


def _disputed(event: ev.AnswerDisputed, tell: _Teller) -> str:
    counts = item_answer(event.item, event.counts.value).lower()
    return f"{tell.gate(event.item)}: people say different things. Until it is settled, it counts as {counts}"


def _settled(event: ev.AnswerSettled, tell: _Teller) -> str:
    value = item_answer(event.item, event.answer.value).lower()
    return (
        f"{tell.gate(event.item)}: settled, {value} ({casework.SETTLE_REASONS.label(event.reason).lower()})"
    )


def _answered(event: ev.ActionAnswered, _: _Teller) -> str:
    found = f" ({after_discharge.RETURN_CAUSES.label(event.found).lower()})" if event.found else ""
    what = ACTIONS.label(event.action.partition("/")[0])
    return f"{what}: {after_discharge.ACTION_ANSWERS.label(event.answer).lower()}{found}"


def _alert_cleared(event: ev.AlertCleared, teller: _Teller) -> str:
    if event.told_by is None:
        return f"No longer an alert: {teller.alert(event.alert_id)}"
    by = rule_title(event.told_by)
    return f"No longer a separate alert: {teller.alert(event.alert_id)} Another alert covers it now: {by}"


def _discharged(event: ev.PersonDischarged, _: _Teller) -> str:
    left = event.discharge
    where = DISCHARGE_DESTINATIONS.label(left.destination) if left.destination else "destination not given"
    told = "by the hospital's system" if left.told_by == "feed" else "by hand"
    why = left.unready_reason
    reason = f". The home was not ready: {after_discharge.UNREADY_REASONS.label(why).lower()}" if why else ""
    return f"Left hospital on {words.day(left.discharged_on)}: {where.lower()} (recorded {told}){reason}"


def _earlier_corrected(event: ev.EarlierDischargeCorrected, _: _Teller) -> str:
    if event.discharge is None:
        return "The hospital now says that an earlier discharge did not happen"
    left, back = event.discharge.discharged_on, event.readmission
    after = f", and came back {words.count(back.days_after, 'day')} later" if back else ""
    return f"The hospital now says that the person left earlier, on {words.day(left)}{after}"


def _spell(event: ev.SpellChanged, _: _Teller) -> str:
    spell = event.spell
    if spell.status == "cancelled":
        why = STAY_TAKEN_BACK.get(spell.cancelled_because or "", "the hospital cancelled the stay")
        return f"The hospital's system says: {why}"
    place = f"ward {spell.ward}" if spell.ward else "ward not known"
    bed = f", bed {spell.bed}" if spell.bed else ""
    fit = {True: ", medically fit", False: ", not medically fit"}.get(spell.medically_fit)  # type: ignore[arg-type]
    expected = f" on {words.day(spell.expected_admission_on)}" if spell.expected_admission_on else ""
    return f"The hospital's system says: {spell.status.replace('-', ' ')}{expected}, {place}{bed}{fit or ''}"


def _home_offered(event: ev.PropertyOffered, tell: _Teller) -> str:
    offer = event.offer
    unmet = [HOME_CRITERIA.label(code).lower() for code in offer.despite]
    despite = f", although: {', '.join(unmet)}" if unmet else ""
    return f"Home offered: {tell.home(offer.property_id)}, answer by {words.day(offer.respond_by)}{despite}"


def _offer_answered(event: ev.OfferAnswered, tell: _Teller) -> str:
    home = tell.offer(event.offer_id)
    said = {"accepted": "Offer accepted", "refused": "Offer refused"}.get(event.answer)
    why = f" ({casework.OFFER_REFUSAL_REASONS.label(event.reason).lower()})" if event.reason else ""
    return f"{said or 'Offer ended without an answer'}: {home}{why}"


def _referred_to_council(event: ev.DutyToReferSent, tell: _Teller) -> str:
    if event.council_id is None:
        return "Homelessness referral recorded without a council"
    made = f"{tell.organisation(event.council_id)} on {words.day(event.referred_on)}"
    return f"Homelessness referral recorded as made to {made}"


TELL: Mapping[str, _Tell] = {
    "referral-received": lambda e, t: f"Referred by {t.organisation(e.referral.organisation_id)}",
    "spell-joined": lambda e, _: f"Joined to the hospital stay on {e.spell.ward or 'a ward not known'}",
    "spell-changed": _spell,
    "referral-accepted": lambda _e, _t: "Referral accepted",
    "referral-returned": lambda e, _: (
        f"Referral returned: {casework.REFERRAL_RETURN_REASONS.label(e.reason).lower()}"
    ),
    "referral-amended": _amended,
    "owner-assigned": lambda e, t: (
        f"Owner at {t.organisation(e.owner.organisation_id)}: {t.known.user(e.owner.user_id) or 'the team'}"
    ),
    "participant-joined": lambda e, t: f"{t.organisation(e.participant.organisation_id)} takes part",
    "participant-left": lambda e, t: f"{t.organisation(e.organisation_id)} no longer takes part",
    "sharing-basis-recorded": lambda e, _: (
        f"Basis for sharing with partners: {casework.SHARING_BASES.label(e.sharing.basis)}"
    ),
    "sharing-basis-withdrawn": lambda _e, _t: "The basis for sharing with partners was withdrawn",
    "expected-discharge-date-set": lambda e, _: (
        f"Expected to leave: {words.day(e.expected_discharge_on, 'no date')}"
    ),
    "needed-by-set": lambda e, _: f"Home needed by: {words.day(e.needed_by, 'no date')}",
    "ready-period-started": lambda e, _: (
        f"No longer meets the criteria to reside since {words.day(e.period.ready_on)}"
        + (
            " (the trust gave no day, so the day of its message is used)"
            if e.period.basis == "feed-day-assumed"
            else ""
        )
    ),
    "ready-period-ended": lambda e, _: (
        f"Waiting ended: {ENDED_BY.get(e.ended_by) or words.from_code(e.ended_by)}"
    ),
    "ready-period-corrected": lambda e, _: (
        f"Ready period of {words.day(e.replaces)} "
        + (f"corrected to begin {words.day(e.period.ready_on)}" if e.period else "removed")
    ),
    "delay-reason-recorded": _delay,
    "delay-reason-ended": lambda e, _: f"A reason for waiting ended on {words.day(e.to_on)}",
    "homelessness-flagged": lambda e, _: f"Homeless or may become homeless: {e.flag}",
    "duty-to-refer-sent": _referred_to_council,
    "duty-to-refer-acknowledged": lambda _e, _t: (
        "The council's answer to the homelessness referral was recorded"
    ),
    "check-started": _check_started,
    "check-completed": _check_completed,
    "item-answered": _item_answered,
    "answer-disputed": _disputed,
    "answer-settled": _settled,
    "gated-items-changed": lambda e, t: (
        "The circumstances of the case have changed which items must be in place"
        if e.because == CIRCUMSTANCES
        else f"The answer on {t.gate(e.because).lower()} changes which items must be in place"
    ),
    "building-left": lambda e, t: (
        f"{t.gate(e.because)} changed: {words.count(len(e.items), 'answer')} about the former building "
        f"no longer {'counts' if len(e.items) == 1 else 'count'}"
    ),
    "gate-item-set": lambda e, t: f"{t.gate(e.item)}: {'the answer has run out' if e.expired else e.value}",
    "mitigation-named": lambda e, t: (
        f"Mitigation for {t.gate(e.item).lower()}: {casework.MITIGATIONS.label(e.mitigation.code).lower()}, "
        f"{mitigator(e.mitigation, t.known)} until {words.day(e.mitigation.ends_on)}"
    ),
    "mitigation-withdrawn": lambda e, t: (
        f"{t.gate(e.item)}: the mitigation "
        + ("ended on its day, and the item is open again" if e.because == "ended" else "has ended")
    ),
    "blocker-assigned": lambda e, t: (
        f"{t.gate(e.item)}: {mitigator(e.assignment, t.known)}"
        + (f", by {words.day(e.assignment.due_on)}" if e.assignment.due_on else "")
    ),
    "making-ready-started": lambda _e, _t: "Work on the home started",
    "strand-started": lambda e, t: f"Started: {_strand_name(e, t.known)}",
    "strand-moved": _moved,
    "strand-overdue": lambda e, t: f"{t.strand(e.strand)}: late since {words.day(e.since)}",
    "strand-completed": lambda e, t: f"{t.strand(e.strand)}: done",
    "strand-cancelled": lambda e, t: (
        f"{t.strand(e.strand)} cancelled: {casework.STRAND_CANCEL_REASONS.label(e.reason).lower()}"
    ),
    "properties-proposed": lambda e, _: f"{words.count(len(e.property_ids), 'home')} found that fit",
    "property-offered": _home_offered,
    "offer-answered": _offer_answered,
    "home-lost": lambda e, t: (
        f"Home lost: {t.home(e.property_id)}. {casework.PROPERTY_WITHDRAWAL_REASONS.label(e.because)}"
    ),
    "property-let": lambda e, t: f"Tenancy signed on {words.day(e.let_on)}: {t.home(e.property_id)}",
    "work-for-former-home": lambda e, t: (
        f"{t.strand(e.strand)}: was ordered for {'another address' if e.place else 'the previous home'}"
    ),
    "strand-kept": lambda e, t: f"{t.strand(e.strand)}: still needed there, the discharge does not wait",
    "strand-redirected": lambda e, t: f"{t.strand(e.strand)}: to be done at the new home",
    "strand-required": lambda e, t: (
        f"{t.strand(e.strand)}: the discharge {'waits' if e.required else 'does not wait'} for it"
    ),
    "hazard-recorded": lambda e, _: f"Hazard recorded: {hazard_told.recorded(e.hazard)}",
    "hazard-corrected": lambda e, _: f"Hazard corrected: {hazard_told.corrected(e)}",
    "hazard-landlord-told": lambda e, t: f"{t.hazard(e.hazard)}: {hazard_told.landlord(e)}",
    "hazard-moved": lambda e, t: f"{t.hazard(e.hazard)}: {hazard_told.step(e)}",
    "hazard-referred": lambda e, t: (
        f"{t.hazard(e.hazard)}: referred to environmental health at {t.organisation(e.council_id)}"
    ),
    "hazard-closed": lambda e, t: f"{t.hazard(e.hazard)}: {hazard_told.closed(e)}",
    "home-became-ready": lambda _e, _t: "The home is ready",
    "home-no-longer-ready": lambda _e, _t: "The home is no longer ready",
    "person-discharged": _discharged,
    "discharge-cancelled": lambda _e, _t: "The discharge did not happen",
    "discharge-corrected": lambda e, _: (
        f"The person left hospital on {words.day(e.discharge.discharged_on)}, as the hospital says now"
    ),
    "readmission-cancelled": lambda _e, _t: (
        "The hospital cancelled the admission. The person is at home, as before"
    ),
    "earlier-discharge-corrected": _earlier_corrected,
    "follow-up-scheduled": lambda e, _: (
        f"{contact_words(e.follow_up.key)}: "
        f"{middle(not_running(e.follow_up) or f'Due {words.moment(e.follow_up.due_at)}')}"
    ),
    "contact-recorded": _contact,
    "follow-up-completed": lambda _e, _t: "Follow-up completed",
    "home-not-ready-person-in-it": lambda _e, _t: "The person is in a home that is not ready",
    "unready-home-settled": lambda _e, _t: "Every item that was not ready in the person's home has an answer",
    "action-opened": lambda e, _: (
        f"To be answered by {words.moment(e.action.due_at)}: {action_words(e.action)}"
        f" ({casework.OWNER_ROLES.label(e.action.owner_role)})"
    ),
    "action-answered": _answered,
    "item-evidence-added": lambda e, t: (
        f"{casework.EVIDENCE_KINDS.label(e.file.evidence)} added: {t.subject(e.file.item)}"
    ),
    "item-evidence-removed": lambda e, t: (
        f"Photo or document removed: {t.subject(e.item)}."
        f" {casework.EVIDENCE_REMOVAL_REASONS.label(e.because)}"
    ),
    "note-written": lambda _e, _t: "Note",
    "person-readmitted": lambda e, _: (
        f"Back in hospital {words.count(e.readmission.days_after, 'day')} after leaving"
    ),
    "alert-raised": lambda e, _: f"Alert: {rule_title(e.alert.rule)}. {e.alert.fact}",
    "alert-changed": lambda e, _: f"Alert now: {rule_title(e.alert.rule)}. {e.alert.fact}",
    "alert-acknowledged": lambda e, t: f"Alert accepted: {t.alert(e.alert_id)}",
    "alert-escalated": lambda e, t: (
        f"Alert not accepted in time: {t.alert(e.alert_id)} "
        f"It is now with: {casework.OWNER_ROLES.label(e.owner_role)}"
    ),
    "alert-cleared": _alert_cleared,
    "capacity-recorded": lambda e, _: (
        f"Capacity, {say.lower(say.decision_label(e.capacity.decision))}: {say.capacity_words(e.capacity)}"
    ),
    "best-interests-decided": lambda e, _: (
        f"Best interests, {say.lower(say.decision_label(e.decision))}: "
        f"{say.best_interests_words(e.best_interests)}"
    ),
    "advocate-recorded": lambda e, _: (
        f"Advocate, {say.lower(say.decision_label(e.decision))}: {say.advocate_words(e.advocate)}"
    ),
    "representative-recorded": lambda e, _: say.representative_words(e.representative),
    "liberty-recorded": lambda e, _: f"Deprivation of liberty: {say.liberty_words(e.liberty)}",
    "wish-recorded": lambda e, _: f"Wishes to live: {say.wish_words(e.wish)}",
    "choice-step-given": lambda e, _: f"{say.step_label(e.step.step)}: {say.step_words(e.step)}",
    "choice-step-answered": lambda e, _: (
        f"{say.step_label(e.step.partition('/')[0])}: the person {say.lower(CHOICE_ANSWERS.label(e.answer))}"
    ),
    "self-funding-recorded": lambda e, _: say.self_funding_words(e.self_funding),
    "stay-told": lambda e, t: (
        f"Notice for {t.organisation(e.notice.organisation_id)}: {say.stay_words(e.notice)}"
    ),
    "stay-notice-answered": lambda e, _: (
        f"Notice of the stay {'acted on' if e.acted else 'accepted'} on {words.day(e.answered_on)}"
    ),
    "case-merged-in": lambda e, _: merged_words(e.merged),
    "case-parted": lambda _e, _t: "The merge of another case was undone: its answers left with it",
    "case-closed": lambda e, _: f"Case closed: {casework.CASE_OUTCOMES.label(e.outcome).lower()}",
    "case-reopened": lambda e, _: f"Case opened again: {casework.REOPEN_REASONS.label(e.reason).lower()}",
}


def timeline_lines(
    rows: Sequence[CaseEventRow],
    notes: Mapping[UUID, list[NoteRow]],
    known: Directory,
    homes: Mapping[UUID, str] = MappingProxyType({}),
) -> tuple[Happened, ...]:
    """The events in words, in the order given. A command's notes stand with the first of its events shown.

    `homes` names homes by id, as far as the reader may know where the person lives.
    """
    events = [(row, ev.event_as_known(row.payload)) for row in rows]
    names = {
        event.strand.key: _strand_name(event, known)
        for _, event in events
        if isinstance(event, ev.StrandStarted)
    }
    alerts = {
        event.alert.alert_id: f"{rule_title(event.alert.rule)}. {event.alert.fact}"
        for _, event in events
        if isinstance(event, ev.AlertRaised)
    }
    offered = {
        event.offer.offer_id: event.offer.property_id
        for _, event in events
        if isinstance(event, ev.PropertyOffered)
    }
    hazards = hazard_told.hazards_named(event for _, event in events)
    teller = _Teller(known, names, alerts, homes, offered, hazards)
    left = dict(notes)
    whole = {row.command_id for row, event in events if isinstance(event, ev.CheckCompleted)}
    return tuple(
        _line(row, event, teller, left)
        for row, event in events
        if not (isinstance(event, ev.ItemAnswered) and row.command_id in whole)
    )


def _line(
    row: CaseEventRow, event: ev.Event | None, teller: _Teller, left: dict[UUID, list[NoteRow]]
) -> Happened:
    return Happened(
        what=TELL[event.kind](event, teller) if event else by_newer_version(row.kind),
        effective=words.day(row.effective_on),
        recorded=words.moment(row.case_time),
        who=who_did(row, teller.known),
        reason=words.from_code(row.reason, ""),
        notes=tuple(note_line(note, teller.known) for note in left.pop(row.command_id, [])),
    )


def who_did(row: CaseEventRow, known: Directory) -> str:
    """Who did it: the person, else the role, and the organisation."""
    organisation = known.organisation(row.organisation_id)
    role = ROLE_WORDS.get(row.role, row.role)  # type: ignore[call-overload]
    return ", ".join(filter(None, (known.user(row.user_id) or role, organisation)))
