"""What may be recorded in an annex, and when. Nothing here works out a risk, and no score lowers one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from discharge.calendar import spoken_day
from discharge.errors import HomewardError, Refused, refuse_together
from housing_checks.safety.clocks import ASK_ALONE, SAFETY_CLOCKS
from housing_checks.safety.commands import MOST_NOTE, SafetyRequest
from housing_checks.safety.events import (
    AdviserNamed,
    AnnexEnded,
    ContactTried,
    MaracDecided,
    MaracSent,
    PlanAgreed,
    QuestionsAnswered,
    ReviewSet,
    SafeguardingAnswered,
    SafetyConfirmed,
)
from housing_checks.safety.lists import SAFE_CONTACT_METHODS, SAFETY_MEASURES
from housing_checks.safety.model import Annex

REASON = "reason"


def check(annex: Annex, asked: SafetyRequest, today: date) -> None:
    """Refuse what cannot be recorded, with every fault at once.

    Raises invalid-body, code-not-in-value-set, no-such-item, already-done.
    """
    refuse_together(*(_raising(fault) for fault in _faults(annex, asked, today)), *_codes(asked, today))


def _raising(fault: HomewardError) -> Callable[[], None]:
    def refuse() -> None:
        raise fault

    return refuse


def _codes(asked: SafetyRequest, today: date) -> Iterator[Callable[[], object]]:
    event = asked.event
    if isinstance(event, QuestionsAnswered) and event.answers.contact_method is not None:
        method = event.answers.contact_method
        yield lambda: SAFE_CONTACT_METHODS.lookup(method, today, "contact_method")
    if isinstance(event, ContactTried):
        tried = event.attempt.method
        yield lambda: SAFE_CONTACT_METHODS.lookup(tried, today, "method")
    if isinstance(event, PlanAgreed):
        for code in event.plan.measures:
            yield lambda code=code: SAFETY_MEASURES.lookup(code, today, "measures")  # type: ignore[misc]


def _faults(annex: Annex, asked: SafetyRequest, today: date) -> Iterator[HomewardError]:
    for item, words in asked.notes.items():
        if len(words) > MOST_NOTE:
            yield _wrong(item, f"at most {MOST_NOTE} characters")
    if not asked.notes.get("reason", "").strip() and (why := _needs_reason(annex, asked, today)):
        yield _wrong(REASON, why)
    if _says_nothing(asked):
        yield _wrong("note", "write who it is")
    yield from _contradicts_itself(asked)
    yield from _days(asked, today)
    yield from _out_of_turn(annex, asked)


def _says_nothing(asked: SafetyRequest) -> bool:
    """Whether an adviser is named neither as somebody who signs in here nor in words."""
    if not isinstance(asked.event, AdviserNamed) or asked.event.adviser_id is not None:
        return False
    return not asked.notes.get("note", "").strip()


def _needs_reason(annex: Annex, asked: SafetyRequest, today: date) -> str:
    """Why the words of a reason are needed; empty where they are not."""
    match asked.event:
        case MaracDecided(referral=referral) if referral.consent != "given":
            return "say why the referral is safer without the person's consent"
        case SafetyConfirmed() if although := [*_although(annex, today)]:
            return f"say why safety is confirmed although {'; '.join(although)}"
        case AnnexEnded():
            return "say why the work on safety ends"
    return ""


def _although(annex: Annex, today: date) -> Iterator[str]:
    """What speaks against confirming that somebody is safe: what was said, and what was not asked."""
    asked_on, latest = annex.asked_alone_on, annex.latest
    if asked_on is None:
        yield "the person was not asked alone"
    elif not SAFETY_CLOCKS.lookup(ASK_ALONE, today).holds_on(asked_on, today):
        yield f"the person was last asked alone on {spoken_day(asked_on)}, too long ago"
    if annex.disclosed == "yes":
        yield "they said that somebody hurts, threatens or controls them"
    if annex.noted:
        yield "somebody wrote about abuse or danger"
    if latest is not None and latest.safe_tonight == "no":
        yield "it is not safe there tonight"
    if latest is not None and latest.perpetrator_at_address == "yes":
        yield "the person who does it is at the address, or can get in"


def _contradicts_itself(asked: SafetyRequest) -> Iterator[HomewardError]:
    """Answers of which one cannot be true beside another. It depends on nothing that others recorded."""
    if not isinstance(asked.event, QuestionsAnswered):
        return
    said = asked.event.answers
    if said.asked == "not-asked" and said.disclosed != "unknown":
        yield _wrong("asked", NOT_ASKED_AND_SAID[said.disclosed])
    if said.disclosed == "no" and said.perpetrator_at_address == "yes":
        yield _wrong("perpetrator_at_address", NOBODY_AND_THERE)


NOBODY_AND_THERE = "say yes above, or choose no or not known here: you say that nobody hurts them"
NOT_ASKED_AND_SAID = {
    "yes": "say whether anybody else was there when they said it, or answer not known below",
    "no": "nobody was asked, so answer not known below, or say who was there when they were asked",
}


def _days(asked: SafetyRequest, today: date) -> Iterator[HomewardError]:
    match asked.event:
        case QuestionsAnswered(answers=answers) if answers.asked_on > today:
            yield _wrong("asked_on", "a day that has come")
        case ReviewSet(review_on=day) if day < today:
            yield _wrong("review_on", "today or a later day")
        case SafetyConfirmed(until_on=day) if day is not None and day <= today:
            yield _wrong("until_on", "a later day")
        case MaracSent(sent_on=day) if day > today:
            yield _wrong("sent_on", "a day that has come")


def _out_of_turn(annex: Annex, asked: SafetyRequest) -> Iterator[HomewardError]:
    match asked.event:
        case MaracSent() if annex.marac is None:
            yield Refused("no-such-item", detail="marac", where="kind")
        case MaracSent() if annex.marac is not None and annex.marac.sent_on is not None:
            yield Refused("already-done", detail="marac", where="kind")
        case SafeguardingAnswered() if annex.concern is None:
            yield Refused("no-such-item", detail="safeguarding", where="kind")
        case AnnexEnded() if annex.ended_on is not None:
            yield Refused("already-done", detail="ended", where="kind")


def _wrong(where: str, needed: str) -> HomewardError:
    return HomewardError("invalid-body", detail=needed, where=where)
