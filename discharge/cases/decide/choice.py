"""The person's choice: wishes, letters and talks with their answers, and who arranges what they pay for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from discharge.cases import events as ev
from discharge.cases.commands import (
    AnswerChoiceStep,
    Envelope,
    RecordChoiceStep,
    RecordSelfFunding,
    RecordWish,
)
from discharge.cases.decide.common import (
    Decider,
    coded,
    command_of,
    happened_on,
    not_before,
    plain,
    said_coded,
)
from discharge.cases.model import Case, ChoiceStep, SelfFunder, StatedWish
from discharge.codes.choice import CHOICE_STEPS
from discharge.errors import Refused, refuse_together
from discharge.reference.policy import Policy


def record_wish(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record where the person wishes to live."""
    asked = command_of(envelope, RecordWish)
    day = envelope.effective_on
    refuse_together(lambda: happened_on(envelope, now), lambda: coded("wishes", asked.wish, day, "wish"))
    same = case.wish is not None and case.wish.wish == asked.wish and envelope.note_id is None
    if same:
        return []
    return [ev.WishRecorded(wish=StatedWish(wish=asked.wish, said_on=day, note_id=envelope.note_id))]


def record_step(case: Case, envelope: Envelope, now: datetime, policy: Policy) -> list[ev.Event]:
    """Record a letter or a talk; the same one on the same day is recorded once. One out of the order of the
    policy needs a note that says why.
    """
    asked = command_of(envelope, RecordChoiceStep)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: coded("choice-steps", asked.step, day, "step"),
        lambda: coded("owner-roles", asked.given_by, day, "given_by"),
        lambda: not_before(day, asked.response_due_on, "response_due_on"),
        lambda: _in_order(case, envelope, asked.step, policy),
    )
    given = [each for each in case.choice.values() if each.step == asked.step]
    if any(each.given_on == day for each in given):
        return []
    step = ChoiceStep(
        step=asked.step,
        number=len(given) + 1,
        given_on=day,
        given_by=asked.given_by,
        recorded_by=envelope.actor.user_id,
        response_due_on=asked.response_due_on or answer_due(asked.step, day, policy),
        note_id=envelope.note_id,
    )
    return [ev.ChoiceStepGiven(step=step)]


def _in_order(case: Case, envelope: Envelope, step: str, policy: Policy) -> None:
    """Refuse a step before which another one belongs that was not given by then, unless a note says why."""
    day = envelope.effective_on
    row = CHOICE_STEPS.by(policy, step, day)
    given = {each.step for each in case.choice.values() if each.given_on <= day}
    missing = [before for before in row.after if before not in given] if row is not None else []
    if missing and envelope.note_id is None:
        raise Refused("choice-step-order", detail=", ".join(missing), where="step")


def answer_due(step: str, day: date, policy: Policy) -> date | None:
    """By when the person is to answer, as the policy in force on the day says."""
    row = CHOICE_STEPS.by(policy, step, day)
    return row.answer_within.after(day) if row is not None and row.answer_within is not None else None


def answer_step(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record what the person answered."""
    asked = command_of(envelope, AnswerChoiceStep)
    day, step = envelope.effective_on, case.choice.get(asked.choice_step)
    if step is None:
        raise Refused("no-such-item", where="choice_step")
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: coded("choice-answers", asked.answer, day, "answer"),
        lambda: not_before(step.given_on, day, "effective_on"),
    )
    if (step.answer, step.answered_on) == (asked.answer, day):
        return []
    return [ev.ChoiceStepAnswered(step=step.key, answer=asked.answer, answered_on=day)]


def record_self_funding(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record whether the person pays for their own care, and who arranges it."""
    asked = command_of(envelope, RecordSelfFunding)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: said_coded("care-arrangers", asked.arranger, day, "arranger"),
        lambda: _arranged(asked),
    )
    before = case.self_funding
    same = before is not None and (before.self_funder, before.arranger) == (asked.self_funder, asked.arranger)
    if same and envelope.note_id is None:
        return []
    said = SelfFunder(
        self_funder=asked.self_funder, since=day, arranger=asked.arranger, note_id=envelope.note_id
    )
    return [ev.SelfFundingRecorded(self_funding=said)]


def _arranged(asked: RecordSelfFunding) -> None:
    """Of somebody who pays for themselves it is said who arranges it, if only that nobody does yet."""
    if asked.self_funder == "yes" and asked.arranger is None:
        raise Refused("arranger-needed", where="arranger")


def overdue(case: Case, today: date) -> tuple[ChoiceStep, ...]:
    """Letters and talks whose answer is late."""
    return tuple(
        each
        for each in case.choice.values()
        if each.answer is None and each.response_due_on is not None and each.response_due_on < today
    )


DECIDERS: Mapping[str, Decider] = {
    "record-wish": plain(record_wish),
    "record-choice-step": record_step,
    "answer-choice-step": plain(answer_step),
}
