"""The person's choice: the lists of wishes, of the policy's steps and of answers."""

from dataclasses import dataclass

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code
from discharge.durations import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyStep(Code):
    """One letter or talk; the person is to answer within a time, if an answer is awaited at all."""

    answer_within: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceAnswer(Code):
    """One answer; `next_step` where somebody then has to take the next step of the policy."""

    next_step: bool = False


WISHES = code_list("wishes", Code)
CHOICE_STEPS = code_list("choice-steps", PolicyStep)
CHOICE_ANSWERS = code_list("choice-answers", ChoiceAnswer)
CARE_ARRANGERS = code_list("care-arrangers", Code)
