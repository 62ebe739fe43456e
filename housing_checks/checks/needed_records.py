"""Answers that say something was found or decided about the person: they count at the gate only once the case
holds the record of who did it, when, and how. That somebody decides for themselves is presumed, and needs no
record until somebody doubts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from discharge.cases.decide.capacity import imca_needed
from discharge.cases.events import ItemAnswered
from discharge.cases.model import Case, DecisionCapacity, ItemAnswer
from discharge.codes.capacity import CAPACITY_DECISIONS, LIBERTY_STATES
from discharge.values import YesNoUnknown
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.statements import standing

DECIDES, CANNOT_DECIDE, IN_DOUBT = "decides", "cannot-decide", "in-doubt"
CAPACITY_ANSWERS: Mapping[str, str] = {
    "presumed": DECIDES,
    "has": DECIDES,
    "lacks": CANNOT_DECIDE,
    "not-assessed": IN_DOUBT,
}
"""How capacity for a decision answers the item that asks about it."""
CAPACITY, BEST_INTERESTS, LEAST_RESTRICTIVE, ADVOCATE, LIBERTY = (
    "capacity",
    "best-interests",
    "least-restrictive",
    "advocate",
    "deprivation-of-liberty",
)
"""Items about where the person lives: whether they decide, and what was decided for them."""
DOUBTED = frozenset({CANNOT_DECIDE, IN_DOUBT})
"""Answers after which only a record says that the person decides."""


class NeededRecord(NamedTuple):
    """What has to be on the case before an answer counts: the command that records it, what is missing as
    long as it is not, and what to do.
    """

    command: str
    missing: str
    next_action: str


ASSESSMENT = NeededRecord(
    "record-capacity",
    "who assessed it, and how, is not recorded",
    "Record who assessed capacity for this decision, when and how",
)
DECISION = NeededRecord(
    "record-best-interests",
    "who decided, and how, is not recorded",
    "Record the best-interests decision: who decided, when, and who was consulted",
)
SPEAKER = NeededRecord(
    "record-advocate",
    "who speaks for the person is not recorded",
    "Record the advocate, or whom of family and friends the best-interests decision consulted",
)


def answers_of_record(case: Case) -> Iterator[tuple[str, str]]:
    """Each item that the record of capacity answers, with the answer."""
    for held in case.capacity.values():
        row = CAPACITY_DECISIONS.newest(held.decision)
        if row is not None and row.item:
            made = held.best_interests is not None and row.decided
            yield row.item, row.decided if made else CAPACITY_ANSWERS[held.capacity]
        if row is not None and row.placing:
            yield from _decided(case, held)
    state = LIBERTY_STATES.newest(case.liberty.state) if case.liberty is not None else None
    if state is not None:
        yield LIBERTY, state.answers


def _decided(case: Case, held: DecisionCapacity) -> Iterator[tuple[str, str]]:
    decided, advocate = held.best_interests, held.advocate
    if decided is not None:
        yield BEST_INTERESTS, "yes"
        yield LEAST_RESTRICTIVE, decided.least_restrictive
    if imca_needed(case, held) and (decided is not None or advocate is not None):
        yield ADVOCATE, "no"
    elif decided is not None or (advocate is not None and advocate.instructed_on is not None):
        yield ADVOCATE, "yes"


def counts(case: Case, item: CheckItem, value: str, answers: Mapping[str, str] | None = None) -> YesNoUnknown:
    """How an answer counts at the gate in this case: not known while its record is missing. ``answers`` are
    those of the check, with what is said in the same breath.
    """
    counted = item.counts_as(value)
    return "unknown" if counted == "yes" and missing_record(case, item.code, value, answers) else counted


def missing_record(
    case: Case, code: str, value: str, answers: Mapping[str, str] | None = None
) -> NeededRecord | None:
    """Return the record without which an answer does not count; None where it is there, or none is needed."""
    if answers is None:
        answers = case.check.answers if case.check is not None else {}
    needed = _needed(case, code, value, answers)
    return needed if needed is not None and _of_record(case, code) != value else None


def _needed(case: Case, code: str, value: str, answers: Mapping[str, str]) -> NeededRecord | None:
    decision = next((row for row in CAPACITY_DECISIONS.rows if row.item == code), None)
    if decision is not None:
        if value == CANNOT_DECIDE or (value == DECIDES and _doubted(case, code)):
            return ASSESSMENT
        return DECISION if decision.decided and value == decision.decided else None
    if (code, value) == (BEST_INTERESTS, "yes"):
        return DECISION
    lacks = answers.get(CAPACITY, _of_record(case, CAPACITY)) == CANNOT_DECIDE
    return SPEAKER if (code, value) == (ADVOCATE, "yes") and lacks else None


def _doubted(case: Case, code: str) -> bool:
    """Whether the record, or somebody whose word stands, says or said that the person may not decide. The
    answer after a doubt keeps it, because it did not count.
    """
    said = standing(case.check, code)
    kept = any(each.value == DECIDES and each.gate != "yes" for each in said)
    return kept or any(value in DOUBTED for value in (*(each.value for each in said), _of_record(case, code)))


def _of_record(case: Case, code: str) -> str | None:
    return dict(answers_of_record(case)).get(code)


def decision_of(code: str) -> str:
    """Return the decision of which an item asks: its own, else the one about where the person lives."""
    rows = CAPACITY_DECISIONS.rows
    return next((row.code for row in rows if row.item == code), None) or next(
        row.code for row in rows if row.placing
    )


def to_record_first(case: Case, code: str, needed: NeededRecord) -> NeededRecord:
    """Return what is recorded first: nothing is decided for somebody before it is found that they lack
    capacity, and nobody speaks for them of a decision of which nothing is recorded.
    """
    held = case.capacity.get(decision_of(code))
    ready = held is not None and (needed is not DECISION or held.capacity == "lacks")
    return needed if ready else ASSESSMENT


def missing_for(case: Case, row: CheckItem | None) -> NeededRecord | None:
    """Return the record for which the answer that an item has waits."""
    if row is None or case.check is None or row.code not in case.check.answers:
        return None
    value = case.check.answers[row.code]
    waits = row.counts_as(value) == "yes" != case.check.counts_as(row.code)
    return missing_record(case, row.code, value) if waits else None


def counted_anew(case: Case, form: CheckForm) -> list[ItemAnswered]:
    """Return the answers that count otherwise since a record came or changed, as they were given. Where
    people differ, it is judged when somebody settles it.
    """
    if case.check is None:
        return []
    answered = [row for row in form.items if row.code in case.check.answers]
    agreed = {
        row.code: standing(case.check, row.code) for row in answered if row.code not in case.check.disputed
    }
    now = {code: _anew(case, form.item(code), said) for code, said in agreed.items()}
    return [
        ItemAnswered(item=code, answer=said[-1], changed=True, beside=said[:-1])
        for code, said in now.items()
        if said != agreed[code]
    ]


def _anew(case: Case, item: CheckItem, said: tuple[ItemAnswer, ...]) -> tuple[ItemAnswer, ...]:
    """What people said of an item of which a record speaks, as it counts now."""
    answers = case.check.answers if case.check is not None else {}
    if not any(_needed(case, item.code, each.value, answers) for each in said):
        return said
    return tuple(each.model_copy(update={"gate": counts(case, item, each.value)}) for each in said)
