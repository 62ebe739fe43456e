"""What happens in an annex. Kept in tables of its own (`safety_events`), never among the events of a case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from discharge.stored import Stored
from discharge.values import Frozen
from housing_checks.safety.model import (
    Annex,
    ContactAttempt,
    Given,
    MaracReferral,
    SafeguardingConcern,
    SafeguardingOutcome,
    SafetyAnswers,
    SafetyPlan,
    Stamp,
)


class QuestionsAnswered(Frozen):
    """Somebody who was there recorded what was asked and answered."""

    kind: Literal["questions-answered"] = "questions-answered"
    answers: SafetyAnswers


class DangerNoted(Frozen):
    """Words about abuse or danger came with a request (its kind), or as a reason for the referral. They stand
    in the notes beside it: the note, who told it, the words on an item of the check by its code.
    """

    kind: Literal["danger-noted"] = "danger-noted"
    came_with: str
    referred: bool = False


class ContactTried(Frozen):
    """Somebody tried to reach the person."""

    kind: Literal["contact-tried"] = "contact-tried"
    attempt: ContactAttempt


class MaracDecided(Frozen):
    """A referral to MARAC was decided, and sent on a day or still to be sent."""

    kind: Literal["marac-decided"] = "marac-decided"
    referral: MaracReferral


class MaracSent(Frozen):
    """The referral to MARAC was sent."""

    kind: Literal["marac-sent"] = "marac-sent"
    sent_on: date


class SafeguardingRaised(Frozen):
    """A safeguarding concern was raised with the council."""

    kind: Literal["safeguarding-raised"] = "safeguarding-raised"
    concern: SafeguardingConcern


class SafeguardingAnswered(Frozen):
    """The council said what it does about the concern."""

    kind: Literal["safeguarding-answered"] = "safeguarding-answered"
    outcome: SafeguardingOutcome
    answered_on: date


class AdviserNamed(Frozen):
    """The person has an adviser (IDVA): somebody who signs in here, or by name in the note."""

    kind: Literal["adviser-named"] = "adviser-named"
    adviser_id: UUID | None = None
    named_on: date


class PlanAgreed(Frozen):
    """The person chose to stay or to move, with measures."""

    kind: Literal["plan-agreed"] = "plan-agreed"
    plan: SafetyPlan


class ReviewSet(Frozen):
    """A day was set on which a named person looks again."""

    kind: Literal["review-set"] = "review-set"
    review_on: date


class SafetyConfirmed(Frozen):
    """A named person said that safety is confirmed, until a day if they set one."""

    kind: Literal["safety-confirmed"] = "safety-confirmed"
    until_on: date | None = None


class ConfirmationWithdrawn(Frozen):
    """A named person took the confirmation back."""

    kind: Literal["confirmation-withdrawn"] = "confirmation-withdrawn"


class AnnexEnded(Frozen):
    """The work on safety ended, with a reason in the note. Later answers begin it again."""

    kind: Literal["annex-ended"] = "annex-ended"
    ended_on: date


_Asked = (
    QuestionsAnswered
    | ContactTried
    | MaracDecided
    | MaracSent
    | SafeguardingRaised
    | SafeguardingAnswered
    | AdviserNamed
    | PlanAgreed
    | ReviewSet
    | SafetyConfirmed
    | ConfirmationWithdrawn
    | AnnexEnded
)
AskedSafetyEvent = Annotated[_Asked, Field(discriminator="kind")]
"""What people record in an annex."""

SafetyEvent = Annotated[DangerNoted | _Asked, Field(discriminator="kind")]

SAFETY_EVENT: Stored[SafetyEvent] = Stored(TypeAdapter(SafetyEvent))
"""How an event of an annex is written and read again."""


def evolve(annex: Annex, event: SafetyEvent, stamp: Stamp) -> Annex:
    """Return the annex after an event."""
    if isinstance(event, QuestionsAnswered):
        return annex.model_copy(
            update={
                "given": (*annex.given, Given(answers=event.answers, stamp=stamp)),
                "undecided_since": annex.undecided_since or stamp,
                "confirmed": False,
                "confirmed_over": None,
                "ended_on": None,
            }
        )
    if isinstance(event, DangerNoted):
        return annex.model_copy(
            update={
                "noted": (*annex.noted, stamp),
                "undecided_since": annex.undecided_since or stamp,
                "confirmed": False,
                "confirmed_over": None,
                "ended_on": None,
            }
        )
    acted = {"undecided_since": None, "confirmed_over": None}
    return annex.model_copy(update={**acted, **_changed(annex, event, stamp)})


def _changed(annex: Annex, event: SafetyEvent, stamp: Stamp) -> dict[str, object]:
    match event:
        case ContactTried():
            return {"attempts": (*annex.attempts, event.attempt)}
        case AdviserNamed():
            return {"adviser_id": event.adviser_id, "adviser_named_on": event.named_on}
        case PlanAgreed():
            return {"plan": event.plan}
        case ReviewSet():
            return {"review_on": event.review_on}
        case SafetyConfirmed():
            over = stamp if annex.first_concern is not None else None
            return {"confirmed": True, "confirmed_over": over}
        case ConfirmationWithdrawn():
            return {"confirmed": False}
        case AnnexEnded():
            return {"ended_on": event.ended_on}
    return _referred(annex, event, stamp)


def _referred(annex: Annex, event: SafetyEvent, stamp: Stamp) -> dict[str, object]:
    match event:
        case MaracDecided():
            return {"marac": event.referral, "marac_since": stamp}
        case MaracSent():
            return {"marac": annex.marac and annex.marac.model_copy(update={"sent_on": event.sent_on})}
        case SafeguardingRaised():
            return {"concern": event.concern, "concern_since": stamp}
        case SafeguardingAnswered():
            answered = {"outcome": event.outcome, "answered_on": event.answered_on}
            return {"concern": annex.concern and annex.concern.model_copy(update=answered)}
    return {}
