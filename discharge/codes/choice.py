"""The person's choice: the lists of wishes, of the policy's steps and of answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code
from discharge.durations import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyStep(Code):
    """One letter or talk; the person is to answer within a time, if an answer is awaited at all. ``after``
    names the steps that come before it.
    """

    answer_within: Duration | None = None
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceAnswer(Code):
    """One answer; `next_step` where somebody then has to take the next step of the policy."""

    next_step: bool = False


def _faults_of_steps(rows: Mapping[str, PolicyStep]) -> Iterator[str]:
    for code, row in rows.items():
        for before in row.after:
            if before not in rows or before == code:
                yield f"{code}.after: {before!r} is no other step - choose from {', '.join(rows)}"


WISHES = code_list("wishes", Code)
CHOICE_STEPS = code_list("choice-steps", PolicyStep, check=_faults_of_steps)
CHOICE_ANSWERS = code_list("choice-answers", ChoiceAnswer)
CARE_ARRANGERS = code_list("care-arrangers", Code)
