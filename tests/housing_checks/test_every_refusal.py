"""A command about the home that several rules refuse is answered with all of them, each by its field."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from discharge.cases.commands import (
    AnswerOffer,
    CancelStrand,
    Command,
    ConfirmItem,
    MoveStrand,
    NameMitigation,
    OfferProperty,
    SaveAnswers,
    StartCheck,
)
from discharge.errors import HomewardError
from tests.housing_checks.homes import FORM_1, HOME, Story, checked, day, start

STAIRLIFT = start("adaptation", "straight-stairlift")
MOVE, LIFT = "rehousing/1", "adaptation/1"
FUTURE = "effective_on date-in-future"
EARLY = "effective_on dates-out-of-order"
NO_CODE = "code-not-in-value-set"


def ordered() -> Story:
    return checked(steps_stairs="no").ask(STAIRLIFT, on=3)


def looking() -> Story:
    return checked(safe_address="no", keys="no").ask(start("rehousing", "rehousing:1-bed-step-free"), on=3)


def offered() -> Story:
    return looking().ask(OfferProperty(strand=MOVE, property_id=HOME), on=4)


def refusal(story: Story, reason: str | None = None) -> AnswerOffer:
    offer = story.case.strands[MOVE].offers[-1]
    return AnswerOffer(strand=MOVE, offer_id=offer.offer_id, answer="refused", reason=reason)


def mitigated(**said: object) -> NameMitigation:
    return NameMitigation.model_validate(
        {"item": "steps-stairs", "mitigation": "temporary-heating", "role": "y", **said}
    )


SAVED = SaveAnswers(form=FORM_1.code, answers={"x": "yes", "heating": "z"}, evidence={"heating": "w"})


def asked(given: Command) -> Callable[[Story], Command]:
    return lambda _: given


@pytest.mark.parametrize(
    ("story", "command", "on", "said"),
    [
        (ordered, asked(CancelStrand(strand=LIFT, reason="x")), 2, [EARLY, f"reason {NO_CODE}"]),
        (ordered, asked(CancelStrand(strand=LIFT, reason="")), 9, [FUTURE, "reason reason-needed"]),
        (ordered, asked(MoveStrand(strand=LIFT, step="x", due_on=day(1))), 9,
         [FUTURE, "due_on dates-out-of-order", f"step {NO_CODE}"]),
        (ordered, asked(STAIRLIFT.model_copy(update={"due_on": day(1)})), 9,
         [FUTURE, "item already-done", "due_on dates-out-of-order"]),
        (ordered, asked(StartCheck(form="x")), 9, [FUTURE, f"form {NO_CODE}"]),
        (ordered, asked(ConfirmItem(item="heating", value="x", evidence="y")), 0,
         [f"value {NO_CODE}", f"evidence {NO_CODE}"]),
        (ordered, asked(mitigated(mitigation="x")), 9,
         [FUTURE, f"role {NO_CODE}", f"mitigation {NO_CODE}"]),
        (ordered, asked(mitigated(item="heating", until_on=day(1))), 4,
         [f"role {NO_CODE}", "item already-done", "until_on dates-out-of-order"]),
        (ordered, asked(SAVED), 4,
         [f"answers {NO_CODE}", f"answers.heating {NO_CODE}", f"evidence.heating {NO_CODE}"]),
        (offered, asked(OfferProperty(strand=MOVE, property_id=HOME, respond_by=day(0))), 2,
         [EARLY, "strand already-done", "respond_by dates-out-of-order"]),
        (offered, refusal, 3,
         [EARLY, "reason reason-needed"]),
        (offered, lambda story: refusal(story, "x"), 9,
         [FUTURE, f"reason {NO_CODE}"]),
    ],
)  # fmt: skip
def test_given_several_rules_that_refuse_then_all_of_them_are_said(
    story: Callable[[], Story], command: Callable[[Story], Command], on: int, said: list[str]
) -> None:
    told = story()
    with pytest.raises(HomewardError) as refused:
        told.decide(command(told), on, 5)
    assert [f"{each.where} {each.code}" for each in (refused.value, *refused.value.others)] == said


def test_given_an_order_almost_of_the_catalogue_then_the_refusal_names_it_and_the_nearest() -> None:
    with pytest.raises(HomewardError) as refused:
        checked().decide(start("equipment", "hospital-beds"), 3)
    assert refused.value.detail == "equipment; nearest: hospital-bed"
