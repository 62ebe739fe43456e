"""The person's choice: wishes, letters and talks with their answers, and who arranges what they pay for."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed
from discharge.cases.model import Case


def _wish(case: Case, event: ev.WishRecorded) -> Case:
    return changed(case, wish=event.wish)


def _given(case: Case, event: ev.ChoiceStepGiven) -> Case:
    return changed(case, choice={**case.choice, event.step.key: event.step})


def _answered(case: Case, event: ev.ChoiceStepAnswered) -> Case:
    step = case.choice.get(event.step)
    if step is None:
        return case
    answered = step.model_copy(update={"answer": event.answer, "answered_on": event.answered_on})
    return changed(case, choice={**case.choice, step.key: answered})


def _self_funding(case: Case, event: ev.SelfFundingRecorded) -> Case:
    return changed(case, self_funding=event.self_funding)


FOLDS: Mapping[type, Fold] = {
    ev.WishRecorded: _wish,
    ev.ChoiceStepGiven: _given,
    ev.ChoiceStepAnswered: _answered,
    ev.SelfFundingRecorded: _self_funding,
}
