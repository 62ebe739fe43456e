"""The restricted annex of a case: what was asked and said about safety, and what follows from it.

It is folded from its own events. Free words (what somebody said, words to use on the telephone) stand in
notes beside the events, so that an event holds codes alone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, get_args
from uuid import UUID

from discharge.values import AnswerCode, Frozen, YesNoUnknown

Asked = Literal["alone", "not-alone", "not-asked"]
"""Whether the person was asked about abuse, and with nobody else there to hear."""

Reached = Literal["yes", "no", "not-safe"]
"""What came of trying to reach somebody; `not-safe`: the call ended because it was not safe to talk."""

MaracBasis = Literal["judgement", "escalation", "repeat", "score"]
"""Why somebody is referred to MARAC. A high score is one reason; a low one is no reason not to refer."""

Consent = Literal["given", "refused", "not-asked"]
Choice = Literal["stay", "move", "undecided"]
"""What the person chooses: to stay with measures, or to move with their tenancy kept."""

SafeguardingBasis = Literal["reasonable-cause", "asked-by-person", "other-adult", "child"]
"""Why a safeguarding concern is raised: s42 of the Care Act (care and support needs, abuse or neglect or a
risk of it, cannot protect themselves), because the person asked, for another adult, or for a child.
"""
SafeguardingOutcome = Literal["enquiry", "no-enquiry", "other-action"]

ClockCode = Literal["ask-alone", "call", "decide", "marac", "safeguarding", "second-look", "review"]
CLOCK_CODES: tuple[ClockCode, ...] = get_args(ClockCode)


class SafetyAnswers(Frozen):
    """What somebody was asked and answered, by one who was there."""

    asked: Asked
    asked_on: date
    disclosed: YesNoUnknown = "unknown"
    perpetrator_at_address: YesNoUnknown = "unknown"
    safe_tonight: YesNoUnknown = "unknown"
    contact_method: AnswerCode | None = None

    @property
    def asked_alone(self) -> bool:
        """Whether nobody else heard it. Only then does *no* mean no."""
        return self.asked == "alone"


class ContactAttempt(Frozen):
    """One try to reach the person, the way that is safe for them."""

    method: AnswerCode
    reached: Reached
    at: datetime


class MaracReferral(Frozen):
    """A referral to MARAC: why, and whether the person agreed. `score` is what the sender's form came to, as
    it was said; nothing is computed from it.
    """

    basis: MaracBasis
    consent: Consent
    decided_on: date
    score: int | None = None
    sent_on: date | None = None


class SafeguardingConcern(Frozen):
    """A safeguarding concern, on what basis, and what the council answered."""

    basis: SafeguardingBasis
    raised_on: date
    outcome: SafeguardingOutcome | None = None
    answered_on: date | None = None


class SafetyPlan(Frozen):
    """What the person chose, and the measures that were agreed."""

    choice: Choice
    measures: tuple[AnswerCode, ...] = ()
    planned_on: date


class Stamp(Frozen):
    """When something was recorded (case time), and whether the person was in a hospital bed then."""

    at: datetime
    in_hospital: bool


class Given(Frozen):
    """Answers with their stamp."""

    answers: SafetyAnswers
    stamp: Stamp


class Annex(Frozen):
    """The annex of one case as its events say. Nothing in it is ever a figure of risk. ``noted`` is when
    words about danger came by other doors.
    """

    given: tuple[Given, ...] = ()
    noted: tuple[Stamp, ...] = ()
    attempts: tuple[ContactAttempt, ...] = ()
    marac: MaracReferral | None = None
    marac_since: Stamp | None = None
    concern: SafeguardingConcern | None = None
    concern_since: Stamp | None = None
    adviser_id: UUID | None = None
    adviser_named_on: date | None = None
    plan: SafetyPlan | None = None
    review_on: date | None = None
    undecided_since: Stamp | None = None
    confirmed: bool = False
    confirmed_over: Stamp | None = None
    """When safety was confirmed although abuse or danger had been heard of, if nothing was done since."""
    ended_on: date | None = None

    @property
    def disclosed(self) -> YesNoUnknown:
        """`yes` once somebody said so, whatever is answered later; `no` when the last answer given alone was
        no; else unknown.
        """
        said = [each.answers for each in self.given]
        if any(each.disclosed == "yes" for each in said):
            return "yes"
        alone = [each.disclosed for each in said if each.asked_alone]
        return alone[-1] if alone else "unknown"

    @property
    def asked_alone_on(self) -> date | None:
        """The last day on which the person was asked with nobody else there."""
        alone = (each.answers for each in self.given if each.answers.asked_alone)
        return max((each.asked_on for each in alone), default=None)

    @property
    def latest(self) -> SafetyAnswers | None:
        """The answers that were recorded last."""
        return self.given[-1].answers if self.given else None

    @property
    def first_disclosure(self) -> Given | None:
        """The answers in which abuse was first said."""
        return next((each for each in self.given if each.answers.disclosed == "yes"), None)

    @property
    def first_concern(self) -> Stamp | None:
        """When abuse or danger was first heard of: the person said so, or somebody wrote of it."""
        said = self.first_disclosure
        heard = (*((said.stamp,) if said is not None else ()), *self.noted)
        return min(heard, key=lambda stamp: stamp.at, default=None)

    @property
    def reached(self) -> bool:
        """Whether the person was reached since abuse or danger was first heard of."""
        first = self.first_concern
        return first is not None and any(
            each.reached == "yes" and each.at >= first.at for each in self.attempts
        )


NO_ANNEX = Annex()
