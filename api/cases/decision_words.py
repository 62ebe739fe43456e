"""Who decides, what the person chose, and who was told of the stay: the same words for page, history and
changes.
"""

from __future__ import annotations

from datetime import date

from api.web.page import words
from discharge.cases.model import (
    Advocate,
    BestInterests,
    ChoiceStep,
    DecisionCapacity,
    Liberty,
    Offer,
    Representative,
    SelfFunder,
    StatedWish,
    StayNotice,
)
from discharge.codes import capacity as codes
from discharge.codes import choice as choice_codes
from discharge.codes.casework import OFFER_REFUSAL_REASONS, OWNER_ROLES
from discharge.stored import by_newer_version

CAPACITY = {
    "presumed": "Presumed to decide",
    "has": "Has capacity",
    "lacks": "Lacks capacity",
    "not-assessed": "In doubt, not yet assessed",
}
YES_NO = {"yes": "yes", "no": "no", "unknown": "not known"}
STAY = {"admitted": "came into hospital", "discharged": "left hospital"}


def lower(text: str) -> str:
    """A label inside a sentence; an abbreviation keeps its capitals."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def decision_label(code: str) -> str:
    """What is to be decided."""
    return codes.CAPACITY_DECISIONS.label(code)


def capacity_words(held: DecisionCapacity) -> str:
    """What was found, by whom and how, and when to look again."""
    found = CAPACITY.get(held.capacity) or by_newer_version(held.capacity)
    by = f", assessed by {lower(codes.CAPACITY_ASSESSORS.label(held.assessor))}" if held.assessor else ""
    how = f" ({lower(codes.CAPACITY_METHODS.label(held.method))})" if held.method else ""
    again = f"; look again by {words.day(held.review_on)}" if held.review_on else ""
    return f"{found}, {words.day(held.as_of)}{by}{how}{again}"


def best_interests_words(decided: BestInterests) -> str:
    """Who decided for the person, when, after asking whom, and whether a freer way was weighed."""
    who = lower(codes.BEST_INTERESTS_DECIDERS.label(decided.decider))
    asked = ", ".join(lower(codes.CONSULTED_PEOPLE.label(code)) for code in decided.consulted) or "nobody"
    freer = YES_NO.get(decided.least_restrictive, decided.least_restrictive)
    return f"Decided by {who} on {words.day(decided.decided_on)}; asked: {asked}; least restrictive: {freer}"


def advocate_words(advocate: Advocate) -> str:
    """Who speaks for the person, and since when."""
    label = codes.ADVOCATES.label(advocate.advocate)
    if advocate.instructed_on is None:
        return f"{label}: needed, nobody has been instructed"
    return f"{label}, instructed on {words.day(advocate.instructed_on)}"


def representative_words(held: Representative) -> str:
    """An attorney or deputy, and whether somebody saw that they may decide."""
    seen = {"yes": "authority seen", "no": "authority not seen"}.get(
        held.authority_seen, "not known whether they may decide"
    )
    return f"{codes.REPRESENTATIVES.label(held.representative)}, {seen}"


def liberty_words(held: Liberty) -> str:
    """Whether the person will be free to leave."""
    until = f" until {words.day(held.until_on)}" if held.until_on else ""
    return f"{codes.LIBERTY_STATES.label(held.state)}{until}, {words.day(held.as_of)}"


def wish_words(wish: StatedWish) -> str:
    """Where the person wishes to live."""
    return f"{choice_codes.WISHES.label(wish.wish)} ({words.day(wish.said_on)})"


def step_label(code: str) -> str:
    """A letter or a talk of the policy on choice."""
    return choice_codes.CHOICE_STEPS.label(code)


def step_words(step: ChoiceStep, today: date | None = None) -> str:
    """When it was given and by whom, and what was answered or is awaited."""
    by = lower(OWNER_ROLES.label(step.given_by))
    given = f"Given on {words.day(step.given_on)} by {by}"
    if step.answer is not None:
        answer = lower(choice_codes.CHOICE_ANSWERS.label(step.answer))
        return f"{given}; on {words.day(step.answered_on)}: {answer}"
    if step.response_due_on is None:
        return given
    late = today is not None and step.response_due_on < today
    return f"{given}; answer {'was due' if late else 'due'} by {words.day(step.response_due_on)}"


def refused_offer_words(offer: Offer) -> str:
    """When a home was refused, and why."""
    reason = OFFER_REFUSAL_REASONS.label(offer.reason) if offer.reason else "no reason is recorded"
    return f"On {words.day(offer.answered_on)}: {lower(reason)}"


def self_funding_words(held: SelfFunder) -> str:
    """Who pays and arranges, and since when."""
    pays = {"yes": "Pays for their own care", "no": "Does not pay for their own care"}.get(
        held.self_funder, "Not known whether they pay for their own care"
    )
    by = f"; arranged by {lower(choice_codes.CARE_ARRANGERS.label(held.arranger))}" if held.arranger else ""
    return f"{pays}, since {words.day(held.since)}{by}"


def stay_words(notice: StayNotice) -> str:
    """What an organisation is told."""
    day = f" on {words.day(notice.day)}" if notice.day else ""
    return f"The person {STAY.get(notice.news, notice.news)}{day}"


def notice_words(notice: StayNotice) -> str:
    """What an organisation was told, and what it said."""
    accepted = f"; accepted on {words.day(notice.accepted_on)}" if notice.accepted_on else ""
    acted = f"; acted on {words.day(notice.acted_on)}" if notice.acted_on else ""
    return f"{stay_words(notice)}{accepted}{acted}"
