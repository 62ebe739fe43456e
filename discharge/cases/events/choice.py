"""The person's choice: wishes, letters and talks with their answers, and who arranges what they pay for."""

from __future__ import annotations

from datetime import date
from typing import Literal

from discharge.cases.model import ChoiceStep, SelfFunder, StatedWish
from discharge.values import Frozen


class WishRecorded(Frozen):
    """The person said where they wish to live."""

    kind: Literal["wish-recorded"] = "wish-recorded"
    wish: StatedWish


class ChoiceStepGiven(Frozen):
    """A letter was given, or a talk held, about the person's choice."""

    kind: Literal["choice-step-given"] = "choice-step-given"
    step: ChoiceStep


class ChoiceStepAnswered(Frozen):
    """The person answered a letter or a talk."""

    kind: Literal["choice-step-answered"] = "choice-step-answered"
    step: str
    answer: str
    answered_on: date


class SelfFundingRecorded(Frozen):
    """It was recorded whether the person pays for their care, and who arranges it."""

    kind: Literal["self-funding-recorded"] = "self-funding-recorded"
    self_funding: SelfFunder
