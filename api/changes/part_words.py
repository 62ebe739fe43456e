"""What each part of a case is called, and what it says, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api.cases import decision_words as say
from api.cases.timeline import mitigator
from api.hazards.event_words import standing as hazard_standing
from api.web.names import Directory
from api.web.page import words
from discharge.cases.actions import ACTIONS
from discharge.cases.follow_ups import contact_words, not_running
from discharge.cases.model import Alert, Case, Offer, Strand
from discharge.codes import after_discharge, casework
from discharge.codes.delay_reasons import delay_reason_label
from discharge.codes.destinations import DISCHARGE_DESTINATIONS
from discharge.delays.model import DelayReason
from discharge.pathway_words import former_words
from discharge.risk.rules import rule_title
from discharge.stored import by_newer_version
from housing_checks.checks.answers import answers_standing
from housing_checks.hazards.words import hazard_words
from housing_checks.item_words import item_answer
from housing_checks.merge_words import merged_words
from housing_checks.strands.definitions import kind_words, step_words

YES_NO = {"yes": "Yes", "no": "No", "unknown": "Not known"}


def yes_no_words(code: str) -> str:
    """Yes, no or not known in words; another code, which only a newer build has, by its name."""
    return YES_NO.get(code) or by_newer_version(code)


@dataclass(frozen=True)
class Side:
    """A case on one side of the change; what is withheld from the reader is not in it."""

    case: Case
    known: Directory


@dataclass(frozen=True)
class PartWords:
    """What a part is called, and what it says; None where it says nothing."""

    label: Callable[[Side, str], str]
    value: Callable[[Side, str], str | None]


def _label(text: str) -> Callable[[Side, str], str]:
    return lambda _side, _key: text


def _day(name: str) -> Callable[[Side, str], str | None]:
    return lambda side, _key: words.day(getattr(side.case, name), "No date")


def _gate(side: Side, key: str) -> str:
    return side.known.names.gate.get(key, words.from_code(key))


def _item(side: Side, key: str) -> str | None:
    answer, check = answers_standing(side.case).get(key), side.case.check
    differ = " (people say different things)" if check is not None and key in check.disputed else ""
    return f"{item_answer(key, answer)}{differ}" if answer else None


def _mitigation(side: Side, key: str) -> str | None:
    item = side.case.gate.get(key)
    if item is None:
        return None
    named = item.mitigation
    if named is None:
        return "Nobody"
    what = casework.MITIGATIONS.label(named.code)
    return f"{what}, {mitigator(named, side.known)} until {words.day(named.ends_on)}"


def _assignment(side: Side, key: str) -> str | None:
    named = side.case.assigned.get(key)
    if named is None:
        return "Nobody"
    by = f", by {words.day(named.due_on)}" if named.due_on else ""
    return f"{mitigator(named, side.known)}{by}"


REFERRAL_LABELS: Mapping[str, str] = {
    "ward": "Ward of the referral",
    "reasons": "Reasons for referral",
    "needs": "What they need at home",
    "pathway": "Pathway",
    "tenure": "Housing situation",
    "lives_alone": "Lives alone",
}

_REFERRAL_LISTS = {
    "reasons": casework.REFERRAL_REASONS,
    "needs": casework.NEEDS,
    "tenure": casework.TENURES,
}


def _referral(side: Side, key: str) -> str | None:
    value = getattr(side.case.referral, key, None) if key in REFERRAL_LABELS else None
    if not value:
        return None
    codes = _REFERRAL_LISTS.get(key)
    if codes is None:
        return YES_NO.get(value, str(value))
    return ", ".join(codes.label(code) for code in ([value] if isinstance(value, str) else value))


def _acceptance(side: Side, _: str) -> str | None:
    referral = side.case.referral
    if referral is None:
        return None
    if referral.returned_reason:
        reason = casework.REFERRAL_RETURN_REASONS.label(referral.returned_reason)
        return f"Returned: {reason[:1].lower()}{reason[1:]}"
    accepted = referral.accepted_on
    return f"Accepted on {words.day(accepted)}" if accepted else "Not accepted yet"


def _owner(side: Side, key: str) -> str | None:
    mine = next((each for each in side.case.owners if str(each.organisation_id) == key), None)
    if mine is None:
        return None
    return side.known.user(mine.user_id) or side.known.teams.get(
        mine.team_id or mine.organisation_id, "A team"
    )


def _organisation(side: Side, key: str) -> str:
    return next(
        (row.name for id_, row in side.known.organisations.items() if str(id_) == key), "An organisation"
    )


def _participant(side: Side, key: str) -> str | None:
    parts = [each for each in side.case.participants if str(each.organisation_id) == key]
    if not parts:
        return None
    return "Takes part" if any(each.until_on is None for each in parts) else "No longer takes part"


def _sharing(side: Side, _: str) -> str | None:
    basis = side.case.sharing
    if basis is None:
        return None
    if basis.withdrawn_on is not None:
        return f"Withdrawn on {words.day(basis.withdrawn_on)}"
    return casework.SHARING_BASES.label(basis.basis)


def _criteria(side: Side, _: str) -> str | None:
    if not side.case.ready_periods:
        return None
    period = side.case.open_ready_period
    if period is not None:
        return f"Not met since {words.day(period.ready_on)}"
    return f"Met, or left, since {words.day(side.case.ready_periods[-1].ended_on)}"


def _reason_of(side: Side, key: str) -> DelayReason | None:
    return next((each for each in side.case.delay_reasons if str(each.reason_id) == key), None)


def _reason_label(side: Side, key: str) -> str:
    reason = _reason_of(side, key)
    return (
        f"Reason for waiting: {delay_reason_label(reason.code)}" if reason else "National reason for waiting"
    )


def _reason(side: Side, key: str) -> str | None:
    if key == "national":
        national = [
            each for each in side.case.delay_reasons if each.kind == "national" and each.to_on is None
        ]
        return delay_reason_label(national[-1].code) if national else None
    reason = _reason_of(side, key)
    if reason is None:
        return None
    since = f"From {words.day(reason.from_on)}"
    return f"{since} to {words.day(reason.to_on)}" if reason.to_on else since


def _duty(side: Side, _: str) -> str | None:
    made = side.case.homelessness
    if made.referred_on is None:
        return None
    council = side.known.organisation(made.council_id) if made.council_id else "a council"
    answered = f", answered on {words.day(made.acknowledged_on)}" if made.acknowledged_on else ""
    return f"Made to {council} on {words.day(made.referred_on)}{answered}"


def _check(side: Side, _: str) -> str | None:
    check = side.case.check
    if check is None:
        return None
    done = check.completed_on
    return f"Completed on {words.day(done)}" if done else f"Begun on {words.day(check.started_on)}"


def _strand_of(side: Side, key: str) -> Strand | None:
    return side.case.strands.get(key)


def _strand_label(side: Side, key: str) -> str:
    strand = _strand_of(side, key)
    if strand is None:
        return words.from_code(key)
    item = side.known.names.items.get(strand.item, words.from_code(strand.item))
    return f"{kind_words(strand.kind)}: {item}"


def _strand(side: Side, key: str) -> str | None:
    strand = _strand_of(side, key)
    if strand is None:
        return None
    if strand.status == "cancelled":
        return f"Cancelled: {casework.STRAND_CANCEL_REASONS.label(strand.ended_reason or '').lower()}"
    step = step_words(strand.kind, strand.step)
    due = f", due {words.day(strand.due_on)}" if strand.due_on and strand.status == "open" else ""
    former = f", {former_words(strand)}" if strand.former_home else ""
    return f"{step}{due}{former}"


def _offers_label(side: Side, key: str) -> str:
    return f"Homes offered, {_strand_label(side, key)[:1].lower()}{_strand_label(side, key)[1:]}"


_OFFERED: Mapping[str | None, Callable[[Offer], str]] = {
    None: lambda offer: f"Answer awaited by {words.day(offer.respond_by)}",
    "accepted": lambda offer: f"Accepted on {words.day(offer.answered_on)}",
    "refused": lambda offer: f"Refused on {words.day(offer.answered_on)}",
    "lapsed": lambda offer: f"Ended without an answer on {words.day(offer.answered_on)}",
    "lost": lambda offer: f"Withdrawn by the landlord on {words.day(offer.answered_on)}",
}


def _answer_of_newer(offer: Offer) -> str:
    return by_newer_version(offer.answer or "")


def _offers(side: Side, key: str) -> str | None:
    strand = _strand_of(side, key)
    if strand is None or not strand.offers:
        return None
    if strand.property_id is not None:
        return "Tenancy signed"
    offer = strand.offers[-1]
    last = _OFFERED.get(offer.answer, _answer_of_newer)(offer)
    return f"{words.count(len(strand.offers), 'home')}; the last: {last}"


def _overdue(side: Side, key: str) -> str | None:
    strand = _strand_of(side, key)
    return f"Late since {words.day(strand.overdue_since)}" if strand and strand.overdue_since else None


def _hazard_label(side: Side, key: str) -> str:
    hazard = side.case.hazards.get(key)
    return f"Hazard: {hazard_words(hazard)}" if hazard else "Hazard"


def _hazard(side: Side, key: str) -> str | None:
    hazard = side.case.hazards.get(key)
    return hazard_standing(hazard) if hazard else None


def _leaving(side: Side, _: str) -> str | None:
    left = side.case.discharge
    if left is None:
        return "Has not left hospital" if side.case.referral is not None else None
    where = DISCHARGE_DESTINATIONS.label(left.destination) if left.destination else "destination not given"
    return f"Left on {words.day(left.discharged_on)}: {where[:1].lower()}{where[1:]}"


def _home_ready(side: Side, _: str) -> str | None:
    if side.case.check is None:
        return None
    since = side.case.home_ready_on
    return f"Ready since {words.day(since)}" if since else "Not ready"


def _contact(side: Side, key: str) -> str | None:
    owed = side.case.follow_ups.get(key)
    if owed is None:
        return None
    if owed.outcome is None:
        return not_running(owed) or f"Owed by {words.moment(owed.due_at)}"
    return casework.CONTACT_OUTCOMES.label(owed.outcome)


def _action(side: Side, key: str) -> str | None:
    action = side.case.actions.get(key)
    if action is None:
        return None
    return after_discharge.ACTION_ANSWERS.label(action.answer) if action.answer else "Nobody has answered it"


def _alert_of(side: Side, key: str) -> Alert | None:
    return side.case.alerts.get(key)


def _alert_label(side: Side, key: str) -> str:
    alert = _alert_of(side, key)
    return f"Alert: {rule_title(alert.rule)}" if alert else "Alert"


def _alert(side: Side, key: str) -> str | None:
    alert = _alert_of(side, key)
    if alert is None:
        return None
    if alert.told_by is not None:
        return f"Covered by another alert: {rule_title(alert.told_by)}"
    if alert.cleared_at is not None:
        return "No longer applies"
    if alert.acknowledged_at is None:
        return "Nobody has accepted it"
    return f"Accepted by {side.known.user(alert.acknowledged_by) or 'somebody'}"


def _warning(side: Side, key: str) -> str | None:
    alert = _alert_of(side, key)
    return alert.fact if alert is not None else None


def _ending(side: Side, _: str) -> str | None:
    if side.case.referral is None:
        return None
    outcome = side.case.outcome
    return f"Closed: {casework.CASE_OUTCOMES.label(outcome).lower()}" if outcome else "Open"


def _stay(side: Side, key: str) -> str | None:
    stay = next((each for each in side.case.spells if str(each.spell_id) == key), None)
    if stay is None:
        return None
    place = ", ".join(filter(None, (stay.ward and f"ward {stay.ward}", stay.bed and f"bed {stay.bed}")))
    return ", ".join(filter(None, (words.from_code(stay.status), place)))


def _evidence_label(side: Side, key: str) -> str:
    file = side.case.evidence.get(key)
    if file is None:
        return "A photo"
    on = _hazard_label(side, file.hazard) if file.hazard else _gate(side, file.item)
    return f"{casework.EVIDENCE_KINDS.label(file.evidence)}: {on}"


def _evidence(side: Side, key: str) -> str | None:
    file = side.case.evidence.get(key)
    if file is None:
        return None
    if file.removed_because is None:
        return f"Added on {words.day(file.added_on)}"
    return f"Removed: {casework.EVIDENCE_REMOVAL_REASONS.label(file.removed_because).lower()}"


def _capacity(side: Side, key: str) -> str | None:
    held = side.case.capacity.get(key)
    return say.capacity_words(held) if held else None


def _best_interests(side: Side, key: str) -> str | None:
    held = side.case.capacity.get(key)
    return say.best_interests_words(held.best_interests) if held and held.best_interests else None


def _advocate(side: Side, key: str) -> str | None:
    held = side.case.capacity.get(key)
    return say.advocate_words(held.advocate) if held and held.advocate else None


def _representative(side: Side, key: str) -> str | None:
    held = side.case.representatives.get(key)
    return say.representative_words(held) if held else None


def _choice(side: Side, key: str) -> str | None:
    held = side.case.choice.get(key)
    return say.step_words(held) if held else None


def _stay_notice(side: Side, key: str) -> str | None:
    held = side.case.stay_notices.get(key)
    return say.notice_words(held) if held else None


def _merged_case(side: Side, key: str) -> str | None:
    held = side.case.merged_cases.get(key)
    return merged_words(held) if held else None


PARTS: Mapping[str, PartWords] = {
    "evidence": PartWords(_evidence_label, _evidence),
    "item": PartWords(_gate, _item),
    "mitigation": PartWords(lambda side, key: f"Mitigation for {_gate(side, key)}", _mitigation),
    "assignment": PartWords(lambda side, key: f"Owner and date of {_gate(side, key)}", _assignment),
    "referral": PartWords(lambda _side, key: REFERRAL_LABELS.get(key, "Referral"), _referral),
    "acceptance": PartWords(_label("Referral"), _acceptance),
    "owner": PartWords(lambda side, key: f"Owner at {_organisation(side, key)}", _owner),
    "participant": PartWords(_organisation, _participant),
    "sharing": PartWords(_label("Basis for sharing with partners"), _sharing),
    "expected-date": PartWords(
        _label("Expected to leave"),
        _day("expected_discharge_on"),
    ),
    "needed-by": PartWords(_label("Home needed by"), _day("needed_by")),
    "criteria": PartWords(_label("Criteria to reside"), _criteria),
    "reason": PartWords(_reason_label, _reason),
    "homelessness": PartWords(
        _label("Homeless or may become homeless"), lambda side, _: yes_no_words(side.case.homelessness.flag)
    ),
    "duty-to-refer": PartWords(_label("Homelessness referral"), _duty),
    "check": PartWords(_label("Home check"), _check),
    "strand": PartWords(_strand_label, _strand),
    "offers": PartWords(_offers_label, _offers),
    "overdue": PartWords(_strand_label, _overdue),
    "hazard": PartWords(_hazard_label, _hazard),
    "leaving": PartWords(_label("Discharge"), _leaving),
    "home-ready": PartWords(_label("The home"), _home_ready),
    "contact": PartWords(lambda _side, key: contact_words(key), _contact),
    "action": PartWords(lambda _side, key: ACTIONS.label(key.partition("/")[0]), _action),
    "alert": PartWords(_alert_label, _alert),
    "warning": PartWords(_alert_label, _warning),
    "ending": PartWords(_label("The case"), _ending),
    "stay": PartWords(_label("Hospital stay"), _stay),
    "capacity": PartWords(lambda _, key: f"Capacity: {say.lower(say.decision_label(key))}", _capacity),
    "best-interests": PartWords(
        lambda _, key: f"Best interests: {say.lower(say.decision_label(key))}", _best_interests
    ),
    "advocate": PartWords(lambda _, key: f"Advocate: {say.lower(say.decision_label(key))}", _advocate),
    "representative": PartWords(_label("Attorney or deputy"), _representative),
    "liberty": PartWords(
        _label("Deprivation of liberty"),
        lambda side, _: say.liberty_words(side.case.liberty) if side.case.liberty else None,
    ),
    "wish": PartWords(
        _label("Wishes to live"), lambda side, _: say.wish_words(side.case.wish) if side.case.wish else None
    ),
    "choice": PartWords(lambda _, key: say.step_label(key.partition("/")[0]), _choice),
    "self-funding": PartWords(
        _label("Who pays"),
        lambda side, _: say.self_funding_words(side.case.self_funding) if side.case.self_funding else None,
    ),
    "merged-case": PartWords(_label("Merged case"), _merged_case),
    "stay-notice": PartWords(
        lambda side, key: f"Notice for {_organisation(side, key.partition('/')[0])}", _stay_notice
    ),
}
"""Room -> its words. What is not here (notes, work that began) is read in the timeline."""

UNTOLD = frozenset(
    {"work-begun", "proposals", "unready-home", "follow-up", "note", "escalation", "earlier-discharges"}
)
"""Rooms that nobody's save is refused for, and that say nothing by themselves."""
